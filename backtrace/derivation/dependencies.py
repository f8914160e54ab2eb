"""Dependencies between quantities: the only place that follows right-hand sides from equation to equation.

It reads ids and expressions; it must not know values, steps or samples.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from backtrace.symbolic.expressions import Expression, Symbol, symbols


class Definition(Protocol):
    """An equation, or any row that defines a quantity by an expression."""

    @property
    def id(self) -> str:
        """The quantity defined."""

    @property
    def expression(self) -> Expression:
        """Its right-hand side."""


Row = TypeVar("Row", bound=Definition)
Key = TypeVar("Key", bound=Hashable)


def uses(expression: Expression) -> dict[str, Symbol]:
    """The symbols of a right-hand side by id, each once, from left to right."""
    return {symbol.id: symbol for symbol in symbols(expression)}


def needed(rows: Sequence[Row], wanted: Iterable[str]) -> list[Row]:
    """The rows that define the wanted quantities and everything these depend on, in order."""
    # From the last row to the first: each row comes after those it uses, so one pass finds all of them.
    known, kept = set(wanted), []
    for row in reversed(rows):
        if row.id in known:
            kept.append(row)
            known.update(uses(row.expression))
    return kept[::-1]


def reach(starts: Iterable[Key], uses_of: Callable[[Key], Iterable[Key]]) -> Iterator[Key]:
    """Everything the starts depend on, the nearest first; `uses_of` gives the keys that one key uses."""
    seen: set[Key] = set()
    queue = deque(starts)
    while queue:
        for used in uses_of(queue.popleft()):
            if used not in seen:
                seen.add(used)
                queue.append(used)
                yield used


class Dependents:
    """The other direction: the rows whose values change with a quantity."""

    def __init__(self, rows: Sequence[Definition]) -> None:
        self._users: dict[str, list[int]] = {}
        self._ids = [row.id for row in rows]
        for place, row in enumerate(rows):
            for id in uses(row.expression):
                self._users.setdefault(id, []).append(place)

    def of(self, id: str) -> list[int]:
        """The places of the rows that depend on a quantity, in order."""
        first = self._users.get(id, [])
        return sorted({*first, *reach(first, lambda place: self._users.get(self._ids[place], ()))})

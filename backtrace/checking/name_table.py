"""Names of a graph's quantities: ids, a notation's names, and both without the marks that people omit."""

from __future__ import annotations

from collections.abc import Sequence

from backtrace.symbolic.expressions import Symbol
from backtrace.symbolic.ids import transcribe

Place = tuple[int, int | None]  # a step and a sample


class NameTable:
    """The names at each place; the table of a place is built when it is first asked for."""

    def __init__(self) -> None:
        self._at: dict[Place, list[tuple[Symbol, Sequence[str]]]] = {}
        self._near: dict[Place, dict[str, dict[str, tuple[str, ...]]]] = {}

    def add(self, place: Place, symbol: Symbol, aliases: Sequence[str]) -> None:
        """Name a quantity by its symbol and its aliases."""
        self._at.setdefault(place, []).append((symbol, aliases))
        if place in self._near:
            _enter(self._near[place], symbol, aliases)

    def find(self, name: str, place: Place) -> set[str]:
        """The ids of quantities with exactly this name; else of those that have it but for the marks."""
        near = self._table(place).get(loose(name), {})
        return {id for id, names in near.items() if name in names} or set(near)

    def near(self, name: str, place: Place) -> set[str]:
        """The ids of quantities with this name, but for the marks."""
        return set(self._table(place).get(loose(name), ()))

    def _table(self, place: Place) -> dict[str, dict[str, tuple[str, ...]]]:
        """By each name without its marks: the ids that it may mean, with all their names."""
        if place not in self._near:
            table = self._near[place] = {}
            for symbol, aliases in self._at.get(place, ()):
                _enter(table, symbol, aliases)
        return self._near[place]


def loose(name: str) -> str:
    """A name without the marks that people leave out: `dE/dw_5` and `dE/dw5` are the same."""
    return name.replace("_", "").replace("{", "").replace("}", "").replace(" ", "")


def _enter(table: dict[str, dict[str, tuple[str, ...]]], symbol: Symbol, aliases: Sequence[str]) -> None:
    names = (symbol.id, symbol.text, transcribe(symbol.text), *map(transcribe, aliases))
    for name in set(map(loose, names)):
        table.setdefault(name, {})[symbol.id] = names

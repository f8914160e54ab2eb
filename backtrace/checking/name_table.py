"""Names of a graph's quantities: ids, a notation's names, and both without the marks that people omit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from backtrace.symbolic.expressions import Symbol
from backtrace.symbolic.ids import transcribe

Place = tuple[int, int | None]  # a step and a sample

_MARKS = str.maketrans("", "", "_{} ")


class NameTable:
    """The names at each place; those of a place are entered when one of them is first asked for."""

    def __init__(self) -> None:
        self._waiting: dict[Place, list[tuple[Symbol, Sequence[str]]]] = defaultdict(list)
        self._tables: dict[Place, dict[str, dict[str, tuple[str, ...]]]] = defaultdict(dict)

    def add(self, place: Place, symbol: Symbol, aliases: Sequence[str]) -> None:
        """Name a quantity by its symbol and its aliases."""
        self._waiting[place].append((symbol, aliases))

    def find(self, name: str, place: Place) -> set[str]:
        """The ids of quantities with exactly this name; else of those that have it but for the marks."""
        near = self.near(name, place)
        return {id for id, names in near.items() if name in names} or set(near)

    def near(self, name: str, place: Place) -> Mapping[str, tuple[str, ...]]:
        """The ids of quantities with this name, but for the marks; each with all names of its quantity."""
        table = self._tables[place]
        for symbol, aliases in self._waiting.pop(place, ()):
            names = (symbol.id, symbol.text, transcribe(symbol.text), *map(transcribe, aliases))
            for spelled in set(map(loose, names)):
                table.setdefault(spelled, {})[symbol.id] = names
        return table.get(loose(name), {})


def loose(name: str) -> str:
    """A name without the marks that people leave out: `dE/dw_5` and `dE/dw5` are the same."""
    return name.translate(_MARKS)

"""Parts of matrix equations: grids of quantities, and the matrices of texts that are made of them.

Must not know layers, nor how a matrix is set on a page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from backtrace.symbolic.expressions import Symbol

MOST = 8  # rows and columns of a shown matrix, the one with the dots included


class Matrix(NamedTuple):
    """The entries that are shown of a matrix of a given shape (rows, columns).

    Of more than `MOST` rows or columns `rows` has only the first few and the last.
    """

    rows: tuple[tuple[str, ...], ...]
    shape: tuple[int, int]
    numeric: bool


# One side of an equals sign, from left to right: matrices, names of functions, and the signs
# · ⊙ + - ( ) between them, which are the same in every style.
Side = tuple[Matrix | str, ...]


class MatrixEquation(NamedTuple):
    """An equation of matrices, from symbols to numbers to the result, under the letters that say it in short.

    An equation without sides is only a remark. `notes` explain signs in place of numbers.
    """

    caption: str
    sides: tuple[Side, ...] = ()
    notes: tuple[str, ...] = ()


Entry = Symbol | str  # a text is the same in symbols and in numbers: the 1 that a bias is multiplied with


class Grid(NamedTuple):
    """A matrix of quantities whose entries are made on demand."""

    height: int
    width: int
    entry: Callable[[int, int], Entry]

    def shown(self) -> list[list[Entry]]:
        """The entries that are shown."""
        rows, columns = _indices(self.height), _indices(self.width)
        return [[self.entry(row, column) for column in columns] for row in rows]


def _indices(size: int) -> Sequence[int]:
    return range(size) if size <= MOST else (*range(MOST - 2), size - 1)


def column_of(entries: Sequence[Entry]) -> Grid:
    """Quantities one under the other."""
    return Grid(len(entries), 1, lambda row, _: entries[row])


def row_of(entries: Sequence[Entry]) -> Grid:
    """Quantities side by side."""
    return Grid(1, len(entries), lambda _, column: entries[column])

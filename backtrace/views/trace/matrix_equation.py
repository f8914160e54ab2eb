"""Parts of matrix equations: grids of quantities, and the matrices of texts that are made of them.

Must not know layers, nor how a matrix is set on a page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backtrace.symbolic.expressions import Symbol

MOST = 8  # rows and columns of a shown matrix, the one with the dots included


class Matrix(NamedTuple):
    """The entries that are shown of a matrix of a given shape (rows, columns).

    Of more than `MOST` rows or columns `rows` has only the first few and the last.
    """

    rows: tuple[tuple[str, ...], ...]
    shape: tuple[int, ...]
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
    """The shown entries of a matrix of quantities of a given shape."""

    rows: tuple[tuple[Entry, ...], ...]
    shape: tuple[int, ...]


def grid(names: NDArray[np.object_], entry: Callable[[str | None], Entry]) -> Grid:
    """A matrix of named entries, of which only the shown ones are made."""
    rows, columns = map(_indices, names.shape)
    return Grid(tuple(tuple(entry(names[row, column]) for column in columns) for row in rows), names.shape)


def column_of(entries: Sequence[Entry]) -> Grid:
    """Quantities one under the other."""
    return Grid(tuple((entries[place],) for place in _indices(len(entries))), (len(entries), 1))


def row_of(entries: Sequence[Entry]) -> Grid:
    """Quantities side by side."""
    return Grid((tuple(entries[place] for place in _indices(len(entries))),), (1, len(entries)))


def _indices(size: int) -> Sequence[int]:
    return range(size) if size <= MOST else (*range(MOST - 2), size - 1)

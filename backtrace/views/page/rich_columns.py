"""The columns of a table: which of them are stacked, and how wide each is, in the width that there is.

Every kind of table is described by a `Columns`; this module must not know what any of them holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.table import Table

from backtrace.views.page.lines import Line, broken, text_of
from backtrace.views.page.rich_table import Cell, table_of
from backtrace.views.page.truncation import TABLE_ROWS

LEGIBLE = 24  # characters that a broken column needs at least, before another layout is taken

Texts = Sequence[Any]  # the lines of a row, by place: each a `Line`
Places = tuple[int, ...]
Layout = tuple[Places, ...]


def one_under_another(row: Texts, column: Places) -> Sequence[Line]:
    """The texts of a column that holds several, a line for each."""
    return [row[place] for place in column if row[place]]


class Columns(NamedTuple):
    """How a kind of table is laid out.

    `layouts` say which places share a column, the widest layout first; `stacked` gives the lines of such a
    column. The text of `elastic` places may be broken, `right` ones are aligned to the right, and `styled` is
    the one that stands out in a row's style. Where there is too little room the widest elastic column gives
    way, or with `evenly` all of them. With `stacked_headings` a column names all that it holds.
    """

    headings: Sequence[str]
    layouts: tuple[Layout, ...]
    stacked: Callable[[Texts, Places], Sequence[Line]]
    elastic: frozenset[int]
    right: frozenset[int]
    styled: int | None = None
    evenly: bool = False
    stacked_headings: bool = False


def numbers(*headings: str) -> Columns:
    """A table of numbers, aligned to the right in all columns but the first."""
    places = range(len(headings))
    layout = tuple((place,) for place in places)
    return Columns(headings, (layout,), one_under_another, frozenset(), frozenset(places[1:]))


def most_faulty(are_faulty: Sequence[bool]) -> list[int]:
    """The places of the rows that are shown: all, or of very many the faulty ones before others."""
    places = range(len(are_faulty))
    if len(are_faulty) <= TABLE_ROWS:
        return list(places)
    worst_first = sorted(places, key=lambda place: (not are_faulty[place], place))
    return sorted(worst_first[:TABLE_ROWS])


def table_in(
    columns: Columns, rows: Sequence[Texts], width: int, ascii: bool, styles: Sequence[str] = ()
) -> Table:
    """A table in the widest layout that is legible; empty columns are left out."""
    layout, widths = _fitted(columns, rows, width)

    def cells(row: Texts, style: str) -> list[Cell]:
        found = []
        for column, room in zip(layout, widths, strict=True):
            lines = [part for line in _lines(columns, row, column) for part in broken(line, room)]
            ending = text_of(row[column[-1]]) if style and column[-1] == columns.styled else ""
            found.append(Cell(lines, ending, style))
        return found

    return table_of(
        [
            [part for line in _heading(columns, column) for part in broken(line, room)]
            for column, room in zip(layout, widths, strict=True)
        ],
        (cells(row, style) for row, style in zip(rows, styles or [""] * len(rows), strict=True)),
        [place for place, column in enumerate(layout) if len(column) == 1 and column[0] in columns.right],
        ascii,
    )


def width_of(columns: Columns, rows: Sequence[Texts]) -> int:
    """How wide a table is in its first layout if nothing in it is broken."""
    return _with_frame([_width(columns, rows, column) for column in columns.layouts[0]])


def _fitted(columns: Columns, rows: Sequence[Texts], width: int) -> tuple[list[Places], list[int]]:
    """The widest layout in which nothing is broken too narrowly, and the room that its columns get."""
    filled = {place for place in range(len(columns.headings)) if any(row[place] for row in rows)}
    for layout in columns.layouts:
        used = [column for column in layout if filled.intersection(column)]
        sizes = [_width(columns, rows, column) for column in used]
        if _with_frame(sizes) <= width:
            break
        # Where nothing may be broken, everything is.
        elastic = [place for place, column in enumerate(used) if columns.elastic.intersection(column)]
        elastic = elastic or list(range(len(used)))
        elastic = elastic if columns.evenly else [max(elastic, key=lambda place: sizes[place])]
        wanted = [sizes[place] for place in elastic]
        shares = _shared(width - _with_frame(sizes) + sum(wanted), wanted)
        for place, share in zip(elastic, shares, strict=True):
            sizes[place] = max(share, 1)
        if all(share >= min(LEGIBLE, want) for share, want in zip(shares, wanted, strict=True)):
            break
    return used, sizes


def _shared(room: int, wanted: Sequence[int]) -> list[int]:
    """`room` for some columns: each gets as much as it wants, or the others share the rest evenly."""
    shares, hungry = list(wanted), list(range(len(wanted)))
    while hungry:
        fair = room // len(hungry)
        content = [place for place in hungry if wanted[place] <= fair]
        for place in content or hungry[:1]:
            shares[place] = min(wanted[place], fair)
            room -= shares[place]
            hungry.remove(place)
    return shares


def _with_frame(sizes: Sequence[int]) -> int:
    return sum(sizes) + 3 * len(sizes) + 1


def _width(columns: Columns, rows: Sequence[Texts], column: Places) -> int:
    """The widest line of a column, its heading too."""
    lines = [*_heading(columns, column), *(line for row in rows for line in _lines(columns, row, column))]
    return max(cell_len(text_of(line)) for line in lines)


def _heading(columns: Columns, column: Places) -> Sequence[Line]:
    first, *others = (columns.headings[place] for place in column)
    return _lines(columns, columns.headings, column) if others and columns.stacked_headings else [first]


def _lines(columns: Columns, row: Texts, column: Places) -> Sequence[Line]:
    """The lines of a row in a column; at least an empty one."""
    return columns.stacked(row, column) or [""] if len(column) > 1 else [row[column[0]]]

"""Forms of table: columns that are set under one another where there is less width.

What a table holds, its own module says in a `Form`; here it is fitted into the width that there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.table import Table

from backtrace.views.page.rich_table import LEGIBLE, TEXT_BREAKS, Cell, broken, table_of
from backtrace.views.page.truncation import TABLE_ROWS

Texts = Sequence[str]
Layout = tuple[tuple[int, ...], ...]


class Form(NamedTuple):
    """How a kind of table is laid out: its columns, and what of them is set under one another in less width.

    `joined` gives the lines of a column that holds several places. `elastic` are the places whose text may
    be broken, `right` those that are set to the right; `styled` is the one that stands out in a row's style.
    """

    headings: Texts
    layouts: tuple[Layout, ...]
    joined: Callable[[Texts, tuple[int, ...]], list[str]]
    elastic: frozenset[int]
    right: frozenset[int]
    styled: int | None = None


def one_under_another(row: Texts, column: tuple[int, ...]) -> list[str]:
    """The texts of a column that holds several, a line for each."""
    return [row[place] for place in column if row[place]]


def drawn(are_faulty: Sequence[bool]) -> list[int]:
    """The places of the rows that are drawn: all, or of very many the faulty ones before others."""
    places = range(len(are_faulty))
    if len(are_faulty) <= TABLE_ROWS:
        return list(places)
    worst_first = sorted(places, key=lambda place: (not are_faulty[place], place))
    return sorted(worst_first[:TABLE_ROWS])


def table_in(form: Form, rows: Sequence[Texts], width: int, ascii: bool, styles: Texts = ()) -> Table:
    """A table in the widest layout that is legible; columns in which nothing stands are left out."""
    filled = {place for place in range(len(form.headings)) if any(row[place] for row in rows)}
    layout, widths = _fitted(form, rows, filled, width)
    headings = [
        broken(form.headings[column[0]], room, TEXT_BREAKS)
        for column, room in zip(layout, widths, strict=True)
    ]

    def cells(row: Texts, style: str) -> list[Cell]:
        made = []
        for column, room in zip(layout, widths, strict=True):
            lines = [part for line in _lines(form, row, column) for part in broken(line, room, TEXT_BREAKS)]
            stands_out = style and column == (form.styled,)
            made.append(Cell(lines, lines[-1] if stands_out else "", style))
        return made

    styled = styles or [""] * len(rows)
    right = [place for place, column in enumerate(layout) if len(column) == 1 and column[0] in form.right]
    return table_of(
        headings, (cells(row, style) for row, style in zip(rows, styled, strict=True)), right, ascii
    )


def _fitted(
    form: Form, rows: Sequence[Texts], filled: set[int], width: int
) -> tuple[list[tuple[int, ...]], list[int]]:
    """The widest layout in which nothing is broken too narrowly, and the room that its columns get."""
    for layout in form.layouts:
        columns = [column for column in layout if filled.intersection(column)]
        sizes = [_width(form, rows, column) for column in columns]
        short = _with_frame(sizes) - width
        if short <= 0:
            return columns, sizes
        # What may be broken is, and where nothing may be, all of it; the widest gives way.
        elastic = [place for place, column in enumerate(columns) if form.elastic.intersection(column)]
        widest = max(elastic or range(len(columns)), key=lambda place: sizes[place])
        sizes[widest] = max(sizes[widest] - short, 1)
        if sizes[widest] >= LEGIBLE:
            return columns, sizes
    return columns, sizes


def width_of(form: Form, rows: Sequence[Texts]) -> int:
    """How wide a table is in its first layout if nothing in it is broken."""
    return _with_frame([_width(form, rows, column) for column in form.layouts[0]])


def _with_frame(sizes: Sequence[int]) -> int:
    return sum(sizes) + 3 * len(sizes) + 1


def _width(form: Form, rows: Sequence[Texts], column: tuple[int, ...]) -> int:
    """The widest line of a column, its heading too."""
    lines = [form.headings[column[0]], *(line for row in rows for line in _lines(form, row, column))]
    return max(map(cell_len, lines))


def _lines(form: Form, row: Texts, column: tuple[int, ...]) -> list[str]:
    """What of a row stands in a column; at least an empty line."""
    return form.joined(row, column) or [""] if len(column) > 1 else [row[column[0]]]

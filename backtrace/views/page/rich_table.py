"""Rich tables: the one place that builds them, and prints lines around them.

Every kind of table is described by a `Columns`: what may be stacked and broken where there is little room.
This module must not know what any of them holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import Any, NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtrace.views.page.lines import Line, broken, text_of

LEGIBLE = 24  # characters that a broken column needs at least, before another layout is taken

Texts = Sequence[Any]  # the lines of a row, by place: each a `Line`
Places = tuple[int, ...]
Layout = tuple[Places, ...]


def print_line(text: str, console: Console, style: str = "") -> None:
    """Print a line of text; as `Text`, so that nothing in it is markup, and broken between its words."""
    for line in broken(text, console.width):
        console.print(Text(line, style=style))


def print_heading(lines: Iterable[str], console: Console) -> None:
    """Print a title in bold and the lines under it."""
    for number, line in enumerate(lines):
        print_line(line, console, "" if number else "bold")


def one_under_another(row: Texts, column: Places) -> Sequence[Line]:
    """The texts of a column that holds several, a line for each."""
    return [row[place] for place in column if row[place]]


class Columns(NamedTuple):
    """How a kind of table is laid out.

    Where it is too wide with a column for each place, `layouts` say which places share a column, the widest
    layout first; `stacked` gives the lines of such a column. The text of `elastic` places may be broken,
    `right` ones are aligned to the right, and `styled` is the one that stands out in a row's style. Where
    there is too little room the widest elastic column gives way, or with `evenly` all of them. With
    `stacked_headings` a column names all that it holds.
    """

    headings: Sequence[str]
    layouts: tuple[Layout, ...] = ()
    stacked: Callable[[Texts, Places], Sequence[Line]] = one_under_another
    elastic: Set[int] = frozenset()
    right: Set[int] = frozenset()
    styled: int | None = None
    evenly: bool = False
    stacked_headings: bool = False

    @property
    def widest(self) -> Layout:
        return tuple((place,) for place in range(len(self.headings)))

    def lines(self, row: Texts, column: Places) -> Sequence[Line]:
        """The lines of a row in a column; at least an empty one."""
        return self.stacked(row, column) or [""] if len(column) > 1 else [row[column[0]]]

    def heading(self, column: Places) -> Sequence[Line]:
        return self.lines(self.headings, column if self.stacked_headings else column[:1])


def numbers(*headings: str) -> Columns:
    """A table of numbers, aligned to the right in all columns but the first."""
    return Columns(headings, right=set(range(1, len(headings))))


def table_in(
    columns: Columns, rows: Sequence[Texts], width: int, ascii: bool, styles: Sequence[str] = ()
) -> Table:
    """A table in the widest layout that is legible; empty columns are left out."""
    layout, widths = _fitted(columns, rows, width)
    table = Table(box=box.ASCII2 if ascii else box.ROUNDED, header_style="bold", padding=(0, 1))

    def cell(lines: Sequence[Line], room: int) -> list[str]:
        return [part for line in lines for part in broken(line, room)]

    for column, room in zip(layout, widths, strict=True):
        heading = Text("\n".join(cell(columns.heading(column), room)))
        is_right = len(column) == 1 and column[0] in columns.right
        table.add_column(heading, no_wrap=True, justify="right" if is_right else "left")
    # To rich this is one row of tall cells: it spends its time by the cell, not by the line. They are `Text`,
    # so that no name from a config is markup.
    tall = [Text() for _ in layout]
    for row, style in zip(rows, styles or [""] * len(rows), strict=True):
        cells = [cell(columns.lines(row, column), room) for column, room in zip(layout, widths, strict=True)]
        height = max(map(len, cells))
        for text, column, lines in zip(tall, layout, cells, strict=True):
            text.append("\n".join(lines))
            if style and column[-1] == columns.styled:
                text.stylize(style, len(text) - len(text_of(row[column[-1]])))
            text.append("\n" * (height - len(lines) + 1))
    for text in tall:
        text.right_crop()  # the end of the last line
    table.add_row(*tall)
    return table


def width_of(columns: Columns, rows: Sequence[Texts]) -> int:
    """How wide a table is in its widest layout if nothing in it is broken."""
    return _with_frame([_width(columns, rows, column) for column in columns.widest])


def _fitted(columns: Columns, rows: Sequence[Texts], width: int) -> tuple[list[Places], list[int]]:
    """The widest layout in which nothing is broken too narrowly, and the room that its columns get."""
    filled = {place for place in range(len(columns.headings)) if any(row[place] for row in rows)}
    for layout in (columns.widest, *columns.layouts):
        used = [column for column in layout if filled.intersection(column)]
        sizes = [_width(columns, rows, column) for column in used]
        if _with_frame(sizes) <= width:
            break
        # Where nothing may be broken, everything is.
        elastic = [place for place, column in enumerate(used) if not columns.elastic.isdisjoint(column)]
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
    shares = list(wanted)
    frugal_first = sorted(range(len(wanted)), key=lambda place: wanted[place])
    for served, place in enumerate(frugal_first):
        shares[place] = min(wanted[place], room // (len(wanted) - served))
        room -= shares[place]
    return shares


def _with_frame(sizes: Sequence[int]) -> int:
    return sum(sizes) + 3 * len(sizes) + 1


def _width(columns: Columns, rows: Sequence[Texts], column: Places) -> int:
    """The widest line of a column, its heading too."""
    lines = [*columns.heading(column), *(line for row in rows for line in columns.lines(row, column))]
    return max(cell_len(text_of(line)) for line in lines)

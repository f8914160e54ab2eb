"""Rich tables: the one place that draws them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtrace.views.page.records import Record

LEGIBLE = 24  # columns that a broken formula needs at least, before another layout is taken

Cells = tuple[str, str, str, str]
HEADINGS: Cells = ("symbol", "formula", "with the numbers", "value")
SYMBOL, FORMULA, NUMBERS, VALUE = range(4)

Layout = tuple[tuple[int, ...], ...]
LAYOUTS: tuple[Layout, ...] = (
    ((SYMBOL,), (FORMULA,), (NUMBERS,), (VALUE,)),
    ((SYMBOL,), (FORMULA, NUMBERS), (VALUE,)),
    ((SYMBOL,), (FORMULA, NUMBERS, VALUE)),
    ((SYMBOL, FORMULA, NUMBERS, VALUE),),
)


# Where a line may end, the best places first.
FORMULA_BREAKS = (
    re.compile(r" (?=[-+] )"),
    re.compile(r"(?<! [-+]) (?![-+] )"),
    re.compile(r"(?<=[·*/,])(?=.)|(?<=.)(?=\()"),
)
TEXT_BREAKS = (re.compile(r"(?<=[,·|]) "), re.compile(" "))
_ANYWHERE = re.compile(r"(?<=.)(?=.)")


def print_line(text: str, console: Console, style: str) -> None:
    """A line of text; as `Text`, so that nothing in it is markup, and broken between its parts."""
    for line in broken(text, console.width, TEXT_BREAKS):
        console.print(Text(line, style=style))


def part_table(records: Sequence[Record], ascii: bool, width: int) -> Table:
    """One table: symbol, formula, the formula with the numbers put in, value.

    Where `width` is too narrow for four columns, some are set under one another.
    """
    cells = [(row.symbol, row.formula, row.substitution, row.text) for row in records]
    layout, widths = _layout([HEADINGS, *cells], width)
    headings = [_stacked(HEADINGS, column, room) for column, room in zip(layout, widths, strict=True)]
    rows = (
        [
            Cell(_stacked(row, column, room), row[VALUE] if VALUE in column else "")
            for column, room in zip(layout, widths, strict=True)
        ]
        for row in cells
    )
    return table_of(
        headings, rows, [place for place, column in enumerate(layout) if column == (VALUE,)], ascii
    )


class Cell(NamedTuple):
    """The lines of one cell, already broken; what they end with stands out in a style."""

    lines: Sequence[str]
    ending: str = ""
    style: str = "bold"


def table_of(
    headings: Sequence[Sequence[str]], rows: Iterable[Sequence[Cell]], right: Sequence[int], ascii: bool
) -> Table:
    """A table of cells under headings; the columns at the places `right` are set to the right."""
    table = Table(box=box.ASCII2 if ascii else box.ROUNDED, header_style="bold", padding=(0, 1))
    for place, heading in enumerate(headings):
        justify: Literal["left", "right"] = "right" if place in right else "left"
        table.add_column(Text("\n".join(heading)), no_wrap=True, justify=justify)
    tall = [Text() for _ in headings]
    for number, row in enumerate(rows):
        height = max(len(cell.lines) for cell in row)
        for text, cell in zip(tall, row, strict=True):
            _append(text, cell, height, first=number == 0)
    # To rich this is one row of tall cells: it spends its time by the cell, not by the line.
    table.add_row(*tall)
    return table


def _append(text: Text, cell: Cell, height: int, first: bool) -> None:
    """Add a row's lines to the text of its column.

    As `Text`, so that a name from a config is never markup.
    """
    if not first:
        text.append("\n")
    text.append("\n".join(cell.lines))
    if cell.ending:
        text.stylize(cell.style, len(text) - len(cell.ending))
    text.append("\n" * (height - len(cell.lines)))


def _layout(rows: Sequence[Cells], width: int) -> tuple[Layout, list[int]]:
    """The widest layout that is legible in `width`, and the room that its columns get in it."""
    for layout in LAYOUTS:
        room = width - 3 * len(layout) - 1
        sizes = [max(_width(row, column) for row in rows) for column in layout]
        if sum(sizes) <= room:
            break
        elastic = [place for place, column in enumerate(layout) if FORMULA in column or NUMBERS in column]
        room -= sum(size for place, size in enumerate(sizes) if place not in elastic)
        wanted = [sizes[place] for place in elastic]
        shares = _shared(room, wanted)
        legible = all(share >= min(LEGIBLE, want) for share, want in zip(shares, wanted, strict=True))
        for place, share in zip(elastic, shares, strict=True):
            sizes[place] = max(share, 1)
        if legible:
            break
    return layout, sizes


def _width(row: Cells, column: Sequence[int]) -> int:
    """The widest line of a row's cell."""
    return max(cell_len(line) for line in _lines(row, column))


def _shared(room: int, wanted: Sequence[int]) -> list[int]:
    """`room` for one or two columns: each what it wants, or half, or what the other leaves."""
    if len(wanted) == 1:
        return [room]
    half = room // 2
    first = min(wanted[0], max(half, room - wanted[1]))
    return [first, room - first]


def _lines(row: Cells, column: Sequence[int]) -> list[str]:
    """What of a row stands in a column: the formula, below it = its numbers, = its value."""
    return [row[column[0]], *(f"= {row[place]}" for place in column[1:])]


def _stacked(row: Cells, column: Sequence[int], room: int) -> list[str]:
    """The lines of a row's cell."""
    return [line for whole in _lines(row, column) for line in broken(whole, room)]


def broken(text: str, width: int, breaks: Sequence[re.Pattern[str]] = FORMULA_BREAKS) -> list[str]:
    """A formula in lines: before a + or -, else at a space, a factor, a bracket; a number is never parted.

    >>> broken("0.645656(0.01) + 0.668188(0.02) + 0.03", 23)
    ['0.645656(0.01)', '+ 0.668188(0.02) + 0.03']
    """
    lines = []
    while cell_len(text) > width:
        end = next((cut for place in breaks if (cut := _last_break(place, text, width))), 0)
        end = end or _last_break(_ANYWHERE, text, width) or 1
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, text]


def _last_break(place: re.Pattern[str], text: str, width: int) -> int:
    """Of the breaks of a kind after which the line fits, the last one in the fewest brackets; 0 if none."""
    ends = [match.start() for match in place.finditer(text)]
    fitting = [end for end in ends if cell_len(text[:end]) <= width]
    return min(fitting, key=lambda end: (text.count("(", 0, end) - text.count(")", 0, end), -end), default=0)

"""Rich tables: the one place that builds them, from lines that already fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtrace.views.page.lines import broken


def print_line(text: str, console: Console, style: str = "") -> None:
    """Print a line of text; as `Text`, so that nothing in it is markup, and broken between its words."""
    for line in broken(text, console.width):
        console.print(Text(line, style=style))


def print_heading(lines: Iterable[str], console: Console) -> None:
    """Print a title in bold and the lines under it."""
    for number, line in enumerate(lines):
        print_line(line, console, "" if number else "bold")


class Cell(NamedTuple):
    """The lines of one cell; their ending stands out in a style."""

    lines: Sequence[str]
    ending: str = ""
    style: str = ""


def table_of(
    headings: Sequence[Sequence[str]], rows: Iterable[Sequence[Cell]], right: Sequence[int], ascii: bool
) -> Table:
    """A table of cells under headings; the columns at the places `right` are aligned to the right."""
    table = Table(box=box.ASCII2 if ascii else box.ROUNDED, header_style="bold", padding=(0, 1))
    for place, heading in enumerate(headings):
        justify: Literal["left", "right"] = "right" if place in right else "left"
        table.add_column(Text("\n".join(heading)), no_wrap=True, justify=justify)
    tall = [Text() for _ in headings]
    for number, row in enumerate(rows):
        height = max(len(cell.lines) for cell in row)
        for text, cell in zip(tall, row, strict=True):
            _append(text, cell, height, is_first=number == 0)
    # To rich this is one row of tall cells: it spends its time by the cell, not by the line.
    table.add_row(*tall)
    return table


def _append(text: Text, cell: Cell, height: int, is_first: bool) -> None:
    """Add a row's lines to the text of its column; in a `Text` no name from a config is markup."""
    if not is_first:
        text.append("\n")
    text.append("\n".join(cell.lines))
    if cell.ending:
        text.stylize(cell.style, len(text) - len(cell.ending))
    text.append("\n" * (height - len(cell.lines)))

"""Checked sheets as tables at the terminal: one sheet number by number, a class, and the table of slips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from backtrace.checking.report import FAULTY
from backtrace.views.check.blocks import (
    MARKS,
    NAME,
    SHEETS,
    SLIP_LIST,
    Listing,
    ReportLine,
    ReportTable,
    sheet_blocks,
)
from backtrace.views.check.rows import ShownSheet
from backtrace.views.check.sentences import class_lines, class_row
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import typed
from backtrace.views.page.rich_columns import most_faulty, table_in
from backtrace.views.page.rich_table import print_line
from backtrace.views.page.truncation import TABLE_ROWS

if TYPE_CHECKING:
    from backtrace.checking.slips.table import Slip

NAME_CHARACTERS = 60


def draw_one(context: ViewContext) -> None:
    """A sheet under the heading of its problem."""
    ascii, verbose = context.look.style.ascii, context.has("verbose")
    draw_sheet(context.heading(), context.content, context.console(), ascii, verbose)


def draw_sheet(
    heading: Iterable[str], sheet: ShownSheet, console: Console, ascii: bool, verbose: bool = False
) -> None:
    """One sheet: what holds for all of it, every number, and the marks."""
    _draw_lines((*heading, ""), console, ascii)
    has_grid = False
    for block in sheet_blocks(sheet, verbose, ascii):
        match block:
            case ReportLine(text, style):
                print_line(text, console, style)
            case ReportTable():
                if has_grid:
                    print_line("", console, "")
                has_grid = True
                _draw_grid(block, console, ascii)
            case Listing(above, lines):
                print_line(above, console, "")
                for line in lines:
                    console.print(Text(line), soft_wrap=True)


def _draw_grid(grid: ReportTable, console: Console, ascii: bool) -> None:
    """A table; of very many rows, those with mistakes before others."""
    verdicts = grid.verdicts or ["wrong"] * len(grid.rows)  # only wrong formulas are listed
    shown = most_faulty([verdict in FAULTY for verdict in verdicts])
    rows = [[_short(grid.rows[place][NAME]), *grid.rows[place][1:]] for place in shown]
    styles = [MARKS[verdicts[place]][2] for place in shown if grid.verdicts]
    console.print(table_in(grid.form, rows, console.width, ascii, styles))
    if len(shown) < len(grid.rows):
        said = f"{len(shown)} of {len(grid.rows):,} shown, mistakes before others: -f csv has all"
        print_line(said, console, "italic")


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS else f"{name[:NAME_CHARACTERS]}…"


def draw_sheets(context: ViewContext) -> None:
    """A class: a row for each sheet, and the most common mistakes.

    All sheets are read before anything is drawn, so that a progress bar has the screen to itself; only their
    rows are kept.
    """
    rows = list(map(class_row, context.content))
    console, ascii = context.console(), context.look.style.ascii
    _draw_lines((*context.heading(), ""), console, ascii)
    for start in range(0, len(rows), TABLE_ROWS):
        console.print(table_in(SHEETS, rows[start : start + TABLE_ROWS], console.width, ascii))
    _draw_lines(class_lines(context.options["counts"], context.options["disclosure"]), console, ascii)


def draw_slips(slips: Mapping[str, Slip], console: Console, ascii: bool) -> None:
    """The table of slips."""
    rows = [(slip, row.sentence, row.example) for slip, row in slips.items()]
    if ascii:
        rows = [(slip, typed(sentence), typed(example)) for slip, sentence, example in rows]
    console.print(table_in(SLIP_LIST, rows, console.width, ascii))


def _draw_lines(lines: Iterable[str], console: Console, ascii: bool) -> None:
    """Draw lines, the first of which is the title of the others."""
    for number, line in enumerate(lines):
        print_line(typed(line) if ascii else line, console, "" if number else "bold")

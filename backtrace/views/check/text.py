"""Checked sheets as tables of text: one sheet number by number, a class, and the table of slips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.console import Console

from backtrace.checking.report import FAULTY
from backtrace.errors import printable
from backtrace.views.check.rows import ShownSheet
from backtrace.views.check.sentences import (
    class_lines,
    class_row,
    formula_label,
    formulas_line,
    labelled,
    lists,
    missing_line,
    summary_line,
    unread_line,
)
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import typed
from backtrace.views.page.rich_table import Columns, Texts, table_in
from backtrace.views.page.text_pages import MarkdownPage, TerminalPage, TextPage, faulty_first_table

if TYPE_CHECKING:
    from backtrace.checking.slips.table import Slip

# For each verdict its sign, the sign in ASCII, and a colour, which never stands alone.
MARKS = {
    "correct": ("✓", "+", "green"),
    "rounding": ("≈", "~", "green"),
    "carried": ("→", ">", "yellow"),
    "slip": ("✗", "x", "red"),
    "wrong": ("✗", "x", "red"),
    "undecided": ("?", "?", "yellow"),
    "unknown": ("?", "?", "magenta"),
}
NAME, STATED, EXPECTED, VERDICT, EXPLANATION, LINE = range(6)


def _answer_lines(row: Texts, column: tuple[int, ...]) -> list[str]:
    """A number under its name; the expected one only where that is different."""
    lines = [f"{row[NAME]} = {row[STATED]}" if row[STATED] else row[NAME]]
    if row[EXPECTED] and not row[VERDICT].endswith("correct"):
        lines.append(f"expected {row[EXPECTED]}")
    return [*lines, *(row[place] for place in column if place in (VERDICT, EXPLANATION) and row[place])]


ANSWERS = Columns(
    ("stated name", "stated", "expected", "verdict", "explanation", "line"),
    (
        ((NAME, STATED, EXPECTED), (VERDICT,), (EXPLANATION,), (LINE,)),
        ((NAME, STATED, EXPECTED, VERDICT, EXPLANATION), (LINE,)),
    ),
    _answer_lines,
    elastic={NAME, EXPLANATION},
    right={STATED, EXPECTED, LINE},
    styled=VERDICT,
)
PLACED_ANSWERS = ANSWERS._replace(
    headings=(*ANSWERS.headings[:LINE], "place"),
    elastic={NAME, EXPLANATION, LINE},
    right={STATED, EXPECTED},
)
FORMULAS = Columns(("formula", "explanation", "line"), (((0, 1), (2,)),), elastic={0, 1}, right={2})
PLACED_FORMULAS = FORMULAS._replace(
    headings=(*FORMULAS.headings[:2], "place"), elastic={0, 1, 2}, right=frozenset()
)
SHEETS = Columns(("sheet", "marks", "mistakes"), (((0, 1, 2),),), elastic={0, 2}, right={1})
SLIP_LIST = Columns(("slip", "what it is", "example"), (((0,), (1, 2)), ((0, 1, 2),)), elastic={1, 2})


def draw_one(context: ViewContext) -> None:
    """Draw a sheet at the terminal."""
    write_sheet(TerminalPage(context), context.heading(), context.content, context.has("verbose"))


def write_markdown(context: ViewContext) -> None:
    """Write a sheet in Markdown, with complete tables."""
    write_sheet(MarkdownPage(context), context.heading(), context.content, context.has("verbose"))


def write_sheet(page: TextPage, heading: Iterable[str], sheet: ShownSheet, verbose: bool = False) -> None:
    """One sheet: conventions, every number, the marks, wrong formulas, and lines that were not understood."""
    page.begin(heading)
    page.gap()
    for convention in sheet.report.conventions:
        page.line(printable(convention.sentence), "yellow")
    if sheet.rows:
        _write_answers(page, sheet)
    if sheet.rows or not formulas_line(sheet):
        page.line(summary_line(sheet), "bold")
    if sheet.report.missing:
        page.line(missing_line(sheet.report), "red")
    if sheet.formulas:
        if sheet.rows:
            page.gap()
        rows = [(formula_label(f), printable(f.explanation), printable(f.where)) for f in sheet.formulas]
        columns = PLACED_FORMULAS if any(f.place for f in sheet.formulas) else FORMULAS
        faulty_first_table(page, columns, rows, [True] * len(rows), names=1)
    if formulas_line(sheet):
        page.line(formulas_line(sheet))
    if sheet.report.unread and not verbose:
        page.line(unread_line(sheet))
    for above, lines in lists(sheet) if verbose else ():
        page.line(above)
        page.items(lines)


def _write_answers(page: TextPage, sheet: ShownSheet) -> None:
    """Every number; in a table that is shortened, those with mistakes before others."""
    rows = []
    for label, row in labelled(sheet.rows):
        stated, reason, where = map(printable, (row.statement.text, row.reason, row.where))
        verdict = f"{MARKS[row.verdict][page.look.style.ascii]} {row.verdict}"
        rows.append((label, stated, row.expected_text, verdict, reason, where))
    columns = PLACED_ANSWERS if any(row.statement.place for row in sheet.rows) else ANSWERS
    are_faulty = [row.verdict in FAULTY for row in sheet.rows]
    styles = [MARKS[row.verdict][2] for row in sheet.rows]
    faulty_first_table(page, columns, rows, are_faulty, styles, names=2)


def draw_sheets(context: ViewContext) -> None:
    """Draw a class at the terminal: a row for each sheet, and the most common mistakes.

    All sheets are read before anything is drawn, so that a progress bar has the screen to itself; only their
    rows are kept.
    """
    rows = list(map(class_row, context.content))
    page = TerminalPage(context)
    page.begin(context.heading())
    page.gap()
    page.table(SHEETS, rows)
    first, *others = _class_lines(context)
    page.line(first, "bold")
    for line in others:
        page.line(line)


def write_markdown_sheets(context: ViewContext) -> None:
    """Write a class in Markdown, each sheet as it comes."""
    page = MarkdownPage(context)
    page.begin(context.heading())
    page.table(SHEETS, map(class_row, context.content), names=1)
    page.items(_class_lines(context))


def _class_lines(context: ViewContext) -> list[str]:
    return class_lines(context.options["counts"], context.options["disclosure"])


def draw_slips(slips: Mapping[str, Slip], console: Console, ascii: bool) -> None:
    """Draw the table of slips."""
    rows = [(slip, row.sentence, row.example) for slip, row in slips.items()]
    if ascii:
        rows = [(slip, typed(sentence), typed(example)) for slip, sentence, example in rows]
    console.print(table_in(SLIP_LIST, rows, console.width, ascii))

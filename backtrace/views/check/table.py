"""Checked sheets as tables: one sheet number by number, or a class sheet by sheet; and the table of slips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from backtrace.checking.judging.class_tally import Tally
from backtrace.checking.report import FAULTY
from backtrace.errors import printable
from backtrace.views.check.class_rows import class_lines, marks_cell, mistakes_line
from backtrace.views.check.rows import (
    Marked,
    Row,
    Telling,
    expected,
    explained,
    formula_label,
    formulas_line,
    labels,
    lists,
    summary_line,
    typed,
    unread_line,
    where,
)
from backtrace.views.page.rich_columns import Form, Texts, drawn, one_under_another, table_in
from backtrace.views.page.rich_table import print_line
from backtrace.views.page.truncation import TABLE_ROWS

if TYPE_CHECKING:
    from backtrace.checking.slips.table import Slip

MARKS = {
    "correct": ("✓", "+", "green"),
    "rounding": ("≈", "~", "green"),
    "carried": ("→", ">", "yellow"),
    "slip": ("✗", "x", "red"),
    "wrong": ("✗", "x", "red"),
    "undecided": ("?", "?", "yellow"),
    "unknown": ("?", "?", "magenta"),
}
_MOST_OF_A_NAME = 60

NAME, STATED, EXPECTED, VERDICT, EXPLANATION, LINE = range(6)


def _joined_answer(row: Texts, column: tuple[int, ...]) -> list[str]:
    """A number under its name; what was expected only where that is something else."""
    lines = [f"{row[NAME]} = {row[STATED]}" if row[STATED] else row[NAME]]
    if row[EXPECTED] and not row[VERDICT].endswith("correct"):
        lines.append(f"expected {row[EXPECTED]}")
    return [*lines, *(row[place] for place in column if place in (VERDICT, EXPLANATION) and row[place])]


ANSWERS = Form(
    ("stated name", "stated", "expected", "verdict", "explanation", "line"),
    (
        ((NAME,), (STATED,), (EXPECTED,), (VERDICT,), (EXPLANATION,), (LINE,)),
        ((NAME, STATED, EXPECTED), (VERDICT,), (EXPLANATION,), (LINE,)),
        ((NAME, STATED, EXPECTED, VERDICT, EXPLANATION), (LINE,)),
    ),
    _joined_answer,
    frozenset((NAME, EXPLANATION)),
    frozenset((STATED, EXPECTED, LINE)),
    styled=VERDICT,
)


PLACED_ANSWERS = ANSWERS._replace(
    headings=(*ANSWERS.headings[:LINE], "place"),
    elastic=ANSWERS.elastic | {LINE},
    right=ANSWERS.right - {LINE},
)
FORMULAS = Form(
    ("formula", "explanation", "line"),
    (((0,), (1,), (2,)), ((0, 1), (2,))),
    lambda row, column: [row[place] for place in column if row[place]],
    frozenset((0, 1)),
    frozenset((2,)),
)


SHEETS = Form(
    ("sheet", "marks", "mistakes"),
    (((0,), (1,), (2,)), ((0, 1, 2),)),
    one_under_another,
    frozenset((0, 2)),
    frozenset((1,)),
)
SLIPS = Form(
    ("slip", "what it is", "example"),
    (((0,), (1,), (2,)), ((0,), (1, 2)), ((0, 1, 2),)),
    one_under_another,
    frozenset((1, 2)),
    frozenset(),
)


def draw_sheet(
    heading: Iterable[str], sheet: Marked, console: Console, ascii: bool, verbose: bool = False
) -> None:
    """One sheet: what holds for all of it, every number, and the marks."""
    say = _speaker(console, ascii)
    _draw_heading(heading, say)
    for convention in sheet.conventions:
        say(printable(convention.sentence), "yellow")
    rows, names = drawn([row.verdict in FAULTY for row in sheet.rows]), labels(sheet.rows)
    if rows:
        texts = [_texts(sheet.rows[place], names[place], ascii) for place in rows]
        styles = [MARKS[sheet.rows[place].verdict][2] for place in rows]
        form = PLACED_ANSWERS if any(row.place for row in sheet.rows) else ANSWERS
        console.print(table_in(form, texts, console.width, ascii, styles))
    if len(rows) < len(sheet.rows):
        say(f"{len(rows)} of {len(sheet.rows):,} shown, mistakes before others: -f csv has all", "italic")
    if sheet.rows or not formulas_line(sheet):
        say(summary_line(sheet), "bold")
    _draw_formulas(sheet, console, ascii, say)
    if sheet.unread and not verbose:
        say(unread_line(sheet, listed=False), "")
    for above, lines in lists(sheet) if verbose else ():
        say(above, "")
        for line in lines:
            console.print(Text(line if not ascii else typed(line)), soft_wrap=True)


def _draw_formulas(sheet: Marked, console: Console, ascii: bool, say: Callable[[str, str], None]) -> None:
    """The formulas that are wrong; they earn and cost no marks."""
    if not formulas_line(sheet):
        return
    rows = []
    for finding in sheet.formulas[:TABLE_ROWS]:
        texts = (formula_label(finding), printable(finding.explanation), str(finding.line))
        rows.append([typed(text) for text in texts] if ascii else texts)
    if rows:
        if sheet.rows:
            say("", "")
        console.print(table_in(FORMULAS, rows, console.width, ascii))
    say(formulas_line(sheet), "")


def draw_sheets(
    heading: Iterable[str],
    sheets: Iterable[Marked],
    tally: Tally,
    telling: Telling,
    console: Console,
    ascii: bool,
) -> None:
    """A class: a row for each sheet, and what went wrong most often.

    All sheets are gone through before anything is drawn, so that a progress bar has the screen to itself;
    only their rows are kept.
    """
    rows = [(printable(sheet.file), marks_cell(sheet), mistakes_line(sheet)) for sheet in sheets]
    say = _speaker(console, ascii)
    _draw_heading(heading, say)
    for start in range(0, len(rows), TABLE_ROWS):
        console.print(table_in(SHEETS, rows[start : start + TABLE_ROWS], console.width, ascii))
    for number, line in enumerate(class_lines(tally, telling)):
        say(line, "" if number else "bold")


def draw_slips(slips: Mapping[str, Slip], console: Console, ascii: bool) -> None:
    """The table of slips."""
    rows = [
        (slip, row.sentence, row.example) if not ascii else (slip, typed(row.sentence), typed(row.example))
        for slip, row in slips.items()
    ]
    console.print(table_in(SLIPS, rows, console.width, ascii))


def _speaker(console: Console, ascii: bool) -> Callable[[str, str], None]:
    """What prints a line of text, in signs that the output can carry."""

    def say(text: str, style: str) -> None:
        print_line(typed(text) if ascii else text, console, style)

    return say


def _draw_heading(heading: Iterable[str], say: Callable[[str, str], None]) -> None:
    for number, line in enumerate(heading):
        say(line, "" if number else "bold")
    say("", "")


def _texts(row: Row, name: str, ascii: bool) -> Texts:
    if len(name) > _MOST_OF_A_NAME:
        name = f"{name[:_MOST_OF_A_NAME]}…"
    sign, plain, _ = MARKS[row.verdict]
    texts = (
        name,
        printable(row.stated),
        expected(row),
        f"{plain if ascii else sign} {row.verdict}",
        printable(explained(row)),
        printable(where(row)),
    )
    return [typed(text) for text in texts] if ascii else texts

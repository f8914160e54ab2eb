"""A checked sheet as a sequence of blocks, which the terminal and Markdown write each in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from backtrace.errors import printable
from backtrace.views.check.rows import ShownSheet
from backtrace.views.check.sentences import (
    formula_label,
    formulas_line,
    labelled,
    lists,
    summary_line,
    unread_line,
)
from backtrace.views.page.records import typed
from backtrace.views.page.rich_columns import Columns, Texts, one_under_another

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
        ((NAME,), (STATED,), (EXPECTED,), (VERDICT,), (EXPLANATION,), (LINE,)),
        ((NAME, STATED, EXPECTED), (VERDICT,), (EXPLANATION,), (LINE,)),
        ((NAME, STATED, EXPECTED, VERDICT, EXPLANATION), (LINE,)),
    ),
    _answer_lines,
    frozenset((NAME, EXPLANATION)),
    frozenset((STATED, EXPECTED, LINE)),
    styled=VERDICT,
)
PLACED_ANSWERS = ANSWERS._replace(
    headings=(*ANSWERS.headings[:LINE], "place"),
    elastic=ANSWERS.elastic | {LINE},
    right=ANSWERS.right - {LINE},
)
FORMULAS = Columns(
    ("formula", "explanation", "line"),
    (((0,), (1,), (2,)), ((0, 1), (2,))),
    one_under_another,
    frozenset((0, 1)),
    frozenset((2,)),
)
SHEETS = Columns(
    ("sheet", "marks", "mistakes"),
    (((0,), (1,), (2,)), ((0, 1, 2),)),
    one_under_another,
    frozenset((0, 2)),
    frozenset((1,)),
)
SLIP_LIST = Columns(
    ("slip", "what it is", "example"),
    (((0,), (1,), (2,)), ((0,), (1, 2)), ((0, 1, 2),)),
    one_under_another,
    frozenset((1, 2)),
    frozenset(),
)


class ReportLine(NamedTuple):
    """A paragraph of one line."""

    text: str
    style: str = ""


class ReportTable(NamedTuple):
    """A table, with the verdict on each row, if it is about answers; the columns in `quoted` are code."""

    form: Columns
    rows: Sequence[Texts]
    quoted: frozenset[int]
    verdicts: Sequence[str] = ()


class Listing(NamedTuple):
    """Lines below a line that says what they are."""

    above: str
    lines: Sequence[str]


def sheet_blocks(
    sheet: ShownSheet, verbose: bool, ascii: bool
) -> Iterator[ReportLine | ReportTable | Listing]:
    """One sheet: conventions, every number, the marks, wrong formulas, and lines that were not understood."""
    sign: Callable[[str], str] = typed if ascii else str
    for convention in sheet.conventions:
        yield ReportLine(sign(printable(convention.sentence)), "yellow")
    if sheet.rows:
        yield _answers(sheet, sign, ascii)
    if sheet.rows or not formulas_line(sheet):
        yield ReportLine(summary_line(sheet), "bold")
    if sheet.formulas:
        rows = [[sign(formula_label(f)), sign(printable(f.explanation)), str(f.line)] for f in sheet.formulas]
        yield ReportTable(FORMULAS, rows, frozenset((0,)))
    if formulas_line(sheet):
        yield ReportLine(formulas_line(sheet))
    if sheet.unread and not verbose:
        yield ReportLine(unread_line(sheet))
    for above, lines in lists(sheet) if verbose else ():
        yield Listing(above, list(map(sign, lines)))


def _answers(sheet: ShownSheet, sign: Callable[[str], str], ascii: bool) -> ReportTable:
    rows = []
    for label, row in labelled(sheet.rows):
        stated, reason, where = map(printable, (row.statement.text, row.reason, row.where))
        verdict = f"{MARKS[row.verdict][ascii]} {row.verdict}"
        texts = map(sign, (label, stated, row.expected_text, reason, where))
        rows.append([*islice(texts, VERDICT), verdict, *texts])
    form = PLACED_ANSWERS if any(row.statement.place for row in sheet.rows) else ANSWERS
    return ReportTable(form, rows, frozenset((NAME, STATED)), [row.verdict for row in sheet.rows])

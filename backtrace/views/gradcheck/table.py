"""Gradient checks as tables: a row for each gradient, and the counts of verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from backtrace.gradchecking.estimates import Check
from backtrace.views.gradcheck import lines
from backtrace.views.gradcheck.lines import HEADINGS, MARKS
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_line
from backtrace.views.page.records import Look
from backtrace.views.page.rich_columns import Columns, Texts, most_faulty, table_in
from backtrace.views.page.rich_table import print_heading, print_line

GRADIENT, DERIVED, DIFFERENCE, COMPLEX_STEP, ERROR, VERDICT = range(6)


def _labelled(row: Texts, column: tuple[int, ...]) -> list[str]:
    """A gradient above the numbers that are compared."""
    first, *others = column
    return [row[first], *(f"{HEADINGS[place]} {row[place]}" for place in others if row[place])]


CHECKS = Columns(
    HEADINGS,
    (
        ((GRADIENT,), (DERIVED,), (DIFFERENCE,), (COMPLEX_STEP,), (ERROR,), (VERDICT,)),
        ((GRADIENT, DERIVED, DIFFERENCE, COMPLEX_STEP), (ERROR,), (VERDICT,)),
        ((GRADIENT, DERIVED, DIFFERENCE, COMPLEX_STEP, ERROR, VERDICT),),
    ),
    _labelled,
    frozenset((GRADIENT,)),
    frozenset((DERIVED, DIFFERENCE, COMPLEX_STEP, ERROR)),
    styled=VERDICT,
)


def draw(context: ViewContext) -> None:
    """Draw the subjects as they are checked."""
    look, console = context.look, context.console()
    several = 0
    for several, subject in enumerate(context.content, 1):
        if several == 1:
            print_heading((*context.heading(), lines.method_line(context.options["settings"], look)), console)
        checks = list(subject.checks)
        console.print()
        print_heading(
            (part_line(context.problem, subject.part, look), *lines.subject_lines(subject)), console
        )
        _draw_checks(checks, look, console)
    if several > 1:
        console.print()
        print_line(f"{several} samples, {lines.summary(context.options['counts'])}", console, "bold")


def _draw_checks(checks: Sequence[Check], look: Look, console: Console) -> None:
    places = most_faulty([check.verdict != "agrees" for check in checks])
    rows = [lines.texts(checks[place], look) for place in places]
    styles = [MARKS[checks[place].verdict][2] for place in places]
    console.print(table_in(CHECKS, rows, console.width, look.style.ascii, styles))
    if len(places) < len(checks):
        left_out = f"{len(places)} of {len(checks):,} shown, those that do not agree first: -f csv has all"
        print_line(left_out, console, "italic")
    print_heading(lines.result_lines(checks, look), console)

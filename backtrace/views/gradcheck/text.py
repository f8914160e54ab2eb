"""Gradient checks as tables of text: a row for each gradient, and the counts of verdicts."""

from __future__ import annotations

from backtrace.views.gradcheck.lines import (
    HEADINGS,
    MARKS,
    method_line,
    result_lines,
    subject_lines,
    summary,
    texts,
)
from backtrace.views.page.context import ViewContext
from backtrace.views.page.rich_table import Columns, Texts
from backtrace.views.page.text_pages import MarkdownPage, TerminalPage, TextPage
from backtrace.views.page.truncation import TABLE_ROWS

GRADIENT, DERIVED, DIFFERENCE, COMPLEX_STEP, ERROR, VERDICT = range(6)


def _labelled(row: Texts, column: tuple[int, ...]) -> list[str]:
    """A gradient above the numbers that are compared."""
    first, *others = column
    return [row[first], *(f"{HEADINGS[place]} {row[place]}" for place in others if row[place])]


CHECKS = Columns(
    HEADINGS,
    (
        ((GRADIENT, DERIVED, DIFFERENCE, COMPLEX_STEP), (ERROR,), (VERDICT,)),
        ((GRADIENT, DERIVED, DIFFERENCE, COMPLEX_STEP, ERROR, VERDICT),),
    ),
    _labelled,
    elastic={GRADIENT},
    right={DERIVED, DIFFERENCE, COMPLEX_STEP, ERROR},
    styled=VERDICT,
)


def draw(context: ViewContext) -> None:
    """Draw the subjects at the terminal as they are checked."""
    _write(context, TerminalPage(context))


def write_markdown(context: ViewContext) -> None:
    """Write the subjects in Markdown, with complete tables."""
    _write(context, MarkdownPage(context))


def _write(context: ViewContext, page: TextPage) -> None:
    """A heading, then for each subject a table and the counts of verdicts."""
    look, several = context.look, 0
    for several, subject in enumerate(context.content, 1):
        if several == 1:
            page.begin((*context.heading(), method_line(context.options["settings"], look)))
        page.heading(subject.part)
        for line in subject_lines(subject):
            page.line(line)
        checks = list(subject.checks)
        worst_first = sorted(range(len(checks)), key=lambda place: (checks[place].verdict == "agrees", place))
        shown = [checks[place] for place in sorted(page.first(worst_first, TABLE_ROWS))]
        styles = [MARKS[check.verdict][2] for check in shown]
        page.table(CHECKS, [texts(check, look) for check in shown], styles, names=True)
        if len(shown) < len(checks):
            left_out = f"{len(shown)} of {len(checks):,} shown, those that do not agree first: -f csv has all"
            page.line(left_out, "italic")
        for place, line in enumerate(result_lines(checks, look)):
            page.line(line, "" if place else "bold")
    if several > 1:
        page.title(f"{several} samples, {summary(context.options['counts'])}")

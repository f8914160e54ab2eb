"""Gradient checks as tables: a row for each gradient, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console

from backtrace.gradchecking.check import Subject
from backtrace.gradchecking.estimates import Check, Settings, Verdict
from backtrace.problem.problem import Problem
from backtrace.views.gradcheck.lines import (
    HEADINGS,
    MARKS,
    method_line,
    result_lines,
    subject_lines,
    summary,
    texts,
)
from backtrace.views.page.headings import part_line, problem_lines
from backtrace.views.page.records import Look
from backtrace.views.page.rich_columns import Columns, Texts, most_faulty, table_in
from backtrace.views.page.rich_table import print_line

GRADIENT, DERIVED, DIFFERENCE, COMPLEX_STEP, ERROR, VERDICT = range(6)


def _labelled(row: Texts, column: tuple[int, ...]) -> list[str]:
    """A gradient above the numbers that are held against each other."""
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


def draw(
    problem: Problem, subjects: Iterable[Subject], settings: Settings, look: Look, console: Console
) -> Counter[Verdict]:
    """Draw the subjects as they are checked; how often each verdict was given."""
    counts: Counter[Verdict] = Counter()
    several = 0
    for several, subject in enumerate(subjects, 1):
        if several == 1:
            for number, line in enumerate(problem_lines(problem, "float64", look)):
                print_line(line, console, "bold" if number == 0 else "")
            print_line(method_line(settings, look), console, "")
        checks = list(subject.checks)
        counts.update(check.verdict for check in checks)
        console.print()
        print_line(part_line(problem, subject.part, look), console, "bold")
        _draw_subject(subject, checks, look, console)
    if several > 1:
        console.print()
        print_line(f"{several} samples, {summary(counts)}", console, "bold")
    return counts


def _draw_subject(subject: Subject, checks: Sequence[Check], look: Look, console: Console) -> None:
    for line in subject_lines(subject):
        print_line(line, console, "")
    places = most_faulty([check.verdict != "agrees" for check in checks])
    rows = [texts(checks[place], look) for place in places]
    styles = [MARKS[checks[place].verdict][2] for place in places]
    console.print(table_in(CHECKS, rows, console.width, look.style.ascii, styles))
    if len(places) < len(checks):
        line = f"{len(places)} of {len(checks):,} shown, what does not agree before others: -f csv has all"
        print_line(line, console, "italic")
    for number, line in enumerate(result_lines(checks, look)):
        print_line(line, console, "" if number else "bold")

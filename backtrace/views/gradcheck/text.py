"""Gradient checks as text: a table with a row for each gradient, and sentences around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from backtrace.gradchecking.check import Subject
from backtrace.gradchecking.complex_step import STEP
from backtrace.gradchecking.estimates import Check, Settings, Verdict
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look
from backtrace.views.page.rich_table import Columns, Texts
from backtrace.views.page.text_pages import MarkdownPage, TerminalPage, TextPage
from backtrace.views.page.truncation import TABLE_ROWS

MARKS: Mapping[Verdict, tuple[str, str, str]] = {
    "agrees": ("✓", "+", "green"),
    "wrong": ("✗", "x", "red"),
    "kink": ("∧", "^", "yellow"),
    "undecided": ("?", "?", "yellow"),
}
HEADINGS = ("gradient", "derived", "difference", "complex step", "error", "verdict")
_MOST_NAMED = 6
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
            page.begin((*context.heading(), _method_line(context.options["settings"], look)))
        page.heading(subject.part)
        for line in _subject_lines(subject):
            page.line(line)
        checks = list(subject.checks)
        worst_first = sorted(range(len(checks)), key=lambda place: (checks[place].verdict == "agrees", place))
        shown = [checks[place] for place in sorted(page.first(worst_first, TABLE_ROWS))]
        styles = [MARKS[check.verdict][2] for check in shown]
        page.table(CHECKS, [_texts(check, look) for check in shown], styles, names=True)
        if len(shown) < len(checks):
            left_out = f"{len(shown)} of {len(checks):,} shown, those that do not agree first: -f csv has all"
            page.line(left_out, "italic")
        for place, line in enumerate(_result_lines(checks, look)):
            page.line(line, "" if place else "bold")
    if several > 1:
        page.title(f"{several} samples, {_summary(context.options['counts'])}")


def _method_line(settings: Settings, look: Look) -> str:
    """The method: the steps, and the tolerance."""
    times, apart = ("*", " | ") if look.style.ascii else ("·", " · ")
    facts = (
        f"central differences, step {settings.step:.3g}{times}max(1, |w|)",
        f"complex step {STEP:g}",
        f"tolerance {settings.tolerance:g}, relative",
    )
    return apart.join(facts)


def _subject_lines(subject: Subject) -> Iterator[str]:
    """Sentences on the gradients not checked, and on a missing complex step."""
    if subject.checked < subject.total:
        yield (
            f"{subject.checked:,} of {subject.total:,} gradients, evenly from each layer; "
            f"--show picks others, --all takes every one"
        )
    if subject.no_complex_form:
        yield f"no complex step: {subject.no_complex_form} has no form for complex numbers"


def _result_lines(checks: Sequence[Check], look: Look) -> Iterator[str]:
    """The counts, which gradients are wrong, and why some are neither right nor wrong."""
    counts = Counter(check.verdict for check in checks)
    yield _summary(counts) + _exactness(checks)
    by_verdict = {verdict: [check for check in checks if check.verdict == verdict] for verdict in counts}
    if wrong := by_verdict.get("wrong"):
        yield f"wrong: {_named(wrong, look)}"
    if kinks := by_verdict.get("kink"):
        bent = _listed(dict.fromkeys(look.symbol(symbol) for check in kinks for symbol in check.kinks))
        yield (
            f"kink: {_named(kinks, look)}: there is a kink in {bent} between the evaluations; "
            f"a difference across a kink is no derivative"
        )
    if undecided := by_verdict.get("undecided"):
        yield f"undecided: {_named(undecided, look)}: too small, or the step too coarse, to tell in float64"


def _summary(counts: Mapping[Verdict, int]) -> str:
    """The count of each verdict, in one line."""
    total = sum(counts.values())
    noun = "gradient" if total == 1 else "gradients"
    if counts.get("agrees") == total:
        return f"{total:,} {noun}: {'it agrees' if total == 1 else 'all agree'}"
    parts = (f"{n:,} {_plural(verdict, n)}" for verdict in MARKS if (n := counts.get(verdict, 0)))
    return f"{total:,} {noun}: {', '.join(parts)}"


def _plural(verdict: Verdict, count: int) -> str:
    if verdict == "agrees":
        return "agrees" if count == 1 else "agree"
    return "kinks" if verdict == "kink" and count > 1 else verdict


def _exactness(checks: Iterable[Check]) -> str:
    """The largest errors of the gradients that agree."""
    agreeing = [check for check in checks if check.verdict == "agrees"]
    by_difference = [check.relative_error for check in agreeing if check.relative_error is not None]
    by_complex_step = [check.complex_error for check in agreeing if check.complex_error is not None]
    largest = f"; largest error {_error(max(by_difference))}" if by_difference else ""
    if largest and by_complex_step:
        largest += f", against the complex step {_error(max(by_complex_step))}"
    return largest


def _error(error: float | None) -> str:
    return "" if error is None else f"{error:.1e}" if error else "0"


def _named(checks: Iterable[Check], look: Look) -> str:
    return _listed(look.name(check.symbol) for check in checks)


def _listed(names: Iterable[str]) -> str:
    """The first few names, and the number of others."""
    known = list(names)
    more = len(known) - _MOST_NAMED
    return ", ".join(known[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _texts(check: Check, look: Look) -> tuple[str, ...]:
    """The cells of a check under `HEADINGS`; without an estimate they are blank."""
    sign, plain, _ = MARKS[check.verdict]
    return (
        look.name(check.symbol),
        look.numerals.text(check.derived),
        "" if check.difference is None else look.numerals.text(check.difference),
        "" if check.complex_step is None else look.numerals.text(check.complex_step),
        _error(check.relative_error),
        f"{plain if look.style.ascii else sign} {check.verdict}",
    )

"""Gradient checks → the sentences around their tables and the cells in them, the same in every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from backtrace.gradchecking.check import Subject
from backtrace.gradchecking.complex_step import STEP
from backtrace.gradchecking.estimates import Check, Settings, Verdict
from backtrace.views.page.records import Look

MARKS: Mapping[Verdict, tuple[str, str, str]] = {
    "agrees": ("✓", "+", "green"),
    "wrong": ("✗", "x", "red"),
    "kink": ("∧", "^", "yellow"),
    "undecided": ("?", "?", "yellow"),
}
HEADINGS = ("gradient", "derived", "difference", "complex step", "error", "verdict")
_MOST_NAMED = 6


def method_line(settings: Settings, look: Look) -> str:
    """The method: the steps, and the tolerance."""
    times, apart = ("*", " | ") if look.style.ascii else ("·", " · ")
    facts = (
        f"central differences, step {settings.step:.3g}{times}max(1, |w|)",
        f"complex step {STEP:g}",
        f"tolerance {settings.tolerance:g}, relative",
    )
    return apart.join(facts)


def subject_lines(subject: Subject) -> Iterator[str]:
    """Sentences on the gradients not checked, and on a missing complex step."""
    if subject.checked < subject.total:
        yield (
            f"{subject.checked:,} of {subject.total:,} gradients, evenly from each layer; "
            f"--show picks others, --all takes every one"
        )
    if subject.no_complex_form:
        yield f"no complex step: {subject.no_complex_form} has no form for complex numbers"


def result_lines(checks: Sequence[Check], look: Look) -> Iterator[str]:
    """The counts, which gradients are wrong, and why some are neither right nor wrong."""
    counts = Counter(check.verdict for check in checks)
    yield summary(counts) + _exactness(checks)
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


def summary(counts: Mapping[Verdict, int]) -> str:
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


def texts(check: Check, look: Look) -> tuple[str, ...]:
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

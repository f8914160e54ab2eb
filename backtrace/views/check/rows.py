"""Rows and marks of a checked sheet, as every format shows them.

How much is shown is decided here, once for all formats. The right value appears in `expected` and in the
checker's own explanations; where it is not revealed, both are left out, and the slip's general sentence takes
the explanation's place. Knows no format.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, get_args

from backtrace.checking.report import (
    FAULTY,
    VERDICTS,
    Convention,
    Finding,
    FormulaFinding,
    Judgement,
    Report,
    Root,
    has_mark,
    is_right,
    mark,
)
from backtrace.checking.statement import Statement
from backtrace.typesetting.numerals import Numerals

Feedback = Literal["brief", "slip", "full"]
FEEDBACKS: tuple[str, ...] = get_args(Feedback)

ALTERNATIVES_NAMED = 3


class Disclosure(NamedTuple):
    """How much a student sees: right or wrong, the slip, or everything; and whether the right values."""

    feedback: Feedback = "full"
    reveal: bool = True
    slip_mark: float = 0.0
    few_digits_mark: float = 1.0

    @property
    def in_general(self) -> bool:
        """Whether explanations must contain no numbers."""
        return self.feedback == "slip" or not self.reveal


class ReportRow(NamedTuple):
    """A judgement as it is shown, and the mark that its statement earns, of none or one."""

    statement: Statement
    id: str
    step: int | None
    sample: int | None
    expected: float | None
    verdict: str
    slip: str | None
    explanation: str
    alternatives: tuple[Finding, ...]
    root: Root | None
    mark: float
    out_of: int

    @property
    def where(self) -> str:
        """The place of a number in the file that it was read from, by default its line."""
        return self.statement.place or str(self.statement.line or "")

    @property
    def expected_text(self) -> str:
        """The right value with at least as many digits as were stated, so that the two can be compared."""
        if self.expected is None:
            return ""
        mantissa = re.split("[eE]", self.statement.text)[0]
        digits = len(re.sub(r"\D", "", mantissa).lstrip("0"))
        return Numerals(min(max(6, digits), 17)).text(self.expected)

    @property
    def reason(self) -> str:
        """The explanation, and the other slips that fit as well."""
        slips = list(dict.fromkeys(f.slip for f in self.alternatives if f.slip != self.slip))
        others = f"also fits: {'; '.join(map(sentence_of, slips[:ALTERNATIVES_NAMED]))}"
        if not slips:
            return self.explanation
        if len(slips) > ALTERNATIVES_NAMED:
            others += f"; and {len(slips) - ALTERNATIVES_NAMED} more"
        return f"{self.explanation} ({others})" if self.explanation else others


class ShownSheet(NamedTuple):
    """A report as it is shown: its judgements as rows, its formulas, and the count of each verdict."""

    report: Report
    rows: tuple[ReportRow, ...]
    formulas: tuple[FormulaFinding, ...]
    counts: dict[str, int]
    marks: float


def shown_sheet(report: Report, disclosure: Disclosure) -> ShownSheet:
    """The part of a report that is to be shown."""
    names = {Root(j.id, j.step or 1, j.sample): j.statement.name for j in reversed(report.judgements)}
    rows = tuple(_row(judgement, disclosure, names) for judgement in report.judgements)
    formulas = tuple(_formula(finding, disclosure) for finding in report.formulas)
    found = Counter(row.verdict for row in rows)
    counts = {verdict: found[verdict] for verdict in VERDICTS}
    report = report._replace(conventions=tuple(_conventions(report, disclosure)))
    marks = report.marks(disclosure.slip_mark, disclosure.few_digits_mark)
    return ShownSheet(report, rows, formulas, counts, marks)


def _conventions(report: Report, disclosure: Disclosure) -> Iterator[Convention]:
    """What is said of a whole sheet; a cause tells as much as the explanations of its numbers."""
    for convention in report.conventions:
        if disclosure.feedback == "brief" and convention.what == "cause":
            continue
        is_general = disclosure.in_general and convention.general
        yield convention._replace(sentence=convention.general) if is_general else convention


def corrections(sheet: ShownSheet) -> ShownSheet:
    """The sheet with only the numbers that need correction."""
    return sheet._replace(rows=tuple(row for row in sheet.rows if row.verdict not in ("correct", "rounding")))


def _formula(finding: FormulaFinding, disclosure: Disclosure) -> FormulaFinding:
    """A wrong formula, with as much of the reason as is to be shown."""
    if disclosure.feedback == "brief":
        return finding._replace(expected=None, slip=None, explanation="")
    if disclosure.in_general:
        return finding._replace(expected=None, explanation=sentence_of(finding.slip) if finding.slip else "")
    return finding


def _row(judgement: Judgement, disclosure: Disclosure, names: Mapping[Root, str]) -> ReportRow:
    earned = mark(judgement, disclosure.slip_mark, disclosure.few_digits_mark)
    row = ReportRow(*judgement[:10], earned, int(has_mark(judgement)))
    if not (disclosure.reveal and row.expected is not None and math.isfinite(row.expected)):
        row = row._replace(expected=None)
    if disclosure.feedback == "brief":
        # A verdict without its reason: a slip that keeps the mark counts as right, one made before does not.
        is_wrong = row.verdict in FAULTY and not is_right(judgement) and (row.mark < 1 or row.root)
        known = "wrong" if is_wrong else "correct"
        verdict = "unknown" if row.verdict == "unknown" else known
        said = "; ".join(_about_the_mark(judgement, ""))
        return row._replace(verdict=verdict, slip=None, explanation=said, alternatives=(), root=None)
    if disclosure.in_general:
        row = row._replace(
            explanation=_in_general(row, names),
            alternatives=tuple(Finding(slip, sentence_of(slip)) for slip, *_ in row.alternatives),
        )
    remarks = [remark.general if disclosure.in_general else remark.sentence for remark in judgement.remarks]
    reasons = (row.explanation, *_about_the_mark(judgement, row.explanation), *remarks)
    return row._replace(explanation="; ".join(dict.fromkeys(filter(None, reasons))))


def _about_the_mark(judgement: Judgement, explanation: str) -> Iterator[str]:
    """Why a number may earn less than its verdict says, behind its explanation."""
    many = judgement.digits_wanted
    if many and not explanation:
        yield "correct"
    if many:
        yield f"please give {many} digit{'' if many == 1 else 's'}"
    if judgement.uncounted:
        yield judgement.uncounted


def _in_general(row: ReportRow, names: Mapping[Root, str]) -> str:
    """An explanation without numbers."""
    if row.slip is not None and row.verdict in FAULTY:
        return sentence_of(row.slip)
    if row.verdict == "carried" and row.root:
        # A root by the student's name for it; with step and sample only where they differ from the row's.
        root, name = row.root, names.get(row.root, row.root.id)
        is_beside = (root.step, root.sample) == (row.step, row.sample)
        return f"follows from {name if is_beside else name + place(root.step, root.sample)}"
    if row.verdict == "carried":
        return "follows from an earlier mistake"
    if row.verdict == "rounding":
        return "follows from the rounded numbers before it"
    if row.verdict == "wrong":
        return "none of the known slips gives it"
    if row.verdict == "undecided":
        return "too few digits to tell right from wrong"
    # No value is right for an unknown name, so its explanation reveals none.
    return row.explanation if row.verdict == "unknown" else ""


def sentence_of(slip: str) -> str:
    """The sentence of a slip, which holds whatever the numbers."""
    from backtrace.checking.slips.table import SLIPS

    return SLIPS[slip].sentence if slip in SLIPS else slip.replace("_", " ")


def place(step: int | None, sample: int | None) -> str:
    """Step and sample in brackets, to follow a name, as far as they are known."""
    known = [f"{what} {n}" for what, n in (("step", step), ("sample", sample)) if n is not None]
    return f" ({', '.join(known)})" if known else ""


def exact_marks(marks: float) -> float:
    """Marks without the rounding noise of adding tenths in binary; whole ones as integers."""
    marks = round(marks, 9)
    return int(marks) if marks == int(marks) else marks

"""The result of a check: a judgement for every statement, and the marks.

Knows nothing of how it is shown.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal, NamedTuple, get_args

from backtrace.checking.statement import Statement

Verdict = Literal["correct", "rounding", "carried", "slip", "wrong", "undecided", "unknown"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
FAULTY = ("slip", "wrong")
KEEP_THE_MARK = ("truncated", "rounded_too_early")


class Finding(NamedTuple):
    """A slip that gives the stated number, and the sentence that says how; `second`: a slip made as well."""

    slip: str
    explanation: str
    second: str | None = None


class Remark(NamedTuple):
    """A remark on the working before a number: in general, and with the numbers."""

    general: str
    sentence: str


class Root(NamedTuple):
    """The faulty statement that a carried one follows from, or whose error a faulty one repeats."""

    id: str
    step: int
    sample: int | None


class Judgement(NamedTuple):
    """The verdict on one statement, and its reasons.

    `id` is the quantity's own id, or the student's name for an unknown one; `expected` its true value.
    `slip` and `explanation` are those of the most plausible finding; `alternatives` are the other ones.
    `remarks` are about the working that is written before the number; `second` is a slip made as well.
    `digits_wanted` is the number of digits that was asked for, where a right number has fewer; else it is 0.
    `uncounted` says why there is no mark for it, if there is none.
    """

    statement: Statement
    id: str
    step: int | None
    sample: int | None
    expected: float | None
    verdict: Verdict
    slip: str | None = None
    explanation: str = ""
    alternatives: tuple[Finding, ...] = ()
    root: Root | None = None
    remarks: tuple[Remark, ...] = ()
    second: str | None = None
    digits_wanted: int = 0
    uncounted: str = ""


class FormulaFinding(NamedTuple):
    """A written formula that is not equal to the quantity it claims to be.

    `id` is the quantity's, or the left side as it is written; `formula` the right one as it is written, and
    `expected` the one in the derivation.
    """

    id: str
    formula: str
    expected: str | None
    slip: str | None
    explanation: str
    line: int
    place: str = ""

    @property
    def where(self) -> str:
        """The place of the formula in the source of the sheet, by default its line."""
        return self.place or str(self.line)


class Convention(NamedTuple):
    """Something that holds for the whole sheet and is said once; `general` says it without numbers."""

    what: str
    sentence: str
    general: str = ""


class Report(NamedTuple):
    """A checked sheet; `error` says why there is nothing else where the file could not be read.

    `formulas` are those that are wrong, `right_formulas` counts the others that were evaluated, and
    `not_evaluated` has the lines of those that could not be; `blank` counts places left empty. `missing` is
    what was asked for and is not stated; None where the sheet itself says what there is to mark.
    """

    file: str
    error: str | None = None
    judgements: tuple[Judgement, ...] = ()
    conventions: tuple[Convention, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()
    formulas: tuple[FormulaFinding, ...] = ()
    right_formulas: int = 0
    not_evaluated: tuple[tuple[int, str], ...] = ()
    blank: int = 0
    missing: tuple[Root, ...] | None = None

    def counts(self) -> dict[str, int]:
        """The number of statements with each verdict."""
        found: Counter[str] = Counter(judgement.verdict for judgement in self.judgements)
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def out_of(self) -> int:
        """The marks there are to have: one for every statement that counts, and for what is missing."""
        return sum(map(has_mark, self.judgements)) + len(self.missing or ())

    def marks(self, slip_mark: float = 0.0, few_digits_mark: float = 1.0) -> float:
        """The marks earned: the sum of those of the statements."""
        return sum(mark(judgement, slip_mark, few_digits_mark) for judgement in self.judgements)

    @property
    def marks_something(self) -> bool:
        """Whether a number was marked, or a formula evaluated."""
        return bool(self.out_of or self.formulas or self.right_formulas)

    @property
    def has_mistakes(self) -> bool:
        """Whether something is wrong, or missing that was asked for."""
        faulty = any(judgement.verdict in FAULTY for judgement in self.judgements)
        return faulty or bool(self.formulas or self.missing)


def mark(judgement: Judgement, slip_mark: float = 0.0, few_digits_mark: float = 1.0) -> float:
    """The mark of one statement, from 0 to 1; an error that was made before costs nothing again.

    A slip earns `slip_mark`, a right number with fewer digits than were asked for `few_digits_mark`.
    """
    if not has_mark(judgement):
        return 0.0
    if judgement.digits_wanted:
        return few_digits_mark
    if is_right(judgement) or judgement.root is not None:
        return 1.0
    return slip_mark if judgement.verdict == "slip" else 0.0


def has_mark(judgement: Judgement) -> bool:
    """Whether there is a mark to have for a statement."""
    return judgement.verdict != "unknown" and not judgement.uncounted


def is_right(judgement: Judgement) -> bool:
    """Whether a number earns its mark for itself, and not because its error was made before."""
    return judgement.verdict not in (*FAULTY, "unknown") or judgement.slip in KEEP_THE_MARK

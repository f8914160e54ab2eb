"""Reports → what is told of them: rows with the same columns in every form, and the marks.

How much is told is decided here, once for all forms. A number that gives the right one away stands in
`expected` and in the checker's own explanations; where it is not to be revealed both are left out, and the
slip's general sentence stands in the explanation's place.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    mark,
)
from backtrace.errors import printable
from backtrace.symbolic.ids import transcribe
from backtrace.typesetting.numerals import Numerals

Feedback = Literal["brief", "slip", "full"]
FEEDBACKS: tuple[str, ...] = get_args(Feedback)

_MOST_OF_A_LINE = 200
_MOST_ALTERNATIVES = 3

_TYPED = str.maketrans(
    {"′": "'", "−": "-", "–": "-", "½": "1/2", "²": "^2", "…": "...", "√": "sqrt", "×": "x"}
)


class Telling(NamedTuple):
    """How much is told: right or wrong, the slip, or everything; and whether the expected values are."""

    feedback: Feedback = "full"
    reveal: bool = True
    slip_mark: float = 0.0


class Row(NamedTuple):
    """What is told of one statement. `mark` is what it earns of `out_of`, which is 1, or 0 if unknown."""

    id: str
    name: str
    stated: str
    expected: float | None
    verdict: str
    slip: str | None
    explanation: str
    alternatives: tuple[Finding, ...]
    root: Root | None
    line: int | None
    sample: int | None
    step: int | None
    mark: float
    out_of: int
    place: str = ""


class Marked(NamedTuple):
    """What is told of a sheet; `error` says why there is nothing else."""

    file: str
    error: str | None
    rows: tuple[Row, ...]
    conventions: tuple[Convention, ...]
    unread: tuple[tuple[int, str], ...]
    counts: dict[str, int]
    marks: float
    out_of: int
    formulas: tuple[FormulaFinding, ...] = ()
    right_formulas: int = 0
    not_evaluated: tuple[tuple[int, str], ...] = ()
    blank: int = 0


def marked(report: Report, telling: Telling) -> Marked:
    """So much of a report as is to be told."""
    names = {Root(j.id, j.step or 1, j.sample): j.statement.name for j in reversed(report.judgements)}
    rows = tuple(_row(judgement, telling, names) for judgement in report.judgements)
    found = Counter(row.verdict for row in rows)
    return Marked(
        report.file,
        report.error,
        rows,
        report.conventions,
        report.unread,
        {verdict: found[verdict] for verdict in VERDICTS},
        report.marks(telling.slip_mark),
        report.out_of,
        tuple(_formula(finding, telling) for finding in report.formulas),
        report.right_formulas,
        report.not_evaluated,
        report.blank,
    )


def corrections(sheet: Marked) -> Marked:
    """Only the numbers that want correcting, of those that were counted."""
    rows = tuple(row for row in sheet.rows if row.verdict not in ("correct", "rounding"))
    return sheet._replace(rows=rows)


def where(row: Row) -> str:
    """Where a number stands: in what it was taken from, else its line."""
    return row.place or ("" if row.line is None else str(row.line))


def _formula(finding: FormulaFinding, telling: Telling) -> FormulaFinding:
    """A wrong formula, with so much of the reason as is to be told."""
    if telling.feedback == "brief":
        return finding._replace(expected=None, slip=None, explanation="")
    if telling.feedback == "slip" or not telling.reveal:
        said = sentence_of(finding.slip) if finding.slip else ""
        return finding._replace(expected=None, explanation=said)
    return finding


def _row(judgement: Judgement, telling: Telling, names: Mapping[Root, str]) -> Row:
    statement, expected = judgement.statement, judgement.expected
    reveals = telling.reveal and expected is not None and math.isfinite(expected)
    row = Row(
        judgement.id,
        statement.name,
        statement.text,
        expected if reveals else None,
        judgement.verdict,
        judgement.slip,
        judgement.explanation,
        judgement.alternatives,
        judgement.root,
        statement.line,
        judgement.sample,
        judgement.step,
        mark(judgement, telling.slip_mark),
        int(judgement.verdict != "unknown"),
        statement.place,
    )
    if telling.feedback == "brief":
        return row._replace(
            verdict=_right_or_wrong(row), slip=None, explanation="", alternatives=(), root=None
        )
    if telling.feedback == "slip" or not telling.reveal:
        alternatives = tuple(Finding(slip, sentence_of(slip)) for slip, _ in row.alternatives)
        said = [_in_general(row, names), *(remark.general for remark in judgement.remarks)]
        return row._replace(explanation=_in_a_row(said), alternatives=alternatives)
    return row._replace(
        explanation=_in_a_row([row.explanation, *(remark.sentence for remark in judgement.remarks)])
    )


def _in_a_row(sentences: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, sentences)))


def _right_or_wrong(row: Row) -> str:
    """A verdict without its reason. A slip that keeps the whole mark counts as right."""
    if row.verdict == "unknown":
        return "unknown"
    return "wrong" if row.verdict in FAULTY and row.mark < 1 else "correct"


def _in_general(row: Row, names: Mapping[Root, str]) -> str:
    """An explanation in which there are no numbers."""
    if row.slip is not None and row.verdict in FAULTY:
        return sentence_of(row.slip)
    if row.verdict == "carried":
        return (
            f"follows from {_root_for(row, row.root, names)}"
            if row.root
            else "follows from an earlier mistake"
        )
    if row.verdict == "undecided":
        return "too few digits to tell right from wrong"
    # Nothing is right for a name that means nothing: its explanation is about the name.
    return row.explanation if row.verdict == "unknown" else ""


def _root_for(row: Row, root: Root, names: Mapping[Root, str]) -> str:
    """A root by the student's name for it; step and sample only where they differ from the row's."""
    name = names.get(root, root.id)
    return (
        name if (root.step, root.sample) == (row.step, row.sample) else name + place(root.step, root.sample)
    )


def sentence_of(slip: str) -> str:
    """What a slip is, whatever the numbers."""
    from backtrace.checking.slips.table import SLIPS

    return SLIPS[slip].sentence if slip in SLIPS else slip.replace("_", " ")


def root_of(root: Root) -> str:
    """The statement that a carried one rests on: delta_o (step 1, sample 2)."""
    return root.id + place(root.step, root.sample)


def place(step: int | None, sample: int | None) -> str:
    """Step and sample in brackets behind a name, as far as they are known."""
    known = [f"{what} {n}" for what, n in (("step", step), ("sample", sample)) if n is not None]
    return f" ({', '.join(known)})" if known else ""


def expected(row: Row) -> str:
    """The right value with at least as many digits as were stated, so that the two can be compared."""
    if row.expected is None:
        return ""
    mantissa = re.split("[eE]", row.stated)[0]
    digits = len(re.sub(r"\D", "", mantissa).lstrip("0"))
    return Numerals(min(max(6, digits), 17)).text(row.expected)


def explained(row: Row) -> str:
    """The explanation, and the other slips that fit as well."""
    if not row.alternatives:
        return row.explanation
    slips = list(dict.fromkeys(finding.slip for finding in row.alternatives))
    others = f"also fits: {'; '.join(map(sentence_of, slips[:_MOST_ALTERNATIVES]))}"
    if len(slips) > _MOST_ALTERNATIVES:
        others += f"; and {len(slips) - _MOST_ALTERNATIVES} more"
    return f"{row.explanation} ({others})" if row.explanation else others


def labels(rows: Sequence[Row]) -> list[str]:
    """What the rows are called: the writer's names, with step and sample where these are not all the same."""
    steps = {row.step for row in rows} - {None}
    samples = {row.sample for row in rows} - {None}
    return [
        printable(row.name)
        + place(row.step if len(steps) > 1 else None, row.sample if len(samples) > 1 else None)
        for row in rows
    ]


def summary_line(sheet: Marked) -> str:
    """The marks and how they came about.

    >>> summary_line(Marked("a.yaml", None, (), (), (), {"correct": 5, "slip": 1, "wrong": 0}, 5.0, 6))
    '5 of 6 marks: 5 correct, 1 slip'
    """
    counted = [f"{count:,} {verdict}" for verdict, count in sheet.counts.items() if count]
    if not counted:
        return "no stated numbers found"
    blank = f"; {sheet.blank:,} left blank" if sheet.blank else ""
    return f"{shown_marks(sheet.marks)} of {sheet.out_of:,} marks: {', '.join(counted)}{blank}"


def unread_line(sheet: Marked, listed: bool) -> str:
    """How many lines were not understood, and how to see them; nothing if none."""
    many = len(sheet.unread)
    if not many:
        return ""
    said = f"{many:,} {'line was' if many == 1 else 'lines were'} not understood"
    return f"{said}:" if listed else f"{said} (--verbose lists {'it' if many == 1 else 'them'})"


def unread_lines(sheet: Marked) -> list[str]:
    """The lines that were not understood, with their numbers, each short."""
    return [f"  line {line}: {printable(text[:_MOST_OF_A_LINE])}" for line, text in sheet.unread]


def formula_label(finding: FormulaFinding) -> str:
    """A formula as it is written, for the quantity that it was taken for."""
    return printable(f"{finding.id} = {finding.formula}"[:_MOST_OF_A_LINE])


def formulas_line(sheet: Marked) -> str:
    """How many formulas were evaluated and how many of them are right; nothing if there are none."""
    evaluated = sheet.right_formulas + len(sheet.formulas)
    formulas = "formula is" if evaluated == 1 else "formulas are"
    said = f"{sheet.right_formulas:,} of {evaluated:,} {formulas} right" if evaluated else ""
    if not sheet.not_evaluated:
        return said
    said = f"{said}; " if said else "formulas: "
    return f"{said}{len(sheet.not_evaluated):,} could not be evaluated"


def not_evaluated_lines(sheet: Marked) -> list[str]:
    """The formulas that could not be evaluated, with their lines, each short."""
    return [f"  line {line}: {printable(text[:_MOST_OF_A_LINE])}" for line, text in sheet.not_evaluated]


def lists(sheet: Marked) -> list[tuple[str, list[str]]]:
    """What --verbose lists: what stands above, and the lines."""
    unread = unread_line(sheet, listed=True), unread_lines(sheet)
    not_evaluated = "formulas that could not be evaluated:", not_evaluated_lines(sheet)
    return [(above, lines) for above, lines in (unread, not_evaluated) if lines]


def about(sheet: Marked) -> str:
    """What is to be said of a whole sheet, for forms that have one place for it."""
    lines = [convention.sentence for convention in sheet.conventions]
    lines.append(summary_line(sheet))
    if formulas_line(sheet):
        lines.append(formulas_line(sheet))
    lines += [f"  line {f.line}: {formula_label(f)}: {f.explanation}" for f in sheet.formulas]
    if sheet.unread:
        lines += [unread_line(sheet, listed=True), *unread_lines(sheet)]
    return "\n".join(map(printable, lines))


def exact_marks(marks: float) -> float:
    """Marks without the dust of adding tenths in binary; whole ones as integers."""
    marks = round(marks, 9)
    return int(marks) if marks == int(marks) else marks


def shown_marks(marks: float) -> str:
    """Marks as a person reads them."""
    return f"{exact_marks(marks):,}"


def typed(text: str) -> str:
    """A sentence in signs that every keyboard has.

    >>> typed("δ_o·w_5: the slope σ′(h_1) was left out")
    "delta_o*w_5: the slope sigma'(h_1) was left out"
    """
    return transcribe(text.translate(_TYPED))

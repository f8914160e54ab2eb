"""The quantities asked for: a sheet's marks are out of these, and the others are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from backtrace.checking.graph import Key
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import matrices_of, matrix_of, steps_of
from backtrace.checking.naming.resolve import NameResolver, NumberedSteps
from backtrace.checking.report import Report, Root, mark
from backtrace.checking.stated_number import with_precision
from backtrace.checking.statement import Sheet
from backtrace.errors import BacktraceError, printable

NOT_ASKED, STATED_AGAIN = "not asked for, so it has no mark", "stated more than once, so it has one mark"


def asked_quantities(checker: Checker, sheet: Sheet) -> tuple[Root, ...]:
    """The quantities that a form or list asks for, in its order; what is given is not among them.

    Raises:
        BacktraceError: it asks for something that does not exist, or for nothing.
    """
    steps = NumberedSteps(checker.problem, sheet)
    graph = checker.diagnosis(steps_of(checker, sheet, steps)).graph
    naming = NameResolver(checker.lookup(graph, sheet), steps, sheet.document)
    found: dict[Root, None] = {}
    matrices = matrices_of(sheet)
    for asked in sheet.statements:
        key = naming.key(asked, with_precision(asked.number), matrices.get(matrix_of(asked), ()))
        if not isinstance(key, Key):
            line = f":{asked.line}" if asked.line else ""
            raise BacktraceError(f"{sheet.file}{line}: {printable(asked.name)}: {key}")
        if graph[key].expression is not None:
            found[Root(key.id, key.step, key.sample)] = None
    if not found:
        raise BacktraceError(f"{sheet.file}: asks for nothing; expected a form, or a list of ids")
    return tuple(found)


def out_of_asked(report: Report, asked: Sequence[Root]) -> Report:
    """The report with one mark for each quantity that was asked for.

    Where a quantity is stated more than once, the statement that earns least has the mark.
    """
    if report.error is not None:
        return report
    stated: dict[Root, list[int]] = defaultdict(list)
    for place, judgement in enumerate(report.judgements):
        if judgement.verdict != "unknown":
            stated[Root(judgement.id, judgement.step or 1, judgement.sample)].append(place)
    wanted, judgements = set(asked), list(report.judgements)
    for root, places in stated.items():
        # Half a mark for a slip, here, only orders the statements: a wrong one, a slip, one with few digits.
        least = min(places, key=lambda place: mark(judgements[place], 0.5, 0.75))
        for place in places:
            if root not in wanted or place != least:
                reason = STATED_AGAIN if root in wanted else NOT_ASKED
                judgements[place] = judgements[place]._replace(uncounted=reason)
    missing = tuple(root for root in asked if root not in stated)
    return report._replace(judgements=tuple(judgements), missing=missing)

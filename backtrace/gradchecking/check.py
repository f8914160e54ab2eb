"""The gradients that are checked, and their objective: a sample's, or the sum or mean of a batch.

Must not know how one gradient is checked; that is `estimates`' matter.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import chain, groupby, islice
from typing import Literal, NamedTuple

from backtrace.derivation.derivation import objective_of
from backtrace.derivation.equation import Equation
from backtrace.errors import BacktraceError
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Part, Request
from backtrace.gradchecking.complex_step import without_complex_form
from backtrace.gradchecking.estimates import Check, GradientChecker, Settings, Verdict
from backtrace.gradchecking.objective import EvaluatedPass, ForwardEquations, Objective
from backtrace.problem.notation import of_sample
from backtrace.problem.problem import Problem
from backtrace.symbolic.expressions import Symbol
from backtrace.symbolic.ids import spell, transcribe
from backtrace.tracing.selection import selected
from backtrace.tracing.trace import compute

GRADIENTS_CHECKED = 1_000  # gradients; of more, so many of each layer are checked:
GRADIENTS_OF_A_LAYER = 100


class Subject(NamedTuple):
    """The gradients of one sample, or of a batch; `checks` is lazy.

    `checked` of `total` gradients are checked. `no_complex_form` is the function that rules out the complex
    step, if one does.
    """

    part: Part
    checked: int
    total: int
    no_complex_form: str
    checks: Iterator[Check]


def gradcheck(problem: Problem, sample: int | Literal["all"] | None, settings: Settings) -> Iterator[Subject]:
    """Check the gradients of a sample, of every sample by itself, or (None) of the first step.

    Raises:
        BacktraceError: there is no such sample, no gradient, or nothing that fits the patterns; or a value is
            not finite.
    """
    problem = problem._replace(update=None)  # an update has no gradients of its own
    if sample is None and problem.batch != "online":
        yield _batch(problem, settings)
        return
    scored = [k for k, given in enumerate(problem.samples, 1) if given.targets is not None]
    if not scored:
        raise BacktraceError("nothing to check: without targets there is only the forward pass")
    for number in scored if sample == "all" else [sample or problem.own_sample(1)]:
        yield _one_sample(problem, number, settings)


def counting(subjects: Iterable[Subject], counts: Counter[Verdict]) -> Iterator[Subject]:
    """The subjects; each check is added to `counts` when a view takes it."""

    def count(check: Check) -> Check:
        counts[check.verdict] += 1
        return check

    for subject in subjects:
        yield subject._replace(checks=map(count, subject.checks))


def _one_sample(problem: Problem, sample: int, settings: Settings) -> Subject:
    request = Request(sample=sample, phases=frozenset(("backward",)))
    part = next(compute(problem, request), None)
    if part is None:
        raise BacktraceError(f"sample {sample} has no targets, so there is no gradient to check")
    return _subject(problem, part, [part], settings)


def _batch(problem: Problem, settings: Settings) -> Subject:
    if settings.inputs:
        raise BacktraceError("--inputs: in a batch each sample has its own; expected --sample K or all")
    parts = list(compute(problem, Request(sample="all", phases=frozenset(("backward", "total")))))
    if not parts:
        raise BacktraceError("nothing to check: without targets there is only the forward pass")
    *passes, total = parts
    return _subject(problem, total, passes, settings)


def _subject(problem: Problem, part: Part, passes: Sequence[Part], settings: Settings) -> Subject:
    first = passes[0].derivation
    assert first is not None  # a backward part has one
    objective = objective_of(problem, first).symbol
    rows, total = _rows_to_check(problem, part, objective, settings)
    evaluated = _evaluated(passes, objective)
    missing = without_complex_form(row for each in evaluated for row in each.graph.equations)
    whole = part.equations[0].expression if part.phase == "total" else Symbol(evaluated[0].name, "")
    rounding = math.hypot(*(_rounding(each, objective) for each in passes))
    checker = GradientChecker(Objective(objective.id, whole, evaluated), settings, rounding, not missing)
    return Subject(part, len(rows), total, missing, (checker.check(part, *row) for row in rows))


def _evaluated(passes: Iterable[Part], objective: Symbol) -> list[EvaluatedPass]:
    """The forward passes behind some parts; those with the same equations share their graph."""
    graphs: dict[int, ForwardEquations] = {}
    evaluated = []
    for part in passes:
        derivation, sample = part.derivation, part.sample
        assert derivation is not None
        assert sample is not None
        if id(derivation) not in graphs:
            graphs[id(derivation)] = ForwardEquations(derivation.forward, objective.id)
        name = of_sample(objective, sample).id
        evaluated.append(EvaluatedPass(graphs[id(derivation)], dict(part.values), name))
    return evaluated


def _rows_to_check(
    problem: Problem, part: Part, objective: Symbol, settings: Settings
) -> tuple[list[tuple[Equation, str]], int]:
    """The gradients to check, each with the id of its denominator; and how many there are in all."""
    inputs = problem.inputs if part.phase != "total" and (settings.inputs or settings.patterns) else ()
    names = [spell(name) for name in (*problem.parameters, *inputs)]
    by = {f"d{objective.id}/d{name}": name for name in names}
    further = part.derivation.further() if part.derivation else ()
    rows = list(islice((row for row in chain(part.equations, further) if row.id in by), len(by)))
    places = {id: place for place, id in enumerate(by)}
    rows.sort(key=lambda row: places[row.id])
    if settings.patterns:
        rows = _selected(part, rows, objective, names, settings.patterns)
    if not rows:
        raise BacktraceError("nothing to check: the config has no parameters; --inputs checks those")
    kept = rows if settings.every or len(rows) <= GRADIENTS_CHECKED else list(_spread(rows))
    return [(row, by[row.id]) for row in sorted(kept, key=lambda row: places[row.id])], len(rows)


def _selected(
    part: Part, rows: Sequence[Equation], objective: Symbol, names: Sequence[str], patterns: Iterable[str]
) -> list[Equation]:
    """The gradients that patterns name, by their own ids or by those of their denominators."""
    typed = [transcribe(pattern) for pattern in patterns]
    wanted = [
        f"d{objective.id}/d{pattern}" if any(fnmatchcase(name, pattern) for name in names) else pattern
        for pattern in typed
    ]
    found = selected([part._replace(equations=rows, derivation=None)], wanted, FLOAT64)
    return [row for each in found for row in each.equations]


def _spread(rows: Sequence[Equation]) -> Iterator[Equation]:
    """At most `GRADIENTS_OF_A_LAYER` gradients of each layer, evenly from its first to its last."""
    for _, layer in groupby(sorted(rows, key=_layer), key=_layer):
        each = list(layer)
        last = min(len(each), GRADIENTS_OF_A_LAYER) - 1
        yield from (each[place * (len(each) - 1) // max(last, 1)] for place in range(last + 1))


def _layer(row: Equation) -> str:
    return row.layer or ""


def _rounding(part: Part, objective: Symbol) -> float:
    """The error of a pass's objective if every number y in it has a random relative error of size 1.

    To first order √Σ(∂E/∂y·y)². The derived gradients are good enough for it, even a wrong one: they are
    multiplied with ε, which makes the result small beside any error of a rule.
    """
    derivation = part.derivation
    assert derivation is not None
    gradients = {name: row.id for row in derivation.backward for name in (row.id, *row.aliases)}
    errors = [part.values[objective.id]]
    for id in (*part.written, *(row.id for row in derivation.forward)):
        gradient = gradients.get(f"d{objective.id}/d{id}")
        if gradient is not None:
            errors.append(part.values[gradient] * part.values[id])
    return math.hypot(*errors)

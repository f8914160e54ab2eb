"""One quantity from the top: the chain rule's paths to it, what it rests on, and what it means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from backtrace.derivation.dependencies import uses
from backtrace.derivation.equation import Equation
from backtrace.errors import NotFiniteError
from backtrace.evaluation.arithmetic import Arithmetic, Value
from backtrace.evaluation.evaluator import evaluate, value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Part, Request
from backtrace.explaining.chain_paths import Chain, chain, up_to
from backtrace.explaining.dependencies import StepDependencies
from backtrace.problem.notation import of_sample
from backtrace.problem.problem import Problem
from backtrace.symbolic.expressions import Expression, Number, Power, Quotient, Symbol, rebuild
from backtrace.tracing.selection import finder, no_quantity
from backtrace.tracing.trace import work

PATHS_SHOWN = 12
NEAR = 0.05  # how well a change has to be foretold for "about"


class Path(NamedTuple):
    """The factors of one path, and their product."""

    factors: tuple[Equation, ...]
    value: Value


class Effect(NamedTuple):
    """What a small rise of a quantity does to the objective: as the gradient foretells it, and in fact."""

    rise: float
    foretold: float
    actual: float


class Explanation(NamedTuple):
    """A quantity of one step and sample, or of all samples of a batch.

    `part` has its row and the values of everything. If the quantity is a derivative of a cost, `objective` is
    that and `by` what the derivative is taken by; `sign` is -1 where it is the negative of that. `paths` are
    the first of `path_count`, `factors` those of all of them, each once, and `value` is what the paths come
    to: in hand arithmetic not always what the row does. `rests_on` is what the factors, or the quantity
    itself, are worked out from, in order. `is_flat` says that the derivative is 0, whatever hand arithmetic
    rounds it to; `effect` is None where there is none to be foretold.
    """

    part: Part
    row: Equation
    objective: Symbol | None
    by: Symbol | None
    sign: int
    paths: tuple[Path, ...]
    path_count: int
    value: Value
    factors: tuple[Equation, ...]
    rests_on: tuple[Part, ...]
    is_flat: bool
    effect: Effect | None


def explain(
    problem: Problem,
    name: str,
    step: int = 1,
    sample: int | None = None,
    arithmetic: Arithmetic = FLOAT64,
) -> Explanation:
    """Explain the quantity that a name means: without `sample`, the sum over a batch before a sample's own.

    Raises:
        BacktraceError: there is none such, or the values cannot be worked out.
    """
    parts, found = _as_far_as(problem, name, Request(step, step, sample, arithmetic=arithmetic))
    if found is None:
        raise no_quantity(name, parts)
    explained = _Explaining(problem, parts, found, arithmetic).explanation()
    if arithmetic is not FLOAT64:  # what a small rise does is lost where numbers are rounded
        exact = explain(problem, name, step, sample)
        explained = explained._replace(is_flat=exact.is_flat, effect=exact.effect)
    return explained


def _as_far_as(problem: Problem, name: str, request: Request) -> tuple[list[Part], Part | None]:
    """The parts down to the one that has a quantity, and that one with it alone; no further is worked out."""
    has_totals = problem.batch != "online" and request.sample is None
    find = finder(name, request.arithmetic)
    parts: list[Part] = []
    found: Part | None = None
    for part in work(problem, request):
        parts.append(part)
        if found is None or part.phase == "total":
            found = find(part) or found
        if found is not None and (part.sample is None or not has_totals):
            break
    return parts, found


class _Derivative(NamedTuple):
    """∂objective/∂by, or with the sign -1 the negative of it."""

    objective: Symbol
    by: Symbol
    sign: int


class _Explaining:
    def __init__(self, problem: Problem, parts: Sequence[Part], found: Part, arithmetic: Arithmetic) -> None:
        self.problem = problem
        self.arithmetic = arithmetic
        self.row = found.equations[0]
        self.dependencies = StepDependencies(problem, parts, found, arithmetic)
        self.values = dict(self.dependencies.here.part.values)
        self.part = found._replace(values=self.values)
        passes = [part for part in parts if part.phase == "forward" and found.sample in (None, part.sample)]
        # Those that the objective is made of: of a batch, the samples with targets.
        self.passes = [part for part in passes if self.has_targets(part)] or passes
        self.derivative = self.as_derivative()
        # The equations of each, down to what the derivative is of.
        top = self.derivative and self.derivative.objective.id
        self.forward = [up_to(top, part.equations) for part in self.passes] if top else []

    def has_targets(self, part: Part) -> bool:
        return part.sample is not None and self.problem.samples[part.sample - 1].targets is not None

    def as_derivative(self) -> _Derivative | None:
        """What the quantity is the derivative of, and by what; None if it is no derivative of a cost."""
        rows = self.passes[0].equations
        costs = {row.id: row.symbol for row in rows if row.kind == "cost"}
        by_id = {row.id: row.symbol for row in rows}
        for row in rows:
            by_id |= uses(row.expression)
        for id in (self.row.id, *self.row.aliases):
            over, slash, under = id.partition("/")
            if slash and over[1:] in costs and under[1:] in by_id:
                return _Derivative(costs[over[1:]], by_id[under[1:]], 1)
        if self.row.kind == "delta" and (net := self.row.id.replace("delta_", "h_", 1)) in by_id:
            return _Derivative(costs[self.problem.objective_id], by_id[net], -1 if self.problem.turned else 1)
        return None

    def explanation(self) -> Explanation:
        found, effect = Chain((), 0), None
        objective, by, sign = self.derivative or (None, None, 1)
        if objective and by and objective != by:
            # The gradient of a batch has no chain: it is the sum of its samples' own.
            found = chain(self.forward[0], by, 0 if self.dependencies.passes else PATHS_SHOWN)
            effect = self.effect(objective, by, sign) if self.arithmetic is FLOAT64 else None
        factors = tuple(dict.fromkeys(factor for path in found.paths for factor in path))
        for factor in factors:
            if factor.id not in self.values:
                self.values[factor.id] = self.written_down(factor)
        paths = tuple(Path(path, self.product(path)) for path in found.paths)
        is_flat = by is not None and not self.values[self.row.id]
        return Explanation(
            part=self.part,
            row=self.row,
            objective=objective,
            by=by,
            sign=sign,
            paths=paths,
            path_count=found.in_all,
            value=self.sum(paths, found.in_all, sign),
            factors=factors,
            rests_on=tuple(self.dependencies.of(factors or [self.row])),
            is_flat=is_flat,
            effect=effect,
        )

    # The numbers of the chain

    def written_down(self, factor: Equation) -> Value:
        """The value of a factor that no part has; what is only copied is not rounded."""
        with self.arithmetic.context():
            value = value_of(_without_squares(factor.expression), self.values, self.arithmetic)
            is_copied = isinstance(factor.expression, Symbol)
            return value if is_copied else self.arithmetic.settle(value, factor.kind)

    def product(self, factors: Sequence[Equation]) -> Value:
        """The value of a path, as one writes it down."""
        with self.arithmetic.context():
            value = math.prod(self.values[factor.id] for factor in factors)
            return self.arithmetic.settle(value, self.row.kind)

    def sum(self, paths: Sequence[Path], count: int, sign: int) -> Value:
        """What the paths come to; exact numbers come to what the row does, but for the order of a sum."""
        if self.arithmetic is FLOAT64 or not paths or len(paths) < count:
            return self.values[self.row.id]
        with self.arithmetic.context():
            return self.arithmetic.settle(sign * sum(path.value for path in paths), self.row.kind)

    # What it means

    def effect(self, objective: Symbol, by: Symbol, sign: int) -> Effect | None:
        """What a small rise does: as small as it has to be for the gradient to foretell it."""
        slope = sign * float(self.values[self.row.id])
        if not slope:
            return None
        before = self.objective_with(objective, by.id, 0.0)
        for power in range(2, 9):
            rise = 10.0**-power
            after = self.objective_with(objective, by.id, rise)
            if before is None or after is None:
                return None
            if abs(after - before - slope * rise) <= NEAR * abs(slope * rise):
                return Effect(rise, slope * rise, after - before)
        return None

    def objective_with(self, objective: Symbol, id: str, rise: float) -> float | None:
        """The objective where one symbol is raised; None where there is none."""
        ends: dict[str, float] = {}
        try:
            for part, forward in zip(self.passes, self.forward, strict=True):
                values = {**part.values, id: part.values[id] + rise}
                evaluate([row for row in forward if row.id != id], values, FLOAT64)
                ends[of_sample(objective, part.sample or 0).id] = values[objective.id]
        except NotFiniteError:
            return None
        if not self.dependencies.passes:
            return float(values[objective.id])
        whole = next(row for row in self.dependencies.here.part.equations if row.id == objective.id)
        return float(value_of(whole.expression, ends, FLOAT64))


def _without_squares(expression: Expression) -> Expression:
    """-x/S² as -x/S/S: where S is e^400 or e^(-400), its square is no float."""
    match expression:
        case Quotient(numerator, Power(base, Number(value=2))):
            return Quotient(Quotient(_without_squares(numerator), base), base)
    return rebuild(expression, _without_squares)

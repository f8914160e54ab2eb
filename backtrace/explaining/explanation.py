"""One quantity explained: the chain rule's paths to it, everything it depends on, and its effect.

Must not know how an explanation is shown.
"""

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
from backtrace.explaining.chain_paths import Factors, chain, up_to
from backtrace.explaining.dependencies import StepDependencies
from backtrace.problem.notation import of_sample
from backtrace.problem.problem import Problem
from backtrace.symbolic.expressions import Expression, Number, Power, Quotient, Symbol, rebuild
from backtrace.tracing.selection import finder, no_quantity
from backtrace.tracing.trace import compute

PATHS_SHOWN = 12
NEAR = 0.05  # the largest relative error at which a prediction is called "about" the actual change


class Path(NamedTuple):
    """The factors of one path, and their product."""

    factors: Factors
    value: Value


class Effect(NamedTuple):
    """The change of the objective with a small rise of a quantity: by the gradient, and in fact."""

    rise: float
    predicted: float
    actual: float


class Explanation(NamedTuple):
    """A quantity of one step and sample, or of all samples of a batch.

    `part` has its row and all values. If the quantity is ∂objective/∂by, or with `sign` -1 its negative, the
    two are set. `paths` are the first of `path_count`, `factors` all of theirs, each once, and `value`
    is the sum of the paths: in hand arithmetic not always the row's. `dependencies` are the equations that
    the factors, or the quantity itself, depend on, in order. `is_flat`: the derivative is 0, whatever hand
    arithmetic rounds it to. `effect` is None if the gradient predicts none.
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
    dependencies: tuple[Part, ...]
    is_flat: bool
    effect: Effect | None


def explain(
    problem: Problem,
    name: str,
    step: int = 1,
    sample: int | None = None,
    arithmetic: Arithmetic = FLOAT64,
) -> Explanation:
    """Explain the quantity that a name means; without `sample`, a batch's sum comes before a sample's own.

    Raises:
        BacktraceError: there is no such quantity, or a value is not finite.
    """
    parts, found = _parts_up_to(problem, name, Request(step, step, sample, arithmetic=arithmetic))
    if found is None:
        raise no_quantity(name, parts)
    explanation = _Explainer(problem, parts, found, arithmetic).explanation()
    if arithmetic is not FLOAT64:  # rounding hides the effect of a small rise
        exact = explain(problem, name, step, sample)
        explanation = explanation._replace(is_flat=exact.is_flat, effect=exact.effect)
    return explanation


def _parts_up_to(problem: Problem, name: str, request: Request) -> tuple[list[Part], Part | None]:
    """The parts up to the one with the quantity, and this one cut down to it; no later one is computed."""
    has_totals = problem.batch != "online" and request.sample is None
    find = finder(name, request.arithmetic)
    parts: list[Part] = []
    found: Part | None = None
    for part in compute(problem, request):
        parts.append(part)
        if found is None or part.phase == "total":
            found = find(part) or found
        if found is not None and (part.sample is None or not has_totals):
            break
    return parts, found


class _Explainer:
    def __init__(self, problem: Problem, parts: Sequence[Part], found: Part, arithmetic: Arithmetic) -> None:
        self.problem = problem
        self.arithmetic = arithmetic
        self.row = found.equations[0]
        self.dependencies = StepDependencies(problem, parts, found, arithmetic)
        self.values = dict(self.dependencies.here.part.values)
        self.part = found._replace(values=self.values)
        passes = [part for part in parts if part.phase == "forward" and found.sample in (None, part.sample)]
        # Samples without targets add nothing to the objective of a batch.
        self.passes = [part for part in passes if self.has_targets(part)] or passes
        self.objective, self.by, self.sign = self.as_derivative()
        # The equations of each pass, up to the cost whose derivative it is.
        top = self.objective.id if self.objective else ""
        self.forward = [up_to(top, part.equations) for part in self.passes if top]

    def has_targets(self, part: Part) -> bool:
        return part.sample is not None and self.problem.samples[part.sample - 1].targets is not None

    def as_derivative(self) -> tuple[Symbol | None, Symbol | None, int]:
        """The quantity as ∂cost/∂something, or with the sign -1 its negative; None if it is no such thing."""
        rows = self.passes[0].equations
        costs = {row.id: row.symbol for row in rows if row.kind == "cost"}
        by_id = {row.id: row.symbol for row in rows}
        for row in rows:
            by_id |= uses(row.expression)
        for id in (self.row.id, *self.row.aliases):
            over, slash, under = id.partition("/")
            if slash and over[1:] in costs and under[1:] in by_id:
                return costs[over[1:]], by_id[under[1:]], 1
        if self.row.kind == "delta" and (net := self.row.id.replace("delta_", "h_", 1)) in by_id:
            return costs[self.problem.objective_id], by_id[net], -1 if self.problem.turned else 1
        return None, None, 1

    def explanation(self) -> Explanation:
        found: list[Factors] = []
        count, effect, objective, by = 0, None, self.objective, self.by
        if objective and by and objective != by:
            # The gradient of a batch has no chain: it is the sum of its samples' gradients.
            found, count = chain(self.forward[0], by, 0 if self.dependencies.passes else PATHS_SHOWN)
            effect = self.effect(objective, by) if self.arithmetic is FLOAT64 else None
        factors = tuple(dict.fromkeys(factor for path in found for factor in path))
        for factor in factors:
            if factor.id not in self.values:
                self.values[factor.id] = self.factor_value(factor)
        paths = tuple(Path(path, self.product(path)) for path in found)
        return Explanation(
            part=self.part,
            row=self.row,
            objective=objective,
            by=by,
            sign=self.sign,
            paths=paths,
            path_count=count,
            value=self.sum(paths, count),
            factors=factors,
            dependencies=tuple(self.dependencies.of(factors or [self.row])),
            is_flat=by is not None and not self.values[self.row.id],
            effect=effect,
        )

    # The numbers of the chain

    def factor_value(self, factor: Equation) -> Value:
        """The value of a factor that no part has; a mere copy is not rounded again."""
        with self.arithmetic.context():
            value = value_of(_without_squares(factor.expression), self.values, self.arithmetic)
            is_copied = isinstance(factor.expression, Symbol)
            return value if is_copied else self.arithmetic.settle(value, factor.kind)

    def product(self, factors: Sequence[Equation]) -> Value:
        """The value of a path, rounded as a person writes it down."""
        with self.arithmetic.context():
            value = math.prod(self.values[factor.id] for factor in factors)
            return self.arithmetic.settle(value, self.row.kind)

    def sum(self, paths: Sequence[Path], count: int) -> Value:
        """The sum of the paths; in float64 the row's own value, as only the order of summing differs."""
        if self.arithmetic is FLOAT64 or not paths or len(paths) < count:
            return self.values[self.row.id]
        with self.arithmetic.context():
            return self.arithmetic.settle(self.sign * sum(path.value for path in paths), self.row.kind)

    # What it means

    def effect(self, objective: Symbol, by: Symbol) -> Effect | None:
        """The effect of a rise, which is the largest power of ten for which the gradient predicts it well."""
        slope = self.sign * float(self.values[self.row.id])
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
        """The objective with one symbol raised; None if it is not finite."""
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
    """-x/S² as -x/S/S: the square of a sum S = e^400 or e^(-400) is no float."""
    match expression:
        case Quotient(numerator, Power(base, Number(value=2))):
            return Quotient(Quotient(_without_squares(numerator), base), base)
    return rebuild(expression, _without_squares)

"""The objective along one number: a parameter or an input varies, and what depends on it is computed again.

relu, abs, max, min and the conditions of a piecewise activation are straight or smooth on either side of a
kink; a difference of two values from both sides of one is no derivative. So a point on the way also says on
which side of each kink its numbers lie.

Knows the forward equations, and must not know a derivative: the checks are independent of those they check.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backtrace.derivation.dependencies import Dependents, needed, uses
from backtrace.derivation.equation import Equation
from backtrace.errors import NotFiniteError
from backtrace.evaluation.arithmetic import Arithmetic, Value
from backtrace.evaluation.evaluator import Environment, evaluate, value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.symbolic.calculus import kink, textbook
from backtrace.symbolic.expressions import Call, Expression, calls
from backtrace.symbolic.functions import FUNCTIONS, VARIADIC

Sides = tuple[int, ...]  # for each kink of a call 1 above it, -1 below, 0 exactly on it
Kink = tuple[Equation, Call]  # a call that has a kink, and its equation


class EvaluatedPoint(NamedTuple):
    """The objective at one value of the number, and the sides of the kinks on which it lies there."""

    objective: Value
    sides: Sequence[Sides]


class ForwardEquations:
    """The forward equations that the objective depends on."""

    def __init__(self, equations: Sequence[Equation], objective: str) -> None:
        self.equations = needed(equations, [objective])
        self.used = {id for equation in self.equations for id in uses(equation.expression)}
        self._dependents = Dependents(self.equations)
        self._kinks = [_kinks(equation) for equation in self.equations]  # once, not for every number

    def path_from(self, id: str) -> tuple[list[Equation], list[Kink]]:
        """The equations whose values change with a number, in order, and the kinks in them."""
        places = self._dependents.of(id)
        kinks = [kink for place in places for kink in self._kinks[place]]
        return [self.equations[place] for place in places], kinks


class EvaluatedPass(NamedTuple):
    """A forward pass: its equations, its values, and the name of its objective in that of a batch."""

    graph: ForwardEquations
    values: Environment
    name: str

    def largest(self) -> float:
        """The largest absolute value that its equations use."""
        return max((abs(self.values[id]) for id in self.graph.used), default=0.0)


class Objective(NamedTuple):
    """The objective of a step: an expression of the objectives of one or several passes."""

    id: str
    whole: Expression
    passes: Sequence[EvaluatedPass]


class ObjectiveLine:
    """An objective as a function of one given number, whose id is `id`."""

    def __init__(self, objective: Objective, id: str) -> None:
        self.objective = objective
        self.id = id
        self.start: float = objective.passes[0].values[id]
        graphs = {each.graph for each in objective.passes}  # one, if all passes have the same equations
        paths = {graph: graph.path_from(id) for graph in graphs}
        self._paths = [(each, *paths[each.graph]) for each in objective.passes]

    def at(self, value: Value, arithmetic: Arithmetic = FLOAT64) -> EvaluatedPoint | None:
        """The objective at another value of the number; None if it is not finite.

        The sides of kinks are there in float64 only.
        """
        objectives: Environment = {}
        found: list[Sides] = []
        try:
            for each, equations, kinks in self._paths:
                # The pass's own environment is used and put back: copying it would cost more than the rest.
                before = {id: each.values[id] for id in (self.id, *(row.id for row in equations))}
                each.values[self.id] = value
                try:
                    evaluate(equations, each.values, arithmetic)
                    objectives[each.name] = each.values[self.objective.id]
                    if arithmetic is FLOAT64:
                        found += [_sides(call, each.values) for _, call in kinks]
                finally:
                    each.values.update(before)
        except NotFiniteError:
            return None
        return EvaluatedPoint(value_of(self.objective.whole, objectives, arithmetic), found)

    def kinks_between(self, *points: EvaluatedPoint) -> list[Equation]:
        """The equations with a kink that has the points on different sides."""
        owners = (equation for *_, kinks in self._paths for equation, _ in kinks)
        sides = zip(*(point.sides for point in points), strict=True)
        bent = {row.id: row for row, each in zip(owners, sides, strict=True) if len(set(each)) > 1}
        return list(bent.values())


# Kinks


def _kinks(equation: Equation) -> list[Kink]:
    """The calls of an equation that have a kink.

    A maximum that only shifts the exponents of a softmax bends nothing: it cancels.
    """
    found = calls(equation.expression) if equation.kind != "exponential" else ()
    return [(equation, bent) for call in found for bent in _bent(call)]


def _bent(call: Call) -> Iterator[Call]:
    """The call itself if its function has a kink, else those in its textbook form."""
    row = FUNCTIONS[call.function]
    if row.kink or call.function in VARIADIC:
        yield call
    elif row.textbook:
        for inner in calls(textbook(call)):
            if inner not in call.arguments:
                yield from _bent(inner)


def _sides(call: Call, values: Environment) -> Sides:
    if call.function not in VARIADIC:
        return (_sign(value_of(kink(call), values, FLOAT64)),)
    arguments = [value_of(argument, values, FLOAT64) for argument in call.arguments]
    extreme = max(arguments) if call.function == "max" else min(arguments)
    return tuple(_sign(argument - extreme) for argument in arguments)


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)

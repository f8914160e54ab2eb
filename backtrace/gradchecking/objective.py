"""The objective along one number: a parameter or an input varies, and what depends on it is computed again.

Knows the forward equations, and must not know a derivative: the checks are independent of those they check.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from backtrace.derivation.dependencies import Dependents, needed, uses
from backtrace.derivation.equation import Equation
from backtrace.errors import NotFiniteError
from backtrace.evaluation.arithmetic import Arithmetic, Value
from backtrace.evaluation.evaluator import Environment, evaluate, value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.gradchecking.kinks import Sides, kinked, sides
from backtrace.symbolic.expressions import Call, Expression


class EvaluatedPoint(NamedTuple):
    """The objective at one value of the number, and the sides of the kinks on which it lies there."""

    objective: Value
    sides: Sequence[Sides]


class DependentEquations(NamedTuple):
    """The equations that depend on a number, in order, and the kinks in them."""

    equations: Sequence[Equation]
    kinks: Sequence[tuple[Equation, Call]]


class ForwardEquations:
    """The forward equations that the objective depends on."""

    def __init__(self, equations: Sequence[Equation], objective: str) -> None:
        self.equations = needed(equations, [objective])
        self.used = {id for equation in self.equations for id in uses(equation.expression)}
        self._dependents = Dependents(self.equations)
        self._kinks = [kinked([equation]) for equation in self.equations]  # once, not for every number

    def path_from(self, id: str) -> DependentEquations:
        """The equations whose values change with a number."""
        places = self._dependents.of(id)
        kinks = [kink for place in places for kink in self._kinks[place]]
        return DependentEquations([self.equations[place] for place in places], kinks)


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
        self._paths = [(each, paths[each.graph]) for each in objective.passes]

    def at(self, value: Value, arithmetic: Arithmetic = FLOAT64) -> EvaluatedPoint | None:
        """The objective at another value of the number; None if it is not finite.

        The sides of kinks are there in float64 only.
        """
        objectives: Environment = {}
        found: list[Sides] = []
        try:
            for each, path in self._paths:
                # The pass's own environment is used and put back: copying it would cost more than the rest.
                before = {id: each.values[id] for id in (self.id, *(row.id for row in path.equations))}
                each.values[self.id] = value
                try:
                    evaluate(path.equations, each.values, arithmetic)
                    objectives[each.name] = each.values[self.objective.id]
                    if arithmetic is FLOAT64:
                        found += sides(path.kinks, each.values)
                finally:
                    each.values.update(before)
        except NotFiniteError:
            return None
        return EvaluatedPoint(value_of(self.objective.whole, objectives, arithmetic), found)

    def kinks_between(self, *points: EvaluatedPoint) -> list[Equation]:
        """The equations with a kink that has the points on different sides."""
        owners = [equation for _, path in self._paths for equation, _ in path.kinks]
        places = zip(*(point.sides for point in points), strict=True)
        return list(
            {row.id: row for row, each in zip(owners, places, strict=True) if len(set(each)) > 1}.values()
        )

"""The objective along one number: a parameter or an input is moved, and what rests on it worked out again.

This knows the forward equations and no derivative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from backtrace.derivation.dependencies import Dependents, needed, uses
from backtrace.derivation.equation import Equation
from backtrace.errors import NotFiniteError
from backtrace.evaluation.arithmetic import Arithmetic, Value
from backtrace.evaluation.evaluator import Environment, evaluate, value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.gradchecking.kinks import Sides, kinked, sides
from backtrace.symbolic.expressions import Call, Expression


class Point(NamedTuple):
    """The objective at one value of the number, and the sides of the kinks on which it lies there."""

    objective: Value
    sides: Sequence[Sides]


class Graph:
    """The forward equations that the objective depends on."""

    def __init__(self, equations: Sequence[Equation], objective: str) -> None:
        self.equations = needed(equations, [objective])
        self.used = {id for equation in self.equations for id in uses(equation.expression)}
        self._dependents = Dependents(self.equations)

    def depending_on(self, id: str) -> list[Equation]:
        """The equations whose values change with a number, in order."""
        return [self.equations[place] for place in self._dependents.of(id)]


class Worked(NamedTuple):
    """A worked-out forward pass: its equations, its values, and what its objective is called in the whole."""

    graph: Graph
    values: Environment
    name: str

    def largest(self) -> float:
        """The largest of the numbers that its equations use, whatever its sign."""
        return max((abs(self.values[id]) for id in self.graph.used), default=0.0)


class Objective(NamedTuple):
    """What is made of the objectives of one or several passes."""

    id: str
    whole: Expression
    passes: Sequence[Worked]


class _Path(NamedTuple):
    """What of a pass rests on the number, and the kinks in it."""

    equations: Sequence[Equation]
    kinks: Sequence[tuple[Equation, Call]]


class Line:
    """An objective as a function of one number that is given."""

    def __init__(self, objective: Objective, id: str) -> None:
        self.objective = objective
        self.id = id
        self.start: float = objective.passes[0].values[id]
        paths: dict[Graph, _Path] = {}  # the passes of a batch mostly have the same equations
        for graph in {worked.graph for worked in objective.passes}:
            rows = graph.depending_on(id)
            paths[graph] = _Path(rows, kinked(rows))
        self._paths = [(worked, paths[worked.graph]) for worked in objective.passes]

    def at(self, value: Value, arithmetic: Arithmetic = FLOAT64) -> Point | None:
        """The objective where the number has another value; None where it is not finite.

        The sides of kinks are told in float64 only.
        """
        parts: Environment = {}
        found: list[Sides] = []
        try:
            for worked, path in self._paths:
                with _moved(worked.values, self.id, value, path.equations):
                    evaluate(path.equations, worked.values, arithmetic)
                    parts[worked.name] = worked.values[self.objective.id]
                    if arithmetic is FLOAT64:
                        found += sides(path.kinks, worked.values)
        except NotFiniteError:
            return None
        return Point(value_of(self.objective.whole, parts, arithmetic), found)

    def kinks_between(self, *points: Point) -> list[Equation]:
        """The equations with a kink on whose sides the points do not all lie alike."""
        owners = [equation for _, path in self._paths for equation, _ in path.kinks]
        different = (
            owner
            for owner, *there in zip(owners, *(point.sides for point in points), strict=True)
            if any(place != there[0] for place in there)
        )
        return list({owner.id: owner for owner in different}.values())


@contextmanager
def _moved(values: Environment, id: str, value: Value, equations: Sequence[Equation]) -> Iterator[None]:
    """Values with another number in them for a while; what rests on it may be overwritten."""
    kept = {name: values[name] for name in (id, *(equation.id for equation in equations))}
    values[id] = value
    try:
        yield
    finally:
        values.update(kept)

"""What marks the sheets of one problem: all that does not depend on a sheet, worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from backtrace.checking.graph import Graph
from backtrace.checking.judging.formulas import Point, points_of
from backtrace.checking.naming.lookup import Lookup
from backtrace.checking.naming.spellings import Spellings
from backtrace.checking.slips.diagnosis import Diagnosis
from backtrace.checking.statement import Sheet
from backtrace.evaluation.arithmetic import Value
from backtrace.limits import SHEET_GRADIENTS
from backtrace.problem.problem import Problem


class Checker:
    """What sheets are checked with: a problem, what is asked of them, and the graphs they share.

    `start` has what the one step that is asked for starts from, if that is known.
    """

    def __init__(
        self,
        problem: Problem,
        tolerance: float = 0.0,
        sample: int | None = None,
        names: Mapping[str, str] = MappingProxyType({}),
        start: Mapping[str, Value] | None = None,
    ) -> None:
        self.problem = problem
        self.tolerance = tolerance
        self.sample = sample
        self.names = names
        self.start = start
        self.spellings = Spellings(problem)
        self._graphs: dict[tuple[int, ...], tuple[Graph, Diagnosis]] = {}
        self._points: list[Point] = []

    def graph(self, steps: Sequence[int]) -> tuple[Graph, Diagnosis]:
        """The graph of some steps, and what finds slips in it."""
        key = tuple(sorted(set(steps)))
        if key not in self._graphs:
            quantities = sum(len(graph.nodes) for graph, _ in self._graphs.values())
            if len(self._graphs) > 20 or quantities > SHEET_GRADIENTS / 3:
                self._graphs.clear()
            graph = Graph(self.problem, key, self.start)
            self._graphs[key] = (graph, Diagnosis(graph))
        return self._graphs[key]

    def lookup(self, graph: Graph, sheet: Sheet) -> Lookup:
        """What finds the quantities that a sheet names."""
        return Lookup(graph, self.sample, self.spellings, sheet.document, self.names)

    def points(self) -> list[Point]:
        """Where written formulas are evaluated."""
        self._points = self._points or points_of(*self.graph([1]))
        return self._points

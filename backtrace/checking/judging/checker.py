"""The checker of one problem: everything that does not depend on a sheet, computed once for all sheets.

Knows nothing of files and formats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from backtrace.checking.graph import Graph
from backtrace.checking.judging.random_points import Points
from backtrace.checking.naming.lookup import Lookup
from backtrace.checking.naming.spellings import Spellings
from backtrace.checking.slips.diagnosis import Diagnosis
from backtrace.checking.statement import Sheet
from backtrace.evaluation.arithmetic import Value
from backtrace.limits import SHEET_GRADIENTS
from backtrace.problem.problem import Problem


@dataclass(eq=False)
class Checker:
    """Checks sheets of one problem, which share its graphs.

    `sample` is the one that a sheet means where it names none, `names` what its own names stand for. `start`
    has the values that a single step starts from, if they are known. `min_digits` is how many
    significant digits are asked for.
    """

    problem: Problem
    tolerance: float = 0.0
    sample: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    start: Mapping[str, Value] | None = None
    min_digits: int = 0
    _diagnoses: dict[tuple[int, ...], Diagnosis] = field(default_factory=dict, init=False)

    @cached_property
    def spellings(self) -> Spellings:
        return Spellings(self.problem)

    @cached_property
    def config_names(self) -> frozenset[str]:
        """The names that a sheet may have from the config, and those that it has by agreement."""
        return self.spellings.config_names.union(self.names)

    def diagnosis(self, steps: Sequence[int]) -> Diagnosis:
        """The diagnosis of slips in some steps, with their graph."""
        key = tuple(sorted(set(steps)))
        if key not in self._diagnoses:
            quantities = sum(len(known.graph.nodes) for known in self._diagnoses.values())
            if len(self._diagnoses) > 20 or quantities > SHEET_GRADIENTS / 3:
                self._diagnoses.clear()
            self._diagnoses[key] = Diagnosis(Graph(self.problem, key, self.start))
        return self._diagnoses[key]

    def lookup(self, graph: Graph, sheet: Sheet) -> Lookup:
        """The lookup of the quantities that a sheet names."""
        return Lookup(graph, self.sample, self.spellings, sheet.document, self.names)

    @cached_property
    def points(self) -> Points:
        """The points at which written formulas are evaluated."""
        return Points(self.diagnosis([1]))

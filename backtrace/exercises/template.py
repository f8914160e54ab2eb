"""The equations of a plan, made once: each drawn problem only puts other givens into them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewrites import rewritings
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.table import SLIPS, EquationSlip
from backtrace.checking.slips.what_if_values import Values
from backtrace.evaluation.steps import Request
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.expressions import Number
from backtrace.symbolic.ids import spell
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import compute

SHIFTS = (0.011, -0.013)  # how far numbers are moved to see whether an equality is a coincidence
CLASSES = (0.0, 1.0)  # targets that say yes or no, which stay when the others are moved


def required_slips() -> tuple[str, ...]:
    """The slips in an equation that a problem must show; of missing brackets it is enough to show some."""
    rows = SLIPS.items()
    return tuple(s for s, row in rows if isinstance(row, EquationSlip) and s != "missing_bracket")


class Template:
    """A network's equations; `asked` are the quantities of the first step that an answer sheet asks for.

    `leaky` names the layers whose units have a small constant slope on one side.
    """

    def __init__(self, problem: Problem) -> None:
        assert isinstance(problem.model, Network)
        self.leaky = {layer.name for layer in problem.model.layers if "slope" in layer.activation.options}
        self.graph = Graph(problem, [1])
        parts = visible(compute(problem, Request()))
        self.asked = [self.graph[Key(p.step, p.sample, row.id)] for p in parts for row in p.equations]

    @cached_property
    def rewritten(self) -> list[tuple[Node, list[Rewriting]]]:
        """Each equation that is asked for with the slips in it, the last equation first.

        Slips hide most often in the last ones: a small change of a weight is far from its first digit.
        """
        required = required_slips()
        wrong = ((node, rewritings(self.graph, node)) for node in reversed(self.asked))
        return [(node, [made for made in some if made.slip in required]) for node, some in wrong]

    def values(self, problem: Problem) -> Values:
        """The values of the equations with a problem's numbers."""
        return Values(self.graph, {key: number.value for key, number in self.givens(problem)})

    def variants(self, problem: Problem) -> list[Values]:
        """The values with all numbers moved a little, each by another amount, in more ways than one.

        Values that are equal in all variants are equal whatever the numbers are.
        """
        return [Values(self.graph, dict(self._moved(problem, shift))) for shift in SHIFTS]

    def _moved(self, problem: Problem, shift: float) -> Iterator[tuple[Key, float]]:
        for place, (key, number) in enumerate(self.givens(problem)):
            is_class = self.graph[key].role == "target" and number.value in CLASSES
            yield key, number.value * (1 if is_class else 1 + shift / (1.7 + 0.31 * place))

    def givens(self, problem: Problem) -> Iterator[tuple[Key, Number]]:
        """A problem's numbers by where they stand in the equations."""
        for name, number in problem.parameters.items():
            yield Key(1, None, spell(name)), number
        for index, sample in enumerate(problem.samples, start=1):
            names = (*problem.inputs, *problem.targets)
            for name, number in zip(names, (*sample.inputs, *(sample.targets or ())), strict=True):
                key = Key(1, index, spell(name))
                if key in self.graph.nodes:  # online, the step has its own sample only
                    yield key, number

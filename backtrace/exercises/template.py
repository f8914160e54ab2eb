"""The equations of a plan, made once: each drawn problem is only other givens in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewrites import REWRITES, Rewriting, rewritings
from backtrace.checking.slips.what_if_values import Values
from backtrace.evaluation.steps import Request
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.expressions import Number
from backtrace.symbolic.ids import spell
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import work

COMMON = tuple(slip for slip, _ in REWRITES if slip != "missing_bracket")  # what a problem has to show
SHAKES = (0.011, -0.013)  # how far numbers are moved to see whether an equality is theirs or the equations'
CLASSES = (0.0, 1.0)  # targets that say yes or no, which stay when the others are moved


class Template:
    """A network's equations; `asked` are the quantities of the first step that an answer sheet asks for.

    `leaky` names the layers whose units have a small constant slope on one side.
    """

    def __init__(self, problem: Problem) -> None:
        assert isinstance(problem.model, Network)
        self.leaky = {layer.name for layer in problem.model.layers if "slope" in layer.activation.options}
        self.graph = Graph(problem, [1])
        places = [
            Key(part.step, part.sample, row.id)
            for part in visible(work(problem, Request()))
            for row in part.equations
        ]
        self.asked: list[Node] = [self.graph[key] for key in places]

    @cached_property
    def rewritten(self) -> list[tuple[Node, list[Rewriting]]]:
        """What people write instead of each equation that is asked for, the last one first.

        Slips hide most often in the last ones: a small change of a weight is far from its first digit.
        """
        return [
            (node, [made for made in rewritings(self.graph, node) if made.slip in COMMON])
            for node in reversed(self.asked)
        ]

    def values(self, problem: Problem) -> Values:
        """What the equations come to with a problem's numbers."""
        return Values(self.graph, {key: number.value for key, number in self.givens(problem)})

    def shaken(self, problem: Problem) -> list[Values]:
        """The same with all numbers moved a little, each by another amount, in more ways than one.

        What is equal in all of them is equal whatever the numbers are.
        """
        return [self.moved(problem, shake) for shake in SHAKES]

    def moved(self, problem: Problem, shake: float) -> Values:
        numbers: dict[Key, float] = {}
        for place, (key, number) in enumerate(self.givens(problem)):
            stays = self.graph[key].role == "target" and number.value in CLASSES
            numbers[key] = number.value * (1 if stays else 1 + shake / (1.7 + 0.31 * place))
        return Values(self.graph, numbers)

    def givens(self, problem: Problem) -> Iterator[tuple[Key, Number]]:
        """A problem's numbers by where they stand in the equations."""
        for name, number in problem.parameters.items():
            yield Key(1, None, spell(name)), number
        for index, sample in enumerate(problem.samples, start=1):
            names: Mapping[str, Number] = {
                **dict(zip(problem.inputs, sample.inputs, strict=True)),
                **dict(zip(problem.targets, sample.targets or (), strict=True)),
            }
            for name, number in names.items():
                key = Key(1, index, spell(name))
                if key in self.graph.nodes:  # online, the step has its own sample only
                    yield key, number

"""Which slips a problem shows: those whose number differs from the right one, and those that it hides.

The equations of a plan are made and rewritten once: each drawn problem only puts other givens into them. A
draw is judged by each equation alone, so that hundreds of draws can be judged; slips on the way to a quantity
are left to `checking.slips.distinguish`.

A slip that gives the right number whatever the numbers are (a missing slope of 1) cannot be seen, and that is
reported. One that gives it only by coincidence (two weights that are equal) spoils the problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewrites import rewritings
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.table import SLIPS, EquationSlip
from backtrace.checking.slips.what_if_values import Values, given_by
from backtrace.evaluation.closeness import same
from backtrace.evaluation.steps import Request
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.expressions import Number
from backtrace.symbolic.ids import spell
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import compute

DISTINCT = ("net", "activation", "delta")  # kinds of which no two may round to the same number
MARGIN = 1.0307  # units of the last place, so that nothing depends on how a tie is rounded
ALIKE, NOTHING = 1.3e-4, 1e-12  # the most by which two values that are always the same differ
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


class DetectableSlips(NamedTuple):
    """For each slip the quantities at which it gives another number, and those that do not show it.

    `impossible` are the slips that nobody can make here. `coincidence` says how these numbers hide a slip by
    chance, or is None; where it is set, the rest is not complete.
    """

    shown_at: Mapping[str, tuple[Node, ...]]
    hidden_at: Mapping[str, tuple[Node, ...]]
    impossible: tuple[str, ...]
    coincidence: str | None


def differ(one: float, other: float, digits: int) -> bool:
    """Whether two numbers round to different ones of so many significant digits, whatever rounds them.

    >>> differ(0.12341, 0.12343, 4), differ(0.1234, 0.1236, 4)
    (False, True)
    """
    return abs(one - other) > MARGIN * 10.0 ** (1 - digits) * min(abs(one), abs(other))


def detectable_slips(template: Template, problem: Problem, digits: int) -> DetectableSlips:
    """Compare every slip in every equation with the right number; ends at the first coincidence."""
    comparison = _Comparison(template, problem, digits)
    coincidence = next(comparison.coincidences(), None)
    shown, hidden = _in_order(comparison.shown), _in_order(comparison.hidden)
    wanted = {*required_slips(), "wrong_sample"} - shown.keys() - hidden.keys()
    return DetectableSlips(shown, hidden, tuple(slip for slip in SLIPS if slip in wanted), coincidence)


class _Comparison:
    def __init__(self, template: Template, problem: Problem, digits: int) -> None:
        self.template = template
        self.digits = digits
        self.values = template.values(problem)
        self.variants = [self.values, *template.variants(problem)]
        self.shown: dict[str, list[Node]] = {}
        self.hidden: dict[str, list[Node]] = {}

    def coincidences(self) -> Iterator[str]:
        """The slips and quantities that are hidden by chance; the others are noted on the way."""
        yield from self.equal_quantities()
        for node, made in self.template.rewritten:
            seen: dict[str, bool] = {}
            for rewriting in made:
                wrong = given_by(rewriting, self.values)
                if wrong is None:
                    continue
                is_shown = differ(wrong, self.values.of(node.key), self.digits)
                if not is_shown and not self.is_always_right(rewriting, node):
                    yield f"{rewriting.slip} is hidden at {node.symbol.text}"
                seen[rewriting.slip] = seen.get(rewriting.slip, False) or is_shown
            for slip, is_shown in seen.items():
                self.note(slip, node, is_shown)
        self.other_samples()

    def note(self, slip: str, node: Node, is_shown: bool) -> None:
        (self.shown if is_shown else self.hidden).setdefault(slip, []).append(node)

    def is_always_right(self, rewriting: Rewriting, node: Node) -> bool:
        """Whether a rewriting gives the right number whatever the numbers are."""
        return all(
            (wrong := given_by(rewriting, values)) is not None and _equal(wrong, values.of(node.key))
            for values in self.variants
        )

    def equal_quantities(self) -> Iterator[str]:
        """Quantities of one kind that by chance round to the same number."""
        for kind in DISTINCT:
            nodes = [node for node in self.template.asked if node.kind == kind]
            for node, other in combinations(nodes, 2):
                pairs = [(values.of(node.key), values.of(other.key)) for values in self.variants]
                if not differ(*pairs[0], self.digits) and not all(_equal(*pair) for pair in pairs):
                    yield f"{node.symbol.text} and {other.symbol.text} round to the same number"

    def other_samples(self) -> None:
        """Note the quantities at which every other sample has another number."""
        asked = [node for node in self.template.asked if node.key.sample is not None]
        for node in asked:
            others = [other for other in asked if other.key.id == node.key.id and other is not node]
            if others:
                own = self.values.of(node.key)
                is_shown = all(differ(self.values.of(other.key), own, self.digits) for other in others)
                self.note("wrong_sample", node, is_shown)


def _in_order(found: Mapping[str, list[Node]]) -> dict[str, tuple[Node, ...]]:
    """Slips in the order of their table, quantities in the order of a sheet."""
    return {
        slip: tuple(sorted(found[slip], key=lambda node: node.position)) for slip in SLIPS if slip in found
    }


def _equal(one: float, other: float) -> bool:
    """Whether two values are the same, or practically: 1/(√v + 1e-8) and 1/√v."""
    return same(one, other, ALIKE, NOTHING)

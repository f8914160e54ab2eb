"""Which slips a problem shows: those whose number differs from the right one, and those that it hides.

A draw is judged by each equation alone, rewritten once and evaluated with other numbers, so that hundreds of
draws can be judged; slips on the way to a quantity are left to `checking.slips.distinguish`.

A slip that gives the right number whatever the numbers are (a missing slope of 1) cannot be seen, and that is
reported. One that gives it only by coincidence (two weights that are equal) spoils the problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from backtrace.checking.graph import Node
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.table import SLIPS
from backtrace.checking.slips.what_if_values import given_by
from backtrace.evaluation.closeness import same
from backtrace.exercises.template import Template, required_slips
from backtrace.problem.problem import Problem

DISTINCT = ("net", "activation", "delta")  # kinds of which no two may round to the same number
MARGIN = 1.0307  # units of the last place, so that nothing depends on how a tie is rounded
ALIKE, NOTHING = 1.3e-4, 1e-12  # the most by which two values that are always the same differ


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
        for node, rewritings in self.template.rewritten:
            seen: dict[str, bool] = {}
            for rewriting in rewritings:
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

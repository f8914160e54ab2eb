"""Problems with random numbers in place of the given ones, where written formulas are evaluated.

At a sample's own numbers anything hides: with i_2 = 0 every multiple of i_2 is the same, and with η = 1 the
rate may be left out. So parameters, inputs, targets, rates and the states of an update rule are all random;
those of them that a formula has as numbers keep their own values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import pairwise
from math import fsum
from random import Random

from backtrace.checking.graph import Graph, Key
from backtrace.checking.slips.diagnosis import Diagnosis
from backtrace.derivation.optimizers import UPDATE_RULES, constants
from backtrace.errors import BacktraceError
from backtrace.limits import STEP_EQUATIONS
from backtrace.problem.problem import Network, Problem, Sample
from backtrace.symbolic.expressions import (
    Expression,
    Negative,
    Number,
    Product,
    Quotient,
    Sum,
    children,
    number,
)
from backtrace.symbolic.ids import spell

POINTS = 2
SEEDS = range(1, 9)  # tried until there are so many points, and every unit is active at one of them
KEPT_SETS = 50  # sets of givens that keep their values, for each of which there is a point
PARTS = 1 << 20  # into which probabilities are cut, so that they sum to 1 without rounding


class Points:
    """The true values and those at random points; each is computed when it is first needed."""

    def __init__(self, own: Diagnosis) -> None:
        self.own = own
        self._kept: dict[frozenset[str], list[Diagnosis]] = {}

    def keeping(self, kept: Iterable[str] = ()) -> list[Diagnosis]:
        """The random points at which some givens, by id, have their own values.

        There are none of a large network, nor of more than so many sets of givens.
        """
        kept = frozenset(kept)
        if kept not in self._kept:
            if len(self.own.graph.nodes) > STEP_EQUATIONS or len(self._kept) > KEPT_SETS:
                return []
            self._kept[kept] = list(_active(_points(self.own.graph, kept)))
        return self._kept[kept]


def numbers_put_in(expression: Expression, is_whole: bool = True) -> Iterator[float]:
    """The numbers that may stand for a quantity: factors, and the terms of a formula that is a sum."""
    parts = children(expression)
    if isinstance(expression, Product) or (isinstance(expression, Sum) and is_whole):
        yield from (part.value for part in parts if isinstance(part, Number))
        yield from (
            -p.operand.value for p in parts if isinstance(p, Negative) and isinstance(p.operand, Number)
        )
    if isinstance(expression, Quotient) and isinstance(expression.denominator, Number):
        yield 1 / expression.denominator.value if expression.denominator.value else 0.0
    for part in parts:
        yield from numbers_put_in(part, is_whole=False)


def _active(points: Iterator[Diagnosis]) -> Iterator[Diagnosis]:
    """Points until every slope is other than 0 at one of them: of a dead unit, anything seems right."""
    yielded = 0
    dead: set[Key] | None = None
    for point in points:
        zero = {n.key for n in point.graph.nodes.values() if n.kind == "slope" and not n.value}
        still_dead = zero if dead is None else dead & zero
        if yielded < POINTS or still_dead != dead:
            yield point
            yielded += 1
        dead = still_dead
        if yielded >= POINTS and not dead:
            return


def _points(graph: Graph, kept: frozenset[str]) -> Iterator[Diagnosis]:
    problem, update = graph.problem, graph.problem.update
    rates = {name: symbol.id for name, symbol in constants(problem.notation.rate).items()}
    for seed in SEEDS:
        # Every other point is positive, as a logarithm may need it.
        random = _Numbers(seed, kept, signs=(-1, 1) if seed % 2 else (1,))
        moved = problem._replace(
            parameters={name: random.number(name, own) for name, own in problem.parameters.items()},
            samples=tuple(random.sample_of(problem, sample) for sample in problem.samples),
        )
        start: dict[str, float] | None = None
        if update:
            known = update.constants.items()
            random_update = update._replace(constants={n: random.positive(rates[n], own) for n, own in known})
            moved = moved._replace(update=random_update)
            start = {spell(name): moved.parameters[name].value for name in moved.trained}
            for state in UPDATE_RULES[update.rule].states:
                for id in [f"{state}_{spell(name)}" for name in moved.trained]:
                    own = number(float((graph.start or {}).get(id, 0)))
                    start[id] = random.positive(id, own).value
        with suppress(BacktraceError):  # the logarithm of something negative, perhaps
            yield Diagnosis(Graph(moved, [1], start))


class _Numbers:
    """Random numbers for givens, except for those whose ids are kept."""

    def __init__(self, seed: int, kept: frozenset[str], signs: tuple[int, ...]) -> None:
        self.random = Random(seed)
        self.kept = kept
        self.signs = signs

    def positive(self, name: str, own: Number) -> Number:
        value = number(self.random.uniform(0.1, 0.9))  # drawn for a kept one too: the others stay the same
        return own if spell(name) in self.kept else value

    def number(self, name: str, own: Number) -> Number:
        value = number(self.random.uniform(0.2, 0.9) * self.random.choice(self.signs))
        return own if spell(name) in self.kept else value

    def sample_of(self, problem: Problem, own: Sample) -> Sample:
        """A sample with other numbers; its targets are between 0 and 1, as a logarithm may need it."""
        inputs = tuple(map(self.number, problem.inputs, own.inputs))
        if own.targets is None:
            return own._replace(inputs=inputs)
        targets = tuple(map(self.positive, problem.targets, own.targets))
        # The δ of softmax and cross-entropy is a - t because its targets are probabilities.
        model = problem.model
        is_softmax = isinstance(model, Network) and model.layers[-1].is_softmax
        if is_softmax and fsum(t.value for t in own.targets) == 1 and targets != own.targets:
            targets = tuple(map(number, self.probabilities(len(targets))))
        return Sample(inputs, targets)

    def probabilities(self, many: int) -> Iterator[float]:
        cuts = [0, *sorted(self.random.sample(range(1, PARTS), many - 1)), PARTS]
        return ((high - low) / PARTS for low, high in pairwise(cuts))

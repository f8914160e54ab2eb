"""Which slip gives a stated number: every rewrite and every reading, tried and ranked.

A slip may sit in the equation itself or in one on the way to it. It is tried on the writer's own earlier
numbers first, then on the true ones. Two slips at once are tried where no single one fits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from types import MappingProxyType

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.report import Finding
from backtrace.checking.slips.candidates import Candidate, best_of
from backtrace.checking.slips.contradiction import BY_CHANCE, speaks_against
from backtrace.checking.slips.explanations import told
from backtrace.checking.slips.misreadings import Readings
from backtrace.checking.slips.rewrites import Rewriting, rewritings
from backtrace.checking.slips.table import SLIPS
from backtrace.checking.slips.what_if_values import (
    PLACES_ROUNDED,
    Changed,
    EarlyUpdate,
    Rounding,
    StepWide,
    Values,
    given_by,
    value_in,
)
from backtrace.checking.stated_number import Stated
from backtrace.evaluation.closeness import same
from backtrace.limits import SYMBOLS_KEPT

EQUATIONS_BEHIND = 30  # equations on the way that a slip is looked for in
SLIPS_LISTED = 8
STEP_WIDE = ("missing_slope", "slope_of_net", "missing_activation", "missing_rate", "ascent")
STEP_WIDE_KINDS = ("delta", "gradient", "update", "cost", "change", "net", "activation")
# How much less plausible a slip is: in an equation further off, with other numbers than the writer's own.
PAST_A_STATED = 0.25
STATED_OTHERWISE = 2.0
WITH_TRUE_NUMBERS = 0.5
ON_THE_WAY = 1.0
EACH_EQUATION = 0.1
ALL_THROUGH = 3.0
# Two slips at once.
PAIR_DIGITS = 4
PAIR_RANK = 3.0
PAIR_NODES = 4
REWRITES_PAIRED = 60  # rewritings of one equation; of the pairs of more, several fit any number by chance


class Diagnosis:
    """Finds slips in one graph; what they give with the true numbers is worked out once for each quantity."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.readings = Readings(graph)
        self.with_true_numbers: dict[Key, list[Candidate]] = {}
        self.in_own_equation: dict[Key, list[tuple[float, Finding]]] = {}
        self.made: dict[Key, list[Rewriting]] = {}
        self.made_twice: dict[Key, list[tuple[Rewriting, Rewriting]]] = {}
        self.kept = 0
        self.early = EarlyUpdate(graph)
        self.step_wide = {slip: StepWide(graph, slip) for slip in STEP_WIDE}

    def findings(
        self, key: Key, number: Stated, numbers: Mapping[Key, float], sheet: Mapping[Key, Stated]
    ) -> list[Finding]:
        """The slips that give a stated number, the most plausible first.

        `numbers` are the writer's own that it rests on, `sheet` has all that is stated.
        """
        ranked = self.fitting(key, number, numbers, sheet) or self.pairs(key, number, numbers)
        return self.said(key, number, ranked)

    def doubts(
        self, key: Key, number: Stated, numbers: Mapping[Key, float], faultless: bool
    ) -> list[Finding]:
        """The slips that give a number which may be right, given how far the ones before it are known.

        Where these are not `faultless`, its right value is not known to the last digit, and the true values
        of other quantities say nothing.
        """
        own = self.values(key, numbers)
        doubts = [self.rewritten(key, own, 0.0)]
        if faultless:
            doubts.append(c for c in self.true(key) if c.where == key or c.where not in own.fixed)
            doubts.append(c for c in self.read(key, number, own) if c.slip == "truncated")
        return self.said(key, number, best_of(number, chain(*doubts)))

    def said(self, key: Key, number: Stated, ranked: Sequence[Candidate]) -> list[Finding]:
        symbol, right = self.graph[key].symbol.text, self.graph[key].value
        digits = _digits(right, number)
        return [
            Finding(
                c.slip, f"{symbol} = {number.value:.10g} {c.explanation}; done right it is {right:.{digits}g}"
            )
            for c in ranked[:SLIPS_LISTED]
        ]

    def fitting(
        self,
        key: Key,
        number: Stated,
        numbers: Mapping[Key, float],
        sheet: Mapping[Key, Stated] = MappingProxyType({}),
    ) -> list[Candidate]:
        """The best candidate of each slip that gives a stated number, the most plausible first."""
        if not number.value and not number.half:
            return []
        own = self.values(key, numbers)
        true = (
            c._replace(rank=c.rank + STATED_OTHERWISE) if c.where in own.fixed else c
            for c in self.true(key)
            if number.fits(c.value)
        )
        # What is not stated on the way may have been rounded too.
        rounded = Rounding(self.graph, min(number.places, PLACES_ROUNDED), own.fixed)
        candidates = chain(self.own(key, own), true, self.read(key, number, own))
        if self.rests_on_unstated(key, own):
            candidates = chain(candidates, self.own(key, rounded))
        found = best_of(number, (c for c in candidates if self.may_be(c, key, number, sheet)))
        if found or not own.fixed:
            return found
        return best_of(number, self.read(key, number, rounded, everywhere=True))

    def may_be(self, candidate: Candidate, key: Key, number: Stated, sheet: Mapping[Key, Stated]) -> bool:
        """Whether a slip gives a number, and nothing on the sheet speaks against it."""
        if not number.fits(candidate.value):
            return False
        where, rewriting = candidate.where, candidate.rewriting
        if where is None or rewriting is None or number.digits > BY_CHANCE:
            return True
        return not speaks_against(self.graph, sheet, key, where, rewriting)

    def rests_on_unstated(self, key: Key, own: Values) -> bool:
        """Whether something in the equation, or in what may stand there instead, has to be worked out."""
        used = {used for rewriting in self.rewritings(self.graph[key]) for used in rewriting.uses.values()}
        used.update(self.graph[key].uses.values())
        return any(k not in own.fixed and self.graph[k].expression is not None for k in used)

    def read(self, key: Key, number: Stated, own: Values, everywhere: bool = False) -> Iterator[Candidate]:
        """What the number may be besides a wrong calculation."""
        for reading in self.readings.of(key, number, own, everywhere):
            rank = SLIPS[reading.slip].rank + reading.late
            yield Candidate(rank, reading.slip, reading.value, partial(str, reading.explanation))

    def values(self, key: Key, numbers: Mapping[Key, float]) -> Values:
        """The writer's numbers but the one for the quantity itself, and what follows from them."""
        return Values(self.graph, {k: v for k, v in numbers.items() if k != key})

    def in_its_own_equation(self, key: Key, number: Stated) -> list[Finding]:
        """The slips in the quantity's own equation that would round to the same as the right value."""
        if key not in self.in_own_equation:
            self.in_own_equation[key] = list(self.near_misses(key))
        found: dict[str, Finding] = {}
        for value, finding in self.in_own_equation[key]:
            if number.fits(value):
                found.setdefault(finding.slip, finding)
        return list(found.values())

    def near_misses(self, key: Key) -> Iterator[tuple[float, Finding]]:
        """What the slips in a quantity's own equation give."""
        node = self.graph[key]
        base = Values(self.graph, {})
        for rewriting in self.rewritings(node):
            value = given_by(rewriting, base)
            if value is not None and not same(value, node.value):
                said = f"{node.symbol.text} would round to the same if {rewriting.how}"
                yield value, Finding(rewriting.slip, said)

    def own(self, key: Key, own: Values) -> Iterator[Candidate]:
        """What slips give with the writer's own numbers, also past the numbers that the equation uses."""
        if not own.fixed:
            return
        yield from self.rewritten(key, own, 0.0)
        direct = {used for used in self.graph[key].uses.values() if used in own.fixed}
        if any(self.graph[used].expression is not None for used in direct):
            past = own.without(direct)
            for used in direct:
                yield from self.rewritten_on_the_way(key, self.graph[used], past, {used, key}, PAST_A_STATED)

    def true(self, key: Key) -> list[Candidate]:
        """What slips give with the true numbers."""
        if key not in self.with_true_numbers:
            found = list(self.rewritten(key, Values(self.graph, {}), WITH_TRUE_NUMBERS))
            self.with_true_numbers[key] = [*found, *self.in_the_whole_step(key)]
        return self.with_true_numbers[key]

    def rewritten(self, key: Key, base: Values, penalty: float) -> Iterator[Candidate]:
        """What comes out with one equation rewritten: its own, or one on the way that is not stated."""
        way = list(islice(self.graph.ancestors(key, base.fixed), EQUATIONS_BEHIND))
        in_order = sorted(way, key=lambda node: node.position)
        for depth, node in enumerate(way):
            affected = {node.key}
            for later in in_order:
                if any(used in affected for used in later.uses.values()):
                    affected.add(later.key)
            yield from self.rewritten_on_the_way(key, node, base, affected, penalty + EACH_EQUATION * depth)

    def rewritten_on_the_way(
        self, key: Key, node: Node, base: Values, affected: set[Key], penalty: float
    ) -> Iterator[Candidate]:
        """What a quantity comes to with the equation of `node` rewritten, through what is `affected`."""
        before = value_in(base, node.key)
        for rewriting in self.rewritings(node):
            if rewriting.slip == "bias_not_trained" and node.key != key:
                continue
            value = given_by(rewriting, base)
            if value is None or (before is not None and same(value, before)):
                continue
            rank = SLIPS[rewriting.slip].rank + penalty
            if node.key != key:
                rank += ON_THE_WAY
                value = value_in(Changed(base, node.key, value, affected), key)
            if value is not None and not same(value, self.graph[key].value):
                yield Candidate(
                    rank,
                    rewriting.slip,
                    value,
                    partial(told, self.graph, key, node, rewriting, base.fixed),
                    node.key,
                    rewriting,
                )

    def rewritings(self, node: Node) -> list[Rewriting]:
        """What people write instead of a node's equation, made once."""
        if node.key not in self.made:
            made = list(rewritings(self.graph, node))
            self.keep(made)
            self.made[node.key] = made
        return self.made[node.key]

    def keep(self, made: Iterable[Rewriting]) -> None:
        """Count what is to be kept; where that gets too much, all that was made before is forgotten."""
        length = sum(rewriting.length for rewriting in made)
        self.kept += length
        if self.kept > SYMBOLS_KEPT:
            self.kept = length
            for kept in (self.made, self.made_twice, self.with_true_numbers):
                kept.clear()

    def in_the_whole_step(self, key: Key) -> Iterator[Candidate]:
        """Slips made all through the step, from its starting parameters."""
        if self.graph[key].kind not in STEP_WIDE_KINDS:
            return
        early = "comes out when updated weights stand in the gradients behind them"
        variants: list[tuple[str, Values, str, float]] = [("updated_too_early", self.early, early, 0.0)]
        variants += [
            (slip, values, f"comes out when, all through the step, {SLIPS[slip].sentence}", ALL_THROUGH)
            for slip, values in self.step_wide.items()
        ]
        for slip, values, sentence, penalty in variants:
            value = value_in(values, key)
            if value is not None and not same(value, self.graph[key].value):
                yield Candidate(SLIPS[slip].rank + penalty, slip, value, partial(str, sentence))

    def pairs(self, key: Key, number: Stated, numbers: Mapping[Key, float]) -> list[Candidate]:
        """Two slips at once that give a number with enough digits, if only one such pair does."""
        if number.digits < PAIR_DIGITS:
            return []
        for values in (self.values(key, numbers), Values(self.graph, {})):
            found: dict[frozenset[str], Candidate] = {}
            for pair, candidate in self.two_slips(key, values):
                if number.fits(candidate.value):
                    found.setdefault(pair, candidate)
            if found:
                return list(found.values()) if len(found) == 1 else []
        return []

    def two_slips(self, key: Key, own: Values) -> Iterator[tuple[frozenset[str], Candidate]]:
        """The quantity's own equation rewritten twice, or it and one on the way."""
        for first, second in self.twice(key):
            value = given_by(second, own)
            if value is not None:
                yield self.pair(first, second, value)
        way = list(self.graph.ancestors(key, own.fixed))
        between = {node.key for node in way} - {key}
        for other in way[1:PAIR_NODES]:
            for second in self.in_pairs(other):
                changed = given_by(second, own)
                if changed is None:
                    continue
                values = Changed(own, other.key, changed, between)
                for first in self.in_pairs(self.graph[key]):
                    value = given_by(first, values)
                    if value is not None:
                        yield self.pair(first, second, value)

    def twice(self, key: Key) -> list[tuple[Rewriting, Rewriting]]:
        """A quantity's equation rewritten, and that once more; made once."""
        if key not in self.made_twice:
            node = self.graph[key]
            once = self.in_pairs(node)
            twice = [
                (first, second)
                for first in once
                for second in self.plausible(
                    rewritings(self.graph, node._replace(expression=first.expression, uses=first.uses))
                )
                if second.slip != first.slip
            ]
            self.keep(second for _, second in twice)
            self.made_twice[key] = twice
        return self.made_twice[key]

    def in_pairs(self, node: Node) -> list[Rewriting]:
        """The rewritings of an equation that may have been made together with another one."""
        made = list(self.plausible(self.rewritings(node)))
        return made if len(made) <= REWRITES_PAIRED else []

    def plausible(self, made: Iterable[Rewriting]) -> Iterator[Rewriting]:
        return (rewriting for rewriting in made if SLIPS[rewriting.slip].rank <= PAIR_RANK)

    def pair(self, first: Rewriting, second: Rewriting, value: float) -> tuple[frozenset[str], Candidate]:
        said = f"comes out of two slips at once: {first.how}, and {second.how}"
        rank = SLIPS[first.slip].rank + SLIPS[second.slip].rank
        return frozenset((first.how, second.how)), Candidate(rank, first.slip, value, partial(str, said))


def _digits(right: float, number: Stated) -> int:
    """How many digits of the right value are told: as many as are stated, and down to the same place."""
    whole = math.floor(math.log10(abs(right))) + 1 if right and math.isfinite(right) else 0
    return max(3, number.digits, min(number.places + whole, 17))

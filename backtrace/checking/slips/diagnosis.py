"""Find the slip that gives a stated number: every row of the table of slips is tried, and ranked.

A slip may be in the equation itself or in one on the way to it. It is tried on the student's own earlier
numbers first, then on the true ones. Two slips at once are tried where no single one fits.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, islice

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.report import Finding
from backtrace.checking.slips.candidates import Candidate, Evidence, best_of, ranked
from backtrace.checking.slips.carried_slips import Behind, carried_on
from backtrace.checking.slips.explanations import explanation
from backtrace.checking.slips.groups import GroupSlips
from backtrace.checking.slips.misreadings import Suspect
from backtrace.checking.slips.rewrites import rewritings, throughout
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.student_numbers import StudentNumbers
from backtrace.checking.slips.table import SLIPS, EquationSlip, NumberSlip
from backtrace.checking.slips.what_if_values import PLACES_ROUNDED, Changed, Values, given_by, value_in
from backtrace.checking.stated_number import Stated
from backtrace.evaluation.closeness import same
from backtrace.evaluation.intervals import UndecidedError
from backtrace.limits import SYMBOLS_KEPT

EQUATIONS_BEHIND = 100  # equations on the way in which slips are made
SLIPS_LISTED = 8
GROUPED = 1_000  # quantities of a graph in which slips are made in all equations of one kind
THROUGHOUT_KINDS = ("delta", "gradient", "update", "cost", "change", "net", "activation")
# How much less plausible a slip is in an equation further off, or with other numbers than the student's own.
PAST_A_STATED = 0.25
STATED_OTHERWISE = 2.0
WITH_TRUE_NUMBERS = 0.5
ON_THE_WAY = 1.0
EACH_EQUATION = 0.1
# A slip may be one in rounded arithmetic where its value is this near, and the number has so many digits.
NEAR = 0.02
IN_ROUNDED = 1.5  # how much less plausible it is then
NEAR_DIGITS = 3
FEWEST_PLACES, MOST_PLACES = 2, 6  # decimals to which people round on the way
# Two slips at once.
PAIR_DIGITS = 4
PAIR_RANK = 3.0
PAIR_NODES = 4
REWRITES_PAIRED = 60  # rewritings of one equation; among pairs of more, several fit any number by chance


class Diagnosis:
    """Finds slips in one graph; their values with the true numbers are computed once for each quantity."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.rounded: dict[int, Values] = {}
        self.changed_truly: dict[Key, list[tuple[Rewriting, float]]] = {}
        self.made: dict[Key, list[Rewriting]] = {}
        self.made_twice: dict[Key, list[tuple[Rewriting, Rewriting]]] = {}
        self.kept = 0
        self.throughout = throughout(graph)
        self.groups: GroupSlips | None = None
        self.true_values = Values(graph)

    def doubts(
        self, key: Key, number: Stated, numbers: Mapping[Key, float], faultless: bool
    ) -> list[Finding]:
        """The slips that give a number which may also be right, because those before it are rounded.

        Where these are not `faultless`, the right value is not known to the last digit, and the true values
        of other quantities prove nothing.
        """
        own = self.values(key, numbers)
        doubts = [self.rewritten(key, own, 0.0, number)]
        if faultless:
            doubts.append(c for c in self.true(key, number) if c.where == key or c.where not in own.fixed)
            doubts.append(self.misread(Suspect(self.graph[key], number, own, self.rounded), "truncated"))
        fitting = ranked(number, (c for c in chain(*doubts) if number.fits(c.value)))
        return self.said(key, number, best_of(fitting))

    def said(self, key: Key, number: Stated, candidates: Sequence[Candidate]) -> list[Finding]:
        right = self.graph[key].value
        correct = f"correct: {right:.{_digits(right, number)}g}"
        return [Finding(c.slip, f"{c.explanation}; {correct}", c.second) for c in candidates[:SLIPS_LISTED]]

    def fitting(
        self, key: Key, number: Stated, own: Values | None = None, evidence: Evidence | None = None
    ) -> list[Candidate]:
        """The candidates that give a stated number, the most plausible first.

        `own` has the student's own values of what it depends on, `evidence` everything that is stated.
        """
        if not number.value and not number.half:
            return []
        own = own or self.true_values
        evidence = evidence or Evidence(self.graph, {})
        suspect = Suspect(self.graph[key], number, own, self.rounded)
        # Unstated values on the way may have been rounded too.
        rounded = Values(self.graph, own.fixed, min(number.places, PLACES_ROUNDED))
        true = self.with_true(key, own, number, evidence.right - {key})
        candidates = chain(self.own(key, own, number), true, self.misread(suspect))
        if own.fixed and self.depends_on_unstated(key, own):
            candidates = chain(candidates, self.own(key, rounded, number))
        if len(self.graph.nodes) <= GROUPED:
            candidates = chain(candidates, self.in_groups(key))
        fitting = filter(None, (self.fitted(key, number, own, evidence, c) for c in candidates))
        found = ranked(number, evidence.possible(key, number, fitting))
        if found or not own.fixed:
            return found
        everywhere = Suspect(self.graph[key], number, rounded, self.rounded, everywhere=True)
        return ranked(number, (c for c in self.misread(everywhere) if number.fits(c.value)))

    def in_groups(self, key: Key) -> Iterator[Candidate]:
        """Slips in all equations of one kind, with the true numbers."""
        self.groups = self.groups or GroupSlips(self.graph)
        return self.groups.candidates(key, {slip: row.rank for slip, row in SLIPS.items()})

    def with_true(self, key: Key, own: Values, number: Stated, right: Collection[Key]) -> Iterator[Candidate]:
        """Slips in the true numbers; those in a number that is stated otherwise are less plausible."""
        for candidate in self.true(key, number, right):
            late = STATED_OTHERWISE if candidate.where in own.fixed else 0.0
            yield candidate._replace(rank=candidate.rank + late) if late else candidate

    def fitted(
        self, key: Key, number: Stated, own: Values, evidence: Evidence, candidate: Candidate
    ) -> Candidate | None:
        """The candidate if it gives a number; a little later where it does so in rounded arithmetic only."""
        if number.fits(candidate.value):
            return candidate
        is_near = candidate.rewriting and _is_near(number, candidate.value)
        if is_near and self.fits_rounded(key, number, own, evidence, candidate):
            return candidate._replace(rank=candidate.rank + IN_ROUNDED)
        return None

    def fits_rounded(
        self, key: Key, number: Stated, own: Values, evidence: Evidence, candidate: Candidate
    ) -> bool:
        """Whether a slip gives a number in rounded arithmetic.

        The numbers before it are known as far as they are written, and the unstated ones on the way may have
        been rounded.
        """
        rewriting, where = candidate.rewriting, candidate.where
        if own.fixed and rewriting and where:
            known = {k: evidence.numbers[k] for k in own.fixed if k in evidence.numbers and k != where}
            student = StudentNumbers(self.graph, known, key, wrong={where: rewriting})
            with suppress(UndecidedError):
                if student.interval().overlaps(number.interval):
                    return True
        for places in range(FEWEST_PLACES, min(number.places, MOST_PLACES) + 1):
            value = value_in(Values(self.graph, own.fixed, places, candidate.work), key)
            if value is not None and number.fits(value):
                return True
        return False

    def depends_on_unstated(self, key: Key, own: Values) -> bool:
        """Whether a quantity in the equation, or in a rewriting of it, has to be computed."""
        used = {used for rewriting in self.rewritings(self.graph[key]) for used in rewriting.uses.values()}
        used.update(self.graph[key].uses.values())
        return any(k not in own.fixed and self.graph[k].expression is not None for k in used)

    def misread(self, suspect: Suspect, only: str | None = None) -> Iterator[Candidate]:
        """The other origins that a number may have, besides a wrong calculation."""
        for slip, row in SLIPS.items():
            if isinstance(row, NumberSlip) and only in (None, slip):
                for value, said, late in row.make(suspect):
                    cause = said if slip in ("wrong_sample", "wrong_step") else ""
                    yield Candidate(row.rank + late, slip, value, partial(str, said), cause=cause)

    def values(self, key: Key, numbers: Mapping[Key, float]) -> Values:
        """The student's numbers except the quantity's own, and all values that follow from them."""
        return Values(self.graph, {k: v for k, v in numbers.items() if k != key})

    def in_its_own_equation(self, key: Key, number: Stated) -> list[Finding]:
        """The slips in the quantity's own equation that would round to the same as the right value."""
        node, true = self.graph[key], self.true_values
        found: dict[str, Finding] = {}
        for rewriting in self.rewritings(node):
            value = given_by(rewriting, true)
            if value is not None and number.fits(value) and not same(value, node.value):
                said = f"{node.symbol.text} rounds to the same number when {rewriting.how}"
                found.setdefault(rewriting.slip, Finding(rewriting.slip, said))
        return list(found.values())

    def own(self, key: Key, own: Values, number: Stated) -> Iterator[Candidate]:
        """Slips in the student's own numbers, also in the equations behind wrong ones that are used."""
        behind = list(self.graph.ancestors(key, own.fixed))
        if not any(used in own.fixed for node in behind for used in node.uses.values()):
            return  # these are the true numbers
        yield from self.rewritten(key, own, 0.0, number)
        direct = {used for used in self.graph[key].uses.values() if used in own.fixed}
        if any(self.graph[used].expression is not None for used in direct):
            past = own.without(direct)
            for used in direct:
                way = [(0, self.graph[used])]
                yield from self.on_the_way(key, way, past, PAST_A_STATED, number)

    def true(
        self, key: Key, number: Stated | None = None, stops: Collection[Key] = frozenset()
    ) -> Iterator[Candidate]:
        """Slips in the true numbers, not behind `stops`; of a `number`, those that give it, or nearly."""
        yield from self.rewritten(key, self.true_values, WITH_TRUE_NUMBERS, number, stops)
        yield from self.throughout_the_step(key)

    def rewritten(
        self,
        key: Key,
        base: Values,
        penalty: float,
        number: Stated | None = None,
        stops: Collection[Key] = frozenset(),
    ) -> Iterator[Candidate]:
        """Slips in one equation: the quantity's own, or one on the way that is not stated."""
        way = islice(self.graph.ancestors(key, stops or base.fixed), EQUATIONS_BEHIND)
        yield from self.on_the_way(key, list(enumerate(way)), base, penalty, number)

    def on_the_way(
        self, key: Key, way: Iterable[tuple[int, Node]], base: Values, penalty: float, number: Stated | None
    ) -> Iterator[Candidate]:
        """Slips in some equations behind a quantity, and the value that each gives to it."""
        slips = [Behind(node, depth, *made) for depth, node in way for made in self.changed(node, base)]
        slips = [s for s in slips if s.rewriting.slip != "bias_not_trained" or s.node.key == key]
        for slip, value in zip(slips, carried_on(self.graph, key, base, slips), strict=True):
            is_near = value is not None and (number is None or _is_near(number, value))
            if value is None or not is_near or same(value, self.graph[key].value):
                continue
            node, rewriting = slip.node, slip.rewriting
            rank = SLIPS[rewriting.slip].rank + rewriting.late + penalty + EACH_EQUATION * slip.depth
            rank += ON_THE_WAY if node.key != key else 0.0
            explain = partial(explanation, self.graph, key, node, rewriting, base.fixed)
            cause = f"in {node.symbol.text}, {rewriting.how}"
            yield Candidate(rank, rewriting.slip, value, explain, node.key, rewriting, cause=cause)

    def changed(self, node: Node, base: Values) -> list[tuple[Rewriting, float]]:
        """The rewritings of an equation that change its value, with the values that they give."""
        if base is self.true_values and node.key in self.changed_truly:
            return self.changed_truly[node.key]
        before = value_in(base, node.key)
        values = ((rewriting, given_by(rewriting, base)) for rewriting in self.rewritings(node))
        found = [(r, v) for r, v in values if v is not None and (before is None or not same(v, before))]
        if base is self.true_values:
            self.changed_truly[node.key] = found
        return found

    def rewritings(self, node: Node) -> list[Rewriting]:
        """The rewritings of a node's equation, made once."""
        if node.key not in self.made:
            made = list(rewritings(self.graph, node))
            self.keep(made)
            self.made[node.key] = made
        return self.made[node.key]

    def keep(self, made: Iterable[Rewriting]) -> None:
        """Count what is kept, and forget everything made before where that gets too much."""
        length = sum(1 + len(rewriting.uses) for rewriting in made)
        self.kept += length
        if self.kept > SYMBOLS_KEPT:
            self.kept = length
            for kept in (self.made, self.made_twice, self.changed_truly):
                kept.clear()

    def throughout_the_step(self, key: Key) -> Iterator[Candidate]:
        """Slips made throughout the step, from its starting parameters."""
        node = self.graph[key]
        for slip, values in self.throughout.items() if node.kind in THROUGHOUT_KINDS else ():
            value, row = value_in(values, key), SLIPS[slip]
            if value is not None and not same(value, node.value) and isinstance(row, EquationSlip):
                cause = f"throughout the step, {row.sentence}"
                explain = partial(str, f"you get this when, {cause}")
                rank = row.rank + (row.throughout or 0.0)
                yield Candidate(rank, slip, value, explain, values=values, cause=cause)

    def pairs(self, key: Key, number: Stated, own: Values) -> list[Candidate]:
        """Two slips at once that give a number with enough digits, if only one such pair does."""
        if number.digits < PAIR_DIGITS:
            return []
        for values in (own, self.true_values):
            found: dict[frozenset[str], Candidate] = {}
            for first, second, value in self.two_slips(key, values):
                if number.fits(value) and first.how != second.how:
                    said = f"you get this with two slips at once: {first.how}, and {second.how}"
                    rank = SLIPS[first.slip].rank + SLIPS[second.slip].rank
                    explain = partial(str, said)
                    candidate = Candidate(rank, first.slip, value, explain, second=second.slip)
                    found.setdefault(frozenset((first.how, second.how)), candidate)
            if found:
                return list(found.values()) if len(found) == 1 else []
        return []

    def two_slips(self, key: Key, own: Values) -> Iterator[tuple[Rewriting, Rewriting, float]]:
        """The quantity's own equation rewritten twice, or it and one on the way, and the value that gives."""
        for first, second in self.twice(key):
            if (value := given_by(second, own)) is not None:
                yield first, second, value
        way = list(self.graph.ancestors(key, own.fixed))
        between = {node.key for node in way} - {key}
        for other in way[1:PAIR_NODES]:
            for second in self.in_pairs(other):
                if (changed := given_by(second, own)) is None:
                    continue
                values = Changed(own, other.key, changed, between)
                for first in self.in_pairs(self.graph[key]):
                    if (value := given_by(first, values)) is not None:
                        yield first, second, value

    def twice(self, key: Key) -> list[tuple[Rewriting, Rewriting]]:
        """A quantity's equation rewritten twice; made once."""
        if key not in self.made_twice:
            node, twice = self.graph[key], []
            for first in self.in_pairs(node):
                once = node._replace(expression=first.expression, uses=first.uses)
                again = self.plausible(rewritings(self.graph, once))
                twice += [(first, second) for second in again if second.slip != first.slip]
            self.keep(second for _, second in twice)
            self.made_twice[key] = twice
        return self.made_twice[key]

    def in_pairs(self, node: Node) -> list[Rewriting]:
        """The rewritings of an equation that people may combine with another slip."""
        made = self.plausible(self.rewritings(node))
        return made if len(made) <= REWRITES_PAIRED else []

    def plausible(self, made: Iterable[Rewriting]) -> list[Rewriting]:
        return [rewriting for rewriting in made if SLIPS[rewriting.slip].rank <= PAIR_RANK]


def _is_near(number: Stated, value: float) -> bool:
    """Whether a value gives a number, or may give it in rounded arithmetic."""
    is_near = number.digits >= NEAR_DIGITS and abs(value - number.value) <= NEAR * abs(number.value)
    return is_near or number.fits(value)


def _digits(right: float, number: Stated) -> int:
    """The digits of the right value that are shown: as many as are stated, and down to the same place."""
    whole = math.floor(math.log10(abs(right))) + 1 if right and math.isfinite(right) else 0
    return max(3, number.digits, min(number.places + whole, 17))

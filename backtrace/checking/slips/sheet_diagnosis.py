"""From wrong numbers to the mistakes behind them: the causes that explain most of a sheet, with the fewest.

A number alone may have many explanations. The right one also explains the others, and two slips at once are
believed where more than one number shows them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key
from backtrace.checking.slips.candidates import Candidate, Evidence
from backtrace.checking.slips.diagnosis import PAIR_DIGITS, Diagnosis
from backtrace.checking.slips.table import SLIPS
from backtrace.checking.slips.what_if_values import Values, value_in
from backtrace.checking.stated_number import Stated

ROUNDED = 8  # times half a unit of the last place, which rounding on the way may add up to
EACH_DIGIT = 0.75  # that each digit of another number with the same cause adds to a rank
BY_CHANCE = 2  # digits of a number that some slip of many gives by chance
PAIRED_RANK = 4  # the rank up to which a slip may be one of two
NUMBERS_SEARCHED = 4  # wrong numbers behind which two slips are looked for
SEARCHED = 1_000  # quantities of a graph in which all pairs of slips are tried


class Fault(NamedTuple):
    """A wrong number: the student's own values that it follows from, and the slips that give it."""

    key: Key
    number: Stated
    own: Values
    candidates: list[Candidate]


class SheetDiagnosis:
    """Explains the wrong numbers of one sheet; `numbers` is everything that it states."""

    def __init__(self, diagnosis: Diagnosis, numbers: Mapping[Key, Stated]) -> None:
        self.diagnosis = diagnosis
        self.evidence = Evidence(diagnosis.graph, numbers)
        self.faults: dict[int, Fault] = {}

    def add(self, place: int, key: Key, number: Stated, points: Mapping[Key, float]) -> None:
        """Look for the slips that give a wrong number; `points` are the student's numbers."""
        own = self.diagnosis.values(key, points)
        self.faults[place] = Fault(key, number, own, self.diagnosis.fitting(key, number, own, self.evidence))

    def explained(self) -> dict[int, list[Candidate]]:
        """The explanations of each wrong number, by its place, that which explains most others first."""
        found = {place: fault.candidates for place, fault in self.faults.items()}
        if not self._explain_by_two(found):
            self._put_common_causes_first(found)
            unexplained = [place for place in self.faults if not found[place]]
            for place in unexplained[:NUMBERS_SEARCHED]:
                fault = self.faults[place]
                found[place] = self.diagnosis.pairs(fault.key, fault.number, fault.own)
        return found

    def _put_common_causes_first(self, found: dict[int, list[Candidate]]) -> None:
        """Let each number that a cause explains speak for it at the others, the more digits the louder."""
        digits = {place: max(0, fault.number.digits - BY_CHANCE) for place, fault in self.faults.items()}
        said: dict[str, int] = defaultdict(int)
        for place, candidates in found.items():
            for cause in {c.cause for c in candidates if c.cause}:
                said[cause] += digits[place]

        def late(place: int, candidate: Candidate) -> float:
            others = said[candidate.cause] - digits[place] if candidate.cause else 0
            return candidate.rank - EACH_DIGIT * others

        for place, candidates in found.items():
            found[place] = sorted(candidates, key=partial(late, place))

    # Two slips at once

    def _explain_by_two(self, found: dict[int, list[Candidate]]) -> bool:
        """Explain all wrong numbers by two slips made together, if no single one explains them all.

        Where each number has an explanation of its own, these must not contradict each other: a slip in h_1
        that explains one gradient changes the others too.
        """
        clear = {place: fault for place, fault in self.faults.items() if fault.number.digits >= PAIR_DIGITS}
        is_small = len(self.diagnosis.graph.nodes) <= SEARCHED
        if len(clear) < 2 or not is_small or not self._is_searched({place: found[place] for place in clear}):
            return False
        wrong = {fault.key: fault.number for fault in clear.values()}
        pairs = self._pairs(wrong)
        for place, fault in clear.items() if pairs else ():
            explained = [c for pair in pairs for c in self._least(wrong, fault, *pair)]
            found[place] = list({c.cause: c for c in (*explained, *found[place])}.values())
        return bool(pairs)

    def _least(
        self, wrong: Mapping[Key, Stated], fault: Fault, one: Candidate, other: Candidate
    ) -> list[Candidate]:
        """Of two slips the one that gives a number, or both where it takes both."""
        both = _both(self.diagnosis.graph, one, other)
        stated = {key: number.value for key, number in wrong.items()}
        for room, causes in ((1.0, (one, other, both)), (ROUNDED, (both,))):
            for cause in causes:
                value = value_in(Values(self.diagnosis.graph, stated, rewrite=cause.work), fault.key)
                if value is not None and fault.number._replace(half=room * fault.number.half).fits(value):
                    return [cause._replace(value=value)]
        return []

    def _is_searched(self, found: Mapping[int, Sequence[Candidate]]) -> bool:
        """Whether two slips at once are worth looking for."""
        own = (
            any(c.where == self.faults[place].key or not c.cause for c in cs) for place, cs in found.items()
        )
        if all(own):
            return False  # each has a slip in its own equation, or in how it is written
        causes = [{c.cause for c in candidates if c.cause} for candidates in found.values()]
        return not set.intersection(*causes)

    def _pairs(self, wrong: Mapping[Key, Stated]) -> list[tuple[Candidate, Candidate]]:
        """The likeliest two slips that give all of some wrong numbers, and leave those right that are."""
        from backtrace.checking.slips.pair_search import best_pairs  # which loads numpy

        singles: dict[str, Candidate] = {}
        for key in list(wrong)[:NUMBERS_SEARCHED]:
            for candidate in self.diagnosis.true(key):
                if candidate.rewriting and SLIPS[candidate.slip].rank <= PAIRED_RANK:
                    singles.setdefault(candidate.cause, candidate)
        right = {key: self.evidence.numbers[key] for key in self.evidence.right}
        found = best_pairs(self.diagnosis.graph, list(singles.values()), wrong, right, ROUNDED)
        return [(pair.one, pair.other) for pair in found if pair.near == len(wrong)]


def _both(graph: Graph, one: Candidate, other: Candidate) -> Candidate:
    """Two slips at once as one candidate."""
    said = f"two slips at once: {one.cause}; and {other.cause}"
    values = Values(graph, rewrite=lambda node: one.work(node) or other.work(node))
    explain, rank = partial(str, f"you get this with {said}"), one.rank + other.rank
    return Candidate(rank, one.slip, 0.0, explain, values=values, cause=said, second=other.slip)

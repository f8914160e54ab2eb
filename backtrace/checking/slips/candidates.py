"""Candidates that may explain a number: a slip with the value that it gives, and the best of several.

What a sheet states and has right is fixed: no slip was made there, nor behind it. A slip that would have
changed another number that is right was not made either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from backtrace.checking.graph import ANCESTORS_KEPT, Graph, Key, Node
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.table import is_about_digits
from backtrace.checking.slips.what_if_values import Changed, Values, given_by, value_in
from backtrace.checking.stated_number import Stated
from backtrace.evaluation.closeness import same
from backtrace.evaluation.compiled import Compiled

ONCE = ("net", "activation", "exponential")  # a gradient may be computed from the top for each weight
LIKELY = 3.5  # the rank below which a slip is
BY_CHANCE = 6  # the most digits of a number that some slip gives by chance
CLEAR = 10  # times half a unit of the last place, more than rounding on the way adds up to


class Candidate(NamedTuple):
    """A value that a slip gives; `explain` writes the sentence, which is only needed where the value fits.

    `rewriting` is the wrong equation, if there is one, and `where` its quantity. A slip in many equations at
    once has the `values` of a step in which it was made. `cause` says in words what is the same for all
    numbers that come from one mistake. `second` is a slip that was made as well.
    """

    rank: float
    slip: str
    value: float
    explain: Callable[[], str]
    where: Key | None = None
    rewriting: Rewriting | None = None
    values: Values | None = None
    cause: str = ""
    second: str | None = None

    @property
    def explanation(self) -> str:
        return self.explain()

    def work(self, node: Node) -> Compiled[Key] | None:
        """The wrong equation of a quantity; None where the slip leaves it right."""
        if self.rewriting is not None:
            return self.rewriting.work if node.key == self.where else None
        return self.values.rewrite(node) if self.values and self.values.rewrite else None


def best_of(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The best candidate of each slip, in their order."""
    best: dict[tuple[str, str | None], Candidate] = {}
    for candidate in candidates:
        best.setdefault((candidate.slip, candidate.second), candidate)
    return list(best.values())


def ranked(number: Stated, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates that give a stated number, each cause once, the most plausible first.

    A slip in how a number is written comes after a likely other one that gives all of its digits.
    """
    best: dict[tuple[str, str], Candidate] = {}
    for candidate in candidates:
        place = candidate.slip, candidate.cause
        known = best.get(place)
        if known is None or candidate.rank < known.rank:
            best[place] = candidate
    found = best.values()
    others = (c for c in found if c.rank < LIKELY and not is_about_digits(c.slip))
    exact = any(same(c.value, number.value) for c in others)
    return sorted(found, key=lambda c: (exact and is_about_digits(c.slip), c.rank))


class Evidence:
    """The numbers that a sheet states, as evidence for and against slips in others."""

    def __init__(self, graph: Graph, numbers: Mapping[Key, Stated]) -> None:
        self.graph = graph
        self.numbers = numbers
        self._contradicted: dict[Values, bool] = {}
        self._true = Values(graph)

    @cached_property
    def right(self) -> frozenset[Key]:
        """The right numbers, except changes: w⁺ = w - ∂E/∂w may be written below a right Δw."""
        found = ((key, number, self.graph[key]) for key, number in self.numbers.items())
        return frozenset(k for k, n, node in found if n.fits(node.value) and node.kind != "change")

    def possible(self, key: Key, number: Stated, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        """The candidates for a number that no other number on the sheet speaks against."""
        allowed = {node.key for node in self.graph.ancestors(key, self.right - {key})}
        for candidate in candidates:
            is_behind = candidate.where is not None and candidate.where not in allowed
            changes = number.digits <= BY_CHANCE and self._contradict(candidate.values)
            if not (self.numbers and (is_behind or changes or self._contradict_once(key, number, candidate))):
                yield candidate

    def _contradict(self, values: Values | None) -> bool:
        """Whether a slip in many equations would have changed a number that is right."""
        if values is None:
            return False
        if values not in self._contradicted:
            pairs = ((self.numbers[other], value_in(values, other)) for other in self.right)
            self._contradicted[values] = any(v is not None and not n.fits(v) for n, v in pairs)
        return self._contradicted[values]

    def _contradict_once(self, key: Key, number: Stated, candidate: Candidate) -> bool:
        """Whether other numbers on the sheet come from the right value of what was computed once."""
        where, rewriting = candidate.where, candidate.rewriting
        if where is None or where == key or rewriting is None or number.digits > BY_CHANCE:
            return False
        if self.graph[where].kind not in ONCE or len(self.graph.nodes) > ANCESTORS_KEPT:
            return False
        value = given_by(rewriting, self._true)
        if value is None:
            return False
        for other, stated in self.numbers.items():
            if other in (key, where) or not self.graph.depends_on(other, [where]):
                continue
            if other in self.right or self.graph.depends_on(key, [other]):
                way = self.graph.ancestors(other, [where])
                affected = {where, *(n.key for n in way if self.graph.depends_on(n.key, [where]))}
                found = value_in(Changed(self._true, where, value, affected), other)
                if found is not None and abs(found - stated.value) > CLEAR * stated.half:
                    return True
        return False

"""Candidates that may explain a number: a slip with the value that it gives, and the best of several.

A net input or an activation is computed once. If the slip in its equation would have changed another number
that is right, or that lies on the way to the one to be explained, then the slip was not made. A number with
more digits than any slip gives by chance is exempt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from backtrace.checking.graph import ANCESTORS_KEPT, Graph, Key
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.what_if_values import Changed, Values, given_by, value_in
from backtrace.checking.stated_number import Stated

ONCE = ("net", "activation", "exponential")  # a gradient may be computed from the top for each weight
BY_CHANCE = 6  # the most digits of a number that some slip gives by chance
CLEAR = 10  # times half a unit of the last place, more than rounding on the way adds up to


class Candidate(NamedTuple):
    """A value that a slip gives; `explain` writes the sentence, which is only needed where the value fits.

    `rewriting` is the wrong equation, if there is one, and `where` its quantity.
    """

    rank: float
    slip: str
    value: float
    explain: Callable[[], str]
    where: Key | None = None
    rewriting: Rewriting | None = None

    @property
    def explanation(self) -> str:
        return self.explain()


def best_of(number: Stated, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The best candidate of each slip that gives a stated number, the most plausible first."""
    best: dict[str, Candidate] = {}
    for candidate in candidates:
        if number.fits(candidate.value):
            known = best.get(candidate.slip)
            if known is None or candidate.rank < known.rank:
                best[candidate.slip] = candidate
    return sorted(best.values(), key=lambda candidate: candidate.rank)


def contradicts(
    graph: Graph, sheet: Mapping[Key, Stated], key: Key, number: Stated, candidate: Candidate
) -> bool:
    """Whether other numbers on the sheet show that the number of `key` does not come from a slip."""
    where, rewriting = candidate.where, candidate.rewriting
    if where is None or where == key or rewriting is None or number.digits > BY_CHANCE:
        return False
    if graph[where].kind not in ONCE or len(graph.nodes) > ANCESTORS_KEPT:
        return False
    true = Values(graph)
    value = given_by(rewriting, true)
    if value is None:
        return False
    for other, stated in sheet.items():
        if other in (key, where) or not graph.depends_on(other, [where]):
            continue
        if stated.fits(graph[other].value) or graph.depends_on(key, [other]):
            way = graph.ancestors(other, [where])
            affected = {where, *(node.key for node in way if graph.depends_on(node.key, [where]))}
            found = value_in(Changed(true, where, value, affected), other)
            if found is not None and abs(found - stated.value) > CLEAR * stated.half:
                return True
    return False

"""Candidates that may explain a number: a slip with the value that it gives, and the best of several."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from backtrace.checking.graph import Key
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.stated_number import Stated


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

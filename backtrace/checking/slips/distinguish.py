"""The answers that may come for a quantity: the right one, and those that slips give.

Slips are made with the true numbers, as by somebody who made no other slip, also on the way to the quantity.
Question banks take their wrong answers from here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from backtrace.checking.graph import Key
from backtrace.checking.slips.candidates import Candidate
from backtrace.checking.slips.diagnosis import Diagnosis
from backtrace.checking.slips.misreadings import of_sample
from backtrace.checking.slips.table import SLIPS
from backtrace.evaluation.closeness import same
from backtrace.typesetting.numerals import Numerals

DECIMALS_COMPARED = 30
SLIPS_NAMED = 3  # slips that give the same number


class WrongAnswer(NamedTuple):
    """A number, as it is written, and the slips that give it: one of each kind, the most plausible first."""

    text: str
    slips: tuple[Candidate, ...]

    def sentence(self, symbol: str) -> str:
        """The explanation for somebody who states the number; it does not contain the right one."""
        first, *others = dict.fromkeys(slip.explanation for slip in self.slips[:SLIPS_NAMED])
        also = "".join(f"; or {other}" for other in others)
        return f"{symbol} = {self.text}: {first}{also}"


class PossibleAnswers(NamedTuple):
    """The answers for one quantity with so many decimals (`places`): the right one, and those of slips.

    No two are the same, and the right one is more than a unit of its last place away from all others: slips
    that give a nearer number cannot be seen, and are left out. A right answer is within half a unit of
    `middle`: the right number, or on a tie the value itself, midway between two roundings.
    """

    right: str
    middle: str
    places: int
    wrong: tuple[WrongAnswer, ...]


def possible_answers(diagnosis: Diagnosis, key: Key, places: int) -> PossibleAnswers:
    """The right answer for a quantity with `places` decimals, and the answer of each slip."""
    value = diagnosis.graph[key].value
    written = Numerals(decimals=places).text
    right = written(value)
    by_text: dict[str, dict[str, Candidate]] = {}
    for candidate in sorted(_candidates(diagnosis, key), key=lambda c: c.rank):
        text = written(candidate.value) if math.isfinite(candidate.value) else right
        if abs(_units(text) - _units(right)) > 1:
            by_text.setdefault(text, {}).setdefault(candidate.slip, candidate)
    wrong = tuple(WrongAnswer(text, tuple(slips.values())) for text, slips in by_text.items())
    return PossibleAnswers(right, _middle(value, places), places, wrong)


def _middle(value: float, places: int) -> str:
    """A number with so many decimals, and one more on a tie, which people round either way.

    >>> _middle(-1.2585, 3), _middle(-1.25851, 3)
    ('-1.2585', '-1.259')
    """
    finer = Numerals(decimals=places + 1).text(value)
    is_tie = finer.endswith("5") and same(float(finer), value)
    return finer if is_tie else Numerals(decimals=places).text(value)


def places_for(value: float, digits: int) -> int:
    """The decimals with which a value has so many significant digits.

    >>> places_for(-0.000278685, 3), places_for(0, 3), places_for(1234, 3)
    (6, 3, 0)
    """
    if not value:
        return digits
    return min(max(digits - 1 - int(f"{value:.{digits - 1}e}".partition("e")[2]), 0), DECIMALS_COMPARED)


def _units(text: str) -> int:
    """A number in units of its last place."""
    return int(text.replace(".", ""))


def _candidates(diagnosis: Diagnosis, key: Key) -> Iterator[Candidate]:
    """The values that slips on the true numbers give, then those of the quantity in other samples."""
    yield from diagnosis.true(key)
    for sample in range(1, len(diagnosis.graph.problem.samples) + 1):
        other = diagnosis.graph.nodes.get(key._replace(sample=sample))
        if other is not None and key.sample not in (None, sample) and other.value:
            said = partial(str, of_sample(sample))
            yield Candidate(SLIPS["wrong_sample"].rank, "wrong_sample", other.value, said)

"""Which slips give which number for a quantity, where its right number can be told from them.

Slips are made with the true numbers, as somebody makes them who has made no other; also those on the way to
the quantity. What asks people for numbers takes its wrong answers from here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key
from backtrace.checking.slips.candidates import Candidate
from backtrace.checking.slips.diagnosis import Diagnosis
from backtrace.checking.slips.table import SLIPS
from backtrace.evaluation.closeness import same

DECIMALS_COMPARED = 30
SLIPS_NAMED = 3  # slips that give the same number


class Wrong(NamedTuple):
    """A number, as it is written, and the slips that give it: one of each kind, the most plausible first."""

    text: str
    slips: tuple[Candidate, ...]

    def sentence(self, symbol: str) -> str:
        """What is to be said to who states the number; the right one is not told."""
        first, *others = dict.fromkeys(slip.explanation for slip in self.slips[:SLIPS_NAMED])
        also = "".join(f"; or it {other}" for other in others)
        return f"{symbol} = {self.text} {first}{also}"


class Outcomes(NamedTuple):
    """The numbers of one quantity with so many decimals (`places`): the right one, and those of slips.

    No two are the same, and the right one is more than a unit of its last place away from all others: slips
    that give a number nearer than that cannot be seen, and are not there. `middle` is what an answer may be
    half a unit off: the right number, or where two are as near to it, the one midway between them.
    """

    right: str
    middle: str
    places: int
    wrong: tuple[Wrong, ...]


def tell_apart(diagnosis: Diagnosis, key: Key, places: int) -> Outcomes:
    """What a quantity comes to with `places` decimals, done right and with each slip."""
    value = diagnosis.graph[key].value
    right = written(value, places)
    by_text: dict[str, dict[str, Candidate]] = {}
    for candidate in sorted(_candidates(diagnosis, key), key=lambda c: c.rank):
        if not math.isfinite(candidate.value):
            continue
        text = written(candidate.value, places)
        if abs(_units(text, places) - _units(right, places)) > 1:
            by_text.setdefault(text, {}).setdefault(candidate.slip, candidate)
    wrong = tuple(Wrong(text, tuple(slips.values())) for text, slips in by_text.items())
    return Outcomes(right, _middle(value, places), places, wrong)


def written(value: float, places: int) -> str:
    """A number with so many decimals; zero has no sign.

    >>> written(-0.00049, 3)
    '0.000'
    """
    text = f"{value:.{places}f}"
    return text[1:] if text[0] == "-" and not text.strip("-0.") else text


def _middle(value: float, places: int) -> str:
    """A number with so many decimals, and one more where people round it either way.

    >>> _middle(-1.2585, 3), _middle(-1.25851, 3)
    ('-1.2585', '-1.259')
    """
    finer = written(value, places + 1)
    is_tie = finer.endswith("5") and same(float(finer), value)
    return finer if is_tie else written(value, places)


def places_for(value: float, digits: int) -> int:
    """The decimals with which a value has so many significant digits.

    >>> places_for(-0.000278685, 3), places_for(0, 3), places_for(1234, 3)
    (6, 3, 0)
    """
    if not value:
        return digits
    return min(max(digits - 1 - int(f"{value:.{digits - 1}e}".partition("e")[2]), 0), DECIMALS_COMPARED)


def _units(text: str, places: int) -> int:
    """How many units of its last place a number is."""
    return int(text.replace(".", "")) if places else int(text)


def _candidates(diagnosis: Diagnosis, key: Key) -> Iterator[Candidate]:
    yield from diagnosis.true(key)
    yield from _of_other_samples(diagnosis.graph, key)


def _of_other_samples(graph: Graph, key: Key) -> Iterator[Candidate]:
    """The same quantity's value in other samples."""
    for sample in range(1, len(graph.problem.samples) + 1):
        other = graph.nodes.get(key._replace(sample=sample))
        if other is not None and key.sample not in (None, sample) and other.value:
            said = partial(str, f"belongs to sample {sample}")
            yield Candidate(SLIPS["wrong_sample"].rank, "wrong_sample", other.value, said)

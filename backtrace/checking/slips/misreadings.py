"""The readings: what a stated number may be besides a wrong calculation.

Another quantity's number, another sample's, cut off, a digit moved: held against what the quantity comes to
in the writer's own numbers, and against its true value.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from decimal import ROUND_DOWN, Decimal
from itertools import islice
from math import inf, isfinite
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.what_if_values import PLACES_ROUNDED, RoundedOnce, Rounding, Values, value_in
from backtrace.checking.stated_number import Stated
from backtrace.evaluation.closeness import ROUNDING, same
from backtrace.limits import CANDIDATES

RESTS_ON_IT = 1.0  # how much less plausible that makes a reading
POWERS = (-3, -2, -1, 1, 2, 3)


class Reading(NamedTuple):
    """What a number is read as; `late` orders the readings of one slip."""

    slip: str
    value: float
    explanation: str
    late: float = 0.0


class Readings:
    """Reads numbers in one graph; what depends on no number is worked out once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._values: list[tuple[float, int, Node]] = []
        self._rounded: dict[tuple[Key, int], float | None] = {}
        self._rounding: dict[int, Rounding] = {}

    def of(self, key: Key, number: Stated, own: Values, everywhere: bool = False) -> Iterator[Reading]:
        """Every reading of a number that stands for `key`; `own` are the writer's numbers.

        With `everywhere`, what the writer does not state is worked out in them too.
        """
        node = self.graph[key]
        mine = value_in(own, key)
        bases = [node.value] if mine is None or same(mine, node.value) else [mine, node.value]
        yield from self.misplaced(node, number, self.elsewhere(key, own) if everywhere else own.fixed)
        for base in bases:
            yield from moved(base, number)
            yield from cut_off(base, number)
        yield from self.rounded_early(key, number, own)

    def elsewhere(self, key: Key, own: Values) -> dict[Key, float]:
        """What the writer's numbers make of the other quantities of a step."""
        others = islice((k for k in self.graph.nodes if key.step == k.step or key.id == k.id), CANDIDATES)
        worked_out = ((other, value_in(own, other)) for other in others)
        return {other: value for other, value in worked_out if value is not None}

    def misplaced(self, node: Node, number: Stated, numbers: Mapping[Key, float]) -> Iterator[Reading]:
        """The number of another sample, step or quantity, the true one or the writer's own."""
        for other in self.near(number):
            yield from self.of_another(node, other, other.value, number, "is right for")
        for key, value in numbers.items():
            other = self.graph[key]
            # Where both ought to be the same, as δ_o and ∂E/∂b, neither was taken for the other.
            if not number.fits(value) or number.fits(other.value) or same(other.value, node.value):
                continue
            # What rests on the number may have come out of it, wrong as it is.
            late = RESTS_ON_IT if self.graph.rests_on(key, [node.key]) else 0.0
            for reading in self.of_another(node, other, value, number, "is what stands here for"):
                yield reading._replace(late=reading.late + late)

    def of_another(
        self, node: Node, other: Node, value: float, number: Stated, said: str
    ) -> Iterator[Reading]:
        key, place = node.key, other.key
        if same(value, node.value) or not value or other.kind in ("given", "held") or place == key:
            return
        if place.id == key.id and place.step == key.step:
            where = f"sample {place.sample}" if place.sample else "all samples together"
            yield Reading("wrong_sample", value, f"belongs to {where}")
        elif place.id == key.id:
            yield Reading("wrong_step", value, f"belongs to step {place.step}")
        elif number.digits > 1 and _may_be_mistaken(node, place):
            late = 0.0 if other.kind == node.kind or other.layer == node.layer else 0.2
            yield Reading("wrong_quantity", value, f"{said} {other.symbol.text}", late)

    def near(self, number: Stated) -> Iterator[Node]:
        """The quantities whose true values round to a number."""
        if len(self._values) != len(self.graph.nodes):
            self._values = sorted(
                (n.value if isfinite(n.value) else inf, n.position, n) for n in self.graph.nodes.values()
            )
        slack = number.half + 2 * ROUNDING * abs(number.value)
        low = bisect_left(self._values, number.value - slack, key=lambda entry: entry[0])
        high = bisect_right(self._values, number.value + slack, key=lambda entry: entry[0])
        for _, _, node in self._values[low:high]:
            if number.fits(node.value):
                yield node

    def rounded_early(self, key: Key, number: Stated, own: Values) -> Iterator[Reading]:
        """The value with everything on the way, or what stands in the equation, rounded to fewer decimals."""
        for places in range(2, min(number.places, PLACES_ROUNDED) + 1):
            known = key, places
            if known not in self._rounded:
                rounding = self._rounding.setdefault(places, Rounding(self.graph, places))
                self._rounded[known] = value_in(rounding, key)
            said = f"comes out when what is on the way is rounded to {places} decimals"
            values = (self._rounded[known], value_in(RoundedOnce(own, places), key))
            for value in values if places < number.places else values[:1]:
                if value is not None:
                    yield Reading("rounded_too_early", value, said, 0.01 * places)


def moved(base: float, number: Stated) -> Iterator[Reading]:
    """The decimal point at another place."""
    if number.digits > 1 and base:
        for power in POWERS:
            yield Reading("power_of_ten", base * 10.0**power, "has its decimal point elsewhere")


def cut_off(base: float, number: Stated) -> Iterator[Reading]:
    """Digits cut off, or two neighbours swapped."""
    unit = Decimal(1).scaleb(-number.places)
    try:
        exact = Decimal(repr(base))
        cut = float(exact.quantize(unit, rounding=ROUND_DOWN))
        rounded = f"{exact.quantize(unit):f}"
        stated = f"{Decimal(repr(number.value)).quantize(unit):f}"
    except ArithmeticError:
        return
    if same(cut, number.value):
        yield Reading("truncated", cut, "has its digits cut off, not rounded")
    if len(stated) != len(rounded):
        return
    differ = [i for i, (one, two) in enumerate(zip(rounded, stated, strict=True)) if one != two]
    if len(differ) != 2:
        return
    first, last = differ
    between = rounded[first + 1 : last]
    if between in ("", ".") and (rounded[first], rounded[last]) == (stated[last], stated[first]):
        yield Reading("digits_swapped", number.value, "has two digits swapped")


def _may_be_mistaken(node: Node, other: Key) -> bool:
    """Whether a number may stand under the wrong name: same step and sample, no new value for an old."""
    key = node.key
    same_sample = key.sample == other.sample or key.sample is None or other.sample is None
    is_new = key.id.endswith("+") or node.kind in ("change", "state")
    return key.step == other.step and same_sample and (is_new or not other.id.endswith("+"))

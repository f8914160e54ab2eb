"""Misreadings: other origins of a stated number than a wrong calculation.

It is another quantity's number, another sample's, cut off, or has a digit moved. Each is compared with the
value that follows from the student's own numbers, and with the true value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from functools import cached_property
from itertools import islice
from math import isfinite
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.what_if_values import PLACES_ROUNDED, Values, rounded_once, value_in
from backtrace.checking.stated_number import Stated
from backtrace.evaluation.closeness import same
from backtrace.limits import CANDIDATES

DEPENDS_ON_IT = 1.0  # how much less plausible that makes a misreading
POWERS = (-3, -2, -1, 1, 2, 3)


class Misread(NamedTuple):
    """A number that one may have meant, and why; `late` orders the misreadings of one slip."""

    value: float
    explanation: str
    late: float = 0.0


@dataclass(frozen=True)
class Suspect:
    """A wrong number that is stated for a quantity, and the student's own values of the others.

    `rounded` has the true values, rounded on the way to so many decimals; it is kept for other numbers. With
    `everywhere`, the student's unstated quantities are computed from the stated ones too.
    """

    node: Node
    number: Stated
    own: Values
    rounded: dict[int, Values]
    everywhere: bool = False

    @property
    def graph(self) -> Graph:
        return self.own.graph

    @cached_property
    def rights(self) -> list[float]:
        """The values that would be right here: from the student's own numbers, and the true one."""
        mine = value_in(self.own, self.node.key)
        true = self.node.value
        return [true] if mine is None or same(mine, true) else [mine, true]

    @cached_property
    def others(self) -> list[tuple[Node, Misread]]:
        """The other quantities that have this number, truly or for the student."""
        truly = (n for n in self.graph.nodes.values() if isfinite(n.value) and self.number.fits(n.value))
        found = [
            (other, Misread(other.value, f"this is right for {other.symbol.text}"))
            for other in sorted(truly, key=lambda other: (other.value, other.position))
        ]
        for key, value in (self._elsewhere() if self.everywhere else self.own.fixed).items():
            other = self.graph[key]
            # Where both should be the same, as δ_o and ∂E/∂b, neither was mistaken for the other.
            fits = self.number.fits(value) and not self.number.fits(other.value)
            if fits and not same(other.value, self.node.value):
                # A quantity that depends on the number may have come from it, wrong as it is.
                late = DEPENDS_ON_IT if self.graph.depends_on(key, [self.node.key]) else 0.0
                found.append((other, Misread(value, f"this is your number for {other.symbol.text}", late)))
        own = self.node.key
        return [
            (other, misread)
            for other, misread in found
            if misread.value and other.key != own and other.kind != "held"
            if other.kind != "given" or other.role  # but no constant of the update
            if not same(misread.value, self.node.value)
        ]

    def _elsewhere(self) -> Mapping[Key, float]:
        own = self.node.key
        keys = islice((k for k in self.graph.nodes if own.step == k.step or own.id == k.id), CANDIDATES)
        return {key: value for key in keys if (value := value_in(self.own, key)) is not None}


Misreading = Callable[[Suspect], Iterator[Misread]]


def wrong_sample(suspect: Suspect) -> Iterator[Misread]:
    """A quantity's value in another sample."""
    own = suspect.node.key
    for other, misread in suspect.others:
        if (other.key.id, other.key.step) == (own.id, own.step):
            yield misread._replace(explanation=of_sample(other.key.sample))


def of_sample(sample: int | None) -> str:
    """The explanation of a number that belongs to another sample, or to the total of a batch."""
    return f"this number belongs to {'all samples together' if sample is None else f'sample {sample}'}"


def wrong_step(suspect: Suspect) -> Iterator[Misread]:
    """A quantity's value in another step."""
    own = suspect.node.key
    for other, misread in suspect.others:
        if other.key.id == own.id and other.key.step != own.step:
            yield misread._replace(explanation=f"this number belongs to step {other.key.step}")


def wrong_quantity(suspect: Suspect) -> Iterator[Misread]:
    """Another quantity of the same step and sample, written under the wrong name."""
    node = suspect.node
    for other, misread in suspect.others if suspect.number.digits > 1 else ():
        key = node.key
        same_place = key.sample == other.key.sample or None in (key.sample, other.key.sample)
        if other.key.step == key.step and same_place and other.key.id != key.id:
            yield misread._replace(late=misread.late + _unlikeness(node, other))


def _unlikeness(node: Node, other: Node) -> float:
    """How much less plausible it is to take one quantity for another that is not of its kind or layer."""
    is_new, is_other_new = (n.key.id.endswith("+") or n.kind in ("change", "state") for n in (node, other))
    unlike = 0.2 * (other.kind != node.kind and other.layer != node.layer)
    return unlike + 0.5 * (is_other_new and not is_new) + 0.5 * (other.kind == "given")


def power_of_ten(suspect: Suspect) -> Iterator[Misread]:
    """The decimal point in another place."""
    for right in suspect.rights if suspect.number.digits > 1 else ():
        for power in POWERS if right else ():
            yield Misread(right * 10.0**power, "the decimal point is in the wrong place")


def truncated(suspect: Suspect) -> Iterator[Misread]:
    """Digits cut off instead of rounded; a single digit is no such number."""
    for right in suspect.rights if suspect.number.digits > 1 else ():
        cut = _with_places(right, suspect.number, ROUND_DOWN)
        if cut is not None and same(float(cut), suspect.number.value):
            yield Misread(float(cut), "the digits are cut off instead of rounded")


def digits_swapped(suspect: Suspect) -> Iterator[Misread]:
    """Two neighbouring digits swapped, also across the decimal point."""
    number = suspect.number
    stated = _with_places(number.value, number)
    for right in suspect.rights:
        rounded = _with_places(right, number)
        if stated and rounded and rounded != stated and stated.replace(".", "") in _swapped(rounded):
            yield Misread(number.value, "two digits are swapped")


def _swapped(text: str) -> list[str]:
    """The digits of a number with each two neighbours swapped."""
    digits = text.replace(".", "")
    return [f"{digits[:i]}{digits[i + 1]}{digits[i]}{digits[i + 2 :]}" for i in range(len(digits) - 1)]


def _with_places(value: float, number: Stated, rounding: str = ROUND_HALF_EVEN) -> str | None:
    """A value with as many decimals as are stated; None where it has no such form."""
    try:
        return f"{Decimal(repr(value)).quantize(Decimal(1).scaleb(-number.places), rounding=rounding):f}"
    except ArithmeticError:
        return None


def rounded_too_early(suspect: Suspect) -> Iterator[Misread]:
    """Everything on the way, or the numbers in the equation itself, rounded to fewer decimals."""
    key, number = suspect.node.key, suspect.number
    for places in range(2, min(number.places, PLACES_ROUNDED) + 1):
        everywhere = suspect.rounded.setdefault(places, Values(suspect.graph, places=places))
        values = value_in(everywhere, key), rounded_once(suspect.own, key, places)
        for value in values if places < number.places else values[:1]:
            if value is not None:
                how = f"you get this with intermediate values rounded to {places} decimals"
                yield Misread(value, how, 0.01 * places)

"""A stated number: its value, and how much its last place leaves open."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from backtrace.config.cursor import to_number
from backtrace.evaluation.closeness import ROUNDING
from backtrace.evaluation.exact import fraction
from backtrace.evaluation.intervals import Interval
from backtrace.symbolic.expressions import Number

OF_FRACTION = 12  # digits that a fraction is as good as: it is exact
PLACES_KEPT = 300  # half a unit of a further place is no float


class Stated(NamedTuple):
    """A number with half a unit of its last place, its significant digits and its decimal places."""

    value: float
    half: float
    digits: int
    places: int

    @property
    def exactly(self) -> Fraction:
        """The number as it is written, as if it were not rounded."""
        return fraction(self.value)

    @property
    def interval(self) -> Interval:
        """Everything that rounds to the number as it is written."""
        return Interval(self.value - self.half, self.value + self.half)

    def fits(self, value: float, tolerance: float = 0.0) -> bool:
        """Whether a value rounds to the stated number; ties may be rounded either way."""
        return abs(self.value - value) <= self.half + ROUNDING * abs(value) + tolerance

    def overlaps(self, other: Stated) -> bool:
        """Whether both can be the same number, written to more and to fewer places."""
        return abs(self.value - other.value) <= max(self.half, other.half)

    def turned(self) -> Stated:
        """The same with the other sign."""
        return self._replace(value=-self.value)


def stated(text: str) -> Stated | None:
    """The number that a text states, or None if it is none.

    >>> stated("-0.500")
    Stated(value=-0.5, half=0.0005, digits=3, places=3)
    """
    number = to_number(text.strip().replace("−", "-").replace(",", ""))
    return with_precision(number) if isinstance(number, Number) else None


def with_precision(number: Number) -> Stated | None:
    """A number with the precision its text has, which a fraction has in full; None beyond floats."""
    if "/" in number.text:
        return Stated(number.value, 0.0, OF_FRACTION, OF_FRACTION)
    mantissa, _, exponent = number.text.lower().lstrip("+-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    places = len(fraction) - int(exponent or 0)
    if math.isinf(number.value) or not -PLACES_KEPT < places < PLACES_KEPT:
        return None
    return Stated(number.value, 0.5 * 10.0**-places, len((whole + fraction).lstrip("0")), places)

"""A stated number: its value, and how much its last place leaves open."""

from __future__ import annotations

import re
from typing import NamedTuple

from backtrace.evaluation.closeness import ROUNDING
from backtrace.evaluation.intervals import Interval

_PARTS = re.compile(r"([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,4}))?")


class Stated(NamedTuple):
    """A number with half a unit of its last place, its significant digits and its decimal places."""

    value: float
    half: float
    digits: int
    places: int

    @property
    def interval(self) -> Interval:
        """Everything that rounds to the number as it is written."""
        return Interval(self.value - self.half, self.value + self.half)

    def fits(self, value: float, tolerance: float = 0.0) -> bool:
        """Whether a value rounds to the stated number; ties may be rounded either way."""
        return abs(self.value - value) <= self.half + ROUNDING * abs(value) + tolerance

    def turned(self) -> Stated:
        """The same with the other sign."""
        return self._replace(value=-self.value)


def stated(text: str) -> Stated | None:
    """The number that a text states, or None if it is none.

    >>> stated("-0.500")
    Stated(value=-0.5, half=0.0005, digits=3, places=3)
    """
    plain = text.strip().replace("−", "-").replace("_", "").replace(",", "")
    found = _PARTS.fullmatch(plain)
    if not found or not (found[2] or found[3]):
        return None
    fraction, exponent = found[3] or "", int(found[4] or 0)
    places = len(fraction) - exponent
    value = float(plain)
    if abs(value) == float("inf") or not -300 < places < 300:
        return None
    return Stated(value, 0.5 * 10.0**-places, len((found[2] + fraction).lstrip("0")), places)

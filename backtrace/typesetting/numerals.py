"""The text of numbers: significant digits or decimals, and givens as the config wrote them."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from backtrace.evaluation.arithmetic import Value

NOT_FINITE = "not finite"  # a word for a person, where floats say inf or nan
GUARD = 3  # digits more of a number that others are computed from
FLOAT_DIGITS = 17  # that a float64 has
SHORT = 6  # characters of a given that is shown as it was written, however few digits are asked for


class Numerals(NamedTuple):
    """How numbers are written: so many significant digits, or so many decimals.

    `kept` are the decimals of hand arithmetic: a value that was rounded to one of them shows them all.
    """

    digits: int = 6
    decimals: int | None = None
    kept: frozenset[int] = frozenset()

    def text(self, value: Value) -> str:
        """A computed value."""
        if not isfinite(value):
            return NOT_FINITE
        if isinstance(value, Decimal):
            exponent = value.as_tuple().exponent
            if self.decimals is None and isinstance(exponent, int) and -exponent in self.kept:
                return _unsigned_zero(f"{value:f}")
            value = float(value)
        if self.decimals is not None:
            return _unsigned_zero(f"{value:.{self.decimals}f}")
        return _unsigned_zero(f"{value:.{self.digits}g}")

    def finer(self) -> Numerals:
        """More digits, for numbers that others are computed from, so that no digit cut off matters."""
        decimals = None if self.decimals is None else self.decimals + GUARD
        return self._replace(digits=min(self.digits + GUARD, FLOAT_DIGITS), decimals=decimals)

    def given(self, written: str, value: Value) -> str:
        """A number from the config: as it was written, unless that is longer than asked for."""
        if self.decimals is None and len(written) <= SHORT:
            return written
        mantissa, _, exponent = written.lower().partition("e")
        if self.decimals is not None:
            is_short = len(mantissa.partition(".")[2]) - int(exponent or 0) <= self.decimals
        else:
            is_short = len(mantissa.replace(".", "").lstrip("-0")) <= self.digits
        return written if is_short else self.text(value)


def _unsigned_zero(text: str) -> str:
    """-0.000 is 0.000: a person writes no sign before a zero."""
    return text[1:] if text[0] == "-" and not text.strip("-0.") else text

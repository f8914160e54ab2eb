"""Numbers that a program computed in single or half precision.

PyTorch prints a float32 with the 17 digits of the float64 that is equal to it, most of which mean nothing. A
number with so many digits that is exactly a float32 is one: of other numbers, one in 500 million is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import NamedTuple

from backtrace.checking.stated_number import Stated

LONG = 9  # digits; a float32 has less, and a person writes fewer
ROUNDINGS = 4  # of the operations behind a number, in units of its last bit


class FloatFormat(NamedTuple):
    """A format of floats: its name in a sentence, and the distance from 1 to the next number."""

    name: str
    epsilon: float
    holds: Callable[[float], bool]

    def precise(self, number: Stated) -> Stated:
        """A stated number, known only as far as the format is precise."""
        if not self.is_one(number):
            return number
        return number._replace(half=max(number.half, ROUNDINGS * self.epsilon * abs(number.value)))

    def is_one(self, number: Stated) -> bool:
        """Whether a number has the digits of a float of this format, and not those of a person."""
        return _is_long(number) and self.holds(number.value)


def _is_long(number: Stated) -> bool:
    mantissa, _, _ = repr(abs(number.value)).partition("e")
    return len(mantissa.replace(".", "").strip("0")) >= LONG


def _packs(code: str) -> Callable[[float], bool]:
    def holds(value: float) -> bool:
        try:
            return bool(struct.unpack(code, struct.pack(code, value))[0] == value)
        except OverflowError:
            return False

    return holds


_is_float32 = _packs("<f")


def _is_bfloat16(value: float) -> bool:
    return _is_float32(value) and struct.pack("<f", value)[:2] == b"\0\0"


# A number of a coarser format is one of the finer formats too.
FORMATS = (
    FloatFormat("half-precision", 2.0**-10, _packs("<e")),
    FloatFormat("bfloat16", 2.0**-7, _is_bfloat16),
    FloatFormat("single-precision", 2.0**-23, _is_float32),
)


def format_of(numbers: Iterable[Stated]) -> FloatFormat | None:
    """The format of most of a sheet's long numbers, the coarsest that fits; None if they are float64."""
    long = list(filter(_is_long, numbers))
    return next((f for f in FORMATS if long and 2 * sum(map(f.is_one, long)) > len(long)), None)

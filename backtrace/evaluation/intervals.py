"""Intervals: numbers that are known only as far as somebody wrote them down.

"0.59" may be anything from 0.585 to 0.595. An operation gives an interval that holds every result it could
have. Where there is no bound (a divisor that may be 0, a step inside the interval) `UndecidedError` says so:
a student's number is never accepted for want of a bound. Knows no student and no equation.

Source: Moore, Interval Analysis, 1966.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.function_rows import with_rows
from backtrace.symbolic.functions import Function

_SLACK = 1e-15  # floats round; a bound is moved outwards by more than they do


class UndecidedError(Exception):
    """There is no bound on a result."""


class Interval(NamedTuple):
    """All numbers from `low` to `high`."""

    low: float
    high: float

    def __add__(self, other: object) -> Interval:
        if not isinstance(other, Interval):
            return NotImplemented
        return _widened(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __mul__(self, other: object) -> Interval:
        if not isinstance(other, Interval):
            return NotImplemented
        # The extremes of a product are at corners. 0 times anything bounded is 0, infinite bounds included.
        return _spanned(*(x * y if x and y else 0.0 for x in self for y in other))

    def overlaps(self, other: Interval) -> bool:
        """Whether some number is in both."""
        return self.low <= other.high and other.low <= self.high


def point(value: float) -> Interval:
    """A number that is known exactly."""
    return Interval(value, value)


def _widened(low: float, high: float) -> Interval:
    return Interval(low - _SLACK * abs(low), high + _SLACK * abs(high))


def _spanned(*ends: float) -> Interval:
    return _widened(min(ends), max(ends))


def _divide(x: Interval, y: Interval) -> Interval:
    if y.low <= 0 <= y.high:
        raise UndecidedError
    return x * _widened(1 / y.high, 1 / y.low)


def _power(base: Interval, exponent: Interval) -> Interval:
    if exponent.low != exponent.high:
        return _rising("exp")(exponent * _rising("log")(base))
    n = exponent.low
    if base.low <= 0 and not (n == int(n) and n >= 0):
        raise UndecidedError
    turn = (0.0,) if base.low < 0 < base.high else ()
    return _spanned(FLOAT64.power(base.low, n), FLOAT64.power(base.high, n), *turn)


def _rising(name: str) -> Callable[[Interval], Interval]:
    """A function that never falls, on an interval: its values at both ends bound all between."""
    function = FLOAT64.functions[name]

    def on_interval(x: Interval) -> Interval:
        low, high = function(x.low), function(x.high)
        if not (math.isfinite(low) and math.isfinite(high)):
            raise UndecidedError
        return _widened(low, high)

    return on_interval


def _wave(function: Callable[[float], float], peak: float) -> Callable[[Interval], Interval]:
    """Bound sin or cos: the ends, and 1 or -1 where a peak or a trough lies between them."""

    def on_interval(x: Interval) -> Interval:
        ends = [function(x.low), function(x.high)]
        for extreme, place in ((1.0, peak), (-1.0, peak + math.pi)):
            before, after = (math.floor((end - place) / (2 * math.pi)) for end in x)
            ends += [extreme] if after > before else []
        return _spanned(*ends)

    return on_interval


def _abs(x: Interval) -> Interval:
    if x.low < 0 < x.high:
        return Interval(0.0, max(-x.low, x.high))
    return x if x.low >= 0 else -x


def _compared(holds: Callable[[float, float], bool]) -> Callable[[Interval, Interval], Interval]:
    def on_intervals(x: Interval, y: Interval) -> Interval:
        always, ever = holds(x.low, y.high), holds(x.high, y.low)
        if always != ever:
            raise UndecidedError
        return point(float(ever))

    return on_intervals


def _density(x: Interval) -> Interval:
    ends = [FLOAT64.functions["phi"](end) for end in x]
    return _widened(min(ends), FLOAT64.functions["phi"](0.0) if x.low < 0 < x.high else max(ends))


def _xlogy(x: Interval, y: Interval) -> Interval:
    return point(0.0) if x == (0, 0) else x * _rising("log")(y)


def _over(x: Interval, y: Interval) -> Interval:
    return point(0.0) if x == (0, 0) else _divide(x, y)


def _where(condition: Interval, yes: Interval, no: Interval) -> Interval:
    return yes if condition.low else no


def _extreme(choose: Callable[..., float]) -> Callable[..., Interval]:
    return lambda *parts: Interval(choose(p.low for p in parts), choose(p.high for p in parts))


def _bounded(name: str, row: Function) -> Callable[..., Interval] | None:
    """A rising function by its ends; any other by its textbook form, or undecided if it has none."""
    if row.rises:
        return _rising(name)
    return None if row.textbook else _undecided


def _undecided(*arguments: Interval) -> Interval:
    raise UndecidedError


_FORMS = Arithmetic(
    name="intervals",
    number=lambda number: point(number.value),
    divide=_divide,
    power=_power,
    functions={
        "abs": _abs,
        "sin": _wave(math.sin, math.pi / 2),
        "cos": _wave(math.cos, 0.0),
        "step": lambda x: _compared(lambda a, b: a >= b)(x, point(0.0)),
        "max": _extreme(max),
        "min": _extreme(min),
        "sign": lambda x: (
            _compared(lambda a, b: a > b)(x, point(0.0)) + -_compared(lambda a, b: a < b)(x, point(0.0))
        ),
        "above": _compared(lambda a, b: a > b),
        "from": _compared(lambda a, b: a >= b),
        "where": _where,
        "xlogy": _xlogy,
        "over": _over,
        "phi": _density,
    },
    settle=lambda value, kind: value,
    is_finite=lambda value: math.isfinite(value.low) and math.isfinite(value.high),
)
INTERVALS = with_rows(_FORMS, _bounded)

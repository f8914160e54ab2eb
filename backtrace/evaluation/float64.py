"""Float64: operations as IEEE 754 has them, functions in forms that neither overflow nor cancel.

A textbook form is shown, but a stable form of the same function is computed where the textbook's fails: in
1/(1 + e^(-x)), e^(-x) overflows at x = -710, though the result is simply 0. Knows no equations.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from backtrace.evaluation.arithmetic import Arithmetic, choose, largest, smallest
from backtrace.evaluation.function_rows import with_rows
from backtrace.symbolic.functions import Function

_SQRT_HALF = math.sqrt(0.5)
_SQRT_HALF_REST = -4.833646656726457e-17  # what is left of the square root of ½ past its nearest float
_DENSITY_AT_ZERO = 1 / math.sqrt(2 * math.pi)


def divide(x: float, y: float) -> float:
    """The quotient; by 0 it is infinite, and 0/0 is not a number."""
    if y:
        return x / y
    return math.nan if x == 0 or math.isnan(x) else math.copysign(math.inf, x) * math.copysign(1.0, y)


def power(base: float, exponent: float) -> float:
    """The power; infinite past the largest float, not a number where it would be complex."""
    try:
        result = base**exponent
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ZeroDivisionError:
        return math.inf
    return math.nan if isinstance(result, complex) else result


def guarded(function: Callable[..., float]) -> Callable[..., float]:
    """A function of Python's that is inf or nan where Python raises an error, as IEEE 754 has it."""

    def on_floats(*arguments: float) -> float:
        try:
            return function(*arguments)
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError):
            return math.nan

    return on_floats


def sigmoid(x: float) -> float:
    """1/(1 + e^(-x)), in the form whose exponential cannot overflow."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    # Below 0 both parts of the fraction are multiplied by e^x.
    small = math.exp(x)
    return small / (1 + small)


def softplus(x: float) -> float:
    """ln(1 + e^x), exact for large |x|: for x > 0 it is x + ln(1 + e^(-x))."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def log(x: float) -> float:
    """The natural logarithm; ln 0 is -inf."""
    return math.log(x) if x > 0 else (-math.inf if x == 0 else math.nan)


def xlogy(x: float, y: float) -> float:
    """x·ln(y), where 0·ln 0 is 0, its limit; 0·ln(-1) is still not a number."""
    return 0.0 if x == 0 == y else x * log(y)


def over(x: float, y: float) -> float:
    """x/y, where 0/0 is 0: the slope of x·ln(y)."""
    return 0.0 if x == 0 == y else divide(x, y)


def normal_distribution(x: float) -> float:
    """Φ(x) = ½·erfc(-x/√2), exact in both tails.

    There erfc magnifies the rounding error of x/√2 by x², so the error is added back along the slope.

    Source: Φ by erfc as in Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, chapter 26.
    """
    scaled = x * _SQRT_HALF
    if abs(x) > 40:
        return 0.5 * math.erfc(-scaled)  # 0 or 1
    rest = _rounded_off(x, _SQRT_HALF, scaled) + x * _SQRT_HALF_REST
    return 0.5 * math.erfc(-scaled) + normal_density(x) * rest / _SQRT_HALF


def normal_density(x: float) -> float:
    """φ(x) = e^(-x²/2)/√(2π), corrected for the rounding error of x²."""
    square = x * x
    if square > 1600:
        return 0.0
    return _DENSITY_AT_ZERO * math.exp(-0.5 * square) * (1 - 0.5 * _rounded_off(x, x, square))


def _rounded_off(x: float, y: float, product: float) -> float:
    """The rounding error of a product, x·y less its float, without any error of its own.

    Source: Dekker, A floating-point technique for extending the available precision, 1971.
    """
    x_high, x_low = _halves(x)
    y_high, y_low = _halves(y)
    return ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _halves(x: float) -> tuple[float, float]:
    """A float as the sum of two with half as many digits each, whose products are exact."""
    scaled = 134217729.0 * x
    high = scaled - (scaled - x)
    return high, x - high


def step(x: float) -> float:
    """1 from 0 on, 0 below."""
    return math.nan if math.isnan(x) else float(x >= 0)


def _by_value(name: str, row: Function) -> Callable[..., float] | None:
    """A row's own function of floats; without one, its textbook form is computed."""
    return guarded(row.value) if row.value else None


_FORMS = Arithmetic(
    name="float64",
    number=lambda number: number.value,
    divide=divide,
    power=power,
    functions={
        "exp": guarded(math.exp),
        "log": log,
        "log10": lambda x: guarded(math.log10)(x) if x else -math.inf,
        "sqrt": guarded(math.sqrt),
        "abs": abs,
        "sin": guarded(math.sin),
        "cos": guarded(math.cos),
        "tanh": math.tanh,
        "sigmoid": sigmoid,
        "relu": lambda x: x if x > 0 or math.isnan(x) else 0.0,
        "softplus": softplus,
        "step": step,
        "max": largest,
        "min": smallest,
        "sign": lambda x: float((x > 0) - (x < 0)),
        "above": lambda x, y: float(x > y),
        "from": lambda x, y: float(x >= y),
        "where": choose,
        "expm1": guarded(math.expm1),  # exact near 0, where e^x - 1 loses digits
        "xlogy": xlogy,
        "over": over,
        "Phi": normal_distribution,
        "phi": normal_density,
    },
    settle=lambda value, kind: value,
    is_finite=math.isfinite,
)
FLOAT64 = with_rows(_FORMS, _by_value)

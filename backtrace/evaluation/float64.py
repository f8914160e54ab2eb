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
    """Φ(x) = ½·erfc(-x/√2), which keeps its digits where the sum 1 + erf would lose them.

    Source: Φ by erfc as in Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, chapter 26.
    """
    return 0.5 * math.erfc(-x / math.sqrt(2))


def normal_density(x: float) -> float:
    """φ(x) = e^(-x²/2)/√(2π)."""
    return math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


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

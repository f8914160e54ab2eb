"""Float64: operations as IEEE 754 has them, functions in forms that neither overflow nor cancel."""

from __future__ import annotations

import math

from backtrace.derivation.expressions import Number
from backtrace.evaluation.arithmetic import Arithmetic, choose

_SQRT_HALF = math.sqrt(0.5)
_DENSITY_AT_ZERO = 1 / math.sqrt(2 * math.pi)


def _number(number: Number) -> float:
    return number.value


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


def exp(x: float) -> float:
    """e^x, infinite past the largest float."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def expm1(x: float) -> float:
    """e^x - 1, exact near 0."""
    try:
        return math.expm1(x)
    except OverflowError:
        return math.inf


def sigmoid(x: float) -> float:
    """1/(1 + e^(-x)), in the form whose exponential cannot overflow."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    small = math.exp(x)
    return small / (1 + small)


def softplus(x: float) -> float:
    """ln(1 + e^x), exact for large |x|."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def log(x: float) -> float:
    """The natural logarithm; ln 0 is -inf."""
    return math.log(x) if x > 0 else (-math.inf if x == 0 else math.nan)


def log10(x: float) -> float:
    """The decimal logarithm; of 0 it is -inf."""
    return math.log10(x) if x > 0 else (-math.inf if x == 0 else math.nan)


def xlogy(x: float, y: float) -> float:
    """x·ln(y), where 0·ln 0 is 0."""
    return 0.0 if x == 0 else x * log(y)


def over(x: float, y: float) -> float:
    """x/y, where 0/0 is 0: the slope of x·ln(y)."""
    return 0.0 if x == 0 else divide(x, y)


def normal_distribution(x: float) -> float:
    """Φ, exact in both tails."""
    return 0.5 * math.erfc(-x * _SQRT_HALF)


def normal_density(x: float) -> float:
    """φ."""
    return _DENSITY_AT_ZERO * math.exp(-0.5 * x * x)


def _sine(x: float) -> float:
    return math.sin(x) if math.isfinite(x) else math.nan


def _cosine(x: float) -> float:
    return math.cos(x) if math.isfinite(x) else math.nan


FLOAT64 = Arithmetic(
    name="float64",
    number=_number,
    divide=divide,
    power=power,
    functions={
        "exp": exp,
        "log": log,
        "log10": log10,
        "sqrt": lambda x: math.sqrt(x) if x >= 0 else math.nan,
        "abs": abs,
        "sin": _sine,
        "cos": _cosine,
        "tanh": math.tanh,
        "sigmoid": sigmoid,
        "relu": lambda x: x if x > 0 or math.isnan(x) else 0.0,
        "softplus": softplus,
        "step": lambda x: 1.0 if x >= 0 else 0.0,
        "max": max,
        "min": min,
        "sign": lambda x: float((x > 0) - (x < 0)),
        "above": lambda x, y: float(x > y),
        "from": lambda x, y: float(x >= y),
        "where": choose,
        "expm1": expm1,
        "xlogy": xlogy,
        "over": over,
        "Phi": normal_distribution,
        "phi": normal_density,
    },
    settle=lambda value, kind: value,
    is_finite=math.isfinite,
)

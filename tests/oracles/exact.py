"""mpmath as one more arithmetic: 50 digits, every function from mpmath itself."""

from __future__ import annotations

from typing import Any

import mpmath

from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.symbolic.expressions import Number

DIGITS = 50


def exact(value: float) -> Any:
    return mpmath.mpf(value)


def _number(number: Number) -> Any:
    return exact(number.value)


FUNCTIONS: dict[str, Any] = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "log10": mpmath.log10,
    "sqrt": mpmath.sqrt,
    "abs": abs,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "relu": lambda x: max(x, exact(0)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "step": lambda x: exact(x >= 0),
    "max": lambda *x: max(x),
    "min": lambda *x: min(x),
    "sign": mpmath.sign,
    "above": lambda x, y: exact(x > y),
    "from": lambda x, y: exact(x >= y),
    "where": lambda condition, yes, no: yes if condition else no,
    "expm1": mpmath.expm1,
    "xlogy": lambda x, y: exact(0) if x == 0 else x * mpmath.log(y),
    "over": lambda x, y: exact(0) if x == 0 else x / y,
    "Phi": mpmath.ncdf,
    "phi": mpmath.npdf,
}

EXACT = Arithmetic(
    name="mpmath",
    number=_number,
    divide=lambda x, y: x / y,
    power=lambda x, y: x**y,
    functions=FUNCTIONS,
    settle=lambda value, kind: value,
    is_finite=mpmath.isfinite,
    context=lambda: mpmath.workdps(DIGITS),
)

"""Numpy arrays: float64 for many units and samples at once; a result without a value is nan or infinite.

The only arithmetic that loads numpy, so it is imported only for training. Knows no layers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.function_rows import with_rows
from backtrace.symbolic.functions import Function

Array = Any  # a numpy array of floats, or a float


def _xlogy(x: Array, y: Array) -> Array:
    return np.where((x == 0) & (y == 0), 0.0, x * np.log(y))


def _over(x: Array, y: Array) -> Array:
    return np.where((x == 0) & (y == 0), 0.0, np.divide(x, y))


def _each(name: str, row: Function) -> Callable[..., Array] | None:
    """A function that numpy does not have: its textbook form, or the float's one number at a time."""
    return None if row.textbook else np.vectorize(FLOAT64.functions[name], otypes=[np.float64])


_FORMS = Arithmetic(
    name="float64",
    number=FLOAT64.number,
    divide=np.divide,
    power=np.power,
    functions={
        "exp": np.exp,
        "log": np.log,
        "log10": np.log10,
        "sqrt": np.sqrt,
        "abs": np.abs,
        "sin": np.sin,
        "cos": np.cos,
        "tanh": np.tanh,
        "softplus": lambda x: np.logaddexp(0.0, x),
        "step": lambda x: np.where(np.isnan(x), np.nan, (x >= 0).astype(np.float64)),
        "max": lambda *parts: reduce(np.maximum, parts),
        "min": lambda *parts: reduce(np.minimum, parts),
        "sign": np.sign,
        "above": lambda x, y: np.greater(x, y).astype(np.float64),
        "from": lambda x, y: np.greater_equal(x, y).astype(np.float64),
        "where": lambda condition, yes, no: np.where(np.asarray(condition) != 0, yes, no),
        "expm1": np.expm1,
        "xlogy": _xlogy,
        "over": _over,
    },
    settle=lambda value, kind: value,
    is_finite=lambda value: bool(np.all(np.isfinite(value))),
    context=lambda: np.errstate(all="ignore"),  # an infinite e^(-x) makes a sigmoid 0, as it should
)
ARRAYS = with_rows(_FORMS, _each)

"""What an arithmetic is: numbers with + - * and a table of everything else.

An evaluator never asks which arithmetic it has. Its values know + - * by themselves (floats, decimals,
intervals); division, powers and functions come from here, where each arithmetic says what 1/0 or e^1000 is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from backtrace.symbolic.expressions import Number

Value = Any  # a float, a Decimal, …: whatever the arithmetic counts in


class Arithmetic(NamedTuple):
    """One way to count.

    `name` is told in headings. `number` reads a number; `settle` is applied to each result with its kind
    (hand arithmetic rounds there); `is_finite` tells values that can be gone on with; `context` is entered
    around a calculation; `kept` are the decimals that settled values have, where they have a fixed number.
    """

    name: str
    number: Callable[[Number], Value]
    divide: Callable[[Value, Value], Value]
    power: Callable[[Value, Value], Value]
    functions: Mapping[str, Callable[..., Value]]
    settle: Callable[[Value, str], Value]
    is_finite: Callable[[Value], bool]
    kept: frozenset[int] = frozenset()
    context: Callable[[], AbstractContextManager[object]] = nullcontext


def choose(condition: Value, yes: Value, no: Value) -> Value:
    """`where`, in any arithmetic that compares exactly."""
    return yes if condition else no


def largest(*values: Value) -> Value:
    """`max`, in any arithmetic that compares exactly; what is not a number (nan) is never left out."""
    return next((value for value in values if value != value), None) or max(values)


def smallest(*values: Value) -> Value:
    """`min`, likewise."""
    return next((value for value in values if value != value), None) or min(values)

"""The form of an arithmetic: numbers with + - *, and a table of everything else.

The evaluator never asks which arithmetic it has. The values know + - * by themselves (floats, decimals,
intervals). Division, powers and functions come from the arithmetic, because they differ in 1/0 and e^1000:
for floats these are infinite, for an interval undecided. Knows no arithmetic in particular.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from backtrace.symbolic.expressions import Number

Value = Any  # a float, a Decimal, an Interval, a numpy array: the numbers of the arithmetic


class Arithmetic(NamedTuple):
    """One way to compute.

    Attributes:
        name: for headings.
        number: makes a value from a number of a config or a formula.
        divide, power: the two operations that not all pairs of numbers have.
        functions: each function of the table by its name.
        settle: applied to each result with its kind of quantity; hand arithmetic rounds here.
        is_finite: whether a calculation can go on from a value.
        kept: the decimals of settled values, where their number is fixed.
        context: entered around a calculation.
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
    """`max`, in any arithmetic that compares exactly; of nan and a number it is nan, never the number."""
    return next((value for value in values if value != value), None) or max(values)


def smallest(*values: Value) -> Value:
    """`min`, in any arithmetic that compares exactly; nan as in `largest`."""
    return next((value for value in values if value != value), None) or min(values)

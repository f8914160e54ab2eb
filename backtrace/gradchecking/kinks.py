"""Kinks: where a formula bends or jumps, and on which side of them its numbers lie.

relu, abs, max, min and the conditions of a piecewise activation are straight or smooth on either side of a
kink; a difference of two values from both sides of one is no derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from backtrace.derivation.equation import Equation
from backtrace.evaluation.evaluator import Environment, value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.symbolic.expressions import Call, calls

Sides = tuple[int, ...]


def _side(x: float, y: float) -> int:
    """1 above, -1 below, 0 exactly on it."""
    return (x > y) - (x < y)


def _of_zero(x: float) -> Sides:
    return (_side(x, 0),)


def _of_each_other(x: float, y: float) -> Sides:
    return (_side(x, y),)


def _of_the_largest(*values: float) -> Sides:
    return tuple(_side(value, max(values)) for value in values)


def _of_the_smallest(*values: float) -> Sides:
    return tuple(_side(value, min(values)) for value in values)


# Every function that is not smooth, with the sides on which its arguments can lie.
KINKS: Mapping[str, Callable[..., Sides]] = {
    "relu": _of_zero,
    "abs": _of_zero,
    "sign": _of_zero,
    "step": _of_zero,
    "max": _of_the_largest,
    "min": _of_the_smallest,
    "above": _of_each_other,
    "from": _of_each_other,
}


def kinked(equations: Iterable[Equation]) -> list[tuple[Equation, Call]]:
    """The calls that have a kink, each with the equation in which it stands.

    A maximum that only shifts the exponents of a softmax bends nothing: it cancels.
    """
    return [
        (equation, call)
        for equation in equations
        if equation.kind != "exponential"
        for call in calls(equation.expression)
        if call.function in KINKS
    ]


def sides(found: Sequence[tuple[Equation, Call]], values: Environment) -> list[Sides]:
    """On which side of each kink the numbers of an environment lie."""
    return [
        KINKS[call.function](*(value_of(argument, values, FLOAT64) for argument in call.arguments))
        for _, call in found
    ]

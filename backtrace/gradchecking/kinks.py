"""Kinks: where a formula bends or jumps, and on which side of them its numbers lie.

relu, abs, max, min and the conditions of a piecewise activation are straight or smooth on either side of a
kink; a difference of two values from both sides of one is no derivative.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backtrace.derivation.equation import Equation
from backtrace.evaluation.evaluator import Environment, value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.symbolic.calculus import kink, textbook
from backtrace.symbolic.expressions import Call, calls
from backtrace.symbolic.functions import FUNCTIONS, VARIADIC

Sides = tuple[int, ...]  # for each kink of a call 1 above it, -1 below, 0 exactly on it


def kinked(equations: Iterable[Equation]) -> list[tuple[Equation, Call]]:
    """The calls that have a kink, each with its equation.

    A maximum that only shifts the exponents of a softmax bends nothing: it cancels.
    """
    return [
        (equation, bent)
        for equation in equations
        if equation.kind != "exponential"
        for call in calls(equation.expression)
        for bent in _bent(call)
    ]


def _bent(call: Call) -> Iterator[Call]:
    """The call itself if its function has a kink, else those in its textbook form."""
    row = FUNCTIONS[call.function]
    if row.kink or call.function in VARIADIC:
        yield call
    elif row.textbook:
        for inner in calls(textbook(call)):
            if inner not in call.arguments:
                yield from _bent(inner)


def sides(found: Sequence[tuple[Equation, Call]], values: Environment) -> list[Sides]:
    """On which side of each kink the numbers of an environment lie."""
    return [_sides(call, values) for _, call in found]


def _sides(call: Call, values: Environment) -> Sides:
    if call.function not in VARIADIC:
        return (_sign(value_of(kink(call), values, FLOAT64)),)
    arguments = [value_of(argument, values, FLOAT64) for argument in call.arguments]
    extreme = max(arguments) if call.function == "max" else min(arguments)
    return tuple(_sign(argument - extreme) for argument in arguments)


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)

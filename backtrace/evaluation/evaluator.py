"""Equations → values: an environment, filled from the first equation to the last.

The environment maps ids to values. It begins with the givens (inputs, targets, parameters), and each equation
finds in it all that it needs, because a derivation defines every quantity before it is used. Knows neither
which arithmetic it computes in, nor a network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import add, mul

from backtrace.derivation.equation import Equation
from backtrace.errors import NotFiniteError
from backtrace.evaluation.arithmetic import Arithmetic, Value
from backtrace.symbolic.expressions import (
    Call,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)

Environment = dict[str, Value]
NOT_A_NUMBER = Number(math.nan, "nan")
NEARLY_CANCELLED = 1e-9  # a smaller float may be what rounding left of 0, as 0.3 - 0.1 - 0.2 is -2.8e-17


def evaluate(
    equations: Iterable[Equation],
    values: Environment,
    arithmetic: Arithmetic,
    is_needed: Callable[[str], bool] = lambda _: True,
    exactly: Callable[[str, Value], Value] | None = None,
) -> None:
    """Compute the equations in order and add each result to `values` under the equation's id.

    A result that is not finite ends the calculation, because everything computed from it would be worthless.
    One that is not needed for anything, as `is_needed` says of its id, is kept as nan. A result that may be
    what rounding left of 0 is replaced by what `exactly` gives for its id and value.

    Raises:
        NotFiniteError: naming the first needed equation whose value is infinite or not a number.
    """
    settle, is_finite = arithmetic.settle, arithmetic.is_finite
    with arithmetic.context():
        for equation in equations:
            value = settle(value_of(equation.expression, values, arithmetic), equation.kind)
            if not is_finite(value):
                if is_needed(equation.symbol.id):
                    raise NotFiniteError(f"{equation.symbol.text} is not a finite number ({value})")
                value = arithmetic.number(NOT_A_NUMBER)
            if exactly and value and abs(value) < NEARLY_CANCELLED:
                value = exactly(equation.symbol.id, value)
            values[equation.symbol.id] = value


def value_of(expression: Expression, values: Environment, arithmetic: Arithmetic) -> Value:
    """The value of an expression, computed from left to right as it is written.

    Floats are not associative: (a + b) + c and a + (b + c) differ in the last digit. A reader who follows the
    formula with a calculator should get the digits that are shown.

    Raises:
        KeyError: a symbol has no value.
    """
    kind = type(expression)
    if kind is Symbol:
        return values[expression.id]  # type: ignore[union-attr]
    match expression:
        case Product((left, right)) if type(left) is type(right) is Symbol:  # by far the most common
            return values[left.id] * values[right.id]
        case Product(factors):
            return reduce(mul, _values_of(factors, values, arithmetic))
        case Sum(terms):
            return reduce(add, _values_of(terms, values, arithmetic))
        case Number():
            return arithmetic.number(expression)
        case Negative(operand):
            return -value_of(operand, values, arithmetic)
        case Quotient(numerator, denominator):
            over = value_of(numerator, values, arithmetic)
            return arithmetic.divide(over, value_of(denominator, values, arithmetic))
        case Power(base, exponent):
            below = value_of(base, values, arithmetic)
            return arithmetic.power(below, value_of(exponent, values, arithmetic))
        case Call(function, arguments):
            return arithmetic.functions[function](*_values_of(arguments, values, arithmetic))
        case _:
            raise TypeError(f"no such kind of expression: {kind.__name__}")


def _values_of(parts: Sequence[Expression], values: Environment, arithmetic: Arithmetic) -> list[Value]:
    return [values[part.id] if type(part) is Symbol else value_of(part, values, arithmetic) for part in parts]

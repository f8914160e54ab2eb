"""An expression as a function: built once, called as often as wanted.

If one equation is evaluated with thousands of different numbers, walking through its expression each time is
most of the work. The function asks for the value of each symbol and returns the same as `value_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import reduce
from operator import add, mul
from typing import TypeVar

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

Name = TypeVar("Name", bound=Hashable)
Lookup = Callable[[Name], Value]
Compiled = Callable[[Lookup[Name]], Value]


def compile_expression(
    expression: Expression, names: Mapping[str, Name], arithmetic: Arithmetic
) -> Compiled[Name]:
    """A function that takes a lookup of values by the names that `names` has for the symbols.

    Raises:
        KeyError: a symbol has no name.
    """
    match expression:
        case Symbol(id):
            name = names[id]
            return lambda of: of(name)
        case Number():
            value = arithmetic.number(expression)
            return lambda of: value
        case Negative(operand):
            inner = compile_expression(operand, names, arithmetic)
            return lambda of: -inner(of)
        case Product(factors):
            return _fold(mul, _all(factors, names, arithmetic))
        case Sum(terms):
            return _fold(add, _all(terms, names, arithmetic))
        case Quotient(numerator, denominator):
            over, under = _all((numerator, denominator), names, arithmetic)
            return lambda of: arithmetic.divide(over(of), under(of))
        case Power(base, exponent):
            below, above = _all((base, exponent), names, arithmetic)
            return lambda of: arithmetic.power(below(of), above(of))
        case Call(function, arguments):
            return _call(arithmetic.functions[function], _all(arguments, names, arithmetic))


def _all(
    parts: Sequence[Expression], names: Mapping[str, Name], arithmetic: Arithmetic
) -> list[Compiled[Name]]:
    return [compile_expression(part, names, arithmetic) for part in parts]


def _fold(operation: Callable[[Value, Value], Value], parts: Sequence[Compiled[Name]]) -> Compiled[Name]:
    """All parts by one operation, from left to right."""
    if len(parts) == 2:  # by far the most common
        left, right = parts
        return lambda of: operation(left(of), right(of))
    return lambda of: reduce(operation, [part(of) for part in parts])


def _call(function: Callable[..., Value], arguments: Sequence[Compiled[Name]]) -> Compiled[Name]:
    if len(arguments) == 1:
        inner = arguments[0]
        return lambda of: function(inner(of))
    return lambda of: function(*[argument(of) for argument in arguments])

"""An expression as a function: built once, called as often as wanted.

If one equation is evaluated with thousands of different numbers, walking through its expression each time is
most of the work. The function asks for the value of each symbol and returns the same as `value_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import reduce
from operator import add, mul, neg
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

    def compiled(part: Expression) -> Compiled[Name]:
        match part:
            case Symbol(id):
                name = names[id]
                return lambda of: of(name)
            case Number():
                value = arithmetic.number(part)
                return lambda of: value
            case Negative(operand):
                return _applied(neg, [compiled(operand)])
            case Product(parts):
                return _fold(mul, list(map(compiled, parts)))
            case Sum(parts):
                return _fold(add, list(map(compiled, parts)))
            case Quotient():
                return _applied(arithmetic.divide, list(map(compiled, part)))
            case Power():
                return _applied(arithmetic.power, list(map(compiled, part)))
            case Call(function, arguments):
                return _applied(arithmetic.functions[function], list(map(compiled, arguments)))

    return compiled(expression)


def _fold(operation: Callable[[Value, Value], Value], parts: Sequence[Compiled[Name]]) -> Compiled[Name]:
    """All parts by one operation, from left to right."""
    if len(parts) == 2:  # by far the most common
        return _applied(operation, parts)
    return lambda of: reduce(operation, [part(of) for part in parts])


def _applied(function: Callable[..., Value], arguments: Sequence[Compiled[Name]]) -> Compiled[Name]:
    """A function of some arguments; a list for one or two of them would cost more than the rest."""
    match arguments:
        case [inner]:
            return lambda of: function(inner(of))
        case [left, right]:
            return lambda of: function(left(of), right(of))
    return lambda of: function(*[argument(of) for argument in arguments])

"""Simplified expressions: the steps that a person takes without thinking, and nothing more.

A zero, a factor one and two minus signs are dropped, numbers are multiplied out, fractions get one line.
`add`, `multiply`, `divide`, `power` and `negate` take simplified parts and put them together; `simplify`
goes through an expression that was written otherwise. Nothing is expanded, factored or cancelled beyond
that: the reader has to recognise the chain rule's factors in what is printed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from typing import Any

from backtrace.symbolic.expressions import (
    ONE,
    ZERO,
    Call,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    children,
    number,
    product_of,
    rebuild,
    sum_of,
)


def simplify(expression: Expression) -> Expression:
    """The expression as a person would write it: no zeros, no ones, one sign, one fraction line."""
    rebuilt = rebuild(expression, simplify)
    put_together = _RULES.get(type(rebuilt))
    return put_together(*children(rebuilt)) if put_together else rebuilt


def add(*terms: Expression) -> Expression:
    """The simplified sum; numbers are added up and, if there is one, a term without a minus goes first."""
    if len(terms) == 1:
        return terms[0]
    parts = [
        negate(part.operand) if isinstance(part, Negative) and isinstance(part.operand, Number) else part
        for term in terms
        for part in (term.terms if isinstance(term, Sum) else (term,))
    ]
    numbers = [part for part in parts if isinstance(part, Number)]
    flat: list[Expression] = [part for part in parts if not isinstance(part, Number)]
    constant = reduce(lambda x, y: _in_decimals(x, y, operator.add), (part.value for part in numbers), 0.0)
    if constant and len(numbers) == 1:
        flat.insert(0 if parts[0] is numbers[0] else len(flat), numbers[0])
    elif constant:
        flat.append(number(constant))
    if not flat:
        return ZERO
    if isinstance(flat[0], Negative):
        positive = next((i for i, part in enumerate(flat) if not isinstance(part, Negative)), 0)
        flat.insert(0, flat.pop(positive))
    return sum_of(flat)


def negate(operand: Expression) -> Expression:
    """The simplified negative: -(y - a) is a - y, and -(-a - b) is a + b."""
    match operand:
        case Negative(inner):
            return inner
        case Number(value, text):
            if not value:
                return operand
            return Number(-value, text[1:] if text.startswith("-") else f"-{text}")
        case Sum(terms) if all(isinstance(term, Negative) for term in terms):
            return add(*map(negate, terms))
        case Sum((first, Negative(second))):
            return Sum((second, Negative(first)))
        case _:
            return Negative(operand)


def multiply(*factors: Expression) -> Expression:
    """The simplified product: one sign, one number in front, one fraction line, no factor 1."""
    if len(factors) == 2 and type(factors[0]) is type(factors[1]) is Symbol:
        return Product(factors)  # δ·a, by far the most common product, has nothing to simplify
    constant = 1.0
    kept: Number | None = None
    above: list[Expression] = []
    below: list[Expression] = []
    log_of: Expression | None = None
    pending = list(reversed(factors))
    while pending:
        match pending.pop():
            case Number(value, _) as found:
                if _leaves_range(constant, value):
                    above.append(found)
                    continue
                constant = _in_decimals(constant, value, operator.mul)
                kept = found
            case Negative(operand):
                constant = -constant
                pending.append(operand)
            case Product(inner):
                pending.extend(reversed(inner))
            case Quotient(numerator, denominator):
                pending.append(numerator)
                below.append(denominator)
            case Call("xlogy", (weight, argument)) if log_of is None:
                pending.append(weight)  # a·(b·ln c) is (a·b)·ln c, and still 0 where a·b and c are
                log_of = argument
            case Sum(terms) as total if all(isinstance(term, Negative) for term in terms):
                constant = -constant
                above.append(negate(total))
            case other:
                above.append(other)
    if constant < 0 and _turn_a_difference(above):
        constant = -constant
    if constant == 0:
        return ZERO
    size = abs(constant)
    if size != 1:
        above.insert(0, kept if kept is not None and kept.value == size else number(size))
    product = product_of(above)
    if log_of is not None:
        product = Call("xlogy", (product, log_of))
    if below:
        product = divide(product, multiply(*below))
    return product if constant > 0 else negate(product)


def _in_decimals(x: float, y: float, operation: Callable[[Any, Any], Any]) -> float:
    """Compute x + y or x·y as on paper: 3·0.1 is 0.3, where floats make it 0.30000000000000004."""
    out_of_range = abs(x) == float("inf") or abs(y) == float("inf")
    if out_of_range or (x == int(x) and y == int(y)):
        return float(operation(x, y))
    return float(operation(Decimal(repr(x)), Decimal(repr(y))))


def _leaves_range(x: float, y: float) -> bool:
    """Whether x·y is past the largest float or below the smallest: such factors are left unmultiplied."""
    product = abs(x * y)
    return product == float("inf") or (product == 0 and x != 0 and y != 0)


def _turn_a_difference(factors: list[Expression]) -> bool:
    """Absorb a minus sign in the first factor y - a, which becomes a - y; 1 - a stays as it is.

    So that -(y - a)·x is written (a - y)·x, but -a·(1 - a) keeps the slope that everybody knows by sight.
    """
    for i, factor in enumerate(factors):
        if isinstance(factor, Sum) and not isinstance(factor.terms[0], Number):
            turned = negate(factor)
            if not isinstance(turned, Negative):
                factors[i] = turned
                return True
    return False


def divide(numerator: Expression, denominator: Expression) -> Expression:
    """The simplified quotient: a minus goes before it, x/(y/z) is x·z/y, and 2x/2 is x."""
    if denominator == ONE or numerator == ZERO:
        return numerator
    match numerator, denominator:
        case Negative(operand), _:
            return negate(divide(operand, denominator))
        case Number(value, _), _ if value < 0:
            return negate(divide(negate(numerator), denominator))
        case Quotient(over, under), _:
            return divide(over, multiply(under, denominator))
        case _, Quotient(over, under):
            return divide(multiply(numerator, under), over)
        case _, Number(value, _) if value:
            coefficient, rest = _coefficient(numerator)
            if coefficient % value == 0:
                return multiply(number(coefficient / value), rest)
    return Quotient(numerator, denominator)


def _coefficient(expression: Expression) -> tuple[float, Expression]:
    """The number in front of an expression, and the rest of it."""
    match expression:
        case Number(value, _):
            return value, ONE
        case Product((Number(value, _), *rest)):
            return value, multiply(*rest)
        case _:
            return 1.0, expression


def power(base: Expression, exponent: Expression) -> Expression:
    """The simplified power: x^1 is x, x^0 is 1, (-x)^2 is x^2."""
    if exponent == ONE:
        return base
    if exponent == ZERO:
        return ONE
    if isinstance(base, Negative) and isinstance(exponent, Number) and exponent.value % 2 == 0:
        return Power(base.operand, exponent)
    return Power(base, exponent)


_RULES: dict[type[Expression], Callable[..., Expression]] = {
    Sum: add,
    Product: multiply,
    Quotient: divide,
    Power: power,
    Negative: negate,
}

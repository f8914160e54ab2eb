"""Expressions: the right-hand sides of equations, as written on paper.

Eight kinds of node, all immutable. An expression knows no values; a `Symbol` is a name that some
equation defines or a config gives. The functions below the nodes build simplified expressions: they do
what a person does without thinking (drop a zero, a factor one, two minus signs) and nothing more.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

Node = TypeVar("Node")
_same_parts: Callable[[Any, Any], Any] = tuple.__eq__


def _node(kind: type[Node]) -> type[Node]:
    """Make a kind of node equal only to its own kind: a sum is not a product of the same parts."""

    def equal(self: Any, other: object) -> bool:
        return type(self) is type(other) and bool(_same_parts(self, other))

    def unequal(self: Any, other: object) -> bool:
        return not equal(self, other)

    kind.__eq__ = equal  # type: ignore[method-assign]
    kind.__ne__ = unequal  # type: ignore[method-assign]
    return kind


@_node
class Number(NamedTuple):
    """A number and the text it was written with ("0.10" has two decimals)."""

    value: float
    text: str


@_node
class Symbol(NamedTuple):
    """A quantity by its ASCII id and the way it is shown: `dE/dw_5`, shown ∂E/∂w_5."""

    id: str
    text: str


@_node
class Sum(NamedTuple):
    """Terms added from left to right; a `Negative` term is subtracted."""

    terms: tuple[Expression, ...]


@_node
class Product(NamedTuple):
    """Factors multiplied from left to right."""

    factors: tuple[Expression, ...]


@_node
class Quotient(NamedTuple):
    """A fraction."""

    numerator: Expression
    denominator: Expression


@_node
class Power(NamedTuple):
    """A base and its exponent."""

    base: Expression
    exponent: Expression


@_node
class Negative(NamedTuple):
    """A minus in front."""

    operand: Expression


@_node
class Call(NamedTuple):
    """A function of the table `FUNCTIONS` with its arguments."""

    function: str
    arguments: tuple[Expression, ...]


Expression = Number | Symbol | Sum | Product | Quotient | Power | Negative | Call


def number(value: float) -> Number:
    """A number written the shortest way: `number(2.0)` shows as 2."""
    whole = abs(value) < 1e16 and value == int(value)
    return Number(float(value), f"{int(value)}" if whole else repr(float(value)))


ZERO, ONE, TWO = number(0), number(1), number(2)
HALF = Number(0.5, "½")


def children(expression: Expression) -> tuple[Expression, ...]:
    """The parts of an expression, from left to right."""
    match expression:
        case Number() | Symbol():
            return ()
        case Sum(terms):
            return terms
        case Product(factors):
            return factors
        case Quotient(numerator, denominator):
            return (numerator, denominator)
        case Power(base, exponent):
            return (base, exponent)
        case Negative(operand):
            return (operand,)
        case Call(_, arguments):
            return arguments


def symbols(expression: Expression) -> Iterator[Symbol]:
    """Every symbol in an expression, from left to right, as often as it stands there."""
    if isinstance(expression, Symbol):
        yield expression
    else:
        for child in children(expression):
            yield from symbols(child)


def calls(expression: Expression) -> Iterator[Call]:
    """Every function call in an expression, the outer before the inner."""
    if isinstance(expression, Call):
        yield expression
    for child in children(expression):
        yield from calls(child)


def rebuild(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The same expression with `change` applied to each of its parts."""
    match expression:
        case Number() | Symbol():
            return expression
        case Sum(terms):
            return Sum(tuple(map(change, terms)))
        case Product(factors):
            return Product(tuple(map(change, factors)))
        case Quotient(numerator, denominator):
            return Quotient(change(numerator), change(denominator))
        case Power(base, exponent):
            return Power(change(base), change(exponent))
        case Negative(operand):
            return Negative(change(operand))
        case Call(function, arguments):
            return Call(function, tuple(map(change, arguments)))


def substitute(expression: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """`expression` with symbols replaced by id."""
    if isinstance(expression, Symbol):
        return replacements.get(expression.id, expression)
    return rebuild(expression, lambda part: substitute(part, replacements))


def replace(expression: Expression, old: Expression, new: Expression) -> Expression:
    """`expression` with every part equal to `old` replaced: σ(h)·(1 - σ(h)) becomes a·(1 - a)."""
    if expression == old:
        return new
    return rebuild(expression, lambda part: replace(part, old, new))


def simplify(expression: Expression) -> Expression:
    """What a person would write instead: no zeros, no ones, one sign, one fraction line."""
    match expression:
        case Number() | Symbol():
            return expression
        case Sum(terms):
            return add(*map(simplify, terms))
        case Product(factors):
            return multiply(*map(simplify, factors))
        case Quotient(numerator, denominator):
            return divide(simplify(numerator), simplify(denominator))
        case Power(base, exponent):
            return power(simplify(base), simplify(exponent))
        case Negative(operand):
            return negate(simplify(operand))
        case Call(function, arguments):
            return Call(function, tuple(map(simplify, arguments)))


def add(*terms: Expression) -> Expression:
    """The simplified sum; numbers are added up and, where one can, a term without a minus goes first."""
    if len(terms) == 1:
        return terms[0]
    flat: list[Expression] = []
    constant = 0.0
    for term in terms:
        for part in term.terms if isinstance(term, Sum) else (term,):
            if isinstance(part, Negative) and isinstance(part.operand, Number):
                part = negate(part.operand)
            if isinstance(part, Number):
                constant = _in_decimals(constant, part.value, operator.add)
            else:
                flat.append(part)
    numbers = [term for term in terms if isinstance(term, Number)]
    if constant:
        kept = numbers[0] if len(numbers) == 1 and numbers[0].value == constant else number(constant)
        first = bool(terms) and (terms[0] is kept or _leading_number(terms[0]))
        flat.insert(0 if first else len(flat), kept)
    if not flat:
        return ZERO
    if isinstance(flat[0], Negative):
        positive = next((i for i, part in enumerate(flat) if not isinstance(part, Negative)), 0)
        flat.insert(0, flat.pop(positive))
    return flat[0] if len(flat) == 1 else Sum(tuple(flat))


def _leading_number(term: Expression) -> bool:
    return isinstance(term, Sum) and isinstance(term.terms[0], Number)


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
    product = above[0] if len(above) == 1 else Product(tuple(above)) if above else ONE
    if below:
        product = divide(product, multiply(*below))
    return product if constant > 0 else negate(product)


def _in_decimals(x: float, y: float, operation: Callable[[Any, Any], Any]) -> float:
    """Work out x + y or x·y as on paper: 3·0.1 is 0.3, where floats make it 0.30000000000000004."""
    out_of_range = abs(x) == float("inf") or abs(y) == float("inf")
    if out_of_range or (x == int(x) and y == int(y)):
        return float(operation(x, y))
    return float(operation(Decimal(repr(x)), Decimal(repr(y))))


def _leaves_range(x: float, y: float) -> bool:
    """Whether x·y is past the largest float or below the smallest: such numbers stay apart."""
    product = abs(x * y)
    return product == float("inf") or (product == 0 and x != 0 and y != 0)


def _turn_a_difference(factors: list[Expression]) -> bool:
    """Take up a minus sign in the first factor y - a, which becomes a - y; 1 - a stays as it is."""
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

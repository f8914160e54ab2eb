"""Expressions: the right-hand sides of equations, as written on paper.

Eight kinds of node, all immutable. An expression knows no values; a `Symbol` is a name that some equation
defines or a config gives. The functions below the nodes walk through expressions and rebuild them; `simplify`
makes them shorter.

Legend:   Sum (a, b, c)       a + b + c         Quotient (a, b)   a/b        Negative (a)        -a
          Product (a, b, c)   a·b·c             Power (a, b)      a^b        Call ("exp", (a,))  e^a
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

Node = TypeVar("Node")
_same_parts: Callable[[Any, Any], Any] = tuple.__eq__


def _node(kind: type[Node]) -> type[Node]:
    """Make a kind of node equal only to its own kind: a sum is not a product of the same parts.

    Named tuples are plain tuples to `==`, so Sum((a, b)) and Product((a, b)) would be equal. They are used
    all the same because a net has a hundred thousand nodes, and a tuple is the cheapest object to make and
    to hash.
    """

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
    """A number written the shortest way: `number(2.0)` shows as 2, and 1e-08 as 1e-8."""
    if abs(value) < 1e16 and value == int(value):
        return Number(float(value), f"{int(value)}")
    return Number(float(value), repr(float(value)).replace("e-0", "e-"))


ZERO, ONE = number(0), number(1)
# A half that is shown as ½: the one that makes the derivative of ½(t - a)² come out without a factor.
HALF = Number(0.5, "½")


def sum_of(terms: Sequence[Expression]) -> Expression:
    """The terms as a sum; a single one is itself."""
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def product_of(factors: Sequence[Expression]) -> Expression:
    """The factors as a product; a single one is itself, and none at all is 1."""
    return factors[0] if len(factors) == 1 else Product(tuple(factors)) if factors else ONE


def children(expression: Expression) -> tuple[Expression, ...]:
    """The parts of an expression, from left to right."""
    match expression:
        case Number() | Symbol():
            return ()
        case Sum(parts) | Product(parts) | Call(_, parts):
            return parts
        case _:
            return tuple(expression)


def symbols(expression: Expression) -> Iterator[Symbol]:
    """Every symbol in an expression, from left to right; one that occurs twice is yielded twice."""
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
    """A node of the same kind, with `change` applied to each of its parts.

    `substitute` and `replace` are this function and one line each.
    """
    match expression:
        case Number() | Symbol():
            return expression
        case Sum(parts) | Product(parts):
            return type(expression)(tuple(map(change, parts)))
        case Call(function, arguments):
            return Call(function, tuple(map(change, arguments)))
        case _:
            return type(expression)(*map(change, expression))


def substitute(expression: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """`expression` with symbols replaced by id: how a row of a table becomes the equation of one unit."""
    if isinstance(expression, Symbol):
        return replacements.get(expression.id, expression)
    return rebuild(expression, lambda part: substitute(part, replacements))


def replace(expression: Expression, old: Expression, new: Expression) -> Expression:
    """`expression` with every part equal to `old` replaced: σ(h)·(1 - σ(h)) becomes a·(1 - a)."""
    if expression == old:
        return new
    return rebuild(expression, lambda part: replace(part, old, new))

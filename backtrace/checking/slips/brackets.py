"""Expressions with a pair of brackets forgotten, on paper or on a calculator.

1/(1 + e^(-h)) becomes 1/1 + e^(-h), and ½(t - a)² becomes ½t - a².
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backtrace.symbolic.calculus import textbook
from backtrace.symbolic.expressions import Call, Expression, Negative, Power, Product, Quotient, Sum
from backtrace.symbolic.functions import FUNCTIONS


def without_brackets(expression: Expression) -> Iterator[Expression]:
    """The expression without each of the brackets around its parts, one at a time.

    >>> from backtrace.symbolic.parser import parse
    >>> from backtrace.typesetting.plain import formula
    >>> [formula(e) for e in without_brackets(parse("(a - y)*a*(1 - a)"))]
    ['a - y·a·(1 - a)', '(a - y)·a·1 - a']
    """
    match expression:
        case Call(function, (_,)) if FUNCTIONS[function].textbook:
            yield from without_brackets(textbook(expression))
        case Quotient(numerator, Sum((first, *rest))):
            yield Sum((Quotient(numerator, first), *rest))
        case Quotient(Sum((*rest, last)), denominator):
            yield Sum((*rest, _inside_the_sign(last, lambda part: Quotient(part, denominator))))
        case Power():
            yield from _without_own_brackets((), expression, ())
        case Product(factors):
            for i, factor in enumerate(factors):
                yield from _without_own_brackets(factors[:i], factor, factors[i + 1 :])


def _without_own_brackets(
    before: tuple[Expression, ...], factor: Expression, after: tuple[Expression, ...]
) -> Iterator[Expression]:
    """A product without the brackets around one of its factors, if that is a sum."""
    inner, exponent = (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, None)
    if not isinstance(inner, Sum):
        return

    def with_what_follows(part: Expression) -> Expression:
        raised = part if exponent is None else Power(part, exponent)
        return Product((raised, *after)) if after else raised

    first, *middle, last = inner.terms
    if before:
        first = Product((*before, first))
    yield Sum((first, *middle, _inside_the_sign(last, with_what_follows)))


def _inside_the_sign(term: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Change a term below its minus sign, which applies to all of it."""
    return Negative(change(term.operand)) if isinstance(term, Negative) else change(term)

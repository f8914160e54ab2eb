"""Expression → the formula that a config writes: `parse(written(e)) == e`.

The parser's grammar the other way round, a function for each of its rules. (`printing` shows expressions to
people; that may turn σ(h) into 1/(1 + e^(-h)), and Greek letters into words.)
"""

from __future__ import annotations

import re

from backtrace.limits import LINE_CHARACTERS
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
from backtrace.symbolic.functions import FUNCTIONS

_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def written(expression: Expression) -> str:
    """The expression as a config has it, without its spaces where the line would be too long with them.

    Raises:
        ValueError: there is a function in it that no config may use.

    >>> from backtrace.symbolic.parser import parse
    >>> written(parse("-(a-b)*sigmoid(θ)^2+x/(y*z)"))
    '-(a - b)*sigmoid(θ)^2 + x/(y*z)'
    """
    text = _sum(expression)
    return text if len(text) <= LINE_CHARACTERS else text.replace(" ", "")


def _sum(expression: Expression) -> str:
    if not isinstance(expression, Sum):
        return _product(expression)
    first, *others = expression.terms
    return _product(first) + "".join(
        f" - {_product(term.operand)}" if isinstance(term, Negative) else f" + {_product(term)}"
        for term in others
    )


def _product(expression: Expression) -> str:
    """Factors and fraction lines from left to right; a minus in front applies to all of them."""
    match expression:
        case Negative(operand):
            return f"-{_product(operand)}"
        case Product((first, *others)):
            return "*".join([_first(first), *map(_unary, others)])
        case Quotient(numerator, denominator):
            return f"{_first(numerator)}/{_unary(denominator)}"
    return _unary(expression)


def _first(factor: Expression) -> str:
    return _bracketed(factor) if isinstance(factor, Negative) else _product(factor)


def _unary(expression: Expression) -> str:
    match expression:
        case Negative(operand):
            return f"-{_unary(operand)}"
        case Power(base, exponent):
            return f"{_atom(base)}^{_unary(exponent)}"
    return _atom(expression)


def _atom(expression: Expression) -> str:
    match expression:
        case Symbol(_, text):
            return text
        case Number(value, text):
            return _number(value, text)
        case Call(function, arguments):
            if not FUNCTIONS[function].public:
                raise ValueError(f"{function} is no function of a config")
            return f"{function}({', '.join(map(_sum, arguments))})"
    return _bracketed(expression)


def _bracketed(expression: Expression) -> str:
    return f"({_sum(expression)})"


def _number(value: float, text: str) -> str:
    """A number as it was written, where that can be read in a formula: ½ cannot."""
    if _NUMBER.fullmatch(text) and float(text) == value:
        return text
    return repr(value) if value >= 0 else f"({value!r})"

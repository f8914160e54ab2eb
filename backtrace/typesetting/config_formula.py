"""Expression → the formula that a config writes: `parse(written(e)) == e`.

The parser's grammar the other way round, a method for each of its rules. (`printing` shows expressions to
people; that may turn σ(h) into 1/(1 + e^(-h)), and Greek letters into words.)
"""

from __future__ import annotations

import re

from backtrace.limits import FORMULA_DEPTH, LINE_CHARACTERS
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
from backtrace.symbolic.parser import ExpressionError, parse

_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_DEEPER = re.compile(r"[-^(/]")  # each sign that can take the parser a level down


def written(expression: Expression) -> str:
    """The expression as a config has it.

    Whatever the parser has read can be written within its limits again.

    Raises:
        ValueError: there is a function in it that no config may use.

    >>> written(parse("-(a-b)*sigmoid(θ)^2+x/(y*z)"))
    '-(a - b)*sigmoid(θ)^2 + x/(y*z)'
    """
    text = _Writer(terse=False).sum(expression)
    return text if _is_read(text) else _Writer(terse=True).sum(expression)


def _is_read(text: str) -> bool:
    """Whether a formula is within the parser's limits."""
    if len(text) > LINE_CHARACTERS:
        return False
    if len(_DEEPER.findall(text)) <= FORMULA_DEPTH:
        return True
    try:
        parse(text)
    except ExpressionError:
        return False
    return True


class _Writer:
    """Writes what each rule of the grammar reads; `terse` with as few characters and brackets as can be."""

    def __init__(self, terse: bool) -> None:
        self.terse = terse
        self.plus, self.minus = ("+", "-") if terse else (" + ", " - ")

    def sum(self, expression: Expression) -> str:
        if not isinstance(expression, Sum):
            return self.product(expression)
        first, *others = expression.terms
        text = [self.product(first)]
        for term in others:
            if isinstance(term, Negative):
                text += self.minus, self.product(term.operand)
            else:
                text += self.plus, self.product(term)
        return "".join(text)

    def product(self, expression: Expression) -> str:
        if not isinstance(expression, Negative):
            return self.chain(expression)
        operand = expression.operand
        is_signed = isinstance(operand, Negative) and not self.terse
        return f"-{self.bracketed(operand) if is_signed else self.product(operand)}"

    def chain(self, expression: Expression) -> str:
        """Factors and fraction lines from left to right."""
        match expression:
            case Product(factors):
                first, *others = factors
                return "*".join([self.begin(first), *map(self.unary, others)])
            case Quotient(numerator, denominator):
                return f"{self.begin(numerator)}/{self.unary(denominator)}"
        return self.unary(expression)

    def begin(self, expression: Expression) -> str:
        """The first factor of a chain, where a minus would apply to the whole chain."""
        if isinstance(expression, Negative):
            inside = self.bracketed(expression)
            return min(f"+{self.unary(expression)}", inside, key=len) if self.terse else inside
        return self.chain(expression)

    def unary(self, expression: Expression) -> str:
        if not isinstance(expression, Negative):
            return self.power(expression)
        return f"-{self.unary(expression.operand)}" if self.terse else self.bracketed(expression)

    def power(self, expression: Expression) -> str:
        if isinstance(expression, Power):
            return f"{self.atom(expression.base)}^{self.unary(expression.exponent)}"
        return self.atom(expression)

    def atom(self, expression: Expression) -> str:
        match expression:
            case Symbol(_, text):
                return text
            case Number(value, text):
                return _number(value, text)
            case Call(function, arguments):
                if not FUNCTIONS[function].public:
                    raise ValueError(f"{function} is no function of a config")
                return f"{function}({(',' if self.terse else ', ').join(map(self.sum, arguments))})"
        return self.bracketed(expression)

    def bracketed(self, expression: Expression) -> str:
        return f"({self.sum(expression)})"


def _number(value: float, text: str) -> str:
    """A number as it was written, where that can be read in a formula: ½ cannot."""
    if _NUMBER.fullmatch(text) and float(text) == value:
        return text
    return repr(value) if value >= 0 else f"({value!r})"

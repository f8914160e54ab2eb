"""Expression → text, with as few brackets as the order of operations allows.

Two readings of the same expression: the formula (`i_1·w_1 + b_2`) and the formula with the numbers put in
(`1(0.1) + 0.5`). They differ in what stands for a symbol and in how factors are set side by side.
`PLAIN` prints what the parser reads back; `TYPESET` prints what a page shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from backtrace.derivation.expressions import (
    Call,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    substitute,
)
from backtrace.derivation.functions import FUNCTIONS
from backtrace.derivation.names import transcribe
from backtrace.derivation.parser import parse

# How tightly each kind of node holds its parts together; a looser part inside a tighter one needs brackets.
WHERE, SUM, NEGATIVE, PRODUCT, POWER, ATOM = range(6)

Leaf = Callable[[Symbol], str]


@dataclass(frozen=True, slots=True)
class Style:
    """The signs a page uses; `ascii` pages have only what any keyboard types."""

    times: str
    ascii: bool


TYPESET = Style(times="·", ascii=False)
PLAIN = Style(times="*", ascii=True)

_RAISED = {"2": "²", "3": "³"}


def formula(expression: Expression, style: Style = TYPESET) -> str:
    """The expression in symbols.

    >>> formula(parse("-(a - b)*c^2 + x/(y*z)"))
    '-(a - b)·c² + x/(y·z)'
    """
    leaf = _transcribed if style.ascii else _shown
    return _Printer(style, leaf, put_in=False).whole(expression)


def substitution(expression: Expression, value: Leaf, style: Style = TYPESET) -> str:
    """The expression with the text that `value` gives in place of each symbol.

    >>> substitution(parse("i*w + j*v"), {"i": "1", "w": "0.1", "j": "0", "v": "-3"}.__getitem__)
    Traceback (most recent call last):
    ...
    KeyError: Symbol(id='i', text='i')
    >>> substitution(parse("i*w + b"), lambda s: {"i": "1", "w": "0.1", "b": "-3"}[s.id])
    '1(0.1) - 3'
    """
    return _Printer(style, value, put_in=True).whole(expression)


def _shown(symbol: Symbol) -> str:
    return symbol.text


def _transcribed(symbol: Symbol) -> str:
    return transcribe(symbol.text)


@cache
def _textbook(function: str) -> Expression:
    return parse(FUNCTIONS[function].textbook, FUNCTIONS)


def textbook(call: Call) -> Expression:
    """The form in which a textbook writes this call: σ(h) as 1/(1 + e^(-h))."""
    return substitute(_textbook(call.function), dict(zip("xyz", call.arguments, strict=False)))


class _Printer:
    def __init__(self, style: Style, leaf: Leaf, put_in: bool) -> None:
        self.style = style
        self.leaf = leaf
        self.put_in = put_in

    def whole(self, expression: Expression) -> str:
        if isinstance(expression, Call) and FUNCTIONS[expression.function].textbook:
            expression = textbook(expression)
        return self.render(expression)[0]

    def at(self, level: int, expression: Expression) -> str:
        """The expression, in brackets where it is looser than `level`."""
        text, own = self.render(expression)
        return text if own >= level else f"({text})"

    def render(self, expression: Expression) -> tuple[str, int]:
        """The text of an expression and how tightly it holds together."""
        match expression:
            case Symbol():
                return _signed(self.leaf(expression))
            case Number(_, text):
                return _signed("0.5" if text == "½" and self.style.ascii else text)
            case Sum(terms):
                return self.sum(terms), SUM
            case Negative(operand):
                text = self.at(PRODUCT, operand)
                return f"-({text})" if text.startswith("-") else f"-{text}", NEGATIVE
            case Product(factors):
                return self.product(factors), PRODUCT
            case Quotient(numerator, denominator):
                over = self.at(NEGATIVE if self.put_in else PRODUCT, numerator)
                return f"{over}/{self.at(POWER, denominator)}", PRODUCT
            case Power(base, exponent):
                return self.power(base, exponent)
            case Call():
                return self.call(expression)

    def sum(self, terms: tuple[Expression, ...]) -> str:
        text = self.at(NEGATIVE, terms[0])
        for term in terms[1:]:
            shown = self.at(NEGATIVE, term)
            text += f" - {shown[1:]}" if shown.startswith("-") else f" + {shown}"
        return text

    def product(self, factors: tuple[Expression, ...]) -> str:
        return self.side_by_side(factors) if self.put_in else self.dotted(factors)

    def dotted(self, factors: tuple[Expression, ...]) -> str:
        text = self.at(PRODUCT, factors[0])
        number_before = isinstance(factors[0], Number)
        for factor in factors[1:]:
            shown = self.at(POWER, factor)
            juxtaposed = number_before and shown.startswith("(") and not self.style.ascii
            text += shown if juxtaposed else f"{self.style.times}{shown}"
            number_before = isinstance(factor, Number)
        return text

    def side_by_side(self, factors: tuple[Expression, ...]) -> str:
        """Numbers as people multiply them on paper: 1(0.1), -0.12(1 - 0.51)."""
        text, level = self.render(factors[0])
        if level < NEGATIVE or isinstance(factors[0], Quotient):
            text = f"({text})"
        for factor in factors[1:]:
            shown = self.at(POWER, factor)
            if shown[0] == "(":
                text += shown
            elif shown[0].isdigit() or shown[0] == ".":
                text += f"({shown})"
            else:
                text += f"{self.style.times}{shown}"
        return text

    def power(self, base: Expression, exponent: Expression) -> tuple[str, int]:
        below, above = self.at(ATOM, base), self.at(ATOM, exponent)
        if self.style.ascii or above not in _RAISED or not isinstance(exponent, Number):
            return f"{below}^{above}", POWER
        return f"{below}{_RAISED[above]}", POWER

    def call(self, call: Call) -> tuple[str, int]:
        function, name = FUNCTIONS[call.function], call.function
        if name == "where":
            condition, yes, no = (self.at(SUM, argument) for argument in call.arguments)
            return f"{yes} if {condition[1:-1]} else {no}", WHERE
        if function.textbook and not function.shown:
            return self.render(textbook(call))
        arguments = ", ".join(self.at(WHERE, argument) for argument in call.arguments)
        if name in ("above", "from"):
            left, right = (self.at(SUM, argument) for argument in call.arguments)
            sign = function.shown if not self.style.ascii or name == "above" else ">="
            return f"[{left} {sign} {right}]", ATOM
        if self.style.ascii:
            return f"{name}({arguments})", ATOM
        if name == "abs":
            return f"|{arguments}|", ATOM
        if name == "exp":
            return f"e^{self.at(ATOM, call.arguments[0])}", POWER
        return f"{function.shown or name}({arguments})", ATOM


def _signed(text: str) -> tuple[str, int]:
    """A number or name, and its level: one with a minus in front holds no tighter than -x does."""
    return text, NEGATIVE if text.startswith("-") else ATOM

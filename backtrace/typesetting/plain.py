"""Expression → text, with as few brackets as the order of operations allows.

Two readings of the same expression: the formula (`i_1·w_1 + b_2`) and the formula with the numbers put in
(`1(0.1) + 0.5`). They differ in what stands for a symbol and in how factors are set side by side.
`PLAIN` prints what the parser reads back; `TYPESET` prints what a page shows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from backtrace.symbolic.calculus import textbook
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
from backtrace.symbolic.ids import transcribe

# How tightly each kind of node holds its parts together; a looser part inside a tighter one needs brackets.
WHERE, SUM, NEGATIVE, PRODUCT, POWER, ATOM = range(6)

Leaf = Callable[[Symbol], str]


class Style(NamedTuple):
    """The signs a page uses; `ascii` pages have only what any keyboard types."""

    times: str
    ascii: bool


TYPESET = Style(times="·", ascii=False)
PLAIN = Style(times="*", ascii=True)

_RAISED = {"2": "²", "3": "³"}
_BEGINS_A_NUMBER = frozenset("0123456789.½")


def formula(expression: Expression, style: Style = TYPESET) -> str:
    """The expression in symbols.

    >>> formula(parse("-(a - b)*c^2 + x/(y*z)"))
    '-(a - b)·c² + x/(y·z)'
    """
    return formula_printer(style)(expression)


def formula_printer(style: Style, most_terms: int = sys.maxsize) -> Callable[[Expression], str]:
    """`formula` in one style, for many expressions; longer sums are shortened."""
    return Printer(style, _transcribed if style.ascii else _shown, False, most_terms).whole


def substitution(expression: Expression, value: Leaf, style: Style = TYPESET) -> str:
    """The expression with the text that `value` gives in place of each symbol.

    >>> substitution(parse("i*w + b"), lambda symbol: {"i": "1", "w": "0.1", "b": "-3"}[symbol.id])
    '1(0.1) - 3'
    """
    return substitution_printer(value, style)(expression)


def substitution_printer(
    value: Leaf, style: Style, most_terms: int = sys.maxsize
) -> Callable[[Expression], str]:
    """`substitution` with one set of values, for many expressions; longer sums are shortened."""
    return Printer(style, value, True, most_terms).whole


def _shown(symbol: Symbol) -> str:
    return symbol.text


def _transcribed(symbol: Symbol) -> str:
    return transcribe(symbol.text)


class Printer:
    """Prints expressions of one style, with one text for each symbol.

    A method for each kind of node gives its text and how tightly that holds together. Sums of more than
    `most_terms` are shortened, wherever they stand.
    """

    def __init__(self, style: Style, leaf: Leaf, put_in: bool, most_terms: int = sys.maxsize) -> None:
        self.style = style
        self.leaf = leaf
        self.put_in = put_in
        self.most_terms = most_terms
        # Methods that are not bound to the printer: it would hold itself, and never be let go.
        kind = type(self)
        self.by_kind: dict[type, Callable[[Any, Any], tuple[str, int]]] = {
            Symbol: kind.symbol,
            Number: kind.number,
            Sum: kind.sum,
            Negative: kind.negative,
            Product: kind.side_by_side if put_in else kind.dotted,
            Quotient: kind.quotient,
            Power: kind.power,
            Call: kind.call,
        }

    def whole(self, expression: Expression) -> str:
        if isinstance(expression, Call) and FUNCTIONS[expression.function].textbook:
            expression = textbook(expression)
        return self.render(expression)[0]

    def render(self, expression: Expression) -> tuple[str, int]:
        return self.by_kind[type(expression)](self, expression)

    def at(self, level: int, expression: Expression) -> str:
        """The expression, in brackets where it is looser than `level`."""
        if type(expression) is Symbol:
            text = self.leaf(expression)
            return f"({text})" if text[0] == "-" and level > NEGATIVE else text
        text, own = self.by_kind[type(expression)](self, expression)
        return text if own >= level else f"({text})"

    def whole_of(self, level: int, expression: Expression) -> str:
        """The same; a derivative's own fraction line gets brackets, too: (∂E/∂w)² is not ∂E/∂w²."""
        text = self.at(level, expression)
        return f"({text})" if type(expression) is Symbol and "/" in text else text

    def symbol(self, symbol: Symbol) -> tuple[str, int]:
        text = self.leaf(symbol)
        # A number with a minus in front holds no tighter than -x does.
        return text, NEGATIVE if text[0] == "-" else ATOM

    def number(self, number: Number) -> tuple[str, int]:
        text = "0.5" if number.text == "½" and self.style.ascii else number.text
        return text, NEGATIVE if text[0] == "-" else ATOM

    def sum(self, sum: Sum) -> tuple[str, int]:
        if len(sum.terms) > self.most_terms:
            return self.shortened(sum), SUM
        first, *others = sum.terms
        text = [self.at(NEGATIVE, first)]
        for term in others:
            shown = self.at(NEGATIVE, term)
            text.append(f" - {shown[1:]}" if shown[0] == "-" else f" + {shown}")
        return "".join(text), SUM

    def shortened(self, sum: Sum) -> str:
        """785 terms as the first three, a count of those left out, and the last."""
        first, last = self.sum(Sum(sum.terms[:3]))[0], self.at(NEGATIVE, sum.terms[-1])
        end = f"- {last[1:]}" if last[0] == "-" else f"+ {last}"
        return f"{first} + {self.more(len(sum.terms) - 4)} {end}"

    def more(self, count: int) -> str:
        """So many terms that are left out."""
        dots = "..." if self.style.ascii else "…"
        return f"{dots} {count:,} more {dots}"

    def negative(self, negative: Negative) -> tuple[str, int]:
        operand = negative.operand
        text = self.at(PRODUCT, operand)
        if text[0] != "-":
            return f"-{text}", NEGATIVE
        # Two signs need brackets between them, around as little as can be: -(-0.1)(2) for -(-0.1(2)).
        signed = self.render(operand.factors[0])[0] if isinstance(operand, Product) else text
        return f"-({signed}){text[len(signed) :]}", NEGATIVE

    def dotted(self, product: Product) -> tuple[str, int]:
        """Factors in symbols: i_1·w_1, 2(a - y)."""
        first, *others = product.factors
        if type(first) is Symbol and len(others) == 1 and type(others[0]) is Symbol:  # most products
            return f"{self.leaf(first)}{self.style.times}{self.leaf(others[0])}", PRODUCT
        text = self.at(PRODUCT, first)
        number_before = isinstance(first, Number)
        for factor in others:
            shown = self.at(POWER, factor)
            juxtaposed = number_before and shown[0] == "(" and not self.style.ascii
            text += shown if juxtaposed else f"{self.style.times}{shown}"
            number_before = isinstance(factor, Number)
        return text, PRODUCT

    def side_by_side(self, product: Product) -> tuple[str, int]:
        """Numbers as people multiply them on paper: 1(0.1), -0.12(1 - 0.51)."""
        first, *others = product.factors
        if type(first) is Symbol and len(others) == 1 and type(others[0]) is Symbol:
            return f"{self.leaf(first)}({self.leaf(others[0])})", PRODUCT
        text, level = self.render(first)
        if level < NEGATIVE or isinstance(first, Quotient):
            text = f"({text})"
        for factor in others:
            shown = self.at(POWER, factor)
            if level == POWER and text[-1] != ")":
                text += f"{self.style.times}{shown}"  # 2^5·3, where 2^5(3) could be 2 to the 15
            elif shown[0] == "(":
                text += shown
            elif shown[0] in _BEGINS_A_NUMBER:
                text += f"({shown})"
            else:
                text += f"{self.style.times}{shown}"
            level = POWER if isinstance(factor, Power) else ATOM
        return text, PRODUCT

    def quotient(self, quotient: Quotient) -> tuple[str, int]:
        over = self.at(NEGATIVE if self.put_in else PRODUCT, quotient.numerator)
        return f"{over}/{self.whole_of(POWER, quotient.denominator)}", PRODUCT

    def power(self, power: Power) -> tuple[str, int]:
        below, above = self.whole_of(ATOM, power.base), self.at(POWER, power.exponent)
        if self.style.ascii or above not in _RAISED or not isinstance(power.exponent, Number):
            return f"{below}^{above}", POWER
        return f"{below}{_RAISED[above]}", POWER

    def call(self, call: Call) -> tuple[str, int]:
        function, name = FUNCTIONS[call.function], call.function
        if name == "where":
            condition, yes, no = (self.at(SUM, argument) for argument in call.arguments)
            return f"{yes} if {condition[1:-1]} else {no}", WHERE
        if function.textbook and not function.shown:
            return self.render(textbook(call))
        if name in ("above", "from"):
            left, right = (self.at(SUM, argument) for argument in call.arguments)
            sign = function.shown if not self.style.ascii or name == "above" else ">="
            return f"[{left} {sign} {right}]", ATOM
        if name == "exp" and not self.style.ascii:
            return f"e^{self.at(ATOM, call.arguments[0])}", POWER
        arguments = ", ".join(self.at(WHERE, argument) for argument in call.arguments)
        if self.style.ascii:
            return f"{name}({arguments})", ATOM
        if name == "abs":
            return f"|{arguments}|", ATOM
        return f"{function.shown or name}({arguments})", ATOM

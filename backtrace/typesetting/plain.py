"""Expression → pieces on one line of text, with as few brackets as the order of operations allows.

Two readings of the same expression: the formula (`i_1·w_1 + b_2`) and the formula with the numbers in it
(`1(0.1) + 0.5`). They differ in the text of a symbol and in how factors are set side by side. `PLAIN` prints
what the parser reads back; `TYPESET` prints what a page shows. The rules for brackets, signs and dots hold
for LaTeX and MathML, too: see `printer`. Must not know values, only their texts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from operator import attrgetter
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
from backtrace.typesetting.pieces import BESIDE, COMMA, DOT, ELSE, IF, MINUS, PLUS, SLASH, STAR, Break, Piece

# How tightly each kind of node holds its parts together; a looser part inside a tighter one needs brackets.
WHERE, SUM, NEGATIVE, PRODUCT, POWER, ATOM = range(6)
HEAD = 3  # terms of a shortened sum before the count of the hidden ones

Leaf = Callable[[Symbol], str]


class Style(NamedTuple):
    """The signs a page uses; `ascii` pages have only what any keyboard types."""

    times: Break
    ascii: bool


TYPESET = Style(times=DOT, ascii=False)
PLAIN = Style(times=STAR, ascii=True)

_RAISED = {"2": "²", "3": "³"}
_BEGINS_A_NUMBER = frozenset("0123456789.½")


def formula(expression: Expression, style: Style = TYPESET) -> str:
    """The expression in symbols.

    >>> from backtrace.symbolic.parser import parse
    >>> formula(parse("-(a - b)*c^2 + x/(y*z)"))
    '-(a - b)·c² + x/(y·z)'
    """
    return Printer(style)(expression)


def substitution(expression: Expression, value: Leaf, style: Style = TYPESET) -> str:
    """The expression with the text that `value` gives in place of each symbol.

    >>> from backtrace.symbolic.parser import parse
    >>> substitution(parse("i*w + b"), lambda symbol: {"i": "1", "w": "0.1", "b": "-3"}[symbol.id])
    '1(0.1) - 3'
    """
    return Printer(style, value)(expression)


class Printer:
    """Prints expressions in symbols, or with the text that `value` gives for each symbol.

    A method for each kind of node adds its pieces to `out` and returns how tightly they hold together. So one
    list grows for a whole formula: strings would be copied at every level, and a trace has 80,000 formulas.
    Sums of more than `most_terms` are shortened, wherever they are.
    """

    beside: Piece = BESIDE  # between two factors without a sign
    is_linear = True  # fractions and powers are on the line

    def __init__(self, style: Style, value: Leaf | None = None, most_terms: int = sys.maxsize) -> None:
        self.ascii = style.ascii
        self.times = style.times
        self.leaf: Leaf = value or (_transcribed if style.ascii else attrgetter("text"))
        self.has_numbers = value is not None
        self.most_terms = most_terms
        # Methods that are not bound to the printer: it would hold itself, and never be let go.
        kind = type(self)
        self.by_kind: dict[type, Callable[[Any, Any, list[Piece]], int]] = {
            Symbol: kind.symbol,
            Number: kind.number,
            Sum: kind.sum,
            Negative: kind.negative,
            Product: kind.side_by_side if value else kind.dotted,
            Quotient: kind.quotient,
            Power: kind.power,
            Call: kind.call,
        }

    def __call__(self, expression: Expression) -> str:
        """The whole of a formula as text."""
        return "".join(self.pieces(expression))

    def pieces(self, expression: Expression) -> list[Any]:
        """The whole of a formula, in strings unless typeset; a lone function as a textbook defines it."""
        if isinstance(expression, Call) and FUNCTIONS[expression.function].textbook:
            expression = textbook(expression)
        out: list[Piece] = []
        self.by_kind[type(expression)](self, expression, out)
        return out

    def at(self, level: int, expression: Expression, out: list[Piece]) -> None:
        """Print an expression, in brackets where it is looser than `level`."""
        start = len(out)
        if self.by_kind[type(expression)](self, expression, out) < level:
            self.bracket(out, start)

    def group(self, level: int, expression: Expression) -> list[Piece]:
        """An expression as pieces of their own, for a part of a form."""
        pieces: list[Piece] = []
        self.at(level, expression, pieces)
        return pieces

    def listed(self, arguments: Iterable[Expression], out: list[Piece]) -> None:
        """Print arguments with commas between them."""
        for place, argument in enumerate(arguments):
            if place:
                out.append(COMMA)
            self.at(WHERE, argument, out)

    def sum(self, sum: Sum, out: list[Piece]) -> int:
        terms, hidden, by_kind = sum.terms, 0, self.by_kind
        if len(terms) > self.most_terms:
            terms, hidden = (*terms[:HEAD], terms[-1]), len(terms) - HEAD - 1
        self.at(NEGATIVE, terms[0], out)
        for place, term in enumerate(terms[1:], 1):
            if hidden and place == HEAD:
                out += PLUS, self.more(f"{hidden:,} more")
            sign = len(out)
            out.append(PLUS)
            if by_kind[type(term)](self, term, out) < NEGATIVE:
                self.bracket(out, sign + 1)
            if out[sign + 1] == "-":  # a term's own minus becomes the sign before it
                out[sign : sign + 2] = [MINUS]
        return SUM

    def negative(self, negative: Negative, out: list[Piece]) -> int:
        operand, start = negative.operand, len(out) + 1
        out.append("-")
        self.at(PRODUCT, operand, out)
        if out[start] == "-":
            # Two signs need brackets between them, around as little as can be: -(-0.1)(2) for -(-0.1(2)).
            first = self.group(WHERE, operand.factors[0]) if isinstance(operand, Product) else out[start:]
            self.bracket(out, start, start + len(first))
        return NEGATIVE

    def dotted(self, product: Product, out: list[Piece]) -> int:
        """Factors in symbols: i_1·w_1, 2(a - y)."""
        factors = product.factors
        # Most products are of two symbols: a large network has 80,000 of these.
        if self.is_linear and len(factors) == 2 and type(factors[0]) is type(factors[1]) is Symbol:
            out += self.leaf(factors[0]), self.times, self.leaf(factors[1])
            return PRODUCT
        first, *others = factors
        self.at(PRODUCT, first, out)
        follows_number = isinstance(first, Number)
        for factor in others:
            sign = len(out)
            out.append(self.times)
            self.at(POWER, factor, out)
            if follows_number and not self.ascii and self.is_bracketed(out[sign + 1]):
                out[sign] = self.beside
            follows_number = isinstance(factor, Number)
        return PRODUCT

    def side_by_side(self, product: Product, out: list[Piece]) -> int:
        """Numbers as people multiply them on paper: 1(0.1), -0.12(1 - 0.51)."""
        factors = product.factors
        if self.is_linear and len(factors) == 2 and type(factors[0]) is type(factors[1]) is Symbol:
            _signed(self.leaf(factors[0]), out)
            out += BESIDE, "(", self.leaf(factors[1]), ")"
            return PRODUCT
        first, *others = factors
        start = len(out)
        level = self.by_kind[type(first)](self, first, out)
        if level < NEGATIVE or (self.is_linear and isinstance(first, Quotient)):
            self.bracket(out, start)
        for factor in others:
            sign = len(out)
            out.append(self.beside)
            self.at(POWER, factor, out)
            if self.is_linear and level == POWER and out[sign - 1] != ")":
                out[sign] = self.times  # 2^5·3, where 2^5(3) could be 2 to the 15
            elif self.begins_a_number(out[sign + 1]):
                self.bracket(out, sign + 1)
            elif not self.is_bracketed(out[sign + 1]):
                out[sign] = self.times
            level = POWER if isinstance(factor, Power) else ATOM
        return PRODUCT

    def call(self, call: Call, out: list[Piece]) -> int:
        function = FUNCTIONS[call.function]
        if call.function == "where":
            condition, yes, no = call.arguments
            self.where(condition, yes, no, out)
            return WHERE
        if function.textbook and not function.shown:
            return self.by_kind[type(whole := textbook(call))](self, whole, out)
        if call.function in ("above", "from"):
            self.comparison(call, out)
            return ATOM
        return self.function(call, out)

    def condition(self, condition: Expression, out: list[Piece]) -> None:
        """Print what holds or does not, without the square brackets that make it 1 or 0."""
        if not isinstance(condition, Call):
            return self.at(SUM, condition, out)
        left, right = condition.arguments
        self.at(SUM, left, out)
        out.append(f" {self.sign(condition.function)} ")
        self.at(SUM, right, out)
        return None

    def symbol(self, symbol: Symbol, out: list[Piece]) -> int:
        return _signed(self.leaf(symbol), out)

    def number(self, number: Number, out: list[Piece]) -> int:
        return _signed("0.5" if number.text == "½" and self.ascii else number.text, out)

    def bracket(self, out: list[Piece], start: int, end: int | None = None) -> None:
        out.insert(len(out) if end is None else end, ")")
        out.insert(start, "(")

    def is_bracketed(self, piece: Piece) -> bool:
        return piece == "("

    def begins_a_number(self, piece: Piece) -> bool:
        return piece[0] in _BEGINS_A_NUMBER

    def quotient(self, quotient: Quotient, out: list[Piece]) -> int:
        self.at(NEGATIVE if self.has_numbers else PRODUCT, quotient.numerator, out)
        out.append(SLASH)
        self.apart(POWER, quotient.denominator, out)
        return PRODUCT

    def power(self, power: Power, out: list[Piece]) -> int:
        self.apart(ATOM, power.base, out)
        above = self.group(POWER, power.exponent)
        if not self.ascii and isinstance(power.exponent, Number) and power.exponent.text in _RAISED:
            out.append(_RAISED[power.exponent.text])
        else:
            out += "^", *above
        return POWER

    def apart(self, level: int, expression: Expression, out: list[Piece]) -> None:
        """Print an expression whose own fraction line gets brackets, too: (∂E/∂w)² is not ∂E/∂w²."""
        start = len(out)
        self.at(level, expression, out)
        if type(expression) is Symbol and "/" in out[-1]:
            self.bracket(out, start)

    def function(self, call: Call, out: list[Piece]) -> int:
        function, name = FUNCTIONS[call.function], call.function
        if name == "exp" and not self.ascii:
            out.append("e^")
            self.at(ATOM, call.arguments[0], out)
            return POWER
        sign = name if self.ascii else function.shown or name
        opening, closing = ("|", "|") if sign == "|" else (f"{sign}(", ")")
        out.append(opening)
        self.listed(call.arguments, out)
        out.append(closing)
        return ATOM

    def where(self, condition: Expression, yes: Expression, no: Expression, out: list[Piece]) -> None:
        self.at(SUM, yes, out)
        out.append(IF)
        self.condition(condition, out)
        out.append(ELSE)
        self.at(SUM, no, out)

    def comparison(self, call: Call, out: list[Piece]) -> None:
        out.append("[")
        self.condition(call, out)
        out.append("]")

    def sign(self, comparison: str) -> str:
        return ">=" if self.ascii and comparison == "from" else FUNCTIONS[comparison].shown

    def more(self, count: str) -> Piece:
        return f"... {count} ..." if self.ascii else f"… {count} …"


def _signed(text: str, out: list[Piece]) -> int:
    """Add a name or a number, its minus as a piece of its own; -3 holds no tighter than -x does."""
    if text[0] != "-":
        out.append(text)
        return ATOM
    out += "-", text[1:]
    return NEGATIVE


def _transcribed(symbol: Symbol) -> str:
    return transcribe(symbol.text)

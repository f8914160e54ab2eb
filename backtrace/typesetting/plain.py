"""Expression → text on one line.

Two readings of the same expression: the formula (`i_1·w_1 + b_2`) and the formula with the numbers put in
(`1(0.1) + 0.5`). They differ in what stands for a symbol and in how factors are set side by side.
`PLAIN` prints what the parser reads back; `TYPESET` prints what a page shows.
"""

from __future__ import annotations

import sys
from typing import NamedTuple, cast

from backtrace.symbolic.expressions import Call, Expression, Number, Power, Product, Quotient, Symbol
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.ids import transcribe
from backtrace.typesetting.pieces import BESIDE, DOT, ELSE, IF, SLASH, STAR, Break, Piece
from backtrace.typesetting.printer import ATOM, NEGATIVE, POWER, PRODUCT, SUM, Leaf, Printer


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
    return PlainPrinter(style)(expression)


def substitution(expression: Expression, value: Leaf, style: Style = TYPESET) -> str:
    """The expression with the text that `value` gives in place of each symbol.

    >>> from backtrace.symbolic.parser import parse
    >>> substitution(parse("i*w + b"), lambda symbol: {"i": "1", "w": "0.1", "b": "-3"}[symbol.id])
    '1(0.1) - 3'
    """
    return PlainPrinter(style, value)(expression)


class PlainPrinter(Printer):
    """Prints expressions in symbols, or with the text that `value` gives for each."""

    def __init__(self, style: Style, value: Leaf | None = None, most_terms: int = sys.maxsize) -> None:
        super().__init__(value is not None, most_terms)
        self.ascii = style.ascii
        self.juxtaposes = not style.ascii
        self.times = style.times
        self.leaf: Leaf = value or (_transcribed if style.ascii else _shown)

    def __call__(self, expression: Expression) -> str:
        """The whole of a formula as text."""
        return "".join(cast("list[str]", Printer.pieces(self, expression)))

    def pieces(self, expression: Expression) -> list[str]:
        return cast("list[str]", super().pieces(expression))

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

    def dotted(self, product: Product, out: list[Piece]) -> int:
        factors = product.factors
        if len(factors) == 2 and type(factors[0]) is type(factors[1]) is Symbol:  # most products
            out += self.leaf(factors[0]), self.times, self.leaf(factors[1])
            return PRODUCT
        return super().dotted(product, out)

    def side_by_side(self, product: Product, out: list[Piece]) -> int:
        factors = product.factors
        if len(factors) == 2 and type(factors[0]) is type(factors[1]) is Symbol:
            first = self.leaf(factors[0])
            if first[0] == "-":
                out.append("-")
                first = first[1:]
            out += first, BESIDE, "(", self.leaf(factors[1]), ")"
            return PRODUCT
        return super().side_by_side(product, out)

    def quotient(self, quotient: Quotient, out: list[Piece]) -> int:
        self.at(NEGATIVE if self.put_in else PRODUCT, quotient.numerator, out)
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
        opening, closing = f"{name}(", ")"
        if not self.ascii:
            opening = f"{function.shown or name}("
            opening, closing = ("|", "|") if name == "abs" else (opening, closing)
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
        dots = "..." if self.ascii else "…"
        return f"{dots} {count} {dots}"


def _signed(text: str, out: list[Piece]) -> int:
    """Add a name or a number, its minus as a piece of its own; -3 holds no tighter than -x does."""
    if text[0] != "-":
        out.append(text)
        return ATOM
    out += "-", text[1:]
    return NEGATIVE


def _shown(symbol: Symbol) -> str:
    return symbol.text


def _transcribed(symbol: Symbol) -> str:
    return transcribe(symbol.text)

"""Expression → pieces as they are set in print, the same for LaTeX and MathML.

Fractions have a line, powers and roots their own form, so fewer brackets are needed than in text.
"""

from __future__ import annotations

import re

from backtrace.symbolic.expressions import Call, Expression, Number, Power, Quotient, Symbol
from backtrace.typesetting import pieces as p
from backtrace.typesetting.names import Names
from backtrace.typesetting.pieces import DOT, POWER, Aside, Digits, Form, Letter, Piece, Pieces, in_form
from backtrace.typesetting.plain import ATOM, NEGATIVE, PRODUCT, SUM, TYPESET, WHERE, Leaf, Printer
from backtrace.typesetting.plain import POWER as RAISED

TERMS_SHOWN = 12  # of a sum; of longer ones the first three, a count and the last are written
_NUMBER = re.compile(r"([-+]?)([0-9.]+)(?:[eE]([-+]?)0*([0-9]+))?")


def numeral(text: str) -> tuple[Piece, ...]:
    """A number; 1.2e-05 as 1.2 · 10⁻⁵.

    >>> numeral("-0.5")
    ('-', '0.5')
    """
    if text == "½":
        return (p.HALF,)
    found = _NUMBER.fullmatch(text)
    if not found:
        return (Aside(text),)
    sign, mantissa, below, power = found.groups()
    pieces: tuple[Piece, ...] = (Digits(mantissa),)
    if power:
        exponent = (*(("-",) if below == "-" else ()), Digits(power))
        ten = in_form(POWER, (Digits("10"),), exponent)
        pieces = (ten,) if mantissa == "1" else (*pieces, DOT, ten)
    return (sign, *pieces) if sign else pieces


class TypesetPrinter(Printer):
    """Prints expressions in symbols, or with the numbers that `value` gives."""

    beside = ""  # no line ends between two factors without a sign
    is_linear = False

    def __init__(self, names: Names, value: Leaf | None = None) -> None:
        super().__init__(TYPESET, value, TERMS_SHOWN)
        self.names = names

    def symbol(self, symbol: Symbol, out: list[Piece]) -> int:
        if self.has_numbers:
            return _add(numeral(self.leaf(symbol)), out)
        out += self.names(symbol.text)
        return ATOM

    def number(self, number: Number, out: list[Piece]) -> int:
        return _add(numeral(number.text), out)

    def bracket(self, out: list[Piece], start: int, end: int | None = None) -> None:
        out[start:end] = [in_form(p.BRACKETS, out[start:end])]

    def is_bracketed(self, piece: Piece) -> bool:
        first = _first(piece)
        return isinstance(first, Form) and first.kind == p.BRACKETS

    def begins_a_number(self, piece: Piece) -> bool:
        return isinstance(_first(piece), Digits)

    def quotient(self, quotient: Quotient, out: list[Piece]) -> int:
        over, under = self.group(WHERE, quotient.numerator), self.group(WHERE, quotient.denominator)
        out.append(in_form(p.FRACTION, over, under))
        return RAISED

    def power(self, power: Power, out: list[Piece]) -> int:
        base = self.group(ATOM, power.base)
        if isinstance(power.base, Symbol | Number) and any(map(_is_raised, base)):
            self.bracket(base, 0)
        out.append(in_form(POWER, base, self.group(WHERE, power.exponent)))
        return RAISED

    def function(self, call: Call, out: list[Piece]) -> int:
        arguments: list[Piece] = []
        self.listed(call.arguments, arguments)
        if call.function == "exp":
            out.append(in_form(POWER, (Letter("e"),), arguments))
            return RAISED
        if kind := {"sqrt": p.ROOT, "abs": p.BARS}.get(call.function):
            out.append(in_form(kind, arguments))
        else:
            out += p.FunctionName(call.function), in_form(p.BRACKETS, arguments)
        return ATOM

    def where(self, condition: Expression, yes: Expression, no: Expression, out: list[Piece]) -> None:
        holds: list[Piece] = []
        self.condition(condition, holds)
        out.append(in_form(p.CASES, holds, self.group(SUM, yes), self.group(SUM, no)))

    def comparison(self, call: Call, out: list[Piece]) -> None:
        condition: list[Piece] = []
        self.condition(call, condition)
        out.append(in_form(p.SQUARE, condition))

    def more(self, count: str) -> Piece:
        return in_form(p.MORE, [Aside(count)])


def _add(number: Pieces, out: list[Piece]) -> int:
    """Add a number; how tightly it holds together depends on its minus and its power of ten."""
    out += number
    return NEGATIVE if number[0] == "-" else PRODUCT if DOT in number else ATOM


def _first(piece: Piece) -> Piece:
    """The leftmost piece; of a power that of its base."""
    return _first(piece.parts[0][0]) if isinstance(piece, Form) and piece.kind == POWER else piece


def _is_raised(piece: Piece) -> bool:
    """Whether there is something above a name or number that an exponent would run into."""
    if not isinstance(piece, Form):
        return False
    return piece.kind in (POWER, p.FRACTION, "half") or (piece.kind == p.SCRIPTS and bool(piece.parts[2]))

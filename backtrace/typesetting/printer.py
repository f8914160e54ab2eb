"""Expression → pieces, with as few brackets as the order of operations allows.

The rules that text, LaTeX and MathML share: where a bracket, a sign or a dot is written. `plain` and
`typeset` say what fractions, powers and functions look like. Must not know values, only their texts.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any

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
from backtrace.typesetting.pieces import BESIDE, COMMA, DOT, MINUS, PLUS, Break, Piece

# How tightly each kind of node holds its parts together; a looser part inside a tighter one needs brackets.
WHERE, SUM, NEGATIVE, PRODUCT, POWER, ATOM = range(6)
HEAD = 3  # terms of a shortened sum before the count of the hidden ones

Leaf = Callable[[Symbol], str]


class Printer(ABC):
    """Prints expressions in symbols, or with the numbers put in.

    A method for each kind of node adds its pieces to `out` and returns how tightly they hold together. So one
    list grows for a whole formula: strings would be copied at every level, and a trace has 80,000 formulas.
    Sums of more than `most_terms` are shortened, wherever they stand.
    """

    times: Break = DOT
    beside: Piece = BESIDE  # between two factors without a sign
    is_linear = True  # fractions and powers stand on the line
    juxtaposes = True  # 2(a - b), not 2·(a - b)

    def __init__(self, put_in: bool, most_terms: int = sys.maxsize) -> None:
        self.put_in = put_in
        self.most_terms = most_terms
        # Methods that are not bound to the printer: it would hold itself, and never be let go.
        kind = type(self)
        self.by_kind: dict[type, Callable[[Any, Any, list[Piece]], int]] = {
            Symbol: kind.symbol,
            Number: kind.number,
            Sum: kind.sum,
            Negative: kind.negative,
            Product: kind.side_by_side if put_in else kind.dotted,
            Quotient: kind.quotient,
            Power: kind.power,
            Call: kind.call,
        }

    def pieces(self, expression: Expression) -> Sequence[Piece]:
        """The whole of a formula; a function alone is printed as a textbook defines it."""
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
        first, *others = product.factors
        self.at(PRODUCT, first, out)
        follows_number = isinstance(first, Number)
        for factor in others:
            sign = len(out)
            out.append(self.times)
            self.at(POWER, factor, out)
            if follows_number and self.juxtaposes and self.is_bracketed(out[sign + 1]):
                out[sign] = self.beside
            follows_number = isinstance(factor, Number)
        return PRODUCT

    def side_by_side(self, product: Product, out: list[Piece]) -> int:
        """Numbers as people multiply them on paper: 1(0.1), -0.12(1 - 0.51)."""
        first, *others = product.factors
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

    # What text and typesetting have of their own

    @abstractmethod
    def symbol(self, symbol: Symbol, out: list[Piece]) -> int: ...

    @abstractmethod
    def number(self, number: Number, out: list[Piece]) -> int: ...

    @abstractmethod
    def quotient(self, quotient: Quotient, out: list[Piece]) -> int: ...

    @abstractmethod
    def power(self, power: Power, out: list[Piece]) -> int: ...

    @abstractmethod
    def function(self, call: Call, out: list[Piece]) -> int: ...

    @abstractmethod
    def where(self, condition: Expression, yes: Expression, no: Expression, out: list[Piece]) -> None: ...

    @abstractmethod
    def comparison(self, call: Call, out: list[Piece]) -> None: ...

    @abstractmethod
    def bracket(self, out: list[Piece], start: int, end: int | None = None) -> None:
        """Put brackets around the pieces from one place to another."""

    @abstractmethod
    def is_bracketed(self, piece: Piece) -> bool:
        """Whether a factor begins with a bracket."""

    @abstractmethod
    def begins_a_number(self, piece: Piece) -> bool:
        """Whether a number before this piece would run into it."""

    @abstractmethod
    def sign(self, comparison: str) -> str:
        """The sign of `above` or `from`."""

    @abstractmethod
    def more(self, count: str) -> Piece:
        """The count of the terms that a shortened sum hides."""

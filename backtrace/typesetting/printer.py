"""Expression → mathematics as it is set in print: the printer of `printing` for a typesetter.

Fractions have a line, powers and roots their own form, so fewer brackets are needed. Where a bracket or a dot
stands is decided here; how that is written, in LaTeX or in MathML, is each one's own business. In both a text
begins with `-` if the mathematics does, and with `(` if it stands in brackets.
"""

from __future__ import annotations

import re
from abc import abstractmethod

from backtrace.symbolic.calculus import textbook
from backtrace.symbolic.expressions import (
    Call,
    Expression,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
)
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.typesetting.names import TypesetNames
from backtrace.typesetting.plain import (
    ATOM,
    NEGATIVE,
    POWER,
    PRODUCT,
    SUM,
    TYPESET,
    WHERE,
    Leaf,
    Printer,
)

TERMS_SHOWN = 12  # of a sum; of longer ones the first three, a count and the last are written
PLAIN = re.compile(r"[-+]?[0-9.]+")
_SCIENTIFIC = re.compile(r"([-+]?)([0-9.]+)[eE]([-+]?)0*([0-9]+)")


def power_of_ten(text: str) -> tuple[str, str, str] | None:
    """The sign, the mantissa and the exponent of 1.2e-05; None of a number without a power of ten.

    >>> power_of_ten("-1.2e-05")
    ('-', '1.2', '-5')
    """
    found = _SCIENTIFIC.fullmatch(text)
    if not found:
        return None
    sign, mantissa, below, power = found.groups()
    return sign, "" if mantissa == "1" else mantissa, below.strip("+") + power


class TypesetPrinter(Printer):
    """Prints expressions in symbols, or with the numbers that `value` gives."""

    times: str  # between two factors

    def __init__(self, names: TypesetNames, value: Leaf | None = None) -> None:
        if value is None:
            super().__init__(TYPESET, lambda symbol: names(symbol.text), False, TERMS_SHOWN)
        else:
            numeral = self.numeral  # a static method: not bound to the printer, which would hold itself
            super().__init__(TYPESET, lambda symbol: numeral(value(symbol)), True, TERMS_SHOWN)

    def at(self, level: int, expression: Expression) -> str:
        text, own = self.render(expression)
        return text if own >= level else self.bracketed(text)

    def symbol(self, symbol: Symbol) -> tuple[str, int]:
        text = self.leaf(symbol)
        return text, self.level(text) if self.put_in else ATOM

    def number(self, number: Number) -> tuple[str, int]:
        text = self.numeral(number.text)
        return text, self.level(text)

    def level(self, number: str) -> int:
        """How tightly a number holds together."""
        return NEGATIVE if number[0] == "-" else PRODUCT if self.times in number else ATOM

    def dotted(self, product: Product) -> tuple[str, int]:
        first, *others = product.factors
        text = self.at(PRODUCT, first)
        number_before = isinstance(first, Number)
        for factor in others:
            shown = self.at(POWER, factor)
            text += shown if number_before and self.is_bracketed(shown) else f"{self.times}{shown}"
            number_before = isinstance(factor, Number)
        return text, PRODUCT

    def side_by_side(self, product: Product) -> tuple[str, int]:
        first, *others = product.factors
        text, level = self.render(first)
        if level < NEGATIVE:
            text = self.bracketed(text)
        for factor in others:
            shown = self.at(POWER, factor)
            if self.is_bracketed(shown):
                text += shown
            elif self.begins_with_digits(shown):
                text += f"({shown})"
            else:
                text += f"{self.times}{shown}"
        return text, PRODUCT

    def quotient(self, quotient: Quotient) -> tuple[str, int]:
        over, under = self.at(WHERE, quotient.numerator), self.at(WHERE, quotient.denominator)
        return self.fraction(over, under), POWER

    def power(self, power: Power) -> tuple[str, int]:
        below, level = self.render(power.base)
        if level < ATOM or (isinstance(power.base, Symbol | Number) and self.is_raised(below)):
            below = self.bracketed(below)
        return self.raised(below, self.at(WHERE, power.exponent)), POWER

    def call(self, call: Call) -> tuple[str, int]:
        function, name = FUNCTIONS[call.function], call.function
        if name == "where":
            return self.where(call), WHERE
        if function.textbook and not function.shown:
            return self.render(textbook(call))
        if name in ("above", "from"):
            return f"[{self.comparison(call)}]", ATOM
        arguments = ", ".join(self.at(WHERE, argument) for argument in call.arguments)
        if name == "exp":
            return self.raised("e", arguments), POWER
        if name == "sqrt":
            return self.root(arguments), ATOM
        if name == "abs":
            return self.absolute(arguments), ATOM
        return f"{self.function(name)}{self.bracketed(arguments)}", ATOM

    def comparison(self, call: Call) -> str:
        left, right = (self.at(SUM, argument) for argument in call.arguments)
        return self.compared(left, right, call.function == "above")

    def where(self, call: Call) -> str:
        condition, *values = call.arguments
        said = self.comparison(condition) if isinstance(condition, Call) else self.at(SUM, condition)
        yes, no = (self.at(SUM, value) for value in values)
        return self.cases(said, yes, no)

    # How it is written

    @staticmethod
    @abstractmethod
    def numeral(text: str) -> str:
        """A number: 1.2e-05 as 1.2 · 10⁻⁵."""

    @abstractmethod
    def bracketed(self, text: str) -> str:
        """Brackets as tall as what stands in them."""

    @abstractmethod
    def is_bracketed(self, text: str) -> bool:
        """Whether a text begins with a bracket."""

    @abstractmethod
    def begins_with_digits(self, text: str) -> bool:
        """Whether a number before a text would run into it."""

    @abstractmethod
    def is_raised(self, text: str) -> bool:
        """Whether a name has something above it that an exponent would run into."""

    @abstractmethod
    def fraction(self, over: str, under: str) -> str:
        """A fraction line with what stands over and under it."""

    @abstractmethod
    def raised(self, below: str, above: str) -> str:
        """A base and its exponent."""

    @abstractmethod
    def root(self, text: str) -> str:
        """A square root."""

    @abstractmethod
    def absolute(self, text: str) -> str:
        """A text between bars."""

    @abstractmethod
    def function(self, name: str) -> str:
        """What stands before a function's brackets."""

    @abstractmethod
    def compared(self, left: str, right: str, is_above: bool) -> str:
        """Left > right; or ≥, unless `is_above`."""

    @abstractmethod
    def cases(self, condition: str, yes: str, no: str) -> str:
        """One value where a condition holds and another where it does not."""

    @abstractmethod
    def more(self, count: int) -> str:
        """So many terms that are left out."""

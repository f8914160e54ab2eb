"""Expression → the formula that a config writes: `parse(written(e)) == e`.

Plain text as `plain` prints it for people may turn softplus(h) into ln(1 + e^h), and Greek letters into
words. A config keeps every function, name and number as it was written.
"""

from __future__ import annotations

import re
from operator import attrgetter

from backtrace.limits import LINE_CHARACTERS
from backtrace.symbolic.expressions import Call, Expression, Negative, Number
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.typesetting.pieces import Piece
from backtrace.typesetting.plain import NEGATIVE, PLAIN, POWER, PRODUCT, WHERE, Printer

_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def written(expression: Expression) -> str:
    """The expression as a config has it, without its spaces where the line would be too long with them.

    Raises:
        ValueError: there is a function in it that no config may use.

    >>> from backtrace.symbolic.parser import parse
    >>> written(parse("-(a-b)*sigmoid(θ)^2+x/(y*z)"))
    '-(a - b)*sigmoid(θ)^2 + x/(y*z)'
    """
    text = "".join(map(str, _ConfigPrinter().group(WHERE, expression)))
    return text if len(text) <= LINE_CHARACTERS else text.replace(" ", "")


class _ConfigPrinter(Printer):
    """Signs may follow one another here, as they do in a config: no formula is nested deeper than it was."""

    def __init__(self) -> None:
        super().__init__(PLAIN)
        self.leaf = attrgetter("text")

    def at(self, level: int, expression: Expression, out: list[Piece]) -> None:
        if level == POWER and isinstance(expression, Negative):
            out.append("-")
            self.at(POWER, expression.operand, out)
        else:
            super().at(level, expression, out)

    def negative(self, negative: Negative, out: list[Piece]) -> int:
        out.append("-")
        if isinstance(negative.operand, Negative):
            return self.negative(negative.operand, out)
        self.at(PRODUCT, negative.operand, out)
        return NEGATIVE

    def call(self, call: Call, out: list[Piece]) -> int:
        if not FUNCTIONS[call.function].public:
            raise ValueError(f"{call.function} is no function of a config")
        return self.function(call, out)

    def number(self, number: Number, out: list[Piece]) -> int:
        """A number as it was written, where that can be read in a formula: ½ cannot."""
        is_readable = _NUMBER.fullmatch(number.text) and float(number.text) == number.value
        return super().number(number if is_readable else Number(number.value, repr(number.value)), out)

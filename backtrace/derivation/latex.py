r"""Expression → LaTeX, for a line of mathematics: the printer of `printing` with the signs of a typesetter.

Fractions have a line, powers and roots their own form, so fewer brackets are needed. What is written needs
amsmath and nothing else.
"""

from __future__ import annotations

import re

from backtrace.derivation.expressions import (
    Call,
    Expression,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from backtrace.derivation.functions import FUNCTIONS
from backtrace.derivation.latex_names import Names, word
from backtrace.derivation.printing import (
    ATOM,
    NEGATIVE,
    POWER,
    PRODUCT,
    SUM,
    TYPESET,
    WHERE,
    Leaf,
    Printer,
    textbook,
)

TIMES = r" \cdot "
MOST_TERMS = 12  # of a sum; of longer ones the first three, a count and the last are written
_TALL = (r"\frac", r"\begin", r"\left")
_PLAIN = re.compile(r"[-+]?[0-9.]+")
_SCIENTIFIC = re.compile(r"([-+]?)([0-9.]+)[eE]([-+]?)0*([0-9]+)")
_COMMANDS = {"log": r"\ln", "log10": r"\log_{10}", "Phi": r"\Phi", "phi": r"\varphi", "sigmoid": r"\sigma"}
_COMMANDS |= {name: f"\\{name}" for name in ("sin", "cos", "tanh", "max", "min")}


def formula(expression: Expression, names: Names | None = None) -> str:
    r"""The expression in symbols.

    >>> from backtrace.derivation.parser import parse
    >>> formula(parse("-(a - b)*c_1^2 + x/(y*z)"))
    '-(a - b) \\cdot c_{1}^{2} + \\frac{x}{y \\cdot z}'
    """
    return LatexPrinter(names or Names()).whole(expression)


def substitution(expression: Expression, value: Leaf, names: Names | None = None) -> str:
    r"""The expression with the text that `value` gives in place of each symbol.

    >>> from backtrace.derivation.parser import parse
    >>> substitution(parse("i*w + b"), lambda symbol: {"i": "1", "w": "1e-05", "b": "-3"}[symbol.id])
    '1(10^{-5}) - 3'
    """
    return LatexPrinter(names or Names(), value).whole(expression)


def numeral(text: str) -> str:
    r"""A number: 1.2e-05 as 1.2 · 10^{-5}.

    >>> numeral("1.2e-05")
    '1.2 \\cdot 10^{-5}'
    """
    if _PLAIN.fullmatch(text):
        return text
    if text == "½":
        return r"\tfrac{1}{2}"
    found = _SCIENTIFIC.fullmatch(text)
    if not found:
        return word(text)
    sign, mantissa, below, power = found.groups()
    power = f"10^{{{below.strip('+')}{power}}}"
    return f"{sign}{power}" if mantissa == "1" else f"{sign}{mantissa}{TIMES}{power}"


def bracketed(text: str) -> str:
    """Brackets as tall as what stands in them."""
    return rf"\left({text}\right)" if any(command in text for command in _TALL) else f"({text})"


class LatexPrinter(Printer):
    """Prints expressions in symbols, or with the numbers that `value` gives."""

    def __init__(self, names: Names, value: Leaf | None = None) -> None:
        if value is None:
            super().__init__(TYPESET, lambda symbol: names(symbol.text), put_in=False)
        else:
            super().__init__(TYPESET, lambda symbol: numeral(value(symbol)), put_in=True)

    def at(self, level: int, expression: Expression) -> str:
        text, own = self.render(expression)
        return text if own >= level else bracketed(text)

    def symbol(self, symbol: Symbol) -> tuple[str, int]:
        text = self.leaf(symbol)
        return text, _level(text) if self.put_in else ATOM

    def number(self, number: Number) -> tuple[str, int]:
        text = numeral(number.text)
        return text, _level(text)

    def sum(self, sum: Sum) -> tuple[str, int]:
        if len(sum.terms) <= MOST_TERMS:
            return super().sum(sum)
        first, last = super().sum(Sum(sum.terms[:3]))[0], self.at(NEGATIVE, sum.terms[-1])
        count = rf"\cdots \text{{{len(sum.terms) - 4:,} more}} \cdots"
        return f"{first} + {count} {f'- {last[1:]}' if last[0] == '-' else f'+ {last}'}", SUM

    def dotted(self, product: Product) -> tuple[str, int]:
        first, *others = product.factors
        text = self.at(PRODUCT, first)
        number_before = isinstance(first, Number)
        for factor in others:
            shown = self.at(POWER, factor)
            text += shown if number_before and _is_bracketed(shown) else f"{TIMES}{shown}"
            number_before = isinstance(factor, Number)
        return text, PRODUCT

    def side_by_side(self, product: Product) -> tuple[str, int]:
        first, *others = product.factors
        text, level = self.render(first)
        if level < NEGATIVE:
            text = bracketed(text)
        for factor in others:
            shown = self.at(POWER, factor)
            if _is_bracketed(shown):
                text += shown
            elif shown[0].isdigit() or shown[0] == ".":
                text += f"({shown})"
            else:
                text += f"{TIMES}{shown}"
        return text, PRODUCT

    def quotient(self, quotient: Quotient) -> tuple[str, int]:
        over, under = self.at(WHERE, quotient.numerator), self.at(WHERE, quotient.denominator)
        return rf"\frac{{{over}}}{{{under}}}", POWER

    def power(self, power: Power) -> tuple[str, int]:
        below, level = self.render(power.base)
        raised = isinstance(power.base, Symbol | Number) and ("^" in below or "frac" in below)
        if level < ATOM or raised:
            below = bracketed(below)
        return f"{below}^{{{self.at(WHERE, power.exponent)}}}", POWER

    def call(self, call: Call) -> tuple[str, int]:
        function, name = FUNCTIONS[call.function], call.function
        if name == "where":
            return self.cases(call), WHERE
        if function.textbook and not function.shown:
            return self.render(textbook(call))
        if name in ("above", "from"):
            return f"[{self.comparison(call)}]", ATOM
        arguments = ", ".join(self.at(WHERE, argument) for argument in call.arguments)
        if name == "exp":
            return f"e^{{{arguments}}}", POWER
        if name == "sqrt":
            return rf"\sqrt{{{arguments}}}", ATOM
        if name == "abs":
            return rf"\left|{arguments}\right|", ATOM
        command = _COMMANDS.get(name) or rf"\operatorname{{{name}}}"
        return f"{command}{bracketed(arguments)}", ATOM

    def comparison(self, call: Call) -> str:
        left, right = (self.at(SUM, argument) for argument in call.arguments)
        return f"{left} > {right}" if call.function == "above" else rf"{left} \ge {right}"

    def cases(self, call: Call) -> str:
        condition, *values = call.arguments
        said = self.comparison(condition) if isinstance(condition, Call) else self.at(SUM, condition)
        # A bracket right behind the end of a row would be read as its height.
        yes, no = (f"{{}}{text}" if text[0] == "[" else text for text in (self.at(SUM, v) for v in values))
        rows = rf"{yes} & \text{{if ${said}$}} \\ {no} & \text{{otherwise}}"
        return rf"\begin{{cases}} {rows} \end{{cases}}"


def _level(text: str) -> int:
    """How tightly a number holds together."""
    return NEGATIVE if text[0] == "-" else PRODUCT if TIMES in text else ATOM


def _is_bracketed(text: str) -> bool:
    return text.startswith(("(", r"\left("))

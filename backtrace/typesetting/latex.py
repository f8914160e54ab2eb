r"""Expression → LaTeX, for a line of mathematics. What is written needs amsmath and nothing else."""

from __future__ import annotations

from backtrace.symbolic.expressions import Expression
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.typesetting.latex_names import Names, word
from backtrace.typesetting.plain import Leaf
from backtrace.typesetting.printer import PLAIN, TypesetPrinter, power_of_ten

TIMES = r" \cdot "
_TALL = (r"\frac", r"\begin", r"\left")


def formula(expression: Expression, names: Names | None = None) -> str:
    r"""The expression in symbols.

    >>> from backtrace.symbolic.parser import parse
    >>> formula(parse("-(a - b)*c_1^2 + x/(y*z)"))
    '-(a - b) \\cdot c_{1}^{2} + \\frac{x}{y \\cdot z}'
    """
    return LatexPrinter(names or Names()).whole(expression)


def substitution(expression: Expression, value: Leaf, names: Names | None = None) -> str:
    r"""The expression with the text that `value` gives in place of each symbol.

    >>> from backtrace.symbolic.parser import parse
    >>> substitution(parse("i*w + b"), lambda symbol: {"i": "1", "w": "1e-05", "b": "-3"}[symbol.id])
    '1(10^{-5}) - 3'
    """
    return LatexPrinter(names or Names(), value).whole(expression)


def numeral(text: str) -> str:
    r"""A number: 1.2e-05 as 1.2 · 10^{-5}.

    >>> numeral("1.2e-05")
    '1.2 \\cdot 10^{-5}'
    """
    if PLAIN.fullmatch(text):
        return text
    if text == "½":
        return r"\tfrac{1}{2}"
    parts = power_of_ten(text)
    if not parts:
        return word(text)
    sign, mantissa, power = parts
    return f"{sign}{mantissa}{TIMES if mantissa else ''}10^{{{power}}}"


class LatexPrinter(TypesetPrinter):
    """Prints expressions in symbols, or with the numbers that `value` gives."""

    times = TIMES
    numeral = staticmethod(numeral)

    def bracketed(self, text: str) -> str:
        return rf"\left({text}\right)" if any(command in text for command in _TALL) else f"({text})"

    def is_bracketed(self, text: str) -> bool:
        return text.startswith(("(", r"\left("))

    def begins_with_digits(self, text: str) -> bool:
        return text[0].isdigit() or text[0] == "."

    def is_raised(self, text: str) -> bool:
        return "^" in text or "frac" in text

    def fraction(self, over: str, under: str) -> str:
        return rf"\frac{{{over}}}{{{under}}}"

    def raised(self, below: str, above: str) -> str:
        return f"{below}^{{{above}}}"

    def root(self, text: str) -> str:
        return rf"\sqrt{{{text}}}"

    def absolute(self, text: str) -> str:
        return rf"\left|{text}\right|"

    def function(self, name: str) -> str:
        return FUNCTIONS[name].latex or rf"\operatorname{{{word(name)}}}"

    def compared(self, left: str, right: str, is_above: bool) -> str:
        return f"{left} > {right}" if is_above else rf"{left} \ge {right}"

    def cases(self, condition: str, yes: str, no: str) -> str:
        # A bracket right behind the end of a row would be read as its height.
        yes, no = (f"{{}}{text}" if text[0] == "[" else text for text in (yes, no))
        rows = rf"{yes} & \text{{if ${condition}$}} \\ {no} & \text{{otherwise}}"
        return rf"\begin{{cases}} {rows} \end{{cases}}"

    def more(self, count: int) -> str:
        return rf"\cdots \text{{{count:,} more}} \cdots"

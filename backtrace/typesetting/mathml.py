"""Expression → MathML, as browsers draw it without help (MathML Core).

Formulas are put together with numbers, letters and signs standing bare, so that what begins with a minus or a
bracket can be seen to; `element` makes a whole one of it.
"""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise

from backtrace.symbolic.functions import FUNCTIONS
from backtrace.typesetting.printer import PLAIN, TypesetPrinter, power_of_ten

TIMES = "·"
_RAISED, _TALL_BRACKET, _TALL = "<msup><mrow>", "<mrow><mo>(</mo>", ("<mfrac>", "<mtable>")
_HALF = '<mfrac displaystyle="false"><mn>1</mn><mn>2</mn></mfrac>'
_APPLIED = "<mo>&#x2061;</mo>"  # says to a reader that what stands before the brackets is a function

_TOKEN = re.compile(
    r"(?P<element><(?P<kind>mi|mn|mo|mtext)\b[^>]*>[^<]*</(?P=kind)>|<[^>]*>)"
    r"|(?P<number>(?:[0-9]+(?:[.,][0-9]+)*|\.[0-9]+))"
    r"|(?P<prefix>(?<=[(\[])-|(?<=[,=] )-)|(?P<letter>[^\W\d_])|(?P<space>\s+)|(?P<sign>.)"
)
_LONE = re.compile(r"<mrow>(<(mi|mn|mo)\b[^>]*>[^<]*</\2>)</mrow>")
_SIGNS = {
    "-": "<mo>−</mo>",
    "(": '<mrow><mo stretchy="false">(</mo>',
    ")": '<mo stretchy="false">)</mo></mrow>',
    "[": '<mrow><mo stretchy="false">[</mo>',
    "]": '<mo stretchy="false">]</mo></mrow>',
}
_SIGN, _DOT = re.compile(r" [-+] "), re.compile(TIMES)


def numeral(text: str) -> str:
    """A number: 1.2e-05 as 1.2 · 10⁻⁵.

    >>> numeral("-1.2e-05")
    '-1.2·<msup><mrow>10</mrow><mrow>-5</mrow></msup>'
    """
    if PLAIN.fullmatch(text):
        return text
    if text == "½":
        return _HALF
    parts = power_of_ten(text)
    if not parts:
        return f"<mtext>{escape(text)}</mtext>"
    sign, mantissa, power = parts
    return f"{sign}{mantissa}{TIMES if mantissa else ''}<msup><mrow>10</mrow><mrow>{power}</mrow></msup>"


def element(text: str, said: str) -> str:
    """A formula as an element of a page; `said` is the same in a line of plain text, for who cannot see it.

    >>> element("-x", "-x")
    '<math aria-label="-x"><mo>−</mo><mi>x</mi></math>'
    """
    inside = marked_up(text)
    if text.startswith((" + ", " - ", " = ", TIMES)):  # what goes on keeps the room around its sign
        inside = inside.replace("<mo>", '<mo form="infix">', 1)
    return f'<math aria-label="{escape(said.strip())}">{inside}</math>'


def marked_up(text: str) -> str:
    """A formula with an element for every number, letter and sign."""
    return _LONE.sub(r"\1", _TOKEN.sub(_element, text))


def _element(token: re.Match[str]) -> str:
    found = token[0]
    match token.lastgroup:
        case "number":
            return f"<mn>{found}</mn>"
        case "prefix":
            return '<mo form="prefix">−</mo>'
        case "letter":
            return f"<mi>{found}</mi>"
        case "sign":
            return _SIGNS.get(found) or f"<mo>{escape(found)}</mo>"
        case "space":
            return ""
    return found


def terms(text: str) -> list[str]:
    """A sum in pieces that may stand on lines of their own, each but the first with its sign.

    Nothing is parted within brackets or within an element. Plain text is parted in the same places.

    >>> terms("a + b(c - d) - e")
    ['a', ' + b(c - d)', ' - e']
    """
    return _parted(text, _SIGN)


def factors(text: str) -> list[str]:
    """A product in pieces in the same way."""
    return _parted(text, _DOT)


def _parted(text: str, before: re.Pattern[str]) -> list[str]:
    cuts = [found.start() for found in before.finditer(text) if _is_open(text[: found.start()])]
    return [text[start:end] for start, end in pairwise([0, *cuts, len(text)]) if start < end]


def _is_open(before: str) -> bool:
    """Whether what stands before a place leaves no bracket and no element half done."""
    return before.count("(") == before.count(")") and before.count("<m") == before.count("</m")


class MathPrinter(TypesetPrinter):
    """Prints expressions in symbols, or with the numbers that `value` gives."""

    times = TIMES
    numeral = staticmethod(numeral)

    def bracketed(self, text: str) -> str:
        is_tall = any(tag in text for tag in _TALL)
        return f"{_TALL_BRACKET}{text}<mo>)</mo></mrow>" if is_tall else f"({text})"

    def is_bracketed(self, text: str) -> bool:
        return text.removeprefix(_RAISED).startswith(("(", _TALL_BRACKET))

    def begins_with_digits(self, text: str) -> bool:
        first = text.removeprefix(_RAISED)[0]
        return first.isdigit() or first == "."

    def is_raised(self, text: str) -> bool:
        return any(tag in text for tag in ("<msup>", "<msubsup>", "<mfrac>"))

    def fraction(self, over: str, under: str) -> str:
        return f"<mfrac><mrow>{over}</mrow><mrow>{under}</mrow></mfrac>"

    def raised(self, below: str, above: str) -> str:
        return f"{_RAISED}{below}</mrow><mrow>{above}</mrow></msup>"

    def root(self, text: str) -> str:
        return f"<msqrt>{text}</msqrt>"

    def absolute(self, text: str) -> str:
        return f"<mrow><mo>|</mo>{text}<mo>|</mo></mrow>"

    def function(self, name: str) -> str:
        return f"{FUNCTIONS[name].mathml or f'<mi>{name}</mi>'}{_APPLIED}"

    def compared(self, left: str, right: str, is_above: bool) -> str:
        return f"{left}<mo>{'&gt;' if is_above else '≥'}</mo>{right}"

    def cases(self, condition: str, yes: str, no: str) -> str:
        rows = "".join(
            f"<mtr><mtd>{value}</mtd><mtd><mtext>{word}</mtext>{said}</mtd></mtr>"
            for value, word, said in ((yes, "if\u00a0", condition), (no, "otherwise", ""))
        )
        return f"<mrow><mo>{{</mo><mtable>{rows}</mtable></mrow>"

    def more(self, count: int) -> str:
        return f"<mo>⋯</mo><mtext>\u00a0{count:,} more\u00a0</mtext><mo>⋯</mo>"

"""Fractions as people write them: 1/4, -39/320, ½, 3 1/2. As numbers they are exact, and keep their text."""

from __future__ import annotations

import re
import unicodedata

from backtrace.symbolic.expressions import Number

SIGNS = {c: unicodedata.normalize("NFKC", c).replace("⁄", "/") for c in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"}
# 3½ and 3\frac{1}{2}, where nothing follows that it is a factor of
_MIXED = re.compile(
    rf"(?<![\w.])([0-9]+)\s?(?:([{''.join(SIGNS)}])|\\[dt]?frac\s?(?:\{{([0-9]+)\}}\{{([0-9]+)\}}|([0-9])([0-9])))"
    r"(?=\s*(?:$|[$=≈,;&|]|\.(?![0-9])|\\(?:[\])\\]|end|quad|approx)))"
)
# 1/4, -39/320, (-39)/320, -(39/320), 3 1/2
_FRACTION = re.compile(r"([-+]?)\(?(?:([0-9]+) )?\(?([-+]?)([0-9]+)\)?/\(?([-+]?)(0*[1-9][0-9]*)\)?\)?")


def with_mixed_numbers(text: str) -> str:
    r"""A text in which mixed numbers are written with a slash.

    >>> with_mixed_numbers(r"E = 3\frac{1}{2} = 3½")
    'E = 3 1/2 = 3 1/2'
    """
    return _MIXED.sub(_mixed, text)


def _mixed(found: re.Match[str]) -> str:
    whole, sign, *numbers = found.groups()
    return f"{whole} {SIGNS.get(sign) or '/'.join(filter(None, numbers))}"


def fraction(text: str) -> Number | None:
    """The number that a fraction of whole numbers is; None if a text is no such fraction.

    >>> fraction("-(39/320)"), fraction("3 1/2")
    (Number(value=-0.121875, text='-39/320'), Number(value=3.5, text='3 1/2'))
    """
    text = re.sub(r"(?<![0-9]) +| +(?![0-9])", "", " ".join(text.split()))
    found = _FRACTION.fullmatch(text.removeprefix("(").removesuffix(")") if text[0] == "(" else text)
    if found is None:
        return None
    sign, whole, above_sign, above, below_sign, below = found.groups()
    is_negative = (sign, above_sign, below_sign).count("-") % 2 == 1
    if whole and (above_sign or below_sign):
        return None
    value = int(whole or 0) + int(above) / int(below)
    text = f"{'-' if is_negative else ''}{f'{whole} ' if whole else ''}{above}/{below}"
    return Number(-value if is_negative else value, text)

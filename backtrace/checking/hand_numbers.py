"""Numbers as people write them by hand: 0,71, ≈ 0.71, 7.1·10⁻¹.

A number by itself says what its comma is, but for those like 1,234: there the rest of the sheet does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from backtrace.checking.commands import SUPERSCRIPTS

_ENDS = r"(?![0-9]|[.,][0-9])"
_SURE = re.compile(rf"(?<![0-9.,])0(?:,|\{{,\}})[0-9]{{2,}}{_ENDS}")
_POINT = re.compile(rf"(?<![0-9.,])[0-9]+\.[0-9]+{_ENDS}")
# In a text; where an index stands, as in w_{1,2}, or a list begins, a comma parts two numbers.
_COMMA = re.compile(rf"(?<!_\{{)(?<![0-9.,_\[A-Za-z])([0-9]+)(?:,|\{{,\}})([0-9]+){_ENDS}")

_DECIMAL = re.compile(r"[-+]?[0-9]*,[0-9]+(?:[eE][-+]?[0-9]+)?")
_MAYBE_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")
_EQUALS = re.compile(r"[=≈~]\s*")
_POWER = re.compile(
    r"([-+]?[0-9.,]+)\s*[*x×·⋅]\s*10\s*(?:(?:\^|\*\*)\s*\(?([-+]?[0-9]{1,4})\)?|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4}))"
)
_BEFORE, _BEHIND = re.compile(r"[-+−]?[0-9]+"), re.compile(r"[0-9]+(?:[eE][-+]?[0-9]+)?")


def has_commas(texts: Iterable[str]) -> bool:
    """Whether more numbers have a comma that can only be decimal than have a decimal point.

    >>> has_commas(["h_1 = 0,71"]), has_commas(["h_1 = 0.71", "(0,1)"])
    (True, False)
    """
    return sum(len(_SURE.findall(text)) - len(_POINT.findall(text)) for text in texts) > 0


def with_points(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines of a document, where its writer has decimal commas with points in their place."""
    lines = list(lines)
    if not has_commas(text for _, text in lines):
        return iter(lines)
    return ((number, _COMMA.sub(r"\1.\2", text)) for number, text in lines)


def plain_number(text: str, has_commas: bool) -> str:
    """A number as programs write it; `has_commas` says what the comma of 1,234 is.

    What is no number comes back as it is, but for what may stand before one.

    >>> plain_number("≈ −0,6", False), plain_number("7.1·10⁻¹", False), plain_number("1,234", True)
    ('-0.6', '7.1e-1', '1.234')
    """
    number = text.replace("−", "-")
    equals = _EQUALS.match(number)
    number = number[equals.end() :] if equals else number
    power = _POWER.fullmatch(number)
    if power:
        exponent = power[2] or "".join(SUPERSCRIPTS[sign] for sign in power[3])
        number = f"{power[1]}e{exponent}"
    is_decimal = _DECIMAL.fullmatch(number) and (has_commas or not _MAYBE_THOUSANDS.fullmatch(number))
    return number.replace(",", ".") if is_decimal else number


def joined(row: list[str], place: int) -> list[str]:
    """A row with a cell too many, because a decimal comma cut the number in two that begins at a place.

    >>> joined(["h_1", "0", "6", "1"], 1)
    ['h_1', '0.6', '1']
    """
    number = row[place : place + 2]
    if len(number) < 2 or not (_BEFORE.fullmatch(number[0].strip()) and _BEHIND.fullmatch(number[1].strip())):
        return row
    return [*row[:place], f"{number[0].strip()}.{number[1].strip()}", *row[place + 2 :]]

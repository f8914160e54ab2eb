"""Numbers as people write them by hand: 0,71, ≈ 0.71, 7.1·10⁻¹.

A number shows by itself whether its comma is decimal, except for those like 1,234: there the rest of the
sheet decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from backtrace.checking.lexing.latex import TooDeepError, plain
from backtrace.checking.lexing.tokens import number_of, tokens_of
from backtrace.checking.reading.lines import DocumentLine
from backtrace.config.cursor import to_number
from backtrace.errors import quoted
from backtrace.limits import LINE_CHARACTERS
from backtrace.symbolic.expressions import Number

SEARCHED_CHARACTERS = 1_000  # characters in which a number is looked for

_ENDS = r"(?![0-9]|[.,][0-9])"
_MARK = r"(?:,|\{,\})"
# In a text: 0,71; and what a side or a cell of a table begins with, but for 1,234 and a cell with 0,1.
_BEGINS = r"(?:[=≈~]|\\approx|\|(?!\s{0,9}[01],[01]\s{0,9}\|))[-+−\s$]*"
_SURE = re.compile(
    rf"(?<![0-9.,])0{_MARK}[0-9]{{2,}}{_ENDS}"
    rf"|{_BEGINS}(?:0{_MARK}[0-9]+|[0-9]+{_MARK}(?:[0-9]{{1,2}}|[0-9]{{4,}})){_ENDS}"
)
_POINT = re.compile(rf"(?<![0-9.,])[0-9]+\.[0-9]+{_ENDS}")
# In a text; in an index, as in w_{1,2}, or a list, a comma parts two numbers. But [0,6; 0,7] and
# [0,6, 0,7] are lists whose numbers are parted by something else.
_COMMA = re.compile(
    rf"(?<!_\{{)(?<![0-9.,_A-Za-z])(?:(?<!\[)|(?<=\[)(?=[0-9]+{_MARK}[0-9]+(?:;|,?\s[-+−]?[0-9])))"
    rf"([0-9]+){_MARK}([0-9]+){_ENDS}"
)

_DECIMAL = re.compile(r"(?<![0-9.,])([0-9]*),([0-9]+)(?![0-9.,])")
_MAYBE_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")
_EXPONENT = re.compile(r"10 *(?:\^|\*\*) *\+?(?=[-−0-9])")  # before it
_RELATION = re.compile("[=≈]")
_GAP = re.compile(r"[0-9.] +[0-9.]")  # two numbers side by side, perhaps
_BEFORE, _BEHIND = re.compile(r"[-+−]?[0-9]+"), re.compile(r"[0-9]+(?:[eE][-+]?[0-9]+)?")


def has_commas(texts: Iterable[str]) -> bool:
    """Whether more numbers have a comma that can only be decimal than have a decimal point.

    >>> has_commas(["h_1 = 0,71"]), has_commas(["h_1 = 0.71", "(0,1)"])
    (True, False)
    """
    short = (text for text in texts if len(text) <= LINE_CHARACTERS)
    return sum(len(_SURE.findall(text)) - len(_POINT.findall(text)) for text in short) > 0


def with_points(lines: Iterable[DocumentLine]) -> Iterable[DocumentLine]:
    """The lines of a document; if its writer has decimal commas, with points in their place."""
    lines = list(lines)
    if not has_commas(line.text for line in lines):
        return lines
    return (line._replace(text=_COMMA.sub(r"\1.\2", line.text)) for line in lines)


def read_number(
    text: str, expected: str = "a number", has_commas: bool = False, has_working: bool = False
) -> Number | str:
    """The number that a text is, or what is wrong with it; "=" or "≈" may be in front.

    `has_commas` says that the comma of 1,234 is decimal. With `has_working` other sides may be in front of
    the number, as long as they name nothing; they are not evaluated.

    >>> read_number("≈ −0,6").text, read_number("7.1·10⁻¹").text, read_number("1,234", has_commas=True).text
    ('-0.6', '7.1e-1', '1.234')
    """
    read = to_number(text, expected)
    if isinstance(read, Number):
        return read
    *working, last = sides_of(text)
    is_allowed = not _names(working) if has_working else not any(map(str.strip, working))
    number = _number_in(last.strip(), has_commas) if is_allowed else None
    if number is None or ("/" in number.text and has_working):
        return read
    if "/" in number.text:
        return number
    read = to_number(number.text, expected)
    return read if isinstance(read, Number) else read.replace(quoted(number.text), quoted(text), 1)


def sides_of(text: str) -> list[str]:
    """The sides between the relations of a text, in plain notation; "" alone where no number can be."""
    is_searched = len(text) <= SEARCHED_CHARACTERS and "_" not in text  # here a mark of emphasis
    try:
        return _RELATION.split(plain(_EXPONENT.sub("10^", text))) if is_searched else [""]
    except TooDeepError:
        return [""]


def _names(sides: Iterable[str]) -> bool:
    """Whether a quantity is named in one of the sides."""
    return any(token.kind in ("name", "derivative") for side in sides for token in tokens_of(side))


def _number_in(side: str, has_commas: bool) -> Number | None:
    """The number that a side is; None if it is none, or nobody knows which."""
    if "/" in side:
        return number_of(tokens_of(side))
    if _GAP.search(side) or (_MAYBE_THOUSANDS.fullmatch(side) and not has_commas):
        return None
    side = _DECIMAL.sub(r"\1.\2", side)
    read = to_number(side)
    return read if isinstance(read, Number) else number_of(tokens_of(side))


def joined(row: list[str], place: int) -> list[str]:
    """A row with one cell too many, with the number at a place joined that its decimal comma cut in two.

    >>> joined(["h_1", "0", "6", "1"], 1)
    ['h_1', '0.6', '1']
    """
    number = row[place : place + 2]
    if len(number) < 2 or not (_BEFORE.fullmatch(number[0].strip()) and _BEHIND.fullmatch(number[1].strip())):
        return row
    return [*row[:place], f"{number[0].strip()}.{number[1].strip()}", *row[place + 2 :]]

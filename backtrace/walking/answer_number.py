"""A typed answer as a number, in the ways it may be written on a sheet: 0,6 or = 0.6 or 1.2·10⁻³.

Must not know the question.
"""

from __future__ import annotations

from backtrace.checking.lexing.tokens import tokens_of
from backtrace.checking.naming.side_parser import parse_side
from backtrace.checking.reading.handwritten_numbers import read_number, sides_of
from backtrace.errors import quoted
from backtrace.symbolic.expressions import Number, symbols

_AS = "as 0.65 or -1.2e-3"


def read_answer(text: str) -> Number | str:
    """The number that `text` ends in, or a message; nothing is computed.

    >>> read_answer("0.1 + 0.5 = 0,6")
    Number(value=0.6, text='0.6')
    >>> read_answer("1/3")
    "found '1/3'; expected its result, as 0.65 or -1.2e-3"
    """
    read = read_number(text, f"a number, {_AS}", has_working=True)
    if isinstance(read, Number):
        return read
    computation = parse_side(tokens_of(sides_of(text)[-1]))
    if computation is None or isinstance(computation, Number) or any(True for _ in symbols(computation)):
        return read
    return f"found {quoted(text)}; expected its result, {_AS}"

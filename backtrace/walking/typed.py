"""The number that is typed for an answer, in the ways it may stand on a sheet: 0,6 or = 0.6 or 1.2·10⁻³."""

from __future__ import annotations

import re

from backtrace.checking.latex import TooDeepError, plain
from backtrace.checking.sides import side
from backtrace.checking.tokens import number_of, tokens_of
from backtrace.config.cursor import to_number
from backtrace.derivation.expressions import Number, symbols
from backtrace.errors import quoted

_AS = "as 0.65 or -1.2e-3"
_RELATION = re.compile("[=≈]")
_DECIMAL_COMMA = re.compile(r"(?<![0-9.,])([0-9]*),([0-9]{1,2}|[0-9]{4,})(?![0-9.,])")
_EITHER = re.compile(r"\s*[-+]?[1-9][0-9]{0,2},[0-9]{3}\s*")  # a decimal comma, or one between thousands


def typed_number(text: str) -> Number | str:
    """The number that `text` ends in, or what is wrong with it; nothing is worked out.

    >>> typed_number("0.1 + 0.5 = 0,6")
    Number(value=0.6, text='0.6')
    >>> typed_number("1/3")
    "found '1/3'; expected what it comes to, as 0.65 or -1.2e-3"
    """
    read = to_number(text, f"a number, {_AS}")
    if isinstance(read, Number):
        return read
    try:
        *working, last = _RELATION.split(plain(text))
    except TooDeepError:
        return read
    number = None if _EITHER.fullmatch(last) else number_of(tokens_of(_DECIMAL_COMMA.sub(r"\1.\2", last)))
    names = [token for token in tokens_of(" ".join(working)) if token.kind in ("name", "derivative")]
    if number is not None and not names:
        return to_number(number)
    computation = side(last)
    if computation is None or isinstance(computation, Number) or any(True for _ in symbols(computation)):
        return read
    return f"found {quoted(text)}; expected what it comes to, {_AS}"

"""Lines of a document with their numbers. Must not know what a line says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

Reporter = Callable[[int, str], None]  # is given the number and the text of a line that was not understood

_LINE_END = re.compile(r"\r\n|\n|\r")  # as editors count; a form feed, for one, begins no line


class DocumentLine(NamedTuple):
    """A line of a document; `left` is the name that a table gives to the number in it."""

    number: int
    text: str
    left: str = ""


def numbered_lines(text: str) -> list[DocumentLine]:
    r"""The lines of a text, counted from 1.

    >>> numbered_lines("h_1\r\n= 0.6")
    [DocumentLine(number=1, text='h_1', left=''), DocumentLine(number=2, text='= 0.6', left='')]
    """
    return [DocumentLine(number, line) for number, line in enumerate(_LINE_END.split(text), 1)]

"""Formulas and prose → lines that are not wider than a column.

Broken between pieces, at the best place that fits. Must not know tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from rich.cells import cell_len

from backtrace.typesetting.pieces import ARGUMENT, TERM, Break, Pieces, breaks

Line = str | Sequence[str]  # prose, or the pieces of a formula


def text_of(line: Line) -> str:
    """The whole of a line."""
    return line if isinstance(line, str) else "".join(line)


def broken(line: Line, width: int) -> list[str]:
    """Prose at its spaces; a formula before a + or -, else at a factor or a bracket. No number is parted.

    >>> from backtrace.typesetting.pieces import BESIDE, PLUS
    >>> broken(["0.645656", BESIDE, "(", "0.01", ")", PLUS, "0.668188", BESIDE, "(", "0.02", ")"], 20)
    ['0.645656(0.01)', '+ 0.668188(0.02)']
    """
    whole = text_of(line)
    if cell_len(whole) <= width:
        return [whole]
    return _broken(prose(line) if isinstance(line, str) else list(line), width)


def wrapped(text: str, width: int) -> list[str]:
    """Sentences in lines, as full as they can be."""
    return _broken(prose(text, better=""), width)


def prose(text: str, better: str = ",·|") -> list[str]:
    """Words, with a break between them that disturbs less after one of some signs."""
    first, *others = text.split(" ")
    pieces = [first]
    for word in others:
        rank = TERM if pieces[-1][-1:] in tuple(better) else ARGUMENT
        pieces += Break(" ", rank), word
    return pieces


def _broken(pieces: list[str], width: int) -> list[str]:
    lines = []
    while cell_len(text := "".join(pieces)) > width:
        place = _best(pieces, width)
        if place:
            sign = pieces[place]
            begins_next = sign[:1] == " "
            lines.append("".join(pieces[:place]) + ("" if begins_next else sign.rstrip()))
            pieces = [sign.lstrip() if begins_next else "", *pieces[place + 1 :]]
        else:
            fitting = sum(end <= width for end in accumulate(map(cell_len, text))) or 1
            lines.append(text[:fitting])
            pieces = _without(pieces, fitting)
    return [*lines, text]


def _best(pieces: Pieces, width: int) -> int:
    """The best break that fits: of the lowest rank, in the fewest brackets, the last; 0 if there is none."""
    ends = list(accumulate(cell_len(str(piece)) for piece in pieces))
    found = [
        (piece.rank, depth, -place)
        for place, piece, depth in breaks(pieces)
        if place and ends[place - 1] and ends[place - 1] + _at_the_end(piece) <= width
    ]
    return -min(found)[2] if found else 0


def _at_the_end(sign: Break) -> int:
    """The width that a sign takes at the end of a line."""
    return 0 if sign[:1] == " " else len(sign.rstrip())


def _without(pieces: list[str], count: int) -> list[str]:
    """The pieces without so many characters at their beginning."""
    for place, piece in enumerate(pieces):
        if len(piece) > count:
            return [piece[count:], *pieces[place + 1 :]]
        count -= len(piece)
    return []

r"""Equations → the lines of an `align*`: few where there is room, broken at the equals signs, then in sums.

Must not know quantities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from backtrace.typesetting.latex import latex
from backtrace.typesetting.pieces import MINUS, PLUS, Digits, Pieces
from backtrace.views.latex.breaks import broken, width

ROOM = 85.0  # digits on a line of a page with margins of 25 mm
NARROW = 66.0  # and on one of the article class as it is

_GAP = 1.5  # around the equals sign that begins a line, and before a continuation line
_EQUALS = " = "


class LatexRow(NamedTuple):
    """A quantity and the sides that it is equal to, from its formula to its value."""

    name: Pieces
    sides: tuple[Pieces, ...]


def align(rows: Sequence[LatexRow], room: float) -> Iterator[str]:
    """The lines of one `align*` that holds the rows."""
    free = room - max(width(row.name) for row in rows) - _GAP
    lines = [(line, number) for number, row in enumerate(rows) for line in _lines(row, free)]
    yield r"\begin{align*}"
    for (line, number), (_, after) in zip(lines, [*lines[1:], (None, None)], strict=True):
        ending = "" if after is None else r" \\" if after == number else r" \\[1ex]"
        yield f"{line}{ending}"
    yield r"\end{align*}"


def align_sums(name: Pieces, sums: Sequence[Sequence[Pieces]], room: float) -> Iterator[str]:
    """The lines of an `align*` for one quantity, a line for each term of the sums that it is equal to."""
    free = room - width(name) - _GAP
    lines = []
    for terms in sums:
        for place, term in enumerate(terms):
            signed = term if not place else [MINUS, *term[1:]] if term[0] == "-" else [PLUS, *term]
            first, *rest = map(_text, broken(signed, free))
            lines.append(rf"&\quad {first}" if place else f"{latex(name)} &= {first}")
            lines += [rf"&\qquad {part}" for part in rest]
        name = ()
    yield r"\begin{align*}"
    yield " \\\\[0.5ex]\n".join(lines)
    yield r"\end{align*}"


def _lines(row: LatexRow, room: float) -> Iterator[str]:
    name = latex(row.name)
    sides = [side for before, side in pairwise((row.name, *row.sides)) if not _is_same(before, side)]
    for group in _grouped(sides, room):
        joined = _joined(group)
        first, *rest = map(_text, [joined] if len(group) > 1 else broken(joined, room))
        yield f"{name} &= {first}"
        for part in rest:
            yield rf"&\quad {part}"
        name = ""


def _text(line: Pieces) -> str:
    return latex(line).strip()


def _is_same(before: Pieces, side: Pieces) -> bool:
    """Whether a side says no more than the one before it: 0.4 after the 0.40 of the config."""
    values = _value(before), _value(side)
    return values[0] == values[1] if None not in values else list(before) == list(side)


def _value(pieces: Pieces) -> float | None:
    """The number that a side is, if it is nothing else."""
    sign = -1.0 if pieces[:1] and pieces[0] == "-" else 1.0
    digits = pieces[1:] if sign < 0 else pieces
    return sign * float(digits[0]) if len(digits) == 1 and isinstance(digits[0], Digits) else None


def _joined(sides: Sequence[Pieces]) -> Pieces:
    first, *rest = sides
    return [*first, *(piece for side in rest for piece in (_EQUALS, *side))]


def _grouped(sides: Sequence[Pieces], room: float) -> list[list[Pieces]]:
    """The sides by line: all on one, or all but the first, or each on its own."""
    for groups in ([list(sides)], [list(sides[:1]), list(sides[1:])]):
        if all(not group or width(_joined(group)) <= room for group in groups):
            return [group for group in groups if group]
    return [[side] for side in sides]

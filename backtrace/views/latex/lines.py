r"""Equations → the lines of an `align*`: few where there is room, broken at the equals signs, then in sums.

Knows nothing of quantities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from backtrace.views.latex.breaks import broken, width

ROOM = 85.0  # digits on a line of a page with margins of 25 mm
NARROW = 66.0  # and on one of the article class as it is

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_GAP = 1.5  # round the equals sign that a line begins with, and before what goes on on the next


class Row(NamedTuple):
    """A quantity and what it is equal to, from its formula to its value."""

    name: str
    sides: tuple[str, ...]


def align(rows: Sequence[Row], room: float) -> Iterator[str]:
    """The lines of one `align*` that holds the rows."""
    free = room - max(width(row.name) for row in rows) - _GAP
    lines = [(line, number) for number, row in enumerate(rows) for line in _lines(row, free)]
    yield r"\begin{align*}"
    for (line, number), (_, after) in zip(lines, [*lines[1:], (None, None)], strict=True):
        ending = "" if after is None else r" \\" if after == number else r" \\[1ex]"
        yield f"{line}{ending}"
    yield r"\end{align*}"


def align_sums(name: str, sums: Sequence[Sequence[str]], room: float) -> Iterator[str]:
    """The lines of an `align*` for one quantity, a line for each term of the sums that it is equal to."""
    free = room - width(name) - _GAP
    lines = []
    for terms in sums:
        sign = f"{name} &= "
        for term in terms:
            joined = term if sign.endswith("= ") else f"- {term[1:]}" if term[0] == "-" else f"+ {term}"
            first, *rest = broken(joined, free)
            lines += [f"{sign}{first}", *(rf"&\qquad {part}" for part in rest)]
            sign = r"&\quad "
        name = ""
    yield r"\begin{align*}"
    yield " \\\\[0.5ex]\n".join(lines)
    yield r"\end{align*}"


def _lines(row: Row, room: float) -> Iterator[str]:
    name = row.name
    sides = [side for before, side in pairwise((name, *row.sides)) if not _is_same(before, side)]
    for group in _grouped(sides, room):
        text = " = ".join(group)
        first, *rest = [text] if len(group) > 1 else broken(text, room)
        yield f"{name} &= {first}"
        for part in rest:
            yield rf"&\quad {part}"
        name = ""


def _is_same(before: str, side: str) -> bool:
    """Whether a side says no more than the one before it: 0.4 after the 0.40 of the config."""
    if _NUMBER.fullmatch(before) and _NUMBER.fullmatch(side):
        return float(before) == float(side)
    return before == side


def _grouped(sides: Sequence[str], room: float) -> list[list[str]]:
    """Which sides share a line: all of them, or all but the first, or none."""
    for groups in ([list(sides)], [list(sides[:1]), list(sides[1:])]):
        if all(not group or width(" = ".join(group)) <= room for group in groups):
            return [group for group in groups if group]
    return [[side] for side in sides]

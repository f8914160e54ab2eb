r"""Equations → the lines of an `align*`: few where there is room, broken at the equals signs, then in sums.

Knows nothing of quantities; a text is measured by about how wide LaTeX sets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

ROOM = 85.0  # digits on a line of a page with margins of 25 mm
NARROW = 66.0  # and on one of the article class as it is

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.| [-+=<>] |.", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WIDTHS = {" ": 0.0, "{": 0.0, "}": 0.0, "&": 4.0, ",": 0.9, ".": 0.6, "(": 0.8, ")": 0.8, "[": 0.6, "]": 0.6}
_WIDTHS |= dict.fromkeys((r"\biggl", r"\biggr"), 0.6)
_WIDTHS |= {r"\left": 0.0, r"\right": 0.0, r"\mathrm": 0.0, r"\text": 0.0, r"\operatorname": 0.4}
_WIDTHS |= {r"\cdot": 1.5, r"\cdots": 3.0, r"\ge": 2.7, r"\ ": 0.7, r"\hat": 0.0, r"\sqrt": 1.7, r"\_": 1.0}
_WIDTHS |= dict.fromkeys((" = ", " + ", " - ", " < ", " > "), 2.6) | {"-": 1.6, "+": 1.6}
_WIDTHS |= dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1.5) | {"m": 1.7, "w": 1.4}
_SMALL = 0.72
_GAP = 1.5  # round the equals sign that a line begins with, and before what goes on on the next


# What no line ends within, if it can be; braces and the like in no case. Brackets of a fixed height may.
_BRACES = {"{": "}", r"\left|": r"\right|", r"\begin": r"\end"}
_BRACKETS = {**_BRACES, "(": ")", "[": "]"}
_LOOSE = {r"\left(": r"\biggl(", r"\right)": r"\biggr)"}


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


def broken(text: str, room: float) -> list[str]:
    r"""A side in lines, before a + or -, or else a dot between factors; in brackets only where it has to be.

    >>> broken(r"a \\cdot b + c \\cdot (d + e) - f", 16)
    ['a \\\\cdot b', '+ c \\\\cdot (d + e)', '- f']
    """
    lines = _filled(text, room, _BRACKETS)
    if max(map(width, lines)) <= room:
        return lines
    for tall, loose in _LOOSE.items():
        text = text.replace(tall, loose)
    return _filled(text, room, _BRACES)


def _filled(text: str, room: float, pairs: Mapping[str, str]) -> list[str]:
    """As much on each line as there is room for."""
    lines, line = [], ""
    for piece in _pieces(text, " [-+] ", pairs):
        for part in [piece] if width(piece) <= room else _pieces(piece, r" \\cdot ", pairs):
            if line and width(f"{line} {part}") > room:
                lines.append(line)
                line = part
            else:
                line = f"{line} {part}" if line else part
    return [*lines, line]


def _pieces(text: str, sign: str, pairs: Mapping[str, str]) -> list[str]:
    """The parts of a text, each but the first with the sign that it begins with."""
    ends = [found.start() for found in re.finditer(sign, text) if _is_open(text[: found.start()], pairs)]
    return [text[a:b].strip() for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]


def _is_open(before: str, pairs: Mapping[str, str]) -> bool:
    """Whether what stands before a place leaves no pair half done."""
    return sum(map(before.count, pairs)) == sum(map(before.count, pairs.values()))


def width(text: str) -> float:
    """About how many digits wide a formula is."""
    return _Measure(text).until("")


class _Measure:
    def __init__(self, text: str) -> None:
        self.tokens = iter(_TOKEN.findall(text))

    def until(self, end: str) -> float:
        total = 0.0
        for token in self.tokens:
            if token == end:
                break
            total += self.of(token)
        return total

    def next(self) -> float:
        return self.of(next(self.tokens, " "))

    def of(self, token: str) -> float:
        if token == "{":
            return self.until("}")
        if token in "_^":
            return _SMALL * self.next() + 0.1
        if token == r"\frac":
            return max(self.next(), self.next()) + 0.5
        if token == r"\tfrac":
            return _SMALL * max(self.next(), self.next())
        if token in (r"\begin", r"\end"):
            self.next()
            return 1.0
        if token in _WIDTHS:
            return _WIDTHS[token]
        word = token[1:] if token[0] == "\\" else token
        return float(len(word)) if word in ("ln", "sin", "cos", "tanh", "max", "min", "log") else 1.1

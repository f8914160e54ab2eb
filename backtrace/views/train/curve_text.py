"""A curve of costs: as dots of text for a terminal, and the scale that both its pictures have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from backtrace.training.curve import Mark

Scale = Literal["auto", "linear", "log"]
LOG_FROM = 50  # times that the largest cost is the smallest, from which on `auto` is logarithmic
_BRAILLE = 0x2800
# The dots of a cell, by row and column, as they are added up to a sign of braille.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_STAR = ((1,),)


class Axes(NamedTuple):
    """Where costs and steps are on a picture, each from 0 to 1."""

    is_log: bool
    low: float
    high: float
    last: int

    def height(self, cost: float) -> float:
        """The height of a cost, from 0 to 1."""
        if self.high == self.low:
            return 0.5
        if self.is_log:
            return (math.log(cost) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (cost - self.low) / (self.high - self.low)

    def across(self, steps: int) -> float:
        """The place of a number of steps from the left, from 0 to 1."""
        return steps / self.last if self.last else 0.0


def axes_of(curve: Sequence[Mark], scale: Scale) -> tuple[list[Mark], Axes]:
    """The points that can be drawn, and the axes for them."""
    points = [mark for mark in curve if math.isfinite(mark.cost)]
    low = min((mark.cost for mark in points), default=0.0)
    high = max((mark.cost for mark in points), default=0.0)
    is_log = scale == "log" or (scale == "auto" and 0 < low * LOG_FROM < high)
    if is_log and low <= 0:
        points = [mark for mark in points if mark.cost > 0]
        low = min((mark.cost for mark in points), default=1.0)
        high = max((mark.cost for mark in points), default=1.0)
    return points, Axes(is_log, low, high, max((mark.steps for mark in points), default=0))


def lines(curve: Sequence[Mark], scale: Scale, width: int, height: int, ascii: bool) -> list[str]:
    """The curve in so many columns and rows, with its axes."""
    points, axes = axes_of(curve, scale)
    if len(points) < 2:
        return []
    labels = [f"{axes.high:.4g}", *("" for _ in range(height - 2)), f"{axes.low:.4g}"]
    margin = max(map(len, labels))
    room = max(width - margin - 3, 8)
    drawn = _drawn(points, axes, room, height, ascii)
    bar, corner, line = ("|", "+", "-") if ascii else ("│", "└", "─")
    rows = [f"{label:>{margin}} {bar}{row.rstrip()}" for label, row in zip(labels, drawn, strict=True)]
    end = f"{axes.last:,} steps"
    kind = "log scale" if axes.is_log else ""
    foot = f"{'':>{margin}}  0 {kind:^{max(room - len(end) - 3, 0)}} {end}"
    return [*rows, f"{'':>{margin}} {corner}{line * room}", foot.rstrip()]


def _drawn(points: Sequence[Mark], axes: Axes, width: int, height: int, ascii: bool) -> list[str]:
    """Lines of braille, of two by four dots in a character, or of stars."""
    dots = _STAR if ascii else _DOTS
    rows, columns = len(dots), len(dots[0])
    cells = [[0] * width for _ in range(height)]
    for x, y in _filled(points, axes, width * columns, height * rows):
        cells[y // rows][x // columns] |= dots[y % rows][x % columns]
    signs = {0: " ", 1: "*"} if ascii else {0: " "}
    return ["".join(signs.get(cell, chr(_BRAILLE + cell)) for cell in row) for row in cells]


def _filled(points: Sequence[Mark], axes: Axes, width: int, height: int) -> set[tuple[int, int]]:
    """The dots of the curve, column and row; between two columns a straight line."""
    places = [
        (axes.across(mark.steps) * (width - 1), (1 - axes.height(mark.cost)) * (height - 1))
        for mark in points
    ]
    found = {(round(x), round(y)) for x, y in places}
    for (x, y), (next_x, next_y) in pairwise(places):
        for column in range(math.ceil(x), math.floor(next_x) + 1):
            share = (column - x) / (next_x - x) if next_x > x else 0.0
            found.add((column, round(y + share * (next_y - y))))
    return found

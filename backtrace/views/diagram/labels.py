"""Where labels stand between two columns: on their edges, where none overlap; else the columns move apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backtrace.views.diagram.geometry import Box, Size

MARGIN = 6.0  # between a label and the columns at its sides
WIDEST, STEP = 700.0, 30.0  # how far columns are moved apart, and in what steps
WORTH = 60.0  # the distance that it is worth to keep one more edge off a label
MIDDLE = 0.45  # of an edge: where a label stands best
LOOSE = 2.0  # the room that labels need, as so many times their own
EFFORT = 20_000  # divided by the square of the number of labels: widths that are tried after a good one
PLACES = 25  # that are tried for a label along its edge


def labelled(
    labels: dict[int, Size], ends: dict[int, tuple[float, float]], start: float, least: float, extent: float
) -> tuple[float, dict[int, Box]]:
    """How far apart two columns are, at least so far, and the labels in between; none where there is no room.

    `labels` are those of some edges; `ends` are the heights at which all edges leave a column, which ends at
    `start`, and meet the next one. `extent` is how high the columns are.
    """
    widest = max(size.width for size in labels.values())
    area = LOOSE * sum(size.width * size.height for size in labels.values())
    narrow = max(least, widest + 50, area / extent)
    best: tuple[float, float, dict[int, Box]] | None = None
    tries = 2 + EFFORT // len(labels) ** 2
    width = narrow
    while width <= max(WIDEST, narrow) and tries:
        for order in _orders(labels, ends):
            placed, crossed = _placed(order, labels, ends, start, width)
            badness = crossed + (width - narrow) / WORTH
            if placed and (best is None or badness < best[0]):
                best = badness, width, placed
        width += STEP
        tries -= best is not None
        if best and (width - narrow) / WORTH >= best[0]:
            break  # no other could be better
    return best[1:] if best else (narrow, {})


def _orders(labels: dict[int, Size], ends: dict[int, tuple[float, float]]) -> Iterator[Sequence[int]]:
    """Orders in which labels may be placed: one may work out where another does not."""
    yield sorted(labels, key=lambda edge: (ends[edge][1], ends[edge][0]))
    yield sorted(labels, key=ends.__getitem__)
    yield sorted(labels, key=lambda edge: abs(ends[edge][1] - ends[edge][0]))


class _Placed(NamedTuple):
    """A label's middle, half its width and height; how far off its best place it is, how often crossed."""

    x: float
    y: float
    wide: float
    high: float
    off: float
    crossed: int

    def box(self) -> Box:
        return Box(self.x - self.wide, self.y - self.high, self.x + self.wide, self.y + self.high)


def _placed(
    order: Sequence[int],
    labels: dict[int, Size],
    ends: dict[int, tuple[float, float]],
    start: float,
    width: float,
) -> tuple[dict[int, Box], int]:
    """The box of every label, on its edge and clear of the others, none if one finds no place.

    And how often other edges go through them.
    """
    lines = {edge: (left - (right - left) / width * start, (right - left) / width)
             for edge, (left, right) in ends.items()}  # fmt: skip
    placed: dict[int, _Placed] = {}
    for edge in order:
        others = [line for line in lines.values() if line != lines[edge]]
        best: _Placed | None = None
        for off, x in _along(labels[edge].width, start, width):
            if best and off >= best.off + best.crossed:
                break  # the places that are left are further off
            height, slope = lines[edge]
            y, wide, high = height + slope * x, labels[edge].width / 2, labels[edge].height / 2
            if any(abs(x - p.x) < wide + p.wide and abs(y - p.y) < high + p.high for p in placed.values()):
                continue
            crossed = sum([abs(h + s * x - y) < high + abs(s) * wide for h, s in others])
            if best is None or off + crossed < best.off + best.crossed:
                best = _Placed(x, y, wide, high, off, crossed)
        if best is None:
            return {}, 0
        placed[edge] = best
    return {edge: place.box() for edge, place in placed.items()}, sum(p.crossed for p in placed.values())


def _along(wide: float, start: float, width: float) -> list[tuple[float, float]]:
    """How far off the best place, and where, the middle of a label may be along its edge; the best first."""
    free = width - 2 * MARGIN - wide
    xs = (MARGIN + wide / 2 + free * k / (PLACES - 1) for k in range(PLACES))
    return sorted((abs(x / width - MIDDLE), start + x) for x in xs)

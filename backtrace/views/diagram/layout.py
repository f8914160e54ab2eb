"""Places of nodes, edges and labels in a picture: columns from left to right at fixed distances.

Owns coordinates: sizes go in, places come out. Must not know the text in a box.

Between two columns of nodes the labels of the edges form a column of their own, as wide as the widest of
them, in the order of the units that they lead to. Each edge runs through its own label, so no edge crosses
another one's label. An edge that skips a column has a slot of its own there, so it crosses no box.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

BETWEEN = 26.0  # the distance between two boxes in the fullest column
LAYERED = 42.0  # the same in a network, whose layers have room for the labels beside them
BETWEEN_LABELS = 5.0
SLOT = 16.0  # the height of a slot through which an edge skips a column
LEAST = 70.0  # between two columns
SWEEPS = (1, -1, 1, -1, 1)  # over the columns: to the right, back to the left, …
STEEPEST = 7.0  # the height of a picture over the distance that its edges have to climb it


class PagePoint(NamedTuple):
    """A place on the page."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> PagePoint:
        return PagePoint((self.left + self.right) / 2, (self.top + self.bottom) / 2)

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Size(NamedTuple):
    """The extent of a box."""

    width: float
    height: float


class LayoutPlan(NamedTuple):
    """The sizes of everything in a picture.

    `columns` has the numbers of nodes, from the top; `edges` pairs of them, and `labels` the sizes of their
    labels, or None. `headings` are the widths of the columns' headings. Nodes in `right` are at the right
    side of their column, others in the middle. With `ordered` the nodes of a column keep their order;
    otherwise they move to where edges cross less.
    """

    sizes: Sequence[Size]
    columns: Sequence[Sequence[int]]
    edges: Sequence[tuple[int, int]]
    labels: Sequence[Size | None]
    headings: Sequence[float]
    ordered: bool
    right: frozenset[int] = frozenset()


class Layout(NamedTuple):
    """The boxes of nodes, the corners of edges, the boxes of labels, the middles of columns; the extent."""

    boxes: Sequence[Box]
    lines: Sequence[Sequence[PagePoint]]
    labels: Sequence[Box | None]
    columns: Sequence[float]
    size: Size


class _Slot(NamedTuple):
    """A place in a column: a node, the label of an edge (`edge`), or where edges from `node` pass."""

    column: int
    node: int
    edge: int | None = None


def lay_out(plan: LayoutPlan) -> Layout:
    """Place everything; the top left corner is 0, 0."""
    return _Arrangement(plan).layout()


class _Arrangement:
    """Columns of slots: the even ones hold nodes, the odd ones between them hold labels."""

    def __init__(self, plan: LayoutPlan) -> None:
        self.plan = plan
        self.column = {node: 2 * k for k, nodes in enumerate(plan.columns) for node in nodes}
        self.labelled = {
            self.column[target] - 1 for (_, target), size in zip(plan.edges, plan.labels, strict=True) if size
        }
        self.columns: list[list[_Slot]] = [[] for _ in range(2 * len(plan.columns) - 1)]
        for node, column in self.column.items():
            self.columns[column].append(_Slot(column, node))
        self.routes = [self.route(edge) for edge in range(len(plan.edges))]
        passing = dict.fromkeys(slot for route in self.routes for slot in route[1:-1])
        for slot in passing:
            self.columns[slot.column].append(slot)
        if not plan.ordered:
            self.unravel()
        self.sort_labels()
        self.widths = [max((self.size(slot).width for slot in slots), default=0.0) for slots in self.columns]
        self.widths[::2] = map(max, self.widths[::2], plan.headings)

    def route(self, edge: int) -> list[_Slot]:
        """The slots that an edge runs through, with both its ends."""
        source, target = self.plan.edges[edge]
        first, last = self.column[source], self.column[target]
        between = [
            _Slot(column, source, edge if column == last - 1 and self.plan.labels[edge] else None)
            for column in range(first + 1, last)
            if column % 2 == 0 or column in self.labelled
        ]
        return [_Slot(first, source), *between, _Slot(last, target)]

    def size(self, slot: _Slot) -> Size:
        if slot.edge is not None:
            return self.plan.labels[slot.edge] or Size(0, SLOT)
        return self.plan.sizes[slot.node] if self.is_own(slot) else Size(0, SLOT)

    def is_own(self, slot: _Slot) -> bool:
        """Whether a slot is the place of a node."""
        return self.column[slot.node] == slot.column

    # The order within columns

    def joined(self) -> dict[tuple[_Slot, int], list[_Slot]]:
        """The neighbours of each slot, at the left (-1) and at the right (1)."""
        joined: dict[tuple[_Slot, int], list[_Slot]] = {}
        for left, right in dict.fromkeys(pair for route in self.routes for pair in pairwise(route)):
            joined.setdefault((left, 1), []).append(right)
            joined.setdefault((right, -1), []).append(left)
        return joined

    def unravel(self) -> None:
        """Move each slot to the mean place of its neighbours, left and right in turn: edges cross less."""
        joined = self.joined()
        for direction in SWEEPS:
            for column in range(len(self.columns))[::direction]:
                rank = {s: (k + 0.5) / len(slots) for slots in self.columns for k, s in enumerate(slots)}
                near = {
                    slot: _mean([rank[other] for other in joined.get((slot, -direction), (slot,))])
                    for slot in self.columns[column]
                }
                moved = sorted(near, key=near.__getitem__)
                if any(not {(slot, 1), (slot, -1)} & joined.keys() for slot in near):
                    # The dots of nodes left out have no edge: they keep their place in the column's order.
                    own = filter(self.is_own, self.columns[column])
                    moved = [next(own) if self.is_own(slot) else slot for slot in moved]
                self.columns[column] = moved

    def sort_labels(self) -> None:
        """Order labels by the nodes that they lead to, then by those that they come from."""
        rank = {slot: k for slots in self.columns[::2] for k, slot in enumerate(slots)}
        ends: dict[_Slot, tuple[int, int]] = {}
        for route in self.routes:
            for left, slot, right in zip(route, route[1:], route[2:], strict=False):
                if slot.column % 2:
                    ends[slot] = rank[right], rank[left]
        for slots in self.columns[1::2]:
            slots.sort(key=ends.__getitem__)

    # Places

    def layout(self) -> Layout:
        middle, whole = self.spread()
        lefts = self.lefts(whole)
        places: dict[_Slot, Box] = {}
        labels: list[Box | None] = [None] * len(self.plan.edges)
        for slot, y in middle.items():
            width, high = self.size(slot)
            if slot.edge is not None:  # an edge ends at its label: no stub of it beside a short one
                width = self.widths[slot.column]
            spare = self.widths[slot.column] - width
            is_right = self.is_own(slot) and slot.node in self.plan.right
            left = lefts[slot.column] + (spare if is_right else spare / 2)
            places[slot] = Box(left, y - high / 2, left + width, y + high / 2)
            if slot.edge is not None:
                labels[slot.edge] = places[slot]
        return Layout(
            [places[_Slot(self.column[node], node)] for node in range(len(self.plan.sizes))],
            [self.line(route, places, lefts) for route in self.routes],
            labels,
            [left + width / 2 for left, width in zip(lefts[::2], self.widths[::2], strict=True)],
            Size(lefts[-1] + self.widths[-1], whole),
        )

    def spread(self) -> tuple[dict[_Slot, float], float]:
        """The middle height of every slot, and the whole height, which each column fills evenly."""
        between = LAYERED if self.plan.ordered else BETWEEN
        taken = [sum(self.size(slot).height for slot in slots) for slots in self.columns]
        whole = max(
            used + len(slots) * (BETWEEN_LABELS if column % 2 else between)
            for column, (used, slots) in enumerate(zip(taken, self.columns, strict=True))
        )
        middle = {}
        for used, slots in zip(taken, self.columns, strict=True):
            space = (whole - used) / max(len(slots), 1)
            y = space / 2
            for slot in slots:
                high = self.size(slot).height
                middle[slot] = y + high / 2
                y += high + space
        return middle, whole

    def lefts(self, whole: float) -> list[float]:
        """The left side of every column."""
        climb = max(LEAST, whole / STEEPEST)
        lefts = [0.0]
        for column in range(0, len(self.columns) - 1, 2):
            here, label = self.widths[column : column + 2]
            gap = label + 2 * climb if column + 1 in self.labelled else LEAST
            start = lefts[-1] + here
            lefts += [start + (gap - label) / 2, start + gap]
        return lefts

    def line(
        self, route: Sequence[_Slot], places: dict[_Slot, Box], lefts: Sequence[float]
    ) -> list[PagePoint]:
        """The corners of an edge, which runs level through each column."""
        corners: list[PagePoint] = []
        for slot in route:
            box, left = places[slot], lefts[slot.column]
            start = box.right if slot is route[0] else left
            end = box.left if slot is route[-1] else left + self.widths[slot.column]
            corners += [PagePoint(start, box.middle.y), PagePoint(end, box.middle.y)]
        return list(dict.fromkeys(corners))


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)  # statistics takes longer to load than a picture to be laid out

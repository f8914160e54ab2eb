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

from backtrace.views.diagram.geometry import Box, PagePoint, Size

BETWEEN = 26.0  # the least distance between two boxes of a column
LAYERED = 42.0  # the same in a network, whose layers have room for the labels beside them
BETWEEN_LABELS = 5.0
SLOT = 16.0  # the height of a slot through which an edge skips a column
LEAST = 70.0  # between two columns; a heading may need more
SWEEPS = (1, -1, 1, -1, 1)  # over the columns: to the right, back to the left, …
STEEPEST = 7.0  # the height of a picture over the distance that its edges have to climb it


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


class EdgeLine(NamedTuple):
    """The corners of an edge: `way` as far as edges from the same source may share it, then `leg`."""

    way: tuple[PagePoint, ...]
    leg: tuple[PagePoint, ...]

    @property
    def corners(self) -> tuple[PagePoint, ...]:
        return (*self.way, *self.leg[1:])


class Layout(NamedTuple):
    """The boxes of nodes, the lines of edges, the boxes of labels, the middles of columns; and the extent."""

    boxes: Sequence[Box]
    lines: Sequence[EdgeLine]
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
            if slot.column % 2 or not plan.ordered:
                self.columns[slot.column].append(slot)
            else:
                self.pass_outside(slot)
        if not plan.ordered:
            self.unravel()
        self.sort_labels()
        self.widths = [max((self.size(slot).width for slot in slots), default=0.0) for slots in self.columns]

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

    def pass_outside(self, slot: _Slot) -> None:
        """Let edges pass above a layer if they come from the upper half of their own, else below it."""
        own = self.plan.columns[self.column[slot.node] // 2]
        above = own.index(slot.node) < (len(own) - 1) / 2
        slots = self.columns[slot.column]
        first = next(k for k, other in enumerate(slots) if self.is_own(other))
        slots.insert(first if above else len(slots), slot)

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
        middle = self.spread() if self.plan.ordered else self.near_neighbours()
        whole = max((y + self.size(slot).height / 2 for slot, y in middle.items()), default=0.0)
        lefts = self.lefts(whole)
        places: dict[_Slot, Box] = {}
        for slot, y in middle.items():
            width, high = self.size(slot)
            if slot.edge is not None:
                width = self.widths[
                    slot.column
                ]  # an edge ends at its label: no stub of it beside a short one
            spare = self.widths[slot.column] - width
            is_right = self.is_own(slot) and slot.node in self.plan.right
            left = lefts[slot.column] + (spare if is_right else spare / 2)
            places[slot] = Box(left, y - high / 2, left + width, y + high / 2)
        labels: list[Box | None] = [None] * len(self.plan.edges)
        for slot, box in places.items():
            if slot.edge is not None:
                labels[slot.edge] = box
        return Layout(
            [places[_Slot(self.column[node], node)] for node in range(len(self.plan.sizes))],
            [self.line(route, places, lefts) for route in self.routes],
            labels,
            [left + width / 2 for left, width in zip(lefts[::2], self.widths[::2], strict=True)],
            Size(lefts[-1] + self.widths[-1], whole),
        )

    def spread(self) -> dict[_Slot, float]:
        """The middle height of every slot of a network: each column fills the whole height evenly."""
        taken = [sum(self.size(slot).height for slot in slots) for slots in self.columns]
        whole = max(
            used + len(slots) * (BETWEEN_LABELS if column % 2 else LAYERED)
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
        return middle

    def near_neighbours(self) -> dict[_Slot, float]:
        """The middle height of every slot of a computation: as near its neighbours as there is room for."""
        joined = self.joined()
        middle: dict[_Slot, float] = {}
        for slots in self.columns:
            middle |= self.stacked(slots, [0.0] * len(slots))
        for direction in SWEEPS:
            for slots in self.columns[::direction]:
                beside = self.columns[slots[0].column - 2] if slots and slots[0].column else slots
                wanted = []
                for slot in slots:
                    is_alone = not {(slot, 1), (slot, -1)} & joined.keys()
                    there = joined.get((slot, -direction), beside if is_alone else (slot,))
                    wanted.append(_mean([middle[other] for other in there]))
                middle |= self.stacked(slots, wanted)
        top = min((y - self.size(slot).height / 2 for slot, y in middle.items()), default=0.0)
        return {slot: y - top for slot, y in middle.items()}

    def stacked(self, slots: Sequence[_Slot], wanted: Sequence[float]) -> dict[_Slot, float]:
        """Heights near the wanted ones, in order and apart; slots that would overlap move as one run."""
        offsets = [0.0]
        for above, below in pairwise(slots):
            offsets.append(offsets[-1] + (self.size(above).height + self.size(below).height) / 2 + BETWEEN)
        runs: list[list[float]] = []
        for want, offset in zip(wanted, offsets, strict=False):
            runs.append([want - offset])
            while len(runs) > 1 and _mean(runs[-2]) >= _mean(runs[-1]):
                runs[-2:] = [runs[-2] + runs[-1]]
        starts = [start for run in runs for start in [_mean(run)] * len(run)]
        return {slot: start + offset for slot, start, offset in zip(slots, starts, offsets, strict=False)}

    def lefts(self, whole: float) -> list[float]:
        """The left side of every column."""
        climb = max(LEAST, whole / STEEPEST)
        lefts = [0.0]
        for column in range(0, len(self.columns) - 1, 2):
            here, label, there = self.widths[column : column + 3]
            heading = sum(self.plan.headings[column // 2 : column // 2 + 2]) / 2 + 14
            least = max(LEAST, heading - (here + there) / 2)
            gap = max(least, label + 2 * climb) if column + 1 in self.labelled else least
            start = lefts[-1] + here
            lefts += [start + (gap - label) / 2, start + gap]
        return lefts

    def line(self, route: Sequence[_Slot], places: dict[_Slot, Box], lefts: Sequence[float]) -> EdgeLine:
        """The corners of an edge, which runs level through each column."""
        corners: list[PagePoint] = []
        for slot in route:
            box, left = places[slot], lefts[slot.column]
            y = box.middle.y
            if slot is not route[0]:
                corners.append(PagePoint(left, y))
            if slot is route[-1]:
                corners.append(PagePoint(box.left, y))
            else:
                if slot is route[0]:
                    corners.append(PagePoint(box.right, y))
                corners.append(PagePoint(left + self.widths[slot.column], y))
            if slot.column % 2 == 0 and slot is not route[-1]:
                leg = len(corners) - 1
        way, rest = corners[: leg + 1], corners[leg:]
        return EdgeLine(tuple(dict.fromkeys(way)), tuple(dict.fromkeys(rest)))


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)  # statistics takes longer to load than a picture to be laid out

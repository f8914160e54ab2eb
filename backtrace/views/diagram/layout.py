"""Where things stand in a picture: columns from left to right, edges between them, a place for every label.

Sizes come in, places come out; nothing here knows what is written in a box. An edge that skips columns has a
slot of its own in each of them, so that it passes no box.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from backtrace.views.diagram.geometry import Box, Point, Size
from backtrace.views.diagram.labels import labelled

BETWEEN = 26.0  # from one box of a column to the next, at least
LAYERED = 42.0  # in a network, where edges have labels
SLOT = 16.0  # the height of a place where an edge passes a column
STRETCHES = (1.0, 1.3, 1.7, 2.4, 3.5)  # of the heights, where widths alone make no room


class Plan(NamedTuple):
    """What is to be laid out.

    `columns` are nodes by number, from the top; `edges` pairs of them, and `labels` the sizes of what stands
    at these, or None. `headings` are the widths of the columns' headings. Nodes in `right` stand at the right
    side of their column, others in the middle. With `ordered` the nodes of a column stay in order and fill
    the height; otherwise they move to where their neighbours are.
    """

    sizes: Sequence[Size]
    columns: Sequence[Sequence[int]]
    edges: Sequence[tuple[int, int]]
    labels: Sequence[Size | None]
    headings: Sequence[float]
    ordered: bool
    right: frozenset[int] = frozenset()


class Layout(NamedTuple):
    """The boxes of nodes, the corners of edges, the boxes of labels, the middles of columns; and the extent.

    A label for which there is no place is None.
    """

    boxes: Sequence[Box]
    lines: Sequence[Sequence[Point]]
    labels: Sequence[Box | None]
    columns: Sequence[float]
    size: Size


def _around_labels(layout: Layout) -> Layout:
    """The same with room for labels that stand above all boxes, or below them."""
    labels = [box for box in layout.labels if box]
    down = max((-box.top for box in labels), default=0.0)
    lowest = max((box.bottom for box in labels), default=0.0)
    if down > 0:
        layout = layout._replace(
            boxes=[_lowered(box, down) for box in layout.boxes],
            lines=[[Point(x, y + down) for x, y in line] for line in layout.lines],
            labels=[_lowered(box, down) if box else None for box in layout.labels],
        )
    down = max(down, 0.0)
    width, height = layout.size
    return layout._replace(size=Size(width, max(height, lowest) + down))


def _lowered(box: Box, down: float) -> Box:
    return box._replace(top=box.top + down, bottom=box.bottom + down)


class _Slot(NamedTuple):
    """A place in a column: a node's own, or where the edges of a node pass."""

    node: int
    column: int


def laid_out(plan: Plan) -> Layout:
    """The places of everything, the top left corner being 0, 0."""
    laying = _Laying(plan)
    for stretch in STRETCHES:
        layout = laying.layout(stretch)
        if all(box for box, size in zip(layout.labels, plan.labels, strict=True) if size):
            break
    return layout


class _Laying:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.column = {node: k for k, nodes in enumerate(plan.columns) for node in nodes}
        self.columns = [[_Slot(node, k) for node in nodes] for k, nodes in enumerate(plan.columns)]
        self.routes = [self.route(*edge) for edge in plan.edges]
        passing = dict.fromkeys(slot for route in self.routes for slot in route[1:-1])
        if plan.ordered:
            self.pass_outside(list(passing))
        else:
            for slot in passing:
                self.columns[slot.column].append(slot)
            self.unravel()
        self.widths = [max((self.size(slot).width for slot in slots), default=0) for slots in self.columns]

    def route(self, source: int, target: int) -> list[_Slot]:
        """The slots that an edge goes through, its ends among them."""
        between = range(self.column[source] + 1, self.column[target])
        ends = _Slot(source, self.column[source]), _Slot(target, self.column[target])
        return [ends[0], *(_Slot(source, column) for column in between), ends[1]]

    def size(self, slot: _Slot) -> Size:
        """A slot's own size; one that is passed through is as wide as its column."""
        return self.plan.sizes[slot.node] if self.is_own(slot) else Size(0, SLOT)

    def is_own(self, slot: _Slot) -> bool:
        """Whether it is the place of a node, and not one where edges pass."""
        return self.column[slot.node] == slot.column

    # The order within columns

    def pass_outside(self, passing: Sequence[_Slot]) -> None:
        """Edges pass above a layer or below it, by which half of their own column they come from."""
        for slot in passing:
            own = self.plan.columns[self.column[slot.node]]
            above = own.index(slot.node) < (len(own) - 1) / 2
            slots = self.columns[slot.column]
            first = next(k for k, other in enumerate(slots) if self.is_own(other))
            slots.insert(first if above else len(slots), slot)

    def unravel(self) -> None:
        """Bring the slots of each column near those that they are joined to, so that edges cross less."""
        joined = self.joined()
        for direction in (1, -1, 1, -1, 1):
            for column in range(len(self.columns))[::direction]:
                rank = {
                    slot: (k + 0.5) / len(slots) for slots in self.columns for k, slot in enumerate(slots)
                }
                near: dict[_Slot, float] = {}
                for slot in self.columns[column]:
                    there = [rank[other] for other in joined.get((slot, -direction), ())]
                    near[slot] = sum(there) / len(there) if there else rank[slot]
                moved = sorted(near, key=near.__getitem__)
                if any(not {(slot, 1), (slot, -1)} & joined.keys() for slot in near):
                    # Dots, which are joined to nothing, stand where they do in the order of their column.
                    own = filter(self.is_own, self.columns[column])
                    moved = [next(own) if self.is_own(slot) else slot for slot in moved]
                self.columns[column] = moved

    def joined(self) -> dict[tuple[_Slot, int], list[_Slot]]:
        """What each slot is joined to, at the left (-1) and at the right (1)."""
        joined: dict[tuple[_Slot, int], list[_Slot]] = {}
        for route in self.routes:
            for left, right in pairwise(route):
                for key, other in (((left, 1), right), ((right, -1), left)):
                    if other not in joined.setdefault(key, []):
                        joined[key].append(other)
        return joined

    # Places

    def layout(self, stretch: float) -> Layout:
        height = self.filled(stretch) if self.plan.ordered else self.settled()
        lefts, labels = [0.0], list[Box | None]([None] * len(self.plan.edges))
        for column in range(len(self.columns) - 1):
            start = lefts[column] + self.widths[column]
            width, placed = self.between(column, start, height)
            for edge, box in placed.items():
                labels[edge] = box
            lefts.append(start + width)
        boxes: list[Box] = [Box(0, 0, 0, 0)] * len(self.plan.sizes)
        for node, (width, high) in enumerate(self.plan.sizes):
            column = self.column[node]
            spare = self.widths[column] - width
            left = lefts[column] + (spare if node in self.plan.right else spare / 2)
            middle = height[_Slot(node, column)]
            boxes[node] = Box(left, middle - high / 2, left + width, middle + high / 2)
        lines = [self.line(route, boxes, lefts, height) for route in self.routes]
        middles = [left + width / 2 for left, width in zip(lefts, self.widths, strict=True)]
        lowest = max((y + self.size(slot).height / 2 for slot, y in height.items()), default=0)
        layout = Layout(boxes, lines, labels, middles, Size(lefts[-1] + self.widths[-1], lowest))
        return _around_labels(layout)

    def filled(self, stretch: float) -> dict[_Slot, float]:
        """The middle height of every slot: each column is spread over the whole height."""
        taken = [sum(self.size(slot).height for slot in slots) for slots in self.columns]
        whole = stretch * max(
            used + LAYERED * len(slots) for used, slots in zip(taken, self.columns, strict=True)
        )
        height = {}
        for used, slots in zip(taken, self.columns, strict=True):
            space = (whole - used) / max(len(slots), 1)
            y = space / 2
            for slot in slots:
                height[slot] = y + self.size(slot).height / 2
                y += self.size(slot).height + space
        return height

    def settled(self) -> dict[_Slot, float]:
        """The middle height of every slot: as near its neighbours as the others in its column let it."""
        joined = self.joined()
        height: dict[_Slot, float] = {}
        for slots in self.columns:
            height |= self.apart(slots, [0.0] * len(slots))
        for direction in (1, -1, 1, -1, 1):
            for slots in self.columns[::direction]:
                wanted = []
                for slot in slots:
                    there = [height[other] for other in joined.get((slot, -direction), ())]
                    if slot.column and not there and not joined.get((slot, direction)):
                        there = [height[other] for other in self.columns[slot.column - 1]]
                    wanted.append(sum(there) / len(there) if there else height[slot])
                height |= self.apart(slots, wanted)
        top = min((y - self.size(slot).height / 2 for slot, y in height.items()), default=0)
        return {slot: y - top for slot, y in height.items()}

    def apart(self, slots: Sequence[_Slot], wanted: Sequence[float]) -> dict[_Slot, float]:
        """Heights as near to the wanted ones as there is room for: runs of slots move as one."""
        offsets, below = [], 0.0
        for before, slot in zip([None, *slots], slots, strict=False):
            if before:
                below += (self.size(before).height + self.size(slot).height) / 2 + BETWEEN
            offsets.append(below)
        runs: list[list[float]] = []
        for want, offset in zip(wanted, offsets, strict=True):
            runs.append([want - offset])
            while len(runs) > 1 and _mean(runs[-2]) >= _mean(runs[-1]):
                last = runs.pop()
                runs[-1] += last
        starts = [start for run in runs for start in [_mean(run)] * len(run)]
        return {slot: start + offset for slot, start, offset in zip(slots, starts, offsets, strict=True)}

    def line(
        self,
        route: Sequence[_Slot],
        boxes: Sequence[Box],
        lefts: Sequence[float],
        height: dict[_Slot, float],
    ) -> list[Point]:
        """The corners of an edge: it leaves and meets columns at their sides."""
        corners = [Point(boxes[route[0].node].right, height[route[0]])]
        for slot in route[:-1]:
            left, right = lefts[slot.column], lefts[slot.column] + self.widths[slot.column]
            if slot is not route[0]:
                corners.append(Point(left, height[slot]))
            corners.append(Point(right, height[slot]))
        corners.append(Point(lefts[route[-1].column], height[route[-1]]))
        corners.append(Point(boxes[route[-1].node].left, height[route[-1]]))
        return list(dict.fromkeys(corners))

    # Labels

    def between(self, column: int, start: float, height: dict[_Slot, float]) -> tuple[float, dict[int, Box]]:
        """How far the next column is, and the labels in between; without them where there is no room."""
        ends: dict[int, tuple[float, float]] = {}  # the heights at which edges leave and meet the columns
        for edge, route in enumerate(self.routes):
            for left, right in pairwise(route):
                if left.column == column:
                    ends[edge] = height[left], height[right]
        # A label stands where its edge comes to its target.
        labels = {
            edge: size
            for edge in ends
            if (size := self.plan.labels[edge]) and self.routes[edge][-1].column == column + 1
        }
        least = self.least(column)
        return labelled(labels, ends, start, least, self.extent(height)) if labels else (least, {})

    def extent(self, height: dict[_Slot, float]) -> float:
        return max(height.values()) - min(height.values()) or SLOT

    def least(self, column: int) -> float:
        """The least distance to the next column: as far as headings and slanting edges ask for."""
        headings = (self.plan.headings[column] + self.plan.headings[column + 1]) / 2 + 14
        return max(70.0, headings - (self.widths[column] + self.widths[column + 1]) / 2)


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)

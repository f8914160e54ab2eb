"""The cost over a run: points that are thinned out as the run becomes long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

POINTS = 2_000


class Mark(NamedTuple):
    """The cost after so many steps."""

    steps: int
    cost: float


class Curve:
    """At most `POINTS` costs of a run of any length, the same number of steps apart."""

    def __init__(self) -> None:
        self.kept: list[Mark] = []
        self.spacing = 1

    def add(self, steps: int, cost: float) -> None:
        """Add one cost, whatever its distance."""
        if not self.kept or steps > self.kept[-1].steps:
            self.kept.append(Mark(steps, cost))
            self.thin()

    def extend(self, first: int, costs: Sequence[float]) -> None:
        """Add the costs after `first` steps, after one more, and so on."""
        start = -first % self.spacing
        self.kept += [Mark(first + i, costs[i]) for i in range(start, len(costs), self.spacing)]
        self.thin()

    def thin(self) -> None:
        while len(self.kept) > POINTS:
            self.spacing *= 2
            self.kept = [mark for mark in self.kept[:-1] if mark.steps % self.spacing == 0] + self.kept[-1:]

    def points(self) -> tuple[Mark, ...]:
        return tuple(self.kept)

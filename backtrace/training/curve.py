"""How the cost went: points of a run, thinned out as it becomes long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

POINTS = 2_000


class Mark(NamedTuple):
    """The cost after so many steps."""

    steps: int
    cost: float


class Curve:
    """Keeps at most `POINTS` costs of a run of any length, the same number of steps apart."""

    def __init__(self) -> None:
        self.kept: list[Mark] = []
        self.apart = 1

    def add(self, steps: int, cost: float) -> None:
        """One cost, wherever it is."""
        if not self.kept or steps > self.kept[-1].steps:
            self.kept.append(Mark(steps, cost))
            self.thin()

    def extend(self, first: int, costs: Sequence[float]) -> None:
        """The costs after `first` steps, after one more, and so on."""
        start = -first % self.apart
        self.kept += [Mark(first + i, costs[i]) for i in range(start, len(costs), self.apart)]
        self.thin()

    def thin(self) -> None:
        while len(self.kept) > POINTS:
            self.apart *= 2
            self.kept = [mark for mark in self.kept[:-1] if mark.steps % self.apart == 0] + self.kept[-1:]

    def points(self) -> tuple[Mark, ...]:
        return tuple(self.kept)

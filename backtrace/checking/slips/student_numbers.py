"""The student's own numbers: the values that quantities have, or can have, when computed from these.

A number that turned out wrong counts as it is stated, or *repaired*: as the value that follows from the
numbers before it, rounded to as many decimals, or as its true value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.what_if_values import GIVENS_ALONE, Values, value_in
from backtrace.checking.stated_number import Stated
from backtrace.evaluation.compiled import Compiled, compile_expression
from backtrace.evaluation.intervals import INTERVALS, Interval, point


@dataclass(eq=False)
class StudentNumbers:
    """The values of one quantity that follow from the numbers stated for others.

    `epsilon` is the relative rounding error of each equation, where a program computed in single precision.
    `wrong` has the equations in which a slip was made.
    """

    graph: Graph
    numbers: Mapping[Key, Stated]
    key: Key
    repaired: Collection[Key] = ()
    epsilon: float = 0.0
    wrong: Mapping[Key, Rewriting] = field(default_factory=dict)
    intervals: dict[Key, Interval] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.first = min((self.graph[key].position for key in self.numbers), default=0)
        self.givens_hold = self.graph.givens.isdisjoint(self.numbers)

    def counts(self, key: Key) -> bool:
        """Whether a quantity counts as it is stated."""
        return key in self.numbers and key != self.key and key not in self.repaired

    def is_known(self, key: Key) -> bool:
        """Whether a quantity counts as stated, or depends on no stated number, as most of a large network."""
        node = self.graph[key]
        near_givens = node.expression is None or (self.givens_hold and node.depth <= GIVENS_ALONE)
        is_exact = (near_givens or node.position < self.first) and key not in self.repaired
        return is_exact or self.counts(key)

    def depends_on(self) -> list[Key]:
        """The quantities below that count as stated, in the order of computation."""
        computed = (self.key, *self.graph.below(self.key, self.is_known))
        found = {used for key in computed for used in self.graph[key].uses.values() if self.counts(used)}
        return sorted(found, key=lambda used: self.graph[used].position)

    def interval(self) -> Interval:
        """All values that the quantity can have.

        Raises:
            UndecidedError: there is no bound.
        """
        for used in self.graph.below(self.key, self.is_known):
            self.intervals[used] = self._equation(self.graph[used])
        return self._equation(self.graph[self.key])

    def _equation(self, node: Node) -> Interval:
        """The interval of an equation whose symbols are known."""
        if node.expression is None:
            return point(node.value)
        found: Interval = self._work(node)(self._of)
        if self.epsilon:
            error = self.epsilon * max(map(abs, found))
            found = Interval(found.low - error, found.high + error)
        if node.key in self.repaired:  # how the right number was rounded is not known: `_ways` tries it
            return Interval(min(found.low, node.value), max(found.high, node.value))
        return found

    def _work(self, node: Node) -> Compiled[Key]:
        wrong = self.wrong.get(node.key)
        if wrong is None:
            return self.graph.compiled(node, INTERVALS)
        return compile_expression(wrong.expression, wrong.uses, INTERVALS)

    def _of(self, key: Key) -> Interval:
        if self.counts(key):
            return self.numbers[key].interval
        return self.intervals[key] if key in self.intervals else point(self.graph[key].value)

    def points(self) -> dict[Key, float]:
        """The numbers as they are written."""
        return {key: number.value for key, number in self.numbers.items() if self.counts(key)}

    def as_written(self, places: int | None = None) -> Iterator[float]:
        """The values that follow from the numbers as they are written.

        With `places`, unstated quantities on the way are rounded to so many decimals too.
        """
        for points in self._ways():
            value = value_in(Values(self.graph, points, places), self.key)
            if value is not None:
                yield value

    def _ways(self) -> Iterator[dict[Key, float]]:
        """The numbers as they are written, with each way in which the repaired ones may be right."""
        points = self.points()
        yield points
        if self.repaired:
            values = Values(self.graph, points)
            yield points | {key: round(values.of(key), self.numbers[key].places) for key in self.repaired}
            yield points | {key: self.graph[key].value for key in self.repaired}

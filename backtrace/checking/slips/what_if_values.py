"""Values of quantities where some values are fixed, and some equations wrong.

Each value is computed when it is first asked for. Knows nothing of which slips there are.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from math import isfinite
from types import MappingProxyType

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.evaluation.compiled import Compiled
from backtrace.evaluation.float64 import FLOAT64

GIVENS_ALONE = 2  # the depth of quantities that depend on givens alone
RECURSION_DEPTH = 60  # equations upon each other that are computed by recursion
PLACES_ROUNDED = 12  # decimals that a value on the way may have been rounded to


class Values:
    """Values of a graph's quantities, some of them `fixed`.

    With `places`, all others are rounded to so many decimals on the way. `rewrite` gives the work of an
    equation that is wrong, None for one that is right.
    """

    def __init__(
        self,
        graph: Graph,
        fixed: Mapping[Key, float] = MappingProxyType({}),
        places: int | None = None,
        rewrite: Callable[[Node], Compiled[Key] | None] | None = None,
    ) -> None:
        self.graph = graph
        self.fixed = fixed
        self.places = places
        self.rewrite = rewrite
        self.known: dict[Key, float] = {}
        self.open: set[Key] = set()
        self.is_true_near_givens = not rewrite and graph.givens.isdisjoint(fixed)

    def of(self, key: Key) -> float:
        """The value of a quantity: the fixed one, or the value of its equation."""
        if key in self.fixed:
            return self.fixed[key]
        value = self.computed(key)
        return value if self.places is None else self.rounded(key, value, self.places)

    def rounded(self, key: Key, value: float, places: int) -> float:
        """A value with so many decimals; givens are as exact as they are given."""
        return value if self.graph[key].expression is None else round(value, places)

    def computed(self, key: Key) -> float:
        """The value of a quantity's equation, whatever is fixed for the quantity itself.

        Raises:
            RecursionError: a rewriting makes the equations go in a circle.

        """
        if key in self.known:
            return self.known[key]
        node = self.graph[key]
        if self.is_true_near_givens and node.depth <= GIVENS_ALONE:
            return node.value  # a net input of hundreds of terms, perhaps
        work = self.equation(node)
        if work is None:
            return node.value
        if key in self.open:
            raise RecursionError(key.id)
        if node.depth > RECURSION_DEPTH and not self.open:
            for below in self.graph.below(key, lambda used: used in self.fixed or used in self.known):
                self.of(below)  # thousands of equations, one upon the other, would fill the stack
        self.open.add(key)
        value = float(work(self.of))
        self.open.discard(key)
        self.known[key] = value
        return value

    def without(self, keys: Container[Key]) -> Values:
        """Compute some of the fixed values instead."""
        fixed = {key: value for key, value in self.fixed.items() if key not in keys}
        return Values(self.graph, fixed, self.places, self.rewrite)

    def equation(self, node: Node) -> Compiled[Key] | None:
        """The function that computes a quantity; None for a given."""
        wrong = self.rewrite(node) if self.rewrite else None
        return wrong or (None if node.expression is None else self.graph.compiled(node, FLOAT64))


class Changed(Values):
    """Values that differ from others in one quantity, and in the `affected` ones that depend on it."""

    def __init__(self, base: Values, key: Key, value: float, affected: Container[Key]) -> None:
        super().__init__(base.graph, base.fixed)
        self.base = base
        self.affected = affected
        self.known[key] = value

    def of(self, key: Key) -> float:
        return self.computed(key) if key in self.affected else self.base.of(key)


def value_in(values: Values, key: Key) -> float | None:
    """The value of a quantity's equation; None where the equations have no finite value."""
    return _attempt(lambda: values.computed(key), values)


def given_by(rewriting: Rewriting, values: Values) -> float | None:
    """The value of a rewritten equation; None where it has no finite one."""
    return _attempt(lambda: float(rewriting.work(values.of)), values)


def rounded_once(values: Values, key: Key, places: int) -> float | None:
    """The value of a quantity's equation where only the numbers in it are rounded."""
    work = values.graph.compiled(values.graph[key], FLOAT64)
    return _attempt(lambda: float(work(lambda used: values.rounded(used, values.of(used), places))), values)


def _attempt(work: Callable[[], float], values: Values) -> float | None:
    try:
        value = work()
    except (RecursionError, OverflowError, KeyError, ValueError):
        values.open.clear()
        return None
    return value if isfinite(value) else None  # nobody goes on from 1/0

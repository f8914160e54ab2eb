"""Values of quantities where some are fixed, and some equations are not what they should be.

Values are worked out when they are asked for, each once.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewrites import Rewriting, rewritings
from backtrace.evaluation.compiled import Compiled, compiled
from backtrace.evaluation.float64 import FLOAT64

GIVENS_ALONE = 2  # the depth of what is worked out from givens and nothing else
RECURSION_DEPTH = 60  # equations one upon the other that are worked out by recursion
PLACES_ROUNDED = 12  # decimals that a value on the way may have been rounded to


class Values:
    """Values where some are fixed, and some equations rewritten."""

    equations_hold = True  # whether all equations are what they should be

    def __init__(
        self,
        graph: Graph,
        fixed: Mapping[Key, float],
        rewritten: Mapping[Key, Rewriting] | None = None,
    ) -> None:
        self.graph = graph
        self.fixed = fixed
        self.rewritten = rewritten or {}
        self.known: dict[Key, float] = {}
        self.open: set[Key] = set()
        givens_hold = all(graph[key].expression is not None for key in fixed)
        self.is_true_near_givens = self.equations_hold and givens_hold and not self.rewritten

    def of(self, key: Key) -> float:
        """The value of a quantity: the fixed one, or what its equation gives."""
        return self.fixed[key] if key in self.fixed else self.worked_out(key)

    def worked_out(self, key: Key) -> float:
        """What the equation of a quantity gives, whatever is fixed for the quantity itself.

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
            for below in self.graph.below(key, self.fixed, self.known):
                self.of(below)  # thousands of equations, one upon the other, would fill the stack
        self.open.add(key)
        value = float(work(self.of))
        self.open.discard(key)
        self.known[key] = value
        return value

    def without(self, keys: Container[Key]) -> Values:
        """The same with some of the fixed values worked out."""
        return Values(self.graph, {key: value for key, value in self.fixed.items() if key not in keys})

    def equation(self, node: Node) -> Compiled[Key] | None:
        """What a quantity is worked out with; None for a given."""
        if node.key in self.rewritten:
            return self.rewritten[node.key].work
        return None if node.expression is None else self.graph.compiled(node, FLOAT64)


class Changed(Values):
    """Values that differ from others in one quantity, and in the `affected` ones that rest on it."""

    def __init__(self, base: Values, key: Key, value: float, affected: Container[Key]) -> None:
        super().__init__(base.graph, base.fixed)
        self.base = base
        self.affected = affected
        self.known[key] = value

    def of(self, key: Key) -> float:
        return self.worked_out(key) if key in self.affected else self.base.of(key)


class EarlyUpdate(Values):
    """The step worked out with updated weights already on the way back."""

    equations_hold = False

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph, {})

    def equation(self, node: Node) -> Compiled[Key] | None:
        if node.expression is None or node.kind not in ("cost_gradient", "error") or "+" in node.key.id:
            return super().equation(node)
        uses = dict(node.uses)
        for id, used in node.uses.items():
            new = Key(node.key.step, None, f"{id}+")
            if new in self.graph.nodes and self.graph[used].kind == "given":
                uses[id] = new
        return compiled(node.expression, uses, FLOAT64)


class StepWide(Values):
    """The step worked out with one slip made in every equation that allows it."""

    equations_hold = False

    def __init__(self, graph: Graph, slip: str) -> None:
        super().__init__(graph, {})
        self.slip = slip

    def equation(self, node: Node) -> Compiled[Key] | None:
        made = next(rewritings(self.graph, node, self.slip), None)
        return made.work if made else super().equation(node)


class Rounding(Values):
    """Every value on the way that is not fixed, rounded to so many decimals."""

    def __init__(self, graph: Graph, places: int, fixed: Mapping[Key, float] | None = None) -> None:
        super().__init__(graph, fixed or {})
        self.places = places

    def without(self, keys: Container[Key]) -> Values:
        fixed = {key: value for key, value in self.fixed.items() if key not in keys}
        return Rounding(self.graph, self.places, fixed)

    def of(self, key: Key) -> float:
        if key in self.fixed or self.graph[key].expression is None:
            return super().of(key)
        return round(self.worked_out(key), self.places)


class RoundedOnce(Values):
    """Values of which only those that stand in the one equation that is asked for are rounded."""

    def __init__(self, base: Values, places: int) -> None:
        super().__init__(base.graph, {})
        self.base = base
        self.places = places

    def of(self, key: Key) -> float:
        value = self.base.of(key)
        return value if self.graph[key].expression is None else round(value, self.places)


def value_in(values: Values, key: Key) -> float | None:
    """What a quantity comes to; None where the rewritten equations have no value."""
    return _tried(lambda: values.worked_out(key), values)


def given_by(rewriting: Rewriting, values: Values) -> float | None:
    """What a rewritten equation comes to; None where that has no value."""
    return _tried(lambda: float(rewriting.work(values.of)), values)


def _tried(work: Callable[[], float], values: Values) -> float | None:
    try:
        return work()
    except (RecursionError, OverflowError, KeyError, ValueError):
        values.open.clear()
        return None

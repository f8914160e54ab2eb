"""The exact values of quantities that are rational in the givens.

What is known exactly was not rounded by anybody: h = 0.1 + 0.5 = 0.6 is not anything up to 0.65, and a sum
that cancels is 0 and nothing else.
"""

from __future__ import annotations

from fractions import Fraction

from backtrace.checking.graph import Graph, Key, Node
from backtrace.evaluation.exact import FRACTIONS, InexactError, fraction

MOST_BELOW = 2_000  # quantities that are computed exactly to know one


class ExactQuantities:
    """The exact values of one graph's quantities, each computed when it is first asked for."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.known: dict[Key, Fraction | None] = {}

    def value(self, key: Key) -> Fraction | None:
        """The exact value; None where it is not rational, or depends on too many others."""
        if key not in self.known:
            waiting = self.graph.below(key, lambda used: used in self.known)
            for one in (*waiting, key) if len(waiting) <= MOST_BELOW else ():
                self.known[one] = self._computed(self.graph[one])
        return self.known.get(key)

    def _computed(self, node: Node) -> Fraction | None:
        try:
            if node.expression is None:
                return fraction(node.value)
            found: Fraction = self.graph.compiled(node, FRACTIONS)(self._known)
            return found if FRACTIONS.is_finite(found) else None
        except InexactError:
            return None

    def _known(self, key: Key) -> Fraction:
        value = self.known[key]
        if value is None:
            raise InexactError
        return value

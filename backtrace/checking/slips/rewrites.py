"""Apply the rewrites of the table of slips to an equation, or throughout a step.

Knows nothing of the number that was stated: which rewrite gives that number is for `diagnosis` to find.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.table import SLIPS, EquationSlip
from backtrace.checking.slips.what_if_values import Values
from backtrace.evaluation.compiled import Compiled, compile_expression
from backtrace.evaluation.float64 import FLOAT64
from backtrace.limits import CANDIDATES, REWRITTEN_SYMBOLS


def rewritings(graph: Graph, node: Node, only: str | None = None) -> Iterator[Rewriting]:
    """Every way in which people get a node's equation wrong, or those of one slip."""
    if node.expression is None or node.kind == "given":
        return
    length = 1 + len(node.uses)
    most = min(CANDIDATES, REWRITTEN_SYMBOLS // length)
    for slip, row in SLIPS.items():
        is_meant = only in (None, slip) and (node.kind != "held" or slip == "bias_trained")
        if not isinstance(row, EquationSlip) or not is_meant:
            continue
        for expression, how, uses in islice(row.rewrite(graph, node, node.expression), most):
            if expression != node.expression or uses:
                all_uses = {**node.uses, **uses}
                work = compile_expression(expression, all_uses, FLOAT64)
                yield Rewriting(slip, expression, all_uses, how, work, length)


class Throughout(Values):
    """A step with one slip made in every equation that allows it."""

    equations_hold = False

    def __init__(self, graph: Graph, slip: str) -> None:
        super().__init__(graph, {})
        self.slip = slip

    def equation(self, node: Node) -> Compiled[Key] | None:
        made = next(rewritings(self.graph, node, self.slip), None)
        return made.work if made else super().equation(node)


class EarlyUpdate(Values):
    """A step whose weights are updated before the backward pass is finished.

    The updates themselves use the gradients, so only the rows between the layers have the new weights.
    """

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
        return compile_expression(node.expression, uses, FLOAT64)


def throughout(graph: Graph) -> dict[str, Values]:
    """For each slip that people make throughout a step: the values of a step in which it was made."""
    return {
        slip: EarlyUpdate(graph) if slip == "updated_too_early" else Throughout(graph, slip)
        for slip, row in SLIPS.items()
        if isinstance(row, EquationSlip) and row.throughout is not None
    }

"""Apply the rewrites of the table of slips to an equation, or throughout a step.

Knows nothing of the number that was stated: which rewrite gives that number is for `diagnosis` to find.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
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
    most = min(CANDIDATES, REWRITTEN_SYMBOLS // (1 + len(node.uses)))
    for slip, row in SLIPS.items():
        is_meant = only in (None, slip) and (node.kind != "held" or slip == "bias_trained")
        if not isinstance(row, EquationSlip) or not is_meant:
            continue
        for expression, how, added, late in islice(row.make(graph, node, node.expression), most):
            if expression != node.expression or added:
                uses = {**node.uses, **{other.symbol.id: other.key for other in added}}
                work = compile_expression(expression, uses, FLOAT64)
                yield Rewriting(slip, expression, uses, how, work, late)


def throughout(graph: Graph) -> dict[str, Values]:
    """For each slip that people make throughout a step: the values of a step in which it was made."""
    return {
        slip: Values(
            graph, rewrite=partial(_early_update if slip == "updated_too_early" else _first, graph, slip)
        )
        for slip, row in SLIPS.items()
        if isinstance(row, EquationSlip) and row.throughout is not None
    }


def _first(graph: Graph, slip: str, node: Node) -> Compiled[Key] | None:
    """The first way of a slip in an equation; None where it is not possible there."""
    return next((made.work for made in rewritings(graph, node, slip)), None)


def _early_update(graph: Graph, slip: str, node: Node) -> Compiled[Key] | None:
    """An equation with the weights that are updated before the backward pass is finished.

    The updates themselves use the gradients, so only the rows between the layers have the new weights.
    """
    if node.expression is None or node.kind not in ("cost_gradient", "error") or "+" in node.key.id:
        return None
    new = {
        id: Key(node.key.step, None, f"{id}+")
        for id, used in node.uses.items()
        if graph[used].kind == "given"
    }
    uses = {id: new[id] if new.get(id) in graph.nodes else used for id, used in node.uses.items()}
    return compile_expression(node.expression, uses, FLOAT64)

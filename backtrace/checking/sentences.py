"""What is said of a slip: the equation as it was written instead, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Container

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.rewrites import Rewriting
from backtrace.derivation.expressions import Expression, Product, substitute, symbols
from backtrace.derivation.printing import formula
from backtrace.derivation.simplify import multiply

MOST_SHOWN = 120
MOST_PUT_IN = 60


def told(graph: Graph, key: Key, node: Node, rewriting: Rewriting, stated: Container[Key]) -> str:
    """How `key` comes to its number with the equation of `node` rewritten.

    Quantities that the writer does not state are written out where that stays short.
    """
    shown = formula(rewriting.expression)
    if len(shown) > MOST_SHOWN:
        return f"comes out when {rewriting.how}"
    if node.key == key:
        return f"is {shown}: {rewriting.how}"
    whole = _put_in(graph, key, node, rewriting, stated)
    if whole is not None and len(written := formula(whole)) <= MOST_PUT_IN:
        return f"is {written}: {rewriting.how}"
    return f"comes out when {node.symbol.text} is taken as {shown}: {rewriting.how}"


def _put_in(
    graph: Graph, key: Key, node: Node, rewriting: Rewriting, stated: Container[Key]
) -> Expression | None:
    """The equation of `key`, a product, with the rewritten one in it: δ_o·w_5·i_1 for δ_1·i_1."""
    own = graph[key].expression
    if not isinstance(own, Product) or node.key not in graph[key].uses.values() or node.key in stated:
        return None
    inner: Expression = rewriting.expression
    for symbol in symbols(inner):
        used = graph[rewriting.uses[symbol.id]]
        if used.key not in stated and used.kind in ("cost_gradient", "error", "delta"):
            if not isinstance(used.expression, Product):
                continue
            inner = _flat(substitute(inner, {symbol.id: used.expression}))
    return _flat(substitute(own, {node.symbol.id: inner}))


def _flat(expression: Expression) -> Expression:
    """A product of products as one product; what stands alone stays."""
    return multiply(*expression.factors) if isinstance(expression, Product) else expression

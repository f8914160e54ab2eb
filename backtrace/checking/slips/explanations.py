"""What is said of a slip: the equation as it was written instead, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Container

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewrites import Rewriting
from backtrace.symbolic.expressions import Expression, Negative, Product, Sum, substitute, symbols
from backtrace.symbolic.simplify import add, multiply, negate
from backtrace.typesetting.plain import formula

FORMULA_CHARACTERS = 120
REPLACEMENT_CHARACTERS = 60


def told(graph: Graph, key: Key, node: Node, rewriting: Rewriting, stated: Container[Key]) -> str:
    """How `key` comes to its number with the equation of `node` rewritten.

    Quantities that the writer does not state are written out where that stays short.
    """
    expression, how = _spelled_out(graph, rewriting, stated), rewriting.how
    if rewriting.slip == "ascent" and expression != rewriting.expression:
        how = "the step goes the wrong way"  # of a change that is not there, nobody took the sign twice
    shown = formula(expression)
    if len(shown) > FORMULA_CHARACTERS:
        return f"comes out when {how}"
    if node.key == key:
        return f"is {shown}: {how}"
    whole = _put_in(graph, key, node, rewriting, stated)
    if whole is not None and len(written := formula(whole)) <= REPLACEMENT_CHARACTERS:
        return f"is {written}: {rewriting.how}"
    return f"comes out when {node.symbol.text} is taken as {shown}: {rewriting.how}"


def _put_in(
    graph: Graph, key: Key, node: Node, rewriting: Rewriting, stated: Container[Key]
) -> Expression | None:
    """The equation of `key` with the rewritten one in it: δ_o·w_5·i_1 for δ_1·i_1, w - ∂E/∂w for w + Δw."""
    own = graph[key].expression
    if (
        own is None
        or not (isinstance(own, Product) or graph[key].kind == "update")
        or node.key not in graph[key].uses.values()
        or node.key in stated
    ):
        return None
    inner: Expression = rewriting.expression
    for symbol in symbols(inner):
        used = graph[rewriting.uses[symbol.id]]
        if used.key not in stated and used.kind in ("cost_gradient", "error", "delta"):
            if not isinstance(used.expression, Product):
                continue
            inner = _flat(substitute(inner, {symbol.id: used.expression}))
    return _flat(substitute(own, {node.symbol.id: inner}))


def _spelled_out(graph: Graph, rewriting: Rewriting, stated: Container[Key]) -> Expression:
    """A rewritten equation with the change written out that is stated nowhere: w + η·∂E/∂w for w - Δw."""
    changes: dict[str, Expression] = {}
    for symbol in symbols(rewriting.expression):
        used = graph[rewriting.uses[symbol.id]]
        if used.kind == "change" and used.key not in stated and used.expression is not None:
            changes[symbol.id] = used.expression
    return _flat(substitute(rewriting.expression, changes)) if changes else rewriting.expression


def _flat(expression: Expression) -> Expression:
    """A product of products as one product, a sum without two signs in a row; what stands alone stays."""
    match expression:
        case Product(factors):
            return multiply(*factors)
        case Sum(terms):
            return add(*(negate(t.operand) if isinstance(t, Negative) else t for t in terms))
    return expression

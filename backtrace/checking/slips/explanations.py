"""Explanations of a slip for the student: the equation as it was written, and the mistake in it."""

from __future__ import annotations

from collections.abc import Container

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.terms import WRONG_WAY
from backtrace.symbolic.expressions import Expression, Negative, Product, Sum, substitute, symbols
from backtrace.symbolic.simplify import add, multiply, negate
from backtrace.typesetting.plain import formula

FORMULA_CHARACTERS = 120  # characters of the rewritten equation
REPLACEMENT_CHARACTERS = 60  # characters of the equation that contains it


def explanation(graph: Graph, key: Key, node: Node, rewriting: Rewriting, stated: Container[Key]) -> str:
    """How `key` gets its number from the rewritten equation of `node`.

    Quantities that the student does not state are written out where that stays short.
    """
    expression, how = _with_changes(graph, rewriting, stated), rewriting.how
    if rewriting.slip == "ascent" and expression != rewriting.expression:
        how = WRONG_WAY  # nobody took the sign of a change twice that does not appear
    symbol, shown = node.symbol, formula(expression)
    if len(shown) > FORMULA_CHARACTERS:
        return f"you get this when {how}"
    if node.key != key:
        how, whole = rewriting.how, _substituted(graph, key, node, rewriting, stated)
        if whole is not None and len(written := formula(whole)) <= REPLACEMENT_CHARACTERS:
            symbol, shown = graph[key].symbol, written
    return f"you get this with {symbol.text} = {shown}: {how}"


def _substituted(
    graph: Graph, key: Key, node: Node, rewriting: Rewriting, stated: Container[Key]
) -> Expression | None:
    """The equation of `key` with the rewritten one inside: δ_o·w_5·i_1 for δ_1·i_1, w - ∂E/∂w for w + Δw."""
    own = graph[key].expression
    if own is None or node.key in stated or node.key not in graph[key].uses.values():
        return None
    if not isinstance(own, Product) and graph[key].kind != "update":
        return None
    inner: Expression = rewriting.expression
    for symbol in symbols(inner):
        used = graph[rewriting.uses[symbol.id]]
        is_on_the_way = used.key not in stated and used.kind in ("cost_gradient", "error", "delta")
        if is_on_the_way and isinstance(used.expression, Product):
            inner = _flat(substitute(inner, {symbol.id: used.expression}))
    return _flat(substitute(own, {node.symbol.id: inner}))


def _with_changes(graph: Graph, rewriting: Rewriting, stated: Container[Key]) -> Expression:
    """A rewritten equation with an unstated change written out: w + η·∂E/∂w for w - Δw."""
    used = ((symbol.id, graph[rewriting.uses[symbol.id]]) for symbol in symbols(rewriting.expression))
    changes = {
        id: node.expression
        for id, node in used
        if node.kind == "change" and node.key not in stated and node.expression is not None
    }
    return _flat(substitute(rewriting.expression, changes)) if changes else rewriting.expression


def _flat(expression: Expression) -> Expression:
    """A product of products as one product, a sum without two signs in a row."""
    match expression:
        case Product(factors):
            return multiply(*factors)
        case Sum(terms):
            return add(*(negate(t.operand) if isinstance(t, Negative) else t for t in terms))
    return expression

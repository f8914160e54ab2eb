"""Factors of the chain that a student states: what follows is computed from these, not from the formula.

With y = x + 2 and z = 3y², ∂o/∂y is 6·∂o/∂z·y. Somebody who writes ∂z/∂y = 17 goes on from 17.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backtrace.checking.graph import Graph, Key, Node
from backtrace.symbolic.expressions import Expression, Product, Sum, Symbol, product_of, sum_of


def with_stated_factors(graph: Graph, keys: Iterable[Key]) -> Graph:
    """The graph in which the gradients are products with these factors; itself where none is a factor."""
    changed: dict[Key, Node] = {}
    for key in keys:
        factor = graph[key]
        if factor.kind != "local":
            continue
        under = key.id.partition("/")[2]
        for node in graph.at(key.step, key.sample):
            node = changed.get(node.key, node)
            if node.expression is None or node.kind in ("local", "slope") or not _is_by(node, under):
                continue
            expression = _with_factor(graph, node, factor)
            if expression is not None:
                uses = {**node.uses, factor.symbol.id: key}
                changed[node.key] = node._replace(expression=expression, uses=uses)
                first = min(changed.get(key, node).position, node.position)
                changed[key] = factor._replace(position=first - 0.5)
    return graph.with_nodes(changed) if changed else graph


def _is_by(node: Node, under: str) -> bool:
    """Whether a quantity is, or may be, the gradient by what the factor is a derivative by."""
    _, slash, by = node.key.id.partition("/")
    return by == under if slash else node.kind == "delta"


def _with_factor(graph: Graph, node: Node, factor: Node) -> Expression | None:
    """A gradient's equation with the factor in the term that it belongs to; None if it belongs to none."""
    assert node.expression is not None
    terms = node.expression.terms if isinstance(node.expression, Sum) else (node.expression,)
    over = factor.key.id.partition("/")[0]
    for i, term in enumerate(terms):
        for adjoint, rest in _factored(term):
            used = graph[node.uses[adjoint.id]]
            is_by_it = used.kind == "delta" or used.key.id.endswith(f"/{over}")
            if rest == factor.expression and is_by_it:
                return sum_of((*terms[:i], Product((adjoint, factor.symbol)), *terms[i + 1 :]))
    return None


def _factored(term: Expression) -> Iterator[tuple[Symbol, Expression]]:
    """Each symbol that is a factor of a term, and what is left without it."""
    factors = term.factors if isinstance(term, Product) else (term,)
    for i, part in enumerate(factors):
        if isinstance(part, Symbol):
            yield part, product_of((*factors[:i], *factors[i + 1 :]))

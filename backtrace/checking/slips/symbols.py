"""Rewrites that put another quantity in the place of one: the wrong index, the wrong target, a new weight."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.terms import Rewritten
from backtrace.checking.slips.units import biases_of, layer_of
from backtrace.problem.problem import Network
from backtrace.symbolic.expressions import (
    ONE,
    ZERO,
    Expression,
    Negative,
    Quotient,
    substitute,
    symbols,
)
from backtrace.symbolic.ids import spell
from backtrace.symbolic.simplify import add

SIBLINGS_TRIED = 40  # quantities that one may have been taken for another


def missing_activation(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The net input for the activation; in a gradient, for that which it is made of."""
    for symbol in symbols(expression):
        used = graph[node.uses[symbol.id]]
        if node.kind == "activation" and used.kind == "net" and expression != symbol:
            yield symbol, {}, f"{symbol.text} was passed on as {node.symbol.text}"
        elif node.kind == "gradient" and used.kind == "activation":
            for net in _nets(graph, used):
                other = substitute(expression, {symbol.id: net.symbol})
                yield other, {net.symbol.id: net.key}, f"{net.symbol.text} was passed on as {symbol.text}"


def _nets(graph: Graph, activation: Node) -> Iterator[Node]:
    """What an activation is worked out from, unless it is that itself or comes from a whole layer."""
    used = [graph[key] for key in activation.uses.values()]
    return (node for node in used if node.kind == "net" and activation.expression != node.symbol)


def wrong_index(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Another quantity of the same kind, or the weights of the transposed matrix."""
    for symbol in dict.fromkeys(symbols(expression)):
        used = graph[node.uses[symbol.id]]
        if used.kind == "given" and used.role is None:  # a constant of the update is like nothing else
            continue
        alike = (other for other in graph.alike(used) if other.position < node.position and other != used)
        for sibling in islice(alike, SIBLINGS_TRIED):
            other = substitute(expression, {symbol.id: sibling.symbol})
            how = f"{sibling.symbol.text} was used where {symbol.text} belongs"
            yield other, {sibling.symbol.id: sibling.key}, how
    transposed = _transposed(graph, node, expression)
    if transposed is not None:
        yield transposed
    if node.kind == "local" and expression == ZERO:
        yield from _local_of_another(graph, node)


def _local_of_another(graph: Graph, node: Node) -> Iterator[Rewritten]:
    """∂h_1/∂b_2 for ∂h_1/∂b_1, which is 0: h_1 has another bias."""
    over, _, under = node.key.id.partition("/")
    net, parameter = graph.nodes[Key(node.key.step, node.key.sample, over[1:])], under[1:]
    biases = biases_of(graph)
    for id, used in net.uses.items():
        other = graph.nodes.get(Key(node.key.step, node.key.sample, f"{over}/d{id}"))
        if other is not None and graph[used].role == "parameter" and (id in biases) == (parameter in biases):
            how = f"{net.symbol.text} does not rest on {parameter}, but on {graph[used].symbol.text}"
            yield other.symbol, {other.symbol.id: other.key}, how


def updated_too_early(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """New weights, all or one, where the old ones belong."""
    if node.kind not in ("cost_gradient", "error", "delta", "gradient", "value"):
        return
    new = {
        symbol: graph.nodes[key]
        for symbol in dict.fromkeys(symbols(expression))
        if graph[node.uses[symbol.id]].role == "parameter"
        and (key := Key(node.key.step, None, f"{symbol.id}+")) in graph.nodes
        and graph.nodes[key].kind == "update"
    }
    choices = [list(new)] if len(new) == 1 else [list(new), *([one] for one in new)]
    for chosen in choices if new else ():
        moved = {symbol.id: new[symbol].symbol for symbol in chosen}
        names = " and ".join(symbol.text for symbol in moved.values())
        old = " and ".join(symbol.text for symbol in chosen)
        how = f"{names} {'was' if len(chosen) == 1 else 'were'} used where {old} belong"
        how += "s" if len(chosen) == 1 else ""
        yield substitute(expression, moved), {new[s].symbol.id: new[s].key for s in chosen}, how


def _transposed(graph: Graph, node: Node, expression: Expression) -> Rewritten | None:
    """The equation with the weights of its layer's matrix mirrored, where that matrix is square."""
    model = graph.problem.model
    if not isinstance(model, Network) or node.kind not in ("net", "cost_gradient", "error"):
        return None
    mirrored: dict[str, Expression] = {}
    uses: dict[str, Key] = {}
    used = {symbol.id for symbol in symbols(expression)}
    for layer in model.layers:
        size = len(layer.weights)
        if any(len(row) != size for row in layer.weights):
            continue
        for j, row in enumerate(layer.weights):
            for k, name in enumerate(row):
                other = layer.weights[k][j]
                if name is not None and other is not None and name != other and spell(name) in used:
                    key = Key(node.key.step, None, spell(other))
                    mirrored[spell(name)] = graph[key].symbol
                    uses[key.id] = key
    if not mirrored:
        return None
    return substitute(expression, mirrored), uses, "the weights were taken from the transposed matrix"


def wrong_target(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Another target, or 1 less the target."""
    targets = {spell(name) for name in graph.problem.targets}
    for symbol in dict.fromkeys(symbols(expression)):
        if symbol.id not in targets:
            continue
        for id in targets - {symbol.id}:
            key = Key(node.key.step, node.key.sample, id)
            if key in graph.nodes and id not in node.uses:
                other = substitute(expression, {symbol.id: graph[key].symbol})
                yield other, {id: key}, f"{graph[key].symbol.text} was used where {symbol.text} belongs"
        flipped = add(ONE, Negative(symbol))
        how = f"1 - {symbol.text} was used where {symbol.text} belongs"
        yield substitute(expression, {symbol.id: flipped}), {}, how


def softmax_without_exp(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The nets divided by their sum."""
    layer = layer_of(graph, node)
    if node.kind != "activation" or layer is None or layer.activation.name != "softmax":
        return
    nets = [Key(node.key.step, node.key.sample, f"h_{spell(unit)}") for unit in layer.units]
    own = next((key for key in nets if key.id == f"h_{node.key.id.removeprefix('a_')}"), None)
    if own is None:  # an activation after the update
        return
    total = add(*(graph[key].symbol for key in nets))
    share = Quotient(graph[own].symbol, total)
    yield share, {key.id: key for key in nets}, "the nets were divided by their sum, without e^h"

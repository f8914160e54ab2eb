"""Rewrites that use a wrong quantity: another index, another target, a weight that is already updated."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewriting import TRANSPOSED, Rewritten, biases_of, instead_of, layer_of
from backtrace.problem.problem import Network
from backtrace.symbolic.expressions import (
    ONE,
    ZERO,
    Expression,
    Negative,
    Quotient,
    Symbol,
    substitute,
    symbols,
)
from backtrace.symbolic.ids import spell
from backtrace.symbolic.simplify import add

SIBLINGS_TRIED = 40  # quantities of the same kind that are each tried in the place of one


def missing_activation(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Use the net input as the activation: a_1 = h_1, ∂E/∂w_5 = δ_o·h_1, or h_o = w_5·h_1 + w_6·h_2."""
    nets: dict[Symbol, Node] = {}
    for symbol in symbols(expression):
        used = graph[node.uses[symbol.id]]
        if node.kind == "activation" and used.kind == "net" and expression != symbol:
            yield Rewritten(symbol, f"{symbol.text} is used as {node.symbol.text}")
        elif node.kind in ("gradient", "net") and used.kind == "activation":
            for net in (graph[key] for key in used.uses.values()):
                if net.kind == "net" and used.expression != net.symbol:  # h and a of a linear unit are equal
                    nets[symbol] = net
                    yield instead_of(expression, {symbol: net})
    if len(nets) > 1:
        yield instead_of(expression, nets)


def wrong_index(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Use another quantity of the same kind, or the weights of the transposed matrix."""
    yield from _transposed(graph, node, expression)
    for symbol in dict.fromkeys(symbols(expression)):
        used = graph[node.uses[symbol.id]]
        if used.kind == "given" and used.role is None:  # a constant of the update resembles nothing
            continue
        alike = (other for other in graph.alike(used) if other.position < node.position and other != used)
        for sibling in islice(alike, SIBLINGS_TRIED):
            yield instead_of(expression, {symbol: sibling})
    if node.kind == "local" and expression == ZERO:
        yield from _local_of_another(graph, node)


def _local_of_another(graph: Graph, node: Node) -> Iterator[Rewritten]:
    """Use ∂h_1/∂b_2 for ∂h_1/∂b_1, which is 0 because h_1 has another bias."""
    over, _, under = node.key.id.partition("/")
    net, parameter = graph.nodes[Key(node.key.step, node.key.sample, over[1:])], under[1:]
    biases = biases_of(graph)
    for id, used in net.uses.items():
        other = graph.nodes.get(Key(node.key.step, node.key.sample, f"{over}/d{id}"))
        if other is not None and graph[used].role == "parameter" and (id in biases) == (parameter in biases):
            how = f"{net.symbol.text} does not depend on {parameter}, but on {graph[used].symbol.text}"
            yield Rewritten(other.symbol, how, [other])


def updated_too_early(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Use updated weights, all or a single one, instead of the old ones."""
    if node.kind not in ("cost_gradient", "error", "delta", "gradient", "value"):
        return
    new = {
        symbol: update
        for symbol in symbols(expression)
        if graph[node.uses[symbol.id]].role == "parameter"
        and (update := graph.nodes.get(Key(node.key.step, None, f"{symbol.id}+")))
        and update.kind == "update"
    }
    if new:
        yield instead_of(expression, new)
    for symbol in new if len(new) > 1 else ():
        yield instead_of(expression, {symbol: new[symbol]})


def _transposed(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Mirror the weights of a layer's matrix, where that is square."""
    model = graph.problem.model
    if not isinstance(model, Network) or node.kind not in ("net", "cost_gradient", "error"):
        return
    used = {symbol.id: symbol for symbol in symbols(expression)}
    mirrored = {
        used[spell(name)]: graph[Key(node.key.step, None, spell(other))]
        for layer in model.layers
        if all(len(row) == len(layer.weights) for row in layer.weights)
        for row, column in zip(layer.weights, zip(*layer.weights, strict=True), strict=True)
        for name, other in zip(row, column, strict=True)
        if name is not None and other is not None and name != other and spell(name) in used
    }
    if mirrored:
        yield instead_of(expression, mirrored, TRANSPOSED)


def wrong_target(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Use another target, or 1 - t."""
    targets = {spell(name) for name in graph.problem.targets}
    for symbol in dict.fromkeys(symbols(expression)):
        if symbol.id not in targets:
            continue
        for id in targets - {symbol.id}:
            target = graph.nodes.get(Key(node.key.step, node.key.sample, id))
            if target and id not in node.uses:
                yield instead_of(expression, {symbol: target})
        opposite = substitute(expression, {symbol.id: add(ONE, Negative(symbol))})
        yield Rewritten(opposite, f"1 - {symbol.text} is used instead of {symbol.text}")


def softmax_without_exp(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Divide the net inputs by their sum."""
    layer = layer_of(graph, node)
    if node.kind != "activation" or layer is None or layer.activation.name != "softmax":
        return
    nets = {unit: graph[node.key._replace(id=f"h_{spell(unit)}")] for unit in layer.units}
    own = next((net for unit, net in nets.items() if node.key.id == f"a_{spell(unit)}"), None)
    if own is None:  # an activation after the update
        return
    total = add(*(net.symbol for net in nets.values()))
    how = "the net inputs are divided by their sum, without e^h"
    yield Rewritten(Quotient(own.symbol, total), how, list(nets.values()))

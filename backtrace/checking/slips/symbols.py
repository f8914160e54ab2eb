"""Rewrites that use a wrong quantity: another index, another target, a weight that is already updated."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewriting import Rewritten
from backtrace.checking.slips.units import biases_of, layer_of
from backtrace.problem.problem import Network
from backtrace.symbolic.expressions import ONE, ZERO, Expression, Negative, Quotient, substitute, symbols
from backtrace.symbolic.ids import spell
from backtrace.symbolic.simplify import add

SIBLINGS_TRIED = 40  # quantities of the same kind that are each tried in the place of one


def missing_activation(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Use the net input as the activation: a_1 = h_1, or ∂E/∂w_5 = δ_o·h_1."""
    for symbol in symbols(expression):
        used = graph[node.uses[symbol.id]]
        if node.kind == "activation" and used.kind == "net" and expression != symbol:
            yield Rewritten(symbol, f"{symbol.text} is used as {node.symbol.text}")
        elif node.kind == "gradient" and used.kind == "activation":
            for net in _nets(graph, used):
                other = substitute(expression, {symbol.id: net.symbol})
                how = f"{net.symbol.text} is used instead of {symbol.text}"
                yield Rewritten(other, how, {net.symbol.id: net.key})


def _nets(graph: Graph, activation: Node) -> Iterator[Node]:
    """The net input of an activation; none of a linear unit, whose activation is the same number."""
    used = [graph[key] for key in activation.uses.values()]
    return (node for node in used if node.kind == "net" and activation.expression != node.symbol)


def wrong_index(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Use another quantity of the same kind, or the weights of the transposed matrix."""
    for symbol in dict.fromkeys(symbols(expression)):
        used = graph[node.uses[symbol.id]]
        if used.kind == "given" and used.role is None:  # a constant of the update resembles nothing
            continue
        alike = (other for other in graph.alike(used) if other.position < node.position and other != used)
        for sibling in islice(alike, SIBLINGS_TRIED):
            other = substitute(expression, {symbol.id: sibling.symbol})
            how = f"{sibling.symbol.text} is used instead of {symbol.text}"
            yield Rewritten(other, how, {sibling.symbol.id: sibling.key})
    yield from _transposed(graph, node, expression)
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
            yield Rewritten(other.symbol, how, {other.symbol.id: other.key})


def updated_too_early(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Use updated weights, all or a single one, instead of the old ones."""
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
        how = f"{names} {'is' if len(chosen) == 1 else 'are'} used instead of {old}"
        uses = {new[symbol].symbol.id: new[symbol].key for symbol in chosen}
        yield Rewritten(substitute(expression, moved), how, uses)


def _transposed(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Mirror the weights of a layer's matrix, where that is square."""
    model = graph.problem.model
    if not isinstance(model, Network) or node.kind not in ("net", "cost_gradient", "error"):
        return
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
    if mirrored:
        how = "the weights are those of the transposed matrix"
        yield Rewritten(substitute(expression, mirrored), how, uses)


def wrong_target(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Use another target, or 1 - t."""
    targets = {spell(name) for name in graph.problem.targets}
    for symbol in dict.fromkeys(symbols(expression)):
        if symbol.id not in targets:
            continue
        for id in targets - {symbol.id}:
            key = Key(node.key.step, node.key.sample, id)
            if key in graph.nodes and id not in node.uses:
                target = graph[key].symbol
                how = f"{target.text} is used instead of {symbol.text}"
                yield Rewritten(substitute(expression, {symbol.id: target}), how, {id: key})
        opposite = substitute(expression, {symbol.id: add(ONE, Negative(symbol))})
        yield Rewritten(opposite, f"1 - {symbol.text} is used instead of {symbol.text}")


def softmax_without_exp(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Divide the net inputs by their sum."""
    layer = layer_of(graph, node)
    if node.kind != "activation" or layer is None or layer.activation.name != "softmax":
        return
    nets = [Key(node.key.step, node.key.sample, f"h_{spell(unit)}") for unit in layer.units]
    own = next((key for key in nets if key.id == f"h_{node.key.id.removeprefix('a_')}"), None)
    if own is None:  # an activation after the update
        return
    total = add(*(graph[key].symbol for key in nets))
    how = "the net inputs are divided by their sum, without e^h"
    yield Rewritten(Quotient(graph[own].symbol, total), how, {key.id: key for key in nets})

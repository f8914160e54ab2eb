"""Rewrites of functions: the slope of another function or at another place, a logarithm of another base."""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.checking.graph import Graph, Node
from backtrace.checking.slips.rewriting import Rewritten, instead_of, layer_of, net_and_activation
from backtrace.derivation.activations import ACTIVATIONS, activation_slope, activation_value, for_unit
from backtrace.derivation.costs import COSTS, cost_term_template
from backtrace.problem.problem import Network
from backtrace.symbolic.calculus import partials
from backtrace.symbolic.expressions import Call, Expression, Quotient, number, rebuild, substitute, symbols
from backtrace.symbolic.ids import spell
from backtrace.symbolic.simplify import multiply, simplify


def slope_of_net(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Compute the slope with h instead of a, or at a instead of h."""
    layer = layer_of(graph, node)
    if layer is not None and layer.is_softmax and node.kind in ("delta", "local"):
        yield from _softmax_at_nets(graph, node, expression)
    unit = net_and_activation(graph, node) if node.kind == "slope" else None
    if unit is None:
        return
    net, activation = unit
    at_net = substitute(expression, {activation.symbol.id: net.symbol})
    h, a = net.symbol.text, activation.symbol.text
    yield Rewritten(at_net, f"the slope is computed with {h} instead of {a}", unit)
    if layer is not None and not layer.is_softmax:
        value = activation_value(layer.activation.name)
        again = for_unit(value, activation.symbol, activation.symbol, layer.activation.options)
        twice = substitute(expression, {net.symbol.id: activation.symbol, activation.symbol.id: again})
        yield Rewritten(twice, f"the slope is computed at {a} instead of {h}", unit)


def _softmax_at_nets(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The derivative of a softmax with the net inputs in the place of its activations."""
    used = {symbol: graph[node.uses[symbol.id]] for symbol in symbols(expression)}
    nets = {
        symbol: graph[one.key._replace(id=f"h_{one.key.id.removeprefix('a_')}")]
        for symbol, one in used.items()
        if one.kind == "activation" and one.layer == node.layer
    }
    if nets:
        yield instead_of(expression, nets, "the slope of the softmax is computed with h instead of a")


def other_slope(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Use the slope of another activation, or the derivative of another cost."""
    layer = layer_of(graph, node)
    unit = net_and_activation(graph, node) if node.kind == "slope" else None
    if layer is not None and unit is not None:
        net, activation = unit
        for name, row in ACTIVATIONS.items():
            if name in (layer.activation.name, "softmax", "step"):
                continue
            options = {key: number(value) for key, value in row.options.items()}
            other = for_unit(activation_slope(name), net.symbol, activation.symbol, options)
            yield Rewritten(other, f"the slope is that of {name} instead of {layer.activation.name}", unit)
    if node.kind in ("cost_gradient", "error") and isinstance(graph.problem.model, Network):
        yield from _other_cost(graph, node)


def _other_cost(graph: Graph, node: Node) -> Iterator[Rewritten]:
    model = graph.problem.model
    assert isinstance(model, Network)
    outputs = model.layers[-1].units
    unit = next((unit for unit in outputs if node.key.id == f"dE/da_{spell(unit)}"), None)
    if unit is None or not isinstance(model.cost, str):
        return
    target_id = spell(graph.problem.targets[outputs.index(unit)])
    activation, target = (graph.nodes.get(node.key._replace(id=id)) for id in (f"a_{spell(unit)}", target_id))
    if activation is None or target is None:
        return
    a, t, n = activation.symbol, target.symbol, number(len(outputs))
    for name in COSTS:
        if name != model.cost:
            slope = partials(cost_term_template(name), {"a"})["a"]
            other = simplify(substitute(slope, {"a": a, "t": t, "n": n}))
            names = f"{name} instead of {model.cost}".replace("_", " ")
            yield Rewritten(other, f"the derivative is that of {names}", (activation, target))


def log_base(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Use the logarithm to base 10 or 2."""

    def with_base(part: Expression, base: int) -> Expression:
        if isinstance(part, Call) and part.function in ("log", "xlogy"):
            *weight, inside = part.arguments
            ln = Call("log", (inside,))
            return multiply(*weight, Quotient(ln, Call("log", (number(base),))))
        return rebuild(part, lambda inner: with_base(inner, base))

    for base in (10, 2):
        changed = with_base(expression, base)
        if changed != expression:
            yield Rewritten(changed, f"the logarithm has base {base} instead of e")

"""Rewrites of functions: the slope of another one or at another place, a logarithm of another base."""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.terms import Rewritten
from backtrace.checking.slips.units import layer_of, net_and_activation
from backtrace.derivation.activations import ACTIVATIONS, activation_slope, activation_value, applied
from backtrace.derivation.costs import COSTS, cost_term_template
from backtrace.problem.problem import Network
from backtrace.symbolic.calculus import partials
from backtrace.symbolic.expressions import (
    Call,
    Expression,
    Quotient,
    number,
    rebuild,
    substitute,
)
from backtrace.symbolic.ids import spell
from backtrace.symbolic.simplify import multiply, simplify


def slope_of_net(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The slope with h for a, or taken at a."""
    if node.kind != "slope":
        return
    net, activation = net_and_activation(graph, node)
    if net is None or activation is None:
        return
    uses = {net.symbol.id: net.key, activation.symbol.id: activation.key}
    at_net = substitute(expression, {activation.symbol.id: net.symbol})
    yield at_net, uses, f"the slope was taken with {net.symbol.text} where {activation.symbol.text} belongs"
    layer = layer_of(graph, node)
    if layer is not None and layer.activation.name != "softmax":
        options = layer.activation.options
        again = applied(
            activation_value(layer.activation.name), activation.symbol, activation.symbol, options
        )
        twice = substitute(expression, {net.symbol.id: activation.symbol, activation.symbol.id: again})
        yield twice, uses, f"the slope was taken at {activation.symbol.text}, not at {net.symbol.text}"


def other_slope(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The slope of another activation, or the derivative of another cost."""
    layer = layer_of(graph, node)
    if node.kind == "slope" and layer is not None:
        net, activation = net_and_activation(graph, node)
        if net is None or activation is None:
            return
        uses = {net.symbol.id: net.key, activation.symbol.id: activation.key}
        for name, row in ACTIVATIONS.items():
            if name in (layer.activation.name, "softmax", "step"):
                continue
            options = {key: number(value) for key, value in row.options.items()}
            other = applied(activation_slope(name), net.symbol, activation.symbol, options)
            yield other, uses, f"the slope is that of {name}, not of {layer.activation.name}"
    if node.kind in ("cost_gradient", "error") and isinstance(graph.problem.model, Network):
        yield from _other_cost(graph, node)


def _other_cost(graph: Graph, node: Node) -> Iterator[Rewritten]:
    model = graph.problem.model
    assert isinstance(model, Network)
    outputs = model.layers[-1].units
    unit = next((unit for unit in outputs if node.key.id == f"dE/da_{spell(unit)}"), None)
    if unit is None or not isinstance(model.cost, str):
        return
    activation = Key(node.key.step, node.key.sample, f"a_{spell(unit)}")
    target = Key(node.key.step, node.key.sample, spell(graph.problem.targets[outputs.index(unit)]))
    if activation not in graph.nodes or target not in graph.nodes:
        return
    symbols_of: dict[str, Expression] = {
        "a": graph[activation].symbol,
        "t": graph[target].symbol,
        "n": number(len(outputs)),
    }
    uses = {activation.id: activation, target.id: target}
    for name in COSTS:
        if name != model.cost:
            slope = partials(cost_term_template(name), {"a"})["a"]
            other = simplify(substitute(slope, symbols_of))
            yield other, uses, f"the derivative is that of {name}, not of {model.cost}"


def log_base(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The logarithm to the base of 10 or 2."""

    def with_base(part: Expression, base: int) -> Expression:
        if isinstance(part, Call) and part.function in ("log", "xlogy"):
            *weight, inside = part.arguments
            ln = Call("log", (inside,))
            return multiply(*weight, Quotient(ln, Call("log", (number(base),))))
        return rebuild(part, lambda inner: with_base(inner, base))

    for base in (10, 2):
        changed = with_base(expression, base)
        if changed != expression:
            yield changed, {}, f"the logarithm has base {base}, not e"

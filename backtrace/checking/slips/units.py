"""The surroundings of a node in a layer network: its layer, the h and the a of its unit."""

from __future__ import annotations

from backtrace.checking.graph import Graph, Node
from backtrace.problem.problem import Layer, Network
from backtrace.symbolic.ids import spell


def layer_of(graph: Graph, node: Node) -> Layer | None:
    """The layer that a node belongs to, if it belongs to one."""
    model = graph.problem.model
    if not isinstance(model, Network):
        return None
    return next((layer for layer in model.layers if layer.name == node.layer), None)


def biases_of(graph: Graph) -> set[str]:
    """The ids of a network's biases."""
    model = graph.problem.model
    layers = model.layers if isinstance(model, Network) else ()
    return {spell(name) for layer in layers for name in layer.biases if name is not None}


def net_and_activation(graph: Graph, node: Node) -> tuple[Node, Node] | None:
    """The h and the a of the unit whose slope a node is; None where the derivative is another one."""
    over, _, under = node.key.id.partition("/")
    net, activation = (graph.nodes.get(node.key._replace(id=id[1:])) for id in (under, over))
    return (net, activation) if net and activation else None

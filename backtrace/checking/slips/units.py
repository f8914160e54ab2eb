"""The surroundings of a node in a layer network: its layer, the h and the a of its unit."""

from __future__ import annotations

from backtrace.checking.graph import Graph, Key, Node
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


def net_and_activation(graph: Graph, node: Node) -> tuple[Node | None, Node | None]:
    """The h and the a of the unit whose slope a node is."""
    over, _, under = node.key.id.partition("/")
    place = node.key
    return (
        graph.nodes.get(Key(place.step, place.sample, under[1:])),
        graph.nodes.get(Key(place.step, place.sample, over[1:])),
    )

"""An equation as somebody wrote it instead.

Owns the form in which rewrites are handed on, and finds a unit's layer and its h and a; knows neither the
table of slips nor any stated number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.evaluation.compiled import Compiled
from backtrace.problem.problem import Layer, Network
from backtrace.symbolic.expressions import Expression, Symbol, substitute
from backtrace.symbolic.ids import spell

TRANSPOSED = "the weights are those of the transposed matrix"


class Rewritten(NamedTuple):
    """A wrong right-hand side and the mistake in words; `added` has the quantities that it brings in.

    `late`: how much less plausible it is than the rank of its slip says.
    """

    expression: Expression
    how: str
    added: Sequence[Node] = ()
    late: float = 0.0


def instead_of(expression: Expression, others: Mapping[Symbol, Node], how: str = "") -> Rewritten:
    """Other quantities in the place of symbols."""
    old = " and ".join(symbol.text for symbol in others)
    new = " and ".join(other.symbol.text for other in others.values())
    how = how or f"{new} {'is' if len(others) == 1 else 'are'} used instead of {old}"
    replacements = {symbol.id: other.symbol for symbol, other in others.items()}
    return Rewritten(substitute(expression, replacements), how, list(others.values()))


class Rewriting(NamedTuple):
    """A rewritten equation, ready to be evaluated with `work`."""

    slip: str
    expression: Expression
    uses: Mapping[str, Key]
    how: str
    work: Compiled[Key]
    late: float = 0.0


# All variants of one slip in the equation of a node, whose right-hand side is given beside it.
Rewrite = Callable[[Graph, Node, Expression], Iterator[Rewritten]]


# The surroundings of an equation in a layer network


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

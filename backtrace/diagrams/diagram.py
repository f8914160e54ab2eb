"""The parts of a picture: nodes in columns and rows, and the edges between them, with their quantities.

Owns the data that every form of a picture reads. Must not know how it is built.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from backtrace.derivation.equation import Equation
from backtrace.evaluation.arithmetic import Value
from backtrace.evaluation.steps import Part
from backtrace.symbolic.expressions import Symbol

GIVEN = ("input", "parameter", "target")  # kinds of nodes whose values are given

NodeKind = Literal["input", "constant", "unit", "cost", "parameter", "target", "equation", "gap"]


class SymbolValue(NamedTuple):
    """A symbol and its value; `written` is the value's text in the config, if it is given there."""

    symbol: Symbol
    value: Value
    written: str | None


class SymbolName(NamedTuple):
    """A symbol whose value is hidden."""

    symbol: Symbol


class PictureNode(NamedTuple):
    """A node with its values from the forward pass and its gradients from the backward pass.

    `number` is the value of a constant, or the count of nodes that a gap leaves out. An output has
    `targets`; a node of a computation has the `equation` that defines its value.
    """

    column: int
    kind: NodeKind
    values: tuple[SymbolValue | SymbolName, ...] = ()
    gradients: tuple[SymbolValue | SymbolName, ...] = ()
    targets: tuple[SymbolValue, ...] = ()
    equation: Equation | None = None
    number: int = 0


class PictureEdge(NamedTuple):
    """A connection from one node to another, by their places in `Picture.nodes`.

    In a network it may have a weight, with its gradient once there is a backward pass; `tied` if other
    connections have the same weight.
    """

    source: int
    target: int
    weight: SymbolValue | None = None
    gradient: SymbolValue | None = None
    tied: bool = False


class Picture(NamedTuple):
    """Nodes column by column, each column from the top; `headings` has a line for every column.

    `part` is the forward pass with the values; `has_gradients` if there was a backward pass.
    """

    nodes: tuple[PictureNode, ...]
    edges: tuple[PictureEdge, ...]
    headings: tuple[str, ...]
    part: Part
    has_gradients: bool

    @property
    def columns(self) -> list[list[int]]:
        """The places of the nodes, by column."""
        columns: list[list[int]] = [[] for _ in self.headings]
        for place, node in enumerate(self.nodes):
            columns[node.column].append(place)
        return columns


def blank(picture: Picture) -> Picture:
    """The picture of the problem: with the values of givens, and the names alone of everything to compute."""
    nodes = (
        node._replace(
            values=node.values if node.kind in GIVEN else _names(node.values),
            gradients=_names(node.gradients),
        )
        for node in picture.nodes
    )
    edges = (edge._replace(gradient=None) for edge in picture.edges)
    return picture._replace(nodes=tuple(nodes), edges=tuple(edges), has_gradients=False)


def _names(quantities: Iterable[SymbolValue | SymbolName]) -> tuple[SymbolName, ...]:
    return tuple(SymbolName(quantity.symbol) for quantity in quantities)

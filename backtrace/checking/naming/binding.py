"""Written expressions with each name bound to its quantity, and g and ∂/∂x [ … ] replaced by their meaning.

Must not know whether a number is right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key
from backtrace.checking.naming.lookup import Lookup
from backtrace.checking.naming.side_parser import OPEN, OPEN_SLOPE, PARTIAL
from backtrace.derivation.activations import activation_slope, activation_value
from backtrace.errors import NotDifferentiableError
from backtrace.evaluation.evaluator import value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.problem.problem import Layer, Network
from backtrace.symbolic.calculus import partials
from backtrace.symbolic.expressions import ZERO, Call, Expression, Symbol, rebuild, substitute, symbols


class Bound(NamedTuple):
    """An expression with the quantity of each of its names, and the ids that are written as a δ."""

    expression: Expression
    uses: Mapping[str, Key]
    deltas: frozenset[str] = frozenset()

    def value(self, graph: Graph, turned: bool) -> float:
        """Its value in a graph; nan where it has none."""
        values = {id: value_in(graph, key) for id, key in self.uses.items()}
        if turned:
            values |= {id: -values[id] for id in self.deltas}
        try:
            return float(value_of(self.expression, values, FLOAT64))
        except (OverflowError, ValueError):
            return math.nan


def value_in(graph: Graph, key: Key) -> float:
    """A quantity's value; one that is only in another graph is a derivative that is always 0."""
    return graph[key].value if key in graph.nodes else 0.0


class NameBinder:
    """Binds names to the quantities of a step, and of a sample if it is not the step's own."""

    def __init__(self, lookup: Lookup, sample: int | None, step: int = 1) -> None:
        self.lookup = lookup
        self.graph = lookup.graph
        self.problem = lookup.graph.problem
        self.step = step
        self.sample = sample or self.problem.own_sample(step)

    def key(self, name: str, total: bool) -> Key | None:
        """The quantity of a sample, or of all together, that a name means."""
        key = self.lookup.key(name, self.step, None if total else self.sample, total)
        return key if isinstance(key, Key) else None

    def bound(self, expression: Expression, total: bool) -> Bound | None:
        """An expression with its names looked up; None if one of them is unknown.

        An unknown name may stand in ∂/∂x [ … ], in a term without x.
        """
        uses: dict[str, Key] = {}
        known: dict[str, Expression] = {}
        deltas = set()
        for symbol in symbols(expression):
            key = self.key(symbol.id, total)
            if key is None:
                continue
            # One quantity, one symbol, whatever it is called; but ∂E/∂h is never turned as δ may be.
            is_delta = self.graph[key].kind == "delta" and "/" not in symbol.id
            id = symbol.id if self.graph[key].kind == "delta" and not is_delta else key.id
            known[symbol.id] = Symbol(id, symbol.text)
            uses[id] = key
            deltas |= {id} if is_delta else set()
        try:
            resolved = self.resolved(substitute(expression, known), uses)
            is_known = all(symbol.id in uses for symbol in symbols(resolved))
            return Bound(resolved, uses, frozenset(deltas)) if is_known else None
        except (LookupError, NotDifferentiableError):
            return None

    def resolved(self, expression: Expression, uses: Mapping[str, Key]) -> Expression:
        """The expression with the layer's own function for one of any kind, and with derivatives taken.

        Raises:
            LookupError: it is not clear whose function is meant.
            NotDifferentiableError: there is no derivative.

        """
        if isinstance(expression, Call) and expression.function in (OPEN, OPEN_SLOPE):
            argument = self.resolved(expression.arguments[0], uses)
            activation = self.layer_of(expression.arguments[0], uses).activation
            inside: dict[str, Expression] = {"h": argument, **activation.options}
            value = substitute(activation_value(activation.name), inside)
            if expression.function == OPEN:
                return value
            return substitute(activation_slope(activation.name), {**inside, "a": value})
        if isinstance(expression, Call) and expression.function == PARTIAL:
            inner, by = expression.arguments
            assert isinstance(by, Symbol)
            if by.id not in uses:
                raise LookupError
            return partials(self.resolved(inner, uses), {by.id}).get(by.id, ZERO)
        return rebuild(expression, lambda part: self.resolved(part, uses))

    def layer_of(self, argument: Expression, uses: Mapping[str, Key]) -> Layer:
        model = self.problem.model
        layers = model.layers if isinstance(model, Network) else ()
        if isinstance(argument, Symbol):
            name = self.graph[uses[argument.id]].layer
            layers = tuple(layer for layer in layers if layer.name == name) or layers
        if (
            not layers
            or any(layer.activation != layers[0].activation for layer in layers)
            or layers[0].is_softmax
        ):
            raise LookupError
        return layers[0]

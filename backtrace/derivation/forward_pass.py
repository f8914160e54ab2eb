"""Network → forward equations: nets and activations layer by layer, then the cost.

    h_k = Σ w_kj·a_j + b_k        the net input: a weighted sum over the units (or inputs) j before it
    a_k = f(h_k)                  the activation; without f, any number of layers would be one linear map
    E = Σ ½(t_k - a_k)²           the cost, one term for each output

Also the two facts about a sample that change how its equations are written (`Case`). Knows no values: a
weight here is a symbol, and its number is in the problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from backtrace.derivation.activations import activation_value, for_unit
from backtrace.derivation.costs import cost_term_template
from backtrace.derivation.equation import Equation, Kind
from backtrace.problem.notation import cost_term, derivative, given, of_unit
from backtrace.problem.problem import INPUTS, Layer, Network, Problem
from backtrace.symbolic.expressions import (
    ZERO,
    Call,
    Expression,
    Negative,
    Product,
    Quotient,
    Sum,
    Symbol,
    number,
    substitute,
    sum_of,
)
from backtrace.symbolic.ids import spell
from backtrace.symbolic.simplify import simplify


class Case(NamedTuple):
    """The facts about one sample on which its equations depend, besides the network.

    `targets_sum_to_one` lets the δ of a softmax be written a - t. `shifted` names the softmax layers whose
    nets are so large that e^h leaves the range of floats; their exponents are written h - m, with the
    maximum m.
    """

    has_targets: bool = True
    targets_sum_to_one: bool = False
    shifted: frozenset[str] = frozenset()


class NetworkSymbols:
    """The symbols of a network's quantities in its own notation."""

    def __init__(self, problem: Problem, network: Network) -> None:
        notation = problem.notation
        units = [unit for layer in network.layers for unit in layer.units]
        self.notation = notation
        self.net = {unit: of_unit("h", notation.net, unit) for unit in units}
        self.activation = {unit: of_unit("a", notation.activation, unit) for unit in units}
        self.delta = {unit: of_unit("delta", notation.delta, unit) for unit in units}
        self.error = {unit: of_unit("e", notation.error, unit) for unit in units}
        self.parameter = {name: given(name) for name in problem.parameters}
        self.input = [given(name) for name in problem.inputs]
        self.cost = Symbol("E", notation.cost)
        outputs = network.layers[-1].units
        self.target = dict(zip(outputs, map(given, problem.targets), strict=False))
        self.sources = {INPUTS: self.input} | {
            layer.name: [self.activation[unit] for unit in layer.units] for layer in network.layers
        }

    def columns(self, layer: Layer) -> list[Symbol]:
        """The symbols that a layer's weights are multiplied by, one for each column."""
        return [symbol for source in layer.sources for symbol in self.sources[source]]

    def slope(self, unit: str) -> Symbol:
        return derivative(self.activation[unit], self.net[unit])

    def cost_gradient(self, unit: str) -> Symbol:
        return derivative(self.cost, self.activation[unit])


class Forward:
    """The forward pass of a network: its equations by layer, and those of the cost."""

    def __init__(self, problem: Problem, network: Network, case: Case) -> None:
        self.problem = problem
        self.network = network
        self.case = case
        self.symbols = NetworkSymbols(problem, network)

    @cached_property
    def nets(self) -> Mapping[str, Sequence[Equation]]:
        """The net input of every unit, by layer name."""
        return {
            layer.name: [
                _row(self.symbols.net[unit], self._net(layer, row), "net", layer)
                for row, unit in enumerate(layer.units)
            ]
            for layer in self.network.layers
        }

    @cached_property
    def cost_terms(self) -> Mapping[str, Expression]:
        """The cost's term for each output, by unit; empty for a cost given as one expression."""
        outputs, cost = self.network.layers[-1].units, self.network.cost
        if not isinstance(cost, str):
            return {}
        template = substitute(cost_term_template(cost), {"n": number(len(outputs))})
        activation, target = self.symbols.activation, self.symbols.target
        return {
            unit: simplify(substitute(template, {"a": activation[unit], "t": target[unit]}))
            for unit in outputs
        }

    @cached_property
    def costs(self) -> Sequence[Equation]:
        """The cost; before it, where there are several outputs, their terms."""
        cost = self.network.cost
        terms = [
            Equation(cost_term(self.symbols.notation, unit), term, "cost", "forward")
            for unit, term in self.cost_terms.items()
        ]
        if len(terms) == 1:
            return [terms[0]._replace(symbol=self.symbols.cost)]
        if isinstance(cost, str):
            whole: Expression = Sum(tuple(term.symbol for term in terms))
        else:
            whole = substitute(cost, {symbol.id: symbol for symbol in self.symbols.activation.values()})
        return [*terms, Equation(self.symbols.cost, whole, "cost", "forward")]

    def equations(self) -> list[Equation]:
        """All equations in an order in which they can be computed: each layer needs only those before it."""
        rows: list[Equation] = []
        for layer in self.network.layers:
            rows += self.nets[layer.name]
            rows += self.softmax(layer) if layer.is_softmax else self._elementwise(layer)
        return rows + list(self.costs) if self.case.has_targets else rows

    def _net(self, layer: Layer, row: int) -> Expression:
        """The weighted sum of one unit; a `None` among its weights is a connection that does not exist.

        The bias is a weight whose input is always 1 (or -1 where a book writes it as a threshold).
        """
        parameter = self.symbols.parameter
        terms: list[Expression] = [
            Product((source, parameter[weight]))
            for source, weight in zip(self.symbols.columns(layer), layer.weights[row], strict=True)
            if weight is not None
        ]
        bias = layer.biases[row]
        if bias is not None:
            terms.append(parameter[bias] if layer.bias_input > 0 else Negative(parameter[bias]))
        return sum_of(terms) if terms else ZERO

    def _elementwise(self, layer: Layer) -> list[Equation]:
        formulas = self.by_unit(activation_value(layer.activation.name), layer)
        return [
            _row(self.symbols.activation[unit], formula, "activation", layer)
            for unit, formula in zip(layer.units, formulas, strict=True)
        ]

    def by_unit(self, template: Expression, layer: Layer) -> list[Expression]:
        """A formula in h and a, such as a slope, for each unit of a layer."""
        net, activation, options = self.symbols.net, self.symbols.activation, layer.activation.options
        return [for_unit(template, net[unit], activation[unit], options) for unit in layer.units]

    def softmax(self, layer: Layer) -> list[Equation]:
        """The rows of a softmax layer: the exponentials e^h, their sum S, and the shares a = e^h/S.

        The shares are positive and add up to 1, so they can be read as probabilities. Subtracting the same
        m from all nets multiplies each e^h and S by e^(-m), which leaves the shares as they are.
        """
        name = spell(layer.name)
        nets = [self.symbols.net[unit] for unit in layer.units]
        rows: list[Equation] = []
        exponents: list[Expression] = list(nets)
        texts = [net.text for net in nets]
        if layer.name in self.case.shifted:
            largest = Symbol(f"m_{name}", f"m_{layer.name}")
            top = Call("max", tuple(nets)) if len(nets) > 1 else nets[0]
            rows.append(_row(largest, top, "exponential", layer))
            exponents = [Sum((net, Negative(largest))) for net in nets]
            texts = [f"({net.text} - {largest.text})" for net in nets]
        exponentials = [
            _row(Symbol(f"exp_{spell(unit)}", f"e^{text}"), Call("exp", (exponent,)), "exponential", layer)
            for unit, exponent, text in zip(layer.units, exponents, texts, strict=True)
        ]
        total = Symbol(f"S_{name}", f"S_{layer.name}")
        parts = tuple(row.symbol for row in exponentials)
        shares = [
            _row(self.symbols.activation[unit], Quotient(part, total), "activation", layer)
            for unit, part in zip(layer.units, parts, strict=True)
        ]
        return [*rows, *exponentials, _row(total, sum_of(parts), "exponential", layer), *shares]


def _row(symbol: Symbol, expression: Expression, kind: Kind, layer: Layer) -> Equation:
    """One equation of a layer."""
    return Equation(symbol, expression, kind, "forward", layer.name)

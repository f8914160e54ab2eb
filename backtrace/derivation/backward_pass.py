"""The backward pass of a layer network, row by row as a textbook has it.

For each layer, from the last to the first:

    ∂E/∂a_k             how the cost changes with the unit's activation (or the error e_k, in other books)
    ∂a_k/∂h_k           the slope of the activation at this net input
    δ_k = ∂E/∂a_k · ∂a_k/∂h_k = ∂E/∂h_k
    ∂E/∂w = δ_k · a_j   for the weight from unit j, because h_k = … + w·a_j + …

The δ are the point of it all. Every weight of a unit, and every unit in the layer before, acts on the cost
only through the unit's net input, so they share this one factor. `_Backward` writes these rows; below it
are the rows that are shown only on request. Knows no values and no numbers but those in formulas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence

from backtrace.derivation.activations import activation_slope
from backtrace.derivation.chain_rule import Adjoints, factors
from backtrace.derivation.equation import Equation, Kind
from backtrace.derivation.forward_pass import Forward
from backtrace.problem.notation import cost_term, derivative
from backtrace.problem.problem import INPUTS, Layer, parameters_of
from backtrace.symbolic.expressions import ONE, ZERO, Expression, Negative, Product, Sum, Symbol
from backtrace.symbolic.simplify import add, multiply, negate


def backward_equations(forward: Forward) -> list[Equation]:
    """All rows of the backward pass, the last layer first; hidden ones are by-products of the same walk.

    Raises:
        NotDifferentiableError: a layer's activation has no useful derivative.
    """
    walk = _Backward(forward)
    walk.run()
    return walk.rows


class _Backward:
    """The walk from the cost back to the first layer; `rows` fills up on the way."""

    def __init__(self, forward: Forward) -> None:
        self.forward = forward
        self.network = forward.network
        self.symbols = forward.symbols
        self.adjoints = Adjoints()
        self.descent = forward.problem.delta == "descent"
        self.turned = forward.problem.turned
        self.rows: list[Equation] = []
        self.wanted = {symbol.id for symbol in self.symbols.parameter.values()}
        self.wanted |= {symbol.id for symbol in self.symbols.activation.values()}

    def run(self) -> None:
        names = {layer.name: set(parameters_of(layer)) for layer in self.network.layers}
        uses = Counter(name for layer in names.values() for name in layer)
        self._from_cost(self.network.layers[-1])
        for layer in reversed(self.network.layers):
            self._layer(layer)
            for name in self.symbols.parameter:
                if name in names[layer.name] and uses[name] == 1:
                    self._gradient(name, layer.name)
        # A parameter tied across layers belongs to none of them; its gradient is complete only now.
        for name in self.symbols.parameter:
            if uses[name] > 1:
                self._gradient(name, None)

    def _emit(
        self,
        symbol: Symbol,
        expression: Expression,
        kind: Kind,
        layer: str | None,
        hidden: bool = False,
        aliases: tuple[str, ...] = (),
    ) -> None:
        self.rows.append(Equation(symbol, expression, kind, "backward", layer, hidden, aliases))

    def _from_cost(self, output: Layer) -> None:
        """Start: ∂E/∂E = 1, or 1 for each output's term, since E is their sum."""
        outputs = {self.symbols.activation[unit].id for unit in output.units}
        costs = self.forward.costs
        for equation in costs if len(costs) == 1 else costs[:-1]:
            self.adjoints.send_back(equation, ONE, outputs)

    def _layer(self, layer: Layer) -> None:
        """One layer's rows down to δ, and each unit's δ passed back through its net input.

        That reaches the weights of this layer and the activations of the layers before it, which is all that
        the next step of the walk needs.
        """
        directions = [self._direction(layer, unit) for unit in layer.units]
        self._deltas(layer, directions)
        _send_through_nets(self.forward, layer, self.adjoints, self.wanted)

    def _gradient(self, name: str, layer: str | None) -> None:
        parameter = self.symbols.parameter[name]
        symbol = derivative(self.symbols.cost, parameter)
        gradient = self.adjoints.gather(parameter.id)
        self.rows.append(Equation(symbol, gradient, "gradient", "backward", layer))  # tens of thousands

    def _direction(self, layer: Layer, unit: str) -> Expression:
        """The factor that gives δ when multiplied by the slope: ∂E/∂a, or under `descent` the error e.

        For a squared error, ∂E/∂a = a - t. Books that write the error as e = t - a have δ = e·a(1 - a) and
        add η·δ·x to the weights: δ is then -∂E/∂h, and the two minus signs cancel.
        """
        activation, error = self.symbols.activation[unit], self.symbols.error[unit]
        symbol = self.symbols.cost_gradient(unit)
        gradient = self.adjoints.gather(activation.id)
        is_output = layer is self.network.layers[-1]
        target = self.symbols.target.get(unit) if is_output else None
        misfit = Sum((target, Negative(activation))) if target else negate(gradient)
        if self.descent and misfit == (negate(gradient) if self.turned else gradient):
            self._emit(error, misfit, "error", layer.name)
            self._emit(symbol, Negative(error) if self.turned else error, "cost_gradient", layer.name, True)
            return error
        self._emit(symbol, gradient, "cost_gradient", layer.name)
        # A hidden unit's error points where its activation should move, as t - a does at an output: with the
        # gradient when the objective is to grow, against it when it is to shrink.
        uphill = self.forward.problem.objective == "maximize"
        hidden_error = symbol if uphill else Negative(symbol)
        self._emit(error, misfit if target else hidden_error, "error", layer.name, True)
        return negate(symbol) if self.turned else symbol

    def _deltas(self, layer: Layer, directions: Sequence[Expression]) -> None:
        if not layer.is_softmax:
            # One slope per unit, since a unit's activation depends on its own net alone. Softmax is
            # different: each of its activations depends on all nets of the layer, so `through_activation`
            # adds them up.
            formulas = self.forward.by_unit(activation_slope(layer.activation.name), layer)
            for unit, formula in zip(layer.units, formulas, strict=True):
                self._emit(self.symbols.slope(unit), formula, "slope", layer.name)
        is_output = layer is self.network.layers[-1]
        if is_output and layer.is_softmax and self.network.cost == "cross_entropy":
            expressions = self._shortened(layer)
        else:
            expressions = through_activation(self.forward, layer, directions)
        for unit, expression in zip(layer.units, expressions, strict=True):
            delta, true = self.symbols.delta[unit], derivative(self.symbols.cost, self.symbols.net[unit])
            if self.turned:
                self._emit(delta, expression, "delta", layer.name)
                self._emit(true, Negative(delta), "delta", layer.name, hidden=True)
            else:
                self._emit(delta, expression, "delta", layer.name, aliases=(true.id, true.text))

    def _shortened(self, layer: Layer) -> list[Expression]:
        """δ_k = a_k·Σt - t_k for softmax with cross-entropy, where the rest of the chain rule cancels.

        E = -Σ t_j·ln a_j gives ∂E/∂a_j = -t_j/a_j. In δ_k = a_k·(∂E/∂a_k - Σ_j ∂E/∂a_j·a_j) each a_j in a
        denominator cancels, and with targets that sum to 1 only a_k - t_k is left.
        """
        targets = [self.symbols.target[unit] for unit in layer.units]
        total = ONE if self.forward.case.targets_sum_to_one else add(*targets)
        shortened = [
            add(multiply(self.symbols.activation[unit], total), Negative(target))
            for unit, target in zip(layer.units, targets, strict=True)
        ]
        return [negate(expression) for expression in shortened] if self.turned else shortened


def through_activation(forward: Forward, layer: Layer, directions: Sequence[Expression]) -> list[Expression]:
    """The gradients by a layer's nets (each δ, up to its sign) from those by its activations.

    A softmax's net acts on the whole layer. With d_j = ∂E/∂a_j and ∂a_j/∂h_k = a_j·([j = k] - a_k), the sum
    of their products over all j is a_k·(d_k - Σ_j d_j·a_j).
    """
    symbols = forward.symbols
    if not layer.is_softmax:
        return [multiply(d, symbols.slope(unit)) for d, unit in zip(directions, layer.units, strict=True)]
    if all(isinstance(d, Negative) for d in directions):
        return [negate(e) for e in through_activation(forward, layer, [negate(d) for d in directions])]
    activations = [symbols.activation[unit] for unit in layer.units]
    mean = add(*(multiply(d, a) for d, a in zip(directions, activations, strict=True)))
    return [
        multiply(a, add(d, Negative(mean) if isinstance(mean, Sum) else negate(mean)))
        for d, a in zip(directions, activations, strict=True)
    ]


def _send_through_nets(forward: Forward, layer: Layer, adjoints: Adjoints, wanted: Container[str]) -> None:
    """Pass each unit's ∂E/∂h, which is δ or -δ, back through its net input."""
    for unit, equation in zip(layer.units, forward.nets[layer.name], strict=True):
        delta = forward.symbols.delta[unit]
        adjoints.send_back(equation, negate(delta) if forward.problem.turned else delta, wanted)


def further_equations(forward: Forward) -> Iterator[Equation]:
    """The rows on which nothing depends: input gradients, factors of the chain, gradients of cost terms."""
    yield from _input_gradients(forward)
    for layer in forward.network.layers:
        yield from factors(forward.nets[layer.name])
        if layer.is_softmax:
            yield from _softmax_slopes(forward, layer)
    if len(forward.cost_terms) > 1:
        for unit in forward.cost_terms:
            yield from _term_gradients(forward, unit)


def _softmax_slopes(forward: Forward, layer: Layer) -> Iterator[Equation]:
    """∂a_j/∂h_k = a_j·([j = k] - a_k): in a softmax, each activation depends on all nets of the layer.

    Source: Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990.
    """
    activations, nets = forward.symbols.activation, forward.symbols.net
    for one in layer.units:
        for other in layer.units:
            a, by = activations[one], activations[other]
            slope: Expression = Negative(Product((a, by)))
            if one == other:
                slope = Product((a, Sum((ONE, Negative(a)))))
            yield Equation(derivative(a, nets[other]), slope, "local", "backward", layer.name, hidden=True)


def _input_gradients(forward: Forward) -> Iterator[Equation]:
    """∂E/∂i for each input: nobody updates an input, but it says which one the cost is most sensitive to."""
    symbols, adjoints = forward.symbols, Adjoints()
    ids = {symbol.id for symbol in symbols.input}
    for layer in forward.network.layers:
        if INPUTS in layer.sources:
            _send_through_nets(forward, layer, adjoints, ids)
    for symbol in symbols.input:
        gradient = adjoints.gather(symbol.id)
        yield Equation(derivative(symbols.cost, symbol), gradient, "gradient", "backward", hidden=True)


def _term_gradients(forward: Forward, output: str) -> Iterator[Equation]:
    """The gradient through one output's term of the cost, down to the first layer: ∂E_o1/∂a_h1."""
    symbols, adjoints, layers = forward.symbols, Adjoints(), forward.network.layers
    term = cost_term(symbols.notation, output)
    own = Equation(term, forward.cost_terms[output], "cost", "forward")
    outputs = {symbols.activation[unit].id for unit in layers[-1].units}
    wanted = {symbol.id for symbol in symbols.activation.values()}
    adjoints.send_back(own, ONE, outputs)
    for layer in reversed(layers):
        directions: list[Expression] = []
        for unit in layer.units:
            activation = symbols.activation[unit]
            symbol = derivative(term, activation)
            kind: Kind = "local" if layer is layers[-1] else "cost_gradient"
            gradient = adjoints.gather(activation.id)
            yield Equation(symbol, gradient, kind, "backward", layer.name, hidden=True)
            directions.append(ZERO if gradient == ZERO else symbol)
        if layer is layers[0]:
            return
        through = through_activation(forward, layer, directions)
        for unit, equation, expression in zip(layer.units, forward.nets[layer.name], through, strict=True):
            net = derivative(term, symbols.net[unit])
            yield Equation(net, expression, "delta", "backward", layer.name, hidden=True)
            if expression != ZERO:
                adjoints.send_back(equation, net, wanted)

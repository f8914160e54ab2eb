"""Steps of training a layer network with numpy, a layer and all samples at a time.

All parameters are in one vector, so that an update rule is a few operations on it. Activations, costs and
update rules are the rows of the same tables as the equations', evaluated on arrays: no formula is written
here. Must not know how many steps there are, nor what is kept of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from backtrace.derivation.activations import activation_slope, activation_value
from backtrace.derivation.costs import cost_term_template
from backtrace.derivation.dependencies import uses
from backtrace.derivation.optimizers import UPDATE_RULES, update_rows
from backtrace.evaluation.compiled import Compiled, compile_expression
from backtrace.evaluation.numpy_arrays import ARRAYS, Array
from backtrace.problem.problem import INPUTS, Layer, Network, Problem, parameters_of
from backtrace.symbolic.calculus import partials
from backtrace.symbolic.expressions import ZERO, Expression
from backtrace.symbolic.ids import spell


class NumpyEngine:
    """Runs the steps of a layer network; its vectors have an entry for each parameter, in `names`' order."""

    def __init__(self, problem: Problem, values: dict[str, float]) -> None:
        assert isinstance(problem.model, Network)
        assert problem.update is not None
        self.problem = problem
        self.network = problem.model
        self.names = _in_order_of_use(self.network, problem)
        place = {name: i for i, name in enumerate(self.names)}
        self.blocks = [_Block(layer, place) for layer in self.network.layers]
        self.put(values, 0)
        self.constants = {name: constant.value for name, constant in problem.update.constants.items()}
        self.held = np.array([place[name] for name in self.names if name in problem.fixed], dtype=np.intp)
        scored = [sample for sample in problem.samples if sample.targets is not None]
        self.inputs = np.array([[n.value for n in sample.inputs] for sample in scored])
        self.targets = np.array([[n.value for n in sample.targets or ()] for sample in scored])
        self.cost_of = _Cost(self.network, problem.targets)
        self.rows = {row: _function(formula) for row, formula in update_rows(problem.update.rule).items()}

    @property
    def values(self) -> dict[str, float]:
        """Parameters and states by id."""
        ids = [spell(name) for name in self.names]
        found = dict(zip(ids, self.parameters.tolist(), strict=True))
        for state, vector in self.states.items():
            found |= {f"{state}_{id}": value for id, value in zip(ids, vector.tolist(), strict=True)}
        return found

    def put(self, values: Mapping[str, float], done: int) -> None:
        """Continue from these values, after so many steps."""
        assert self.problem.update is not None
        ids = [spell(name) for name in self.names]
        self.parameters = np.array([values[id] for id in ids], dtype=np.float64)
        self.states = {
            state: np.array([values.get(f"{state}_{id}", 0.0) for id in ids], dtype=np.float64)
            for state in UPDATE_RULES[self.problem.update.rule].states
        }
        self.done = done

    @property
    def largest(self) -> float:
        """The largest absolute value; not a number if one of the values is not."""
        return max(float(np.abs(vector).max()) for vector in (self.parameters, *self.states.values()))

    def advance(self, steps: int) -> list[float]:
        """Run so many steps; their costs."""
        with ARRAYS.context():
            return [self.step() for _ in range(steps)]

    def cost(self) -> float:
        """The cost of all samples with the parameters as they are, as the batch has it; online the mean."""
        with ARRAYS.context():
            outputs, _ = self.forward(self.inputs)
            total = self.cost_of.value(outputs[self.blocks[-1].layer.name], self.targets)
        return total if self.problem.batch == "sum" else total / len(self.inputs)

    def forward(self, inputs: Array) -> tuple[dict[str, Array], list[Array]]:
        """The activations by layer, and the net inputs in order; a row for each row of inputs."""
        outputs, nets = {INPUTS: inputs}, []
        for block in self.blocks:
            nets.append(block.net(outputs, self.parameters))
            outputs[block.layer.name] = block.activated(nets[-1])
        return outputs, nets

    def step(self) -> float:
        """One step; its cost before the update."""
        samples = slice(None)
        if self.problem.batch == "online":
            own = self.done % len(self.inputs)
            samples = slice(own, own + 1)
        cost, gradient = self.gradient(self.inputs[samples], self.targets[samples])
        if self.problem.batch == "mean":
            cost /= len(self.inputs)
            gradient /= len(self.inputs)
        self.done += 1
        self.update(gradient)
        return cost

    def gradient(self, inputs: Array, targets: Array) -> tuple[float, Array]:
        """The cost of some samples, a row each, and its derivative by every parameter, summed over them."""
        outputs, nets = self.forward(inputs)
        last = self.blocks[-1].layer.name
        cost = self.cost_of.value(outputs[last], targets)
        slopes = {last: self.cost_of.slope(outputs[last], targets)}
        gradient = np.zeros(len(self.parameters))
        for block, net in zip(reversed(self.blocks), reversed(nets), strict=True):
            name = block.layer.name
            if name not in slopes:  # no other layer reads it
                continue
            if name == last and self.is_softmax_with_cross_entropy:
                delta = outputs[name] * targets.sum(axis=1, keepdims=True) - targets
            else:
                delta = block.delta(slopes[name], net, outputs[name])
            block.add_gradient(delta, outputs, gradient)
            for source, slope in block.sent_back(delta, outputs, self.parameters):
                slopes[source] = slopes[source] + slope if source in slopes else slope
        return cost, gradient

    @property
    def is_softmax_with_cross_entropy(self) -> bool:
        return self.network.layers[-1].is_softmax and self.network.cost == "cross_entropy"

    def update(self, gradient: Array) -> None:
        """Change the parameters and states as the update rule does."""
        assert self.problem.update is not None
        climbs = self.problem.objective == "maximize"
        if len(self.held):
            gradient[self.held] = 0.0  # so that their states stay 0
        known: dict[str, Any] = {**self.constants, **self.states, "t": float(self.done)}
        known |= {"w": self.parameters, "g": -gradient if climbs else gradient}
        for row, formula in self.rows.items():
            known[row] = formula(known.__getitem__)
        change = known["change"]
        if len(self.held):
            change[self.held] = 0.0
        self.parameters = self.parameters + change
        self.states = {state: known[f"{state}_new"] for state in self.states}


def _in_order_of_use(network: Network, problem: Problem) -> list[str]:
    """The parameters layer by layer, so that a layer's weights are next to one another in the vector."""
    used = dict.fromkeys(name for layer in network.layers for name in parameters_of(layer))
    return [*used, *(name for name in problem.parameters if name not in used)]


def _function(expression: Expression) -> Compiled[str]:
    """An expression as a function of a lookup by id."""
    return compile_expression(expression, {id: id for id in uses(expression)}, ARRAYS)


class _Block:
    """A layer on arrays: a row for each sample, a column for each unit.

    `weights` and `biases` are the places of its parameters in the vector of all.
    """

    def __init__(self, layer: Layer, place: dict[str, int]) -> None:
        self.layer = layer
        self.shape = (len(layer.units), len(layer.weights[0]) if layer.weights else 0)
        self.weights = _Places([name for row in layer.weights for name in row], place)
        self.biases = _Places(layer.biases, place)
        self.options = {name: option.value for name, option in layer.activation.options.items()}
        self.value = _function(activation_value(layer.activation.name))
        self.slope = _function(activation_slope(layer.activation.name))

    def matrix(self, parameters: Array) -> Array:
        return self.weights.of(parameters).reshape(self.shape)

    def net(self, outputs: dict[str, Array], parameters: Array) -> Array:
        net = self.sources(outputs) @ self.matrix(parameters).T
        return net + self.layer.bias_input * self.biases.of(parameters) if self.biases.any else net

    def sources(self, outputs: dict[str, Array]) -> Array:
        """The activations that the columns of the weights are multiplied with."""
        parts = [outputs[source] for source in self.layer.sources]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def activated(self, net: Array) -> Array:
        if self.layer.is_softmax:
            powers = np.exp(net - net.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)
        return self.evaluated(self.value, net, None)

    def delta(self, slope: Array, net: Array, activation: Array) -> Array:
        """∂E/∂h from ∂E/∂a."""
        if self.layer.is_softmax:
            return activation * (slope - (slope * activation).sum(axis=1, keepdims=True))
        return slope * self.evaluated(self.slope, net, activation)

    def evaluated(self, template: Compiled[str], net: Array, activation: Array) -> Array:
        return template({"h": net, "a": activation, **self.options}.__getitem__)

    def add_gradient(self, delta: Array, outputs: dict[str, Array], gradient: Array) -> None:
        """Add ∂E/∂w of the layer's parameters to the gradient."""
        self.weights.add((delta.T @ self.sources(outputs)).ravel(), gradient)
        if self.biases.any:
            self.biases.add(self.layer.bias_input * delta.sum(axis=0), gradient)

    def sent_back(
        self, delta: Array, outputs: dict[str, Array], parameters: Array
    ) -> Iterator[tuple[str, Array]]:
        """∂E/∂a of the layers that it reads, as far as they act through this one."""
        if self.layer.sources == (INPUTS,):
            return
        back, start = delta @ self.matrix(parameters), 0
        for source in self.layer.sources:
            end = start + outputs[source].shape[1]
            if source != INPUTS:
                yield source, back[:, start:end]
            start = end


class _Places:
    """The places of some parameters in the vector of all: a slice of it if they are there in order.

    A missing parameter has the place -1, reads as 0 and is never written.
    """

    def __init__(self, names: Sequence[str | None], place: dict[str, int]) -> None:
        self.any = any(name is not None for name in names)
        places = [place[name] if name is not None else -1 for name in names]
        self.places = np.array(places, dtype=np.intp)
        self.missing = self.places < 0
        self.slice: slice | None = None
        if places and places == list(range(places[0], places[0] + len(places))) and places[0] >= 0:
            self.slice = slice(places[0], places[0] + len(places))

    def of(self, parameters: Array) -> Array:
        """Their values; 0 for a missing one."""
        if self.slice is not None:
            return parameters[self.slice]
        return np.where(self.missing, 0.0, parameters[self.places])

    def add(self, amounts: Array, vector: Array) -> None:
        """Add to each its amount; a tied parameter gets several."""
        if self.slice is not None:
            vector[self.slice] += amounts
        else:
            np.add.at(vector, self.places[~self.missing], amounts[~self.missing])


class _Cost:
    """The cost of a network on arrays, and its derivative by each output.

    A cost of the table is one term, for all outputs at once; any other is a formula in all outputs.
    """

    def __init__(self, network: Network, targets: Sequence[str]) -> None:
        self.outputs = [f"a_{spell(unit)}" for unit in network.layers[-1].units]
        self.targets = [spell(name) for name in targets]
        self.is_by_output = isinstance(network.cost, str)
        cost = cost_term_template(network.cost) if isinstance(network.cost, str) else network.cost
        by = partials(cost, {"a"} if self.is_by_output else set(self.outputs))
        self.term = _function(cost)
        self.slopes = [_function(by.get(id, ZERO)) for id in (["a"] if self.is_by_output else self.outputs)]

    def value(self, outputs: Array, targets: Array) -> float:
        """The cost of all samples together."""
        return float(np.sum(self.spread(self.term, outputs, targets)))

    def slope(self, outputs: Array, targets: Array) -> Array:
        """∂E/∂a, a row for each sample."""
        parts = [self.spread(slope, outputs, targets) for slope in self.slopes]
        return parts[0] if self.is_by_output else np.stack(parts, axis=1)

    def spread(self, formula: Compiled[str], outputs: Array, targets: Array) -> Array:
        """A formula's value for each sample, and for each output where the cost has a term for it."""
        known = {"a": outputs, "t": targets, "n": float(len(self.outputs))}
        if not self.is_by_output:
            known = dict(zip((*self.outputs, *self.targets), (*outputs.T, *targets.T), strict=True))
        value = formula(known.__getitem__)
        shape = outputs.shape if self.is_by_output else outputs.shape[:1]
        return value if np.shape(value) == shape else np.broadcast_to(value, shape)

"""A trained network inspected: its outputs beside the targets, and its health.

That is how large δ is in each layer, and which units no longer react. Must not know how a run came about: it
looks at a problem and values of its parameters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from backtrace.derivation.activations import ACTIVATIONS, activation_slope, activation_value
from backtrace.evaluation.evaluator import value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.passes import Pass, Passes
from backtrace.problem.problem import Layer, Network, Problem
from backtrace.symbolic.ids import spell

SAMPLES_EXAMINED = 200
VANISHING, EXPLODING = 1e-3, 1e3  # a layer's δ as a share of the next layer's
FLAT = 0.0396  # of its slope at h = 0: there a sigmoid is at 0.01 or 0.99, a tanh at ±0.98
UNITS_NAMED = 8


class Prediction(NamedTuple):
    """A sample's numbers and the outputs; `targets` is None for a sample without."""

    sample: int
    inputs: tuple[float, ...]
    targets: tuple[float, ...] | None
    outputs: tuple[float, ...]


def passes_of(problem: Problem, values: Mapping[str, float], most: int, backward: bool) -> list[Pass]:
    """The passes of the first samples from some parameters, without those that fail."""
    passes = Passes(problem, FLOAT64)
    state = passes.start()
    state.values.update(values)
    samples = range(1, min(len(problem.samples), most) + 1)
    evaluated = [passes.run(state, sample, backward) for sample in samples]
    return [each for each in evaluated if not each.failure]


def predictions(problem: Problem, values: Mapping[str, float], most: int) -> list[Prediction]:
    """The outputs of a network for its first samples; of equations, which have no outputs, none."""
    if not isinstance(problem.model, Network):
        return []
    ids = [f"a_{spell(unit)}" for unit in problem.model.layers[-1].units]
    found = []
    for number, evaluated in enumerate(passes_of(problem, values, most, backward=False), 1):
        sample = problem.samples[number - 1]
        targets = None if sample.targets is None else tuple(n.value for n in sample.targets)
        inputs = tuple(n.value for n in sample.inputs)
        outputs = tuple(float(evaluated.values[id]) for id in ids)
        found.append(Prediction(number, inputs, targets, outputs))
    return found


class LayerHealth(NamedTuple):
    """One layer over the samples: the root mean square of its δ's norm, and the units that are stuck.

    `ratio` is the norm as a share of the next layer's; None for the last layer, and where that is 0. `stuck`
    units are saturated, or dead, for every sample.
    """

    layer: str
    activation: str
    norm: float
    ratio: float | None
    stuck: tuple[str, ...]
    units: int


def health(problem: Problem, values: Mapping[str, float]) -> list[LayerHealth]:
    """The layers of a network from the first to the last; of equations, which have no layers, none."""
    if not isinstance(problem.model, Network):
        return []
    passes = [each for each in passes_of(problem, values, SAMPLES_EXAMINED, True) if each.derivation.backward]
    found: list[LayerHealth] = []
    next_norm: float | None = None
    for layer in reversed(problem.model.layers) if passes else ():
        norm = math.hypot(*(_norm(each, layer) for each in passes)) / math.sqrt(len(passes))
        ratio = norm / next_norm if next_norm else None
        stuck = tuple(_stuck(passes, layer))
        found.append(LayerHealth(layer.name, layer.activation.name, norm, ratio, stuck, len(layer.units)))
        next_norm = norm
    return found[::-1]


def sentences(layers: Sequence[LayerHealth]) -> Iterator[str]:
    """Sentences on everything that keeps the network from learning."""
    for layer in layers:
        if layer.ratio is not None and layer.ratio < VANISHING:
            yield f"δ vanishes: in {layer.layer} it is {layer.ratio:.2g} times that of the next layer"
        if layer.ratio is not None and layer.ratio > EXPLODING:
            yield f"δ explodes: in {layer.layer} it is {layer.ratio:.2g} times that of the next layer"
        if layer.stuck:
            what = "saturated" if slope_at_zero(layer.activation, {}) else "dead"
            named = ", ".join(layer.stuck[:UNITS_NAMED])
            named += "…" if len(layer.stuck) > UNITS_NAMED else ""
            count = f"{len(layer.stuck)} of {layer.units} {layer.activation} units are {what}"
            yield f"{count} for every sample in {layer.layer}: {named}"


def _norm(evaluated: Pass, layer: Layer) -> float:
    return math.hypot(*(float(evaluated.values[f"delta_{spell(unit)}"]) for unit in layer.units))


def _stuck(passes: Sequence[Pass], layer: Layer) -> Iterator[str]:
    """The units whose activation is flat at every sample: no gradient passes through them."""
    if layer.is_softmax:
        return
    options = {name: number.value for name, number in layer.activation.options.items()}
    flat = FLAT * abs(slope_at_zero(layer.activation.name, options))
    for unit in layer.units:
        slope = f"da_{spell(unit)}/dh_{spell(unit)}"
        if all(abs(float(each.values[slope])) <= flat for each in passes):
            yield unit


def slope_at_zero(activation: str, options: Mapping[str, float]) -> float:
    """The slope of an activation where its net input is 0; without `options`, of its usual form.

    There a sigmoid or a tanh is steepest, and a relu has slope 0, as on its whole dead side.
    """
    values = {**ACTIVATIONS[activation].options, **options, "h": 0.0}
    values["a"] = value_of(activation_value(activation), values, FLOAT64)
    return float(value_of(activation_slope(activation), values, FLOAT64))

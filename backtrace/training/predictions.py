"""The outputs of a trained network for each sample, beside the targets.

Like `health`, it looks at a problem and values of its parameters, and must not know of a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.passes import Pass, Passes
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.ids import spell


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

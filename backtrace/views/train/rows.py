"""A training run for every format: costs, parameters, predictions, and the health of the layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backtrace.limits import STEP_EQUATIONS
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.ids import spell
from backtrace.training.inspection import LayerHealth, Prediction, health, predictions
from backtrace.training.trainer import Outcome

CURVE_FORMS = ("csv", "jsonl", "svg")  # formats that show the cost alone
PREDICTIONS_KEPT, FEW_PREDICTIONS = 1_000, 20  # the few are of a large network


class RunSummary(NamedTuple):
    """A run and its results, as far as a format shows them."""

    problem: Problem
    outcome: Outcome
    predictions: Sequence[Prediction] = ()
    health: Sequence[LayerHealth] = ()

    @property
    def parameters(self) -> Iterator[tuple[str, float, float]]:
        """Each parameter's name, starting and final value."""
        for name, start in self.problem.parameters.items():
            yield name, start.value, self.outcome.values[spell(name)]


def summarize(problem: Problem, outcome: Outcome, form: str) -> RunSummary:
    """A run, with the predictions and the health of the layers if the format shows them."""
    if form in CURVE_FORMS:
        return RunSummary(problem, outcome)
    if len(problem.parameters) > STEP_EQUATIONS:
        return RunSummary(problem, outcome, predictions(problem, outcome.values, FEW_PREDICTIONS))
    shown = predictions(problem, outcome.values, PREDICTIONS_KEPT)
    return RunSummary(problem, outcome, shown, health(problem, outcome.values))


def cost_symbol(problem: Problem) -> str:
    """The name of the cost."""
    return problem.notation.cost if isinstance(problem.model, Network) else problem.model.objective


def usual_marks(steps: int) -> list[int]:
    """The steps after which the cost is shown by default: 1, 2, 5, 10, 20, 50 and so on."""
    found, unit = [], 1
    while unit < steps:
        found += [factor * unit for factor in (1, 2, 5) if factor * unit < steps]
        unit *= 10
    return found


def cost_name(run: RunSummary) -> str:
    """The name of the numbers in the curve."""
    problem = run.problem
    samples = sum(sample.targets is not None for sample in problem.samples) or len(problem.samples)
    if samples == 1 or problem.batch != "online":
        return cost_symbol(problem)
    return f"{cost_symbol(problem)}, mean of {samples} samples"


def ending(run: RunSummary) -> str:
    """The number of steps, and the reason for an early end."""
    outcome = run.outcome
    done = "1 step" if outcome.steps == 1 else f"{outcome.steps:,} steps"
    return f"{done}: {outcome.ended}" if outcome.ended else done


def speed(outcome: Outcome) -> str:
    """The time and speed of a run."""
    rate = outcome.steps / outcome.seconds if outcome.seconds else 0.0
    took = f"{outcome.steps:,} steps in {outcome.seconds:.2f} s"
    return f"{took}, {rate:,.0f} a second, {outcome.engine} engine"

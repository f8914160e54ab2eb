"""Numbers with one decimal for a plan, the same for the same seed on any machine.

Of Python's generator only `random()` is used: its sequence for a seed is the one thing that is promised to
stay. What is drawn are whole tenths.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from backtrace.derivation.activations import ACTIVATIONS
from backtrace.exercises.network import parameter_names, problem
from backtrace.exercises.plan import Plan
from backtrace.problem.problem import Problem, Sample
from backtrace.symbolic.expressions import Number

USUAL_REACH = 9  # tenths: weights up to 0.9 either way, wider where there are more of them than such numbers
NEGATIVE_INPUTS = 0.25  # of the inputs are negative
HIDING = (0, 10)  # tenths: weights 0 and 1, without which a product is the same
HALF = 5  # the target that is its own opposite: 1 - 0.5


class Numbers:
    """Draws the numbers of one problem after another."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random

    def below(self, bound: int) -> int:
        """A whole number from 0 on."""
        return int(self.random() * bound)

    def some(self, choices: Sequence[int], count: int) -> list[int]:
        """So many of the choices, each at most once before every one has been drawn."""
        drawn: list[int] = []
        left: list[int] = []
        for _ in range(count):
            left = left or list(choices)
            drawn.append(left.pop(self.below(len(left))))
        return drawn

    def problem(self, plan: Plan, title: str) -> Problem:
        """A plan with numbers in it, good or bad."""
        names = parameter_names(plan)
        drawn = self.some(choices_for(len(names)), len(names))
        parameters = dict(zip(names, map(tenths, drawn), strict=True))
        return problem(plan, parameters, [self.sample(plan) for _ in range(plan.samples)], title)

    def sample(self, plan: Plan) -> Sample:
        inputs = self.some(range(1, 10), plan.sizes[0])
        inputs = [-k if self.random() < NEGATIVE_INPUTS else k for k in inputs]
        targets = None if plan.is_forward_only else tuple(map(tenths, self.targets(plan)))
        return Sample(tuple(map(tenths, inputs)), targets)

    def targets(self, plan: Plan) -> list[int]:
        outputs = plan.sizes[-1]
        if plan.has_classes:
            right = self.below(outputs)
            return [10 * (k == right) for k in range(outputs)]
        if plan.cost == "binary_cross_entropy":
            return self.some((0, 10), outputs)
        low, high = (round(10 * end) for end in ACTIVATIONS[plan.activations[-1]].targets)
        return self.some([k for k in range(low, high + 1) if k != HALF], outputs)


def choices_for(count: int) -> list[int]:
    """The tenths that so many weights and biases are drawn from, each at most once."""
    reach = USUAL_REACH if count <= 2 * USUAL_REACH else count // 2 + 1
    return [k for k in range(-reach, reach + 1) if k not in HIDING]


def tenths(count: int) -> Number:
    """So many tenths, as a person writes them.

    >>> tenths(-3), tenths(10)
    (Number(value=-0.3, text='-0.3'), Number(value=1.0, text='1'))
    """
    return Number(count / 10, f"{count // 10}" if count % 10 == 0 else f"{count / 10:.1f}")

"""Problems for a plan: names for units, weights and biases, and numbers with one decimal.

They are the same for the same seed on any machine. Of Python's generator only `random()` is used: its
sequence for a seed is the one thing that is promised to stay. What is drawn are whole tenths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, pairwise
from random import Random

from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.optimizers import RATE, UPDATE_RULES
from backtrace.exercises.plan import Plan
from backtrace.problem.notation import NOTATIONS
from backtrace.problem.problem import (
    INPUTS,
    Activation,
    Layer,
    Network,
    Problem,
    Sample,
    Update,
    parameters_of,
)
from backtrace.symbolic.expressions import Number, number

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


def problem(plan: Plan, parameters: Mapping[str, Number], samples: Sequence[Sample], title: str) -> Problem:
    """The problem of a plan with these numbers in it."""
    update = None if plan.update is None or plan.is_forward_only else _update(plan.update, plan.rate)
    return Problem(
        title=title,
        source="",
        model=Network(tuple(_layers(plan)), plan.cost),
        inputs=tuple(f"i_{k}" for k in range(1, plan.sizes[0] + 1)),
        targets=() if plan.is_forward_only else _numbered("t_o", plan.sizes[-1]),
        parameters=parameters,
        samples=tuple(samples),
        objective="maximize" if plan.cost == "performance" else "minimize",
        delta=plan.delta,
        update=update,
        batch="online" if plan.is_forward_only else plan.batch,
        notation=NOTATIONS[plan.notation],
    )


def parameter_names(plan: Plan) -> tuple[str, ...]:
    """The weights and biases of a plan, layer by layer, each once."""
    return tuple(dict.fromkeys(name for layer in _layers(plan) for name in parameters_of(layer)))


def _layers(plan: Plan) -> Iterator[Layer]:
    """The layers: units 1, 2 and so on, the outputs o, or o1, o2; weights w_1, w_2, biases b_1, b_2."""
    weight, bias, unit = count(1), count(1), count(1)
    before, last = INPUTS, len(plan.sizes) - 1
    for depth, (columns, size) in enumerate(pairwise(plan.sizes), start=1):
        rows = tuple(tuple(f"w_{next(weight)}" for _ in range(columns)) for _ in range(size))
        biases: tuple[str | None, ...] = (None if plan.bias == "none" else f"b_{depth}",) * size
        if plan.bias == "per-unit":
            biases = tuple(f"b_{next(bias)}" for _ in range(size))
        name, units = "output", _numbered("o", size)
        if depth < last:
            name = "hidden" if last == 2 else f"hidden {depth}"
            units = tuple(f"{next(unit)}" for _ in range(size))
        activation = plan.activations[depth - 1]
        options = {key: number(value) for key, value in ACTIVATIONS[activation].options.items()}
        yield Layer(name, units, Activation(activation, options), rows, biases, (before,))
        before = name


def _numbered(name: str, size: int) -> tuple[str, ...]:
    return (name,) if size == 1 else tuple(f"{name}{k}" for k in range(1, size + 1))


def _update(rule: str, rate: float) -> Update:
    constants = {**UPDATE_RULES[rule].constants, RATE: rate}
    return Update(rule, {name: number(value) for name, value in constants.items() if value is not None})

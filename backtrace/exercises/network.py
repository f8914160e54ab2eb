"""A plan's network: names for its units, weights and biases, and the `Problem` that holds the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, pairwise

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

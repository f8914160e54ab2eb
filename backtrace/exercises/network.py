"""A plan's network: names for its units, weights and biases, and the `Problem` that holds the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
    weight, bias, units = 0, 0, 0
    before, last = INPUTS, len(plan.sizes) - 1
    for depth, (columns, size) in enumerate(zip(plan.sizes, plan.sizes[1:], strict=False), start=1):
        rows = tuple(
            tuple(f"w_{weight + j * columns + k}" for k in range(1, columns + 1)) for j in range(size)
        )
        weight += size * columns
        biases: tuple[str | None, ...] = (None,) * size
        if plan.bias == "shared":
            biases = (f"b_{depth}",) * size
        elif plan.bias == "per-unit":
            biases = tuple(f"b_{bias + j}" for j in range(1, size + 1))
        bias += size
        if depth == last:
            name, own = "output", _numbered("o", size)
        else:
            name = "hidden" if last == 2 else f"hidden {depth}"
            own = tuple(f"{units + j}" for j in range(1, size + 1))
        units += size
        yield Layer(name, own, _activation(plan.activations[depth - 1]), rows, biases, (before,))
        before = name


def _numbered(name: str, size: int) -> tuple[str, ...]:
    return (name,) if size == 1 else tuple(f"{name}{k}" for k in range(1, size + 1))


def _activation(name: str) -> Activation:
    return Activation(name, {k: number(value) for k, value in ACTIVATIONS[name].options.items()})


def _update(rule: str, rate: float) -> Update:
    constants = {**UPDATE_RULES[rule].constants, RATE: rate}
    return Update(rule, {name: number(value) for name, value in constants.items() if value is not None})

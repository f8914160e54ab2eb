"""The plan of an exercise: topology, functions and rules that fit each other and a sheet of paper."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from backtrace.config.cursor import one_of
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.errors import BacktraceError, quoted
from backtrace.symbolic.expressions import number

UNITS_BY_HAND = 9  # of a layer; as many inputs, too
LAYERS_BY_HAND = 5
PARAMETERS_BY_HAND = 48

Bias = Literal["per-unit", "shared", "none"]


class Plan(NamedTuple):
    """A wish for exercises; `completed` fills in activations and a cost that it leaves open.

    `sizes` are the number of inputs and of each layer's units, `activations` one for each layer. `update` is
    a rule's name, or None for no update. `digits` are the significant digits that answers are asked for
    with, None for as few as tell slips apart.
    """

    sizes: tuple[int, ...] = (2, 2, 1)
    activations: tuple[str, ...] = ()
    cost: str = ""
    bias: Bias = "per-unit"
    update: str | None = "sgd"
    rate: float = 0.5
    samples: int = 1
    batch: Literal["online", "sum", "mean"] = "online"
    notation: str = "h-a"
    delta: Literal["gradient", "descent"] = "gradient"
    digits: int | None = None

    @property
    def topology(self) -> str:
        """The sizes as they are typed: 2-2-1."""
        return "-".join(map(str, self.sizes))

    @property
    def is_forward_only(self) -> bool:
        """Whether a layer has no useful derivative: then there are no targets, no cost and no update."""
        return "step" in self.activations

    @property
    def has_classes(self) -> bool:
        """Whether one target is 1 and the others are 0."""
        return self.activations[-1] == "softmax"

    @property
    def parameters(self) -> int:
        """The number of weights and biases."""
        biases = {"per-unit": sum(self.sizes[1:]), "shared": len(self.sizes) - 1, "none": 0}
        return sum(columns * units for columns, units in pairwise(self.sizes)) + biases[self.bias]


def completed(wish: Plan) -> Plan:
    """Fill in everything that a plan leaves open; one activation applies to all layers.

    Raises:
        BacktraceError: it is too large for paper, or its parts do not fit together.
    """
    layers = len(wish.sizes) - 1
    activations, cost = wish.activations, wish.cost
    if not activations:
        last = "softmax" if cost == "cross_entropy" else "sigmoid"
        activations = (*["sigmoid"] * (layers - 1), last)
    if len(activations) == 1:
        activations *= layers
    if not cost:
        cost = "cross_entropy" if activations[-1:] == ("softmax",) else "half_squared_error"
    plan = wish._replace(activations=activations, cost=cost)
    for fault in _faults(plan, bool(wish.cost)):
        raise BacktraceError(fault)
    return plan


def described(plan: Plan) -> str:
    """A plan in a few words.

    >>> described(completed(Plan((2, 3, 2, 2), ("tanh", "sigmoid", "softmax"))))
    '2-3-2-2, tanh, sigmoid and softmax'
    """
    *others, last = dict.fromkeys(plan.activations)
    return f"{plan.topology}, {', '.join(others)} and {last}" if others else f"{plan.topology}, {last}"


def options(plan: Plan) -> str:
    """The options that give a completed plan; defaults are left out.

    >>> options(completed(Plan((2, 3, 2), cost="cross_entropy", rate=0.1)))
    '--topology 2-3-2 --activation sigmoid,softmax --cost cross_entropy --learning-rate 0.1'
    """
    activations = plan.activations[:1] if len(set(plan.activations)) == 1 else plan.activations
    said = {"topology": plan.topology, "activation": ",".join(activations)}
    if not plan.is_forward_only:
        said["cost"] = plan.cost
    usual = Plan()
    for field in ("bias", "update", "rate", "samples", "batch", "notation", "delta", "digits"):
        if (value := getattr(plan, field)) != getattr(usual, field):
            option = "learning-rate" if field == "rate" else field
            said[option] = number(value).text if field == "rate" else value or "none"
    return " ".join(f"--{option} {value}" for option, value in said.items())


def _faults(plan: Plan, is_cost_said: bool) -> Iterator[str]:
    """Everything that makes a plan too large or does not fit together; what follows a fault may not hold."""
    sizes, layers = plan.sizes, len(plan.sizes) - 1
    if not 1 <= layers <= LAYERS_BY_HAND:
        yield (
            f"a topology of {_counted(len(sizes), 'number')}; expected the number of inputs, then the units "
            f"of each of 1 to {LAYERS_BY_HAND} layers, as 2-2-1"
        )
    for place, size in enumerate(sizes):
        if not 1 <= size <= UNITS_BY_HAND:
            what = _counted(size, "unit") + f" in layer {place}" if place else _counted(size, "input")
            yield f"{what}; expected 1 to {UNITS_BY_HAND}, for work by hand"
    for name in plan.activations:
        if name not in ACTIVATIONS:
            yield f"{quoted(name)} is no activation; expected {one_of(ACTIVATIONS)}"
    if len(plan.activations) != layers:
        yield (
            f"{_counted(len(plan.activations), 'activation')} for {_counted(layers, 'layer')}; expected one "
            f"for all, or one for each, as {','.join(['sigmoid'] * layers)}"
        )
    last = plan.activations[-1]
    if "softmax" in plan.activations[:-1]:
        hint = ",".join((*["sigmoid"] * (layers - 1), "softmax"))
        yield f"softmax in a hidden layer; expected it in the last layer only, as {hint}"
    if plan.has_classes and sizes[-1] == 1:
        yield "softmax of one unit is always 1; expected two or more outputs"
    if plan.cost not in COSTS:
        yield f"{quoted(plan.cost)} is no cost; expected {one_of(COSTS)}"
    if is_cost_said and plan.is_forward_only:
        yield (
            f"{plan.cost} with step, which has no useful derivative: such an exercise is the forward pass "
            "alone; expected no cost"
        )
    if plan.cost == "cross_entropy" and last != "softmax":
        yield (
            f"cross_entropy with {last} outputs; expected softmax in the last layer, or binary_cross_entropy"
        )
    if plan.cost == "binary_cross_entropy" and last != "sigmoid":
        yield f"binary_cross_entropy with {last} outputs; expected sigmoid in the last layer"
    if plan.parameters > PARAMETERS_BY_HAND:
        yield (
            f"{plan.topology} has {plan.parameters} weights and biases; expected at most "
            f"{PARAMETERS_BY_HAND}, for work by hand"
        )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"

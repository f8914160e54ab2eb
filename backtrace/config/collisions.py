"""Two quantities may not share an id: a parameter named h_1 beside a unit named 1 is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from backtrace.derivation.names import spell
from backtrace.derivation.updates import STEP, UPDATE_RULES
from backtrace.problem import Computation, Network, Problem

Refuse = Callable[[str, str], None]


def check_collisions(problem: Problem, refuse: Refuse) -> None:
    """Call `refuse(name, message)` for the first given whose id is taken already."""
    owner = dict(_computed(problem))
    for what, names in (
        ("input", problem.inputs),
        ("target", problem.targets),
        ("parameter", problem.parameters),
    ):
        for name in names:
            id = spell(name)
            mine = f"the {what} {name}"
            if id in owner:
                refuse(name, f"{mine} and {owner[id]} would share the id {id}; expected another name")
            owner[id] = mine


def _computed(problem: Problem) -> Iterator[tuple[str, str]]:
    """The ids that a given could be confused with, and whose they are."""
    if isinstance(problem.model, Network):
        yield from _of_network(problem.model)
    else:
        yield from _of_computation(problem.model)
    if problem.update is None:
        return
    rule = UPDATE_RULES[problem.update.rule]
    for constant in problem.update.constants:
        yield constant, f"the update's {constant}"
    if problem.update.rule in ("adam", "adamw"):
        yield STEP.id, "the number of the step"
    prefixes = ["Delta", *rule.states, *(row for row in rule.rows if row in ("mhat", "vhat"))]
    for name in problem.trained:
        for prefix in prefixes:
            yield f"{prefix}_{spell(name)}", f"the {prefix} of {name}"


def _of_network(network: Network) -> Iterator[tuple[str, str]]:
    yield "E", "the cost"
    for layer in network.layers:
        softmax = layer.activation.name == "softmax"
        if softmax:
            yield f"S_{spell(layer.name)}", f"the sum of layer {layer.name}"
            yield f"m_{spell(layer.name)}", f"the maximum of layer {layer.name}"
        for unit in layer.units:
            id = spell(unit)
            yield f"h_{id}", f"the net input of unit {unit}"
            yield f"a_{id}", f"the activation of unit {unit}"
            yield f"delta_{id}", f"the delta of unit {unit}"
            yield f"e_{id}", f"the error of unit {unit}"
            if softmax:
                yield f"exp_{id}", f"the exponential of unit {unit}"
    for unit in network.layers[-1].units:
        yield f"E_{spell(unit)}", f"the cost of unit {unit}"


def _of_computation(model: Computation) -> Iterator[tuple[str, str]]:
    yield from ((spell(name), f"the quantity {name}") for name in _names(model))


def _names(model: Computation) -> Iterable[str]:
    return (*model.equations, *model.deltas)

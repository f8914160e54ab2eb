"""Two quantities may not share an id: a parameter named h_1 beside a unit named 1 is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backtrace.derivation.optimizers import STEP, UPDATE_RULES
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.ids import spell

Refuse = Callable[[str, str], None]
_OF_A_UNIT = {"h": "net input", "a": "activation", "delta": "delta", "e": "error", "exp": "exponential"}


def check_collisions(problem: Problem, refuse: Refuse) -> None:
    """Call `refuse(name, message)` for the first quantity whose id is taken already."""
    owner: dict[str, str] = {}
    for name, id, what in _quantities(problem):
        if id in owner:
            refuse(name, f"{what} and {owner[id]} would share the id {id}; expected another name")
        owner[id] = what
    _check_updates(problem, owner, refuse)


def _quantities(problem: Problem) -> Iterator[tuple[str, str, str]]:
    """The name that each quantity has from the config, its id, and what it is; givens come last."""
    yield "", STEP.id, "the number of the step"
    for constant in problem.update.constants if problem.update else ():
        yield "", constant, f"the update's {constant}"
    model = problem.model
    if isinstance(model, Network):
        yield from _of_network(model)
    for what, names in (
        ("quantity", () if isinstance(model, Network) else (*model.equations, *model.deltas)),
        ("input", problem.inputs),
        ("target", problem.targets),
        ("parameter", problem.parameters),
    ):
        for name in names:
            yield name, spell(name), f"the {what} {name}"


def _of_network(network: Network) -> Iterator[tuple[str, str, str]]:
    yield "", "E", "the cost"
    for layer in network.layers:
        if layer.is_softmax:
            yield layer.name, f"S_{spell(layer.name)}", f"the sum of layer {layer.name}"
            yield layer.name, f"m_{spell(layer.name)}", f"the maximum of layer {layer.name}"
        for unit in layer.units:
            for prefix, what in _OF_A_UNIT.items():
                if layer.is_softmax or prefix != "exp":
                    yield unit, f"{prefix}_{spell(unit)}", f"the {what} of unit {unit}"
    outputs = network.layers[-1].units
    for unit in outputs if len(outputs) > 1 and isinstance(network.cost, str) else ():
        yield unit, f"E_{spell(unit)}", f"the cost of unit {unit}"


def _check_updates(problem: Problem, owner: dict[str, str], refuse: Refuse) -> None:
    """An update makes several quantities of every parameter, as Delta_w and m_w."""
    if problem.update is None:
        return
    rule = UPDATE_RULES[problem.update.rule]
    prefixes = ("Delta", *rule.states, *(row for row in rule.rows if row in ("mhat", "vhat")))
    trained = {spell(name): name for name in problem.trained}
    for id, what in owner.items():
        prefix, _, rest = id.partition("_")
        if prefix in prefixes and rest in trained:
            name = trained[rest]
            refuse(name, f"{what} and the {prefix} of {name} would share the id {id}; expected another name")

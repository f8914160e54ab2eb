"""A config to fill in: the network of a plan with 0.0 for every number, and comments on each key."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from backtrace.config.write import config_text
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.derivation.optimizers import UPDATE_RULES
from backtrace.exercises.plan import Plan, described
from backtrace.exercises.problems import parameter_names, problem
from backtrace.problem.problem import Sample
from backtrace.symbolic.expressions import Number

WIDTH = 90
EMPTY = Number(0.0, "0.0")

# The comment above each key of a config.
COMMENTS = {
    "title": ("The title above every table.",),
    "inputs": ("The inputs; you may choose other names, here and below.",),
    "targets": ("The target of each output.",),
    "layers": (
        "Layer by layer: of the weights, a row for each unit with an entry for each source. Activations:",
        *wrap(", ".join(ACTIVATIONS), WIDTH),
    ),
    "cost": ("How far the outputs are from the targets. Costs:", *wrap(", ".join(COSTS), WIDTH)),
    "parameters": ("The starting value of every weight and bias that is named above.",),
    "update": ("How they change; without this line there is no update. Rules:", ", ".join(UPDATE_RULES)),
    "samples": ("The inputs and targets; a line for each sample.",),
}


def skeleton(plan: Plan) -> Iterator[str]:
    """The lines of a config that loads as it is."""
    names = parameter_names(plan)
    inputs = (EMPTY,) * plan.sizes[0]
    targets = None if plan.is_forward_only else (EMPTY,) * plan.sizes[-1]
    samples = [Sample(inputs, targets)] * plan.samples
    empty = problem(plan, dict.fromkeys(names, EMPTY), samples, described(plan))
    yield "# A network to fill in: put your numbers in place of 0.0, then: backtrace trace FILE"
    for line in config_text(empty).splitlines():
        key = line.partition(":")[0]
        if key in COMMENTS:
            yield ""
            yield from (f"# {said}" for said in COMMENTS[key])
        yield line

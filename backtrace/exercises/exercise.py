"""Exercises: problems drawn until one has friendly numbers and hides no slip by chance.

Numbers are friendly to hands where nothing is saturated, too small or too large, and no layer is dead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from backtrace.checking.slips.what_if_values import Values
from backtrace.errors import BacktraceError
from backtrace.exercises.detectable_slips import DetectableSlips, Template, detectable_slips
from backtrace.exercises.plan import Plan, described
from backtrace.exercises.problems import Numbers
from backtrace.problem.problem import Problem

FEWEST_DIGITS, MOST_DIGITS = 4, 6  # of answers, where the plan does not say how many
TRIES = 2_000  # of one problem
HIDING_DRAWS = 300  # draws that are friendly but hide a slip, which takes long to find
HIDES = "a slip gives the right number"
PATIENCE = 25  # draws that hide a slip, before answers are asked for with one digit more
# Bounds of friendly numbers. They lie off the grid that numbers with few decimals fall on, so that no verdict
# depends on the last bit of a sum or of an exponential.
LARGEST_NET = 3.0303
SMALLEST_NET = 0.0303  # nearer to 0 a unit is at its kink, or practically linear
SMALLEST_SLOPE = 0.0503  # a sigmoid's at |h| = 2.9; a leaky unit's is small by design
LARGEST = 50.303  # of any value
SMALLEST_GRADIENT = 0.0001503  # except those that are 0
CLEAR_GRADIENT = 0.00503  # exceeded by half of the others


class Exercise(NamedTuple):
    """A problem, its number in the series, and the slips that answers with so many significant digits show.

    `tries` counts the draws that it took; `typed` is the command that makes it, for those who may know it.
    """

    number: int
    problem: Problem
    digits: int
    slips: DetectableSlips
    tries: int
    typed: str = ""


def exercises(plan: Plan, seed: int, count: int) -> Iterator[Exercise]:
    """The first `count` exercises of a seed; `plan` must be completed (`plan.completed`).

    Raises:
        BacktraceError: no friendly numbers for the plan were found.
    """
    numbers, seen = Numbers(seed), set()
    template: Template | None = None
    for number in range(1, count + 1):
        faults: Counter[str] = Counter()
        while True:
            if faults.total() == TRIES or faults[HIDES] == HIDING_DRAWS:
                raise BacktraceError(_not_found(plan, number, faults))
            digits = plan.digits or min(FEWEST_DIGITS + faults[HIDES] // PATIENCE, MOST_DIGITS)
            problem = numbers.problem(plan, f"Exercise {number}: {described(plan)}")
            template = template or Template(problem)
            drawn = tuple(problem.parameters.values()), problem.samples
            fault = fault_of(template, template.values(problem))
            fault = fault or ("drawn before" if drawn in seen else None)
            if fault is None:
                slips = detectable_slips(template, problem, digits)
                if slips.coincidence is None:
                    seen.add(drawn)
                    yield Exercise(number, problem, digits, slips, faults.total() + 1)
                    break
                fault = HIDES
            faults[fault] += 1


def _not_found(plan: Plan, number: int, faults: Counter[str]) -> str:
    often, times = faults.most_common(1)[0]
    return (
        f"no numbers found for exercise {number} ({described(plan)}) in {faults.total():,} tries; in "
        f"{times:,} of them {often}; "
        "expected another topology, other activations, fewer samples or more digits"
    )


def fault_of(template: Template, values: Values) -> str | None:
    """The first fault of a draw's numbers, or None."""
    gradients: list[float] = []
    alive: dict[tuple[int | None, str | None], bool] = {}
    for node in template.asked:
        size, name = abs(values.of(node.key)), node.symbol.text
        if size > LARGEST:
            return f"{name} is large"
        if node.kind == "net" and not SMALLEST_NET < size < LARGEST_NET:
            return f"{name} is saturated, or next to 0"
        if node.kind == "slope" and 0 < size < SMALLEST_SLOPE and node.layer not in template.leaky:
            return f"{name} is saturated"
        if node.kind == "gradient" and size:
            gradients.append(size)
        if node.kind in ("slope", "activation"):
            place = node.key.sample, f"{node.kind} {node.layer}"
            alive[place] = alive.get(place, False) or size > 0
    for (_, layer), is_alive in alive.items():
        if not is_alive:
            return f"{layer}: all 0"
    if any(size < SMALLEST_GRADIENT for size in gradients):
        return "a gradient is tiny"
    if 2 * sum(size > CLEAR_GRADIENT for size in gradients) < len(gradients):
        return "most gradients are tiny"
    return None

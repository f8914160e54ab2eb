"""Exercises: problems drawn until one has friendly numbers and hides no slip by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from backtrace.errors import BacktraceError
from backtrace.exercises.detectable_slips import DetectableSlips, detectable_slips
from backtrace.exercises.friendly_numbers import fault_of
from backtrace.exercises.numbers import Numbers
from backtrace.exercises.plan import Plan, described
from backtrace.exercises.template import Template
from backtrace.problem.problem import Problem

FEWEST_DIGITS, MOST_DIGITS = 4, 6  # of answers, where the plan does not say how many
TRIES = 2_000  # of one problem
HIDING_DRAWS = 300  # draws that are friendly but hide a slip, which takes long to find
HIDES = "a slip gives the right number"
PATIENCE = 25  # draws that hide a slip, before answers are asked for with one digit more


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

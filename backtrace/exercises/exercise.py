"""Exercises: problems drawn until one has friendly numbers and hides no slip by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from backtrace.config.cursor import one_of
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
    search = _Search(plan, seed)
    for number in range(1, count + 1):
        yield search.next(number)


class _Search:
    """Draws one problem after another; no two are the same."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan = plan
        self.numbers = Numbers(seed)
        self.template: Template | None = None
        self.seen: set[object] = set()

    def next(self, number: int) -> Exercise:
        faults: Counter[str] = Counter()
        hiding = 0
        for tries in range(1, TRIES + 1):
            digits = self.plan.digits or min(FEWEST_DIGITS + hiding // PATIENCE, MOST_DIGITS)
            problem = self.numbers.problem(self.plan, _title(self.plan, number))
            self.template = self.template or Template(problem)
            fault = fault_of(self.template, self.template.values(problem))
            if fault is None and _numbers(problem) in self.seen:
                fault = "drawn before"
            if fault is None:
                slips = detectable_slips(self.template, problem, digits)
                if slips.coincidence is None:
                    self.seen.add(_numbers(problem))
                    return Exercise(number, problem, digits, slips, tries)
                fault = "a slip gives the right number"
                hiding += 1
            faults[fault] += 1
            if hiding == HIDING_DRAWS:
                break
        raise BacktraceError(self.not_found(number, faults))

    def not_found(self, number: int, faults: Counter[str]) -> str:
        often, times = faults.most_common(1)[0]
        expected = ["another topology", "other activations"]
        expected += ["fewer samples"] if self.plan.samples > 1 else []
        expected += ["more digits"] if self.plan.digits in range(1, MOST_DIGITS) else []
        return (
            f"no numbers found for exercise {number} ({described(self.plan)}) in {faults.total():,} tries; "
            f"in {times:,} of them {often}; expected {one_of(expected)}"
        )


def _numbers(problem: Problem) -> object:
    return tuple(problem.parameters.values()), problem.samples


def _title(plan: Plan, number: int) -> str:
    return f"Exercise {number}: {described(plan)}"

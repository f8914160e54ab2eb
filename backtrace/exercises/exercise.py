"""Exercises: problems drawn until one is kind to hands and hides no slip by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from backtrace.config.cursor import one_of
from backtrace.errors import BacktraceError
from backtrace.exercises.detectable_slips import Apart, apart
from backtrace.exercises.friendly_numbers import unkind
from backtrace.exercises.numbers import Numbers
from backtrace.exercises.plan import Plan, described
from backtrace.exercises.template import Template
from backtrace.problem.problem import Problem

FEWEST_DIGITS, MOST_DIGITS = 4, 6  # that answers are asked for with, where nobody says how many
TRIES = 2_000  # of one problem
HIDING_DRAWS = 300  # draws that are kind, but hide a slip; to find that out takes long
PATIENCE = 25  # draws that hide a slip, until answers are asked for with one digit more


class Exercise(NamedTuple):
    """A problem, its number in the row, and which slips answers with so many significant digits tell apart.

    `tries` counts the draws that it took; `typed` is the command that makes it, for those who may know it.
    """

    number: int
    problem: Problem
    digits: int
    apart: Apart
    tries: int
    typed: str = ""


def exercises(plan: Plan, seed: int, count: int) -> Iterator[Exercise]:
    """The first `count` exercises of a seed; a `plan` is what `completed` gives.

    Raises:
        BacktraceError: no numbers for the plan were found that are kind to hands.
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
            fault = unkind(self.template, self.template.values(problem)) or self.drawn_before(problem)
            if fault is None:
                told = apart(self.template, problem, digits)
                if told.hidden is None:
                    self.seen.add(_drawn(problem))
                    return Exercise(number, problem, digits, told, tries)
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

    def drawn_before(self, problem: Problem) -> str | None:
        return "drawn before" if _drawn(problem) in self.seen else None


def _drawn(problem: Problem) -> object:
    return tuple(problem.parameters.values()), problem.samples


def _title(plan: Plan, number: int) -> str:
    return f"Exercise {number}: {described(plan)}"

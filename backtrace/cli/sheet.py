"""`backtrace sheet`: a blank answer sheet that `check` reads back; questions for a course site."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import click

from backtrace.cli import options as shared
from backtrace.views.formats import View

if TYPE_CHECKING:
    from backtrace.checking.judging.checker import Checker
    from backtrace.checking.slips.distinguish import PossibleAnswers
    from backtrace.derivation.equation import Equation
    from backtrace.evaluation.steps import Part
    from backtrace.problem.problem import Problem
    from backtrace.typesetting.numerals import Numerals


@shared.config_command("sheet")
@shared.format_option("sheet")
@shared.choice_options
@shared.flag("--formulas", "Show the formulas, too.")
@shared.limited_flag("sheet", "solution", "Fill in the right values")
@shared.fragment_flag("sheet")
@shared.number_options
@shared.what_if_options
@shared.file_option
def command(options: shared.Options, view: View, formulas: bool, solution: bool, fragment: bool) -> None:
    """Write an answer sheet for CONFIG: the given numbers, and a place for each number to compute.

    With -f gift or -f moodle: a question for each number, for a course site, with feedback on each slip.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. Mark the
    sheet with `backtrace check CONFIG SHEET`.
    """
    from backtrace.evaluation.float64 import FLOAT64
    from backtrace.tracing.selection import at_least_one, shown_parts
    from backtrace.tracing.trace import compute
    from backtrace.views.sheet.sheet import Asking, sections

    problem, request = options.request(exact=not view.takes("hand"))
    arithmetic = request.arithmetic
    parts = at_least_one(shown_parts(compute(problem, request), options.show, arithmetic), problem)
    name = "" if arithmetic is FLOAT64 else arithmetic.name
    decimals = _Decimals(problem, options.numerals(view.defaults.get("digits", 6)))
    options.write(
        view,
        problem,
        sections(problem, parts),
        arithmetic=arithmetic,
        fragment=fragment,
        asking=Asking(formulas, solution, _note(options.digits, options.decimals), name),
        outcomes=decimals.outcomes,
    )
    decimals.warn()


class _Decimals:
    """The decimals that questions ask for, at which the right answer differs from those of slips."""

    def __init__(self, problem: Problem, numerals: Numerals) -> None:
        self.problem = problem
        self.numerals = numerals
        self.zeros: list[str] = []  # ids of answers that are shown as 0, but are not

    @cached_property
    def checker(self) -> Checker:
        from backtrace.checking.judging.checker import Checker

        return Checker(self.problem)

    def outcomes(self, part: Part, row: Equation) -> PossibleAnswers:
        from backtrace.checking.graph import Key
        from backtrace.checking.slips.distinguish import places_for, possible_answers

        diagnosis = self.checker.diagnosis([part.step])
        places, value = self.numerals.decimals, part.values[row.id]
        if places is None:
            places = places_for(float(value), self.numerals.digits)
        found = possible_answers(diagnosis, Key(part.step, part.sample, row.id), places)
        if value and not float(found.right):
            self.zeros.append(row.id)
        return found

    def warn(self) -> None:
        if self.zeros:
            many = len(self.zeros)
            said = f"{many:,} right answer{' rounds' if many == 1 else 's round'} to 0, as {self.zeros[0]}"
            click.echo(f"{said}: use more decimals, or --digits", err=True)


def _note(digits: int | None, decimals: int | None) -> str:
    """The precision to answer with, where an option gives it."""
    if decimals is not None:
        return f"Answers to {decimals} decimal{'' if decimals == 1 else 's'}."
    return f"Answers to {digits} significant digit{'' if digits == 1 else 's'}." if digits else ""

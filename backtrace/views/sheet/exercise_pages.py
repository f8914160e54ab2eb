"""An exercise on paper: the problem as it is handed out, and its solution.

The problem is a blank answer sheet, the solution a trace; here stands only how exactly answers are wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO

from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Request
from backtrace.exercises.exercise import Exercise
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import work
from backtrace.typesetting.numerals import Numerals
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look
from backtrace.views.sheet.sheet import Asking, sections


def problem_context(exercise: Exercise, out: TextIO) -> ViewContext:
    """The handout: the givens, and a blank for every answer. Any format of `exercise` writes it."""
    digits = f"Calculate with all digits; give answers to {exercise.digits} significant ones."
    asked = sections(exercise.problem, visible(work(exercise.problem, Request())))
    return _context(exercise, asked, out, {"asking": Asking(note=digits), "exercise": exercise})


def solution_context(exercise: Exercise, out: TextIO) -> ViewContext:
    """The trace of the problem, its values as answers are asked for. Any format of `trace` writes it."""
    return _context(exercise, visible(work(exercise.problem, Request())), out, {})


def _context(exercise: Exercise, content: Any, out: TextIO, options: Mapping[str, Any]) -> ViewContext:
    def console() -> Any:
        raise NotImplementedError("a page of an exercise is a file, which has no console")

    look = Look(numerals=Numerals(exercise.digits))
    return ViewContext(exercise.problem, content, look, out, console, FLOAT64.name, options)

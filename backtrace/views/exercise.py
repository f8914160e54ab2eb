"""An exercise on paper: its config, the problem as it is handed out, its solution.

The problem is a blank answer sheet, the solution a trace; here it is only said how exactly answers are
wanted, and which slips they tell from what is right.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from textwrap import wrap

from backtrace.checking.graph import Node
from backtrace.config.write import config_text
from backtrace.evaluation.float64 import FLOAT64
from backtrace.exercises.exercise import Exercise
from backtrace.selection import visible
from backtrace.tracing import Request, work
from backtrace.views import latex, markdown, sheet, sheet_latex
from backtrace.views.records import Look, Numerals

WIDTH = 100
MOST_PLACES = 4  # that are named of a slip


def config_of(exercise: Exercise) -> str:
    """The config of an exercise, with what it tells as comments above it."""
    return "".join(f"# {line}\n" for line in slip_lines(exercise)) + config_text(exercise.problem)


def problem_page(exercise: Exercise, form: str) -> str:
    """What is handed out, in `markdown` or `latex`: what is given, and a place for every answer.

    Where the problem comes from is left out: whoever knows the seed has the solution.
    """
    problem = exercise.problem._replace(source="")
    look = _look(exercise)
    asked = sheet.sections(problem, visible(work(problem, Request())))
    asking = sheet.Asking(
        note=f"Calculate with all digits; give answers to {exercise.digits} significant ones."
    )
    out = io.StringIO()
    if form == "latex":
        sheet_latex.write_latex(problem, asked, look, asking, out, is_fragment=False)
    else:
        sheet.write_markdown(problem, asked, look, asking, out)
    return out.getvalue()


def solution_page(exercise: Exercise, form: str) -> str:
    """The trace of the problem, its values as answers are asked for."""
    problem, out = exercise.problem, io.StringIO()
    write = latex.write_latex if form == "latex" else markdown.write_markdown
    write(problem, visible(work(problem, Request())), _look(exercise), FLOAT64.name, out)
    return out.getvalue()


def _look(exercise: Exercise) -> Look:
    return Look(numerals=Numerals(exercise.digits))


def slip_lines(exercise: Exercise) -> Iterator[str]:
    """Which slips give another number than the right one, and where they do not."""
    told, untold = exercise.apart.told, exercise.apart.untold
    everywhere = [_named(slip, exercise) for slip in told if slip not in untold]
    yield f"Answers to {exercise.digits} significant digits tell these slips from what is right:"
    yield from _wrapped(", ".join(everywhere))
    partly = [f"{slip} (not in {_places(untold[slip])})" for slip in told if slip in untold]
    if partly:
        yield "and these, but not everywhere:"
        yield from _wrapped("; ".join(partly))
    never = [slip for slip in untold if slip not in told]
    if never:
        yield "These give the right number here:"
        yield from _wrapped(", ".join(never))
    if exercise.apart.absent:
        yield "These cannot be made here:"
        yield from _wrapped(", ".join(exercise.apart.absent))


def _named(slip: str, exercise: Exercise) -> str:
    if slip == "wrong_target" and len(exercise.problem.targets) == 1:
        return f"{slip} (as 1 - t: there is no other)"
    return slip


def _places(nodes: Sequence[Node]) -> str:
    symbols = list(dict.fromkeys(node.symbol.text for node in nodes))
    more = f" and {len(symbols) - MOST_PLACES} more" if len(symbols) > MOST_PLACES else ""
    return ", ".join(symbols[:MOST_PLACES]) + more


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)

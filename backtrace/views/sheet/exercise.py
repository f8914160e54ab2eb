"""An exercise: its config, with its command and the slips it shows as comments, its handout and its solution.

The command is only a comment: a handout is made from the config, and a student who knows the seed has the
solution. Must not know any format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, TextIO

from backtrace.checking.graph import Node
from backtrace.config.write import config_text
from backtrace.evaluation.steps import Request
from backtrace.exercises.exercise import Exercise
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import compute
from backtrace.typesetting.numerals import Numerals
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look
from backtrace.views.sheet.sheet import Asking, sections

WIDTH = 100
PLACES_NAMED = 4  # named for a slip


def write_yaml(context: ViewContext) -> None:
    """The config of an exercise."""
    context.out.write(config_of(context.options["exercise"]))


def config_of(exercise: Exercise) -> str:
    """The config of an exercise, with its command and the slips that it shows as comments above it."""
    lines = [exercise.typed] if exercise.typed else []
    return "".join(f"# {line}\n" for line in (*lines, *slip_lines(exercise))) + config_text(exercise.problem)


def slip_lines(exercise: Exercise) -> Iterator[str]:
    """The slips that give another number than the right one, and the quantities where they do not."""
    shown, hidden = exercise.slips.shown_at, exercise.slips.hidden_at
    everywhere = [_named(slip, exercise) for slip in shown if slip not in hidden]
    yield f"Answers to {exercise.digits} significant digits tell these slips from what is right:"
    yield from _wrapped(", ".join(everywhere))
    partly = [f"{slip} (not in {_places(hidden[slip])})" for slip in shown if slip in hidden]
    if partly:
        yield "and these, but not everywhere:"
        yield from _wrapped("; ".join(partly))
    never = [slip for slip in hidden if slip not in shown]
    if never:
        yield "These give the right number here:"
        yield from _wrapped(", ".join(never))
    if exercise.slips.impossible:
        yield "These cannot be made here:"
        yield from _wrapped(", ".join(exercise.slips.impossible))


def _named(slip: str, exercise: Exercise) -> str:
    if slip == "wrong_target" and len(exercise.problem.targets) == 1:
        return f"{slip} (as 1 - t: there is no other)"
    return slip


def _places(nodes: Sequence[Node]) -> str:
    symbols = list(dict.fromkeys(node.symbol.text for node in nodes))
    more = f" and {len(symbols) - PLACES_NAMED} more" if len(symbols) > PLACES_NAMED else ""
    return ", ".join(symbols[:PLACES_NAMED]) + more


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def problem_context(exercise: Exercise, out: TextIO) -> ViewContext:
    """The handout: the givens, and a blank for every answer. Any format of `exercise` writes it."""
    digits = f"Calculate with all digits; give answers to {exercise.digits} significant ones."
    asked = sections(exercise.problem, visible(compute(exercise.problem, Request())))
    return _context(exercise, asked, out, {"asking": Asking(note=digits), "exercise": exercise})


def solution_context(exercise: Exercise, out: TextIO) -> ViewContext:
    """The trace of the problem, with the digits asked of answers. Any format of `trace` writes it."""
    return _context(exercise, visible(compute(exercise.problem, Request())), out, {})


def _context(exercise: Exercise, content: Any, out: TextIO, options: Mapping[str, Any]) -> ViewContext:
    look = Look(numerals=Numerals(exercise.digits))
    return ViewContext(exercise.problem, content, look, out, options=options)

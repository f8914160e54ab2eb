"""An exercise's config, with how it was made and which slips it shows as comments above it.

Only as a comment: what is made of the config is handed out, and whoever knows the seed has the solution.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from backtrace.checking.graph import Node
from backtrace.config.write import config_text
from backtrace.exercises.exercise import Exercise

WIDTH = 100
PLACES_NAMED = 4  # named for a slip


def config_of(exercise: Exercise) -> str:
    """The config of an exercise, with how it was made and which slips it shows as comments above it."""
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

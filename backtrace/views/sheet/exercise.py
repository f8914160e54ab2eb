"""An exercise's config, with how it was made and what it tells of slips as comments above it.

Only as a comment: what is made of the config is handed out, and whoever knows the seed has the solution.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from backtrace.checking.graph import Node
from backtrace.config.write import config_text
from backtrace.exercises.exercise import Exercise

WIDTH = 100
PLACES_NAMED = 4  # that are named of a slip


def config_of(exercise: Exercise) -> str:
    """The config of an exercise, with how it was made and what it tells as comments above it."""
    lines = [exercise.typed] if exercise.typed else []
    return "".join(f"# {line}\n" for line in (*lines, *slip_lines(exercise))) + config_text(exercise.problem)


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
    more = f" and {len(symbols) - PLACES_NAMED} more" if len(symbols) > PLACES_NAMED else ""
    return ", ".join(symbols[:PLACES_NAMED]) + more


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)

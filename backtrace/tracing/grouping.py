"""Parts → tables: one for every phase and layer, under a heading for every step and sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from backtrace.derivation.equation import Equation
from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Problem


def with_starts(problem: Problem, parts: Iterable[Part]) -> Iterator[tuple[Part, bool]]:
    """Each part, and True if a heading with its step and sample goes before it."""
    before: tuple[int, int | None] | None = None
    for part in parts:
        place = (part.step, of_sample(problem, part))
        yield part, place != before
        before = place


def of_sample(problem: Problem, part: Part) -> int | None:
    """The sample whose pass a part follows from; None where it follows from all of them."""
    if part.sample is None and problem.batch == "online":
        return problem.own_sample(part.step)
    return part.sample


def by_layer(part: Part) -> Iterator[Sequence[Equation]]:
    """A part's equations, one run of the same layer after the other.

    Forward and backward, the order of computation stays; elsewhere the rows of a layer are grouped.
    """
    equations = part.equations
    if part.phase in ("total", "update"):
        first = {row.layer: place for place, row in reversed(list(enumerate(equations)))}
        equations = sorted(equations, key=lambda row: first[row.layer])
    for _, rows in groupby(equations, key=lambda row: row.layer):
        yield list(rows)

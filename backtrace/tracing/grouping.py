"""How parts fall into tables: one for every phase and layer, under a heading for every step and sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

from backtrace.derivation.equation import Equation
from backtrace.errors import BacktraceError
from backtrace.problem.problem import Problem
from backtrace.tracing.trace import Part


def with_starts(problem: Problem, parts: Iterable[Part]) -> Iterator[tuple[Part, bool]]:
    """Each part, and whether a heading with its step and sample goes before it."""
    before: tuple[int, int | None] | None = None
    for part in parts:
        place = (part.step, of_sample(problem, part))
        yield part, place != before
        before = place


class Page(Protocol):
    """What is begun before the first part, and ended after the last one."""

    def begin(self, heading: Iterable[str]) -> None: ...

    def end(self) -> None: ...


def on_page(
    page: Page, heading: Iterable[str], parts: Iterable[tuple[Part, bool]]
) -> Iterator[tuple[Part, bool]]:
    """The parts, with their starts, between the beginning of a page and its end.

    What comes before a value that cannot be worked out is a whole page, too; of no parts there is none.
    """
    started = False
    try:
        for part, starts in parts:
            if not started:
                page.begin(heading)
                started = True
            yield part, starts
    except BacktraceError:
        if started:
            page.end()
        raise
    if started:
        page.end()


def of_sample(problem: Problem, part: Part) -> int | None:
    """The sample whose pass a part follows from; None where it follows from all of them."""
    if part.sample is None and problem.batch == "online":
        return problem.own_sample(part.step)
    return part.sample


def by_layer(part: Part) -> Iterator[Sequence[Equation]]:
    """A part's equations, one run of the same layer after the other.

    Forward and backward each row rests on those before it; elsewhere a layer's rows are brought together.
    """
    equations = part.equations
    if part.phase in ("total", "update"):
        first = {row.layer: place for place, row in reversed(list(enumerate(equations)))}
        equations = sorted(equations, key=lambda row: first[row.layer])
    for _, rows in groupby(equations, key=lambda row: row.layer):
        yield list(rows)

"""How parts fall into tables: one for every phase and layer, under a heading for every step and sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from backtrace.derivation.equation import Equation
from backtrace.tracing import Part


def with_starts(parts: Iterable[Part]) -> Iterator[tuple[Part, bool]]:
    """Each part, and whether a heading with its step and sample goes before it."""
    before: tuple[int, int | None] | None = None
    for part in parts:
        place = (part.step, part.sample)
        # What follows from a sample's own pass (its update, E afterwards) needs no heading of its own.
        goes_on = part.phase in ("update", "after") and before is not None and before[0] == part.step
        yield part, place != before and not goes_on
        before = place


def by_layer(part: Part) -> Iterator[tuple[str | None, Sequence[Equation]]]:
    """A part's equations, one run of the same layer after the other."""
    for layer, rows in groupby(part.equations, key=lambda row: row.layer):
        yield layer, list(rows)

"""A walk: the chosen equations in order, and finding one by its name. Must not know a key or a screen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from backtrace.checking.name_table import loose
from backtrace.derivation.equation import PHASES, Equation, Phase
from backtrace.diagrams.build import picture_of
from backtrace.diagrams.diagram import Picture
from backtrace.errors import BacktraceError, nearest, printable, quoted
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.steps import Part, Request
from backtrace.problem.problem import Problem
from backtrace.symbolic.ids import transcribe
from backtrace.tracing.grouping import by_layer, of_sample
from backtrace.tracing.selection import at_least_one, names_of, no_quantity, shown_parts
from backtrace.tracing.trace import compute

LONG = 200  # equations from which on a walk goes by layer


class LayerGroup(NamedTuple):
    """The equations of one phase and layer. `first` is the number of the first."""

    part: Part
    equations: Sequence[Equation]
    first: int


class Stop(NamedTuple):
    """One equation on the way, and its number, from 0."""

    number: int
    group: LayerGroup
    equation: Equation

    @property
    def part(self) -> Part:
        return self.group.part


class Walk:
    """The equations of some parts, one group after the other.

    `everything` has all computed parts, also those without a stop. `failure` is the reason if the walk ends
    too early.
    """

    def __init__(
        self,
        problem: Problem,
        parts: Sequence[Part],
        everything: Sequence[Part],
        arithmetic: Arithmetic,
        failure: BacktraceError | None = None,
    ) -> None:
        self.problem = problem
        self.parts = parts
        self.everything = everything
        self.arithmetic = arithmetic
        self.failure = failure
        self.groups: list[LayerGroup] = []
        self.length = 0
        for part in parts:
            for equations in by_layer(part):
                self.groups.append(LayerGroup(part, equations, self.length))
                self.length += len(equations)
        self._pictures: dict[tuple[int, int | None], Picture | None] = {}

    @property
    def is_long(self) -> bool:
        return self.length > LONG

    def __getitem__(self, number: int) -> Stop:
        run = self.groups[self.group_at(number)]
        return Stop(number, run, run.equations[number - run.first])

    def __iter__(self) -> Iterator[Stop]:
        for run in self.groups:
            for number, equation in enumerate(run.equations, run.first):
                yield Stop(number, run, equation)

    def group_at(self, number: int) -> int:
        """The place of a stop's group."""
        return bisect_right(self.groups, number, key=lambda run: run.first) - 1

    def phase_after(self, number: int, name: str) -> int:
        """The next start of a phase after a stop, or else before it; the stop if there is no such phase."""
        phases = [run.part.phase in PHASES[name] for run in self.groups]
        starts = [run.first for k, run in enumerate(self.groups) if phases[k] and not (k and phases[k - 1])]
        return next((start for start in starts if start > number), starts[0] if starts else number)

    @cached_property
    def phases(self) -> list[str]:
        """The names of the phases on the walk."""
        there = {run.part.phase for run in self.groups}
        return [name for name, phases in PHASES.items() if there.intersection(phases)]

    @cached_property
    def _numbers(self) -> tuple[dict[str, list[int]], dict[str, dict[str, list[int]]]]:
        """The numbers of the stops by id; and for every other name, by the ids that it may mean."""
        ids: dict[str, list[int]] = {}
        names: dict[str, dict[str, list[int]]] = {}
        for stop in self:
            first, *others = names_of(stop.equation)
            ids.setdefault(first, []).append(stop.number)
            for name in others:
                names.setdefault(name, {})[first] = ids[first]
        return ids, names

    def find(self, name: str, after: int) -> int:
        """The stop that a name means; of one per sample, the next after a stop.

        Raises:
            BacktraceError: no stop has this name (the message has near ones), or it may mean several ids.
        """
        wanted = transcribe(name.strip())
        ids, names = self._numbers
        found = {wanted: ids[wanted]} if wanted in ids else dict(names.get(wanted, {}))
        if not found:  # without the marks that are easily left out
            found = {id: numbers for id, numbers in ids.items() if loose(id) == loose(wanted)}
            for other in names:
                found |= names[other] if loose(other) == loose(wanted) else {}
        if len(found) > 1:
            raise BacktraceError(f"{quoted(name)} could be {' or '.join(sorted(found))}")
        for numbers in found.values():
            return next((number for number in numbers if number > after), numbers[0])
        refusal = str(no_quantity(name.strip(), self.parts))
        hint = nearest(wanted, map(printable, (*ids, *names)))
        raise BacktraceError(f"{refusal.partition(';')[0]}{hint}" if hint else refusal)

    def picture(self, part: Part) -> Picture | None:
        """The picture of the pass that a part follows; in a batch, of its first sample."""
        sample = of_sample(self.problem, part)
        place = part.step, sample
        if place not in self._pictures:
            passes = [p for p in self.everything if p.step == part.step and p.sample in (sample, None)]
            if sample is None:
                passes = [p for p in self.everything if p.step == part.step]
            forward = next((p for p in passes if p.phase == "forward"), None)
            backward = next((p for p in passes if p.phase == "backward"), None)
            self._pictures[place] = picture_of(self.problem, forward, backward) if forward else None
        return self._pictures[place]


def walk_through(problem: Problem, request: Request, show: Sequence[str]) -> Walk:
    """The walk through the chosen equations, up to the first value that cannot be computed.

    Raises:
        BacktraceError: no equation is left to walk through.
    """
    always: frozenset[Phase] = frozenset(("forward",))  # the picture needs it
    everything: list[Part] = []
    failure: BacktraceError | None = None
    try:
        for part in compute(problem, request._replace(phases=request.phases | always)):
            everything.append(part)
    except BacktraceError as error:
        if not everything:
            raise
        failure = error
    wanted = (part for part in everything if part.phase in request.phases)
    parts = list(shown_parts(wanted, show, request.arithmetic))
    if not parts and failure:
        raise failure
    parts = list(at_least_one(iter(parts), problem))
    return Walk(problem, parts, everything, request.arithmetic, failure)

"""A walk: the chosen equations in order, and finding one by its name. Must not know a key or a screen."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from backtrace.checking.name_table import NameTable
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

_ANYWHERE = (0, None)  # a walk's names mean the same in all steps and samples


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


@dataclass(eq=False)
class Walk:
    """The equations of some parts, one group after the other.

    `everything` has all computed parts, also those without a stop. `failure` is the reason if the walk ends
    too early.
    """

    problem: Problem
    parts: Sequence[Part]
    everything: Sequence[Part]
    arithmetic: Arithmetic
    failure: BacktraceError | None = None

    def __post_init__(self) -> None:
        self.groups: list[LayerGroup] = []
        self.length = 0
        for part in self.parts:
            for equations in by_layer(part):
                self.groups.append(LayerGroup(part, equations, self.length))
                self.length += len(equations)
        self._pictures: dict[tuple[int, int | None], Picture | None] = {}

    def __getitem__(self, number: int) -> Stop:
        run = self.groups[bisect_right(self.groups, number, key=lambda run: run.first) - 1]
        return Stop(number, run, run.equations[number - run.first])

    def __iter__(self) -> Iterator[Stop]:
        for run in self.groups:
            for number, equation in enumerate(run.equations, run.first):
                yield Stop(number, run, equation)

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
    def _names(self) -> tuple[dict[str, list[int]], NameTable]:
        """The numbers of the stops by id, and the names that ids have."""
        numbers: dict[str, list[int]] = defaultdict(list)
        names = NameTable()
        for stop in self:
            if stop.equation.id not in numbers:
                names.add(_ANYWHERE, stop.equation.symbol, stop.equation.aliases)
            numbers[stop.equation.id].append(stop.number)
        return numbers, names

    def find(self, name: str, after: int) -> int:
        """The stop that a name means; of one per sample, the next after a stop.

        Raises:
            BacktraceError: no stop has this name (the message has near ones), or it may mean several ids.
        """
        wanted = transcribe(name.strip())
        numbers, names = self._names
        ids = {wanted} if wanted in numbers else names.find(wanted, _ANYWHERE)
        if len(ids) > 1:
            raise BacktraceError(f"{quoted(name)} could be {' or '.join(sorted(ids))}")
        for id in ids:
            return next((number for number in numbers[id] if number > after), numbers[id][0])
        refusal = str(no_quantity(name.strip(), self.parts))
        known = dict.fromkeys(name for stop in self for name in names_of(stop.equation))
        hint = nearest(wanted, map(printable, known))
        raise BacktraceError(f"{refusal.partition(';')[0]}{hint}" if hint else refusal)

    def picture(self, part: Part) -> Picture | None:
        """The picture of the pass that a part follows; in a batch, of its first sample."""
        place = step, sample = part.step, of_sample(self.problem, part)
        if place not in self._pictures:
            of_step = (p for p in reversed(self.everything) if p.step == step)
            passes = {p.phase: p for p in of_step if sample is None or p.sample in (sample, None)}
            forward, backward = passes.get("forward"), passes.get("backward")
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

"""The equations that a quantity of a step depends on, across the passes of a batch and the updated ones.

An id is unique in one pass only. This module says which equation an id means, seen from which pass; how to
follow equations is `derivation.dependencies`' matter.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass

from backtrace.derivation.dependencies import reach, uses
from backtrace.derivation.derivation import afterwards
from backtrace.derivation.equation import Equation
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.evaluator import Environment
from backtrace.evaluation.passes import Passes, State
from backtrace.evaluation.steps import Part
from backtrace.problem.notation import of_sample
from backtrace.problem.problem import Problem


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity: the same id occurs in several scopes
class ScopedEquation:
    """An equation, and the scope that gives the ids in it their meaning."""

    scope: Scope
    row: Equation

    def uses(self) -> Iterator[ScopedEquation]:
        """The equations of the symbols on its right-hand side; one that is given has none."""
        meaning = self.scope.meaning
        return (meaning[id] for id in uses(self.row.expression) if id in meaning)


Meanings = MutableMapping[str, ScopedEquation]


class Scope:
    """A part, and the equation that each id means in it: its own first, then those of the `outer` scopes."""

    def __init__(self, part: Part, *outer: Meanings) -> None:
        self.part = part
        self.own: Meanings = {row.id: ScopedEquation(self, row) for row in part.equations}
        self.meaning = ChainMap(self.own, *outer)

    def of_sample(self, sample: int) -> dict[str, ScopedEquation]:
        """Its equations by their names in a formula over several samples."""
        return {of_sample(each.row.symbol, sample).id: each for each in self.own.values()}


class StepDependencies:
    """The equations of a step, seen from one of its quantities; `found` is the part that has the quantity.

    `passes` are those of a batch's samples if the quantity follows from all of them. `here` has everything
    that is computed together with it, and `again` the forward passes with the updated parameters if it needs
    them.
    """

    def __init__(self, problem: Problem, parts: Sequence[Part], found: Part, arithmetic: Arithmetic) -> None:
        of: dict[int | None, list[Part]] = {}
        for part in (found, *parts):
            of.setdefault(part.sample, []).append(part)
        samples = [sample for sample in of if sample is not None]
        is_of_all = problem.batch != "online" and found.sample is None
        self.passes: dict[int, Scope] = {}
        elsewhere: dict[str, ScopedEquation] = {}
        for sample in samples if is_of_all else ():
            self.passes[sample] = Scope(_joined(of[sample]))
            elsewhere |= self.passes[sample].of_sample(sample)
        together = (samples[0], None) if problem.batch == "online" else (found.sample,)
        rows = _joined(part for part in (*parts, found) if part.sample in together)
        self.here = Scope(rows._replace(sample=found.sample, derivation=found.derivation), elsewhere)
        self.again: list[Scope] = []
        if found.phase == "after":
            passes = Passes(problem, arithmetic)  # a part has only the end of these, so they run again
            new = passes.new_parameters(dict(self.here.part.values))
            for sample, before in self.passes.items() or ((samples[0], self.here),):
                again = Scope(_once_more(passes, new, sample, before.part), before.meaning, self.here.meaning)
                self.again.append(again)
                elsewhere |= again.of_sample(sample) if is_of_all else again.own

    def of(self, wanted: Sequence[Equation]) -> Iterator[Part]:
        """Everything some equations of `here` depend on, in order: parts with only the equations needed."""
        starts = [ScopedEquation(self.here, row) for row in wanted]
        used = set(reach(starts, ScopedEquation.uses))
        used -= {self.here.own[row.id] for row in wanted if row.id in self.here.own}
        for scope in (*self.passes.values(), self.here, *self.again):
            if rows := [each.row for each in scope.own.values() if each in used]:
                yield scope.part._replace(equations=rows)


def _joined(parts: Iterable[Part]) -> Part:
    """Parts of one environment as one, with every equation and value."""
    first, *others = parts
    values = {**first.values}
    rows = {row.id: row for row in first.equations}
    for part in others:
        values |= part.values
        rows |= {row.id: row for row in part.equations}
    return first._replace(equations=list(rows.values()), values=values)


def _once_more(passes: Passes, new: Environment, sample: int, before: Part) -> Part:
    """A sample's forward pass with new parameters."""
    again = passes.run(State({**before.values, **new}, {}), sample, backward=False)
    forward = again.derivation.forward
    changed = {row.id for row in forward} | set(new)
    values = {**before.values, **{f"{id}+": again.values[id] for id in changed}}
    rows = [afterwards(row, changed) for row in forward]
    return before._replace(phase="after", equations=rows, values=values)

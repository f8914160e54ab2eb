"""What a quantity of a step rests on, down to the givens: in its sample's pass, or in those of a batch."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from typing import NamedTuple

from backtrace.derivation.derivation import afterwards
from backtrace.derivation.equation import Equation
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.evaluator import Environment
from backtrace.evaluation.passes import Passes, State
from backtrace.evaluation.steps import Part
from backtrace.problem.notation import of_sample
from backtrace.problem.problem import Problem
from backtrace.symbolic.expressions import symbols


class Scope:
    """A part, and what each id means in it: an equation, and the scope which that is worked out in.

    What is no equation of its own has the meaning that it has in the first of the `outer` ones.
    """

    def __init__(self, part: Part, *outer: MutableMapping[str, Meaning]) -> None:
        self.part = part
        self.own = {row.id: Meaning(self, row) for row in part.equations}
        self.meaning = ChainMap(self.own, *outer)

    def of_sample(self, sample: int) -> dict[str, Meaning]:
        """What its equations are called where a formula speaks of several samples."""
        return {of_sample(row.symbol, sample).id: Meaning(self, row) for row in self.part.equations}


class Meaning(NamedTuple):
    """An equation, and where it is worked out."""

    scope: Scope
    row: Equation


class Resting:
    """A step, as one of its quantities rests on it; `found` is the part that has the quantity.

    `passes` are those of a batch's samples where the quantity follows from all of them. `here` has all that
    is worked out together with it, and `again` the forward passes with the updated parameters if it needs
    them.
    """

    def __init__(self, problem: Problem, parts: Sequence[Part], found: Part, arithmetic: Arithmetic) -> None:
        of: dict[int | None, list[Part]] = {}
        for part in (found, *parts):
            of.setdefault(part.sample, []).append(part)
        samples = [sample for sample in of if sample is not None]
        is_of_all = problem.batch != "online" and found.sample is None
        self.passes: dict[int, Scope] = {}
        elsewhere: dict[str, Meaning] = {}
        for sample in samples if is_of_all else ():
            self.passes[sample] = Scope(_joined(of[sample]))
            elsewhere |= self.passes[sample].of_sample(sample)
        together = (samples[0], None) if problem.batch == "online" else (found.sample,)
        rows = _joined(part for part in (*parts, found) if part.sample in together)
        self.here = Scope(rows._replace(sample=found.sample, derivation=found.derivation), elsewhere)
        self.again: list[Scope] = []
        if found.phase == "after":
            passes = Passes(problem, arithmetic)  # of which no part has more than the end
            new = passes.new_parameters(dict(self.here.part.values))
            for sample, before in self.passes.items() or ((samples[0], self.here),):
                again = Scope(_once_more(passes, new, sample, before.part), before.meaning, self.here.meaning)
                self.again.append(again)
                elsewhere |= again.of_sample(sample) if is_of_all else again.own

    def below(self, wanted: Sequence[Equation]) -> Iterator[Part]:
        """What some equations of `here` rest on, in order: the parts with the equations that are needed."""
        scopes = (*self.passes.values(), self.here, *self.again)
        needed: dict[int, set[str]] = {id(scope): set() for scope in scopes}
        queue = [(self.here, row) for row in wanted]
        while queue:
            scope, row = queue.pop()
            for symbol in symbols(row.expression):
                if symbol.id not in scope.meaning:
                    continue  # it is given
                place, used = scope.meaning[symbol.id]
                if used.id not in needed[id(place)]:
                    needed[id(place)].add(used.id)
                    queue.append((place, used))
        needed[id(self.here)] -= {row.id for row in wanted}
        for scope in scopes:
            rows = [row for row in scope.part.equations if row.id in needed[id(scope)]]
            if rows:
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

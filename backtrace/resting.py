"""What a quantity of a step rests on, down to the givens: in its sample's pass, or in those of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from backtrace.derivation.derivation import afterwards
from backtrace.derivation.equation import Equation
from backtrace.derivation.expressions import symbols
from backtrace.derivation.notation import of_sample
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.passes import Passes, State
from backtrace.problem import Problem
from backtrace.tracing import Part


class Scope:
    """A part, and what each id means in it: an equation, and the scope which that is worked out in."""

    def __init__(self, part: Part, outer: Mapping[str, tuple[Scope, Equation]]) -> None:
        self.part = part
        self.meaning = {**outer, **{row.id: (self, row) for row in part.equations}}

    def of_sample(self, sample: int) -> dict[str, tuple[Scope, Equation]]:
        """What its equations are called where a formula speaks of several samples."""
        return {of_sample(row.symbol, sample).id: (self, row) for row in self.part.equations}


class Resting:
    """A step, as one of its quantities rests on it; `found` is the part that has the quantity.

    `passes` are those of a batch's samples where the quantity follows from all of them. `here` has all that
    is worked out together with it, and `again` the forward passes with the updated parameters if it needs
    them.
    """

    def __init__(self, problem: Problem, parts: Sequence[Part], found: Part, arithmetic: Arithmetic) -> None:
        samples = list(dict.fromkeys(part.sample for part in (found, *parts) if part.sample is not None))
        is_of_all = problem.batch != "online" and found.sample is None
        self.passes: dict[int, Scope] = {}
        meaning: dict[str, tuple[Scope, Equation]] = {}
        for sample in samples if is_of_all else ():
            self.passes[sample] = Scope(_joined(part for part in parts if part.sample == sample), {})
            meaning |= self.passes[sample].of_sample(sample)
        together = (samples[0], None) if problem.batch == "online" else (found.sample,)
        rows = _joined(part for part in (*parts, found) if part.sample in together)
        self.here = Scope(rows._replace(sample=found.sample, derivation=found.derivation), meaning)
        self.again: list[Scope] = []
        if found.phase == "after":
            for sample, before in self.passes.items() or ((samples[0], self.here),):
                part = _once_more(problem, sample, before.part, self.here.part, arithmetic)
                self.again.append(Scope(part, {**self.here.meaning, **before.meaning}))
                self.here.meaning |= self.again[-1].of_sample(sample) if is_of_all else self.again[-1].meaning

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


def _joined(parts: Iterator[Part]) -> Part:
    """Parts of one environment as one, with every equation and value."""
    first, *others = parts
    values = {**first.values}
    rows = {row.id: row for row in first.equations}
    for part in others:
        values |= part.values
        rows |= {row.id: row for row in part.equations}
    return first._replace(equations=list(rows.values()), values=values)


def _once_more(problem: Problem, sample: int, before: Part, updated: Part, arithmetic: Arithmetic) -> Part:
    """A sample's forward pass with the updated parameters, of which no part has more than the end."""
    passes = Passes(problem, arithmetic)
    new = passes.new_parameters(dict(updated.values))
    again = passes.run(State({**updated.values, **new}, {}), sample, backward=False)
    forward = again.derivation.forward
    changed = {row.id for row in forward} | set(new)
    values = {**updated.values, **before.values, **{f"{row.id}+": again.values[row.id] for row in forward}}
    return before._replace(
        phase="after", equations=[afterwards(row, changed) for row in forward], values=values
    )

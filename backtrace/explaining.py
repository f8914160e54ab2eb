"""One quantity from the top: the chain rule's paths from the objective down to it, and what it means.

    ∂E/∂w_1 = ∂E/∂a_o · ∂a_o/∂h_o · ∂h_o/∂a_1 · ∂a_1/∂h_1 · ∂h_1/∂w_1

A path goes through the forward equations, from each to a symbol on its right-hand side; its factors are the
derivatives of those equations. Where several paths lead to a symbol, they add up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from backtrace.derivation.chain_rule import local_derivatives
from backtrace.derivation.derivation import afterwards
from backtrace.derivation.equation import Equation
from backtrace.derivation.expressions import ZERO, Expression, Symbol, substitute, symbols
from backtrace.derivation.notation import derivative, direct
from backtrace.derivation.simplify import simplify
from backtrace.errors import BacktraceError, NotFiniteError
from backtrace.evaluation.evaluator import evaluate, value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.problem import Network, Problem
from backtrace.selection import find, no_quantity
from backtrace.tracing import Part, Request, work

MOST_PATHS = 12
NEAR = 0.05  # how well a change has to be foretold for "about"


class Path(NamedTuple):
    """The factors of one path, and their product."""

    factors: tuple[Equation, ...]
    value: float


class Effect(NamedTuple):
    """What a small rise of a quantity does to the objective: as the gradient foretells it, and in fact."""

    rise: float
    foretold: float
    actual: float


class Explanation(NamedTuple):
    """A quantity of one step and sample.

    `part` has its row and the values of everything; `by` is what the derivative is taken by, if the quantity
    is one, and `sign` -1 where it is the negative of that derivative. `paths` are the first of `path_count`,
    `factors` those of all of them, each once; `rests_on` is what they, or the quantity itself, are worked out
    from, in order.
    """

    part: Part
    row: Equation
    objective: Symbol
    by: Symbol | None
    sign: int
    paths: tuple[Path, ...]
    path_count: int
    factors: tuple[Equation, ...]
    rests_on: tuple[Equation, ...]
    effect: Effect | None


def explain(
    problem: Problem, name: str, step: int = 1, sample: int | Literal["all"] | None = None
) -> Explanation:
    """Explain the quantity that a name means.

    Raises:
        BacktraceError: there is none such, or the values cannot be worked out.
    """
    parts = list(work(problem, Request(first=step, last=step, sample=sample)))
    for part in parts:
        found = find(part, name, FLOAT64)
        if found is not None:
            return _Explaining(problem, parts, found).explanation()
    raise no_quantity(name, parts)


class _Explaining:
    def __init__(self, problem: Problem, parts: Sequence[Part], found: Part) -> None:
        self.problem = problem
        self.row = found.equations[0]
        samples = (part.sample for part in (found, *parts) if part.sample is not None)
        own = next(samples)
        self.parts = [part for part in parts if part.sample in (own, None)]
        self.values = {id: value for part in (*self.parts, found) for id, value in part.values.items()}
        self.part = found._replace(values=self.values)
        forward = next(part for part in self.parts if part.phase == "forward")
        self.all_forward = forward.equations
        self.forward = _without_cost_terms(problem, forward)
        self.objective = self.forward[-1].symbol
        # What the objective rests on through others, whether or not it has it in its own equation, too.
        self.inner = {
            symbol.id for row in self.below(self.forward[-1:]) for symbol in symbols(row.expression)
        }
        self.reached: dict[str, int] = {}

    def explanation(self) -> Explanation:
        by, sign = self.derived_by()
        paths: tuple[Path, ...] = ()
        count = self.paths_to(by.id) if by and by.id != self.objective.id else 0
        if by and count:
            paths = tuple(self.first_paths(by))
        factors = list(dict.fromkeys(factor for path in paths for factor in path.factors))
        for factor in factors:
            self.values[factor.id] = value_of(factor.expression, self.values, FLOAT64)
        wanted = factors if factors else [self.row]
        rests_on = tuple(self.below(wanted))
        effect = self.effect(by, sign) if by and by.id != self.objective.id else None
        return Explanation(
            self.part, self.row, self.objective, by, sign, paths, count, tuple(factors), rests_on, effect
        )

    def derived_by(self) -> tuple[Symbol | None, int]:
        """What the quantity is the derivative of the objective by, and its sign; None if it is none such."""
        by_id = {
            symbol.id: symbol for row in self.all_forward for symbol in (row.symbol, *symbols(row.expression))
        }
        for id in (self.row.id, *self.row.aliases):
            over, slash, under = id.partition("/")
            if slash and over == f"d{self.objective.id}" and under[1:] in by_id:
                return by_id[under[1:]], 1
        if self.row.kind == "delta" and (net := self.row.id.replace("delta_", "h_", 1)) in by_id:
            return by_id[net], -1 if self.problem.turned else 1
        return None, 1

    # The paths

    def paths_to(self, id: str) -> int:
        """How many paths lead from the objective to a symbol."""
        reached = {row.symbol.id: 0 for row in self.forward}
        reached[id] = 1
        for row in self.forward:  # from the symbol up
            if row.id != id:
                reached[row.id] = sum(reached.get(used, 0) for used in _uses(row))
        self.reached = reached
        return reached[self.objective.id]

    def first_paths(self, by: Symbol) -> Iterator[Path]:
        """The first paths, from the objective down."""
        rows = {row.id: row for row in self.forward}
        stack: list[tuple[str, tuple[Equation, ...]]] = [(self.objective.id, ())]
        found = 0
        while stack and found < MOST_PATHS:
            id, factors = stack.pop()
            if id == by.id:
                found += 1
                yield Path(factors, self.product(factors))
                continue
            steps = [(used, factor) for used, factor in self.steps(rows[id]) if self.reached.get(used)]
            stack += [(used, (*factors, factor)) for used, factor in reversed(steps)]

    def steps(self, row: Equation) -> Iterator[tuple[str, Equation]]:
        """The derivatives of an equation by the symbols on its right-hand side.

        Where the objective rests on a symbol in other ways too, its derivative is not all of ∂E/∂w.
        """
        is_whole = row.id == self.objective.id
        for id, factor in _factors(row):
            yield (
                id,
                factor._replace(symbol=direct(factor.symbol)) if is_whole and id in self.inner else factor,
            )

    def product(self, factors: Iterable[Equation]) -> float:
        return math.prod(float(value_of(factor.expression, self.values, FLOAT64)) for factor in factors)

    def below(self, wanted: Sequence[Equation]) -> Iterator[Equation]:
        """The equations that some rest on, down to the givens, in order."""
        everything = {row.id: row for part in self.parts for row in part.equations}
        everything |= {row.id: row for row in self.forward}
        if self.row.phase == "after":
            everything |= {row.id: row for row in self.once_more()}
        needed, queue = set(), [symbol.id for row in wanted for symbol in symbols(row.expression)]
        while queue:
            id = queue.pop()
            if id in everything and id not in needed:
                needed.add(id)
                queue += [symbol.id for symbol in symbols(everything[id].expression)]
        named = {row.id for row in wanted}
        return (row for id, row in everything.items() if id in needed and id not in named)

    def once_more(self) -> Iterator[Equation]:
        """The forward equations of the updated quantities, which no part has but for the last of them."""
        updates = [row for part in self.parts for row in part.equations if row.kind == "update"]
        rows = self.all_forward
        changed = {row.id for row in rows} | {row.id.removesuffix("+") for row in updates}
        return (afterwards(row, changed) for row in rows)

    # What it means

    def effect(self, by: Symbol, sign: int) -> Effect | None:
        """What a small rise does: as small as it has to be for the gradient to foretell it."""
        slope = sign * float(self.values[self.row.id])
        for power in range(2, 9):
            rise = 10.0**-power
            actual = self.change(by.id, rise)
            if actual is None or not slope:
                return None
            if abs(actual - slope * rise) <= NEAR * abs(slope * rise):
                return Effect(rise, slope * rise, actual)
        return None

    def change(self, id: str, rise: float) -> float | None:
        """By how much the objective changes in fact when one symbol is raised."""
        values = dict(self.values)
        values[id] = float(values[id]) + rise
        try:
            evaluate([row for row in self.forward if row.id != id], values, FLOAT64)
        except NotFiniteError:
            return None
        return float(values[self.objective.id]) - float(self.values[self.objective.id])


def _without_cost_terms(problem: Problem, forward: Part) -> list[Equation]:
    """The forward equations up to the objective, with the terms of its sum written out in it."""
    rows = list(forward.equations)
    whole = next((row for row in rows if row.id == problem.objective_id), None)
    if whole is None:
        raise BacktraceError("nothing to explain: without targets there is no cost")
    terms: Mapping[str, Expression] = {}
    if isinstance(problem.model, Network):
        terms = {row.id: row.expression for row in rows if row.kind == "cost" and row is not whole}
    kept = [row for row in rows[: rows.index(whole)] if row.id not in terms]
    return [*kept, whole._replace(expression=substitute(whole.expression, terms))]


def _uses(row: Equation) -> list[str]:
    return list(dict.fromkeys(symbol.id for symbol in symbols(row.expression)))


def _factors(row: Equation) -> Iterator[tuple[str, Equation]]:
    """The derivatives of an equation by the symbols on its right-hand side."""
    named = {symbol.id: symbol for symbol in symbols(row.expression)}
    for id, local in local_derivatives(row).items():
        local = simplify(local)
        if local != ZERO:
            yield id, Equation(derivative(row.symbol, named[id]), local, "local", "backward", row.layer)

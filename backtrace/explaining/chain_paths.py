"""The chain rule's paths, from the objective down to a quantity.

    ∂E/∂w_1 = ∂E/∂a_o · ∂a_o/∂h_o · ∂h_o/∂a_1 · ∂a_1/∂h_1 · ∂h_1/∂w_1

A path goes through the forward equations, from each to a symbol on its right-hand side; its factors are the
derivatives of those equations. Several paths to one symbol add up. Must not know values: only formulas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from backtrace.derivation.chain_rule import local_derivatives
from backtrace.derivation.dependencies import needed, uses
from backtrace.derivation.equation import Equation
from backtrace.problem.notation import derivative, direct
from backtrace.symbolic.expressions import ZERO, Symbol, substitute
from backtrace.symbolic.simplify import simplify

Factors = tuple[Equation, ...]


def chain(forward: Sequence[Equation], by: Symbol, most: int) -> tuple[list[Factors], int]:
    """The first paths from the last of some forward equations to a symbol, and the count of all of them.

    A path is given by its factors; no more than `most` are spelled out.
    """
    paths_from = _paths_from(forward, by.id)
    return list(_first_paths(forward, by.id, paths_from, most)), paths_from[forward[-1].id]


def up_to(objective: str, forward: Sequence[Equation]) -> list[Equation]:
    """The forward equations up to a cost, whose terms are written out in it."""
    above = list(takewhile(lambda row: row.id != objective, forward))
    whole = forward[len(above)]
    terms = {row.id: row.expression for row in above if row.kind == "cost"}
    kept = [row for row in above if row.id not in terms]
    return [*kept, whole._replace(expression=substitute(whole.expression, terms))]


def _paths_from(forward: Sequence[Equation], target: str) -> dict[str, int]:
    """The number of paths from each symbol to the target."""
    count = {row.id: 0 for row in forward} | {target: 1}
    for row in forward:
        if row.id != target:
            count[row.id] = sum(count.get(used, 0) for used in uses(row.expression))
    return count


def _first_paths(
    forward: Sequence[Equation], target: str, paths_from: Mapping[str, int], most: int
) -> Iterator[Factors]:
    """The first paths, from the objective down."""
    rows = {row.id: row for row in forward}
    objective = forward[-1]
    through_others = _through_others(forward)
    stack: list[tuple[str, Factors]] = [(objective.id, ())]
    found = 0
    while stack and found < most:
        id, factors = stack.pop()
        if id == target:
            found += 1
            yield factors
            continue
        steps = [(used, factor) for used, factor in _factors(rows[id]) if paths_from.get(used)]
        for used, factor in reversed(steps):
            if id == objective.id and used in through_others:
                # This derivative is only a part of ∂E/∂w, and has a name of its own.
                factor = factor._replace(symbol=direct(factor.symbol))
            stack.append((used, (*factors, factor)))


def _through_others(forward: Sequence[Equation]) -> set[str]:
    """Everything the objective depends on through other quantities, even if its own equation has it too."""
    *others, _ = needed(forward, [forward[-1].id])
    return {id for row in others for id in uses(row.expression)}


def _factors(row: Equation) -> Iterator[tuple[str, Equation]]:
    """The derivatives of an equation by the symbols on its right-hand side."""
    symbols = uses(row.expression)
    for id, local in local_derivatives(row).items():
        local = simplify(local)
        if local != ZERO:
            yield id, Equation(derivative(row.symbol, symbols[id]), local, "local", "backward", row.layer)

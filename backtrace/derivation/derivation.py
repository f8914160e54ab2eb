"""Problem → Derivation: the one ordered list of equations that everything else reads.

A step of training has two parts. For every sample there are a forward and a backward pass (`Derivation`).
Once a step (`StepDerivation`), gradients are summed over the samples, parameters updated, and E is computed
once more with the new parameters. A new parameter is a new quantity, w⁺: all gradients of a step use the
old ones, even if books that overwrite w in the middle of a pass forget it. Knows no values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import NamedTuple

from backtrace.derivation import backward_pass, equation_system
from backtrace.derivation.dependencies import uses
from backtrace.derivation.equation import Equation, Kind, Phase
from backtrace.derivation.forward_pass import Case, Forward
from backtrace.derivation.optimizers import STEP, UPDATE_RULES, constants, update_rows
from backtrace.errors import BacktraceError, NotDifferentiableError
from backtrace.problem.notation import derivative, given, of_sample, updated
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.expressions import Expression, Quotient, Sum, Symbol, number, substitute, sum_of
from backtrace.symbolic.ids import spell
from backtrace.symbolic.simplify import negate, simplify


class Derivation(NamedTuple):
    """One sample's equations.

    `refusal` says why there is no backward pass where one was to be expected. `further` yields the equations
    on which nothing depends; they are derived only on request.
    """

    forward: tuple[Equation, ...]
    backward: tuple[Equation, ...] = ()
    refusal: BacktraceError | None = None
    further: Callable[[], Iterator[Equation]] = lambda: iter(())

    @property
    def equations(self) -> tuple[Equation, ...]:
        return self.forward + self.backward


class StepDerivation(NamedTuple):
    """The equations that are computed once a step, after the passes of its samples.

    `total` begins with the objective; it is empty online, where a step has one sample. `update` and `after`
    are empty without an update rule.
    """

    total: tuple[Equation, ...] = ()
    update: tuple[Equation, ...] = ()
    after: tuple[Equation, ...] = ()


def derive(problem: Problem, case: Case) -> Derivation:
    """The forward and backward equations of a sample."""
    model = problem.model
    if isinstance(model, Network):
        network = Forward(problem, model, case)
        forward = network.equations()
        if not case.has_targets:
            return Derivation(tuple(forward))
        backward = partial(backward_pass.backward_equations, network)
        further = partial(backward_pass.further_equations, network)
    else:
        forward = equation_system.forward_equations(model)
        backward = partial(equation_system.backward_equations, problem, model, forward)
        further = partial(equation_system.further_equations, model, forward)
    try:
        return Derivation(tuple(forward), tuple(backward()), None, further)
    except NotDifferentiableError as refusal:
        path, location = next(iter(problem.locations.items()), ("", None))
        message = f"{path}: {refusal.message}" if path else refusal.message
        return Derivation(tuple(forward), (), NotDifferentiableError(message, location))


def derive_step(problem: Problem, derivation: Derivation, samples: Sequence[int] | None) -> StepDerivation:
    """The equations of a step: over the numbered samples in batch mode, of a single sample if None."""
    objective = objective_of(problem, derivation)
    rows = {row.id: row for row in derivation.backward if row.kind == "gradient"}
    gradients = {name: rows[derivative(objective.symbol, given(name)).id] for name in problem.parameters}
    total: list[Equation] = []
    if samples is not None:
        summed = {row.id for row in gradients.values()}
        totals = [objective, *(row for row in rows.values() if row.id in summed)]
        total = [_over_samples(problem, row, samples, "total") for row in totals]
    if problem.update is None or not problem.trained:
        return StepDerivation(tuple(total))
    rule = problem.update.rule
    # Books with δ = (t - a)·a·(1 - a) write the change as η·δ·x, without the gradient in between.
    in_full = rule == "sgd" and samples is None and problem.delta == "descent"
    update: list[Equation] = []
    for name in problem.trained:
        row = gradients[name]
        downhill = row.expression if in_full else row.symbol
        update += rule_equations(problem, rule, given(name), downhill, row.layer)
    if samples is None:
        changed = {row.id for row in derivation.forward} | {spell(name) for name in problem.trained}
        after = afterwards(objective, changed)
    else:
        after = _over_samples(problem, objective, samples, "after")
    return StepDerivation(tuple(total), tuple(update), (after,))


def objective_of(problem: Problem, derivation: Derivation) -> Equation:
    """The equation whose gradient is taken; a sample without targets has none."""
    return next(row for row in reversed(derivation.forward) if row.id == problem.objective_id)


def _over_samples(problem: Problem, row: Equation, samples: Sequence[int], phase: Phase) -> Equation:
    """The sum, or the mean, of a quantity over the samples of a batch."""
    symbol = updated(row.symbol) if phase == "after" else row.symbol
    terms = tuple(of_sample(symbol, sample) for sample in samples)
    whole = sum_of(terms)
    if problem.batch == "mean" and len(terms) > 1:
        whole = Quotient(whole, number(len(terms)))
    return Equation(symbol, whole, row.kind, phase, row.layer)


def afterwards(row: Equation, changed: set[str]) -> Equation:
    """A forward equation of the updated quantities: E⁺ = ½(y - a_o⁺)². It shows whether the step helped."""
    renamed = {id: updated(symbol) for id, symbol in uses(row.expression).items() if id in changed}
    expression = substitute(row.expression, renamed)
    return Equation(updated(row.symbol), expression, row.kind, "after", row.layer)


def rule_equations(
    problem: Problem, rule: str, parameter: Symbol, gradient: Expression, layer: str | None = None
) -> Iterator[Equation]:
    """The rows of an update rule for one parameter, from its gradient to its new value."""
    rows = _simplified_rows(rule, problem.objective == "maximize")
    parts: dict[str, Expression] = {"w": parameter, "t": STEP, "g": gradient}
    parts |= constants(problem.notation.rate)
    parts |= {state: _row_symbol(state, parameter) for state in UPDATE_RULES[rule].states}
    symbol = parameter
    for row, formula in rows.items():
        symbol = _row_symbol(row, parameter)
        kind: Kind = "change" if row == "change" else "state"
        written = substitute(formula, parts)
        written = written if isinstance(gradient, Symbol) else simplify(written)
        yield Equation(symbol, written, kind, "update", layer)
        parts[row] = symbol
    yield Equation(updated(parameter), Sum((parameter, symbol)), "update", "update", layer)


@cache
def _simplified_rows(rule: str, climbs: bool) -> Mapping[str, Expression]:
    """The rows of a rule as simple as they are for every parameter, of which there may be thousands."""
    gradient = given("g")
    downhill = {"g": negate(gradient) if climbs else gradient}
    return {row: simplify(substitute(formula, downhill)) for row, formula in update_rows(rule).items()}


def _row_symbol(row: str, parameter: Symbol) -> Symbol:
    """The quantity that a row of an update rule defines, for one parameter."""
    if row.endswith("_new"):
        return updated(_row_symbol(row.removesuffix("_new"), parameter))
    prefix = "Delta" if row == "change" else row
    shown = {"change": "Δ", "mhat": "m̂_", "vhat": "v̂_"}.get(row, f"{row}_")
    return Symbol(f"{prefix}_{parameter.id}", f"{shown}{parameter.text}")

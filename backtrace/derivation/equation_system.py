"""The `equations` form of a config: its own equations, and the gradients of its objective by everything.

The same chain rule as for layers, without layers: every quantity that an equation defines gets a row ∂f/∂q,
from the last to the first, because that of q needs those of all quantities computed from q. Knows no network.
"""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.derivation.chain_rule import Adjoints, factors
from backtrace.derivation.equation import Equation, Kind
from backtrace.problem.notation import derivative, given
from backtrace.problem.problem import Computation, Problem
from backtrace.symbolic.expressions import ONE, ZERO, Expression
from backtrace.symbolic.ids import spell
from backtrace.symbolic.simplify import negate


def forward_equations(computation: Computation) -> list[Equation]:
    """The config's equations, in an order in which they can be computed."""
    rows = []
    for name, expression in computation.equations.items():
        kind: Kind = "cost" if name == computation.objective else "value"
        rows.append(Equation(given(name), expression, kind, "forward"))
    return rows


def backward_equations(problem: Problem, computation: Computation, forward: list[Equation]) -> list[Equation]:
    """The gradients by every equation's symbol from last to first, then by parameters and inputs.

    Raises:
        NotDifferentiableError: the objective depends on something through a step function.
    """
    objective, adjoints = given(computation.objective), Adjoints()
    delta_of = {spell(symbol): given(delta) for delta, symbol in computation.deltas.items()}
    rows: list[Equation] = []
    for equation in reversed(forward):
        is_objective = equation.symbol == objective
        gradient = ONE if is_objective else adjoints.gather(equation.id)
        symbol = derivative(objective, equation.symbol)
        delta = delta_of.get(equation.id)
        adjoint: Expression = symbol
        if delta is None:
            rows.append(Equation(symbol, gradient, "cost_gradient", "backward"))
        elif problem.turned:
            adjoint = negate(delta)
            rows.append(Equation(delta, negate(gradient), "delta", "backward"))
            rows.append(Equation(symbol, adjoint, "cost_gradient", "backward", hidden=True))
        else:
            adjoint = delta
            rows.append(Equation(delta, gradient, "delta", "backward", aliases=(symbol.id,)))
        if gradient != ZERO:  # a quantity that the objective does not depend on may well be a step function
            adjoints.send_back(equation, ONE if is_objective else adjoint)
    for name in (*problem.parameters, *problem.inputs):
        symbol = derivative(objective, given(name))
        rows.append(Equation(symbol, adjoints.gather(spell(name)), "gradient", "backward"))
    return rows


def further_equations(computation: Computation, forward: list[Equation]) -> Iterator[Equation]:
    """The factors of the chain; those of the objective's own equation are gradients already."""
    return factors(equation for equation in forward if equation.id != spell(computation.objective))

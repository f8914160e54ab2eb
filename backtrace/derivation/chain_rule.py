"""The chain rule: forward equations → backward equations.

    ∂E/∂x = Σ ∂E/∂y · ∂y/∂x   over all equations y = … in which x occurs

`Adjoints` is that one line, read backwards. If ∂E/∂y is known for everything that x acts on directly, ∂E/∂x
is a sum of products. So one goes through the equations from the last to the first, and each derivative is
computed once, however many paths lead through it: that is what makes backpropagation fast. Layer networks
and systems of equations both use it; they differ in which quantities get a row of their own, and in their
names. Nothing here differentiates (`calculus.partials` does) and nothing has a value.

Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from backtrace.derivation.dependencies import uses
from backtrace.derivation.equation import Equation
from backtrace.errors import NotDifferentiableError
from backtrace.problem.notation import derivative
from backtrace.symbolic.calculus import partials
from backtrace.symbolic.expressions import Expression, Number, Symbol, replace
from backtrace.symbolic.simplify import add, multiply


class Adjoints:
    """The pairs (∂E/∂y, ∂y/∂x) collected so far for every symbol x, from the end backwards.

    "Adjoint" is the word of automatic differentiation for ∂E/∂y, the derivative of the objective by a
    quantity.
    """

    def __init__(self) -> None:
        self._uses: dict[str, list[tuple[Expression, Expression]]] = {}

    def send_back(
        self, equation: Equation, adjoint: Expression, wanted: Container[str] | None = None
    ) -> None:
        """Pass ∂E/∂y of the quantity that `equation` defines back to every (wanted) symbol on its right.

        `adjoint` is ∂E/∂y: usually the symbol of that row, such as δ_o, so that the gradient is written
        δ_o·a_1 and not as a formula that goes down to the inputs.
        """
        for id, local in local_derivatives(equation, wanted).items():
            self._uses.setdefault(id, []).append((adjoint, local))

    def gather(self, id: str) -> Expression:
        """∂E/∂x of a symbol: the sum of all its products. 0 if the objective does not depend on it.

        Call it only after every equation in which x occurs has sent its own back; else a path is missing.
        """
        uses = self._uses.get(id, ())
        if len(uses) == 1:
            return multiply(*uses[0])
        return add(*(multiply(adjoint, local) for adjoint, local in uses))


def local_derivatives(equation: Equation, wanted: Container[str] | None = None) -> dict[str, Expression]:
    """∂y/∂x for every symbol x on the right of an equation, written through y itself where possible.

    With y = e^x the derivative is y, a number that is already known, rather than e^x computed again.
    """
    found = partials(equation.expression, wanted)
    if isinstance(equation.expression, Symbol | Number):
        return found
    return {
        id: local
        if isinstance(local, Symbol | Number)
        else replace(local, equation.expression, equation.symbol)
        for id, local in found.items()
    }


def factors(equations: Iterable[Equation]) -> Iterator[Equation]:
    """The factors of the chain: ∂y/∂x for every symbol x in each equation; few books give them a row."""
    for equation in equations:
        by_id = uses(equation.expression)
        try:
            locals_by_id = local_derivatives(equation)
        except NotDifferentiableError:  # a step on the side, which the objective does not depend on
            continue
        for id, local in locals_by_id.items():
            symbol = derivative(equation.symbol, by_id[id])
            yield Equation(symbol, local, "local", "backward", equation.layer, hidden=True)

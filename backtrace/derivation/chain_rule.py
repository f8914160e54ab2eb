"""The chain rule: forward equations → backward equations.

    ∂E/∂x = Σ over the equations y that x stands in:  ∂E/∂y · ∂y/∂x

`Adjoints` is that one line. Both forms of a config use it; what differs is which quantities get a row of
their own and what they are called. Nothing here differentiates: `calculus.partials` does.

Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986.
"""

from __future__ import annotations

from collections.abc import Container

from backtrace.derivation.equation import Equation
from backtrace.symbolic.calculus import partials
from backtrace.symbolic.expressions import Expression, Number, Symbol, replace
from backtrace.symbolic.simplify import add, multiply


class Adjoints:
    """For every symbol, what it passes on: pairs of ∂E/∂y and ∂y/∂x, gathered from the end backwards."""

    def __init__(self) -> None:
        self._uses: dict[str, list[tuple[Expression, Expression]]] = {}

    def send_back(
        self, equation: Equation, adjoint: Expression, wanted: Container[str] | None = None
    ) -> None:
        """Tell every (wanted) symbol in `equation` that it acts on the objective through it.

        `adjoint` is the derivative of the objective by the symbol that the equation defines.
        """
        for id, local in local_derivatives(equation, wanted).items():
            self._uses.setdefault(id, []).append((adjoint, local))

    def gather(self, id: str) -> Expression:
        """The derivative of the objective by a symbol, once all equations after it have sent theirs."""
        uses = self._uses.get(id, ())
        if len(uses) == 1:
            return multiply(*uses[0])
        return add(*(multiply(adjoint, local) for adjoint, local in uses))


def local_derivatives(equation: Equation, wanted: Container[str] | None = None) -> dict[str, Expression]:
    """∂y/∂x for every symbol x on the right of an equation, written through y itself where it can be."""
    found = partials(equation.expression, wanted)
    if isinstance(equation.expression, Symbol | Number):
        return found
    return {id: _through(equation, local) for id, local in found.items()}


def _through(equation: Equation, local: Expression) -> Expression:
    if isinstance(local, Symbol | Number):
        return local
    return replace(local, equation.expression, equation.symbol)

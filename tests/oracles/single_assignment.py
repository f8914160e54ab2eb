"""The rule of every derivation: each quantity is defined once, and before it is used."""

from __future__ import annotations

from collections.abc import Iterable

from backtrace.derivation.equation import Equation
from backtrace.symbolic.expressions import symbols


class BrokenDerivationError(Exception):
    """A derivation that breaks the rule."""


def check(givens: Iterable[str], equations: Iterable[Equation]) -> None:
    """Check that every quantity is defined once, and before it is used.

    Raises:
        BrokenDerivationError: naming the equation at fault.
    """
    known = set(givens)
    for equation in equations:
        for symbol in symbols(equation.expression):
            if symbol.id not in known:
                raise BrokenDerivationError(f"{equation.id} uses {symbol.id}, which nothing above it defines")
        if equation.id in known:
            raise BrokenDerivationError(f"{equation.id} is defined twice")
        known.add(equation.id)

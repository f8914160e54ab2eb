"""An equation: the one place that defines a quantity.

It holds no value. Values are in an environment (`evaluation`), so one list of equations can be computed in
floats, in decimals rounded by hand, or in a student's own numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from backtrace.symbolic.expressions import Expression, Symbol

Phase = Literal["forward", "backward", "total", "update", "after"]
# The three parts that a person asks for. The sums over a batch are gradients, so they belong to the
# backward pass.
PHASES: Mapping[str, tuple[Phase, ...]] = {
    "forward": ("forward",),
    "backward": ("backward", "total"),
    "update": ("update", "after"),
}
ForwardKind = Literal["net", "activation", "exponential", "cost"]
BackwardKind = Literal["cost_gradient", "error", "slope", "delta", "gradient"]
Kind = Literal[ForwardKind, BackwardKind, "change", "state", "local", "update", "value"]


class Equation(NamedTuple):
    """`symbol` = `expression`, with what is needed to find and group it.

    `hidden` equations are shown only when asked for; `aliases` are other names of the same quantity.
    """

    symbol: Symbol
    expression: Expression
    kind: Kind
    phase: Phase
    layer: str | None = None
    hidden: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.symbol.id

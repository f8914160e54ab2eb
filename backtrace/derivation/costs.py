"""The table of costs: what one output adds to the cost, in its activation a and its target t.

`n` is the number of outputs. The whole cost is the sum of these terms; derivatives follow by `calculus`.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from backtrace.symbolic.expressions import HALF, Expression, substitute
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.parser import parse


class CostRow(NamedTuple):
    """One cost's term and where it comes from."""

    term: str
    source: str


COSTS: dict[str, CostRow] = {
    "half_squared_error": CostRow("half*(t - a)^2", "Rumelhart, Hinton and Williams 1986"),
    "squared_error": CostRow("(t - a)^2", "Hagan, Demuth and Beale, Neural Network Design, ch. 11"),
    "mean_squared_error": CostRow("(t - a)^2/n", "the mean over a sample's outputs"),
    "performance": CostRow("-half*(t - a)^2", "Winston, Artificial Intelligence; to be maximized"),
    "binary_cross_entropy": CostRow("-(xlogy(t, a) + xlogy(1 - t, 1 - a))", "natural logarithm, unclipped"),
    "cross_entropy": CostRow("-xlogy(t, a)", "natural logarithm, unclipped"),
}


@cache
def cost_term_template(name: str) -> Expression:
    """One output's term as an expression in `a`, `t` and `n`."""
    return substitute(parse(COSTS[name].term, FUNCTIONS), {"half": HALF})

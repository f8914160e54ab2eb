"""The table of costs: the term of one output, in its activation a and its target t.

`n` is the number of outputs. The whole cost is the sum of these terms, so ∂E/∂a of one output follows from
its own term alone, by `calculus`. A row is all that a new cost needs; this module knows no layers.
"""

from __future__ import annotations

from typing import NamedTuple

from backtrace.symbolic.expressions import HALF, Expression, substitute
from backtrace.symbolic.parser import table_formula


class CostRow(NamedTuple):
    """One output's term of a cost, and its source."""

    term: str
    source: str


# The ½ is there so that the derivative is a - t, without a factor 2. With `squared_error` every gradient is
# twice as large, which is the same as twice the learning rate.
COSTS: dict[str, CostRow] = {
    "half_squared_error": CostRow("half*(t - a)^2", "Rumelhart, Hinton and Williams 1986"),
    "squared_error": CostRow("(t - a)^2", "Hagan, Demuth and Beale, Neural Network Design, ch. 11"),
    "mean_squared_error": CostRow(
        "(t - a)^2/n", "least squares (Gauss 1809), as a mean over a sample's outputs"
    ),
    "performance": CostRow("-half*(t - a)^2", "Winston, Artificial Intelligence; to be maximized"),
    # xlogy is x·ln(y) with 0·ln 0 = 0: a target of 0 says nothing about the logarithm of its output.
    "binary_cross_entropy": CostRow(
        "-(xlogy(t, a) + xlogy(1 - t, 1 - a))", "Hinton 1989; natural logarithm, unclipped"
    ),
    "cross_entropy": CostRow("-xlogy(t, a)", "Bridle 1990; natural logarithm, unclipped"),
}


def cost_term_template(name: str) -> Expression:
    """One output's term as an expression in `a`, `t` and `n`."""
    return substitute(table_formula(COSTS[name].term), {"half": HALF})

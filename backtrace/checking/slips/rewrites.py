"""The rewrites: an equation → the equations that people write instead.

A rewrite looks at one node of the graph and yields what its right-hand side may have become. It knows nothing
of the number that was stated; which rewrite gives that number is found out in `diagnosis`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.functions import log_base, other_slope, slope_of_net
from backtrace.checking.slips.symbols import (
    missing_activation,
    softmax_without_exp,
    updated_too_early,
    wrong_index,
    wrong_target,
)
from backtrace.checking.slips.terms import (
    Rewritten,
    ascent,
    bias_not_trained,
    bias_trained,
    factor,
    missing_bracket,
    missing_factor,
    missing_rate,
    missing_slope,
    missing_term,
    sign,
)
from backtrace.evaluation.compiled import Compiled, compiled
from backtrace.evaluation.float64 import FLOAT64
from backtrace.limits import CANDIDATES, REWRITTEN_SYMBOLS
from backtrace.symbolic.expressions import (
    Expression,
)


class Rewriting(NamedTuple):
    """What an equation may have become: its right-hand side, what its symbols are, and how it was made.

    `work` is the right-hand side as a function, `length` about how many symbols there are in it.
    """

    slip: str
    expression: Expression
    uses: Mapping[str, Key]
    how: str
    work: Compiled[Key]
    length: int


def rewritings(graph: Graph, node: Node, only: str | None = None) -> Iterator[Rewriting]:
    """Everything that people write instead of a node's equation, or what one slip makes of it."""
    if node.expression is None or node.kind == "given":
        return
    length = 1 + len(node.uses)
    most = min(CANDIDATES, REWRITTEN_SYMBOLS // length)
    for slip, rewrite in REWRITES:
        if only not in (None, slip) or (node.kind == "held" and slip != "bias_trained"):
            continue
        for expression, uses, how in islice(rewrite(graph, node, node.expression), most):
            if expression != node.expression or uses:
                all_uses = {**node.uses, **uses}
                work = compiled(expression, all_uses, FLOAT64)
                yield Rewriting(slip, expression, all_uses, how, work, length)


Rewrite = Callable[[Graph, Node, Expression], Iterator[Rewritten]]

# In the order of the table; each gives all variants of one slip.
REWRITES: tuple[tuple[str, Rewrite], ...] = (
    ("missing_slope", missing_slope),
    ("ascent", ascent),
    ("missing_rate", missing_rate),
    ("sign", sign),
    ("slope_of_net", slope_of_net),
    ("missing_term", missing_term),
    ("missing_activation", missing_activation),
    ("bias_not_trained", bias_not_trained),
    ("bias_trained", bias_trained),
    ("updated_too_early", updated_too_early),
    ("factor", factor),
    ("missing_factor", missing_factor),
    ("softmax_without_exp", softmax_without_exp),
    ("log_base", log_base),
    ("wrong_target", wrong_target),
    ("wrong_index", wrong_index),
    ("other_slope", other_slope),
    ("missing_bracket", missing_bracket),
)

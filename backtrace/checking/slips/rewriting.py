"""An equation as somebody wrote it instead.

Owns the form in which rewrites are handed on; knows neither the table of slips nor any stated number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.evaluation.compiled import Compiled
from backtrace.symbolic.expressions import Expression, Symbol, substitute


class Rewritten(NamedTuple):
    """A wrong right-hand side and the mistake in words; `added` has the quantities that it brings in."""

    expression: Expression
    how: str
    added: Sequence[Node] = ()


def instead_of(expression: Expression, others: Mapping[Symbol, Node], how: str = "") -> Rewritten:
    """Other quantities in the place of symbols."""
    old = " and ".join(symbol.text for symbol in others)
    new = " and ".join(other.symbol.text for other in others.values())
    how = how or f"{new} {'is' if len(others) == 1 else 'are'} used instead of {old}"
    replacements = {symbol.id: other.symbol for symbol, other in others.items()}
    return Rewritten(substitute(expression, replacements), how, list(others.values()))


class Rewriting(NamedTuple):
    """A rewritten equation, ready to be evaluated with `work`; `length` is about its number of symbols."""

    slip: str
    expression: Expression
    uses: Mapping[str, Key]
    how: str
    work: Compiled[Key]
    length: int


# All variants of one slip in the equation of a node, whose right-hand side is given beside it.
Rewrite = Callable[[Graph, Node, Expression], Iterator[Rewritten]]

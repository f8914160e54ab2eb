"""An equation as somebody wrote it instead.

Owns the form in which rewrites are handed on; knows neither the table of slips nor any stated number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.evaluation.compiled import Compiled
from backtrace.symbolic.expressions import Expression


class Rewritten(NamedTuple):
    """A wrong right-hand side and the mistake in words; `uses` locates the symbols that it adds."""

    expression: Expression
    how: str
    uses: Mapping[str, Key] = MappingProxyType({})


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

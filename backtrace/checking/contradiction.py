"""Slips that other numbers on the sheet speak against.

A net or an activation is worked out once. If the slip in its equation would have made another number come out
otherwise than it is stated, right, or on the way to the one that is to be explained, then it was not made:
unless the number has more digits than any of the many slips there are gives by chance.
"""

from __future__ import annotations

from collections.abc import Mapping

from backtrace.checking.graph import MOST_KEPT, Graph, Key
from backtrace.checking.numbers import Stated
from backtrace.checking.rewrites import Rewriting
from backtrace.checking.values import Changed, Values, value_in

ONCE = ("net", "activation", "exponential")  # a gradient may be worked out from the top for each weight
BY_CHANCE = 6  # digits of a number that some slip gives by chance, at the most
CLEAR = 10  # times half a unit of the last place, which what is rounded on the way does not come to


def speaks_against(
    graph: Graph, sheet: Mapping[Key, Stated], key: Key, where: Key, rewriting: Rewriting
) -> bool:
    """Whether a number on the sheet shows that the equation at `where` was not rewritten so to give `key`."""
    if where == key or graph[where].kind not in ONCE or len(graph.nodes) > MOST_KEPT:
        return False
    true = Values(graph, {})
    try:
        value = float(rewriting.work(true.of))
    except (RecursionError, OverflowError, KeyError, ValueError):
        return False
    for other, number in sheet.items():
        is_on_the_way = bool(graph.rests_on(key, [other]))
        if other in (key, where) or not (is_on_the_way or number.fits(graph[other].value)):
            continue
        if graph.rests_on(other, [where]):
            way = graph.ancestors(other, [where])
            affected = {where, *(node.key for node in way if graph.rests_on(node.key, [where]))}
            found = value_in(Changed(true, where, value, affected), other)
            if found is not None and abs(found - number.value) > CLEAR * number.half:
                return True
    return False

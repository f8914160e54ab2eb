"""Slips that other numbers on the sheet speak against.

A net or an activation is worked out once. If the slip in its equation would have made another number come out
otherwise than it is stated, right, or on the way to the one that is to be explained, then it was not made:
unless the number has more digits than any of the many slips there are gives by chance.
"""

from __future__ import annotations

from collections.abc import Mapping

from backtrace.checking.graph import ANCESTORS_KEPT, Graph, Key
from backtrace.checking.slips.rewrites import Rewriting
from backtrace.checking.slips.what_if_values import Changed, Values, given_by, value_in
from backtrace.checking.stated_number import Stated

ONCE = ("net", "activation", "exponential")  # a gradient may be worked out from the top for each weight
BY_CHANCE = 6  # digits of a number that some slip gives by chance, at the most
CLEAR = 10  # times half a unit of the last place, which what is rounded on the way does not come to


def speaks_against(
    graph: Graph, sheet: Mapping[Key, Stated], key: Key, where: Key, rewriting: Rewriting
) -> bool:
    """Whether a number on the sheet shows that the equation at `where` was not rewritten so to give `key`."""
    if where == key or graph[where].kind not in ONCE or len(graph.nodes) > ANCESTORS_KEPT:
        return False
    true = Values(graph, {})
    value = given_by(rewriting, true)
    if value is None:
        return False
    for other, number in sheet.items():
        if other in (key, where) or not graph.rests_on(other, [where]):
            continue
        if number.fits(graph[other].value) or graph.rests_on(key, [other]):
            way = graph.ancestors(other, [where])
            affected = {where, *(node.key for node in way if graph.rests_on(node.key, [where]))}
            found = value_in(Changed(true, where, value, affected), other)
            if found is not None and abs(found - number.value) > CLEAR * number.half:
                return True
    return False

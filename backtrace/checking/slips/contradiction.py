"""Slips that other numbers on the sheet contradict.

A net input or an activation is computed once. If the slip in its equation would have changed another number
that is right, or that lies on the way to the one to be explained, then the slip was not made. A number with
more digits than any slip gives by chance is exempt.
"""

from __future__ import annotations

from collections.abc import Mapping

from backtrace.checking.graph import ANCESTORS_KEPT, Graph, Key
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.what_if_values import Changed, Values, given_by, value_in
from backtrace.checking.stated_number import Stated

ONCE = ("net", "activation", "exponential")  # a gradient may be computed from the top for each weight
BY_CHANCE = 6  # the most digits of a number that some slip gives by chance
CLEAR = 10  # times half a unit of the last place, more than rounding on the way adds up to


def contradicts(
    graph: Graph, sheet: Mapping[Key, Stated], key: Key, where: Key, rewriting: Rewriting
) -> bool:
    """Whether a number on the sheet shows that `key` does not come from this rewriting of `where`."""
    if where == key or graph[where].kind not in ONCE or len(graph.nodes) > ANCESTORS_KEPT:
        return False
    true = Values(graph, {})
    value = given_by(rewriting, true)
    if value is None:
        return False
    for other, number in sheet.items():
        if other in (key, where) or not graph.depends_on(other, [where]):
            continue
        if number.fits(graph[other].value) or graph.depends_on(key, [other]):
            way = graph.ancestors(other, [where])
            affected = {where, *(node.key for node in way if graph.depends_on(node.key, [where]))}
            found = value_in(Changed(true, where, value, affected), other)
            if found is not None and abs(found - number.value) > CLEAR * number.half:
                return True
    return False

"""What each of many slips does to a quantity: the wrong values on the way to it are carried on.

A few slips are carried on one after the other. Many are carried on together, each in a lane of an array.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import isfinite
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.what_if_values import Changed, Values, value_in

FEW = 150  # slips that are carried on one by one, which needs no numpy


class Behind(NamedTuple):
    """A slip in an equation behind a quantity: how many equations away, and the value that it gives there."""

    node: Node
    depth: int
    rewriting: Rewriting
    value: float


def carried_on(graph: Graph, key: Key, base: Values, slips: Sequence[Behind]) -> list[float | None]:
    """The value that each slip gives to a quantity; None where it gives none."""
    in_order = sorted(graph.ancestors(key, base.fixed), key=lambda node: node.position)
    if len(slips) > FEW:
        return _together(graph, key, base, slips, in_order)
    affected_by: dict[Key, set[Key]] = {}
    found: list[float | None] = []
    for slip in slips:
        where = slip.node.key
        if where not in affected_by:
            affected = affected_by[where] = {where}
            for later in in_order:
                if not affected.isdisjoint(later.uses.values()):
                    affected.add(later.key)
        changed = Changed(base, where, slip.value, affected_by[where])
        found.append(slip.value if where == key else value_in(changed, key))
    return found


def _together(
    graph: Graph, key: Key, base: Values, slips: Sequence[Behind], in_order: Sequence[Node]
) -> list[float | None]:
    import numpy as np

    from backtrace.evaluation.numpy_arrays import ARRAYS, Array

    lanes: dict[Key, list[int]] = defaultdict(list)
    for lane, slip in enumerate(slips):
        lanes[slip.node.key].append(lane)
    values: dict[Key, Array] = {}

    def of(used: Key) -> Array:
        return values[used] if used in values else base.of(used)

    with ARRAYS.context():
        for node in in_order:
            is_affected = any(used in values for used in node.uses.values())
            if not is_affected and node.key not in lanes:
                continue
            value = np.full(len(slips), np.nan)
            if is_affected:
                value[:] = graph.compiled(node, ARRAYS)(of)
            elif (right := value_in(base, node.key)) is not None:
                value[:] = right
            for lane in lanes[node.key]:
                value[lane] = slips[lane].value
            values[node.key] = value
    return [value if isfinite(value) else None for value in values[key].tolist()]

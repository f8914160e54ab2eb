"""Two slips at once: all pairs of slips are made in one evaluation of the graph, each in a lane of an array.

Any number is given by some pair. That a pair gives two wrong numbers, and leaves the right ones right, is no
chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from math import isqrt
from typing import NamedTuple

import numpy as np

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.candidates import Candidate
from backtrace.checking.stated_number import Stated
from backtrace.evaluation.compiled import Compiled, compile_expression
from backtrace.evaluation.numpy_arrays import ARRAYS, Array

MOST_SINGLES = 1_200  # slips that are combined, the likeliest; fewer where there are more equations
MOST_VALUES = 150_000_000  # of all pairs in all equations
ROWS = 40  # first slips that are combined with all others at a time
PAIRS_KEPT = 20


class Pair(NamedTuple):
    """Two slips, and how many of the wrong numbers they give: nearly, and to the last digit."""

    one: Candidate
    other: Candidate
    near: int
    exact: int

    @property
    def order(self) -> tuple[float, ...]:
        return (-self.near, -self.exact, self.one.rank + self.other.rank)


class _Slip(NamedTuple):
    """A slip's place among the lanes, and its equation on arrays."""

    place: int
    work: Compiled[Key]


def best_pairs(
    graph: Graph,
    singles: Sequence[Candidate],
    wrong: Mapping[Key, Stated],
    right: Mapping[Key, Stated],
    rounded: float,
) -> list[Pair]:
    """The pairs of slips that give most of the wrong numbers and leave the right ones right.

    A number is given by what is within `rounded` times half a unit of its last place.
    """
    nodes = [
        (node, compile_expression(node.expression, node.uses, ARRAYS))
        for node in _in_order(graph, (*wrong, *right))
        if node.expression is not None
    ]
    most = min(MOST_SINGLES, isqrt(MOST_VALUES // max(1, len(nodes))))
    chosen = sorted(singles, key=lambda c: c.rank)[:most]
    works = [
        compile_expression(c.rewriting.expression, c.rewriting.uses, ARRAYS) for c in chosen if c.rewriting
    ]
    columns = _by_node(chosen, works, range(len(chosen)))
    found: list[Pair] = []
    with ARRAYS.context():
        for start in range(0, len(chosen), ROWS):
            rows = range(start, min(start + ROWS, len(chosen)))
            first = _by_node(chosen, works, rows)
            values = _evaluated(graph, nodes, first, columns, len(rows), len(chosen), wrong)
            found += _fitting(chosen, values, start, wrong, right, rounded)
            found = sorted(found, key=lambda pair: pair.order)[:PAIRS_KEPT]
    return [pair for pair in found if pair.near == found[0].near and pair.exact == found[0].exact]


def _in_order(graph: Graph, keys: Collection[Key]) -> list[Node]:
    """Everything that some quantities depend on, and themselves, in the order of computation."""
    needed = {key for one in keys for key in (*graph.below(one), one)}
    return sorted((graph[key] for key in needed), key=lambda node: node.position)


def _by_node(
    chosen: Sequence[Candidate], works: Sequence[Compiled[Key]], places: range
) -> dict[Key, list[_Slip]]:
    slips: dict[Key, list[_Slip]] = defaultdict(list)
    for place in places:
        where = chosen[place].where
        if where is not None:
            slips[where].append(_Slip(place - places.start, works[place]))
    return slips


def _evaluated(
    graph: Graph,
    nodes: Sequence[tuple[Node, Compiled[Key]]],
    rows: Mapping[Key, list[_Slip]],
    columns: Mapping[Key, list[_Slip]],
    height: int,
    width: int,
    stated: Mapping[Key, Stated],
) -> dict[Key, Array]:
    """The values of all nodes: a row for each first slip, a column for each second one.

    What depends on `stated` numbers is computed from these.
    """
    values: dict[Key, Array] = {}

    def of(key: Key) -> Array:
        if key in stated:
            return np.full((1, 1), stated[key].value)
        found = values.get(key)
        return np.full((1, 1), graph[key].value) if found is None else found

    for node, right in nodes:
        value = right(of)
        value = np.asarray(value, dtype=np.float64).reshape(np.shape(value) or (1, 1))
        value = _with_slips(value, columns.get(node.key, ()), of, 1, width)
        value = _with_slips(value, rows.get(node.key, ()), of, 0, height)
        values[node.key] = value
    return values


def _with_slips(
    value: Array, slips: Sequence[_Slip], of: Callable[[Key], Array], axis: int, size: int
) -> Array:
    """The value of a quantity with each slip in its own column (axis 1) or row (axis 0), of `size`."""
    if not slips:
        return value
    made = [(place, np.ravel(work(partial(_lane, of, axis, place)))) for place, work in slips]
    across = max(value.shape[1 - axis], *(len(lane) for _, lane in made))
    shape = (across, size) if axis else (size, across)
    value = np.array(np.broadcast_to(value, shape))
    for place, lane in made:
        if axis:
            value[:, place] = lane
        else:
            value[place, :] = lane
    return value


def _lane(of: Callable[[Key], Array], axis: int, place: int, key: Key) -> Array:
    """One row or column of a value; where there is only one, it is the same for all."""
    value = of(key)
    if value.shape[axis] == 1:
        return value
    return value[place : place + 1, :] if axis == 0 else value[:, place : place + 1]


def _fitting(
    chosen: Sequence[Candidate],
    values: Mapping[Key, Array],
    start: int,
    wrong: Mapping[Key, Stated],
    right: Mapping[Key, Stated],
    rounded: float,
) -> Iterator[Pair]:
    """The pairs of some rows that give one of the wrong numbers or more, and all of the right ones."""
    height = max(values[key].shape[0] for key in wrong)
    shape = height, len(chosen)
    near, exact, possible = (np.zeros(shape, dtype=kind) for kind in (np.int64, np.int64, np.bool_))
    possible[:] = np.arange(len(chosen))[None, :] > np.arange(start, start + height)[:, None]
    for key, number in right.items():
        possible &= np.abs(values[key] - number.value) <= rounded * number.half
    for key, number in wrong.items():
        off = np.abs(values[key] - number.value)
        near += off <= rounded * number.half
        exact += off <= number.half * (1 + 1e-9)
    near[~possible] = 0
    most = near.max(initial=0)
    if not most:
        return
    places = np.argwhere(near == most)
    order = np.argsort([-exact[i, j] for i, j in places], kind="stable")[:PAIRS_KEPT]
    for i, j in places[order]:
        one, other = chosen[start + int(i)], chosen[int(j)]
        if one.where != other.where:
            yield Pair(one, other, int(near[i, j]), int(exact[i, j]))

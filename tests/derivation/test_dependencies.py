"""Dependencies between rows: what a quantity needs, and what changes with it."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from backtrace.derivation.dependencies import Dependents, needed, reach, uses
from backtrace.symbolic.expressions import Expression, Product, Sum, Symbol

X, Y, Z = (Symbol(id, id) for id in "xyz")


class Row(NamedTuple):
    id: str
    expression: Expression


ROWS = [Row("p", Product((X, Y))), Row("q", Sum((X, X))), Row("r", Sum((Symbol("p", "p"), Z)))]


def test_a_right_hand_side_uses_each_symbol_once_from_left_to_right() -> None:
    assert uses(Sum((Z, Product((X, Z)), Y))) == {"z": Z, "x": X, "y": Y}


def test_the_rows_needed_are_those_below_and_keep_their_order() -> None:
    assert [row.id for row in needed(ROWS, ["r"])] == ["p", "r"]
    assert [row.id for row in needed(ROWS, ["q", "p"])] == ["p", "q"]
    assert needed(ROWS, ["x"]) == []


def test_what_changes_with_a_quantity_comes_after_it() -> None:
    dependents = Dependents(ROWS)
    assert [dependents.of(id) for id in ("x", "y", "z", "p")] == [[0, 1, 2], [0, 2], [2], [2]]
    assert dependents.of("r") == dependents.of("unknown") == []


def test_the_nearest_are_reached_first_and_each_once() -> None:
    graph = {"a": "bc", "b": "d", "c": "de", "d": "f", "e": "f", "f": ""}
    assert list(reach("a", graph.__getitem__)) == list("bcdef")


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Rows that use givens and the rows before them."""
    found: list[Row] = []
    for number in range(draw(st.integers(1, 12))):
        ids = ["x", "y", "z", *(row.id for row in found)]
        used = draw(st.lists(st.sampled_from(ids), min_size=2, max_size=4))
        found.append(Row(f"q{number}", Sum(tuple(Symbol(id, id) for id in used))))
    return found


@given(rows())
def test_a_row_needs_a_quantity_exactly_if_it_changes_with_it(rows: list[Row]) -> None:
    dependents = Dependents(rows)
    for place, row in enumerate(rows):
        below = {id for each in needed(rows, [row.id]) for id in uses(each.expression)}
        for id in ("x", "y", "z", *(each.id for each in rows)):
            assert (place in dependents.of(id)) == (id in below)

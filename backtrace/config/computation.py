"""The `equations` form: formulas by name → `Computation`, in an order in which they can be worked out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from backtrace.config.cursor import Cursor
from backtrace.derivation.expressions import Expression, calls, symbols
from backtrace.derivation.functions import PUBLIC
from backtrace.derivation.names import spell
from backtrace.derivation.parser import ExpressionError, parse
from backtrace.errors import nearest, quoted
from backtrace.problem import Computation

MAX_EQUATIONS = 10_000


def read_computation(
    cursor: Cursor, objective: Cursor, deltas: Cursor | None, givens: Mapping[str, str]
) -> Computation:
    """Read the equations; every symbol is defined by one of them or by one of `givens` (by id)."""
    places: dict[str, Cursor] = {}
    equations: dict[str, Expression] = {}
    for key, value in cursor.entries("equations by name"):
        name = key.name("a quantity")
        if name in PUBLIC:
            key.fail(f"{name} is a function; expected another name")
        if spell(name) in givens:
            key.fail(f"{quoted(name)} is defined twice: by an equation and as an input, target or parameter")
        equations[name] = _expression(value)
        places[name] = value
    if not 1 <= len(equations) <= MAX_EQUATIONS:
        cursor.fail(f"found {len(equations):,} equations; expected 1 to {MAX_EQUATIONS:,}")
    by_id = {spell(name): name for name in equations}
    for name, expression in equations.items():
        for symbol in symbols(expression):
            if symbol.id not in by_id and symbol.id not in givens:
                offset = _offset(places[name].text("a formula"), symbol.text)
                places[name].fail(
                    f"undefined symbol {quoted(symbol.text)}; expected an equation, input, target or "
                    f"parameter{nearest(symbol.id, (*by_id, *givens))}",
                    offset,
                )
    ordered = _in_order(equations, by_id, places)
    text = objective.text("the name of an equation")
    if spell(text) not in by_id:
        objective.fail(f"no equation defines {quoted(text)}{nearest(text, equations)}")
    return Computation(ordered, by_id[spell(text)], _deltas(deltas, by_id, givens))


def step_places(cursor: Cursor) -> Iterator[Cursor]:
    """Where a step function stands, for the message that there is no backward pass through it."""
    for _, value in cursor.entries("equations by name"):
        if any(call.function == "step" for call in calls(_expression(value))):
            yield value


def _expression(cursor: Cursor) -> Expression:
    text = cursor.text("a formula")
    try:
        return parse(text)
    except ExpressionError as error:
        cursor.fail(error.message, error.offset)


def _offset(text: str, name: str) -> int:
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    return found.start() if found else 0


def _in_order(
    equations: dict[str, Expression], by_id: dict[str, str], places: dict[str, Cursor]
) -> dict[str, Expression]:
    """The equations as written where they can be worked out that way, else each after what it needs."""
    needs = {
        name: list(dict.fromkeys(by_id[s.id] for s in symbols(expression) if s.id in by_id))
        for name, expression in equations.items()
    }
    ordered: dict[str, Expression] = {}
    for start in equations:
        path = [start]
        while path:
            name = path[-1]
            missing = next((need for need in needs[name] if need not in ordered), None)
            if missing is None:
                ordered.setdefault(name, equations[name])
                path.pop()
            elif missing in path:
                circle = [*path[path.index(missing) :], missing]
                places[missing].fail(f"the equations go in a circle: {' → '.join(circle[:8])}")
            else:
                path.append(missing)
    return ordered


def _deltas(cursor: Cursor | None, by_id: dict[str, str], givens: Mapping[str, str]) -> dict[str, str]:
    if cursor is None:
        return {}
    deltas: dict[str, str] = {}
    for key, value in cursor.entries("deltas by name, as {δ_o: h_o}"):
        name = key.name("a delta")
        if spell(name) in by_id or spell(name) in givens:
            key.fail(f"{quoted(name)} is already the name of something else")
        text = value.text("the name of an equation")
        if spell(text) not in by_id:
            value.fail(f"no equation defines {quoted(text)}{nearest(text, by_id.values())}")
        if by_id[spell(text)] in deltas.values():
            value.fail(f"{quoted(text)} has two deltas; expected one")
        deltas[name] = by_id[spell(text)]
    return deltas

"""The `equations` form: formulas by name → `Computation`, in an order in which they can be computed."""

from __future__ import annotations

from collections.abc import Mapping

from backtrace.config.cursor import Cursor, one_of
from backtrace.config.formulas import offset_of, parts_of_derivatives, read_formula
from backtrace.derivation.dependencies import uses
from backtrace.errors import Location, nearest, quoted
from backtrace.limits import EQUATIONS, FORMULA_PARTS
from backtrace.problem.problem import Computation
from backtrace.symbolic.expressions import Expression, calls, symbols
from backtrace.symbolic.functions import public_functions
from backtrace.symbolic.ids import spell


def read_computation(
    cursor: Cursor, objective: Cursor, deltas: Cursor | None, givens: Mapping[str, str]
) -> tuple[Computation, dict[str, Location]]:
    """Read the equations; every symbol is defined by one of them or by one of `givens` (by id).

    The places of step functions come with it, for the message that no backward pass goes through them.
    """
    places, equations = _equations(cursor, givens)
    by_id = {spell(name): name for name in equations}
    _check_symbols(equations, places, by_id, givens)
    ordered = _in_order(equations, by_id, places)
    name = _equation(objective, by_id)
    stepped = [
        places[name] for name in equations if any(call.function == "step" for call in calls(equations[name]))
    ]
    computation = Computation(ordered, name, _deltas(deltas, by_id, givens))
    return computation, {place.path: place.location for place in stepped}


def _equations(cursor: Cursor, givens: Mapping[str, str]) -> tuple[dict[str, Cursor], dict[str, Expression]]:
    places: dict[str, Cursor] = {}
    equations: dict[str, Expression] = {}
    ids: dict[str, str] = {}
    parts = 0
    functions = public_functions()
    for key, value in cursor.entries("equations by name, as {q: x + y}"):
        name = key.name("a quantity")
        id = spell(name)
        if name in functions:
            key.fail(f"{name} is a function; expected another name")
        if id in givens:
            key.fail(f"{quoted(name)} is defined twice: by an equation and as an input, target or parameter")
        if id in ids:
            key.fail(f"{ids[id]} and {name} would share the id {id}; expected another name")
        if len(equations) == EQUATIONS:
            key.fail(f"more than {EQUATIONS:,} equations, the most that are read")
        ids[id] = name
        equations[name] = read_formula(value)
        places[name] = value
        parts += parts_of_derivatives(equations[name])
        if parts > FORMULA_PARTS:
            value.fail(
                f"the derivatives have more than {FORMULA_PARTS:,} parts here; expected shorter formulas, "
                f"with parts of them as equations of their own"
            )
    if not equations:
        cursor.fail("found no equations; expected at least one, as {q: x + y}")
    return places, equations


def _check_symbols(
    equations: Mapping[str, Expression],
    places: Mapping[str, Cursor],
    by_id: Mapping[str, str],
    givens: Mapping[str, str],
) -> None:
    for name, expression in equations.items():
        for symbol in symbols(expression):
            if symbol.id not in by_id and symbol.id not in givens:
                places[name].fail(
                    f"undefined symbol {quoted(symbol.text)}; expected an equation, input, target or "
                    f"parameter{nearest(symbol.id, (*by_id, *givens))}",
                    offset_of(places[name], symbol.text),
                )


def _equation(cursor: Cursor, by_id: Mapping[str, str]) -> str:
    """The equation that is named here."""
    text = cursor.text("the name of an equation")
    if spell(text) not in by_id:
        hint = nearest(text, by_id.values()) or f"; expected {one_of(list(by_id.values())[:6])}"
        cursor.fail(f"no equation defines {quoted(text)}{hint}")
    return by_id[spell(text)]


def _in_order(
    equations: Mapping[str, Expression], by_id: Mapping[str, str], places: Mapping[str, Cursor]
) -> dict[str, Expression]:
    """The equations as written if they can be computed in that order, else each after what it needs."""
    needs = {
        name: [by_id[id] for id in uses(expression) if id in by_id] for name, expression in equations.items()
    }
    ordered: dict[str, Expression] = {}
    for start in equations:
        path = {start: None}  # in order, and quick to ask
        while path:
            name = next(reversed(path))
            missing = next((need for need in needs[name] if need not in ordered), None)
            if missing is None:
                ordered.setdefault(name, equations[name])
                del path[name]
            elif missing in path:
                names = list(path)
                circle = [*names[names.index(missing) :], missing]
                shown = circle if len(circle) <= 8 else [*circle[:6], "…", missing]
                places[missing].fail(f"the equations go in a circle: {' → '.join(shown)}")
            else:
                path[missing] = None
    return ordered


def _deltas(cursor: Cursor | None, by_id: Mapping[str, str], givens: Mapping[str, str]) -> dict[str, str]:
    if cursor is None:
        return {}
    deltas: dict[str, str] = {}
    for key, value in cursor.entries("deltas by name, as {δ_o: h_o}"):
        name = key.name("a delta")
        if spell(name) in by_id or spell(name) in givens or spell(name) in map(spell, deltas):
            key.fail(f"{quoted(name)} is already the name of something else")
        equation = _equation(value, by_id)
        if equation in deltas.values():
            value.fail(f"{quoted(equation)} has two deltas; expected one")
        deltas[name] = equation
    return deltas

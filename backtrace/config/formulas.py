"""What a config writes as formulas: the cost of a network, and the equations of a `Computation`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from backtrace.config.cursor import Cursor, one_of
from backtrace.derivation.costs import COSTS
from backtrace.derivation.dependencies import uses
from backtrace.errors import Location, nearest, quoted
from backtrace.limits import EQUATIONS, FORMULA_PARTS
from backtrace.problem.problem import Computation
from backtrace.symbolic.expressions import Expression, Negative, Sum, Symbol, calls, children, symbols
from backtrace.symbolic.functions import public_functions
from backtrace.symbolic.ids import NAME, spell
from backtrace.symbolic.parser import ExpressionError, parse


def read_cost(
    cursor: Cursor | None, targets: tuple[str, ...], network_outputs: tuple[str, ...]
) -> str | Expression:
    """The name of a row of `COSTS`, or an expression over outputs and targets."""
    if cursor is None:
        return "half_squared_error"
    text = cursor.text("a cost's name or a formula")
    if text in COSTS:
        if not targets:
            cursor.fail(
                f"{text} compares outputs with targets, and there are no targets; expected targets: […]"
            )
        return text
    names = [f"a_{spell(unit)}" for unit in network_outputs] + [spell(target) for target in targets]
    if NAME.fullmatch(text) and spell(text) not in names:
        hint = nearest(text, (*COSTS, *names)) or f"; expected {one_of(COSTS)}, or a formula"
        cursor.fail(f"unknown cost {quoted(text)}{hint}")
    expression = _formula(cursor)
    for symbol in symbols(expression):
        if symbol.id not in names:
            hint = nearest(symbol.id, names) or f"; expected {one_of(names[:6])}"
            _refuse_symbol(cursor, symbol, f"{quoted(symbol.text)} is no output and no target{hint}")
    if _measure(expression)[2] > FORMULA_PARTS:
        cursor.fail(f"the derivatives have more than {FORMULA_PARTS:,} parts; expected a shorter formula")
    return expression


def read_computation(
    cursor: Cursor, objective: Cursor, deltas: Cursor | None, givens: Mapping[str, str]
) -> tuple[Computation, dict[str, Location]]:
    """Read the equations; every symbol is defined by one of them or by one of `givens` (by id).

    The places of step functions come with it, for the message that no backward pass goes through them.
    """
    equations, places = _equations(cursor, givens)
    by_id = {spell(name): name for name in equations}
    for name, expression in equations.items():
        for symbol in symbols(expression):
            if symbol.id not in by_id and symbol.id not in givens:
                expected = "expected an equation, input, target or parameter"
                hint = nearest(symbol.id, (*by_id, *givens))
                message = f"undefined symbol {quoted(symbol.text)}; {expected}{hint}"
                _refuse_symbol(places[name], symbol, message)
    ordered = _in_order(equations, by_id, places)
    computation = Computation(ordered, _equation(objective, by_id), _deltas(deltas, by_id, givens))
    steps = {
        places[name].path: places[name].location
        for name, expression in equations.items()
        if any(call.function == "step" for call in calls(expression))
    }
    return computation, steps


def _equations(cursor: Cursor, givens: Mapping[str, str]) -> tuple[dict[str, Expression], dict[str, Cursor]]:
    """The equations by name, with their places."""
    places: dict[str, Cursor] = {}
    equations: dict[str, Expression] = {}
    ids: dict[str, str] = {}
    parts = 0
    functions = public_functions()
    for key, value in cursor.entries("equations by name, as {q: x + y}"):
        name = key.new_name("a quantity", ids)
        if name in functions:
            key.fail(f"{name} is a function; expected another name")
        if spell(name) in givens:
            key.fail(f"{quoted(name)} is defined twice: by an equation and as an input, target or parameter")
        if len(equations) == EQUATIONS:
            key.fail(f"more than {EQUATIONS:,} equations, the most that are read")
        equations[name], places[name] = _formula(value), value
        parts += _measure(equations[name])[2]
        if parts > FORMULA_PARTS:
            value.fail(
                f"the derivatives have more than {FORMULA_PARTS:,} parts here; expected shorter formulas, "
                f"with parts of them as equations of their own"
            )
    if not equations:
        cursor.fail("found no equations; expected at least one, as {q: x + y}")
    return equations, places


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
    deltas: dict[str, str] = {}
    taken = {*by_id, *givens}
    for key, value in cursor.entries("deltas by name, as {δ_o: h_o}") if cursor else ():
        name = key.name("a delta")
        if spell(name) in taken:
            key.fail(f"{quoted(name)} is already the name of something else")
        taken.add(spell(name))
        equation = _equation(value, by_id)
        if equation in deltas.values():
            value.fail(f"{quoted(equation)} has two deltas; expected one")
        deltas[name] = equation
    return deltas


def _formula(cursor: Cursor) -> Expression:
    """The expression at a place; nothing is evaluated."""
    try:
        return parse(cursor.text("a formula"))
    except ExpressionError as error:
        cursor.fail(error.message, error.offset)


def _refuse_symbol(cursor: Cursor, symbol: Symbol, message: str) -> NoReturn:
    """Refuse a formula at the first use of a symbol."""
    found = re.search(rf"(?<!\w){re.escape(symbol.text)}(?!\w)", cursor.text("a formula"))
    cursor.fail(message, found.start() if found else 0)


def _measure(expression: Expression) -> tuple[int, int, int]:
    """Symbols in an expression, parts of it, and about how many parts its derivatives have, written out.

    Each symbol carries along all that it is multiplied with: x·x·…·x with n factors makes n² parts of them.
    """
    if isinstance(expression, Symbol):
        return 1, 1, 1
    measures = [(0, 0, 0), *map(_measure, children(expression))]  # of a number there is only the first
    counts, parts, carried = (sum(column) for column in zip(*measures, strict=True))
    if not isinstance(expression, Sum | Negative):
        carried += counts * parts
    return counts, parts + 1, carried

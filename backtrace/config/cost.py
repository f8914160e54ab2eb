"""The cost of a network: a row of the table `COSTS`, or a formula."""

from __future__ import annotations

from backtrace.config.cursor import Cursor, one_of
from backtrace.config.formulas import offset_of, parts_of_derivatives, read_formula
from backtrace.derivation.costs import COSTS
from backtrace.errors import nearest, quoted
from backtrace.limits import FORMULA_PARTS
from backtrace.symbolic.expressions import Expression, symbols
from backtrace.symbolic.ids import NAME, spell


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
    expression = read_formula(cursor)
    for symbol in symbols(expression):
        if symbol.id not in names:
            hint = nearest(symbol.id, names) or f"; expected {one_of(names[:6])}"
            offset = offset_of(cursor, symbol.text)
            cursor.fail(f"{quoted(symbol.text)} is no output and no target{hint}", offset)
    if parts_of_derivatives(expression) > FORMULA_PARTS:
        cursor.fail(f"the derivatives have more than {FORMULA_PARTS:,} parts; expected a shorter formula")
    return expression

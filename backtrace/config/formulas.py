"""A formula in a config → an expression, with the place of whatever is wrong in it."""

from __future__ import annotations

import re

from backtrace.config.cursor import Cursor
from backtrace.symbolic.expressions import Expression, Negative, Number, Sum, Symbol, children
from backtrace.symbolic.parser import ExpressionError, parse


def read_formula(cursor: Cursor) -> Expression:
    """The expression at a place; nothing is evaluated."""
    try:
        return parse(cursor.text("a formula"))
    except ExpressionError as error:
        cursor.fail(error.message, error.offset)


def offset_of(cursor: Cursor, name: str) -> int:
    """The position of a name's first use in the formula, in characters."""
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", cursor.text("a formula"))
    return found.start() if found else 0


def parts_of_derivatives(expression: Expression) -> int:
    """About how many parts the derivatives of an expression by all its symbols have, written out.

    Each symbol carries along all that it is multiplied with, so x·x·…·x with n factors has n² of them.
    """
    return _measure(expression)[2]


def _measure(expression: Expression) -> tuple[int, int, int]:
    """Symbols in an expression, parts of it, and parts of its derivatives."""
    match expression:
        case Symbol():
            return 1, 1, 1
        case Number():
            return 0, 1, 0
    measures = [_measure(child) for child in children(expression)]
    symbols, parts, carried = (sum(column) for column in zip(*measures, strict=True))
    if not isinstance(expression, Sum | Negative):
        carried += symbols * parts
    return symbols, parts + 1, carried

"""Equations as a table for the terminal: symbol, formula, the formula with the numbers put in, value."""

from __future__ import annotations

from rich.table import Table

from backtrace.evaluation.steps import Part
from backtrace.views.page.lines import Line
from backtrace.views.page.records import COLUMNS, Look
from backtrace.views.page.rich_table import Columns, Places, Texts, table_in

SYMBOL, FORMULA, NUMBERS, VALUE = range(4)


def _equal(row: Texts, column: Places) -> list[Line]:
    """The formula, below it = its numbers, = its value."""
    first, *others = (row[place] for place in column)
    return [first, *(f"= {line}" if isinstance(line, str) else ["= ", *line] for line in others)]


EQUATIONS = Columns(
    COLUMNS,
    (
        ((SYMBOL,), (FORMULA, NUMBERS), (VALUE,)),
        ((SYMBOL,), (FORMULA, NUMBERS, VALUE)),
        ((SYMBOL, FORMULA, NUMBERS, VALUE),),
    ),
    _equal,
    elastic={FORMULA, NUMBERS},
    right={VALUE},
    styled=VALUE,
    evenly=True,
    stacked_headings=True,
)


def equation_table(part: Part, look: Look, width: int) -> Table:
    """The equations of a part; where `width` is too narrow for four columns, some are stacked."""
    formula, numbers, text = look.formulas().pieces, look.substitutions(part).pieces, look.numerals.text
    rows = [
        (look.symbol(symbol), formula(expression), numbers(expression), text(part.values[symbol.id]))
        for symbol, expression, *_ in part.equations
    ]
    return table_in(EQUATIONS, rows, width, look.style.ascii, ["bold"] * len(rows))

"""Parts → records: the columns that every data format has, and the text of numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from math import isfinite
from typing import NamedTuple

from backtrace.evaluation.arithmetic import Value
from backtrace.evaluation.steps import Part
from backtrace.symbolic.expressions import Symbol
from backtrace.symbolic.ids import transcribe
from backtrace.typesetting.numerals import Numerals
from backtrace.typesetting.plain import TYPESET, Printer, Style

COLUMNS = ("symbol", "formula", "with the numbers", "value")  # of a table of equations, in every format

_TYPED = str.maketrans(
    {"′": "'", "−": "-", "–": "-", "½": "1/2", "²": "^2", "…": "...", "√": "sqrt"}
    | {"×": "x", "⊙": ".*", "ᵀ": "^T"}
)


class Record(NamedTuple):
    """One row of a trace.

    `value` is full precision, None where it is not finite; `text` is shown to a person.
    """

    step: int
    sample: int | None
    phase: str
    layer: str | None
    kind: str
    id: str
    symbol: str
    formula: str
    substitution: str
    value: float | None
    text: str


class Look(NamedTuple):
    """How records are written: the signs and the numerals; sums longer than `most_terms` are shortened."""

    style: Style = TYPESET
    numerals: Numerals = Numerals()
    most_terms: int = sys.maxsize

    def symbol(self, symbol: Symbol) -> str:
        return self.name(symbol.text)

    def name(self, name: str) -> str:
        return transcribe(name) if self.style.ascii else name

    def prose(self, text: str) -> str:
        """A sentence in the signs of the style."""
        return typed(text) if self.style.ascii else text

    def formulas(self) -> Printer:
        """A printer of expressions in symbols."""
        return Printer(self.style, None, self.most_terms)

    def substitutions(self, part: Part) -> Printer:
        """A printer of expressions with a part's numbers."""
        return Printer(self.style, self.leaf(part), self.most_terms)

    def leaf(self, part: Part) -> Callable[[Symbol], str]:
        """The text of a symbol's value in a part; each is written once."""
        values, written, numerals = part.values, part.written, self.numerals

        @cache
        def text(id: str) -> str:
            return numerals.given(written[id], values[id]) if id in written else numerals.text(values[id])

        return lambda symbol: text(symbol.id)


def finite(value: Value) -> float | None:
    """A float for a program, a zero without its sign; None for inf and nan, which JSON does not have."""
    number = float(value) + 0.0
    return number if isfinite(number) else None


def records(parts: Iterable[Part], look: Look) -> Iterator[Record]:
    """The records of all parts, in order."""
    for part in parts:
        yield from part_records(part, look)


def part_records(part: Part, look: Look) -> Iterator[Record]:
    """The records of one part."""
    in_symbols, in_numbers = look.formulas(), look.substitutions(part)
    values, numerals = part.values, look.numerals
    for equation in part.equations:
        symbol, expression, value = equation.symbol, equation.expression, values[equation.id]
        place = (part.step, part.sample, part.phase, equation.layer, equation.kind, symbol.id)
        formulas = (look.symbol(symbol), in_symbols(expression), in_numbers(expression))
        yield Record(*place, *formulas, finite(value), numerals.text(value))


def typed(text: str) -> str:
    """A sentence in signs that every keyboard has.

    >>> typed("δ_o·w_5: the slope σ′(h_1) is missing")
    "delta_o*w_5: the slope sigma'(h_1) is missing"
    """
    return transcribe(text.translate(_TYPED))

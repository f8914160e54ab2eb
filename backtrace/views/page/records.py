"""Parts → records: the columns that every data format has, and the text of numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from backtrace.evaluation.arithmetic import Value
from backtrace.symbolic.expressions import Expression, Symbol
from backtrace.symbolic.ids import transcribe
from backtrace.tracing.trace import Part
from backtrace.typesetting.plain import TYPESET, Style, formula_printer, substitution_printer

GUARD = 3  # digits more of a number that others are worked out from
MOST_DIGITS = 17  # that a float64 has


class Record(NamedTuple):
    """One row of a trace. `value` is full precision, `text` what a person is shown."""

    step: int
    sample: int | None
    phase: str
    layer: str | None
    kind: str
    id: str
    symbol: str
    formula: str
    substitution: str
    value: float
    text: str


class Numerals(NamedTuple):
    """How numbers are written: so many significant digits, or so many decimals.

    `kept` are the decimals of hand arithmetic: a value that was rounded to one of them shows them all.
    """

    digits: int = 6
    decimals: int | None = None
    kept: frozenset[int] = frozenset()

    def text(self, value: Value) -> str:
        """A computed value."""
        if isinstance(value, Decimal):
            exponent = value.as_tuple().exponent
            if self.decimals is None and isinstance(exponent, int) and -exponent in self.kept:
                return _unsigned_zero(f"{value:f}")
            value = float(value)
        if self.decimals is not None:
            return _unsigned_zero(f"{value:.{self.decimals}f}")
        return _unsigned_zero(f"{value:.{self.digits}g}")

    def finer(self) -> Numerals:
        """For what is worked from: with some digits more, so that no result rests on what is cut off."""
        decimals = None if self.decimals is None else self.decimals + GUARD
        return self._replace(digits=min(self.digits + GUARD, MOST_DIGITS), decimals=decimals)

    def given(self, written: str, value: Value) -> str:
        """A number from the config: as it was written, unless that is longer than asked for."""
        if len(written) <= 6:
            return written
        if self.decimals is not None:
            short = len(written.partition(".")[2]) <= self.decimals
        else:
            mantissa = written.lower().partition("e")[0].replace(".", "").lstrip("-0")
            short = len(mantissa) <= self.digits
        return written if short else self.text(value)


def _unsigned_zero(text: str) -> str:
    """-0.000 is 0.000: a person writes no sign before a zero."""
    return text[1:] if text[0] == "-" and not text.strip("-0.") else text


class Look(NamedTuple):
    """How records are written: the signs and the numerals; sums longer than `most_terms` are shortened."""

    style: Style = TYPESET
    numerals: Numerals = Numerals()
    most_terms: int = sys.maxsize

    def symbol(self, symbol: Symbol) -> str:
        return self.name(symbol.text)

    def name(self, name: str) -> str:
        return transcribe(name) if self.style.ascii else name

    def formulas(self) -> Callable[[Expression], str]:
        """What writes an expression in symbols."""
        return formula_printer(self.style, self.most_terms)

    def substitutions(self, part: Part) -> Callable[[Expression], str]:
        """What writes an expression with a part's numbers."""
        return substitution_printer(self.leaf(part), self.style, self.most_terms)

    def leaf(self, part: Part) -> Callable[[Symbol], str]:
        """The text of a symbol's value in a part; each is made once."""
        values, written, numerals = part.values, part.written, self.numerals
        made: dict[str, str] = {}

        def text(symbol: Symbol) -> str:
            id = symbol.id
            shown = made.get(id)
            if shown is None:
                value = values[id]
                shown = numerals.given(written[id], value) if id in written else numerals.text(value)
                made[id] = shown
            return shown

        return text


def records(parts: Iterable[Part], look: Look) -> Iterator[Record]:
    """The records of all parts, in order."""
    for part in parts:
        yield from part_records(part, look)


def part_records(part: Part, look: Look) -> Iterator[Record]:
    """The records of one part."""
    in_symbols, in_numbers = look.formulas(), look.substitutions(part)
    values, numerals = part.values, look.numerals
    for equation in part.equations:
        value = values[equation.symbol.id]
        yield Record(
            part.step,
            part.sample,
            part.phase,
            equation.layer,
            equation.kind,
            equation.symbol.id,
            look.symbol(equation.symbol),
            in_symbols(equation.expression),
            in_numbers(equation.expression),
            float(value) + 0.0,  # a zero without a sign
            numerals.text(value),
        )

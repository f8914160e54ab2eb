"""Stated numbers and formulas of a sheet, with their tokens, and the lines that were not understood.

Nothing here knows the problem: a name is what the writer calls a quantity.
"""

from __future__ import annotations

from typing import NamedTuple

from backtrace.checking.lexing.tokens import Side
from backtrace.symbolic.expressions import Number


class Statement(NamedTuple):
    """`name` = `number`, on a line of a sheet.

    `name` is what the writer calls the quantity, in plain ASCII: an id, or near one (`dE/dw5`, `w5+`).
    `number` keeps its text: "0.500" has three decimals. `step` and `sample` are None where the sheet does
    not say; `total` is true where it says that no single sample is meant. `working` has the right-hand sides
    before the number, from left to right. `place` is where the statement is in the source of the
    sheet, if the sheet says so.
    """

    name: str
    number: Number
    line: int | None = None
    step: int | None = None
    sample: int | None = None
    total: bool = False
    working: tuple[Side, ...] = ()
    place: str = ""

    @property
    def text(self) -> str:
        """The number as it is written."""
        return self.number.text

    @classmethod
    def of(
        cls,
        name: str,
        text: str,
        line: int | None = None,
        step: int | None = None,
        sample: int | None = None,
        total: bool = False,
    ) -> Statement:
        """A statement whose number comes as text, such as "-0.50"."""
        return cls(name, Number(float(text), text), line, step, sample, total)


UNFILLED = Number(0.0, "0.0")  # where a form asks for a number and none is written


class Formula(NamedTuple):
    """An equation in symbols; `name` is that of its left side, and `place` as in a statement."""

    line: int
    name: str | None
    left: Side
    right: Side
    place: str = ""


class Sheet(NamedTuple):
    """The content of one file, in order, and the lines that were not understood.

    `document` is true where names are as a writer pleases, not those of a form that was handed out; `blank`
    counts the places of such a form where nothing was written.
    """

    file: str
    statements: tuple[Statement, ...]
    formulas: tuple[Formula, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()
    document: bool = False
    blank: int = 0

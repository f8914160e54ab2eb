"""What somebody states, as it stands on the sheet: numbers and formulas."""

from __future__ import annotations

from typing import NamedTuple


class Statement(NamedTuple):
    """`name` = `text`, on a line of a sheet.

    `name` is what the writer calls the quantity, in plain ASCII: an id, or near one (`dE/dw5`, `w5+`).
    `text` is the number as it is written: "0.500" has three decimals. `step` and `sample` are None where the
    sheet does not say; `total` is true where it says that no single sample is meant. `working` has the
    right-hand sides that stand before the number, from left to right, as they are written. `place` says where
    it stands in what it was taken from, if the sheet does.
    """

    name: str
    text: str
    line: int | None = None
    step: int | None = None
    sample: int | None = None
    total: bool = False
    working: tuple[str, ...] = ()
    place: str = ""


class Formula(NamedTuple):
    """An equation in symbols, both sides in plain notation; `name` is the left one's, as in a statement."""

    line: int
    name: str | None
    left: str
    right: str


class Sheet(NamedTuple):
    """What was read from one file, in order, and the lines that were not understood.

    `document` is true where names are as a writer pleases, not those of a form that was handed out; `blank`
    counts the places of such a form where nothing was written.
    """

    file: str
    statements: tuple[Statement, ...]
    formulas: tuple[Formula, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()
    document: bool = False
    blank: int = 0

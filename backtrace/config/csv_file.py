"""A CSV file → named columns of numbers, row by row; every error knows its line and column.

The first line names the columns. Cells are separated by commas, semicolons or tabs, whichever the first
line has most of; lines may end in any way. A number keeps the text it is written with.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import NoReturn

from backtrace.config.cursor import counted, listed, one_of, to_number
from backtrace.config.files import Chosen
from backtrace.config.nodes import place_after
from backtrace.errors import BacktraceError, Location, nearest, printable, quoted
from backtrace.symbolic.expressions import Number

SEPARATORS = ",;\t"
_MOST_KEPT = 10_000  # numbers that are made once only; pixels have few, measurements many


class CsvFile:
    """The `names` of the columns, and the numbers in some of them: a column for each input and each target.

    Args:
        text: the content of the file.
        file: what the file is called in messages.

    Raises:
        BacktraceError: the file is empty, is not CSV, or two columns share a name.
    """

    what = "column"
    is_wide = False

    def __init__(self, text: str, file: str) -> None:
        refuse_nul(text, file)
        self.file = file
        self.line = ""  # the one that was read last
        self.first = 1  # the number of the line on which the row begins
        beginning = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
        self.separator = max(SEPARATORS, key=beginning.count)
        self.reader = csv.reader(
            self.lines(text), delimiter=self.separator, skipinitialspace=self.separator != "\t", strict=True
        )
        header = next(self.cells(), None)
        if header is None:
            self.first = 1
            self.fail("empty; expected a line with the names of the columns, then a line for each sample")
        self.names = [name.strip() for name in header]
        for index, name in enumerate(self.names):
            if name and name in self.names[:index]:
                if self.is_unnamed:
                    self.fail("found numbers; expected the names of the columns in the first line")
                self.fail(f"two columns are called {quoted(name)}; expected a name of its own", index)

    @property
    def is_unnamed(self) -> bool:
        """Whether the first line has numbers instead of the names of columns."""
        return all(isinstance(to_number(name), Number) for name in self.names)

    def lines(self, text: str) -> Iterator[str]:
        for self.line in io.StringIO(text, newline=""):
            yield self.line

    def cells(self) -> Iterator[list[str]]:
        """The cells of each row; blank lines are passed over."""
        while True:
            self.first = self.reader.line_num + 1
            try:
                row = next(self.reader)
            except StopIteration:
                return
            except csv.Error:
                self.fail(not_csv(self.line))
            if row and self.line.strip():
                yield row

    def hint(self, name: str) -> str:
        """A hint for a name that no column has."""
        if self.is_unnamed:
            return "; expected the names of the columns in its first line, found numbers"
        named = [printable(column) for column in self.names if column]
        return nearest(name, named) or f"; expected {one_of(map(quoted, named[:6]))}"

    def rows(self, chosen: Sequence[Chosen], most: int, at_most: str) -> Iterator[tuple[Number, ...]]:
        """The numbers of each row in some columns; of more than `most`, the message says `at_most`."""
        indices = [self.names.index(column) for column, _, _ in chosen]
        width = len(self.names)
        known: dict[str, Number] = {}
        count = 0
        for count, row in enumerate(self.cells(), start=1):
            if len(row) != width:
                shown = listed([printable(name) for name in self.names])
                self.fail(f"found {counted(len(row), 'cell')}, expected {width} ({shown})")
            if count > most:
                self.fail(f"more samples than are read; expected {at_most}")
            yield tuple([known.get(row[index]) or self.number(row, index, known) for index in indices])
        if not count:
            self.fail("no samples below the names of the columns; expected at least one")

    def number(self, row: list[str], index: int, known: dict[str, Number]) -> Number:
        """The number in a cell, which is `known` from then on."""
        cell = row[index].strip()
        value = to_number(cell)
        if isinstance(value, str):
            said = value if cell else "found an empty cell; expected a number"
            self.fail(f"{printable(self.names[index])}: {said}", index)
        if len(known) < _MOST_KEPT:
            known[row[index]] = value
        return value

    def fail(self, message: str, index: int = 0) -> NoReturn:
        """Refuse a cell of the row that was read last."""
        column = 1
        if self.first == self.reader.line_num:  # else the row goes over several lines
            column = _column(self.line, index, self.separator)
        raise BacktraceError(message, Location(self.file, self.first, column))


def refuse_nul(text: str, file: str) -> None:
    """Refuse U+0000, as Python's own reader does before 3.11 in words of its own."""
    before, found, _ = text.partition("\0")
    if found:
        raise BacktraceError("not CSV: the character U+0000 may not stand in it", place_after(before, file))


def not_csv(line: str) -> str:
    """The fault of the last line that a CSV reader got, in words that no Python version changes."""
    longest = csv.field_size_limit()
    if len(line) > longest:
        fault = f"a cell of more than {longest:,} characters"
    else:
        fault = 'a quotation mark is not closed, or text follows it; expected "" for one inside a cell'
    return f"not CSV: {fault}"


def _column(line: str, index: int, separator: str) -> int:
    """Where a cell begins in a line, counted from 1."""
    cell = rf'(?:[^{separator}"]|"[^"]*(?:"|\Z))*'
    before = re.match(rf"(?:{cell}{separator}){{{index}}} *", line)
    return before.end() + 1 if before else 1

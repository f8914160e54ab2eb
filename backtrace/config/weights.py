"""Weights and biases: lists of names, numbers and nulls, or values drawn at random or read from a file."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from functools import partial

from backtrace.config.cursor import Cursor, counted, is_unbounded, listed, to_number
from backtrace.config.files import Folder
from backtrace.config.nodes import Node, Scalar, Sequence
from backtrace.limits import NAME_CHARACTERS, WEIGHTS
from backtrace.symbolic.expressions import Number, number
from backtrace.symbolic.ids import NAME

Names = tuple[str, ...]
Row = tuple[str | None, ...]

LARGEST_RANDOM = 1e6

# What may be drawn, with the options of each.
_DRAWN = {"uniform": ("low", "high"), "normal": ("std",)}


class WeightsReader:
    """Reads weights and biases, layer by layer; the parameters are collected on the way.

    `numbered` has the parameters that the config gives as numbers, under generated names; `used` has the
    first place of each named one. `position` is a layer's place, from 1.
    """

    def __init__(self, seed: int | None, folder: Folder) -> None:
        self.random = None if seed is None else random.Random(seed)
        self.folder = folder
        self.numbered: dict[str, Number] = {}
        self.used: dict[str, Cursor] = {}
        self.count = 0

    def matrix(self, cursor: Cursor, position: int, units: Names, columns: Names) -> tuple[Row, ...]:
        self.count += len(units) * len(columns)
        if self.count > WEIGHTS:
            cursor.fail(
                f"{len(units):,} units with {len(columns):,} sources each make {self.count:,} weights "
                f"so far; expected at most {WEIGHTS:,}"
            )
        prefixes = [f"w_{position}_{j}" for j in range(1, len(units) + 1)]
        if cursor.is_mapping:
            values = self.generated(cursor, (len(units), len(columns)))
            return tuple(self.numbered_row(prefix, len(columns), values) for prefix in prefixes)
        rows = cursor.items("a matrix (a list of rows), or {random: …} or {file: …}")
        for row in rows:
            if not row.is_list:
                row.refuse(f"a row, a list of {_counted(columns, 'source')}")
        if len(rows) != len(units):
            cursor.fail(f"{counted(len(rows), 'row')}, expected {_counted(units, 'unit')}")
        return tuple(
            self.entries(row, prefix, row._replace(path=cursor.path), f"row {j} has ", columns, "source")
            for j, (row, prefix) in enumerate(zip(rows, prefixes, strict=True), start=1)
        )

    def biases(self, cursor: Cursor | None, position: int, units: Names) -> Row:
        prefix = f"b_{position}"
        if cursor is None:
            return (None,) * len(units)
        if cursor.is_mapping:
            return self.numbered_row(prefix, len(units), self.generated(cursor, (len(units),)))
        if cursor.is_scalar:
            return (self.entry(cursor, cursor.node, prefix, None),) * len(units)
        return self.entries(cursor, prefix, cursor, "", units, "unit")

    def entries(self, cursor: Cursor, prefix: str, place: Cursor, said: str, names: Names, what: str) -> Row:
        """A list with an entry for each name; else the message is for `place` and begins with `said`."""
        assert isinstance(cursor.node, Sequence)
        nodes = cursor.node.items
        if len(nodes) != len(names):
            place.fail(f"{said}{counted(len(nodes), 'entry')}, expected {_counted(names, what)}")
        return tuple(self.entry(cursor, node, f"{prefix}_{k}", k) for k, node in enumerate(nodes, start=1))

    def entry(self, parent: Cursor, node: Node, generated_name: str, index: int | None) -> str | None:
        """One weight or bias: a parameter's name, a number (which is then given a name), or null.

        It is entry `index`, from 1, of the list at `parent`, or where `index` is None the value there.
        """
        expected = "a parameter's name, a number or null"
        if isinstance(node, Scalar):
            value = to_number(node.text, expected)
            if isinstance(value, Number):
                self.numbered[generated_name] = value
                return generated_name
            if node.is_null:
                return None
        cursor = parent.at(node, parent.path if index is None else f"{parent.path}[{index - 1}]")
        if not isinstance(node, Scalar):
            cursor.refuse(expected)
        is_name = len(node.text) <= NAME_CHARACTERS and NAME.fullmatch(node.text)
        if not is_name or is_unbounded(node.text):
            cursor.fail(str(value))
        self.used.setdefault(node.text, cursor)
        return node.text

    def numbered_row(self, prefix: str, count: int, values: Iterator[float]) -> tuple[str, ...]:
        """Names for the next so many values."""
        names = tuple(f"{prefix}_{k}" for k in range(1, count + 1))
        self.numbered.update((name, number(next(values))) for name in names)
        return names

    def generated(self, cursor: Cursor, shape: tuple[int, ...]) -> Iterator[float]:
        """Values drawn at random or read from a file, row by row."""
        if cursor.value("file"):
            table = cursor.table(("file", "key"))
            if "file" not in table:
                cursor.fail("file is empty; expected a path to an .npz file")
            from backtrace.config.arrays import read_array  # and with it zipfile and numpy

            return read_array(table["file"], table.get("key"), shape, self.folder)
        table = cursor.table(("random", "low", "high", "std", "file", "key"))
        if "random" not in table:
            cursor.fail("found neither random nor file; expected {random: uniform} or {file: weights.npz}")
        draw = self.draw(cursor, table)
        return (draw() for _ in range(math.prod(shape)))

    def draw(self, cursor: Cursor, table: dict[str, Cursor]) -> Callable[[], float]:
        kind = table["random"].choice(_DRAWN)
        if self.random is None:
            cursor.fail("random values need a seed; expected one at the top level, as seed: 1")
        for key in table:
            if key not in ("random", *_DRAWN[kind]):
                table[key].fail(f"{kind} takes no {key}; expected {' and '.join(_DRAWN[kind])}")
        if kind == "normal":
            std = _bounded(table.get("std"), 0.1)
            if std <= 0:
                table["std"].refuse("a number above 0")
            return partial(self.random.gauss, 0.0, std)
        low, high = _bounded(table.get("low"), -0.5), _bounded(table.get("high"), 0.5)
        if low >= high:
            cursor.fail(f"found low {low:g} and high {high:g}; expected low below high")
        return partial(self.random.uniform, low, high)


def _bounded(cursor: Cursor | None, usual: float) -> float:
    """A number that cannot take a random one out of range."""
    value = usual if cursor is None else cursor.number().value
    if cursor and abs(value) > LARGEST_RANDOM:
        cursor.refuse(f"a number from -{LARGEST_RANDOM:g} to {LARGEST_RANDOM:g}")
    return value


def _counted(names: Names, what: str) -> str:
    """The count of some names, and the names: "2 (sources i_1, i_2)"."""
    return f"{len(names)} ({what}{'s' if len(names) > 1 else ''} {listed(names)})"

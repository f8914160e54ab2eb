"""Weights and biases: lists of names, numbers and nulls, or values drawn at random or read from a file."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from backtrace.config.cursor import Cursor, is_unbounded, listed, to_number
from backtrace.config.files import Folder
from backtrace.config.nodes import Node, Scalar, Sequence
from backtrace.limits import NAME_CHARACTERS, WEIGHTS
from backtrace.symbolic.expressions import Number, number
from backtrace.symbolic.ids import NAME

LARGEST_RANDOM = 1e6


class WeightsReader:
    """Reads weights and biases, layer by layer; the parameters are collected on the way.

    `numbered` has the parameters that the config gives as numbers, under generated names; `used` has the
    first place of each named one. `position` is a layer's place, from 1.
    """

    def __init__(self, seed: int | None, folder: Folder) -> None:
        self.random = None if seed is None else random.Random(seed)
        self.folder = folder
        self.numbered: dict[str, Number] = {}
        self.used: dict[str, tuple[Scalar, Cursor, int | None]] = {}
        self.count = 0

    def matrix(
        self, cursor: Cursor, position: int, units: tuple[str, ...], columns: list[str]
    ) -> tuple[tuple[str | None, ...], ...]:
        self.count += len(units) * len(columns)
        if self.count > WEIGHTS:
            cursor.fail(
                f"{len(units):,} units with {len(columns):,} sources each make {self.count:,} weights "
                f"so far; expected at most {WEIGHTS:,}"
            )
        prefix = f"w_{position}"
        if cursor.is_mapping:
            values = self.generated(cursor, (len(units), len(columns)))
            return tuple(
                self.numbered_row(f"{prefix}_{j}", len(columns), values) for j in range(1, len(units) + 1)
            )
        return tuple(
            tuple(
                self.entry(row, node, f"{prefix}_{j}_{k}", k)
                for k, node in enumerate(_nodes_of_row(cursor, row, j, columns), start=1)
            )
            for j, row in enumerate(_rows(cursor, units, columns), start=1)
        )

    def biases(self, cursor: Cursor, position: int, units: tuple[str, ...]) -> tuple[str | None, ...]:
        prefix = f"b_{position}"
        if cursor.is_mapping:
            values = self.generated(cursor, (len(units),))
            return self.numbered_row(prefix, len(units), values)
        if isinstance(cursor.node, Scalar):
            return (self.entry(cursor, cursor.node, prefix, None),) * len(units)
        assert isinstance(cursor.node, Sequence)
        nodes = cursor.node.items
        if len(nodes) != len(units):
            cursor.fail(f"{_entries(nodes)}, expected {len(units)} ({_of('unit', units)})")
        return tuple(self.entry(cursor, node, f"{prefix}_{j}", j) for j, node in enumerate(nodes, start=1))

    def entry(self, parent: Cursor, node: Node, generated_name: str, index: int | None) -> str | None:
        """One weight or bias: a parameter's name, a number (which is then given a name), or null."""
        if isinstance(node, Scalar):
            value = to_number(node.text, "a parameter's name, a number or null")
            if isinstance(value, Number):
                self.numbered[generated_name] = value
                return generated_name
            if node.is_null:
                return None
            is_name = len(node.text) <= NAME_CHARACTERS and NAME.fullmatch(node.text)
            if is_name and not is_unbounded(node.text):
                self.used.setdefault(node.text, (node, parent, index))
                return node.text
        cursor = entry_of(parent, node, index)
        if isinstance(node, Scalar):
            assert isinstance(value, str)
            cursor.fail(value)
        return cursor.fail(f"found {cursor.found}; expected a parameter's name, a number or null")

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
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        return (draw() for _ in range(count))

    def draw(self, cursor: Cursor, table: dict[str, Cursor]) -> Callable[[], float]:
        kind = table["random"].choice(("uniform", "normal"))
        if self.random is None:
            cursor.fail("random values need a seed; expected one at the top level, as seed: 1")
        source = self.random
        for key in ("low", "high", "key") if kind == "normal" else ("std", "key"):
            if key in table:
                table[key].fail(
                    f"{kind} takes no {key}; expected {'std' if kind == 'normal' else 'low and high'}"
                )
        if kind == "normal":
            std = self.bounded(table["std"]) if "std" in table else 0.1
            if std <= 0:
                table["std"].fail(f"found {table['std'].found}; expected a number above 0")
            return lambda: source.gauss(0.0, std)
        low = self.bounded(table["low"]) if "low" in table else -0.5
        high = self.bounded(table["high"]) if "high" in table else 0.5
        if low >= high:
            cursor.fail(f"found low {low:g} and high {high:g}; expected low below high")
        return lambda: source.uniform(low, high)

    def bounded(self, cursor: Cursor) -> float:
        """A number that cannot take a random one out of range."""
        value = cursor.number().value
        if abs(value) > LARGEST_RANDOM:
            cursor.fail(
                f"found {cursor.found}; expected a number from -{LARGEST_RANDOM:g} to {LARGEST_RANDOM:g}"
            )
        return value


def _rows(cursor: Cursor, units: tuple[str, ...], columns: list[str]) -> list[Cursor]:
    """The rows of a matrix, one for each unit."""
    rows = cursor.items("a matrix (a list of rows), or {random: …} or {file: …}")
    for row in rows:
        if not row.is_list:
            expected = f"a row, a list of {len(columns)} ({_of('source', columns)})"
            row.fail(f"found {row.found}; expected {expected}")
    if len(rows) != len(units):
        plural = "s" if len(rows) != 1 else ""
        cursor.fail(f"{len(rows)} row{plural}, expected {len(units)} ({_of('unit', units)})")
    return rows


def _nodes_of_row(cursor: Cursor, row: Cursor, number: int, columns: list[str]) -> list[Node]:
    """The nodes of a row, one for each source."""
    assert isinstance(row.node, Sequence)
    nodes = row.node.items
    if len(nodes) != len(columns):
        cursor.at(row.node, cursor.path).fail(
            f"row {number} has {_entries(nodes)}, expected {len(columns)} ({_of('source', columns)})"
        )
    return nodes


def entry_of(parent: Cursor, node: Node, index: int | None) -> Cursor:
    """A weight or bias as a place: entry `index`, from 1, of a list, or where None the value itself."""
    return parent.at(node, parent.path if index is None else f"{parent.path}[{index - 1}]")


def _entries(nodes: list[Node]) -> str:
    return "1 entry" if len(nodes) == 1 else f"{len(nodes)} entries"


def _of(what: str, names: list[str] | tuple[str, ...]) -> str:
    """Names for a message: "sources i_1, i_2"."""
    return f"{what}{'s' if len(names) > 1 else ''} {listed(names)}"

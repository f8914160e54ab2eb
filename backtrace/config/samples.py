"""Samples from a file beside the config: the columns of a CSV file, or the arrays of an `.npz` file."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from backtrace.config.arrays import Arrays, open_arrays, spelled
from backtrace.config.csv_file import CsvFile
from backtrace.config.cursor import Cursor, listed, one_of
from backtrace.config.files import NO_NAME, Folder, reason_of
from backtrace.config.nodes import decode
from backtrace.errors import nearest, printable, quoted
from backtrace.limits import FILE_BYTES, SAMPLE_NUMBERS, SAMPLES
from backtrace.problem.problem import Sample
from backtrace.symbolic.expressions import Number, number

KEYS = ("file", "inputs", "targets")

Row = tuple[Number, ...]
Source: TypeAlias = "_CsvSource | _NpzSource"


class Chosen(NamedTuple):
    """A column or an array, how many numbers of each sample are in it, and the place that asks for it."""

    name: str
    width: int
    place: Cursor


def read_samples_file(
    cursor: Cursor,
    inputs: tuple[str, ...],
    targets: tuple[str, ...],
    unscored: Row | None,
    folder: Folder,
) -> tuple[Sample, ...]:
    """The samples in the file that a mapping names, in the order of its rows.

    `unscored` is what they have for targets where the file has none.

    Raises:
        BacktraceError: there is no such file or something is wrong in it, with the file and the row.
    """
    table = cursor.table(KEYS, "samples from a file, as {file: data.csv}")
    if "file" not in table:
        cursor.fail("file is empty; expected a path to a .csv or .npz file")
    if not inputs and not targets:
        cursor.fail("found a file; expected none, the config names no inputs and no targets")
    file = table["file"]

    def samples(source: Source) -> tuple[Sample, ...]:
        known = _choose(source, file, "inputs", table.get("inputs"), inputs)
        wanted = _choose_targets(source, file, table.get("targets"), targets, known)
        width = len(inputs)
        return tuple(
            Sample(row[:width], row[width:] if wanted else unscored) for row in source.rows(known + wanted)
        )

    if file.text("a path to a .csv or .npz file").lower().endswith(".npz"):
        with open_arrays(file, folder) as arrays:
            return samples(_NpzSource(arrays))
    return samples(_CsvSource(file, folder))


def _choose(
    source: Source, file: Cursor, key: str, given: Cursor | None, names: tuple[str, ...]
) -> list[Chosen]:
    """The parts of the file that hold the inputs, or the targets: as the config says, else the usual ones."""
    if given is None:
        chosen = [Chosen(name, width, file) for name, width in source.usual(key, names)]
    elif given.is_scalar:
        chosen = [Chosen(given.text(f"{source.what}s by name"), source.width(names), given)]
    else:
        entries = given.items(f"{source.what}s by name, as [x_1, x_2]")
        chosen = [Chosen(entry.text(f"the name of a {source.what}"), 1, entry) for entry in entries]
    if given is not None and sum(part.width for part in chosen) != len(names):
        wanted = f"{len(names)} ({listed(names)})" if names else f"none, the config names no {key}"
        plural = "s" if len(chosen) != 1 else ""
        given.fail(f"found {len(chosen)} {source.what}{plural}; expected {wanted}")
    taken: set[str] = set()
    for name, _, place in chosen:
        if name not in source.names:
            place.fail(f"no {source.what} {quoted(name)} in {_called(file)}{source.hint(name)}")
        if name in taken:
            place.fail(f"{quoted(name)} is a duplicate")
        taken.add(name)
    return chosen


def _choose_targets(
    source: Source, file: Cursor, given: Cursor | None, names: tuple[str, ...], known: list[Chosen]
) -> list[Chosen]:
    """The parts that hold the targets; a file without any is for forward passes only."""
    if known and given is not None and given.is_list and not given.items("a list"):
        return []
    if known and given is None:
        usual = [name for name, _ in source.usual("targets", names)]
        taken = {part.name for part in known}
        left = [printable(name) for name in source.names if name not in taken]
        if not any(name in source.names or nearest(name, left) for name in usual):
            return []
    return _choose(source, file, "targets", given, names)


def _called(file: Cursor) -> str:
    return quoted(file.text("a path"))


class _CsvSource:
    """A CSV file: a column for each input and each target."""

    what = "column"

    def __init__(self, file: Cursor, folder: Folder) -> None:
        path = folder.file_below(file, "a .csv file")
        try:
            with open(path, "rb") as stream:
                data = stream.read(FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            file.fail(f"cannot read {_called(file)}: {reason_of(error, NO_NAME)}")
        # Beside the config, which messages call by the path that was typed.
        self.file = printable(os.path.join(os.path.dirname(file.file), file.text("a path")))
        self.csv = CsvFile(decode(data, self.file), self.file)
        self.names = self.csv.names

    def usual(self, key: str, names: tuple[str, ...]) -> list[tuple[str, int]]:
        """The parts that are meant where the config names none, each with its width."""
        return [(name, 1) for name in names]

    def width(self, names: tuple[str, ...]) -> int:
        """The numbers of each sample in a part that is given alone, not in a list."""
        return 1

    def hint(self, name: str) -> str:
        if self.csv.is_unnamed:
            return "; expected the names of the columns in its first line, found numbers"
        named = [printable(column) for column in self.names if column]
        return nearest(name, named) or f"; expected {one_of(map(quoted, named[:6]))}"

    def rows(self, chosen: Sequence[Chosen]) -> Iterator[Row]:
        most, at_most = _most_samples(chosen)
        count = 0
        for count, row in enumerate(self.csv.numbers([name for name, _, _ in chosen]), start=1):
            if count > most:
                self.csv.fail(f"more samples than are read; expected {at_most}")
            yield row
        if not count:
            self.csv.fail("no samples below the names of the columns; expected at least one")


class _NpzSource:
    """An `.npz` file: an array with a row for each sample, or one for each input and each target."""

    what = "array"

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.names = arrays.keys

    def usual(self, key: str, names: tuple[str, ...]) -> list[tuple[str, int]]:
        return [(key, len(names))] if names else []

    def width(self, names: tuple[str, ...]) -> int:
        return len(names)

    def hint(self, name: str) -> str:
        return self.arrays.hint(name)

    def rows(self, chosen: Sequence[Chosen]) -> Iterator[Row]:
        import numpy as np

        count = self.count(chosen)
        columns = []
        for name, width, place in chosen:
            array = self.arrays.numbers(name).reshape(count, width)
            wrong = np.argwhere(~np.isfinite(array))
            if len(wrong):
                row, column = wrong[0].tolist()
                found = f"{array[row, column]:g}"
                place.fail(f"{quoted(name)} holds {found} in row {row + 1}; expected finite numbers")
            columns.append(array)
        for values in np.hstack(columns):
            yield tuple(map(number, values.tolist()))

    def count(self, chosen: Sequence[Chosen]) -> int:
        """The number of samples; arrays of other shapes are refused before memory is spent on them."""
        first = chosen[0]
        shapes = [self.arrays.shape(part.name) for part in chosen]
        count = math.prod(shapes[0][:1])
        for (name, width, place), shape in zip(chosen, shapes, strict=True):
            if not 1 <= len(shape) <= 2 or math.prod(shape[1:]) != width:
                expected = f"a row of {width}" if width > 1 else "one number"
                place.fail(f"{quoted(name)} has shape {spelled(shape)}; expected {expected} for each sample")
            if shape[0] != count:
                place.fail(
                    f"{quoted(name)} has {shape[0]:,} rows and {quoted(first.name)} has {count:,}; "
                    f"expected one for each sample"
                )
        most, at_most = _most_samples(chosen)
        if count > most:
            first.place.fail(f"{quoted(first.name)} has {count:,} rows; expected {at_most}")
        if count == 0:
            first.place.fail(f"{quoted(first.name)} has no rows; expected one for each sample")
        return count


def _most_samples(chosen: Sequence[Chosen]) -> tuple[int, str]:
    """The largest number of samples that is read, and how a message says it."""
    width = sum(part.width for part in chosen)
    most = min(SAMPLES, SAMPLE_NUMBERS // width)
    if most == SAMPLES:
        return most, f"at most {SAMPLES:,}"
    return most, f"at most {most:,} of {width:,} numbers each ({SAMPLE_NUMBERS:,} in all)"

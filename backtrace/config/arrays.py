"""Arrays from an `.npz` file: the right ones, of the right shapes, and nothing that could run."""

from __future__ import annotations

import math
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from backtrace.config.cursor import Cursor, one_of
from backtrace.config.files import Chosen, Folder, reason_of
from backtrace.errors import nearest, printable, quoted
from backtrace.symbolic.expressions import Number, number

Shape = tuple[int, ...]

# What zipfile and numpy raise at the files that they cannot read.
_BROKEN = (
    OSError, EOFError, KeyError, RuntimeError, SyntaxError, ValueError, tokenize.TokenError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


class Arrays:
    """The arrays of an open file, by key; faults are reported at `file`, the place that names it.

    An array of samples has a row for each, or there is one for each input and each target.
    """

    what = "array"
    is_wide = True

    def __init__(self, archive: zipfile.ZipFile, file: Cursor) -> None:
        self.archive = archive
        self.file = file
        self.names = [entry.removesuffix(".npy") for entry in archive.namelist() if entry.endswith(".npy")]

    def hint(self, key: str) -> str:
        """A hint for a key that no array has."""
        if not self.names:
            return ""
        return nearest(key, map(printable, self.names)) or f"; expected {one_of(map(quoted, self.names[:6]))}"

    def shape(self, key: str) -> Shape:
        """An array's shape, without reading what is in it; one that holds no numbers is refused."""
        import numpy as np

        with self.archive.open(f"{key}.npy") as stream:
            npy = np.lib.format
            major, _ = npy.read_magic(stream)
            read_header = npy.read_array_header_1_0 if major == 1 else npy.read_array_header_2_0
            shape, _, dtype = read_header(stream)
        if dtype.kind not in "fiu":
            self.file.fail(f"{quoted(key)} holds {dtype}; expected numbers")
        return tuple(shape)

    def numbers(self, key: str) -> Any:
        """An array of float64; its shape is to be looked at before."""
        import numpy as np

        with self.archive.open(f"{key}.npy") as stream:
            return np.lib.format.read_array(stream, allow_pickle=False).astype(float)

    def rows(self, chosen: Sequence[Chosen], most: int, at_most: str) -> Iterator[tuple[Number, ...]]:
        """The numbers of each sample in some arrays; of more than `most`, the message says `at_most`."""
        import numpy as np

        count = self.count(chosen, most, at_most)
        columns = []
        for name, width, place in chosen:
            array = self.numbers(name).reshape(count, width)
            wrong = np.argwhere(~np.isfinite(array))
            if len(wrong):
                row, column = wrong[0].tolist()
                found = f"{array[row, column]:g}"
                place.fail(f"{quoted(name)} holds {found} in row {row + 1}; expected finite numbers")
            columns.append(array)
        for values in np.hstack(columns):
            yield tuple(map(number, values.tolist()))

    def count(self, chosen: Sequence[Chosen], most: int, at_most: str) -> int:
        """The number of samples; arrays of other shapes are refused before memory is spent on them."""
        first = chosen[0]
        shapes = [self.shape(part.name) for part in chosen]
        count = math.prod(shapes[0][:1])
        for (name, width, place), shape in zip(chosen, shapes, strict=True):
            if not 1 <= len(shape) <= 2 or math.prod(shape[1:]) != width:
                expected = f"a row of {width}" if width > 1 else "one number"
                place.fail(f"{quoted(name)} has shape {_spelled(shape)}; expected {expected} for each sample")
            if shape[0] != count:
                place.fail(
                    f"{quoted(name)} has {shape[0]:,} rows and {quoted(first.name)} has {count:,}; "
                    f"expected one for each sample"
                )
        if count > most:
            first.place.fail(f"{quoted(first.name)} has {count:,} rows; expected {at_most}")
        if count == 0:
            first.place.fail(f"{quoted(first.name)} has no rows; expected one for each sample")
        return count


@contextmanager
def open_arrays(file: Cursor, folder: Folder) -> Iterator[Arrays]:
    """The arrays of the file that is named here.

    Raises:
        BacktraceError: there is no such file, it is none of these, or it is broken.
    """
    path = folder.file(file, "an .npz file")
    try:
        with zipfile.ZipFile(path) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's, of files from older versions of it
            yield Arrays(archive, file)
    except _BROKEN as error:
        reason = reason_of(error, "not an .npz file of plain numbers")
        file.fail(f"cannot read {quoted(file.text('a path'))}: {reason}")


def read_array(file: Cursor, key: Cursor | None, shape: Shape, folder: Folder) -> Iterator[float]:
    """The entries of an array, row by row.

    The header is read first, so that a wrong shape is refused before memory is spent on it.
    """
    with open_arrays(file, folder) as arrays:
        keys = arrays.names
        path = quoted(file.text("a path"))
        if key is None and len(keys) != 1:
            file.fail(f"{path} holds {len(keys)} arrays; expected key: to name one")
        wanted = key.text("an array's name") if key else keys[0]
        if wanted not in keys:
            (key or file).fail(f"no array {quoted(wanted)} in {path}{arrays.hint(wanted)}")
        found = arrays.shape(wanted)
        if found != shape:
            file.fail(f"{quoted(wanted)} has shape {_spelled(found)}, expected {_spelled(shape)}")
        numbers: list[float] = arrays.numbers(wanted).ravel().tolist()
        if not all(map(math.isfinite, numbers)):
            file.fail(f"{quoted(wanted)} holds inf or nan; expected finite numbers")
        return iter(numbers)


def _spelled(shape: Shape) -> str:
    """A shape for a message: "2 × 3"."""
    return " × ".join(map(str, shape)) or "a single number"

"""Weights from an `.npz` file: the right array, of the right shape, and nothing that could run."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from backtrace.config.cursor import Cursor, one_of
from backtrace.config.nodes import StrPath
from backtrace.errors import nearest, printable, quoted


def read_array(file: Cursor, key: Cursor | None, shape: tuple[int, ...], folder: StrPath) -> Iterator[float]:
    """The entries of an array, row by row.

    The header is read first, so that a wrong shape is refused before memory is spent on it.
    """
    name = file.text("a path to an .npz file")
    path = os.path.join(folder, name)
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            file.fail(f"{quoted(name)} is not a file; expected an .npz file")
        with zipfile.ZipFile(path) as archive:
            keys = [entry.removesuffix(".npy") for entry in archive.namelist() if entry.endswith(".npy")]
            wanted = key.text("an array's name") if key else keys[0] if len(keys) == 1 else None
            if wanted is None:
                file.fail(f"{quoted(name)} holds {len(keys)} arrays; expected key: to name one")
            if wanted not in keys:
                hint = nearest(wanted, map(printable, keys)) or (
                    f"; expected {one_of(map(quoted, keys[:6]))}" if keys else ""
                )
                (key or file).fail(f"no array {quoted(wanted)} in {quoted(name)}{hint}")
            return _checked(file, archive, wanted, shape)
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "not an .npz file of plain numbers"
        file.fail(f"cannot read {quoted(name)}: {reason}")


def _checked(file: Cursor, archive: zipfile.ZipFile, key: str, shape: tuple[int, ...]) -> Iterator[float]:
    import numpy as np

    with archive.open(f"{key}.npy") as stream:
        major, _ = np.lib.format.read_magic(stream)
        read_header = (
            np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
        )
        found, _, dtype = read_header(stream)
        if found != shape:
            file.fail(f"{quoted(key)} has shape {_shape(found)}, expected {_shape(shape)}")
        if dtype.kind not in "fiu":
            file.fail(f"{quoted(key)} holds {dtype}; expected numbers")
    with archive.open(f"{key}.npy") as stream:
        array: Any = np.lib.format.read_array(stream, allow_pickle=False).astype(float)
    if not np.isfinite(array).all():
        file.fail(f"{quoted(key)} holds inf or nan; expected finite numbers")
    return iter(array.ravel().tolist())


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single number"

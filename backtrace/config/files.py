"""Files that a config names, and which files may be read at all.

A config may come from somebody else. Arrays are read from anywhere, as nothing but their names and shapes can
end up in a message; a text, of which more can, only from the config's own folder. What a document asks for is
bounded further: `reading_only` names the folders, and whoever opens a file asks `barred` before.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from backtrace.config.cursor import Cursor
from backtrace.config.nodes import StrPath
from backtrace.errors import BacktraceError, quoted
from backtrace.limits import FILE_BYTES

NO_NAME = "no name of a file"


class _Bounds(NamedTuple):
    folders: tuple[str, ...]
    document: str


_BOUNDS: ContextVar[_Bounds | None] = ContextVar("what a document may read", default=None)


@contextmanager
def reading_only(*folders: StrPath, document: StrPath) -> Iterator[None]:
    """Bar every file that is not in one of these folders, or below, and the document that asks for it.

    Links are followed before.
    """
    token = _BOUNDS.set(_Bounds(tuple(map(os.path.realpath, folders)), os.path.realpath(document)))
    try:
        yield
    finally:
        _BOUNDS.reset(token)


def barred(path: StrPath) -> str | None:
    """Why a file or folder may not be read; None where it may. `-` is standard input."""
    bounds = _BOUNDS.get()
    if bounds is None:
        return None
    if path == "-":
        return "standard input is not read here; expected a file"
    try:
        found = os.path.realpath(path)
    except (OSError, ValueError):  # a name that no file can have
        return NO_NAME
    if not any(_is_in(found, folder) for folder in bounds.folders):
        return "outside the document's folder; expected a file in it or below"
    if found == bounds.document:  # of itself it would say something else each time
        return "the document that is filled; expected another file"
    if os.path.exists(found) and not (os.path.isfile(found) or os.path.isdir(found)):
        return "not a file"  # a pipe would be waited for
    return None


def _is_in(path: str, folder: str) -> bool:
    """Whether a path is that of a folder, or leads below it; two drives have nothing in common."""
    return os.path.join(path, "").startswith(os.path.join(folder, ""))


def read_file(path: str, missing: Callable[[], str], name: str | None = None) -> bytes:
    """What is in a file, up to a byte more than is allowed; `-` is standard input.

    `missing` says what to tell where there is no such file; `name` is what it is called in messages.

    Raises:
        BacktraceError: it is barred, there is none, or it cannot be read.
    """
    name = path if name is None else name
    reason = barred(path)
    if reason:
        raise BacktraceError(f"{quoted(name, 120)}: {reason}")
    try:
        if path == "-":
            return sys.stdin.buffer.read(FILE_BYTES + 1) if sys.stdin else b""
        with open(path, "rb") as file:
            return file.read(FILE_BYTES + 1)
    except FileNotFoundError:
        raise BacktraceError(f"{quoted(name, 120)}: no such file{missing()}") from None
    except (OSError, ValueError) as error:
        raise BacktraceError(f"{quoted(name, 120)}: cannot be read: {reason_of(error, NO_NAME)}") from None


def path_of(folder: StrPath, file: Cursor, expected: str) -> str:
    """The path of the file that is named here; `expected` says what kind of file it is to be.

    Raises:
        BacktraceError: there is something else than a file.
    """
    name = file.text(f"a path to {expected}")
    path = os.path.join(folder, name)
    reason = barred(path)
    if reason:
        file.fail(f"{quoted(name)}: {reason}")
    if os.path.exists(path) and not os.path.isfile(path):
        file.fail(f"{quoted(name)} is not a file; expected {expected}")
    return path


def path_below(folder: StrPath, file: Cursor, expected: str) -> str:
    """The same, of a file whose text may end up in a message: it has to be in the folder, or below.

    Raises:
        BacktraceError: it is outside the folder, or something else than a file.
    """
    name = file.text(f"a path to {expected}")
    path = os.path.normpath(name)
    if os.path.isabs(path) or path.split(os.sep)[0] == os.pardir:
        file.fail(f"{quoted(name)} is outside the config's folder; expected a file in it")
    return path_of(folder, file, expected)


def reason_of(error: Exception, otherwise: str) -> str:
    """Why a file cannot be read: the system's reason, or ours for a name that no file can have."""
    return getattr(error, "strerror", None) or otherwise

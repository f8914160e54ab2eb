"""Files that a config names, and which files may be read at all.

A config may come from somebody else. Arrays are read from anywhere, because nothing but their names and
shapes can end up in a message; a text, of which more can, only from the config's own folder. What a document
asks for is bounded further, by the `Reach` that is passed down to whoever opens a file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NamedTuple

from backtrace.config.cursor import Cursor
from backtrace.config.nodes import StrPath, decode
from backtrace.errors import BacktraceError, printable, quoted
from backtrace.limits import FILE_BYTES

NO_NAME = "no name of a file"


class Reach(NamedTuple):
    """The files that may be read: all of them, or those of some folders without the document itself.

    Attributes:
        folders: real paths; what is in them or below may be read. None: every file may be.
        document: the real path of the document that asks.
    """

    folders: tuple[str, ...] | None = None
    document: str = ""

    def barred(self, path: StrPath) -> str | None:
        """The reason why a file or folder may not be read; None where it may. `-` is standard input."""
        if self.folders is None:
            return None
        if path == "-":
            return "standard input is not read here; expected a file"
        try:
            found = os.path.realpath(path)
        except (OSError, ValueError):  # a name that no file can have
            return NO_NAME
        if not any(_is_in(found, folder) for folder in self.folders):
            return "outside the document's folder; expected a file in it or below"
        if found == self.document:  # filling it changes it, so its own figures would differ each time
            return "the document that is filled; expected another file"
        if os.path.exists(found) and not (os.path.isfile(found) or os.path.isdir(found)):
            return "not a file"  # a pipe would be waited for
        return None


ANYWHERE = Reach()


def reach_of(*folders: StrPath, document: StrPath) -> Reach:
    """The reach of a document: files in these folders or below. Links are followed first."""
    return Reach(tuple(map(os.path.realpath, folders)), os.path.realpath(document))


def _is_in(path: str, folder: str) -> bool:
    """Whether a path is a folder or below it; two Windows drives have no common path."""
    return os.path.join(path, "").startswith(os.path.join(folder, ""))


def read_file(
    path: str, missing: Callable[[], str], name: str | None = None, reach: Reach = ANYWHERE
) -> bytes:
    """The bytes of a file, at most one more than the budget allows; `-` is standard input.

    Args:
        path: where the file is.
        missing: gives the end of the message where there is no such file.
        name: the file's name in messages, by default its path.
        reach: the files that may be read.

    Raises:
        BacktraceError: it is barred, there is none, or it cannot be read.
    """
    name = path if name is None else name
    reason = reach.barred(path)
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


class Folder(NamedTuple):
    """A config's folder, in which the files that it names are looked for."""

    path: StrPath
    reach: Reach = ANYWHERE

    def file(self, file: Cursor, expected: str) -> str:
        """The path of the file that is named here; `expected` is its kind, for messages.

        Raises:
            BacktraceError: it is barred, or not a file.
        """
        name = file.text(f"a path to {expected}")
        path = os.path.join(self.path, name)
        reason = self.reach.barred(path)
        if reason:
            file.fail(f"{quoted(name)}: {reason}")
        if os.path.exists(path) and not os.path.isfile(path):
            file.fail(f"{quoted(name)} is not a file; expected {expected}")
        return path

    def text(self, file: Cursor, expected: str) -> tuple[str, str]:
        """The text of the file that is named here, and what messages call the file.

        Its text may end up in a message, so it has to be in the folder, or below.

        Raises:
            BacktraceError: it is outside the folder, barred, no file or none in UTF-8, or it cannot be read.
        """
        name = file.text(f"a path to {expected}")
        if os.path.isabs(name) or os.path.normpath(name).split(os.sep)[0] == os.pardir:
            file.fail(f"{quoted(name)} is outside the config's folder; expected a file in it")
        try:
            with open(self.file(file, expected), "rb") as stream:
                data = stream.read(FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            file.fail(f"cannot read {quoted(name)}: {reason_of(error, NO_NAME)}")
        # Beside the config, which messages call by the path that was typed.
        shown = printable(os.path.join(os.path.dirname(file.file), name))
        return decode(data, shown), shown


class Chosen(NamedTuple):
    """A column or an array, how many numbers of each sample are in it, and the place that asks for it."""

    name: str
    width: int
    place: Cursor


def reason_of(error: Exception, otherwise: str) -> str:
    """Why a file cannot be read: the system's reason, or ours for a name that no file can have."""
    return getattr(error, "strerror", None) or otherwise

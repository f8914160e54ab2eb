"""Files that a config names.

A config may come from somebody else. Arrays are read from anywhere, as nothing but their names and shapes can
end up in a message; a text, of which more can, only from the config's own folder.
"""

from __future__ import annotations

import os

from backtrace.config.cursor import Cursor
from backtrace.config.nodes import StrPath
from backtrace.errors import quoted


def path_of(folder: StrPath, file: Cursor, expected: str) -> str:
    """The path of the file that is named here; `expected` says what kind of file it is to be.

    Raises:
        BacktraceError: there is something else than a file.
    """
    name = file.text(f"a path to {expected}")
    path = os.path.join(folder, name)
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
    """Why a file cannot be read, in the words of the system where it has some."""
    return getattr(error, "strerror", None) or otherwise

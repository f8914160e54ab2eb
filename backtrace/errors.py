"""The one error class that users see, and the place in a file that it points at.

Everything a user can get wrong is raised as a `BacktraceError` (or one of its two kinds below) and
printed by a single handler in the command line. A traceback is a bug.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Location(NamedTuple):
    """A place in a file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class BacktraceError(Exception):
    """Bad input, told in one line: where it is, what was found, what was expected."""

    def __init__(self, message: str, location: Location | None = None) -> None:
        self.message = message
        self.location = location
        super().__init__(f"{location}: {message}" if location else message)


class NotDifferentiableError(BacktraceError):
    """A backward pass was asked for through a function without a useful derivative."""


class NotFiniteError(BacktraceError):
    """An equation's value is infinite or not a number."""


def nearest(name: str, candidates: Iterable[str]) -> str:
    """A hint with the candidate closest to `name`, or nothing.

    >>> nearest("sigmiod", ["tanh", "sigmoid"])
    '; did you mean sigmoid?'
    """
    import difflib  # only when something is wrong

    found = difflib.get_close_matches(name[:80], list(candidates)[:10_000], n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def printable(text: str) -> str:
    r"""`text` with every character that could steer a terminal replaced by its escape.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def quoted(text: str, limit: int = 40) -> str:
    """`text` made safe and short, in quotes, for use inside a message."""
    shown = printable(text[: limit + 1])
    return f"'{shown}'" if len(text) <= limit else f"'{printable(text[:limit])}…'"


def cannot_read(file: str, error: OSError) -> BacktraceError:
    """The message for a file or folder that the system refuses to read."""
    return BacktraceError(f"{quoted(file, 120)}: cannot be read: {error.strerror or error}")

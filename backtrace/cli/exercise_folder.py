"""Write several files into one folder: all or none, and never over an existing one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack
from tempfile import TemporaryDirectory

from backtrace.errors import BacktraceError, quoted


def write_files(folder: str, files: Iterable[tuple[str, str]]) -> None:
    """Write texts by name into a folder, which is created if it is missing.

    They are written into a hidden folder first and then moved, so that a failure leaves nothing behind.

    Raises:
        BacktraceError: a file exists already, or something cannot be written.
    """
    try:
        with ExitStack() as undo:
            if not os.path.isdir(folder):
                os.mkdir(folder)
                undo.callback(os.rmdir, folder)
            with TemporaryDirectory(prefix=".", dir=folder) as waiting:
                for name, text in files:
                    _refuse_to_replace(os.path.join(folder, name))
                    with open(os.path.join(waiting, name), "x", encoding="utf-8", newline="") as out:
                        out.write(text)
                for name in sorted(os.listdir(waiting)):
                    path = os.path.join(folder, name)
                    _refuse_to_replace(path)
                    os.rename(os.path.join(waiting, name), path)
                    undo.callback(os.unlink, path)
            undo.pop_all()
    except (OSError, ValueError) as error:  # a name with a NUL in it is the latter
        reason = getattr(error, "strerror", None) or error
        raise BacktraceError(f"cannot write into {quoted(folder, 120)}: {reason}") from None


def _refuse_to_replace(path: str) -> None:
    if os.path.lexists(path):
        raise BacktraceError(f"{quoted(path, 120)} is there already; expected a folder without it")

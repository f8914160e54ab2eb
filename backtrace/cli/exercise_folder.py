"""Write several files into one folder: all or none, and never over an existing one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress

from backtrace.errors import BacktraceError, quoted


def write_files(folder: str, files: Iterable[tuple[str, str]]) -> None:
    """Write texts by name into a folder, which is created if it is missing.

    They are written into a hidden folder first and then moved, so that a failure leaves nothing behind.

    Raises:
        BacktraceError: a file exists already, or something cannot be written.
    """
    made = False
    moved: list[str] = []
    try:
        if not os.path.isdir(folder):
            os.mkdir(folder)
            made = True
        waiting = os.path.join(folder, f".{os.urandom(6).hex()}")
        os.mkdir(waiting)
        try:
            names = []
            for name, text in files:
                _refuse_to_replace(folder, name)
                with open(os.path.join(waiting, name), "x", encoding="utf-8", newline="") as out:
                    out.write(text)
                names.append(name)
            for name in names:
                _refuse_to_replace(folder, name)
                moved.append(name)
                os.rename(os.path.join(waiting, name), os.path.join(folder, name))
        finally:
            shutil.rmtree(waiting, ignore_errors=True)
    except BaseException as error:
        for name in moved:
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))
        if made:
            with suppress(OSError):
                os.rmdir(folder)
        if isinstance(error, (OSError, ValueError)):  # a name with a NUL in it is the latter
            said = getattr(error, "strerror", None) or error
            raise BacktraceError(f"cannot write into {quoted(folder, 120)}: {said}") from None
        raise


def _refuse_to_replace(folder: str, name: str) -> None:
    path = os.path.join(folder, name)
    if os.path.lexists(path):
        raise BacktraceError(f"{quoted(path, 120)} is there already; expected a folder without it")

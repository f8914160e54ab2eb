"""Where results go: standard output or a file that is written whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from backtrace.derivation.printing import PLAIN, TYPESET, Style
from backtrace.errors import BacktraceError, quoted

if TYPE_CHECKING:
    from rich.console import Console

UNBOUNDED = 100_000  # columns of a pipe or a file: nothing is ever wrapped there


@contextmanager
def writing_to(path: str | None) -> Iterator[TextIO]:
    """Standard output, or a file that takes its place only when everything has been written.

    Raises:
        BacktraceError: the file cannot be written; one that was there before is as it was.

    """
    if path is None or path == "-":
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A title may hold what the terminal's encoding cannot carry; it is escaped, not an error.
            sys.stdout.reconfigure(errors="backslashreplace")
        yield sys.stdout
        return
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            with target.open("w", encoding="utf-8", newline="") as out:
                yield out
            return
        with _beside(target) as out:
            yield out
    except OSError as error:
        raise BacktraceError(f"cannot write {quoted(path, 120)}: {error.strerror or error}") from None


@contextmanager
def _beside(target: Path) -> Iterator[TextIO]:
    """A file next to `target` that replaces it at the end, or is gone."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:50]}.", dir=target.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as out:
            yield out
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


def _mode(target: Path) -> int:
    """The permissions that the file has, or that a new one would get."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def style_of(out: TextIO) -> Style:
    """Mathematical signs where the output can carry them, ASCII elsewhere."""
    try:
        "∂δΔσ⁺·½√│…β₁m̂⁽¹⁾≥".encode(out.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return TYPESET


def console_for(out: TextIO, color: str) -> Console:
    """A console on `out`: as wide as its terminal, or unbounded where there is none."""
    from rich.console import Console

    is_terminal = out.isatty()
    styled = color == "always" or (color == "auto" and is_terminal and not os.environ.get("NO_COLOR"))
    if os.environ.get("TERM") == "dumb" and color != "always":
        styled = False
    return Console(
        file=out,
        width=shutil.get_terminal_size().columns if is_terminal else UNBOUNDED,
        force_terminal=styled,
        color_system="standard" if styled else None,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )

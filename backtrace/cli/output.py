"""Where results go: standard output or a file, which is written whole or not at all. Knows no command."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from backtrace.errors import BacktraceError, cannot_read, quoted
from backtrace.typesetting.plain import PLAIN, TYPESET, Style

if TYPE_CHECKING:
    from rich.console import Console

UNBOUNDED = 100_000  # columns of a pipe or a file: nothing is ever wrapped there


class Passage(io.StringIO):
    """Output that becomes part of a document: the same on every terminal and system.

    `ascii` is for documents whose plain text cannot carry mathematical signs.
    """

    columns = 80
    most = 5_000_000  # characters

    def __init__(self, ascii: bool = False) -> None:
        super().__init__()
        self.signs = "ascii" if ascii else "utf-8"

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.signs

    def write(self, text: str) -> int:
        if self.tell() + len(text) > self.most:
            raise BacktraceError(
                f"the output would exceed {self.most:,} characters; show less, with --steps, --only or --show"
            )
        return super().write(text)


@contextmanager
def writing_to(path: str | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears only when everything has been written.

    Raises:
        BacktraceError: the file cannot be written; an existing one is left as it was.
    """
    if path is None or path == "-":
        if sys.stdout is None:
            raise BacktraceError("cannot write the output: standard output is closed")
        yield sys.stdout
        return
    try:
        with _opened(path) as out:
            try:
                yield out
            except OSError as error:
                if error.filename is None:
                    raise
                raise cannot_read(error.filename, error) from None  # something else than what is written
    except BrokenPipeError:  # a pipe by name, /dev/stdout say, whose reader has seen enough
        raise
    except OSError as error:
        raise BacktraceError(f"cannot write {quoted(path, 120)}: {error.strerror or error}") from None


def _opened(path: str) -> AbstractContextManager[TextIO]:
    if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe cannot be replaced
        return open(path, "w", encoding="utf-8", newline="")
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return _beside(target)


@contextmanager
def _beside(target: str) -> Iterator[TextIO]:
    """A file next to `target` that replaces it at the end, or is removed.

    Its name is chosen first, so that it can be removed whenever the run is interrupted.
    """
    folder, file = os.path.split(target)
    name = os.path.join(folder, f".{file[:50]}.{os.urandom(6).hex()}")
    try:
        with open(name, "x", encoding="utf-8", newline="") as out:
            yield out
        if os.path.exists(target):
            import shutil

            shutil.copymode(target, name)
        os.replace(name, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


def write_config(text: str, out: TextIO) -> None:
    """Write a config, as UTF-8 unless at a terminal: with escapes for δ it would not load."""
    if isinstance(out, io.TextIOWrapper) and not out.isatty():
        out.reconfigure(encoding="utf-8")
    out.write(text)


def style_of(out: TextIO) -> Style:
    """Mathematical signs where the output can carry them, ASCII elsewhere."""
    try:
        "∂δΔσ⁺·½√│…β₁m̂⁽¹⁾≥".encode(out.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return TYPESET


def console_for(out: TextIO, color: str) -> Console:
    """A console on `out`: as wide as its terminal or a passage, or unbounded where there is neither."""
    import shutil

    from rich.console import Console

    class Quitting(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # for the command line to end quietly; rich would exit with 1

    is_terminal = out.isatty()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    terminal_width = shutil.get_terminal_size().columns if is_terminal else UNBOUNDED
    styled = color == "always" or (color == "auto" and is_terminal and not plain)
    return Quitting(
        file=out,
        width=out.columns if isinstance(out, Passage) else terminal_width,
        force_terminal=styled,
        no_color=False,
        color_system="standard" if styled else None,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )

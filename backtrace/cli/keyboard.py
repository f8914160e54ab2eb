r"""A terminal that keys are read from and screens are drawn on; whatever happens, it is left as it was.

Between entering and leaving, keys come one by one and without echo, on the alternate screen. Ctrl-C stays an
interruption, and Ctrl-\ becomes one; Ctrl-Z stops the program with the terminal as it was before.
"""

from __future__ import annotations

import codecs
import errno
import os
import re
import select
import signal
import sys
from contextlib import suppress
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from backtrace.views.walk.screen import Screen

PATIENCE = 0.5  # seconds for the rest of an escape sequence, which a slow line brings in pieces
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])")
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?")
_KEYS = {
    "\r": "enter",
    "\n": "enter",
    " ": "space",
    "\x7f": "backspace",
    "\x08": "backspace",
    "\t": "tab",
    "\x04": "ctrl-d",
    "\x15": "ctrl-u",
    **{
        f"\x1b{start}{end}": key
        for start in "[O"
        for end, key in zip("ABCDHF", ("up", "down", "right", "left", "home", "end"), strict=True)
    },
    **dict.fromkeys(("\x1b[1~", "\x1b[7~"), "home"),
    **dict.fromkeys(("\x1b[4~", "\x1b[8~"), "end"),
    "\x1b[5~": "pageup",
    "\x1b[6~": "pagedown",
    "\x1bOM": "enter",
}
_ENTER = "\x1b[?1049h\x1b[H\x1b[2J\x1b[?25l"
# What comes next goes below the last screen, where that stays because there is no alternate one.
_LEAVE = "\x1b[0m\x1b[999;1H\r\n\x1b[?25h\x1b[?1049l"


def keys_in(text: str, is_all: bool) -> tuple[list[str], str]:
    r"""The keys that some characters are, and what may be the beginning of another one.

    >>> keys_in("a\x1b[A\x1b[", is_all=False)
    (['a', 'up'], '\x1b[')
    >>> keys_in("\x1b", is_all=True)
    (['escape'], '')
    """
    keys = []
    while text:
        found = _SEQUENCE.match(text)
        if found:
            keys.append(_KEYS.get(found[0], ""))
            text = text[found.end() :]
        elif text[0] == "\x1b":
            if not is_all and _BEGUN.fullmatch(text):
                return [key for key in keys if key], text
            keys.append("escape")
            text = text[1:]
        else:
            keys.append(_KEYS.get(text[0], text[0] if text[0].isprintable() else ""))
            text = text[1:]
    return [key for key in keys if key], ""


def is_terminal() -> bool:
    """Whether there is a terminal on both sides that screens can be drawn on."""
    streams = (sys.stdin, sys.stdout)
    if any(stream is None or not stream.isatty() for stream in streams):
        return False
    if os.environ.get("TERM", "dumb") in ("", "dumb", "unknown"):
        return False
    try:
        import termios  # noqa: F401  # not everywhere
    except ImportError:
        return False
    return True


class Terminal:
    """The terminal of standard input and output, as a context; `console` draws lines in its colours."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.keyboard, self.display = sys.stdin.fileno(), sys.stdout.fileno()
        self.decoder = codecs.getincrementaldecoder(sys.stdin.encoding or "ascii")("replace")
        self.rest = ""
        self.before: list[Any] | None = None
        self.handlers: dict[signal.Signals, Any] = {}
        self.woken: tuple[int, int] = (-1, -1)

    def __enter__(self) -> Terminal:
        import termios

        self.before = termios.tcgetattr(self.keyboard)
        try:
            self.woken = os.pipe()
            for end in self.woken:
                os.set_blocking(end, False)
            signal.set_wakeup_fd(self.woken[1], warn_on_full_buffer=False)
            for number, handler in (
                (signal.SIGWINCH, _noted),
                (signal.SIGCONT, self._again),
                (signal.SIGTSTP, self._stop),
                (signal.SIGQUIT, signal.default_int_handler),
            ):
                self.handlers[number] = signal.signal(number, handler)
            self._take()
        except BaseException:
            self._restore()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    # Keys

    def pressed(self) -> list[str]:
        """The keys that have been pressed, once there are any; none if the window has another size.

        The end of the input is Ctrl-D.
        """
        keys, self.rest = keys_in(self.rest, is_all=False)
        while not keys:
            timeout = PATIENCE if self.rest else None
            ready, _, _ = select.select([self.keyboard, self.woken[0]], [], [], timeout)
            if self.woken[0] in ready:
                os.read(self.woken[0], 1024)
                return []
            if not ready:
                keys, self.rest = keys_in(self.rest, is_all=True)
                continue
            try:
                data = os.read(self.keyboard, 1024)
            except OSError:  # the terminal is gone
                data = b""
            if not data:
                return ["ctrl-d"]
            keys, self.rest = keys_in(self.rest + self.decoder.decode(data), is_all=False)
        return keys

    # The screen

    def size(self) -> tuple[int, int]:
        """Columns and lines; where nobody knows, those of old."""
        with suppress(OSError):
            columns, lines = os.get_terminal_size(self.display)
            if columns and lines:
                return columns, lines
        return 80, 24

    def draw(self, screen: Screen) -> None:
        """Put a screen in the place of the one before."""
        with self.console.capture() as drawn:
            for line in screen.lines:
                self.console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
        # A line, and what is below the last one, is wiped before it is written: after one that is as long as
        # the screen is wide, that would take its last sign.
        *lines, last = drawn.get().split("\n")[: len(screen.lines)]
        text = "\x1b[?25l\x1b[H" + "".join(f"\x1b[2K{line}\r\n" for line in lines) + f"\x1b[J{last}"
        if screen.cursor is not None:
            row, column = screen.cursor
            text += f"\x1b[{row + 1};{column + 1}H\x1b[?25h"
        self._write(text)

    def _write(self, text: str) -> None:
        """Write past the buffer, which a signal's handler may find in the middle of a write."""
        data = text.encode(sys.stdout.encoding or "ascii", "backslashreplace")
        while data:
            data = data[os.write(self.display, data) :]

    # Taking the terminal and giving it back

    def _take(self) -> None:
        import termios

        assert self.before is not None
        mode = [*self.before[:6], list(self.before[6])]
        mode[0] &= ~termios.IXON  # Ctrl-S is no way to hold a screen that stands still
        mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        self._set(mode)
        self._write(_ENTER)

    def _give_back(self) -> None:
        import termios

        if not self._is_in_front():
            return  # it is the shell's again; setting its modes would stop the program, not end it
        with suppress(OSError):
            self._write(_LEAVE)
        if self.before is not None:
            with suppress(termios.error):
                self._set(self.before)

    def _is_in_front(self) -> bool:
        """Whether the terminal is this program's to set: a shell may have put it in the background."""
        with suppress(OSError):
            return os.tcgetpgrp(self.keyboard) == os.getpgrp()
        return True

    def _set(self, mode: list[Any]) -> None:
        """Set the terminal's modes; in the background that waits until the program is in front again."""
        import termios

        while True:
            try:
                return termios.tcsetattr(self.keyboard, termios.TCSANOW, mode)
            except termios.error as error:
                if error.args[0] != errno.EINTR:
                    raise

    def _restore(self) -> None:
        """Leave everything as it was; nothing that comes meanwhile keeps this from being done."""
        ends = {signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP}
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {*ends, signal.SIGTSTP, signal.SIGCONT})
        try:
            self._give_back()
            signal.set_wakeup_fd(-1)
            for number, handler in self.handlers.items():
                signal.signal(number, handler)
            for end in self.woken:
                with suppress(OSError):
                    os.close(end)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-Z: the shell gets its terminal as it was; where there is none to go back to, it goes on."""
        self._give_back()
        signal.signal(signal.SIGCONT, _noted)
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._stop)
        signal.signal(signal.SIGCONT, self._again)
        self._again(number, frame)

    def _again(self, number: int, frame: FrameType | None) -> None:
        """Going on after a stop, by whomever; a terminal that is gone is told by the next read or write."""
        import termios

        with suppress(OSError, termios.error):
            self._take()


def _noted(number: int, frame: FrameType | None) -> None:
    """Another size: that a signal came is enough, it ends the waiting for a key."""

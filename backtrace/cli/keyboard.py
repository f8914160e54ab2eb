r"""A terminal for reading keys and drawing screens. It is restored whatever happens.

Inside the context, keys come one by one and without echo, on the alternate screen. Ctrl-C interrupts, and so
does Ctrl-\; Ctrl-Z stops the program with the terminal restored. Knows nothing of what the screens show.
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

PATIENCE = 0.5  # seconds to wait for the rest of an escape sequence: a slow line sends it in pieces
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])")
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?")
# Keys by the characters that terminals send: control characters, and sequences after an escape.
_NAMES = "enter enter space backspace backspace tab ctrl-d ctrl-u".split()
_KEYS = dict(zip("\r\n \x7f\x08\t\x04\x15", _NAMES, strict=True))
_ARROWS = dict(zip("ABCDHF", "up down right left home end".split(), strict=True))
_KEYS |= {f"\x1b{start}{end}": key for start in "[O" for end, key in _ARROWS.items()}
_NAMES = "home home end end pageup pagedown enter".split()
_KEYS |= dict(zip("\x1b[1~ \x1b[7~ \x1b[4~ \x1b[8~ \x1b[5~ \x1b[6~ \x1bOM".split(), _NAMES, strict=True))
_ENTER = "\x1b[?1049h\x1b[H\x1b[2J\x1b[?25l"
# A terminal without an alternate screen keeps the last one, so the next output goes below it.
_LEAVE = "\x1b[0m\x1b[999;1H\r\n\x1b[?25h\x1b[?1049l"


def keys_in(text: str, is_all: bool) -> tuple[list[str], str]:
    r"""Split typed characters into keys and a rest that may be the beginning of another key.

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
    """Whether keys and screens are possible: input and output are terminals, and not dumb ones."""
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
        """Wait for keys and return them; none if the window was resized. The end of input is Ctrl-D."""
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
        """Columns and lines; 80 and 24 where the terminal does not say."""
        with suppress(OSError):
            columns, lines = os.get_terminal_size(self.display)
            if columns and lines:
                return columns, lines
        return 80, 24

    def draw(self, screen: Screen) -> None:
        """Replace the screen."""
        with self.console.capture() as drawn:
            for line in screen.lines:
                self.console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
        # Each line is erased before it is written: erasing after a line that fills the width would take its
        # last sign.
        *lines, last = drawn.get().split("\n")[: len(screen.lines)]
        text = "\x1b[?25l\x1b[H" + "".join(f"\x1b[2K{line}\r\n" for line in lines) + f"\x1b[J{last}"
        if screen.cursor is not None:
            row, column = screen.cursor
            text += f"\x1b[{row + 1};{column + 1}H\x1b[?25h"
        self._write(text)

    def _write(self, text: str) -> None:
        """Write without the buffer, because a signal handler may run in the middle of a buffered write."""
        data = text.encode(sys.stdout.encoding or "ascii", "backslashreplace")
        while data:
            data = data[os.write(self.display, data) :]

    # Taking the terminal and giving it back

    def _take(self) -> None:
        import termios

        assert self.before is not None
        mode = [*self.before[:6], list(self.before[6])]
        mode[0] &= ~termios.IXON  # Ctrl-S need not hold a screen that does not scroll
        mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        self._set(mode)
        self._write(_ENTER)

    def _give_back(self) -> None:
        import termios

        if not self._is_in_front():
            return  # the shell has it again; setting its modes would stop the program instead of ending it
        with suppress(OSError):
            self._write(_LEAVE)
        if self.before is not None:
            with suppress(termios.error):
                self._set(self.before)

    def _is_in_front(self) -> bool:
        """Whether the program is in the foreground: only then may it set the terminal's modes."""
        with suppress(OSError):
            return os.tcgetpgrp(self.keyboard) == os.getpgrp()
        return True

    def _set(self, mode: list[Any]) -> None:
        """Set the terminal's modes; in the background this waits until the program is in front again."""
        import termios

        while True:
            try:
                return termios.tcsetattr(self.keyboard, termios.TCSANOW, mode)
            except termios.error as error:
                if error.args[0] != errno.EINTR:
                    raise

    def _restore(self) -> None:
        """Restore the terminal and the signal handlers; signals are held back until that is done."""
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
        """Ctrl-Z: restore the terminal and stop; without a shell that can stop it, the program goes on."""
        self._give_back()
        signal.signal(signal.SIGCONT, _noted)
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._stop)
        signal.signal(signal.SIGCONT, self._again)
        self._again(number, frame)

    def _again(self, number: int, frame: FrameType | None) -> None:
        """Take the terminal again after a stop. If it is gone, the next read or write fails."""
        import termios

        with suppress(OSError, termios.error):
            self._take()


def _noted(number: int, frame: FrameType | None) -> None:
    """Do nothing: that the signal arrived already ends the wait for a key."""

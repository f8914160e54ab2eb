r"""A terminal for reading keys and drawing screens. It is restored whatever happens.

Inside the context, keys come one by one and without echo, on the alternate screen. Ctrl-C interrupts, and so
does Ctrl-\; Ctrl-Z stops the program with the terminal restored. Knows nothing of what the screens show.
"""

from __future__ import annotations

import codecs
import os
import re
import select
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from backtrace.views.walk.screen import Screen

PATIENCE = 0.5  # seconds to wait for the rest of an escape sequence: a slow line sends it in pieces
GLANCE = 0.1  # seconds after which it looks whether the window has another size
_KEY = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])|.", re.DOTALL)
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?\Z")
# Keys by the characters that terminals send: control characters, and sequences after an escape.
_NAMES = "enter enter space backspace backspace tab ctrl-d ctrl-u ctrl-z ctrl-\\ escape".split()
_KEYS = dict(zip("\r\n \x7f\x08\t\x04\x15\x1a\x1c\x1b", _NAMES, strict=True))
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
    begun = None if is_all else _BEGUN.search(text)
    rest = begun[0] if begun else ""
    sent = _KEY.findall(text.removesuffix(rest))
    keys = [_KEYS.get(one, one if one.isprintable() else "") for one in sent]
    return [key for key in keys if key], rest


class Terminal:
    """The terminal of standard input and output; `console` draws lines in its colours."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.keyboard, self.display = sys.stdin.fileno(), sys.stdout.fileno()
        self.decoder = codecs.getincrementaldecoder(sys.stdin.encoding or "ascii")("replace")
        self.rest = ""
        self.measured = (80, 24)
        self.before = termios.tcgetattr(self.keyboard)

    def pressed(self) -> list[str]:
        """Wait for keys and return them; none if the window was resized. The end of input is Ctrl-D."""
        keys, self.rest = keys_in(self.rest, is_all=False)
        while not keys:
            ready, _, _ = select.select([self.keyboard], [], [], PATIENCE if self.rest else GLANCE)
            if self._measure() != self.measured:
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
        if "ctrl-\\" in keys:
            raise KeyboardInterrupt
        if "ctrl-z" in keys:
            self._stop()
        return [key for key in keys if key != "ctrl-z"]

    def size(self) -> tuple[int, int]:
        """Columns and lines; 80 and 24 where the terminal does not say."""
        self.measured = self._measure()
        return self.measured

    def _measure(self) -> tuple[int, int]:
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
        """Write without the buffer: an interrupted write would leave a part of a screen in it."""
        data = text.encode(sys.stdout.encoding or "ascii", "backslashreplace")
        while data:
            data = data[os.write(self.display, data) :]

    def take(self) -> None:
        """Take the terminal; in the background this waits until the program is in front."""
        mode = termios.tcgetattr(self.keyboard)
        mode[0] &= ~termios.IXON  # Ctrl-S need not hold a screen that does not scroll
        mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        # Ctrl-Z and Ctrl-\ come as keys: the terminal is restored before they act.
        mode[6][termios.VSUSP] = mode[6][termios.VQUIT] = os.fpathconf(self.keyboard, "PC_VDISABLE")
        termios.tcsetattr(self.keyboard, termios.TCSANOW, mode)
        self._write(_ENTER)

    def give_back(self) -> None:
        """Restore the terminal, if the program is in the foreground."""
        with suppress(OSError):
            if os.tcgetpgrp(self.keyboard) != os.getpgrp():
                return  # the shell has it again; setting its modes would stop the program, not end it
        with suppress(OSError):
            self._write(_LEAVE)
        with suppress(termios.error):
            termios.tcsetattr(self.keyboard, termios.TCSANOW, self.before)

    def _stop(self) -> None:
        """Ctrl-Z: restore the terminal and stop; without a shell that can stop it, the program goes on."""
        self.give_back()
        os.kill(os.getpid(), signal.SIGTSTP)
        self.take()


@contextmanager
def taken_terminal(console: Console) -> Iterator[Terminal]:
    """The terminal for keys and screens; signals are held back while it is restored."""
    terminal = Terminal(console)
    try:
        terminal.take()
        yield terminal
    finally:
        ends = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ends)
        try:
            terminal.give_back()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

"""A program at a pseudo-terminal, and what its screen shows: pexpect types, pyte is the terminal."""

from __future__ import annotations

import os
import pty
import shlex
import signal
import termios
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import pexpect
import pyte

from tests.runner import COMMAND, WITHOUT_LOCALE

TIMEOUT = 60  # seconds that nothing but a hanging program takes
UTF8 = {**WITHOUT_LOCALE, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
LEAVES = "\x1b[?25h\x1b[?1049l"  # the cursor is shown, the alternate screen left
ARROWS = {"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D"}
KEYS = {
    **ARROWS, "space": " ", "enter": "\r", "backspace": "\x7f", "escape": "\x1b", "home": "\x1b[H",
    "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "ctrl-c": "\x03", "ctrl-d": "\x04",
    "ctrl-s": "\x13", "ctrl-u": "\x15", "ctrl-\\": "\x1c", "ctrl-z": "\x1a",
}  # fmt: skip
LEAVING = {"g": ["escape"], "i": ["x"], "?": ["x"], "h": ["x"]}  # keys that lead back from a prompt or a page


def _fresh_modes() -> list[Any]:
    """The modes of a fresh pseudo-terminal."""
    ours, its = pty.openpty()
    modes = termios.tcgetattr(its)
    os.close(ours)
    os.close(its)
    return modes


class Session:
    """A run of `backtrace` at a terminal of so many columns and lines; a shell runs it in `script`."""

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        lines: int = 24,
        env: Mapping[str, str] = UTF8,
        script: str = "{}",
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        command = [*COMMAND, *arguments]
        if script != "{}":
            command = ["sh", "-c", script.format(shlex.join(command))]
        self.child: Any = pexpect.spawn(  # whose stubs take its bytes for text
            command[0], command[1:], env=dict(env), dimensions=(lines, columns), timeout=TIMEOUT
        )
        self.child.delaybeforesend = None
        self.before = _fresh_modes()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.close(force=True)

    def shown(self) -> list[str]:
        """The lines of the screen."""
        return [line.rstrip() for line in self.screen.display]

    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.shown())

    def press(self, *keys: str) -> None:
        """Type keys, by name or as they are."""
        for key in keys:
            self.child.send(KEYS.get(key, key))

    def wait(self, holds: Callable[[], bool], what: str) -> None:
        """Read until something holds of the screen."""
        while not holds():
            try:
                data = self.child.read_nonblocking(65536, TIMEOUT)
            except (pexpect.TIMEOUT, pexpect.EOF) as error:
                problem = type(error).__name__
                raise AssertionError(
                    f"{problem}: no {what!r} on\n{self.text()}\n{self.raw[-500:]!r}"
                ) from None
            self.raw += data
            self.stream.feed(data)

    def until(self, text: str) -> str:
        """The screen once a text stands on it."""
        self.wait(lambda: text in self.text(), text)
        return self.text()

    def shows(self, lines: list[str]) -> None:
        """Wait until these lines are the screen."""
        self.wait(lambda: self.shown() == lines, "\n".join(lines))

    def without(self, text: str) -> str:
        """The screen once a text is gone from it."""
        self.wait(lambda: text not in self.text(), f"(without) {text}")
        return self.text()

    def resize(self, columns: int, lines: int) -> None:
        """Another size of the window."""
        self.screen.resize(lines, columns)
        self.child.setwinsize(lines, columns)

    def end(self) -> int:
        """The exit code of the run; all its output is read."""
        while True:
            try:
                data = self.child.read_nonblocking(65536, TIMEOUT)
            except pexpect.EOF:
                break
            self.raw += data
            self.stream.feed(data)
        self.child.wait()
        status: int | None = self.child.exitstatus
        return -int(self.child.signalstatus) if status is None else status

    def is_restored(self) -> bool:
        """Whether the terminal is as it was: its modes, its cursor, and not on the alternate screen."""
        modes = termios.tcgetattr(self.child.child_fd)
        out = self.raw.decode(errors="replace")
        return modes == self.before and out.rfind(LEAVES) > out.rfind("\x1b[?1049h")

    def kill(self, number: signal.Signals) -> None:
        self.child.kill(number)

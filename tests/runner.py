"""Run the command line as tests do: in this process, in one of its own, or in one with bounded memory."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TextIO
from unittest.mock import patch

import backtrace
from backtrace.checking.judging.checker import Checker
from backtrace.cli import run as run_here
from backtrace.derivation import activations
from backtrace.evaluation.steps import Request
from backtrace.symbolic import calculus

TESTS = Path(__file__).parent
ROOT = TESTS.parent
COMMAND = (sys.executable, "-m", "backtrace")
WITHOUT_LOCALE = {
    name: value
    for name, value in os.environ.items()
    if name not in ("COLUMNS", "LINES", "NO_COLOR", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONCOERCECLOCALE")
    and not name.startswith(("LC_", "LANG"))
}
UTF8 = {**WITHOUT_LOCALE, "LC_ALL": "C.UTF-8", "TERM": "xterm", "PYTHONUNBUFFERED": ""}
# The first argument is the memory in bytes, the others are those of the command line.
BOUNDED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv.pop(1)),) * 2)
from backtrace.cli import main
main()
"""


class Outcome(NamedTuple):
    """Exit code, standard output and standard error of a run."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The output of a run with `-f json`."""
        return json.loads(self.out)

    @property
    def usage_error(self) -> str:
        """Our part of the message on wrong usage: Click's words before it differ between its versions."""
        assert (self.code, self.out) == (2, "")
        message = self.err.rstrip("\n").rpartition("\nError: ")[2]
        return re.sub("^[A-Z][a-z ]+(?='-)", "", message)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The records of `trace -f json`."""
        records: list[dict[str, Any]] = self.data["records"]
        return records


def run(
    *arguments: str | Path, stdin: str | bytes = "", encoding: str = "utf-8", is_terminal: bool = False
) -> Outcome:
    """Run the command line in this process, with streams in memory; its output may pose as a terminal."""
    typed, out, err = (
        io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors="backslashreplace", write_through=True)
        for data in (stdin.encode() if isinstance(stdin, str) else stdin, b"", b"")
    )
    out.isatty = lambda: is_terminal  # type: ignore[method-assign]
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", typed):
        code = run_here([str(argument) for argument in arguments])
    return Outcome(int(code), *(io.BytesIO.getvalue(stream.buffer).decode(encoding) for stream in (out, err)))


def run_apart(
    *arguments: str | Path,
    env: Mapping[str, str] = UTF8,
    stdin: bytes = b"",
    cwd: Path | None = None,
    command: tuple[str, ...] = COMMAND,
    timeout: float = 60,
) -> Outcome:
    """Run the command line in a process of its own, whose streams are pipes."""
    done = subprocess.run(
        [*command, *map(str, arguments)], input=stdin, capture_output=True, env=env, cwd=cwd, timeout=timeout
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_bounded(
    folder: Path, *arguments: str, memory: int, seconds: float, program: str = BOUNDED
) -> Outcome:
    """Run the command line in a folder with bounded memory; it may not take longer in processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = (sys.executable, "-c", program, str(memory))
    done = run_apart(*arguments, cwd=folder, command=command, timeout=6 * seconds)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < seconds
    return done


def forget_tables() -> None:
    """Forget what was made from the tables of functions and activations."""
    calculus._rules.cache_clear()
    activations.activation_slope.cache_clear()


def request_of(config: str) -> Request:
    """All samples of the first steps of a bundled example, as far as it can be traced."""
    if config == "step-neuron":
        return Request(phases=frozenset({"forward"}))
    return Request(last=2 if backtrace.load(config).update is not None else 1, sample="all")


@cache
def checker(config: str) -> Checker:
    """A checker of a bundled example, or of a config's file."""
    return Checker(backtrace.load(config))


def written(write: Callable[[TextIO], object], encoding: str = "utf-8") -> str:
    """The text that a writer puts into a file."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding, newline="", write_through=True)
    write(out)
    return raw.getvalue().decode(encoding)

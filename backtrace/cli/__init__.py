"""The command line: one file per command. The only place that imports click.

`main` is also the one place where errors end: a message on stderr, an exit code, never a traceback.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from importlib import import_module
from typing import Any

import click

from backtrace import __version__
from backtrace.errors import BacktraceError, cannot_read, nearest, printable, quoted


class Exit(IntEnum):
    """Exit codes; 2, for wrong usage, is click's own."""

    FINE = 0
    BAD_INPUT = 1
    MISTAKES = 3
    INTERRUPTED = 130


# Each command's line in the help: --help is quick because it imports none of them.
COMMANDS = {
    "trace": "Forward, backward and update, every intermediate.",
    "explain": "One quantity, its path through the chain rule, back to the givens.",
    "check": "Marks your numbers and names each slip; reads documents too.",
    "gradcheck": "Gradients against differences and complex steps.",
    "train": "Many steps: cost curve, final parameters, predictions.",
    "walk": "One equation at a time; --quiz asks for each value first.",
    "sheet": "A blank answer sheet; question banks.",
    "exercise": "New problems with numbers that are easy to calculate with.",
    "draw": "The network as a picture: SVG, DOT, Mermaid, text.",
    "fill": "Regenerates the numbers of a document, between marks.",
    "examples": "Lists the bundled configs; copies one.",
}


class Commands(click.Group):
    """Commands that are imported when they are called."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; click would print an empty line after Ctrl-C, and exit with 1 for a closed pipe."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, BrokenPipeError) as reason:
            return _ended_from_outside(reason)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None for a name that is no command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"backtrace.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no such command {quoted(args[0])}{_instead(args[0])}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _instead(name: str) -> str:
    """The hint for a name that is no command."""
    from backtrace.config.cursor import one_of
    from backtrace.config.load import example_names

    if name in example_names() or os.path.isfile(name):
        return f"; did you mean backtrace trace {name}?"
    return nearest(name, COMMANDS) or f"; expected {one_of(COMMANDS)}"


@click.group(
    cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="backtrace")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Backpropagation the way a person does it on paper.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Equations and values have no cycles: the collector would only walk 80,000 objects again and again.
    gc.disable()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # not everywhere
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores the second
            signal.signal(number, _terminated)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Characters that the encoding lacks are escaped instead of raising an error.
            stream.reconfigure(errors="backslashreplace")
    code = run()
    if sys.stdout is not None:  # a run whose output is lost has failed
        code = _ended(sys.stdout.flush) or code
    sys.exit(code)


def _terminated(number: int, frame: object) -> None:
    """Leave through all clean-up, so that no half-written file is left."""
    sys.exit(128 + number)


def run(arguments: list[str] | None = None) -> int:
    """Run a command, by default the one that was typed, and return its exit code."""
    return _ended(partial(cli.main, arguments, "backtrace", standalone_mode=False))


def _ended(action: Callable[[], object]) -> int:
    """Run something, with every error as a message; return the exit code.

    Files that are written have their own messages, so an OSError that names a file comes from reading it; one
    that names none comes from writing to standard output.
    """
    try:
        code = action()
        return code if isinstance(code, int) else Exit.FINE
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        return _wrong_usage(error)
    except BacktraceError as error:
        return say(str(error))
    except (BrokenPipeError, KeyboardInterrupt, click.Abort) as reason:
        return _ended_from_outside(reason)
    except OSError as error:
        if error.filename is not None:
            return say(str(cannot_read(error.filename, error)))
        _drop_output()
        return say(f"cannot write the output: {error.strerror or error}")


def _ended_from_outside(reason: BaseException) -> int:
    """Drop further output after Ctrl-C, or when the reader (head, less) has seen enough."""
    _drop_output()
    if isinstance(reason, BrokenPipeError):
        return Exit.FINE
    say("interrupted")
    return Exit.INTERRUPTED


def _wrong_usage(error: click.ClickException) -> int:
    """Print click's own message, with control characters that were typed made visible."""
    text = io.StringIO()
    error.show(text)
    for line in text.getvalue().split("\n")[:-1]:
        say(line)
    return error.exit_code


def say(message: str) -> Exit:
    """Print a message on one line of standard error; the exit code of bad input."""
    click.echo(printable(message), err=True)
    return Exit.BAD_INPUT


def _drop_output() -> None:
    """Discard all further output, also that of the interpreter when it closes its streams."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

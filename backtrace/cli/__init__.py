"""The command line: one file per command. The only place that imports click.

`main` is also the one place where errors end: a message on stderr, an exit code, never a traceback.
"""

from __future__ import annotations

import os
import sys
from enum import IntEnum
from importlib import import_module

import click

from backtrace import __version__
from backtrace.errors import BacktraceError, nearest


class Exit(IntEnum):
    """What a run ends with; usage errors are click's own 2."""

    FINE = 0
    BAD_INPUT = 1
    MISTAKES = 3
    INTERRUPTED = 130


# Each command's module and its line in the help, so that --help need not import any of them.
COMMANDS = {
    "trace": "Forward, backward and update, every intermediate.",
    "examples": "What is bundled; copies one out.",
}


class Commands(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"backtrace.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"No such command '{args[0][:40]}'{nearest(args[0], COMMANDS) or '.'}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="backtrace")
def cli() -> None:
    """Backpropagation the way a person does it on paper.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input.
    """


def main() -> None:
    """Run the command line and leave with its exit code."""
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _drop_output()
        code = _say(f"cannot write the output: {error.strerror}")
    sys.exit(code)


def _run() -> int:
    try:
        code = cli.main(prog_name="backtrace", standalone_mode=False)
        return code if isinstance(code, int) else Exit.FINE
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BacktraceError as error:
        return _say(str(error))
    except BrokenPipeError:  # the reader (head, less) has seen enough
        _drop_output()
        return Exit.FINE
    except OSError as error:
        return _say(f"cannot write the output: {error.strerror or error}")
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return Exit.INTERRUPTED


def _say(message: str) -> int:
    """Tell what went wrong; characters that the terminal cannot show are escaped."""
    encoding = sys.stderr.encoding or "utf-8"
    click.echo(message.encode(encoding, "backslashreplace").decode(encoding), err=True)
    return Exit.BAD_INPUT


def _drop_output() -> None:
    """Let nothing more be written, also not when the interpreter closes its streams."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

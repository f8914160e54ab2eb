"""Runs the marks of a document: five commands and single numbers, within the document's folder.

The commands are those of the command line, run in this process. A mark can do what they can, except write
files, and it reads only bundled examples and files below the folder.
"""

from __future__ import annotations

import io
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache, lru_cache
from typing import Any

import click
from click.core import ParameterSource

from backtrace.cli import Exit, cli
from backtrace.cli.options import Options, config_command, hand_option, what_if_options
from backtrace.cli.output import Passage
from backtrace.config.files import reach_of
from backtrace.config.load import examples_folder
from backtrace.errors import BacktraceError, NotDifferentiableError, cannot_read, nearest, quoted
from backtrace.filling.document import Document, Replacement
from backtrace.filling.marks import COMMANDS, DocumentMark
from backtrace.filling.places import Output, block_text, inline_text, number_text
from backtrace.library import Trace, trace
from backtrace.limits import DOCUMENT_STEPS, FILE_BYTES
from backtrace.views.formats import views_of

# Options that a mark may not use: they write files, or depend on the machine.
REFUSED = ("output", "save", "color", "jobs")
TRACES_KEPT = 16


class Runner:
    """Runs the marks of one document; equal marks are run once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.file = os.path.realpath(document.file)
        self.reach = reach_of(os.path.dirname(self.file), examples_folder(), document=self.file)
        # A document repeats its commands and asks one config for many numbers: each is computed once.
        self.output = cache(self._output)
        self.number = cache(self._number)
        self.trace = lru_cache(TRACES_KEPT)(_traced)

    def replacements(self, marks: list[DocumentMark]) -> list[Replacement]:
        """The new texts of the places between the marks.

        Raises:
            BacktraceError: a mark may not have its words, or its command fails; the first such mark.
        """
        puts = []
        left = FILE_BYTES - len(f"{self.document.bom}{self.document.text}".encode())
        with _standing_in(os.path.dirname(self.file)):
            for mark in marks:
                put = Replacement(mark.start, mark.end, self.text(mark))
                left -= len(put.text.encode()) - len(self.document.text[put.start : put.end].encode())
                if left < 0:  # the filled document is to be read again
                    most = f"{FILE_BYTES // 1_000_000} MB"
                    raise BacktraceError(f"the filled document would exceed {most}", mark.location)
                puts.append(put)
        return puts

    def text(self, mark: DocumentMark) -> str:
        """The new text of one place."""
        try:
            if mark.is_block:
                return block_text(self.output(mark.words), self.document.kind, mark)
            return inline_text(self.number(mark.words), self.document.kind)
        except click.UsageError as error:
            raise BacktraceError(error.format_message(), mark.location) from None
        except BacktraceError as error:  # which may have a place of its own, in a config
            raise BacktraceError(str(error), mark.location) from None

    def _output(self, words: str) -> Output:
        """The output of a command."""
        name, *arguments = _split(words) or [""]
        if name not in COMMANDS:
            hint = nearest(name, COMMANDS) or f"; expected {', '.join(COMMANDS[:-1])} or {COMMANDS[-1]}"
            raise BacktraceError(f"{quoted(name)} may not stand in a mark{hint}")
        group = self.context()
        command = cli.get_command(group, name)
        assert command is not None
        passage = Passage(ascii=self.document.kind == "latex")
        form, is_part = "table", False
        with redirect_stdout(passage), redirect_stderr(io.StringIO()):
            try:
                context = command.make_context(name, arguments, group)
                _refuse(context)
                form = context.params.get("form") or views_of(name)[0].format
                is_part = bool(context.params.get("fragment"))
                with context:
                    code = command.invoke(context) or Exit.FINE
            except click.exceptions.Exit as leaving:  # after --help, or check --slips
                code = leaving.exit_code
        if code == Exit.INTERRUPTED:
            raise KeyboardInterrupt
        if code not in (Exit.FINE, Exit.MISTAKES):
            raise BacktraceError(f"backtrace {name} ended with exit code {int(code)}; run it to see why")
        return Output(passage.getvalue(), form, is_part, words)

    def _number(self, words: str) -> str:
        """One number in the format of its mark."""
        with one_number.make_context("bt", _split(words), self.context()) as context:
            options, name, spec = one_number.invoke(context)
            traced = self.trace(options)
        found = traced.given(name)
        if found is None:
            try:
                quantity = traced.get(name)
            except KeyError as missing:
                raise BacktraceError(missing.args[0]) from None
            found = quantity, quantity.text
        value, text = found
        return text if spec is None else number_text(value, spec)

    def context(self) -> click.Context:
        """A context as the command line makes one, for a page of fixed width."""
        helps, columns = ["-h", "--help"], Passage.columns
        return click.Context(
            cli, info_name="backtrace", obj=self.reach, terminal_width=columns, help_option_names=helps
        )


def _traced(options: Options) -> Trace:
    """The trace of a config, without a backward pass if it has none."""
    problem, sample = options.problem(options.sample)
    hand = None if options.hand is None else dict(options.hand)
    how: dict[str, Any] = {"step": options.step, "sample": sample, "hand": hand}
    try:
        return trace(problem, **how)
    except NotDifferentiableError:
        return trace(problem, **how, only="forward")


@config_command("bt", add_help_option=False)
@click.argument("name", metavar="ID")
@click.argument("spec", metavar="FORMAT", required=False)
@click.option("--sample", metavar="K", type=click.IntRange(1))
@click.option("--step", metavar="K", type=click.IntRange(1, DOCUMENT_STEPS))
@hand_option
@what_if_options
def one_number(options: Options, name: str, spec: str | None) -> tuple[Options, str, str | None]:
    """One number of CONFIG: its ID, or the name that the notation has for it; the words of its mark."""
    return options, name, spec


def _split(words: str) -> list[str]:
    """The words of a mark, with quotation marks and backslashes as in a shell."""
    try:
        return shlex.split(words)
    except ValueError as error:
        raise BacktraceError(f"{quoted(words, 80)}: {str(error).lower()}") from None


def _refuse(context: click.Context) -> None:
    """Refuse options that a mark may not use."""
    for name in REFUSED:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise BacktraceError(f"--{name} may not stand in a mark; expected a command that only prints")
    for name in ("step", "steps"):
        if (context.params.get(name) or 0) > DOCUMENT_STEPS:
            steps = f"{context.params[name]:,}"
            raise BacktraceError(f"--{name} {steps} in a mark; expected at most {DOCUMENT_STEPS:,}")


@contextmanager
def _standing_in(folder: str) -> Iterator[None]:
    """Change to a folder, so that the paths of marks, also in messages, are relative to it."""
    try:
        before = os.getcwd()  # fails where it was deleted, so that there would be no way back to it
        os.chdir(folder)
    except OSError as error:
        raise cannot_read(error.filename or ".", error) from None
    try:
        yield
    finally:
        os.chdir(before)

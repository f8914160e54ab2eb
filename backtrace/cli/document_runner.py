"""What the marks of a document run: five commands and single numbers, within the document's folder.

The commands are the ones of the command line, in this process: a mark can do what they can, but write files,
and it reads nothing but what is below the folder, or bundled.
"""

from __future__ import annotations

import io
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from backtrace.cli import Ended, Exit, cli
from backtrace.cli.options import hand_option, input_alone, what_if_options
from backtrace.cli.output import Passage
from backtrace.errors import BacktraceError, NotDifferentiableError, cannot_read, nearest, quoted
from backtrace.filling.document import Document, Replacement
from backtrace.filling.marks import COMMANDS, DocumentMark
from backtrace.filling.places import Output, block_text, inline_text
from backtrace.limits import DOCUMENT_STEPS, FILE_BYTES
from backtrace.views.formats import views_of

if TYPE_CHECKING:
    from backtrace.library import Trace

# Options of the commands that have no place in a mark: what writes files, or depends on where it is run.
REFUSED = ("output", "save", "color", "jobs")
_KEPT_TRACES = 16


class Runner:
    """Runs the marks of one document; what stands in several of them is run once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.file = os.path.realpath(document.file)
        self.texts: dict[str, str] = {}  # of numbers, by the words of their marks
        self.outputs: dict[str, Output] = {}
        self.traces: dict[object, Trace] = {}

    def replacements(self, marks: list[DocumentMark]) -> list[Replacement]:
        """The new texts of the places between the marks.

        Raises:
            BacktraceError: a mark may not have its words, or its command fails; the first such mark.
        """
        from backtrace.config.files import reading_only
        from backtrace.config.load import examples_folder

        folder = os.path.dirname(self.file)
        with _standing_in(folder), reading_only(folder, examples_folder(), document=self.file):
            return list(self.each_replacement(marks))

    def each_replacement(self, marks: list[DocumentMark]) -> Iterator[Replacement]:
        """The new texts one by one, while the filled document is small enough to be read again."""
        left = FILE_BYTES - len(f"{self.document.bom}{self.document.text}".encode())
        for mark in marks:
            text = self.text(mark)
            left -= len(text.encode()) - len(self.document.text[mark.start : mark.end].encode())
            if left < 0:
                most = f"{FILE_BYTES // 1_000_000} MB"
                raise BacktraceError(f"the filled document would exceed {most}", mark.location)
            yield Replacement(mark.start, mark.end, text)

    def text(self, mark: DocumentMark) -> str:
        try:
            if mark.is_block:
                if mark.words not in self.outputs:
                    self.outputs[mark.words] = self.output(mark.words)
                return block_text(self.outputs[mark.words], self.document.kind, mark)
            if mark.words not in self.texts:
                self.texts[mark.words] = inline_text(self.number(mark.words), self.document.kind)
            return self.texts[mark.words]
        except click.UsageError as error:
            raise BacktraceError(error.format_message(), mark.location) from None
        except BacktraceError as error:  # which may have a place of its own, in a config
            raise BacktraceError(str(error), mark.location) from None

    def output(self, words: str) -> Output:
        """What a command prints."""
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
            raise Ended(Exit.INTERRUPTED)
        if code not in (Exit.FINE, Exit.MISTAKES):
            raise BacktraceError(
                f"backtrace {name} ended with exit code {int(code)}; run by itself it tells why"
            )
        return Output(passage.getvalue(), form, is_part, words)

    def number(self, words: str) -> str:
        """One number as its mark asks for it."""
        with one_number.make_context("bt", _split(words), self.context()) as context:
            text: str = one_number.invoke(context)
        return text

    def context(self) -> click.Context:
        names = ["-h", "--help"]
        return click.Context(
            cli, info_name="backtrace", obj=self, terminal_width=Passage.columns, help_option_names=names
        )

    def trace(
        self,
        config: str,
        settings: tuple[tuple[str, str], ...],
        inputs: str | None,
        targets: str | None,
        step: int | None,
        sample: int | None,
        hand: dict[str, int] | None,
    ) -> Trace:
        """A worked-out config, of which several numbers may stand in the document."""
        from backtrace.cli.what_if import what_if
        from backtrace.config.load import load
        from backtrace.library import trace

        key = (config, settings, inputs, targets, step, sample, None if hand is None else tuple(hand.items()))
        if key not in self.traces:
            problem, own = what_if(load(config), settings, inputs, targets, sample)
            try:
                worked = trace(problem, step=step, sample=own, hand=hand)
            except NotDifferentiableError:
                worked = trace(problem, step=step, sample=own, hand=hand, only="forward")
            if len(self.traces) == _KEPT_TRACES:
                self.traces.pop(next(iter(self.traces)))
            self.traces[key] = worked
        return self.traces[key]


@click.command("bt", add_help_option=False)
@click.argument("config")
@click.argument("name", metavar="ID")
@click.argument("spec", metavar="FORMAT", required=False)
@click.option("--sample", metavar="K", type=click.IntRange(1))
@click.option("--step", metavar="K", type=click.IntRange(1, DOCUMENT_STEPS))
@hand_option
@what_if_options
@click.pass_obj
def one_number(
    runner: Runner,
    /,
    config: str,
    name: str,
    spec: str | None,
    sample: int | None,
    step: int | None,
    **how: Any,
) -> str:
    """One number of CONFIG: its ID, or the name that the notation has for it."""
    from backtrace.filling.number_format import number_text

    input_alone(how["inputs"], sample)
    worked = runner.trace(config, step=step, sample=sample, **how)
    found = worked.given(name)
    if found is None:
        try:
            quantity = worked.get(name)
        except KeyError as missing:
            raise BacktraceError(missing.args[0]) from None
        found = quantity, quantity.text
    value, text = found
    return text if spec is None else number_text(value, spec)


def _split(words: str) -> list[str]:
    """The words of a mark, in which quotation marks and backslashes mean what they mean to a shell."""
    try:
        return shlex.split(words)
    except ValueError as error:
        raise BacktraceError(f"{quoted(words, 80)}: {str(error).lower()}") from None


def _refuse(context: click.Context) -> None:
    """Refuse options that have no place in a mark."""
    for name in REFUSED:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise BacktraceError(f"--{name} may not stand in a mark; expected a command that only prints")
    for name in ("step", "steps"):
        if (context.params.get(name) or 0) > DOCUMENT_STEPS:
            steps = f"{context.params[name]:,}"
            raise BacktraceError(f"--{name} {steps} in a mark; expected at most {DOCUMENT_STEPS:,}")


@contextmanager
def _standing_in(folder: str) -> Iterator[None]:
    """Stand in a folder, so that a mark's paths, and what messages call them, begin there."""
    try:
        before = os.getcwd()
    except OSError as error:  # it was deleted, so there would be no way back to it
        raise cannot_read(".", error) from None
    try:
        os.chdir(folder)
    except OSError as error:
        raise cannot_read(folder, error) from None
    try:
        yield
    finally:
        os.chdir(before)

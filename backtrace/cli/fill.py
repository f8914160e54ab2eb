"""`backtrace fill`: regenerates the numbers between the marks of a document."""

from __future__ import annotations

import gc
from collections.abc import Sequence

import click

from backtrace.cli import Exit, say
from backtrace.cli.options import flag
from backtrace.cli.output import writing_to
from backtrace.errors import BacktraceError, printable, quoted
from backtrace.filling.document import Document, Replacement, difference, read_document, replaced


@click.command("fill")
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@flag("--check", "Write nothing; print what would change (exit code 3 if anything would).")
def command(documents: tuple[str, ...], check: bool) -> int:
    """Regenerate the numbers between the marks of each DOCUMENT; every other byte stays.

    What a command prints stands between <!-- backtrace: trace or-gate --> and <!-- /backtrace -->, each on a
    line of its own; one number between <!-- bt or-gate E .3f --> and <!-- /bt -->. DOCUMENT is Markdown or
    HTML, or LaTeX, where the marks are comments too: % backtrace: trace or-gate.

    trace, explain, train, draw and check may stand in a mark. They read bundled examples and what is in the
    document's folder, or below.
    """
    gc.enable()  # the command line runs without: one trace makes no cycles, hundreds of commands do
    code = Exit.FINE
    for file in documents:
        try:
            outdated = _fill(file, check)
        except BacktraceError as error:
            code = say(str(error))
        else:
            if outdated and check and code == Exit.FINE:
                code = Exit.MISTAKES
    return code


def _fill(file: str, check: bool) -> int:
    """Fill one document, or show what would change; return in how many places."""
    from backtrace.cli.document_runner import Runner
    from backtrace.filling.marks import read_marks

    document = read_document(file)
    marks = read_marks(document.text, document.kind, printable(file))
    puts = Runner(document).replacements(marks)
    changed = sum(document.text[put.start : put.end] != put.text for put in puts)
    if changed:
        (_show if check else _write)(document, puts)
    places = f"{len(marks):,} place{'' if len(marks) == 1 else 's'}"
    said = f"{changed:,} of {places} {'out of date' if check else 'changed'}" if marks else "no marks"
    say(f"{file}: {said}")
    return changed


def _show(document: Document, puts: Sequence[Replacement]) -> None:
    """Write the difference; at a terminal without control characters, showing line ends if they are mixed."""
    end = "\r" if document.text.count("\r\n") == document.text.count("\n") else ""
    with writing_to(None) as out:
        is_terminal = out.isatty()
        for line in difference(document, puts):
            out.write(f"{printable(line.removesuffix(end)) if is_terminal else line}\n")


def _write(document: Document, puts: Sequence[Replacement]) -> None:
    with writing_to(document.file) as out:
        out.write(document.bom + replaced(document.text, puts))
        if read_document(document.file) != document:
            name = quoted(document.file, 120)
            raise BacktraceError(f"{name}: changed by somebody else while it was filled; nothing is written")

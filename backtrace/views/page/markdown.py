"""Text in Markdown: escaped, as code, as a heading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain
from typing import TextIO

from backtrace.errors import printable

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|&~$"})


def write_heading(lines: Iterable[str], out: TextIO) -> None:
    """The title as a heading, and below it the facts that the numbers depend on."""
    title, *rest = lines
    out.write(f"## {escaped(title)}\n\n" + "".join(f"{escaped(line)}  \n" for line in rest))


def table_lines(headings: Sequence[str], rows: Iterable[Sequence[str]], right: Set[int]) -> Iterator[str]:
    """A table of cells; the columns in `right` are aligned to the right."""
    rules = ("---:" if place in right else "---" for place in range(len(headings)))
    return (f"| {' | '.join(cells)} |" for cells in chain((headings, rules), rows))


def escaped(text: str) -> str:
    """Text in which nothing acts as Markdown or HTML."""
    return printable(text).translate(_SPECIAL)


def span(text: str) -> str:
    """Any text as a code span, or escaped where a code span would not hold it."""
    text = printable(text)
    return escaped(text) if "`" in text or "\\" in text or not text.strip() else code(text)


def code(text: str) -> str:
    """A code span for a table cell, where a bar must be escaped."""
    return "`" + text.replace("|", "\\|") + "`"

"""A document: read whole, with other text put in some places, and compared line by line.

Every byte outside of the places stays: line ends, a byte order mark, a missing newline at the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from backtrace.config.files import read_file
from backtrace.config.nodes import decode
from backtrace.errors import BacktraceError, printable, quoted
from backtrace.filling.comments import Kind

_BOM = "\ufeff"
_COMPARED = 2_000  # lines of one place; of longer ones every line counts as changed
_CONTEXT = 3

# XHTML is not among them: a comment in XML cannot have the two hyphens of an option in it.
KINDS: dict[str, Kind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".qmd": "markdown",
    ".rmd": "markdown",
    ".html": "html",
    ".htm": "html",
    ".tex": "latex",
    ".ltx": "latex",
}


class Document(NamedTuple):
    """A document's text, without the byte order mark that its file may begin with."""

    file: str
    kind: Kind
    text: str
    bom: str = ""


class Put(NamedTuple):
    """The new text of a place: it replaces what stands from `start` to `end`."""

    start: int
    end: int
    text: str


def read_document(file: str) -> Document:
    """The document in a file.

    Raises:
        BacktraceError: it cannot be read, is not UTF-8, or is no kind of document that has marks.
    """
    name, kind = quoted(file, 120), KINDS.get(os.path.splitext(file)[1].lower())
    if os.path.isdir(file):
        inside = quoted(os.path.join(file, "*.md"), 120)
        raise BacktraceError(f"{name}: a folder; expected documents, as {inside}")
    if kind is None:
        raise BacktraceError(f"{name}: no kind of document that has marks; expected .md, .html or .tex")
    data = read_file(file, lambda: "; expected a document")
    bom = _BOM if data.startswith(_BOM.encode()) else ""
    return Document(file, kind, decode(data, printable(file)), bom)


def with_puts(text: str, puts: Sequence[Put]) -> str:
    """The text with some places replaced, which stand in order and do not overlap."""
    pieces, place = [], 0
    for put in puts:
        pieces += [text[place : put.start], put.text]
        place = put.end
    return "".join([*pieces, text[place:]])


def difference(document: Document, puts: Sequence[Put]) -> Iterator[str]:
    """The lines of a unified diff from a document to what it would be, without their newlines."""
    old = _lines(document.text)
    new = _lines(with_puts(document.text, puts))
    name = printable(document.file)
    yield f"--- {name}"
    yield f"+++ {name}"
    for hunk in _Known(_opcodes(document.text, old, new, puts)).get_grouped_opcodes(_CONTEXT):
        first, last = hunk[0], hunk[-1]
        yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@"
        for tag, i, j, k, m in hunk:
            if tag == "equal":
                yield from _marked(" ", old[i:j])
                continue
            yield from _marked("-", old[i:j])
            yield from _marked("+", new[k:m])


Opcode = tuple[str, int, int, int, int]


class _Known(SequenceMatcher):  # type: ignore[type-arg]  # there is nothing that it compares
    """Groups differences that are known; finding them in the whole of a long document takes too long."""

    def __init__(self, found: list[Opcode]) -> None:
        super().__init__(None, [], [])
        self.found = found

    def get_opcodes(self) -> list[Opcode]:  # type: ignore[override]
        return self.found


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _opcodes(text: str, old: list[str], new: list[str], puts: Sequence[Put]) -> list[Opcode]:
    """Which lines differ; outside of the places that were replaced none do."""
    found: list[Opcode] = []
    i = k = 0  # the lines up to which everything is said, in the old text and the new one
    for first, last, grown in _replaced_lines(text, puts):
        if first > i:
            found.append(("equal", i, first, k, k + first - i))
        k += first - i
        found += _inside(old[first:last], new[k : k + last - first + grown], first, k)
        i, k = last, k + last - first + grown
    if i < len(old):
        found.append(("equal", i, len(old), k, len(new)))
    return found


def _inside(old: list[str], new: list[str], i: int, k: int) -> list[Opcode]:
    """The differences of two stretches of lines that begin at `i` and at `k`."""
    if len(old) > _COMPARED or len(new) > _COMPARED:
        return [("replace", i, i + len(old), k, k + len(new))]
    compared = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(tag, i + a, i + b, k + c, k + d) for tag, a, b, c, d in compared]


def _replaced_lines(text: str, puts: Sequence[Put]) -> Iterator[tuple[int, int, int]]:
    """Stretches of lines that hold replaced places: from which, to which, and by how many they grow."""
    line = place = 0
    first = last = grown = -1
    for put in puts:
        if text[put.start : put.end] == put.text:
            continue
        line += text.count("\n", place, put.start)
        begins = line
        line += text.count("\n", put.start, put.end)
        place = put.end
        more = put.text.count("\n") - text.count("\n", put.start, put.end)
        if first >= 0 and begins <= last:
            last, grown = line + 1, grown + more
            continue
        if first >= 0:
            yield first, last, grown
        first, last, grown = begins, line + 1, more
    if first >= 0:
        yield first, last, grown


def _marked(sign: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield sign + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _range(start: int, end: int) -> str:
    """A stretch of lines as a unified diff gives it."""
    count = end - start
    return f"{start + 1}" if count == 1 else f"{start + 1 if count else start},{count}"

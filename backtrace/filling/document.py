"""A document: read whole, with the text of some places replaced, and compared line by line.

Owns the file. Every byte outside of the places is kept: line ends, a byte order mark, a missing newline at
the end. Must not know how a place is filled.
"""

from __future__ import annotations

import io
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
    **dict.fromkeys((".md", ".markdown", ".qmd", ".rmd"), "markdown"),
    **dict.fromkeys((".html", ".htm"), "html"),
    **dict.fromkeys((".tex", ".ltx"), "latex"),
}


class Document(NamedTuple):
    """A document's text, without the byte order mark that its file may begin with."""

    file: str
    kind: Kind
    text: str
    bom: str = ""


class Replacement(NamedTuple):
    """The new text of a place, from `start` to `end` in the old text."""

    start: int
    end: int
    text: str


def read_document(file: str) -> Document:
    """The document in a file.

    Raises:
        BacktraceError: the file cannot be read, is not UTF-8, or its kind of document has no marks.
    """
    name, kind = quoted(file, 120), KINDS.get(os.path.splitext(file)[1].lower())
    if os.path.isdir(file):
        inside = quoted(os.path.join(file, "*.md"), 120)
        raise BacktraceError(f"{name}: a folder; expected documents, as {inside}")
    if kind is None:
        raise BacktraceError(f"{name}: only .md, .html and .tex documents can have marks")
    data = read_file(file, lambda: "; expected a document")
    bom = _BOM if data.startswith(_BOM.encode()) else ""
    return Document(file, kind, decode(data, printable(file)), bom)


def replaced(text: str, replacements: Sequence[Replacement]) -> str:
    """The text after replacements, which are in order and do not overlap."""
    pieces, place = [], 0
    for new in replacements:
        pieces += [text[place : new.start], new.text]
        place = new.end
    return "".join([*pieces, text[place:]])


def difference(document: Document, replacements: Sequence[Replacement]) -> Iterator[str]:
    """The lines of a unified diff from a document to the one with replacements, without their newlines."""
    old = list(io.StringIO(document.text))  # which breaks lines at "\n" only
    new = list(io.StringIO(replaced(document.text, replacements)))
    name = printable(document.file)
    yield f"--- {name}"
    yield f"+++ {name}"
    known = _KnownDifferences(_opcodes(document.text, old, new, replacements))
    for hunk in known.get_grouped_opcodes(_CONTEXT):
        first, last = hunk[0], hunk[-1]
        yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@"
        for tag, i, j, k, m in hunk:
            yield from _with_sign(" " if tag == "equal" else "-", old[i:j])
            if tag != "equal":
                yield from _with_sign("+", new[k:m])


Opcode = tuple[str, int, int, int, int]


class _KnownDifferences(SequenceMatcher):  # type: ignore[type-arg]  # it compares nothing
    """Groups known differences into hunks.

    difflib would search all lines for them, which takes a minute for 20,000 lines with 2,000 places, although
    no line outside of a place can differ.
    """

    def __init__(self, found: list[Opcode]) -> None:
        super().__init__(None, [], [])
        self.found = found

    def get_opcodes(self) -> list[Opcode]:  # type: ignore[override]
        return self.found


def _opcodes(text: str, old: list[str], new: list[str], replacements: Sequence[Replacement]) -> list[Opcode]:
    """Equal and differing lines of both texts; only places that were replaced are compared."""
    found: list[Opcode] = []
    i = k = 0  # the next line in the old text, and in the new one
    for first, last, grown in _replaced_lines(text, replacements):
        found.append(("equal", i, first, k, k + first - i))
        k += first - i
        found += _inside(old[first:last], new[k : k + last - first + grown], first, k)
        i, k = last, k + last - first + grown
    return [*found, ("equal", i, len(old), k, len(new))]


def _inside(old: list[str], new: list[str], i: int, k: int) -> list[Opcode]:
    """The differences of two runs of lines, which begin at `i` in the old text and at `k` in the new one."""
    if len(old) > _COMPARED or len(new) > _COMPARED:
        return [("replace", i, i + len(old), k, k + len(new))]
    compared = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(tag, i + a, i + b, k + c, k + d) for tag, a, b, c, d in compared]


def _replaced_lines(text: str, replacements: Sequence[Replacement]) -> list[tuple[int, int, int]]:
    """Runs of lines with replaced places: the first, the one after the last, the count of lines added."""
    runs: list[tuple[int, int, int]] = []
    line = place = 0
    for new in replacements:
        if text[new.start : new.end] == new.text:
            continue
        first = line + text.count("\n", place, new.start)
        line, place = first + text.count("\n", new.start, new.end), new.end
        grown = new.text.count("\n") - (line - first)
        if runs and first <= runs[-1][1]:
            first, _, before = runs.pop()
            grown += before
        runs.append((first, line + 1, grown))
    return runs


def _with_sign(sign: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield sign + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _range(start: int, end: int) -> str:
    """A run of lines in the header of a hunk."""
    count = end - start
    return f"{start + 1}" if count == 1 else f"{start + 1 if count else start},{count}"

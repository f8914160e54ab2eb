"""HTML → its lines of text, with the numbers they have in the file.

A table's row becomes one line between bars, MathML's fractions and indices become LaTeX's. Must not know what
the text says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import groupby
from operator import itemgetter

from backtrace.checking.reading.lines import DocumentLine

SCRIPTS = {"sub": "_{", "sup": "^{"}

_HIDDEN = frozenset("script style head annotation noscript template svg".split())
_BLOCKS = frozenset(
    "p div td th tr li br h1 h2 h3 h4 h5 h6 table ul ol pre blockquote section article body dd dt hr".split()
)
# Before each part of a MathML element, as LaTeX has it: \frac{…}{…}, {…}_{…}^{…}.
_PART_MARKS = {
    "mfrac": ("", ""),
    "mover": ("", "\\phantom"),
    "msub": ("", "_"),
    "msup": ("", "^"),
    "msubsup": ("", "_", "^"),
}

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# The parser looks for the end of a tag from each "<" where one may begin, which takes quadratic time; so
# here a "<" without an end is made text first.
_NO_TAG = re.compile(r"<(?!/?[A-Za-z][^<>]{0,2000}>)")


def html_lines(text: str) -> Iterator[DocumentLine]:
    """The lines of text that a browser would show; there is an empty one before each table."""
    without = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    parser = _HtmlText()
    parser.feed(_NO_TAG.sub("&lt;", without))
    parser.close()
    for (number, _), pieces in groupby(parser.pieces, key=itemgetter(0)):
        yield DocumentLine(number, "".join(piece for _, piece in pieces))


@dataclass
class _MathParts:
    """An open MathML fraction or script: the marks before its parts to come, and the depth of this one."""

    tag: str
    marks: list[str]
    depth: int = 0


class _HtmlText(HTMLParser):
    """Collects pieces of text with their lines; a new block begins a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[tuple[int, int], str]] = []  # (line, block), text
        self.block = 0
        self.hidden: str | None = None
        self.nested = 0  # elements of the hidden one's name within it
        self.row: int | None = None  # the line of the table's row that is open: all of it is one line
        self.parts: list[_MathParts] = []

    def put(self, text: str) -> None:
        line = self.getpos()[0]
        if self.row is not None:
            line, text = self.row, text.replace("\n", " ")
        for offset, piece in enumerate(text.split("\n")):
            if piece:
                self.pieces.append(((line + offset, self.block), piece))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if self.hidden:
            self.nested += tag == self.hidden
            return
        if tag == "script" and (attributes.get("type") or "").startswith("math/tex"):
            self.put("$")
            return
        if tag in _HIDDEN or (attributes.get("aria-hidden") == "true" and tag not in ("img", "br")):
            self.hidden, self.nested = tag, 1
            return
        self.begin_block(tag)
        if tag == "img" and "=" in (attributes.get("alt") or ""):
            self.put(f"${attributes['alt']}$")
        if self.parts:
            parts = self.parts[-1]
            if parts.depth == 0:
                self.put(f"{parts.marks[0]}{{")
                del parts.marks[: len(parts.marks) > 1]  # one part too many has the mark of the last
            parts.depth += 1
        if tag in _PART_MARKS:
            self.parts.append(_MathParts(tag, list(_PART_MARKS[tag])))
            self.put({"mfrac": "\\frac", "mover": "\\hat"}.get(tag, ""))
        elif tag in SCRIPTS:
            self.put(SCRIPTS[tag])

    def begin_block(self, tag: str) -> None:
        """Begin a new line; but a table's row is one line, unless its cells have blocks in them."""
        if tag not in _BLOCKS:
            return
        if tag in ("td", "th") and self.row is not None:
            self.put("|")
            return
        if tag == "tr":
            self.end_row()
        self.block += 1
        self.row = self.getpos()[0] if tag == "tr" else None
        if tag == "table":
            self.put(" ")
            self.block += 1

    def end_row(self) -> None:
        if self.row is not None:
            self.put("|")
            self.row = None

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            self.nested -= tag == self.hidden
            if not self.nested:
                self.hidden = None
            return
        if tag in ("tr", "table"):
            self.end_row()
        self.block += tag in _BLOCKS and self.row is None
        if tag == "script":
            self.put("$")
        elif tag in SCRIPTS:
            self.put("}")
        if self.parts and self.parts[-1].tag == tag:
            self.parts.pop()
        if self.parts and self.parts[-1].depth:
            self.parts[-1].depth -= 1
            if not self.parts[-1].depth:
                self.put("}")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.put(data)

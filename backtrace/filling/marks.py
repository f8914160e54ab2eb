"""The marks of a document: pairs of comments with the numbers between them. Must not know any number.

A block of whole lines is between `<!-- backtrace: trace or-gate -->` and `<!-- /backtrace -->`, one number
between `<!-- bt or-gate E .3f -->` and `<!-- /bt -->`. In LaTeX they are `% backtrace: trace or-gate` and
`% /backtrace`, `% bt or-gate E .3f` and, at the end of the line after that, `% /bt`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from backtrace.errors import BacktraceError, Location, quoted
from backtrace.filling.comments import Comment, Kind, comments
from backtrace.limits import MARKS

# The commands that may stand in a mark.
COMMANDS = ("trace", "explain", "train", "draw", "check")
MARK_CHARACTERS = 2_000  # in one mark

_FORMS = {
    "block": re.compile(r"backtrace\s*:(.*)", re.DOTALL),
    "/block": re.compile(r"/backtrace()"),
    "number": re.compile(r"bt(?!\S)(.*)", re.DOTALL),
    "/number": re.compile(r"/bt()"),
}
_SIGNS = {"block": "backtrace: COMMAND", "/block": "/backtrace", "number": "bt CONFIG ID", "/number": "/bt"}
_WORD = re.compile(r"/?\s*(backtrace|bt)\b(?P<sign>\s*:)?\s*(?P<next>\S*)", re.IGNORECASE)
_NEWLINE = re.compile(r"\r\n|\n|\r")
_REST_OF_LINE = re.compile(r"[ \t]*(?P<newline>\r\n|\n|\r|\Z)")


class DocumentMark(NamedTuple):
    """The request of a mark, and its place in the document: `text[start:end]` is replaced.

    `prefix` begins every line of a block (in a list's item, or a quotation).
    """

    words: str
    is_block: bool
    location: Location
    start: int
    end: int
    prefix: str = ""
    newline: str = "\n"


class _Mark(NamedTuple):
    """A comment that is one mark of a pair."""

    what: str
    words: str
    comment: Comment


def read_marks(text: str, kind: Kind, file: str) -> list[DocumentMark]:
    """The marks of a document, in order.

    Raises:
        BacktraceError: a mark is unknown, is not closed, or is inside another one.
    """
    return list(_Marks(text, kind, file).read())


class _Marks:
    def __init__(self, text: str, kind: Kind, file: str) -> None:
        self.text = text
        self.kind = kind
        self.file = file
        self.lines = [0, *(found.end() for found in _NEWLINE.finditer(text))]

    def read(self) -> Iterator[DocumentMark]:
        opening: _Mark | None = None
        marks = filter(None, map(self.mark, comments(self.text, self.kind)))
        for count, mark in enumerate(marks, start=1):
            if count > 2 * MARKS:
                self.fail(mark.comment, f"more than {MARKS:,} marks in one document")
            if opening is None:
                if mark.what.startswith("/"):
                    self.fail(
                        mark.comment, f"nothing to close here; expected {self.sign(mark.what[1:])} before"
                    )
                opening = mark
            elif mark.what == f"/{opening.what}":
                place = self.block if opening.what == "block" else self.number
                yield place(opening, mark.comment)
                opening = None
            else:
                line = self.location(opening.comment).line
                expected = self.sign(f"/{opening.what}")
                self.fail(mark.comment, f"a mark inside that of line {line}; expected {expected} before")
        if opening is not None:
            expected = self.sign(f"/{opening.what}")
            self.fail(opening.comment, f"a mark that is not closed; expected {expected} after it")

    def mark(self, comment: Comment) -> _Mark | None:
        """The mark that a comment is; None if it is no mark."""
        body = comment.body.strip()
        word = _WORD.match(body)
        if word is None:
            return None
        matches = ((what, form.fullmatch(body)) for what, form in _FORMS.items())
        found = next(((what, match[1].strip()) for what, match in matches if match), None)
        is_prose = word["next"] and word["next"] not in COMMANDS  # "backtrace says"
        if found is None and is_prose and body[0] != "/" and not word["sign"]:
            return None
        if len(body) > MARK_CHARACTERS or "<!--" in body:
            end = "the end of the line" if self.kind == "latex" else "-->"
            self.fail(comment, f"a mark that does not end; expected {end} after it")
        if found is None:
            expected = ", ".join(self.sign(what) for what in _SIGNS)
            self.fail(comment, f"{quoted(body)} is no mark; expected one of {expected}")
        return _Mark(*found, comment)

    def block(self, opening: _Mark, closing: Comment) -> DocumentMark:
        """The place between two marks, each alone on its line."""
        rest, _ = self.rest_of_line(opening.comment), self.rest_of_line(closing)
        start = self.line_start(opening.comment.start)
        prefix = self.text[start : opening.comment.start] if self.kind == "markdown" else ""
        end = self.line_start(closing.start)
        place = self.location(opening.comment)
        return DocumentMark(opening.words, True, place, rest.end(), end, prefix, rest["newline"])

    def rest_of_line(self, comment: Comment) -> re.Match[str]:
        """The end of the line that a comment is alone on."""
        before = self.text[self.line_start(comment.start) : comment.start]
        rest = _REST_OF_LINE.match(self.text, comment.end)
        if rest is None or before.strip(" \t>" if self.kind == "markdown" else " \t"):
            self.fail(comment, "a block mark must be alone on its line")
        return rest

    def number(self, opening: _Mark, closing: Comment) -> DocumentMark:
        """The place of one number: the text between two marks, without the blanks at its ends."""
        start, end = opening.comment.end, closing.start
        if self.kind == "latex":  # a comment takes the rest of its line
            newline = _NEWLINE.match(self.text, start)
            start = newline.end() if newline else start
        between = self.text[start:end]
        if _NEWLINE.search(between):
            expected = f"{self.sign('/number')} on the {'next' if self.kind == 'latex' else 'same'} line"
            self.fail(opening.comment, f"a mark that is not closed; expected {expected}")
        start += len(between) - len(between.lstrip())
        end = max(start, start + len(between.strip()))
        return DocumentMark(opening.words, False, self.location(opening.comment), start, end)

    def sign(self, what: str) -> str:
        """A mark's syntax, for a message."""
        return f"% {_SIGNS[what]}" if self.kind == "latex" else f"<!-- {_SIGNS[what]} -->"

    def line_start(self, place: int) -> int:
        return self.lines[bisect_right(self.lines, place) - 1]

    def location(self, comment: Comment) -> Location:
        line = bisect_right(self.lines, comment.start)
        return Location(self.file, line, comment.start - self.lines[line - 1] + 1)

    def fail(self, comment: Comment, message: str) -> NoReturn:
        raise BacktraceError(message, self.location(comment))

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
_BLANK = re.compile(r"[ \t]*")
_NEWLINE = re.compile(r"\r\n|\n|\r")


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


class _Opening(NamedTuple):
    """The first mark of a pair."""

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
        opening: _Opening | None = None
        count = 0
        for comment in comments(self.text, self.kind):
            found = self.classify(comment)
            if found is None:
                continue
            what, words = found
            count += 1
            if count > 2 * MARKS:
                self.fail(comment, f"more than {MARKS:,} marks in one document")
            if opening is None and what.startswith("/"):
                self.fail(comment, f"nothing to close here; expected {self.sign(what[1:])} before")
            if opening is None:
                opening = _Opening(what, words, comment)
            elif what != f"/{opening.what}":
                self.fail_unclosed(opening, comment)
            else:
                yield self.block(opening, comment) if what == "/block" else self.number(opening, comment)
                opening = None
        if opening is not None:
            self.fail_unclosed(opening, None)

    def classify(self, comment: Comment) -> tuple[str, str] | None:
        """The kind of mark that a comment is, and its words; None if it is no mark."""
        body = comment.body.strip()
        word = _WORD.match(body)
        if word is None:
            return None
        found = next(
            ((what, match) for what, form in _FORMS.items() if (match := form.fullmatch(body))), None
        )
        is_prose = word["next"] and word["next"] not in COMMANDS  # "backtrace says"
        if found is None and is_prose and body[0] != "/" and not word["sign"]:
            return None
        if len(body) > MARK_CHARACTERS or "<!--" in body:
            end = "the end of the line" if self.kind == "latex" else "-->"
            self.fail(comment, f"a mark that does not end; expected {end} after it")
        if found is None:
            expected = ", ".join(self.sign(what) for what in _SIGNS)
            self.fail(comment, f"{quoted(body)} is no mark; expected one of {expected}")
        return found[0], found[1][1].strip()

    def block(self, opening: _Opening, closing: Comment) -> DocumentMark:
        """The place between two marks, each alone on its line."""
        for comment in (opening.comment, closing):
            before = self.text[self.line_start(comment.start) : comment.start]
            after = _BLANK.match(self.text, comment.end)
            ends = after is None or after.end() == len(self.text) or self.text[after.end()] in "\r\n"
            if before.strip(" \t>" if self.kind == "markdown" else " \t") or not ends:
                self.fail(comment, "a block mark must be alone on its line")
        newline = _NEWLINE.search(self.text, opening.comment.end)
        if newline is None or newline.end() > closing.start:
            self.fail(closing, "a block mark must be alone on its line")
        start = self.line_start(opening.comment.start)
        prefix = self.text[start : opening.comment.start] if self.kind == "markdown" else ""
        end = self.line_start(closing.start)
        place = self.location(opening.comment)
        return DocumentMark(opening.words, True, place, newline.end(), end, prefix, newline[0])

    def number(self, opening: _Opening, closing: Comment) -> DocumentMark:
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

    def fail_unclosed(self, opening: _Opening, other: Comment | None) -> NoReturn:
        expected = f"expected {self.sign('/' + opening.what)}"
        if other is None:
            self.fail(opening.comment, f"a mark that is not closed; {expected} after it")
        line = self.location(opening.comment).line
        self.fail(other, f"a mark inside that of line {line}; {expected} before")

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

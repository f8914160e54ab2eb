"""The marks of a document: pairs of comments, between which its numbers stand.

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
_WORD = re.compile(r"/?\s*(backtrace|bt)\b(?P<sign>\s*:)?\s*(?P<next>\S*)", re.IGNORECASE)
_BLANK = re.compile(r"[ \t]*")
_NEWLINE = re.compile(r"\r\n|\n|\r")


class Mark(NamedTuple):
    """What is to stand in a place of a document, and where: `text[start:end]` is replaced.

    `prefix` is what every line of a block begins with (in a list's item, or a quotation).
    """

    words: str
    is_block: bool
    location: Location
    start: int
    end: int
    prefix: str = ""
    newline: str = "\n"


class _Opened(NamedTuple):
    """A mark that is yet to be closed."""

    what: str
    words: str
    comment: Comment


def read_marks(text: str, kind: Kind, file: str) -> list[Mark]:
    """The marks of a document, in order.

    Raises:
        BacktraceError: a mark is none of these, is not closed, or stands inside another one.
    """
    return list(_Marks(text, kind, file).read())


class _Marks:
    def __init__(self, text: str, kind: Kind, file: str) -> None:
        self.text = text
        self.kind = kind
        self.file = file
        self.lines = [0, *(found.end() for found in _NEWLINE.finditer(text))]

    def read(self) -> Iterator[Mark]:
        opened: _Opened | None = None
        count = 0
        for comment in comments(self.text, self.kind):
            found = self.classified(comment)
            if found is None:
                continue
            what, words = found
            count += 1
            if count > 2 * MARKS:
                self.fail(comment, f"more than {MARKS:,} marks; expected fewer in one document")
            if opened is None and what.startswith("/"):
                self.fail(comment, f"nothing to close here; expected {self.sign(what[1:])} before")
            if opened is None:
                opened = _Opened(what, words, comment)
            elif what != f"/{opened.what}":
                self.fail_unclosed(opened, comment)
            else:
                yield self.block(opened, comment) if what == "/block" else self.number(opened, comment)
                opened = None
        if opened is not None:
            self.fail_unclosed(opened, None)

    def classified(self, comment: Comment) -> tuple[str, str] | None:
        """What kind of mark a comment is, and the words in it; None if it is none."""
        body = comment.body.strip()
        word = _WORD.match(body)
        if word is None:
            return None
        found = next(((what, said) for what, form in _FORMS.items() if (said := form.fullmatch(body))), None)
        is_told = word["next"] and word["next"] not in COMMANDS  # "backtrace says"
        if found is None and is_told and body[0] != "/" and not word["sign"]:
            return None
        if len(body) > MARK_CHARACTERS or "<!--" in body:
            self.fail(comment, f"a mark that does not end; expected {self.end_sign()} after it")
        if found is None:
            self.fail_unknown(comment, body)
        return found[0], found[1][1].strip()

    def fail_unknown(self, comment: Comment, body: str) -> NoReturn:
        expected = ", ".join(self.sign(what) for what in _FORMS)
        self.fail(comment, f"{quoted(body)} is no mark; expected one of {expected}")

    def block(self, opened: _Opened, closing: Comment) -> Mark:
        """The place between two marks that each have a line of their own."""
        for comment in (opened.comment, closing):
            before = self.text[self.line_start(comment.start) : comment.start]
            after = _BLANK.match(self.text, comment.end)
            ends = after is None or after.end() == len(self.text) or self.text[after.end()] in "\r\n"
            if before.strip(" \t>" if self.kind == "markdown" else " \t") or not ends:
                self.fail(comment, "something else on the line of a mark; expected a line of its own")
        newline = _NEWLINE.search(self.text, opened.comment.end)
        if newline is None or newline.end() > closing.start:
            self.fail(closing, "something else on the line of a mark; expected a line of its own")
        start = self.line_start(opened.comment.start)
        prefix = self.text[start : opened.comment.start] if self.kind == "markdown" else ""
        end = self.line_start(closing.start)
        place = self.location(opened.comment)
        return Mark(opened.words, True, place, newline.end(), end, prefix, newline[0])

    def number(self, opened: _Opened, closing: Comment) -> Mark:
        """The place of one number: what is not blank between two marks."""
        start, end = opened.comment.end, closing.start
        if self.kind == "latex":  # a comment takes the rest of its line
            newline = _NEWLINE.match(self.text, start)
            start = newline.end() if newline else start
        between = self.text[start:end]
        if _NEWLINE.search(between):
            expected = f"{self.sign('/number')} on the {'next' if self.kind == 'latex' else 'same'} line"
            self.fail(opened.comment, f"a mark that is not closed; expected {expected}")
        start += len(between) - len(between.lstrip())
        end = max(start, start + len(between.strip()))
        return Mark(opened.words, False, self.location(opened.comment), start, end)

    def fail_unclosed(self, opened: _Opened, other: Comment | None) -> NoReturn:
        expected = f"expected {self.sign('/' + opened.what)}"
        if other is None:
            self.fail(opened.comment, f"a mark that is not closed; {expected} after it")
        line = self.location(opened.comment).line
        self.fail(other, f"a mark inside that of line {line}; {expected} before")

    def sign(self, what: str) -> str:
        """A mark as it is written, for a message."""
        shown = {
            "block": "backtrace: COMMAND",
            "/block": "/backtrace",
            "number": "bt CONFIG ID",
            "/number": "/bt",
        }[what]
        return f"% {shown}" if self.kind == "latex" else f"<!-- {shown} -->"

    def end_sign(self) -> str:
        return "the end of the line" if self.kind == "latex" else "-->"

    def line_start(self, place: int) -> int:
        return self.lines[bisect_right(self.lines, place) - 1]

    def location(self, comment: Comment) -> Location:
        line = bisect_right(self.lines, comment.start)
        return Location(self.file, line, comment.start - self.lines[line - 1] + 1)

    def fail(self, comment: Comment, message: str) -> NoReturn:
        raise BacktraceError(message, self.location(comment))

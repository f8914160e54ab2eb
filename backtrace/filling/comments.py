"""The comments of a document, which may be marks: where each begins and ends, and its text.

Text that only looks like a comment is skipped: code in Markdown, verbatim text in LaTeX. Every scan takes
time in proportion to the document's length, whatever is in it. Must not know what a mark means.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

Kind = Literal["markdown", "html", "latex"]


class Comment(NamedTuple):
    """A comment's text, and where it begins and ends with its delimiters."""

    body: str
    start: int
    end: int


def comments(text: str, kind: Kind) -> Iterator[Comment]:
    """The comments in a document, in order."""
    return _SCANS[kind](text)


# HTML

_OPENING, _CLOSING = "<!--", "-->"


class _CommentEnds:
    """Finds the ends of HTML comments. The last search is kept, so that no text is searched twice."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.next = 0

    def comment(self, start: int) -> Comment | None:
        """The comment that begins at `start`; None if nothing ends it."""
        inside = start + len(_OPENING)
        for nothing in (">", "->"):  # HTML has two comments without any text: <!--> and <!--->
            if self.text.startswith(nothing, inside):
                return Comment("", start, inside + len(nothing))
        if 0 <= self.next < inside:
            self.next = self.text.find(_CLOSING, inside)
        if self.next < 0:
            return None
        return Comment(self.text[inside : self.next], start, self.next + len(_CLOSING))


def _in_html(text: str) -> Iterator[Comment]:
    ends, start = _CommentEnds(text), text.find(_OPENING)
    while start >= 0:
        comment = ends.comment(start)
        if comment is None:
            return
        yield comment
        start = text.find(_OPENING, comment.end)


# Markdown

_LINE = r"(?:^|(?<=\r)(?!\n))"
_MARKER = r"(?:[-*+]|[0-9]{1,9}[.)])[ \t]+"  # of a list's item
_CODE = re.compile(
    rf"(?P<fence>{_LINE}[ \t>]*(?:{_MARKER})*(?P<signs>`{{3,}}|~{{3,}}))(?P<info>[^\r\n]*)"
    r"|\\[\\`<]|(?P<ticks>`+)|(?P<comment><!--)",
    re.MULTILINE,
)
# A run of backticks is only closed in its own paragraph, which one of these ends.
_PARAGRAPH_END = re.compile(
    rf"{_LINE}[ \t>]*(?:[\r\n]|\Z|<!--|`{{3,}}[^`\r\n]*(?:[\r\n]|\Z)|~{{3}}|#|{_MARKER})", re.MULTILINE
)


def _in_markdown(text: str) -> Iterator[Comment]:
    ends, ticks, place = _CommentEnds(text), _Ticks(text), 0
    while found := _CODE.search(text, place):
        place = found.end()
        if found["fence"] is not None and not (found["signs"][0] == "`" and "`" in found["info"]):
            place = _after_fence(text, place, found["fence"], found["signs"])
        elif found["fence"] is not None:
            place = ticks.after(found.start("signs"), len(found["signs"]))
        elif found["ticks"]:
            place = ticks.after(found.start(), len(found["ticks"]))
        elif found["comment"]:
            comment = ends.comment(found.start())
            if comment is None:
                return
            yield comment
            place = comment.end


def _after_fence(text: str, place: int, fence: str, signs: str) -> int:
    """The end of a fenced block that `fence` opens, whose last characters are `signs`.

    Signs that are indented by four columns more do not end it. The end of a quotation around it does, and so
    does the end of the text.
    """
    quotation = rf"(?:[ \t]*>){{{fence.count('>')}}}"
    most = min(len(fence.expandtabs(4)) - len(signs) + 3, 1_000)
    closing = rf"{quotation}[ \t]{{0,{most}}}{signs[0]}{{{len(signs)},}}[ \t]*(?=[\r\n]|\Z)"
    found = re.compile(rf"{_LINE}(?:(?!{quotation})|{closing})", re.MULTILINE).search(text, place)
    return found.end() if found else len(text)


class _Ticks:
    """Code between backticks: the runs of backticks in a paragraph, by their length."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = 0  # of the paragraph that `runs` is about
        self.runs: dict[int, list[int]] = {}

    def after(self, start: int, length: int) -> int:
        """The end of the code that a run of backticks opens; the end of the run, if it opens none."""
        if start >= self.end:
            self.read_paragraph(start)
        places = self.runs.get(length, [])
        index = bisect_left(places, start + length)
        return (places[index] if index < len(places) else start) + length

    def read_paragraph(self, start: int) -> None:
        found = _PARAGRAPH_END.search(self.text, start + 1)
        self.end = max(found.start(), start + 1) if found else len(self.text)
        self.runs = {}
        for run in re.compile("`+").finditer(self.text, start, self.end):
            self.runs.setdefault(run.end() - run.start(), []).append(run.start())


# LaTeX

_VERBATIM = "verbatim|Verbatim|lstlisting|minted|comment"
_LISTING = r"lstinline(?:\[[^\]\r\n]{0,200}\])?"
_TEX = re.compile(
    rf"\\begin\{{(?P<verbatim>(?:{_VERBATIM})\*?)\}}"
    rf"|\\(?:verb\*?|{_LISTING})(?P<sign>[^\sa-zA-Z*{{[])[^\r\n]{{0,200}}?(?P=sign)"
    rf"|\\(?:url|href|path|{_LISTING})\{{[^{{}}\r\n]{{0,2000}}\}}"  # an address may have a bare % in it
    r"|\\[^\r\n]|(?P<comment>%(?P<body>[^\r\n]*))"
)


def _in_latex(text: str) -> Iterator[Comment]:
    place = 0
    while found := _TEX.search(text, place):
        place = found.end()
        if found["verbatim"]:
            closing = f"\\end{{{found['verbatim']}}}"
            end = text.find(closing, place)
            place = len(text) if end < 0 else end + len(closing)
        elif found["comment"]:
            yield Comment(found["body"], found.start(), found.end())


_SCANS: dict[Kind, Callable[[str], Iterator[Comment]]] = {
    "markdown": _in_markdown,
    "html": _in_html,
    "latex": _in_latex,
}

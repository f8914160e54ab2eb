"""The comments of a document, which may be marks: where each begins and ends, and its text.

Text that only looks like a comment is skipped: code in Markdown, verbatim text in LaTeX. Every scan takes
time in proportion to the document's length, whatever is in it. Must not know what a mark means.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
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

# HTML has two comments without any text: <!--> and <!--->.
_COMMENT = re.compile(r"<!--(?:-?>|(?P<body>.*?)-->)", re.DOTALL)


def _last_end(text: str) -> int:
    """Where the last comment can end: a search up to there never looks in vain for the end of one."""
    return text.rfind("-->") + len("-->")


def _of(found: re.Match[str]) -> Comment:
    return Comment(found["body"] or "", *found.span())


def _in_html(text: str) -> Iterator[Comment]:
    return map(_of, _COMMENT.finditer(text, 0, _last_end(text)))


# Markdown

_LINE = r"(?:^|(?<=\r)(?!\n))"
_MARKER = r"(?:[-*+]|[0-9]{1,9}[.)])[ \t]+"  # of a list's item
_CODE = re.compile(
    # After the backticks of a fence no other one stands in the line: else they are those of code in a text.
    rf"(?P<fence>{_LINE}[ \t>]*(?:{_MARKER})*(?P<signs>`{{3,}}(?!`)(?![^\r\n]*`)|~{{3,}}))[^\r\n]*"
    r"|\\[\\`<]|(?P<ticks>`+)|(?P<comment><!--)",
    re.MULTILINE,
)
# A run of backticks is only closed in its own paragraph, which one of these ends.
_PARAGRAPH_END = re.compile(
    rf"{_LINE}[ \t>]*(?:[\r\n]|\Z|<!--|`{{3,}}[^`\r\n]*(?:[\r\n]|\Z)|~{{3}}|#|{_MARKER})", re.MULTILINE
)


def _in_markdown(text: str) -> Iterator[Comment]:
    after_ticks, last, place = _ends_of_code(text), _last_end(text), 0
    while found := _CODE.search(text, place):
        place = found.end()
        if found["fence"] is not None:
            place = _after_fence(text, place, found["fence"], found["signs"])
        elif found["ticks"]:
            place = after_ticks(found.start(), place)
        elif found["comment"]:
            comment = _COMMENT.match(text, found.start(), last)
            if comment is None:
                return
            yield _of(comment)
            place = comment.end()


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


def _ends_of_code(text: str) -> Callable[[int, int], int]:
    """A function that takes where a run of backticks begins and ends.

    It gives the end of the code that the run opens; the end of the run, if it opens none.
    """
    paragraph_ends = [*(found.start() for found in _PARAGRAPH_END.finditer(text)), len(text)]
    runs: dict[int, list[int]] = {}  # the beginnings of all runs, by their length
    for run in re.finditer("`+", text):
        runs.setdefault(len(run[0]), []).append(run.start())

    def end_of_code(start: int, end: int) -> int:
        places = runs.get(end - start, [])
        index = bisect_left(places, end)
        paragraph_end = paragraph_ends[bisect_right(paragraph_ends, start)]
        is_closed = index < len(places) and places[index] < paragraph_end
        return places[index] + end - start if is_closed else end

    return end_of_code


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

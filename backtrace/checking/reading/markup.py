"""A document of any kind → its lines as plain text, each with its number.

HTML is read with the standard library's parser; what is left of it elsewhere (entities, `<sub>`), and the
marks of Markdown, are taken out line by line. Mathematics stays as it is written.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from itertools import groupby
from operator import itemgetter

from backtrace.checking.reading.lines import Line, numbered_lines
from backtrace.checking.reading.notebook import notebook_lines
from backtrace.limits import LINE_CHARACTERS

HTML_CHARACTERS = 4_000_000  # characters; a longer document is read as text

_IS_HTML = re.compile(r"<!doctype html|</(?:p|div|td|li|body|html|h[1-6]|span|table)>", re.IGNORECASE)
_HIDDEN = frozenset(("script", "style", "head", "annotation", "noscript", "template"))
_BLOCKS = frozenset(
    "p div td th tr li br h1 h2 h3 h4 h5 h6 table ul ol pre blockquote section article body dd dt hr".split()
)
_CELLS = ("td", "th")
_WRITTEN = {"sub": "_{", "sup": "^{"}
_FENCED = ("mfrac", "msub", "msup", "msubsup")

_TAG = re.compile(
    r"</?(?:sub|sup|b|i|u|em|strong|code|span|p|br|li|td|tr|pre|font|div|var)\b[^<>]{0,300}>", re.IGNORECASE
)
_INLINE_COMMENT = re.compile(r"<!--[^<>]*-->")  # such as the marks of a number that `fill` keeps
# The parser looks for the end of a tag from each place where one may begin; here all of them have an end.
_NO_TAG = re.compile(r"<(?!/?[A-Za-z][^<>]{0,2000}>)")
_ADDRESS = re.compile(r"(?:https?|ftp)://\S+|www\.\S+")
_SIZE = re.compile(r"&(?:s|bg|fg)=[0-9A-Fa-f-]{1,6}")
_SPACES = re.compile(r"  +")
_APOSTROPHE = re.compile(r"(?<=[A-Za-z]{2})['’](?=(?:s|t|d|m|re|ll|ve)\b)")
_BULLET = re.compile(r"\s*(?:>\s?)*(?:(?:[•◦▪‣–—]|#{1,6}|\(?[A-Za-z0-9]{1,2}[.)])\s+)?")
_POWER = re.compile(r"(?<=[A-Za-z0-9)\]])\s?\*\*\s?(?=[0-9(])|(?<=[*×·⋅ ]10)\*\*(?=[-−][0-9])")
_COMMENT = re.compile(r"(?<!\\)%.*")
_ALPHABETS = re.compile("[\U0001d400-\U0001d7ff]+")
_SPACED_POINT = re.compile(r"(?<=[0-9])\. (?=[0-9])")
_NEW_BELOW = re.compile("ₙₑw")  # there is no w below the line
_DASH = re.compile(r"–(?=\s?[.0-9(])")
_RULE = re.compile(r"\s*[=\-_*~]{3,}\s*")


def document_lines(text: str, file: str = "") -> Iterator[Line]:
    """The lines of a document; one too long comes as it is. HTML has an empty one before each table."""
    ending = file.lower().rpartition(".")[2]
    is_html = ending in ("html", "htm", "xhtml") or bool(_IS_HTML.search(text, 0, 200_000))
    numbered: Iterable[Line] | None = notebook_lines(text) if ending == "ipynb" else None
    if numbered is None:
        is_parsed = is_html and len(text) <= HTML_CHARACTERS
        numbered = _html_lines(text) if is_parsed else numbered_lines(text)
    for line in numbered:
        is_short = len(line.text) <= LINE_CHARACTERS
        yield Line(line.number, _clean(line.text, comments=ending == "tex")) if is_short else line


def _clean(line: str, comments: bool) -> str:
    """A line without control characters, tags, addresses, bullets and emphasis."""
    line = _INLINE_COMMENT.sub("", line)
    line = _without_alphabets(harmless(html.unescape(_SIZE.sub("", line.replace("&amp;", "&")))))
    if comments:
        line = _COMMENT.sub("", line)
    if _RULE.fullmatch(line):
        return ""
    line = _SPACES.sub("  ", _ADDRESS.sub(" ", _TAG.sub(_as_written, line)))
    line = _APOSTROPHE.sub("", line)
    line = _DASH.sub("-", line[_bullet_end(line) :])
    return _POWER.sub("^", line).replace("**", " ").replace("`", " ").replace("$latex ", "$")


def _without_alphabets(line: str) -> str:
    """Letters and digits of the mathematical alphabets, as they come out of a PDF, made plain ones."""
    plain = _ALPHABETS.sub(lambda run: unicodedata.normalize("NFKC", run[0]), line)
    return line if plain == line else _NEW_BELOW.sub("⁺", _SPACED_POINT.sub(".", plain))


def _bullet_end(line: str) -> int:
    match = _BULLET.match(line)
    return match.end() if match else 0


def harmless(text: str) -> str:
    """Without characters that are not shown: those that take room become spaces."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "" if unicodedata.category(c) == "Cf" else " " for c in text)


def _as_written(tag: re.Match[str]) -> str:
    name = tag[0].strip("</>").split(None, 1)[0].lower()
    if name not in _WRITTEN:
        return "" if name in ("b", "i", "u", "em", "strong", "var", "span", "font", "code") else " \\quad "
    return "}" if tag[0].startswith("</") else _WRITTEN[name]


class _Text(HTMLParser):
    """Collects pieces of text with the lines they stand on; a new block begins a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[tuple[int, int], str]] = []  # (line, block), text
        self.block = 0
        self.hidden: str | None = None
        self.nested = 0  # elements of the hidden one's name within it
        self.row: int | None = None  # the line of a table's row that is open, all of which is one line
        self.parts: list[list[str | int]] = []  # open MathML fractions and scripts: name, parts so far, depth

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
            self.begin_part()
        if tag in _FENCED:
            self.parts.append([tag, 0, 0])
            self.put("\\frac" if tag == "mfrac" else "")
        elif tag in _WRITTEN:
            self.put(_WRITTEN[tag])

    def begin_block(self, tag: str) -> None:
        """A new line; but a table's row is one line, unless its cells have blocks in them."""
        if tag not in _BLOCKS:
            return
        if tag in _CELLS and self.row is not None:
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

    def begin_part(self) -> None:
        """An element within a MathML fraction or script: its first level is put in braces."""
        owner = self.parts[-1]
        if owner[2] == 0:
            scripts = {"msub": ("", "_"), "msup": ("", "^"), "msubsup": ("", "_", "^"), "mfrac": ("", "")}
            marks = scripts[str(owner[0])]
            self.put(f"{marks[min(int(owner[1]), len(marks) - 1)]}{{")
            owner[1] = int(owner[1]) + 1
        owner[2] = int(owner[2]) + 1

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
        elif tag in _WRITTEN:
            self.put("}")
        if tag in _FENCED and self.parts and self.parts[-1][0] == tag:
            self.parts.pop()
        if self.parts and int(self.parts[-1][2]) > 0:
            self.parts[-1][2] = int(self.parts[-1][2]) - 1
            if self.parts[-1][2] == 0:
                self.put("}")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.put(data)


def _without_comments(text: str) -> str:
    """The lines of a comment stay, so that what comes after it keeps its place."""
    kept, position = [], 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        end = len(text) if end < 0 else end + 3
        kept += [text[position:start], "\n" * text.count("\n", start, end)]
        position = end
    return "".join([*kept, text[position:]])


def _html_lines(text: str) -> Iterator[Line]:
    parser = _Text()
    parser.feed(_NO_TAG.sub("&lt;", _without_comments(text)))
    parser.close()
    for (number, _), pieces in groupby(parser.pieces, key=itemgetter(0)):
        yield Line(number, "".join(piece for _, piece in pieces))

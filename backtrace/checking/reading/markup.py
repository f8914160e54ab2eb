"""A document of any kind → its lines as plain text, each with its number.

Entities and tags left in Markdown, and Markdown's own marks, are taken out line by line. Mathematics stays as
it is written: that is for `lexing`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator

from backtrace.checking.reading.html_text import SCRIPTS, html_lines
from backtrace.checking.reading.lines import DocumentLine, numbered_lines
from backtrace.checking.reading.notebook import notebook_lines
from backtrace.limits import LINE_CHARACTERS

HTML_CHARACTERS = 4_000_000  # a longer document is read as text

_IS_HTML = re.compile(r"<!doctype html|</(?:p|div|td|li|body|html|h[1-6]|span|table)>", re.IGNORECASE)
_IN_WORDS = ("b", "i", "u", "em", "strong", "var", "span", "font", "code")  # tags that part nothing
_TAG = re.compile(
    r"</?(?:sub|sup|b|i|u|em|strong|code|span|p|br|li|td|tr|pre|font|div|var)\b[^<>]{0,300}>", re.IGNORECASE
)
_INLINE_COMMENT = re.compile(r"<!--[^<>]*-->")  # such as the marks of a number that `fill` keeps
_ADDRESS = re.compile(r"(?:https?|ftp)://\S+|www\.\S+")  # its = is no equation
_SIZE = re.compile(r"&(?:s|bg|fg)=[0-9A-Fa-f-]{1,6}")  # of WordPress's LaTeX: $latex E&s=2$
_SPACES = re.compile(r"  +")
_APOSTROPHE = re.compile(r"(?<=[A-Za-z]{2})['’](?=(?:s|t|d|m|re|ll|ve)\b)")  # of "it's", but not of σ'
_BULLET = re.compile(r"\s*(?:>\s?)*(?:(?:[•◦▪‣–—]|#{1,6}|\(?[A-Za-z0-9]{1,2}[.)])\s+)?")  # "> 2) "
# x**2 and 10**-4, but not **bold**
_POWER = re.compile(r"(?<=[A-Za-z0-9)\]])\s?\*\*\s?(?=[0-9(])|(?<=[*×·⋅ ]10)\*\*(?=[-−][0-9])")
_COMMENT = re.compile(r"(?<!\\)%.*")
_ALPHABETS = re.compile("[\U0001d400-\U0001d7ff]+")  # 𝑤 and 𝟎
_SPACED_POINT = re.compile(r"(?<=[0-9])\. (?=[0-9])")
_NEW_BELOW = re.compile("ₙₑw")  # there is no w below the line
_DASH = re.compile(r"–(?=\s?[.0-9(])")  # for a minus
# Tables that are drawn with lines, as `trace` does at the terminal.
_BOX = str.maketrans(
    {**dict.fromkeys("│┃║", "|"), **dict.fromkeys("─━═", "-"), **dict.fromkeys("├┤┼╭╮╰╯┬┴┌┐└┘", "|")}
)
_RULE = re.compile(r"\s*[=\-_*~]{3,}\s*")


def document_lines(text: str, file: str = "") -> Iterator[DocumentLine]:
    """The lines of a document; one that is too long comes as it is, and its reader refuses it."""
    ending = file.lower().rpartition(".")[2]
    is_html = ending in ("html", "htm", "xhtml") or bool(_IS_HTML.search(text, 0, 200_000))
    numbered: Iterable[DocumentLine] | None = notebook_lines(text) if ending == "ipynb" else None
    if numbered is None:
        is_parsed = is_html and len(text) <= HTML_CHARACTERS
        numbered = html_lines(text) if is_parsed else numbered_lines(text)
    for line in numbered:
        is_short = len(line.text) <= LINE_CHARACTERS
        yield DocumentLine(line.number, _clean(line.text, comments=ending == "tex")) if is_short else line


def _clean(line: str, comments: bool) -> str:
    """A line without control characters, tags, addresses, bullets and emphasis."""
    line = _INLINE_COMMENT.sub("", line)
    line = _without_alphabets(
        harmless(html.unescape(_SIZE.sub("", line.replace("&amp;", "&"))).translate(_BOX))
    )
    if comments:
        line = _COMMENT.sub("", line)
    if _RULE.fullmatch(line):
        return ""
    line = _SPACES.sub("  ", _ADDRESS.sub(" ", _TAG.sub(_as_written, line)))
    line = _APOSTROPHE.sub("", line)
    bullet = _BULLET.match(line)
    line = _DASH.sub("-", line[bullet.end() :] if bullet else line)
    return _POWER.sub("^", line).replace("**", " ").replace("`", " ").replace("$latex ", "$")


def _without_alphabets(line: str) -> str:
    """Letters and digits of the mathematical alphabets, as they come out of a PDF, made plain ones."""
    plain = _ALPHABETS.sub(lambda run: unicodedata.normalize("NFKC", run[0]), line)
    return line if plain == line else _NEW_BELOW.sub("⁺", _SPACED_POINT.sub(".", plain))


def harmless(text: str) -> str:
    """Without characters that are not shown: those that take room become spaces."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "" if unicodedata.category(c) == "Cf" else " " for c in text)


def _as_written(tag: re.Match[str]) -> str:
    """The mark for a tag in a line of text; one that parts two texts is a wide space."""
    name = tag[0].strip("</>").split(None, 1)[0].lower()
    if name in SCRIPTS:
        return "}" if tag[0].startswith("</") else SCRIPTS[name]
    return "" if name in _IN_WORDS else " \\quad "

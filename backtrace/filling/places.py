"""What is put into the places of a document: a command's output, or one number.

An output stays unchanged, or stands in a fence, in <pre>, or verbatim: one table says which, by the kind of
document and the format of the output; a pair that it lacks is refused. Must not know how the output was
written, nor where a number comes from.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from math import isfinite
from typing import NamedTuple

from backtrace.errors import BacktraceError, quoted
from backtrace.filling.comments import Kind
from backtrace.filling.marks import DocumentMark, read_marks
from backtrace.typesetting.latex import numeral
from backtrace.typesetting.numerals import NOT_FINITE


class Output(NamedTuple):
    """The output of a command in one of its formats; `is_part` if it is a fragment."""

    text: str
    form: str
    is_part: bool
    words: str


Placing = Callable[[Output], str]


def _raw(output: Output) -> str:
    return output.text


def _fence(language: str) -> Placing:
    return lambda output: _fenced(language, output.text)


def _fenced(language: str, text: str) -> str:
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    signs = "`" * (longest + 1)
    return f"{signs}{language}\n{_trimmed(text)}{signs}\n"


def _console(output: Output) -> str:
    """The command line and its output."""
    command = " ".join(line.strip() for line in output.words.splitlines())
    return _fenced("console", f"$ backtrace {command}\n{output.text}")


def _pre(opening: str) -> Placing:
    return lambda output: f"{opening}\n{html.escape(_trimmed(output.text), quote=False)}</pre>\n"


def _verbatim(output: Output) -> str:
    if "\\end{verbatim}" in output.text:
        raise BacktraceError("the output contains \\end{verbatim}")
    return f"\\begin{{verbatim}}\n{_trimmed(output.text)}\\end{{verbatim}}\n"


def _trimmed(text: str) -> str:
    """The lines without the blanks that pad a table's title."""
    return "".join(f"{line.rstrip()}\n" for line in text.split("\n")[:-1])


_TEXTS = "table text json jsonl csv dot mermaid junit gradescope".split()

PLACES: dict[Kind, dict[str, Placing]] = {
    "markdown": {
        # Without a blank line on both sides some readers take Markdown for HTML.
        "markdown": lambda output: f"\n{output.text}\n",
        "svg": _raw,
        "table": _console,
        "text": _console,
        **{form: _fence(form) for form in "json jsonl csv dot mermaid latex".split()},
        "junit": _fence("xml"),
        "gradescope": _fence("json"),
    },
    "html": {
        **dict.fromkeys(_TEXTS, _pre("<pre>")),
        "mermaid": _pre('<pre class="mermaid">'),
        "svg": _raw,
        "html": _raw,
    },
    "latex": {**dict.fromkeys(_TEXTS, _verbatim), "latex": _raw},
}
_TITLES = {"markdown": "Markdown", "html": "an HTML document", "latex": "a LaTeX document"}
_INSTEAD = {"markdown": "markdown, or none", "html": "html, svg, or none", "latex": "latex, or none"}


# Of a number as a format asks for it: `.3f`, `.4g`, `.2e`, `.1%`, and with a comma for the thousands.
DECIMALS_WRITTEN = 30
DIGITS_WRITTEN = 17

_FORMAT = re.compile(r"(?P<comma>,)?\.(?P<places>[0-9]{1,2})(?P<kind>[feg%])")


def number_text(value: float, spec: str) -> str:
    """A number in a format.

    >>> number_text(0.118851, ".3f"), number_text(-0.00027868, ".1e"), number_text(1234.5, ",.0f")
    ('0.119', '-2.8e-04', '1,234')

    Raises:
        BacktraceError: `spec` is no format.
    """
    found = _FORMAT.fullmatch(spec)
    if found is None:
        raise BacktraceError(f"{quoted(spec)} is no format; expected one such as .3f, .4g, .2e or .1%")
    places, kind = int(found["places"]), found["kind"]
    least, most = (1, DIGITS_WRITTEN) if kind == "g" else (0, DECIMALS_WRITTEN)
    if not least <= places <= most:
        raise BacktraceError(f"{quoted(spec)}: {places} places; expected {least} to {most}")
    if not isfinite(value):
        return NOT_FINITE
    # "#" keeps the zeros of significant digits (0.000540), and a point that ends the number, which goes.
    text = f"{value:{'#' if kind == 'g' else ''}{found['comma'] or ''}.{places}{kind}}"
    if kind == "g":
        text = text.removesuffix(".").replace(".e", "e")
    return text[1:] if text[0] == "-" and not re.search("[1-9]", text.partition("e")[0]) else text


def inline_text(text: str, kind: Kind) -> str:
    r"""A number in the syntax of a document.

    In LaTeX a bare % would hide the closing mark, and an e would be a variable.

    >>> inline_text("51.2%", "latex"), inline_text("-2.8e-04", "latex")
    ('51.2\\%', '\\ensuremath{-2.8 \\cdot 10^{-4}}')
    """
    if kind != "latex":
        return text
    return rf"\ensuremath{{{numeral(text)}}}" if "e" in text else text.replace("%", r"\%")


def block_text(output: Output, kind: Kind, mark: DocumentMark) -> str:
    """A command's output in the syntax of a document, with the prefix of the block's lines.

    Raises:
        BacktraceError: the document cannot have output in this format, or the output contains marks itself.
    """
    placing = PLACES[kind].get(output.form)
    if placing is None:
        raise BacktraceError(f"-f {output.form} in {_TITLES[kind]}; expected -f {_INSTEAD[kind]}")
    if output.form == kind and kind != "markdown" and not output.is_part:
        raise BacktraceError(f"-f {output.form} is a whole document; expected --fragment")
    text = output.text if output.text.endswith("\n") or not output.text else f"{output.text}\n"
    lines = placing(output._replace(text=text)).split("\n")[:-1]
    text = "".join(f"{mark.prefix + line if line else mark.prefix.rstrip()}{mark.newline}" for line in lines)
    _refuse_marks(text, kind, mark)
    return text


def _refuse_marks(text: str, kind: Kind, mark: DocumentMark) -> None:
    """Refuse a text that would be read as marks the next time, or hide the closing one."""
    sign = "% {}" if kind == "latex" else "<!-- {} -->"
    opening, closing = (f"{mark.prefix}{sign.format(words)}" for words in ("backtrace: x", "/backtrace"))
    start = len(opening) + len(mark.newline)
    try:
        found = read_marks(f"{opening}{mark.newline}{text}{closing}", kind, "")
        fits = len(found) == 1 and (found[0].start, found[0].end) == (start, start + len(text))
    except BacktraceError:
        fits = False
    if not fits:
        raise BacktraceError("the output contains signs that would be read as marks")

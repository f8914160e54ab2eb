"""What a command's output becomes in a document: as it is, in a fence, in <pre>, or verbatim.

One table says it for each kind of document and form of output; what is not in it makes no sense there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import NamedTuple

from backtrace.errors import BacktraceError
from backtrace.filling.comments import Kind
from backtrace.filling.marks import Mark, read_marks
from backtrace.typesetting.latex import numeral


class Output(NamedTuple):
    """What a command has written, in which of its forms; `is_part` if it is to be a part of a document."""

    text: str
    form: str
    is_part: bool
    words: str


Placing = Callable[[Output], str]


def _raw(output: Output) -> str:
    return output.text


def _apart(output: Output) -> str:
    """Markdown with a blank line on both sides, without which some readers take it for HTML."""
    return f"\n{output.text}\n"


def _fence(language: str) -> Placing:
    def placed(output: Output) -> str:
        return _fenced(language, output.text)

    return placed


def _fenced(language: str, text: str) -> str:
    longest = max(map(len, re.findall("`{3,}", text)), default=2)
    signs = "`" * (longest + 1)
    return f"{signs}{language}\n{_trimmed(text)}{signs}\n"


def _console(output: Output) -> str:
    """The command as it is typed, and what it prints."""
    typed = " ".join(line.strip() for line in output.words.splitlines())
    return _fenced("console", f"$ backtrace {typed}\n{output.text}")


def _pre(output: Output) -> str:
    return f"<pre>\n{_escaped(output)}</pre>\n"


def _mermaid_pre(output: Output) -> str:
    return f'<pre class="mermaid">\n{_escaped(output)}</pre>\n'


def _escaped(output: Output) -> str:
    return html.escape(_trimmed(output.text), quote=False)


def _verbatim(output: Output) -> str:
    if "\\end{verbatim}" in output.text:
        raise BacktraceError("the output has \\end{verbatim} in it; expected none")
    return f"\\begin{{verbatim}}\n{_trimmed(output.text)}\\end{{verbatim}}\n"


def _trimmed(text: str) -> str:
    """The lines without the blanks that a table's title is padded with."""
    return "".join(f"{line.rstrip()}\n" for line in text.split("\n")[:-1])


_TEXTS = ("table", "text", "json", "jsonl", "csv", "dot", "mermaid", "junit", "gradescope")

PLACES: dict[Kind, dict[str, Placing]] = {
    "markdown": {
        "markdown": _apart,
        "svg": _raw,
        "table": _console,
        "text": _console,
        "json": _fence("json"),
        "jsonl": _fence("jsonl"),
        "csv": _fence("csv"),
        "dot": _fence("dot"),
        "mermaid": _fence("mermaid"),
        "latex": _fence("latex"),
        "junit": _fence("xml"),
        "gradescope": _fence("json"),
    },
    "html": {
        **dict.fromkeys(_TEXTS, _pre),
        "mermaid": _mermaid_pre,
        "svg": _raw,
        "html": _raw,
    },
    "latex": {**dict.fromkeys(_TEXTS, _verbatim), "latex": _raw},
}
_TITLES = {"markdown": "Markdown", "html": "an HTML document", "latex": "a LaTeX document"}
_INSTEAD: dict[Kind, str] = {
    "markdown": "markdown, or none",
    "html": "html, svg, or none",
    "latex": "latex, or none",
}


def placed_number(text: str, kind: Kind) -> str:
    r"""What is put between the marks of a number.

    In LaTeX a bare % would hide the closing mark, and an e would be a variable.

    >>> placed_number("51.2%", "latex"), placed_number("-2.8e-04", "latex")
    ('51.2\\%', '\\ensuremath{-2.8 \\cdot 10^{-4}}')
    """
    if kind != "latex":
        return text
    return rf"\ensuremath{{{numeral(text)}}}" if "e" in text else text.replace("%", r"\%")


def placed(output: Output, kind: Kind, mark: Mark) -> str:
    """What is put between the marks of a block.

    Raises:
        BacktraceError: such output makes no sense in such a document, or has marks in it itself.
    """
    placing = PLACES[kind].get(output.form)
    if placing is None:
        raise BacktraceError(f"-f {output.form} in {_TITLES[kind]}; expected -f {_INSTEAD[kind]}")
    if output.form == kind and kind != "markdown" and not output.is_part:
        raise BacktraceError(f"-f {output.form} is a whole document; expected --fragment")
    text = output.text if output.text.endswith("\n") or not output.text else f"{output.text}\n"
    lines = placing(output._replace(text=text)).split("\n")[:-1]
    put = "".join(f"{mark.prefix + line if line else mark.prefix.rstrip()}{mark.newline}" for line in lines)
    _refuse_marks(put, kind, mark)
    return put


def _refuse_marks(put: str, kind: Kind, mark: Mark) -> None:
    """Refuse what would be read as marks the next time, or hide the closing one."""
    sign = "% {}" if kind == "latex" else "<!-- {} -->"
    opening, closing = (f"{mark.prefix}{sign.format(said)}" for said in ("backtrace: x", "/backtrace"))
    start = len(opening) + len(mark.newline)
    try:
        found = read_marks(f"{opening}{mark.newline}{put}{closing}", kind, "")
        fits = len(found) == 1 and (found[0].start, found[0].end) == (start, start + len(put))
    except BacktraceError:
        fits = False
    if not fits:
        raise BacktraceError("the output has signs in it that would be read as marks; expected none")

"""VIEWS, the table of output formats: for each command its formats, and the function that writes each.

A new format is a writer in a file of its own and a row here; `-f`, its help, the endings of `-o`, the options
it takes and the reference follow. Imports a view only when it writes, and knows no command line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from backtrace.views.page.context import ViewContext


class View(NamedTuple):
    """One format of one command.

    `endings` are those of its files. `options` are those of LIMITED that it takes; `check` has `unread` and
    `error`, where a format has a place for lines that were not understood and for a sheet that could not be
    read, and `bar`, where it is written after the last sheet of a class; `draw` has `terminal`, where it is
    the usual format at a terminal. `escapes`: it can carry signs that the encoding of the output lacks. Sums
    of more than `terms` are shortened. `defaults` are the values of options where the format has its own.
    """

    command: str
    format: str
    write: Callable[[ViewContext], Any]
    endings: str = ""
    options: str = ""
    escapes: bool = False
    terms: int = sys.maxsize
    defaults: Mapping[str, Any] = {}

    def takes(self, option: str) -> bool:
        return option in self.options.split()


def _at(place: str) -> Callable[[ViewContext], Any]:
    """The writer `module:function` of this folder, imported when it is called: a command loads one format."""
    return lambda context: resolve_name(f"backtrace.views.{place}")(context)


# Students see what Gradescope gets, so the expected values have to be asked for.
_SLIP = {"feedback": "slip"}

# The first format of a command is the one that is written where nobody asks for another.
VIEWS: tuple[View, ...] = (
    View("trace", "table", _at("trace.text:draw"), "", "matrix health", terms=12),
    View("trace", "markdown", _at("trace.text:write_markdown"), "md", "matrix fragment"),
    View("trace", "latex", _at("trace.latex:write_latex"), "tex", "fragment", escapes=True),
    View("trace", "html", _at("html.page:write_html"), "html", "fragment", escapes=True),
    View("trace", "csv", _at("trace.data:write_csv"), "csv"),
    View("trace", "json", _at("trace.data:write_json"), "json", escapes=True),
    View("trace", "jsonl", _at("trace.data:write_jsonl"), "jsonl", escapes=True),
    View("explain", "table", _at("explain.text:draw"), terms=12),
    View("explain", "markdown", _at("explain.text:write_markdown"), "md", "fragment"),
    View("explain", "latex", _at("explain.latex:write_latex"), "tex", "fragment", escapes=True),
    View("explain", "html", _at("explain.html:write_html"), "html", "fragment", escapes=True),
    View("explain", "json", _at("explain.data:write_json"), "json", escapes=True),
    View("check", "table", _at("check.text:draw_one"), "", "unread"),
    View("check", "json", _at("check.data:write_json"), "json"),
    View("check", "csv", _at("check.data:write_csv"), "csv"),
    View("check", "markdown", _at("check.text:write_markdown"), "md", "unread"),
    View("check", "junit", _at("check.graders:write_junit"), "xml", "unread error"),
    View("check", "gradescope", _at("check.graders:write_results"), "", "unread error", defaults=_SLIP),
    # Many sheets at once, for `check`.
    View("class", "table", _at("check.text:draw_sheets"), "", "bar"),
    View("class", "json", _at("check.data:write_json_sheets"), "json"),
    View("class", "csv", _at("check.data:write_csv_sheets"), "csv"),
    View("class", "markdown", _at("check.text:write_markdown_sheets"), "md"),
    View("class", "junit", _at("check.graders:write_junit_sheets"), "xml"),
    View("gradcheck", "table", _at("gradcheck.text:draw")),
    View("gradcheck", "markdown", _at("gradcheck.text:write_markdown"), "md"),
    View("gradcheck", "csv", _at("gradcheck.data:write_csv"), "csv"),
    View("gradcheck", "json", _at("gradcheck.data:write_json"), "json"),
    View("train", "table", _at("train.text:draw")),
    View("train", "json", _at("train.data:write_json"), "json"),
    View("train", "csv", _at("train.data:write_csv"), "csv"),
    View("train", "jsonl", _at("train.data:write_jsonl"), "jsonl"),
    View("train", "markdown", _at("train.text:write_markdown"), "md"),
    View("train", "svg", _at("train.curve_svg:write_svg"), "svg"),
    View("sheet", "yaml", _at("sheet.sheet:write_yaml"), "yaml yml", "solution hand", terms=12),
    View("sheet", "csv", _at("sheet.sheet:write_csv"), "csv", "solution hand", terms=12),
    View("sheet", "markdown", _at("sheet.sheet:write_markdown"), "md", "solution hand", terms=12),
    View("sheet", "latex", _at("sheet.latex:write_latex"), "tex", "solution hand fragment", True, 12),
    View("sheet", "gift", _at("sheet.question_bank:write_gift"), "gift", terms=12, defaults={"digits": 4}),
    View("sheet", "moodle", _at("sheet.question_bank:write_moodle"), "xml", terms=12, defaults={"digits": 4}),
    View("exercise", "yaml", _at("sheet.exercise:write_yaml"), "yaml yml"),
    View("exercise", "markdown", _at("sheet.sheet:write_markdown"), "md"),
    View("exercise", "latex", _at("sheet.latex:write_latex"), "tex"),
    View("exercise", "html", _at("sheet.html:write_html"), "html"),
    View("draw", "svg", _at("diagram.svg:write_svg"), "svg", escapes=True, defaults={"digits": 3}),
    View("draw", "dot", _at("diagram.dot:write_dot"), "dot gv", defaults={"digits": 3}),
    View("draw", "mermaid", _at("diagram.mermaid:write_mermaid"), "mmd mermaid", defaults={"digits": 3}),
    View("draw", "text", _at("diagram.text:write_text"), "txt", "terminal", defaults={"digits": 3}),
)

# Options that not every format of a command takes, and why it does not.
LIMITED = {
    "matrix": "is drawn in tables and Markdown",
    "health": "is a table of its own",
    "fragment": "is a part of a document",
    "solution": "fills in the answers, which a question bank has anyway",
    "hand": "rounds, and a question bank has exact numbers",
}


def views_of(command: str) -> list[View]:
    """The formats of a command, the usual one first."""
    return [view for view in VIEWS if view.command == command]


def find_view(command: str, format: str | None = None) -> View | None:
    """A format of a command by its name, by default the usual one; None where it has no such format."""
    return next((view for view in views_of(command) if format in (view.format, None)), None)


def formats_with(command: str, option: str) -> list[str]:
    """The formats of a command that take an option; none where it is not limited to some."""
    return [view.format for view in views_of(command) if view.takes(option)]


def endings() -> list[tuple[str, str]]:
    """Each ending of files, with a format that it stands for; one may stand for several."""
    return list(dict.fromkeys((ending, view.format) for view in VIEWS for ending in view.endings.split()))


def ending_of(path: str | None) -> str:
    """The ending of a file, as rows of VIEWS have it."""
    return os.path.splitext(path or "")[1].removeprefix(".").lower()

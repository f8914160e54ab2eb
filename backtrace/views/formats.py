"""VIEWS, the table of output formats: for each command its formats, and the function that writes each.

A new format is a writer in a file of its own and a row here; `-f`, its help, the endings of `-o`, the options
it takes and the reference follow. Imports a view only when it writes, and knows no command line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrace.views import writers

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


# Students see what Gradescope gets, so the expected values have to be asked for.
_SLIP = {"feedback": "slip"}

# The first format of a command is the one that is written where nobody asks for another.
VIEWS: tuple[View, ...] = (
    View("trace", "table", writers.trace_table, "", "matrix health", terms=12),
    View("trace", "markdown", writers.trace_markdown, "md", "matrix fragment"),
    View("trace", "latex", writers.trace_latex, "tex", "fragment", escapes=True),
    View("trace", "html", writers.trace_html, "html", "fragment", escapes=True),
    View("trace", "csv", writers.trace_csv, "csv"),
    View("trace", "json", writers.trace_json, "json", escapes=True),
    View("trace", "jsonl", writers.trace_jsonl, "jsonl", escapes=True),
    View("explain", "table", writers.explain_table, terms=12),
    View("explain", "markdown", writers.explain_markdown, "md", "fragment"),
    View("explain", "latex", writers.explain_latex, "tex", "fragment", escapes=True),
    View("explain", "html", writers.explain_html, "html", "fragment", escapes=True),
    View("explain", "json", writers.explain_json, "json", escapes=True),
    View("check", "table", writers.check_table, "", "unread"),
    View("check", "json", writers.check_json, "json"),
    View("check", "csv", writers.check_csv, "csv"),
    View("check", "markdown", writers.check_markdown, "md", "unread"),
    View("check", "junit", writers.check_junit, "xml", "unread error"),
    View("check", "gradescope", writers.check_gradescope, "", "unread error", defaults=_SLIP),
    # Many sheets at once, for `check`.
    View("class", "table", writers.class_table, "", "bar"),
    View("class", "json", writers.class_json, "json"),
    View("class", "csv", writers.class_csv, "csv"),
    View("class", "markdown", writers.class_markdown, "md"),
    View("class", "junit", writers.class_junit, "xml"),
    View("gradcheck", "table", writers.gradcheck_table),
    View("gradcheck", "markdown", writers.gradcheck_markdown, "md"),
    View("gradcheck", "csv", writers.gradcheck_csv, "csv"),
    View("gradcheck", "json", writers.gradcheck_json, "json"),
    View("train", "table", writers.train_table),
    View("train", "json", writers.train_json, "json"),
    View("train", "csv", writers.train_csv, "csv"),
    View("train", "jsonl", writers.train_jsonl, "jsonl"),
    View("train", "markdown", writers.train_markdown, "md"),
    View("train", "svg", writers.train_svg, "svg"),
    View("sheet", "yaml", writers.sheet_yaml, "yaml yml", "solution hand", terms=12),
    View("sheet", "csv", writers.sheet_csv, "csv", "solution hand", terms=12),
    View("sheet", "markdown", writers.sheet_markdown, "md", "solution hand", terms=12),
    View("sheet", "latex", writers.sheet_latex, "tex", "solution hand fragment", True, 12),
    View("sheet", "gift", writers.sheet_gift, "gift", terms=12, defaults={"digits": 4}),
    View("sheet", "moodle", writers.sheet_moodle, "xml", terms=12, defaults={"digits": 4}),
    View("exercise", "yaml", writers.exercise_yaml, "yaml yml"),
    View("exercise", "markdown", writers.sheet_markdown, "md"),
    View("exercise", "latex", writers.sheet_latex, "tex"),
    View("exercise", "html", writers.exercise_html, "html"),
    View("draw", "svg", writers.draw_svg, "svg", escapes=True, defaults={"digits": 3}),
    View("draw", "dot", writers.draw_dot, "dot gv", defaults={"digits": 3}),
    View("draw", "mermaid", writers.draw_mermaid, "mmd mermaid", defaults={"digits": 3}),
    View("draw", "text", writers.draw_text, "txt", "terminal", defaults={"digits": 3}),
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

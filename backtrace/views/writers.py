"""The writers of VIEWS: each imports its view when it is called, so a command loads only what it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtrace.views.page.context import ViewContext


def trace_table(context: ViewContext) -> None:
    """Tables at the terminal; where it is asked for, the health of the layers as `train` draws it."""
    from backtrace.views.trace.table import draw

    draw(context)
    if context.has("health"):
        from backtrace.views.train.table import draw_health_of_trace

        draw_health_of_trace(context)


def trace_markdown(context: ViewContext) -> None:
    """Markdown tables, streamed, with matrices as fenced blocks."""
    from backtrace.views.trace.markdown import write_markdown

    write_markdown(context)


def trace_latex(context: ViewContext) -> None:
    """A LaTeX document of aligned equations."""
    from backtrace.views.trace.latex import write_latex

    write_latex(context)


def trace_html(context: ViewContext) -> None:
    """A page with a picture, tables and MathML."""
    from backtrace.views.html.page import write_html

    write_html(context)


def trace_csv(context: ViewContext) -> None:
    """A line of CSV for each record."""
    from backtrace.views.trace.data import write_csv

    write_csv(context)


def trace_json(context: ViewContext) -> None:
    """One JSON object with all records."""
    from backtrace.views.trace.data import write_json

    write_json(context)


def trace_jsonl(context: ViewContext) -> None:
    """A line of JSON for each record."""
    from backtrace.views.trace.data import write_jsonl

    write_jsonl(context)


def explain_table(context: ViewContext) -> None:
    """The chain, the factors and the paths at the terminal."""
    from backtrace.views.explain.table import draw_explanation

    draw_explanation(context)


def explain_markdown(context: ViewContext) -> None:
    """The chain, the factors and the paths as Markdown."""
    from backtrace.views.explain.data import write_markdown

    write_markdown(context)


def explain_latex(context: ViewContext) -> None:
    """The chain, the factors and the paths as a LaTeX document."""
    from backtrace.views.explain.latex import write_latex

    write_latex(context)


def explain_html(context: ViewContext) -> None:
    """The chain, the factors and the paths as a page."""
    from backtrace.views.explain.html import write_html

    write_html(context)


def explain_json(context: ViewContext) -> None:
    """The explanation for a program."""
    from backtrace.views.explain.data import write_json

    write_json(context)


def check_table(context: ViewContext) -> None:
    """One marked sheet at the terminal."""
    from backtrace.views.check.table import draw_one

    draw_one(context)


def check_json(context: ViewContext) -> None:
    """One marked sheet for a program."""
    from backtrace.views.check.data import write_json

    write_json(context)


def check_csv(context: ViewContext) -> None:
    """A line of CSV for each statement of a sheet."""
    from backtrace.views.check.data import write_csv

    write_csv(context)


def check_markdown(context: ViewContext) -> None:
    """One marked sheet as Markdown."""
    from backtrace.views.check.markdown import write_markdown

    write_markdown(context)


def check_junit(context: ViewContext) -> None:
    """One sheet as a test suite, for continuous integration."""
    from backtrace.views.check.junit import write_junit

    write_junit(context)


def check_gradescope(context: ViewContext) -> None:
    """One submission as Gradescope's autograder reads it."""
    from backtrace.views.check.gradescope import write_results

    write_results(context)


def class_table(context: ViewContext) -> None:
    """A line for each sheet, and the marks of the class."""
    from backtrace.views.check.table import draw_sheets

    draw_sheets(context)


def class_json(context: ViewContext) -> None:
    """All sheets for a program."""
    from backtrace.views.check.data import write_json_sheets

    write_json_sheets(context)


def class_csv(context: ViewContext) -> None:
    """The lines of all sheets, with their file."""
    from backtrace.views.check.data import write_csv_sheets

    write_csv_sheets(context)


def class_markdown(context: ViewContext) -> None:
    """A line for each sheet, and the marks of the class, as Markdown."""
    from backtrace.views.check.markdown import write_markdown_sheets

    write_markdown_sheets(context)


def class_junit(context: ViewContext) -> None:
    """A test suite for each sheet."""
    from backtrace.views.check.junit import write_junit_sheets

    write_junit_sheets(context)


def gradcheck_table(context: ViewContext) -> None:
    """A row for each gradient, and the count of each verdict."""
    from backtrace.views.gradcheck.table import draw

    draw(context)


def gradcheck_markdown(context: ViewContext) -> None:
    """The same rows as Markdown."""
    from backtrace.views.gradcheck.markdown import write_markdown

    write_markdown(context)


def gradcheck_csv(context: ViewContext) -> None:
    """A line of CSV for each gradient."""
    from backtrace.views.gradcheck.data import write_csv

    write_csv(context)


def gradcheck_json(context: ViewContext) -> None:
    """All gradients for a program, with the count of each verdict."""
    from backtrace.views.gradcheck.data import write_json

    write_json(context)


def train_table(context: ViewContext) -> None:
    """Costs, their curve, parameters and predictions at the terminal."""
    from backtrace.views.train.table import draw_run

    draw_run(context)


def train_json(context: ViewContext) -> None:
    """The whole run for a program."""
    from backtrace.views.train.data import write_json

    write_json(context)


def train_csv(context: ViewContext) -> None:
    """A line of CSV for each point of the cost curve."""
    from backtrace.views.train.data import write_csv

    write_csv(context)


def train_jsonl(context: ViewContext) -> None:
    """A line of JSON for each point of the cost curve."""
    from backtrace.views.train.data import write_jsonl

    write_jsonl(context)


def train_markdown(context: ViewContext) -> None:
    """Costs, parameters and predictions as Markdown."""
    from backtrace.views.train.data import write_markdown

    write_markdown(context)


def train_svg(context: ViewContext) -> None:
    """The cost curve as a picture."""
    from backtrace.views.train.curve_svg import write_svg

    write_svg(context)


def sheet_yaml(context: ViewContext) -> None:
    """A sheet with a place after each id, which `check` reads back."""
    from backtrace.views.sheet.sheet import write_yaml

    write_yaml(context)


def sheet_csv(context: ViewContext) -> None:
    """A sheet as two columns, which `check` reads back."""
    from backtrace.views.sheet.sheet import write_csv

    write_csv(context)


def sheet_markdown(context: ViewContext) -> None:
    """A sheet to print or to fill in."""
    from backtrace.views.sheet.sheet import write_markdown

    write_markdown(context)


def sheet_latex(context: ViewContext) -> None:
    """A sheet to print, as a LaTeX document."""
    from backtrace.views.sheet.latex import write_latex

    write_latex(context)


def sheet_gift(context: ViewContext) -> None:
    """A question bank in the GIFT format of course sites."""
    from backtrace.views.sheet.gift import write_gift

    write_gift(context)


def sheet_moodle(context: ViewContext) -> None:
    """A question bank in Moodle's XML."""
    from backtrace.views.sheet.moodle import write_moodle

    write_moodle(context)


def exercise_yaml(context: ViewContext) -> None:
    """The config of an exercise."""
    from backtrace.views.sheet.exercise import write_yaml

    write_yaml(context)


def exercise_html(context: ViewContext) -> None:
    """A page with the problem, and a line for each answer."""
    from backtrace.views.sheet.html import write_html

    write_html(context)


def draw_svg(context: ViewContext) -> None:
    """The network as an SVG picture."""
    from backtrace.views.diagram.svg import write_svg

    write_svg(context)


def draw_dot(context: ViewContext) -> None:
    """The network for Graphviz."""
    from backtrace.views.diagram.dot import write_dot

    write_dot(context)


def draw_mermaid(context: ViewContext) -> None:
    """The network as a Mermaid flowchart."""
    from backtrace.views.diagram.mermaid import write_mermaid

    write_mermaid(context)


def draw_text(context: ViewContext) -> None:
    """The network drawn with characters."""
    from backtrace.views.diagram.text import write_text

    write_text(context)

"""The writers of VIEWS: each imports its view when it is called, so a command loads only what it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtrace.views.page.context import ViewContext


def trace_table(context: ViewContext) -> None:
    """Draw the parts at the terminal as they come; where it is asked for, the health of the layers."""
    from backtrace.views.trace.text import draw

    draw(context)


def trace_markdown(context: ViewContext) -> None:
    """Write the parts as they come in Markdown."""
    from backtrace.views.trace.text import write_markdown

    write_markdown(context)


def trace_latex(context: ViewContext) -> None:
    """The parts as they come; tables are shortened unless all rows are asked for."""
    from backtrace.views.trace.latex import write_latex

    write_latex(context)


def trace_html(context: ViewContext) -> None:
    """The parts as they come; tables are shortened unless all rows are asked for."""
    from backtrace.views.html.page import write_html

    write_html(context)


def trace_csv(context: ViewContext) -> None:
    """A header and a line per record; values at full precision."""
    from backtrace.views.trace.data import write_csv

    write_csv(context)


def trace_json(context: ViewContext) -> None:
    """One document, written as the records come."""
    from backtrace.views.trace.data import write_json

    write_json(context)


def trace_jsonl(context: ViewContext) -> None:
    """A JSON object per line."""
    from backtrace.views.trace.data import write_jsonl

    write_jsonl(context)


def explain_table(context: ViewContext) -> None:
    """Draw the explanation at the terminal."""
    from backtrace.views.explain.text import draw

    draw(context)


def explain_markdown(context: ViewContext) -> None:
    """Write the explanation in Markdown, complete, with formulas in code."""
    from backtrace.views.explain.text import write_markdown

    write_markdown(context)


def explain_latex(context: ViewContext) -> None:
    """The chain of the rule, its factors, what they depend on, and its meaning."""
    from backtrace.views.explain.latex import write_latex

    write_latex(context)


def explain_html(context: ViewContext) -> None:
    """The chain of the rule, its factors, what they depend on, its meaning, and a picture."""
    from backtrace.views.explain.html import write_html

    write_html(context)


def explain_json(context: ViewContext) -> None:
    """Everything, in one document; the rows have the columns of a trace."""
    from backtrace.views.explain.data import write_json

    write_json(context)


def check_table(context: ViewContext) -> None:
    """Draw a sheet at the terminal."""
    from backtrace.views.check.text import draw_one

    draw_one(context)


def check_json(context: ViewContext) -> None:
    """One sheet."""
    from backtrace.views.check.data import write_json

    write_json(context)


def check_csv(context: ViewContext) -> None:
    """A header and a line for every statement."""
    from backtrace.views.check.data import write_csv

    write_csv(context)


def check_markdown(context: ViewContext) -> None:
    """Write a sheet in Markdown, with complete tables."""
    from backtrace.views.check.text import write_markdown

    write_markdown(context)


def check_junit(context: ViewContext) -> None:
    """One sheet as a test suite, for continuous integration."""
    from backtrace.views.check.graders import write_junit

    write_junit(context)


def check_gradescope(context: ViewContext) -> None:
    """One sheet for Gradescope. A student sees all of it; how much it tells has been decided before."""
    from backtrace.views.check.graders import write_results

    write_results(context)


def class_table(context: ViewContext) -> None:
    """Draw a class at the terminal: a row for each sheet, and the most common mistakes."""
    from backtrace.views.check.text import draw_sheets

    draw_sheets(context)


def class_json(context: ViewContext) -> None:
    """Several sheets in one document; one that could not be read has an error, and no answers."""
    from backtrace.views.check.data import write_json_sheets

    write_json_sheets(context)


def class_csv(context: ViewContext) -> None:
    """CSV with the file in front of each statement; one that could not be read has a line that says so."""
    from backtrace.views.check.data import write_csv_sheets

    write_csv_sheets(context)


def class_markdown(context: ViewContext) -> None:
    """Write a class in Markdown, each sheet as it comes."""
    from backtrace.views.check.text import write_markdown_sheets

    write_markdown_sheets(context)


def class_junit(context: ViewContext) -> None:
    """A document with a suite for each sheet, written as they come."""
    from backtrace.views.check.graders import write_junit_sheets

    write_junit_sheets(context)


def gradcheck_table(context: ViewContext) -> None:
    """Draw the subjects at the terminal as they are checked."""
    from backtrace.views.gradcheck.text import draw

    draw(context)


def gradcheck_markdown(context: ViewContext) -> None:
    """Write the subjects in Markdown, with complete tables."""
    from backtrace.views.gradcheck.text import write_markdown

    write_markdown(context)


def gradcheck_csv(context: ViewContext) -> None:
    """A header and a line for each gradient."""
    from backtrace.views.gradcheck.data import write_csv

    write_csv(context)


def gradcheck_json(context: ViewContext) -> None:
    """One document, its summary at the end."""
    from backtrace.views.gradcheck.data import write_json

    write_json(context)


def train_table(context: ViewContext) -> None:
    """Draw the run at the terminal."""
    from backtrace.views.train.text import draw

    draw(context)


def train_json(context: ViewContext) -> None:
    """Everything, in one document."""
    from backtrace.views.train.data import write_json

    write_json(context)


def train_csv(context: ViewContext) -> None:
    """The curve: steps and cost."""
    from backtrace.views.train.data import write_csv

    write_csv(context)


def train_jsonl(context: ViewContext) -> None:
    """The curve, an object a line."""
    from backtrace.views.train.data import write_jsonl

    write_jsonl(context)


def train_markdown(context: ViewContext) -> None:
    """Write the tables of the run in Markdown, complete, without the curve."""
    from backtrace.views.train.text import write_markdown

    write_markdown(context)


def train_svg(context: ViewContext) -> None:
    """The curve with its axes."""
    from backtrace.views.train.curve_svg import write_svg

    write_svg(context)


def sheet_yaml(context: ViewContext) -> None:
    """Write ids with nothing behind the colon; several steps and samples as a list."""
    from backtrace.views.sheet.sheet import write_yaml

    write_yaml(context)


def sheet_csv(context: ViewContext) -> None:
    """Write a row for every id, with its step and sample; the givens are in rows that begin with #."""
    from backtrace.views.sheet.sheet import write_csv

    write_csv(context)


def sheet_markdown(context: ViewContext) -> None:
    """Write a table for every phase and layer, its last column empty."""
    from backtrace.views.sheet.sheet import write_markdown

    write_markdown(context)


def sheet_latex(context: ViewContext) -> None:
    """Write a document that compiles, or a fragment; a student changes only the lines with a blank."""
    from backtrace.views.sheet.latex import write_latex

    write_latex(context)


def sheet_gift(context: ViewContext) -> None:
    """Write a category, then its questions, each answer on a line of its own."""
    from backtrace.views.sheet.question_bank import write_gift

    write_gift(context)


def sheet_moodle(context: ViewContext) -> None:
    """Write a category and its questions, one by one."""
    from backtrace.views.sheet.question_bank import write_moodle

    write_moodle(context)


def exercise_yaml(context: ViewContext) -> None:
    """The config of an exercise."""
    from backtrace.views.sheet.exercise import write_yaml

    write_yaml(context)


def exercise_html(context: ViewContext) -> None:
    """Write a page to print or to read."""
    from backtrace.views.sheet.html import write_html

    write_html(context)


def draw_svg(context: ViewContext) -> None:
    """Write the picture. It has no ids, so that several can be on one page."""
    from backtrace.views.diagram.svg import write_svg

    write_svg(context)


def draw_dot(context: ViewContext) -> None:
    """Write the picture as a graph in the DOT language."""
    from backtrace.views.diagram.dot import write_dot

    write_dot(context)


def draw_mermaid(context: ViewContext) -> None:
    """Write the picture as a flowchart from left to right."""
    from backtrace.views.diagram.mermaid import write_mermaid

    write_mermaid(context)


def draw_text(context: ViewContext) -> None:
    """Write the picture column by column, from the inputs down to the cost."""
    from backtrace.views.diagram.text import write_text

    write_text(context)

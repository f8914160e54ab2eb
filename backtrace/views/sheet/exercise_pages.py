"""An exercise on paper: the problem as it is handed out, and its solution.

The problem is a blank answer sheet, the solution a trace; here stands only how exactly answers are wanted.
"""

from __future__ import annotations

import io

from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Request
from backtrace.exercises.exercise import Exercise
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import work
from backtrace.typesetting.numerals import Numerals
from backtrace.views.html import page as html_page
from backtrace.views.page.records import Look
from backtrace.views.sheet import html as sheet_html
from backtrace.views.sheet import latex as sheet_latex
from backtrace.views.sheet import sheet
from backtrace.views.trace import latex, markdown


def problem_page(exercise: Exercise, form: str) -> str:
    """What is handed out, in `markdown`, `latex` or `html`: what is given, and a place for every answer."""
    problem = exercise.problem
    look = _look(exercise)
    asked = sheet.sections(problem, visible(work(problem, Request())))
    asking = sheet.Asking(
        note=f"Calculate with all digits; give answers to {exercise.digits} significant ones."
    )
    out = io.StringIO()
    if form == "latex":
        sheet_latex.write_latex(problem, asked, look, asking, out, is_fragment=False)
    elif form == "html":
        sheet_html.write_html(problem, asked, look, asking, out)
    else:
        sheet.write_markdown(problem, asked, look, asking, out)
    return out.getvalue()


def solution_page(exercise: Exercise, form: str) -> str:
    """The trace of the problem, its values as answers are asked for."""
    problem, out = exercise.problem, io.StringIO()
    parts, look, name = visible(work(problem, Request())), _look(exercise), FLOAT64.name
    if form == "latex":
        latex.write_latex(problem, parts, look, name, out)
    elif form == "html":
        html_page.write_html(problem, parts, look, name, out)
    else:
        markdown.write_markdown(problem, parts, look, name, out)
    return out.getvalue()


def _look(exercise: Exercise) -> Look:
    return Look(numerals=Numerals(exercise.digits))

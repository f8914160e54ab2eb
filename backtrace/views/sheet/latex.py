r"""A blank answer sheet as LaTeX: every quantity has a line with `\blank`, which a number is to replace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from backtrace.checking.reading.answer_form import BLANK, GIVEN_LATEX, GIVEN_LATEX_END
from backtrace.derivation.equation import Equation
from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Problem
from backtrace.tracing.grouping import by_layer
from backtrace.typesetting.latex import Command
from backtrace.typesetting.pieces import Pieces
from backtrace.typesetting.printer import numeral
from backtrace.views.latex.lines import Row
from backtrace.views.latex.text import escaped
from backtrace.views.page.headings import part_title, problem_lines
from backtrace.views.page.problem_statement import Words
from backtrace.views.page.records import Look
from backtrace.views.sheet.sheet import Asking, Section, given_words
from backtrace.views.trace.latex import Page

DEFINITION = rf"\providecommand{{{BLANK}}}{{\underline{{\hspace{{30mm}}}}}}"


def write_latex(
    problem: Problem, asked: Sequence[Section], look: Look, asking: Asking, out: TextIO, is_fragment: bool
) -> None:
    """A document that compiles, or a fragment; nothing but the lines with a blank is to be changed."""
    page = Page(problem, look, out, is_fragment)
    out.write(f"{GIVEN_LATEX}\n")
    page.begin(problem_lines(problem, asking.arithmetic, look))
    out.write(f"\n{DEFINITION}\n\n")
    words = _words(page)
    for line in given_words(problem, asked, look, words):
        out.write(f"{{}}{_indented(line)}\\par\n")
    if asking.note:
        out.write(f"\n{escaped(asking.note)}\n")
    out.write(f"{GIVEN_LATEX_END}\n")
    for section in asked:
        page.heading(section.parts[0])
        for part in section.parts:
            for equations in by_layer(part):
                page.title(part_title(part, equations))
                page.equations(_rows(page, part, equations, asking))
    page.end()


def _indented(line: str) -> str:
    return rf"\quad {line.lstrip()}" if line[:1] == " " else line


def _words(page: Page) -> Words:
    """Names and numbers stand in formulas."""
    return Words(
        escaped,
        lambda name: page.math(*page.names(name)),
        lambda name, number: page.math(*page.names(name), " = ", *numeral(number)),
        lambda symbol, expression: page.math(*page.names(symbol.text), " = ", *page.formula(expression)),
    )


def _rows(page: Page, part: Part, equations: Sequence[Equation], asking: Asking) -> Iterator[Row]:
    text = page.look.numerals.text
    for row in equations:
        formula = (page.formula(row.expression),) if asking.formulas else ()
        place: Pieces = numeral(text(part.values[row.id])) if asking.filled else [Command(BLANK)]
        yield Row(page.names(row.symbol.text), (*formula, place))

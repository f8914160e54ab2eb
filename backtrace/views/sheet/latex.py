r"""A blank answer sheet as LaTeX: every quantity has a line with `\blank`, which a number replaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from backtrace.checking.reading.answer_form import BLANK, GIVEN_LATEX, GIVEN_LATEX_END
from backtrace.derivation.equation import Equation
from backtrace.evaluation.steps import Part
from backtrace.typesetting.latex import Command
from backtrace.typesetting.pieces import Pieces
from backtrace.typesetting.printer import numeral
from backtrace.views.latex.lines import LatexRow
from backtrace.views.latex.text import escaped
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_title
from backtrace.views.page.problem_statement import Stated, written
from backtrace.views.sheet.sheet import Asking, BlankSheet
from backtrace.views.trace.latex import LatexPage

DEFINITION = rf"\providecommand{{{BLANK}}}{{\underline{{\hspace{{30mm}}}}}}"


def write_latex(context: ViewContext) -> None:
    """Write a document that compiles, or a fragment; a student changes only the lines with a blank."""
    sheet, out = BlankSheet.of(context), context.out
    asking, page = sheet.asking, LatexPage(sheet.problem, sheet.look, out, context.has("fragment"))
    out.write(f"{GIVEN_LATEX}\n")
    page.begin(sheet.heading())
    out.write(f"\n{DEFINITION}\n\n")
    for line in written(sheet.givens(), escaped, partial(_formula, page)):
        out.write(f"{{}}{_indented(line)}\\par\n")
    if asking.note:
        out.write(f"\n{escaped(asking.note)}\n")
    out.write(f"{GIVEN_LATEX_END}\n")
    for section in sheet.sections:
        page.heading(section.parts[0])
        for part, equations in section.layers():
            page.title(part_title(part, equations))
            page.equations(_rows(page, part, equations, asking))
    page.end()


def _indented(line: str) -> str:
    return rf"\quad {line.lstrip()}" if line[:1] == " " else line


def _formula(page: LatexPage, stated: Stated) -> str:
    return page.math(*stated.pieces(page.names, numeral, page.formula))


def _rows(page: LatexPage, part: Part, equations: Sequence[Equation], asking: Asking) -> Iterator[LatexRow]:
    text = page.look.numerals.text
    for row in equations:
        formula = (page.formula(row.expression),) if asking.formulas else ()
        place: Pieces = numeral(text(part.values[row.id])) if asking.filled else [Command(BLANK)]
        yield LatexRow(page.names(row.symbol.text), (*formula, place))

"""A blank sheet as an HTML page: the problem, its picture, a row to write in for each quantity.

Must not know any value.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from backtrace.derivation.equation import Equation
from backtrace.evaluation.steps import Part
from backtrace.typesetting.mathml import EQUALS, element
from backtrace.typesetting.printer import numeral
from backtrace.views.html.page import HtmlPage, breakable
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_title
from backtrace.views.page.problem_statement import Wording
from backtrace.views.sheet.sheet import BlankSheet

COLUMNS = ("quantity", "value")
HEAD = "".join(f'<th role="columnheader" scope="col">{name}</th>' for name in COLUMNS)


def write_html(context: ViewContext) -> None:
    """Write a page to print or to read."""
    sheet = BlankSheet.of(context)
    page = HtmlPage(sheet.problem, sheet.look, sheet.out)
    page.begin(sheet.heading())
    for line in sheet.givens(_words(page)):
        indent = ' style="padding-left: 1.5em"' if line[:1] == " " else ""
        page.write(f"<p{indent}>{line.lstrip()}</p>")
    if sheet.asking.note:
        page.write(f"<p>{escape(sheet.asking.note)}</p>")
    for section in sheet.sections:
        page.heading(section.parts[0])
        if section is sheet.sections[0]:
            page.picture(section.parts[0], with_gradients=True, is_blank=True)
        for part, equations in section.layers():
            _write_table(page, part, equations)
    page.end()


def _write_table(page: HtmlPage, part: Part, equations: Sequence[Equation]) -> None:
    page.write(
        f'<table role="table">\n<caption>{escape(part_title(part, equations))}</caption>\n'
        f'<thead role="rowgroup"><tr role="row">{HEAD}</tr></thead>\n<tbody role="rowgroup">'
    )
    for equation in equations:
        text = equation.symbol.text
        symbol = element(page.names(text), page.look.name(text))
        page.write(f'<tr role="row"><th role="rowheader" scope="row">{symbol}</th><td role="cell"></td></tr>')
    page.write("</tbody>\n</table>")


def _words(page: HtmlPage) -> Wording:
    """The words of the problem, with names and numbers as formulas."""
    name, formula = page.look.name, page.look.formulas().pieces
    return Wording(
        escape,
        lambda text: element(page.names(text), name(text)),
        lambda text, number: element(
            [*page.names(text), EQUALS, *numeral(number)], f"{name(text)} = {number}"
        ),
        lambda symbol, expression: breakable(
            [*page.names(symbol.text), EQUALS, *page.formula(expression)],
            [name(symbol.text), EQUALS, *formula(expression)],
        ),
    )

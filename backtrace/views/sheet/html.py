"""A blank sheet as an HTML page: the problem, its picture, a row to write in for each quantity.

Must not know any value.
"""

from __future__ import annotations

from functools import partial
from html import escape

from backtrace.typesetting.mathml import element
from backtrace.typesetting.printer import numeral
from backtrace.views.html.page import HtmlPage, breakable
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_title
from backtrace.views.page.problem_statement import Stated, written
from backtrace.views.sheet.sheet import BlankSheet


def write_html(context: ViewContext) -> None:
    """Write a page to print or to read."""
    sheet = BlankSheet.of(context)
    page = HtmlPage(sheet.problem, sheet.look, sheet.out)
    page.begin(sheet.heading())
    for line in written(sheet.givens(), escape, partial(_formula, page)):
        indent = ' style="padding-left: 1.5em"' if line[:1] == " " else ""
        page.write(f"<p{indent}>{line.lstrip()}</p>")
    if sheet.asking.note:
        page.write(f"<p>{escape(sheet.asking.note)}</p>")
    for section in sheet.sections:
        page.heading(section.parts[0])
        if section is sheet.sections[0]:
            page.picture(section.parts[0], with_gradients=True, is_blank=True)
        for part, equations in section.layers():
            symbols = (row.symbol.text for row in equations)
            rows = ((element(page.names(text), page.look.name(text)), "") for text in symbols)
            page.rows(part_title(part, equations), ("quantity", "value"), rows)
    page.end()


def _formula(page: HtmlPage, stated: Stated) -> str:
    return breakable(stated.pieces(page.names, numeral, page.formula), stated.plain(page.look))

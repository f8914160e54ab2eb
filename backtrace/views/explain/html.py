"""An explanation as a page."""

from __future__ import annotations

from backtrace.explaining.explanation import Explanation
from backtrace.typesetting.mathml import EQUALS, element
from backtrace.typesetting.pieces import DOT, MINUS, PLUS
from backtrace.typesetting.printer import numeral
from backtrace.views.explain.rows import (
    aside,
    chain_sums,
    meaning,
    plain_setting,
    tables,
    the_equation,
    typeset_setting,
)
from backtrace.views.html.page import HTML_ROWS, HtmlPage, breakable
from backtrace.views.page.context import ViewContext


def write_html(context: ViewContext) -> None:
    """The chain of the rule, its factors, what they depend on, its meaning, and a picture."""
    problem, explanation, look, out = context[:4]
    page = HtmlPage(problem, look, out, context.has("fragment"))
    page.begin(context.heading())
    page.heading(explanation.part)
    if explanation.paths:
        _write_chain(page, explanation)
    else:
        page.table("The equation", the_equation(explanation))
    if said := aside(explanation, look, _number, "<code>{}</code>".format):
        page.write(f"<p>{said}</p>")
    for table in tables(explanation, HTML_ROWS):
        if table.starts:
            page.heading(table.part)
        page.table(table.title, table.part)
        if table.more:
            page.note(table.more)
    said = meaning(explanation, lambda symbol: element(page.names(symbol.text), symbol.text), _number)
    if said:
        page.title("What it means")
        page.write(f"<p>{said}</p>")
    page.picture(explanation.part, with_gradients=True)
    page.end()


def _number(text: str) -> str:
    return element(numeral(text), text)


def _write_chain(page: HtmlPage, explanation: Explanation) -> None:
    """A line for every path, in symbols and with the numbers; it may end before each factor."""
    names, look = page.names, page.look
    symbol = explanation.row.symbol
    page.title("The chain of the rule")
    page.write(f'<div class="chain"><div>{element(names(symbol.text), look.symbol(symbol))}</div><div>')
    typeset = chain_sums(explanation, look, typeset_setting(names))
    plain = chain_sums(explanation, look, plain_setting(look, DOT))
    for terms, said_terms in zip(typeset, plain, strict=True):
        for place, (term, said) in enumerate(zip(terms, said_terms, strict=True)):
            is_less = place and term[0] == "-"
            sign = MINUS if is_less else PLUS if place else EQUALS
            line = breakable([sign, *term[bool(is_less) :]], [sign, *said[bool(is_less) :]])
            page.write(f"<p>{line}</p>")
    page.write("</div></div>")

"""An explanation as a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from backtrace.explaining.explanation import Explanation
from backtrace.problem.problem import Problem
from backtrace.typesetting.mathml import TIMES, element, numeral
from backtrace.views.explain.rows import aside, chain_sums, meaning_in, tables, the_equation
from backtrace.views.html.page import HTML_ROWS, Page, pieces
from backtrace.views.page.records import Look


def write_html(
    problem: Problem,
    heading: Iterable[str],
    explanation: Explanation,
    look: Look,
    out: TextIO,
    is_fragment: bool = False,
) -> None:
    """The chain of the rule, its factors, what they rest on, what it means, and the whole in a picture."""
    page = Page(problem, look, out, is_fragment)
    page.begin(heading)
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
    said = meaning_in(explanation, lambda symbol: element(page.names(symbol.text), symbol.text), _number)
    if said:
        page.title("What it means")
        page.write(f"<p>{said}</p>")
    page.picture(explanation.part, with_gradients=True)
    page.end()


def _number(text: str) -> str:
    return element(numeral(text), text)


def _write_chain(page: Page, explanation: Explanation) -> None:
    """A line for every path, in symbols and with the numbers; it may end before each factor."""
    names, look = page.names, page.look
    symbol = explanation.row.symbol
    page.title("The chain of the rule")
    page.write(f'<div class="chain"><div>{element(names(symbol.text), look.symbol(symbol))}</div><div>')
    set_sums = chain_sums(explanation, look, lambda row: names(row.text), numeral, TIMES, _more)
    said_sums = chain_sums(explanation, look, look.symbol, str, TIMES, lambda count: f"{count:,} more paths")
    for set_terms, said_terms in zip(set_sums, said_sums, strict=True):
        sign = " = "
        for text, said in zip(set_terms, said_terms, strict=True):
            page.write(f"<p>{_line(sign, text, said)}</p>")
            sign = " + "
    page.write("</div></div>")


def _line(sign: str, text: str, said: str) -> str:
    """A term with its sign before it."""
    if sign == " + " and text[0] == "-":
        sign, text, said = " - ", text[1:], said[1:]
    return pieces(f"{sign}{text}", f"{sign}{said}")


def _more(count: int) -> str:
    return f"<mtext>{count:,} more paths</mtext>"

"""An explanation as text, at the terminal and in Markdown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

from backtrace.explaining.explanation import Explanation
from backtrace.typesetting.pieces import TERM, Break
from backtrace.views.explain.rows import aside, chain_sums, meaning, plain_setting, tables
from backtrace.views.page.context import ViewContext
from backtrace.views.page.lines import broken
from backtrace.views.page.records import Look
from backtrace.views.page.text_pages import MarkdownPage, TerminalPage, TextPage
from backtrace.views.page.truncation import TABLE_ROWS

NARROWEST = 24  # characters that a line of the chain may have, however narrow the terminal is


def draw(context: ViewContext) -> None:
    """Draw the explanation at the terminal."""
    _write(context, TerminalPage(context), TABLE_ROWS)


def write_markdown(context: ViewContext) -> None:
    """Write the explanation in Markdown, complete, with formulas in code."""
    _write(context, MarkdownPage(context), sys.maxsize)


def _write(context: ViewContext, page: TextPage, most: int) -> None:
    """The chain of the rule, its factors, what they depend on, and its meaning."""
    explanation, look = context.content, context.look
    page.begin(context.heading())
    page.heading(explanation.part)
    page.gap()
    remark = aside(explanation, look)
    page.code(
        [*_chain(explanation, look, page.width), *(["", *broken(remark, page.width)] if remark else [])]
    )
    for table in tables(explanation, most):
        if table.starts:
            page.heading(table.part)
        page.title(table.title)
        page.equations(table.part)
        if table.more:
            page.line(table.more, "italic")
    if said := meaning(explanation, look.symbol):
        page.title(said)


def _chain(explanation: Explanation, look: Look, width: int) -> Iterator[str]:
    """The quantity as the sum of its paths: in symbols, with the numbers, and the value.

    Every term begins a line, and is broken where it is too wide.
    """
    row, part = explanation.row, explanation.part
    sums: Iterable[list[list[str]]]
    if explanation.paths:
        sums = chain_sums(explanation, look, plain_setting(look, Break(f" {look.style.times} ", TERM)))
    else:
        expression, value = row.expression, look.numerals.text(explanation.value)
        sides = [look.formulas().pieces(expression), look.substitutions(part).pieces(expression), [value]]
        sums = ([next(same)] for _, same in groupby(sides, key="".join))
    lead = f"{look.symbol(row.symbol)} ="
    room = len(lead)
    for terms in sums:
        for term in terms:
            if lead.endswith("+") and term[0] == "-":
                lead, term = f"{'-':>{room}}", term[1:]
            for line in broken(term, max(width - room - 1, NARROWEST)):
                yield f"{lead} {line}"
                lead = " " * room
            lead = f"{'+':>{room}}"
        lead = f"{'=':>{room}}"

"""An explanation as text, at the terminal and in Markdown."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from backtrace.explaining.explanation import Explanation
from backtrace.views.explain.rows import aside, chain_lines, meaning, tables
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
    """The lines of the chain, broken where they are too wide."""
    for lead, pieces in chain_lines(explanation, look):
        for line in broken(pieces, max(width - len(lead) - 1, NARROWEST)):
            yield f"{lead} {line}"
            lead = " " * len(lead)

"""An explanation for the terminal."""

from __future__ import annotations

from rich.text import Text

from backtrace.views.explain.rows import aside, chain_lines, meaning, tables
from backtrace.views.page.context import ViewContext
from backtrace.views.page.equation_table import equation_table
from backtrace.views.page.headings import part_line
from backtrace.views.page.lines import broken
from backtrace.views.page.rich_columns import LEGIBLE
from backtrace.views.page.rich_table import print_heading, print_line
from backtrace.views.page.truncation import TABLE_ROWS


def draw_explanation(context: ViewContext) -> None:
    """The chain of the rule, its factors, what they depend on, and its meaning."""
    problem, explanation, look = context[:3]
    console = context.console()
    print_heading(context.heading(), console)
    console.print()
    print_line(part_line(problem, explanation.part, look), console, "bold")
    console.print()
    for lead, pieces in chain_lines(explanation, look):
        for line in broken(pieces, max(console.width - len(lead) - 1, LEGIBLE)):
            console.print(Text(f"{lead} {line}"), soft_wrap=True)
            lead = " " * len(lead)
    if said := aside(explanation, look):
        console.print()
        print_line(said, console, "")
    for table in tables(explanation, TABLE_ROWS):
        console.print()
        if table.starts:
            print_line(part_line(problem, table.part, look), console, "bold")
            console.print()
        print_line(table.title, console, "bold")
        console.print(equation_table(table.part, look, console.width))
        if table.more:
            print_line(table.more, console, "italic")
    said = meaning(explanation, look.symbol)
    if said:
        console.print()
        print_line(said, console, "bold")

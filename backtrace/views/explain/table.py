"""An explanation for the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from backtrace.explaining.explanation import Explanation
from backtrace.problem.problem import Problem
from backtrace.views.explain.rows import aside, chain_lines, meaning, tables
from backtrace.views.page.headings import part_line
from backtrace.views.page.records import Look, part_records
from backtrace.views.page.rich_table import FORMULA_BREAKS, LEGIBLE, broken, part_table, print_line
from backtrace.views.page.truncation import TABLE_ROWS

CHAIN_BREAKS = (re.compile(" (?=[·*] )"), *FORMULA_BREAKS)  # before a factor


def draw_explanation(
    problem: Problem, heading: Iterable[str], explanation: Explanation, look: Look, console: Console
) -> None:
    """The chain of the rule, its factors, what they rest on, and what it means."""
    for number, line in enumerate(heading):
        print_line(line, console, "" if number else "bold")
    console.print()
    print_line(part_line(problem, explanation.part, look), console, "bold")
    console.print()
    for lead, text in chain_lines(explanation, look):
        for line in broken(text, max(console.width - len(lead) - 1, LEGIBLE), CHAIN_BREAKS):
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
        console.print(part_table(list(part_records(table.part, look)), look.style.ascii, console.width))
        if table.more:
            print_line(table.more, console, "italic")
    said = meaning(explanation, look)
    if said:
        console.print()
        print_line(said, console, "bold")

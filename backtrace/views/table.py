"""Rich tables: the one place that draws them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtrace.derivation.equation import Equation
from backtrace.problem import Problem
from backtrace.tracing import Part
from backtrace.views.grouping import by_layer, with_starts
from backtrace.views.heading import part_line, part_title, problem_lines
from backtrace.views.records import Look, Record, part_records

MOST_ROWS = 200


def draw(
    problem: Problem, parts: Iterable[Part], look: Look, arithmetic: str, console: Console, all_rows: bool
) -> None:
    """Draw the parts as they come: a heading, then a table for every phase and layer."""
    started = False
    for part, starts in with_starts(parts):
        if not started:
            for number, line in enumerate(problem_lines(problem, arithmetic)):
                console.print(Text(line, style="bold" if number == 0 else ""))
            started = True
        if starts:
            console.print()
            console.print(Text(part_line(problem, part, look), style="bold"))
        for layer, equations in by_layer(part):
            console.print()
            console.print(part_table(part, layer, equations, look, len(equations) if all_rows else MOST_ROWS))
            if len(equations) > MOST_ROWS and not all_rows:
                console.print(Text(more_rows(equations), style="italic"))


def part_table(part: Part, layer: str | None, equations: Sequence[Equation], look: Look, most: int) -> Table:
    """One table: symbol, formula, the formula with the numbers put in, value."""
    table = Table(
        title=Text(part_title(part, layer), style="bold"),
        title_justify="left",
        box=box.ASCII2 if look.style.ascii else box.ROUNDED,
        header_style="bold",
        padding=(0, 1),
    )
    table.add_column("symbol", no_wrap=True, overflow="fold")
    table.add_column("formula", overflow="fold")
    table.add_column("with the numbers", overflow="fold")
    table.add_column("value", justify="right", no_wrap=True, overflow="fold")
    for record in part_records(replace(part, equations=equations[:most]), look):
        table.add_row(*cells(record))
    return table


def cells(record: Record) -> list[Text]:
    """The four cells of a row; as `Text`, so that a name from a config is never markup."""
    return [
        Text(record.symbol),
        Text(record.formula),
        Text(record.substitution),
        Text(record.text, style="bold"),
    ]


def more_rows(equations: Sequence[Equation]) -> str:
    """How many rows were drawn, and the ways to the rest."""
    example = next((row for row in reversed(equations) if row.kind == "gradient"), equations[-1])
    pattern = example.id.rpartition("_")[0] + "_*"
    return f"{MOST_ROWS} of {len(equations):,} shown: --show '{pattern}', -f csv, or --all-rows"

"""A trace as rich tables: one for each phase and layer, under a heading for each step and sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from backtrace.derivation.equation import Equation
from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Problem
from backtrace.tracing.grouping import by_layer, with_starts
from backtrace.views.page.equation_table import equation_table
from backtrace.views.page.headings import part_line, part_title, problem_lines
from backtrace.views.page.records import Look
from backtrace.views.page.rich_table import print_heading, print_line
from backtrace.views.page.truncation import TABLE_ROWS, more_rows

if TYPE_CHECKING:
    from backtrace.views.trace.matrix import LayerMatrices


def draw(
    problem: Problem,
    parts: Iterable[Part],
    look: Look,
    arithmetic: str,
    console: Console,
    all_rows: bool,
    matrices: LayerMatrices | None = None,
) -> None:
    """Draw the parts as they come: a heading, then a table for every phase and layer, and its matrices."""
    started = False
    for part, starts in with_starts(problem, parts):
        if not started:
            print_heading(problem_lines(problem, arithmetic, look), console)
            started = True
        if starts:
            console.print()
            print_line(part_line(problem, part, look), console, "bold")
        for equations in by_layer(part):
            console.print()
            print_line(part_title(part, equations), console, "bold")
            rows = equations if all_rows else equations[:TABLE_ROWS]
            console.print(equation_table(part._replace(equations=rows), look, console.width))
            if len(equations) > TABLE_ROWS and not all_rows:
                print_line(more_rows(equations), console, "italic")
            for line in matrix_lines(matrices, part, equations, console.width):
                console.print(Text(line), no_wrap=True, overflow="ignore", crop=False)


def matrix_lines(
    matrices: LayerMatrices | None, part: Part, equations: Sequence[Equation], width: int
) -> list[str]:
    """The matrices after a table with these rows; none without `--matrix`."""
    if matrices is None:
        return []
    from backtrace.views.trace import matrix_brackets as brackets

    return brackets.lines(
        matrices.after(part, equations), matrices.look.style, min(width, brackets.LEGIBLE), width
    )

"""A trace as rich tables: one for each phase and layer, under a heading for each step and sample."""

from __future__ import annotations

from rich.text import Text

from backtrace.tracing.grouping import by_layer, with_starts
from backtrace.views.page.context import ViewContext
from backtrace.views.page.equation_table import equation_table
from backtrace.views.page.headings import part_line, part_title
from backtrace.views.page.rich_table import print_heading, print_line
from backtrace.views.page.truncation import TABLE_ROWS, more_rows
from backtrace.views.trace.matrix_lines import matrix_lines


def draw(context: ViewContext) -> None:
    """Draw the parts as they come: a heading, then a table for every phase and layer, and its matrices.

    Where it is asked for, the health of the layers follows, as `train` draws it.
    """
    problem, parts, look = context[:3]
    console = context.console()
    most = None if context.has("all_rows") else TABLE_ROWS
    after = matrix_lines(context, console.width)
    started = False
    for part, starts in with_starts(problem, parts):
        if not started:
            print_heading(context.heading(), console)
            started = True
        if starts:
            console.print()
            print_line(part_line(problem, part, look), console, "bold")
        for equations in by_layer(part):
            console.print()
            print_line(part_title(part, equations), console, "bold")
            console.print(equation_table(part._replace(equations=equations[:most]), look, console.width))
            if most is not None and len(equations) > most:
                print_line(more_rows(equations), console, "italic")
            for line in after(part, equations):
                console.print(Text(line), no_wrap=True, overflow="ignore", crop=False)
    if context.has("health"):
        from backtrace.views.train.table import draw_health

        draw_health(context.options["health"](), look, console)

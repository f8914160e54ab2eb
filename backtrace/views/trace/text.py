"""A trace as tables of text: one for each phase and layer, under a heading for each step and sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backtrace.derivation.equation import Equation
from backtrace.errors import printable
from backtrace.evaluation.steps import Part
from backtrace.tracing.grouping import by_layer, with_starts
from backtrace.training.inspection import LayerHealth, sentences
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_title
from backtrace.views.page.rich_table import numbers
from backtrace.views.page.text_pages import MarkdownPage, TerminalPage, TextPage
from backtrace.views.page.truncation import TABLE_ROWS, more_rows


def draw(context: ViewContext) -> None:
    """Draw the parts at the terminal as they come; where it is asked for, the health of the layers."""
    page = TerminalPage(context)
    _write(context, page, more_rows)
    if context.has("health"):
        write_health(page, context.options["health"]())


def write_markdown(context: ViewContext) -> None:
    """Write the parts as they come in Markdown."""
    _write(context, MarkdownPage(context), lambda rows: f"{context.options['most']} of {len(rows):,} shown")


def _write(context: ViewContext, page: TextPage, more: Callable[[Sequence[Equation]], str]) -> None:
    """A heading, then a table for every phase and layer, and its matrices."""
    matrices = _matrix_lines(context, page.width)
    for place, (part, starts) in enumerate(with_starts(context.problem, context.content)):
        if place == 0:
            page.begin(context.heading())
        if starts:
            page.heading(part)
        for equations in by_layer(part):
            page.title(part_title(part, equations))
            shown = equations if context.has("all_rows") else page.first(equations, TABLE_ROWS)
            page.equations(part._replace(equations=shown))
            if len(shown) < len(equations):
                page.line(more(equations), "italic")
            if lines := matrices(part, equations):
                page.gap()
                page.code(lines)


def _matrix_lines(context: ViewContext, width: int) -> Callable[[Part, Sequence[Equation]], list[str]]:
    """A function that gives the lines after a table with some rows of a part; none without `--matrix`."""
    if not context.has("matrix"):
        return lambda part, equations: []
    from backtrace.views.trace.matrix import LayerMatrices
    from backtrace.views.trace.matrix_brackets import LEGIBLE, lines

    matrices, style = LayerMatrices(context.problem, context.look), context.look.style
    return lambda part, equations: lines(matrices.after(part, equations), style, min(width, LEGIBLE), width)


def write_health(page: TextPage, layers: Sequence[LayerHealth]) -> None:
    """The size of δ in each layer, and what hinders units from learning."""
    text = page.look.numerals.text
    if layers:
        page.title("How the layers are")
        page.table(
            numbers("layer", "norm of δ", "share of the next"),
            [
                (printable(each.layer), text(each.norm), "" if each.ratio is None else f"{each.ratio:.3g}")
                for each in layers
            ],
        )
    for sentence in sentences(layers):
        page.line(sentence, "yellow")

"""`backtrace trace`: forward, backward and update, every intermediate."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import click

from backtrace.cli.option_groups import Change, Choice, Figures, asked, gathered
from backtrace.cli.options import (
    any_sample_option,
    form_of,
    format_option,
    fragment_option,
    number_options,
    output_options,
    quantity_options,
    refuse_fragment,
    steps_options,
    what_if_options,
)

if TYPE_CHECKING:
    from backtrace.evaluation.steps import Request
    from backtrace.problem.problem import Problem
    from backtrace.views.page.records import Look

FORMATS = ("table", "markdown", "latex", "html", "csv", "json", "jsonl")
DOCUMENTS = ("latex", "html", "markdown")  # of which there can be fragments


@click.command("trace")
@click.argument("config")
@format_option(FORMATS)
@any_sample_option
@steps_options
@quantity_options
@click.option("--matrix", is_flag=True, help="Also each layer in matrix form.")
@click.option("--all-rows", is_flag=True, help="Draw every row of a large table.")
@fragment_option(DOCUMENTS)
@click.option("--health", is_flag=True, help="Also how large δ is by layer, and which units are stuck.")
@number_options
@what_if_options
@output_options
@gathered(choice=Choice, figures=Figures, change=Change)
def command(
    config: str,
    form: str | None,
    choice: Choice,
    matrix: bool,
    all_rows: bool,
    fragment: bool,
    health: bool,
    figures: Figures,
    change: Change,
    output: str | None,
    color: str,
) -> None:
    """Print every h, a, δ and ∂E/∂w of CONFIG, with the formula and the numbers put in.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input.
    """
    form = form or form_of(output, FORMATS) or "table"
    if matrix and form not in ("table", "markdown"):
        raise click.UsageError(
            f"--matrix is drawn in tables and Markdown; expected -f table or markdown, not {form}"
        )
    refuse_fragment(fragment, form, DOCUMENTS)
    if health and form != "table":
        raise click.UsageError(f"--health is a table of its own; expected -f table, not {form}")
    if matrix and choice.show:
        raise click.UsageError(
            "--matrix draws whole layers and --show picks quantities; expected one of them"
        )
    from backtrace.cli.output import style_of, writing_to
    from backtrace.typesetting.plain import TYPESET
    from backtrace.views.page.records import Look

    problem, request = asked(config, choice, change)
    with writing_to(output) as out:
        # JSON and HTML escape what cannot be carried, and LaTeX is ASCII anyway.
        style = TYPESET if form in ("json", "jsonl", "latex", "html") else style_of(out)
        look = Look(style, figures.numerals(kept=request.arithmetic.kept))
        _write(form, problem, request, choice.show, look, out, color, all_rows, matrix, fragment)
        if health:
            _draw_health(problem, request.first, look, out, color)


def _draw_health(problem: Problem, step: int, look: Look, out: TextIO, color: str) -> None:
    """How the layers are at the start of a step, over all samples."""
    from backtrace.cli.output import console_for
    from backtrace.training.health import health
    from backtrace.training.trainer import after
    from backtrace.views.train.table import draw_health

    values = after(problem, step - 1) if step > 1 else {}
    draw_health(health(problem, values or {}), look, console_for(out, color))


def _write(
    form: str,
    problem: Problem,
    request: Request,
    show: tuple[str, ...],
    look: Look,
    out: TextIO,
    color: str,
    all_rows: bool,
    matrix: bool,
    fragment: bool,
) -> None:
    from backtrace.tracing.selection import shown, some
    from backtrace.tracing.trace import work
    from backtrace.views.page.records import records

    matrices = None
    if matrix:
        from backtrace.views.trace.matrix import LayerMatrices

        matrices = LayerMatrices(problem, look)
    parts = some(shown(work(problem, request), show, request.arithmetic), problem)
    name = request.arithmetic.name
    if form == "table":
        from backtrace.cli.output import console_for
        from backtrace.views.trace.table import draw

        look = look._replace(most_terms=12)
        draw(problem, parts, look, name, console_for(out, color), all_rows, matrices)
    elif form == "markdown":
        from backtrace.views.trace.markdown import write_markdown

        write_markdown(problem, parts, look, name, out, matrices, is_fragment=fragment)
    elif form == "latex":
        from backtrace.views.trace.latex import LATEX_ROWS, write_latex

        write_latex(problem, parts, look, name, out, fragment, None if all_rows else LATEX_ROWS)
    elif form == "html":
        from backtrace.views.html.page import write_html

        drawn = () if show else request.phases  # who asks for some quantities is shown no others
        write_html(problem, parts, look, name, out, fragment, all_rows, drawn)
    else:
        from backtrace.views.trace import data

        rows = records(parts, look)
        if form == "csv":
            data.write_csv(rows, out)
        elif form == "jsonl":
            data.write_jsonl(rows, out)
        else:
            data.write_json(rows, problem.title, name, out)

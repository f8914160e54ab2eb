"""`backtrace draw`: the network as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TextIO

import click

from backtrace.cli.option_groups import Change, Figures, gathered
from backtrace.cli.options import (
    digits_options,
    file_option,
    form_of,
    format_option,
    input_alone,
    one_sample_options,
    what_if_options,
)

if TYPE_CHECKING:
    from backtrace.diagrams.diagram import Picture
    from backtrace.problem.problem import Problem
    from backtrace.views.page.records import Look

FORMATS = ("svg", "dot", "mermaid", "text")
BLANK_DIGITS = 6  # as a sheet has them: they are what somebody is to calculate with


@click.command("draw")
@click.argument("config")
@format_option(FORMATS, "svg, text at a terminal")
@one_sample_options
@click.option("--forward-only", is_flag=True, help="Without the gradients of the backward pass.")
@click.option("--blank", is_flag=True, help="Without what is to be worked out: of that only the names.")
@digits_options(3)
@what_if_options
@file_option
@gathered(figures=Figures, change=Change)
def command(
    config: str,
    form: str | None,
    sample: int | Literal["all"] | None,
    step: int,
    forward_only: bool,
    blank: bool,
    figures: Figures,
    change: Change,
    output: str | None,
) -> None:
    """Draw the network of CONFIG: units with h, a and δ, edges with weights and their gradients.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. The
    equations of a config are drawn as a computation graph.
    """
    if sample == "all":
        raise click.UsageError("a picture has one sample; expected --sample K")
    input_alone(change.inputs, sample)
    from backtrace.cli.output import style_of, writing_to
    from backtrace.cli.what_if import what_if
    from backtrace.config.load import load
    from backtrace.diagrams.build import picture
    from backtrace.diagrams.diagram import blank as without_solution
    from backtrace.errors import NotDifferentiableError
    from backtrace.evaluation.choice import arithmetic_of
    from backtrace.typesetting.plain import TYPESET
    from backtrace.views.page.records import Look

    problem, asked_for = what_if(load(config), *change, sample)
    arithmetic = arithmetic_of(problem)
    try:
        drawn = picture(problem, step, asked_for, backward=not forward_only, arithmetic=arithmetic)
    except NotDifferentiableError as refusal:
        hint = f"{refusal.message}; --forward-only draws what there is"
        raise NotDifferentiableError(hint, refusal.location) from None
    if blank:
        drawn = without_solution(drawn)
    numerals = figures.numerals(BLANK_DIGITS if blank else 3, arithmetic.kept)
    with writing_to(output) as out:
        form = form or form_of(output, FORMATS) or ("text" if out.isatty() else "svg")
        style = TYPESET if form == "svg" else style_of(out)  # XML has references for what cannot be carried
        _write(form, problem, drawn, Look(style, numerals), out)


def _write(form: str, problem: Problem, drawn: Picture, look: Look, out: TextIO) -> None:
    if form == "svg":
        from backtrace.views.diagram.svg import write_svg

        write_svg(problem, drawn, look, out)
    elif form == "dot":
        from backtrace.views.diagram.dot import write_dot

        write_dot(problem, drawn, look, out)
    elif form == "mermaid":
        from backtrace.views.diagram.mermaid import write_mermaid

        write_mermaid(problem, drawn, look, out)
    else:
        from backtrace.views.diagram.text import write_text

        write_text(problem, drawn, look, out)

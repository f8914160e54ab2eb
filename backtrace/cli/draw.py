"""`backtrace draw`: the network as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from backtrace.cli.option_groups import Change, Destination, Figures, grouped, read_problem
from backtrace.cli.options import (
    digits_options,
    file_option,
    flag,
    format_option,
    one_sample_options,
    what_if_options,
)

if TYPE_CHECKING:
    from backtrace.views.formats import View

BLANK_DIGITS = 6  # as on a sheet: somebody calculates with these numbers


@click.command("draw")
@click.argument("config")
@format_option("draw", at_terminal="text")
@one_sample_options
@flag("--forward-only", "Without the gradients of the backward pass.")
@flag("--blank", "Only the names of computed quantities, without their values.")
@digits_options(3)
@what_if_options
@file_option
@grouped(figures=Figures, change=Change, destination=Destination)
def command(
    config: str,
    view: View,
    sample: int | Literal["all"] | None,
    step: int,
    forward_only: bool,
    blank: bool,
    figures: Figures,
    change: Change,
    destination: Destination,
) -> None:
    """Draw the network of CONFIG: units with h, a and δ, edges with weights and their gradients.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. The
    equations of a config are drawn as a computation graph.
    """
    if sample == "all":
        raise click.UsageError("a picture has one sample; give its number with --sample K")
    from backtrace.diagrams.build import picture
    from backtrace.diagrams.diagram import blank as without_solution
    from backtrace.errors import NotDifferentiableError
    from backtrace.evaluation.choice import arithmetic_of

    problem, own_sample = read_problem(config, change, sample)
    arithmetic = arithmetic_of(problem)
    try:
        diagram = picture(problem, step, own_sample, backward=not forward_only, arithmetic=arithmetic)
    except NotDifferentiableError as refusal:
        hint = f"{refusal.message}; --forward-only draws what there is"
        raise NotDifferentiableError(hint, refusal.location) from None
    if blank:
        diagram = without_solution(diagram)
        if figures == (None, None):
            figures = Figures(BLANK_DIGITS, None)
    destination.write(view, problem, diagram, figures=figures, arithmetic=arithmetic)

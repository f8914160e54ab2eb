"""`backtrace explain`: one quantity, its chain-rule path, down to the givens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from backtrace.cli.option_groups import Change, Destination, Figures, grouped, read_problem
from backtrace.cli.options import (
    format_option,
    limited_flag,
    number_options,
    one_sample_options,
    output_options,
    what_if_options,
)

if TYPE_CHECKING:
    from backtrace.views.formats import View


@click.command("explain")
@click.argument("config")
@click.argument("name", metavar="ID")
@format_option("explain")
@one_sample_options
@limited_flag("explain", "fragment", "A part for a document of your own, without head and title")
@number_options
@what_if_options
@output_options
@grouped(figures=Figures, change=Change, destination=Destination)
def command(
    config: str,
    name: str,
    view: View,
    sample: int | Literal["all"] | None,
    step: int,
    fragment: bool,
    figures: Figures,
    hand: dict[str, int] | None,
    change: Change,
    destination: Destination,
) -> None:
    """Explain one quantity of CONFIG: its path through the chain rule, every factor, back to the givens.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. ID is an id
    such as dE/dw_5, or the name that the notation has for it. In a batch it means the sum over all samples,
    or with --sample one sample's share.
    """
    if sample == "all":
        raise click.UsageError("one quantity has one sample; give its number with --sample K")
    from backtrace.evaluation.choice import arithmetic_of
    from backtrace.explaining.explanation import explain

    problem, own_sample = read_problem(config, change, sample)
    arithmetic = arithmetic_of(problem, hand)
    explanation = explain(problem, name, step, own_sample, arithmetic)
    destination.write(view, problem, explanation, figures=figures, arithmetic=arithmetic, fragment=fragment)

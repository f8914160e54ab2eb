"""`backtrace explain`: one quantity, its chain-rule path, down to the givens."""

from __future__ import annotations

import click

from backtrace.cli.options import (
    Options,
    config_command,
    format_option,
    fragment_flag,
    number_options,
    one_sample_options,
    output_options,
    what_if_options,
)
from backtrace.views.formats import View


@config_command("explain")
@click.argument("name", metavar="ID")
@format_option("explain")
@one_sample_options
@fragment_flag("explain")
@number_options
@what_if_options
@output_options
def command(options: Options, name: str, step: int, view: View, fragment: bool) -> None:
    """Explain one quantity of CONFIG: its path through the chain rule, every factor, back to the givens.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. ID is an id
    such as dE/dw_5, or the name that the notation has for it. In a batch it means the sum over all samples,
    or with --sample one sample's share.
    """
    if options.sample == "all":
        raise click.UsageError("one quantity has one sample; give its number with --sample K")
    from backtrace.explaining.explanation import explain

    problem, sample = options.problem(options.sample)
    arithmetic = options.arithmetic(problem)
    explanation = explain(problem, name, step, sample, arithmetic)
    options.write(view, problem, explanation, arithmetic=arithmetic, fragment=fragment)

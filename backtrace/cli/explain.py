"""`backtrace explain`: one quantity, its chain-rule path, down to the givens."""

from __future__ import annotations

import click

from backtrace.cli import options as shared
from backtrace.views.formats import View


@shared.config_command("explain")
@click.argument("name", metavar="ID")
@shared.format_option("explain")
@shared.one_sample_options
@shared.fragment_flag("explain")
@shared.number_options
@shared.what_if_options
@shared.output_options
def command(options: shared.Options, name: str, step: int, view: View, fragment: bool) -> None:
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

"""`backtrace gradcheck`: the derived gradients against differences and complex steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from backtrace.cli import Exit
from backtrace.cli.option_groups import Change, grouped
from backtrace.cli.options import (
    FiniteRange,
    SampleNumber,
    format_option,
    input_alone,
    output_options,
    what_if_options,
)

if TYPE_CHECKING:
    from backtrace.views.formats import View


@click.command("gradcheck")
@click.argument("config")
@format_option("gradcheck")
@click.option(
    "--sample",
    metavar="K|all",
    type=SampleNumber(),
    help="Which sample (default: the first; in a batch what is made of all).",
)
@click.option(
    "--show", metavar="PATTERN", multiple=True, help="Only these, as w_5 or 'dE/dw_*' (repeatable)."
)
@click.option("--inputs", "of_inputs", is_flag=True, help="Also the gradients by the inputs.")
@click.option("--all", "every", is_flag=True, help="Every gradient, also of a large network.")
@click.option(
    "--step-size",
    metavar="S",
    type=FiniteRange(1e-14, 1),
    help="The step of the differences, relative to max(1, |w|) (default 6.06e-06).",
)
@click.option(
    "--tolerance",
    metavar="X",
    type=FiniteRange(min=0),
    help="The relative error that is accepted (default 1e-06).",
)
@what_if_options
@output_options
@grouped(change=Change)
def command(
    config: str,
    view: View,
    sample: int | Literal["all"] | None,
    show: tuple[str, ...],
    of_inputs: bool,
    every: bool,
    step_size: float | None,
    tolerance: float | None,
    change: Change,
    output: str | None,
    color: str,
) -> int:
    """Check every derived gradient of CONFIG against central differences and complex steps.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input.

    Exit code: 3 if a gradient is wrong, else 0.
    """
    input_alone(change.inputs, sample)
    from backtrace.cli.output import write_view, writing_to
    from backtrace.cli.what_if import what_if
    from backtrace.config.load import load
    from backtrace.gradchecking.check import gradcheck
    from backtrace.gradchecking.estimates import STEP_SIZE, TOLERANCE, Settings

    problem, sample = what_if(load(config), *change, sample)
    settings = Settings(
        STEP_SIZE if step_size is None else step_size,
        TOLERANCE if tolerance is None else tolerance,
        of_inputs,
        show,
        every,
    )
    subjects = gradcheck(problem, sample, settings)
    with writing_to(output) as out:
        counts = write_view(view, problem, subjects, out, color=color, settings=settings)
    return Exit.MISTAKES if counts["wrong"] else Exit.FINE

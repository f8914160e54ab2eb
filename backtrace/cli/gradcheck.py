"""`backtrace gradcheck`: the derived gradients against differences and complex steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TextIO

import click

from backtrace.cli import Exit
from backtrace.cli.option_groups import Change, gathered
from backtrace.cli.options import (
    FiniteRange,
    SampleNumber,
    form_of,
    format_option,
    input_alone,
    output_options,
    what_if_options,
)

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from backtrace.gradchecking.check import Subject
    from backtrace.gradchecking.estimates import Settings, Verdict
    from backtrace.problem.problem import Problem

FORMATS = ("table", "markdown", "csv", "json")


@click.command("gradcheck")
@click.argument("config")
@format_option(FORMATS)
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
@gathered(change=Change)
def command(
    config: str,
    form: str | None,
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
    form = form or form_of(output, FORMATS) or "table"
    input_alone(change.inputs, sample)
    from backtrace.cli.output import writing_to
    from backtrace.cli.what_if import what_if
    from backtrace.config.load import load
    from backtrace.gradchecking.check import gradcheck
    from backtrace.gradchecking.estimates import STEP_SIZE, TOLERANCE, Settings

    problem, sample = what_if(load(config), *change, sample)
    how = Settings(
        STEP_SIZE if step_size is None else step_size,
        TOLERANCE if tolerance is None else tolerance,
        of_inputs,
        show,
        every,
    )
    with writing_to(output) as out:
        counts = _write(form, problem, gradcheck(problem, sample, how), how, out, color)
    return Exit.MISTAKES if counts["wrong"] else Exit.FINE


def _write(
    form: str, problem: Problem, subjects: Iterable[Subject], settings: Settings, out: TextIO, color: str
) -> Counter[Verdict]:
    from backtrace.cli.output import console_for, style_of
    from backtrace.views.page.records import Look

    look = Look(style_of(out))
    if form == "table":
        from backtrace.views.gradcheck.table import draw

        return draw(problem, subjects, settings, look, console_for(out, color))
    if form == "markdown":
        from backtrace.views.gradcheck.markdown import write_markdown

        return write_markdown(problem, subjects, settings, look, out)
    from backtrace.views.gradcheck import data as gradcheck_data

    if form == "json":
        return gradcheck_data.write_json(problem.title, subjects, settings, out)
    return gradcheck_data.write_csv(subjects, out)

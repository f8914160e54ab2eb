"""`backtrace sheet`: a blank answer sheet that `check` reads back."""

from __future__ import annotations

from typing import Literal

import click

from backtrace.cli.options import (
    SampleNumber,
    exclusive,
    file_option,
    form_of,
    format_option,
    number_options,
    only_in_latex,
    what_if_options,
)
from backtrace.derivation.equation import PHASES

FORMATS = ("yaml", "csv", "markdown", "latex")


@click.command("sheet")
@click.argument("config")
@format_option(FORMATS, "yaml")
@click.option(
    "--sample",
    metavar="K|all",
    type=SampleNumber(),
    help="Which sample (default: the step's own; in a batch all).",
)
@click.option("--step", metavar="K", type=click.IntRange(1), help="Only this step.")
@click.option("--steps", metavar="N", type=click.IntRange(1), help="The first so many steps.")
@click.option("--only", type=click.Choice(tuple(PHASES)), multiple=True, help="Only this phase (repeatable).")
@click.option("--show", metavar="PATTERN", multiple=True, help="Only these ids, as 'dE/dw_*' (repeatable).")
@click.option("--formulas", is_flag=True, help="Tell the formulas, too.")
@click.option("--solution", is_flag=True, help="With the right values in their places.")
@click.option("--fragment", is_flag=True, help="LaTeX for a document that loads amsmath, not one of its own.")
@number_options
@what_if_options
@file_option
def command(
    config: str,
    form: str | None,
    sample: int | Literal["all"] | None,
    step: int | None,
    steps: int | None,
    only: tuple[str, ...],
    show: tuple[str, ...],
    formulas: bool,
    solution: bool,
    fragment: bool,
    digits: int | None,
    decimals: int | None,
    hand: dict[str, int] | None,
    settings: tuple[tuple[str, str], ...],
    inputs: str | None,
    targets: str | None,
    output: str | None,
) -> None:
    """Write an answer sheet for CONFIG: what is given, and a place for every number to work out.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. The sheet
    is marked by `backtrace check CONFIG SHEET`.
    """
    exclusive(step=step, steps=steps)
    exclusive(digits=digits, decimals=decimals)
    form = form or form_of(output, FORMATS) or "yaml"
    only_in_latex(fragment, form)
    if inputs is not None and sample is not None:
        raise click.UsageError("--input makes a sample of its own; expected --sample to be left out")
    from backtrace.cli.output import style_of, writing_to
    from backtrace.cli.trace import shown
    from backtrace.cli.what_if import what_if
    from backtrace.config.load import load
    from backtrace.derivation.printing import TYPESET
    from backtrace.evaluation.choice import arithmetic_of
    from backtrace.evaluation.float64 import FLOAT64
    from backtrace.tracing import Request
    from backtrace.views import sheet
    from backtrace.views.records import Look, Numerals

    problem = load(config)
    problem = what_if(problem, settings, inputs, targets, sample if isinstance(sample, int) else 1)
    if inputs is not None or targets is not None:
        sample = None
    arithmetic = arithmetic_of(problem, hand)
    request = Request(
        first=step or 1,
        last=step or steps or 1,
        sample=sample,
        phases=frozenset(phase for name in only or PHASES for phase in PHASES[name]),
        arithmetic=arithmetic,
    )
    with writing_to(output) as out:
        style = TYPESET if form == "latex" else style_of(out)
        look = Look(style, Numerals(digits or 6, decimals, arithmetic.kept), 12)
        asked = sheet.sections(problem, shown(problem, request, show))
        name = "" if arithmetic is FLOAT64 else arithmetic.name
        asking = sheet.Asking(formulas, solution, _note(digits, decimals), name)
        if form == "latex":
            from backtrace.views.sheet_latex import write_latex

            write_latex(problem, asked, look, asking, out, fragment)
        else:
            write = {"yaml": sheet.write_yaml, "csv": sheet.write_csv, "markdown": sheet.write_markdown}
            write[form](problem, asked, look, asking, out)


def _note(digits: int | None, decimals: int | None) -> str:
    """How exactly the answers are wanted, if that was said."""
    if decimals is not None:
        return f"Answers to {decimals} decimal{'' if decimals == 1 else 's'}."
    return f"Answers to {digits} significant digit{'' if digits == 1 else 's'}." if digits else ""

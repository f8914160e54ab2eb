"""`backtrace explain`: one quantity, the chain rule's paths to it, down to the givens."""

from __future__ import annotations

from typing import Literal

import click

from backtrace.cli.option_groups import Change, Figures, gathered
from backtrace.cli.options import (
    form_of,
    format_option,
    fragment_option,
    input_alone,
    number_options,
    one_sample_options,
    output_options,
    refuse_fragment,
    what_if_options,
)

FORMATS = ("table", "markdown", "latex", "html", "json")
DOCUMENTS = ("latex", "html", "markdown")  # of which there can be fragments


@click.command("explain")
@click.argument("config")
@click.argument("name", metavar="ID")
@format_option(FORMATS)
@one_sample_options
@fragment_option(DOCUMENTS)
@number_options
@what_if_options
@output_options
@gathered(figures=Figures, change=Change)
def command(
    config: str,
    name: str,
    form: str | None,
    sample: int | Literal["all"] | None,
    step: int,
    fragment: bool,
    figures: Figures,
    hand: dict[str, int] | None,
    change: Change,
    output: str | None,
    color: str,
) -> None:
    """Explain one quantity of CONFIG: the chain of the rule, every factor, down to what is given.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. ID is an id
    such as dE/dw_5, or the name that the notation has for it. Of a batch the sum over all samples is meant,
    or with --sample what belongs to one.
    """
    if sample == "all":
        raise click.UsageError("one quantity has one sample; expected --sample K")
    input_alone(change.inputs, sample)
    form = form or form_of(output, FORMATS) or "table"
    refuse_fragment(fragment, form, DOCUMENTS)
    from backtrace.cli.output import console_for, style_of, writing_to
    from backtrace.cli.what_if import what_if
    from backtrace.config.load import load
    from backtrace.evaluation.choice import arithmetic_of
    from backtrace.explaining.explanation import explain
    from backtrace.typesetting.plain import TYPESET
    from backtrace.views.page.headings import problem_lines
    from backtrace.views.page.records import Look

    problem, asked_for = what_if(load(config), *change, sample)
    arithmetic = arithmetic_of(problem, hand)
    explanation = explain(problem, name, step, asked_for, arithmetic)
    with writing_to(output) as out:
        style = TYPESET if form in ("json", "latex", "html") else style_of(out)
        look = Look(style, figures.numerals(kept=arithmetic.kept))
        heading = problem_lines(problem, arithmetic.name, look)
        if form == "table":
            from backtrace.views.explain.table import draw_explanation

            look = look._replace(most_terms=12)
            draw_explanation(problem, heading, explanation, look, console_for(out, color))
        elif form == "markdown":
            from backtrace.views.explain.data import write_markdown

            write_markdown(problem, heading, explanation, look, out, fragment)
        elif form == "latex":
            from backtrace.views.explain.latex import write_latex

            write_latex(problem, heading, explanation, look, out, fragment)
        elif form == "html":
            from backtrace.views.explain.html import write_html

            write_html(problem, heading, explanation, look, out, fragment)
        else:
            from backtrace.views.explain.data import write_json

            write_json(problem, explanation, look, out)

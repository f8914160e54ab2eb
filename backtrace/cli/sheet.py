"""`backtrace sheet`: a blank answer sheet that `check` reads back; questions for a course site."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import click

from backtrace.cli.option_groups import Change, Choice, Figures, asked, gathered
from backtrace.cli.options import (
    any_sample_option,
    file_option,
    form_of,
    format_option,
    fragment_option,
    number_options,
    quantity_options,
    refuse_fragment,
    steps_options,
    what_if_options,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrace.checking.slips.distinguish import Outcomes
    from backtrace.derivation.equation import Equation
    from backtrace.evaluation.steps import Part
    from backtrace.problem.problem import Problem
    from backtrace.views.page.records import Look
    from backtrace.views.sheet.sheet import Asking, Section

BANKS = ("gift", "moodle")
FORMATS = ("yaml", "csv", "markdown", "latex", *BANKS)
BANK_DIGITS = 4
TERMS_SHOWN = 12  # of a formula


@click.command("sheet")
@click.argument("config")
@format_option(FORMATS, "yaml")
@any_sample_option
@steps_options
@quantity_options
@click.option("--formulas", is_flag=True, help="Tell the formulas, too.")
@click.option("--solution", is_flag=True, help="With the right values in their places.")
@fragment_option(("latex",))
@number_options
@what_if_options
@file_option
@gathered(choice=Choice, figures=Figures, change=Change)
def command(
    config: str,
    form: str | None,
    choice: Choice,
    formulas: bool,
    solution: bool,
    fragment: bool,
    figures: Figures,
    change: Change,
    output: str | None,
) -> None:
    """Write an answer sheet for CONFIG: what is given, and a place for every number to work out.

    With -f gift or -f moodle: a question for every number, for a course site, and what it says of a slip.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. The sheet
    is marked by `backtrace check CONFIG SHEET`.
    """
    form = form or form_of(output, FORMATS) or "yaml"
    refuse_fragment(fragment, form, ("latex",))
    if form in BANKS and solution:
        raise click.UsageError("a question bank has its answers in it; expected --solution to be left out")
    if form in BANKS and choice.hand:
        raise click.UsageError("a question bank has exact numbers; expected --hand to be left out")
    from backtrace.cli.output import style_of, writing_to
    from backtrace.evaluation.float64 import FLOAT64
    from backtrace.tracing.selection import shown, some
    from backtrace.tracing.trace import work
    from backtrace.typesetting.plain import TYPESET
    from backtrace.views.page.records import Look
    from backtrace.views.sheet import sheet

    problem, request = asked(config, choice, change, exact=form in BANKS)
    arithmetic = request.arithmetic
    with writing_to(output) as out:
        style = TYPESET if form == "latex" else style_of(out)
        usual = BANK_DIGITS if form in BANKS else 6
        look = Look(style, figures.numerals(usual, arithmetic.kept), TERMS_SHOWN)
        parts = some(shown(work(problem, request), choice.show, arithmetic), problem)
        sections = sheet.sections(problem, parts)
        name = "" if arithmetic is FLOAT64 else arithmetic.name
        asking = sheet.Asking(formulas, solution, _note(*figures), name)
        if form in BANKS:
            _write_bank(form, problem, sections, look, asking, out)
        elif form == "latex":
            from backtrace.views.sheet.latex import write_latex

            write_latex(problem, sections, look, asking, out, fragment)
        else:
            write = {"yaml": sheet.write_yaml, "csv": sheet.write_csv, "markdown": sheet.write_markdown}
            write[form](problem, sections, look, asking, out)


def _write_bank(
    form: str, problem: Problem, sections: Sequence[Section], look: Look, asking: Asking, out: TextIO
) -> None:
    from backtrace.checking.graph import Key
    from backtrace.checking.judging.checker import Checker
    from backtrace.checking.slips.distinguish import places_for, tell_apart
    from backtrace.views.sheet.gift import write_gift
    from backtrace.views.sheet.moodle import write_moodle
    from backtrace.views.sheet.questions import category, questions

    checker, numerals = Checker(problem), look.numerals
    lost: list[str] = []

    def apart(part: Part, row: Equation) -> Outcomes:
        _, diagnosis = checker.graph([part.step])
        places = numerals.decimals
        if places is None:
            places = places_for(float(part.values[row.id]), numerals.digits)
        told = tell_apart(diagnosis, Key(part.step, part.sample, row.id), places)
        if part.values[row.id] and not float(told.right):
            lost.append(row.id)
        return told

    write = write_gift if form == "gift" else write_moodle
    write(category(problem, look), questions(problem, sections, look, asking, apart), out)
    if lost:
        said = f"{len(lost):,} right answer{' rounds' if len(lost) == 1 else 's round'} to 0, as {lost[0]}"
        click.echo(f"{said}: more decimals, or --digits, would ask for them", err=True)


def _note(digits: int | None, decimals: int | None) -> str:
    """How exactly the answers are wanted, if that was said."""
    if decimals is not None:
        return f"Answers to {decimals} decimal{'' if decimals == 1 else 's'}."
    return f"Answers to {digits} significant digit{'' if digits == 1 else 's'}." if digits else ""

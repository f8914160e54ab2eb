"""`backtrace sheet`: a blank answer sheet that `check` reads back; questions for a course site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TextIO

import click

from backtrace.cli.options import (
    any_sample_option,
    exclusive,
    file_option,
    form_of,
    format_option,
    fragment_option,
    input_alone,
    number_options,
    phases_of,
    quantity_options,
    refuse_fragment,
    steps_options,
    what_if_options,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrace.checking.tell_apart import Outcomes
    from backtrace.derivation.equation import Equation
    from backtrace.problem import Problem
    from backtrace.tracing import Part
    from backtrace.views.records import Look
    from backtrace.views.sheet import Asking, Section

BANKS = ("gift", "moodle")
FORMATS = ("yaml", "csv", "markdown", "latex", *BANKS)
BANK_DIGITS = 4
MOST_TERMS = 12  # of a formula


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

    With -f gift or -f moodle: a question for every number, for a course site, and what it says of a slip.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. The sheet
    is marked by `backtrace check CONFIG SHEET`.
    """
    exclusive(step=step, steps=steps)
    exclusive(digits=digits, decimals=decimals)
    form = form or form_of(output, FORMATS) or "yaml"
    refuse_fragment(fragment, form, ("latex",))
    input_alone(inputs, sample)
    if form in BANKS and solution:
        raise click.UsageError("a question bank has its answers in it; expected --solution to be left out")
    if form in BANKS and hand:
        raise click.UsageError("a question bank has exact numbers; expected --hand to be left out")
    from backtrace.cli.output import style_of, writing_to
    from backtrace.cli.what_if import what_if
    from backtrace.config.load import load
    from backtrace.derivation.printing import TYPESET
    from backtrace.evaluation.choice import arithmetic_of
    from backtrace.evaluation.float64 import FLOAT64
    from backtrace.selection import shown, some
    from backtrace.tracing import Request, work
    from backtrace.views import sheet
    from backtrace.views.records import Look, Numerals

    problem, sample = what_if(load(config), settings, inputs, targets, sample)
    arithmetic = FLOAT64 if form in BANKS else arithmetic_of(problem, hand)
    request = Request(
        first=step or 1,
        last=step or steps or 1,
        sample=sample,
        phases=phases_of(only),
        arithmetic=arithmetic,
    )
    with writing_to(output) as out:
        style = TYPESET if form == "latex" else style_of(out)
        shown_digits = digits or (BANK_DIGITS if form in BANKS else 6)
        look = Look(style, Numerals(shown_digits, decimals, arithmetic.kept), MOST_TERMS)
        parts = some(shown(work(problem, request), show, arithmetic), problem)
        asked = sheet.sections(problem, parts)
        name = "" if arithmetic is FLOAT64 else arithmetic.name
        asking = sheet.Asking(formulas, solution, _note(digits, decimals), name)
        if form in BANKS:
            _write_bank(form, problem, asked, look, asking, out)
        elif form == "latex":
            from backtrace.views.sheet_latex import write_latex

            write_latex(problem, asked, look, asking, out, fragment)
        else:
            write = {"yaml": sheet.write_yaml, "csv": sheet.write_csv, "markdown": sheet.write_markdown}
            write[form](problem, asked, look, asking, out)


def _write_bank(
    form: str, problem: Problem, asked: Sequence[Section], look: Look, asking: Asking, out: TextIO
) -> None:
    from backtrace.checking.checker import Checker
    from backtrace.checking.graph import Key
    from backtrace.checking.tell_apart import places_for, tell_apart
    from backtrace.views.gift import write_gift
    from backtrace.views.moodle import write_moodle
    from backtrace.views.questions import category, questions

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
    write(category(problem, look), questions(problem, asked, look, asking, apart), out)
    if lost:
        said = f"{len(lost):,} right answer{' rounds' if len(lost) == 1 else 's round'} to 0, as {lost[0]}"
        click.echo(f"{said}: more decimals, or --digits, would ask for them", err=True)


def _note(digits: int | None, decimals: int | None) -> str:
    """How exactly the answers are wanted, if that was said."""
    if decimals is not None:
        return f"Answers to {decimals} decimal{'' if decimals == 1 else 's'}."
    return f"Answers to {digits} significant digit{'' if digits == 1 else 's'}." if digits else ""

"""`backtrace check`: marks numbers, and names the slip that explains a wrong one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import click
from click import IntRange

from backtrace.cli import Exit
from backtrace.cli import options as shared
from backtrace.cli.option_types import FiniteRange, name_of, setting
from backtrace.errors import BacktraceError
from backtrace.limits import JOBS
from backtrace.views.formats import View, find_view

if TYPE_CHECKING:
    from backtrace.checking.report import Report
    from backtrace.problem.problem import Problem
    from backtrace.views.check.rows import Disclosure, ShownSheet


def _list_slips(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    """Print the table of slips and leave; no config is needed for it."""
    if not wanted or ctx.resilient_parsing:
        return
    from backtrace.checking.slips.table import SLIPS
    from backtrace.cli.output import console_for, style_of, writing_to
    from backtrace.views.check.text import draw_slips

    with writing_to(None) as out:
        draw_slips(SLIPS, console_for(out, "auto"), style_of(out).ascii)
    ctx.exit()


@shared.config_command("check")
@click.argument("answers", nargs=-1, metavar="ANSWERS...")
@shared.format_option("check")
@shared.value_option("--sample", "K", IntRange(1), "The sample of a sheet that names none.")
@shared.value_option("--step", "K", IntRange(1), "The step of a sheet that names none.")
@shared.value_option(
    "--notation", "NAME", name_of("notation"), "Also read the names of this notation, as net-out."
)
@shared.value_option(
    "--name names",
    "NAME=ID",
    setting("a name on the sheets and an id, as z1=h_h1"),
    "The id that a name on the sheets means, as z1=h_h1 (repeatable).",
    multiple=True,
)
@shared.value_option(
    "--tolerance", "X", FiniteRange(min=0), "Accept an absolute difference besides rounding.", default=0.0
)
@shared.value_option("--slip-mark", "X", FiniteRange(0, 1), "The mark for a slip (default 0).", default=0.0)
@shared.value_option(
    "--asked",
    "SHEET",
    str,
    "A form or a list of ids: what there is to answer, and to have marks for.",
)
@shared.value_option(
    "--min-digits", "N", IntRange(1, 17), "Ask for N significant digits, unless a number is exact."
)
@shared.value_option(
    "--few-digits-mark",
    "X",
    FiniteRange(0, 1),
    "The mark for a right number with fewer digits (default 1).",
    default=1.0,
)
@shared.choice_option(
    "--feedback",
    ["brief", "slip", "full"],
    "Right or wrong, the slip too, or everything (default: full; gradescope: slip).",
)
@shared.flag("--reveal", "Show the expected values whatever the feedback.")
@shared.flag("--verbose", "List the lines that were not understood.")
@shared.value_option("--jobs", "N", IntRange(1, JOBS), "Processes for many sheets.", default=1)
@shared.flag(
    "--published", "Instead of ANSWERS: the corrections to the published source of a bundled example."
)
@click.option(
    "--slips",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_slips,
    help="List every slip that check can name.",
)
@shared.what_if_options
@shared.output_options
def command(
    options: shared.Options,
    answers: tuple[str, ...],
    view: View,
    sample: int | None,
    step: int | None,
    notation: str | None,
    names: tuple[tuple[str, str], ...],
    tolerance: float,
    slip_mark: float,
    asked: str | None,
    min_digits: int | None,
    few_digits_mark: float,
    feedback: str | None,
    reveal: bool,
    verbose: bool,
    jobs: int,
    published: bool,
) -> int:
    """Mark the numbers in ANSWERS: right, right within rounding, right given an earlier error, or wrong.

    ANSWERS are files, folders of files, or - for standard input: YAML, JSON or CSV, or a text, Markdown,
    LaTeX or HTML document. In a document, check reads every equation that ends in a number. CONFIG is a YAML
    file or the name of a bundled example such as or-gate.

    Exit code: 3 if there are mistakes, 1 if a sheet cannot be read, else 0.
    """
    from backtrace.cli.answer_batch import checked, file_checker, sheet_files
    from backtrace.config.load import published_sheet
    from backtrace.views.check.rows import Disclosure, corrections, shown_sheet

    if few_digits_mark < 1 and min_digits is None:
        raise click.UsageError("--few-digits-mark needs --min-digits, the digits to ask for")
    if published == bool(answers):
        raise click.UsageError("give ANSWERS or --published, one of them and not both")
    if (options.config, asked, *answers).count("-") > 1:
        raise click.UsageError("standard input can be read once; give - in one place")
    problem, sample = options.problem(sample)
    if published:
        answers = (published_sheet(options.config),)
    problem.check_place(sample, step or 1)
    files, many = sheet_files(answers, shared.reach())
    several = find_view("class", view.format)
    if many and several is None:
        raise click.UsageError(f"-f {view.format} is the result of one submission; give one file of answers")
    reading = (notation, sample, step, names, shared.reach())
    check_file = file_checker(problem, tolerance, *reading, min_digits or 0, asked)
    reports = checked(check_file, files, jobs)
    usual = view.defaults.get("feedback", "full")
    feedback = feedback or ("full" if reveal else usual)
    reveal = reveal or feedback == usual == "full"
    disclosure = Disclosure(feedback, reveal, slip_mark, few_digits_mark)  # type: ignore[arg-type]
    if many and several:
        return _write_class(options, several, problem, reports, len(files), disclosure)
    report = next(reports)
    sheet = shown_sheet(report, disclosure)
    if published and not verbose:
        sheet = corrections(sheet)
    # A grader or a CI system waits for a file also where there is nothing to mark, and a person looks for the
    # names that are unknown.
    if report.error is None or sheet.rows or view.takes("error"):
        if not view.takes("unread"):
            _tell_unread(sheet, verbose)
        options.write(view, problem, sheet, verbose=verbose)
    if report.error is not None:
        raise BacktraceError(report.error)
    return Exit.MISTAKES if report.has_mistakes else Exit.FINE


def _tell_unread(sheet: ShownSheet, verbose: bool) -> None:
    """Say on standard error which lines were not understood, where the format has no place for them."""
    from backtrace.views.check.sentences import formulas_line, lists, unread_line

    counted = formulas_line(sheet), "" if verbose else unread_line(sheet)
    listed = [line for above, lines in lists(sheet) for line in (above, *lines)] if verbose else []
    for line in filter(None, (*counted, *listed)):
        click.echo(line, err=True)


def _write_class(
    options: shared.Options,
    view: View,
    problem: Problem,
    reports: Iterator[Report],
    total: int,
    disclosure: Disclosure,
) -> int:
    """Write the reports as they come."""
    from backtrace.checking.judging.class_counts import ClassCounts
    from backtrace.views.check.rows import shown_sheet

    counts = ClassCounts(disclosure.slip_mark, disclosure.few_digits_mark)

    def counted() -> Iterator[ShownSheet]:
        for report in reports:
            counts.add(report)
            yield shown_sheet(report, disclosure)

    # A progress bar would tear apart a result that is written to the same screen meanwhile.
    at_terminal = options.output is None and sys.stdout is not None and sys.stdout.isatty()
    progress: AbstractContextManager[Iterable[ShownSheet]] = nullcontext(counted())
    if sys.stderr is not None and sys.stderr.isatty() and (view.takes("bar") or not at_terminal):
        progress = click.progressbar(counted(), length=total, label="checking", file=sys.stderr)
    with progress as sheets:
        options.write(view, problem, sheets, counts=counts, disclosure=disclosure)
    if counts.unreadable:
        return Exit.BAD_INPUT
    return Exit.MISTAKES if counts.with_mistakes else Exit.FINE

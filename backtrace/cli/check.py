"""`backtrace check`: marks numbers, and names the slip that explains a wrong one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TextIO

import click

from backtrace.cli import Exit
from backtrace.cli.option_groups import Change, gathered
from backtrace.cli.options import (
    FiniteRange,
    NameOf,
    Setting,
    form_of,
    format_option,
    output_options,
    shared,
    what_if_options,
)
from backtrace.limits import JOBS

if TYPE_CHECKING:
    from backtrace.checking.report import Report
    from backtrace.problem.problem import Problem
    from backtrace.views.check.rows import Marked, Telling

FORMATS = ("table", "json", "csv", "markdown", "junit", "gradescope")


def _list_slips(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    """Print the table of slips and leave; no config is needed for it."""
    if not wanted or ctx.resilient_parsing:
        return
    from backtrace.checking.slips.table import SLIPS
    from backtrace.cli.output import console_for, style_of, writing_to
    from backtrace.views.check.table import draw_slips

    with writing_to(None) as out:
        draw_slips(SLIPS, console_for(out, "auto"), style_of(out).ascii)
    ctx.exit()


reading_options = shared(
    click.option(
        "--sample", metavar="K", type=click.IntRange(1), help="The sample, where a sheet names none."
    ),
    click.option("--step", metavar="K", type=click.IntRange(1), help="The step, where a sheet names none."),
    click.option(
        "--notation",
        metavar="NAME",
        type=NameOf("notation"),
        help="Also read the names of this notation, as net-out.",
    ),
    click.option(
        "--name",
        "names",
        metavar="NAME=ID",
        type=Setting("a name on the sheets and an id, as z1=h_h1"),
        multiple=True,
        help="What a name on the sheets stands for, as z1=h_h1 (repeatable).",
    ),
)
marking_options = shared(
    click.option(
        "--tolerance",
        metavar="X",
        type=FiniteRange(min=0),
        default=0.0,
        help="Accept an absolute difference besides rounding.",
    ),
    click.option(
        "--slip-mark", metavar="X", type=FiniteRange(0, 1), default=0.0, help="What a slip earns (default 0)."
    ),
)
telling_options = shared(
    click.option(
        "--feedback",
        type=click.Choice(["brief", "slip", "full"]),
        help="Right or wrong; the slip too; or everything (default; for gradescope: slip).",
    ),
    click.option("--reveal", is_flag=True, help="Tell the expected values whatever the feedback."),
    click.option("--verbose", is_flag=True, help="List the lines that were not understood."),
)


@click.command("check")
@click.argument("config")
@click.argument("answers", nargs=-1, metavar="ANSWERS...")
@format_option(FORMATS)
@reading_options
@marking_options
@telling_options
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1, JOBS), default=1, help="Processes for many sheets."
)
@click.option(
    "--published",
    is_flag=True,
    help="Instead of ANSWERS: what is to be corrected in the derivation that a bundled example is from.",
)
@click.option(
    "--slips",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_slips,
    help="List the slips that are known.",
)
@what_if_options
@output_options
@gathered(change=Change)
def command(
    config: str,
    answers: tuple[str, ...],
    form: str | None,
    sample: int | None,
    step: int | None,
    notation: str | None,
    names: tuple[tuple[str, str], ...],
    tolerance: float,
    slip_mark: float,
    feedback: str | None,
    reveal: bool,
    verbose: bool,
    jobs: int,
    published: bool,
    change: Change,
    output: str | None,
    color: str,
) -> int:
    """Mark the numbers in ANSWERS: right, right within rounding, right given an earlier error, or wrong.

    ANSWERS are files, folders of files, or - for standard input: YAML, JSON, CSV, or a text, Markdown, LaTeX
    or HTML document, of which every equation that ends in a number is read. CONFIG is a YAML file or the
    name of a bundled example such as or-gate.

    Exit code: 3 if there are mistakes, 1 if a sheet cannot be read, else 0.
    """
    from backtrace.cli.answer_batch import Marking, checked, sheet_files
    from backtrace.cli.what_if import what_if
    from backtrace.config.load import load, published_sheet

    if published == bool(answers):
        raise click.UsageError("expected ANSWERS, or --published instead of them, and not both")
    if (config, *answers).count("-") > 1:
        raise click.UsageError("standard input can be read once; expected - in one place")
    form = form or form_of(output, FORMATS) or "table"
    problem = load(config)
    if published:
        answers = (published_sheet(config),)
    problem, sample = what_if(problem, *change, sample)
    _check_place(problem, sample, step)
    files, many = sheet_files(answers)
    if many and form == "gradescope":
        raise click.UsageError("-f gradescope is the result of one submission; expected one file of answers")
    reports = checked(Marking(problem, tolerance, notation, sample, step, names), files, jobs)
    telling = _telling(form, feedback, reveal, slip_mark)
    writer = _Writer(form, telling, verbose, color, problem, only_corrections=published and not verbose)
    if many:
        return writer.write_many(reports, len(files), output)
    return writer.write_one(next(iter(reports)), output)


def _telling(form: str, feedback: str | None, reveal: bool, slip_mark: float) -> Telling:
    """How much is told. Students see what Gradescope gets, so the expected values are asked for by name."""
    from backtrace.views.check.rows import Telling

    if form == "gradescope":
        default = "full" if reveal else "slip"
        return Telling(feedback or default, reveal, slip_mark)  # type: ignore[arg-type]
    feedback = feedback or "full"
    return Telling(feedback, reveal or feedback == "full", slip_mark)  # type: ignore[arg-type]


def _check_place(problem: Problem, sample: int | None, step: int | None) -> None:
    """Refuse a sample or a step that is not there before any sheet is read."""
    from backtrace.errors import BacktraceError

    samples = len(problem.samples)
    if sample is not None and sample > samples:
        have = "there is one sample" if samples == 1 else f"there are samples 1 to {samples}"
        raise BacktraceError(f"no sample {sample}; {have}")
    if step is not None and step > 1 and problem.update is None:
        raise BacktraceError(f"no step {step}: without an update in the config there is one step")


class _Writer:
    """Writes one report, or many as they come, and knows what a run ends with."""

    def __init__(
        self,
        form: str,
        telling: Telling,
        verbose: bool,
        color: str,
        problem: Problem,
        only_corrections: bool = False,
    ) -> None:
        self.form = form
        self.telling = telling
        self.verbose = verbose
        self.color = color
        self.problem = problem
        self.only_corrections = only_corrections

    def write_one(self, report: Report, output: str | None) -> int:
        from backtrace.cli.output import writing_to
        from backtrace.errors import BacktraceError
        from backtrace.views.check.rows import corrections, marked

        sheet = marked(report, self.telling)
        if self.only_corrections:
            sheet = corrections(sheet)
        # A grader or a CI system waits for a file also where there is nothing to mark.
        if report.error is None or self.form in ("junit", "gradescope"):
            with writing_to(output) as out:
                self.write_sheet(sheet, out)
        if report.error is not None:
            raise BacktraceError(report.error)
        return Exit.MISTAKES if report.has_mistakes else Exit.FINE

    def write_sheet(self, sheet: Marked, out: TextIO) -> None:
        if self.form == "table":
            from backtrace.cli.output import console_for, style_of
            from backtrace.views.check.table import draw_sheet

            draw_sheet(
                self.heading(out), sheet, console_for(out, self.color), style_of(out).ascii, self.verbose
            )
        elif self.form == "markdown":
            from backtrace.cli.output import style_of
            from backtrace.views.check.markdown import write_markdown

            write_markdown(self.heading(out), sheet, out, self.verbose, style_of(out).ascii)
        elif self.form == "junit":
            from backtrace.views.check.junit import write_junit

            write_junit([sheet], out)
        elif self.form == "gradescope":
            from backtrace.views.check.gradescope import write_gradescope

            write_gradescope(sheet, out)
        else:
            from backtrace.views.check import data as check_data

            self.tell_unread(sheet)
            write = check_data.write_json if self.form == "json" else check_data.write_csv
            write(sheet, out)

    def tell_unread(self, sheet: Marked) -> None:
        """Data has no place for what was not understood; it is told beside it."""
        from backtrace.views.check.rows import formulas_line, lists, unread_line

        counted = formulas_line(sheet), "" if self.verbose else unread_line(sheet, listed=False)
        listed = [line for above, lines in lists(sheet) for line in (above, *lines)] if self.verbose else []
        for line in filter(None, (*counted, *listed)):
            click.echo(line, err=True)

    def write_many(self, reports: Iterator[Report], total: int, output: str | None) -> int:
        from backtrace.checking.judging.class_tally import Tally
        from backtrace.cli.output import writing_to
        from backtrace.views.check.rows import marked

        tally = Tally(self.telling.slip_mark)

        def counted() -> Iterator[Marked]:
            for report in reports:
                tally.add(report)
                yield marked(report, self.telling)

        with writing_to(output) as out:
            # What is written to the same screen as it comes would be torn by a progress bar.
            clear = output is not None or self.form == "table" or not out.isatty()
            self.write_sheets(_with_progress(counted(), total) if clear else counted(), tally, out)
        if tally.unreadable:
            return Exit.BAD_INPUT
        return Exit.MISTAKES if tally.with_mistakes else Exit.FINE

    def write_sheets(self, sheets: Iterable[Marked], tally: Any, out: TextIO) -> None:
        if self.form == "table":
            from backtrace.cli.output import console_for, style_of
            from backtrace.views.check.table import draw_sheets

            console, ascii = console_for(out, self.color), style_of(out).ascii
            draw_sheets(self.heading(out), sheets, tally, self.telling, console, ascii)
        elif self.form == "markdown":
            from backtrace.cli.output import style_of
            from backtrace.views.check.markdown import write_markdown_sheets

            write_markdown_sheets(self.heading(out), sheets, tally, self.telling, out, style_of(out).ascii)
        elif self.form == "junit":
            from backtrace.views.check.junit import write_junit

            write_junit(sheets, out)
        else:
            from backtrace.views.check import data as check_data

            write = check_data.write_json_sheets if self.form == "json" else check_data.write_csv_sheets
            write(sheets, out)

    def heading(self, out: TextIO) -> Iterator[str]:
        """The title and what the numbers rest on, as above a trace."""
        from backtrace.cli.output import style_of
        from backtrace.views.page.headings import problem_lines
        from backtrace.views.page.records import Look

        return problem_lines(self.problem, "float64", Look(style_of(out)))


def _with_progress(sheets: Iterator[Marked], total: int) -> Iterator[Marked]:
    """The sheets, with a bar on standard error that follows them, if that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from sheets
        return
    with click.progressbar(sheets, length=total, label="checking", file=sys.stderr) as bar:
        yield from bar

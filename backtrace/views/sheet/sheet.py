"""Blank answer sheets: the equations of a trace without their right-hand sides, for `check` to read back.

What is given stands above: the problem in words, and for each step and sample its inputs and targets. With
`filled` the values stand in their places.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import NamedTuple, TextIO

from backtrace.checking.reading.answer_form import GIVEN, GIVEN_END
from backtrace.config.emit import Emitter
from backtrace.derivation.equation import Equation
from backtrace.errors import BacktraceError
from backtrace.evaluation.steps import Part
from backtrace.limits import NUMBERS_ASKED
from backtrace.problem.problem import Problem
from backtrace.tracing.grouping import by_layer, of_sample, with_starts
from backtrace.views.check.data import harmless
from backtrace.views.page.headings import part_line, part_title, problem_lines
from backtrace.views.page.problem_statement import Words, plain_words, problem_words, sample_words
from backtrace.views.page.records import Look, part_records
from backtrace.views.trace.markdown import code, escaped, write_heading


class Asking(NamedTuple):
    """How a sheet is written: with formulas, with the values in their places; `note` says how to answer."""

    formulas: bool = False
    filled: bool = False
    note: str = ""
    arithmetic: str = ""


class Blank(NamedTuple):
    """A place for a number: the quantity, what is written there, and the formula if it is told."""

    id: str
    symbol: str
    text: str
    formula: str


class Section(NamedTuple):
    """What belongs to one step and sample; `sample` is None for all of them together."""

    step: int
    sample: int | None
    parts: list[Part]


def sections(problem: Problem, parts: Iterable[Part]) -> list[Section]:
    """The parts by step and sample, without updates that are not made: those of a sample not the step's own.

    Raises:
        BacktraceError: they are too many for a sheet, or there are none.
    """
    found: list[Section] = []
    count = 0
    made = (_answerable(part) for part in parts if not _is_what_if(problem, part))
    for part, starts in with_starts(problem, made):
        if not part.equations:
            continue
        count += len(part.equations)
        if count > NUMBERS_ASKED:
            raise BacktraceError(
                f"more than {NUMBERS_ASKED:,} numbers, the most that a sheet asks for; expected fewer, "
                "chosen with --show or --only"
            )
        if starts:
            found.append(Section(part.step, of_sample(problem, part), []))
        found[-1].parts.append(part)
    if not found:
        raise BacktraceError("nothing to ask for: the step's update is made by another sample")
    return found


def _answerable(part: Part) -> Part:
    """A part without the rows that have no finite value: nobody can write a number for them."""
    return part._replace(equations=[row for row in part.equations if isfinite(part.values[row.id])])


def _is_what_if(problem: Problem, part: Part) -> bool:
    """Whether a part is of the update that another sample than the step's own would make."""
    if problem.batch != "online" or part.phase not in ("update", "after"):
        return False
    return part.sample not in (None, problem.own_sample(part.step))


def blanks(part: Part, equations: Sequence[Equation], look: Look, asking: Asking) -> Iterator[Blank]:
    """The places for some of a part's quantities."""
    for record in part_records(part._replace(equations=equations), look):
        filled, told = asking.filled, asking.formulas
        yield Blank(record.id, record.symbol, record.text if filled else "", record.formula if told else "")


def is_plain(problem: Problem, asked: Sequence[Section]) -> bool:
    """Whether ids alone say what is meant: one section, that of the first step and its own sample."""
    return len(asked) == 1 and asked[0].step == 1 and asked[0].sample == problem.own_sample(1)


def said_above(
    problem: Problem, asked: Sequence[Section], look: Look, asking: Asking
) -> tuple[list[str], list[str]]:
    """The heading's lines; and what is given and how to answer, as lines of plain text."""
    heading = list(problem_lines(problem, asking.arithmetic, look))
    given = list(given_words(problem, asked, look, plain_words(look)))
    return heading, given + ([asking.note] if asking.note else [])


def given_words(problem: Problem, asked: Sequence[Section], look: Look, words: Words) -> Iterator[str]:
    """The problem in words, with the samples that no section tells of and one rests on."""
    parts = [part for section in asked for part in section.parts]
    yield from problem_words(problem, parts, look, words)
    samples = {section.sample for section in asked}
    if None in samples and len(samples) <= len(problem.samples):
        yield from sample_words(problem, words)


def write_yaml(problem: Problem, asked: Sequence[Section], look: Look, asking: Asking, out: TextIO) -> None:
    """Ids with nothing behind the colon; several steps and samples as a list."""
    for lines in said_above(problem, asked, look, asking):
        out.writelines(f"# {line}\n" for line in lines)
        out.write("#\n")
    plain = is_plain(problem, asked)
    word = Emitter().word
    for section in asked:
        out.write(f"# {part_line(problem, section.parts[0], look)}\n")
        if not plain:
            sample = "null" if section.sample is None else section.sample
            out.write(f"- step: {section.step}\n  sample: {sample}\n  answers:\n")
        indent = "" if plain else "    "
        for part in section.parts:
            for equations in by_layer(part):
                out.write(f"{indent}# {part_title(part, equations)}\n")
                for blank in blanks(part, equations, look, asking):
                    comment = f"  # {blank.formula}" if blank.formula else ""
                    value = f" {blank.text}" if blank.text else ""
                    out.write(f"{indent}{word(blank.id)}:{value}{comment}\n")


def write_csv(problem: Problem, asked: Sequence[Section], look: Look, asking: Asking, out: TextIO) -> None:
    """A row for every id, with its step and sample; what is given stands above, in rows that begin with #."""
    writer = csv.writer(out, lineterminator="\n")
    for lines in said_above(problem, asked, look, asking):
        writer.writerows([f"# {line}"] for line in lines)
    writer.writerows([f"# {part_line(problem, section.parts[0], look)}"] for section in asked)
    writer.writerow(["id", "value", "step", "sample", *(["formula"] if asking.formulas else [])])
    for section in asked:
        sample = "total" if section.sample is None else section.sample
        for part in section.parts:
            for equations in by_layer(part):
                for blank in blanks(part, equations, look, asking):
                    formula = [harmless(blank.formula)] if asking.formulas else []
                    writer.writerow([blank.id, blank.text, section.step, sample, *formula])


def write_markdown(
    problem: Problem, asked: Sequence[Section], look: Look, asking: Asking, out: TextIO
) -> None:
    """A table for every phase and layer, its last column empty."""
    out.write(f"{GIVEN}\n\n")
    write_heading(problem_lines(problem, asking.arithmetic, look), out)
    listed = False
    for line in given_words(problem, asked, look, plain_words(look, escaped)):
        is_item = line[:1] == " "
        out.write("" if is_item and listed else "\n")
        out.write(f"- {line.lstrip()}\n" if is_item else f"{line}\n")
        listed = is_item
    if asking.note:
        out.write(f"\n{escaped(asking.note)}\n")
    out.write(f"\n{GIVEN_END}\n")
    formulas = asking.formulas
    for section in asked:
        out.write(f"\n### {escaped(part_line(problem, section.parts[0], look))}\n")
        for part in section.parts:
            for equations in by_layer(part):
                out.write(f"\n**{escaped(part_title(part, equations))}**\n\n")
                out.write("| quantity | formula | value |\n" if formulas else "| quantity | value |\n")
                out.write("| --- | --- | ---: |\n" if formulas else "| --- | ---: |\n")
                for blank in blanks(part, equations, look, asking):
                    middle = f" {code(blank.formula)} |" if formulas else ""
                    out.write(f"| {code(blank.symbol)} |{middle} {blank.text} |\n")

"""Blank answer sheets: the equations of a trace without their right-hand sides, for `check` to read back.

Owns what a sheet asks for, and its YAML, CSV and Markdown. The givens are above: the problem in words, and
for each step and sample its inputs and targets. Must not know how an answer is judged.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import NamedTuple, TextIO

from backtrace.checking.reading.answer_form import GIVEN, GIVEN_END
from backtrace.config.write import word
from backtrace.derivation.equation import Equation
from backtrace.errors import BacktraceError
from backtrace.evaluation.steps import Part
from backtrace.limits import NUMBERS_ASKED
from backtrace.problem.problem import Problem
from backtrace.tracing.grouping import by_layer, of_sample, with_starts
from backtrace.views.check.data import harmless
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_line, part_title, problem_lines
from backtrace.views.page.markdown import code, escaped, table_lines, write_heading
from backtrace.views.page.problem_statement import Sentence, plain_lines, problem_words, sample_words
from backtrace.views.page.records import Look, Record, part_records


class Asking(NamedTuple):
    """The options of a sheet: with formulas, with the values filled in; `note` says how to answer."""

    formulas: bool = False
    filled: bool = False
    note: str = ""
    arithmetic: str = ""


class Section(NamedTuple):
    """The parts of one step and sample; `sample` is None for all of them together."""

    step: int
    sample: int | None
    parts: list[Part]

    def layers(self) -> Iterator[tuple[Part, Sequence[Equation]]]:
        """The equations of each phase and layer, with the part that they belong to."""
        return ((part, equations) for part in self.parts for equations in by_layer(part))


class BlankSheet(NamedTuple):
    """A sheet and the place to write it to, for a writer of any format."""

    problem: Problem
    sections: Sequence[Section]
    look: Look
    out: TextIO
    asking: Asking

    @classmethod
    def of(cls, context: ViewContext) -> BlankSheet:
        """The sheet that a view is asked for."""
        return cls(*context[:4], context.options["asking"])

    def heading(self) -> Iterator[str]:
        return problem_lines(self.problem, self.asking.arithmetic, self.look)

    def givens(self) -> Iterator[Sentence]:
        """The problem in words, with the samples if a section needs some that no section describes."""
        parts = [part for section in self.sections for part in section.parts]
        yield from problem_words(self.problem, parts, self.look)
        samples = {section.sample for section in self.sections}
        if None in samples and len(samples) <= len(self.problem.samples):
            yield from sample_words(self.problem, parts[0], self.look)

    def plain_lines(self) -> tuple[list[str], list[str]]:
        """The heading; and the givens and how to answer, as lines of plain text."""
        note = [self.asking.note] if self.asking.note else []
        return list(self.heading()), [*plain_lines(self.givens(), self.look), *note]

    def place(self, section: Section) -> str:
        """The step and the sample of a section, with inputs and targets."""
        return part_line(self.problem, section.parts[0], self.look)

    def blanks(self, part: Part, equations: Sequence[Equation]) -> Iterator[Record]:
        """The places for some of a part's quantities, with the value or the formula only if it is shown."""
        filled, formulas = self.asking.filled, self.asking.formulas
        for record in part_records(part._replace(equations=equations), self.look):
            yield record._replace(
                text=record.text if filled else "", formula=record.formula if formulas else ""
            )

    @property
    def is_plain(self) -> bool:
        """Whether ids alone are unambiguous: one section, that of the first step and its own sample."""
        first = self.sections[0]
        return len(self.sections) == 1 and (first.step, first.sample) == (1, self.problem.own_sample(1))


def sections(problem: Problem, parts: Iterable[Part]) -> list[Section]:
    """The parts by step and sample, without updates by a sample that is not the step's own.

    Raises:
        BacktraceError: there are too many equations for a sheet, or none.
    """
    found: list[Section] = []
    count = 0
    own = (_answerable(part) for part in parts if not _is_what_if(problem, part))
    for part, starts in with_starts(problem, own):
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
    """Whether a part belongs to an update by another sample than the step's own."""
    if problem.batch != "online" or part.phase not in ("update", "after"):
        return False
    return part.sample not in (None, problem.own_sample(part.step))


def write_yaml(context: ViewContext) -> None:
    """Write ids with nothing behind the colon; several steps and samples as a list."""
    sheet, out = BlankSheet.of(context), context.out
    for lines in sheet.plain_lines():
        out.writelines(f"# {line}\n" for line in lines)
        out.write("#\n")
    indent = "" if sheet.is_plain else "    "
    for section in sheet.sections:
        out.write(f"# {sheet.place(section)}\n")
        if not sheet.is_plain:
            sample = "null" if section.sample is None else section.sample
            out.write(f"- step: {section.step}\n  sample: {sample}\n  answers:\n")
        for part, equations in section.layers():
            out.write(f"{indent}# {part_title(part, equations)}\n")
            for blank in sheet.blanks(part, equations):
                comment = f"  # {blank.formula}" if blank.formula else ""
                value = f" {blank.text}" if blank.text else ""
                out.write(f"{indent}{word(blank.id)}:{value}{comment}\n")


def write_csv(context: ViewContext) -> None:
    """Write a row for every id, with its step and sample; the givens are in rows that begin with #."""
    sheet, writer = BlankSheet.of(context), csv.writer(context.out, lineterminator="\n")
    for lines in sheet.plain_lines():
        writer.writerows([f"# {line}"] for line in lines)
    writer.writerows([f"# {sheet.place(section)}"] for section in sheet.sections)
    formulas = sheet.asking.formulas
    writer.writerow(["id", "value", "step", "sample", *(["formula"] if formulas else [])])
    for section in sheet.sections:
        sample = "total" if section.sample is None else section.sample
        for part, equations in section.layers():
            for blank in sheet.blanks(part, equations):
                formula = [harmless(blank.formula)] if formulas else []
                writer.writerow([blank.id, blank.text, section.step, sample, *formula])


def write_markdown(context: ViewContext) -> None:
    """Write a table for every phase and layer, its last column empty."""
    sheet, out = BlankSheet.of(context), context.out
    out.write(f"{GIVEN}\n\n")
    write_heading(sheet.heading(), out)
    is_list = False
    for line in plain_lines(sheet.givens(), sheet.look, escaped):
        is_item = line[:1] == " "
        out.write("" if is_item and is_list else "\n")
        out.write(f"- {line.lstrip()}\n" if is_item else f"{line}\n")
        is_list = is_item
    if sheet.asking.note:
        out.write(f"\n{escaped(sheet.asking.note)}\n")
    out.write(f"\n{GIVEN_END}\n")
    for section in sheet.sections:
        out.write(f"\n### {escaped(sheet.place(section))}\n")
        for part, equations in section.layers():
            out.write(f"\n**{escaped(part_title(part, equations))}**\n\n")
            blanks = sheet.blanks(part, equations)
            if sheet.asking.formulas:
                rows = ((code(blank.symbol), code(blank.formula), blank.text) for blank in blanks)
                lines = table_lines(("quantity", "formula", "value"), rows, {2})
            else:
                lines = table_lines(("quantity", "value"), ((code(b.symbol), b.text) for b in blanks), {1})
            out.writelines(f"{line}\n" for line in lines)

"""Checked sheets as Markdown tables, complete, written as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TextIO

from backtrace.checking.judging.class_tally import Tally
from backtrace.errors import printable
from backtrace.views.check.class_rows import class_lines, marks_cell, mistakes_line
from backtrace.views.check.rows import (
    Marked,
    Row,
    Telling,
    expected,
    explained,
    formula_label,
    formulas_line,
    labels,
    lists,
    summary_line,
    typed,
    unread_line,
    where,
)
from backtrace.views.check.table import MARKS
from backtrace.views.trace.markdown import code, escaped, write_heading


def write_markdown(
    heading: Iterable[str], sheet: Marked, out: TextIO, verbose: bool = False, ascii: bool = False
) -> None:
    """One sheet: what holds for all of it, every number, and the marks."""
    text = _text(ascii)
    write_heading(heading, out)
    out.write("\n")
    for convention in sheet.conventions:
        out.write(f"{text(convention.sentence)}\n\n")
    if sheet.rows:
        last = "place" if any(row.place for row in sheet.rows) else "line"
        out.write(f"| stated name | stated | expected | verdict | explanation | {last} |\n")
        out.write(f"| --- | ---: | ---: | --- | --- | {'---' if last == 'place' else '---:'} |\n")
        for row, label in zip(sheet.rows, labels(sheet.rows), strict=True):
            out.write(f"| {' | '.join(_cells(row, label, ascii))} |\n")
        out.write("\n")
    if sheet.rows or not formulas_line(sheet):
        out.write(f"**{summary_line(sheet)}**\n")
    _write_formulas(sheet, out, ascii)
    if sheet.unread and not verbose:
        out.write(f"\n{text(unread_line(sheet, listed=False))}\n")
    for above, lines in lists(sheet) if verbose else ():
        out.write(f"\n{text(above)}\n\n" + "".join(f"- {text(line.strip())}\n" for line in lines))


def _write_formulas(sheet: Marked, out: TextIO, ascii: bool) -> None:
    """The formulas that are wrong; they earn and cost no marks."""
    text = _text(ascii)
    if sheet.formulas:
        out.write("\n| formula | explanation | line |\n| --- | --- | ---: |\n")
    for finding in sheet.formulas:
        label = formula_label(finding)
        shown = span(typed(label) if ascii else label)
        out.write(f"| {shown} | {text(finding.explanation)} | {finding.line} |\n")
    if formulas_line(sheet):
        out.write(f"\n{text(formulas_line(sheet))}\n")


def write_markdown_sheets(
    heading: Iterable[str],
    sheets: Iterable[Marked],
    tally: Tally,
    telling: Telling,
    out: TextIO,
    ascii: bool = False,
) -> None:
    """A class: a row for each sheet, and what went wrong most often."""
    text = _text(ascii)
    write_heading(heading, out)
    out.write("\n")
    out.write("| sheet | marks | mistakes |\n| --- | ---: | --- |\n")
    for sheet in sheets:
        out.write(f"| {span(sheet.file)} | {marks_cell(sheet)} | {text(mistakes_line(sheet))} |\n")
    out.write("\n" + "".join(f"- {text(line)}\n" for line in class_lines(tally, telling)))


def _text(ascii: bool) -> Callable[[str], str]:
    """What makes text safe, in signs that the output can carry."""
    return (lambda text: escaped(typed(text))) if ascii else escaped


def _cells(row: Row, label: str, ascii: bool) -> tuple[str, ...]:
    sign, plain, _ = MARKS[row.verdict]
    return (
        span(typed(label) if ascii else label),
        span(typed(row.stated) if ascii else row.stated),
        expected(row),
        f"{plain if ascii else sign} {row.verdict}",
        _text(ascii)(explained(row)),
        _text(ascii)(where(row)),
    )


def span(text: str) -> str:
    """A code span, or escaped text where a code span would not hold it."""
    text = printable(text)
    return escaped(text) if "`" in text or "\\" in text or not text.strip() else code(text)

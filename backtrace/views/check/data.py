"""Checked sheets as JSON and CSV, written as they come; both have the same columns, and the marks.

JSON has the marks of a sheet, CSV that of each number, to be added up.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from typing import Any

from backtrace.checking.report import FormulaFinding
from backtrace.errors import printable
from backtrace.views.check.rows import ReportRow, ShownSheet, exact_marks, place
from backtrace.views.page.context import ViewContext
from backtrace.views.trace.data import safe_encoder

COLUMNS = tuple("id stated expected verdict slip explanation alternatives root line sample step".split())
CSV_COLUMNS = (*COLUMNS, "mark")
_NUMBER = re.compile(r"[+-]?(?=[\d.])[\d,_]*\.?\d*(?:[eE][+-]?\d+)?")
_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # a spreadsheet takes the wide ones too


def write_json(context: ViewContext) -> None:
    """One sheet."""
    encode, error = safe_encoder(context.out), context.content.report.error
    failed = "" if error is None else f'"error": {encode(error)}, '
    context.out.write(f'{{"schema": 1, {failed}{_parts(context.content, encode)}}}\n')


def write_json_sheets(context: ViewContext) -> None:
    """Several sheets in one document; one that could not be read has an error, and no answers."""
    out, encode = context.out, safe_encoder(context.out)
    out.write('{"schema": 1, "sheets": [')
    separator = "\n"
    for sheet in context.content:
        file = f'"file": {encode(sheet.report.file)}, "error": {encode(sheet.report.error)}'
        out.write(f"{separator}{{{file}, {_parts(sheet, encode)}}}")
        separator = ",\n"
    out.write("\n]}\n")


def _parts(sheet: ShownSheet, encode: Callable[[object], str]) -> str:
    """The parts of a sheet, without the brackets around them: each answer on a line of its own."""
    marks = {"marks": exact_marks(sheet.marks), "out_of": sheet.report.out_of}
    summary = encode({"answers": len(sheet.rows), **sheet.counts, **marks})
    answers = ",".join(f"\n  {encode(_answer(row))}" for row in sheet.rows)
    conventions = encode([{"what": c.what, "sentence": c.sentence} for c in sheet.report.conventions])
    formulas = encode([_formula(finding) for finding in sheet.formulas])
    missing = sheet.report.missing
    is_asked = "" if missing is None else f', "missing": {encode([root._asdict() for root in missing])}'
    return (
        f'"summary": {summary},\n "answers": [{answers}],\n '
        f'"conventions": {conventions}, "formulas": {formulas}{is_asked}'
    )


def _formula(finding: FormulaFinding) -> dict[str, Any]:
    fields = finding._asdict()
    return fields if finding.place else {name: fields[name] for name in fields if name != "place"}


def _fields(row: ReportRow) -> dict[str, Any]:
    known = {**row._asdict(), "stated": row.statement.text, "line": row.statement.line}
    return {name: known[name] for name in COLUMNS}


def _answer(row: ReportRow) -> dict[str, Any]:
    fields = _fields(row)
    fields["alternatives"] = [{"slip": f.slip, "explanation": f.explanation} for f in row.alternatives]
    fields["root"] = row.root._asdict() if row.root else None
    return {**fields, "place": row.statement.place} if row.statement.place else fields


def write_csv(context: ViewContext) -> None:
    """A header and a line for every statement."""
    writer = csv.writer(context.out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows(_cells(row) for row in context.content.rows)


def write_csv_sheets(context: ViewContext) -> None:
    """CSV with the file in front of each statement; one that could not be read has a line that says so."""
    writer = csv.writer(context.out, lineterminator="\n")
    writer.writerow(("file", "error", *CSV_COLUMNS))
    for sheet in context.content:
        file, error = harmless(sheet.report.file), sheet.report.error
        if error is not None:
            writer.writerow((file, harmless(error), *("" for _ in CSV_COLUMNS)))
        writer.writerows((file, "", *_cells(row)) for row in sheet.rows)


def _cells(row: ReportRow) -> list[Any]:
    fields = _fields(row)
    fields["alternatives"] = "; ".join(finding.slip for finding in row.alternatives)
    fields["root"] = row.root.id + place(row.root.step, row.root.sample) if row.root else ""
    for name in ("id", "stated", "explanation", "root"):
        fields[name] = harmless(fields[name])
    return [*fields.values(), exact_marks(row.mark) if row.out_of else None]


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe in front, unless it is a number.

    >>> [harmless(text) for text in ("=1+1", "-0.084", "-x", "δ_o")]
    ["'=1+1", '-0.084', "'-x", 'δ_o']
    """
    text = printable(text)
    if text.lstrip().startswith(_FORMULA_SIGNS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text

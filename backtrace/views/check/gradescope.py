"""An autograder's results.json, as Gradescope reads it and shows it to a student."""

from __future__ import annotations

from typing import Any

from backtrace.errors import printable
from backtrace.views.check.rows import ReportRow, exact_marks
from backtrace.views.check.sentences import about, labelled
from backtrace.views.page.context import ViewContext
from backtrace.views.trace.data import safe_encoder

# Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format


def write_results(context: ViewContext) -> None:
    """One sheet. A student sees all of it; how much it tells has been decided before."""
    sheet, out = context.content, context.out
    if sheet.error is not None:
        tests = [_test("the sheet can be read", 1, 0, 1, sheet.error)]
        said = "the sheet could not be read"
    else:
        tests = [
            _test(f"{label} = {row.statement.text}", number, row.mark, row.out_of, _said(row))
            for number, (label, row) in enumerate(labelled(sheet.rows), 1)
        ]
        said = about(sheet)
    results = {
        "score": exact_marks(sheet.marks),
        "output": said,
        "output_format": "text",
        "visibility": "visible",
        "tests": tests,
    }
    out.write(f"{safe_encoder(out)(results)}\n")


def _test(name: str, number: int, score: float, out_of: int, output: str) -> dict[str, Any]:
    return {
        "score": exact_marks(score),
        "max_score": out_of,
        "name": printable(name),
        "number": str(number),
        "output": printable(output),
        "output_format": "text",
        "status": "passed" if out_of and score >= out_of else "failed",
        "visibility": "visible",
    }


def _said(row: ReportRow) -> str:
    """The verdict and its reason in a line."""
    said = f"{row.verdict}: {row.reason}" if row.reason else row.verdict
    return f"{said}; expected {row.expected_text}" if row.expected_text else said

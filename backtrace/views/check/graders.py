"""Reports for grading tools: JUnit XML, which CI systems read, and the results.json of Gradescope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from backtrace.checking.report import FAULTY
from backtrace.errors import printable
from backtrace.views.check.rows import ReportRow, ShownSheet, exact_marks
from backtrace.views.check.sentences import about, labelled, missing_names, summary_line
from backtrace.views.diagram.svg import carried
from backtrace.views.page.context import ViewContext
from backtrace.views.trace.data import safe_encoder

NOT_PASSED = (*FAULTY, "unknown")
MISSING = "this was asked for, and is missing"
CAN_BE_READ = "the sheet can be read"  # the name of the only test of a sheet that cannot


def write_junit(context: ViewContext) -> None:
    """One sheet as a test suite, for continuous integration."""
    write_junit_sheets(context._replace(content=[context.content]))


def write_junit_sheets(context: ViewContext) -> None:
    """A document with a suite for each sheet, written as they come.

    A slip or a wrong number is a failure, an unknown name is skipped, a sheet that cannot be read an error.
    """
    out = context.out
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="backtrace check">\n')
    for sheet in context.content:
        out.writelines(f"{carried(line, out)}\n" for line in _suite(sheet))
    out.write("</testsuites>\n")


def _suite(sheet: ShownSheet) -> Iterator[str]:
    file, error = _attribute(sheet.report.file), sheet.report.error
    missing = missing_names(sheet.report)
    failures = sum(row.verdict in FAULTY for row in sheet.rows) + len(missing)
    errors = int(error is not None)
    yield (
        f'<testsuite name={file} tests="{len(sheet.rows) + len(missing) + errors}" failures="{failures}" '
        f'errors="{errors}" skipped="{sheet.counts["unknown"]}">'
    )
    if error is not None:
        yield f'<testcase classname={file} name="{CAN_BE_READ}">'
        yield f'<error type="unreadable" message={_attribute(error)}/>'
        yield "</testcase>"
    for label, row in labelled(sheet.rows):
        yield from _case(row, label, file)
    if error is None:
        for name in missing:
            yield f"<testcase classname={file} name={_attribute(name)}>"
            yield f'<failure type="missing" message="{MISSING}"/>'
            yield "</testcase>"
        yield f"<system-out>{escape(about(sheet))}</system-out>"
    yield "</testsuite>"


def _case(row: ReportRow, label: str, file: str) -> Iterator[str]:
    name = _attribute(f"{label} = {row.statement.text}")
    line = f' line="{row.statement.line}"' if row.statement.line is not None else ""
    message = _attribute(row.explanation or row.verdict)
    yield f"<testcase classname={file} name={name}{line}{'>' if row.verdict in NOT_PASSED else '/>'}"
    if row.verdict in FAULTY:
        said = escape(row.expected_text and f"expected {row.expected_text}")
        yield f"<failure type={_attribute(row.slip or row.verdict)} message={message}>{said}</failure>"
    elif row.verdict == "unknown":
        yield f"<skipped message={message}/>"
    if row.verdict in NOT_PASSED:
        yield "</testcase>"


def _attribute(text: str) -> str:
    """A quoted value. What XML or a terminal cannot carry is written as its escape."""
    return quoteattr(printable(text))


# Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format


def write_results(context: ViewContext) -> None:
    """One sheet for Gradescope. A student sees all of it; how much it tells has been decided before."""
    sheet, out = context.content, context.out
    tests: list[dict[str, Any]] = []
    if sheet.report.error is not None:
        tests = [_test(CAN_BE_READ, 1, 0, 1, sheet.report.error)]
        said = summary_line(sheet) if sheet.rows else "the sheet could not be read"
    tests += [
        _test(f"{label} = {row.statement.text}", number, row.mark, row.out_of, _said(row))
        for number, (label, row) in enumerate(labelled(sheet.rows), len(tests) + 1)
    ]
    if sheet.report.error is None:
        missing = enumerate(missing_names(sheet.report), len(tests) + 1)
        tests += [_test(name, number, 0, 1, MISSING) for number, name in missing]
        said = about(sheet)
    text = {"output": said, "output_format": "text", "visibility": "visible"}
    results = {"score": exact_marks(sheet.marks), **text, "tests": tests}
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

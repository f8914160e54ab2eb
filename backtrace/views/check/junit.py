"""JUnit XML, which CI systems read: a suite for each sheet, a case for each statement."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from backtrace.checking.report import FAULTY
from backtrace.errors import printable
from backtrace.views.check.rows import ReportRow, ShownSheet
from backtrace.views.check.sentences import about, labelled
from backtrace.views.page.context import ViewContext

NOT_PASSED = (*FAULTY, "unknown")


def write_junit(context: ViewContext) -> None:
    """One sheet as a test suite, for continuous integration."""
    write_junit_sheets(context._replace(content=[context.content]))


def write_junit_sheets(context: ViewContext) -> None:
    """A document with a suite for each sheet, written as they come.

    A slip or a wrong number is a failure, an unknown name is skipped, a sheet that cannot be read an error.
    """
    out = context.out
    carried = (out.encoding or "utf-8").lower().replace("_", "-").startswith("utf-")
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="backtrace check">\n')
    for sheet in context.content:
        for line in _suite(sheet):
            text = line if carried else line.encode("ascii", "xmlcharrefreplace").decode()
            out.write(f"{text}\n")
    out.write("</testsuites>\n")


def _suite(sheet: ShownSheet) -> Iterator[str]:
    file = _attribute(sheet.file)
    failures = sum(row.verdict in FAULTY for row in sheet.rows)
    skipped = sheet.counts["unknown"]
    errors = int(sheet.error is not None)
    yield (
        f'<testsuite name={file} tests="{len(sheet.rows) + errors}" failures="{failures}" '
        f'errors="{errors}" skipped="{skipped}">'
    )
    if sheet.error is not None:
        yield f'<testcase classname={file} name="the sheet can be read">'
        yield f'<error type="unreadable" message={_attribute(sheet.error)}/>'
        yield "</testcase>"
    else:
        for label, row in labelled(sheet.rows):
            yield from _case(row, label, file)
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

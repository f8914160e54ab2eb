"""Sentences about a sheet, and about a class, that several formats show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from backtrace.checking.judging.class_counts import ClassCounts
from backtrace.checking.report import FAULTY, FormulaFinding, Report, Root
from backtrace.errors import printable
from backtrace.views.check.rows import Disclosure, ReportRow, ShownSheet, exact_marks, place, sentence_of

LINE_CHARACTERS = 200  # shown of a line that was not understood
MISTAKES_NAMED = 5  # of a sheet, in a line
COMMON_NAMED = 3  # of a class, in a line


def labelled(rows: Sequence[ReportRow]) -> Iterator[tuple[str, ReportRow]]:
    """The rows with the student's names for them; with step and sample where these are not all the same."""
    for where, row in zip(_places(rows), rows, strict=True):
        yield f"{printable(row.statement.name)}{where}", row


def _places(quantities: Sequence[ReportRow | Root]) -> Iterator[str]:
    """Step and sample of each quantity, where these are not all the same."""
    has_steps = len({one.step for one in quantities} - {None}) > 1
    has_samples = len({one.sample for one in quantities} - {None}) > 1
    for one in quantities:
        yield place(one.step if has_steps else None, one.sample if has_samples else None)


def formula_label(finding: FormulaFinding) -> str:
    """A formula as it is written, with the quantity that it was read for."""
    return printable(f"{finding.id} = {finding.formula}"[:LINE_CHARACTERS])


def shown_marks(marks: float, out_of: int) -> str:
    """Marks as a person reads them."""
    return f"{exact_marks(marks):,} of {out_of:,}"


def summary_line(sheet: ShownSheet) -> str:
    """The marks, and the verdicts that they add up from: 5 of 6 marks: 5 correct, 1 slip."""
    counted = [f"{count:,} {verdict}" for verdict, count in sheet.counts.items() if count]
    if not counted:
        return "no stated numbers found"
    if not sheet.report.marks_something:
        return f"nothing here can be marked: {', '.join(counted)}"
    blank = f"; {sheet.report.blank:,} left blank" if sheet.report.blank else ""
    return f"{shown_marks(sheet.marks, sheet.report.out_of)} marks: {', '.join(counted)}{blank}"


def missing_names(report: Report) -> list[str]:
    """What was asked for and is not stated."""
    missing = report.missing or ()
    return [f"{printable(root.id)}{where}" for where, root in zip(_places(missing), missing, strict=True)]


def missing_line(report: Report, most: int | None = None) -> str:
    """What is missing, up to so many names; nothing if all is there."""
    names = missing_names(report)
    more = len(names[:most]) < len(names)
    listed = [*names[:most], f"{len(names) - (most or 0):,} more"] if more else names
    return f"missing: {', '.join(listed)}" if names else ""


def unread_line(sheet: ShownSheet, listed: bool = False) -> str:
    """The number of lines that were not understood, and how to see them; nothing if none."""
    many = len(sheet.report.unread)
    if not many:
        return ""
    said = f"{many:,} {'line was' if many == 1 else 'lines were'} not understood"
    return f"{said}:" if listed else f"{said} (--verbose lists {'it' if many == 1 else 'them'})"


def formulas_line(sheet: ShownSheet) -> str:
    """How many formulas were evaluated and how many of them are right; nothing if there are none."""
    right, failed = sheet.report.right_formulas, len(sheet.report.not_evaluated)
    evaluated = right + len(sheet.formulas)
    formulas = "formula is" if evaluated == 1 else "formulas are"
    said = f"{right:,} of {evaluated:,} {formulas} right" if evaluated else ""
    if not failed:
        return said
    return f"{said + '; ' if said else 'formulas: '}{failed:,} could not be evaluated"


def lists(sheet: ShownSheet) -> list[tuple[str, list[str]]]:
    """The lists of --verbose, each below a line that says what it holds."""

    def numbered(lines: Sequence[tuple[int, str]]) -> list[str]:
        return [f"  line {line}: {printable(text[:LINE_CHARACTERS])}" for line, text in lines]

    unread = unread_line(sheet, listed=True), numbered(sheet.report.unread)
    not_evaluated = "formulas that could not be evaluated:", numbered(sheet.report.not_evaluated)
    return [(above, lines) for above, lines in (unread, not_evaluated) if lines]


def about(sheet: ShownSheet) -> str:
    """Everything that concerns a whole sheet, for formats that have one place for it."""
    lines = [convention.sentence for convention in sheet.report.conventions]
    lines += filter(None, (summary_line(sheet), missing_line(sheet.report), formulas_line(sheet)))
    lines += [f"  {f.place or f'line {f.line}'}: {formula_label(f)}: {f.explanation}" for f in sheet.formulas]
    if sheet.report.unread:
        above, unread = lists(sheet)[0]
        lines += [above, *unread]
    return "\n".join(map(printable, lines))


def class_row(sheet: ShownSheet) -> tuple[str, str, str]:
    """One sheet of many: its file, its marks, and its mistakes in a line."""
    report = sheet.report
    if report.error is not None:
        names = ", ".join(printable(row.statement.name) for row in sheet.rows[:MISTAKES_NAMED])
        more = f", {len(sheet.rows) - MISTAKES_NAMED:,} more" if len(sheet.rows) > MISTAKES_NAMED else ""
        unknown = f"nothing here can be marked; unknown: {names}{more}"
        said = unknown if sheet.rows else f"unreadable: {printable(report.error)}"
        return printable(report.file), "-", said
    wrong = [row for row in sheet.rows if row.verdict in FAULTY]
    mistakes: dict[str, list[str]] = defaultdict(list)
    for row in wrong[:MISTAKES_NAMED]:
        mistakes[sentence_of(row.slip) if row.slip else row.verdict].append(row.id)
    named = [printable(f"{', '.join(ids)}: {what}") for what, ids in mistakes.items()]
    if len(wrong) > MISTAKES_NAMED:
        named.append(f"{len(wrong) - MISTAKES_NAMED:,} more")
    if report.missing:
        named.append(missing_line(report, MISTAKES_NAMED))
    if sheet.counts["unknown"]:
        named.append(f"{sheet.counts['unknown']:,} unknown")
    if sheet.formulas:
        named.append(f"{len(sheet.formulas):,} wrong {'formula' if len(sheet.formulas) == 1 else 'formulas'}")
    if report.blank:
        named.append(f"{report.blank:,} left blank")
    if report.unread:
        named.append(unread_line(sheet).partition(" (")[0])
    return printable(report.file), shown_marks(sheet.marks, report.out_of), "; ".join(named)


def class_lines(counts: ClassCounts, disclosure: Disclosure) -> list[str]:
    """The class summary: how the sheets did, which quantities were often wrong, and by which slips."""
    read = counts.sheets - counts.unreadable
    kinds = (
        (read - counts.with_mistakes, "without mistakes"),
        (counts.with_mistakes, "with mistakes"),
        (counts.unreadable, "unreadable"),
    )
    counted = ", ".join(f"{count:,} {kind}" for count, kind in kinds if count)
    lines = [f"{_sheets(counts.sheets)}: {counted}"]
    if read:
        lines.append(f"marks: {shown_marks(counts.marks, counts.out_of)}")
    if counts.quantities:
        often = [f"{printable(id)} in {_sheets(n)}" for id, n in counts.quantities.most_common(COMMON_NAMED)]
        lines.append(f"most often wrong: {', '.join(often)}")
    if counts.missing:
        often = [f"{printable(id)} in {_sheets(n)}" for id, n in counts.missing.most_common(COMMON_NAMED)]
        lines.append(f"most often missing: {', '.join(often)}")
    if counts.slips and disclosure.feedback != "brief":
        slips = counts.slips.most_common(COMMON_NAMED)
        often = [f"{sentence_of(slip)} in {_sheets(n)}" for slip, n in slips]
        lines.append(f"most common slips: {', '.join(often)}")
    lines += [
        f"in {_sheets(n)}: {printable(said)}" for said, n in counts.conventions.most_common(COMMON_NAMED)
    ]
    return lines


def _sheets(count: int) -> str:
    return "1 sheet" if count == 1 else f"{count:,} sheets"

"""What is told of many sheets: each in a row, and what the class as a whole did."""

from __future__ import annotations

from backtrace.checking.judging.class_tally import Tally
from backtrace.checking.report import FAULTY
from backtrace.errors import printable
from backtrace.views.check.rows import Marked, Telling, sentence_of, shown_marks, unread_line

_MOST_MISTAKES = 5  # of a sheet, in a line
_MOST_OFTEN = 3  # of a class, in a line


def mistakes_line(sheet: Marked) -> str:
    """What went wrong on one sheet of many, in a line."""
    if sheet.error is not None:
        return f"unreadable: {printable(sheet.error)}"
    wrong = [row for row in sheet.rows if row.verdict in FAULTY]
    named = [printable(f"{row.id} {row.slip or row.verdict}") for row in wrong[:_MOST_MISTAKES]]
    if len(wrong) > _MOST_MISTAKES:
        named.append(f"{len(wrong) - _MOST_MISTAKES:,} more")
    if sheet.counts["unknown"]:
        named.append(f"{sheet.counts['unknown']:,} unknown")
    if sheet.formulas:
        named.append(f"{len(sheet.formulas):,} wrong {'formula' if len(sheet.formulas) == 1 else 'formulas'}")
    if sheet.blank:
        named.append(f"{sheet.blank:,} left blank")
    if sheet.unread:
        named.append(unread_line(sheet, listed=False).partition(" (")[0])
    return ", ".join(named)


def marks_cell(sheet: Marked) -> str:
    """The marks of one sheet of many."""
    return "-" if sheet.error is not None else f"{shown_marks(sheet.marks)} of {sheet.out_of:,}"


def class_lines(tally: Tally, telling: Telling) -> list[str]:
    """The class summary: how the sheets did, what most often went wrong, and how."""
    read = tally.sheets - tally.unreadable
    counted = [
        f"{count:,} {what}"
        for count, what in (
            (read - tally.with_mistakes, "without mistakes"),
            (tally.with_mistakes, "with mistakes"),
            (tally.unreadable, "unreadable"),
        )
        if count
    ]
    lines = [f"{_sheets(tally.sheets)}: {', '.join(counted)}"]
    if read:
        lines.append(f"marks: {shown_marks(tally.marks)} of {tally.out_of:,}")
    if tally.quantities:
        often = [f"{printable(id)} in {_sheets(n)}" for id, n in tally.quantities.most_common(_MOST_OFTEN)]
        lines.append(f"most often wrong: {', '.join(often)}")
    if tally.slips and telling.feedback != "brief":
        slips = tally.slips.most_common(_MOST_OFTEN)
        often = [f"{slip} in {_sheets(n)} ({sentence_of(slip)})" for slip, n in slips]
        lines.append(f"most common slips: {', '.join(often)}")
    lines += [f"in {_sheets(n)}: {printable(said)}" for said, n in tally.conventions.most_common(_MOST_OFTEN)]
    return lines


def _sheets(count: int) -> str:
    return "1 sheet" if count == 1 else f"{count:,} sheets"

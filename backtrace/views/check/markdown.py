"""Checked sheets as Markdown tables, complete, written as they come."""

from __future__ import annotations

from backtrace.errors import printable
from backtrace.views.check.blocks import SHEETS, ReportLine, ReportTable, sheet_blocks
from backtrace.views.check.sentences import class_lines, class_row
from backtrace.views.page.context import ViewContext
from backtrace.views.page.markdown import code, escaped, write_heading
from backtrace.views.page.records import typed
from backtrace.views.page.rich_columns import Columns, Texts


def write_markdown(context: ViewContext) -> None:
    """One sheet: what holds for all of it, every number, and the marks."""
    out = context.out
    write_heading(context.heading(), out)
    for block in sheet_blocks(context.content, context.has("verbose"), context.look.style.ascii):
        out.write("\n")
        if isinstance(block, ReportTable):
            out.writelines(_table_head(block.form))
            out.writelines(_table_row(block.form, row, block.quoted) for row in block.rows)
        elif isinstance(block, ReportLine):
            text = escaped(block.text)
            out.write(f"**{text}**\n" if block.style == "bold" else f"{text}\n")
        else:
            out.write(f"{escaped(block.above)}\n\n")
            out.writelines(f"- {escaped(line.strip())}\n" for line in block.lines)


def write_markdown_sheets(context: ViewContext) -> None:
    """A class: a row for each sheet, and the most common mistakes."""
    out, ascii = context.out, context.look.style.ascii
    write_heading(context.heading(), out)
    out.write("\n")
    out.writelines(_table_head(SHEETS))
    for sheet in context.content:
        file, marks, mistakes = class_row(sheet)
        row = file, marks, typed(mistakes) if ascii else mistakes
        out.write(_table_row(SHEETS, row, frozenset((0,))))
    out.write("\n")
    for line in class_lines(context.options["counts"], context.options["disclosure"]):
        out.write(f"- {escaped(typed(line) if ascii else line)}\n")


def _table_head(form: Columns) -> tuple[str, str]:
    rules = ["---:" if place in form.right else "---" for place in range(len(form.headings))]
    return f"| {' | '.join(form.headings)} |\n", f"| {' | '.join(rules)} |\n"


def _table_row(form: Columns, row: Texts, quoted: frozenset[int]) -> str:
    def cell(place: int, text: str) -> str:
        if place in quoted:
            return span(text)
        return text if place == form.styled else escaped(text)  # a verdict is our own word

    return f"| {' | '.join(cell(place, text) for place, text in enumerate(row))} |\n"


def span(text: str) -> str:
    """A code span, or escaped text where a code span would not hold it."""
    text = printable(text)
    return escaped(text) if "`" in text or "\\" in text or not text.strip() else code(text)

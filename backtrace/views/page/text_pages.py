"""Pages of text: at the terminal, with rich tables that fit its width, and in Markdown, complete.

Both classes have the same methods, so a command writes its result once for both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.text import Text

from backtrace.evaluation.steps import Part
from backtrace.views.page.context import ViewContext
from backtrace.views.page.equation_table import equation_table
from backtrace.views.page.headings import part_line
from backtrace.views.page.markdown import code, escaped, span, table_lines, write_heading
from backtrace.views.page.records import COLUMNS, part_records
from backtrace.views.page.rich_table import Columns, Texts, print_heading, print_line, table_in
from backtrace.views.page.truncation import TABLE_ROWS

Row = TypeVar("Row")


class TerminalPage:
    """Lines and tables in the width of the terminal; some tables are shortened."""

    def __init__(self, context: ViewContext) -> None:
        self.problem, self.look = context.problem, context.look
        self.console = context.console()
        self.width = self.console.width

    def begin(self, heading: Iterable[str]) -> None:
        """The title and the facts that the numbers depend on."""
        lines = list(heading)  # the first is the title, as it is written
        print_heading([*lines[:1], *map(self.look.prose, lines[1:])], self.console)

    def heading(self, part: Part) -> None:
        """The step and the sample of a part, with the sample's numbers."""
        self.title(part_line(self.problem, part, self.look))

    def title(self, text: str) -> None:
        self.gap()
        self.line(text, "bold")

    def gap(self) -> None:
        self.console.print()

    def line(self, text: str, style: str = "") -> None:
        print_line(self.look.prose(text), self.console, style)

    def code(self, lines: Iterable[str]) -> None:
        """Lines that are never broken."""
        for line in lines:
            self.console.print(Text(line), soft_wrap=True)

    def first(self, rows: Sequence[Row], most: int) -> Sequence[Row]:
        """The rows of a table that are shown."""
        return rows[:most]

    def equations(self, part: Part) -> None:
        """The equations of a part, each with its formula, its numbers and its value."""
        self.console.print(equation_table(part, self.look, self.width))

    def table(
        self, columns: Columns, rows: Iterable[Texts], styles: Sequence[str] = (), names: int = 0
    ) -> None:
        """Any other table; the first so many columns hold names, which are code in Markdown."""
        columns = columns._replace(headings=list(map(self.look.prose, columns.headings)))
        texts = [list(map(self.look.prose, row)) for row in rows]
        self.console.print(table_in(columns, texts, self.width, self.look.style.ascii, styles))

    def items(self, lines: Iterable[str]) -> None:
        """Lines of a list, under a line that says what they are."""
        self.code(map(self.look.prose, lines))


class MarkdownPage:
    """Paragraphs and tables, with an empty line between any two.

    A fragment has no heading. Tables are complete, or have as many rows as the option `most`.
    """

    width = sys.maxsize

    def __init__(self, context: ViewContext) -> None:
        self.problem, self.look, self.out = context.problem, context.look, context.out
        self.is_fragment = context.has("fragment")
        self.most: int | None = context.options.get("most")
        self.has_begun = False

    def begin(self, heading: Iterable[str]) -> None:
        """The title as a heading, and below it the facts that the numbers depend on."""
        if not self.is_fragment:
            write_heading(heading, self.out)
            self.has_begun = True

    def heading(self, part: Part) -> None:
        """The step and the sample of a part, with the sample's numbers."""
        self._paragraph([f"### {escaped(part_line(self.problem, part, self.look))}"])

    def title(self, text: str) -> None:
        self.line(text, "bold")

    def gap(self) -> None:
        """Nothing: there is an empty line before any paragraph."""

    def line(self, text: str, style: str = "") -> None:
        text = escaped(self.look.prose(text))
        self._paragraph([f"**{text}**" if style.startswith("bold") else text])

    def code(self, lines: Iterable[str]) -> None:
        """Lines that are never broken."""
        self._paragraph(["```text", *lines, "```"])

    def first(self, rows: Sequence[Row], most: int) -> Sequence[Row]:
        """The rows of a table that are shown; `most` is for pages of less room."""
        return rows[: self.most]

    def equations(self, part: Part) -> None:
        """The equations of a part, each with its formula, its numbers and its value."""
        rows = part_records(part, self.look)
        cells = ((code(row.symbol), code(row.formula), code(row.substitution), row.text) for row in rows)
        self._paragraph(table_lines(COLUMNS, cells, {3}))

    def table(
        self, columns: Columns, rows: Iterable[Texts], styles: Sequence[str] = (), names: int = 0
    ) -> None:
        """Any other table; the first so many columns hold names, which are code in Markdown."""

        def cell(place: int, text: str) -> str:
            text = self.look.prose(text)
            if place < names:
                return span(text)
            return text if place == columns.styled else escaped(text)  # a verdict is our own word

        cells = ([cell(place, text) for place, text in enumerate(row)] for row in rows)
        headings = [escaped(self.look.prose(heading)) for heading in columns.headings]
        self._paragraph(table_lines(headings, cells, columns.right))

    def items(self, lines: Iterable[str]) -> None:
        """Lines of a list, under a line that says what they are."""
        self._paragraph(f"- {escaped(self.look.prose(line.strip()))}" for line in lines)

    def _paragraph(self, lines: Iterable[str]) -> None:
        if self.has_begun:
            self.out.write("\n")
        self.has_begun = True
        self.out.writelines(f"{line}\n" for line in lines)


TextPage = TerminalPage | MarkdownPage


def faulty_first_table(
    page: TextPage,
    columns: Columns,
    rows: Sequence[Texts],
    are_faulty: Sequence[bool],
    styles: Sequence[str] = (),
    names: int = 0,
) -> None:
    """A table that is shortened to its faulty rows before others."""
    worst_first = sorted(range(len(rows)), key=lambda place: not are_faulty[place])
    places = sorted(page.first(worst_first, TABLE_ROWS))
    shown = [styles[place] for place in places] if styles else ()
    page.table(columns, [rows[place] for place in places], shown, names)
    if len(places) < len(rows):
        said = f"{len(places)} of {len(rows):,} shown, mistakes before others: -f csv has all"
        page.line(said, "italic")

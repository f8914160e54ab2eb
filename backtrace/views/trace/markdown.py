"""Markdown tables, complete, for pages and issues; formulas are in code spans."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import chain
from typing import TextIO

from backtrace.errors import printable
from backtrace.tracing.grouping import by_layer, with_starts
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_line, part_title
from backtrace.views.page.records import Record, part_records
from backtrace.views.trace.matrix_lines import matrix_lines

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|&~$"})


def write_markdown(context: ViewContext) -> None:
    """A heading, then a table for every phase and layer, and its matrices, written as the parts come.

    Tables are complete, or have at most as many rows as the option `most`. A fragment is without the heading.
    """
    problem, parts, look, out = context[:4]
    most, is_fragment, after = context.options.get("most"), context.has("fragment"), matrix_lines(context)
    started = False
    for part, starts in with_starts(problem, parts):
        if not started and not is_fragment:
            write_heading(context.heading(), out)
        if starts:
            gap = "\n" if started or not is_fragment else ""
            out.write(f"{gap}### {escaped(part_line(problem, part, look))}\n")
        started = True
        for equations in by_layer(part):
            out.write(f"\n**{escaped(part_title(part, equations))}**\n\n")
            write_rows(part_records(part._replace(equations=equations[:most]), look), out)
            if most is not None and len(equations) > most:
                out.write(f"\n{most} of {len(equations):,} shown\n")
            if lines := after(part, equations):
                out.write("\n```text\n" + "\n".join(lines[1:]) + "\n```\n")


def write_heading(lines: Iterable[str], out: TextIO) -> None:
    """The title as a heading, and below it the facts that the numbers depend on."""
    title, *rest = lines
    out.write(f"## {escaped(title)}\n\n" + "".join(f"{escaped(line)}  \n" for line in rest))


def write_rows(rows: Iterable[Record], out: TextIO) -> None:
    """A table of quantities: symbol, formula, numbers, value."""
    cells = ((code(row.symbol), code(row.formula), code(row.substitution), row.text) for row in rows)
    write_table(("symbol", "formula", "with the numbers", "value"), cells, out, right=(3,))


def write_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], out: TextIO, right: Container[int] = ()
) -> None:
    """A table of cells in Markdown; columns in `right` are aligned to the right."""
    rules = ("---:" if place in right else "---" for place in range(len(headings)))
    out.writelines(f"| {' | '.join(cells)} |\n" for cells in chain((headings, rules), rows))


def escaped(text: str) -> str:
    """Text in which nothing acts as Markdown or HTML."""
    return printable(text).translate(_SPECIAL)


def code(text: str) -> str:
    """A code span for a table cell, where a bar must be escaped."""
    return "`" + text.replace("|", "\\|") + "`"

r"""LaTeX: a heading for every step and sample, an `align*` for every table, streamed.

A document that compiles, or a fragment for one that loads amsmath.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TextIO

from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Problem
from backtrace.tracing.grouping import by_layer, with_starts
from backtrace.typesetting.latex import latex
from backtrace.typesetting.names import Names
from backtrace.typesetting.pieces import Piece
from backtrace.typesetting.printer import TypesetPrinter, numeral
from backtrace.views.latex.lines import NARROW, ROOM, LatexRow, align
from backtrace.views.latex.text import commented, escaped
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_line, part_title
from backtrace.views.page.page import on_page
from backtrace.views.page.records import Look

LATEX_ROWS = 200  # of a table; and of a block, which TeX has to hold at once

PREAMBLE = r"""\documentclass[a4paper, fleqn]{article}
\usepackage{amsmath}
\usepackage[margin=25mm]{geometry}
\setlength{\parindent}{0pt}
\allowdisplaybreaks
\begin{document}
"""
# Pages break inside a fragment's equations, too, and the document around it stays as it is.
BEGINNING, END = "\\begingroup\\allowdisplaybreaks\\sloppy\n", "\\par\\endgroup\n"


class LatexPage:
    """A LaTeX document of its own, or a fragment of another one."""

    def __init__(self, problem: Problem, look: Look, out: TextIO, is_fragment: bool) -> None:
        self.problem = problem
        self.look = look
        self.out = out
        self.is_fragment = is_fragment
        self.names = Names(problem)
        self.formula = TypesetPrinter(self.names).pieces
        self.room = NARROW if is_fragment else ROOM

    def begin(self, heading: Iterable[str]) -> None:
        """The title and the facts that the numbers depend on; above a fragment they are comments."""
        if self.is_fragment:
            self.out.write("".join(f"% {commented(line)}\n" for line in heading) + BEGINNING)
        else:
            title, *rest = map(escaped, heading)
            lines = "\\\\\n".join(f"{{}}{line}" for line in rest)
            self.out.write(f"{PREAMBLE}\n\\section*{{{title}}}\n\n\\raggedright\n{lines}\n")

    def end(self) -> None:
        self.out.write(END if self.is_fragment else "\n\\end{document}\n")

    def heading(self, part: Part) -> None:
        """The step and the sample of a part, with the sample's numbers."""

        def equal(name: str, text: str) -> str:
            return self.math(*self.names(name), " = ", *numeral(text))

        line = part_line(self.problem, part, self.look, equal, r"\dots{}")
        self.out.write(f"\n\\subsection*{{{line}}}\n")

    def math(self, *pieces: Piece) -> str:
        """A formula within text."""
        return f"${latex(pieces)}$"

    def title(self, text: str) -> None:
        # It is in the line above the equations: a heading of its own would leave an empty one.
        self.out.write(f"\n\\paragraph*{{{escaped(text)}}}\n")

    def equations(self, rows: Iterable[LatexRow]) -> None:
        """Rows in as many blocks as TeX can hold."""
        rows = iter(rows)
        while block := list(islice(rows, LATEX_ROWS)):
            self.out.writelines(f"{line}\n" for line in align(block, self.room))

    def rows(self, part: Part) -> Iterator[LatexRow]:
        values, text = part.values, self.look.numerals.text
        with_numbers = TypesetPrinter(self.names, self.look.leaf(part)).pieces
        for equation in part.equations:
            expression = equation.expression
            sides = (self.formula(expression), with_numbers(expression), numeral(text(values[equation.id])))
            yield LatexRow(self.names(equation.symbol.text), sides)


def write_latex(context: ViewContext) -> None:
    """The parts as they come; tables are shortened unless all rows are asked for."""
    problem, parts, look, out = context[:4]
    page = LatexPage(problem, look, out, context.has("fragment"))
    most = None if context.has("all_rows") else LATEX_ROWS
    begin = partial(page.begin, context.heading())
    for part, starts in on_page(begin, page.end, with_starts(problem, parts)):
        if starts:
            page.heading(part)
        for equations in by_layer(part):
            page.title(part_title(part, equations))
            page.equations(page.rows(part._replace(equations=equations[:most])))
            if most is not None and len(equations) > most:
                out.write(f"{most} of {len(equations):,} shown.\n")

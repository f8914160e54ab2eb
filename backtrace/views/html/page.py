"""HTML: one self-contained page with the picture, and a table of equations for every phase and layer.

Nothing is fetched and nothing runs. A row of a table is an equation, symbol = formula = numbers = value,
in MathML, with its plain text for those who cannot see it.
The page is well-formed XML, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import TextIO

from backtrace.derivation.equation import Equation
from backtrace.diagrams.build import picture_of
from backtrace.diagrams.diagram import blank
from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Problem
from backtrace.symbolic.expressions import Expression, Sum, children
from backtrace.tracing.grouping import by_layer, with_starts
from backtrace.typesetting.mathml import element
from backtrace.typesetting.names import Names
from backtrace.typesetting.pieces import FACTOR, TERM, Break, Pieces, parted
from backtrace.typesetting.printer import TERMS_SHOWN, TypesetPrinter, numeral
from backtrace.views.diagram.svg import carried, svg_lines
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_line, part_title
from backtrace.views.page.page import on_page
from backtrace.views.page.records import COLUMNS, Look
from backtrace.views.page.truncation import more_rows

HTML_ROWS = 100  # of a table
ENOUGH = 1_000_000  # characters on a page; after them there are only short tables, and no pictures
FEW_ROWS = 20
PICTURE_DIGITS = 3
LEGIBLE = 34  # characters of a formula that fit on a phone
LEGIBLE_ABOVE = 26  # in a heading, whose letters are larger
_EQUALS = Break(" = ", TERM)  # in a heading a line may end before it
STYLE = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


class HtmlPage:
    """An HTML page that is written piece by piece."""

    def __init__(self, problem: Problem, look: Look, out: TextIO, is_fragment: bool = False) -> None:
        self.problem = problem
        self.look = look._replace(most_terms=TERMS_SHOWN)
        self.out = out
        self.is_fragment = is_fragment
        self.names = Names(problem)
        self.formula = TypesetPrinter(self.names).pieces
        self.size = 0
        self.is_drawn = True  # whether there are pictures, still

    def write(self, markup: str) -> None:
        self.out.write(f"{carried(markup, self.out)}\n")
        self.size += len(markup)

    def begin(self, heading: Iterable[str]) -> None:
        """The title and the facts that the numbers depend on; a fragment has neither."""
        if self.is_fragment:
            return
        title, *rest = map(escape, heading)
        self.write(
            '<!DOCTYPE html>\n<html lang="en" xml:lang="en" xmlns="http://www.w3.org/1999/xhtml">\n<head>\n'
            f'<meta charset="utf-8"/>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
            f"<title>{title or 'backtrace'}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
            f"<h1>{title}</h1>"
        )
        for line in rest:
            self.write(f'<p class="facts">{line}</p>')

    def end(self) -> None:
        if not self.is_fragment:
            self.write("</main>\n</body>\n</html>")

    def heading(self, part: Part) -> None:
        """The step and the sample of a part, with the sample's numbers."""

        def equal(name: str, text: str) -> str:
            pieces = *self.names(name), _EQUALS, *numeral(text)
            return breakable(pieces, (self.look.name(name), _EQUALS, text), LEGIBLE_ABOVE)

        line = part_line(self.problem, part, self.look, equal)
        self.write(f"<h2>{line.replace(' <math', ' <wbr/><math')}</h2>")  # where a line may end

    def title(self, text: str) -> None:
        self.write(f"<h3>{escape(text)}</h3>")

    def note(self, text: str) -> None:
        self.write(f'<p class="note">{escape(text)}</p>')

    def picture(self, part: Part, with_gradients: bool, is_blank: bool = False) -> None:
        """The network with the numbers of a part's pass, or only with those that are given.

        None in a fragment, for which `draw` makes one.
        """
        derivation = part.derivation
        if (
            self.is_fragment
            or derivation is None
            or any(row.id not in part.values for row in derivation.equations)
        ):
            return  # it has no pass of its own, or one that broke off
        if self.size >= ENOUGH:
            if self.is_drawn:
                self.note("no picture from here on: backtrace draw makes it")
            self.is_drawn = False
            return
        numerals = self.look.numerals
        if not is_blank:  # givens are to be calculated with
            numerals = numerals._replace(digits=min(numerals.digits, PICTURE_DIGITS))
        look = Look(numerals=numerals)
        forward = part._replace(phase="forward", equations=derivation.forward)
        backward = part._replace(phase="backward", equations=derivation.backward)
        has_gradients = with_gradients and bool(derivation.backward)
        diagram = picture_of(self.problem, forward, backward if has_gradients else None)
        diagram = blank(diagram) if is_blank else diagram
        self.write('<div class="picture" role="group" aria-label="the network" tabindex="0">')
        for line in svg_lines(self.problem, diagram, look, is_part=True):
            self.write(line)
        self.write("</div>")

    def table(self, title: str, part: Part, most: int | None = None) -> None:
        """The equations of a part as one table, the first so many."""
        said, said_numbers = self.look.formulas().pieces, self.look.substitutions(part).pieces
        with_numbers = TypesetPrinter(self.names, self.look.leaf(part)).pieces

        def cells(equation: Equation) -> Iterator[str]:
            name, expression = equation.symbol.text, equation.expression
            text = self.look.numerals.text(part.values[equation.id])
            yield breakable(self.names(name), [self.look.name(name)])
            yield breakable(self.formula(expression), said(expression))
            yield breakable(with_numbers(expression), said_numbers(expression))
            yield element(numeral(text), text)

        self.rows(title, COLUMNS, map(cells, part.equations[:most]))

    def rows(self, title: str, columns: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
        """Rows of cells as a table, the first cell of each as its heading.

        The roles are a table's own; they are repeated because a table set as blocks, as on a phone, can lose
        them.
        """
        head = "".join(f'<th role="columnheader" scope="col">{name}</th>' for name in columns)
        self.write(
            f'<table role="table">\n<caption>{escape(title)}</caption>\n'
            f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n<tbody role="rowgroup">'
        )
        for first, *others in rows:
            cells = "".join(f'<td role="cell">{cell}</td>' for cell in others)
            self.write(f'<tr role="row"><th role="rowheader" scope="row">{first}</th>{cells}</tr>')
        self.write("</tbody>\n</table>")

    def most(self, count: int) -> int:
        """How many rows of a table are shown."""
        return min(count, HTML_ROWS) if self.size < ENOUGH or count <= FEW_ROWS else 0


def breakable(pieces: Pieces, said: Sequence[str], most: int = LEGIBLE) -> str:
    """A formula as one element if that is legible, or as several between which a line may end.

    `said` are the pieces of its plain text. A part that is too wide for a phone is broken between factors, or
    can be scrolled, with the keyboard too.
    """
    text = "".join(said)
    if len(text) <= most:
        return element(pieces, text)
    for rank in (TERM, FACTOR):
        parts, said_parts = parted(pieces, rank), parted(said, rank)
        if len(parts) == len(said_parts) > 1:
            both = zip(parts, said_parts, strict=True)
            return "<wbr/>".join(breakable(part, words, most) for part, words in both)
    return (
        f'<span class="wide" style="--length:{len(text)}" role="group" aria-label="wide formula" '
        f'tabindex="0">{element(pieces, text)}</span>'
    )


def write_html(context: ViewContext) -> None:
    """The parts as they come; tables are shortened unless all rows are asked for.

    Above each pass there is a picture of the phases in the option `pictured`, if it has any of these.
    """
    problem, parts, look, out = context[:4]
    pictured = context.options.get("pictured", ("forward", "backward"))
    page = HtmlPage(problem, look, out, context.has("fragment"))
    begin = partial(page.begin, context.heading())
    for part, starts in on_page(begin, page.end, with_starts(problem, parts)):
        if starts:
            page.heading(part)
            if "forward" in pictured or "backward" in pictured:
                page.picture(part, "backward" in pictured)
        for equations in by_layer(part):
            _write_table(page, part, equations, context.has("all_rows"))


def _write_table(page: HtmlPage, part: Part, equations: Sequence[Equation], all_rows: bool) -> None:
    title, count = part_title(part, equations), len(equations)
    most = count if all_rows else page.most(count)
    if not most:
        page.title(title)
        page.note(f"{count:,} rows are not shown: --show, -f csv, or --all-rows")
        return
    page.table(title, part._replace(equations=equations), most)
    if count > most:
        page.note(more_rows(equations, most))
    if any(_is_long(equation.expression) for equation in equations[:most]):
        page.note(f"sums of more than {TERMS_SHOWN} terms are shortened: -f csv has them whole")


def _is_long(expression: Expression) -> bool:
    """Whether a sum in it is shortened."""
    if isinstance(expression, Sum) and len(expression.terms) > TERMS_SHOWN:
        return True
    return any(map(_is_long, children(expression)))

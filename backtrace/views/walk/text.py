"""One equation of a walk in lines: its name in words, its formula, the numbers, the value; the whole walk.

Must not know the size of a terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple, TextIO

from rich.cells import cell_len

from backtrace.derivation.equation import Equation
from backtrace.errors import printable
from backtrace.evaluation.steps import Part
from backtrace.tracing.grouping import with_starts
from backtrace.typesetting.pieces import Break
from backtrace.views.page.headings import part_line, part_title, problem_lines
from backtrace.views.page.lines import broken, wrapped
from backtrace.views.page.problem_statement import all_words, plain_lines
from backtrace.views.page.records import Look
from backtrace.views.page.truncation import TABLE_ROWS, pattern
from backtrace.views.walk.network_map import NO_MAP, Map, draw_map, marks_of
from backtrace.views.walk.quantity_names import QuantityNames
from backtrace.walking.state import VALUE
from backtrace.walking.walk import Stop, Walk


class EquationTexts(NamedTuple):
    """One equation as pieces between which lines may break, in the order in which they are shown."""

    symbol: str
    formula: Sequence[str]
    numbers: Sequence[str]
    value: str

    def lines(self, stage: int, width: int) -> list[str]:
        """The lines up to a stage: symbol = formula = numbers = value, one below the other."""
        texts = (self.formula, self.numbers, [self.value])[:stage]
        kept = [next(same) for _, same in groupby(texts, key="".join)]
        lines = []
        start = f"{self.symbol} = "
        indent = min(cell_len(start), max(width // 3, 2))
        for number, text in enumerate(kept):
            if number:
                start = f"{'= ':>{indent}}"
            elif cell_len(start) > indent:
                lines.append(start.rstrip()[: width - 1])
                start = " " * indent
            for piece in broken(text, max(width - indent, 1)):
                lines.append(f"{start}{piece}")
                start = " " * indent
        return lines


class Texts:
    """The texts of a walk's equations in one look."""

    def __init__(self, walk: Walk, look: Look) -> None:
        self.walk = walk
        self.look = look._replace(most_terms=12)
        self.names = QuantityNames(walk.problem, look)

    def symbol(self, equation: Equation) -> str:
        return printable(self.look.symbol(equation.symbol))

    def of(self, equation: Equation, part: Part) -> EquationTexts:
        """The texts of an equation with the numbers of a part."""
        return EquationTexts(
            self.symbol(equation),
            _printable(self.look.formulas().pieces(equation.expression)),
            _printable(self.look.substitutions(part).pieces(equation.expression)),
            printable(self.look.numerals.text(part.values[equation.id])),
        )

    def question(self, stop: Stop) -> str:
        """The symbol of a stop and its quantity in words."""
        return f"{self.symbol(stop.equation)}: {self.names.of(stop.equation, stop.part)}"

    def map(self, stop: Stop, width: int, height: int) -> Map:
        """The network with the place of a stop; empty if there is no room for it."""
        picture = self.walk.picture(stop.part)
        if picture is None:
            return NO_MAP
        marks = marks_of(picture, self.names.subject(stop.equation), stop.equation)
        return draw_map(picture, marks, self.look, width, height)

    def place(self, part: Part) -> str:
        """The step and the sample of a part."""
        return printable(part_line(self.walk.problem, part, self.look))


def _printable(pieces: Sequence[str]) -> list[str]:
    return [piece if isinstance(piece, Break) else printable(piece) for piece in pieces]


def write_walk(texts: Texts, width: int, out: TextIO) -> None:
    """Write the whole walk, equation by equation, without a terminal."""
    walk = texts.walk

    def write(text: str) -> None:
        out.writelines(f"{line}\n" for line in in_lines(text, width))

    for line in problem_lines(walk.problem, walk.arithmetic.name, texts.look):
        write(printable(line))
    starts = with_starts(walk.problem, (group.part for group in walk.groups))
    for group, (part, is_start) in zip(walk.groups, starts, strict=True):
        if is_start:
            out.write("\n")
            write(texts.place(part))
        out.write("\n")
        write(printable(part_title(part, group.equations)))
        for number, equation in enumerate(group.equations[:TABLE_ROWS], group.first):
            out.write("\n")
            write(texts.question(walk[number]))
            out.writelines(f"  {line}\n" for line in texts.of(equation, part).lines(VALUE, width - 2))
        if len(group.equations) > TABLE_ROWS:
            more = pattern(group.equations, TABLE_ROWS)
            out.write("\n")
            write(f"{TABLE_ROWS} of {len(group.equations):,} shown: --show '{more}'")


def given_lines(texts: Texts, part: Part) -> list[str]:
    """The givens of a part's quantities: the problem in words, and its heading."""
    problem, look = texts.walk.problem, texts.look
    lines = [texts.place(part), *plain_lines(all_words(problem, [part], look), look)]
    return [*map(printable, lines), "", *problem_lines(problem, texts.walk.arithmetic.name, look)]


def in_lines(text: str, width: int) -> list[str]:
    """A sentence in lines."""
    return wrapped(text, max(width, 1))

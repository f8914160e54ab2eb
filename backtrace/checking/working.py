"""Written arithmetic: whether the working before a number gives that number, and has the right numbers in it.

(0.512 - 1)·0.512(1 - 0.512)·0.69 = -0.084: the product comes to that, but 0.69 is not a_1. A number in the
working is known as far as it is written, except where it is one that is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from backtrace.checking.binding import Names
from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.numbers import Stated, stated
from backtrace.checking.report import Remark
from backtrace.checking.sides import is_symbolic, numbers, side
from backtrace.checking.statement import Statement
from backtrace.derivation.expressions import Expression, Number, replace
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.evaluator import value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.intervals import INTERVALS, Interval, UndecidedError, point

MOST_QUANTITIES = 500  # that a number in a working is looked for among
MOST_NUMBERS = 12  # in a working that are each looked at
CLOSE = 0.05  # how near a working has to come with another number in it
COMES_TO = "the working does not come to this number"
BELONGS = "a number in the working does not belong there"


class _Working(NamedTuple):
    """An expression of numbers, and of names whose values are known; `text` is how it is written."""

    text: str
    expression: Expression
    values: Mapping[str, Interval]


class Workings:
    """Judges the working of statements; `stated_numbers` are what the writer states of quantities."""

    def __init__(self, graph: Graph, stated_numbers: Mapping[Key, Stated]) -> None:
        self.graph = graph
        self.stated_numbers = stated_numbers

    def remarks(self, statement: Statement, key: Key, faulty: bool) -> Iterator[Remark]:
        """What is to be said of the working of a statement about a quantity, right or faulty."""
        number = stated(statement.text)
        exact = self.exact(key)
        for working in self.workings(statement, key) if number else ():
            arithmetic = INTERVALS._replace(number=lambda literal: _known(literal, exact))
            found = _bounds(working, arithmetic)
            if found is None or number is None:
                continue
            comes_out = found.overlaps(number.interval)
            if not comes_out:
                value = _at_points(working.expression, working.values)
                shown = f"{value:.{max(4, number.digits + 1)}g}"
                yield Remark(COMES_TO, f"as written, {working.text} comes to {shown}")
            if faulty or not comes_out:
                yield from self.misplaced(working, key, exact)

    def workings(self, statement: Statement, key: Key) -> Iterator[_Working]:
        """The sides before a number that are arithmetic; formulas in symbols are judged elsewhere."""
        names = Names(self.graph, key.sample, key.step) if statement.working else None
        for text in dict.fromkeys(statement.working):
            expression = side(text)
            if expression is None or isinstance(expression, Number) or is_symbolic(expression):
                continue
            bound = names.bound(expression, key.sample is None) if names else None
            if bound is not None:
                values = {id: self.known(key) for id, key in bound.uses.items()}
                yield _Working(text, bound.expression, values)

    def known(self, key: Key) -> Interval:
        """A quantity that stands by its name in a working: as it is stated, else its true value."""
        return (
            self.stated_numbers[key].interval if key in self.stated_numbers else point(self.graph[key].value)
        )

    def exact(self, key: Key) -> set[float]:
        """What is known exactly in a working: one half, givens, and values that are written in full."""
        return {0.5} | {abs(self.graph[used].value) for used in self.below(key)}

    def own_numbers(self, statement: Statement, key: Key) -> dict[Key, Stated]:
        """The writer's own, rounded values of what is stated nowhere but in the working of a number."""
        found: dict[Key, Stated] = {}
        exact, below = self.exact(key), self.below(key)
        for working in self.workings(statement, key):
            for literal in list(dict.fromkeys(numbers(working.expression)))[:MOST_NUMBERS]:
                number = stated(literal.text)
                if number is None or number.digits < 2 or literal.text.isdigit() or literal.value in exact:
                    continue
                meant = [used for used in below if number.fits(abs(self.graph[used].value))]
                if len({self.graph[used].value for used in meant}) != 1:
                    continue  # it could be this or that
                for used in meant:
                    if self.graph[used].expression is not None and used not in self.stated_numbers:
                        found[used] = number if self.graph[used].value > 0 else number.turned()
        return found

    def below(self, key: Key) -> list[Key]:
        """What a quantity rests on, the nearest first."""
        found: dict[Key, None] = {}
        for node in self.graph.ancestors(key, ()):
            found.update(dict.fromkeys(node.uses.values()))
            if len(found) > MOST_QUANTITIES:
                break
        return list(found)

    def misplaced(self, working: _Working, key: Key, exact: set[float]) -> Iterator[Remark]:
        """The numbers in a working that the stated one does not rest on, and what belongs in their place."""
        below = self.below(key)
        for literal in list(dict.fromkeys(numbers(working.expression)))[:MOST_NUMBERS]:
            written = stated(literal.text)
            if written is None or literal.text.isdigit() or literal.value in exact:
                continue
            if any(_may_be(written, value) for value in self.values(below)):
                continue
            belongs = self.belonging(working, literal, key, below)
            also = self.elsewhere(written, key, belongs)
            if belongs is not None:
                node = self.graph[belongs]
                said = (
                    f"{literal.text} is not {node.symbol.text} = {abs(node.value):.{max(written.digits, 3)}g}"
                )
                yield Remark(BELONGS, f"{said} (it is {also})" if also else said)
            elif also:
                yield Remark(BELONGS, f"{literal.text} is {also}")

    def values(self, quantities: list[Key]) -> Iterator[float]:
        """What they are, and what the writer states of them, right or wrong."""
        for key in quantities:
            yield self.graph[key].value
            if key in self.stated_numbers:
                yield self.stated_numbers[key].value

    def belonging(self, working: _Working, literal: Number, key: Key, below: list[Key]) -> Key | None:
        """The quantity with which, in the place of a number, the working comes to the right value."""
        right = self.graph[key].value
        best, found = CLOSE * abs(right), None
        for used in below:
            value = abs(self.graph[used].value)
            other = replace(working.expression, literal, Number(value, repr(value)))
            off = abs(_at_points(other, working.values) - right)
            if off < best:
                best, found = off, used
        return found

    def elsewhere(self, written: Stated, key: Key, belongs: Key | None) -> str:
        """Which other quantity, or of which sample, a number is: the one most like what belongs there."""
        if written.digits < 2:
            return ""
        wanted = self.graph[belongs] if belongs is not None else None

        def unlikeness(node: Node) -> int:
            if wanted and node.key.id == wanted.key.id:
                return 0
            return 1 if wanted and node.kind == wanted.kind else 2 if node.kind == "given" else 3

        alike = [
            node
            for node in self.graph.nodes.values()
            if node.kind != "local" and node.key.step == key.step and written.fits(abs(node.value))
        ]
        if not alike:
            return ""
        found = min(alike, key=unlikeness)
        is_here = found.key.sample in (key.sample, None)
        return found.symbol.text if is_here else f"{found.symbol.text} of sample {found.key.sample}"


def _known(literal: Number, exact: set[float]) -> Interval:
    """What a written number may be: a whole number and a given are exact."""
    number = stated(literal.text)
    if number is None or literal.text.isdigit() or literal.value in exact:
        return point(literal.value)
    return number.interval


def _may_be(written: Stated, value: float) -> bool:
    """Whether a number, written without its sign, is a value or what it lacks to 1."""
    return written.fits(abs(value)) or written.fits(abs(1 - value))


def _bounds(working: _Working, arithmetic: Arithmetic) -> Interval | None:
    """Everything that a working may come to; None where there is no bound."""
    try:
        found: Interval = value_of(working.expression, dict(working.values), arithmetic)
    except (UndecidedError, OverflowError, ValueError):
        return None
    return found if arithmetic.is_finite(found) else None


def _at_points(expression: Expression, values: Mapping[str, Interval]) -> float:
    """What a working comes to as it is written."""
    middles = {id: (known.low + known.high) / 2 for id, known in values.items()}
    try:
        return float(value_of(expression, middles, FLOAT64))
    except (OverflowError, ValueError):
        return float("nan")

"""Written arithmetic: whether the working before a number gives that number, and has the right numbers in it.

(0.512 - 1)·0.512(1 - 0.512)·0.69 = -0.084: the product is right, but 0.69 is not a_1. A number in the working
is known to as many digits as are written, and exactly where it is given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.naming.binding import NameBinder
from backtrace.checking.naming.lookup import Lookup
from backtrace.checking.naming.side_parser import is_symbolic, numbers, parse_side
from backtrace.checking.report import Remark
from backtrace.checking.stated_number import Stated, with_precision
from backtrace.checking.statement import Statement
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.evaluator import value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.intervals import INTERVALS, Interval, UndecidedError, point
from backtrace.limits import CANDIDATES
from backtrace.symbolic.expressions import Expression, Number, children, replace

NUMBERS_IN_WORKING = 12  # that are each compared with the quantities below
CLEARLY = 0.01  # relative distance from the right value, where a missing minus gives that
CLOSE = 0.05  # relative distance from the right value, where another number in the working gives that
RESULT = "the working does not give this number"
BELONGS = "a number in the working does not belong there"
_FACTORS = ("cost_gradient", "error", "slope")  # kinds that people compute on the way and do not name


class _Working(NamedTuple):
    """An expression of numbers, and of names whose values are known; `text` is how it is written."""

    text: str
    expression: Expression
    values: Mapping[str, Interval]

    @property
    def literals(self) -> list[Number]:
        """The numbers in it that are not whole."""
        found = dict.fromkeys(n for n in numbers(self.expression) if not n.text.isdigit())
        return list(found)[:NUMBERS_IN_WORKING]


@dataclass(frozen=True)
class Workings:
    """Judges the working of statements.

    `stated_numbers` have the sign convention of the config; in the student's own convention, the kinds in
    `turned` have the opposite sign.
    """

    lookup: Lookup
    stated_numbers: Mapping[Key, Stated]
    turned: Collection[str] = ()

    @property
    def graph(self) -> Graph:
        return self.lookup.graph

    def remarks(self, statement: Statement, key: Key, faulty: bool) -> Iterator[Remark]:
        """Remarks on the working of a statement about a quantity, right or faulty."""
        number, workings = with_precision(statement.number), self.workings(statement, key)
        if number is None or not workings:
            return
        below = self.below(key)
        exact = self.exact(below)
        arithmetic = INTERVALS._replace(number=lambda literal: _known(literal, exact))
        for place, working in enumerate(workings):
            found = _bounds(working, arithmetic)
            if found is None:
                continue
            is_result = found.overlaps(number.interval)
            if not is_result:
                value = _at_points(working.expression, working.values)
                shown = f"{value:.{max(4, number.digits + 1)}g}"
                yield Remark(RESULT, f"as written, {working.text} gives {shown}")
            if faulty or not is_result:
                fitting = [*self.values(below, key), *_results(workings[:place])]
                yield from self.misplaced(working, key, below, fitting)

    def workings(self, statement: Statement, key: Key) -> list[_Working]:
        """The sides before a number that are arithmetic; formulas in symbols are judged elsewhere."""
        found: list[_Working] = []
        names = NameBinder(self.lookup, key.sample, key.step)
        for side in dict.fromkeys(statement.working):
            expression = parse_side(side.tokens)
            if expression is None or isinstance(expression, Number) or is_symbolic(expression):
                continue
            bound = names.bound(expression, key.sample is None)
            if bound is not None:
                values = {id: self.known(used) for id, used in bound.uses.items()}
                found.append(_Working(side.text, bound.expression, values))
        return found

    def own_numbers(self, statement: Statement, key: Key) -> dict[Key, Stated]:
        """The student's own, rounded values of quantities that appear only in the working of a number."""
        workings = self.workings(statement, key)
        below = self.below(key) if workings else []
        exact = self.exact(below)
        found: dict[Key, Stated] = {}
        for literal in (literal for working in workings for literal in working.literals):
            number = with_precision(literal)
            if number is None or number.digits < 2 or literal.value in exact:
                continue
            meant = [used for used in below if number.fits(abs(self.graph[used].value))]
            if len({self.graph[used].value for used in meant}) != 1:
                continue  # it could be this or that
            for used in meant:
                if self.graph[used].expression is not None and used not in self.stated_numbers:
                    found[used] = number if self.graph[used].value > 0 else number.turned()
        return found

    # Known numbers

    def known(self, key: Key) -> Interval:
        """A quantity that a working names: its stated interval, else its true value."""
        number, node = self.stated_numbers.get(key), self.graph[key]
        interval = number.interval if number else point(node.value)
        return -interval if node.kind in self.turned else interval

    def below(self, key: Key) -> list[Key]:
        """The quantities that one depends on, the nearest first."""
        found: dict[Key, None] = {}
        for node in self.graph.ancestors(key, ()):
            found.update(dict.fromkeys(node.uses.values()))
            if len(found) > CANDIDATES:
                break
        return list(found)

    def exact(self, below: Sequence[Key]) -> set[float]:
        """The numbers that are exact in a working: one half, givens, and values that are written in full."""
        return {0.5, *(abs(self.graph[used].value) for used in below)}

    def values(self, below: Sequence[Key], key: Key) -> Iterator[float]:
        """The numbers that belong in the working of a quantity: those below it, true or as stated."""
        for used in below:
            known = [self.graph[used].value]
            if used in self.stated_numbers:
                known.append(self.stated_numbers[used].value)
            for value in known:
                yield value
                if self.graph[used].kind == "activation":
                    yield from (1 - value, value * value)
        for node in self.graph.nodes.values():
            if node.kind in _FACTORS and node.key.step == key.step and node.key.sample in (key.sample, None):
                yield from (node.value, node.value * node.value)

    # Numbers that do not belong

    def misplaced(
        self, working: _Working, key: Key, below: Sequence[Key], fitting: Sequence[float]
    ) -> Iterator[Remark]:
        """The numbers in a working that do not belong there, and the quantities that do."""
        for literal in working.literals:
            written = with_precision(literal)
            negative = self.without_its_minus(working, literal, key, below)
            if negative is not None:
                yield Remark(BELONGS, f"{literal.text} is not {negative.symbol.text} = {negative.value:.6g}")
                continue
            if written is None or literal.value == 0.5 or any(written.fits(abs(value)) for value in fitting):
                continue
            belongs = self.belonging(working, literal, key, below)
            also = self.elsewhere(written, key, belongs)
            if belongs is not None:
                node = self.graph[belongs]
                shown = f"{abs(node.value):.{max(written.digits, 3)}g}"
                said = f"{literal.text} is not {node.symbol.text} = {shown}"
                yield Remark(BELONGS, f"{said} (it is {also})" if also else said)
            elif also:
                yield Remark(BELONGS, f"{literal.text} is {also}")

    def without_its_minus(
        self, working: _Working, literal: Number, key: Key, below: Sequence[Key]
    ) -> Node | None:
        """The negative quantity whose minus is missing: with it, the working gives the right value."""
        right = self.graph[key].value
        for node in map(self.graph.__getitem__, below):
            if node.value < 0 and literal.value == -node.value:
                other = replace(working.expression, literal, Number(node.value, repr(node.value)))
                if abs(_at_points(other, working.values) - right) <= CLEARLY * abs(right):
                    return node
        return None

    def belonging(self, working: _Working, literal: Number, key: Key, below: Sequence[Key]) -> Key | None:
        """The quantity that makes the working right when it replaces a number."""
        right = abs(self.graph[key].value)
        best, found = CLOSE * right, None
        for used in below:
            value = abs(self.graph[used].value)
            other = replace(working.expression, literal, Number(value, repr(value)))
            off = abs(abs(_at_points(other, working.values)) - right)
            if off < best:
                best, found = off, used
        return found

    def elsewhere(self, written: Stated, key: Key, belongs: Key | None) -> str:
        """The quantity, perhaps of another sample, that a number belongs to, most like the right one."""
        alike = (
            node
            for node in self.graph.nodes.values()
            if node.kind != "local" and node.key.step == key.step and written.fits(abs(node.value))
        )
        id, kind = (belongs.id, self.graph[belongs].kind) if belongs else ("", "")
        order = sorted(alike, key=lambda n: (n.key.id != id, n.kind != kind, n.kind != "given"))
        if written.digits < 2 or not order:
            return ""
        sample = order[0].key.sample
        return order[0].symbol.text + ("" if sample in (key.sample, None) else f" of sample {sample}")


def _known(literal: Number, exact: set[float]) -> Interval:
    """The interval of a written number; whole and exactly known numbers are points."""
    number = with_precision(literal)
    if number is None or literal.text.isdigit() or literal.value in exact:
        return point(literal.value)
    return number.interval


def _results(workings: Sequence[_Working]) -> Iterator[float]:
    """The values of the parts of workings, since the result of one is used in the next."""
    for working in workings:
        parts = [working.expression]
        while parts:
            part = parts.pop()
            if not isinstance(part, Number):
                yield _at_points(part, working.values)
                parts += children(part)


def _bounds(working: _Working, arithmetic: Arithmetic) -> Interval | None:
    """The interval of a working; None where it has no bound."""
    try:
        found: Interval = value_of(working.expression, dict(working.values), arithmetic)
    except (UndecidedError, OverflowError, ValueError):
        return None
    return found if arithmetic.is_finite(found) else None


def _at_points(expression: Expression, values: Mapping[str, Interval]) -> float:
    """The value of a working as it is written."""
    middles = {id: (known.low + known.high) / 2 for id, known in values.items()}
    try:
        return float(value_of(expression, middles, FLOAT64))
    except (OverflowError, ValueError):
        return float("nan")

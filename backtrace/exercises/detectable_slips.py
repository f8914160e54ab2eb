"""Which slips a problem can tell from right answers, and where its numbers hide one by chance.

A draw is judged by each equation alone, made once and worked out in other numbers, so that hundreds can be
looked at; which numbers the slips give, and those on the way to it, is for `checking.tell_apart` to say.

A slip that gives the right number whatever the numbers are (a slope of 1 left out) cannot be told, and that
is said. One that gives it only with these numbers (two weights that are equal) spoils the problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import isfinite
from typing import NamedTuple

from backtrace.checking.graph import Key, Node
from backtrace.checking.slips.rewrites import Rewriting
from backtrace.checking.slips.table import SLIPS
from backtrace.checking.slips.what_if_values import Values
from backtrace.evaluation.closeness import same
from backtrace.exercises.template import COMMON, Template
from backtrace.problem.problem import Problem

NAMED = (*COMMON, "wrong_sample")
DISTINCT = ("net", "activation", "delta")  # kinds of which no two may round to the same number
MARGIN = 1.0307  # units of the last place, so that nothing rests on how a tie is rounded
ALIKE, NOTHING = 1.3e-4, 1e-12  # what two values that are always the same differ by at most


class Apart(NamedTuple):
    """For each slip the quantities at which it gives another number, and those at which it cannot be seen.

    `absent` are the slips that nobody can make here. `hidden` is what these numbers hide by chance, or None;
    where something is hidden, the rest is not complete.
    """

    told: Mapping[str, tuple[Node, ...]]
    untold: Mapping[str, tuple[Node, ...]]
    absent: tuple[str, ...]
    hidden: str | None


def differ(one: float, other: float, digits: int) -> bool:
    """Whether two numbers round to different ones of so many significant digits, whatever rounds them.

    >>> differ(0.12341, 0.12343, 4), differ(0.1234, 0.1236, 4)
    (False, True)
    """
    return abs(one - other) > MARGIN * 10.0 ** (1 - digits) * min(abs(one), abs(other))


def apart(template: Template, problem: Problem, digits: int) -> Apart:
    """Hold every slip in every equation against the right number; ends where one is hidden by chance."""
    return _Telling(template, problem, digits).apart()


class _Known(dict[Key, float]):
    """The values of quantities, each worked out when it is first asked for."""

    def __init__(self, values: Values) -> None:
        self.values_of = values

    def __missing__(self, key: Key) -> float:
        value = self[key] = self.values_of.of(key)
        return value


class _Telling:
    def __init__(self, template: Template, problem: Problem, digits: int) -> None:
        self.template = template
        self.digits = digits
        self.numbers = _Known(template.values(problem))
        self.moved = [self.numbers, *map(_Known, template.shaken(problem))]
        self.told: dict[str, list[Node]] = {}
        self.untold: dict[str, list[Node]] = {}

    def apart(self) -> Apart:
        hidden = next(self.hidden(), None)
        told, untold = _in_order(self.told), _in_order(self.untold)
        absent = tuple(slip for slip in SLIPS if slip in NAMED and slip not in told and slip not in untold)
        return Apart(told, untold, absent, hidden)

    def hidden(self) -> Iterator[str]:
        """What is hidden by chance; what can be told is noted on the way."""
        yield from self.alike()
        for node, rewritings in self.template.rewritten:
            seen: dict[str, bool] = {}
            for rewriting in rewritings:
                other = _given_by(rewriting, self.numbers)
                if other is None:
                    continue
                is_told = self.differ(other, self.numbers[node.key])
                if not is_told and not self.is_always(rewriting, node):
                    yield f"{rewriting.slip} cannot be told at {node.symbol.text}"
                seen[rewriting.slip] = seen.get(rewriting.slip, False) or is_told
            for slip, is_told in seen.items():
                (self.told if is_told else self.untold).setdefault(slip, []).append(node)
        self.other_samples()

    def differ(self, one: float, other: float) -> bool:
        return differ(one, other, self.digits)

    def is_always(self, rewriting: Rewriting, node: Node) -> bool:
        """Whether a rewriting gives the right number whatever the numbers are."""
        return all(
            (other := _given_by(rewriting, numbers)) is not None and _equal(other, numbers[node.key])
            for numbers in self.moved
        )

    def alike(self) -> Iterator[str]:
        """Quantities of one kind that by chance round to the same number."""
        for kind in DISTINCT:
            nodes = [node for node in self.template.asked if node.kind == kind]
            for node, other in combinations(nodes, 2):
                if not self.differ(self.numbers[node.key], self.numbers[other.key]) and not all(
                    _equal(numbers[node.key], numbers[other.key]) for numbers in self.moved
                ):
                    yield f"{node.symbol.text} and {other.symbol.text} cannot be told apart"

    def other_samples(self) -> None:
        """Note where the number of every other sample is another number."""
        by_id: dict[str, list[Node]] = {}
        for node in self.template.asked:
            if node.key.sample is not None:
                by_id.setdefault(node.key.id, []).append(node)
        for nodes in by_id.values():
            for node in nodes if len(nodes) > 1 else ():
                others = (self.numbers[other.key] for other in nodes if other is not node)
                is_told = all(self.differ(value, self.numbers[node.key]) for value in others)
                (self.told if is_told else self.untold).setdefault("wrong_sample", []).append(node)


def _in_order(found: Mapping[str, list[Node]]) -> dict[str, tuple[Node, ...]]:
    """By slip as their table has them, and by where they stand on a sheet."""
    return {
        slip: tuple(sorted(found[slip], key=lambda node: node.position)) for slip in SLIPS if slip in found
    }


def _equal(one: float, other: float) -> bool:
    """Whether two values are the same, or as good as the same: 1/(√v + 1e-8) and 1/√v."""
    return same(one, other, ALIKE, NOTHING)


def _given_by(rewriting: Rewriting, numbers: _Known) -> float | None:
    """What a rewritten equation comes to; None where it has no value, as the root of what is negative."""
    try:
        value = float(rewriting.work(numbers.__getitem__))
    except (OverflowError, ValueError):
        return None
    return value if isfinite(value) else None

"""Written formulas: whether a right-hand side in symbols is equal to the quantity it claims to be.

It is evaluated at the true values and at two random sets of parameters, so that nothing is equal by chance.
Where it is not equal, the slip that gives the same as the formula, at all three, explains it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

from backtrace.checking.diagnosis import Candidate, Diagnosis
from backtrace.checking.graph import Graph, Key
from backtrace.checking.lookup import Lookup
from backtrace.checking.numbers import Stated
from backtrace.checking.report import FormulaFinding
from backtrace.checking.sides import OPEN, OPEN_SLOPE, PARTIAL, is_symbolic, side, taken_of
from backtrace.checking.statement import Formula
from backtrace.derivation.activations import activation_slope, activation_value
from backtrace.derivation.calculus import partials
from backtrace.derivation.expressions import (
    ZERO,
    Call,
    Expression,
    Symbol,
    number,
    rebuild,
    substitute,
    symbols,
)
from backtrace.derivation.printing import formula as printed
from backtrace.errors import BacktraceError, NotDifferentiableError
from backtrace.evaluation.evaluator import value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.problem import Layer, Network, Problem

MOST_NODES = 20_000  # of a graph that is worked out at random parameters too
MOST_SHOWN = 100  # characters of a formula in a sentence
_SEEDS = (1, 2)
_ABOUT_NUMBERS = ("truncated", "rounded_too_early", "power_of_ten", "digits_swapped")


class Judged(NamedTuple):
    """How many formulas are right, what is wrong with others, and those that could not be evaluated."""

    right: int
    findings: tuple[FormulaFinding, ...]
    not_evaluated: tuple[tuple[int, str], ...]


class Point(NamedTuple):
    """Everything worked out with one set of parameters."""

    graph: Graph
    diagnosis: Diagnosis


class Bound(NamedTuple):
    """An expression whose names are known: the quantity of each, and those that stand for a δ."""

    expression: Expression
    uses: Mapping[str, Key]
    deltas: frozenset[str] = frozenset()

    def value(self, graph: Graph, turned: bool) -> float:
        """Its value in a graph; nan where it has none."""
        values = {id: _value(graph, key) for id, key in self.uses.items()}
        if turned:
            values |= {id: -values[id] for id in self.deltas}
        try:
            return float(value_of(self.expression, values, FLOAT64))
        except (OverflowError, ValueError):
            return math.nan


class Claim(NamedTuple):
    """That a quantity, or another expression, is the same as an expression."""

    left: Key | Bound
    right: Bound


def points_of(graph: Graph, diagnosis: Diagnosis) -> list[Point]:
    """The true values first, then random ones as far as they can be worked out."""
    points = [Point(graph, diagnosis)]
    for seed in _SEEDS if len(graph.nodes) <= MOST_NODES else ():
        try:
            other = Graph(_with_random_parameters(graph.problem, seed), [1])
        except BacktraceError:  # the logarithm of something negative, perhaps
            continue
        points.append(Point(other, Diagnosis(other)))
    return points


def _with_random_parameters(problem: Problem, seed: int) -> Problem:
    random = Random(seed)
    values = {name: random.uniform(0.2, 0.9) * random.choice((-1, 1)) for name in problem.parameters}
    return problem._replace(parameters={name: number(value) for name, value in values.items()})


def judge_formulas(points: Sequence[Point], sample: int | None, formulas: Iterable[Formula]) -> Judged:
    """Judge the formulas of a sheet; `sample` is the one they are about where that is not the first."""
    return _Judge(points, sample).all(dict.fromkeys(formulas))


class _Judge:
    """Judges the formulas of one sheet; `turned` if they define δ with the other sign throughout."""

    def __init__(self, points: Sequence[Point], sample: int | None) -> None:
        self.points = points
        self.graph = points[0].graph
        self.problem = self.graph.problem
        self.lookup = Lookup(self.graph, sample)
        self.sample = sample or self.problem.own_sample(1)
        self.turned = False

    def all(self, formulas: Iterable[Formula]) -> Judged:
        readable: list[tuple[Formula, list[Claim]]] = []
        not_evaluated: list[tuple[int, str]] = []
        for formula in formulas:
            claims = list(self.claims(formula))
            if claims:
                readable.append((formula, claims))
            else:
                not_evaluated.append((formula.line, f"{formula.left} = {formula.right}"))
        self.turned = self.turns_deltas(claim for _, claims in readable for claim in claims)
        findings = [found for formula, claims in readable if (found := self.finding(formula, claims))]
        return Judged(len(readable) - len(findings), tuple(findings), tuple(not_evaluated))

    # What a formula claims

    def claims(self, formula: Formula) -> Iterator[Claim]:
        """What a formula says: of a sample, and where there is a batch, of all samples together."""
        right = side(formula.right)
        if right is None or not is_symbolic(right):
            return
        for total in (False, True) if self.problem.batch != "online" else (False,):
            bound = self.bound(right, total)
            left = self.left(formula, total)
            if bound is not None and left is not None:
                yield Claim(left, bound)

    def left(self, formula: Formula, total: bool) -> Key | Bound | None:
        """The quantity that is claimed to be something, or an expression that stands for one."""
        if formula.name is not None:
            key = self.key(formula.name, total)
            return key if key and self.graph[key].kind != "given" else None
        expression = side(formula.left)
        bound = self.bound(expression, total) if expression and is_symbolic(expression) else None
        return bound and (self.quantity(bound) or bound)

    def key(self, name: str, total: bool) -> Key | None:
        key = self.lookup.key(name, 1, None if total else self.sample, total)
        return key if isinstance(key, Key) else None

    def bound(self, expression: Expression, total: bool) -> Bound | None:
        """An expression with its names looked up; None if one of them is unknown."""
        uses: dict[str, Key] = {}
        known: dict[str, Expression] = {}
        deltas = set()
        for symbol in symbols(expression):
            key = self.key(symbol.id, total)
            if key is None:
                return None
            # One quantity, one symbol, whatever it is called; but ∂E/∂h is never turned as δ may be.
            is_delta = self.graph[key].kind == "delta" and "/" not in symbol.id
            id = symbol.id if self.graph[key].kind == "delta" and not is_delta else key.id
            known[symbol.id] = Symbol(id, symbol.text)
            uses[id] = key
            deltas |= {id} if is_delta else set()
        try:
            return Bound(self.resolved(substitute(expression, known), uses), uses, frozenset(deltas))
        except (LookupError, NotDifferentiableError):
            return None

    def resolved(self, expression: Expression, uses: Mapping[str, Key]) -> Expression:
        """With the layer's own function where one of any kind stands, and derivatives taken.

        Raises:
            LookupError: it is not clear whose function is meant.
            NotDifferentiableError: there is no derivative.

        """
        if isinstance(expression, Call) and expression.function in (OPEN, OPEN_SLOPE):
            argument = self.resolved(expression.arguments[0], uses)
            activation = self.layer_of(expression.arguments[0], uses).activation
            inside: dict[str, Expression] = {"h": argument, **activation.options}
            value = substitute(activation_value(activation.name), inside)
            if expression.function == OPEN:
                return value
            return substitute(activation_slope(activation.name), {**inside, "a": value})
        if isinstance(expression, Call) and expression.function == PARTIAL:
            inner, by = expression.arguments
            assert isinstance(by, Symbol)
            return partials(self.resolved(inner, uses), {by.id}).get(by.id, ZERO)
        return rebuild(expression, lambda part: self.resolved(part, uses))

    def layer_of(self, argument: Expression, uses: Mapping[str, Key]) -> Layer:
        model = self.problem.model
        layers = model.layers if isinstance(model, Network) else ()
        if isinstance(argument, Symbol):
            name = self.graph[uses[argument.id]].layer
            layers = tuple(layer for layer in layers if layer.name == name) or layers
        if (
            not layers
            or any(layer.activation != layers[0].activation for layer in layers)
            or layers[0].is_softmax
        ):
            raise LookupError
        return layers[0]

    def quantity(self, bound: Bound) -> Key | None:
        """The quantity that an expression always equals: ∂E/∂a_o·∂a_o/∂h_o is δ_o."""
        for key, node in self.graph.nodes.items():
            if node.expression is None or key.sample not in (self.sample, None):
                continue
            if all(_same(_value(graph, key), bound.value(graph, False)) for graph, _ in self.points):
                return key
        return None

    # Whether it is so

    def sides(self, claim: Claim) -> list[tuple[float, float]]:
        """Both sides at each point."""
        pairs = []
        for graph, _ in self.points:
            if isinstance(claim.left, Bound):
                left = claim.left.value(graph, self.turned)
            else:
                turned = self.turned and self.graph[claim.left].kind == "delta"
                left = -_value(graph, claim.left) if turned else _value(graph, claim.left)
            pairs.append((left, claim.right.value(graph, self.turned)))
        return pairs

    def holds(self, claim: Claim) -> bool:
        return all(_same(left, right) for left, right in self.sides(claim))

    def turns_deltas(self, claims: Iterable[Claim]) -> bool:
        """Whether δ is defined, through no other δ, and always with the other sign."""
        defined = [
            self.sides(claim)
            for claim in claims
            if isinstance(claim.left, Key)
            and self.graph[claim.left].kind == "delta"
            and not claim.right.deltas
        ]
        return bool(defined) and all(_same(left, -right) for pairs in defined for left, right in pairs)

    def finding(self, formula: Formula, claims: Sequence[Claim]) -> FormulaFinding | None:
        """What is wrong with a formula, if something is."""
        if any(map(self.holds, claims)):
            return self.in_brackets(formula)
        claim = claims[0]
        if isinstance(claim.left, Bound):
            said = f"{formula.left} is not the same as {_shortened(formula.right)}"
            return FormulaFinding(formula.left, formula.right, None, None, said, formula.line)
        return self.explained(formula, claim.left, claim.right)

    def in_brackets(self, formula: Formula) -> FormulaFinding | None:
        """What is wrong with E in ∂E/∂x = ∂/∂x [E], although its derivative by x is right.

        Terms without x may be left out there.
        """
        of, _, _ = (formula.name or "").partition("/")
        inner = taken_of(formula.right) if of.startswith("d") else None
        key = self.key(of[1:], total=False) if inner else None
        if inner is None or key is None or self.graph[key].expression is None:
            return None
        bound = self.bound(inner, total=False)
        if bound is None or self.holds(Claim(key, bound)):
            return None
        found = self.explained(formula._replace(right=_inside(formula.right)), key, bound)
        return found if found.slip not in (None, "missing_term") else None

    def explained(self, formula: Formula, key: Key, right: Bound) -> FormulaFinding:
        node = self.graph[key]
        expected = printed(node.expression) if node.expression else None
        slip = self.slip(key, right)
        said = f"{node.symbol.text} is not {_shortened(formula.right)}"
        said += f": that {slip.explanation}" if slip else f"; it is {_shortened(expected or '')}"
        return FormulaFinding(key.id, formula.right, expected, slip and slip.slip, said, formula.line)

    def slip(self, key: Key, right: Bound) -> Candidate | None:
        """The most plausible slip that gives what the formula gives, at all points."""
        fitting: list[dict[str, Candidate]] = []
        for graph, diagnosis in self.points:
            value = right.value(graph, self.turned)
            if not math.isfinite(value) or key not in graph.nodes:
                return None
            exactly = Stated(value, 1e-12 * abs(value), 17, 17)
            fitting.append({c.slip: c for c in diagnosis.fitting(key, exactly, {})})
        first, *others = fitting
        common = (
            c for slip, c in first.items() if slip not in _ABOUT_NUMBERS and all(slip in o for o in others)
        )
        return next(common, None)


def _value(graph: Graph, key: Key) -> float:
    """A quantity's value; what only one graph knows is a derivative that is always 0."""
    return graph[key].value if key in graph.nodes else 0.0


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-13)


def _inside(operator: str) -> str:
    """The text in the brackets of ∂/∂x [ … ]."""
    start = min(place for mark in "[(" if (place := operator.find(mark)) >= 0)
    return operator[start + 1 : -1]


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"

"""Which slip gives a stated number: every rewrite and every reading, tried and ranked.

A slip may sit in the equation itself or in one on the way to it that is not stated. It is tried on the
writer's own earlier numbers first, then on the true ones.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from itertools import chain, islice
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.numbers import Stated
from backtrace.checking.report import Finding
from backtrace.checking.slips import SLIPS, Rewriting, rewritings
from backtrace.derivation.expressions import Expression
from backtrace.derivation.printing import formula
from backtrace.evaluation.evaluator import value_of
from backtrace.evaluation.float64 import FLOAT64

MOST_NODES = 30  # equations on the way that a slip is looked for in
MOST_FINDINGS = 8
MOST_RECURSION = 60  # equations one upon the other that are worked out by recursion
MOST_PLACES = 12  # decimals that a value on the way may have been rounded to
STEP_WIDE = ("missing_slope", "slope_of_net", "missing_activation", "missing_rate", "ascent")


class Candidate(NamedTuple):
    """A value that a slip gives, and what is said if it is the one."""

    rank: float
    slip: str
    value: float
    explanation: str


class Values:
    """Values of quantities where some are fixed, and some equations are others than they should be."""

    def __init__(
        self,
        graph: Graph,
        fixed: Mapping[Key, float],
        rewritten: Mapping[Key, Rewriting] | None = None,
    ) -> None:
        self.graph = graph
        self.fixed = fixed
        self.rewritten = rewritten or {}
        self.known: dict[Key, float] = {}
        self.open: set[Key] = set()

    def with_slip(self, key: Key, rewriting: Rewriting, affected: Container[Key]) -> Values:
        """The same with one equation rewritten; only `affected` quantities have to be worked out again."""
        return _Slipped(self, {key: rewriting}, affected)

    def of(self, key: Key) -> float:
        """The value of a quantity: the fixed one, or what its equation gives."""
        return self.fixed[key] if key in self.fixed else self.worked_out(key)

    def worked_out(self, key: Key) -> float:
        """What the equation of a quantity gives, whatever is fixed for the quantity itself.

        Raises:
            RecursionError: a rewriting makes the equations go in a circle.

        """
        if key in self.known:
            return self.known[key]
        node = self.graph[key]
        expression, uses = self.equation(node)
        if expression is None:
            return node.value
        if key in self.open:
            raise RecursionError(key.id)
        if node.depth > MOST_RECURSION and not self.open:
            for below in self.graph.below(key, self.fixed, self.known):
                self.of(below)  # thousands of equations, one upon the other, would fill the stack
        self.open.add(key)
        value = float(value_of(expression, {id: self.of(used) for id, used in uses.items()}, FLOAT64))
        self.open.discard(key)
        self.known[key] = value
        return value

    def equation(self, node: Node) -> tuple[Expression | None, Mapping[str, Key]]:
        """A node's right-hand side and what its symbols are."""
        if node.key in self.rewritten:
            other = self.rewritten[node.key]
            return other.expression, other.uses
        return node.expression, node.uses


class _Slipped(Values):
    """Values that differ from others in one equation and in what rests on it."""

    def __init__(self, base: Values, rewritten: Mapping[Key, Rewriting], affected: Container[Key]) -> None:
        super().__init__(base.graph, base.fixed, rewritten)
        self.base = base
        self.affected = affected

    def of(self, key: Key) -> float:
        return super().of(key) if key in self.affected else self.base.of(key)


class EarlyUpdate(Values):
    """The step worked out with updated weights already on the way back."""

    def equation(self, node: Node) -> tuple[Expression | None, Mapping[str, Key]]:
        if node.kind not in ("cost_gradient", "error") or "+" in node.key.id:
            return node.expression, node.uses
        uses = dict(node.uses)
        for id, used in node.uses.items():
            new = Key(node.key.step, None, f"{id}+")
            if new in self.graph.nodes and self.graph[used].kind == "given":
                uses[id] = new
        return node.expression, uses


class StepWide(Values):
    """The step worked out with one slip made in every equation that allows it."""

    def __init__(self, graph: Graph, slip: str, rewritings: Callable[[Node], Sequence[Rewriting]]) -> None:
        super().__init__(graph, {})
        self.slip = slip
        self.rewritings = rewritings
        self.made: dict[Key, Rewriting | None] = {}

    def equation(self, node: Node) -> tuple[Expression | None, Mapping[str, Key]]:
        if node.key not in self.made:
            self.made[node.key] = next((r for r in self.rewritings(node) if r.slip == self.slip), None)
        found = self.made[node.key]
        return (found.expression, found.uses) if found else (node.expression, node.uses)


class Diagnosis:
    """Finds slips in one graph; what they give with the true numbers is worked out once for each quantity."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.with_true_numbers: dict[Key, list[Candidate]] = {}
        self.made: dict[Key, list[Rewriting]] = {}
        self.early = EarlyUpdate(graph, {})
        self.step_wide = {slip: StepWide(graph, slip, self.rewritings) for slip in STEP_WIDE}

    def findings(
        self, key: Key, number: Stated, numbers: Mapping[Key, float], own_only: bool = False
    ) -> list[Finding]:
        """The slips that give a stated number, the most plausible first.

        `numbers` are the writer's own; `own_only` tries no others, and no readings of the number.
        """
        ranked = self.fitting(key, number, numbers, own_only)
        symbol, right = self.graph[key].symbol.text, self.graph[key].value
        return [
            Finding(c.slip, f"{symbol} = {number.value:.10g} {c.explanation}; done right it is {right:.6g}")
            for c in ranked[:MOST_FINDINGS]
        ]

    def fitting(
        self, key: Key, number: Stated, numbers: Mapping[Key, float], own_only: bool = False
    ) -> list[Candidate]:
        """The best candidate of each slip that gives a stated number, the most plausible first."""
        if not number.value and not number.half:
            return []
        best: dict[str, Candidate] = {}
        candidates = self.own(key, numbers)
        if not own_only:
            candidates = chain(candidates, self.true(key), self.readings(key, number))
        for candidate in candidates:
            if not number.fits(candidate.value):
                continue
            known = best.get(candidate.slip)
            if known is None or candidate.rank < known.rank:
                best[candidate.slip] = candidate
        return sorted(best.values(), key=lambda candidate: candidate.rank)

    def in_its_own_equation(self, key: Key, number: Stated) -> list[Finding]:
        """The slips in the quantity's own equation that would round to the same as the right value."""
        symbol, base = self.graph[key].symbol.text, Values(self.graph, {})
        found: dict[str, Finding] = {}
        for rewriting in self.rewritings(self.graph[key]):
            value = _value(base.with_slip(key, rewriting, {key}), key)
            if value is not None and number.fits(value) and not _same(value, self.graph[key].value):
                said = f"{symbol} would round to the same if {rewriting.how}"
                found.setdefault(rewriting.slip, Finding(rewriting.slip, said))
        return list(found.values())

    def own(self, key: Key, numbers: Mapping[Key, float]) -> Iterator[Candidate]:
        """What slips give with the writer's own numbers."""
        if numbers:
            yield from self.rewritten(key, numbers, 0.0)

    def true(self, key: Key) -> list[Candidate]:
        """What slips give with the true numbers."""
        if key not in self.with_true_numbers:
            found = list(self.rewritten(key, {}, 0.5))
            self.with_true_numbers[key] = [*found, *self.in_the_whole_step(key)]
        return self.with_true_numbers[key]

    def rewritten(self, key: Key, numbers: Mapping[Key, float], penalty: float) -> Iterator[Candidate]:
        stops = [stop for stop in numbers if stop != key]
        base = Values(self.graph, {k: v for k, v in numbers.items() if k != key})
        for depth, node in enumerate(islice(self.graph.ancestors(key, stops), MOST_NODES)):
            affected = self.between(node.key, key, stops)
            for rewriting in self.rewritings(node):
                if rewriting.slip == "bias_not_trained" and node.key != key:
                    continue
                value = _value(base.with_slip(node.key, rewriting, affected), key)
                if value is not None and not _same(value, self.graph[key].value):
                    rank = SLIPS[rewriting.slip].rank + penalty + (1 + 0.1 * depth if node.key != key else 0)
                    yield Candidate(rank, rewriting.slip, value, self.told(key, node, rewriting))

    def told(self, key: Key, node: Node, rewriting: Rewriting) -> str:
        """How a rewriting gives the number."""
        shown = formula(rewriting.expression)
        if len(shown) > 120:
            return f"comes out when {rewriting.how}"
        if node.key == key:
            return f"is {shown}: {rewriting.how}"
        return f"comes out when {node.symbol.text} is taken as {shown}: {rewriting.how}"

    def rewritings(self, node: Node) -> list[Rewriting]:
        """What people write instead of a node's equation, made once."""
        if node.key not in self.made:
            self.made[node.key] = list(rewritings(self.graph, node))
        return self.made[node.key]

    def between(self, low: Key, high: Key, stops: Sequence[Key]) -> set[Key]:
        """What rests on `low` and is rested on by `high`, with both."""
        affected = {low}
        for node in sorted(self.graph.ancestors(high, stops), key=lambda node: node.position):
            if any(used in affected for used in node.uses.values()):
                affected.add(node.key)
        return affected

    def in_the_whole_step(self, key: Key) -> Iterator[Candidate]:
        """Slips made all through the step, from its starting parameters."""
        if self.graph[key].kind not in ("delta", "gradient", "update", "cost", "change", "net", "activation"):
            return
        variants: list[tuple[str, Values, str]] = [
            (
                "updated_too_early",
                self.early,
                "comes out when updated weights stand in the gradients behind them",
            )
        ]
        variants += [
            (slip, values, f"comes out when, all through the step, {SLIPS[slip].sentence}")
            for slip, values in self.step_wide.items()
        ]
        for slip, values, sentence in variants:
            value = _value(values, key)
            if value is not None and not _same(value, self.graph[key].value):
                later = 0 if slip == "updated_too_early" else 3
                yield Candidate(SLIPS[slip].rank + later, slip, value, sentence)

    def readings(self, key: Key, number: Stated) -> Iterator[Candidate]:
        """What the number may be besides a wrong calculation."""
        node, right = self.graph[key], self.graph[key].value
        for other in self.graph.nodes.values():
            if _same(other.value, right) or not other.value or other.kind == "given":
                continue
            if other.key.id == key.id and other.key.step == key.step:
                where = f"sample {other.key.sample}" if other.key.sample else "all samples together"
                yield self.reading("wrong_sample", other.value, f"belongs to {where}")
            elif other.key.id == key.id:
                yield self.reading("wrong_step", other.value, f"belongs to step {other.key.step}")
            elif number.digits > 1 and _may_be_mistaken(key, other.key):
                yield self.reading("wrong_quantity", other.value, f"is right for {other.symbol.text}")
        if number.digits > 1 and right:
            for power in (-3, -2, -1, 1, 2, 3):
                yield self.reading("power_of_ten", right * 10.0**power, "has its decimal point elsewhere")
        yield from self.cut_off(number, right)
        yield from self.rounded_early(node, min(number.places, MOST_PLACES))

    def reading(self, slip: str, value: float, explanation: str) -> Candidate:
        return Candidate(SLIPS[slip].rank, slip, value, explanation)

    def cut_off(self, number: Stated, right: float) -> Iterator[Candidate]:
        """Digits cut off, or two neighbours swapped."""
        unit = Decimal(1).scaleb(-number.places)
        try:
            exact = Decimal(repr(right))
            cut = float(exact.quantize(unit, rounding=ROUND_DOWN))
            rounded = f"{exact.quantize(unit):f}"
        except ArithmeticError:
            return
        if _same(cut, number.value):
            yield self.reading("truncated", cut, "has its digits cut off, not rounded")
        for i in range(len(rounded) - 1):
            one, two = rounded[i], rounded[i + 1]
            if one.isdigit() and two.isdigit() and one != two:
                swapped = float(f"{rounded[:i]}{two}{one}{rounded[i + 2 :]}")
                if _same(swapped, number.value):
                    yield self.reading("digits_swapped", swapped, "has two digits swapped")

    def rounded_early(self, node: Node, most: int) -> Iterator[Candidate]:
        """The value with everything on the way rounded to so many decimals."""
        for places in range(2, most + 1):
            values = _Rounding(self.graph, places)
            value = _value(values, node.key)
            if value is None:
                continue
            said = f"comes out when what is on the way is rounded to {places} decimals"
            yield Candidate(SLIPS["rounded_too_early"].rank + 0.01 * places, "rounded_too_early", value, said)


class _Rounding(Values):
    """Every value on the way rounded to so many decimals."""

    def __init__(self, graph: Graph, places: int) -> None:
        super().__init__(graph, {})
        self.places = places

    def of(self, key: Key) -> float:
        if self.graph[key].expression is None:
            return self.graph[key].value
        return round(self.worked_out(key), self.places)


def _value(values: Values, key: Key) -> float | None:
    """What a quantity comes to; None where the rewritten equations have no value."""
    try:
        return values.worked_out(key)
    except (RecursionError, OverflowError, KeyError, ValueError):
        values.open.clear()
        return None


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other))


def _may_be_mistaken(key: Key, other: Key) -> bool:
    """Whether a number may stand under the wrong name: same step and sample, no new value for an old."""
    same_sample = key.sample == other.sample or key.sample is None or other.sample is None
    return key.step == other.step and same_sample and (key.id.endswith("+") or not other.id.endswith("+"))

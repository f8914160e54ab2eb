"""Written formulas: whether a right-hand side in symbols equals the quantity that it claims to be.

It is evaluated at the true values and where all given numbers are random, so that nothing is equal by chance.
Where it is not equal, the slip that gives the same as the formula, at all of these points, explains it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.judging.matrix_products import matrix_rows
from backtrace.checking.judging.random_points import Points, numbers_put_in
from backtrace.checking.lexing.symbols import ascii_name
from backtrace.checking.lexing.tokens import Side
from backtrace.checking.naming.binding import Bound, NameBinder, value_in
from backtrace.checking.naming.indices import instances, renamed, unknown_index, written_out
from backtrace.checking.naming.lookup import Lookup
from backtrace.checking.naming.side_parser import SUM, is_symbolic, operand, parse_side
from backtrace.checking.report import FormulaFinding, Report
from backtrace.checking.slips.candidates import Candidate, best_of
from backtrace.checking.slips.explanations import explanation
from backtrace.checking.slips.table import is_about_digits
from backtrace.checking.stated_number import Stated
from backtrace.checking.statement import Formula, Sheet
from backtrace.evaluation.closeness import EXACT, same
from backtrace.problem.problem import Network
from backtrace.symbolic.expressions import Expression, symbols
from backtrace.symbolic.ids import spell
from backtrace.typesetting.plain import formula as printed

_NETS = re.compile(r"(?:[hHzZ]|net|Net)_?[0-9]?")  # what a vector of net inputs is called
Reading = Sequence["Claim"]  # what a formula claims, all of it at once


class Claim(NamedTuple):
    """That two expressions are the same; `key` is the quantity that stands alone on the left, if one does."""

    key: Key | None
    left: Bound
    right: Bound


def _is_arithmetic(side: Side) -> bool:
    """Whether a side with names in it is none the less the working of a number: w_5 - 0.5(-0.0786)."""
    expression = parse_side(side.tokens)
    return expression is not None and not is_symbolic(expression)


class WrittenFormulas:
    """The formulas of one sheet, which are evaluated at each of the points.

    `turn_deltas`: they define δ with the other sign throughout.
    """

    def __init__(self, points: Points, lookup: Lookup, sheet: Sheet) -> None:
        self.points = points
        self.graph = points.own.graph
        self.graphs = [self.graph, *(point.graph for point in points.keeping())]
        self.names = NameBinder(lookup, lookup.sample)
        self.turned = False
        self.readable: list[tuple[Formula, list[Reading]]] = []
        self.not_evaluated: list[tuple[int, str]] = []
        workings = {side for statement in sheet.statements for side in statement.working}
        for formula in dict.fromkeys(sheet.formulas):
            if formula.right in workings and _is_arithmetic(formula.right):
                continue
            if readings := list(self.readings(formula)):
                self.readable.append((formula, readings))
            else:
                self.leave(formula)
        self.turn_deltas = self.turns_deltas(
            claim for _, readings in self.readable for claims in readings for claim in claims
        )

    def judged(self, report: Report, turned: bool) -> Report:
        """The report of the numbers with the formulas added; `turned`: numbers for δ have the other sign."""
        self.turned = turned or self.turn_deltas
        wrong: list[FormulaFinding] = []
        right = 0
        for formula, readings in self.readable:
            holds = any(all(map(self.holds, claims)) for claims in readings)
            if not holds and len(readings) > 1 and matrix_rows(formula.right.tokens):
                self.leave(formula)  # several layers have so many units
            elif not holds and SUM in formula.right.text and not self.is_of_targets(readings[0]):
                self.leave(formula)  # the w_i of a sum may be any weights
            elif found := self.in_brackets(formula) if holds else self.finding(formula, readings):
                wrong.append(found)
            else:
                right += 1
        not_evaluated = tuple(self.not_evaluated)
        return report._replace(formulas=tuple(wrong), right_formulas=right, not_evaluated=not_evaluated)

    def is_of_targets(self, claims: Reading) -> bool:
        """Whether a formula has a target in it, and so speaks of the outputs."""
        return any(self.graph[key].role == "target" for claim in claims for key in claim.right.uses.values())

    def leave(self, formula: Formula) -> None:
        """Note a formula that is not evaluated, and the index for which there is no unit, if that is why."""
        said = f"{formula.left.text} = {formula.right.text}"
        tokens = (token for side in (formula.left, formula.right) for token in side.tokens)
        names = filter(None, (ascii_name(t) for t in tokens if t.kind in ("name", "derivative")))
        index = next(filter(None, map(unknown_index, names)), "")
        reason = f": {index} is an index that stands for no unit; write the formula for one" if index else ""
        self.not_evaluated.append((formula.line, f"{said}{reason}"))

    # What a formula claims

    def readings(self, formula: Formula) -> Iterator[Reading]:
        """Each way to read a formula, with its claims: of a sum, and of letters that stand for any unit."""
        rows = matrix_rows(formula.right.tokens)
        if rows and _NETS.fullmatch(formula.name or ""):
            yield from self.of_nets(rows)
            return
        right = parse_side(formula.right.tokens)
        if right is None or not is_symbolic(right):
            return
        found = False
        for written in written_out(right, self.graph.problem):
            for claim in self.claims(formula, written):
                found = True
                yield [claim]
        if found or formula.name is None:
            return
        left = parse_side(formula.left.tokens)
        used = [symbol.id for side in (left, right) if side for symbol in symbols(side)]
        name = formula.name
        for renamings in instances(name, used, self.graph.problem):
            claims = []
            for names in renamings:
                bound = self.names.bound(renamed(right, names), total=False)
                key = self.names.key(names[name], total=False) if name in names else None
                if key is None and left and (defined := self.names.bound(renamed(left, names), total=False)):
                    key = self.quantity(defined) if "+" not in name else None
                if bound and key:
                    claims.append(self.claim(key, bound))
            if claims and len(claims) == len(renamings):
                yield claims

    def of_nets(self, rows: Sequence[Expression]) -> Iterator[Reading]:
        """The claims of a matrix product: each row is the net input of a unit of one layer."""
        model = self.graph.problem.model
        for layer in model.layers if isinstance(model, Network) else ():
            bound = [b for row in rows if (b := self.names.bound(row, total=False))]
            keys = [Key(1, self.names.sample, f"h_{spell(unit)}") for unit in layer.units]
            if len(bound) == len(rows) == len(keys):
                yield [self.claim(key, b) for key, b in zip(keys, bound, strict=True)]

    def claims(self, formula: Formula, right: Expression) -> Iterator[Claim]:
        """The claims of a formula: about a sample, and in a batch also about all samples together."""
        for total in (False, True) if self.graph.problem.batch != "online" else (False,):
            bound = self.names.bound(right, total)
            if bound is None:
                continue
            if formula.name is not None:
                key = self.names.key(formula.name, total)
                if key and self.graph[key].kind != "given":
                    yield self.claim(key, bound)
                continue
            expression = parse_side(formula.left.tokens)
            if expression and is_symbolic(expression) and (left := self.names.bound(expression, total)):
                key = self.quantity(left)
                yield self.claim(key, bound) if key else Claim(None, left, bound)

    def claim(self, key: Key, right: Bound) -> Claim:
        """The claim that a quantity is the same as an expression."""
        symbol = self.graph[key].symbol
        deltas = frozenset({symbol.id} if self.graph[key].kind == "delta" else ())
        return Claim(key, Bound(symbol, {symbol.id: key}, deltas), right)

    def quantity(self, bound: Bound) -> Key | None:
        """The quantity that an expression always equals: ∂E/∂a_o·∂a_o/∂h_o is δ_o."""
        for key, node in self.graph.nodes.items():
            if node.expression is None or key.sample not in (self.names.sample, None):
                continue
            if all(_same(value_in(graph, key), bound.value(graph, False)) for graph in self.graphs):
                return key
        return None

    # Whether the claim holds

    def sides(self, claim: Claim, graphs: Iterable[Graph]) -> list[tuple[float, float]]:
        """Both sides at each point."""
        return [(claim.left.value(g, self.turned), claim.right.value(g, self.turned)) for g in graphs]

    def holds(self, claim: Claim, kept: Iterable[str] = ()) -> bool:
        """Whether both sides are equal at the true values, and where all but the kept givens are random."""
        graphs = [self.graph, *(point.graph for point in self.points.keeping(kept))]
        return all(_same(left, right) for left, right in self.sides(claim, graphs))

    def put_in(self, right: Bound) -> set[str]:
        """The givens whose numbers a formula may have instead of their names.

        A factor 1 stands for i_1 where that is 1; beside it, the term of an i_2 that is 0 may be left out. A
        target of 0 or 1 needs no number, -ln a_1, nor does what an update rule starts from, which is 0.
        """
        named = {key.id for key in right.uses.values()}
        factors = set(numbers_put_in(right.expression))
        unnamed = [node for node in self.own_givens if node.key.id not in named]
        if any(node.role == "input" and node.value in factors for node in unnamed):
            factors.add(0.0)
        return {
            node.key.id
            for node in unnamed
            if node.role == "target" or node.value in factors or not (node.role or node.value)
        }

    @cached_property
    def own_givens(self) -> list[Node]:
        """The givens of the sample and of the step."""
        nodes = (*self.graph.at(1, self.names.sample), *self.graph.at(1, None))
        return [node for node in nodes if node.kind == "given"]

    def turns_deltas(self, claims: Iterable[Claim]) -> bool:
        """Whether δ is defined, through no other δ, and always with the other sign."""
        keyed = ((claim.key, claim) for claim in claims if claim.key and not claim.right.deltas)
        defined = [self.sides(claim, self.graphs) for key, claim in keyed if self.graph[key].kind == "delta"]
        return bool(defined) and all(_same(left, -right) for pairs in defined for left, right in pairs)

    def finding(self, formula: Formula, readings: Sequence[Reading]) -> FormulaFinding | None:
        """The finding in a formula that does not hold; None if it does with the sample's numbers put in."""
        if any(all(self.holds(c, self.put_in(c.right)) for c in claims) for claims in readings):
            return None
        key, _, right = next(claim for claim in readings[0] if not self.holds(claim))
        if key:
            return self.explained(formula, key, right)
        said = "the two sides are not equal"
        return _finding(formula, formula.left.text, said)

    def in_brackets(self, formula: Formula) -> FormulaFinding | None:
        """The finding in E of ∂E/∂x = ∂/∂x [E], where the derivative by x is right but E itself is not.

        Terms without x may be left out there.
        """
        of, _, _ = (formula.name or "").partition("/")
        inner = operand(formula.right.tokens) if of.startswith("d") else ()
        expression = parse_side(inner)
        key = self.names.key(of[1:], total=False) if expression else None
        if expression is None or key is None or self.graph[key].expression is None:
            return None
        bound = self.names.bound(expression, total=False)
        if bound is None or self.holds(self.claim(key, bound)):
            return None
        found = self.explained(formula._replace(right=Side.of(inner)), key, bound)
        return found if found.slip not in (None, "missing_term") else None

    def explained(self, formula: Formula, key: Key, right: Bound) -> FormulaFinding:
        node = self.graph[key]
        expected = printed(node.expression) if node.expression else None
        data = {given.key.id for given in self.own_givens if given.role in ("input", "target")}
        slip = self.slip(key, right) or self.slip(key, right, data)
        said = f"{slip.explanation}; correct: {expected}" if slip else f"correct: {expected}"
        if not slip and self.holds(self.claim(key, right), data):
            said = f"this holds for the numbers of this sample only; correct: {expected}"
        return _finding(formula, key.id, said, expected, slip and slip.slip)

    def slip(self, key: Key, right: Bound, kept: Iterable[str] = ()) -> Candidate | None:
        """The most plausible slip that gives what the formula gives, where all but some givens are random."""
        fitting: list[dict[str, Candidate]] = []
        for diagnosis in (self.points.own, *self.points.keeping(kept)):
            graph = diagnosis.graph
            value = right.value(graph, self.turned)
            if not math.isfinite(value) or key not in graph.nodes:
                return None
            if _same(value, value_in(graph, key)):
                continue  # equal by coincidence at this point, which proves nothing
            exactly = Stated(value, EXACT * abs(value), 17, 17)
            fitting.append({c.slip: c for c in best_of(diagnosis.fitting(key, exactly))})
        if not fitting:
            return None
        first, *others = fitting
        common = (c for slip, c in first.items() if all(slip in other for other in others))
        found = next((c for c in common if not is_about_digits(c.slip)), None)
        return found and self.with_true_numbers(key, found)

    def with_true_numbers(self, key: Key, found: Candidate) -> Candidate:
        """The candidate, in whose sentence the numbers are the true ones and not random."""
        node, rewriting, own = self.graph.nodes.get(found.where or key), found.rewriting, self.points.own
        if node is None or rewriting is None:
            return found
        for true in own.rewritings(node):
            if (true.slip, true.expression) == (rewriting.slip, rewriting.expression):
                return found._replace(explain=partial(explanation, self.graph, key, node, true, ()))
        return found


def _finding(
    formula: Formula, id: str, said: str, expected: str | None = None, slip: str | None = None
) -> FormulaFinding:
    return FormulaFinding(id, formula.right.text, expected, slip, said, formula.line, formula.place)


def _same(one: float, other: float) -> bool:
    """Whether two sides agree at a point whose numbers are near 1: below 1e-13 there is only rounding."""
    return same(one, other, absolute=1e-13)

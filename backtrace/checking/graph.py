"""The derivation over steps and samples as one graph: each quantity with its equation and its true value.

Knows nothing of stated numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from itertools import chain
from typing import NamedTuple

from backtrace.checking.name_table import NameTable
from backtrace.derivation.dependencies import reach, uses
from backtrace.derivation.derivation import Derivation, afterwards
from backtrace.derivation.equation import Equation
from backtrace.derivation.optimizers import STEP, UPDATE_RULES, constants
from backtrace.errors import BacktraceError, NotDifferentiableError
from backtrace.evaluation.arithmetic import Arithmetic, Value
from backtrace.evaluation.compiled import Compiled, compile_expression
from backtrace.evaluation.evaluator import value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Part, Request
from backtrace.limits import SHEET_GRADIENTS
from backtrace.problem.notation import derivative, given, updated
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.expressions import ZERO, Expression, Symbol
from backtrace.symbolic.ids import spell
from backtrace.tracing.trace import compute

ANCESTORS_KEPT = 2_000  # quantities of a graph; in a larger one none keeps the set of those it depends on
# Of a backward pass; of a larger one, rows that nothing depends on are added only when named.
EQUATIONS_WITH_FURTHER = 5_000


class Key(NamedTuple):
    """The place of a quantity: its step, its sample (None for quantities of the whole step) and its id."""

    step: int
    sample: int | None
    id: str


class Node(NamedTuple):
    """A quantity: its equation's right-hand side, what the symbols in it are, and its true value.

    Givens have no expression. `position` is the place in the order of computation, `depth`
    how many equations stand one upon the other below it. `role` tells givens apart: input, target or
    parameter.
    """

    key: Key
    symbol: Symbol
    kind: str
    layer: str | None
    expression: Expression | None
    uses: Mapping[str, Key]
    value: float
    position: float = 0
    depth: int = 0
    role: str | None = None


class Graph:
    """All quantities of some steps of a problem; `start` has what a single one starts from, if known."""

    def __init__(
        self, problem: Problem, steps: Iterable[int], start: Mapping[str, Value] | None = None
    ) -> None:
        self.problem = problem
        self.start = start
        self.nodes: dict[Key, Node] = {}
        self.givens: set[Key] = set()
        self._names = NameTable()
        self._roles = _roles(problem)
        self._alike: dict[tuple[object, ...], list[Node]] = {}
        self._compiled: dict[tuple[Key, int], Compiled[Key]] = {}
        self._all_below: dict[Key, frozenset[Key]] = {}
        # Passes whose further equations nobody has named yet.
        self.postponed: list[tuple[Part, Derivation]] = []
        for step in sorted(set(steps)):
            self._add_step(step)

    def __getitem__(self, key: Key) -> Node:
        return self.nodes[key]

    def find(self, name: str, step: int, sample: int | None) -> set[str]:
        """The ids that a name can stand for at a place: an exact id, a name of the notation, or near it."""
        if Key(step, sample, name) in self.nodes:
            return {name}
        found = self._names.find(name, (step, sample))
        if not found and self.postponed and "/" in name:
            for part, derivation in self.postponed:
                self._add_further(part, derivation)
            self.postponed.clear()
            return self.find(name, step, sample)
        return found

    def near(self, name: str, step: int, sample: int | None) -> Collection[str]:
        """The ids of a name at a place, where the student left out marks."""
        return self._names.near(name, (step, sample))

    def unrelated(self, name: str, step: int, sample: int | None) -> Key | None:
        """The derivative, 0, of a quantity by something that does not stand in its equation."""
        over, slash, under = name.partition("/")
        if not (slash and over.startswith("d") and under.startswith("d")):
            return None
        above, below = self._named(over[1:], step, sample), self._named(under[1:], step, sample)
        if above is None or below is None or above.kind != "net":
            return None
        symbol = derivative(above.symbol, below.symbol)
        key = Key(step, sample, symbol.id)
        self._add(Node(key, symbol, "local", above.layer, ZERO, {}, 0.0))
        return key

    def _named(self, name: str, step: int, sample: int | None) -> Node | None:
        """The one quantity that a name stands for in a sample, else in the step as a whole."""
        ids = self.find(name, step, sample) or self.find(name, step, None)
        keys = (Key(step, place, id) for id in ids for place in (sample, None))
        return next(filter(None, map(self.nodes.get, keys)), None) if len(ids) == 1 else None

    def at(self, step: int, sample: int | None) -> list[Node]:
        """The quantities of a step and sample."""
        return [node for node in self.nodes.values() if node.key[:2] == (step, sample)]

    def with_nodes(self, changed: Mapping[Key, Node]) -> Graph:
        """The same graph with other equations for some quantities."""
        graph = copy(self)
        graph.nodes = {**self.nodes, **changed}
        graph._compiled, graph._all_below = {}, {}
        return graph

    def _add_step(self, step: int) -> None:
        batch = self.problem.batch != "online"
        last = max(1, step) if self.problem.update else 1
        many = gradients_of(self.problem)
        if many > SHEET_GRADIENTS and batch:
            said = f"the samples have {many:,} gradients; at most {SHEET_GRADIENTS:,} can be checked"
            raise BacktraceError(said)
        request = Request(step, last, "all" if many <= SHEET_GRADIENTS else None, start=self.start)
        passes: dict[int, Part] = {}
        for part in self._passes(request):
            if part.sample is not None and part.phase in ("forward", "backward"):
                self._add_givens(part)
                self._add_rows(part, part.equations, part.sample)
                passes.setdefault(part.sample, part)
                if part.phase == "backward" and part.derivation is not None:
                    if len(part.equations) > EQUATIONS_WITH_FURTHER:
                        self.postponed.append((part, part.derivation))
                    else:
                        self._add_further(part, part.derivation)
            else:
                own = None if batch else self.problem.own_sample(step)
                if part.phase == "after":
                    for sample, before in passes.items():
                        if batch or sample == own:
                            self._add_afterwards(before)
                self._add_rows(part, part.equations, own)
                if part.phase == "update":
                    self._add_held(part)

    def _passes(self, request: Request) -> Iterator[Part]:
        """All passes; where there is no derivative, the forward passes."""
        try:
            yield from compute(self.problem, request)
        except NotDifferentiableError:
            yield from compute(self.problem, request._replace(phases=frozenset(("forward",))))

    def _add_held(self, part: Part) -> None:
        """The new values of parameters that are held fixed: the old ones."""
        for name in sorted(self.problem.fixed):
            old = self.nodes[Key(part.step, None, spell(name))]
            new, used = updated(old.symbol), {old.symbol.id: old.key}
            key = Key(part.step, part.sample, new.id)
            self._add(Node(key, new, "held", old.layer, old.symbol, used, old.value))

    def _add_givens(self, part: Part) -> None:
        for name in (*self.problem.inputs, *self.problem.targets):
            if spell(name) in part.values:
                key = Key(part.step, part.sample, spell(name))
                self._add(Node(key, given(name), "given", None, None, {}, float(part.values[key.id])))
        for symbol in _step_givens(self.problem):
            if symbol.id not in part.values:
                continue
            key, before = Key(part.step, None, symbol.id), Key(part.step - 1, None, f"{symbol.id}+")
            made = self.nodes.get(before)  # this step's parameter is the updated one of the step before
            used = {made.symbol.id: before} if made else {}
            value = float(part.values[symbol.id])
            self._add(Node(key, symbol, "given", None, made and made.symbol, used, value))

    def _add(self, draft: Node, aliases: Sequence[str] = ()) -> None:
        """Add a node, with its position, depth and role filled in, unless it is there already."""
        key = draft.key
        if key in self.nodes:
            return
        below = (self.nodes[used].depth for used in draft.uses.values() if used in self.nodes)
        role = self._roles.get(key.id) if draft.kind == "given" else None
        node = draft._replace(position=len(self.nodes), depth=1 + max(below, default=0), role=role)
        self.nodes[key] = node
        if node.expression is None:
            self.givens.add(key)
        self._alike.setdefault(self._likeness(node), []).append(node)
        self._names.add((key.step, key.sample), node.symbol, aliases)

    def _add_rows(self, part: Part, rows: Iterable[Equation], sample: int | None) -> None:
        """Equations of a part; what they use is looked up in `sample`'s pass, else in the step itself."""
        for row in rows:
            used = {id: self._where(id, part.step, sample) for id in uses(row.expression)}
            value = part.values.get(row.id)
            if value is None:
                known = {id: self.nodes[key].value for id, key in used.items()}
                value = value_of(row.expression, known, FLOAT64)
            key = Key(part.step, part.sample, row.id)
            node = Node(key, row.symbol, row.kind, row.layer, row.expression, used, float(value))
            self._add(node, row.aliases)

    def _where(self, id: str, step: int, sample: int | None) -> Key:
        if id.endswith("]"):
            base, _, number_ = id[:-1].rpartition("[")
            return Key(step, int(number_), base)
        for key in (Key(step, sample, id), Key(step, None, id)):
            if key in self.nodes:
                return self.nodes[key].key  # the one key that is kept of a quantity
        raise KeyError(id)

    def _add_further(self, part: Part, derivation: Derivation) -> None:
        """Add the equations that nothing depends on."""
        known, rows = set(part.values), []
        for row in derivation.further():
            if uses(row.expression).keys() <= known:
                known.add(row.id)
                rows.append(row)
        self._add_rows(part, rows, part.sample)

    def _add_afterwards(self, before: Part) -> None:
        """The forward pass again, of the updated parameters: hidden quantities with a plus."""
        rows = [row for row in before.equations if row.phase == "forward"]
        renamed = {row.id for row in rows} | {spell(name) for name in self.problem.parameters}
        self._add_rows(before, [afterwards(row, renamed) for row in rows], before.sample)

    def _reach(self, key: Key, is_followed: Callable[[Key], bool]) -> Iterator[Key]:
        """Everything a quantity depends on, through the quantities for which `is_followed` is true."""
        return reach([key], lambda one: filter(is_followed, self.nodes[one].uses.values()))

    def below(self, key: Key, is_known: Callable[[Key], bool] = lambda _: False) -> list[Key]:
        """Everything a quantity depends on, down to what is known, in the order of computation."""
        found = self._reach(key, lambda used: not is_known(used))
        return sorted(found, key=lambda used: self.nodes[used].position)

    def depends_on(self, key: Key, wanted: Collection[Key]) -> Collection[Key]:
        """The wanted quantities that a quantity depends on."""
        if not wanted:
            return ()
        if len(self.nodes) <= ANCESTORS_KEPT:
            if key not in self._all_below:
                self._all_below[key] = frozenset(self.below(key))
            return [other for other in wanted if other in self._all_below[key]]
        # Nothing before the first of them depends on any of them.
        first = min(self.nodes[other].position for other in wanted)
        below = set(self._reach(key, lambda used: self.nodes[used].position >= first))
        return [other for other in wanted if other in below]

    def compiled(self, node: Node, arithmetic: Arithmetic) -> Compiled[Key]:
        """A node's equation as a function, made once."""
        assert node.expression is not None
        place = node.key, id(arithmetic)
        if place not in self._compiled:
            self._compiled[place] = compile_expression(node.expression, node.uses, arithmetic)
        return self._compiled[place]

    def alike(self, node: Node) -> Sequence[Node]:
        """The node and what is easily taken for it: quantities of the same kind, step and sample."""
        return self._alike[self._likeness(node)]

    def _likeness(self, node: Node) -> tuple[object, ...]:
        key = node.key
        # Of a network, gradients by inputs are hidden: nobody has one who looks for that of a weight.
        is_by_input = node.kind == "gradient" and self._roles.get(key.id.partition("/d")[2]) == "input"
        is_hidden = is_by_input and isinstance(self.problem.model, Network)
        return (key.step, key.sample, node.kind, node.role, key.id.endswith("+"), is_hidden)

    def ancestors(self, key: Key, stop: Iterable[Key]) -> Iterator[Node]:
        """The node itself and everything it depends on, the nearest first, not past the nodes in `stop`."""
        stops = set(stop)
        way = (self.nodes[one] for one in chain([key], self._reach(key, lambda used: used not in stops)))
        return (node for node in way if node.expression is not None)


def gradients_of(problem: Problem) -> int:
    """The number of gradients of a step, counted for each sample."""
    return len(problem.parameters) * sum(sample.targets is not None for sample in problem.samples)


def _roles(problem: Problem) -> dict[str, str]:
    roles = dict.fromkeys(map(spell, problem.parameters), "parameter")
    roles |= dict.fromkeys(map(spell, problem.targets), "target")
    return roles | dict.fromkeys(map(spell, problem.inputs), "input")


def _step_givens(problem: Problem) -> Iterator[Symbol]:
    """The givens that all samples of a step share: parameters, the update's constants, its old states."""
    yield from map(given, problem.parameters)
    if problem.update:
        yield from map(constants(problem.notation.rate).__getitem__, problem.update.constants)
        yield STEP
        for state in UPDATE_RULES[problem.update.rule].states:
            yield from (Symbol(f"{state}_{spell(name)}", f"{state}_{name}") for name in problem.trained)

"""A problem and one computed pass → a picture: nodes in columns and rows, and the edges between them.

A network has its inputs, its units layer by layer, and the cost; a computation has a node for every symbol,
in columns by its distance from the inputs and parameters. Must not know how a picture looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial

from backtrace.derivation.dependencies import uses
from backtrace.derivation.equation import Equation, Phase
from backtrace.derivation.forward_pass import NetworkSymbols
from backtrace.diagrams.diagram import NodeKind, Picture, PictureEdge, PictureNode, SymbolValue
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Part, Request
from backtrace.problem.notation import derivative, given
from backtrace.problem.problem import INPUTS, Computation, Layer, Network, Problem, parameters_of
from backtrace.symbolic.expressions import Symbol
from backtrace.symbolic.ids import spell
from backtrace.tracing.trace import compute

MOST = 8  # nodes in a layer of a picture; a larger layer has its first three and its last
SYMBOLS_SHOWN = 16  # the same in a column of a computation, whose edges have no labels
FIRST = 3
COLUMNS_SHOWN = 24  # of a computation; a longer one has only columns at its two ends
FIRST_COLUMNS, LAST_COLUMNS = 12, 8
Weight = tuple[SymbolValue, SymbolValue | None, bool] | tuple[()]  # with its gradient, and whether it is tied


def picture(
    problem: Problem,
    step: int = 1,
    sample: int | None = None,
    *,
    backward: bool = True,
    arithmetic: Arithmetic = FLOAT64,
) -> Picture:
    """The picture of one sample at the start of a step: by default the step's own, in a batch the first.

    Raises:
        BacktraceError: there is no such step or sample, no backward pass where one is asked for, or a value
            cannot be computed.
    """
    phases: frozenset[Phase] = frozenset(("forward", "backward") if backward else ("forward",))
    if sample is None:
        sample = problem.own_sample(step) if problem.batch == "online" else 1
    request = Request(step, step, sample, phases, arithmetic)
    parts: dict[Phase, Part] = {}
    for part in compute(problem, request):
        parts[part.phase] = part
        if _is_whole(part) and parts.keys() == phases:
            break  # a picture has no update, so none is computed
    return picture_of(problem, parts["forward"], parts.get("backward"))


def _is_whole(part: Part) -> bool:
    """Whether a pass has all its equations; otherwise the next part raises the reason."""
    derivation = part.derivation
    rows = derivation.equations if derivation else ()
    return len(part.equations) == sum(row.phase == part.phase for row in rows)


def picture_of(problem: Problem, forward: Part, backward: Part | None) -> Picture:
    """The picture of two parts that are already computed."""
    if isinstance(problem.model, Network):
        return _NetworkPicture(problem, problem.model, forward, backward).picture()
    return _ComputationPicture(problem, problem.model, forward, backward).picture()


class _PictureBuilder:
    """Collects nodes and edges, and finds the quantities at them."""

    def __init__(self, forward: Part, backward: Part | None) -> None:
        self.forward = forward
        self.backward: Mapping[str, Equation] = {}
        self.values = forward.values
        if backward:
            self.backward = {id: row for row in backward.equations for id in (*row.aliases, row.id)}
            self.values = backward.values
        self.nodes: dict[Hashable, PictureNode] = {}
        self.edges: list[tuple[Hashable, Hashable, Weight]] = []  # between the keys of two nodes

    def quantity(self, symbol: Symbol) -> SymbolValue:
        return SymbolValue(symbol, self.values[symbol.id], self.forward.written.get(symbol.id))

    def known(self, *symbols: Symbol) -> tuple[SymbolValue, ...]:
        """The quantities of those symbols that have a value."""
        return tuple(self.quantity(symbol) for symbol in symbols if symbol.id in self.values)

    def from_backward(self, id: str) -> tuple[SymbolValue, ...]:
        """A quantity of the backward pass, by its name there; none without the pass."""
        return self.known(self.backward[id].symbol) if id in self.backward else ()

    def fill(self, keys: Sequence[Hashable], most: int, node: Callable[[int], PictureNode]) -> None:
        """Add the nodes of a layer or column; of more than `most`, the first ones, a gap, and the last."""
        count = len(keys)
        for k in range(count if count <= most else FIRST):
            self.nodes[keys[k]] = node(k)
        if count > most:
            last = node(count - 1)
            self.nodes["gap", keys[-1]] = PictureNode(last.column, "gap", number=count - FIRST - 1)
            self.nodes[keys[-1]] = last

    def by_column(self, headings: Sequence[str]) -> Picture:
        """The picture, with the nodes in the order of their columns."""
        order = sorted(self.nodes, key=lambda key: self.nodes[key].column)
        places = {key: place for place, key in enumerate(order)}
        edges = (
            PictureEdge(places[source], places[target], *weight)
            for source, target, weight in self.edges
            if source in places and target in places
        )
        nodes = tuple(self.nodes[key] for key in order)
        return Picture(nodes, tuple(edges), tuple(headings), self.forward, bool(self.backward))


class _NetworkPicture(_PictureBuilder):
    """The keys of nodes are layers with the numbers of units, and layers whose biases have a constant."""

    def __init__(self, problem: Problem, network: Network, forward: Part, backward: Part | None) -> None:
        super().__init__(forward, backward)
        self.network = network
        self.symbols = NetworkSymbols(problem, network)
        self.uses = Counter(name for layer in network.layers for name in parameters_of(layer))
        self.column = {INPUTS: 0}
        for layer in network.layers:
            self.column[layer.name] = 1 + max(self.column[source] for source in layer.sources)

    def picture(self) -> Picture:
        self.fill(self.keys(INPUTS), MOST, self.input)
        for layer in self.network.layers:
            self.fill(self.keys(layer.name), MOST, partial(self.unit, layer))
        for layer in self.network.layers:
            self.connect(layer)
        last = max(self.column.values())
        if cost := self.known(self.symbols.cost):
            last += 1
            self.nodes["cost"] = PictureNode(last, "cost", values=cost)
            self.edges += [(key, "cost", ()) for key in self.keys(self.network.layers[-1].name)]
        return self.by_column(self.headings(last))

    def keys(self, name: str) -> list[tuple[str, int]]:
        """The keys of a layer's units, or of the inputs."""
        return [(name, k) for k in range(len(self.symbols.sources[name]))]

    def headings(self, last: int) -> list[str]:
        """A line for each column: the inputs, layers with their activations, the cost."""
        cost = self.network.cost
        named = {0: ["inputs"], last: [cost.replace("_", " ") if isinstance(cost, str) else "cost"]}
        for column in sorted(set(self.column.values()) - {0}):
            layers = [layer for layer in self.network.layers if self.column[layer.name] == column]
            named[column] = [f"{layer.name}: {layer.activation.name}" for layer in layers]
        return [", ".join(named[column]) for column in range(last + 1)]

    def input(self, k: int) -> PictureNode:
        return PictureNode(0, "input", self.known(self.symbols.input[k]))

    def unit(self, layer: Layer, row: int) -> PictureNode:
        unit = layer.units[row]
        return PictureNode(
            self.column[layer.name],
            "unit",
            self.known(self.symbols.net[unit], self.symbols.activation[unit]),
            self.from_backward(self.symbols.delta[unit].id),
            self.known(self.symbols.target[unit]) if unit in self.symbols.target else (),
        )

    def connect(self, layer: Layer) -> None:
        """Add the edges to a layer's units: from their sources, and from the constant of its biases."""
        sources = [key for name in layer.sources for key in self.keys(name)]
        constant = PictureNode(self.column[layer.name] - 1, "constant", number=layer.bias_input)
        for target in self.keys(layer.name):
            if target not in self.nodes:
                continue
            for source, weight in zip(sources, layer.weights[target[1]], strict=True):
                if weight is not None and source in self.nodes:
                    self.edges.append((source, target, self.weight(weight)))
            bias = layer.biases[target[1]]
            if bias is not None:
                self.nodes["constant", layer.name] = constant
                self.edges.append((("constant", layer.name), target, self.weight(bias)))

    def weight(self, name: str) -> Weight:
        parameter = self.symbols.parameter[name]
        gradient = self.from_backward(derivative(self.symbols.cost, parameter).id)
        return self.quantity(parameter), next(iter(gradient), None), self.uses[name] > 1


class _ComputationPicture(_PictureBuilder):
    """The keys of nodes are the ids of their symbols."""

    def __init__(
        self, problem: Problem, computation: Computation, forward: Part, backward: Part | None
    ) -> None:
        super().__init__(forward, backward)
        self.objective = given(computation.objective)
        self.delta_of = {spell(symbol): spell(delta) for delta, symbol in computation.deltas.items()}
        self.rows = {row.id: row for row in forward.equations}
        self.uses = {row.id: uses(row.expression) for row in forward.equations}
        self.left_out: list[str] | None = None
        named: tuple[tuple[NodeKind, Iterable[str]], ...] = (
            ("input", problem.inputs),
            ("parameter", problem.parameters),
            ("target", problem.targets),
        )
        kinds = {spell(name): (given(name), kind) for kind, names in named for name in names}
        self.givens = {id: kinds[id] for id in kinds if id in self.values}

    def picture(self) -> Picture:
        columns = self.columns()
        for here, ids in enumerate(columns):
            if ids is self.left_out:
                self.nodes["gap", here] = PictureNode(here, "gap", number=len(ids))
            else:
                self.fill(ids, SYMBOLS_SHOWN, partial(self.node, here, ids))
        self.edges += [(one, id, ()) for id, used in self.uses.items() for one in used]
        return self.by_column([""] * len(columns))

    def columns(self) -> list[list[str]]:
        """The symbols of every column; of very many columns, those in the middle are one."""
        depth = self.depths()
        columns: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
        for id, column in depth.items():
            columns[column].append(id)
        if len(columns) <= COLUMNS_SHOWN:
            return columns
        middle = columns[FIRST_COLUMNS:-LAST_COLUMNS]
        self.left_out = [id for ids in middle for id in ids]
        return [*columns[:FIRST_COLUMNS], self.left_out, *columns[-LAST_COLUMNS:]]

    def depths(self) -> dict[str, int]:
        """The column of each symbol: an equation right of all that it uses, a given left of its first use."""
        depth: dict[str, int] = {}
        first: dict[str, int] = {}
        for id, used in self.uses.items():
            depth[id] = 1 + max((depth.get(one, 0) for one in used), default=0)
            for one in used:
                first[one] = min(first.get(one, depth[id]), depth[id])
        return {id: first.get(id, 1) - 1 for id in self.givens} | depth

    def node(self, column: int, ids: Sequence[str], k: int) -> PictureNode:
        id = ids[k]
        gradients = self.from_backward(self.delta_of.get(id, ""))
        gradients = gradients or self.from_backward(f"d{self.objective.id}/d{id}")
        if row := self.rows.get(id):
            kind: NodeKind = "cost" if row.symbol == self.objective else "equation"
            return PictureNode(column, kind, self.known(row.symbol), gradients, equation=row)
        symbol, kind = self.givens[id]
        return PictureNode(column, kind, self.known(symbol), gradients)

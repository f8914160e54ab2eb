"""A problem and one computed pass → a picture: nodes in columns and rows, and the edges between them.

A network has its inputs, its units layer by layer, and the cost; a computation has a node for every symbol,
in columns by its distance from the inputs and parameters. Must not know how a picture looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
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

    def __init__(self, problem: Problem, forward: Part, backward: Part | None) -> None:
        self.problem = problem
        self.forward = forward
        self.backward: Mapping[str, Equation] = {}
        self.values = forward.values
        if backward:
            self.backward = {id: row for row in backward.equations for id in (*row.aliases, row.id)}
            self.values = backward.values
        self.nodes: list[PictureNode] = []
        self.edges: list[PictureEdge] = []

    def add(self, node: PictureNode) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def quantity(self, symbol: Symbol) -> SymbolValue:
        return SymbolValue(symbol, self.values[symbol.id], self.forward.written.get(symbol.id))

    def known(self, *symbols: Symbol) -> tuple[SymbolValue, ...]:
        """The quantities of those symbols that have a value."""
        return tuple(self.quantity(symbol) for symbol in symbols if symbol.id in self.values)

    def from_backward(self, id: str) -> tuple[SymbolValue, ...]:
        """A quantity of the backward pass, by its name there; none without the pass."""
        return self.known(self.backward[id].symbol) if id in self.backward else ()

    def by_column(self, headings: Sequence[str]) -> Picture:
        """The picture, with the nodes in the order of their columns."""
        order = sorted(range(len(self.nodes)), key=lambda place: self.nodes[place].column)
        now = {old: new for new, old in enumerate(order)}
        edges = (edge._replace(source=now[edge.source], target=now[edge.target]) for edge in self.edges)
        nodes = tuple(self.nodes[place] for place in order)
        return Picture(nodes, tuple(edges), tuple(headings), self.forward, bool(self.backward))


def _shortened(count: int, most: int) -> Sequence[int | None]:
    """The places of a layer that have a node; None stands for those left out."""
    return range(count) if count <= most else (*range(FIRST), None, count - 1)


class _NetworkPicture(_PictureBuilder):
    def __init__(self, problem: Problem, network: Network, forward: Part, backward: Part | None) -> None:
        super().__init__(problem, forward, backward)
        self.network = network
        self.symbols = NetworkSymbols(problem, network)
        self.uses = Counter(name for layer in network.layers for name in parameters_of(layer))
        self.column = {INPUTS: 0}
        for layer in network.layers:
            self.column[layer.name] = 1 + max(self.column[source] for source in layer.sources)
        self.size = {INPUTS: len(problem.inputs)} | {layer.name: len(layer.units) for layer in network.layers}
        self.places: dict[str, dict[int, int]] = {}  # by layer: its units, and their nodes' places

    def picture(self) -> Picture:
        self.places[INPUTS] = self.layer(
            INPUTS, lambda k: PictureNode(0, "input", self.known(self.symbols.input[k]))
        )
        for layer in self.network.layers:
            self.places[layer.name] = self.layer(layer.name, partial(self.unit, layer))
        for layer in self.network.layers:
            self.connect(layer)
        last = max(self.column.values())
        if cost := self.known(self.symbols.cost):
            last += 1
            place = self.add(PictureNode(last, "cost", values=cost))
            outputs = self.places[self.network.layers[-1].name].values()
            self.edges += [PictureEdge(output, place) for output in outputs]
        return self.by_column(self.headings(last))

    def headings(self, last: int) -> list[str]:
        """A line for each column: the inputs, layers with their activations, the cost."""
        named: list[list[str]] = [[] for _ in range(last + 1)]
        named[0].append("inputs")
        for layer in self.network.layers:
            named[self.column[layer.name]].append(f"{layer.name}: {layer.activation.name}")
        cost = self.network.cost
        if not named[last]:
            named[last].append("cost" if not isinstance(cost, str) else cost.replace("_", " "))
        return [", ".join(names) for names in named]

    def layer(self, name: str, node: Callable[[int], PictureNode]) -> dict[int, int]:
        """Add the nodes of a layer, shortened if there are many; their places by the number of the unit."""
        places = {}
        for unit in _shortened(self.size[name], MOST):
            if unit is None:
                self.add(PictureNode(self.column[name], "gap", number=self.size[name] - FIRST - 1))
            else:
                places[unit] = self.add(node(unit))
        return places

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
        sources = [(name, k) for name in layer.sources for k in range(self.size[name])]
        constant: int | None = None
        for row, target in self.places[layer.name].items():
            for (name, k), weight in zip(sources, layer.weights[row], strict=True):
                if weight is not None and k in self.places[name]:
                    self.edges.append(self.edge(self.places[name][k], target, weight))
            bias = layer.biases[row]
            if bias is not None:
                if constant is None:
                    column = self.column[layer.name] - 1
                    constant = self.add(PictureNode(column, "constant", number=layer.bias_input))
                self.edges.append(self.edge(constant, target, bias))

    def edge(self, source: int, target: int, name: str) -> PictureEdge:
        parameter = self.symbols.parameter[name]
        gradient = self.from_backward(derivative(self.symbols.cost, parameter).id)
        return PictureEdge(
            source, target, self.quantity(parameter), gradient[0] if gradient else None, self.uses[name] > 1
        )


class _ComputationPicture(_PictureBuilder):
    def __init__(
        self, problem: Problem, computation: Computation, forward: Part, backward: Part | None
    ) -> None:
        super().__init__(problem, forward, backward)
        self.objective = given(computation.objective)
        self.delta_of = {spell(symbol): spell(delta) for delta, symbol in computation.deltas.items()}
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
        rows = {row.id: row for row in self.forward.equations}
        places: dict[str, int] = {}
        columns = self.columns()
        for here, ids in enumerate(columns):
            shown = _shortened(len(ids), SYMBOLS_SHOWN) if ids is not self.left_out else [None]
            for k in shown:
                if k is None:
                    self.add(PictureNode(here, "gap", number=len(ids) - len(shown) + 1))
                else:
                    places[ids[k]] = self.add(self.node(ids[k], here, rows.get(ids[k])))
        for id, used in self.uses.items():
            self.edges += [PictureEdge(places[one], places[id]) for one in used if {one, id} <= places.keys()]
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

    def node(self, id: str, column: int, row: Equation | None) -> PictureNode:
        gradients = self.from_backward(self.delta_of.get(id, ""))
        gradients = gradients or self.from_backward(f"d{self.objective.id}/d{id}")
        if row:
            kind: NodeKind = "cost" if row.symbol == self.objective else "equation"
            return PictureNode(column, kind, self.known(row.symbol), gradients, equation=row)
        symbol, kind = self.givens[id]
        return PictureNode(column, kind, self.known(symbol), gradients)

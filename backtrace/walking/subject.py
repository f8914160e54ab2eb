"""The subject of an equation: the unit, the weight or the value that its quantity belongs to.

Must not know how a subject is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from backtrace.derivation.equation import Equation
from backtrace.problem.problem import Layer, Network, Problem
from backtrace.symbolic.ids import spell

Role = Literal["input", "target", "parameter", "net", "activation", "exponential", "sum", "largest"]
Flow = Literal["in", "out", ""]


class Connection(NamedTuple):
    """One use of a parameter, between a source and a unit; a bias has no source.

    The source is the name of an input, or of a unit with its layer.
    """

    source: str | None
    source_layer: Layer | None
    unit: str
    layer: Layer


class EquationSubject(NamedTuple):
    """The symbol that an equation is about, and the edges of its value: into its node, or out of it.

    Of a derivative ∂above/∂below both are ids; of any other quantity, `below` is its own.
    """

    below: str
    above: str = ""
    flow: Flow = ""


class SubjectFinder:
    """Finds the subjects of equations, in one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.parameters = {spell(name): name for name in problem.parameters}
        self.units: dict[str, tuple[str, Layer]] = {}
        self.layers: dict[str, Layer] = {}
        self.deltas: Mapping[str, str] = {}
        if isinstance(problem.model, Network):
            self.layers = {layer.name: layer for layer in problem.model.layers}
            self.units = {spell(u): (u, layer) for layer in self.layers.values() for u in layer.units}
        else:
            self.deltas = {spell(delta): spell(symbol) for delta, symbol in problem.model.deltas.items()}

    def of(self, equation: Equation) -> EquationSubject:
        """The subject of an equation."""
        id, kind = equation.id, equation.kind
        over, slash, under = id.partition("/")
        if slash:  # a derivative
            return EquationSubject(under[1:], over[1:], "" if kind in ("slope", "local") else "out")
        if kind == "delta":
            net = self.deltas.get(id) or id.replace("delta_", "h_", 1)
            return EquationSubject(net, self.problem.objective_id)
        if kind == "error":
            return EquationSubject(id.replace("e_", "a_", 1), self.problem.objective_id, "out")
        if kind in ("change", "state", "update"):
            return EquationSubject(self.parameter_in(id))
        if kind == "cost":
            plain = id.removesuffix("+")
            return EquationSubject(
                plain, "", "in" if plain == self.problem.objective_id else "out"
            )  # a unit's term
        return EquationSubject(id, "", "in" if kind in ("net", "value") else "")

    def parameter_in(self, id: str) -> str:
        """The parameter whose change, state or new value an id stands for."""
        plain = id.removesuffix("+")
        for start in ("", "Delta_", "mhat_", "vhat_", "m_", "v_", "s_"):
            if plain.startswith(start) and plain[len(start) :] in self.parameters:
                return plain[len(start) :]
        return plain

    @cached_property
    def _uses(self) -> dict[str, list[tuple[Layer, int, int | None]]]:
        """By parameter, each use: the layer, the row, and the column; None in its place for a bias."""
        uses: dict[str, list[tuple[Layer, int, int | None]]] = {}
        for layer in self.layers.values():
            for row, names in enumerate(layer.weights):
                for column, name in enumerate(names):
                    if name is not None:
                        uses.setdefault(name, []).append((layer, row, column))
            for row, bias in enumerate(layer.biases):
                if bias is not None:
                    uses.setdefault(bias, []).append((layer, row, None))
        return uses

    def connections(self, id: str) -> list[Connection]:
        """The uses of a parameter of a network."""
        return [
            Connection(*self._source(layer, column), layer.units[row], layer)
            for layer, row, column in self._uses.get(self.parameters.get(id, ""), [])
        ]

    @cached_property
    def _columns(self) -> dict[str, list[tuple[str, Layer | None]]]:
        """By layer, the sources of its columns of weights."""
        return {name: list(self.problem.columns(layer)) for name, layer in self.layers.items()}

    def _source(self, layer: Layer, column: int | None) -> tuple[str | None, Layer | None]:
        """The source in a column of a layer's weights; None for a bias."""
        return (None, None) if column is None else self._columns[layer.name][column]

"""The subject of an equation: the unit, the weight or the value that its quantity belongs to.

Must not know how a subject is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from backtrace.derivation.equation import Equation
from backtrace.problem.problem import Layer, Network, Problem
from backtrace.symbolic.ids import spell

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
        self.layers: Sequence[Layer] = ()
        self.deltas: Mapping[str, str] = {}
        if isinstance(problem.model, Network):
            self.layers = problem.model.layers
            self.units = {spell(unit): (unit, layer) for layer in self.layers for unit in layer.units}
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
        if kind == "cost":  # or a unit's term of it
            plain = id.removesuffix("+")
            return EquationSubject(plain, "", "in" if plain == self.problem.objective_id else "out")
        return EquationSubject(id, "", "in" if kind in ("net", "value") else "")

    def parameter_in(self, id: str) -> str:
        """The parameter whose change, state or new value an id stands for."""
        plain = id.removesuffix("+")
        for start in ("", "Delta_", "mhat_", "vhat_", "m_", "v_", "s_"):
            if plain.startswith(start) and plain[len(start) :] in self.parameters:
                return plain[len(start) :]
        return plain

    @cached_property
    def connections(self) -> Mapping[str, Sequence[Connection]]:
        """By the ids of a network's parameters, their uses."""
        found: dict[str, list[Connection]] = defaultdict(list)
        for layer in self.layers:
            sources = list(self.problem.columns(layer))
            for unit, weights, bias in zip(layer.units, layer.weights, layer.biases, strict=True):
                for (source, source_layer), weight in zip(sources, weights, strict=True):
                    if weight is not None:
                        found[spell(weight)].append(Connection(source, source_layer, unit, layer))
                if bias is not None:
                    found[spell(bias)].append(Connection(None, None, unit, layer))
        return found

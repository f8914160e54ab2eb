"""Quantities in words: "the net input of unit 1 in layer hidden"; and the symbol that each is about.

Must not know a screen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from backtrace.derivation.equation import Equation
from backtrace.errors import printable
from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Layer, Network, Problem
from backtrace.symbolic.ids import spell
from backtrace.views.page.records import Look

# The states that an update rule keeps for a parameter from step to step, and adam's corrected ones.
_STATES = {
    ("momentum", "v"): "the velocity of {}",
    ("nesterov", "v"): "the velocity of {}",
    ("adagrad", "s"): "the squared gradients of {}, summed up to here",
    ("rmsprop", "s"): "the running mean of the squared gradient of {}",
    ("adam", "m"): "the running mean of the gradient of {}",
    ("adam", "v"): "the running mean of the squared gradient of {}",
    ("adam", "mhat"): "the running mean of the gradient of {}, corrected for its start at 0",
    ("adam", "vhat"): "the running mean of the squared gradient of {}, corrected for its start at 0",
}
_UNIT_PREFIXES = {
    "h_": "the net input of {}",
    "a_": "the activation of {}",
    "delta_": "the delta of {}",
    "e_": "the error of {}",
    "exp_": "e to the net input of {}",
    "E_": "what {} adds to {whole}",
}
_LAYER_PREFIXES = {
    "S_": "the sum of the exponentials in layer {}",
    "m_": "the largest net input in layer {}",
}


class Use(NamedTuple):
    """One use of a parameter in words; of a bias, with its layer in words."""

    words: str
    bias_of: str | None = None


class EquationSubject(NamedTuple):
    """The symbol that an equation is about, and the edges of its value: into its node, or out of it.

    Of a derivative ∂above/∂below both are ids; of any other quantity, `below` is its own.
    """

    below: str
    above: str = ""
    flow: Literal["in", "out", ""] = ""


class QuantityNames:
    """Names the quantities of one problem in words, printable and in the characters of the look."""

    def __init__(self, problem: Problem, look: Look) -> None:
        self.problem = problem
        self.look = look
        model = problem.model
        self.is_network = isinstance(model, Network)
        self.layers: Sequence[Layer] = model.layers if isinstance(model, Network) else ()
        equations = () if isinstance(model, Network) else model.equations
        deltas = {} if isinstance(model, Network) else model.deltas
        self.deltas = {spell(delta): spell(symbol) for delta, symbol in deltas.items()}
        self.parameters = {spell(name) for name in problem.parameters}
        named = (*problem.inputs, *problem.targets, *problem.parameters, *equations)
        self.names = {spell(name): look.name(name) for name in named}
        # Gradients are of the cost; of a performance, which is maximized, "cost" would be wrong.
        self.whole = "the cost" if self.is_network and problem.objective == "minimize" else "the objective"

    @cached_property
    def words(self) -> Mapping[str, str]:
        """By id, the words for the quantities of a network's units and layers, and for its objective."""
        words = {self.problem.objective_id: self.whole} if self.is_network else {}
        for layer in self.layers:
            for start, text in _LAYER_PREFIXES.items():
                words[start + spell(layer.name)] = text.format(self.look.name(layer.name))
            for unit in layer.units:
                for start, text in _UNIT_PREFIXES.items():
                    words[start + spell(unit)] = text.format(self._unit(unit, layer), whole=self.whole)
        return words

    # Subjects

    def subject(self, equation: Equation) -> EquationSubject:
        """The unit, the weight or the value that an equation's quantity belongs to."""
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
            return EquationSubject(self._parameter_in(id))
        if kind == "cost":  # or a unit's term of it
            plain = id.removesuffix("+")
            return EquationSubject(plain, "", "in" if plain == self.problem.objective_id else "out")
        return EquationSubject(id, "", "in" if kind in ("net", "value") else "")

    def _parameter_in(self, id: str) -> str:
        """The parameter whose change, state or new value an id stands for."""
        plain = id.removesuffix("+")
        starts = ("", "Delta_", "mhat_", "vhat_", "m_", "v_", "s_")
        names = (plain.removeprefix(start) for start in starts)
        return next((name for name in names if name in self.parameters), plain)

    @cached_property
    def uses(self) -> Mapping[str, Sequence[Use]]:
        """By the ids of a network's parameters, their uses."""
        found: dict[str, list[Use]] = defaultdict(list)
        for layer in self.layers:
            sources = [
                self._unit(source, its) if its else self.look.name(source)
                for source, its in self.problem.columns(layer)
            ]
            for unit, weights, bias in zip(layer.units, layer.weights, layer.biases, strict=True):
                to = self._unit(unit, layer)
                for source, weight in zip(sources, weights, strict=True):
                    if weight is not None:
                        found[spell(weight)].append(Use(f"the weight from {source} to {to}"))
                if bias is not None:
                    found[spell(bias)].append(Use(f"the bias of {to}", f"layer {self.look.name(layer.name)}"))
        return found

    # Words

    def of(self, equation: Equation, part: Part) -> str:
        """The quantity that an equation defines."""
        words = self._words(equation)
        if part.phase == "total":
            words += f", {'averaged' if self.problem.batch == 'mean' else 'summed'} over all samples"
        return printable(words[:1000])

    def _words(self, equation: Equation) -> str:
        id, kind = equation.id, equation.kind
        subject = self.subject(equation)
        if kind == "delta" and not subject.above.startswith("E_") and "/" not in id:
            how = "falls" if self.problem.turned else "changes"
            if self.is_network:
                return f"{self.base(id)}: how {self.whole} {how} with its net input"
            objective = self.name(self.problem.objective_id)
            return f"a delta: how {objective} {how} with {self.name(subject.below)}"
        if kind == "error":
            model = self.problem.model
            is_output = isinstance(model, Network) and equation.layer == model.layers[-1].name
            how = "target less activation" if is_output else f"how {self.whole} falls with its activation"
            return f"{self.base(id)}: {how}"
        if subject.above == subject.below and "/" in id:
            return f"how {self.name(subject.below)} changes with itself"
        if "/" in id:
            name = {"slope": "the slope: ", "gradient": "the gradient: "}.get(kind, "")
            above, below = self.base(subject.above), self.base(subject.below)
            if above.endswith(below.partition(" of ")[2]) and below.startswith("the net input of "):
                below = "its net input"
            return f"{name}how {above} changes with {below}"
        if kind == "change":
            return f"the change of {self.base(subject.below)}"
        if kind == "update":
            return f"{self.base(subject.below)}, after the update"
        if kind == "state":
            return self._state(id, subject.below)
        if not self.is_network:
            is_objective = subject.below == self.problem.objective_id
            words = "the objective" if is_objective else "a value on the way to it"
            return f"{words}, after the update" if id.endswith("+") else words
        return self.base(id)

    def base(self, id: str) -> str:
        """The quantity with an id that is no derivative."""
        plain = id.removesuffix("+")
        is_parameter = plain in self.parameters
        words = self._parameter(plain) if is_parameter else self.words.get(plain, self.name(plain))
        return words if plain == id else f"{words}, after the update"

    def _unit(self, unit: str, layer: Layer) -> str:
        return f"unit {self.look.name(unit)} in layer {self.look.name(layer.name)}"

    def name(self, id: str) -> str:
        """The name of an id in the config."""
        return self.names.get(id, id)

    def _parameter(self, id: str) -> str:
        """A parameter, and its place in a network."""
        name, uses = self.name(id), self.uses.get(id, ())
        if not uses:
            return name
        if len(uses) == 1:
            return f"{name}, {uses[0].words}"
        layers = {use.bias_of for use in uses}
        if None in layers:
            return f"{name}, {'a weight' if len(layers) == 1 else 'a parameter'} at {len(uses)} connections"
        where = uses[0].bias_of if len(layers) == 1 else f"{len(layers)} layers"
        return f"{name}, the bias of {len(uses)} units in {where}"

    def _state(self, id: str, parameter: str) -> str:
        rule = self.problem.update.rule if self.problem.update else ""
        kind = id.removesuffix("+").removesuffix(parameter).rstrip("_")
        words = _STATES.get((rule.replace("adamw", "adam"), kind), "{}")
        return words.format(self.base(parameter))

"""Quantities in words: "the net input of unit 1 in layer hidden". Must not know a screen."""

from __future__ import annotations

from backtrace.derivation.equation import Equation
from backtrace.errors import printable
from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Layer, Network, Problem
from backtrace.symbolic.ids import spell
from backtrace.views.page.records import Look
from backtrace.walking.subject import Connection, SubjectFinder

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
}
_LAYER_PREFIXES = {
    "S_": "the sum of the exponentials in layer {}",
    "m_": "the largest net input in layer {}",
}


class QuantityNames:
    """Names the quantities of one problem in words, printable and in the characters of the look."""

    def __init__(self, problem: Problem, look: Look) -> None:
        self.problem = problem
        self.look = look
        self.subjects = SubjectFinder(problem)
        self.is_network = isinstance(problem.model, Network)
        equations = () if isinstance(problem.model, Network) else problem.model.equations
        named = (*problem.inputs, *problem.targets, *problem.parameters, *equations)
        self.names = {spell(name): look.name(name) for name in named}
        # Gradients are of the cost; of a performance, which is maximized, "cost" would be wrong.
        self.whole = "the cost" if self.is_network and problem.objective == "minimize" else "the objective"

    def of(self, equation: Equation, part: Part) -> str:
        """The quantity that an equation defines."""
        words = self._words(equation)
        if part.phase == "total":
            words += f", {'averaged' if self.problem.batch == 'mean' else 'summed'} over all samples"
        return printable(words[:1000])

    def _words(self, equation: Equation) -> str:
        id, kind = equation.id, equation.kind
        subject = self.subjects.of(equation)
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
        plain, after = id.removesuffix("+"), ", after the update" if id.endswith("+") else ""
        if plain == self.problem.objective_id:
            return (self.whole if self.is_network else self.name(plain)) + after
        if plain in self.subjects.parameters:
            return self._parameter(plain) + after
        if not self.is_network:
            return self.name(plain) + after
        for start, words in _UNIT_PREFIXES.items():
            unit = self.subjects.units.get(plain[len(start) :]) if plain.startswith(start) else None
            if unit:
                return words.format(self._unit(*unit)) + after
        if plain.startswith("E_") and plain[2:] in self.subjects.units:
            return f"what {self._unit(*self.subjects.units[plain[2:]])} adds to {self.whole}{after}"
        for start, words in _LAYER_PREFIXES.items():
            if plain.startswith(start):
                layers = {spell(layer.name): layer.name for layer in self.subjects.layers}
                return words.format(self.look.name(layers.get(plain[2:], plain[2:]))) + after
        return self.name(plain) + after

    def _unit(self, unit: str, layer: Layer) -> str:
        return f"unit {self.look.name(unit)} in layer {self.look.name(layer.name)}"

    def name(self, id: str) -> str:
        """The name of an id in the config."""
        return self.names.get(id, id)

    def _parameter(self, id: str) -> str:
        """A parameter, and its place in a network."""
        name = self.name(id)
        uses = self.subjects.connections.get(id, ())
        if not uses:
            return name
        biases = sum(use.source is None for use in uses)
        if len(uses) == 1:
            return f"{name}, {self._connection(uses[0])}"
        if biases == len(uses):
            layers = {use.layer.name for use in uses}
            where = f"layer {self.look.name(layers.pop())}" if len(layers) == 1 else f"{len(layers)} layers"
            return f"{name}, the bias of {len(uses)} units in {where}"
        return f"{name}, {'a parameter' if biases else 'a weight'} at {len(uses)} connections"

    def _connection(self, use: Connection) -> str:
        to = self._unit(use.unit, use.layer)
        if use.source is None:
            return f"the bias of {to}"
        if use.source_layer is None:
            return f"the weight from {self.look.name(use.source)} to {to}"
        return f"the weight from {self._unit(use.source, use.source_layer)} to {to}"

    def _state(self, id: str, parameter: str) -> str:
        rule = self.problem.update.rule if self.problem.update else ""
        kind = id.removesuffix("+").removesuffix(parameter).rstrip("_")
        words = _STATES.get((rule.replace("adamw", "adam"), kind), "{}")
        return words.format(self.base(parameter))

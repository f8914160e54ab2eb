"""`Problem` → a config that loads to the same problem again, with the same bits.

The other way round from `reader`. The seed is left out, for what it drew is written as numbers; so are the
what-ifs of the command line, for what they changed is written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from backtrace.config.cursor import to_number
from backtrace.config.emit import Emitter
from backtrace.config.settings import ALL_KINDS
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.errors import BacktraceError
from backtrace.problem.notation import NOTATIONS, Notation
from backtrace.problem.problem import (
    INPUTS,
    Activation,
    Computation,
    Layer,
    Network,
    Problem,
    Sample,
    Update,
    parameters_of,
)
from backtrace.symbolic.expressions import Number, number
from backtrace.typesetting.config_formula import written

Names = tuple[str | None, ...]


def config_text(problem: Problem) -> str:
    """The problem as a config.

    Raises:
        BacktraceError: a number in it is not finite, or there is more in it than a config may hold.
    """
    return "".join(f"{line}\n" for line in config_lines(problem))


def config_lines(problem: Problem) -> Iterator[str]:
    """The lines of `config_text`, one after another."""
    return _Writer(problem).lines()


class _Writer(Emitter):
    """Writes one problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem
        self.in_place = numbers_in_place(problem)

    def lines(self) -> Iterator[str]:
        problem = self.problem
        for key, text in (("title", problem.title), ("source", problem.source)):
            if text:
                yield f"{self.key(key)} {self.phrase(text)}"
        for key, names in (("inputs", problem.inputs), ("targets", problem.targets)):
            if names:
                yield f"{self.key(key)} {self.words(names)}"
        if isinstance(problem.model, Network):
            yield from self.network(problem.model)
        else:
            yield from self.computation(problem.model)
        yield from self.parameters()
        yield from self.settings()
        if problem.samples != (Sample((), ()),):
            yield self.open("samples")
            for index, sample in enumerate(problem.samples, start=1):
                yield f"  - {self.sample(sample, f'sample {index}')}"

    def network(self, network: Network) -> Iterator[str]:
        yield self.open("layers")
        before = INPUTS
        for position, layer in enumerate(network.layers, start=1):
            indent = "  - "
            for line in self.layer(layer, position, before):
                yield f"{indent}{line}"
                indent = "    "
            before = layer.name
        if not isinstance(network.cost, str):
            formula = written(network.cost)
            yield f"{self.key('cost')} {self.phrase(f'({formula})' if formula in COSTS else formula)}"
        elif self.problem.targets:  # without them no cost may be named
            yield f"{self.key('cost')} {self.word(network.cost)}"

    def layer(self, layer: Layer, position: int, before: str) -> Iterator[str]:
        self.values(1)
        yield f"{self.key('name')} {self.word(layer.name)}"
        counted = tuple(f"{position}_{unit}" for unit in range(1, len(layer.units) + 1))
        units = self.word(f"{len(counted)}") if layer.units == counted else self.words(layer.units)
        yield f"{self.key('units')} {units}"
        yield f"{self.key('activation')} {self.activation(layer.activation)}"
        if layer.sources != (before,):
            yield f"{self.key('from')} {self.words(layer.sources)}"
        start = f"{self.open('weights')} ["
        for j, row in enumerate(layer.weights, start=1):
            entries = self.row(map(self.entry, row, _names_for_row(position, j, row)))
            yield f"{start}{entries}{',' if j < len(layer.weights) else ']'}"
            start = " " * len(start)
        if any(layer.biases):
            made = _names_for_biases(position, layer.biases)
            if _is_shared(position, layer.biases):
                biases = self.entry(layer.biases[0], made[0])
            else:
                biases = self.row(map(self.entry, layer.biases, made))
            yield f"{self.key('biases')} {biases}"
        if layer.bias_input != 1:
            yield f"{self.key('bias_input')} {self.word(f'{layer.bias_input}')}"

    def entry(self, name: str | None, made: str) -> str:
        """A weight or bias; one that is called as a number in its place would be is that number."""
        if name is None:
            self.values(1)
            return "null"
        if name == made and name in self.in_place:
            return self.number(self.problem.parameters[name], name)
        return self.word(name)

    def activation(self, activation: Activation) -> str:
        usual = {option: number(value) for option, value in ACTIVATIONS[activation.name].options.items()}
        if activation.options == usual:
            return self.word(activation.name)
        return self.mapping({activation.name: self.numbers(activation.options)})

    def computation(self, model: Computation) -> Iterator[str]:
        yield self.open("equations")
        for name, expression in model.equations.items():
            yield f"  {self.key(name)} {self.phrase(written(expression))}"
        yield f"{self.key('objective_symbol')} {self.word(model.objective)}"
        if model.deltas:
            yield f"{self.key('deltas')} {self.mapping({k: self.word(v) for k, v in model.deltas.items()})}"

    def parameters(self) -> Iterator[str]:
        named = {name: value for name, value in self.problem.parameters.items() if name not in self.in_place}
        if named:
            yield self.open("parameters")
        for name, value in named.items():
            yield f"  {self.key(name)} {self.number(value, name)}"

    def settings(self) -> Iterator[str]:
        problem = self.problem
        if problem.fixed:
            fixed = [name for name in problem.parameters if name in problem.fixed]
            yield f"{self.key('fixed')} {self.words(fixed)}"
        usual = Problem._field_defaults
        for key in ("objective", "delta"):
            if getattr(problem, key) != usual[key]:
                yield f"{self.key(key)} {self.word(getattr(problem, key))}"
        if problem.update:
            yield f"{self.key('update')} {self.update(problem.update)}"
        if problem.batch != usual["batch"]:
            yield f"{self.key('batch')} {self.word(problem.batch)}"
        if problem.notation != usual["notation"]:
            yield f"{self.key('notation')} {self.notation(problem.notation)}"
        if problem.hand is not None:
            yield f"{self.key('hand')} {self.hand(problem.hand)}"

    def update(self, update: Update) -> str:
        constants = {name: self.number(value, name) for name, value in update.constants.items()}
        return self.mapping({"rule": self.word(update.rule), **constants})

    def notation(self, notation: Notation) -> str:
        for name, preset in NOTATIONS.items():
            if notation == preset:
                return self.word(name)
        usual = Notation()._asdict()
        patterns = notation._asdict().items()
        return self.mapping({key: self.word(pattern) for key, pattern in patterns if pattern != usual[key]})

    def hand(self, hand: Mapping[str, int]) -> str:
        if set(hand) == {ALL_KINDS}:
            return self.word(f"{hand[ALL_KINDS]}")
        return self.mapping({kind: self.word(f"{decimals}") for kind, decimals in hand.items()})

    def sample(self, sample: Sample, what: str) -> str:
        parts = {}
        if sample.inputs:
            parts["inputs"] = self.row(self.number(value, what) for value in sample.inputs)
        model = self.problem.model
        # Where no targets are named, none is what a formula has anyway, and a cost by name has not.
        if sample.targets or (sample.targets == () and isinstance(model, Network) and model.cost in COSTS):
            parts["targets"] = self.row(self.number(value, what) for value in sample.targets)
        return self.mapping(parts)

    def numbers(self, numbers: Mapping[str, Number]) -> str:
        return self.mapping({name: self.number(value, name) for name, value in numbers.items()})

    def number(self, value: Number, what: str) -> str:
        """A number as it was written, where that still says the same."""
        self.values(1)
        if not math.isfinite(value.value):
            raise BacktraceError(f"{what} is {value.value}; a config holds finite numbers only")
        read = to_number(value.text)
        if isinstance(read, Number) and _has_the_bits_of(read.value, value.value):
            return value.text
        return number(value.value).text if value.value else repr(value.value)


def numbers_in_place(problem: Problem) -> frozenset[str]:
    """The parameters that can stand as numbers in the layers, for they are called what those are called.

    None where the parameters would then come in another order.
    """
    network = problem.model
    if not isinstance(network, Network):
        return frozenset()
    made: dict[str, None] = {}
    for position, layer in enumerate(network.layers, start=1):
        for j, row in enumerate(layer.weights, start=1):
            made.update(_generated_names(row, _names_for_row(position, j, row)))
        made.update(_generated_names(layer.biases, _names_for_biases(position, layer.biases)))
    named = [name for name in problem.parameters if name not in made]
    place = {name: i for i, name in enumerate([*named, *made])}
    ordered: dict[str, None] = {}
    for layer in network.layers:
        ordered.update(dict.fromkeys(sorted(set(parameters_of(layer)), key=place.__getitem__)))
    return frozenset(made) if list(ordered) == list(problem.parameters) else frozenset()


def _generated_names(names: Names, made: Iterable[str]) -> dict[str, None]:
    return {name: None for name, own in zip(names, made, strict=True) if name == own}


def _names_for_row(position: int, unit: int, row: Names) -> list[str]:
    """The names that numbers in a row of weights get."""
    return [f"w_{position}_{unit}_{k}" for k in range(1, len(row) + 1)]


def _names_for_biases(position: int, biases: Names) -> list[str]:
    if _is_shared(position, biases):
        return [f"b_{position}"] * len(biases)
    return [f"b_{position}_{j}" for j in range(1, len(biases) + 1)]


def _is_shared(position: int, biases: Names) -> bool:
    """Whether one entry gives the biases of a whole layer."""
    return set(biases) == {f"b_{position}"} or (len(biases) > 1 and len(set(biases)) == 1)


def _has_the_bits_of(value: float, other: float) -> bool:
    return value == other and math.copysign(1, value) == math.copysign(1, other)

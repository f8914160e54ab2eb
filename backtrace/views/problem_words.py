"""A problem in words: the network, its numbers and what they are called, as it is put to somebody.

Nothing is told that is to be worked out. Every form writes names and numbers in its own `Words`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from backtrace.derivation.expressions import Expression, Symbol
from backtrace.derivation.notation import derivative, given, of_unit
from backtrace.derivation.updates import UPDATE_RULES
from backtrace.problem import Computation, Layer, Network, Problem
from backtrace.tracing import Part
from backtrace.views.grouping import of_sample
from backtrace.views.heading import layer_words
from backtrace.views.records import Look

MOST_UNITS = 30  # of a layer that are told; and equations
MOST_WEIGHTS = 12  # of a unit, and other numbers in a row


class Words(NamedTuple):
    """How a form writes: prose, a symbol's name, a symbol with its number, and an equation."""

    text: Callable[[str], str]
    name: Callable[[str], str]
    number: Callable[[str, str], str]
    equation: Callable[[Symbol, Expression], str]


def plain_words(look: Look, escaped: Callable[[str], str] = str) -> Words:
    """Words for a page of plain text, each piece written as a form needs it."""
    formula = look.formulas()
    return Words(
        escaped,
        lambda name: escaped(look.name(name)),
        lambda name, number: escaped(f"{look.name(name)} = {number}"),
        lambda symbol, expression: escaped(f"{look.symbol(symbol)} = {formula(expression)}"),
    )


def problem_words(problem: Problem, part: Part, look: Look, words: Words) -> Iterator[str]:
    """What the network is, and its parameters as they are at the start of a part's step, line by line."""
    number = _Numbers(part, look, words)
    model = problem.model
    if isinstance(model, Network):
        for layer in model.layers:
            yield from _layer(problem, layer, number)
        yield from _names(problem, model, words)
    else:
        yield from _equations(problem, model, number)
    if problem.fixed and problem.update:
        fixed = [name for name in problem.parameters if name in problem.fixed]
        yield f"{words.text('held fixed:')} {number.listed([words.name(name) for name in fixed])}"
    if problem.update and part.step > 1:
        states = UPDATE_RULES[problem.update.rule].states
        told = [number(f"{state}_{name}") for state in states for name in problem.trained]
        if told:
            yield f"{words.text(f'before step {part.step}:')} {number.listed(told)}"


def part_words(problem: Problem, part: Part, look: Look, words: Words) -> Iterator[str]:
    """The same, and the samples with it where a part is of all of them."""
    yield from problem_words(problem, part, look, words)
    if of_sample(problem, part) is None:
        yield from sample_words(problem, words)


def sample_words(problem: Problem, words: Words) -> Iterator[str]:
    """The samples with their inputs and targets, where no single one is meant."""
    for number, sample in enumerate(problem.samples[:MOST_UNITS], 1):
        names = (*problem.inputs, *(problem.targets if sample.targets else ()))
        values = (*sample.inputs, *(sample.targets or ()))
        told = [words.number(n, value.text) for n, value in zip(names, values, strict=True)]
        more = [words.text(f"{len(told) - MOST_WEIGHTS:,} more")] if len(told) > MOST_WEIGHTS else []
        yield f"{words.text(f'  sample {number}:')} {', '.join(told[:MOST_WEIGHTS] + more)}"
    if len(problem.samples) > MOST_UNITS:
        yield words.text(f"  and {len(problem.samples) - MOST_UNITS:,} more samples")


class _Numbers:
    """A name with its number in a part, exactly enough for the answers that are asked for."""

    def __init__(self, part: Part, look: Look, words: Words) -> None:
        self.leaf = look._replace(numerals=look.numerals.finer()).leaf(part)
        self.words = words
        self.dots = "..." if look.style.ascii else "…"

    def __call__(self, name: str) -> str:
        return self.words.number(name, self.leaf(given(name)))

    def listed(self, told: Sequence[str], count: int | None = None) -> str:
        """The first of so many, and how many more there are."""
        shown = ", ".join(told[:MOST_WEIGHTS])
        left_out = (len(told) if count is None else count) - MOST_WEIGHTS
        return f"{shown}, {self.words.text(f'{self.dots} {left_out:,} more')}" if left_out > 0 else shown

    def more(self, count: int, what: str) -> Iterator[str]:
        """A line for what is left out of a list of lines."""
        if count > MOST_UNITS:
            yield self.words.text(f"  {self.dots} {count - MOST_UNITS:,} more {what}")


def _layer(problem: Problem, layer: Layer, number: _Numbers) -> Iterator[str]:
    text = number.words.text
    options = "".join(f", {name} {value.text}" for name, value in layer.activation.options.items())
    yield text(f"{layer_words(layer.name)}, {layer.activation.name}{options}:")
    sources = list(problem.columns(layer))
    for unit, row, bias in list(zip(layer.units, layer.weights, layer.biases, strict=True))[:MOST_UNITS]:
        there = [(name, *source) for name, source in zip(row, sources, strict=True) if name is not None]
        weights = [
            f"{number(weight)} {text('from')} {text(f'unit {source}') if of else number.words.name(source)}"
            for weight, source, of in there[:MOST_WEIGHTS]
        ]
        said = [number.listed(weights, len(there))] if weights else []
        if bias is not None:
            turned = text(f" (times {layer.bias_input})") if layer.bias_input != 1 else ""
            said.append(f"{text('bias')} {number(bias)}{turned}")
        yield f"{text(f'  unit {unit}:')} {', '.join(said)}"
    yield from number.more(len(layer.units), "units")


def _names(problem: Problem, model: Network, words: Words) -> Iterator[str]:
    """What the letters stand for, of one unit."""
    notation, unit = problem.notation, model.layers[0].units[0]
    net, activation, delta = (
        of_unit(prefix, pattern, unit)
        for prefix, pattern in (
            ("h", notation.net),
            ("a", notation.activation),
            ("delta", notation.delta),
        )
    )
    cost = Symbol("E", notation.cost)
    minus = "-" if problem.turned else ""
    told = f"{words.text(f'For unit {unit},')} {words.name(net.text)} {words.text('is the net input,')}"
    told += f" {words.name(activation.text)} {words.text('the activation')}"
    if problem.targets:
        by = words.name(derivative(cost, net).text)
        told += f", {words.name(delta.text)} {words.text(f'is {minus}')}{by}"
        kind = f" ({model.cost})" if isinstance(model.cost, str) else ""
        told += f"; {words.name(cost.text)} {words.text(f'is the cost{kind}')}"
        if not isinstance(model.cost, str):
            told += f", {words.equation(cost, model.cost)}"
    yield f"{told}."


def _equations(problem: Problem, model: Computation, number: _Numbers) -> Iterator[str]:
    for name, expression in list(model.equations.items())[:MOST_UNITS]:
        yield number.words.equation(given(name), expression)
    yield from number.more(len(model.equations), "equations")
    if problem.parameters:
        yield number.listed([number(name) for name in problem.parameters])

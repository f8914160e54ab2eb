"""A problem in words: the network, its numbers and their names, as an exercise states it.

Must not give away anything that is to be computed. Every format has its own `Wording`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from backtrace.derivation.derivation import rule_equations
from backtrace.derivation.forward_pass import Case, Forward
from backtrace.derivation.optimizers import STEP, UPDATE_RULES, constants
from backtrace.evaluation.steps import Part
from backtrace.problem.notation import derivative, given
from backtrace.problem.problem import Computation, Layer, Network, Problem, Update
from backtrace.symbolic.expressions import Expression, Symbol, symbols
from backtrace.tracing.grouping import of_sample
from backtrace.views.page.headings import layer_words
from backtrace.views.page.records import Look

UNITS_SHOWN = 30  # of a layer; and equations
WEIGHTS_SHOWN = 12  # of a unit, and other numbers in a row


class Wording(NamedTuple):
    """How a format writes: prose, a symbol's name, a symbol with its number, and an equation."""

    text: Callable[[str], str]
    name: Callable[[str], str]
    number: Callable[[str, str], str]
    equation: Callable[[Symbol, Expression], str]


def plain_wording(look: Look, escaped: Callable[[str], str] = str) -> Wording:
    """Wording for a page of plain text, each piece written as a form needs it."""
    formula = look.formulas()
    return Wording(
        escaped,
        lambda name: escaped(look.name(name)),
        lambda name, number: escaped(f"{look.name(name)} = {number}"),
        lambda symbol, expression: escaped(f"{look.symbol(symbol)} = {formula(expression)}"),
    )


def problem_words(problem: Problem, parts: Sequence[Part], look: Look, words: Wording) -> Iterator[str]:
    """The network, and its parameters as they are at the start of the first part's step.

    Conventions differ between books, so those that the parts depend on are stated.
    """
    part = parts[0]
    number = _Numbers(part, look, words)
    model = problem.model
    if isinstance(model, Network):
        forward = Forward(problem, model, Case())
        for layer in model.layers:
            yield from _layer(forward, layer, number)
        yield _names(forward, part, words)
    else:
        yield from _equations(problem, model, number)
    if problem.fixed and problem.update:
        fixed = [name for name in problem.parameters if name in problem.fixed]
        yield f"{words.text('held fixed:')} {number.listed([words.name(name) for name in fixed])}"
    if problem.update and any(other.phase == "update" for other in parts):
        yield from _rule(problem, problem.update, part, number)
    if problem.update and part.step > 1:
        states = UPDATE_RULES[problem.update.rule].states
        texts = [number(f"{state}_{name}") for state in states for name in problem.trained]
        if texts:
            yield f"{words.text(f'before step {part.step}:')} {number.listed(texts)}"


def all_words(problem: Problem, parts: Sequence[Part], look: Look, words: Wording) -> Iterator[str]:
    """`problem_words`, and the samples with them where the first part is of all of them."""
    yield from problem_words(problem, parts, look, words)
    if of_sample(problem, parts[0]) is None:
        yield from sample_words(problem, words)


def sample_words(problem: Problem, words: Wording) -> Iterator[str]:
    """The samples with their inputs and targets, where no single one is meant."""
    for number, sample in enumerate(problem.samples[:UNITS_SHOWN], 1):
        names = (*problem.inputs, *(problem.targets if sample.targets else ()))
        values = (*sample.inputs, *(sample.targets or ()))
        texts = [words.number(n, value.text) for n, value in zip(names, values, strict=True)]
        more = [words.text(f"{len(texts) - WEIGHTS_SHOWN:,} more")] if len(texts) > WEIGHTS_SHOWN else []
        yield f"{words.text(f'  sample {number}:')} {', '.join(texts[:WEIGHTS_SHOWN] + more)}"
    if len(problem.samples) > UNITS_SHOWN:
        yield words.text(f"  and {len(problem.samples) - UNITS_SHOWN:,} more samples")


class _Numbers:
    """A name with its number in a part, with enough digits for the answers."""

    def __init__(self, part: Part, look: Look, words: Wording) -> None:
        self.leaf = look._replace(numerals=look.numerals.finer()).leaf(part)
        self.words = words
        self.dots = "..." if look.style.ascii else "…"

    def __call__(self, name: str) -> str:
        return self.words.number(name, self.leaf(given(name)))

    def listed(self, texts: Sequence[str], count: int | None = None) -> str:
        """The first of so many, and how many more there are."""
        shown = ", ".join(texts[:WEIGHTS_SHOWN])
        hidden = (len(texts) if count is None else count) - WEIGHTS_SHOWN
        return f"{shown}, {self.words.text(f'{self.dots} {hidden:,} more')}" if hidden > 0 else shown

    def more(self, count: int, what: str) -> Iterator[str]:
        """A line that counts the hidden lines of a list."""
        if count > UNITS_SHOWN:
            yield self.words.text(f"  {self.dots} {count - UNITS_SHOWN:,} more {what}")


def _layer(forward: Forward, layer: Layer, number: _Numbers) -> Iterator[str]:
    text = number.words.text
    options = "".join(f", {name} {value.text}" for name, value in layer.activation.options.items())
    summed = _softmax_sum(forward, layer, number.words) if layer.is_softmax else ""
    yield f"{text(f'{layer_words(layer.name)}, {layer.activation.name}{options}')}{summed}{text(':')}"
    sources = list(forward.problem.columns(layer))
    for unit, row, bias in list(zip(layer.units, layer.weights, layer.biases, strict=True))[:UNITS_SHOWN]:
        there = [(name, *source) for name, source in zip(row, sources, strict=True) if name is not None]
        weights = [
            f"{number(weight)} {text('from')} {text(f'unit {source}') if of else number.words.name(source)}"
            for weight, source, of in there[:WEIGHTS_SHOWN]
        ]
        said = [number.listed(weights, len(there))] if weights else []
        if bias is not None:
            turned = text(f" (times {layer.bias_input})") if layer.bias_input != 1 else ""
            said.append(f"{text('bias')} {number(bias)}{turned}")
        yield f"{text(f'  unit {unit}:')} {', '.join(said)}"
    yield from number.more(len(layer.units), "units")


def _softmax_sum(forward: Forward, layer: Layer, words: Wording) -> str:
    """The name of a softmax layer's sum."""
    first, *_, total = (row.symbol.text for row in forward.softmax(layer) if row.kind == "exponential")
    texts = f"{words.text(', with')} {words.name(total)} {words.text('the sum of')}"
    return f"{texts} {_of_all(words.name(first), words)}"


def _names(forward: Forward, part: Part, words: Wording) -> str:
    """The meaning of each letter, for one unit."""
    problem, symbols = forward.problem, forward.symbols
    layers = forward.network.layers
    unit, output = layers[0].units[0], layers[-1].units[0]
    name, text = words.name, words.text
    texts = [f"{text(f'For unit {unit},')} {name(symbols.net[unit].text)} {text('is the net input')}"]
    texts.append(f"{name(symbols.activation[unit].text)} {text('the activation')}")
    if not problem.targets:
        return f"{', '.join(texts)}."
    minus = "-" if problem.turned else ""
    by = derivative(symbols.cost, symbols.net[unit]).text
    texts.append(f"{name(symbols.delta[unit].text)} {text(f'is {minus}')}{name(by)}")
    shown = {row.id for row in part.derivation.backward if not row.hidden} if part.derivation else set()
    for error in [u for u in (unit, output) if symbols.error[u].id in shown][:1]:
        by = symbols.cost_gradient(error).text
        texts.append(f"{name(symbols.error[error].text)} {text(f'is {minus}')}{name(by)}")
    return f"{', '.join(texts)}; {_cost(forward, words)}."


def _cost(forward: Forward, words: Wording) -> str:
    """The cost; of several outputs the term of the first one."""
    first, *others = forward.costs
    cost = forward.network.cost
    said = words.text(f"is the cost ({cost})" if isinstance(cost, str) else "is the cost")
    equation = words.equation(first.symbol, first.expression)
    if not others:
        return f"{equation} {said}"
    whole = f"{words.name(forward.symbols.cost.text)} {said}{words.text(', the sum of')}"
    return f"{whole} {_of_all(equation, words)}"


def _of_all(first: str, words: Wording) -> str:
    """The first of some, and that there are more like it."""
    return f"{first} {words.text('and so on')}"


def _rule(problem: Problem, update: Update, part: Part, number: _Numbers) -> Iterator[str]:
    """An update rule, of the first parameter that it changes; the plainest one goes without saying."""
    if update.rule == "sgd":
        return
    words, name = number.words, problem.trained[0]
    cost = problem.notation.cost if isinstance(problem.model, Network) else problem.model.objective
    gradient = derivative(Symbol(problem.objective_id, cost), given(name))
    rows = list(rule_equations(problem, update.rule, given(name), gradient))
    called = constants(problem.notation.rate)
    texts = [words.number(called[key].text, value.text) for key, value in update.constants.items()]
    if any(symbol == STEP for row in rows for symbol in symbols(row.expression)):
        texts.append(words.number(STEP.text, str(part.step)))
    if part.step == 1:
        texts += [number(f"{state}_{name}") for state in UPDATE_RULES[update.rule].states]
    yield f"{words.text(f'{update.rule}, of')} {words.name(name)}{words.text(':')}"
    for line in (*(words.equation(row.symbol, row.expression) for row in rows), ", ".join(texts)):
        yield f"{words.text('  ')}{line}"


def _equations(problem: Problem, model: Computation, number: _Numbers) -> Iterator[str]:
    for name, expression in list(model.equations.items())[:UNITS_SHOWN]:
        yield number.words.equation(given(name), expression)
    yield from number.more(len(model.equations), "equations")
    if problem.parameters:
        yield number.listed([number(name) for name in problem.parameters])

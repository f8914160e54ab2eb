"""A problem in words: the network, its numbers and their names, as an exercise states it.

Must not give away anything that is to be computed, and must not know any format: a sentence is made of prose
and quantities, and each format writes these in its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

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

UNITS_SHOWN = 30  # of a layer; and equations, and samples
WEIGHTS_SHOWN = 12  # of a unit, and other numbers in a row


PiecesOf = Callable[[Any], Sequence[Any]]


class Stated(NamedTuple):
    """A quantity by its name, and the number or the expression that it is equal to, if that is said."""

    name: str
    equal: str | Expression = ""

    def pieces(self, name: PiecesOf, number: PiecesOf, formula: PiecesOf) -> list[Any]:
        """The quantity in pieces, which a format makes of a name, a number and an expression."""
        if not self.equal:
            return [*name(self.name)]
        right = number(self.equal) if isinstance(self.equal, str) else formula(self.equal)
        return [*name(self.name), " = ", *right]

    def plain(self, look: Look) -> list[str]:
        """The quantity in pieces of plain text."""
        return self.pieces(lambda name: [look.name(name)], lambda text: [text], look.formulas().pieces)


Sentence = Sequence[str | Stated]


def written(
    sentences: Iterable[Sentence], text: Callable[[str], str], stated: Callable[[Stated], str]
) -> Iterator[str]:
    """Sentences as a format writes prose and quantities."""
    for sentence in sentences:
        yield "".join(text(piece) if isinstance(piece, str) else stated(piece) for piece in sentence)


def plain_lines(sentences: Iterable[Sentence], look: Look, text: Callable[[str], str] = str) -> Iterator[str]:
    """Sentences as plain text, each piece escaped as a format needs it."""
    return written(sentences, text, lambda stated: text("".join(stated.plain(look))))


def problem_words(problem: Problem, parts: Sequence[Part], look: Look) -> Iterator[Sentence]:
    """The network, and its parameters as they are at the start of the first part's step.

    Conventions differ between books, so those that the parts depend on are stated.
    """
    part = parts[0]
    givens = _Givens(part, look)
    model = problem.model
    if isinstance(model, Network):
        forward = Forward(problem, model, Case())
        for layer in model.layers:
            yield from _layer(forward, layer, givens)
        yield _names(forward, part)
    else:
        yield from _equations(problem, model, givens)
    if problem.fixed and problem.update:
        fixed = [[Stated(name)] for name in problem.parameters if name in problem.fixed]
        yield ["held fixed: ", *givens.listed(fixed)]
    if problem.update and any(other.phase == "update" for other in parts):
        yield from _rule(problem, problem.update, part, givens)
    if problem.update and part.step > 1:
        states = UPDATE_RULES[problem.update.rule].states
        numbers = [givens(f"{state}_{name}") for state in states for name in problem.trained]
        if numbers:
            yield [f"before step {part.step}: ", *givens.listed(numbers)]


def all_words(problem: Problem, parts: Sequence[Part], look: Look) -> Iterator[Sentence]:
    """`problem_words`, and the samples with them where the first part is of all of them."""
    yield from problem_words(problem, parts, look)
    if of_sample(problem, parts[0]) is None:
        yield from sample_words(problem, parts[0], look)


def sample_words(problem: Problem, part: Part, look: Look) -> Iterator[Sentence]:
    """The samples with their inputs and targets, where no single one is meant."""
    givens = _Givens(part, look)
    for number, sample in enumerate(problem.samples[:UNITS_SHOWN], 1):
        names = (*problem.inputs, *(problem.targets if sample.targets else ()))
        values = (*sample.inputs, *(sample.targets or ()))
        numbers = [[Stated(name, value.text)] for name, value in zip(names, values, strict=True)]
        yield [f"  sample {number}: ", *givens.listed(numbers)]
    yield from givens.more(len(problem.samples), "samples")


class _Givens:
    """Names with their numbers in a part, with enough digits for the answers, and lists of them."""

    def __init__(self, part: Part, look: Look) -> None:
        self.leaf = look._replace(numerals=look.numerals.finer()).leaf(part)
        self.dots = look.prose("…")

    def __call__(self, name: str) -> Sentence:
        return [Stated(name, self.leaf(given(name)))]

    def listed(self, items: Sequence[Sentence], count: int | None = None) -> Sentence:
        """The first of so many, and how many more there are."""
        hidden = (len(items) if count is None else count) - WEIGHTS_SHOWN
        more = [[f"{self.dots} {hidden:,} more"]] if hidden > 0 else []
        return _joined([*items[:WEIGHTS_SHOWN], *more])

    def more(self, count: int, what: str) -> Iterator[Sentence]:
        """A line that counts the hidden lines of a list."""
        if count > UNITS_SHOWN:
            yield [f"  {self.dots} {count - UNITS_SHOWN:,} more {what}"]


def _joined(items: Iterable[Sentence]) -> Sentence:
    """The items with commas between them."""
    return [piece for item in items for piece in (", ", *item)][1:]


def _layer(forward: Forward, layer: Layer, givens: _Givens) -> Iterator[Sentence]:
    options = "".join(f", {name} {value.text}" for name, value in layer.activation.options.items())
    heading: list[str | Stated] = [f"{layer_words(layer.name)}, {layer.activation.name}{options}"]
    if layer.is_softmax:
        first, *_, total = (row.symbol.text for row in forward.softmax(layer) if row.kind == "exponential")
        heading += ", with ", Stated(total), " the sum of ", Stated(first), " and so on"
    yield [*heading, ":"]
    sources = list(forward.problem.columns(layer))
    for unit, row, bias in list(zip(layer.units, layer.weights, layer.biases, strict=True))[:UNITS_SHOWN]:
        there = [(name, *source) for name, source in zip(row, sources, strict=True) if name is not None]
        weights = [
            [*givens(weight), " from ", f"unit {source}" if is_unit else Stated(source)]
            for weight, source, is_unit in there[:WEIGHTS_SHOWN]
        ]
        terms = [givens.listed(weights, len(there))] if weights else []
        if bias is not None:
            times = f" (times {layer.bias_input})" if layer.bias_input != 1 else ""
            terms.append(["bias ", *givens(bias), times])
        yield [f"  unit {unit}: ", *_joined(terms)]
    yield from givens.more(len(layer.units), "units")


def _names(forward: Forward, part: Part) -> Sentence:
    """The meaning of each letter, for one unit."""
    problem, symbols = forward.problem, forward.symbols
    layers = forward.network.layers
    unit, output = layers[0].units[0], layers[-1].units[0]
    meanings: list[Sentence] = [
        [f"For unit {unit}, ", Stated(symbols.net[unit].text), " is the net input"],
        [Stated(symbols.activation[unit].text), " the activation"],
    ]
    if not problem.targets:
        return [*_joined(meanings), "."]
    means = " is -" if problem.turned else " is "
    by = derivative(symbols.cost, symbols.net[unit])
    meanings.append([Stated(symbols.delta[unit].text), means, Stated(by.text)])
    shown = {row.id for row in part.derivation.backward if not row.hidden} if part.derivation else set()
    for error in [u for u in (unit, output) if symbols.error[u].id in shown][:1]:
        by = symbols.cost_gradient(error)
        meanings.append([Stated(symbols.error[error].text), means, Stated(by.text)])
    return [*_joined(meanings), "; ", *_cost(forward), "."]


def _cost(forward: Forward) -> Sentence:
    """The cost; of several outputs the term of the first one."""
    first, *others = forward.costs
    cost = forward.network.cost
    said = f" is the cost ({cost})" if isinstance(cost, str) else " is the cost"
    equation = Stated(first.symbol.text, first.expression)
    if not others:
        return [equation, said]
    return [Stated(forward.symbols.cost.text), f"{said}, the sum of ", equation, " and so on"]


def _rule(problem: Problem, update: Update, part: Part, givens: _Givens) -> Iterator[Sentence]:
    """An update rule, of the first parameter that it changes; the plainest one goes without saying."""
    if update.rule == "sgd":
        return
    name = problem.trained[0]
    cost = problem.notation.cost if isinstance(problem.model, Network) else problem.model.objective
    gradient = derivative(Symbol(problem.objective_id, cost), given(name))
    rows = list(rule_equations(problem, update.rule, given(name), gradient))
    called = constants(problem.notation.rate)
    numbers: list[Sentence] = [
        [Stated(called[key].text, value.text)] for key, value in update.constants.items()
    ]
    if any(symbol == STEP for row in rows for symbol in symbols(row.expression)):
        numbers.append([Stated(STEP.text, str(part.step))])
    if part.step == 1:
        numbers += [givens(f"{state}_{name}") for state in UPDATE_RULES[update.rule].states]
    yield [f"{update.rule}, of ", Stated(name), ":"]
    for row in rows:
        yield ["  ", Stated(row.symbol.text, row.expression)]
    yield ["  ", *_joined(numbers)]


def _equations(problem: Problem, model: Computation, givens: _Givens) -> Iterator[Sentence]:
    for name, expression in list(model.equations.items())[:UNITS_SHOWN]:
        yield [Stated(given(name).text, expression)]
    yield from givens.more(len(model.equations), "equations")
    if problem.parameters:
        yield givens.listed([givens(name) for name in problem.parameters])

"""Rewrites of terms and factors: left out, turned round, or with a factor too many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.brackets import without_brackets
from backtrace.checking.slips.units import biases_of, layer_of, net_and_activation
from backtrace.derivation.optimizers import RATE
from backtrace.problem.problem import Network
from backtrace.symbolic.expressions import (
    Expression,
    Negative,
    Number,
    Product,
    Quotient,
    Sum,
    Symbol,
    number,
    symbols,
)
from backtrace.typesetting.plain import formula

Rewritten = tuple[Expression, Mapping[str, Key], str]  # right-hand side, what else it uses, how it was made


TERMS_TRIED = 50  # of a sum that are each left out in turn; of a longer one it is the bias


def missing_slope(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """A product without the slope in it."""
    for part, without in _without_a_factor(expression):
        if isinstance(part, Symbol) and graph[node.uses[part.id]].kind == "slope":
            slope = graph[node.uses[part.id]]
            named = _slope_name(graph, slope)
            yield without, {}, f"the slope {named} = {slope.value:.4g} was left out"


def _slope_name(graph: Graph, slope: Node) -> str:
    """A slope as people say it: σ′(h_1)."""
    layer, (net, _) = layer_of(graph, slope), net_and_activation(graph, slope)
    if layer is None or net is None:
        return slope.symbol.text
    function = "σ" if layer.activation.name == "sigmoid" else layer.activation.name
    return f"{function}′({net.symbol.text})"


def sign(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The other sign."""
    if node.kind not in ("change", "net", "activation", "exponential", "update"):
        yield Negative(expression), {}, "the sign is the other one"


def ascent(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The step the wrong way."""
    if node.kind == "change":
        yield Negative(expression), {}, "the step goes the wrong way"
    elif node.kind == "update" and isinstance(expression, Sum) and len(expression.terms) == 2:
        old, change = expression.terms
        yield Sum((old, Negative(change))), {}, f"{formula(change)} was subtracted; its sign is in it already"


def factor(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Twice or half of it, or as many times as there are outputs or samples."""
    if node.kind not in ("cost", "cost_gradient", "delta", "gradient", "value", "error"):
        return
    sizes = {2}
    if isinstance(graph.problem.model, Network):
        sizes.add(len(graph.problem.model.layers[-1].units))
    if graph.problem.batch != "online":
        sizes.add(len(graph.problem.samples))
    for size in sorted(sizes - {1}):
        yield Product((number(size), expression)), {}, f"it is {size} times what it should be"
        yield Quotient(expression, number(size)), {}, f"it is 1/{size} of what it should be"


def missing_term(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """A sum without one of its terms."""
    match expression:
        case Quotient(numerator, denominator):
            for without, uses, how in missing_term(graph, node, numerator):
                yield Quotient(without, denominator), uses, how
        case Negative(operand):
            for without, uses, how in missing_term(graph, node, operand):
                yield Negative(without), uses, how
        case Sum(terms) if not (node.kind == "update" and _is_bias(graph, node)):
            biases = biases_of(graph) if len(terms) > TERMS_TRIED else ()
            for i, term in enumerate(terms):
                if len(terms) > TERMS_TRIED and not any(symbol.id in biases for symbol in symbols(term)):
                    continue
                rest = (*terms[:i], *terms[i + 1 :])
                kept: Expression = Sum(rest) if len(rest) > 1 else rest[0]
                yield kept, {}, f"the term {formula(term)} was left out"


def missing_factor(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """A product without one of its factors."""
    for part, without in _without_a_factor(expression):
        if isinstance(part, Number):
            continue
        if isinstance(part, Symbol) and graph[node.uses[part.id]].kind == "slope":
            continue
        if isinstance(part, Symbol) and part.id == RATE:
            continue
        yield without, {}, f"the factor {formula(part)} was left out"


def missing_rate(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The change without the learning rate."""
    if node.kind == "change" or node.kind == "state":
        for part, without in _without_a_factor(expression):
            if isinstance(part, Symbol) and part.id == RATE:
                yield without, {}, f"the learning rate {part.text} was left out"


def bias_not_trained(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The new value of a bias that is the old one."""
    if node.kind == "update" and _is_bias(graph, node) and isinstance(expression, Sum):
        yield expression.terms[0], {}, "the bias was not updated"


def _is_bias(graph: Graph, node: Node) -> bool:
    """Whether a node is the new value of a bias."""
    return node.key.id.removesuffix("+") in biases_of(graph)


def bias_trained(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The new value of a parameter that is held fixed."""
    if node.kind != "held":
        return
    step, id = node.key.step, node.key.id.removesuffix("+")
    cost = graph.problem.objective_id
    rate = graph.nodes.get(Key(step, None, RATE))
    places = (None, graph.problem.own_sample(step))
    gradients = (graph.nodes.get(Key(step, sample, f"d{cost}/d{id}")) for sample in places)
    gradient = next(filter(None, gradients), None)
    if rate is None or gradient is None:
        return
    change: Expression = Product((rate.symbol, gradient.symbol))
    if graph.problem.objective == "minimize":
        change = Negative(change)
    uses = {rate.symbol.id: rate.key, gradient.symbol.id: gradient.key}
    yield Sum((expression, change)), uses, f"{formula(expression)} is held fixed, but was updated"


def missing_bracket(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The expression without one of its pairs of brackets."""
    for other in without_brackets(expression):
        yield other, {}, "a pair of brackets was left out"


def _without_a_factor(expression: Expression) -> Iterator[tuple[Expression, Expression]]:
    """Each factor of a product, also below a minus or in a term of a sum, and the expression without it."""
    match expression:
        case Negative(operand):
            for part, without in _without_a_factor(operand):
                yield part, Negative(without)
        case Product(factors):
            for i, part in enumerate(factors):
                rest = (*factors[:i], *factors[i + 1 :])
                yield part, Product(rest) if len(rest) > 1 else rest[0]
        case Sum(terms) if len(terms) <= TERMS_TRIED:
            for i, term in enumerate(terms):
                for part, without in _without_a_factor(term):
                    yield part, Sum((*terms[:i], without, *terms[i + 1 :]))

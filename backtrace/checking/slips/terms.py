"""Rewrites of terms and factors: missing, with the sign flipped, or with one factor too many.

A pair of brackets that is forgotten is among them: 1/(1 + e^(-h)) becomes 1/1 + e^(-h), ½(t - a)² ½t - a².
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.rewriting import Rewritten, biases_of, layer_of, net_and_activation
from backtrace.derivation.activations import activation_sign
from backtrace.derivation.optimizers import RATE
from backtrace.problem.problem import Network
from backtrace.symbolic.calculus import textbook
from backtrace.symbolic.expressions import (
    Call,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    number,
    product_of,
    sum_of,
    symbols,
)
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.simplify import negate
from backtrace.typesetting.plain import formula

ONE_TERM = 1.5  # how much less plausible a wrong sign is in one term of a sum than in all of it
WRONG_WAY = "the step goes the wrong way"
TERMS_TRIED = 50  # of a sum that are each left out in turn; of a longer sum, only the bias is


def missing_slope(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """A product without the slope in it."""
    for part, without in _without_a_factor(expression):
        if isinstance(part, Symbol) and graph[node.uses[part.id]].kind == "slope":
            slope = graph[node.uses[part.id]]
            yield Rewritten(without, f"the slope {_slope_name(graph, slope)} = {slope.value:.4g} is missing")


def _slope_name(graph: Graph, slope: Node) -> str:
    """A slope as people say it: σ′(h_1)."""
    layer, unit = layer_of(graph, slope), net_and_activation(graph, slope)
    if layer is None or unit is None:
        return slope.symbol.text
    return f"{activation_sign(layer.activation.name)}′({unit[0].symbol.text})"


def sign(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Flip the sign of a derivative or a value, or of one term of a sum."""
    if node.kind not in ("change", "net", "activation", "exponential", "update"):
        yield Rewritten(Negative(expression), "the sign is flipped")
    if node.kind not in ("update", "slope", "activation", "exponential"):  # a step then goes the wrong way
        for term, flipped in _with_a_sign_flipped(expression):
            yield Rewritten(flipped, f"the sign of the term {formula(term)} is flipped", late=ONE_TERM)


def _with_a_sign_flipped(expression: Expression) -> Iterator[tuple[Expression, Expression]]:
    """Each term of a sum, also of one in a fraction or product, and the expression with its sign flipped."""
    match expression:
        case Sum(terms) if len(terms) <= TERMS_TRIED:
            for i, term in enumerate(terms):
                yield term, Sum((*terms[:i], negate(term), *terms[i + 1 :]))
        case Quotient(numerator, denominator):
            for term, flipped in _with_a_sign_flipped(numerator):
                yield term, Quotient(flipped, denominator)
        case Product(factors):
            for i, part in enumerate(factors):
                for term, flipped in _with_a_sign_flipped(part):
                    yield term, Product((*factors[:i], flipped, *factors[i + 1 :]))


def ascent(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Step the wrong way."""
    if node.kind == "change":
        yield Rewritten(Negative(expression), WRONG_WAY)
    elif node.kind == "update" and isinstance(expression, Sum) and len(expression.terms) == 2:
        old, change = expression.terms
        how = f"{formula(change)} is subtracted, but it already contains the minus sign"
        yield Rewritten(Sum((old, Negative(change))), how)


def factor(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Twice or half of it, or as many times as there are outputs or samples."""
    if node.kind not in ("cost", "cost_gradient", "delta", "gradient", "value", "error"):
        return
    sizes = {2, 4}  # 4: the factor 2 forgotten in the cost and in its derivative, or taken twice
    if isinstance(graph.problem.model, Network):
        sizes.add(len(graph.problem.model.layers[-1].units))
    if graph.problem.batch != "online":
        sizes.add(len(graph.problem.samples))
    for size in sorted(sizes - {1}):
        yield Rewritten(Product((number(size), expression)), f"the result is {size} times the correct value")
        yield Rewritten(Quotient(expression, number(size)), f"the result is 1/{size} of the correct value")


def missing_term(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """A sum without one of its terms."""
    match expression:
        case Quotient(numerator, denominator):
            for made in missing_term(graph, node, numerator):
                yield made._replace(expression=Quotient(made.expression, denominator))
        case Negative(operand):
            for made in missing_term(graph, node, operand):
                yield made._replace(expression=Negative(made.expression))
        case Sum(terms) if not (node.kind == "update" and _is_bias(graph, node)):
            biases = biases_of(graph) if len(terms) > TERMS_TRIED else ()
            for i, term in enumerate(terms):
                if len(terms) <= TERMS_TRIED or any(symbol.id in biases for symbol in symbols(term)):
                    rest = (*terms[:i], *terms[i + 1 :])
                    yield Rewritten(sum_of(rest), f"the term {formula(term)} is missing")


def missing_factor(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """A product without one of its factors."""
    for part, without in _without_a_factor(expression):
        # A missing slope, learning rate or number is a slip of its own.
        is_slope = isinstance(part, Symbol) and graph[node.uses[part.id]].kind == "slope"
        if not is_slope and not _is_rate(part) and not isinstance(part, Number):
            yield Rewritten(without, f"the factor {formula(part)} is missing")


def missing_rate(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The change without the learning rate."""
    for part, without in _without_a_factor(expression) if node.kind in ("change", "state") else ():
        if _is_rate(part):
            yield Rewritten(without, f"the learning rate {formula(part)} is missing")


def _is_rate(part: Expression) -> bool:
    return isinstance(part, Symbol) and part.id == RATE


def bias_not_trained(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The new value of a bias that is the old one."""
    if node.kind == "update" and _is_bias(graph, node) and isinstance(expression, Sum):
        yield Rewritten(expression.terms[0], "the bias is not updated")


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
    how = f"{formula(expression)} is held fixed, but was updated"
    yield Rewritten(Sum((expression, change)), how, (rate, gradient))


def _without_a_factor(expression: Expression) -> Iterator[tuple[Expression, Expression]]:
    """Each factor of a product, also below a minus or in a term of a sum, and the expression without it."""
    match expression:
        case Negative(operand):
            for part, without in _without_a_factor(operand):
                yield part, Negative(without)
        case Product(factors):
            for i, part in enumerate(factors):
                yield part, product_of((*factors[:i], *factors[i + 1 :]))
        case Sum(terms) if len(terms) <= TERMS_TRIED:
            for i, term in enumerate(terms):
                for part, without in _without_a_factor(term):
                    yield part, Sum((*terms[:i], without, *terms[i + 1 :]))


def missing_bracket(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """The expression without one of its pairs of brackets, as on a calculator."""
    for other in without_brackets(expression):
        yield Rewritten(other, "a pair of brackets is missing")


def without_brackets(expression: Expression) -> Iterator[Expression]:
    """The expression without each of the brackets around its parts, one at a time.

    >>> from backtrace.symbolic.parser import parse
    >>> from backtrace.typesetting.plain import formula
    >>> [formula(e) for e in without_brackets(parse("(a - y)*a*(1 - a)"))]
    ['a - y·a·(1 - a)', '(a - y)·a·1 - a']
    """
    match expression:
        case Call(function, (_,)) if FUNCTIONS[function].textbook:
            yield from without_brackets(textbook(expression))
        case Quotient(numerator, Sum((first, *rest))):
            yield Sum((Quotient(numerator, first), *rest))
        case Quotient(Sum((*rest, last)), denominator):
            yield Sum((*rest, _inside_the_sign(last, lambda part: Quotient(part, denominator))))
        case Power():
            yield from _without_own_brackets((), expression, ())
        case Product(factors):
            for i, factor in enumerate(factors):
                yield from _without_own_brackets(factors[:i], factor, factors[i + 1 :])


def _without_own_brackets(
    before: tuple[Expression, ...], factor: Expression, after: tuple[Expression, ...]
) -> Iterator[Expression]:
    """A product without the brackets around one of its factors, if that is a sum."""
    inner, exponent = (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, None)
    if not isinstance(inner, Sum):
        return

    def with_what_follows(part: Expression) -> Expression:
        raised = part if exponent is None else Power(part, exponent)
        return Product((raised, *after)) if after else raised

    first, *middle, last = inner.terms
    if before:
        first = Product((*before, first))
    yield Sum((first, *middle, _inside_the_sign(last, with_what_follows)))


def _inside_the_sign(term: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Change a term below its minus sign, which applies to all of it."""
    return Negative(change(term.operand)) if isinstance(term, Negative) else change(term)

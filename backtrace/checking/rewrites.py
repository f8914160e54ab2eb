"""The rewrites: an equation → the equations that people write instead.

A rewrite looks at one node of the graph and yields what its right-hand side may have become. It knows nothing
of the number that was stated; which rewrite gives that number is found out in `diagnosis`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.missing_brackets import without_brackets
from backtrace.derivation.activations import ACTIVATIONS, activation_slope, activation_value, applied
from backtrace.derivation.calculus import partials
from backtrace.derivation.costs import COSTS, cost_term_template
from backtrace.derivation.expressions import (
    ONE,
    ZERO,
    Call,
    Expression,
    Negative,
    Number,
    Product,
    Quotient,
    Sum,
    Symbol,
    number,
    rebuild,
    substitute,
    symbols,
)
from backtrace.derivation.names import spell
from backtrace.derivation.printing import formula
from backtrace.derivation.simplify import add, multiply, simplify
from backtrace.derivation.updates import RATE
from backtrace.evaluation.compiled import Compiled, compiled
from backtrace.evaluation.float64 import FLOAT64
from backtrace.problem import Layer, Network


class Rewriting(NamedTuple):
    """What an equation may have become: its right-hand side, what its symbols are, and how it was made.

    `work` is the right-hand side as a function.
    """

    slip: str
    expression: Expression
    uses: Mapping[str, Key]
    how: str
    work: Compiled[Key]


def rewritings(graph: Graph, node: Node) -> Iterator[Rewriting]:
    """Everything that people write instead of a node's equation."""
    if node.expression is None or node.kind == "given":
        return
    for slip, rewrite in REWRITES:
        if node.kind == "held" and slip != "bias_trained":
            continue
        for expression, uses, how in rewrite(graph, node, node.expression):
            if expression != node.expression or uses:
                all_uses = {**node.uses, **uses}
                yield Rewriting(slip, expression, all_uses, how, compiled(expression, all_uses, FLOAT64))


MOST_TERMS = 200  # of a sum that are each left out in turn
MOST_SIBLINGS = 40  # quantities that one may have been taken for another

Rewritten = tuple[Expression, Mapping[str, Key], str]
Rewrite = Callable[[Graph, Node, Expression], Iterator[Rewritten]]


def _missing_slope(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    for part, without in _without_a_factor(expression):
        if isinstance(part, Symbol) and graph[node.uses[part.id]].kind == "slope":
            slope = graph[node.uses[part.id]]
            named = _slope_name(graph, slope)
            yield without, {}, f"the slope {named} = {slope.value:.4g} was left out"


def _slope_name(graph: Graph, slope: Node) -> str:
    """A slope as people say it: σ′(h_1)."""
    layer, (net, _) = _layer(graph, slope), _net_and_activation(graph, slope)
    if layer is None or net is None:
        return slope.symbol.text
    function = "σ" if layer.activation.name == "sigmoid" else layer.activation.name
    return f"{function}′({net.symbol.text})"


def _slope_of_net(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    if node.kind != "slope":
        return
    net, activation = _net_and_activation(graph, node)
    if net is None or activation is None:
        return
    uses = {net.symbol.id: net.key, activation.symbol.id: activation.key}
    at_net = substitute(expression, {activation.symbol.id: net.symbol})
    yield at_net, uses, f"the slope was taken with {net.symbol.text} where {activation.symbol.text} belongs"
    layer = _layer(graph, node)
    if layer is not None and layer.activation.name != "softmax":
        options = layer.activation.options
        again = applied(
            activation_value(layer.activation.name), activation.symbol, activation.symbol, options
        )
        twice = substitute(expression, {net.symbol.id: activation.symbol, activation.symbol.id: again})
        yield twice, uses, f"the slope was taken at {activation.symbol.text}, not at {net.symbol.text}"


def _other_slope(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    layer = _layer(graph, node)
    if node.kind == "slope" and layer is not None:
        net, activation = _net_and_activation(graph, node)
        if net is None or activation is None:
            return
        uses = {net.symbol.id: net.key, activation.symbol.id: activation.key}
        for name, row in ACTIVATIONS.items():
            if name in (layer.activation.name, "softmax", "step"):
                continue
            options = {key: number(value) for key, value in row.options.items()}
            other = applied(activation_slope(name), net.symbol, activation.symbol, options)
            yield other, uses, f"the slope is that of {name}, not of {layer.activation.name}"
    if node.kind in ("cost_gradient", "error") and isinstance(graph.problem.model, Network):
        yield from _other_cost(graph, node)


def _other_cost(graph: Graph, node: Node) -> Iterator[Rewritten]:
    model = graph.problem.model
    assert isinstance(model, Network)
    outputs = model.layers[-1].units
    unit = next((unit for unit in outputs if node.key.id == f"dE/da_{spell(unit)}"), None)
    if unit is None or not isinstance(model.cost, str):
        return
    activation = Key(node.key.step, node.key.sample, f"a_{spell(unit)}")
    target = Key(node.key.step, node.key.sample, spell(graph.problem.targets[outputs.index(unit)]))
    if activation not in graph.nodes or target not in graph.nodes:
        return
    symbols_of: dict[str, Expression] = {
        "a": graph[activation].symbol,
        "t": graph[target].symbol,
        "n": number(len(outputs)),
    }
    uses = {activation.id: activation, target.id: target}
    for name in COSTS:
        if name != model.cost:
            slope = partials(cost_term_template(name), {"a"})["a"]
            other = simplify(substitute(slope, symbols_of))
            yield other, uses, f"the derivative is that of {name}, not of {model.cost}"


def _sign(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    if node.kind not in ("change", "net", "activation", "exponential", "update"):
        yield Negative(expression), {}, "the sign is the other one"


def _ascent(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    if node.kind == "change":
        yield Negative(expression), {}, "the step goes the wrong way"
    elif node.kind == "update" and isinstance(expression, Sum) and len(expression.terms) == 2:
        old, change = expression.terms
        yield Sum((old, Negative(change))), {}, f"{formula(change)} was subtracted; its sign is in it already"


def _factor(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
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


def _missing_term(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    match expression:
        case Quotient(numerator, denominator):
            for without, uses, how in _missing_term(graph, node, numerator):
                yield Quotient(without, denominator), uses, how
        case Negative(operand):
            for without, uses, how in _missing_term(graph, node, operand):
                yield Negative(without), uses, how
        case Sum(terms) if len(terms) <= MOST_TERMS and not (node.kind == "update" and _is_bias(graph, node)):
            for i, term in enumerate(terms):
                rest = (*terms[:i], *terms[i + 1 :])
                kept: Expression = Sum(rest) if len(rest) > 1 else rest[0]
                yield kept, {}, f"the term {formula(term)} was left out"


def _missing_factor(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    for part, without in _without_a_factor(expression):
        if isinstance(part, Number):
            continue
        if isinstance(part, Symbol) and graph[node.uses[part.id]].kind == "slope":
            continue
        if isinstance(part, Symbol) and part.id == RATE:
            continue
        yield without, {}, f"the factor {formula(part)} was left out"


def _missing_rate(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    if node.kind == "change" or node.kind == "state":
        for part, without in _without_a_factor(expression):
            if isinstance(part, Symbol) and part.id == RATE:
                yield without, {}, f"the learning rate {part.text} was left out"


def _missing_activation(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    if node.kind == "activation":
        for symbol in symbols(expression):
            if graph[node.uses[symbol.id]].kind == "net" and expression != symbol:
                yield symbol, {}, f"{symbol.text} was passed on as {node.symbol.text}"


def _wrong_index(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    for symbol in dict.fromkeys(symbols(expression)):
        used = graph[node.uses[symbol.id]]
        if used.kind == "given" and used.role is None:  # a constant of the update is like nothing else
            continue
        alike = (other for other in graph.alike(used) if other.position < node.position and other != used)
        for sibling in islice(alike, MOST_SIBLINGS):
            other = substitute(expression, {symbol.id: sibling.symbol})
            how = f"{sibling.symbol.text} was used where {symbol.text} belongs"
            yield other, {sibling.symbol.id: sibling.key}, how
    transposed = _transposed(graph, node, expression)
    if transposed is not None:
        yield transposed
    if node.kind == "local" and expression == ZERO:
        yield from _local_of_another(graph, node)


def _local_of_another(graph: Graph, node: Node) -> Iterator[Rewritten]:
    """∂h_1/∂b_2 for ∂h_1/∂b_1, which is 0: h_1 has another bias."""
    over, _, under = node.key.id.partition("/")
    net, parameter = graph.nodes[Key(node.key.step, node.key.sample, over[1:])], under[1:]
    for id, used in net.uses.items():
        other = graph.nodes.get(Key(node.key.step, node.key.sample, f"{over}/d{id}"))
        if other is not None and graph[used].role == "parameter":
            how = f"{net.symbol.text} does not rest on {parameter}, but on {graph[used].symbol.text}"
            yield other.symbol, {other.symbol.id: other.key}, how


def _updated_too_early(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    if node.kind not in ("cost_gradient", "error", "delta", "gradient", "value"):
        return
    new = {
        symbol: graph.nodes[key]
        for symbol in dict.fromkeys(symbols(expression))
        if graph[node.uses[symbol.id]].role == "parameter"
        and (key := Key(node.key.step, None, f"{symbol.id}+")) in graph.nodes
        and graph.nodes[key].kind == "update"
    }
    choices = [list(new)] if len(new) == 1 else [list(new), *([one] for one in new)]
    for chosen in choices if new else ():
        moved = {symbol.id: new[symbol].symbol for symbol in chosen}
        names = " and ".join(symbol.text for symbol in moved.values())
        old = " and ".join(symbol.text for symbol in chosen)
        how = f"{names} {'was' if len(chosen) == 1 else 'were'} used where {old} belong"
        how += "s" if len(chosen) == 1 else ""
        yield substitute(expression, moved), {new[s].symbol.id: new[s].key for s in chosen}, how


def _transposed(graph: Graph, node: Node, expression: Expression) -> Rewritten | None:
    """The equation with the weights of its layer's matrix mirrored, where that matrix is square."""
    model = graph.problem.model
    if not isinstance(model, Network) or node.kind not in ("net", "cost_gradient", "error"):
        return None
    mirrored: dict[str, Expression] = {}
    uses: dict[str, Key] = {}
    used = {symbol.id for symbol in symbols(expression)}
    for layer in model.layers:
        size = len(layer.weights)
        if any(len(row) != size for row in layer.weights):
            continue
        for j, row in enumerate(layer.weights):
            for k, name in enumerate(row):
                other = layer.weights[k][j]
                if name is not None and other is not None and name != other and spell(name) in used:
                    key = Key(node.key.step, None, spell(other))
                    mirrored[spell(name)] = graph[key].symbol
                    uses[key.id] = key
    if not mirrored:
        return None
    return substitute(expression, mirrored), uses, "the weights were taken from the transposed matrix"


def _wrong_target(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    targets = {spell(name) for name in graph.problem.targets}
    for symbol in dict.fromkeys(symbols(expression)):
        if symbol.id not in targets:
            continue
        for id in targets - {symbol.id}:
            key = Key(node.key.step, node.key.sample, id)
            if key in graph.nodes and id not in node.uses:
                other = substitute(expression, {symbol.id: graph[key].symbol})
                yield other, {id: key}, f"{graph[key].symbol.text} was used where {symbol.text} belongs"
        flipped = add(ONE, Negative(symbol))
        how = f"1 - {symbol.text} was used where {symbol.text} belongs"
        yield substitute(expression, {symbol.id: flipped}), {}, how


def _bias_not_trained(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    if node.kind == "update" and _is_bias(graph, node) and isinstance(expression, Sum):
        yield expression.terms[0], {}, "the bias was not updated"


def _is_bias(graph: Graph, node: Node) -> bool:
    """Whether a node is the new value of a bias."""
    model = graph.problem.model
    if not isinstance(model, Network):
        return False
    id = node.key.id.removesuffix("+")
    return any(name is not None and spell(name) == id for layer in model.layers for name in layer.biases)


def _bias_trained(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    if node.kind != "held":
        return
    step, id = node.key.step, node.key.id.removesuffix("+")
    cost = "E" if isinstance(graph.problem.model, Network) else spell(graph.problem.model.objective)
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


def _softmax_without_exp(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    layer = _layer(graph, node)
    if node.kind != "activation" or layer is None or layer.activation.name != "softmax":
        return
    nets = [Key(node.key.step, node.key.sample, f"h_{spell(unit)}") for unit in layer.units]
    own = next((key for key in nets if key.id == f"h_{node.key.id.removeprefix('a_')}"), None)
    if own is None:  # an activation after the update
        return
    total = add(*(graph[key].symbol for key in nets))
    share = Quotient(graph[own].symbol, total)
    yield share, {key.id: key for key in nets}, "the nets were divided by their sum, without e^h"


def _log_base(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    def with_base(part: Expression, base: int) -> Expression:
        if isinstance(part, Call) and part.function in ("log", "xlogy"):
            *weight, inside = part.arguments
            ln = Call("log", (inside,))
            return multiply(*weight, Quotient(ln, Call("log", (number(base),))))
        return rebuild(part, lambda inner: with_base(inner, base))

    for base in (10, 2):
        changed = with_base(expression, base)
        if changed != expression:
            yield changed, {}, f"the logarithm has base {base}, not e"


def _missing_bracket(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    for other in without_brackets(expression):
        yield other, {}, "a pair of brackets was left out"


# In the order of the table; each gives all variants of one slip.
REWRITES: tuple[tuple[str, Rewrite], ...] = (
    ("missing_slope", _missing_slope),
    ("ascent", _ascent),
    ("missing_rate", _missing_rate),
    ("sign", _sign),
    ("slope_of_net", _slope_of_net),
    ("missing_term", _missing_term),
    ("missing_activation", _missing_activation),
    ("bias_not_trained", _bias_not_trained),
    ("bias_trained", _bias_trained),
    ("updated_too_early", _updated_too_early),
    ("factor", _factor),
    ("missing_factor", _missing_factor),
    ("softmax_without_exp", _softmax_without_exp),
    ("log_base", _log_base),
    ("wrong_target", _wrong_target),
    ("wrong_index", _wrong_index),
    ("other_slope", _other_slope),
    ("missing_bracket", _missing_bracket),
)


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
        case Sum(terms) if len(terms) <= 50:
            for i, term in enumerate(terms):
                for part, without in _without_a_factor(term):
                    yield part, Sum((*terms[:i], without, *terms[i + 1 :]))


def _layer(graph: Graph, node: Node) -> Layer | None:
    model = graph.problem.model
    if not isinstance(model, Network):
        return None
    return next((layer for layer in model.layers if layer.name == node.layer), None)


def _net_and_activation(graph: Graph, node: Node) -> tuple[Node | None, Node | None]:
    """The h and the a of the unit whose slope a node is."""
    over, _, under = node.key.id.partition("/")
    place = node.key
    return (
        graph.nodes.get(Key(place.step, place.sample, under[1:])),
        graph.nodes.get(Key(place.step, place.sample, over[1:])),
    )

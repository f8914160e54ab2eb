"""The table of slips, and the rewrites: an equation → the equations that people write instead.

A rewrite looks at one node of the graph and yields what its right-hand side may have become. It knows nothing
of the number that was stated; which rewrite gives that number is found out in `diagnosis`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.derivation.activations import ACTIVATIONS, activation_slope, activation_value, applied
from backtrace.derivation.calculus import partials
from backtrace.derivation.costs import COSTS, cost_term_template
from backtrace.derivation.expressions import (
    ONE,
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
from backtrace.derivation.simplify import add, multiply, simplify
from backtrace.problem import Layer, Network


class SlipRow(NamedTuple):
    """What a slip is, in a sentence, and an example; `rank` orders explanations, the most plausible first."""

    sentence: str
    example: str
    rank: float


SLIPS: dict[str, SlipRow] = {
    "missing_slope": SlipRow("the slope σ′(h) was left out", "δ_1 = δ_o·w_5 instead of δ_o·w_5·σ′(h_1)", 0),
    "ascent": SlipRow("the change was added where it is to be subtracted", "w + η·∂E/∂w", 1),
    "missing_rate": SlipRow("the learning rate was left out", "w - ∂E/∂w", 1),
    "sign": SlipRow("the sign is the other one", "∂E/∂a = y - a instead of a - y", 1),
    "truncated": SlipRow("digits were cut off, not rounded", "0.6456 for 0.64566", 1.5),
    "slope_of_net": SlipRow("the slope was taken at the wrong place", "h(1 - h) instead of a(1 - a)", 2),
    "missing_term": SlipRow("a term of the sum was left out", "h = i_1·w_1 + i_2·w_3, without the bias", 2),
    "missing_activation": SlipRow("the net input was passed on as the activation", "a_1 = h_1", 2),
    "updated_too_early": SlipRow("an updated weight was used where the old one belongs", "δ_o·w_5⁺", 2.5),
    "bias_not_trained": SlipRow("the bias was not updated", "b⁺ = b", 2.5),
    "bias_trained": SlipRow("a bias that is held fixed was updated", "b⁺ = b - η·∂E/∂b", 2.5),
    "factor": SlipRow("a constant factor is missing or extra", "E = (t - a)² instead of ½(t - a)²", 3),
    "missing_factor": SlipRow("a factor of the product was left out", "∂E/∂w_5 = δ_o instead of δ_o·a_1", 3),
    "softmax_without_exp": SlipRow(
        "the nets were divided by their sum, without e^h", "a_1 = h_1/(h_1 + h_2)", 3
    ),
    "log_base": SlipRow("the logarithm has another base", "log₁₀ instead of ln", 3),
    "rounded_too_early": SlipRow("a value on the way was rounded too early", "with a_1 = 0.65", 3),
    "wrong_index": SlipRow("another quantity of the same kind was used", "w_6 instead of w_5", 4),
    "wrong_target": SlipRow("another target was used", "t_2 instead of t_1", 4),
    "power_of_ten": SlipRow("the decimal point is elsewhere", "0.0122 for 0.00122", 4),
    "wrong_sample": SlipRow("the number belongs to another sample", "sample 2 instead of sample 1", 4),
    "wrong_quantity": SlipRow("the number is right for another quantity", "∂a_o/∂h_o = δ_o", 5),
    "other_slope": SlipRow("the derivative is that of another function", "1 - a² instead of a(1 - a)", 5),
    "wrong_step": SlipRow("the number belongs to another step", "step 2 instead of step 1", 6),
    "digits_swapped": SlipRow("two digits changed places", "0.6465 for 0.6456", 6),
}


class Rewriting(NamedTuple):
    """What an equation may have become: its right-hand side, what its symbols are, and how it was made."""

    slip: str
    expression: Expression
    uses: Mapping[str, Key]
    how: str


def rewritings(graph: Graph, node: Node) -> Iterator[Rewriting]:
    """Everything that people write instead of a node's equation."""
    if node.expression is None or node.kind == "given":
        return
    for slip, rewrite in REWRITES:
        for expression, uses, how in rewrite(graph, node, node.expression):
            if expression != node.expression or uses:
                yield Rewriting(slip, expression, {**node.uses, **uses}, how)


Rewritten = tuple[Expression, Mapping[str, Key], str]
Rewrite = Callable[[Graph, Node, Expression], Iterator[Rewritten]]


def _missing_slope(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    for part, without in _without_a_factor(expression):
        if isinstance(part, Symbol) and graph[node.uses[part.id]].kind == "slope":
            value = graph[node.uses[part.id]].value
            yield without, {}, f"the slope {part.text} = {value:.4g} was left out"


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
    from backtrace.derivation.printing import formula

    if isinstance(expression, Sum) and len(expression.terms) <= 200:
        for i, term in enumerate(expression.terms):
            rest = (*expression.terms[:i], *expression.terms[i + 1 :])
            kept: Expression = Sum(rest) if len(rest) > 1 else rest[0]
            yield kept, {}, f"the term {formula(term)} was left out"


def _missing_factor(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    from backtrace.derivation.printing import formula

    for part, without in _without_a_factor(expression):
        if isinstance(part, Number):
            continue
        if isinstance(part, Symbol) and graph[node.uses[part.id]].kind == "slope":
            continue
        if isinstance(part, Symbol) and part.id == "learning_rate":
            continue
        yield without, {}, f"the factor {formula(part)} was left out"


def _missing_rate(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    if node.kind == "change" or node.kind == "state":
        for part, without in _without_a_factor(expression):
            if isinstance(part, Symbol) and part.id == "learning_rate":
                yield without, {}, f"the learning rate {part.text} was left out"


def _missing_activation(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    if node.kind == "activation":
        for symbol in symbols(expression):
            if graph[node.uses[symbol.id]].kind == "net" and expression != symbol:
                yield symbol, {}, f"{symbol.text} was passed on as {node.symbol.text}"


def _wrong_index(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    for symbol in dict.fromkeys(symbols(expression)):
        used = graph[node.uses[symbol.id]]
        for sibling in _siblings(graph, used):
            if sibling.symbol.id not in node.uses and sibling.position < node.position:
                other = substitute(expression, {symbol.id: sibling.symbol})
                how = f"{sibling.symbol.text} was used where {symbol.text} belongs"
                yield other, {sibling.symbol.id: sibling.key}, how
        for other_symbol in dict.fromkeys(symbols(expression)):
            if other_symbol != symbol and _are_siblings(graph, used, graph[node.uses[other_symbol.id]]):
                other = substitute(expression, {symbol.id: other_symbol})
                yield other, {}, f"{other_symbol.text} was used where {symbol.text} belongs"
    transposed = _transposed(graph, node, expression)
    if transposed is not None:
        yield transposed


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
    model = graph.problem.model
    if node.kind == "update" and isinstance(model, Network):
        biases = {spell(name) for layer in model.layers for name in layer.biases if name}
        id = node.key.id.removesuffix("+")
        if id in biases and isinstance(expression, Sum):
            yield expression.terms[0], {}, "the bias was not updated"


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
    ("factor", _factor),
    ("missing_factor", _missing_factor),
    ("softmax_without_exp", _softmax_without_exp),
    ("log_base", _log_base),
    ("wrong_target", _wrong_target),
    ("wrong_index", _wrong_index),
    ("other_slope", _other_slope),
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


def _are_siblings(graph: Graph, one: Node, other: Node) -> bool:
    if one.key.sample != other.key.sample or one.kind != other.kind:
        return False
    return one.kind != "given" or _role(graph, one) == _role(graph, other) is not None


def _siblings(graph: Graph, node: Node, most: int = 40) -> Iterator[Node]:
    """Quantities that are easily taken for one another: the same kind, the same step and sample."""
    is_new = node.key.id.endswith("+")
    alike = (
        other
        for key, other in graph.nodes.items()
        if key.step == node.key.step
        and key != node.key
        and key.id.endswith("+") == is_new
        and _are_siblings(graph, node, other)
    )
    yield from islice(alike, most)


def _role(graph: Graph, node: Node) -> str | None:
    """What a given is: an input, a target or a parameter; the update's constants are like nothing else."""
    problem = graph.problem
    for role, names in (("input", problem.inputs), ("target", problem.targets), ("p", problem.parameters)):
        if node.key.id in map(spell, names):
            return role
    return None

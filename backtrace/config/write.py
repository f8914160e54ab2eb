"""`Problem` → a config that loads to the same problem again, with the same bits.

The other way round from `reader`. The seed is left out, for what it drew is written as numbers; so are the
what-ifs of the command line, for what they changed is written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from backtrace.config.cursor import to_number
from backtrace.config.settings import ALL_KINDS
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.errors import BacktraceError, printable
from backtrace.limits import YAML_VALUES
from backtrace.problem.notation import NOTATIONS, Notation
from backtrace.problem.problem import INPUTS, Activation, Layer, Network, Problem, Sample, in_order_of_layers
from backtrace.symbolic.expressions import Number, number
from backtrace.typesetting.config_formula import written

WIDTH = 100  # where a long list of names goes on in the next line
_BLOCKS = ("layers", "equations", "parameters", "samples")  # these go on below their key

Tree: TypeAlias = "str | Mapping[str, Tree] | Sequence[Tree] | None"

# Texts that need no quotes: anywhere, and as all that stands after a key.
_WORD = re.compile(r"-?[\w.][\w.+^/-]*")
_PHRASE = re.compile(r"-?[\w.(](?:[\w ()+*/^=,;.·…–—−-]*[\w()+*/^=,;.·…–—−-])?")
_NULL = re.compile("null", re.IGNORECASE)


def config_text(problem: Problem) -> str:
    """The problem as a config.

    Raises:
        BacktraceError: a number in it is not finite, or there is more in it than a config may hold.
    """
    in_place = _numbers_in_place(problem)
    model = problem.model
    config: dict[str, Tree] = {key: getattr(problem, key) for key in ("title", "source", "inputs", "targets")}
    if isinstance(model, Network):
        config |= _network(problem, model, in_place)
    else:
        config["equations"] = {name: written(expression) for name, expression in model.equations.items()}
        config |= {"objective_symbol": model.objective, "deltas": model.deltas}
    named = {name: value for name, value in problem.parameters.items() if name not in in_place}
    config["parameters"] = _numbers(named)
    config["fixed"] = [name for name in problem.parameters if name in problem.fixed]
    usual = Problem._field_defaults
    for key in ("objective", "delta", "update", "batch", "notation", "hand"):
        value = getattr(problem, key)
        if value != usual[key]:
            config[key] = _SETTINGS[key](value) if key in _SETTINGS else value
    if problem.samples != (Sample((), ()),):
        config["samples"] = [
            _sample(problem, sample, f"sample {index}")
            for index, sample in enumerate(problem.samples, start=1)
        ]
    # Without the keys that a reader would take so anyway.
    config = {key: value for key, value in config.items() if value or key == "hand"}
    if _values_in(config) > YAML_VALUES:
        raise BacktraceError(f"more than {YAML_VALUES:,} values, the most that a config may hold")
    return "".join(f"{line}\n" for line in _lines(config))


def _network(problem: Problem, network: Network, in_place: frozenset[str]) -> dict[str, Tree]:
    befores = (INPUTS, *(layer.name for layer in network.layers))
    layers = [
        _layer(problem, layer, position, before, in_place)
        for position, (layer, before) in enumerate(zip(network.layers, befores, strict=False), start=1)
    ]
    if isinstance(network.cost, str):
        return {"layers": layers, "cost": network.cost if problem.targets else None}
    formula = written(network.cost)
    return {"layers": layers, "cost": f"({formula})" if formula in COSTS else formula}


def _layer(
    problem: Problem, layer: Layer, position: int, before: str, in_place: frozenset[str]
) -> dict[str, Tree]:
    # A parameter that is called as a number in its place would be is that number.
    *weights, biases = [
        [
            _number(problem.parameters[name], name) if name and name == own and name in in_place else name
            for name, own in zip(names, made, strict=True)
        ]
        for names, made in zip((*layer.weights, layer.biases), _made_names(position, layer), strict=True)
    ]
    count = len(layer.units)
    counted = tuple(f"{position}_{unit}" for unit in range(1, count + 1))
    config: dict[str, Tree] = {
        "name": layer.name,
        "units": f"{count}" if layer.units == counted else layer.units,
        "activation": _activation(layer.activation),
    }
    if layer.sources != (before,):
        config["from"] = layer.sources
    config["weights"] = weights
    if any(layer.biases):
        config["biases"] = biases[0] if _is_shared(position, layer.biases) else biases
    if layer.bias_input != 1:
        config["bias_input"] = f"{layer.bias_input}"
    return config


def _activation(activation: Activation) -> Tree:
    usual = {option: number(value) for option, value in ACTIVATIONS[activation.name].options.items()}
    if activation.options == usual:
        return activation.name
    return {activation.name: _numbers(activation.options)}


def _notation(notation: Notation) -> Tree:
    preset = next((name for name, preset in NOTATIONS.items() if notation == preset), None)
    usual = Notation()._asdict()
    return preset or {key: text for key, text in notation._asdict().items() if text != usual[key]}


def _hand(hand: Mapping[str, int]) -> Tree:
    if set(hand) == {ALL_KINDS}:
        return f"{hand[ALL_KINDS]}"
    return {kind: f"{decimals}" for kind, decimals in hand.items()}


# Settings that are more than a word.
_SETTINGS: dict[str, Callable[[Any], Tree]] = {
    "update": lambda update: {"rule": update.rule, **_numbers(update.constants)},
    "notation": _notation,
    "hand": _hand,
}


def _sample(problem: Problem, sample: Sample, what: str) -> Tree:
    parts: dict[str, Tree] = {}
    if sample.inputs:
        parts["inputs"] = [_number(value, what) for value in sample.inputs]
    model = problem.model
    # Where no targets are named, none is what a formula has anyway, and a cost by name has not.
    if sample.targets or (sample.targets == () and isinstance(model, Network) and model.cost in COSTS):
        parts["targets"] = [_number(value, what) for value in sample.targets]
    return parts


def _numbers(numbers: Mapping[str, Number]) -> dict[str, Tree]:
    return {name: _number(value, name) for name, value in numbers.items()}


def _number(value: Number, what: str) -> str:
    """A number as it was written, where that still says the same, to the bit."""
    if not math.isfinite(value.value):
        raise BacktraceError(f"{what} is {value.value}; a config holds finite numbers only")
    read = to_number(value.text)
    if isinstance(read, Number) and read.value.hex() == value.value.hex():
        return value.text
    return number(value.value).text if value.value else repr(value.value)


def _numbers_in_place(problem: Problem) -> frozenset[str]:
    """The parameters that can stand as numbers in the layers, for they are called what those are called.

    None where the parameters would then come in another order.
    """
    layers = problem.model.layers if isinstance(problem.model, Network) else ()
    made: dict[str, None] = {}
    for position, layer in enumerate(layers, start=1):
        for names, own in zip((*layer.weights, layer.biases), _made_names(position, layer), strict=True):
            made.update((other, None) for name, other in zip(names, own, strict=True) if name == other)
    named = [name for name in problem.parameters if name not in made]
    ordered = list(dict.fromkeys(in_order_of_layers(layers, [*named, *made])))
    return frozenset(made) if ordered == list(problem.parameters) else frozenset()


def _made_names(position: int, layer: Layer) -> list[list[str]]:
    """The names that numbers in the rows of weights would get, and last those of biases."""
    rows = [
        [f"w_{position}_{j}_{k}" for k in range(1, len(row) + 1)]
        for j, row in enumerate(layer.weights, start=1)
    ]
    biases = [f"b_{position}_{j}" for j in range(1, len(layer.biases) + 1)]
    return [*rows, [f"b_{position}"] * len(biases) if _is_shared(position, layer.biases) else biases]


def _is_shared(position: int, biases: tuple[str | None, ...]) -> bool:
    """Whether one entry gives the biases of a whole layer."""
    return set(biases) == {f"b_{position}"} or (len(biases) > 1 and len(set(biases)) == 1)


# Texts, lists and mappings as YAML, laid out as the bundled configs are


def _values_in(tree: Tree) -> int:
    """How many values the reader will count."""
    match tree:
        case None | str():
            return 1
        case Mapping():
            return 1 + sum(1 + _values_in(value) for value in tree.values())
    return 1 + sum(map(_values_in, tree))


def _lines(tree: Mapping[str, Tree], indent: str = "") -> Iterator[str]:
    """A mapping with each key on a line of its own."""
    for key, value in tree.items():
        start = f"{indent}{word(key)}:"
        if indent or key not in _BLOCKS:
            yield f"{start} {_value(value, len(start))}"
            continue
        yield start
        if isinstance(value, Mapping):
            yield from _lines(value, "  ")
            continue
        for item in value or ():
            if key == "layers" and isinstance(item, Mapping):
                first, *rest = _lines(item, "    ")
            else:
                first, rest = f"    {_flow(item)}", []
            yield f"  - {first[4:]}"
            yield from rest


def _value(value: Tree, start: int) -> str:
    """All that stands after a key that ends in column `start`: a matrix has a line for each row."""
    if isinstance(value, str):
        return _quoted_unless(_PHRASE, value)
    if not isinstance(value, list | tuple):
        return _flow(value)
    items = list(map(_flow, value))
    if any(isinstance(item, list) for item in value):
        below = ",\n" + " " * (start + 2)
        return f"[{below.join(items)}]"
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) > WIDTH:
            lines.append(" " * 8)
        lines[-1] += f"{item}, "
    return f"[{chr(10).join(line.rstrip() for line in lines).removesuffix(',')}]"


def _flow(value: Tree) -> str:
    """A value on a part of a line."""
    match value:
        case None:
            return "null"
        case str():
            return word(value)
        case Mapping():
            return f"{{{', '.join(f'{word(key)}: {_flow(inner)}' for key, inner in value.items())}}}"
    return f"[{', '.join(map(_flow, value))}]"


def word(text: str) -> str:
    """A text that may stand anywhere."""
    return _quoted_unless(_WORD, text)


def _quoted_unless(plain: re.Pattern[str], text: str) -> str:
    return text if plain.fullmatch(text) and not _NULL.fullmatch(text) else _in_quotes(text)


def _in_quotes(text: str) -> str:
    r"""A text as YAML has it between quotation marks.

    >>> print(_in_quotes("it's" + chr(27)))
    "it's\x1b"
    """
    if text.isprintable() and "'" not in text:
        return f'"{text}"' if '"' not in text and "\\" not in text else f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{printable(escaped)}"'

"""The tables and keys of the reader → a JSON Schema, for editors that complete and check a config.

A new row of a table or word of a key is in it without being written here. A schema cannot compare parts of a
config (shapes, names that do not fit): only the reader does. `schema.json` holds the output, because editors
name it by its path; `python -m backtrace.config.schema` writes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from backtrace.config import layers, reader, samples, settings, weights
from backtrace.config.cursor import DECIMAL
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.derivation.optimizers import RATE, UPDATE_RULES
from backtrace.limits import (
    DECIMALS,
    EQUATIONS,
    LAYERS,
    LINE_CHARACTERS,
    NAME_CHARACTERS,
    NUMBER_CHARACTERS,
    SAMPLES,
    TEXT_CHARACTERS,
    UNITS,
)
from backtrace.problem.notation import NOTATIONS, Notation
from backtrace.symbolic.functions import public_functions
from backtrace.symbolic.ids import LAYER_NAME, NAME, UNIT_NAME

Schema = dict[str, Any]

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema.json")

# What each constant and option means. A new one is described by its name until it is added here.
_MEANINGS = {
    "learning_rate": "The learning rate η, above 0.",
    "momentum": "The share μ of the last change that is kept.",
    "rho": "The share ρ of the running mean of g² that is kept.",
    "beta1": "The share β₁ of the running mean of g that is kept.",
    "beta2": "The share β₂ of the running mean of g² that is kept.",
    "epsilon": "The small number ε that is added below the fraction line.",
    "weight_decay": "The weight decay λ.",
    "slope": "The slope below 0.",
    "alpha": "How far below 0 it goes.",
}


def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a config."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "backtrace config",
        "description": "A network as layers, or any computation as equations, with its numbers.",
        "type": "object",
        "if": {"required": ["equations"]},
        "then": _ref("equations_form"),
        "else": _ref("layers_form"),
        "$defs": {
            "number": _either(
                {"type": "number"},
                {"type": "string", "maxLength": NUMBER_CHARACTERS, "pattern": f"^{DECIMAL.pattern}$"},
                about="A finite number. The text it is written with is kept: 0.10 has two decimals.",
            ),
            "name": _text("A letter (Greek too), then letters, digits or _.", NAME_CHARACTERS, NAME.pattern),
            "unit": _named("Letters, digits or _; may begin with a digit.", UNIT_NAME.pattern),
            "layer_name": _named(
                "A letter or digit, then letters, digits, _, - or spaces.", LAYER_NAME.pattern
            ),
            "entry": _either(
                _ref("number"),
                {
                    "allOf": [_ref("name")],
                    "not": {"pattern": "^([iI][nN][fF]([iI][nN][iI][tT][yY])?|[nN][aA][nN])$"},
                },
                {"type": "null"},
                about="A parameter's name (the same twice: tied), a number, or null (not there).",
            ),
            "generated": _generated(),
            "names": _list(_ref("name")),
            "values": _either(
                _list(_ref("number")),
                _by_name("number"),
                about="Numbers in the order of the names, or by name.",
            ),
            "sign": _either({"enum": [1, -1]}, {"enum": ["1", "-1"]}),
            "formula": {
                "description": f"+ - * / ^, brackets, numbers, names, and {' '.join(public_functions())}.",
                "type": ["string", "number"],
                "maxLength": LINE_CHARACTERS,
                "minLength": 1,
            },
            "activation": _activation(),
            "layer": _layer(),
            "update": _either(*map(_update, UPDATE_RULES)),
            "notation": _notation(),
            "hand": _either(
                _whole(0, DECIMALS),
                _object(
                    {
                        kind: _whole(0, DECIMALS, f"Decimals kept of each {kind.replace('_', ' ')}.")
                        for kind in settings.KINDS
                    }
                ),
            ),
            "samples": _samples(),
            "layers_form": _form(reader.LAYER_KEYS, ["inputs", "layers", "samples"]),
            "equations_form": _form(reader.EQUATION_KEYS, ["equations", "objective_symbol"]),
        },
    }


def _ref(name: str, about: str | None = None) -> Schema:
    return {"$ref": f"#/$defs/{name}", **_about(about)}


def _about(text: str | None) -> Schema:
    return {} if text is None else {"description": text}


def _either(*options: Schema, about: str | None = None) -> Schema:
    return {**_about(about), "anyOf": list(options)}


def _list(items: Schema, about: str | None = None) -> Schema:
    return {"type": "array", "items": items, **_about(about)}


def _object(properties: Mapping[str, Schema], required: tuple[str, ...] = (), **more: Any) -> Schema:
    wanted = {"required": list(required)} if required else {}
    return {
        "type": "object", "properties": dict(properties), **wanted, "additionalProperties": False, **more
    }  # fmt: skip


def _by_name(value: str, about: str | None = None) -> Schema:
    """A mapping from names to values."""
    rest = {"propertyNames": _ref("name"), "additionalProperties": _ref(value)}
    return {"type": "object", **rest, **_about(about)}


def _text(about: str, longest: int, pattern: str) -> Schema:
    return {"description": about, "type": "string", "maxLength": longest, "pattern": f"^{pattern}$"}


def _named(about: str, pattern: str) -> Schema:
    """A name that may be a number, too."""
    text = {"type": "string", "maxLength": NAME_CHARACTERS, "pattern": f"^{pattern}$"}
    return _either({"type": "integer", "minimum": 0}, text, about=about)


def _whole(low: int, high: int, about: str | None = None) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high, **_about(about)}


def _constant(name: str, default: float | None, low: str = "exclusiveMaximum", **more: Any) -> Schema:
    """A number that is not negative (`low="maximum"`: above 0), with its default."""
    refused = [{"type": "number", low: 0}, {"type": "string", "pattern": "^-"}]
    if name in settings.SHARES:
        refused.insert(1, {"type": "number", "minimum": 1})
    about = _MEANINGS.get(name, f"{name}.")
    if default is not None:
        about += f" Default {str(default).replace('e-0', 'e-').removesuffix('.0')}."
    return {"allOf": [_ref("number")], "not": {"anyOf": refused}, **more, "description": about}


def _generated() -> Schema:
    bound = {"minimum": -weights.LARGEST_RANDOM, "maximum": weights.LARGEST_RANDOM}
    uniform = {
        "random": {"const": "uniform", "description": "Drawn evenly between low and high."},
        "low": _ref("number", "The lower end. Default -0.5.") | bound,
        "high": _ref("number", "The upper end. Default 0.5.") | bound,
    }
    std = _constant("std", None, "maximum", maximum=weights.LARGEST_RANDOM)
    normal = {
        "random": {"const": "normal", "description": "Drawn from a normal distribution around 0."},
        "std": std | _about("The standard deviation. Default 0.1."),
    }
    file = {
        "file": {"type": "string", "description": "An .npz file, from the config's folder."},
        "key": {"type": "string", "description": "The array's name; not needed where there is only one."},
    }
    return _either(
        _object(uniform, ("random",)),
        _object(normal, ("random",)),
        _object(file, ("file",)),
        about="Values that are drawn at random with the top-level seed, or read from a file.",
    )


def _activation() -> Schema:
    rows: dict[str, Schema] = {}
    for name, row in ACTIVATIONS.items():
        options = {option: _constant(option, default) for option, default in row.options.items()}
        about = _about(f"{name} {'with' if options else 'takes no'} options.")
        rows[name] = (
            _object(options) | {"type": ["object", "null"]} if options else {"type": "null"}
        ) | about
    return _either({"enum": list(ACTIVATIONS)}, _object(rows, minProperties=1, maxProperties=1))


def _layer() -> Schema:
    known: dict[str, Schema] = {
        "name": _ref(
            "layer_name", "The layer's name. Default: its position, 1 for the first after the inputs."
        ),
        "units": _either(
            _list(_ref("unit")) | {"minItems": 1, "maxItems": UNITS},
            _whole(1, UNITS),
            about="A list of unit names, or a count n: in layer l they are then named l_1 to l_n.",
        ),
        "activation": _ref("activation", "By name, or as {leaky_relu: {slope: 0.01}}. Default linear."),
        "weights": _either(
            _list(_list(_ref("entry"))) | {"minItems": 1},
            _ref("generated"),
            about="A matrix with a row per unit and a column per source, or {random: …} or {file: …}. "
            "A number gets the name w_l_j_k: layer, unit, source, each counted from 1.",
        ),
        "biases": _either(
            _list(_ref("entry")),
            _ref("entry"),
            _ref("generated"),
            about="One entry per unit, or a single one that all units share (a number is then named b_l, "
            "in a list b_l_j), or {random: …} or {file: …}. Default: none.",
        ),
        "bias_input": _ref("sign", "What biases are multiplied with in this layer: 1, or -1 for thresholds."),
        "from": _list(
            _ref("layer_name"), "The layers (and inputs) of the columns. Default: the layer before."
        )
        | {"minItems": 1, "uniqueItems": True},
    }
    return _object({key: known[key] for key in layers.KEYS}, ("units", "weights"))


def _update(rule: str) -> Schema:
    row = UPDATE_RULES[rule]
    properties = {"rule": {"const": rule, "description": f"The update rule {rule}: {row.source}."}}
    for name, default in row.constants.items():
        properties[name] = _constant(name, default, "maximum" if name == RATE else "exclusiveMaximum")
    required = (name for name, default in row.constants.items() if default is None)
    return _object(properties, ("rule", *required))


def _notation() -> Schema:
    head, rest = NAME.pattern[:-1], NAME.pattern[NAME.pattern.index("[", 1) :]
    about = {"cost": "The cost", "rate": "The learning rate", "net": "The net input of a unit"}
    patterns: dict[str, Schema] = {}
    for key, usual in Notation()._asdict().items():
        pattern = f"{head}*\\{{unit\\}}{rest}" if "{unit}" in usual else NAME.pattern
        said = f"{about.get(key, f'The {key} of a unit')}: {usual}."
        patterns[key] = _text(said, settings.PATTERN_CHARACTERS, pattern)
    return _either({"enum": list(NOTATIONS)}, _object(patterns))


def _samples() -> Schema:
    sample = {
        "inputs": _ref("values", "The inputs of this sample."),
        "targets": _ref("values", "The targets of this sample; without them it is forward only."),
    }
    column = {"type": ["string", "number"]}
    about = "A CSV file whose first line names its columns, or an .npz file; from the config's folder."
    known: dict[str, Schema] = {"file": {"type": "string", "description": about}}
    for key in ("inputs", "targets"):
        known[key] = _either(
            column,
            _list(column),
            about=f"The columns with the {key}, in order; in an .npz file an array with all of them, or one "
            f"for each. Default: columns called like the {key}, or the array {key}.",
        )
    return {
        **_object({key: known[key] for key in samples.KEYS}, ("file",)),
        "description": "A list of samples, or a file with a row for each.",
        "type": ["array", "object"],
        "minItems": 1,
        "maxItems": SAMPLES,
        "items": _object(sample),
    }


def _form(keys: tuple[str, ...], required: list[str]) -> Schema:
    """One of the two forms of a config, by its top-level keys."""
    text = {"type": ["string", "number", "boolean"], "maxLength": TEXT_CHARACTERS}
    known: dict[str, Schema] = {
        "title": text | _about("What stands above the tables. Default: the file's name."),
        "source": text | _about("Where the numbers come from."),
        "inputs": _ref("names", "The names of the inputs."),
        "targets": _ref("names", "The names of the targets: in a network one for each output unit."),
        "layers": _list(_ref("layer"), "The layers from the first after the inputs to the outputs.")
        | {"minItems": 1, "maxItems": LAYERS},
        "bias_input": _ref("sign", "What biases are multiplied with: 1, or -1 for thresholds. Default 1."),
        "cost": _either(
            {"enum": list(COSTS)},
            {"type": "string", "maxLength": LINE_CHARACTERS, "pattern": "[-+*/^(·−]|^a_"},
            about="A cost by name, or a formula over outputs (a_o) and targets. Default half_squared_error.",
        ),
        "equations": _by_name("formula", "A formula for each quantity, in any order.")
        | {"minProperties": 1, "maxProperties": EQUATIONS},
        "objective_symbol": _ref("name", "The equation whose derivatives are taken."),
        "deltas": _by_name("name", "Names for derivatives: {δ_o: h_o} calls ∂E/∂h_o δ_o."),
        "parameters": _by_name("number", "The starting value of every parameter that is used by name."),
        "fixed": _list({"type": "string"}, "Parameters that updates leave alone."),
        "objective": _word("objective", "Whether updates go down or climb."),
        "delta": _word("delta", "gradient: δ = ∂E/∂h. descent: δ points the way that the update moves."),
        "update": _ref("update", "The update rule with its constants. Without it there is no update part."),
        "batch": _word("batch", "online: each step uses the next sample. sum, mean: it uses all of them."),
        "samples": _ref("samples", "What the network is shown, sample by sample."),
        "notation": _ref("notation", "How quantities are written: a preset, or some patterns. Default h-a."),
        "hand": _ref("hand", "Hand arithmetic: decimals kept of all values, or by kind. Default: float64."),
        "seed": _whole(0, reader.LARGEST_SEED, "The same seed gives the same random values."),
    }
    return _object({key: known[key] for key in keys}, tuple(required))


def _word(key: str, about: str) -> Schema:
    """One of the words that the reader knows for a key, the first of which is the default."""
    words = reader.WORDS[key]
    return {"enum": list(words), "description": f"{about} Default {words[0]}."}


if __name__ == "__main__":
    with open(PATH, "w", encoding="utf-8") as file:
        file.write(json.dumps(schema(), ensure_ascii=False, indent=1) + "\n")

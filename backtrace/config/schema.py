"""The JSON Schema by which editors complete and check a config: `schema.json`, in step with the tables.

The file itself says what it is about: its structure and its descriptions are written there. Everything that
follows from a table, a limit or a pattern of the readers is put in here, so a new row of a table is in it
without being written again: `python -m backtrace.config.schema` renews the file, which editors name by its
path. A schema cannot compare parts of a config (shapes, names that do not fit): only the reader does.
"""

from __future__ import annotations

import json
import os
from functools import reduce
from typing import Any

from backtrace import limits
from backtrace.config import reader, settings
from backtrace.config.cursor import DECIMAL
from backtrace.config.layers import LARGEST_RANDOM
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.derivation.optimizers import RATE, UPDATE_RULES
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
    with open(PATH, encoding="utf-8") as file:
        whole: Schema = json.load(file)
    for pointer, fact in _facts().items():
        *path, key = pointer.split("/")
        part = reduce(lambda part, step: part[int(step) if step.isdigit() else step], path, whole["$defs"])
        part[key] = fact
    return whole


def _facts() -> dict[str, Any]:
    """What the tables, limits and patterns say, each by its place below `$defs`."""
    facts = {
        "number/anyOf/1/maxLength": limits.NUMBER_CHARACTERS,
        "number/anyOf/1/pattern": f"^{DECIMAL.pattern}$",
        "name/maxLength": limits.NAME_CHARACTERS,
        "name/pattern": f"^{NAME.pattern}$",
        "unit/anyOf/1/maxLength": limits.NAME_CHARACTERS,
        "unit/anyOf/1/pattern": f"^{UNIT_NAME.pattern}$",
        "layer_name/anyOf/1/maxLength": limits.NAME_CHARACTERS,
        "layer_name/anyOf/1/pattern": f"^{LAYER_NAME.pattern}$",
        "generated/anyOf/1/properties/std/maximum": LARGEST_RANDOM,
        "formula/description": f"+ - * / ^, brackets, numbers, names, and {' '.join(public_functions())}.",
        "formula/maxLength": limits.LINE_CHARACTERS,
        "activation/anyOf": [{"enum": list(ACTIVATIONS)}, _activations()],
        "layer/properties/units/anyOf/0/maxItems": limits.UNITS,
        "layer/properties/units/anyOf/1/maximum": limits.UNITS,
        "update/anyOf": list(map(_update, UPDATE_RULES)),
        "notation/anyOf/0/enum": list(NOTATIONS),
        "hand/anyOf/0/maximum": limits.DECIMALS,
        "samples/maxItems": limits.SAMPLES,
        "layers_form/properties/layers/maxItems": limits.LAYERS,
        "layers_form/properties/cost/anyOf/0/enum": list(COSTS),
        "layers_form/properties/cost/anyOf/1/maxLength": limits.LINE_CHARACTERS,
        "equations_form/properties/equations/maxProperties": limits.EQUATIONS,
    }
    for end in ("low", "high"):
        facts[f"generated/anyOf/0/properties/{end}/minimum"] = -LARGEST_RANDOM
        facts[f"generated/anyOf/0/properties/{end}/maximum"] = LARGEST_RANDOM
    for kind in settings.KINDS:
        facts[f"hand/anyOf/1/properties/{kind}/maximum"] = limits.DECIMALS
    head, rest = NAME.pattern[:-1], NAME.pattern[NAME.pattern.index("[", 1) :]
    for key, usual in Notation()._asdict().items():
        pattern = f"{head}*\\{{unit\\}}{rest}" if "{unit}" in usual else NAME.pattern
        facts[f"notation/anyOf/1/properties/{key}/pattern"] = f"^{pattern}$"
        facts[f"notation/anyOf/1/properties/{key}/maxLength"] = settings.PATTERN_CHARACTERS
    for form in ("layers_form", "equations_form"):
        for key, words in reader.WORDS.items():
            facts[f"{form}/properties/{key}/enum"] = list(words)
        for key in ("title", "source"):
            facts[f"{form}/properties/{key}/maxLength"] = limits.TEXT_CHARACTERS
        facts[f"{form}/properties/seed/maximum"] = reader.LARGEST_SEED
    return facts


def _object(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    wanted = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, **wanted, "additionalProperties": False}


def _constant(name: str, default: float | None) -> Schema:
    """A number that is not negative (a learning rate: above 0), with its default."""
    low = "maximum" if name == RATE else "exclusiveMaximum"
    refused = [{"type": "number", low: 0}, {"type": "string", "pattern": "^-"}]
    if name in settings.SHARES:
        refused.insert(1, {"type": "number", "minimum": 1})
    about = _MEANINGS.get(name, f"{name}.")
    if default is not None:
        about += f" Default {str(default).replace('e-0', 'e-').removesuffix('.0')}."
    return {"allOf": [{"$ref": "#/$defs/number"}], "not": {"anyOf": refused}, "description": about}


def _activations() -> Schema:
    rows: Schema = {}
    for name, row in ACTIVATIONS.items():
        options = {option: _constant(option, default) for option, default in row.options.items()}
        kind = _object(options) | {"type": ["object", "null"]} if options else {"type": "null"}
        rows[name] = kind | {"description": f"{name} {'with' if options else 'takes no'} options."}
    return _object(rows) | {"minProperties": 1, "maxProperties": 1}


def _update(rule: str) -> Schema:
    row = UPDATE_RULES[rule]
    named = {"rule": {"const": rule, "description": f"The update rule {rule}: {row.source}."}}
    constants = {name: _constant(name, default) for name, default in row.constants.items()}
    required = (name for name, default in row.constants.items() if default is None)
    return _object(named | constants, ("rule", *required))


if __name__ == "__main__":
    renewed = json.dumps(schema(), ensure_ascii=False, indent=1)
    with open(PATH, "w", encoding="utf-8") as file:
        file.write(renewed + "\n")

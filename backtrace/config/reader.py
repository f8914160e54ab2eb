"""A config's text → `Problem`: the top-level keys, and how its parts fit together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal, cast

from backtrace.config.collisions import check_collisions
from backtrace.config.cursor import Cursor, counted
from backtrace.config.files import ANYWHERE, Folder, Reach
from backtrace.config.formulas import read_computation, read_cost
from backtrace.config.layers import LayersReader
from backtrace.config.nodes import StrPath, compose
from backtrace.config.settings import read_hand, read_notation, read_samples, read_update
from backtrace.errors import Location, nearest, quoted
from backtrace.limits import TEXT_CHARACTERS
from backtrace.problem.problem import Computation, Layer, Network, Problem, Sample, in_order_of_layers
from backtrace.symbolic.expressions import Number
from backtrace.symbolic.functions import public_functions
from backtrace.symbolic.ids import spell

_HEAD = ("title", "source", "inputs", "targets")
_REST = tuple("parameters fixed objective delta update batch samples notation hand seed".split())
LAYER_KEYS = (*_HEAD, "layers", "bias_input", "cost", *_REST)
EQUATION_KEYS = (*_HEAD, "equations", "objective_symbol", "deltas", *_REST)
_FORMS = {"layers": LAYER_KEYS, "equations": EQUATION_KEYS}
_KEYS = frozenset(LAYER_KEYS + EQUATION_KEYS)
# The words that a key may have; the first is the default.
WORDS = {
    "objective": ("minimize", "maximize"),
    "delta": ("gradient", "descent"),
    "batch": ("online", "sum", "mean"),
}
LARGEST_SEED = 10**12


def read_problem(
    text: str, file: str, folder: StrPath, seed: int | None = None, reach: Reach = ANYWHERE
) -> Problem:
    """The problem that a config's text describes.

    Args:
        text: YAML.
        file: what the config is called in messages.
        folder: where the files named in it are looked for.
        seed: of random weights, in the place of the one in the config.
        reach: the files that may be read.

    Raises:
        BacktraceError: anything is wrong with it, with the place.
    """
    return _Reader(Cursor(compose(text, file), "", file), Folder(folder, reach), seed).problem()


class _Reader:
    def __init__(self, root: Cursor, folder: Folder, seed: int | None) -> None:
        self.root = root
        self.folder = folder
        self.places: dict[str, Cursor] = {}  # of names, for the message that two share an id
        form = self.form()
        self.is_network = form == "layers"
        self.table = root.table(_FORMS[form])
        self.inputs = self.names("inputs", "an input")
        self.targets = self.names("targets", "a target")
        written_seed = self.table["seed"].whole(0, LARGEST_SEED) if "seed" in self.table else None
        self.seed = written_seed if seed is None else seed
        self.parameters = self.given_parameters()
        self.locations: dict[str, Location] = {}

    def form(self) -> str:
        """The form of the config, layers or equations; keys of the other form are refused."""
        keys = {key.text("a key"): key for key, _ in self.root.entries("a config (keys with values)")}
        if "layers" in keys and "equations" in keys:
            keys["equations"].fail("found layers and equations; expected one of them")
        for form, known in _FORMS.items():
            if form in keys:
                misplaced = next((key for key in keys if key in _KEYS and key not in known), None)
                if misplaced:
                    keys[misplaced].fail(f"{misplaced} does not go with {form}; expected it to be left out")
                return form
        for key in keys:
            if key not in _KEYS:
                hint = nearest(key, _KEYS) or "; expected layers or equations, and what goes with them"
                keys[key].fail(f"unknown key {quoted(key)}{hint}")
        return self.root.fail("found neither layers nor equations; expected one of them")

    def problem(self) -> Problem:
        table = self.table
        model = self.network() if self.is_network else self.computation()
        # A cost by name compares outputs with targets; a formula without targets can be had of every sample.
        is_compared = isinstance(model, Network) and isinstance(model.cost, str)
        problem = Problem(
            title=self.text("title") or os.path.splitext(os.path.basename(self.root.file))[0],
            source=self.text("source"),
            model=model,
            inputs=self.inputs,
            targets=self.targets,
            parameters=self.parameters,
            samples=self.samples(None if self.targets or is_compared else ()),
            fixed=self.fixed(),
            objective=cast(Literal["minimize", "maximize"], self.word("objective")),
            delta=cast(Literal["gradient", "descent"], self.word("delta")),
            update=read_update(table["update"]) if "update" in table else None,
            batch=cast(Literal["online", "sum", "mean"], self.word("batch")),
            notation=read_notation(table.get("notation")),
            hand=read_hand(table["hand"]) if "hand" in table else None,
            seed=self.seed,
            locations=self.locations,
        )
        if problem.update and is_compared and not self.targets:
            table["update"].fail(
                "an update follows the gradient, and without targets there is none; expected targets: […]"
            )
        check_collisions(problem, lambda name, message: self.places.get(name, self.root).fail(message))
        return problem

    def text(self, key: str) -> str:
        if key not in self.table:
            return ""
        text = self.table[key].text("a text")
        if len(text) > TEXT_CHARACTERS:
            self.table[key].fail(
                f"found a text of {len(text):,} characters; expected at most {TEXT_CHARACTERS}"
            )
        return text

    def word(self, key: str) -> str:
        return self.table[key].choice(WORDS[key]) if key in self.table else WORDS[key][0]

    def names(self, key: str, what: str) -> tuple[str, ...]:
        names: dict[str, str] = {}
        expected = f"a list of names ({key}: [x_1, x_2])"
        for entry in self.table[key].items(expected) if key in self.table else ():
            name = entry.name(what)
            if spell(name) in names:
                entry.fail(f"{quoted(name)} is a duplicate")
            names[spell(name)] = name
            self.places.setdefault(name, entry)
        return tuple(names.values())

    def given_parameters(self) -> Mapping[str, Number]:
        """The values under parameters."""
        parameters: dict[str, Number] = {}
        ids: dict[str, str] = {}
        given = self.table.get("parameters")
        for key, value in given.entries("values by name, as {w_1: 0.1}") if given else ():
            name = key.new_name("a parameter", ids)
            parameters[name] = value.number()
            self.places[name] = key
        return parameters

    def network(self) -> Network:
        if not self.inputs:
            self.root.fail("inputs missing; a network needs some, as inputs: [i_1, i_2]")
        if "layers" not in self.table:
            self.root.fail("layers missing; expected a list of layers")
        bias_input = self.table["bias_input"].sign() if "bias_input" in self.table else 1
        reader = LayersReader(self.inputs, self.seed, bias_input, self.folder)
        layers = reader.read(self.table["layers"])
        count = len(self.targets)
        if count and count != len(layers[-1].units):
            self.table["targets"].fail(
                f"found {counted(count, 'target')}; expected {len(layers[-1].units)}, "
                f"one for each unit of layer {layers[-1].name}"
            )
        cost = read_cost(self.table.get("cost"), self.targets, layers[-1].units)
        self.parameters = self.used_parameters(reader, layers)
        self.locations = reader.steps
        return Network(layers, cost)

    def used_parameters(self, reader: LayersReader, layers: tuple[Layer, ...]) -> Mapping[str, Number]:
        """The parameters, layer by layer in the order the config gives them; each has a value and a use."""
        values = {**self.parameters, **reader.numbered}
        for name, place in reader.used.items():
            if name not in values:
                hint = nearest(name, values)
                place.fail(f"parameter {quoted(name)} has no value; expected one under parameters{hint}")
        for name in self.parameters:
            if name in reader.numbered:
                self.places[name].fail(f"{quoted(name)} is defined twice: here and as a number in the layers")
            if name not in reader.used:
                hint = nearest(
                    name, [used for used in reader.used if used not in self.parameters] or reader.used
                )
                self.places[name].fail(f"{quoted(name)} is used by no layer{hint}")
        return {name: values[name] for name in in_order_of_layers(layers, values)}

    def computation(self) -> Computation:
        table = self.table
        for required, expected in (
            ("equations", "formulas by name"),
            ("objective_symbol", "the name of the equation that is differentiated"),
        ):
            if required not in table:
                self.root.fail(f"{required} missing; expected {expected}")
        functions = public_functions()
        givens = {spell(name): name for name in (*self.inputs, *self.targets, *self.parameters)}
        for name in givens.values():
            if name in functions:
                self.places[name].fail(f"{name} is a function; expected another name")
        model, self.locations = read_computation(
            table["equations"], table["objective_symbol"], table.get("deltas"), givens
        )
        for part in ("equations", "deltas"):
            for key, _ in table[part].entries("a mapping") if part in table else ():
                self.places.setdefault(key.text("a name"), key)
        return model

    def samples(self, unscored: tuple[Number, ...] | None) -> tuple[Sample, ...]:
        """The samples; `unscored` is what one without targets has for them."""
        if "samples" not in self.table:
            if self.is_network or self.inputs or self.targets:
                self.root.fail("samples missing; expected at least one, as samples: [{inputs: [1, 0]}]")
            return (Sample((), ()),)
        given = self.table["samples"]
        if given.value("file"):
            from backtrace.config.samples import read_samples_file  # and with it csv and zipfile

            samples = read_samples_file(given, self.inputs, self.targets, unscored, self.folder)
        else:
            samples = read_samples(given, self.inputs, self.targets, unscored)
        if not self.is_network:
            for index, sample in enumerate(samples):
                if sample.targets is None:
                    place = given.items("samples")[index] if given.is_list else given
                    place.fail(f"targets missing; the equations need them ({', '.join(self.targets[:6])})")
        return samples

    def fixed(self) -> frozenset[str]:
        given = self.table.get("fixed")
        entries = given.items("a list of parameter names") if given else ()
        places = {entry.text("a parameter's name"): entry for entry in entries}
        for name, place in places.items():
            if name not in self.parameters:
                place.fail(f"no parameter {quoted(name)}{nearest(name, self.parameters)}")
        return frozenset(places)

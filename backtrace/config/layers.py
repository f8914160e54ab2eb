"""The `layers` form: names, units, sources and activations, and the weights and biases between them.

An entry of weights or biases is a name, a number or null; or all are drawn at random, or read from a file.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from functools import partial

from backtrace.config.cursor import Cursor, counted, is_unbounded, listed, one_of, to_number
from backtrace.config.files import Folder
from backtrace.config.nodes import Node, Scalar, Sequence
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.errors import Location, nearest, quoted
from backtrace.limits import LAYERS, NAME_CHARACTERS, SOFTMAX_UNITS, UNITS, WEIGHTS
from backtrace.problem.problem import INPUTS, Activation, Layer
from backtrace.symbolic.expressions import Number, number
from backtrace.symbolic.ids import LAYER_NAME, NAME, UNIT_NAME, spell

Names = tuple[str, ...]
Row = tuple[str | None, ...]

KEYS = ("name", "units", "activation", "weights", "biases", "bias_input", "from")
LARGEST_RANDOM = 1e6
# What may be drawn, with the options of each.
_DRAWN = {"uniform": ("low", "high"), "normal": ("std",)}


class LayersReader:
    """Reads the layers one after another; the parameters are collected on the way.

    `numbered` has the parameters that the config gives as numbers, under generated names; `used` has the
    first place of each named one, and `steps` the places of step functions. `position` is that of the layer
    that is read, from 1; `units` has what each layer so far gives to the next ones.
    """

    def __init__(self, inputs: Names, seed: int | None, bias_input: int, folder: Folder) -> None:
        self.bias_input = bias_input
        self.random = None if seed is None else random.Random(seed)
        self.folder = folder
        self.position = 0
        self.units = {INPUTS: inputs}
        self.numbered: dict[str, Number] = {}
        self.used: dict[str, Cursor] = {}
        self.steps: dict[str, Location] = {}
        self.weights_so_far = 0

    def read(self, cursor: Cursor) -> tuple[Layer, ...]:
        layers = []
        for self.position, entry in enumerate(cursor.items("a list of layers", "layers", LAYERS), start=1):
            layers.append(self.layer(entry))
            self.units[layers[-1].name] = layers[-1].units
        return tuple(layers)

    def layer(self, cursor: Cursor) -> Layer:
        table = cursor.table(KEYS, "a layer (a mapping)")
        for required in ("units", "weights"):
            if required not in table:
                cursor.fail(f"{required} missing; a layer needs units and weights")
        name = self.name(cursor, table.get("name"))
        units = self.new_units(table["units"])
        sources = self.sources(table.get("from"))
        columns = tuple(unit for source in sources for unit in self.units[source])
        rows = self.matrix(table["weights"], units, columns)
        biases = self.biases(table.get("biases"), units)
        bias_input = table["bias_input"].sign() if "bias_input" in table else self.bias_input
        activation = self.activation(table.get("activation"))
        if activation.name == "softmax" and len(units) > SOFTMAX_UNITS:
            table["activation"].fail(f"softmax over {len(units):,} units; expected at most {SOFTMAX_UNITS:,}")
        return Layer(name, units, activation, rows, biases, sources, bias_input)

    def name(self, cursor: Cursor, given: Cursor | None) -> str:
        name = given.name("a layer", LAYER_NAME) if given else str(self.position)
        place = given or cursor
        if name == INPUTS:
            place.fail(f"{quoted(name)} is what from calls the inputs; expected another name for a layer")
        if spell(name) in map(spell, self.units):
            place.fail(f"two layers would be called {quoted(name)}; expected a name of its own")
        return name

    def new_units(self, cursor: Cursor) -> Names:
        if cursor.is_scalar:
            count = cursor.whole(1, UNITS, "a list of names, or ")
            names = [f"{self.position}_{unit}" for unit in range(1, count + 1)]
            places = [cursor] * count
        else:
            places = cursor.items("a list of unit names, or a count", "units", UNITS)
            names = [place.name("a unit", UNIT_NAME) for place in places]
        taken = {spell(unit) for layer, units in self.units.items() if layer != INPUTS for unit in units}
        for name, place in zip(names, places, strict=True):
            if spell(name) in taken:
                place.fail(f"two units would be called {quoted(name)}; expected a name of its own")
            taken.add(spell(name))
        return tuple(names)

    def sources(self, cursor: Cursor | None) -> Names:
        known = list(self.units)
        if cursor is None:
            return (known[-1],)
        entries = cursor.items("a list of layer names and 'inputs'")
        if not entries:
            cursor.fail("found an empty list; expected layer names and 'inputs'")
        names: list[str] = []
        for entry in entries:
            name = entry.text("a layer's name")
            if name not in known:
                entry.fail(
                    f"no layer {quoted(name)} before this one; expected {one_of(known)}{nearest(name, known)}"
                )
            if name in names:
                entry.fail(f"{quoted(name)} is a duplicate")
            names.append(name)
        return tuple(names)

    def activation(self, cursor: Cursor | None) -> Activation:
        if cursor is None:
            return Activation("linear", {})
        key, given = cursor, None
        if cursor.is_mapping:
            entries = list(cursor.entries("an activation"))
            if len(entries) != 1:
                cursor.fail(
                    f"found {len(entries)} keys; expected one activation, as {{leaky_relu: {{slope: 0.01}}}}"
                )
            key, given = entries[0]
        name = key.choice(ACTIVATIONS)
        usual = ACTIVATIONS[name].options
        options = {option: number(value) for option, value in usual.items()}
        if given and not given.is_null:
            if not usual:
                given.fail(f"{name} takes no options; expected activation: {name}")
            expected = f"options, as {{{', '.join(f'{option}: {value}' for option, value in usual.items())}}}"
            for option, place in given.table(usual, expected).items():
                options[option] = place.number()
                if options[option].value < 0:
                    place.refuse("a number that is not negative")
        if name == "step":
            self.steps[cursor.path] = cursor.location
        return Activation(name, options)

    def matrix(self, cursor: Cursor, units: Names, columns: Names) -> tuple[Row, ...]:
        self.weights_so_far += len(units) * len(columns)
        if self.weights_so_far > WEIGHTS:
            cursor.fail(
                f"{len(units):,} units with {len(columns):,} sources each make {self.weights_so_far:,} "
                f"weights so far; expected at most {WEIGHTS:,}"
            )
        prefixes = [f"w_{self.position}_{j}" for j in range(1, len(units) + 1)]
        if cursor.is_mapping:
            values = self.generated(cursor, (len(units), len(columns)))
            return tuple(self.numbered_row(prefix, len(columns), values) for prefix in prefixes)
        rows = cursor.items("a matrix (a list of rows), or {random: …} or {file: …}")
        for row in rows:
            if not row.is_list:
                row.refuse(f"a row, a list of {_counted(columns, 'source')}")
        if len(rows) != len(units):
            cursor.fail(f"{counted(len(rows), 'row')}, expected {_counted(units, 'unit')}")
        return tuple(
            self.entries(row, prefix, row._replace(path=cursor.path), f"row {j} has ", columns, "source")
            for j, (row, prefix) in enumerate(zip(rows, prefixes, strict=True), start=1)
        )

    def biases(self, cursor: Cursor | None, units: Names) -> Row:
        prefix = f"b_{self.position}"
        if cursor is None:
            return (None,) * len(units)
        if cursor.is_mapping:
            return self.numbered_row(prefix, len(units), self.generated(cursor, (len(units),)))
        if cursor.is_scalar:
            return (self.entry(cursor, cursor.node, prefix, None),) * len(units)
        return self.entries(cursor, prefix, cursor, "", units, "unit")

    def entries(self, cursor: Cursor, prefix: str, place: Cursor, said: str, names: Names, what: str) -> Row:
        """A list with an entry for each name; else the message is for `place` and begins with `said`."""
        assert isinstance(cursor.node, Sequence)
        nodes = cursor.node.items
        if len(nodes) != len(names):
            place.fail(f"{said}{counted(len(nodes), 'entry')}, expected {_counted(names, what)}")
        return tuple(self.entry(cursor, node, f"{prefix}_{k}", k) for k, node in enumerate(nodes, start=1))

    def entry(self, parent: Cursor, node: Node, generated_name: str, index: int | None) -> str | None:
        """One weight or bias: a parameter's name, a number (which is then given a name), or null.

        It is entry `index`, from 1, of the list at `parent`, or where `index` is None the value there.
        """
        expected = "a parameter's name, a number or null"
        if isinstance(node, Scalar):
            value = to_number(node.text, expected)
            if isinstance(value, Number):
                self.numbered[generated_name] = value
                return generated_name
            if node.is_null:
                return None
        cursor = parent.at(node, parent.path if index is None else f"{parent.path}[{index - 1}]")
        if not isinstance(node, Scalar):
            cursor.refuse(expected)
        is_name = len(node.text) <= NAME_CHARACTERS and NAME.fullmatch(node.text)
        if not is_name or is_unbounded(node.text):
            cursor.fail(str(value))
        self.used.setdefault(node.text, cursor)
        return node.text

    def numbered_row(self, prefix: str, count: int, values: Iterator[float]) -> tuple[str, ...]:
        """Names for the next so many values."""
        names = tuple(f"{prefix}_{k}" for k in range(1, count + 1))
        self.numbered.update((name, number(next(values))) for name in names)
        return names

    def generated(self, cursor: Cursor, shape: tuple[int, ...]) -> Iterator[float]:
        """Values drawn at random or read from a file, row by row."""
        if cursor.value("file"):
            table = cursor.table(("file", "key"))
            if "file" not in table:
                cursor.fail("file is empty; expected a path to an .npz file")
            from backtrace.config.arrays import read_array  # and with it zipfile and numpy

            return read_array(table["file"], table.get("key"), shape, self.folder)
        table = cursor.table(("random", "low", "high", "std", "file", "key"))
        if "random" not in table:
            cursor.fail("found neither random nor file; expected {random: uniform} or {file: weights.npz}")
        draw = self.draw(cursor, table)
        return (draw() for _ in range(math.prod(shape)))

    def draw(self, cursor: Cursor, table: dict[str, Cursor]) -> Callable[[], float]:
        kind = table["random"].choice(_DRAWN)
        if self.random is None:
            cursor.fail("random values need a seed; expected one at the top level, as seed: 1")
        for key in table:
            if key not in ("random", *_DRAWN[kind]):
                table[key].fail(f"{kind} takes no {key}; expected {' and '.join(_DRAWN[kind])}")
        if kind == "normal":
            std = _bounded(table.get("std"), 0.1)
            if std <= 0:
                table["std"].refuse("a number above 0")
            return partial(self.random.gauss, 0.0, std)
        low, high = _bounded(table.get("low"), -0.5), _bounded(table.get("high"), 0.5)
        if low >= high:
            cursor.fail(f"found low {low:g} and high {high:g}; expected low below high")
        return partial(self.random.uniform, low, high)


def _bounded(cursor: Cursor | None, usual: float) -> float:
    """A number that cannot take a random one out of range."""
    value = usual if cursor is None else cursor.number().value
    if cursor and abs(value) > LARGEST_RANDOM:
        cursor.refuse(f"a number from -{LARGEST_RANDOM:g} to {LARGEST_RANDOM:g}")
    return value


def _counted(names: Names, what: str) -> str:
    """The count of some names, and the names: "2 (sources i_1, i_2)"."""
    return f"{len(names)} ({what}{'s' if len(names) > 1 else ''} {listed(names)})"

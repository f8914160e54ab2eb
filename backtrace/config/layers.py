"""The `layers` form: units, weights, biases and activations → layers, and the parameters in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from backtrace.config.cursor import MAX_NAME, Cursor, is_unbounded, one_of, to_number
from backtrace.config.formulas import MAX_PARTS, offset_of, parts_of_derivatives, read_formula
from backtrace.config.nodes import Node, Scalar, Sequence, StrPath
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.derivation.expressions import Expression, Number, number, symbols
from backtrace.derivation.names import LAYER_NAME, NAME, UNIT_NAME, spell
from backtrace.errors import Location, nearest, quoted
from backtrace.problem import INPUTS, Activation, Layer

MAX_LAYERS = 100
MAX_UNITS = 20_000
MAX_WEIGHTS = 300_000
MAX_SOFTMAX = 1_000  # every unit of a softmax layer acts on every other
MAX_RANDOM = 1e6

KEYS = ("name", "units", "activation", "weights", "biases", "bias_input", "from")


class LayersReader:
    """Reads the layers one after another; `parameters` and `used` fill up on the way.

    `numbered` are the parameters that the config gave as numbers, under the names made for them; `used` tells
    where each named one stands first.
    """

    def __init__(self, inputs: tuple[str, ...], seed: int | None, bias_input: int, folder: StrPath) -> None:
        self.inputs = inputs
        self.random = None if seed is None else random.Random(seed)
        self.bias_input = bias_input
        self.folder = folder
        self.layers: list[Layer] = []
        self.numbered: dict[str, Number] = {}
        self.used: dict[str, tuple[Scalar, Cursor, int | None]] = {}
        self.steps: list[Location] = []
        self.weights_seen = 0

    def read(self, cursor: Cursor) -> list[Layer]:
        entries = cursor.items("a list of layers")
        if not 1 <= len(entries) <= MAX_LAYERS:
            cursor.fail(f"found {len(entries):,} layers; expected 1 to {MAX_LAYERS}")
        for position, entry in enumerate(entries, start=1):
            self.layers.append(self.layer(entry, position))
        return self.layers

    def layer(self, cursor: Cursor, position: int) -> Layer:
        table = cursor.table(KEYS, "a layer (a mapping)")
        for required in ("units", "weights"):
            if required not in table:
                cursor.fail(f"{required} missing; a layer needs units and weights")
        name = self.name(cursor, table.get("name"), position)
        units = self.units(table["units"], position)
        sources = self.sources(table.get("from"))
        columns = list(self.columns(sources))
        rows = self.weights(table["weights"], position, units, columns)
        biases: tuple[str | None, ...] = (None,) * len(units)
        if "biases" in table:
            biases = self.biases(table["biases"], position, units)
        bias_input = self.bias_input
        if "bias_input" in table:
            bias_input = table["bias_input"].sign()
        activation = self.activation(table.get("activation"))
        if activation.name == "softmax" and len(units) > MAX_SOFTMAX:
            table["activation"].fail(f"softmax over {len(units):,} units; expected at most {MAX_SOFTMAX:,}")
        return Layer(name, units, activation, rows, biases, sources, bias_input)

    def name(self, cursor: Cursor, given: Cursor | None, position: int) -> str:
        name = given.name("a layer", LAYER_NAME) if given else str(position)
        place = given or cursor
        if name == INPUTS:
            place.fail(f"{quoted(name)} is what from calls the inputs; expected another name for a layer")
        if any(spell(name) == spell(layer.name) for layer in self.layers):
            place.fail(f"two layers would be called {quoted(name)}; expected a name of its own")
        return name

    def units(self, cursor: Cursor, position: int) -> tuple[str, ...]:
        if cursor.is_scalar:
            count = cursor.whole(1, MAX_UNITS, "a list of names, or ")
            names = [f"{position}_{unit}" for unit in range(1, count + 1)]
            places = [cursor] * count
        else:
            places = cursor.items("a list of unit names, or a count")
            if not 1 <= len(places) <= MAX_UNITS:
                cursor.fail(f"found {len(places):,} units; expected 1 to {MAX_UNITS:,}")
            names = [place.name("a unit", UNIT_NAME) for place in places]
        taken = {spell(unit) for layer in self.layers for unit in layer.units}
        for name, place in zip(names, places, strict=True):
            if spell(name) in taken:
                place.fail(f"two units would be called {quoted(name)}; expected a name of its own")
            taken.add(spell(name))
        return tuple(names)

    def sources(self, cursor: Cursor | None) -> tuple[str, ...]:
        known = [INPUTS, *(layer.name for layer in self.layers)]
        if cursor is None:
            return (known[-1],)
        entries = cursor.items("a list of layer names and 'inputs'")
        if not entries:
            cursor.fail("found an empty list; expected layer names and 'inputs'")
        names = []
        for entry in entries:
            name = entry.text("a layer's name")
            if name not in known:
                entry.fail(
                    f"no layer {quoted(name)} before this one; expected {one_of(known)}{nearest(name, known)}"
                )
            if name in names:
                entry.fail(f"{quoted(name)} stands twice")
            names.append(name)
        return tuple(names)

    def columns(self, sources: tuple[str, ...]) -> Iterator[str]:
        for source in sources:
            if source == INPUTS:
                yield from self.inputs
            else:
                yield from next(layer.units for layer in self.layers if layer.name == source)

    def weights(
        self, cursor: Cursor, position: int, units: tuple[str, ...], columns: list[str]
    ) -> tuple[tuple[str | None, ...], ...]:
        self.weights_seen += len(units) * len(columns)
        if self.weights_seen > MAX_WEIGHTS:
            cursor.fail(
                f"{len(units):,} units with {len(columns):,} sources each make {self.weights_seen:,} weights "
                f"so far; expected at most {MAX_WEIGHTS:,}"
            )
        prefix = f"w_{position}"
        if cursor.is_mapping:
            values = self.generated(cursor, (len(units), len(columns)))
            return tuple(
                tuple(
                    self.numbered_as(f"{prefix}_{j}_{k}", number(next(values)))
                    for k in range(1, len(columns) + 1)
                )
                for j in range(1, len(units) + 1)
            )
        rows = cursor.items("a matrix (a list of rows), or {random: …} or {file: …}")
        for row in rows:
            if not row.is_list:
                expected = f"a row, a list of {len(columns)} ({_listed('source', columns)})"
                row.fail(f"found {row.found}; expected {expected}")
        if len(rows) != len(units):
            plural = "s" if len(rows) != 1 else ""
            cursor.fail(f"{len(rows)} row{plural}, expected {len(units)} ({_listed('unit', units)})")
        matrix = []
        for j, row in enumerate(rows, start=1):
            assert isinstance(row.node, Sequence)
            nodes = row.node.items
            if len(nodes) != len(columns):
                cursor.at(row.node, cursor.path).fail(
                    f"row {j} has {_entries(nodes)}, expected {len(columns)} ({_listed('source', columns)})"
                )
            matrix.append(
                tuple(self.entry(row, node, f"{prefix}_{j}_{k}", k) for k, node in enumerate(nodes, start=1))
            )
        return tuple(matrix)

    def biases(self, cursor: Cursor, position: int, units: tuple[str, ...]) -> tuple[str | None, ...]:
        prefix = f"b_{position}"
        if cursor.is_mapping:
            values = self.generated(cursor, (len(units),))
            return tuple(
                self.numbered_as(f"{prefix}_{j}", number(next(values))) for j in range(1, len(units) + 1)
            )
        if isinstance(cursor.node, Scalar):
            return (self.entry(cursor, cursor.node, prefix, None),) * len(units)
        assert isinstance(cursor.node, Sequence)
        nodes = cursor.node.items
        if len(nodes) != len(units):
            cursor.fail(f"{_entries(nodes)}, expected {len(units)} ({_listed('unit', units)})")
        return tuple(self.entry(cursor, node, f"{prefix}_{j}", j) for j, node in enumerate(nodes, start=1))

    def entry(self, parent: Cursor, node: Node, made_name: str, index: int | None) -> str | None:
        """One weight or bias: a parameter's name, a number (which is then given a name), or null."""
        if isinstance(node, Scalar):
            value = to_number(node.text, "a parameter's name, a number or null")
            if isinstance(value, Number):
                return self.numbered_as(made_name, value)
            if node.is_null:
                return None
            if NAME.fullmatch(node.text) and len(node.text) <= MAX_NAME and not is_unbounded(node.text):
                self.used.setdefault(node.text, (node, parent, index))
                return node.text
        cursor = entry_of(parent, node, index)
        if isinstance(node, Scalar):
            assert isinstance(value, str)
            cursor.fail(value)
        return cursor.fail(f"found {cursor.found}; expected a parameter's name, a number or null")

    def numbered_as(self, name: str, value: Number) -> str:
        self.numbered[name] = value
        return name

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
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        return (draw() for _ in range(count))

    def draw(self, cursor: Cursor, table: dict[str, Cursor]) -> Callable[[], float]:
        kind = table["random"].choice(("uniform", "normal"))
        if self.random is None:
            cursor.fail("random values need a seed; expected one at the top level, as seed: 1")
        source = self.random
        for key in ("low", "high", "key") if kind == "normal" else ("std", "key"):
            if key in table:
                table[key].fail(
                    f"{kind} takes no {key}; expected {'std' if kind == 'normal' else 'low and high'}"
                )
        if kind == "normal":
            std = self.bounded(table["std"]) if "std" in table else 0.1
            if std <= 0:
                table["std"].fail(f"found {table['std'].found}; expected a number above 0")
            return lambda: source.gauss(0.0, std)
        low = self.bounded(table["low"]) if "low" in table else -0.5
        high = self.bounded(table["high"]) if "high" in table else 0.5
        if low >= high:
            cursor.fail(f"found low {low:g} and high {high:g}; expected low below high")
        return lambda: source.uniform(low, high)

    def bounded(self, cursor: Cursor) -> float:
        """A number that cannot take a random one out of range."""
        value = cursor.number().value
        if abs(value) > MAX_RANDOM:
            cursor.fail(f"found {cursor.found}; expected a number from -{MAX_RANDOM:g} to {MAX_RANDOM:g}")
        return value

    def activation(self, cursor: Cursor | None) -> Activation:
        if cursor is None:
            return Activation("linear", {})
        options: dict[str, Cursor] = {}
        if cursor.is_mapping:
            entries = list(cursor.entries("an activation"))
            if len(entries) != 1:
                cursor.fail(
                    f"found {len(entries)} keys; expected one activation, as {{leaky_relu: {{slope: 0.01}}}}"
                )
            key, inner = entries[0]
            name = key.choice(ACTIVATIONS)
            known = ACTIVATIONS[name].options
            if not inner.is_null:
                if not known:
                    inner.fail(f"{name} takes no options; expected activation: {name}")
                options = inner.table(
                    known, f"options, as {{{', '.join(f'{k}: {v}' for k, v in known.items())}}}"
                )
        else:
            name = cursor.choice(ACTIVATIONS)
        if name == "step":
            self.steps.append(cursor.location)
        values = {key: number(value) for key, value in ACTIVATIONS[name].options.items()}
        for option, given in options.items():
            values[option] = given.number()
            if values[option].value < 0:
                given.fail(f"found {given.found}; expected a number that is not negative")
        return Activation(name, values)


def entry_of(parent: Cursor, node: Node, index: int | None) -> Cursor:
    """A weight or bias as a place: entry `index`, from 1, of a list, or where None the value itself."""
    return parent.at(node, parent.path if index is None else f"{parent.path}[{index - 1}]")


def _entries(nodes: list[Node]) -> str:
    return "1 entry" if len(nodes) == 1 else f"{len(nodes)} entries"


def _listed(what: str, names: list[str] | tuple[str, ...], most: int = 6) -> str:
    """Names for a message: "sources i_1, i_2", and not all of 784."""
    plural = "s" if len(names) > 1 else ""
    shown = ", ".join(names[:most])
    return f"{what}{plural} {shown}" + (f", … {names[-1]}" if len(names) > most else "")


def read_cost(
    cursor: Cursor | None, targets: tuple[str, ...], network_outputs: tuple[str, ...]
) -> str | Expression:
    """The name of a row of `COSTS`, or an expression over outputs and targets."""
    if cursor is None:
        return "half_squared_error"
    text = cursor.text("a cost's name or a formula")
    if text in COSTS:
        if not targets:
            cursor.fail(
                f"{text} compares outputs with targets, and there are no targets; expected targets: […]"
            )
        return text
    names = [f"a_{spell(unit)}" for unit in network_outputs] + [spell(target) for target in targets]
    if NAME.fullmatch(text) and spell(text) not in names:
        hint = nearest(text, (*COSTS, *names)) or f"; expected {one_of(COSTS)}, or a formula"
        cursor.fail(f"unknown cost {quoted(text)}{hint}")
    expression = read_formula(cursor)
    for symbol in symbols(expression):
        if symbol.id not in names:
            hint = nearest(symbol.id, names) or f"; expected {one_of(names[:6])}"
            offset = offset_of(cursor, symbol.text)
            cursor.fail(f"{quoted(symbol.text)} is no output and no target{hint}", offset)
    if parts_of_derivatives(expression) > MAX_PARTS:
        cursor.fail(f"the derivatives come to more than {MAX_PARTS:,} parts; expected a shorter formula")
    return expression

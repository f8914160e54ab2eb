"""The `layers` form: units, weights, biases and activations → layers, and the parameters in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from backtrace.config.arrays import read_array
from backtrace.config.cursor import Cursor, one_of, to_number
from backtrace.config.nodes import Node, Scalar, Sequence
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.derivation.expressions import Expression, Number, number, symbols
from backtrace.derivation.names import LAYER_NAME, NAME, UNIT_NAME, spell
from backtrace.derivation.parser import ExpressionError, parse
from backtrace.errors import Location, nearest, quoted
from backtrace.problem import INPUTS, Activation, Layer

MAX_LAYERS = 100
MAX_UNITS = 20_000
MAX_WEIGHTS = 2_000_000

KEYS = ("name", "units", "activation", "weights", "biases", "bias_input", "from")


class LayersReader:
    """Reads the layers one after another; `parameters` and `used` fill up on the way.

    `numbered` are the parameters that the config gave as numbers, under the names made for them; `used` tells
    where each named one stands first.
    """

    def __init__(self, inputs: tuple[str, ...], seed: int | None, bias_input: int, folder: Path) -> None:
        self.inputs = inputs
        self.random = None if seed is None else random.Random(seed)
        self.bias_input = bias_input
        self.folder = folder
        self.layers: list[Layer] = []
        self.numbered: dict[str, Number] = {}
        self.used: dict[str, tuple[Scalar, str]] = {}
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
        name = table["name"].name("a layer", LAYER_NAME) if "name" in table else str(position)
        if name == INPUTS or any(name == layer.name for layer in self.layers):
            place = table.get("name", cursor)
            place.fail(f"two layers would be called {quoted(name)}; expected a name of its own")
        units = self.units(table["units"], position)
        sources = self.sources(table.get("from"))
        columns = list(self.columns(sources))
        rows = self.weights(table["weights"], position, units, columns)
        biases: tuple[str | None, ...] = (None,) * len(units)
        if "biases" in table:
            biases = self.biases(table["biases"], position, units)
        bias_input = self.bias_input
        if "bias_input" in table:
            bias_input = 1 if table["bias_input"].choice(("1", "-1")) == "1" else -1
        activation = self.activation(table.get("activation"))
        return Layer(name, units, activation, rows, biases, sources, bias_input)

    def units(self, cursor: Cursor, position: int) -> tuple[str, ...]:
        if not cursor.is_list:
            count = cursor.whole(1, MAX_UNITS)
            return tuple(f"{position}_{unit}" for unit in range(1, count + 1))
        entries = cursor.items("unit names, or a count")
        if not 1 <= len(entries) <= MAX_UNITS:
            cursor.fail(f"found {len(entries):,} units; expected 1 to {MAX_UNITS:,}")
        names = [entry.name("a unit", UNIT_NAME) for entry in entries]
        taken = {spell(unit) for layer in self.layers for unit in layer.units}
        for name, entry in zip(names, entries, strict=True):
            if spell(name) in taken:
                entry.fail(f"two units are called {quoted(name)}; expected a name of its own")
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
            cursor.fail(f"{self.weights_seen:,} weights so far; expected at most {MAX_WEIGHTS:,}")
        prefix = f"w_{position}"
        if cursor.is_mapping:
            values = self.generated(cursor, (len(units), len(columns)))
            return tuple(
                tuple(
                    self.numbered_as(f"{prefix}_{j}_{k}", number(next(values)), cursor)
                    for k in range(1, len(columns) + 1)
                )
                for j in range(1, len(units) + 1)
            )
        rows = cursor.items("a matrix (a list of rows), or {random: …} or {file: …}")
        if len(rows) != len(units):
            plural = "s" if len(rows) != 1 else ""
            cursor.fail(f"{len(rows)} row{plural}, expected {len(units)} ({_listed('unit', units)})")
        matrix = []
        for j, row in enumerate(rows, start=1):
            if not isinstance(row.node, Sequence):
                row.fail(
                    f"found {row.found}; expected a row of {len(columns)} ({_listed('source', columns)})"
                )
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
                self.numbered_as(f"{prefix}_{j}", number(next(values)), cursor)
                for j in range(1, len(units) + 1)
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
            text = node.text
            if node.plain and node.is_null:
                return None
            if NAME.fullmatch(text) and len(text) <= 60:
                self.used.setdefault(text, (node, parent.path))
                return text
            value = to_number(text)
            if isinstance(value, Number):
                return self.numbered_as(made_name, value, parent.at(node, parent.path))
        cursor = parent.at(node, parent.path if index is None else f"{parent.path}[{index - 1}]")
        return cursor.fail(f"found {cursor.found}; expected a parameter's name, a number or null")

    def numbered_as(self, name: str, value: Number, cursor: Cursor) -> str:
        self.numbered[name] = value
        return name

    def generated(self, cursor: Cursor, shape: tuple[int, ...]) -> Iterator[float]:
        """Values drawn at random or read from a file, row by row."""
        keys = [key.text("a key") for key, _ in cursor.entries("a mapping")]
        if "file" in keys:
            table = cursor.table(("file", "key"))
            return read_array(table["file"], table.get("key"), shape, self.folder)
        table = cursor.table(("random", "low", "high", "std"), "{random: …} or {file: …}")
        if "random" not in table:
            cursor.fail(
                "found no 'random' and no 'file'; expected {random: uniform}, {random: normal} or {file: …}"
            )
        draw = self.draw(cursor, table)
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        return (draw() for _ in range(count))

    def draw(self, cursor: Cursor, table: dict[str, Cursor]) -> Callable[[], float]:
        kind = table["random"].choice(("uniform", "normal"))
        if self.random is None:
            cursor.fail("random values need a seed; expected a top-level seed: (a whole number)")
        source = self.random
        for key in ("low", "high") if kind == "normal" else ("std",):
            if key in table:
                table[key].fail(
                    f"{kind} takes no {key}; expected {'std' if kind == 'normal' else 'low and high'}"
                )
        if kind == "normal":
            std = table["std"].number().value if "std" in table else 0.1
            if std <= 0:
                table["std"].fail(f"found {table['std'].found}; expected a number above 0")
            return lambda: source.gauss(0.0, std)
        low = table["low"].number().value if "low" in table else -0.5
        high = table["high"].number().value if "high" in table else 0.5
        if low >= high:
            cursor.fail(f"low {low:g} is not below high {high:g}")
        return lambda: source.uniform(low, high)

    def activation(self, cursor: Cursor | None) -> Activation:
        if cursor is None:
            return Activation("linear")
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
            if not known:
                key.fail(f"{name} takes no options; expected activation: {name}")
            options = inner.table(known, f"{name}'s options") if not inner.is_null else {}
        else:
            name = cursor.choice(ACTIVATIONS)
        if name == "step":
            self.steps.append(cursor.location)
        values = {key: number(value) for key, value in ACTIVATIONS[name].options.items()}
        for option, given in options.items():
            values[option] = given.number()
        return Activation(name, values)


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
    text = cursor.text("a cost's name or an expression")
    if text in COSTS:
        if not targets:
            cursor.fail(
                f"{text} compares outputs with targets, and there are no targets; expected targets: […]"
            )
        return text
    names = {f"a_{spell(unit)}" for unit in network_outputs} | {spell(target) for target in targets}
    if NAME.fullmatch(text) and spell(text) not in names:
        cursor.fail(
            f"unknown cost {quoted(text)}; expected {one_of(COSTS)}, or an expression{nearest(text, COSTS)}"
        )
    try:
        expression = parse(text)
    except ExpressionError as error:
        cursor.fail(error.message, error.offset)
    for symbol in symbols(expression):
        if symbol.id not in names:
            hint = nearest(symbol.id, names)
            cursor.fail(f"{quoted(symbol.text)} is no output and no target{hint}", text.find(symbol.text))
    return expression

"""The `layers` form: names, units, sources and activations; `weights` reads the rest of a layer."""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.config.cursor import Cursor, one_of
from backtrace.config.files import Folder
from backtrace.config.weights import WeightsReader
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.errors import Location, nearest, quoted
from backtrace.limits import LAYERS, SOFTMAX_UNITS, UNITS
from backtrace.problem.problem import INPUTS, Activation, Layer
from backtrace.symbolic.expressions import number
from backtrace.symbolic.ids import LAYER_NAME, UNIT_NAME, spell

KEYS = ("name", "units", "activation", "weights", "biases", "bias_input", "from")


class LayersReader:
    """Reads the layers one after another; `steps` has the places of step functions."""

    def __init__(self, inputs: tuple[str, ...], seed: int | None, bias_input: int, folder: Folder) -> None:
        self.inputs = inputs
        self.bias_input = bias_input
        self.weights = WeightsReader(seed, folder)
        self.layers: list[Layer] = []
        self.steps: dict[str, Location] = {}

    def read(self, cursor: Cursor) -> list[Layer]:
        for position, entry in enumerate(cursor.items("a list of layers", "layers", LAYERS), start=1):
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
        rows = self.weights.matrix(table["weights"], position, units, tuple(self.columns(sources)))
        biases = self.weights.biases(table.get("biases"), position, units)
        bias_input = table["bias_input"].sign() if "bias_input" in table else self.bias_input
        activation = self.activation(table.get("activation"))
        if activation.name == "softmax" and len(units) > SOFTMAX_UNITS:
            table["activation"].fail(f"softmax over {len(units):,} units; expected at most {SOFTMAX_UNITS:,}")
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
            count = cursor.whole(1, UNITS, "a list of names, or ")
            names = [f"{position}_{unit}" for unit in range(1, count + 1)]
            places = [cursor] * count
        else:
            places = cursor.items("a list of unit names, or a count", "units", UNITS)
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
                entry.fail(f"{quoted(name)} is a duplicate")
            names.append(name)
        return tuple(names)

    def columns(self, sources: tuple[str, ...]) -> Iterator[str]:
        for source in sources:
            if source == INPUTS:
                yield from self.inputs
            else:
                yield from next(layer.units for layer in self.layers if layer.name == source)

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
            self.steps[cursor.path] = cursor.location
        values = {key: number(value) for key, value in ACTIVATIONS[name].options.items()}
        for option, given in options.items():
            values[option] = given.number()
            if values[option].value < 0:
                given.refuse("a number that is not negative")
        return Activation(name, values)

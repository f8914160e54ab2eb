"""A config's text → `Problem`: the top-level keys, and how its parts fit together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

from backtrace.config.collisions import check_collisions
from backtrace.config.computation import read_computation, step_places
from backtrace.config.cursor import Cursor
from backtrace.config.layers import LayersReader, read_cost
from backtrace.config.nodes import compose
from backtrace.config.settings import read_hand, read_notation, read_samples, read_update
from backtrace.derivation.expressions import Number
from backtrace.derivation.names import spell
from backtrace.errors import Location, nearest, quoted
from backtrace.problem import Computation, Layer, Network, Problem, Sample, parameter_names

_HEAD = ("title", "source", "inputs", "targets")
_REST = (
    "parameters",
    "fixed",
    "objective",
    "delta",
    "update",
    "batch",
    "samples",
    "notation",
    "hand",
    "seed",
)
LAYER_KEYS = (*_HEAD, "layers", "bias_input", "cost", *_REST)
EQUATION_KEYS = (*_HEAD, "equations", "objective_symbol", "deltas", *_REST)


def read_problem(text: str, file: str, folder: Path) -> Problem:
    """The problem that a config's text describes.

    Args:
        text: YAML.
        file: what the config is called in messages.
        folder: where `.npz` files named in it are looked for.

    Raises:
        BacktraceError: anything is wrong with it, with the place.

    """
    return _Reader(Cursor(compose(text, file), "", file), folder).problem()


class _Reader:
    def __init__(self, root: Cursor, folder: Path) -> None:
        keys = [
            key.text("a key") for key, _ in root.entries("a config (a mapping), see `backtrace examples`")
        ]
        self.root = root
        self.folder = folder
        if "layers" in keys and "equations" in keys:
            root.fail("found both layers and equations; expected one of them")
        self.is_network = "equations" not in keys
        if self.is_network and "layers" not in keys:
            unknown = next((key for key in keys if key not in (*LAYER_KEYS, *EQUATION_KEYS)), None)
            hint = nearest(unknown, ("layers", "equations")) if unknown else ""
            root.fail(f"found neither layers nor equations; expected one of them{hint}")
        self.table = root.table(LAYER_KEYS if self.is_network else EQUATION_KEYS)
        self.places: dict[str, Cursor] = {}

    def problem(self) -> Problem:
        table = self.table
        inputs = self.names("inputs", "an input")
        targets = self.names("targets", "a target")
        seed = table["seed"].whole(0, 2**63) if "seed" in table else None
        parameters = self.parameters()
        locations: dict[str, Location] = {}
        model: Network | Computation
        if self.is_network:
            model, parameters, locations = self.network(inputs, targets, parameters, seed)
        else:
            model, locations = self.computation(inputs, targets, parameters)
        scored = not targets and not (isinstance(model, Network) and isinstance(model.cost, str))
        problem = Problem(
            title=self.text("title") or Path(self.root.file).stem,
            source=self.text("source"),
            model=model,
            inputs=inputs,
            targets=targets,
            parameters=parameters,
            samples=self.samples(inputs, targets, scored),
            fixed=self.fixed(parameters),
            objective=cast(Literal["minimize", "maximize"], self.choice("objective", "minimize", "maximize")),
            delta=cast(Literal["gradient", "descent"], self.choice("delta", "gradient", "descent")),
            update=read_update(table["update"]) if "update" in table else None,
            batch=cast(Literal["online", "sum", "mean"], self.choice("batch", "online", "sum", "mean")),
            notation=read_notation(table.get("notation")),
            hand=read_hand(table["hand"]) if "hand" in table else None,
            seed=seed,
            locations=locations,
        )
        check_collisions(problem, lambda name, message: self.places.get(name, self.root).fail(message))
        return problem

    def text(self, key: str) -> str:
        return self.table[key].text("text") if key in self.table else ""

    def choice(self, key: str, *options: str) -> str:
        return self.table[key].choice(options) if key in self.table else options[0]

    def names(self, key: str, what: str) -> tuple[str, ...]:
        if key not in self.table:
            return ()
        names: dict[str, str] = {}
        for entry in self.table[key].items(f"a list of names ({key}: [x_1, x_2])"):
            name = entry.name(what)
            if spell(name) in names:
                entry.fail(f"{quoted(name)} stands twice")
            names[spell(name)] = name
            self.places.setdefault(name, entry)
        return tuple(names.values())

    def parameters(self) -> Mapping[str, Number]:
        if "parameters" not in self.table:
            return {}
        parameters: dict[str, Number] = {}
        ids: dict[str, str] = {}
        for key, value in self.table["parameters"].entries("values by name, as {w_1: 0.1}"):
            name = key.name("a parameter")
            if spell(name) in ids:
                key.fail(
                    f"{ids[spell(name)]} and {name} would share the id {spell(name)}; expected another name"
                )
            ids[spell(name)] = name
            parameters[name] = value.number()
            self.places[name] = key
        return parameters

    def network(
        self,
        inputs: tuple[str, ...],
        targets: tuple[str, ...],
        parameters: Mapping[str, Number],
        seed: int | None,
    ) -> tuple[Network, Mapping[str, Number], dict[str, Location]]:
        if not inputs:
            self.root.fail("inputs missing; a network needs inputs: [i_1, …]")
        bias_input = 1 if self.choice("bias_input", "1", "-1") == "1" else -1
        reader = LayersReader(inputs, seed, bias_input, self.folder)
        layers = reader.read(self.table["layers"])
        outputs = layers[-1].units
        if targets and len(targets) != len(outputs):
            self.table["targets"].fail(
                f"{len(targets)} target{'s' if len(targets) > 1 else ''}, expected {len(outputs)}, "
                f"one for each unit of layer {layers[-1].name}"
            )
        cost = read_cost(self.table.get("cost"), targets, outputs)
        locations = {"step": reader.steps[0]} if reader.steps else {}
        return Network(tuple(layers), cost), self.used_parameters(reader, layers, parameters), locations

    def used_parameters(
        self, reader: LayersReader, layers: list[Layer], parameters: Mapping[str, Number]
    ) -> Mapping[str, Number]:
        """The parameters, layer by layer in the order the config gives them; each has a value and a use."""
        for name, (node, path) in reader.used.items():
            if name not in parameters and name not in reader.numbered:
                known = [*parameters, *reader.numbered]
                Cursor(node, path, self.root.file).fail(
                    f"parameter {quoted(name)} has no value; expected one under parameters"
                    f"{nearest(name, known)}"
                )
        for name in parameters:
            if name in reader.numbered:
                self.places[name].fail(f"{quoted(name)} is defined twice: here and as a number in the layers")
            if name not in reader.used:
                hint = nearest(
                    name, [used for used in reader.used if used not in parameters] or list(reader.used)
                )
                self.places[name].fail(f"{quoted(name)} is used by no layer{hint}")
        values = {**parameters, **reader.numbered}
        position = {name: i for i, name in enumerate(values)}
        ordered: dict[str, Number] = {}
        for layer in layers:
            for name in sorted(parameter_names(layer), key=position.__getitem__):
                ordered.setdefault(name, values[name])
        return ordered

    def computation(
        self, inputs: tuple[str, ...], targets: tuple[str, ...], parameters: Mapping[str, Number]
    ) -> tuple[Computation, dict[str, Location]]:
        if "objective_symbol" not in self.table:
            self.root.fail(
                "objective_symbol missing; expected the name of the equation that is differentiated"
            )
        equations = self.table["equations"]
        givens = {spell(name): name for name in (*inputs, *targets, *parameters)}
        model = read_computation(equations, self.table["objective_symbol"], self.table.get("deltas"), givens)
        for name in (key for key, _ in equations.entries("equations by name")):
            self.places.setdefault(name.text("a name"), name)
        steps = list(step_places(equations))
        return model, {"step": steps[0].location} if steps else {}

    def samples(self, inputs: tuple[str, ...], targets: tuple[str, ...], scored: bool) -> tuple[Sample, ...]:
        if "samples" in self.table:
            return read_samples(self.table["samples"], inputs, targets, scored)
        if inputs or targets:
            self.root.fail("samples missing; expected samples: [{inputs: […], targets: […]}]")
        return (Sample((), ()),)

    def fixed(self, parameters: Mapping[str, Number]) -> frozenset[str]:
        if "fixed" not in self.table:
            return frozenset()
        names = []
        for entry in self.table["fixed"].items("a list of parameter names"):
            name = entry.text("a parameter's name")
            if name not in parameters:
                entry.fail(f"no parameter {quoted(name)}{nearest(name, parameters)}")
            names.append(name)
        return frozenset(names)

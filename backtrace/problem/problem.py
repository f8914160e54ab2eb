"""A problem: the contents of a config, checked and ready to derive from.

Plain immutable data. `config` builds it from YAML, `derivation` turns it into equations; it knows neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from backtrace.errors import BacktraceError, Location
from backtrace.problem.notation import Notation
from backtrace.symbolic.expressions import Expression, Number
from backtrace.symbolic.ids import spell

INPUTS = "inputs"  # how `from` names the inputs among the layers


class Activation(NamedTuple):
    """A row of the table `ACTIVATIONS`, with the options that a config gave it."""

    name: str
    options: Mapping[str, Number]


class Layer(NamedTuple):
    """One layer; `weights` has a row per unit and a column per source, in the order of `sources`.

    An entry is a parameter's name, or None where there is no connection (or no bias).
    """

    name: str
    units: tuple[str, ...]
    activation: Activation
    weights: tuple[tuple[str | None, ...], ...]
    biases: tuple[str | None, ...]
    sources: tuple[str, ...]
    bias_input: int = 1

    @property
    def is_softmax(self) -> bool:
        """Whether each unit acts on the whole layer, by way of the sum that all are divided by."""
        return self.activation.name == "softmax"


def parameters_of(layer: Layer) -> Iterator[str]:
    """The parameters in a layer's weights and biases, a tied one as often as it stands there."""
    return (name for row in (*layer.weights, layer.biases) for name in row if name is not None)


def in_order_of_layers(layers: Iterable[Layer], names: Iterable[str]) -> Iterator[str]:
    """The parameters layer by layer, those of a layer in the order of `names`."""
    position = {name: i for i, name in enumerate(names)}
    for layer in layers:
        yield from sorted(set(parameters_of(layer)), key=position.__getitem__)


class Network(NamedTuple):
    """The `layers` form of a config."""

    layers: tuple[Layer, ...]
    cost: str | Expression


class Computation(NamedTuple):
    """The `equations` form: expressions by name, in an order in which they can be evaluated.

    `deltas` maps the name of a delta to the symbol whose gradient it names.
    """

    equations: Mapping[str, Expression]
    objective: str
    deltas: Mapping[str, str]


class Sample(NamedTuple):
    """One sample's inputs and targets, in the order of the problem's names; targets may be absent."""

    inputs: tuple[Number, ...]
    targets: tuple[Number, ...] | None


class Update(NamedTuple):
    """A row of the table `UPDATE_RULES` and its constants by name."""

    rule: str
    constants: Mapping[str, Number]


class Problem(NamedTuple):
    """Everything that a derivation needs.

    `hand` maps a kind of quantity (or "all") to the decimals a person keeps of it. `echo` are the what-ifs
    of the command line. `locations` has, by path, the places of step functions, which only a backward pass
    can refuse.
    """

    title: str
    source: str
    model: Network | Computation
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    parameters: Mapping[str, Number]
    samples: tuple[Sample, ...]
    fixed: frozenset[str] = frozenset()
    objective: Literal["minimize", "maximize"] = "minimize"
    delta: Literal["gradient", "descent"] = "gradient"
    update: Update | None = None
    batch: Literal["online", "sum", "mean"] = "online"
    notation: Notation = Notation()
    hand: Mapping[str, int] | None = None
    seed: int | None = None
    echo: tuple[str, ...] = ()
    locations: Mapping[str, Location] = MappingProxyType({})

    @property
    def trained(self) -> tuple[str, ...]:
        """The parameters that updates change, in the order they are shown."""
        return tuple(name for name in self.parameters if name not in self.fixed)

    @property
    def objective_id(self) -> str:
        """The id of what gradients are taken of."""
        return "E" if isinstance(self.model, Network) else spell(self.model.objective)

    @property
    def turned(self) -> bool:
        """Whether δ is -∂E/∂h, as in books whose update adds η·δ·x while it minimizes E."""
        return self.delta == "descent" and self.objective == "minimize"

    def columns(self, layer: Layer) -> Iterator[tuple[str, Layer | None]]:
        """The source of each column of a layer's weights: a unit and its layer, or an input and None."""
        assert isinstance(self.model, Network)
        by_name = {other.name: other for other in self.model.layers}
        for name in layer.sources:
            source = None if name == INPUTS else by_name[name]
            yield from ((unit, source) for unit in (source.units if source else self.inputs))

    def check_place(self, sample: int | None, step: int = 1) -> None:
        """Refuse a sample or a step that is not there.

        Raises:
            BacktraceError: there is no such sample, or a second step without an update.
        """
        samples = len(self.samples)
        if sample is not None and not 1 <= sample <= samples:
            have = "there is one sample" if samples == 1 else f"there are samples 1 to {samples}"
            raise BacktraceError(f"no sample {sample}; {have}")
        if step > 1 and self.update is None:
            raise BacktraceError(f"no step {step}: without an update in the config there is one step")

    def own_sample(self, step: int) -> int:
        """The sample that an online step uses."""
        return (step - 1) % len(self.samples) + 1

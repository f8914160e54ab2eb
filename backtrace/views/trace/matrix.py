"""Each layer in matrix form, as a hand-worked derivation has it: H = W·[i; 1] in symbols, numbers, result.

Owns the content of the matrices; must not know how they are set on a page, which is for `matrix_brackets`.
Nothing is computed: every number is looked up in the part's values. So where the product of the matrices is
not the number of a table row (the gradient of a tied parameter is a sum over its uses), no number is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from backtrace.derivation.equation import Equation
from backtrace.derivation.forward_pass import NetworkSymbols
from backtrace.errors import BacktraceError
from backtrace.evaluation.steps import Part
from backtrace.problem.notation import derivative
from backtrace.problem.problem import Layer, Network, Problem, parameters_of
from backtrace.symbolic.expressions import Negative, Sum, Symbol
from backtrace.views.page.records import Look
from backtrace.views.trace.matrix_equation import (
    Entry,
    Grid,
    Matrix,
    MatrixEquation,
    Side,
    column_of,
    grid,
    row_of,
)
from backtrace.views.trace.matrix_letters import Letters

_MOST_NAMES = 5


class LayerMatrices:
    """The matrix equations of a network's layers, for parts as a table shows them.

    Raises:
        BacktraceError: the config has no layers.
    """

    def __init__(self, problem: Problem, look: Look) -> None:
        if not isinstance(problem.model, Network):
            raise BacktraceError("--matrix draws layers, and this config has equations; leave --matrix out")
        self.look = look
        self.problem = problem
        self.network = problem.model
        self.layers = {layer.name: layer for layer in self.network.layers}
        self.symbols = NetworkSymbols(problem, self.network)
        self.uses = Counter(name for layer in self.network.layers for name in parameters_of(layer))

    def after(self, part: Part, equations: Sequence[Equation]) -> list[MatrixEquation]:
        """The equations after a table with these rows of a part.

        That is nothing but after the last rows of a layer; gradients of tied parameters may part its rows.
        """
        layer = self.layers.get(equations[-1].layer or "")
        if layer is None or part.phase not in ("forward", "backward"):
            return []
        last = next(row for row in reversed(part.equations) if row.layer == layer.name)
        if last is not equations[-1]:
            return []
        writer = _MatrixWriter(self, part, layer)
        return list(writer.forward() if part.phase == "forward" else writer.backward())


class _MatrixWriter:
    """The equations of one layer in one part."""

    def __init__(self, matrices: LayerMatrices, part: Part, layer: Layer) -> None:
        self.all = matrices
        self.symbols = matrices.symbols
        self.look = matrices.look
        self.letters = Letters(matrices.problem, matrices.look)
        self.part = part
        self.layer = layer
        self.leaf = matrices.look.leaf(part)
        self.has_biases = any(bias is not None for bias in layer.biases)

    def forward(self) -> Iterator[MatrixEquation]:
        """H = W·[i; 1] and A = f(H)."""
        nets, activations = self._column(self.symbols.net), self._column(self.symbols.activation)
        net, activation = self.letters.net, self.letters.activation
        weights = self._weights()
        yield from self._equation(
            f"{net} = W·{self.letters.source(self.layer)}", nets, [weights, "·", column_of(self._source())]
        )
        name = self.layer.activation.name
        if name == "linear":
            yield from self._equation(f"{activation} = {net}", activations, [nets])
        else:
            function = self.letters.function(self.layer)
            yield from self._equation(
                f"{activation} = {function}({net})", activations, [function, "(", nets, ")"]
            )

    def backward(self) -> Iterator[MatrixEquation]:
        """δ, from the cost or from the layers that this one feeds, and ∂E/∂W = δ·[i; 1]ᵀ."""
        yield from self._softmax_delta() if self.layer.is_softmax else self._delta()
        yield from self._gradient()

    def _delta(self) -> Iterator[MatrixEquation]:
        letters, right = self._passed_back()
        slopes = column_of([self.symbols.slope(unit) for unit in self.layer.units])
        caption = (
            f"{self.letters.delta} = {letters} ⊙ {self.letters.function(self.layer)}′({self.letters.net})"
        )
        yield from self._equation(caption, self._column(self.symbols.delta), [*right, "⊙", slopes])

    def _passed_back(self) -> tuple[str, list[Grid | str]]:
        """The factor of δ besides the slopes: (Wᵀ·δ) of the layers that follow, or ∂E/∂A."""
        blocks = [
            (layer, start)
            for layer in reversed(self.all.network.layers)  # the order in which the rows add them up
            for start in _starts(layer, self.layer.name, self.symbols)
        ]
        if not blocks:
            return self._from_cost()
        letters: list[str] = []
        right: list[Grid | str] = []
        for layer, start in blocks:
            block = f"W_{layer.name}ᵀ·{self.letters.delta}_{layer.name}"
            letters.append(block)
            deltas = column_of([self.symbols.delta[unit] for unit in layer.units])
            right += ["+", self._transposed(layer, start), "·", deltas]
        return f"({' + '.join(letters)})", ["(", *right[1:], ")"]

    def _from_cost(self) -> tuple[str, list[Grid | str]]:
        units = self.layer.units
        shown_errors = {row.id for row in self.part.equations if row.kind == "error"}
        errors = [self.symbols.error[unit] for unit in units]
        if all(error.id in shown_errors for error in errors):
            return self.letters.error, [column_of(errors)]
        gradients = column_of([self.symbols.cost_gradient(unit) for unit in units])
        letters = f"∂{self.symbols.cost.text}/∂{self.letters.activation}"
        return (f"-{letters}", ["-", gradients]) if self.all.problem.turned else (letters, [gradients])

    def _softmax_delta(self) -> Iterator[MatrixEquation]:
        """δ = A - T where the rows say so, else a remark: a softmax unit acts on its whole layer."""
        delta, activation = self.letters.delta, self.letters.activation
        rows = {row.id: row.expression for row in self.part.equations if row.kind == "delta"}
        found = [rows.get(self.symbols.delta[unit].id) for unit in self.layer.units]
        activations = [self.symbols.activation[unit] for unit in self.layer.units]
        targets = [self.symbols.target[unit] for unit in self.layer.units if unit in self.symbols.target]
        a, t = column_of(activations), column_of(targets)
        if found == _differences(activations, targets):
            yield from self._equation(
                f"{delta} = {activation} - T", self._column(self.symbols.delta), [a, "-", t]
            )
        elif found == _differences(targets, activations):
            yield from self._equation(
                f"{delta} = T - {activation}", self._column(self.symbols.delta), [t, "-", a]
            )
        else:
            yield self._remark(
                f"{delta}: a softmax unit acts on its whole layer; each {delta} is in the table"
            )

    def _gradient(self) -> Iterator[MatrixEquation]:
        """∂E/∂W = δ·[i; 1]ᵀ; tied parameters and missing connections have no number in it."""
        cost, delta = self.symbols.cost, self.letters.delta
        sign = "-" if self.all.problem.turned else ""
        caption = f"∂{cost.text}/∂W = {sign}{delta}·{self.letters.source(self.layer)}ᵀ"
        names = {name for name in self._names() if name is not None}
        tied = [name for name in self.all.problem.parameters if name in names and self.all.uses[name] > 1]
        if len(tied) == len(names):
            if tied:
                yield self._remark(f"∂{cost.text}/∂W: {self._tied(tied)}")
            return
        notes = []
        if tied:
            notes.append(f"{self.letters.sum}: {self._tied(tied)}")
        if any(name is None for name in self._names()):
            notes.append(f"{self.letters.missing}: no connection")
        source = self._source()
        left = grid(len(self.layer.units), len(source), self._gradient_entry)
        signs = ["-"] if self.all.problem.turned else []
        yield from self._equation(
            caption, left, [*signs, self._column(self.symbols.delta), "·", row_of(source)], notes
        )

    def _gradient_entry(self, row: int, column: int) -> Entry:
        name = self._name(row, column)
        if name is None:
            return self.letters.missing
        if self.all.uses[name] > 1:
            return self.letters.sum
        return derivative(self.symbols.cost, self.symbols.parameter[name])

    def _tied(self, names: Sequence[str]) -> str:
        """Why there is no number for these parameters."""
        shown = ", ".join(self.look.name(name) for name in names[:_MOST_NAMES])
        if len(names) > _MOST_NAMES:
            shown += f" and {len(names) - _MOST_NAMES:,} more"
        return f"the gradient of a tied parameter ({shown}) is the sum over its uses, in the tables"

    def _equation(
        self, caption: str, left: Grid, right: Sequence[Grid | str], notes: Sequence[str] = ()
    ) -> Iterator[MatrixEquation]:
        """An equation from left = right in symbols to right = left in numbers.

        Nothing where a value is missing, because the pass broke off before it.
        """
        entries = (
            entry for item in (left, *right) if isinstance(item, Grid) for row in item.rows for entry in row
        )
        if any(isinstance(entry, Symbol) and entry.id not in self.part.values for entry in entries):
            return

        def write(items: Sequence[Grid | str], text: Callable[[Symbol], str], numeric: bool) -> Side:
            return tuple(
                item if isinstance(item, str) else Matrix(_texts(item, text), item.shape, numeric)
                for item in items
            )

        symbol, sides = self.look.symbol, ([left], right)
        in_symbols = (write(side, symbol, False) for side in sides)
        in_numbers = (write(side, self.leaf, True) for side in reversed(sides))
        yield MatrixEquation(self.letters.typed(caption), (*in_symbols, *in_numbers), tuple(notes))

    def _column(self, symbols: Mapping[str, Symbol]) -> Grid:
        """A column with the symbol of each unit."""
        return column_of([symbols[unit] for unit in self.layer.units])

    def _weights(self) -> Grid:
        """W, with the biases as its last column; 0 where there is no connection."""
        width = len(self.layer.weights[0]) + self.has_biases
        return grid(len(self.layer.units), width, lambda row, column: self._weight(self._name(row, column)))

    def _transposed(self, layer: Layer, start: int) -> Grid:
        """Of the weights of a layer that follows, the columns of this layer's units, as rows."""
        return grid(
            len(self.layer.units),
            len(layer.units),
            lambda unit, row: self._weight(layer.weights[row][start + unit]),
        )

    def _weight(self, name: str | None) -> Entry:
        return "0" if name is None else self.symbols.parameter[name]

    def _name(self, row: int, column: int) -> str | None:
        weights = self.layer.weights[row]
        return weights[column] if column < len(weights) else self.layer.biases[row]

    def _names(self) -> Iterator[str | None]:
        """The entries of W, the bias column included."""
        for row in self.layer.weights:
            yield from row
        if self.has_biases:
            yield from self.layer.biases

    def _source(self) -> list[Entry]:
        """The column that W is multiplied with: [i; 1], or -1 at its end for thresholds."""
        constant = [str(self.layer.bias_input)] if self.has_biases else []
        return [*self.symbols.columns(self.layer), *constant]

    def _remark(self, text: str) -> MatrixEquation:
        return MatrixEquation(self.letters.typed(text))


def _texts(grid: Grid, text: Callable[[Symbol], str]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(text(entry) if isinstance(entry, Symbol) else entry for entry in row) for row in grid.rows
    )


def _starts(layer: Layer, source: str, symbols: NetworkSymbols) -> Iterator[int]:
    """The columns of a layer's weights at which a source's units begin."""
    start = 0
    for name in layer.sources:
        if name == source:
            yield start
        start += len(symbols.sources[name])


def _differences(left: Sequence[Symbol], right: Sequence[Symbol]) -> list[Sum]:
    """The differences unit by unit; a hidden layer has no targets, so it has none."""
    return [Sum((one, Negative(other))) for one, other in zip(left, right, strict=False)]

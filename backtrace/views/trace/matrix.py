"""Each layer in matrix form, as a hand-worked derivation has it: H = W·[i; 1] in symbols, numbers, result.

Owns the content of the matrices; must not know how they are set on a page, which is for `matrix_brackets`.
Nothing is computed: every number is looked up in the part's values. So where the product of the matrices is
not the number of a table row (the gradient of a tied parameter is a sum over its uses), no number is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
from backtrace.views.trace.matrix_letters import Letters, has_biases

_MOST_NAMES = 5

Factors = list[Grid | str]


class _Draft(NamedTuple):
    """An equation left = right of quantities, without numbers yet; without sides it is a remark."""

    caption: str
    left: Grid | None = None
    right: Sequence[Grid | str] = ()
    notes: Sequence[str] = ()

    def symbols(self) -> Iterator[Symbol]:
        """The quantities that are shown in it."""
        for item in (self.left, *self.right):
            if isinstance(item, Grid):
                yield from (entry for row in item.rows for entry in row if isinstance(entry, Symbol))


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
        self.letters = Letters(problem, look)
        self.layers = {layer.name: layer for layer in problem.model.layers}
        self.symbols = NetworkSymbols(problem, problem.model)
        self.uses = Counter(name for layer in problem.model.layers for name in parameters_of(layer))

    def after(self, part: Part, equations: Sequence[Equation]) -> list[MatrixEquation]:
        """The equations after a table with these rows of a part; none with a value that is missing.

        That is nothing but after the last rows of a layer; gradients of tied parameters may part its rows.
        A value is missing where the pass broke off before it.
        """
        layer = self.layers.get(equations[-1].layer or "")
        if layer is None or part.phase not in ("forward", "backward"):
            return []
        if equations[-1] is not next(row for row in reversed(part.equations) if row.layer == layer.name):
            return []
        drafts = self._forward(layer) if part.phase == "forward" else self._backward(layer, part.equations)
        return [
            self._written(draft, self.look.leaf(part))
            for draft in drafts
            if all(symbol.id in part.values for symbol in draft.symbols())
        ]

    def _written(self, draft: _Draft, leaf: Callable[[Symbol], str]) -> MatrixEquation:
        """An equation from left = right in symbols to right = left in numbers."""

        def write(items: Sequence[Grid | str], text: Callable[[Symbol], str], numeric: bool) -> Side:
            return tuple(
                item if isinstance(item, str) else Matrix(_texts(item, text), item.shape, numeric)
                for item in items
            )

        caption = self.look.prose(draft.caption)
        if draft.left is None:
            return MatrixEquation(caption)
        sides = ([draft.left], draft.right)
        in_symbols = (write(side, self.look.symbol, False) for side in sides)
        in_numbers = (write(side, leaf, True) for side in reversed(sides))
        return MatrixEquation(caption, (*in_symbols, *in_numbers), tuple(draft.notes))

    def _forward(self, layer: Layer) -> Iterator[_Draft]:
        """H = W·[i; 1] and A = f(H)."""
        letters, nets = self.letters, self._column(layer, self.symbols.net)
        weights = grid(_parameters(layer), self._weight)
        caption = f"{letters.net} = W·{letters.source(layer)}"
        yield _Draft(caption, nets, [weights, "·", column_of(self._source(layer))])
        function, activations = letters.function(layer), self._column(layer, self.symbols.activation)
        if layer.activation.name == "linear":
            yield _Draft(f"{letters.activation} = {letters.net}", activations, [nets])
        else:
            caption = f"{letters.activation} = {function}({letters.net})"
            yield _Draft(caption, activations, [function, "(", nets, ")"])

    def _backward(self, layer: Layer, rows: Sequence[Equation]) -> Iterator[_Draft]:
        """δ, from the cost or from the layers that this one feeds, and ∂E/∂W = δ·[i; 1]ᵀ."""
        yield self._softmax_delta(layer, rows) if layer.is_softmax else self._delta(layer, rows)
        yield from self._gradient(layer)

    def _delta(self, layer: Layer, rows: Sequence[Equation]) -> _Draft:
        letters = self.letters
        caption, right = self._passed_back(layer) or self._from_cost(layer, rows)
        slopes = column_of([self.symbols.slope(unit) for unit in layer.units])
        return _Draft(
            f"{letters.delta} = {caption} ⊙ {letters.function(layer)}′({letters.net})",
            self._column(layer, self.symbols.delta),
            [*right, "⊙", slopes],
        )

    def _passed_back(self, layer: Layer) -> tuple[str, Factors] | None:
        """The factor (Wᵀ·δ) of δ, if layers follow: the sum over these."""
        captions: list[str] = []
        right: Factors = []
        for following in reversed(self.layers.values()):  # the order in which the rows add them up
            for start in _starts(following, layer.name, self.symbols):
                captions.append(f"W_{following.name}ᵀ·{self.letters.delta}_{following.name}")
                names = np.array(following.weights, object)[:, start : start + len(layer.units)].T
                deltas = self._column(following, self.symbols.delta)
                right += ["+", grid(names, self._weight), "·", deltas]
        return (f"({' + '.join(captions)})", ["(", *right[1:], ")"]) if captions else None

    def _from_cost(self, layer: Layer, rows: Sequence[Equation]) -> tuple[str, Factors]:
        """The factor ∂E/∂A of δ, or the error where the rows have it."""
        errors = self._column(layer, self.symbols.error)
        if {self.symbols.error[unit].id for unit in layer.units} <= {row.id for row in rows}:
            return self.letters.error, [errors]
        gradients = column_of([self.symbols.cost_gradient(unit) for unit in layer.units])
        caption = f"∂{self.symbols.cost.text}/∂{self.letters.activation}"
        return (f"-{caption}", ["-", gradients]) if self.problem.turned else (caption, [gradients])

    def _softmax_delta(self, layer: Layer, rows: Sequence[Equation]) -> _Draft:
        """δ = A - T where the rows say so, else a remark: a softmax unit acts on its whole layer."""
        delta, activation = self.letters.delta, self.letters.activation
        expressions = {row.id: row.expression for row in rows if row.kind == "delta"}
        found = [expressions.get(self.symbols.delta[unit].id) for unit in layer.units]
        activations = [self.symbols.activation[unit] for unit in layer.units]
        targets = [self.symbols.target[unit] for unit in layer.units if unit in self.symbols.target]
        ways = ((activation, activations, "T", targets), ("T", targets, activation, activations))
        for letter, left, other, right in ways:
            if found == [Sum((one, Negative(two))) for one, two in zip(left, right, strict=False)]:
                deltas = self._column(layer, self.symbols.delta)
                return _Draft(
                    f"{delta} = {letter} - {other}", deltas, [column_of(left), "-", column_of(right)]
                )
        return _Draft(f"{delta}: a softmax unit acts on its whole layer; each {delta} is in the table")

    def _gradient(self, layer: Layer) -> Iterator[_Draft]:
        """∂E/∂W = δ·[i; 1]ᵀ; tied parameters and missing connections have no number in it."""
        parameters, source = _parameters(layer), self._source(layer)
        names = set(parameters.flat)
        tied = [name for name in self.problem.parameters if name in names and self.uses[name] > 1]
        gradient = f"∂{self.symbols.cost.text}/∂W"
        if len(tied) == len(names - {None}):
            if tied:
                yield _Draft(f"{gradient}: {self._tied(tied)}")
            return
        notes = [f"{self.letters.sum}: {self._tied(tied)}"] if tied else []
        if None in names:
            notes.append(f"{self.letters.missing}: no connection")
        signs = ["-"] if self.problem.turned else []
        yield _Draft(
            f"{gradient} = {''.join(signs)}{self.letters.delta}·{self.letters.source(layer)}ᵀ",
            grid(parameters, self._gradient_entry),
            [*signs, self._column(layer, self.symbols.delta), "·", row_of(source)],
            notes,
        )

    def _gradient_entry(self, name: str | None) -> Entry:
        if name is None:
            return self.letters.missing
        if self.uses[name] > 1:
            return self.letters.sum
        return derivative(self.symbols.cost, self.symbols.parameter[name])

    def _tied(self, names: Sequence[str]) -> str:
        """Why there is no number for these parameters."""
        shown = ", ".join(self.look.name(name) for name in names[:_MOST_NAMES])
        if len(names) > _MOST_NAMES:
            shown += f" and {len(names) - _MOST_NAMES:,} more"
        return f"the gradient of a tied parameter ({shown}) is the sum over its uses, in the tables"

    def _column(self, layer: Layer, symbols: Mapping[str, Symbol]) -> Grid:
        """A column with the symbol of each unit."""
        return column_of([symbols[unit] for unit in layer.units])

    def _weight(self, name: str | None) -> Entry:
        return "0" if name is None else self.symbols.parameter[name]

    def _source(self, layer: Layer) -> list[Entry]:
        """The column that W is multiplied with: [i; 1], or -1 at its end for thresholds."""
        return [*self.symbols.columns(layer), *([str(layer.bias_input)] if has_biases(layer) else [])]


def _parameters(layer: Layer) -> NDArray[np.object_]:
    """The names in W, with the biases as its last column; None where there is no connection."""
    weights = np.array(layer.weights, object)
    return np.column_stack((weights, np.array(layer.biases, object))) if has_biases(layer) else weights


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

"""Entries of vectors and matrices: z^(1), A, W^[2], dW2 with their indices, as names of quantities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from backtrace.problem.problem import Layer, Network, Problem
from backtrace.symbolic.ids import spell

_ENTRY = re.compile(
    r"(?P<mark>d_?[A-Za-z_]{1,20}/d_?|grad_?|nabla_?|d(?!elta)|Delta_?)?(?P<letter>[A-Za-z]{1,10}?)"
    r"_?(?P<layer>[0-9]{1,2})?(?P<new>\+?)\[(?P<row>[0-9]{1,4})(?:,(?P<column>[0-9]{1,4}))?\]"
)
_UNITS = {
    **dict.fromkeys(("z", "h", "net", "s", "in"), "h"),
    **dict.fromkeys(("a", "o", "out"), "a"),
    "delta": "delta",
}
_WEIGHTS, _BIASES = ("w", "weights"), ("b", "bias", "biases")


def entry_forms(problem: Problem, name: str, size: int) -> Iterator[str]:
    """Names for an entry of a vector or matrix with so many entries, the likeliest first."""
    entry = _ENTRY.fullmatch(name)
    model = problem.model
    if entry is None or not isinstance(model, Network):
        return
    letter = entry["letter"].lower()
    stem = problem.notation.activation.partition("_")[0]
    prefix = "a" if letter == stem else _UNITS.get(letter)
    mark = entry["mark"] or ""
    mark = "dE/d" if mark and not mark.startswith("D") and "/" not in mark else mark
    row, column = int(entry["row"]), int(entry["column"] or 1)
    for layer in _layers(model.layers, entry["layer"], size, of_weights=letter in _WEIGHTS):
        found: Sequence[str | None] = ()
        if prefix:
            found = [f"{prefix}_{spell(layer.units[row - 1])}"] if 0 < row <= len(layer.units) else ()
        elif letter in _BIASES:
            found = layer.biases[row - 1 : row]
        elif letter in _WEIGHTS:
            found = list(_weights(layer, row, column, flat=entry["column"] is None))
        for id in found:
            if id is not None:
                yield f"{mark}{spell(id)}{entry['new']}"


def _layers(layers: Sequence[Layer], number: str | None, size: int, of_weights: bool) -> Iterator[Layer]:
    """The layers that may be meant: by number, counted with or without the inputs, or else by size."""

    def fits(layer: Layer) -> bool:
        return size == sum(map(len, layer.weights) if of_weights else (1 for _ in layer.units))

    if number is None:
        found = [layer for layer in layers if fits(layer)]
        yield from found if len(found) == 1 else ()
        return
    for place in (int(number) - 1, int(number) - 2):
        if 0 <= place < len(layers) and fits(layers[place]):
            yield layers[place]
            return


def _weights(layer: Layer, row: int, column: int, flat: bool) -> Iterator[str | None]:
    """The weight at a place, and that of the matrix written the other way round."""
    rows = layer.weights
    if flat:  # a vector is a matrix of one row or one column
        entries = [name for names in rows for name in names] if 1 in (len(rows), len(rows[0])) else []
        yield from entries[row - 1 : row]
        return
    for i, j in ((row - 1, column - 1), (column - 1, row - 1)):
        if 0 <= i < len(rows) and 0 <= j < len(rows[i]):
            yield rows[i][j]

"""Entries of vectors and matrices: z^(1), A, W^[2], dW2 with their indices, as names of quantities.

A matrix is read as a whole: all its entries are of one layer and kind, and of one way to write the weights.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from backtrace.checking.name_table import loose
from backtrace.checking.naming.working_kind import ACTIVATION, NET
from backtrace.problem.notation import Notation
from backtrace.problem.problem import Layer, Network, Problem
from backtrace.symbolic.ids import spell, transcribe

_ENTRY = re.compile(
    r"(?P<mark>d_?[A-Za-z_]{1,20}/d_?|grad_?|nabla_?|d(?!elta)|Delta_?)?(?P<letter>[A-Za-z]{1,10}?)"
    r"_?(?P<layer>[0-9]{1,2})?(?P<new>\+?)\[(?P<row>[0-9]{1,4})(?:,(?P<column>[0-9]{1,4}))?\]"
)
_UNITS = {
    **dict.fromkeys(("z", "h", "net", "s", "in"), "h"),
    **dict.fromkeys(("a", "o", "out"), "a"),
    "delta": "delta",
    "e": "e",
}
_KINDS = {NET: "h", ACTIVATION: "a"}
_WEIGHTS, _BIASES = ("w", "weights"), ("b", "bias", "biases")

# Of a layer, a row and a column, counted from 1: the name, if there is such a place.
_Form = Callable[[Layer, int, int], str | None]


def entry_readings(problem: Problem, names: Sequence[str], kind: str = "") -> Iterator[list[str]]:
    """Names for all entries of a matrix, the likeliest reading first; `kind` is what its working says.

    A name is empty where there is no connection.
    """
    entries = [entry for name in names if (entry := _ENTRY.fullmatch(name))]
    if len(entries) < len(names) or not isinstance(problem.model, Network):
        return
    first = entries[0]
    mark = first["mark"] or ""
    mark = "dE/d" if mark and not mark.startswith("D") and "/" not in mark else mark
    letter, layers = first["letter"], problem.model.layers
    called = loose(letter + (first["layer"] or ""))
    named = [layer for layer in layers if loose(layer.name) == called and len(layer.units) == len(names)]
    is_weights = letter.lower() in _WEIGHTS
    for layer in named or _layers(layers, first["layer"], len(names), is_weights):
        for form in _forms(problem.notation, letter, kind, bool(named), flat=first["column"] is None):
            found = [form(layer, int(entry["row"]), int(entry["column"] or 1)) for entry in entries]
            if None not in found:
                yield [name and f"{mark}{spell(name)}{first['new']}" for name in found if name is not None]


def _forms(notation: Notation, letter: str, kind: str, is_layer: bool, flat: bool) -> Iterator[_Form]:
    """The ways in which a letter may name an entry of a layer."""
    folded = letter.lower()
    patterns = {"h": notation.net, "a": notation.activation, "delta": notation.delta, "e": notation.error}
    stems = {loose(transcribe(pattern.replace("{unit}", ""))): prefix for prefix, pattern in patterns.items()}
    own = stems.get(letter) or stems.get(folded)
    prefix = own or _UNITS.get(folded)
    is_open = is_layer or (own is None and len(letter) == 1 and prefix in _KINDS.values())
    if is_open and kind:
        yield _of_unit(_KINDS[kind])
    elif is_layer:
        yield from map(_of_unit, dict.fromkeys((prefix or "a", "a", "h")))
    elif prefix:
        yield _of_unit(prefix)
        if is_open and folded in ("h", "s"):  # also a hidden layer's outputs
            yield _of_unit("a")
    elif folded in _BIASES:
        yield lambda layer, row, _: layer.biases[row - 1] or "" if 0 < row <= len(layer.biases) else None
    elif folded in _WEIGHTS and flat:
        yield _flat_weight
    elif folded in _WEIGHTS:
        yield _weight
        yield lambda layer, row, column: _weight(layer, column, row)


def _of_unit(prefix: str) -> _Form:
    def form(layer: Layer, row: int, _: int) -> str | None:
        return f"{prefix}_{layer.units[row - 1]}" if 0 < row <= len(layer.units) else None

    return form


def _weight(layer: Layer, row: int, column: int) -> str | None:
    rows = layer.weights
    return rows[row - 1][column - 1] or "" if 0 < row <= len(rows) and 0 < column <= len(rows[0]) else None


def _flat_weight(layer: Layer, row: int, _: int) -> str | None:
    """A weight of a matrix of one row or one column."""
    rows = layer.weights
    weights = [name for names in rows for name in names] if 1 in (len(rows), len(rows[0])) else []
    return weights[row - 1] or "" if 0 < row <= len(weights) else None


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

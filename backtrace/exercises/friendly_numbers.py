"""Numbers that are friendly to hands: nothing saturated, too small or too large, and no dead layer.

The bounds lie off the grid that numbers with few decimals fall on, so that no verdict depends on the last bit
of a sum or of an exponential.
"""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.checking.slips.what_if_values import Values
from backtrace.exercises.template import Template

LARGEST_NET = 3.0303
SMALLEST_NET = 0.0303  # nearer to 0 a unit is at its kink, or practically linear
SMALLEST_SLOPE = 0.0503  # a sigmoid's at |h| = 2.9; a leaky unit's is small by design
LARGEST = 50.303  # of any value
SMALLEST_GRADIENT = 0.0001503  # except those that are 0
CLEAR_GRADIENT = 0.00503  # exceeded by half of the others


def fault_of(template: Template, values: Values) -> str | None:
    """The first fault of a draw's numbers, or None."""
    return next(_faults(template, values), None)


def _faults(template: Template, values: Values) -> Iterator[str]:
    gradients: list[float] = []
    alive: dict[tuple[int | None, str | None], bool] = {}
    for node in template.asked:
        size, name = abs(values.of(node.key)), node.symbol.text
        if size > LARGEST:
            yield f"{name} is large"
        elif node.kind == "net" and not SMALLEST_NET < size < LARGEST_NET:
            yield f"{name} is saturated, or next to 0"
        elif node.kind == "slope" and 0 < size < SMALLEST_SLOPE and node.layer not in template.leaky:
            yield f"{name} is saturated"
        elif node.kind == "gradient":
            gradients.append(size)
        if node.kind in ("slope", "activation"):
            place = node.key.sample, f"{node.kind} {node.layer}"
            alive[place] = alive.get(place, False) or size > 0
    for (_, layer), is_alive in alive.items():
        if not is_alive:
            yield f"{layer}: all 0"
    some = [size for size in gradients if size]
    if any(size < SMALLEST_GRADIENT for size in some):
        yield "a gradient is tiny"
    if 2 * sum(size > CLEAR_GRADIENT for size in some) < len(some):
        yield "most gradients are tiny"

"""Conventions of a whole sheet: signs that are flipped throughout, numbers of another sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key
from backtrace.checking.stated_number import Stated
from backtrace.checking.statement import Statement

# The kinds that sheets may state with the opposite sign, first all, and their names in a sentence.
CONVENTIONS = (
    (("cost_gradient", "delta", "gradient"), "∂E/∂a, δ and ∂E/∂w"),
    (("delta", "gradient"), "δ and ∂E/∂w"),
    (("cost_gradient", "delta"), "∂E/∂a and δ"),
    (("delta",), "δ"),
    (("gradient",), "∂E/∂w"),
)
LEAST_TURNED = 3  # numbers with the opposite sign make a convention
UNTURNED_SHARE = 0.1  # of them may have a wrong sign in the other convention
NEARLY = 0.1  # how far off a number of the other convention may be, relative to the right one
CLEAR_SIGN = 10  # times half a unit of its last place


class Entry(NamedTuple):
    """A statement whose quantity is known; `place` is its position on the sheet."""

    place: int
    statement: Statement
    key: Key
    number: Stated


def turned_kinds(
    graph: Graph, entries: Sequence[Entry], turns_deltas: bool = False
) -> tuple[Sequence[str], str]:
    """The kinds of quantities that all have the opposite sign, and their names in a sentence.

    A few numbers may have a wrong sign by mistake. They have not where the sheet defines δ so, as
    `turns_deltas` says, nor where a right Δ or new value follows from them.
    """
    signs = {kind: _kept_signs(graph, entries, kind) for kind in CONVENTIONS[0][0]}
    updates = list(_updates(graph, entries))
    deltas = [e.key for e in entries if graph[e.key].kind in ("delta", "gradient")]
    follows = any(e.number.fits(graph[e.key].value) and graph.depends_on(e.key, deltas) for e, _ in updates)
    for kinds, what in CONVENTIONS:
        enough = 1 if follows or (turns_deltas and kinds == ("delta",)) else LEAST_TURNED
        if (
            all(keeps for _, keeps in updates)
            and any(_nearly_turned(graph, e, kinds) for e in entries)
            and _are_turned([signs[kind] for kind in kinds], enough)
        ):
            return kinds, what
    return (), ""


def another_sample(graph: Graph, entries: Sequence[Entry], samples: int) -> int | None:
    """The sample that most forward numbers fit, if that is not the one they are checked against."""
    forward = [
        e
        for e in entries
        if e.statement.sample is None
        and e.key.sample is not None
        and graph[e.key].kind in ("net", "activation", "cost", "value")
    ]
    if len(forward) < 3:
        return None

    def fitting(sample: int | None) -> int:
        others = ((e.number, graph.nodes.get(e.key._replace(sample=sample))) for e in forward)
        return sum(number.fits(other.value) for number, other in others if other)

    own, best = forward[0].key.sample, max(range(1, samples + 1), key=fitting)
    return best if best != own and 2 * fitting(best) > len(forward) > 2 * fitting(own) else None


def _kept_signs(graph: Graph, entries: Sequence[Entry], kind: str) -> list[bool]:
    """Whether each number of a kind has the true sign.

    Those that are so small that rounding may have turned them count only where there are few others.
    """
    clear: list[bool] = []
    small: list[bool] = []
    for entry in entries:
        node, number = graph[entry.key], entry.number
        if node.kind == kind and number.value and node.value:
            least = min(abs(number.value), abs(node.value))
            (clear if least > CLEAR_SIGN * number.half else small).append(number.value * node.value > 0)
    return clear if len(clear) >= LEAST_TURNED else clear + small


def _are_turned(kept: Sequence[Sequence[bool]], enough: int) -> bool:
    """Whether enough numbers of some kinds are stated, and have the opposite sign."""
    if sum(map(len, kept)) < enough:
        return False
    return all(signs and sum(signs) <= UNTURNED_SHARE * len(signs) for signs in kept)


def _nearly_turned(graph: Graph, entry: Entry, kinds: Sequence[str]) -> bool:
    """Whether a number is right, or nearly so, but for its sign."""
    node, number = graph[entry.key], entry.number
    off = abs(number.value + node.value)
    return node.kind in kinds and node.value != 0 and off <= max(number.half, NEARLY * abs(node.value))


def _updates(graph: Graph, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bool]]:
    """Each stated Δ or new value, and whether it goes in the true direction; if not, a sign is a slip."""
    for entry in entries:
        node, number = graph[entry.key], entry.number
        if node.kind == "change":
            old = 0.0
        elif node.kind == "update":
            old = graph[entry.key._replace(sample=None, id=entry.key.id.removesuffix("+"))].value
        else:
            continue
        moves = number.value - old, node.value - old
        if min(map(abs, moves)) > CLEAR_SIGN * number.half:
            yield entry, moves[0] * moves[1] > 0

"""The same slip in all equations of one kind: of a layer, or of a family such as s_11 and s_12.

Somebody who forgets a bias forgets it in every unit. That is one mistake, and likelier than two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice, takewhile

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.slips.candidates import Candidate
from backtrace.checking.slips.rewrites import rewritings
from backtrace.checking.slips.rewriting import TRANSPOSED, Rewriting
from backtrace.checking.slips.table import SLIPS
from backtrace.checking.slips.what_if_values import Values, value_in
from backtrace.evaluation.closeness import same
from backtrace.evaluation.compiled import Compiled

IN_A_GROUP = 2.0  # how much less plausible than in one equation
VARIANTS = 4  # of a slip, each tried in all equations of a group
MOST_BEHIND = 300  # equations behind a number
NOT_GROUPED = ("given", "held", "local", "cost")
_INDEX = re.compile(r"[0-9]+")

Group = tuple[str, str]  # the kind of its quantities, and the layer or the name without its numbers


class GroupSlips:
    """Slips in whole groups of one graph's equations; the values that each gives are computed once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.made: dict[Group, list[tuple[Candidate, frozenset[Key]]]] = {}
        self.groups: dict[Group, list[Node]] = defaultdict(list)
        for node in graph.nodes.values():
            if group := group_of(node):
                self.groups[group].append(node)

    def candidates(self, key: Key, rank_of: Mapping[str, float]) -> Iterator[Candidate]:
        """A slip in each group of equations behind a quantity, with the value that it gives."""
        behind = list(islice(self.graph.ancestors(key, ()), MOST_BEHIND))
        members: dict[Group, set[Key]] = defaultdict(set)
        for node in behind:
            if group := group_of(node):
                members[group].add(node.key)
        for group, keys in members.items():
            for candidate, changed in self._of_group(group) if len(keys) > 1 else ():
                if len(changed & keys) > 1 and candidate.values:
                    value = value_in(candidate.values, key)
                    if value is not None and not same(value, self.graph[key].value):
                        rank = rank_of[candidate.slip] + IN_A_GROUP
                        yield candidate._replace(rank=rank, value=value)

    def _of_group(self, group: Group) -> list[tuple[Candidate, frozenset[Key]]]:
        if group not in self.made:
            self.made[group] = list(self._make(group))
        return self.made[group]

    def _make(self, group: Group) -> Iterator[tuple[Candidate, frozenset[Key]]]:
        """Each variant of each slip, made in all equations of a group that have it."""
        variants: dict[tuple[str, object], dict[Key, Rewriting]] = defaultdict(dict)
        for node in self.groups[group]:
            count: dict[str, int] = defaultdict(int)
            for made in _of_a_kind(self.graph, node):
                place = count[made.slip]
                count[made.slip] += 1
                if place < VARIANTS:
                    variants[made.slip, place][node.key] = made
        for (slip, _), rewritten in variants.items():
            if len(rewritten) > 1:
                how = next(iter(rewritten.values())).how
                where = f"all of layer {group[1]}" if self._is_layer(group) else "all equations of this form"
                cause = f"in {where}, {how}" if how == TRANSPOSED else f"{how}, and likewise in {where}"
                values = Values(self.graph, rewrite=partial(_work, rewritten))
                comma = "," if cause.startswith("in ") else ""
                explain = partial(str, f"you get this when{comma} {cause}")
                yield Candidate(0, slip, 0.0, explain, values=values, cause=cause), frozenset(rewritten)

    def _is_layer(self, group: Group) -> bool:
        return self.groups[group][0].layer is not None


def group_of(node: Node) -> Group | None:
    """The group of a quantity: its kind in its layer, or its name without numbers."""
    if node.expression is None or node.kind in NOT_GROUPED:
        return None
    if node.layer is not None:
        return node.kind, node.layer
    family = _INDEX.sub("#", node.key.id)
    return (node.kind, family) if "#" in family else None


def _of_a_kind(graph: Graph, node: Node) -> Iterator[Rewriting]:
    """The rewritings that people make in all equations of a group: a wrong index is no such slip."""
    for slip in SLIPS:
        if slip != "wrong_index":
            yield from rewritings(graph, node, slip)
    yield from takewhile(lambda made: made.how == TRANSPOSED, rewritings(graph, node, "wrong_index"))


def _work(rewritten: Mapping[Key, Rewriting], node: Node) -> Compiled[Key] | None:
    made = rewritten.get(node.key)
    return made.work if made else None

"""A picture in characters, for the terminal: each unit in a box, its edges at the left.

i_1 ──── w_1 = 0.1   ∂E/∂w_1 = -0.000279 ──▶╭─────────────────╮
i_2 ━━━━ w_3 = 0.3   ∂E/∂w_3 = 0 ━━━━━━━━━━▶│ h_1 = 0.6       │
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple, TextIO

from backtrace.diagrams.diagram import Edge, Picture
from backtrace.errors import printable
from backtrace.problem.problem import Problem
from backtrace.views.diagram.captions import Words, is_network, largest_weight
from backtrace.views.page.records import Look

THICK = 0.5  # from so much of the largest weight on an edge is drawn thick


class _Signs(NamedTuple):
    """Corners clockwise from the top left, sides, what parts a box, arrow heads; lines by sign and size."""

    corners: str
    across: str
    down: str
    parting: str
    head: str
    thin: str
    thick: str
    thin_dashed: str
    thick_dashed: str


_UNICODE = _Signs("╭╮╯╰", "─", "│", "├┤", "▶", "─", "━", "╌", "╍")
_ASCII = _Signs("++++", "-", "|", "++", ">", "-", "=", ".", ":")


def write_text(problem: Problem, picture: Picture, look: Look, out: TextIO) -> None:
    """The picture column by column, from the inputs down to the cost."""
    words = Words(problem, picture, look)
    signs = _ASCII if look.style.ascii else _UNICODE
    incoming: list[list[Edge]] = [[] for _ in picture.nodes]
    for edge in picture.edges:
        incoming[edge.target].append(edge)
    edges = _EdgeLines(words, picture, signs)
    for line in words.heading():
        out.write(f"{line}\n")
    is_lone = [node.kind != "constant" and not incoming[k] for k, node in enumerate(picture.nodes)]
    columns = picture.columns
    if not is_network(problem):  # what is given stands before everything that is worked out
        places = range(len(picture.nodes))
        columns = [[k for k in places if is_lone[k]], [k for k in places if not is_lone[k]]]
    for column, members in enumerate(columns):
        if is_network(problem):
            out.write(f"\n{words.column(column)}\n")
        elif members:
            out.write("\n")
        for place in members:
            node = picture.nodes[place]
            said = words.node(node)
            if is_lone[place]:
                out.write(f"  {'   '.join((*said.above, *said.below))}\n")
            elif node.kind != "constant":  # a constant stands at the edges that it has
                box = _boxed(said.above, said.below, signs)
                _write_beside(list(edges.lines(incoming[place])), box, edges.width, out)
    thick = signs.thick * 2 + (f" or {signs.thick_dashed * 2}" if words.has_negative else "")
    legend = list(words.legend(thick, signs.thin_dashed * 2))
    if legend:
        out.write("\n" + "\n".join(legend) + "\n")


class _EdgeLines:
    """The edges as lines of one width, so that all boxes stand below each other."""

    def __init__(self, words: Words, picture: Picture, signs: _Signs) -> None:
        self.words = words
        self.picture = picture
        self.signs = signs
        self.largest = largest_weight(picture)
        self.name = max((len(self.source(edge)) for edge in picture.edges), default=0)
        self.weight = max((len(words.weight(edge)) for edge in picture.edges), default=0)
        longest = max((len(self.label(edge)) for edge in picture.edges), default=0)
        self.width = self.name + longest + 9

    def lines(self, edges: Sequence[Edge]) -> Iterator[str]:
        """The edges to one node; dots where edges from nodes that are not drawn would be."""
        before: int | None = None
        for edge in edges:
            between = self.picture.nodes[before + 1 : edge.source] if before is not None else ()
            if any(node.kind == "gap" for node in between):
                yield self.words.dots
            before = edge.source
            yield self.line(edge)

    def line(self, edge: Edge) -> str:
        drawn, label = self.drawn(edge), self.label(edge)
        start = f"{self.source(edge):<{self.name}} {drawn * 2}"
        if label:
            start += f" {label} "
        return start + drawn * (self.width - len(start) - 1) + self.signs.head

    def source(self, edge: Edge) -> str:
        """What an edge comes from: a constant, or the symbol of the value that it carries."""
        node = self.picture.nodes[edge.source]
        if not node.values:
            return str(node.number)
        return printable(self.words.look.symbol(node.values[-1].symbol))

    def label(self, edge: Edge) -> str:
        weight, gradient = self.words.weight(edge), self.words.gradient(edge)
        return f"{weight:<{self.weight}}  {gradient}" if gradient else weight

    def drawn(self, edge: Edge) -> str:
        """The line of an edge, by the size and the sign of its weight."""
        if edge.weight is None:
            return self.signs.thin
        value = float(edge.weight.value)
        if abs(value) >= THICK * self.largest:
            return self.signs.thick_dashed if value < 0 else self.signs.thick
        return self.signs.thin_dashed if value < 0 else self.signs.thin


def _boxed(above: Sequence[str], below: Sequence[str], signs: _Signs) -> list[str]:
    width = max(map(len, (*above, *below)))
    line = signs.across * (width + 2)
    one, two, three, four = tuple(signs.corners)
    inner = [f"{signs.down} {text:<{width}} {signs.down}" for text in above]
    if below:
        inner.append(f"{signs.parting[0]}{line}{signs.parting[1]}")
        inner += [f"{signs.down} {text:<{width}} {signs.down}" for text in below]
    return [f"{one}{line}{two}", *inner, f"{four}{line}{three}"]


def _write_beside(left: Sequence[str], box: Sequence[str], width: int, out: TextIO) -> None:
    """Edges and the box that they lead to, which is drawn out to meet all of them."""
    spare = len(box) - len(left)
    before = max(spare // 2, 1)  # no edge meets a corner
    rows = [" " * width] * before + list(left)
    box = list(box)
    side, blank = box[1][0], " " * (len(box[0]) - 2)
    box[-1:-1] = [f"{side}{blank}{side}"] * (len(rows) + 1 - len(box))
    for row, cell in zip_longest(rows, box, fillvalue=""):
        out.write(f"  {row:<{width}}{cell}".rstrip() + "\n")

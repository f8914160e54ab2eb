"""A picture in characters, for the terminal: each unit in a box, its edges at the left.

i_1 ──── w_1 = 0.1   ∂E/∂w_1 = -0.000279 ──▶╭─────────────────╮
i_2 ━━━━ w_3 = 0.3   ∂E/∂w_3 = 0 ━━━━━━━━━━▶│ h_1 = 0.6       │

Owns boxes and lines of characters. Must not know colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple, TextIO

from backtrace.diagrams.diagram import Picture
from backtrace.errors import printable
from backtrace.problem.problem import Problem
from backtrace.views.diagram.captions import Captions, NodeCaption
from backtrace.views.page.records import Look

THICK = 2.5  # the least thickness of an edge with a thick line: that of half the largest weight


class _Signs(NamedTuple):
    """The corners of a box clockwise from the top left, its sides and rule, an arrow's head; lines."""

    corners: str
    across: str
    down: str
    rule: str
    head: str
    thin: str
    thick: str
    thin_dashed: str
    thick_dashed: str


_UNICODE = _Signs("╭╮╯╰", "─", "│", "├┤", "▶", "─", "━", "╌", "╍")
_ASCII = _Signs("++++", "-", "|", "++", ">", "-", "=", ".", ":")


def write_text(problem: Problem, picture: Picture, look: Look, out: TextIO) -> None:
    """Write the picture column by column, from the inputs down to the cost."""
    captions = Captions(problem, picture, look)
    signs = _ASCII if look.style.ascii else _UNICODE
    edges = _EdgeLines(captions, picture, signs)
    for line in captions.heading():
        out.write(f"{line}\n")
    is_lone = [node.kind != "constant" and not edges.incoming[k] for k, node in enumerate(picture.nodes)]
    columns, headings = picture.columns, [f"{heading}\n" for heading in captions.headings]
    if not captions.is_network:  # inputs and parameters stand before everything that is computed
        places = range(len(picture.nodes))
        columns = [[k for k in places if is_lone[k]], [k for k in places if not is_lone[k]]]
        columns, headings = list(filter(None, columns)), ["", ""]
    for heading, places_here in zip(headings, columns, strict=False):
        out.write(f"\n{heading}")
        for place in places_here:
            caption = captions.nodes[place]
            if is_lone[place]:
                out.write(f"  {'   '.join(caption.lines)}\n")
            elif picture.nodes[place].kind != "constant":  # a constant is shown at its edges
                _write_beside(list(edges.lines(place)), _boxed(caption, signs), edges.width, out)
    has_negative = any(texts.sign == "minus" for texts in captions.edges)
    thick = signs.thick * 2 + (f" or {signs.thick_dashed * 2}" if has_negative else "")
    if legend := list(captions.legend(thick, signs.thin_dashed * 2)):
        out.write("\n" + "\n".join(legend) + "\n")


class _EdgeLines:
    """The edges as lines of one width, so that all boxes stand below each other."""

    def __init__(self, captions: Captions, picture: Picture, signs: _Signs) -> None:
        self.captions = captions
        self.picture = picture
        self.signs = signs
        self.incoming: list[list[int]] = [[] for _ in picture.nodes]  # by node, the numbers of its edges
        for k, edge in enumerate(picture.edges):
            self.incoming[edge.target].append(k)
        self.names = [self.source(edge.source) for edge in picture.edges]
        self.name = max(map(len, self.names), default=0)
        weight = max((len(texts.weight) for texts in captions.edges), default=0)
        self.labels = [
            f"{texts.weight:<{weight}}  {texts.gradient}" if texts.gradient else texts.weight
            for texts in captions.edges
        ]
        self.width = self.name + max(map(len, self.labels), default=0) + 9

    def source(self, place: int) -> str:
        """The start of an edge: a constant, or the symbol of the value that the edge carries."""
        node = self.picture.nodes[place]
        if not node.values:
            return str(node.number)
        return printable(self.captions.look.symbol(node.values[-1].symbol))

    def lines(self, place: int) -> Iterator[str]:
        """The edges to one node; dots in place of edges from nodes that are left out."""
        before: int | None = None
        for k in self.incoming[place]:
            source = self.picture.edges[k].source
            between = self.picture.nodes[before + 1 : source] if before is not None else ()
            if any(node.kind == "gap" for node in between):
                yield self.captions.dots
            before = source
            yield self.line(k)

    def line(self, k: int) -> str:
        texts, signs = self.captions.edges[k], self.signs
        sign = signs.thin_dashed if texts.sign == "minus" else signs.thin
        if texts.sign and texts.thickness >= THICK:
            sign = signs.thick_dashed if texts.sign == "minus" else signs.thick
        start = f"{self.names[k]:<{self.name}} {sign * 2}"
        if self.labels[k]:
            start += f" {self.labels[k]} "
        return start + sign * (self.width - len(start) - 1) + signs.head


def _boxed(caption: NodeCaption, signs: _Signs) -> list[str]:
    width = max(map(len, caption.lines))
    line = signs.across * (width + 2)
    one, two, three, four = tuple(signs.corners)
    lines = [f"{signs.down} {text:<{width}} {signs.down}" for text in caption.lines]
    if caption.below:
        lines.insert(len(caption.above), f"{signs.rule[0]}{line}{signs.rule[1]}")
    return [f"{one}{line}{two}", *lines, f"{four}{line}{three}"]


def _write_beside(left: Sequence[str], box: Sequence[str], width: int, out: TextIO) -> None:
    """Write edges and the box that they lead to, which is made tall enough to meet all of them."""
    spare = len(box) - len(left)
    before = max(spare // 2, 1)  # no edge meets a corner
    rows = [" " * width] * before + list(left)
    box = list(box)
    side, blank = box[1][0], " " * (len(box[0]) - 2)
    box[-1:-1] = [f"{side}{blank}{side}"] * (len(rows) + 1 - len(box))
    for row, cell in zip_longest(rows, box, fillvalue=""):
        out.write(f"  {row:<{width}}{cell}".rstrip() + "\n")

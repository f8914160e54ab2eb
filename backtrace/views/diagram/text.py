"""A picture in characters, for the terminal: each unit in a box, its edges at the left.

i_1 ──── w_1 = 0.1   ∂E/∂w_1 = -0.000279 ──▶╭─────────────────╮
i_2 ━━━━ w_3 = 0.3   ∂E/∂w_3 = 0 ━━━━━━━━━━▶│ h_1 = 0.6       │

Owns boxes and lines of characters. Must not know colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from backtrace.diagrams.diagram import Picture
from backtrace.errors import printable
from backtrace.views.diagram.captions import Captions, NodeCaption
from backtrace.views.page.context import ViewContext

THICK = 2.5  # the least thickness of an edge with a thick line: that of half the largest weight


# The same characters where a terminal has only ASCII.
_ASCII = str.maketrans("╭╮╯╰─│├┤▶━╌╍", "++++-|++>=.:")


def write_text(context: ViewContext) -> None:
    """Write the picture column by column, from the inputs down to the cost."""
    problem, picture, look, out = context[:4]
    for line in _lines(Captions(problem, picture, look), picture):
        out.write((line.translate(_ASCII) if look.style.ascii else line) + "\n")


def _lines(captions: Captions, picture: Picture) -> Iterator[str]:
    edges = _EdgeLines(captions, picture)
    yield from captions.heading()
    is_lone = [node.kind != "constant" and not edges.incoming[k] for k, node in enumerate(picture.nodes)]
    columns, headings = picture.columns, captions.headings
    if not captions.is_network:  # inputs and parameters stand before everything that is computed
        places = range(len(picture.nodes))
        columns = [[k for k in places if is_lone[k]], [k for k in places if not is_lone[k]]]
        columns, headings = list(filter(None, columns)), ["", ""]
    for heading, places_here in zip(headings, columns, strict=False):
        yield from ["", heading] if heading or captions.is_network else [""]
        for place in places_here:
            caption = captions.nodes[place]
            if is_lone[place]:
                yield f"  {'   '.join(caption.lines)}"
            elif picture.nodes[place].kind != "constant":  # a constant is shown at its edges
                yield from _beside(
                    [edges.line(k) for k in edges.incoming[place]], _boxed(caption), edges.width
                )
    has_negative = any(texts.sign == "minus" for texts in captions.edges)
    if legend := list(captions.legend("━━ or ╍╍" if has_negative else "━━", "╌╌")):
        yield from ("", *legend)


class _EdgeLines:
    """The edges as lines of one width, so that all boxes stand below each other."""

    def __init__(self, captions: Captions, picture: Picture) -> None:
        self.captions = captions
        self.picture = picture
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

    def line(self, k: int) -> str:
        texts = self.captions.edges[k]
        is_thick = texts.sign and texts.thickness >= THICK
        sign = ("╍" if is_thick else "╌") if texts.sign == "minus" else "━" if is_thick else "─"
        start = f"{self.names[k]:<{self.name}} {sign * 2}"
        if self.labels[k]:
            start += f" {self.labels[k]} "
        return start + sign * (self.width - len(start) - 1) + "▶"


def _boxed(caption: NodeCaption) -> list[str]:
    width = max(map(len, caption.lines))
    line = "─" * (width + 2)
    lines = [f"│ {text:<{width}} │" for text in caption.lines]
    if caption.below:
        lines.insert(len(caption.above), f"├{line}┤")
    return [f"╭{line}╮", *lines, f"╰{line}╯"]


def _beside(left: Sequence[str], box: Sequence[str], width: int) -> Iterator[str]:
    """Edges and the box that they lead to, which is made tall enough to meet all of them."""
    spare = len(box) - len(left)
    before = max(spare // 2, 1)  # no edge meets a corner
    rows = [" " * width] * before + list(left)
    box = list(box)
    box[-1:-1] = [f"│{' ' * (len(box[0]) - 2)}│"] * (len(rows) + 1 - len(box))
    for row, cell in zip_longest(rows, box, fillvalue=""):
        yield f"  {row:<{width}}{cell}".rstrip()

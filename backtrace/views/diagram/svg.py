"""A picture as SVG that stands by itself: nothing fetched, no scripts, light and dark, readable in print.

What a colour says is said otherwise too: a negative weight is dashed, a gradient is in italics below a line
or after ∂.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TextIO
from xml.sax.saxutils import escape

from backtrace.diagrams.diagram import Picture
from backtrace.problem.problem import Problem
from backtrace.views.diagram.captions import Words, is_network, largest_weight
from backtrace.views.diagram.geometry import Size
from backtrace.views.diagram.layout import Layout, Plan, lay_out
from backtrace.views.diagram.marks import (
    LINE,
    STYLE,
    WIDE,
    Label,
    edge_path,
    label_marks,
    label_size,
    node_marks,
    node_size,
    text_mark,
    text_width,
    way_path,
)
from backtrace.views.page.records import Look

HEADING, TITLE = 12.0, 16.0  # the sizes of the fonts
EDGE_OF_PAGE = 20.0
NARROWEST = 420.0  # of the page, so that a title has room


def write_svg(problem: Problem, picture: Picture, look: Look, out: TextIO) -> None:
    """The picture. There are no ids in it, so that several can stand on one page."""
    for line in svg_lines(problem, picture, look):
        out.write(f"{carried(line, out)}\n")


def svg_lines(problem: Problem, picture: Picture, look: Look, is_part: bool = False) -> Iterator[str]:
    """The lines of the picture.

    As a part of a page that says them already, it does not draw its title and its sample.
    """
    return _Page(problem, picture, look, is_part).lines()


def carried(text: str, out: TextIO) -> str:
    """Markup as an output can carry it: where that is not all characters, with references in their place."""
    if (out.encoding or "ascii").lower().replace("-", "").startswith("utf"):
        return text
    return text.encode("ascii", "xmlcharrefreplace").decode()


class _Page:
    def __init__(self, problem: Problem, picture: Picture, look: Look, is_part: bool) -> None:
        self.problem = problem
        self.picture = picture
        self.is_part = is_part
        self.words = Words(problem, picture, look)
        self.said = [self.words.node(node) for node in picture.nodes]
        self.labels = [
            Label(self.words.weight(edge), self.words.short_gradient(edge)) for edge in picture.edges
        ]
        self.headings = [self.words.column(k) for k in range(len(picture.headings))]
        self.layout = lay_out(self.plan())

    def plan(self) -> Plan:
        picture = self.picture
        return Plan(
            self.sizes(),
            picture.columns,
            [(edge.source, edge.target) for edge in picture.edges],
            [label_size(label) for label in self.labels],
            [text_width(heading, HEADING) for heading in self.headings],
            is_network(self.problem),
            frozenset(k for k, node in enumerate(picture.nodes) if node.kind == "constant"),
        )

    def sizes(self) -> list[Size]:
        """The sizes of nodes; the boxes of a layer are all as wide as the widest."""
        nodes = self.picture.nodes
        sizes = [node_size(node, said) for node, said in zip(nodes, self.said, strict=True)]
        if is_network(self.problem):
            for members in self.picture.columns:
                boxes = [k for k in members if nodes[k].kind != "constant"]
                widest = max((sizes[k].width for k in boxes), default=0)
                for k in boxes:
                    sizes[k] = sizes[k]._replace(width=widest)
        return sizes

    def lines(self) -> Iterator[str]:
        title, place = self.words.heading()
        left, right = self.overhang()
        drawn = left + self.layout.size.width + right
        inner = max(drawn, NARROWEST)
        titles = [] if self.is_part else _wrapped(title, TITLE, inner)
        places = [] if self.is_part else _wrapped(place, HEADING, inner)
        legend = [line for said in self.legend() for line in _wrapped(said, HEADING, inner)]
        x = EDGE_OF_PAGE + left + (inner - drawn) / 2
        y = EDGE_OF_PAGE + 22 * len(titles) + LINE * len(places) + (0 if self.is_part else 14)
        head = y + HEADING
        if any(self.headings):
            y += LINE + 8
        bottom = y + self.layout.size.height + 28
        width = inner + 2 * EDGE_OF_PAGE
        height = bottom + LINE * len(legend) + (EDGE_OF_PAGE - LINE / 2 if legend else 0)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="network" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" style="max-width: 100%; height: auto" role="img" '
            f'xml:space="preserve">'
        )
        yield f"<title>{escape(title)}</title>"  # what it is called, and what it says, where it is not seen
        yield f"<desc>{escape(f'{place}. {self.words.description()}')}</desc>"
        yield f"<style>{STYLE}</style>"
        yield f'<rect class="page" width="{width:.0f}" height="{height:.0f}"/>'
        for k, line in enumerate(titles):
            yield text_mark(
                line, EDGE_OF_PAGE, EDGE_OF_PAGE + 16 + 22 * k, TITLE, "title", "start", plain=True
            )
        for k, line in enumerate(places):
            below = EDGE_OF_PAGE + 22 * len(titles) + HEADING + 2 + LINE * k
            yield text_mark(line, EDGE_OF_PAGE, below, HEADING, "quiet", "start")
        for heading, middle in zip(self.headings, self.layout.columns, strict=True):
            if heading:
                yield text_mark(heading, x + middle, head, HEADING, "quiet", plain=True)
        yield f'<g transform="translate({x:.1f} {y:.1f})">'
        yield from self.drawing(self.layout)
        yield "</g>"
        for k, line in enumerate(legend):
            yield text_mark(line, EDGE_OF_PAGE, bottom + 4 + LINE * k, HEADING, "quiet", "start")
        yield "</svg>"

    def overhang(self) -> tuple[float, float]:
        """How far headings stand out at the left and at the right."""
        ends = [
            (middle - text_width(heading, HEADING) / 2, middle + text_width(heading, HEADING) / 2)
            for heading, middle in zip(self.headings, self.layout.columns, strict=True)
        ]
        return (
            max(0.0, -min(left for left, _ in ends)),
            max(0.0, max(right for _, right in ends) - self.layout.size.width),
        )

    def legend(self) -> Iterator[str]:
        if any(label.below for label in self.labels):
            cost = next(node for node in self.picture.nodes if node.kind == "cost").values[0].symbol
            yield f"At an edge: its weight w, and after ∂ the gradient ∂{self.words.look.symbol(cost)}/∂w."
        yield from (f"{line}." for line in self.words.legend("Thick", "dashed"))

    def drawing(self, layout: Layout) -> Iterator[str]:
        largest = largest_weight(self.picture)
        edges = list(zip(self.picture.edges, layout.lines, strict=True))
        uses = Counter(line.way for edge, line in edges if edge.weight and len(line.way) > 1)
        shared = [way for way, count in uses.items() if count > 1]
        yield from map(way_path, shared)  # a way that several weights share has no sign or size of its own
        for edge, line in edges:
            yield edge_path(edge, line.leg if line.way in shared else line.corners, largest)
        for label, box in zip(self.labels, layout.labels, strict=True):
            if box:
                yield from label_marks(label, box)
        for node, said, box in zip(self.picture.nodes, self.said, layout.boxes, strict=True):
            yield from node_marks(node, said, box)


def _wrapped(text: str, font: float, width: float) -> list[str]:
    """Lines of at most that width; nothing is parted from its = or from its value."""
    kept = text.replace(" = ", "\u00a0=\u00a0")
    lines = textwrap.wrap(kept, max(20, int(width / (WIDE * font))))
    return [line.replace("\u00a0", " ") for line in lines]

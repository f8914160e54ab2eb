"""A picture as SVG that needs nothing else: no fetched files, no scripts, light and dark, readable in print.

Owns the page around the picture. Whatever a colour says is said otherwise too: a negative weight is dashed,
a gradient is in italics below a rule or after ∂.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TextIO
from xml.sax.saxutils import escape

from backtrace.diagrams.diagram import Picture
from backtrace.problem.problem import Problem
from backtrace.views.diagram.captions import Captions
from backtrace.views.diagram.geometry import Size
from backtrace.views.diagram.layout import LayoutPlan, lay_out
from backtrace.views.diagram.marks import (
    LINE,
    STYLE,
    WIDE,
    edge_path,
    label_marks,
    label_size,
    node_marks,
    node_size,
    text_mark,
    text_width,
)
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look

HEADING, TITLE = 12.0, 16.0  # the sizes of the fonts
EDGE_OF_PAGE = 20.0
NARROWEST = 420.0  # of the page, so that a title has room


def write_svg(context: ViewContext) -> None:
    """Write the picture. It has no ids, so that several can be on one page."""
    for line in svg_lines(*context[:3]):
        context.out.write(f"{carried(line, context.out)}\n")


def svg_lines(problem: Problem, picture: Picture, look: Look, is_part: bool = False) -> Iterator[str]:
    """The lines of the picture; as a part of a page, which has the title and the sample, without these."""
    return _Page(problem, picture, look, is_part).lines()


def carried(text: str, out: TextIO) -> str:
    """Markup for an output's encoding: characters that it lacks become references."""
    if (out.encoding or "ascii").lower().replace("-", "").startswith("utf"):
        return text
    return text.encode("ascii", "xmlcharrefreplace").decode()


class _Page:
    def __init__(self, problem: Problem, picture: Picture, look: Look, is_part: bool) -> None:
        self.picture = picture
        self.is_part = is_part
        self.captions = Captions(problem, picture, look)
        self.layout = lay_out(
            LayoutPlan(
                self.sizes(),
                picture.columns,
                [(edge.source, edge.target) for edge in picture.edges],
                [label_size(texts) for texts in self.captions.edges],
                [text_width(heading, HEADING) for heading in self.captions.headings],
                self.captions.is_network,
                frozenset(k for k, node in enumerate(picture.nodes) if node.kind == "constant"),
            )
        )

    def sizes(self) -> list[Size]:
        """The sizes of nodes; the boxes of a layer are all as wide as the widest."""
        nodes = self.picture.nodes
        sizes = [node_size(node, caption) for node, caption in zip(nodes, self.captions.nodes, strict=True)]
        for places in self.picture.columns if self.captions.is_network else ():
            boxes = [k for k in places if nodes[k].kind != "constant"]
            widest = max((sizes[k].width for k in boxes), default=0)
            for k in boxes:
                sizes[k] = sizes[k]._replace(width=widest)
        return sizes

    def lines(self) -> Iterator[str]:
        title, place = self.captions.heading()
        inner = max(self.layout.size.width, NARROWEST)
        titles = [] if self.is_part else _wrapped(title, TITLE, inner)
        places = [] if self.is_part else _wrapped(place, HEADING, inner)
        legend = [line for sentence in self.legend() for line in _wrapped(sentence, HEADING, inner)]
        x = EDGE_OF_PAGE + (inner - self.layout.size.width) / 2
        y = EDGE_OF_PAGE + 22 * len(titles) + LINE * len(places) + (0 if self.is_part else 14)
        head = y + HEADING
        if any(self.captions.headings):
            y += LINE + 8
        bottom = y + self.layout.size.height + 28
        width = f"{inner + 2 * EDGE_OF_PAGE:.0f}"
        height = f"{bottom + LINE * len(legend) + (EDGE_OF_PAGE - LINE / 2 if legend else 0):.0f}"
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="network" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" style="max-width: 100%; height: auto" role="img" '
            f'xml:space="preserve">'
        )
        yield f"<title>{escape(title)}</title>"  # this and the description are read out to the blind
        yield f"<desc>{escape(f'{place}. {self.captions.description()}')}</desc>"
        yield f"<style>{STYLE}</style>"
        yield f'<rect class="page" width="{width}" height="{height}"/>'
        for k, line in enumerate(titles):
            yield text_mark(line, EDGE_OF_PAGE, EDGE_OF_PAGE + 16 + 22 * k, TITLE, "title", "start", True)
        below = EDGE_OF_PAGE + 22 * len(titles) + HEADING + 2
        for k, line in enumerate(places):
            yield text_mark(line, EDGE_OF_PAGE, below + LINE * k, HEADING, "quiet", "start")
        for heading, middle in zip(self.captions.headings, self.layout.columns, strict=True):
            if heading:
                yield text_mark(heading, x + middle, head, HEADING, "quiet", plain=True)
        yield f'<g transform="translate({x:.1f} {y:.1f})">'
        yield from self.network()
        yield "</g>"
        for k, line in enumerate(legend):
            yield text_mark(line, EDGE_OF_PAGE, bottom + 4 + LINE * k, HEADING, "quiet", "start")
        yield "</svg>"

    def legend(self) -> Iterator[str]:
        if any(texts.brief for texts in self.captions.edges):
            cost = next(node for node in self.picture.nodes if node.kind == "cost").values[0].symbol
            yield f"At an edge: its weight w, and after ∂ the gradient ∂{self.captions.look.symbol(cost)}/∂w."
        yield from (f"{line}." for line in self.captions.legend())

    def network(self) -> Iterator[str]:
        """Edges, labels on top of them, and nodes."""
        yield from map(edge_path, self.captions.edges, self.layout.lines)
        for texts, box in zip(self.captions.edges, self.layout.labels, strict=True):
            if box:
                yield from label_marks(texts, box)
        for node, caption, place in zip(
            self.picture.nodes, self.captions.nodes, self.layout.boxes, strict=True
        ):
            yield from node_marks(node, caption, place)


def _wrapped(text: str, font: float, width: float) -> list[str]:
    """Lines of at most that width; a symbol, its = and its value stay on one line."""
    kept = text.replace(" = ", "\u00a0=\u00a0")
    lines = textwrap.wrap(kept, max(20, int(width / (WIDE * font))))
    return [line.replace("\u00a0", " ") for line in lines]

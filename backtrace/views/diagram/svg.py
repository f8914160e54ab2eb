"""A picture as SVG that needs nothing else: no fetched files, no scripts, light and dark, readable in print.

Owns fonts, colours, shapes, and the page around the picture. Whatever a colour says is said otherwise too: a
negative weight is dashed, a gradient is in italics below a rule or after ∂.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TextIO
from xml.sax.saxutils import escape

from backtrace.diagrams.diagram import Picture, PictureNode
from backtrace.problem.problem import Problem
from backtrace.typesetting.names import SHORT, is_phrase
from backtrace.views.diagram.captions import Captions, EdgeCaption, NodeCaption
from backtrace.views.diagram.layout import Box, LayoutPlan, PagePoint, Size, lay_out
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look

HEADING, TITLE, NODE, LABEL = 12.0, 16.0, 13.0, 12.0  # the sizes of the fonts
EDGE_OF_PAGE = 20.0
NARROWEST = 420.0  # of the page, so that a title has room
WIDE = 0.62  # the mean width of a text's characters, at most, over the font's size
LINE, LABEL_LINE = 18.0, 15.0  # from one line to the next, in nodes and at edges
PADDING = 9.0
GAP = 7.0  # around the rule between values and gradients

STYLE = """
    .network text { font-family: system-ui, sans-serif; fill: #1f2328 }
    .network .title { font-weight: 600 }
    .network .quiet { fill: #59636e }
    .network .back { fill: #8250df; font-style: italic }
    .network .page { fill: #ffffff }
    .network .node { fill: #f6f8fa; stroke: #59636e; stroke-width: 1.25 }
    .network .cost { stroke-width: 2.5 }
    .network .target { stroke-dasharray: 4 3 }
    .network .rule { stroke: #59636e; stroke-width: 0.75 }
    .network .edge { fill: none; stroke: #818b98 }
    .network .plus { stroke: #0969da }
    .network .minus { stroke: #bc4c00; stroke-dasharray: 7 4 }
    .network .zero { stroke-dasharray: 1 4 }
    @media screen and (prefers-color-scheme: dark) {
      .network text { fill: #e6edf3 } .network .quiet { fill: #9198a1 } .network .back { fill: #d2a8ff }
      .network .page { fill: #0d1117 } .network .node { fill: #151b23; stroke: #9198a1 }
      .network .rule { stroke: #9198a1 } .network .edge { stroke: #656c76 }
      .network .plus { stroke: #58a6ff } .network .minus { stroke: #f0883e }
    }
  """
# h_1, w_2_1_3, out_h1: the part after the first low line is set lower, but not the 2 of h_1².
_SIGN = "[^\\W_⁰¹²³⁴⁵⁶⁷⁸⁹]"
_INDEXED = re.compile(rf"([^\W\d_]+)_({_SIGN}+(?:_{_SIGN}+)*)(&\w+;|.)?")


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


# Nodes, edges and labels, and their sizes


def text_width(text: str, font: float) -> float:
    """An upper estimate of a text's width in a font of that size."""
    return WIDE * font * len(text)


def node_size(node: PictureNode, caption: NodeCaption) -> Size:
    """The size of a node with its lines."""
    width = max((text_width(line, NODE) for line in caption.lines), default=0) + 2 * PADDING
    height = LINE * len(caption.lines) + PADDING + (GAP if caption.below else 0)
    if node.kind == "constant":
        width = height = max(width, height)
    return Size(width, height)


def label_lines(texts: EdgeCaption) -> list[str]:
    """The lines of a label: the weight, and below it its gradient without a name."""
    return [line for line in (texts.weight, texts.brief) if line]


def label_size(texts: EdgeCaption) -> Size | None:
    """The size of a label; None if nothing is in it."""
    lines = label_lines(texts)
    if not lines:
        return None
    return Size(max(text_width(line, LABEL) for line in lines) + 6, LABEL_LINE * len(lines) + 3)


def edge_path(texts: EdgeCaption, corners: Sequence[PagePoint]) -> str:
    """An edge: straight and by its sign and size where it has a weight; else a curve."""
    if texts.sign:
        line = "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
        return f'<path class="edge {texts.sign}" d="M{line}" stroke-width="{texts.thickness:.2f}"/>'
    pieces = [f"M{corners[0].x:.1f} {corners[0].y:.1f}"]
    for (left, y), (x, below) in pairwise(corners):
        middle = (left + x) / 2
        curve = f"C{middle:.1f} {y:.1f} {middle:.1f} {below:.1f} {x:.1f} {below:.1f}"
        pieces.append(f"H{x:.1f}" if below == y else curve)
    return f'<path class="edge" d="{"".join(pieces)}" stroke-width="1.5"/>'


def label_marks(texts: EdgeCaption, box: Box) -> Iterator[str]:
    """A label on a piece of the page, so that its own edge does not go through its text."""
    yield '<g class="label">'
    yield f'<rect class="page" {_sides(box)} rx="3"/>'
    for k, line in enumerate(label_lines(texts)):
        y = box.top + LABEL_LINE * k + LABEL + 0.5
        yield text_mark(line, box.middle.x, y, LABEL, "back" if k else "")
    yield "</g>"


def node_marks(node: PictureNode, caption: NodeCaption, box: Box) -> Iterator[str]:
    """A node: its outline and its lines, with a rule above the gradients."""
    if node.kind != "gap":
        yield _outline(node, box)
    content = LINE * len(caption.lines) + (GAP if caption.below else 0)
    y = box.middle.y - content / 2 + NODE
    for line in caption.above:
        yield text_mark(line, box.middle.x, y, NODE, "quiet" if node.kind == "gap" else "")
        y += LINE
    if caption.below:
        rule = y - NODE + GAP / 2
        yield f'<path class="rule" d="M{box.left:.1f} {rule:.1f}H{box.right:.1f}"/>'
        y += GAP
    for line in caption.below:
        yield text_mark(line, box.middle.x, y, NODE, "back")
        y += LINE


def _outline(node: PictureNode, box: Box) -> str:
    """A node's shape: round at its ends if it is given, with corners if it is computed."""
    round_ends = min(box.bottom - box.top, 36) / 2
    rounding = {"unit": 8.0, "equation": 8.0, "cost": 2.0}.get(node.kind, round_ends)
    kind = f" {node.kind}" if node.kind in ("cost", "target") else ""
    return f'<rect class="node{kind}" {_sides(box)} rx="{rounding:.1f}"/>'


def _sides(box: Box) -> str:
    left, top, right, bottom = box
    return f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'


def text_mark(
    text: str, x: float, y: float, font: float, kind: str = "", anchor: str = "middle", plain: bool = False
) -> str:
    """A line of text at a place; with indices, unless it is plain."""
    shown = escape(text) if plain else _with_indices(text, font)
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" font-size="{font:g}" text-anchor="{anchor}">{shown}</text>'


def _with_indices(text: str, font: float) -> str:
    """The text with its indices lower and smaller, as h_1 is written on paper."""

    def lowered(found: re.Match[str]) -> str:
        base, index, after = found.groups(default="")
        parts = index.split("_")
        if is_phrase(base, parts):
            return found[0]
        shown = index.replace("_", ",") if all(map(SHORT.fullmatch, parts)) else index
        # The next character goes back up, and the rest of the text with it.
        back = f'<tspan dy="-{font / 5:g}">{after}</tspan>' if after else ""
        return f'{base}<tspan dy="{font / 5:g}" font-size="{font * 0.78:.3g}">{shown}</tspan>{back}'

    return _INDEXED.sub(lowered, escape(text))


# The page


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

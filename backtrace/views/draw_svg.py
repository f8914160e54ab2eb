"""A picture as SVG that stands by itself: nothing fetched, no scripts, light and dark, readable in print.

What a colour says is said otherwise too: a negative weight is dashed, a gradient is in italics below a line
or after ∂.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TextIO
from xml.sax.saxutils import escape

from backtrace.derivation.typeset_names import SHORT, is_phrase
from backtrace.picture import Edge, Node, Picture
from backtrace.problem import Problem
from backtrace.views.draw_layout import Layout, Plan, laid_out
from backtrace.views.drawn import Said, Words, is_network, largest_weight, thickness
from backtrace.views.geometry import Box, Point, Size
from backtrace.views.records import Look

WIDE = 0.62  # of a font's size: what a character takes up, on average and at most
NODE, LABEL, HEADING, TITLE = 13.0, 12.0, 12.0, 16.0  # the sizes of the fonts
LINE, LABEL_LINE = 18.0, 15.0  # from one line to the next, in nodes and at edges
PADDING, EDGE_OF_PAGE = 9.0, 20.0
NARROWEST = 420.0  # of the page, so that a title has room
GAP = 7.0  # in the line between what came forward and what came back

_STYLE = """
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
# h_1, w_2_1_3, out_h1: what follows the first low line is set lower, but not the 2 of h_1².
_SIGN = "[^\\W_⁰¹²³⁴⁵⁶⁷⁸⁹]"
_INDEXED = re.compile(rf"([^\W\d_]+)_({_SIGN}+(?:_{_SIGN}+)*)")


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


class _Label(NamedTuple):
    """What stands at an edge: above its middle and below."""

    above: str
    below: str

    @property
    def lines(self) -> list[str]:
        return [line for line in self if line]


class _Page:
    def __init__(self, problem: Problem, picture: Picture, look: Look, is_part: bool) -> None:
        self.problem = problem
        self.picture = picture
        self.is_part = is_part
        self.words = Words(problem, picture, look)
        self.said = [self.words.node(node) for node in picture.nodes]
        self.labels = [
            _Label(self.words.weight(edge), self.words.short_gradient(edge)) for edge in picture.edges
        ]
        self.headings = [self.words.column(k) for k in range(len(picture.headings))]
        self.layout = laid_out(self.plan())

    def plan(self) -> Plan:
        picture = self.picture
        return Plan(
            self.sizes(),
            picture.columns,
            [(edge.source, edge.target) for edge in picture.edges],
            [_label_size(label) for label in self.labels],
            [_text_width(heading, HEADING) for heading in self.headings],
            is_network(self.problem),
            frozenset(k for k, node in enumerate(picture.nodes) if node.kind == "constant"),
        )

    def sizes(self) -> list[Size]:
        """The sizes of nodes; the boxes of a layer are all as wide as the widest."""
        nodes = self.picture.nodes
        sizes = [_node_size(node, said) for node, said in zip(nodes, self.said, strict=True)]
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
        yield f"<style>{_STYLE}</style>"
        yield f'<rect class="page" width="{width:.0f}" height="{height:.0f}"/>'
        for k, line in enumerate(titles):
            yield _text(line, EDGE_OF_PAGE, EDGE_OF_PAGE + 16 + 22 * k, TITLE, "title", "start", plain=True)
        for k, line in enumerate(places):
            below = EDGE_OF_PAGE + 22 * len(titles) + HEADING + 2 + LINE * k
            yield _text(line, EDGE_OF_PAGE, below, HEADING, "quiet", "start")
        for heading, middle in zip(self.headings, self.layout.columns, strict=True):
            if heading:
                yield _text(heading, x + middle, head, HEADING, "quiet", plain=True)
        yield f'<g transform="translate({x:.1f} {y:.1f})">'
        yield from self.drawing(self.layout)
        yield "</g>"
        for k, line in enumerate(legend):
            yield _text(line, EDGE_OF_PAGE, bottom + 4 + LINE * k, HEADING, "quiet", "start")
        yield "</svg>"

    def overhang(self) -> tuple[float, float]:
        """How far headings stand out at the left and at the right."""
        ends = [
            (middle - _text_width(heading, HEADING) / 2, middle + _text_width(heading, HEADING) / 2)
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
        ways = Counter(tuple(corners[:-1]) for edge, corners in edges if edge.weight)
        shared = [way for way, count in ways.items() if count > 1 and len(way) > 1]
        yield from map(_plain, shared)  # what carries one value to several weights is of no sign or size
        for edge, corners in edges:
            yield _path(edge, corners[-2:] if tuple(corners[:-1]) in shared else corners, largest)
        for label, box in zip(self.labels, layout.labels, strict=True):
            if box:
                yield from _label(label, box)
        for node, said, box in zip(self.picture.nodes, self.said, layout.boxes, strict=True):
            yield from _node(node, said, box)


# Sizes


def _text_width(text: str, font: float) -> float:
    return WIDE * font * len(text)


def _node_size(node: Node, said: Said) -> Size:
    lines = [*said.above, *said.below]
    width = max((_text_width(line, NODE) for line in lines), default=0) + 2 * PADDING
    height = LINE * len(lines) + PADDING + (GAP if said.below else 0)
    if node.kind == "constant":
        width = height = max(width, height)
    return Size(width, height)


def _label_size(label: _Label) -> Size | None:
    if not label.lines:
        return None
    width = max(_text_width(line, LABEL) for line in label.lines) + 6
    return Size(width, LABEL_LINE * len(label.lines) + 3)


def _wrapped(text: str, font: float, width: float) -> list[str]:
    """Lines of at most that width; nothing is parted from its = or from its value."""
    kept = text.replace(" = ", "\u00a0=\u00a0")
    lines = textwrap.wrap(kept, max(20, int(width / (WIDE * font))))
    return [line.replace("\u00a0", " ") for line in lines]


# Marks


def _path(edge: Edge, corners: Sequence[Point], largest: float) -> str:
    """An edge: straight where it has a weight, by whose sign and size it is drawn; else a curve."""
    if edge.weight is None:
        return _plain(corners)
    value = float(edge.weight.value)
    sign = "zero" if value == 0 else "minus" if value < 0 else "plus"
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
    return f'<path class="edge {sign}" d="M{line}" stroke-width="{thickness(value, largest):.2f}"/>'


def _plain(corners: Sequence[Point]) -> str:
    return f'<path class="edge" d="{_curve(corners)}" stroke-width="1.5"/>'


def _curve(corners: Sequence[Point]) -> str:
    """Through the corners, level at each."""
    first, *rest = corners
    pieces = [f"M{first.x:.1f} {first.y:.1f}"]
    before = first
    for corner in rest:
        if corner.y == before.y:
            pieces.append(f"H{corner.x:.1f}")
        else:
            middle = (before.x + corner.x) / 2
            pieces.append(
                f"C{middle:.1f} {before.y:.1f} {middle:.1f} {corner.y:.1f} {corner.x:.1f} {corner.y:.1f}"
            )
        before = corner
    return "".join(pieces)


def _label(label: _Label, box: Box) -> Iterator[str]:
    width, height = box.right - box.left, box.bottom - box.top
    yield '<g class="label">'
    yield (
        f'<rect class="page" x="{box.left:.1f}" y="{box.top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="3"/>'
    )
    for k, line in enumerate(label.lines):
        kind = "back" if k else ""
        yield _text(line, box.middle.x, box.top + LABEL_LINE * k + LABEL + 0.5, LABEL, kind)
    yield "</g>"


def _node(node: Node, said: Said, box: Box) -> Iterator[str]:
    if node.kind != "gap":
        yield _outline(node, box)
    content = LINE * len([*said.above, *said.below]) + (GAP if said.below else 0)
    y = box.middle.y - content / 2 + NODE
    for line in said.above:
        yield _text(line, box.middle.x, y, NODE, "quiet" if node.kind == "gap" else "")
        y += LINE
    if said.below:
        rule = y - NODE + GAP / 2
        yield f'<path class="rule" d="M{box.left:.1f} {rule:.1f}H{box.right:.1f}"/>'
        y += GAP
    for line in said.below:
        yield _text(line, box.middle.x, y, NODE, "back")
        y += LINE


def _outline(node: Node, box: Box) -> str:
    """A node's shape: what is given is round at its ends, what is worked out has corners."""
    width, height = box.right - box.left, box.bottom - box.top
    rounding = {"unit": 8.0, "equation": 8.0, "cost": 2.0}.get(node.kind, min(height, 36) / 2)
    kind = f" {node.kind}" if node.kind in ("cost", "target") else ""
    return (
        f'<rect class="node{kind}" x="{box.left:.1f}" y="{box.top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="{rounding:.1f}"/>'
    )


def _text(
    text: str, x: float, y: float, font: float, kind: str = "", anchor: str = "middle", plain: bool = False
) -> str:
    shown = escape(text) if plain else _with_indices(text, font)
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" font-size="{font:g}" text-anchor="{anchor}">{shown}</text>'


def _with_indices(text: str, font: float) -> str:
    """The text with indices set lower and smaller: what h_1 looks like on paper."""
    pieces, done = [], 0
    for found in _INDEXED.finditer(text):
        base, index = found.groups()
        parts = index.split("_")
        if is_phrase(base, parts):
            continue
        pieces.append(escape(text[done : found.start()] + base))
        lowered = escape(index.replace("_", ",") if all(map(SHORT.fullmatch, parts)) else index)
        pieces.append(f'<tspan dy="{font / 5:g}" font-size="{font * 0.78:.3g}">{lowered}</tspan>')
        done = found.end()
        rest = text[done : done + 1]  # goes back up, and with it all that follows
        if rest:
            pieces.append(f'<tspan dy="-{font / 5:g}">{escape(rest)}</tspan>')
            done += 1
    pieces.append(escape(text[done:]))
    return "".join(pieces)

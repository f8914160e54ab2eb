"""What the nodes, the edges and the labels of a picture look like in SVG, and how large they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from backtrace.diagrams.diagram import Edge, Node
from backtrace.typesetting.names import SHORT, is_phrase
from backtrace.views.diagram.captions import Said, thickness
from backtrace.views.diagram.geometry import Box, Point, Size

WIDE = 0.62  # of a font's size: what a character takes up, on average and at most
NODE, LABEL = 13.0, 12.0  # the sizes of the fonts
LINE, LABEL_LINE = 18.0, 15.0  # from one line to the next, in nodes and at edges
PADDING = 9.0
GAP = 7.0  # in the line between what came forward and what came back

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
# h_1, w_2_1_3, out_h1: what follows the first low line is set lower, but not the 2 of h_1².
_SIGN = "[^\\W_⁰¹²³⁴⁵⁶⁷⁸⁹]"
_INDEXED = re.compile(rf"([^\W\d_]+)_({_SIGN}+(?:_{_SIGN}+)*)")


class Label(NamedTuple):
    """What stands at an edge: above its middle and below."""

    above: str
    below: str

    @property
    def lines(self) -> list[str]:
        return [line for line in self if line]


def text_width(text: str, font: float) -> float:
    """About how wide a text is in a font of that size, and no less."""
    return WIDE * font * len(text)


def node_size(node: Node, said: Said) -> Size:
    """What a node with these lines takes up."""
    lines = [*said.above, *said.below]
    width = max((text_width(line, NODE) for line in lines), default=0) + 2 * PADDING
    height = LINE * len(lines) + PADDING + (GAP if said.below else 0)
    if node.kind == "constant":
        width = height = max(width, height)
    return Size(width, height)


def label_size(label: Label) -> Size | None:
    """What a label takes up; None if there is nothing in it."""
    if not label.lines:
        return None
    width = max(text_width(line, LABEL) for line in label.lines) + 6
    return Size(width, LABEL_LINE * len(label.lines) + 3)


def edge_path(edge: Edge, corners: Sequence[Point], largest: float) -> str:
    """An edge: straight where it has a weight, by whose sign and size it is drawn; else a curve."""
    if edge.weight is None:
        return way_path(corners)
    value = float(edge.weight.value)
    sign = "zero" if value == 0 else "minus" if value < 0 else "plus"
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
    return f'<path class="edge {sign}" d="M{line}" stroke-width="{thickness(value, largest):.2f}"/>'


def way_path(corners: Sequence[Point]) -> str:
    """A way without a weight, in curves."""
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


def label_marks(label: Label, box: Box) -> Iterator[str]:
    """A label, and behind it a piece of the page, so that no edge goes through its text."""
    width, height = box.right - box.left, box.bottom - box.top
    yield '<g class="label">'
    yield (
        f'<rect class="page" x="{box.left:.1f}" y="{box.top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="3"/>'
    )
    for k, line in enumerate(label.lines):
        kind = "back" if k else ""
        yield text_mark(line, box.middle.x, box.top + LABEL_LINE * k + LABEL + 0.5, LABEL, kind)
    yield "</g>"


def node_marks(node: Node, said: Said, box: Box) -> Iterator[str]:
    """A node: its outline and its lines, with a rule above what came back."""
    if node.kind != "gap":
        yield _outline(node, box)
    content = LINE * len([*said.above, *said.below]) + (GAP if said.below else 0)
    y = box.middle.y - content / 2 + NODE
    for line in said.above:
        yield text_mark(line, box.middle.x, y, NODE, "quiet" if node.kind == "gap" else "")
        y += LINE
    if said.below:
        rule = y - NODE + GAP / 2
        yield f'<path class="rule" d="M{box.left:.1f} {rule:.1f}H{box.right:.1f}"/>'
        y += GAP
    for line in said.below:
        yield text_mark(line, box.middle.x, y, NODE, "back")
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


def text_mark(
    text: str, x: float, y: float, font: float, kind: str = "", anchor: str = "middle", plain: bool = False
) -> str:
    """A line of text at a place; with indices, unless it is plain."""
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

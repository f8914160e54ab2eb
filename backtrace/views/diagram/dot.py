"""A picture for Graphviz: boxes from left to right, arranged by `dot`.

Owns the syntax of DOT. Must not know coordinates.
"""

from __future__ import annotations

from collections.abc import Iterable

from backtrace.views.diagram.captions import Captions
from backtrace.views.page.context import ViewContext

_FONT = 'fontname="sans-serif"'
_SHAPES = {
    **dict.fromkeys(("input", "parameter"), "shape=ellipse"),
    **dict.fromkeys(("unit", "equation"), "shape=box, style=rounded"),
    "target": "shape=ellipse, style=dashed",
    "constant": "shape=circle",
    "cost": "shape=box, peripheries=2",
    "gap": "shape=plaintext",
}
_ESCAPES = str.maketrans({"&": "&amp;", "\\": "\\\\", '"': '\\"'})  # Graphviz reads HTML's entities, too


def write_dot(context: ViewContext) -> None:
    """Write the picture as a graph in the DOT language."""
    problem, picture, look, out = context[:4]
    captions = Captions(problem, picture, look)
    heading = [*captions.heading(), *captions.legend()]
    out.write("digraph {\n")
    out.write(f"  graph [rankdir=LR, ranksep=1.2, labelloc=t, {_FONT}, label={_label(heading)}]\n")
    out.write(f"  node [{_FONT}]\n  edge [{_FONT}, fontsize=11]\n")
    for place, (node, caption) in enumerate(zip(picture.nodes, captions.nodes, strict=True)):
        out.write(f"  n{place} [{_SHAPES[node.kind]}, label={_label(caption.lines)}]\n")
    for places in filter(None, picture.columns):
        out.write(f"  {{ rank=same; {'; '.join(f'n{place}' for place in places)} }}\n")
    for edge, texts in zip(picture.edges, captions.edges, strict=True):
        style = ""
        if texts.sign:
            color = 'color="#bc4c00", style=dashed' if texts.sign == "minus" else 'color="#0969da"'
            style = f" [label={_label(texts.lines)}, penwidth={texts.thickness:.3g}, {color}]"
        out.write(f"  n{edge.source} -> n{edge.target}{style}\n")
    out.write("}\n")


def _label(lines: Iterable[str]) -> str:
    return '"' + "\\n".join(line.translate(_ESCAPES) for line in lines) + '"'

"""A picture for Graphviz: boxes from left to right, laid out by `dot`."""

from __future__ import annotations

from typing import TextIO

from backtrace.diagrams.diagram import Edge, Picture
from backtrace.problem.problem import Problem
from backtrace.views.diagram.captions import Words, largest_weight, thickness
from backtrace.views.page.records import Look

_FONT = 'fontname="sans-serif"'
_SHAPES = {
    "input": "shape=ellipse",
    "parameter": "shape=ellipse",
    "target": "shape=ellipse, style=dashed",
    "constant": "shape=circle",
    "unit": "shape=box, style=rounded",
    "equation": "shape=box, style=rounded",
    "cost": "shape=box, peripheries=2",
    "gap": "shape=plaintext",
}


def write_dot(problem: Problem, picture: Picture, look: Look, out: TextIO) -> None:
    """The picture as a graph in the DOT language."""
    words = Words(problem, picture, look)
    heading = [*words.heading(), *words.legend("Thick", "dashed")]
    out.write("digraph {\n")
    out.write(f"  graph [rankdir=LR, ranksep=1.2, labelloc=t, {_FONT}, label={_label(heading)}]\n")
    out.write(f"  node [{_FONT}]\n  edge [{_FONT}, fontsize=11]\n")
    for place, node in enumerate(picture.nodes):
        said = words.node(node)
        out.write(f"  n{place} [{_SHAPES[node.kind]}, label={_label([*said.above, *said.below])}]\n")
    for members in picture.columns:
        if members:
            out.write(f"  {{ rank=same; {'; '.join(f'n{place}' for place in members)} }}\n")
    largest = largest_weight(picture)
    for edge in picture.edges:
        out.write(f"  n{edge.source} -> n{edge.target}{_look_of(edge, words, largest)}\n")
    out.write("}\n")


def _look_of(edge: Edge, words: Words, largest: float) -> str:
    """How an edge is drawn: its label, and its weight's sign and size."""
    if edge.weight is None:
        return ""
    value = float(edge.weight.value)
    lines = [line for line in (words.weight(edge), words.gradient(edge)) if line]
    style = 'color="#bc4c00", style=dashed' if value < 0 else 'color="#0969da"'
    return f" [label={_label(lines)}, penwidth={thickness(value, largest):.3g}, {style}]"


def _label(lines: list[str]) -> str:
    """A quoted string; Graphviz reads escapes and, in labels, the entities of HTML."""
    return '"' + "\\n".join(_escaped(line) for line in lines) + '"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')

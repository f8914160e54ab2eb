"""A picture as a Mermaid flowchart, which code hosts render inside of Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from backtrace.diagrams.diagram import Picture
from backtrace.problem.problem import Problem
from backtrace.views.diagram.captions import Words, largest_weight, thickness
from backtrace.views.page.records import Look

_SHAPES = {
    "input": ("([", "])"),
    "parameter": ("([", "])"),
    "target": ("([", "])"),
    "constant": ("((", "))"),
    "unit": ("(", ")"),
    "equation": ("(", ")"),
    "cost": ("[[", "]]"),
    "gap": ("[", "]"),
}
# What Mermaid, or the Markdown and HTML in its labels, would read as more than a character.
_SPECIAL = frozenset('"#&;<>`$\\*~%{}|[]()@')


def write_mermaid(problem: Problem, picture: Picture, look: Look, out: TextIO) -> None:
    """The picture as a flowchart from left to right."""
    words = Words(problem, picture, look)
    title, place = words.heading()
    out.write(f"---\ntitle: {json.dumps(f'{title}; {place}', ensure_ascii=False)}\n---\n")
    out.write("flowchart LR\n")
    for k, node in enumerate(picture.nodes):
        opened, closed = _SHAPES[node.kind]
        said = words.node(node)
        out.write(f"  n{k}{opened}{_label([*said.above, *said.below])}{closed}\n")
    for edge in picture.edges:
        lines = [line for line in (words.weight(edge), words.gradient(edge)) if line]
        label = f"|{_label(lines)}|" if lines else ""
        out.write(f"  n{edge.source} -->{label} n{edge.target}\n")
    for line in _edge_styles(picture):
        out.write(f"  {line}\n")
    legend = list(words.legend("Thick", "dashed"))
    if legend:
        out.write(f"  legend[{_label(legend)}]\n  style legend fill:none,stroke:none\n")
    for k, node in enumerate(picture.nodes):
        if node.kind == "gap":
            out.write(f"  style n{k} fill:none,stroke:none\n")


def _edge_styles(picture: Picture) -> Iterable[str]:
    """The width and the line of each edge that has a weight, by the edge's number."""
    largest = largest_weight(picture)
    for k, edge in enumerate(picture.edges):
        if edge.weight is None:
            continue
        value = float(edge.weight.value)
        style = "stroke:#bc4c00,stroke-dasharray:6 4" if value < 0 else "stroke:#0969da"
        yield f"linkStyle {k} {style},stroke-width:{thickness(value, largest):.3g}px"


def _label(lines: list[str]) -> str:
    return '"' + "<br/>".join(_escaped(line) for line in lines) + '"'


def _escaped(text: str) -> str:
    """Everything that is more than a letter, as the entity codes that Mermaid reads."""
    return "".join(f"#{ord(sign)};" if sign in _SPECIAL else sign for sign in text)

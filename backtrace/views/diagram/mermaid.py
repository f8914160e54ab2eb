"""A picture as a Mermaid flowchart, which code hosts show inside of Markdown.

Owns the syntax of Mermaid. Must not know coordinates.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from backtrace.views.diagram.captions import Captions
from backtrace.views.page.context import ViewContext

_SHAPES = {
    **dict.fromkeys(("input", "parameter", "target"), ("([", "])")),
    **dict.fromkeys(("unit", "equation"), ("(", ")")),
    "constant": ("((", "))"),
    "cost": ("[[", "]]"),
    "gap": ("[", "]"),
}
# Mermaid, or the Markdown and HTML in its labels, would act on these: they are written as its entity codes.
_ESCAPES = str.maketrans({sign: f"#{ord(sign)};" for sign in '"#&;<>`$\\*~%{}|[]()@'})
_INVISIBLE = "fill:none,stroke:none"


def write_mermaid(context: ViewContext) -> None:
    """Write the picture as a flowchart from left to right."""
    problem, picture, look, out = context[:4]
    captions = Captions(problem, picture, look)
    out.write(f"---\ntitle: {json.dumps('; '.join(captions.heading()), ensure_ascii=False)}\n---\n")
    out.write("flowchart LR\n")
    styles = []
    for k, (node, caption) in enumerate(zip(picture.nodes, captions.nodes, strict=True)):
        opening, closing = _SHAPES[node.kind]
        out.write(f"  n{k}{opening}{_label(caption.lines)}{closing}\n")
        if node.kind == "gap":
            styles.append(f"  style n{k} {_INVISIBLE}\n")
    for edge, texts in zip(picture.edges, captions.edges, strict=True):
        label = f"|{_label(texts.lines)}|" if texts.lines else ""
        out.write(f"  n{edge.source} -->{label} n{edge.target}\n")
    for k, texts in enumerate(captions.edges):
        if texts.sign:
            line = "stroke:#bc4c00,stroke-dasharray:6 4" if texts.sign == "minus" else "stroke:#0969da"
            out.write(f"  linkStyle {k} {line},stroke-width:{texts.thickness:.3g}px\n")
    if legend := list(captions.legend()):
        out.write(f"  legend[{_label(legend)}]\n  style legend {_INVISIBLE}\n")
    out.writelines(styles)


def _label(lines: Iterable[str]) -> str:
    return '"' + "<br/>".join(line.translate(_ESCAPES) for line in lines) + '"'

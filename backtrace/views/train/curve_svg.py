"""A curve of costs as an SVG picture that stands by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO
from xml.sax.saxutils import escape

from backtrace.errors import printable
from backtrace.training.curve import Mark
from backtrace.views.train.curve_text import Scale, axes_of

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 80, 20, 48, 48
_STYLE = """
  .curve text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .curve .title { font-weight: 600; font-size: 15px }
  .curve .axis { stroke: #59636e; stroke-width: 1; fill: none }
  .curve .line { stroke: #0969da; stroke-width: 2; fill: none; stroke-linejoin: round }
  .curve .page { fill: #ffffff }
  @media screen and (prefers-color-scheme: dark) {
    .curve text { fill: #e6edf3 } .curve .axis { stroke: #9198a1 } .curve .line { stroke: #58a6ff }
    .curve .page { fill: #0d1117 }
  }
"""


def write_svg(title: str, symbol: str, curve: Sequence[Mark], scale: Scale, out: TextIO) -> None:
    """The curve with its axes; `symbol` is what the cost is called."""
    points, axes = axes_of(curve, scale)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    places = [
        (LEFT + axes.across(mark.steps) * (right - LEFT), bottom - axes.height(mark.cost) * (bottom - TOP))
        for mark in points
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    title, symbol = escape(printable(" ".join(title.split()))), escape(printable(symbol))
    last = f"{points[-1].cost:.4g} after {points[-1].steps:,} steps" if points else "no finite values"
    kind = ", log scale" if axes.is_log else ""
    said = f"{symbol} over {axes.last:,} steps{kind}: from {points[0].cost:.4g} to {last}" if points else last
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img">',
        f"<title>{title}</title>",
        f"<desc>{said}</desc>",
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="24">{title}</text>',
        f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>',
        f'<text x="{LEFT - 8}" y="{TOP + 5}" text-anchor="end">{axes.high:.4g}</text>',
        f'<text x="{LEFT - 8}" y="{bottom + 5}" text-anchor="end">{axes.low:.4g}</text>',
        f'<text x="{LEFT}" y="{bottom + 20}">0</text>',
        f'<text x="{right}" y="{bottom + 20}" text-anchor="end">{axes.last:,} steps</text>',
        f'<text x="{(LEFT + right) // 2}" y="{bottom + 20}" text-anchor="middle">{symbol}{kind}</text>',
        f'<polyline class="line" points="{line}"/>',
        "</svg>",
    ]
    out.write("\n".join(pieces) + "\n")

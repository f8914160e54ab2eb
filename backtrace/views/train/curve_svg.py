"""A curve of costs as a self-contained SVG picture."""

from __future__ import annotations

from xml.sax.saxutils import escape

from backtrace.errors import printable
from backtrace.views.page.context import ViewContext
from backtrace.views.train.curve_text import axes_of
from backtrace.views.train.rows import cost_name

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


def write_svg(context: ViewContext) -> None:
    """The curve with its axes."""
    run = context.content
    points, axes = axes_of(run.outcome.curve, context.options["scale"])
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    places = [
        (LEFT + axes.across(mark.steps) * (right - LEFT), bottom - axes.height(mark.cost) * (bottom - TOP))
        for mark in points
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    title = escape(printable(" ".join(run.problem.title.split())))
    symbol = escape(printable(cost_name(run)))
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
    context.out.write("\n".join(pieces) + "\n")

"""The matrices of a layer as lines after its table, in text. Must not know where these are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from backtrace.derivation.equation import Equation
from backtrace.evaluation.steps import Part
from backtrace.views.page.context import ViewContext

MatrixLines = Callable[[Part, Sequence[Equation]], list[str]]


def matrix_lines(context: ViewContext, limit: float = math.inf) -> MatrixLines:
    """A function that gives the lines after a table with some rows of a part; none without `--matrix`."""
    if not context.has("matrix"):
        return lambda part, equations: []
    from backtrace.views.trace.matrix import LayerMatrices
    from backtrace.views.trace.matrix_brackets import LEGIBLE, lines

    matrices, style = LayerMatrices(context.problem, context.look), context.look.style
    width = int(min(limit, LEGIBLE))
    return lambda part, equations: lines(matrices.after(part, equations), style, width, limit)

"""Matrix equations → lines of text: matrices in brackets, broken at the equals signs where a line is short.

Must not know layers, nor compute anything but widths.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

from backtrace.typesetting.plain import Style
from backtrace.views.page.records import typed
from backtrace.views.trace.matrix_equation import MOST, Matrix, MatrixEquation, Side

LEGIBLE = 100  # columns after which an equation is broken even where lines have no end
_FEWEST = 3  # columns that a matrix keeps on the narrowest terminal: the first, the dots, the last

# One line high, then the top, the middle and the bottom of tall ones.
_SQUARE = (("[", "]"), ("⎡", "⎤"), ("⎢", "⎥"), ("⎣", "⎦"))
_ROUND = (("(", ")"), ("⎛", "⎞"), ("⎜", "⎟"), ("⎝", "⎠"))
_BINARY = frozenset("·⊙+-")

# The ways to break left = right = right in numbers = result, the ones that are easier to read first: which
# sides share a line, and whether the lines begin under the first equals sign.
_LAYOUTS = (
    (((0, 1, 2, 3),), True),
    (((0, 1), (2, 3)), True),
    (((0, 1), (2,), (3,)), True),
    (((0,), (1,), (2, 3)), False),
    (((0,), (1,), (2,), (3,)), False),
)

Block = Sequence[str]  # lines of the same length


def lines(
    equations: Iterable[MatrixEquation], style: Style, width: int = LEGIBLE, limit: float = math.inf
) -> list[str]:
    """The equations one under the other, an empty line between them.

    Lines are broken after `width` columns where they can be; beyond `limit` matrices lose columns besides.
    """
    shown: list[str] = []
    for equation in equations:
        shown += [*([""] if shown else []), equation.caption]
        if equation.sides:
            shown += _fitted(_Pen(style), equation.sides, width, limit)
        shown += equation.notes
    return shown


def _fitted(pen: _Pen, sides: Sequence[Side], width: int, limit: float) -> list[str]:
    """The equation with as many columns as there is room for, in the first layout that is narrow enough."""
    for columns in range(MOST, _FEWEST - 1, -1):
        blocks = [pen.side(side, columns) for side in sides]
        ways = [_laid_out(_without_repeats(blocks, groups), aligned) for groups, aligned in _LAYOUTS]
        rows = next((way for way in ways if max(map(len, way)) <= width), ways[-1])
        if max(map(len, rows)) <= limit:
            break
    return [*_shapes(pen, sides, columns), *rows]


def _without_repeats(blocks: Sequence[Block], groups: Sequence[Sequence[int]]) -> list[list[Block]]:
    """The sides by line, without one that says the same as the one before it: A = H of a linear layer."""
    kept = [[blocks[i] for i in group if i == 0 or blocks[i] != blocks[i - 1]] for group in groups]
    return [group for group in kept if group]


def _laid_out(groups: Sequence[Sequence[Block]], aligned: bool) -> list[str]:
    first, *rest = groups
    indent = len(first[0][0]) + 1 if aligned else 2
    placed = [_beside(_between(first, " = "))]
    placed += [_beside([[" " * indent], ["= "], *_between(group, " = ")]) for group in rest]
    tall = any(len(block) > 1 for block in placed)  # then brackets would touch without an empty line
    lines = ("\n\n" if tall else "\n").join("\n".join(block) for block in placed)
    return [line.rstrip() for line in lines.split("\n")]


def _between(blocks: Sequence[Block], sign: str) -> list[Block]:
    return [part for i, block in enumerate(blocks) for part in ([[sign], block] if i else [block])]


def _beside(blocks: Sequence[Block]) -> Block:
    """Blocks side by side, their middles on one line."""
    height = max(map(len, blocks))
    columns = []
    for block in blocks:
        empty = " " * len(block[0])
        above = (height - len(block)) // 2
        columns.append([empty] * above + list(block) + [empty] * (height - len(block) - above))
    return ["".join(row) for row in zip(*columns, strict=True)]


def _shapes(pen: _Pen, sides: Sequence[Side], columns: int) -> list[str]:
    """The sizes of the matrices, as 100×1 = 100×785 · 785×1, where one of them is shortened."""
    times = "x" if pen.style.ascii else "×"
    left, right = sides[:2]
    matrices = [item for side in (left, right) for item in side if isinstance(item, Matrix)]
    if all(matrix.shape[0] <= MOST and matrix.shape[1] <= columns for matrix in matrices):
        return []
    texts = []
    for side in (left, right):
        items = [item if isinstance(item, str) else times.join(map(str, item.shape)) for item in side]
        texts.append("".join(pen.sign(items, i) for i in range(len(items))))
    return [" = ".join(texts)]


class _Pen:
    """How the pieces of an equation look in a style."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.dots = ("...", ":", ":") if style.ascii else ("…", "⋮", "⋱")

    def side(self, side: Side, columns: int) -> Block:
        """One side of an equals sign."""
        blocks: list[Block] = []
        opened: list[int] = []
        for i, item in enumerate(side):
            if isinstance(item, Matrix):
                blocks.append(self.matrix(item, columns))
            elif item == "(":
                opened.append(len(blocks))
            elif item == ")":
                start = opened.pop()
                blocks[start:] = [self.bracketed(_beside(blocks[start:]), _ROUND)]
            else:
                blocks.append([self.sign(side, i)])
        return _beside(blocks)

    def sign(self, items: Sequence[Matrix | str], i: int) -> str:
        """A sign, with space around it between two things."""
        text = typed(str(items[i])) if self.style.ascii else str(items[i])
        # A minus in front of the first thing is not between two.
        is_between = i > 0 and items[i] in _BINARY and items[i - 1] != "("
        return f" {text} " if is_between else text

    def matrix(self, matrix: Matrix, columns: int) -> Block:
        """A matrix in square brackets, with dots for its hidden entries."""
        across, down, both = self.dots
        cells = [_shortened(row, matrix.shape[1], columns, across) for row in matrix.rows]
        whole = _shortened(cells, matrix.shape[0], MOST, [down] * len(cells[0]))
        if len(cells[0]) < matrix.shape[1] and len(cells) < matrix.shape[0]:
            whole[-2] = [both if cell == across else down for cell in whole[0]]
        widths = [max(map(len, column)) for column in zip(*whole, strict=True)]
        return self.bracketed(
            [
                "  ".join(
                    cell.rjust(width) if matrix.numeric else cell.center(width)
                    for cell, width in zip(row, widths, strict=True)
                )
                for row in whole
            ],
            _SQUARE,
            " ",
        )

    def bracketed(self, block: Block, brackets: Sequence[tuple[str, str]], space: str = "") -> Block:
        """A block in brackets that are as tall as it is."""
        single, top, middle, bottom = brackets
        pairs = [top, *[middle] * (len(block) - 2), bottom]
        if len(block) == 1 or self.style.ascii:
            pairs = [single] * len(block)
        return [left + space + line + space + right for (left, right), line in zip(pairs, block, strict=True)]


Line = TypeVar("Line")


def _shortened(shown: Sequence[Line], size: int, most: int, dots: Line) -> list[Line]:
    """Of `size` entries, which may not all be here: all, or the first ones, dots, and the last."""
    return list(shown) if size <= most else [*shown[: most - 2], dots, shown[-1]]

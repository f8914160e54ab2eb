"""A written matrix times a vector, as the expressions of its rows."""

from __future__ import annotations

from collections.abc import Sequence

from backtrace.checking.lexing.symbols import Token
from backtrace.checking.naming.side_parser import parse_side
from backtrace.checking.reading.matrices import cells
from backtrace.symbolic.expressions import Expression, Product, sum_of

TOKENS = 400  # of a product that is written out


def matrix_rows(side: Sequence[Token]) -> list[Expression]:
    """The rows of a small matrix times a vector: w_1·i_1 + w_3·i_2 + b_2·1; none of anything else."""
    tokens = [token for token in side if token.kind != "space"]
    if len(tokens) > TOKENS:
        return []
    between = [i for i in range(1, len(tokens)) if tokens[i - 1].text == "]" and tokens[i].text == "["]
    for i in between:
        matrix = [[parse_side(cell) for cell in row] for row in cells(tokens[:i])]
        vector = [parse_side(cell) for row in cells(tokens[i:]) for cell in row]
        if matrix and vector and all(len(row) == len(vector) for row in matrix):
            rows = [[Product((a, b)) for a, b in zip(row, vector, strict=True) if a and b] for row in matrix]
            return [sum_of(row) for row in rows] if all(len(row) == len(vector) for row in rows) else []
    return []

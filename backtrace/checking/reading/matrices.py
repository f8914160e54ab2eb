"""Vectors and matrices in documents: their entries, whatever parts them."""

from __future__ import annotations

from collections.abc import Sequence

from backtrace.checking.lexing.symbols import Token
from backtrace.checking.lexing.tokens import number_of
from backtrace.symbolic.expressions import Number


def labels(matrix: Sequence[Sequence[Number]]) -> list[str]:
    """The indices of the entries, row by row: one for a vector, two for a matrix."""
    if 1 in (len(matrix), len(matrix[0])):
        return [f"{place}" for place in range(1, len(matrix) * len(matrix[0]) + 1)]
    return [f"{i},{j}" for i, row in enumerate(matrix, 1) for j in range(1, len(row) + 1)]


def elements(side: Sequence[Token]) -> list[list[Number]]:
    """The numbers of a matrix, by rows; empty where a side is anything else."""
    entries = cells(side)
    rows = [[number for cell in row if (number := number_of(cell))] for row in entries]
    widths = {*map(len, rows), *map(len, entries)}
    return rows if len(widths) == 1 else []


def cells(side: Sequence[Token]) -> list[list[list[Token]]]:
    """The entries of `[a, b; c, d]` or `[[a, b], [c, d]]`; empty where a side is no such matrix."""
    tokens = _with_commas(side)
    turned = len(tokens) > 2 and [token.text for token in tokens[-2:]] == ["^", "T"]
    tokens = tokens[:-2] if turned else tokens
    if len(tokens) < 3 or tokens[0].text != "[" or tokens[-1].text != "]":
        return []
    rows: list[list[list[Token]]] = [[[]]]
    depth = 0
    for token in tokens[1:-1]:
        if token.kind in ("open", "close"):
            depth += 1 if token.kind == "open" else -1
            if depth < 0:
                return []  # two matrices side by side
            if token.text in "[]":
                continue
        if token.text == ";" or (token.text == "," and depth == 0 and tokens[1].text == "["):
            rows.append([[]])
        elif token.text == ",":
            rows[-1].append([])
        else:
            rows[-1][-1].append(token)
    if turned and len(rows) > 1 and len(rows[0]) > 1:
        return []
    return rows


def _with_commas(side: Sequence[Token]) -> list[Token]:
    """The tokens without spaces; where only spaces part the numbers, as numpy prints them, commas do."""
    if any(token.text in ",;" for token in side) or not side or side[0].text != "[":
        return [token for token in side if token.kind != "space"]
    found: list[Token] = []
    for i, token in enumerate(side):
        if token.kind != "space":
            found.append(token)
            continue
        after = side[i + 1 : i + 3]
        signed = len(after) == 2 and after[0].text in "+-" and after[1].kind == "number"
        begins = bool(after) and (after[0].kind == "number" or after[0].text == "[" or signed)
        if found and found[-1].kind in ("number", "close") and begins:
            found.append(token._replace(kind="other", text=","))
    return found

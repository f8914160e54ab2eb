"""A small map of a network: the current unit of a walk is marked, and the edges of the current value.

inputs    hidden         output         cost
 i_1       h_1  a_1 ──┐
 i_2       h_2  a_2 ──┴─▶[h_o  a_o]      E
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len

from backtrace.derivation.equation import Equation
from backtrace.diagrams.diagram import Picture, PictureEdge, PictureNode
from backtrace.errors import printable
from backtrace.views.page.records import Look
from backtrace.views.walk.quantity_names import EquationSubject

GAP = 6  # columns between two columns of nodes, for the edges
_TRUNK = 2  # the column of a gap in which edges go up and down
# The lines of a cell by the sum of the directions in which they go: a row and a column further, or before.
_DIRECTIONS = {(-1, 0): 1, (1, 0): 2, (0, -1): 4, (0, 1): 8}
_LINES = " ╵╷│╴┘┐┤╶└┌├─┴┬┼"
_Cell = tuple[int, int]
_ASCII = str.maketrans(f"{_LINES[1:]}◀▶", "|||-+++-+++-+++<>")


class MapMarks(NamedTuple):
    """The marked nodes and edges of a map, by their places; `back` if values flow to the left."""

    nodes: frozenset[int]
    edges: tuple[PictureEdge, ...]
    back: bool


class Map(NamedTuple):
    """The lines of a map; `marked` has the line, the start and the end of each marked cell."""

    lines: list[str]
    marked: list[tuple[int, int, int]]


NO_MAP = Map([], [])


def marks_of(picture: Picture, subject: EquationSubject, equation: Equation) -> MapMarks:
    """The place of an equation in a picture; the gap of its layer, if the picture leaves its unit out."""
    weighted = tuple(edge for edge in picture.edges if edge.weight and edge.weight.symbol.id == subject.below)
    back = equation.phase in ("backward", "total")
    if weighted:
        return MapMarks(frozenset(edge.target for edge in weighted), weighted, back)
    nodes = _with(picture, subject.below, subject.below.replace("exp_", "h_", 1))
    nodes = nodes or _of_term(picture, subject.below)
    if not nodes and equation.layer is not None:
        nodes = frozenset(
            place
            for place, node in enumerate(picture.nodes)
            if node.kind == "gap" and f"{equation.layer}:" in picture.headings[node.column]
        )
    edges: tuple[PictureEdge, ...] = ()
    if subject.flow == "in":
        edges = tuple(edge for edge in picture.edges if edge.target in nodes)
    elif subject.flow == "out":
        past: frozenset[int] = frozenset()
        if own := _of_term(picture, subject.above):  # a term depends on its own output only
            outputs = (edge.source for edge in picture.edges if picture.nodes[edge.target].kind == "cost")
            past = frozenset(outputs) - own
        edges = tuple(edge for edge in picture.edges if edge.source in nodes and edge.target not in past)
    return MapMarks(nodes, edges, back)


def _with(picture: Picture, *ids: str) -> frozenset[int]:
    """The places of the nodes with a value of one of these ids."""
    return frozenset(
        place
        for place, node in enumerate(picture.nodes)
        if any(value.symbol.id in ids for value in node.values)
    )


def _of_term(picture: Picture, id: str) -> frozenset[int]:
    """The place of the unit with this term of the cost: o1 for E_o1, unless E_o1 has a node itself."""
    if not id.startswith("E_") or _with(picture, id):
        return frozenset()
    return _with(picture, id.replace("E_", "a_", 1))


def draw_map(picture: Picture, marks: MapMarks, look: Look, width: int, height: int) -> Map:
    """The map; an empty one if it does not fit."""
    found = _map(picture, marks, look)
    fits = max(map(cell_len, found.lines), default=0) <= width and len(found.lines) <= height
    return found if fits else NO_MAP


def _map(picture: Picture, marks: MapMarks, look: Look) -> Map:
    columns = picture.columns
    labels = [_label(node, look) for node in picture.nodes]
    headings = [_heading(picture, column, look) for column in range(len(columns))]
    tall = max(map(len, columns))
    wide = [
        max(cell_len(heading), *(cell_len(labels[place]) for place in members), 0) + 2
        for heading, members in zip(headings, columns, strict=True)
    ]
    rows = {
        place: (tall - len(members)) // 2 + number
        for members in columns
        for number, place in enumerate(members)
    }
    gaps = list(_gaps(picture, marks, rows, tall))
    lines, marked = [], []
    if any(headings):
        line = "".join(f" {text:<{room - 1 + GAP}}" for text, room in zip(headings, wide, strict=True))
        lines.append(line.rstrip())
    at = {(rows[place], node.column): place for place, node in enumerate(picture.nodes)}
    for row in range(tall):
        line = ""
        for column in range(len(columns)):
            place = at.get((row, column))
            cell = "" if place is None else labels[place]
            is_marked = place in marks.nodes
            if is_marked:
                marked.append((len(lines), len(line), len(line) + len(cell) + 2))
            line += f"[{cell}]" if is_marked else f" {cell} "
            line += " " * (wide[column] - cell_len(cell) - 2)
            line += gaps[column][row] if column < len(columns) - 1 else ""
        lines.append(line.rstrip())
    return Map([line.translate(_ASCII) for line in lines] if look.style.ascii else lines, marked)


def _heading(picture: Picture, column: int, look: Look) -> str:
    """A column's heading: a layer's name, without its activation."""
    if any(picture.nodes[place].kind == "cost" for place in picture.columns[column]):
        return "cost" if picture.headings[column] else ""
    return printable(look.name(picture.headings[column].partition(":")[0]))


def _label(node: PictureNode, look: Look) -> str:
    if node.kind == "gap":
        return f"{'...' if look.style.ascii else '…'} {node.number:,} more"
    if not node.values:
        return str(node.number)
    return printable("  ".join(look.symbol(value.symbol) for value in node.values))


def _gaps(picture: Picture, marks: MapMarks, rows: dict[int, int], tall: int) -> Iterator[Sequence[str]]:
    """The lines between each column and the next: the parts of marked edges that lie there."""
    for column in range(len(picture.headings) - 1):
        directions: dict[_Cell, int] = defaultdict(int)
        for edge in marks.edges:
            for one, other in pairwise(_path(picture, edge, rows, column)):
                directions[one] |= _DIRECTIONS[other[0] - one[0], other[1] - one[1]]
                directions[other] |= _DIRECTIONS[one[0] - other[0], one[1] - other[1]]
        tip, arrow = (0, "◀") if marks.back else (GAP - 1, "▶")
        heads = {(row, x): arrow for row, x in directions if x == tip}
        cells = [[(row, x) for x in range(GAP)] for row in range(tall)]
        yield ["".join(heads.get(cell) or _LINES[directions[cell]] for cell in line) for line in cells]


def _path(picture: Picture, edge: PictureEdge, rows: dict[int, int], column: int) -> list[_Cell]:
    """The cells of an edge in the gap after a column, and those it comes from and goes to.

    Of an edge over several columns, only its two ends are drawn.
    """
    start, end = rows[edge.source], rows[edge.target]
    first, last = picture.nodes[edge.source].column, picture.nodes[edge.target].column - 1
    down = 1 if end > start else -1
    if first == last == column:
        trunk = [(row, _TRUNK) for row in range(start, end + down, down)]
        return [
            *((start, x) for x in range(-1, _TRUNK)),
            *trunk,
            *((end, x) for x in range(_TRUNK + 1, GAP + 1)),
        ]
    if column == first:
        return [(start, x) for x in range(-1, 2)]
    return [(end, x) for x in range(GAP - 2, GAP + 1)] if column == last else []

"""Reading a document of any kind: every equation that ends in a number, with the line it stands on.

Text, Markdown, LaTeX and HTML are read alike. Equations in symbols are collected beside them, and what looks
like an equation with a number but is not understood is told, never left out silently. Nothing is evaluated.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backtrace.checking.lexing.latex import TooDeepError, plain
from backtrace.checking.lexing.latex_tables import BREAK, FENCE, ROW
from backtrace.checking.lexing.tokens import Side, Token, name_of, named, number_of, tokens_of, typed
from backtrace.checking.reading.answer_form import HandedOut
from backtrace.checking.reading.equations import Equation, equations
from backtrace.checking.reading.handwritten_numbers import with_points
from backtrace.checking.reading.markup import harmless, lines
from backtrace.checking.reading.matrices import cells, elements, labels
from backtrace.checking.reading.tables import Line, with_tables
from backtrace.checking.statement import Formula, Sheet, Statement
from backtrace.limits import LINE_CHARACTERS
from backtrace.symbolic.expressions import Number
from backtrace.symbolic.ids import LETTER

CHARACTERS_SHOWN = 200  # characters of a line that was not understood
MATRIX_LINES = 60  # lines that one matrix may run over
SIDES_READ = 60  # of one chain of equals signs
LINES_BETWEEN = 2  # lines from an equation to the one that goes on with it

_OPENS = re.compile(r"\\begin\s?\{(?:[bpBv]?matrix|smallmatrix|array)\*?\}")
_CLOSES = re.compile(r"\\end\s?\{(?:[bpBv]?matrix|smallmatrix|array)\*?\}")
_DISPLAY = re.compile(
    r"\$\$|\\\[|\\\]|\\(begin|end)\s?\{(?:align|equation|gather|split|eqnarray|multline|aligned|gathered)\*?\}"
)
_BOUNDARY = re.compile(rf"[{FENCE}&\s]+")
_RELATIONS = ("=", "≈", "←", ":=")
_LABEL = re.compile(r"(?:\s\s+[-–—]?\s*\(\w{1,4}(?:\.\w{1,3})?\)|\s*[-–—]\s*\([A-Z]\))\s*[.,]?\s*$")
_COLON = re.compile(r"\s*([^\s:=]{1,80})\s?:\s?([-+]?[0-9.][0-9.,eE+-]*)\s*")
_LABELLED = re.compile(rf"([^:=]{{1,120}}):[\s{FENCE}]*([-+(.0-9\[].*)")
_SYMBOL = re.compile(
    rf"(?:[{LETTER}]|(?=.*[0-9_])[{LETTER}][{LETTER}0-9_\u0302]{{0,30}}|[∂d][^/\s]{{1,30}}/[∂d]\S{{1,30}})"
)
_OF_OTHERS = frozenset("for with of at from using when if in given to by on step part".split())
_VECTOR = re.compile(r"\[[-+0-9.eE,; \[\]]{1,2000}\]")
_IN_BRACKETS = re.compile(r"\s\(\s*([^\s()]{1,40})\s*\)\s*$")
_CONTINUES = re.compile(r"\s*(?::?=|≈|←)")
_CONTINUES_DISPLAY = re.compile(r"\s*[-+*/]")
_GOES_ON = re.compile(r"(?:[=≈←]|[-+*/(])\s*$")
_RELATION = re.compile(r"[=≈←]")
_EQUALS = re.compile(rf"^[\s{FENCE}]*[=≈]")  # in a cell, before its number
_DIGIT = re.compile(r"(?<![\w.])\.?[0-9]")
_BULLET = re.compile(r"\s*[-+*]\s+")
_CHANGES = re.compile(r"[-+*/]=\s+[^\s=]*[0-9]")
_PRODUCT = re.compile(r"[α-ω]{2}|[A-Za-zα-ω]_?[0-9]+[A-Za-zα-ω]")
_MAYBE = re.compile(r"[=≈←∼≃≅≐≒≔]|\\(?:approx|simeq|sim|cong|doteq|equiv|gets|leftarrow)|[|:~]")


def read_document(text: str, file: str = "") -> Sheet:
    """The statements, formulas and unread lines of a document; `file` tells LaTeX and HTML by its ending.

    >>> read_document("so ∂E/∂w₅ = 2(0.5) = 1.0.").statements[0][:3]
    ('dE/dw_5', Number(value=1.0, text='1.0'), 1)
    """
    sheet = HandedOut()
    text = text if file.endswith(".ipynb") else sheet.answers(text)
    reader = _Reader(sheet.is_form)
    numbered = with_tables(with_points(lines(text, file)), reader.not_understood)
    for passage in _passages(_segments(numbered, reader)):
        reader.read(passage)
    formulas = () if sheet.is_form else tuple(reader.formulas)  # those of a form are not the writer's
    statements, unread = tuple(map(sheet.placed, reader.statements)), tuple(sorted(reader.unread.items()))
    return Sheet(file, statements, formulas, unread, document=True, blank=sheet.blank)


class _Segment(NamedTuple):
    """A piece of plain notation on one line, and whether it stands in a displayed formula."""

    line: int
    text: str
    raw: str
    display: bool


def _segments(numbered: Iterable[Line], reader: _Reader) -> Iterator[_Segment]:
    display = False
    for line, raw, left in _with_matrices(numbered):
        if len(raw) > LINE_CHARACTERS:
            reader.not_understood(line, raw)
            continue
        marks = list(_DISPLAY.finditer(raw))
        inside = display or bool(marks)
        for mark in marks:
            display = not display if mark[0] == "$$" else mark[1] == "begin" or mark[0] == "\\["
        if not (inside or left or _MAYBE.search(raw)):
            continue
        try:
            text = f"{left} = {_EQUALS.sub('', plain(raw))}" if left else plain(raw)
        except TooDeepError:
            reader.not_understood(line, raw)
            continue
        if not inside:
            text = _BULLET.sub("", text, count=1) if _BULLET.match(text) else text
        for piece in text.split(ROW):
            piece = _BOUNDARY.sub(_boundary, _with_label(piece))
            piece = _LABEL.sub("", piece.strip(f" {BREAK}"))
            colon = _COLON.fullmatch(piece)
            if colon:
                piece = f"{colon[1]} = {colon[2]}"
            if piece:
                yield _Segment(line, piece, raw, inside)


def _with_label(piece: str) -> str:
    """`Loss (L): 0.5^2 = 0.25` states L: a symbol before a colon is what comes after it."""
    found = _LABELLED.fullmatch(piece)
    if found is None:
        return piece
    label, rest = _IN_BRACKETS.sub(r" \1", found[1].replace(FENCE, " ").strip(" *")), found[2]
    bare = rest.strip(f" .,;{FENCE}")
    if not (_RELATION.search(rest) or number_of(tokens_of(bare)) or _VECTOR.fullmatch(bare)):
        return piece
    *words, symbol = label.split()[-8:] or [""]
    name = named(symbol) if _SYMBOL.fullmatch(symbol) else None
    if name is None or not all(word.isalpha() for word in words) or _OF_OTHERS & {w.lower() for w in words}:
        return piece
    new = any(word.lower() in ("new", "updated") for word in words)
    return f"{symbol}{'⁺' if new else ''} = {rest}"


def _boundary(run: re.Match[str]) -> str:
    """Dollar signs and columns around a relation mean nothing, others keep equations apart."""
    if run.string.startswith(_RELATIONS, run.end()) or run.string.endswith(_RELATIONS, 0, run.start()):
        return " "
    return run[0] if run[0].isspace() else BREAK


def _with_matrices(numbered: Iterable[Line]) -> Iterator[Line]:
    """The lines, those joined that one matrix runs over."""
    waiting: list[Line] = []
    open = 0
    for line in numbered:
        text = line.text
        open += 0 if len(text) > LINE_CHARACTERS else len(_OPENS.findall(text)) - len(_CLOSES.findall(text))
        if (open > 0 and not line.left) or waiting:
            waiting.append(line)
            if open > 0 and len(waiting) < MATRIX_LINES:
                continue
            yield Line(waiting[0].number, " ".join(part.text for part in waiting))
            waiting, open = [], 0
        else:
            open = 0
            yield line
    if waiting:
        yield Line(waiting[0].number, " ".join(part.text for part in waiting))


def _passages(segments: Iterable[_Segment]) -> Iterator[list[_Segment]]:
    """Segments that go on with one another: a line that begins with = belongs to the one before."""
    passage: list[_Segment] = []
    size = 0
    for segment in segments:
        if passage and size + len(segment.text) < LINE_CHARACTERS and _goes_on(passage[-1], segment):
            passage.append(segment)
        else:
            if passage:
                yield passage
            passage, size = [segment], 0
        size += len(segment.text)
    if passage:
        yield passage


def _goes_on(before: _Segment, segment: _Segment) -> bool:
    if segment.line - before.line > LINES_BETWEEN:
        return False
    if _CONTINUES.match(segment.text):
        return True
    both = before.display and segment.display
    if before.text.endswith(("=", "≈", "←")):
        return True
    factors = before.text.endswith("]") and segment.text.startswith("[")  # of a product of matrices
    return both and bool(factors or _CONTINUES_DISPLAY.match(segment.text) or _GOES_ON.search(before.text))


class _Reader:
    """Collects what is found; in a form that was handed out, an equation states one number."""

    def __init__(self, is_form: bool = False) -> None:
        self.is_form = is_form
        self.statements: list[Statement] = []
        self.formulas: list[Formula] = []
        self.unread: dict[int, str] = {}

    def not_understood(self, line: int, raw: str) -> None:
        shown = harmless(raw[: CHARACTERS_SHOWN + 1]).strip()
        self.unread.setdefault(
            line, shown if len(raw) <= CHARACTERS_SHOWN else f"{shown[:CHARACTERS_SHOWN]}…"
        )

    def read(self, passage: Sequence[_Segment]) -> None:
        text = " ".join(segment.text for segment in passage)
        if _CHANGES.search(text):  # w -= 0.1 states no number for w
            self.not_understood(passage[-1].line, passage[-1].raw)
        offsets = [0]
        for segment in passage:
            offsets.append(offsets[-1] + len(segment.text) + 1)
        found = list(equations(text))
        ends = [*(equation.starts[0] for equation in found[1:]), len(text)]
        for equation, end in zip(found, ends, strict=False):
            places = [min(bisect_right(offsets, start) - 1, len(passage) - 1) for start in equation.starts]
            lines_of_sides = [passage[place].line for place in places]
            short = len(equation.sides) <= SIDES_READ
            statements = list(_statements(equation, lines_of_sides)) if short else []
            if self.is_form and len({statement.text for statement in statements}) == 1:
                del statements[1:]  # the others are in the form's own formula
            self.statements += statements
            formulas = list(_formulas(equation, lines_of_sides)) if short else []
            self.formulas += formulas
            if not statements and not formulas and _has_number(text, equation.starts[0], end):
                last = passage[places[-1]]
                self.not_understood(last.line, last.raw)


def _has_number(text: str, start: int, end: int) -> bool:
    """Whether a number stands after an equals sign."""
    relation = _RELATION.search(text, start, end)
    return relation is not None and _DIGIT.search(text, relation.end(), max(end, relation.end())) is not None


def _statements(equation: Equation, places: Sequence[int]) -> Iterator[Statement]:
    """One for each quantity that a chain names, with the number that it ends in."""
    sides = equation.sides
    names = [name_of(side) for side in sides]
    if any(name and "(" not in name for name in names):  # a_1 = g(h_1) = 0.6 names a_1 alone
        names = [None if name and "(" in name else name for name in names]
    names[1:] = [None if _is_working(side) else name for side, name in zip(sides[1:], names[1:], strict=True)]
    last = len(sides) - 1
    matrix = elements(sides[last])
    if matrix:
        yield from _matrix(equation, names, matrix, places[last])
        return
    while last > 0 and names[last] and not number_of(sides[last]):
        last -= 1
    number = number_of(sides[last])
    if number is None:
        return
    done: set[str] = set()
    for i, name in enumerate(names):
        if name is None or i == last:
            continue
        working = _working(sides[i + 1 : last])
        name = _renewed(name, sides[i + 1 : last], equation.updates)
        if name not in done:
            done.add(name)
            yield Statement(name, number, places[last], working=working)


def _working(sides: Sequence[Sequence[Token]]) -> tuple[Side, ...]:
    return tuple(Side.of(side) for side in sides if side)


def _is_working(side: Sequence[Token]) -> bool:
    """Whether this is working further on in a chain, no name: symbols together without a sign, or e^h."""
    if len(side) > 1 and any(token.text == "^" for token in side):
        return True
    return len(side) == 1 and side[0].kind == "name" and _PRODUCT.search(side[0].text) is not None


def _renewed(name: str, working: Sequence[Sequence[Token]], updates: bool) -> str:
    """`w = w - 0.5(0.1) = 0.35` and `w ← …` state the new w."""
    if name.endswith("+") or not working:
        return name
    uses_itself = any(token.kind == "name" and typed(token) == name for side in working for token in side)
    return f"{name}+" if updates or uses_itself else name


def _matrix(
    equation: Equation, names: Sequence[str | None], matrix: list[list[Number]], line: int
) -> Iterator[Statement]:
    """A vector's elements are counted by one index, a matrix's by row and column."""
    numbers = [element for row in matrix for element in row]
    for i, (side, name) in enumerate(zip(equation.sides[:-1], names, strict=False)):
        working = _working(equation.sides[i + 1 : -1])
        if name is not None:
            names_of_entries = [f"{name}[{label}]" for label in labels(matrix)]
        else:
            names_of_entries = [name_of(cell) or "" for row in cells(side) for cell in row]
        if len(names_of_entries) == len(numbers) and all(names_of_entries):
            for entry, number in zip(names_of_entries, numbers, strict=True):
                yield Statement(entry, number, line, working=working)


def _formulas(equation: Equation, places: Sequence[int]) -> Iterator[Formula]:
    """The right-hand sides in symbols, each with the last name before it, or what the chain begins with."""
    left, name = equation.sides[0], name_of(equation.sides[0])
    for i, side in enumerate(equation.sides[1:], 1):
        if left and any(token.kind in ("name", "derivative") for token in side):
            of = name and _renewed(name, equation.sides[i : i + 1], equation.updates)
            yield Formula(places[i], of, Side.of(left), Side.of(side))
            if name_of(side) is not None:
                left, name = side, name_of(side)

"""Lines of a document → passages in plain notation, each with its equations in one piece.

A matrix may run over several lines, and so may a chain of equals signs. Must not know what an equation says.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from backtrace.checking.lexing.latex import TooDeepError, plain
from backtrace.checking.lexing.latex_tables import BREAK, FENCE, ROW
from backtrace.checking.lexing.tokens import name_of, number_of, tokens_of
from backtrace.checking.reading.lines import DocumentLine, Reporter
from backtrace.limits import LINE_CHARACTERS
from backtrace.symbolic.ids import LETTER

MATRIX_LINES = 60  # lines that one matrix may run over
LINES_BETWEEN = 2  # lines from an equation to the one that continues it

_MATRIX = r"\s?\{(?:[bpBv]?matrix|smallmatrix|array)\*?\}"
_MATRIX_BEGINS, _MATRIX_ENDS = re.compile(rf"\\begin{_MATRIX}"), re.compile(rf"\\end{_MATRIX}")
_DISPLAY = re.compile(
    r"\$\$|\\\[|\\\]|\\(begin|end)\s?\{(?:align|equation|gather|split|eqnarray|multline|aligned|gathered)\*?\}"
)
# Lines without any of these are skipped before the costly conversion: most of a document is prose.
_MAYBE = re.compile(r"[=≈←∼≃≅≐≒≔＝：]|\\(?:approx|simeq|sim|cong|doteq|equiv|gets|leftarrow)|[|:~]")
_BULLET = re.compile(r"\s*[-+*]\s+")
_BOUNDARY = re.compile(rf"[{FENCE}&\s]+")
_RELATIONS = ("=", "≈", "←", ":=")
_EQUATION_NUMBER = re.compile(  # "E = 0.3   (2.1)" or "E = 0.3 - (A)"
    r"(?:\s\s+[-–—]?\s*\(\w{1,4}(?:\.\w{1,3})?\)|\s*[-–—]\s*\([A-Z]\))\s*[.,]?\s*$"
)
_COLON = re.compile(r"\s*([^\s:=]{1,80})\s?:\s?([-+]?[0-9.(][0-9.,eE+/()-]*)\s*")  # "h_1: 0.6"
_LABELLED = re.compile(rf"([^:=]{{1,120}}):[\s{FENCE}]*([-+(.0-9\[].*)")  # "Loss (L): 0.5^2 = 0.25"
_SYMBOL = re.compile(  # L, w_5, ∂E/∂w_5, but no word
    rf"(?:[{LETTER}]|(?=.*[0-9_])[{LETTER}][{LETTER}0-9_\u0302]{{0,30}}|[∂d][^/\s]{{1,30}}/[∂d]\S{{1,30}})"
)
_IN_BRACKETS = re.compile(r"\s\(\s*([^\s()]{1,40})\s*\)\s*$")
_VECTOR = re.compile(r"\[[-+0-9.eE/,; \[\]]{1,2000}\]")
# "for x = 1:", "step 2: …": after these words the symbol says when, not what the number is.
_NO_LABELS = frozenset("for with of at from using when if in given to by on step part".split())
_CONTINUES = re.compile(r"\s*(?::?=|≈|←)")
_CONTINUES_DISPLAY = re.compile(r"\s*[-+*/]")
_UNFINISHED = re.compile(r"(?:[=≈←]|[-+*/(])\s*$")
_RELATION = re.compile(r"[=≈←]")
_EQUALS = re.compile(rf"^[\s{FENCE}]*[=≈]")  # in a cell, before its number


class Segment(NamedTuple):
    """A piece of plain notation on one line, and whether it is in a displayed formula."""

    line: int
    text: str
    raw: str
    is_displayed: bool


class TextPassage:
    """Segments that continue one another, and their text in one piece."""

    def __init__(self, segments: list[Segment]) -> None:
        self.segments = segments
        self.text = " ".join(segment.text for segment in segments)
        self._ends = list(accumulate(len(segment.text) + 1 for segment in segments))

    def segment_at(self, offset: int) -> Segment:
        """The segment in which a place of the text is; the last one for its end."""
        return self.segments[min(bisect_right(self._ends, offset), len(self.segments) - 1)]


def passages(lines: Iterable[DocumentLine], not_understood: Reporter) -> Iterator[TextPassage]:
    """The passages of a document that may have equations in them.

    A segment that begins with = continues the one before; within a displayed formula, so does a term.
    """
    current: list[Segment] = []
    size = 0
    for segment in _segments(lines, not_understood):
        if current and (size + len(segment.text) >= LINE_CHARACTERS or not _continues(current[-1], segment)):
            yield TextPassage(current)
            current, size = [], 0
        current.append(segment)
        size += len(segment.text)
    if current:
        yield TextPassage(current)


def _continues(before: Segment, segment: Segment) -> bool:
    if segment.line - before.line > LINES_BETWEEN:
        return False
    if _CONTINUES.match(segment.text) or before.text.endswith(_RELATIONS):
        return True
    if not (before.is_displayed and segment.is_displayed):
        return False
    is_product = before.text.endswith("]") and segment.text.startswith("[")  # of two matrices
    return bool(is_product or _CONTINUES_DISPLAY.match(segment.text) or _UNFINISHED.search(before.text))


def _segments(lines: Iterable[DocumentLine], not_understood: Reporter) -> Iterator[Segment]:
    is_open = False
    for number, raw, left in _with_whole_matrices(lines):
        if len(raw) > LINE_CHARACTERS:
            not_understood(number, raw)
            continue
        marks = list(_DISPLAY.finditer(raw))
        is_displayed = is_open or bool(marks)
        for mark in marks:
            is_open = not is_open if mark[0] == "$$" else mark[1] == "begin" or mark[0] == "\\["
        if not (is_displayed or left or _MAYBE.search(raw)):
            continue
        try:
            text = f"{left} = {_EQUALS.sub('', plain(raw))}" if left else plain(raw)
        except TooDeepError:
            not_understood(number, raw)
            continue
        if not is_displayed and (bullet := _BULLET.match(text)):
            text = text[bullet.end() :]
        for piece in text.split(ROW):
            piece = _BOUNDARY.sub(_boundary, _with_label(piece)).strip(f" {BREAK}{FENCE}")
            piece = _EQUATION_NUMBER.sub("", piece)
            if colon := _COLON.fullmatch(piece):
                piece = f"{colon[1]} = {colon[2]}"
            if piece:
                yield Segment(number, piece, raw, is_displayed)


def _with_whole_matrices(lines: Iterable[DocumentLine]) -> Iterator[DocumentLine]:
    r"""The lines, joined from the one with \begin{pmatrix} to the one with its \end."""
    waiting: list[DocumentLine] = []
    depth = 0
    for line in lines:
        if len(line.text) <= LINE_CHARACTERS:
            depth += len(_MATRIX_BEGINS.findall(line.text)) - len(_MATRIX_ENDS.findall(line.text))
        if not waiting and (depth <= 0 or line.left):
            depth = 0
            yield line
            continue
        waiting.append(line)
        if depth <= 0 or len(waiting) == MATRIX_LINES:
            yield _joined(waiting)
            waiting, depth = [], 0
    if waiting:
        yield _joined(waiting)


def _joined(lines: list[DocumentLine]) -> DocumentLine:
    return DocumentLine(lines[0].number, " ".join(line.text for line in lines))


def _with_label(piece: str) -> str:
    """`Loss (L): 0.5^2 = 0.25` is an equation of L: a name before a colon is equal to what follows it."""
    found = _LABELLED.fullmatch(piece)
    if found is None:
        return piece
    label, rest = found[1].replace(FENCE, " ").strip(" *"), found[2]
    bare = rest.strip(f" .,;{FENCE}")
    if not label or not (_RELATION.search(rest) or number_of(tokens_of(bare)) or _VECTOR.fullmatch(bare)):
        return piece
    if label.endswith(")") and name_of(tokens_of(label)[-1:]) is None:
        label = _IN_BRACKETS.sub(r" \1", label)
    tokens = [token for token in tokens_of(label) if token.kind != "space"]
    *words, last = tokens[-8:]
    name = name_of([last])
    is_label = name and (" " in name or _SYMBOL.fullmatch(last.text.rstrip("⁺")))
    if not is_label or not all(word.text.isalpha() for word in words):
        return piece
    if _NO_LABELS & {word.text.lower() for word in words}:
        return piece
    return f"{label[last.start :]} = {rest}"


def _boundary(run: re.Match[str]) -> str:
    """Dollar signs and columns around a relation mean nothing, others keep equations apart."""
    if run.string.startswith(_RELATIONS, run.end()) or run.string.endswith(_RELATIONS, 0, run.start()):
        return " "
    return run[0] if "&" not in run[0] else BREAK

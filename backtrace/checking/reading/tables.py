"""Tables in documents: which name belongs to which cell.

A table is read by its rows (a name, then its number), by its header (names over one row of numbers), or by
both (`Net input` over a column, a unit in front of each row). Rows are lines that begin with a bar, or those
of LaTeX's tabular. A number without a name is reported as not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backtrace.checking.lexing.latex import TooDeepError, plain
from backtrace.checking.lexing.latex_tables import FENCE
from backtrace.checking.lexing.phrases import OF_SYMBOLS, kinds_in, only_kinds
from backtrace.checking.lexing.quantity_words import NEW, VALUE
from backtrace.checking.lexing.symbols import Token
from backtrace.checking.lexing.tokens import name_of, number_of, tokens_of
from backtrace.checking.reading.lines import DocumentLine, Reporter
from backtrace.checking.reading.prose_words import ARTICLES
from backtrace.limits import LINE_CHARACTERS

TABLE_LINES = 2000  # of a table; what comes after them is another one
TABLE_COLUMNS = 60

# Words of a column's heading besides those of `quantity_words`.
_HEADINGS = dict.fromkeys("before current original start result number answer calculation".split(), VALUE)
_HEADINGS["after"] = NEW
_FORMULA_COLUMNS = ("formula", "with the numbers")  # as `sheet` and `trace` head them; they state no number
_LATER = re.compile("train|epoch|iteration")  # values after many steps
_OF_UNITS = re.compile(r"\b(?:units?|neurons?|nodes?|[ijk]|einheit|neurone?|neurona)\b")
_INDEX = re.compile(r"(.{1,40})_(?:[ijknlu])(\+?)")  # I_j, over rows that say which j
_BAR = re.compile(r"(?<!\\)\|")
_SEPARATOR = re.compile(r"[\s|:+-]*-[\s|:+-]*")  # |---|:-:|
# \begin{tabular}{l|r} w_5 & 0.36 \\ \hline \end{tabular}
_BEGINS = re.compile(r"(.{0,200}?)\\begin\s?\{(tabular[x*]?|array|longtable)\}(?:\s?\[[^\]]{0,20}\])?\s?(.*)")
_COLUMN_KINDS = re.compile(r"\{(?:[^{}]|\{[^{}]{0,60}\}){0,200}\}")
_ENDS = re.compile(r"\\end\s?\{(?:tabular[x*]?|array|longtable)\}(.*)")
_RULES = re.compile(r"\\(?:hline|toprule|midrule|bottomrule|cline\{[^{}]{0,20}\})")
_LATEX_ROW = re.compile(r"\\\\(?:\[[^\]]{0,20}\])?|\\tabularnewline")
_LATEX_CELL = re.compile(r"(?<!\\)&")
# Around a tabular that is alone on its lines: brackets and signs of mathematics, \centering.
_ALONE = re.compile(r"[\s$\[\](){}.,;]*(?:\\(?:\[|\]|\(|\)|centering|displaystyle)[\s$]*)*[\s$.,;]*")


def with_tables(lines: Iterable[DocumentLine], not_understood: Reporter) -> Iterator[DocumentLine]:
    """The lines of a document that are not empty, every cell of a table on its own."""
    rows: list[DocumentLine] = []
    for line in _with_latex_rows(lines):
        starts = len(line.text) <= LINE_CHARACTERS and line.text.lstrip()[:1] == "|"
        is_row = starts and (bool(rows) or line.text.rstrip()[-1:] == "|")  # |x| = 3 is none
        if rows and (not is_row or len(rows) == TABLE_LINES):
            yield from _table_lines(rows, not_understood)
            rows = []
        if is_row:
            rows.append(line)
        elif line.text and not line.text.isspace():
            yield line
    if rows:
        yield from _table_lines(rows, not_understood)


class _TableCell(NamedTuple):
    """A cell as it is written, and in plain notation.

    `has_value` if it is a number, or a working that ends in one; `is_equation` if it names its own quantity.
    """

    raw: str
    text: str
    tokens: list[Token]
    is_number: bool
    has_value: bool
    is_equation: bool

    @property
    def symbol(self) -> str | None:
        """The only symbol in it, apart from words: w in "Weight (w)"."""
        found = {name for token in self.tokens if _is_symbol(token) and (name := name_of([token]))}
        if any(token.kind == "space" for token in self.tokens) and len(found) == 1:
            return found.pop()
        return name_of(self.tokens)


def _cell(raw: str) -> _TableCell:
    raw = raw.strip()
    try:
        text = plain(raw).replace(FENCE, " ").strip()
    except TooDeepError:
        text = ""
    tokens = tokens_of(text)
    is_number = number_of(tokens) is not None
    relation = next((i for i, token in enumerate(tokens) if token.kind == "relation"), None)
    begins = text.lstrip(" (-+−$")[:1]
    is_working = relation is not None or begins.isdigit() or begins == "."
    has_value = is_number or (is_working and any(token.kind == "number" for token in tokens))
    is_equation = relation is not None and name_of(tokens[:relation]) is not None
    return _TableCell(raw, text, tokens, is_number, has_value, is_equation)


def _is_symbol(token: Token) -> bool:
    if token.kind == "derivative":
        return True
    is_word = token.text.isascii() and token.text.isalpha() and len(token.text) > 1
    return token.kind == "name" and not is_word and token.text not in ARTICLES


def _table_lines(lines: Sequence[DocumentLine], not_understood: Reporter) -> Iterator[DocumentLine]:
    """The cells of rows between bars, the first of which may be a heading."""
    rows = [(line, _cells(line.text)) for line in lines if not _SEPARATOR.fullmatch(line.text)]
    has_heading = len(rows) > 1 and not any(cell.has_value for cell in rows[0][1])
    heading = rows.pop(0)[1] if has_heading else []
    is_headed = (  # the heading has the names of the numbers below it
        len(heading) > 1
        and all(any(map(_is_symbol, cell.tokens)) for cell in heading)
        and all(cell.is_number for cell in rows[0][1])
    )
    patterns = [_pattern(cell) for cell in heading]
    has_units = bool(heading) and _OF_UNITS.search(heading[0].text.lower()) is not None
    for line, cells in rows:
        for i, head in enumerate(heading[: len(cells)]):
            if head.text.lower() in _FORMULA_COLUMNS and not cells[i].is_equation:
                cells[i] = cells[i]._replace(has_value=False, is_number=False)
        if not is_headed:
            names = _names_in_row(cells, heading, patterns, has_units)
        elif len(rows) == 1 and len(cells) == len(heading):
            names = [name_of(cell.tokens) for cell in heading]
        else:  # of several rows nobody knows which sample each is
            names = [None] * len(cells)
        known = 0
        for cell, name in zip(cells, names, strict=True):
            if cell.is_equation or (name and cell.has_value):
                yield DocumentLine(line.number, cell.raw, "" if cell.is_equation else name or "")
                known += cell.has_value
        values = sum(cell.has_value for cell in (cells if is_headed else cells[1:]))
        if known < values:
            not_understood(line.number, line.text)
        if not values and not known:
            yield DocumentLine(line.number, " \\quad ".join(cell.raw for cell in cells))


def _names_in_row(
    cells: Sequence[_TableCell],
    heading: Sequence[_TableCell],
    patterns: Sequence[str | None],
    has_units: bool,
) -> list[str | None]:
    """Names of the cells of a row that begins with its subject: a name, the number of a unit, or a kind."""
    names: list[str | None] = [None] * len(cells)
    if len(cells) < 2 or cells[0].is_equation:
        return names
    is_number = cells[0].text.isdigit()
    label = cells[0].text if is_number else cells[0].symbol
    kinds = None if any(map(_is_symbol, cells[0].tokens)) else kinds_in(cells[0].tokens)
    if kinds:  # of what the columns are about
        subjects = [cell.symbol if any(map(_is_symbol, cell.tokens)) else None for cell in heading]
        if len(subjects) == len(cells) and any(subjects[1:]):
            return [None, *(name and kinds.joined(" of ", name) for name in subjects[1:])]
    beside = [cell for cell in cells[:3] if cell.tokens and not (cell.has_value and cell is not cells[0])]
    if len(beside) == 2:  # a kind and a symbol, each in a cell
        said = [only_kinds(cell.tokens) for cell in beside]
        if said[0] and not said[1] and any(map(_is_symbol, beside[1].tokens)):
            label = said[0].joined(" of ", beside[1].symbol or "")
        elif said[1] and not said[0] and label:
            label = said[1].joined(" of ", label)
    if label is None or (label.isdigit() and not has_units):
        return names
    values = [i for i, cell in enumerate(cells) if i and cell.has_value]
    for i in values:
        pattern = patterns[i] if i < len(patterns) else None
        if pattern is None and len(values) == 1:
            pattern = "{}"
        if pattern and not (pattern == "{}" and label.isdigit()):
            names[i] = pattern.format(label)
    return names


def _pattern(heading: _TableCell) -> str | None:
    """How a row's subject becomes the name of its cell in this column.

    None if the heading does not say, empty if the cells below it have no name here.
    """
    symbol = heading.symbol
    kind, _, own = (symbol or "").rpartition(" ")
    indexed = _INDEX.fullmatch(own)
    if indexed and "/" not in indexed[1]:
        return f"{'' if kind in OF_SYMBOLS else kind} {indexed[1]}_{{}}{indexed[2]}".strip()
    if symbol and symbol.startswith("d") and "/d" in symbol:
        return f"{symbol.partition('/d')[0]}/d{{}}"
    if symbol == "delta":
        return "delta_{}"
    words = heading.text.lower()
    if _LATER.search(words):
        return ""
    if kinds := kinds_in(heading.tokens, _HEADINGS):
        return kinds.joined(" of ", "{}")
    return f"{symbol}_{{}}" if symbol and symbol.isalpha() else None


def _cells(text: str) -> list[_TableCell]:
    inner = text.strip().removeprefix("|")
    inner = inner if inner.endswith("\\|") else inner.removesuffix("|")
    return list(map(_cell, _BAR.split(inner, TABLE_COLUMNS)))


# LaTeX


def _with_latex_rows(lines: Iterable[DocumentLine]) -> Iterator[DocumentLine]:
    """The lines, with the rows of a tabular between bars; an array may also be a matrix."""
    waiting: list[DocumentLine] = []
    for line in lines:
        is_short = len(line.text) <= LINE_CHARACTERS
        begins = _BEGINS.match(line.text) if not waiting and is_short else None
        if not waiting and not (begins and _ALONE.fullmatch(begins[1])):
            yield line
            continue
        waiting.append(line)
        if (is_short and _ENDS.search(line.text)) or len(waiting) == TABLE_LINES:
            yield from _unwrapped(waiting)
            waiting = []
    yield from waiting


def _unwrapped(lines: list[DocumentLine]) -> Sequence[DocumentLine]:
    """The rows of a tabular between bars; the lines as they are if it is a matrix."""
    begins, ends = _BEGINS.match(lines[0].text), _ENDS.search(lines[-1].text)
    if begins is None or ends is None or not _ALONE.fullmatch(ends[1]):
        return lines
    kinds = _COLUMN_KINDS.match(begins[3])
    texts = [begins[3][kinds.end() :] if kinds else begins[3], *(line.text for line in lines[1:])]
    texts[-1] = texts[-1][: texts[-1].rfind(ends[0])]
    rows: list[DocumentLine] = []
    row = ""
    for line, text in zip(lines, texts, strict=True):
        *whole, rest = _LATEX_ROW.split(_RULES.sub(" ", text))
        for piece in whole:
            rows.append(DocumentLine(line.number, f"{row} {piece}"))
            row = ""
        row = f"{row} {rest}"
    rows.append(DocumentLine(lines[-1].number, row))
    rows = [line for line in rows if line.text.strip()]
    if begins[2] == "array" and _is_matrix(line.text for line in rows):
        return lines
    return [DocumentLine(n, f"|{_LATEX_CELL.sub('|', text.replace('|', ' '))}|") for n, text, _ in rows]


def _is_matrix(rows: Iterable[str]) -> bool:
    """Whether all cells are numbers, or all are symbols; a table has numbers, and names for them."""
    cells = [cell for row in rows for cell in map(_cell, _LATEX_CELL.split(row))]
    return not (
        any(cell.has_value for cell in cells)
        and any(not cell.has_value and (cell.symbol or "\\text" in cell.raw) for cell in cells)
    )

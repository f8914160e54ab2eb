"""A document of any kind → the equations in it that end in a number, with their lines, and its formulas.

Text, Markdown, LaTeX and HTML are read alike. A line that looks like an equation with a number, and is not
understood, is reported, never skipped silently. Nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from backtrace.checking.lexing.symbols import Token, ascii_name
from backtrace.checking.lexing.tokens import Side, name_of, number_of
from backtrace.checking.reading.answer_form import AnswerForm
from backtrace.checking.reading.equations import WrittenEquation, equations
from backtrace.checking.reading.handwritten_numbers import with_points
from backtrace.checking.reading.known_names import KnownNames
from backtrace.checking.reading.markup import document_lines, harmless
from backtrace.checking.reading.matrices import cells, elements, labels
from backtrace.checking.reading.passages import TextPassage, passages
from backtrace.checking.reading.tables import with_tables
from backtrace.checking.statement import Formula, Sheet, Statement
from backtrace.symbolic.expressions import Number

CHARACTERS_SHOWN = 200  # of a line that was not understood
SIDES_READ = 60  # of one chain of equals signs

_HAS_NUMBER = re.compile(r"[^=≈←]*[=≈←].*?(?<![\w.])\.?[0-9]", re.DOTALL)  # behind a relation
_CHANGES = re.compile(r"[-+*/]=\s+[^\s=]*[0-9]")  # "w -= 0.1" gives no number for w
_PRODUCT = re.compile(r"[α-ω]{2}|[A-Za-zα-ω]_?[0-9]+[A-Za-zα-ω]")  # "ηδ5y4"


def read_document(text: str, file: str = "", names: Collection[str] = (), asked: bool = False) -> Sheet:
    """The statements, formulas and unread lines of a document; `file` tells LaTeX and HTML by its ending.

    `names` are those of the config, which no product is read in. With `asked`, the blank places of a form
    count as answers.

    >>> read_document("so ∂E/∂w₅ = 2(0.5) = 1.0.").statements[0][:3]
    ('dE/dw_5', Number(value=1.0, text='1.0'), 1)
    """
    form = AnswerForm(asked)
    text = text if file.endswith(".ipynb") else form.answers(text)
    known = KnownNames(names)
    reader = _EquationReader(form.is_form, known)
    whole = with_points(map(known.whole, document_lines(text, file)))
    lines = with_tables(whole, reader.not_understood)
    for passage in passages(lines, reader.not_understood):
        reader.read(passage)
    formulas = () if form.is_form else tuple(reader.formulas)  # those of a form are not the student's
    statements, unread = tuple(map(form.placed, reader.statements)), tuple(sorted(reader.unread.items()))
    return Sheet(file, statements, formulas, unread, document=True, blank=form.blank)


class _EquationReader:
    """Collects statements and formulas; in a form, an equation states one number."""

    def __init__(self, is_form: bool, known: KnownNames) -> None:
        self.is_form = is_form
        self.known = known
        self.statements: list[Statement] = []
        self.formulas: list[Formula] = []
        self.unread: dict[int, str] = {}

    def not_understood(self, line: int, raw: str) -> None:
        shown = harmless(raw[: CHARACTERS_SHOWN + 1]).strip()
        is_whole = len(raw) <= CHARACTERS_SHOWN
        self.unread.setdefault(line, shown if is_whole else f"{shown[:CHARACTERS_SHOWN]}…")

    def read(self, passage: TextPassage) -> None:
        text, last = passage.text, passage.segments[-1]
        if _CHANGES.search(text):
            self.not_understood(last.line, last.raw)
        found = list(equations(text, self.known))
        ends = [*(equation.starts[0] for equation in found[1:]), len(text)]
        for equation, end in zip(found, ends, strict=False):
            segments = list(map(passage.segment_at, equation.starts))
            lines = [segment.line for segment in segments]
            is_short = len(equation.sides) <= SIDES_READ
            statements = list(_statements(equation, lines, self.known)) if is_short else []
            if self.is_form and len({statement.text for statement in statements}) == 1:
                del statements[1:]  # the others are in the form's own formula
            formulas = list(_formulas(equation, lines)) if is_short else []
            self.statements += statements
            self.formulas += formulas
            has_number = _HAS_NUMBER.match(text, equation.starts[0], end)
            if has_number and not statements and not formulas:
                self.not_understood(segments[-1].line, segments[-1].raw)


def _statements(equation: WrittenEquation, lines: Sequence[int], known: KnownNames) -> Iterator[Statement]:
    """One for each quantity that a chain names, with the number at its end."""
    sides = equation.sides
    names = [name_of(side) for side in sides]
    if any(name and "(" not in name for name in names):  # a_1 = g(h_1) = 0.6 names a_1 alone
        names = [None if name and "(" in name else name for name in names]
    later = zip(sides[1:], names[1:], strict=True)
    names[1:] = [name if name in known.names or not _is_working(side) else None for side, name in later]
    matrix = elements(sides[-1])
    if matrix:
        yield from _entries(equation, names, matrix, lines[-1])
        return
    last = len(sides) - 1
    while last > 0 and names[last] and not number_of(sides[last]):
        last -= 1
    number = number_of(sides[last])
    if number is None:
        return
    done: set[str] = set()
    for i, name in enumerate(names):
        if name is None or i == last:  # also a later one: 0.6 = a_1
            continue
        working = sides[i + 1 : last]
        name = _renewed(name, working, equation.updates)
        if name not in done:
            done.add(name)
            yield Statement(name, number, lines[last], working=_working(working))


def _working(sides: Sequence[Sequence[Token]]) -> tuple[Side, ...]:
    return tuple(Side.of(side) for side in sides if side)


def _is_working(side: Sequence[Token]) -> bool:
    """Whether a later side is no name but working: a product without a sign, ηδ5y4, or a power, e^h."""
    if len(side) > 1:
        return any(token.text == "^" for token in side)
    return len(side) == 1 and side[0].kind == "name" and _PRODUCT.search(side[0].text) is not None


def _renewed(name: str, working: Sequence[Sequence[Token]], updates: bool) -> str:
    """The name of the new value in an update: `w = w - 0.5(0.1) = 0.35` and `w ← …` state w+."""
    if name.endswith("+") or not working:
        return name
    used = {ascii_name(token) for side in working for token in side if token.kind == "name"}
    symbol = name.removeprefix("update ")
    return f"{symbol}+" if updates or symbol in used else name


def _entries(
    equation: WrittenEquation, names: Sequence[str | None], matrix: list[list[Number]], line: int
) -> Iterator[Statement]:
    """One for each entry of a matrix, named by its index, or by the cell of a matrix of names."""
    numbers = [number for row in matrix for number in row]
    for i, (side, name) in enumerate(zip(equation.sides[:-1], names, strict=False)):
        working = _working(equation.sides[i + 1 : -1])
        if name is not None:
            entries = [f"{name}[{label}]" for label in labels(matrix)]
        else:
            entries = [name_of(cell) or "" for row in cells(side) for cell in row]
        if len(entries) == len(numbers) and all(entries):
            for entry, number in zip(entries, numbers, strict=True):
                yield Statement(entry, number, line, working=working)


def _formulas(equation: WrittenEquation, lines: Sequence[int]) -> Iterator[Formula]:
    """The right-hand sides in symbols, each with the last name before it, or with the first side."""
    left, name = equation.sides[0], name_of(equation.sides[0])
    for i, side in enumerate(equation.sides[1:], 1):
        if left and any(token.kind in ("name", "derivative") for token in side):
            of = name and _renewed(name, equation.sides[i : i + 1], equation.updates)
            yield Formula(lines[i], of, Side.of(left), Side.of(side))
            if name_of(side) is not None:
                left, name = side, name_of(side)

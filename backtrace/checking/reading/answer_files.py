"""Answer sheets of every kind → statements: YAML and JSON, CSV, and documents.

The file's ending decides the kind, else its first lines. A sheet is untrusted: its size is bounded, nothing
is evaluated, and a broken one is a `BacktraceError` with the place. Must not know the problem.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from backtrace.checking.reading.document import read_document
from backtrace.checking.reading.handwritten_numbers import has_commas, joined, read_number
from backtrace.checking.reading.lines import numbered_lines
from backtrace.checking.statement import UNFILLED, Formula, Sheet, Statement
from backtrace.config.csv_file import not_csv, refuse_nul
from backtrace.config.cursor import Cursor
from backtrace.config.files import ANYWHERE, Reach, read_file
from backtrace.config.nodes import StrPath, compose, decode
from backtrace.errors import BacktraceError, Location, nearest, printable, quoted
from backtrace.limits import DOCUMENT_CHARACTERS, ID_CHARACTERS, SHEET_ROWS
from backtrace.symbolic.expressions import Number
from backtrace.symbolic.ids import transcribe

LARGEST_STEP = 1_000_000_000

_KINDS = {
    **dict.fromkeys((".yaml", ".yml", ".json"), "mapping"),
    **dict.fromkeys((".csv", ".tsv"), "table"),
    **dict.fromkeys((".md", ".markdown", ".tex", ".html", ".htm", ".xhtml", ".rst", ".ipynb"), "document"),
}
_EXPECTED = "answers: a mapping from ids to numbers, or a list of {step, sample, answers}"
_COLUMNS = {
    **dict.fromkeys(("id", "name", "quantity", "symbol"), "id"),
    **dict.fromkeys(("value", "answer", "number", "stated"), "value"),
    "step": "step",
    "sample": "sample",
}
# A YAML list or mapping in one line, {h_1: 0.6}, but not LaTeX's {\bf 3} or a bracketed word.
_FLOW = re.compile(r"""\s*(?:\[\s*(?:[{\]]|$)|\{\s*(?:\}|$|["']?[^\s{}"'$\\][^{}"'$]{0,200}["']?\s*:))""")
_COMMENT = re.compile(r'\s*"?#')
_TOTALS = ("null", "none", "total", "~")
_UNSPACED = re.compile(r"(?m)^([ \t]*(?:- )?[^\s:#{\[][^:#\n]{0,200}):(?=[-+−]?\.?[0-9])")
# `h_1: 0.6` and `- step: 1`; then `h_1,0.6` and `"h_1";-0,6`.
_MAPPING_LINE = re.compile(r"""(?:- )?\s*["']?[^\s:=#"'][^:=#"']{0,200}["']?\s*:(?:\s+\S[^=]{0,200}|\s*)""")
_TABLE_LINE = re.compile(r'[^,;\t=]{1,200}[,;\t]\s*"?[-+−]?[0-9.][^=]{0,100}')


def read_sheet_file(path: StrPath, reach: Reach = ANYWHERE, names: Collection[str] = ()) -> Sheet:
    """The answers in a file; `-` is standard input, `names` are those of the config.

    Raises:
        BacktraceError: it cannot be read, or is broken.

    """
    name = os.fspath(path)
    data = read_file(name, lambda: "; expected a sheet of answers", reach=reach)
    return read_sheet(data, "<stdin>" if name == "-" else printable(name), names)


def read_sheet(data: bytes, file: str, names: Collection[str] = (), asked: bool = False) -> Sheet:
    """The answers in the bytes of a file, which `file` names in messages; `names` are those of the config.

    With `asked`, the sheet says what others are to answer: its blank places count as answers.

    Raises:
        BacktraceError: it is too large, not UTF-8, empty, or not what its kind has to be.

    """
    text = decode(data, file)
    if not text or text.isspace():
        raise BacktraceError(f"empty; expected {_EXPECTED}", Location(file, 1, 1))
    kind = _kind(text, file)
    if kind == "document" and len(text) > DOCUMENT_CHARACTERS:
        message = f"larger than {DOCUMENT_CHARACTERS // 1_000_000} MB, the most that is read of a document"
        raise BacktraceError(message, Location(file, 1, 1))
    if kind == "document":
        sheet = read_document(text, file, names, asked)
    else:
        rows = list(_of_mapping(text, file, names) if kind == "mapping" else _of_table(text, file))
        found = [row for row in rows if isinstance(row, Statement)]
        stated = [s for s in found if asked or s.number is not UNFILLED]
        formulas = tuple(row for row in rows if isinstance(row, Formula))
        sheet = Sheet(file, tuple(stated), formulas, blank=len(found) - len(stated))
    if not sheet.statements and not sheet.formulas:
        raise BacktraceError(f"{file}: {_nothing(kind, sheet)}")
    return sheet


def _nothing(kind: str, sheet: Sheet) -> str:
    """The message on a sheet without a number, which must not look like one without mistakes."""
    if kind != "document":
        return "no number is stated; expected at least one id with its number"
    unread = f" (line {sheet.unread[0][0]}, for one, was not understood)" if sheet.unread else ""
    return f"no equation that ends in a number was found{unread}; expected at least one, such as h_1 = 0.6"


def _kind(text: str, file: str) -> str:
    ending = os.path.splitext(file)[1].lower()
    if ending in _KINDS:
        return _KINDS[ending]
    head = [line for line in text[:20_000].splitlines() if line.strip() and not _COMMENT.match(line)][:50]
    if head and (_FLOW.match(head[0]) or all(map(_MAPPING_LINE.fullmatch, head))):
        return "mapping"
    is_header = bool(head) and _is_header(re.split("[,;\t]", head[0]))
    rows = head[1:] if is_header else head
    return "table" if is_header or (rows and all(map(_TABLE_LINE.fullmatch, rows))) else "document"


def _has_commas(text: str) -> bool:
    """Whether the numbers of a sheet have decimal commas; those in comments do not count."""
    return has_commas(line for line in text.splitlines() if not _COMMENT.match(line))


# YAML and JSON


def _of_mapping(text: str, file: str, names: Collection[str]) -> Iterator[Statement | Formula]:
    text = _UNSPACED.sub(r"\1: ", text)  # YAML would take h_1:0.6 for a name
    cursor = Cursor(compose(text, file, "sheet", _EXPECTED), "", file)
    commas = _has_commas(text)
    if cursor.is_list:
        for entry in cursor.items(_EXPECTED):
            yield from _section(entry, commas, names)
    elif (inner := cursor.value("answers")) is not None and inner.is_mapping:
        yield from _section(cursor, commas, names)
    else:
        yield from _answers(cursor, Statement, commas)


def _section(cursor: Cursor, commas: bool, names: Collection[str]) -> Iterator[Statement | Formula]:
    """One `{step, sample, answers}` of a list; `place` is where they are in their source.

    In place of answers there may be `formulas`, each as a document has it.
    """
    keys = ("step", "sample", "place", "answers", "formulas")
    fields = cursor.table(keys, "a mapping with step, sample and answers")
    if "answers" not in fields and "formulas" not in fields:
        cursor.fail("answers are missing; expected answers: {id: number}")
    step = fields["step"].whole(1, LARGEST_STEP) if "step" in fields else None
    sample = fields["sample"].whole(1, LARGEST_STEP, "null or ") if "sample" in fields else None
    stated = cursor.value("sample")
    total = stated is not None and stated.is_null
    place = fields["place"].text("text")[:ID_CHARACTERS] if "place" in fields else ""
    statement = partial(Statement, step=step, sample=sample, total=total, place=place)
    if "answers" in fields:
        yield from _answers(fields["answers"], statement, commas)
    for entry in fields["formulas"].items("a list of formulas") if "formulas" in fields else ():
        for formula in read_document(entry.text("a formula"), "", names).formulas:
            yield formula._replace(line=entry.location.line, place=place)


def _answers(
    cursor: Cursor, statement: Callable[[str, Number, int], Statement], commas: bool
) -> Iterator[Statement]:
    """A statement for each entry of a mapping from ids to numbers."""
    for key, value in cursor.entries(_EXPECTED):
        name = key.text("a quantity's id")
        is_cut = value.is_null and name[:1].isdigit()  # YAML reads {h_1: 0,6} as h_1: 0 and an empty 6
        if not name.strip() or len(name) > ID_CHARACTERS or is_cut:
            hint = " (0,6 within braces is typed '0,6')" if is_cut else ""
            key.fail(f"found {quoted(name)}; expected a quantity's id{hint}")
        number = UNFILLED if value.is_null else read_number(value.text("a number"), has_commas=commas)
        if isinstance(number, str):
            value.fail(number)
        yield statement(transcribe(name), number, key.location.line)


# CSV


def _of_table(text: str, file: str) -> Iterator[Statement]:
    separator = _separator(text)
    commas = separator != "," or _has_commas(text)
    is_cut = False  # whether decimal commas make three columns of two
    columns: dict[str, int] = {}
    width = many = 0
    for line, row in _rows(text, separator, file):
        place = Location(file, line, 1)
        if not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#"):
            continue  # an empty line, or a comment above the table
        if not columns:
            is_cut = separator == "," and len(row) == 3 and len(joined(row, 1)) == 2
            header = {} if is_cut else _header(row, place)
            columns, width = header or {"id": 0, "value": 1}, len(row) if header else 2
            if header:
                continue
        if separator == "," and len(row) == width + 1:
            row = joined(row, columns["value"])
        if is_cut and len(row) > 2:
            raise _too_many(row, place)
        if many == SHEET_ROWS:
            raise BacktraceError(f"more than {SHEET_ROWS:,} rows, the most that are read", place)
        many += 1
        yield _of_row(row, columns, place, commas)


def _separator(text: str) -> str:
    lines = (line for line in text.splitlines() if line.strip() and not _COMMENT.match(line))
    first = next(lines, text)
    return next((mark for mark in ("\t", ";") if mark in first), ",")


def _rows(text: str, separator: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table with the lines they begin on."""
    refuse_nul(text, file)
    lines = [f"{line.text}\n" for line in numbered_lines(text)]
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error:
        raise BacktraceError(not_csv(lines[reader.line_num - 1]), Location(file, line, 1)) from None


def _is_header(row: Sequence[str]) -> bool:
    return {"id", "value"} <= set(map(_column, row))


def _column(cell: str) -> str | None:
    """The column that a cell of a header names; a quotation mark may have been left open."""
    return _COLUMNS.get(cell.strip(' "').lower())


def _header(row: Sequence[str], place: Location) -> dict[str, int]:
    """The places of the columns that a header names; empty if this is no header."""
    if not _is_header(row):
        if len(row) > 2 and any(cell.strip() for cell in row[2:]):
            raise _too_many(row, place)
        return {}
    columns: dict[str, int] = {}
    for i, cell in enumerate(row):
        column = _column(cell)
        if column in columns:
            raise BacktraceError(f"two columns for the {column}", place)
        if column:
            columns[column] = i
        elif cell.strip() and (hint := nearest(cell.strip().lower(), ("step", "sample"))):
            raise BacktraceError(f"unknown column {quoted(cell)}{hint}", place)
    return columns


def _too_many(row: Sequence[str], place: Location) -> BacktraceError:
    said = f"found {len(row)} columns; expected two, id and value (a header id,value,step,sample names more)"
    return BacktraceError(said, place)


def _of_row(row: Sequence[str], columns: dict[str, int], place: Location, commas: bool) -> Statement:
    """The statement of one row."""
    cells = {column: row[i].strip() if i < len(row) else "" for column, i in columns.items()}
    name, text = cells["id"], cells["value"]
    if len(row) < 2:
        raise BacktraceError(f"found one column, {quoted(name or text)}; expected two, id and value", place)
    if not name or len(name) > ID_CHARACTERS:
        raise BacktraceError(f"found {quoted(name)}; expected a quantity's id", place)
    number = read_number(text, has_commas=commas) if text else UNFILLED
    if isinstance(number, str):
        raise BacktraceError(f"{printable(name)}: {number}", place)
    total = cells.get("sample", "").lower() in _TOTALS
    step = _whole(cells.get("step", ""), "step", place)
    sample = None if total else _whole(cells.get("sample", ""), "sample", place)
    return Statement(transcribe(name), number, place.line, step, sample, total)


def _whole(text: str, what: str, place: Location) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", text):
        raise BacktraceError(f"{what}: found {quoted(text)}; expected a whole number from 1", place)
    return int(text)

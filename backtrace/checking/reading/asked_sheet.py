"""What a sheet asks for: a form, blank or filled in, a solution, or a bare list of ids."""

from __future__ import annotations

import os
import re
from collections.abc import Collection

from backtrace.checking.reading.answer_files import read_sheet
from backtrace.checking.reading.lines import numbered_lines
from backtrace.checking.statement import UNFILLED, Sheet, Statement
from backtrace.config.files import ANYWHERE, Reach, read_file
from backtrace.config.nodes import StrPath, decode
from backtrace.errors import printable
from backtrace.limits import ID_CHARACTERS
from backtrace.symbolic.ids import transcribe

_AROUND = " \t[]\"'`"  # of an id in a list of Markdown, YAML or JSON
_BULLET = re.compile(r"\s*[-*] ")
_ID = re.compile(rf"(?![0-9])[^\s:=|{{}}$<>\\]{{1,{ID_CHARACTERS}}}")


def read_asked_file(path: StrPath, reach: Reach = ANYWHERE, names: Collection[str] = ()) -> Sheet:
    """The quantities that a file asks for, as statements whose numbers mean nothing; `-` is standard input.

    `names` are those of the config.

    Raises:
        BacktraceError: it cannot be read, or is broken.
    """
    name = os.fspath(path)
    data = read_file(name, lambda: "; expected a form, or a list of ids", reach=reach)
    file = "<stdin>" if name == "-" else printable(name)
    listed = _listed(decode(data, file))
    return Sheet(file, listed) if listed else read_sheet(data, file, names, asked=True)


def _listed(text: str) -> tuple[Statement, ...]:
    r"""The ids of a list, one or several a line; none where the text is something else.

    >>> [asked.name for asked in _listed("- h_1\n- dE/dw_5\n")]
    ['h_1', 'dE/dw_5']
    """
    found: list[Statement] = []
    for number, line, _ in numbered_lines(text):
        if line.lstrip().startswith("#") or not line.strip(_AROUND):
            continue
        bare = _BULLET.sub("", line, count=1).strip().removesuffix(",")
        ids = [part.strip(_AROUND) for part in re.split("[,;]", bare)]
        if not all(map(_ID.fullmatch, ids)) or ("id" in ids and len(ids) > 1):
            return ()  # the head of a table with a column for numbers
        found += [Statement(transcribe(id), UNFILLED, number) for id in ids if id != "id"]
    return tuple(found)

"""A Jupyter notebook → the lines of its texts and printed results, with their lines in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator

from backtrace.checking.reading.lines import DocumentLine

_MAX_SHOWN = 100_000  # lines


def notebook_lines(text: str) -> list[DocumentLine] | None:
    """The lines of the Markdown cells and of what code cells print; None if this is no notebook."""
    try:
        cells = json.loads(text)["cells"]
        found = [line for cell in cells for line in _of_cell(cell)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return list(_placed(found[:_MAX_SHOWN], text))


def _of_cell(cell: dict[str, object]) -> Iterator[str]:
    if cell["cell_type"] in ("markdown", "raw"):
        yield from _lines(cell["source"])
        return
    outputs = cell.get("outputs", [])
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            data = output.get("data", {})
            yield from _lines(output.get("text", data.get("text/plain", "")))


def _lines(source: object) -> list[str]:
    whole = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return [line for line in whole.split("\n") if line and not line.isspace()]


def _placed(lines: list[str], text: str) -> Iterator[DocumentLine]:
    """Each line with its number in the file; they come in the order of the file."""
    position, number = 0, 1
    for line in lines:
        place = -1
        for written in (json.dumps(line)[1:-1], json.dumps(line, ensure_ascii=False)[1:-1]):
            place = text.find(written, position) if place < 0 else place
        if place >= 0:
            number += text.count("\n", position, place)
            position = place
        yield DocumentLine(number, line)

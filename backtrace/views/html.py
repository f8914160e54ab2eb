"""HTML tables for notebooks: plain markup, nothing fetched, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from html import escape

from backtrace.errors import printable
from backtrace.problem import Problem
from backtrace.tracing import Part
from backtrace.views.grouping import by_layer, with_starts
from backtrace.views.heading import part_line, part_title, problem_lines
from backtrace.views.records import Look, part_records

_COLUMNS = "".join(
    f'<th scope="col">{name}</th>' for name in ("symbol", "formula", "with the numbers", "value")
)


def tables(problem: Problem, parts: Iterable[Part], look: Look, arithmetic: str) -> str:
    """A heading, then a table for every phase and layer."""
    title, *rest = (escape(printable(line)) for line in problem_lines(problem, arithmetic))
    pieces = [f"<p><strong>{title}</strong><br>{'<br>'.join(rest)}</p>"]
    for part, starts in with_starts(parts):
        if starts:
            pieces.append(f"<p><strong>{escape(part_line(problem, part, look))}</strong></p>")
        for layer, equations in by_layer(part):
            rows = "".join(
                f"<tr><th scope='row'>{escape(record.symbol)}</th><td>{escape(record.formula)}</td>"
                f"<td>{escape(record.substitution)}</td><td>{escape(record.text)}</td></tr>"
                for record in part_records(replace(part, equations=equations), look)
            )
            caption = escape(part_title(part, layer))
            pieces.append(
                f"<table><caption>{caption}</caption><thead><tr>{_COLUMNS}</tr></thead><tbody>{rows}</tbody></table>"
            )
    return "\n".join(pieces)

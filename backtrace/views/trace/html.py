"""HTML tables for notebooks: plain markup, nothing fetched, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Problem
from backtrace.tracing.grouping import by_layer, with_starts
from backtrace.views.page.headings import part_line, part_title, problem_lines
from backtrace.views.page.records import Look, part_records

_LEFT, _RIGHT = 'style="text-align: left"', 'style="text-align: right"'  # a notebook's own is right for all
_COLUMNS = "".join(
    f'<th scope="col" {_RIGHT if name == "value" else _LEFT}>{name}</th>'
    for name in ("symbol", "formula", "with the numbers", "value")
)


def tables(problem: Problem, parts: Iterable[Part], look: Look, arithmetic: str, most: int) -> str:
    """A heading, then a table of at most so many rows for every phase and layer."""
    title, *rest = (escape(line) for line in problem_lines(problem, arithmetic, look))
    pieces = [f"<p><strong>{title}</strong><br>{'<br>'.join(rest)}</p>"]
    for part, starts in with_starts(problem, parts):
        if starts:
            pieces.append(f"<p><strong>{escape(part_line(problem, part, look))}</strong></p>")
        for equations in by_layer(part):
            rows = "\n".join(
                f'<tr><th scope="row" {_LEFT}>{escape(record.symbol)}</th>'
                f"<td {_LEFT}>{escape(record.formula)}</td><td {_LEFT}>{escape(record.substitution)}</td>"
                f"<td {_RIGHT}>{escape(record.text)}</td></tr>"
                for record in part_records(part._replace(equations=equations[:most]), look)
            )
            pieces.append(
                f"<table>\n<caption {_LEFT}>{escape(part_title(part, equations))}</caption>\n"
                f"<thead><tr>{_COLUMNS}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
            )
            if len(equations) > most:
                pieces.append(f"<p>{most} of {len(equations):,} shown</p>")
    return "\n".join(pieces)

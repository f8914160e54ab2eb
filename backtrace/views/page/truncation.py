"""The rows that a page hides of a long table, and the ways to see them."""

from __future__ import annotations

from collections.abc import Sequence

from backtrace.derivation.equation import Equation

TABLE_ROWS = 200  # of a table at the terminal


def more_rows(equations: Sequence[Equation], most: int = TABLE_ROWS) -> str:
    """The count of rows that are shown, and the ways to the rest."""
    return f"{most} of {len(equations):,} shown: --show '{pattern(equations, most)}', -f csv, or --all-rows"


def pattern(equations: Sequence[Equation], most: int) -> str:
    """A pattern for `--show`: rows around the first hidden gradient, as many as a table has."""
    ids, hidden = [row.id for row in equations], equations[most:]
    first = next((row for row in hidden if row.kind == "gradient"), hidden[0]).id
    ends = [place + 1 for place, sign in enumerate(first) if sign == "_"]
    for end in [*ends, *range(ends[-1] + 1 if ends else 1, len(first) + 1)]:
        if sum(id.startswith(first[:end]) for id in ids) <= most:
            return f"{first[:end]}*"
    return first

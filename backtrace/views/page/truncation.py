"""What a page leaves out of a long table, and the ways to it."""

from __future__ import annotations

from collections.abc import Sequence

from backtrace.derivation.equation import Equation

TABLE_ROWS = 200  # of a table that is drawn


def more_rows(equations: Sequence[Equation], most: int = TABLE_ROWS) -> str:
    """How many rows were drawn, and the ways to the rest."""
    return f"{most} of {len(equations):,} shown: --show '{pattern(equations, most)}', -f csv, or --all-rows"


def pattern(equations: Sequence[Equation], most: int) -> str:
    """What to ask `--show` for: rows around the first gradient that was left out, as many as are drawn."""
    ids, left_out = [row.id for row in equations], equations[most:]
    first = next((row for row in left_out if row.kind == "gradient"), left_out[0]).id
    ends = [place + 1 for place, sign in enumerate(first) if sign == "_"]
    for end in [*ends, *range(ends[-1] + 1 if ends else 1, len(first) + 1)]:
        if sum(id.startswith(first[:end]) for id in ids) <= most:
            return f"{first[:end]}*"
    return first

"""An explanation as JSON."""

from __future__ import annotations

from backtrace.views.explain.rows import meaning
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import finite, part_records, records
from backtrace.views.trace.data import safe_encoder


def write_json(context: ViewContext) -> None:
    """Everything, in one document; the rows have the columns of a trace."""
    problem, explanation, look, out = context[:4]
    part, row, effect = explanation.part, explanation.row, explanation.effect
    factors = part._replace(equations=explanation.factors)
    data = {
        "schema": 1,
        "title": problem.title,
        "step": part.step,
        "sample": part.sample,
        "id": row.id,
        "symbol": row.symbol.text,
        "value": finite(part.values[row.id]),
        "of": explanation.objective and explanation.objective.id,
        "by": explanation.by and explanation.by.id,
        "sign": explanation.sign,
        "count": explanation.path_count,
        "paths": [
            {"factors": [factor.id for factor in path.factors], "value": finite(path.value)}
            for path in explanation.paths
        ],
        "factors": [record._asdict() for record in part_records(factors, look)],
        "rests_on": [record._asdict() for record in records(explanation.dependencies, look)],
        "effect": effect and effect._asdict(),
        "meaning": meaning(explanation, look.symbol),
    }
    out.write(f"{safe_encoder(out)(data)}\n")

"""An explanation as JSON and Markdown."""

from __future__ import annotations

from backtrace.views.explain.rows import aside, chain_lines, meaning, tables
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_line
from backtrace.views.page.records import finite, part_records, records
from backtrace.views.trace.data import safe_encoder
from backtrace.views.trace.markdown import escaped, write_heading, write_rows


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


def write_markdown(context: ViewContext) -> None:
    """The explanation as in the terminal, with formulas in code. A fragment has no heading."""
    problem, explanation, look, out = context[:4]
    if not context.has("fragment"):
        write_heading(context.heading(), out)
        out.write("\n")
    out.write(f"### {escaped(part_line(problem, explanation.part, look))}\n\n")
    out.write(
        "```text\n"
        + "\n".join(f"{lead} {''.join(pieces)}" for lead, pieces in chain_lines(explanation, look))
        + "\n```\n"
    )
    if said := aside(explanation, look, typed="`{}`".format):
        out.write(f"\n{said}\n")
    for table in tables(explanation):
        if table.starts:
            out.write(f"\n### {escaped(part_line(problem, table.part, look))}\n")
        out.write(f"\n**{table.title}**\n\n")
        write_rows(part_records(table.part, look), out)
    said = meaning(explanation, look.symbol)
    if said:
        out.write(f"\n{escaped(said)}\n")

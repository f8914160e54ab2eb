"""A training run as JSON, CSV, JSON Lines and Markdown."""

from __future__ import annotations

import csv

from backtrace.training.health import sentences
from backtrace.views.page.context import ViewContext
from backtrace.views.trace.data import encoder, safe_encoder
from backtrace.views.trace.markdown import code, escaped, write_heading, write_table
from backtrace.views.train.rows import RunSummary, cost_name, data_of, ending, point


def write_json(context: ViewContext) -> None:
    """Everything, in one document."""
    context.out.write(f"{safe_encoder(context.out)(data_of(context.content))}\n")


def write_csv(context: ViewContext) -> None:
    """The curve: steps and cost."""
    writer = csv.writer(context.out, lineterminator="\n")
    writer.writerow(("steps", "cost"))
    writer.writerows(_curve(context.content))


def write_jsonl(context: ViewContext) -> None:
    """The curve, an object a line."""
    encode = encoder(context.out)
    context.out.writelines(f"{encode(point(*mark))}\n" for mark in _curve(context.content))


def _curve(run: RunSummary) -> list[tuple[int, float]]:
    """All known costs in order: those of the curve and those asked for."""
    return sorted({**dict(run.outcome.curve), **dict(run.outcome.marks)}.items())


def write_markdown(context: ViewContext) -> None:
    """The tables of the terminal, complete, without the curve."""
    run, look, out = context.content, context.look, context.out
    text = look.numerals.text
    write_heading(context.heading(), out)
    tables: dict[tuple[str, ...], list[tuple[str, ...]]] = {
        ("steps", escaped(cost_name(run))): [(f"{steps:,}", text(cost)) for steps, cost in run.outcome.marks],
        ("parameter", "start", "final"): [
            (code(look.name(name)), text(start), text(final)) for name, start, final in run.parameters
        ],
        ("sample", "outputs", "targets"): [
            (str(each.sample), ", ".join(map(text, each.outputs)), ", ".join(map(text, each.targets or ())))
            for each in run.predictions
        ],
    }
    for headings, rows in tables.items():
        if rows:
            out.write("\n")
            write_table(headings, rows, out, right=range(len(headings)))
    out.write("\n")
    if warnings := list(sentences(run.health)):
        out.write("".join(f"- {escaped(sentence)}\n" for sentence in warnings) + "\n")
    out.write(f"**{escaped(ending(run))}**\n")

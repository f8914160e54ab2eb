"""A training run as JSON, CSV and JSON Lines."""

from __future__ import annotations

import csv

from backtrace.views.page.context import ViewContext
from backtrace.views.trace.data import encoder, safe_encoder
from backtrace.views.train.rows import RunSummary, data_of, point


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

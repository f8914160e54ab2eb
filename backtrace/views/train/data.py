"""A training run as JSON, CSV and JSON Lines."""

from __future__ import annotations

import csv

from backtrace.symbolic.ids import spell
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import finite
from backtrace.views.trace.data import encoder, safe_encoder
from backtrace.views.train.rows import RunSummary


def write_json(context: ViewContext) -> None:
    """Everything, in one document."""
    run, outcome = context.content, context.content.outcome
    data = {
        "schema": 1,
        "title": run.problem.title,
        "steps": outcome.steps,
        "ended": outcome.ended or None,
        "engine": outcome.engine,
        "cost": [_point(*mark) for mark in outcome.marks],
        "curve": [_point(*mark) for mark in outcome.curve],
        "parameters": {spell(name): final for name, _, final in run.parameters},
        "predictions": [prediction._asdict() for prediction in run.predictions],
        "health": [layer._asdict() for layer in run.health],
    }
    context.out.write(f"{safe_encoder(context.out)(data)}\n")


def write_csv(context: ViewContext) -> None:
    """The curve: steps and cost."""
    writer = csv.writer(context.out, lineterminator="\n")
    writer.writerow(("steps", "cost"))
    writer.writerows(_curve(context.content))


def write_jsonl(context: ViewContext) -> None:
    """The curve, an object a line."""
    encode = encoder(context.out)
    context.out.writelines(f"{encode(_point(*mark))}\n" for mark in _curve(context.content))


def _curve(run: RunSummary) -> list[tuple[int, float]]:
    """All known costs in order: those of the curve and those asked for."""
    return sorted({**dict(run.outcome.curve), **dict(run.outcome.marks)}.items())


def _point(steps: int, cost: float) -> dict[str, float | None]:
    """A point of the cost curve for a program."""
    return {"steps": steps, "cost": finite(cost)}

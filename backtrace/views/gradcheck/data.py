"""Gradient checks as JSON and CSV: complete, written as they come, the same columns in both."""

from __future__ import annotations

import csv

from backtrace.gradchecking.complex_step import STEP
from backtrace.gradchecking.estimates import VERDICTS, Check
from backtrace.views.page.context import ViewContext
from backtrace.views.trace.data import encoder, safe_encoder


def write_json(context: ViewContext) -> None:
    """One document, its summary at the end."""
    out, settings = context.out, context.options["settings"]
    encode, total, counts = encoder(out), 0, context.options["counts"]
    steps = {"step_size": settings.step, "complex_step_size": STEP}
    head = {"schema": 1, "title": context.problem.title, **steps, "tolerance": settings.tolerance}
    separator = "\n"
    for subject in context.content:
        if not total:
            out.write(f'{safe_encoder(out)(head)[:-1]}, "checks": [')
        total += subject.total
        for check in subject.checks:
            out.write(f"{separator}{encode(check._asdict() | {'kinks': _kinks(check)})}")
            separator = ",\n"
    summary = {"gradients": total, "checked": counts.total()} | {each: counts[each] for each in VERDICTS}
    out.write(f'\n], "summary": {encode(summary)}}}\n')


def write_csv(context: ViewContext) -> None:
    """A header and a line for each gradient."""
    writer = csv.writer(context.out, lineterminator="\n")
    for number, subject in enumerate(context.content):
        if number == 0:  # not before: a config that cannot be checked leaves no file
            writer.writerow(Check._fields)
        writer.writerows((*check[:-1], "; ".join(_kinks(check))) for check in subject.checks)


def _kinks(check: Check) -> list[str]:
    return [symbol.id for symbol in check.kinks]

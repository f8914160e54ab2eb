"""A training run as JSON, CSV, JSON Lines and Markdown."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from typing import TextIO

from backtrace.training.health import sentences
from backtrace.views.page.records import Look
from backtrace.views.trace.data import encoder
from backtrace.views.trace.markdown import code, escaped, write_heading
from backtrace.views.train.rows import Trained, cost_name, data_of, ending, point


def write_json(run: Trained, out: TextIO) -> None:
    """Everything, in one document."""
    text = encoder(out)(data_of(run))
    out.write(f"{text if text.isprintable() else json.dumps(data_of(run))}\n")


def write_csv(run: Trained, out: TextIO) -> None:
    """The curve: steps and cost."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("steps", "cost"))
    writer.writerows(_curve(run))


def write_jsonl(run: Trained, out: TextIO) -> None:
    """The curve, an object a line."""
    encode = encoder(out)
    out.writelines(f"{encode(point(steps, cost))}\n" for steps, cost in _curve(run))


def _curve(run: Trained) -> list[tuple[int, float]]:
    """All costs that are known, in order: those of the curve and those that were asked for."""
    return sorted({**dict(run.outcome.curve), **dict(run.outcome.marks)}.items())


def write_markdown(heading: Iterable[str], run: Trained, look: Look, out: TextIO) -> None:
    """The tables of the terminal, complete, without the curve."""
    text = look.numerals.text
    write_heading(heading, out)
    out.write("\n")
    costs = [(f"{mark.steps:,}", text(mark.cost)) for mark in run.outcome.marks]
    _write_table(("steps", escaped(cost_name(run))), costs, out)
    parameters = [(code(look.name(name)), text(start), text(final)) for name, start, final in run.parameters]
    _write_table(("parameter", "start", "final"), parameters, out)
    if run.predictions:
        rows = []
        for one in run.predictions:
            targets = ", ".join(map(text, one.targets or ()))
            rows.append((str(one.sample), ", ".join(map(text, one.outputs)), targets))
        _write_table(("sample", "outputs", "targets"), rows, out)
    said = "".join(f"- {escaped(sentence)}\n" for sentence in sentences(run.health))
    out.write(f"{said}\n" if said else "")
    out.write(f"**{escaped(ending(run))}**\n")


def _write_table(headings: Sequence[str], rows: Sequence[Sequence[str]], out: TextIO) -> None:
    out.write(f"| {' | '.join(headings)} |\n|{' ---: |' * len(headings)}\n")
    out.writelines(f"| {' | '.join(row)} |\n" for row in rows)
    out.write("\n")

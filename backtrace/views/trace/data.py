"""CSV, JSON Lines and JSON: complete, streamed, the same columns in each."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import TextIO

from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Record, records


def write_csv(context: ViewContext) -> None:
    """A header and a line per record; values at full precision."""
    writer = csv.writer(context.out, lineterminator="\n")
    writer.writerow(Record._fields)
    writer.writerows(records(context.content, context.look))


def write_jsonl(context: ViewContext) -> None:
    """A JSON object per line."""
    encode = encoder(context.out)
    rows = records(context.content, context.look)
    context.out.writelines(f"{encode(record._asdict())}\n" for record in rows)


def write_json(context: ViewContext) -> None:
    """One document, written as the records come."""
    out = context.out
    encode = encoder(out)
    head = {"schema": 1, "title": context.problem.title, "arithmetic": context.arithmetic}
    out.write(f'{safe_encoder(out)(head)[:-1]}, "records": [')
    separator = "\n"
    for record in records(context.content, context.look):
        out.write(f"{separator}{encode(record._asdict())}")
        separator = ",\n"
    out.write("\n]}\n")


def encoder(out: TextIO) -> Callable[[object], str]:
    """JSON as `out` can carry it; whichever way, a program reads the same from it."""
    encoding = (out.encoding or "utf-8").lower().replace("_", "-")
    return json.JSONEncoder(ensure_ascii=not encoding.startswith("utf-")).encode


def safe_encoder(out: TextIO) -> Callable[[object], str]:
    """JSON as `out` can carry it; any sign that steers a terminal is escaped: the same to a program."""
    encode = encoder(out)

    def safe(data: object) -> str:
        text = encode(data)
        return text if text.isprintable() else json.dumps(data)

    return safe

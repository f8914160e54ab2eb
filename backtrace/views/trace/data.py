"""CSV, JSON Lines and JSON: complete, streamed, the same columns in each."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from typing import TextIO

from backtrace.views.page.records import Record


def write_csv(records: Iterable[Record], out: TextIO) -> None:
    """A header and a line per record; values at full precision."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Record._fields)
    writer.writerows(records)


def write_jsonl(records: Iterable[Record], out: TextIO) -> None:
    """A JSON object per line."""
    encode = encoder(out)
    out.writelines(f"{encode(record._asdict())}\n" for record in records)


def write_json(records: Iterable[Record], title: str, arithmetic: str, out: TextIO) -> None:
    """One document, written as the records come."""
    encode = encoder(out)
    head = safe_encoder(out)({"schema": 1, "title": title, "arithmetic": arithmetic})
    out.write(f'{head[:-1]}, "records": [')
    separator = "\n"
    for record in records:
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

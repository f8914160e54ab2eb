"""CSV, JSON Lines and JSON: complete, streamed, the same columns in each."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import TextIO

from backtrace.views.records import Record


def write_csv(records: Iterable[Record], out: TextIO) -> None:
    """A header and a line per record; values at full precision."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Record._fields)
    writer.writerows(records)


def write_jsonl(records: Iterable[Record], out: TextIO) -> None:
    """A JSON object per line."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    out.writelines(f"{encode(record._asdict())}\n" for record in records)


def write_json(records: Iterable[Record], title: str, arithmetic: str, out: TextIO) -> None:
    """One document, written as the records come."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    head = encode({"schema": 1, "title": title, "arithmetic": arithmetic})
    out.write(f'{head[:-1]}, "records": [')
    separator = "\n"
    for record in records:
        out.write(f"{separator}{encode(record._asdict())}")
        separator = ",\n"
    out.write("\n]}\n")

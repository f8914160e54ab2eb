"""Gradient checks as JSON and CSV: complete, written as they come, the same columns in both."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from typing import TextIO

from backtrace.gradchecking.check import Subject
from backtrace.gradchecking.complex_step import STEP
from backtrace.gradchecking.estimates import VERDICTS, Check, Settings, Verdict
from backtrace.views.trace.data import encoder, safe_encoder


def write_json(title: str, subjects: Iterable[Subject], settings: Settings, out: TextIO) -> Counter[Verdict]:
    """One document, its summary at the end; how often each verdict was given."""
    encode, counts, total = encoder(out), Counter[Verdict](), 0
    steps = {"step_size": settings.step, "complex_step_size": STEP}
    head = safe_encoder(out)({"schema": 1, "title": title, **steps, "tolerance": settings.tolerance})
    separator = "\n"
    for subject in subjects:
        if not total:
            out.write(f'{head[:-1]}, "checks": [')
        total += subject.total
        for check in subject.checks:
            counts[check.verdict] += 1
            out.write(f"{separator}{encode(check._asdict() | {'kinks': _kinks(check)})}")
            separator = ",\n"
    summary = {"gradients": total, "checked": sum(counts.values())}
    summary |= {verdict: counts[verdict] for verdict in VERDICTS}
    out.write(f'\n], "summary": {encode(summary)}}}\n')
    return counts


def write_csv(subjects: Iterable[Subject], out: TextIO) -> Counter[Verdict]:
    """A header and a line for each gradient; how often each verdict was given."""
    writer, counts = csv.writer(out, lineterminator="\n"), Counter[Verdict]()
    started = False
    for subject in subjects:
        if not started:
            writer.writerow(Check._fields)
            started = True
        for check in subject.checks:
            counts[check.verdict] += 1
            writer.writerow((*check[:-1], "; ".join(_kinks(check))))
    return counts


def _kinks(check: Check) -> list[str]:
    return [symbol.id for symbol in check.kinks]

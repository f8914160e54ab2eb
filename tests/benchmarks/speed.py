"""How fast the tool is, as ratios to what the job costs at least, measured side by side in one run.

    python tests/benchmarks/speed.py [--rounds 5]

Every job and its yardstick take turns; the least processor time of all rounds counts, so that a busy machine
disturbs both alike. The yardsticks are plain scripts that do the same job with nothing of this project.
"""

from __future__ import annotations

import argparse
import compileall
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import yaml

import backtrace
from backtrace.config.load import load
from backtrace.config.nodes import compose
from backtrace.evaluation.steps import Request
from backtrace.tracing.trace import compute
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look, records
from backtrace.views.trace.data import write_csv, write_jsonl

FOUR = [sys.executable, "-c", "import click, numpy, rich.table, rich.console, yaml"]
FLOOR = [sys.executable, str(Path(__file__).with_name("floor.py"))]
SIZES = (784, 100, 10)


def large_config() -> str:
    """A 784-100-10 network with all 79,510 numbers written out."""
    random = Random(1)
    inputs, hidden, outputs = SIZES

    def row(count: int, digits: int = 4) -> str:
        return "[" + ", ".join(f"{random.uniform(-0.05, 0.05):.{digits}f}" for _ in range(count)) + "]"

    def layer(name: str, units: int, sources: int) -> list[str]:
        weights = [f"      - {row(sources)}" for _ in range(units)]
        head = [f"  - name: {name}", f"    units: {units}", "    activation: sigmoid", "    weights:"]
        return [*head, *weights, f"    biases: {row(units)}"]

    return "\n".join(
        [
            f"inputs: [{', '.join(f'x_{k}' for k in range(1, inputs + 1))}]",
            f"targets: [{', '.join(f't_{k}' for k in range(1, outputs + 1))}]",
            "layers:",
            *layer("hidden", hidden, inputs),
            *layer("output", outputs, hidden),
            f"samples: [{{inputs: {row(inputs)}, targets: [1{', 0' * (outputs - 1)}]}}]",
            "",
        ]
    )


def process(command: Sequence[str]) -> Callable[[], tuple[float, int]]:
    """A job that runs a command: its processor time in seconds, and its peak memory in KiB."""

    def run() -> tuple[float, int]:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss

    return run


def function(call: Callable[[], object]) -> Callable[[], tuple[float, int]]:
    """A job inside this process."""

    def run() -> tuple[float, int]:
        start = time.process_time()
        call()
        return time.process_time() - start, 0

    return run


def compare(
    name: str,
    job: Callable[[], tuple[float, int]],
    yardstick: Callable[[], tuple[float, int]],
    asked: float,
    rounds: int,
) -> None:
    """Print one row: both times, their ratio, and what is asked."""
    mine, theirs = [], []
    for _ in range(rounds):
        theirs.append(yardstick())
        mine.append(job())
    best, least = min(mine)[0], min(theirs)[0]
    ratio = best / least
    memory = f"{max(kib for _, kib in mine) / 1024:6.0f} MB" if mine[0][1] else ""
    verdict = "ok" if ratio <= asked else "SLOW"
    print(f"{name:<44} {best:7.3f} s {least:7.3f} s {ratio:6.2f}  ≤ {asked:<4}  {verdict:<4} {memory}")  # noqa: T201


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    compileall.compile_dir(str(Path(backtrace.__file__).parent), quiet=1)  # as an installation has it
    command = [sys.executable, "-m", "backtrace"]
    print(f"{'job':<44} {'time':>9} {'yardstick':>9} {'ratio':>6}  asked")  # noqa: T201
    four = process(FOUR)
    compare("--help / import of four", process([*command, "--help"]), four, 0.5, rounds)
    compare("--version / import of four", process([*command, "--version"]), four, 0.5, rounds)
    small = process([*command, "trace", "two-two-two"])
    compare("trace two-two-two / import of four", small, four, 0.75, rounds)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.yaml"
        text = large_config()
        path.write_text(text, encoding="utf-8")
        trace = process([*command, "trace", str(path), "-f", "csv"])
        compare("784-100-10 to CSV / a bare script", trace, process([*FLOOR, str(path)]), 2.5, rounds)
        table = process([*command, "trace", str(path)])
        compare("784-100-10 as tables / the same as CSV", table, trace, 1.0, rounds)
        one = process([*command, "trace", str(path), "--show", "dE/dw_1_3_5"])
        compare("one gradient of it / the same as CSV", one, trace, 0.75, rounds)
        nodes = function(lambda: compose(text, "large.yaml"))
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        compare("its nodes / CSafeLoader", nodes, function(lambda: yaml.load(text, loader)), 1.3, rounds)
        problem = load(path)
    parts = list(compute(problem, Request()))

    def context() -> ViewContext:
        return ViewContext(problem, parts, Look(), io.StringIO())

    bare_csv = function(lambda: csv.writer(io.StringIO()).writerows(records(parts, Look())))
    compare("CSV / csv.writer", function(lambda: write_csv(context())), bare_csv, 1.5, rounds)

    def bare_json() -> None:
        out = io.StringIO()
        for row in records(parts, Look()):
            out.write(json.dumps(row._asdict(), ensure_ascii=False) + "\n")

    lines = function(lambda: write_jsonl(context()))
    compare("JSON Lines / json.dumps", lines, function(bare_json), 1.5, rounds)


if __name__ == "__main__":
    main()

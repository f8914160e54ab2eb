"""How fast a class's sheets are checked: thousands of YAML sheets of one network, in one process.

    python tests/benchmarks/checking.py [--sheets 1000,10000] [--config two-two-two] [--seed 1]

The sheets state everything that a trace shows, with 2 to 8 decimals, gone on with as it is written or with
all digits. Three numbers in a hundred are faulty: anything, or one of a few slips, and they are gone on with.
"""

from __future__ import annotations

import argparse
import compileall
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import backtrace
from backtrace.derivation.equation import Equation
from backtrace.evaluation.evaluator import value_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Request
from backtrace.tracing.trace import compute

FAULTY = 0.03


def rows(config: str) -> tuple[dict[str, float], list[Equation]]:
    """What is given, and the equations of the first step."""
    known: dict[str, float] = {}
    equations: list[Equation] = []
    for part in compute(backtrace.load(config), Request()):
        equations += [row for row in part.equations if row.phase != "after"]
        known |= part.values
    stated = {row.id for row in equations}
    return {id: value for id, value in known.items() if id not in stated}, equations


def slipped(random: Random, value: float, before: list[float]) -> float:
    """A faulty number: a factor, a sign, one of the numbers before it, or anything."""
    return random.choice((2 * value, -value, value / 2, random.choice(before), value + random.uniform(-1, 1)))


def sheet(random: Random, given: dict[str, float], equations: list[Equation]) -> str:
    """One person's answers."""
    decimals, carried = random.randint(2, 8), random.random() < 0.5
    values, lines = dict(given), []
    before = [1.0]
    for row in equations:
        value = value_of(row.expression, values, FLOAT64)
        if random.random() < FAULTY:
            value = slipped(random, value, before)
        text = f"{value:.{decimals}f}"
        values[row.id] = float(text) if carried else value
        before.append(values[row.id])
        if not row.hidden:
            lines.append(f"{row.id}: {text}\n")
    return "".join(lines)


def measure(config: str, folder: Path) -> tuple[float, int]:
    """Processor time in seconds and peak memory in KiB of checking a folder."""
    command = [sys.executable, "-m", "backtrace", "check", config, str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def main() -> None:
    """Write the sheets and have them checked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--sheets", default="1000,10000")
    parser.add_argument("--config", default="two-two-two")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    compileall.compile_dir(str(Path(backtrace.__file__).parent), quiet=1)  # as an installation has it
    given, equations = rows(options.config)
    stated = sum(not row.hidden for row in equations)
    print(f"{'sheets':>8} {'numbers':>8} {'seconds':>8} {'sheets/s':>9} {'peak MB':>8}")  # noqa: T201
    for count in map(int, options.sheets.split(",")):
        random = Random(options.seed)
        with tempfile.TemporaryDirectory() as name:
            for number in range(count):
                text = sheet(random, given, equations)
                Path(name, f"{number:06}.yaml").write_text(text, encoding="utf-8")
            start = time.perf_counter()
            seconds, memory = measure(options.config, Path(name))
            elapsed = time.perf_counter() - start
        print(  # noqa: T201
            f"{count:>8,} {stated:>8} {seconds:>8.1f} {count / seconds:>9.0f} {memory / 1024:>8.0f}"
            f"   ({elapsed:.1f} s by the clock)"
        )


if __name__ == "__main__":
    main()

"""How training grows with units, layers, samples and steps, and where the one engine overtakes the other.

    python tests/benchmarks/growth.py [--choice]

Without an option, a table: each row is measured in a process of its own, whose peak memory it is.
With `--choice`, both engines on networks of many sizes, and the constants that this makes for the choice.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from backtrace.config.reader import read_problem
from backtrace.problem.problem import Network, Problem, parameters_of
from backtrace.training.engine import EngineName, choose_engine, start_engine
from backtrace.training.trainer import train


def say(text: str = "") -> None:
    print(text, flush=True)  # noqa: T201


def timed(job: Callable[[], object]) -> Callable[[], float]:
    """A job that tells its processor time."""

    def run() -> float:
        start = time.process_time()
        job()
        return time.process_time() - start

    return run


def network(sizes: Sequence[int], samples: int, batch: str = "sum") -> Problem:
    """A sigmoid network of random weights, as a config gives it."""
    random = Random(1)
    layers = [
        {
            "name": f"L{number}",
            "units": units,
            "activation": "sigmoid",
            "weights": {"random": "uniform", "low": -0.05, "high": 0.05},
            "biases": {"random": "uniform", "low": -0.05, "high": 0.05},
        }
        for number, units in enumerate(sizes[1:], 1)
    ]
    config = {
        "inputs": [f"x_{k}" for k in range(sizes[0])],
        "targets": [f"t_{k}" for k in range(sizes[-1])],
        "layers": layers,
        "seed": 1,
        "batch": batch,
        "update": {"rule": "sgd", "learning_rate": 0.01},
        "samples": [
            {
                "inputs": [round(random.random(), 3) for _ in range(sizes[0])],
                "targets": [int(k == sample % sizes[-1]) for k in range(sizes[-1])],
            }
            for sample in range(samples)
        ],
    }
    return read_problem(json.dumps(config), "benchmark.yaml", Path())


def measured(problem: Problem, engine: EngineName, rounds: int = 3) -> float:
    """The seconds of a step once the engine runs."""
    running = start_engine(problem, choose_engine(problem, 10**6, engine))
    running.advance(1)
    start, steps = time.perf_counter(), 0
    while time.perf_counter() - start < 0.05 and steps < 5_000:
        running.advance(1)
        steps += 1
    several = max(steps, 1)
    return min(timed(lambda: running.advance(several))() for _ in range(rounds)) / several


GROWTH: dict[str, list[tuple[tuple[int, ...], int, int]]] = {
    "units": [((n, n, 2), 4, 1_000) for n in (2, 4, 8, 16, 32, 64, 128, 256, 512)],
    "layers": [((8,) * (layers + 1), 4, 1_000) for layers in (1, 2, 4, 8, 16, 32)],
    "samples": [((8, 8, 2), samples, 1_000) for samples in (1, 10, 100, 1_000, 10_000)],
    "steps": [((2, 2, 2), 1, steps) for steps in (1, 100, 10_000, 1_000_000)],
}
ONE_THREAD = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # as processor time adds threads up
LONG_ENOUGH = 1.0  # seconds


def growth() -> None:
    """Time per step and peak memory of a process, as units, layers, samples and steps grow."""
    say("| what grows | network | parameters | samples | steps | engine | to start | a step | peak memory |")
    say("| --- | --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |")
    for what, cases in GROWTH.items():
        for case in cases:
            child = [sys.executable, __file__, "--one", json.dumps(case)]
            done = subprocess.run(child, check=True, capture_output=True, text=True, env=ONE_THREAD)
            say(f"| {what} | {done.stdout.rstrip()} |")


def one(sizes: Sequence[int], samples: int, steps: int) -> None:
    """A row of the table, for a process of its own; a long run is cut off when its memory is known."""
    problem = network(sizes, samples)
    engine: Any = choose_engine(problem, steps, "auto")
    start = timed(lambda: start_engine(problem, engine))()  # with the import of numpy, if that is chosen
    each = measured(problem, engine)
    train(problem, min(steps, max(1, int(LONG_ENOUGH / each))), engine=engine)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    shape = "-".join(map(str, sizes)) if len(sizes) <= 5 else f"{len(sizes) - 1} layers of {sizes[0]}"
    counts = f"{len(problem.parameters):,} | {samples:,} | {steps:,}"
    say(f"{shape} | {counts} | {engine} | {_readable(start)} | {_readable(each)} | {peak:.0f} MB")


def _readable(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def compare_engines() -> None:
    """Where the one engine becomes quicker than the other, and what `MOST_IN_CODE` should be."""
    say("network          parameters  samples   code made   generated/step   numpy/step   quicker   chosen")
    import numpy as np  # else it would be in the memory of the rows above

    products = []
    for sizes, samples in _choices():
        problem = network(sizes, samples)
        assert isinstance(problem.model, Network)
        count = sum(1 for layer in problem.model.layers for _ in parameters_of(layer))
        making = min(timed(lambda p=problem: start_engine(p, "generated"))() for _ in range(2))  # type: ignore[misc]
        code, arrays = measured(problem, "generated"), measured(problem, "numpy")
        quicker = "generated" if code < arrays else "numpy"
        choice = choose_engine(problem, 10**6, "auto")
        shape = "-".join(map(str, sizes)) if len(sizes) < 5 else f"{sizes[0]}, {len(sizes) - 1} layers"
        say(
            f"{shape:<16} {count:10,} {samples:8,} {making * 1e3:8.1f} ms {code * 1e6:13.1f} µs "
            f"{arrays * 1e6:9.1f} µs   {quicker:<9} {choice if choice == quicker else choice + ' !'}"
        )
        products.append(arrays / (len(sizes) - 1) / (code / count / samples))
    say(f"a layer of numpy takes as long as {np.median(products):.0f} products in code")


def _choices() -> Iterator[tuple[tuple[int, ...], int]]:
    for units in (2, 4, 6, 8, 12, 16, 24, 32):
        yield (units, units, units), 1
    for units in (2, 4, 8):
        for samples in (4, 16, 64):
            yield (units, units, units), samples
    for layers in (4, 8):
        yield (4,) * (layers + 1), 1


def main() -> None:
    """The table, a row of it, or the choice."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--choice", action="store_true")
    parser.add_argument("--one", type=json.loads, help="one row of the table")
    wanted = parser.parse_args()
    if wanted.one:
        one(*wanted.one)
    elif wanted.choice:
        compare_engines()
    else:
        growth()


if __name__ == "__main__":
    main()

"""Five hundred exercises: how soon they are found, and what a check finds of the slips that they tell.

    python tests/benchmarks/exercises.py [--each 5] [--plants 1] [--seed 1]

Ten topologies with ten combinations of activations, costs and biases, `each` exercises of every one. Of an
exercise a sheet that is right, and for every slip that it says it tells `plants` sheets in which it is made.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2]))

from backtrace.exercises.exercise import exercises
from tests.exercises.exercised import TOPOLOGIES, misses, plans


def write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--each", type=int, default=5)
    options.add_argument("--plants", type=int, default=1)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    random = Random(given.seed)
    sheets, missed = 0, 0
    write("| topology | exercises | draws each | most draws | digits | ms each | sheets | missed |")
    write("| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |")
    for sizes in TOPOLOGIES:
        began = time.process_time()
        made = [e for seed, plan in plans(sizes) for e in exercises(plan, seed, given.each)]
        spent = time.process_time() - began
        found = [miss for exercise in made for miss in misses(exercise, random, given.plants)]
        for miss in filter(None, found):
            sys.stderr.write(f"{miss}\n")
        sheets, missed = sheets + len(found), missed + len(found) - found.count(None)
        tries = [exercise.tries for exercise in made]
        digits = Counter(exercise.digits for exercise in made)
        cells = (
            "-".join(map(str, sizes)),
            len(made),
            f"{sum(tries) / len(tries):.1f}",
            max(tries),
            ", ".join(f"{count} × {digit}" for digit, count in sorted(digits.items())),
            f"{1000 * spent / len(made):.0f}",
            len(found),
            len(found) - found.count(None),
        )
        write(f"| {' | '.join(map(str, cells))} |")
    write(f"\n{sheets:,} sheets, {missed} on which not exactly what was planted was found")


if __name__ == "__main__":
    main()

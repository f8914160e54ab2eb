"""How many slips the checker finds, and how often it accuses a sheet that is right.

    python tests/benchmarks/power.py [--networks 1000] [--decimals 2,4,6] [--only missing_slope] [--show 3]
    python tests/benchmarks/power.py --final 2 [--networks 100]    two slips, and the first gradients alone

Random networks are worked out in plain Python as a person does (`tests/planting.py`), with nothing of this
project; sheets of them, right ones and ones with a single slip, are rounded and checked.

A slip counts where the number that is written down differs from the right one at the sheet's precision.
It is *found* if that number is called a slip, *named* if the planted slip is among the first three
explanations, *undecided* if the precision cannot tell; *beside* counts sheets where some other number was
marked down too. With `--final`, a sheet has only the gradients of the first layer, and the slips were made on
the way to them; a sheet counts as named if each slip is among the first three explanations of a number.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from backtrace.checking.slips.table import SLIPS
from tests.checking.trials import Outcome, final_outcomes, outcomes


def share(part: int, whole: int) -> str:
    """A percentage that shows 100.0 only where nothing is missing."""
    if not whole:
        return "-"
    return "100" if part == whole else f"{min(99.9, 100 * part / whole):.1f}"


def table(title: str, heads: list[int], rows: dict[str, list[str]]) -> None:
    """Print a table by decimals or digits."""
    print(f"\n{title:<26}" + "".join(f"{head:>9}" for head in heads))  # noqa: T201
    for name, cells in rows.items():
        print(f"{name:<26}" + "".join(f"{cell:>9}" for cell in cells))  # noqa: T201


def print_tables(found: list[Outcome], decimals: list[int]) -> None:
    right = [o for o in found if o.group.startswith("right")]
    planted = [o for o in found if not o.group.startswith("right")]
    rows = {}
    for group in dict.fromkeys(o.group for o in right):
        chosen = [[o for o in right if o.group == group and o.decimals == d] for d in decimals]
        rows[group] = [f"{sum(o.beside > 0 for o in some)}/{len(some)}" for some in chosen]
    if rows:
        table("right sheets marked down", decimals, rows)
    if not planted:
        return
    table("slips, by decimals", decimals, _shares(planted, decimals, lambda o: o.decimals))
    digits = sorted({min(o.digits, 6) for o in planted})
    table("slips, by digits (6: more)", digits, _shares(planted, digits, lambda o: min(o.digits, 6)))
    rows = {}
    for slip in SLIPS:
        chosen = [[o for o in planted if o.group == slip and o.decimals == d] for d in decimals]
        if any(chosen):
            rows[slip] = [_found(some) for some in chosen]
    table("found and named in three", decimals, rows)
    misses = Counter((o.group, o.verdict, o.named > 3) for o in planted if o.digits >= 4 and not o.is_fine)
    for (slip, verdict, late), count in misses.most_common():
        print(f"  4 digits or more, {slip}: {verdict}{', named late' if late else ''}: {count}")  # noqa: T201


def print_final(found: list[Outcome], decimals: list[int]) -> None:
    """The share of sheets of final answers whose slips are named, by decimals and by slip."""
    clear = [outcome for outcome in found if outcome.digits >= 4]
    rows = {"sheets with 4 digits": [str(sum(o.decimals == d for o in clear)) for d in decimals]}
    for group in ("all slips named %", *sorted({outcome.group for outcome in clear})):
        some = [
            [o for o in clear if o.decimals == d and group in (o.group, "all slips named %")]
            for d in decimals
        ]
        rows[group] = [share(sum(1 <= o.named <= 3 for o in sheets), len(sheets)) for sheets in some]
    table("final answers, by decimals", decimals, rows)


def _found(some: list[Outcome]) -> str:
    decided = [o for o in some if o.verdict != "undecided"]
    return share(sum(o.is_fine for o in decided), len(decided))


def _shares(
    planted: list[Outcome], heads: list[int], head_of: Callable[[Outcome], int]
) -> dict[str, list[str]]:
    by_head = {head: [o for o in planted if head_of(o) == head] for head in heads}
    decided = {head: [o for o in some if o.verdict != "undecided"] for head, some in by_head.items()}
    return {
        "planted": [str(len(some)) for some in by_head.values()],
        "undecided %": [share(len(some) - len(decided[head]), len(some)) for head, some in by_head.items()],
        "found % of the decided": [
            share(sum(o.verdict == "slip" for o in some), len(some)) for some in decided.values()
        ],
        "named first %": [share(sum(o.named == 1 for o in some), len(some)) for some in decided.values()],
        "named in three %": [share(sum(o.is_fine for o in some), len(some)) for some in decided.values()],
        "others marked down %": [
            share(sum(o.beside > 0 for o in some), len(some)) for some in by_head.values()
        ],
    }


def main() -> None:
    """Check sheets of many networks and print what share came out as it should."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first network")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--decimals", default="2,3,4,5,6,7,8")
    parser.add_argument("--only", choices=[*SLIPS, "none"], help="one slip, or none: right sheets alone")
    parser.add_argument("--show", type=int, default=0, metavar="K", help="print the first K failures in full")
    parser.add_argument("--final", type=int, choices=(1, 2), help="final answers alone, with so many slips")
    options = parser.parse_args()
    decimals = [int(part) for part in options.decimals.split(",")]
    work = partial(outcomes, seed=options.seed, decimals=decimals, only=options.only)
    if options.final:
        work = partial(final_outcomes, seed=options.seed, decimals=decimals, slips=options.final)
    numbers = range(options.first, options.first + options.networks)
    with Pool(options.jobs) as pool:
        found = [o for some in pool.imap(work, numbers, chunksize=4) for o in some]
    for outcome in [o for o in found if o.what][: options.show]:
        print(f"\n{outcome.group}, {outcome.decimals} decimals\n{outcome.what}")  # noqa: T201
    (print_final if options.final else print_tables)(found, decimals)


if __name__ == "__main__":
    main()

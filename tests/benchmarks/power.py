"""How many slips the checker finds, and how often it accuses a sheet that is right.

    python tests/benchmarks/power.py [--networks 1000] [--decimals 2,4,6] [--only missing_slope] [--show 3]

Random networks are worked out in plain Python as a person does (`tests/planting.py`), with nothing of this
project; sheets of them, right ones and ones with a single slip, are rounded and checked.

A slip counts where the number that is written down differs from the right one at the sheet's precision.
It is *found* if that number is called a slip, *named* if the planted slip is among the first three
explanations, *undecided* if the precision cannot tell; *beside* counts sheets where some other number was
marked down too.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from random import Random
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from backtrace.checking.check import Checker, check_sheet
from backtrace.checking.numbers import stated
from backtrace.checking.report import FAULTY, Judgement
from backtrace.checking.slips import SLIPS
from backtrace.checking.statement import Sheet, Statement
from backtrace.config.reader import read_problem
from tests.planting import HIDDEN, VISIBLE, Config, Line, Place, Plant, Working, random_network

TURNED = ("delta", "gradient")
ABOUT_ROUNDING = ("truncated", "rounded_too_early")
READINGS = ("wrong_quantity", "wrong_sample", "wrong_step", "power_of_ten", "rounded_too_early", "truncated")


class Outcome(NamedTuple):
    """What came out of one sheet: `group` is what was planted, or which kind of right sheet it is."""

    group: str
    decimals: int
    digits: int
    verdict: str
    named: int  # the place of the planted slip among the explanations, 0 if it is not there
    beside: int
    what: str


class Trial:
    """One random network, and the sheets that are made of it."""

    def __init__(self, number: int, seed: int) -> None:
        self.random = Random(f"{seed} {number}")
        self.config: Config = random_network(self.random)
        problem = read_problem(json.dumps(self.config), f"network {number}", Path())
        self.checker = Checker(problem)
        self.profile = self.random.choice(VISIBLE)
        self.turned = False  # whether the last sheet was read in the other sign convention
        self.steps = 1 if self.random.random() < 0.7 else 2

    def shown(self, working: Working) -> list[Line]:
        hidden = HIDDEN[self.profile]
        return [line for line in working.lines.values() if line.kind not in hidden]

    def check(self, lines: Iterable[Line], turned: bool = False) -> dict[Place, Judgement]:
        statements, places = [], []
        for line in lines:
            step, sample, id = line.place
            text = line.text
            if turned and line.kind in TURNED:
                text = text.removeprefix("-") if text.startswith("-") else f"-{text}"
            statements.append(Statement(id, text, step=step, sample=sample, total=sample is None))
            places.append(line.place)
        report = check_sheet(self.checker, Sheet("sheet", tuple(statements)))
        assert report.error is None, report.error
        self.turned = any(convention.what == "sign" for convention in report.conventions)
        return dict(zip(places, report.judgements, strict=True))

    def right(self, decimals: int) -> Iterator[Outcome]:
        """The sheets without a slip."""
        for carried in (False, True):
            lines = self.shown(Working(self.config, decimals, carried, steps=self.steps))
            for turned in (False, True):
                judged = self.check(lines, turned)
                faulty = [p for p, j in judged.items() if j.verdict in FAULTY or j.verdict == "unknown"]
                group = f"right, {'rounded' if carried else 'exact'}{', turned' if turned else ''}"
                what = self.told(lines, judged, faulty) if faulty else ""
                yield Outcome(group, decimals, 0, "", 0, len(faulty), what)

    def slips(self, decimals: int, only: str | None) -> Iterator[Outcome]:
        """For every slip of the table a sheet in which it was made once."""
        carried, goes_on = self.random.random() < 0.5, self.random.random() < 0.5
        clean = Working(self.config, decimals, carried, steps=self.steps)
        shown = {line.place for line in self.shown(clean)}
        exact = Working(self.config, decimals, steps=self.steps)
        plants: dict[str, list[Plant]] = defaultdict(list)
        for plant in [*clean.plants, *self.readings(clean, decimals)]:
            text = f"{plant.value:.{decimals}f}"
            says_nothing = plant.slip in READINGS and not float(text)  # 0.00 for another quantity
            if (
                plant.place in shown
                and float(text) not in (float(w.lines[plant.place].text) for w in (clean, exact))
                and not says_nothing
            ):
                plants[plant.slip].append(plant)
        for slip in sorted(plants):
            plant = self.random.choice(plants[slip])
            if only is None or slip == only:
                try:
                    # Who copies a number from another place went on with the right one there.
                    alone = slip in ("wrong_quantity", "wrong_sample", "wrong_step") or not goes_on
                    yield self.planted(plant, decimals, carried, not alone, clean)
                except (ValueError, ArithmeticError):  # nobody can go on from what came out
                    continue

    def readings(self, clean: Working, decimals: int) -> Iterator[Plant]:
        """The slips that only a whole sheet can offer."""
        for (step, sample, id), line in clean.lines.items():
            for (other_step, other_sample, other_id), other in clean.lines.items():
                if line.kind != other.kind and other.kind in ("fixed", "exponential", "change", "update"):
                    continue
                if (step, sample) == (other_step, other_sample) and id != other_id:
                    yield Plant(line.place, "wrong_quantity", 0, other.value)
                elif id == other_id and step == other_step:
                    yield Plant(line.place, "wrong_sample", 0, other.value)
                elif id == other_id and sample == other_sample:
                    yield Plant(line.place, "wrong_step", 0, other.value)
        for places in range(2, decimals):
            rough = Working(self.config, places, carried=True, steps=self.steps)
            for place, line in rough.lines.items():
                yield Plant(place, "rounded_too_early", 0, line.value)

    def planted(self, plant: Plant, decimals: int, carried: bool, goes_on: bool, clean: Working) -> Outcome:
        lines = self.shown(Working(self.config, decimals, carried, plant, goes_on, self.steps))
        judged = self.check(lines)
        judgement = judged[plant.place]
        verdict = judgement.verdict
        if plant.slip in ABOUT_ROUNDING and verdict in ("correct", "rounding"):
            verdict = "undecided"  # the last place may be off for another reason
        if self.turned:
            verdict = "undecided"  # with nothing to tell it from the other convention
        named = [judgement.slip, *(finding.slip for finding in judgement.alternatives)]
        if verdict == "undecided":
            named = named[1:]
        place = named.index(plant.slip) + 1 if plant.slip in named else 0
        beside = [
            p for p, j in judged.items() if p != plant.place and j.verdict in (*FAULTY, "unknown")
        ]
        text = next(line.text for line in lines if line.place == plant.place)
        number = stated(text)
        assert number is not None
        fine = (verdict == "slip" and 1 <= place <= 3) or verdict == "undecided"
        what = ""
        if not fine or beside:
            head = (
                f"{plant.slip} at {plant.place}: {text} for {clean.lines[plant.place].text}, "
                f"{'rounded' if carried else 'exact'}{'' if goes_on else ', not gone on with'}"
            )
            what = f"{head}\n{self.told(lines, judged, [plant.place, *beside])}"
        return Outcome(plant.slip, decimals, number.digits, verdict, place, len(beside), what)

    def told(self, lines: Iterable[Line], judged: dict[Place, Judgement], marked: Iterable[Place]) -> str:
        """A case in full: its config, its sheet, and what came out."""
        marked = list(marked)
        rows = [json.dumps({"steps": self.steps, "profile": self.profile, **self.config})]
        for line in lines:
            judgement = judged[line.place]
            row = f"{line.place!s:<28} {judgement.statement.text:>14} {judgement.verdict}"
            if line.place in marked:
                others = [finding.slip for finding in judgement.alternatives]
                row += f" {judgement.slip}: {judgement.explanation} | {others} | true {judgement.expected!r}"
            rows.append(row)
        return "\n".join(rows)


def outcomes(number: int, seed: int, decimals: list[int], only: str | None) -> list[Outcome]:
    """Everything that one network gives."""
    trial = Trial(number, seed)
    found: list[Outcome] = []
    for places in decimals:
        try:
            if only in (None, "none"):
                found += trial.right(places)
            if only != "none":
                found += trial.slips(places, only)
        except (ValueError, ArithmeticError):  # an output rounds to 0, and there is no ln 0 to go on with
            continue
    return found


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
    misses = Counter((o.group, o.verdict, o.named > 3) for o in planted if o.digits >= 4 and not _fine(o))
    for (slip, verdict, late), count in misses.most_common():
        print(f"  4 digits or more, {slip}: {verdict}{', named late' if late else ''}: {count}")  # noqa: T201


def _fine(outcome: Outcome) -> bool:
    return outcome.verdict == "slip" and 1 <= outcome.named <= 3


def _found(some: list[Outcome]) -> str:
    decided = [o for o in some if o.verdict != "undecided"]
    return share(sum(map(_fine, decided)), len(decided))


def _shares(planted: list[Outcome], heads: list[int], head_of: object) -> dict[str, list[str]]:
    assert callable(head_of)
    by_head = {head: [o for o in planted if head_of(o) == head] for head in heads}
    decided = {head: [o for o in some if o.verdict != "undecided"] for head, some in by_head.items()}
    return {
        "planted": [str(len(some)) for some in by_head.values()],
        "undecided %": [
            share(len(some) - len(decided[head]), len(some)) for head, some in by_head.items()
        ],
        "found % of the decided": [
            share(sum(o.verdict == "slip" for o in some), len(some)) for some in decided.values()
        ],
        "named first %": [share(sum(o.named == 1 for o in some), len(some)) for some in decided.values()],
        "named in three %": [share(sum(map(_fine, some)), len(some)) for some in decided.values()],
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
    options = parser.parse_args()
    decimals = [int(part) for part in options.decimals.split(",")]
    work = partial(outcomes, seed=options.seed, decimals=decimals, only=options.only)
    numbers = range(options.first, options.first + options.networks)
    with Pool(options.jobs) as pool:
        found = [o for some in pool.imap(work, numbers, chunksize=4) for o in some]
    for outcome in [o for o in found if o.what][: options.show]:
        print(f"\n{outcome.group}, {outcome.decimals} decimals\n{outcome.what}")  # noqa: T201
    print_tables(found, decimals)


if __name__ == "__main__":
    main()

"""Sheets with one slip in them, checked: what `planting` writes down, and what the checker says of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.report import FAULTY, Judgement
from backtrace.checking.stated_number import stated
from backtrace.checking.statement import Sheet, Statement
from backtrace.config.reader import read_problem
from tests.oracles.planting import HIDDEN, VISIBLE, Config, Line, Place, Plant, Working, random_network

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

    @property
    def is_fine(self) -> bool:
        """Whether the slip was named early enough, or too few digits show whether there is one."""
        return self.verdict == "undecided" or (self.verdict == "slip" and 1 <= self.named <= 3)


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
            statements.append(Statement.of(id, text, step=step, sample=sample, total=sample is None))
            places.append(line.place)
        report = check_sheet(self.checker, Sheet("sheet", tuple(statements)))
        assert report.error is None, report.error
        self.turned = any(convention.what == "sign" for convention in report.conventions)
        return dict(zip(places, report.judgements, strict=True))

    def right(self, decimals: int) -> Iterator[Outcome]:
        """The sheets without a slip."""
        for carried in (False, True):
            lines = self.shown(Working(self.config, decimals, carried, steps=self.steps))
            signed = [line for line in lines if line.kind in TURNED and float(line.text)]
            for turned in (False, True) if len(signed) >= 3 else (False,):
                judged = self.check(lines, turned)
                faulty = [p for p, j in judged.items() if j.verdict in FAULTY or j.verdict == "unknown"]
                group = f"right, {'rounded' if carried else 'exact'}{', turned' if turned else ''}"
                what = self.described(lines, judged, faulty) if faulty else ""
                yield Outcome(group, decimals, 0, "", 0, len(faulty), what)

    def slips(self, decimals: int, only: str | None = None) -> Iterator[Outcome]:
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

    def final_answers(self, decimals: int, slips: int) -> Iterator[Outcome]:
        """Sheets of the first layer's gradients alone, with so many slips made on the way to them."""
        first = self.config["layers"][0]["weights"]
        asked = {f"dE/d{name}" for row in first for name in row}
        carried = self.random.random() < 0.5
        # People who round on the way keep a digit more than they hand in.
        clean = Working(self.config, decimals + carried, carried)
        on_the_way = [p for p in clean.plants if p.slip not in READINGS and p.slip != "digits_swapped"]
        upstream = [p for p in on_the_way if p.place[0] == 1 and p.place[2] not in asked]
        by_slip: dict[str, list[Plant]] = defaultdict(list)
        for plant in upstream:
            by_slip[plant.slip].append(plant)
        for slip in sorted(by_slip):
            plants = [self.random.choice(by_slip[slip])]
            if slips == 2:
                other = self.random.choice(upstream)
                if other.place == plants[0].place or other.slip == slip:
                    continue
                plants.append(other)
            try:
                wrong = Working(self.config, decimals + carried, carried, plants)
            except (ValueError, ArithmeticError):
                continue
            shown = [
                line._replace(text=f"{line.value:.{decimals}f}")
                for line in wrong.lines.values()
                if line.place[0] == 1 and line.place[2] in asked and line.place[1] in (1, None)
            ]
            outcome = self.of_final_answers(slip, plants, shown, decimals, clean)
            if outcome:
                yield outcome

    def of_final_answers(
        self, slip: str, plants: list[Plant], shown: list[Line], decimals: int, clean: Working
    ) -> Outcome | None:
        """What came out for the first wrong number; None where all slips together do not show."""
        places = {plant.place for plant in plants}
        effects = [Working(self.config, 12, False, [p for p in plants if p is not one]) for one in plants]
        both = Working(self.config, 12, False, plants)
        unit = 10.0**-decimals
        for less in effects:
            if not any(
                abs(both.lines[line.place].value - less.lines[line.place].value) > 2 * unit for line in shown
            ):
                return None  # one of them cannot be seen
        judged = self.check(shown)
        faulty = [(place, j) for place, j in judged.items() if j.verdict in FAULTY]
        digits = max((stated(j.statement.text).digits for _, j in faulty), default=0)  # type: ignore[union-attr]
        if not faulty:
            return Outcome(slip, decimals, digits, "missed", 0, 0, "")
        best = 0
        for place in (1, 2, 3):
            named: set[str | None] = set()
            for _, j in faulty:
                found = [(j.slip, j.second), *((f.slip, f.second) for f in j.alternatives)]
                named.update(part for some in found[:place] for part in some)
            if not best and {p.slip for p in plants} <= named:
                best = place
        verdict = "slip" if any(j.verdict == "slip" for _, j in faulty) else "wrong"
        what = "" if best else f"{plants}\n{self.described(shown, judged, [p for p, _ in faulty])}"
        return Outcome(slip, decimals, digits, verdict, best, len(places) - len(plants), what)

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
            rough = Working(self.config, places, carried=True, steps=self.steps, rough=True)
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
        beside = [p for p, j in judged.items() if p != plant.place and j.verdict in (*FAULTY, "unknown")]
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
            what = f"{head}\n{self.described(lines, judged, [plant.place, *beside])}"
        return Outcome(plant.slip, decimals, number.digits, verdict, place, len(beside), what)

    def described(
        self, lines: Iterable[Line], judged: dict[Place, Judgement], marked: Iterable[Place]
    ) -> str:
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


def final_outcomes(number: int, seed: int, decimals: list[int], slips: int) -> list[Outcome]:
    """The outcomes of one network's final answers."""
    trial = Trial(number, seed)
    return [outcome for places in decimals for outcome in trial.final_answers(places, slips)]


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

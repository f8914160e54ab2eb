"""Published worked examples: a folder each in `published/`, with its config and the figures as printed.

`figures.csv` has `published`, the digits that stand in the source; `value`, the right number; and `right`:
whether the two agree (some sources have slips, which the tracer must not repeat).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

import backtrace
from backtrace.evaluation.steps import Request
from backtrace.tracing.trace import compute
from backtrace.typesetting.numerals import Numerals
from tests.oracles.networks import everything

FOLDER = Path(__file__).parent / "published"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
FAR = 100  # steps past this one are traced by themselves


@dataclass(frozen=True)
class Figure:
    id: str
    step: int
    sample: int | None
    phase: str
    published: str
    right: bool
    value: float


def figures(name: str) -> list[Figure]:
    with (FOLDER / name / "figures.csv").open(encoding="utf-8", newline="") as file:
        return [
            Figure(
                row["id"],
                int(row["step"]),
                int(row["sample"]) if row["sample"] else None,
                row["phase"],
                row["published"],
                row["right"] == "yes",
                float(row["value"]),
            )
            for row in csv.DictReader(file)
        ]


Values = dict[tuple[str, int, int | None, str], float]


@cache
def traced(name: str) -> Values:
    """Every value of the steps that the figures speak of, by id, step, sample and phase."""
    problem = backtrace.load(FOLDER / name / "config.yaml")
    steps = sorted({figure.step for figure in figures(name)})
    near, far = [step for step in steps if step <= FAR], [step for step in steps if step > FAR]
    values: Values = {}
    for first, last in [(some[0], some[-1]) for some in (near, far) if some]:
        for part in compute(problem, Request(first, last, "all" if problem.batch != "online" else None)):
            rows = everything(part)
            values |= {(id, part.step, part.sample, part.phase): value for id, value in rows.items()}
    return values


def right_value(name: str, figure: Figure) -> float:
    return traced(name)[figure.id, figure.step, figure.sample, figure.phase]


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_a_published_example_is_reproduced(name: str) -> None:
    assert figures(name)
    for figure in figures(name):
        assert right_value(name, figure) == pytest.approx(figure.value, rel=1e-9, abs=0), figure


@pytest.mark.parametrize("name", NAMES)
def test_the_right_figures_of_a_published_example_are_printed_with_the_same_digits(name: str) -> None:
    for figure in figures(name):
        if figure.right:
            decimals = len(figure.published.partition(".")[2])
            text = Numerals(decimals=decimals).text(right_value(name, figure))
            assert Decimal(text) == Decimal(figure.published), figure


def test_the_wrong_figures_of_the_published_examples_are_not_repeated() -> None:
    wrong = [(name, figure) for name in NAMES for figure in figures(name) if not figure.right]
    assert wrong
    for name, figure in wrong:
        half_a_unit = Decimal(1).scaleb(-len(figure.published.partition(".")[2])) / 2
        difference = abs(Decimal(right_value(name, figure)) - Decimal(figure.published))
        assert difference > half_a_unit, figure


def test_the_or_gate_has_the_numbers_of_its_derivation() -> None:
    trace = backtrace.trace(backtrace.load("or-gate"))
    expected = {
        "h_1": "0.6000000000", "h_2": "0.7000000000", "a_1": "0.6456563062", "a_2": "0.6681877722",
        "h_o": "0.0498203185", "a_o": "0.5124525041", "E": "0.1188512804", "delta_o": "-0.1218112725",
        "dE/db_3": "-0.1218112725", "dE/dw_5": "-0.0786482163", "dE/dw_6": "-0.0813928028",
        "delta_1": "-0.0002786850", "delta_2": "-0.0005401425", "dE/dw_3": "0.0000000000",
        "dE/dw_4": "0.0000000000",
    }  # fmt: skip
    assert {id: f"{trace[id] + 0:.10f}" for id in expected} == expected


def test_the_2_2_2_network_has_the_totals_of_its_walkthrough() -> None:
    trace = backtrace.trace(backtrace.load(FOLDER / "mazur_2015" / "config.yaml"))
    shown = {id: f"{trace[id]:.9f}" for id in ("E_total", "w5+", "w1+")}
    assert shown == {"E_total": "0.298371109", "w5+": "0.358916480", "w1+": "0.149780716"}
    assert f"{trace['E+']:.10f}" == "0.2910277737"

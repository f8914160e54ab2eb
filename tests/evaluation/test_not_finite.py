"""A derivative without a finite value stops nothing unless something is computed from it."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import pytest

import backtrace
from tests.runner import run

POWER = """\
equations: {{f: x^n}}
objective_symbol: f
update: {{rule: sgd, learning_rate: 0.1}}
{}
"""
INPUT = "inputs: [n]\nparameters: {x: -2}\nsamples: [{inputs: [2]}]"
FIXED = "fixed: [n]\nparameters: {x: -2, n: 2}"
BATCH = "batch: mean\ninputs: [k]\nsamples: [{inputs: [1]}, {inputs: [2]}]\n" + FIXED


@pytest.fixture(params=[INPUT, FIXED, BATCH], ids=["input", "fixed", "batch"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = tmp_path / "power.yaml"
    path.write_text(POWER.format(request.param), encoding="utf-8")
    return str(path)


def test_a_trace_shows_it_and_goes_on_as_training_does(config: str) -> None:
    shown = backtrace.trace(backtrace.load(config), steps=3)
    final = json.loads(run("train", config, "--steps", "3", "-f", "json").out)["parameters"]
    assert next(row.value for row in shown if (row.step, row.id) == (3, "x+")) == pytest.approx(final["x"])
    texts = {row.text for row in shown if row.id == "df/dn"}
    assert texts == {"not finite"}
    assert math.isnan(backtrace.trace(backtrace.load(config))["df/dn"])


@pytest.mark.parametrize("hand", [(), ("--hand", "3")], ids=["float64", "hand"])
def test_every_format_has_a_word_for_it(config: str, hand: tuple[str, ...]) -> None:
    def no_number(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    for form in ("table", "markdown"):
        assert "│ not finite │" in run("trace", config, *hand, "-f", form).out.replace("|", "│")
    assert r"\text{not finite}" in run("trace", config, *hand, "-f", "latex").out
    assert "<mtext>not finite</mtext>" in run("trace", config, *hand, "-f", "html").out
    records = json.loads(run("trace", config, *hand, "-f", "json").out, parse_constant=no_number)["records"]
    assert {(row["value"], row["text"]) for row in records if row["id"] == "df/dn"} == {(None, "not finite")}
    rows = csv.DictReader(io.StringIO(run("trace", config, *hand, "-f", "csv").out))
    assert {(row["value"], row["text"]) for row in rows if row["id"] == "df/dn"} == {("", "not finite")}
    explained = json.loads(run("explain", config, "df/dn", "-f", "json").out, parse_constant=no_number)
    assert explained["value"] is None


def test_nobody_is_asked_for_it(config: str, tmp_path: Path) -> None:
    for form in ("yaml", "csv", "markdown", "gift", "moodle"):
        sheet = run("sheet", config, "--sample", "1", "-f", form).out
        assert "df/dx" in sheet or "∂f/∂x" in sheet
        assert "df/dn" not in sheet
        assert "∂f/∂n" not in sheet
    answers = tmp_path / "answers.yaml"
    answers.write_text("f: 4\ndf/dn: 2.5\n", encoding="utf-8")
    judged = json.loads(run("check", config, str(answers), "-f", "json").out)["answers"][1]
    assert (judged["verdict"], judged["expected"]) == ("undecided", None)
    assert judged["explanation"] == "with these numbers it has no finite value"


@pytest.mark.parametrize(
    "rest",
    [
        "parameters: {x: -2, n: 2}",  # the update computes n⁺ from it
        "fixed: [k]\nequations: {n: 1 + k, f: x^n}\nparameters: {x: -2, k: 1}",  # ∂f/∂k = ∂f/∂n·1
    ],
)
def test_it_stops_the_trace_where_something_is_computed_from_it(rest: str, tmp_path: Path) -> None:
    config = tmp_path / "power.yaml"
    text = "\n".join([*POWER.splitlines()[1:3], rest] if "equations" in rest else [POWER.format(rest)])
    config.write_text(text.replace("{{", "{").replace("}}", "}"), encoding="utf-8")
    done = run("trace", str(config))
    assert done.code == 1
    assert done.err == "∂f/∂n is not a finite number (nan) in sample 1\n"


@pytest.mark.parametrize("engine", ["trace", "train", "hand"])
def test_the_derivative_by_an_exponent_is_0_where_the_base_is_0(engine: str, tmp_path: Path) -> None:
    config = tmp_path / "power.yaml"
    config.write_text(POWER.format("parameters: {x: 0, n: 2}"), encoding="utf-8")
    if engine == "train":
        final = json.loads(run("train", str(config), "--steps", "2", "-f", "json").out)["parameters"]
        assert final == {"x": 0.0, "n": 2.0}
    else:
        shown = backtrace.trace(backtrace.load(config), hand=3 if engine == "hand" else None)
        assert (shown["df/dn"], shown["df/dn"].formula) == (0.0, "f·ln(x)")
        assert shown["n+"] == 2.0


def test_a_log_in_a_product_stays_where_it_gives_0() -> None:
    from backtrace.symbolic.calculus import partials
    from backtrace.symbolic.parser import parse
    from backtrace.typesetting.plain import formula

    found = partials(parse("3*x^(2*y)*z"))["y"]
    assert formula(found) == "6·z·x^(2·y)·ln(x)"

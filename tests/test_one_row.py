"""One row, one feature: a new function, activation, cost or update rule works everywhere."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from backtrace.config.schema import schema
from backtrace.derivation.activations import ACTIVATIONS, ActivationRow
from backtrace.derivation.costs import COSTS, CostRow
from backtrace.derivation.optimizers import RATE, UPDATE_RULES, UpdateRule
from backtrace.symbolic.functions import FUNCTIONS, Function
from tests.runner import run as run_command

NETWORK = """\
inputs: [x_1, x_2]
targets: [t]
layers:
  - {{name: hidden, units: [1, 2], activation: {activation}, weights: [[w_1, w_2], [w_3, w_4]]}}
  - {{name: output, units: [o], activation: {activation}, weights: [[w_5, w_6]], biases: [b]}}
parameters: {{w_1: 0.1, w_2: -0.2, w_3: 0.3, w_4: 0.4, w_5: 0.5, w_6: -0.6, b: 0.2}}
cost: {cost}
update: {{rule: {rule}, learning_rate: 0.5}}
samples:
  - {{inputs: [1, 2], targets: [0.3]}}
  - {{inputs: [-1, 0.5], targets: [0.8]}}
"""
EQUATIONS = """\
equations: {{q: w*x, f: {formula}}}
objective_symbol: f
inputs: [x]
parameters: {{w: 0.7}}
update: {{rule: sgd, learning_rate: 0.1}}
samples: [{{inputs: [0.4]}}]
"""


def run(*arguments: object) -> str:
    """The output of a command, which has to succeed."""
    done = run_command(*map(str, arguments))
    assert done.code == 0, (arguments, done.err)
    return done.out


def values(config: Path, *options: object) -> dict[str, float]:
    records = json.loads(run("trace", config, "-f", "json", *options))["records"]
    return {record["id"]: record["value"] for record in records}


def assert_works_everywhere(config: Path, engines: Sequence[str]) -> None:
    """Every command and every kind of page takes the config; the gradients are right, the engines agree."""
    for form in ("table", "markdown", "latex", "html", "csv"):
        assert run("trace", config, "-f", form)
    assert run("trace", config, "--hand", 4)
    assert "✗" not in run("gradcheck", config)
    gradient = next(id for id in values(config, "--only", "backward") if "/dw" in id)
    assert run("explain", config, gradient)
    ends = [
        json.loads(run("train", config, "--steps", 30, "--engine", engine, "-f", "json"))
        for engine in engines
    ]
    for end in ends[1:]:
        assert end["parameters"] == pytest.approx(ends[0]["parameters"], rel=1e-12)
    assert run("walk", config)
    assert run("draw", config, "-f", "svg")
    for form in ("yaml", "markdown", "latex", "gift", "moodle"):
        assert run("sheet", config, "-f", form)
    solution = config.with_name("solution.yaml")
    solution.write_text(run("sheet", config, "--solution"), encoding="utf-8")
    summary = json.loads(run("check", config, solution, "-f", "json"))["summary"]
    assert summary["marks"] == summary["out_of"] == summary["answers"] > 0


def assert_config_knows(name: str, config: Path) -> None:
    """The schema has the name, and the error for a misspelt one suggests it."""
    assert f'"{name}"' in json.dumps(schema())
    config.write_text(config.read_text(encoding="utf-8").replace(name, f"{name}x"), encoding="utf-8")
    done = run_command("trace", str(config))
    assert done.code == 1
    assert f"did you mean {name}?" in done.err


def network(folder: Path, activation: str = "tanh", cost: str = "squared_error", rule: str = "sgd") -> Path:
    config = folder / "network.yaml"
    config.write_text(NETWORK.format(activation=activation, cost=cost, rule=rule), encoding="utf-8")
    return config


def exercise(*options: str) -> str:
    return run("exercise", "--seed", "3", *options)


@pytest.mark.parametrize(
    ("row", "value", "slope"),
    [
        (Function("x", textbook="x/(1 + abs(x))"), 0.28 / 1.28, 1 / 1.28**2),
        (Function("x", ("1/(1 + x^2)",), value=math.atan, rises=True), math.atan(0.28), 1 / (1 + 0.28**2)),
        (Function("x", ("-x*f",), textbook="exp(-x^2/2)", shown="bell"), math.exp(-0.0392), None),
    ],
    ids=["by its textbook form", "by its values", "shown by a name"],
)
def test_a_function_is_one_row(
    row: Function, value: float, slope: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"new{abs(hash(row.textbook)) % 1000}"  # derivatives are kept by name
    monkeypatch.setitem(FUNCTIONS, name, row)
    config = tmp_path / "equations.yaml"
    config.write_text(EQUATIONS.format(formula=f"{name}(q) + 2*q"), encoding="utf-8")
    found = values(config)
    assert found["f"] == pytest.approx(value + 0.56, rel=1e-14)
    slope = -0.28 * value if slope is None else slope
    assert found["df/dq"] == pytest.approx(slope + 2, rel=1e-14)
    assert_works_everywhere(config, ["generated"])
    # An activation that uses it runs in both engines.
    monkeypatch.setitem(ACTIVATIONS, f"with_{name}", ActivationRow(f"{name}(h)", "a test"))
    assert_works_everywhere(network(tmp_path, activation=f"with_{name}"), ["generated", "numpy"])


def test_an_activation_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "softsign", ActivationRow("h/(s + abs(h))", "a test", {"s": 1.0}))
    config = network(tmp_path, activation="softsign")
    found = values(config)
    assert found["a_1"] == pytest.approx(-0.3 / 1.3, rel=1e-14)
    assert found["da_1/dh_1"] == pytest.approx(1 / 1.3**2, rel=1e-14)
    assert_works_everywhere(config, ["generated", "numpy"])
    assert "softsign" in exercise("--activation", "softsign")
    assert_config_knows("softsign", config)


def test_a_cost_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COSTS, "fourth_power", CostRow("(t - a)^4", "a test"))
    config = network(tmp_path, cost="fourth_power")
    found = values(config)
    assert found["E"] == pytest.approx((0.3 - found["a_o"]) ** 4, rel=1e-13)
    assert found["dE/da_o"] == pytest.approx(-4 * (0.3 - found["a_o"]) ** 3, rel=1e-13)
    assert_works_everywhere(config, ["generated", "numpy"])
    assert "fourth_power" in exercise("--cost", "fourth_power")
    assert_config_knows("fourth_power", config)


def test_an_update_rule_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"q_new": "q/2 + g", "change": "-learning_rate*q_new"}
    monkeypatch.setitem(UPDATE_RULES, "halving", UpdateRule("a test", {RATE: None}, rows))
    config = network(tmp_path, rule="halving")
    found = values(config, "--step", 3)
    before = values(config, "--step", 2)
    assert found["q_w_5+"] == pytest.approx(before["q_w_5+"] / 2 + found["dE/dw_5"], rel=1e-13)
    assert found["w_5+"] == pytest.approx(before["w_5+"] - 0.5 * found["q_w_5+"], rel=1e-13)
    assert_works_everywhere(config, ["generated", "numpy"])
    assert "halving" in exercise("--update", "halving")
    assert_config_knows("halving", config)

"""`backtrace gradcheck`: right gradients pass, wrong ones do not, and an undecided one is called so."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrace.config.load import example_names
from backtrace.derivation import chain_rule
from backtrace.derivation.backward_pass import _Backward
from backtrace.derivation.chain_rule import Adjoints
from backtrace.errors import BacktraceError, NotFiniteError
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.function_rows import knows
from backtrace.gradchecking.check import gradcheck
from backtrace.gradchecking.complex_step import COMPLEX, STEP
from backtrace.gradchecking.estimates import Check, Settings
from backtrace.symbolic.expressions import Expression, Number
from backtrace.symbolic.functions import FUNCTIONS, VARIADIC
from backtrace.symbolic.simplify import multiply, negate
from tests.oracles.networks import SMOOTH, Config, networks, problem_of
from tests.runner import forget_tables, run

COLUMNS = [
    "sample", "layer", "id", "symbol", "at", "derived", "difference", "relative_error", "complex_step",
    "complex_error", "verdict", "kinks",
]  # fmt: skip
EXAMPLES = [name for name in example_names() if name != "step-neuron"]
STEP_REFUSED = (
    "step-neuron.yaml:19:17: layers[0].activation: step has no useful derivative: it is flat everywhere but "
    "at its threshold, where it jumps, so there is no backward pass; a sigmoid is the smooth function in its "
    "place\n"
)
KINK_LINE = (
    "kink: ∂E/∂b_1: there is a kink in a_1 between the evaluations; "
    "a difference across a kink is no derivative"
)
OR_GATE_AT_80 = """\
OR gate, 2-2-1
source: after "Neural Networks and Backpropagation", parts 1 and 2 (tinhatben)
network 2-2-1 · sigmoid · half_squared_error · sgd, learning_rate 0.5 · float64
central differences, step 6.06e-06·max(1, |w|) · complex step 1e-120 ·
tolerance 1e-06, relative

step 1, sample 1: i_1 = 1, i_2 = 0, y = 1
╭──────────┬──────────────┬──────────────┬──────────────┬─────────┬──────────╮
│ gradient │      derived │   difference │ complex step │   error │ verdict  │
├──────────┼──────────────┼──────────────┼──────────────┼─────────┼──────────┤
"""


def checks(*arguments: str | Path) -> dict[str, dict[str, Any]]:
    """The checks of `backtrace gradcheck … -f json`, by id."""
    return {check["id"]: check for check in run("gradcheck", *arguments, "-f", "json").data["checks"]}


def checks_of(config: Config, sample: int | None = None, **how: Any) -> list[Check]:
    """The checks of one sample, or of the first step."""
    (subject,) = gradcheck(problem_of(config), sample, Settings(**how))
    return list(subject.checks)


def chain_of(*layer_activations: str, cost: str = "half_squared_error", **more: Any) -> Config:
    """Two inputs, then two units for every activation, with inputs and targets that fit every cost."""
    layers: list[Config] = []
    parameters: dict[str, float] = {}
    for k, activation in enumerate(layer_activations, 1):
        weights = [[f"w_{k}{row}{column}" for column in "12"] for row in "12"]
        biases = [f"b_{k}1", f"b_{k}2"]
        layers.append({"name": f"L{k}", "units": [f"{k}1", f"{k}2"], "activation": activation})
        layers[-1] |= {"weights": weights, "biases": biases}
        for place, name in enumerate([*weights[0], *weights[1], *biases]):
            parameters[name] = (0.4, -0.3, 0.2, 0.7, 0.1, -0.2)[place]
    return {
        "inputs": ["x_1", "x_2"],
        "targets": ["t_1", "t_2"],
        "layers": layers,
        "cost": cost,
        "parameters": parameters,
        "samples": [{"inputs": [0.6, -0.9], "targets": [0.25, 0.75]}],
    } | more


# Right gradients


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("which", [[], ["--sample", "all", "--inputs"]])
def test_every_bundled_config_passes(name: str, which: list[str]) -> None:
    done = run("gradcheck", name, *which, "-f", "json")
    summary = json.loads(done.out)["summary"]
    assert done.code == 0
    assert summary["agrees"] == summary["checked"] == summary["gradients"] > 0


@pytest.mark.parametrize("activation", SMOOTH)
def test_the_complex_step_agrees_to_12_digits_on_smooth_networks(activation: str) -> None:
    cost = "cross_entropy" if activation == "softmax" else "half_squared_error"
    for check in checks_of(chain_of(activation, activation, cost=cost), inputs=True):
        assert check.verdict == "agrees"
        if activation == "gelu":
            assert check.complex_error is None
        else:
            assert check.complex_error is not None
            assert check.complex_error < 1e-12


@pytest.mark.parametrize(
    "cost", ["binary_cross_entropy", "squared_error", "performance", "(t_1 - a_22)^4 + a_21"]
)
def test_every_kind_of_cost_can_be_checked(cost: str) -> None:
    checks = checks_of(chain_of("tanh", "sigmoid", cost=cost), inputs=True)
    assert {check.verdict for check in checks} == {"agrees"}
    assert len(checks) == 12 + 2


@settings(max_examples=50)
@given(networks(samples=2), st.sampled_from(["online", "sum", "mean"]))
def test_no_gradient_of_a_random_network_is_called_wrong(config: Config, batch: str) -> None:
    config["batch"] = batch
    if not config["parameters"]:
        return
    try:
        checks = checks_of(config, inputs=batch == "online")
    except NotFiniteError:  # the forward pass's own: infinitely wrong, ln 0
        return
    assert [check for check in checks if check.verdict == "wrong"] == []


def test_a_batch_is_checked_as_what_is_made_of_its_samples() -> None:
    total = checks("or-gate-batch")["dE/dw_5"]
    each = run("gradcheck", "or-gate-batch", "--sample", "all", "-f", "json")
    assert total["sample"] is None
    assert total["derived"] == pytest.approx(-0.169478, rel=1e-5)
    assert total["difference"] == pytest.approx(total["derived"], rel=1e-8)
    derived = [check["derived"] for check in json.loads(each.out)["checks"] if check["id"] == "dE/dw_5"]
    assert len(derived) == 4
    assert sum(derived) == pytest.approx(total["derived"], rel=1e-12)


def test_fixed_parameters_are_checked_too() -> None:
    assert {"dE/db1", "dE/db2"} <= checks("two-two-two").keys()


def test_a_learning_rate_that_overflows_is_no_hindrance() -> None:
    config = chain_of("tanh", update={"rule": "sgd", "learning_rate": 1e308}, batch="sum")
    assert {check.verdict for check in checks_of(config)} == {"agrees"}


# Wrong gradients: the checks of the check


@pytest.mark.parametrize(
    ("function", "wrong"),
    [
        ("sigmoid", "f"),
        ("sigmoid", "1.0001*f*(1 - f)"),
        ("tanh", "1 - f"),
        ("sin", "-cos(x)"),
        ("Phi", "Phi(x)"),
    ],
)
def test_a_wrong_derivative_in_the_table_fails(
    planted: pytest.MonkeyPatch, function: str, wrong: str
) -> None:
    activation = {"Phi": "gelu"}.get(function, function)
    config = chain_of(activation, "linear")
    assert {check.verdict for check in checks_of(config)} == {"agrees"}
    planted.setitem(FUNCTIONS, function, FUNCTIONS[function]._replace(derivatives=(wrong,)))
    forget_tables()
    verdicts = {check.id: check.verdict for check in checks_of(config)}
    assert {id for id, verdict in verdicts.items() if verdict == "wrong"} == {
        f"dE/d{name}" for name in ("w_111", "w_112", "w_121", "w_122", "b_11", "b_12")
    }


def test_a_planted_mistake_ends_with_3_and_names_the_gradients(planted: pytest.MonkeyPatch) -> None:
    right = _Backward._gradient

    def wrong(self: _Backward, name: str, layer: str | None) -> None:
        right(self, name, layer)
        if name in ("w_5", "b_1"):
            self.rows[-1] = self.rows[-1]._replace(expression=negate(self.rows[-1].expression))

    planted.setattr(_Backward, "_gradient", wrong)
    done = run("gradcheck", "or-gate")
    assert done.code == 3
    assert "9 gradients: 7 agree, 2 wrong; " in done.out
    assert done.out.endswith("\nwrong: ∂E/∂b_1, ∂E/∂w_5\n")
    assert done.err == ""
    for form in ("json", "csv", "markdown"):
        assert run("gradcheck", "or-gate", "-f", form).code == 3


def test_a_missing_path_in_the_chain_rule_fails(planted: pytest.MonkeyPatch) -> None:
    def first_use(self: Adjoints, id: str) -> Expression:
        return multiply(*self._uses[id][0]) if self._uses.get(id) else Number(0.0, "0")

    planted.setattr(chain_rule.Adjoints, "gather", first_use)
    assert checks("recurrent")["dE/dw"]["verdict"] == "wrong"


@settings(max_examples=40)
@given(networks(), st.sampled_from([-1.0, 0.5, 1.05, 2.0]), st.data())
def test_a_wrong_factor_in_a_random_network_never_agrees(
    config: Config, factor: float, data: st.DataObject
) -> None:
    if not config["parameters"]:
        return
    name = data.draw(st.sampled_from(sorted(config["parameters"])))
    right = _Backward._gradient

    def wrong(self: _Backward, of: str, layer: str | None) -> None:
        right(self, of, layer)
        if of == name:
            expression = multiply(Number(factor, str(factor)), self.rows[-1].expression)
            self.rows[-1] = self.rows[-1]._replace(expression=expression)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Backward, "_gradient", wrong)
        try:
            check = next(check for check in checks_of(config) if check.id == f"dE/d{name}")
        except NotFiniteError:
            return
    assert check.verdict != "agrees" or check.derived == 0


# Kinks


def at_a_kink(bias: float = -0.5) -> Config:
    """The net input of the first unit is `bias` more than ½."""
    config = chain_of("relu", "linear", samples=[{"inputs": [1, 0.5], "targets": [1, 0]}])
    config["parameters"] |= {"w_111": 0.5, "w_112": 0.0, "b_11": bias}
    return config


@pytest.mark.parametrize("bias", [-0.5, -0.5 + 1e-6, -0.5 - 1e-6])
def test_a_kink_between_the_evaluations_is_said_and_is_no_mistake(bias: float) -> None:
    checks = {check.id: check for check in checks_of(at_a_kink(bias))}
    assert {id for id, check in checks.items() if check.verdict == "kink"} == {
        "dE/dw_111",
        "dE/dw_112",
        "dE/db_11",
    }
    assert [symbol.id for symbol in checks["dE/db_11"].kinks] == ["a_11"]
    assert {check.verdict for id, check in checks.items() if not check.kinks} == {"agrees"}


def test_a_kink_farther_off_than_the_step_is_none() -> None:
    assert {check.verdict for check in checks_of(at_a_kink(-0.5 + 1e-5))} == {"agrees"}
    assert {check.verdict for check in checks_of(at_a_kink(-0.5 + 1e-5), step=1e-4)} == {"agrees", "kink"}


def test_the_kink_is_named_below_the_table() -> None:
    done = run("gradcheck", "relu", "--set", "b_1=-1", "--show", "b_1")
    assert done.code == 0
    assert done.out.splitlines()[-2:] == ["1 gradient: 1 kink", KINK_LINE]


@pytest.mark.parametrize(
    ("formula", "at"),
    [
        ("abs(x)", 0), ("max(x, 1)", 1), ("min(x, y, 1)", 1), ("max(0, y, x)", 2), ("relu(2 - x)", 2),
        ("2*relu(x - 1)", 1.000001),
    ],
)  # fmt: skip
def test_every_function_with_a_kink_is_recognised(formula: str, at: float) -> None:
    config = {"equations": {"f": formula}, "objective_symbol": "f", "parameters": {"x": at, "y": 2}}
    checks = {check.id: check for check in checks_of(config)}
    assert checks["df/dx"].verdict == "kink"
    assert [symbol.id for symbol in checks["df/dx"].kinks] == ["f"]


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "elu"])
def test_a_piecewise_activation_is_recognised(activation: str) -> None:
    config = at_a_kink()
    config["layers"][0]["activation"] = activation
    assert {check.id: check.verdict for check in checks_of(config)}["dE/db_11"] == "kink"


def test_a_wrong_derivative_at_a_kink_is_found_by_the_complex_step(planted: pytest.MonkeyPatch) -> None:
    planted.setitem(FUNCTIONS, "relu", FUNCTIONS["relu"]._replace(derivatives=("2*above(x, 0)",)))
    forget_tables()
    checks = {check.id: check for check in checks_of(at_a_kink(-0.5 + 1e-6))}
    assert checks["dE/db_11"].kinks
    assert checks["dE/db_11"].complex_error == pytest.approx(0.5)


def test_the_maximum_that_shifts_a_softmax_is_no_kink() -> None:
    config = chain_of("linear", "softmax", cost="cross_entropy")
    config["parameters"] |= {
        "b_21": 800.0,
        "b_22": 800.0,
        "w_211": 0.0,
        "w_212": 0.0,
        "w_221": 0.0,
        "w_222": 0.0,
    }
    checks = {check.id: check for check in checks_of(config)}
    assert checks["dE/db_21"].kinks == ()
    assert checks["dE/db_21"].verdict == "agrees"


def test_a_step_on_the_side_is_no_kink_of_the_objective() -> None:
    config = {
        "equations": {"h": "w*2", "said": "step(h)", "f": "h^2"},
        "objective_symbol": "f",
        "parameters": {"w": 0},
    }
    (check,) = checks_of(config)
    assert (check.verdict, check.kinks) == ("agrees", ())


# Undecided gradients


def test_a_gradient_lost_in_rounding_is_undecided_without_a_complex_step() -> None:
    config: Config = {
        "equations": {"a": "sigmoid(w)", "f": "1 + a"},
        "objective_symbol": "f",
        "parameters": {"w": -60},
    }
    (check,) = checks_of(config)
    assert check.difference == 0
    assert check.verdict == "agrees"  # by the complex step
    config = chain_of("gelu", "linear")
    config["parameters"] |= {"b_11": -12.0}
    verdicts = {check.id: check.verdict for check in checks_of(config)}
    assert verdicts["dE/db_11"] == "undecided"
    assert verdicts["dE/db_12"] == "agrees"


def test_a_step_that_is_too_coarse_tells_nothing() -> None:
    config = chain_of("gelu", "linear")
    config["samples"] = [{"inputs": [300, -200], "targets": [0, 1]}]
    config["parameters"] |= dict.fromkeys(["w_111", "w_112", "w_121", "w_122"], 0.001)
    assert {check.verdict for check in checks_of(config, step=0.5)} <= {"agrees", "undecided"}
    assert "undecided" in {check.verdict for check in checks_of(config, step=0.5)}


def test_a_side_that_is_not_finite_leaves_it_to_the_complex_step() -> None:
    config = {"equations": {"f": "log(x)"}, "objective_symbol": "f", "parameters": {"x": 1e-7}}
    (check,) = checks_of(config)
    assert (check.difference, check.relative_error) == (None, None)
    assert check.complex_step == pytest.approx(1e7, rel=1e-12)
    assert check.verdict == "agrees"


# The complex step's own functions


@pytest.mark.parametrize(
    "function",
    [
        name
        for name, row in FUNCTIONS.items()
        if row.arguments == "x" and row.derivatives and knows(COMPLEX.functions, name)
    ],
)
@pytest.mark.parametrize("x", [-30.5, -1.25, -1e-9, 0.0, 1e-9, 0.75, 3.0, 30.5])
def test_a_function_of_a_real_number_is_the_same_in_complex_numbers(function: str, x: float) -> None:
    real = FLOAT64.functions[function](x)
    value = COMPLEX.functions[function](complex(x, STEP))
    if real == real and abs(real) != float("inf"):
        assert value.real == pytest.approx(real, rel=1e-14, abs=1e-50)
    else:
        assert not COMPLEX.is_finite(value)


@pytest.mark.parametrize(
    ("base", "exponent"), [(-2.0, 3.0), (1.5, -2.0), (0.0, 2.0), (2.0, 0.5), (-1.1, 200.0), (3, 0)]
)
def test_a_power_in_complex_numbers_has_its_derivative(base: float, exponent: float) -> None:
    value = COMPLEX.power(complex(base, STEP), exponent)
    assert value.real == pytest.approx(base**exponent, rel=1e-13)
    slope = exponent * base ** (exponent - 1) if exponent else 0.0
    assert value.imag / STEP == pytest.approx(slope, rel=1e-13)


def test_every_function_is_smooth_or_has_its_kinks_in_the_table() -> None:
    kinked = {name for name, row in FUNCTIONS.items() if row.kink or name in VARIADIC}
    without_form = {name for name in FUNCTIONS if not knows(COMPLEX.functions, name)}
    for name in set(FUNCTIONS) - kinked - without_form - {"where"}:
        arguments = [0.3, 0.7, 0.2][: len(FUNCTIONS[name].arguments.split())]
        assert COMPLEX.functions[name](*arguments) == pytest.approx(FLOAT64.functions[name](*arguments))
    # What is neither has no complex form, or stands in derivatives only.
    assert without_form - kinked == {"Phi", "phi"}


def test_what_keeps_the_complex_step_out_is_said(tmp_path: Path) -> None:
    path = tmp_path / "gelu.yaml"
    path.write_text(json.dumps(chain_of("gelu", "linear")))
    done = run("gradcheck", path)
    assert "\nno complex step: Phi has no form for complex numbers\n" in done.out
    assert "complex step │" not in done.out


# Forms


def test_the_table_fits_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    from backtrace.cli import options

    monkeypatch.setattr(
        options, "console_for", lambda out, color: Console(file=out, width=80, markup=False, highlight=False)
    )
    lines = run("gradcheck", "or-gate").out.splitlines()
    expected = OR_GATE_AT_80.splitlines()
    assert lines[: len(expected)] == expected
    assert max(map(len, lines)) <= 80
    narrow = run("gradcheck", "two-two-two").out
    assert max(map(len, narrow.splitlines())) <= 80


def test_json_and_csv_have_the_same_columns() -> None:
    data = json.loads(run("gradcheck", "relu", "--set", "b_1=-1", "-f", "json").out)
    assert {key: data[key] for key in ("schema", "title", "complex_step_size", "tolerance")} == {
        "schema": 1,
        "title": "A dead relu unit, 2-2-1",
        "complex_step_size": 1e-120,
        "tolerance": 1e-6,
    }
    assert data["step_size"] == pytest.approx(6.0554544523933395e-06, rel=1e-12)
    assert data["summary"] == {
        "gradients": 9, "checked": 9, "agrees": 6, "wrong": 0, "kink": 3, "undecided": 0,
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(run("gradcheck", "relu", "--set", "b_1=-1", "-f", "csv").out)))
    assert list(rows[0]) == list(data["checks"][0]) == COLUMNS
    for row, check in zip(rows, data["checks"], strict=True):
        assert row["id"] == check["id"]
        assert float(row["derived"]) == check["derived"]
        assert float(row["difference"]) == check["difference"]
        assert row["kinks"] == "; ".join(check["kinks"])


def test_markdown_has_a_row_for_each_gradient() -> None:
    lines = run("gradcheck", "circuit", "-f", "markdown").out.splitlines()
    assert lines[0] == "## (x + y) z"
    assert lines[-7:-2] == [
        "| gradient | derived | difference | complex step | error | verdict |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        "| `∂f/∂x` | -4 | -4 | -4 | 9.2e-12 | ✓ agrees |",
        "| `∂f/∂y` | -4 | -4 | -4 | 0 | ✓ agrees |",
        "| `∂f/∂z` | 3 | 3 | 3 | 9.2e-12 | ✓ agrees |",
    ]


def test_the_form_is_the_one_that_the_file_ends_in(tmp_path: Path) -> None:
    assert run("gradcheck", "circuit", "-o", tmp_path / "out.json").out == ""
    assert json.loads((tmp_path / "out.json").read_text())["summary"]["agrees"] == 3


def test_ascii_output_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    from backtrace.cli import options
    from backtrace.typesetting.plain import PLAIN

    monkeypatch.setattr(options, "style_of", lambda out: PLAIN)
    for form in ("table", "markdown"):
        for arguments in (["or-gate"], ["relu", "--set", "b_1=-1"], ["two-two-two", "--inputs"]):
            assert run("gradcheck", *arguments, "-f", form).out.isascii()


# What is checked


def test_inputs_are_checked_when_asked_for() -> None:
    assert "dE/di_1" not in checks("or-gate")
    assert {"dE/di_1", "dE/di_2"} <= checks("or-gate", "--inputs").keys()
    assert list(checks("or-gate", "--show", "i_2")) == ["dE/di_2"]


@pytest.mark.parametrize(
    ("patterns", "ids"),
    [
        (["w_5"], ["dE/dw_5"]),
        (["dE/dw_5"], ["dE/dw_5"]),
        (["∂E/∂w_5"], ["dE/dw_5"]),
        (["b_*", "w_1"], ["dE/dw_1", "dE/db_1", "dE/db_2", "dE/db_3"]),
    ],
)
def test_show_picks_gradients_in_the_order_of_the_config(patterns: list[str], ids: list[str]) -> None:
    options = [word for pattern in patterns for word in ("--show", pattern)]
    assert list(checks("or-gate", *options)) == ids


def drawn_network(inputs: int, hidden: int) -> Config:
    """Two layers with weights drawn by a seed, and 10 outputs."""
    layers = [
        {"name": name, "units": units, "activation": activation, "weights": drawn, "biases": drawn}
        for name, units, activation in (("hidden", hidden, "sigmoid"), ("output", 10, "softmax"))
        for drawn in [{"random": "normal", "std": 0.05}]
    ]
    return {
        "inputs": [f"x_{k}" for k in range(inputs)],
        "targets": [f"t_{k}" for k in range(10)],
        "layers": layers,
        "cost": "cross_entropy",
        "seed": 1,
        "samples": [{"inputs": [k % 7 / 7 for k in range(inputs)], "targets": [1] + [0] * 9}],
    }


def test_of_a_large_network_so_many_of_each_layer_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(json.dumps(drawn_network(300, 50)))
    done = run("gradcheck", path)
    assert done.code == 0
    assert (
        "\n200 of 15,560 gradients, evenly from each layer; --show picks others, --all takes every one\n"
        in done.out
    )
    assert "\n200 gradients: all agree; " in done.out
    assert done.out.count("∂E/∂w_1_") == 99
    assert done.out.count("∂E/∂b_1_50 ") == 1


def test_patterns_and_all_reach_every_gradient_of_a_large_network() -> None:
    config = drawn_network(99, 12)
    usual = checks_of(config)
    assert len(usual) == 200
    assert [check.id for check in checks_of(config, patterns=("w_1_7_7?",))] == [
        f"dE/dw_1_7_7{k}" for k in range(10)
    ]
    every = {check.id: check for check in checks_of(config, every=True)}
    assert len(every) == 99 * 12 + 12 + 12 * 10 + 10
    assert [every[check.id] for check in usual] == usual
    assert {check.verdict for check in every.values()} == {"agrees"}


def test_a_long_table_draws_200_rows_those_that_do_not_agree_first(
    planted: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(json.dumps(drawn_network(20, 12)))
    right = _Backward._gradient

    def wrong(self: _Backward, name: str, layer: str | None) -> None:
        right(self, name, layer)
        if name == "b_2_10":  # the last of all
            self.rows[-1] = self.rows[-1]._replace(expression=negate(self.rows[-1].expression))

    planted.setattr(_Backward, "_gradient", wrong)
    lines = run("gradcheck", path).out.splitlines()
    assert lines[-3] == "200 of 382 shown, those that do not agree first: -f csv has all"
    assert lines[-2].startswith("382 gradients: 381 agree, 1 wrong; largest error ")
    assert lines[-1] == "wrong: ∂E/∂b_2_10"
    assert "✗ wrong" in lines[-5]


# Refusals


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["or-gate", "--sample", "9"], "no sample 9; there are samples 1 to 4\n"),
        (["or-gate", "--show", "w_9"],
         "no quantity 'w_9'; expected an id, as dE/dw_1, dE/dw_2, dE/dw_3, dE/dw_4, dE/db_1, dE/db_2\n"),
        (["or-gate", "--show", "dE/dv_5"], "no quantity 'dE/dv_5'; did you mean dE/dw_5?\n"),
        (["or-gate-batch", "--inputs"],
         "--inputs: in a batch each sample has its own; expected --sample K or all\n"),
        (["or-gate", "--input", "1,1"], "nothing to check: without targets there is only the forward pass\n"),
        (["step-neuron"], STEP_REFUSED),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_is_refused_in_one_line(arguments: list[str], said: str) -> None:
    done = run("gradcheck", *arguments)
    assert (done.code, done.out) == (1, "")
    assert done.err == said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--step-size", "nan"], "'--step-size': nan is no finite number"),
        (["--sample", "two"], "'--sample': 'two'; expected a sample's number, or all"),
        (["--input", "1,1", "--sample", "1"], "--input makes a sample of its own; leave --sample out"),
    ],
)
def test_a_wrong_option_is_wrong_usage(options: list[str], said: str) -> None:
    assert run("gradcheck", "or-gate", *options).usage_error == said


@pytest.mark.parametrize(("option", "value"), [("--step-size", "0"), ("--tolerance", "-1")])
def test_a_value_out_of_range_is_refused_with_the_option(option: str, value: str) -> None:
    assert f"'{option}'" in run("gradcheck", "or-gate", option, value).usage_error


def test_without_parameters_the_inputs_are_pointed_to() -> None:
    config = {
        "equations": {"f": "x^2"},
        "objective_symbol": "f",
        "inputs": ["x"],
        "samples": [{"inputs": [3]}],
    }
    with pytest.raises(BacktraceError) as refused:
        checks_of(config)
    assert refused.value.message == "nothing to check: the config has no parameters; --inputs checks those"
    assert [check.derived for check in checks_of(config, inputs=True)] == [6]


def test_a_sample_without_targets_has_no_gradient() -> None:
    config = chain_of("tanh")
    config["samples"].append({"inputs": [1, 1]})
    with pytest.raises(BacktraceError) as refused:
        checks_of(config, sample=2)
    assert refused.value.message == "sample 2 has no targets, so there is no gradient to check"
    (subject,) = gradcheck(problem_of(config), "all", Settings())
    assert subject.part.sample == 1


def test_a_varied_number_is_restored() -> None:
    first = checks_of(chain_of("tanh", "sigmoid"))
    other_way_round = dict(reversed(chain_of("tanh", "sigmoid")["parameters"].items()))
    again = checks_of(chain_of("tanh", "sigmoid", parameters=other_way_round))
    assert {check.id: check for check in first} == {check.id: check for check in again}


def test_the_documented_default_of_the_step_is_the_cube_root_of_the_precision() -> None:
    assert Settings().step == pytest.approx(2 ** (-52 / 3))
    assert "(default 6.06e-06)" in " ".join(run("gradcheck", "--help").out.split())

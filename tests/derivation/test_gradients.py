"""The proof that the derived gradients are right: against autograd, and against central differences."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backtrace.derivation import activations, costs
from backtrace.derivation.activations import ActivationRow
from backtrace.derivation.backward_pass import _Backward
from backtrace.derivation.costs import CostRow
from backtrace.derivation.derivation import derive, derive_step
from backtrace.derivation.equation import Equation
from backtrace.derivation.forward_pass import Case
from backtrace.derivation.optimizers import STEP, UPDATE_RULES
from backtrace.errors import BacktraceError
from backtrace.evaluation.steps import Request
from backtrace.problem.problem import Problem
from backtrace.symbolic.expressions import Symbol
from backtrace.symbolic.functions import FUNCTIONS, Function
from backtrace.symbolic.ids import spell
from backtrace.symbolic.simplify import negate
from backtrace.tracing.trace import compute
from backtrace.typesetting import plain as printing
from tests.oracles.networks import (
    ACTIVATIONS,
    COSTS,
    SMOOTH,
    Config,
    Numbers,
    as_equations,
    central_difference,
    everything,
    networks,
    oracle,
    problem_of,
    values_of,
)
from tests.oracles.single_assignment import BrokenDerivationError, check
from tests.runner import forget_tables

_RANDOM = settings(max_examples=40)


def has_finite_cost(config: Config) -> bool:
    """Whether a network has a cost, and one whose slope two programs can agree on.

    A saturated output may have the logarithm of 0 in it. Where 1 - a cancels nearly all of its digits, the
    rest is rounding, which another order of operations rounds otherwise: at 1e-7 the ninth digit differs.
    """
    with np.errstate(all="ignore"):
        values = values_of(config, 0)
    outputs = [values[f"a_{unit}"] for unit in config["layers"][-1]["units"]]
    cancels = config["cost"] == "binary_cross_entropy" and any(0 < 1 - a < 1e-5 for a in outputs)
    return math.isfinite(values["E"]) and not cancels


def is_at_a_kink(config: Config) -> bool:
    """Whether a net is exactly 0, where formulas for the same function have different derivatives."""
    with np.errstate(all="ignore"):
        return any(value == 0 for id, value in values_of(config, 0).items() if id.startswith("h_"))


def passes(config: Config, sample: Any = "all") -> dict[int, Numbers]:
    """Every quantity of every sample's pass of the first step."""
    request = Request(sample=sample, phases=frozenset(("backward",)))
    return {part.sample: everything(part) for part in compute(problem_of(config), request) if part.sample}


def agree(found: Numbers, expected: Numbers, ids: Iterable[str] | None = None) -> None:
    """Fail unless every expected quantity is there with its value."""
    for id in expected if ids is None else ids:
        assert found[id] == pytest.approx(expected[id], rel=1e-9, abs=1e-11), id


def agree_with_autograd(config: Config) -> None:
    """Every h, a, E, ∂E/∂a, ∂E/∂h, ∂E/∂w and ∂E/∂i of a network's first sample is what autograd has."""
    found = passes(config)[1]
    agree(found, values_of(config, 0))
    agree(found, oracle(config, 0))


def two_layers(activation: str, cost: str) -> Config:
    """2-2-2 with every net of the output layer in 0.2 … 0.5, where all costs are defined after all."""
    return {
        "inputs": ["i_1", "i_2"],
        "targets": ["t_1", "t_2"],
        "layers": [{"name": "hidden", "units": ["1", "2"], "activation": activation,
            "weights": [["w_1", "w_2"], ["w_3", "w_4"]], "biases": ["b_1", "b_2"]},
            {"name": "output", "units": ["3", "4"], "activation": activation,
             "weights": [["w_5", "w_6"], ["w_7", "w_8"]], "biases": ["b_3", "b_4"]}],
        "bias_input": 1,
        "parameters": {"w_1": 0.3, "w_2": -0.4, "w_3": -0.5, "w_4": 0.2, "b_1": 0.25, "b_2": -0.35,
            "w_5": 0.1, "w_6": -0.15, "w_7": 0.12, "w_8": 0.05, "b_3": 0.3, "b_4": 0.35},
        "cost": cost,
        "samples": [{"inputs": [0.8, -0.6], "targets": [0.9, 0.2]}],
    }  # fmt: skip


EVERY_ACTIVATION = pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
EVERY_COST = pytest.mark.parametrize("cost", sorted(COSTS))


def test_the_tables_of_the_oracle_are_complete() -> None:
    assert set(ACTIVATIONS) | {"step"} == set(activations.ACTIVATIONS)
    assert set(COSTS) == set(costs.COSTS)


@EVERY_ACTIVATION
@EVERY_COST
def test_gradients_of_every_activation_with_every_cost_are_those_of_autograd(
    activation: str, cost: str
) -> None:
    agree_with_autograd(two_layers(activation, cost))


@EVERY_ACTIVATION
@EVERY_COST
def test_gradients_of_every_activation_with_every_cost_are_central_differences(
    activation: str, cost: str
) -> None:
    config = two_layers(activation, cost)
    found = passes(config)[1]
    for parameter in config["parameters"]:
        slope = central_difference(config, 0, parameter)
        assert found[f"dE/d{parameter}"] == pytest.approx(slope, rel=1e-6, abs=1e-9), parameter


@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - {"gelu"}))
@EVERY_COST
def test_the_same_network_as_equations_has_the_same_gradients(activation: str, cost: str) -> None:
    config = two_layers(activation, cost)
    found = passes(as_equations(config))[1]
    agree(found, values_of(config, 0))
    expected = oracle(config, 0)
    agree(found, expected)
    for parameter in config["parameters"]:
        slope = central_difference(config, 0, parameter)
        assert found[f"dE/d{parameter}"] == pytest.approx(slope, rel=1e-6, abs=1e-9), parameter


@pytest.mark.parametrize(
    "activation",
    [{"leaky_relu": {"slope": 0.2}}, {"elu": {"alpha": 2.5}}, {"leaky_relu": {"slope": 0}}],
    ids=["leaky_relu", "elu", "no slope"],
)
def test_options_of_an_activation_enter_its_derivative(activation: Any) -> None:
    config = two_layers("linear", "half_squared_error")
    config["layers"][0]["activation"] = activation
    agree_with_autograd(config)


def test_a_cost_given_as_an_expression_is_differentiated() -> None:
    config = two_layers("tanh", "half_squared_error")
    found = passes({**config, "cost": "(t_1 - a_3)^2/2 + (t_2 - a_4)^2/2"})[1]
    agree(found, oracle(config, 0))
    absolute = passes({**config, "cost": "abs(t_1 - a_3) + abs(t_2 - a_4)*a_3"})[1]
    values = values_of(config, 0)
    assert absolute["dE/da_3"] == pytest.approx(-1 + abs(0.2 - values["a_4"]), rel=1e-12)
    assert absolute["dE/da_4"] == pytest.approx(values["a_3"], rel=1e-12)


@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - set(SMOOTH)))
def test_a_net_of_exactly_0_is_on_the_left_of_the_kink(activation: str) -> None:
    config = two_layers(activation, "half_squared_error")
    config["samples"][0]["inputs"] = [0, 0]
    config["parameters"] |= {"b_1": 0, "b_2": 0}
    agree_with_autograd(config)
    slope = {"relu": 0, "leaky_relu": 0.01, "elu": 1}[activation]
    assert passes(config)[1]["da_1/dh_1"] == slope


@given(networks())
@_RANDOM
def test_gradients_of_random_networks_are_those_of_autograd(config: Config) -> None:
    assume(has_finite_cost(config))
    agree_with_autograd(config)


@given(networks())
@_RANDOM
def test_random_networks_as_equations_have_the_same_gradients(config: Config) -> None:
    assume(all(layer["activation"] != "gelu" for layer in config["layers"]))
    assume(has_finite_cost(config) and not is_at_a_kink(config))
    for delta in ("gradient", "descent"):
        found = passes({**as_equations(config), "delta": delta})[1]
        agree(found, values_of(config, 0))
        agree(found, oracle(config, 0))


@given(networks(), st.data())
@_RANDOM
def test_gradients_of_random_networks_are_central_differences(config: Config, data: st.DataObject) -> None:
    assume(config["parameters"])
    values = values_of(config, 0)
    assume(math.isfinite(values["E"]) and max(map(abs, values.values())) < 20)
    # No kink within reach of the difference.
    assume(all(abs(value) > 1e-3 for id, value in values.items() if id.startswith("h_")))
    parameter = data.draw(st.sampled_from(sorted(config["parameters"])))
    slope = central_difference(config, 0, parameter)
    assert passes(config)[1][f"dE/d{parameter}"] == pytest.approx(slope, rel=1e-4, abs=1e-6)


@given(networks())
@_RANDOM
def test_both_conventions_of_delta_give_the_same_gradients(config: Config) -> None:
    assume(has_finite_cost(config))
    plain = passes(config)[1]
    for objective, sign in (("minimize", -1), ("maximize", 1)):
        turned = passes({**config, "delta": "descent", "objective": objective})[1]
        agree(turned, oracle(config, 0))
        for layer in config["layers"]:
            for unit in layer["units"]:
                assert turned[f"delta_{unit}"] == pytest.approx(
                    sign * plain[f"delta_{unit}"], rel=1e-9, abs=1e-12
                )
    climbing = passes({**config, "objective": "maximize"})[1]
    hidden_errors = {f"e_{unit}" for layer in config["layers"][:-1] for unit in layer["units"]}
    agree(climbing, {id: -value if id in hidden_errors else value for id, value in plain.items()})


@given(networks())
@_RANDOM
def test_the_error_is_the_misfit_at_outputs_and_minus_the_gradient_at_hidden_units(config: Config) -> None:
    assume(has_finite_cost(config))
    for convention in ("gradient", "descent"):
        found = passes({**config, "delta": convention})[1]
        *hidden, output = config["layers"]
        for unit, target in zip(output["units"], config["samples"][0]["targets"], strict=True):
            assert found[f"e_{unit}"] == pytest.approx(target - found[f"a_{unit}"], abs=1e-12)
        for unit in (unit for layer in hidden for unit in layer["units"]):
            assert found[f"e_{unit}"] == pytest.approx(-found[f"dE/da_{unit}"], abs=1e-12)


@given(networks())
@_RANDOM
def test_gradients_through_single_terms_of_the_cost_are_autograds_and_add_up(config: Config) -> None:
    outputs = config["layers"][-1]["units"]
    assume(len(outputs) > 1 and math.isfinite(values_of(config, 0)["E"]))
    found = passes(config)[1]
    for term, output in enumerate(outputs):
        expected = oracle(config, 0, term)
        units = [unit for layer in config["layers"] for unit in layer["units"]]
        agree(found, expected, [f"dE_{output}/da_{unit}" for unit in units])
    for layer in config["layers"]:
        for unit in layer["units"]:
            parts = [found[f"dE_{output}/da_{unit}"] for output in outputs]
            assert sum(parts) == pytest.approx(found[f"dE/da_{unit}"], rel=1e-9, abs=1e-10)


@given(networks())
@_RANDOM
def test_the_factors_of_the_chain_give_the_gradients_back(config: Config) -> None:
    assume(has_finite_cost(config))
    found = passes(config)[1]
    units = [unit for layer in config["layers"] for unit in layer["units"]]
    outputs = config["layers"][-1]["units"]
    hidden = [f"a_{unit}" for unit in units if unit not in outputs]
    for symbol in (*config["parameters"], *config["inputs"], *hidden):
        chain = [
            found[f"dE/dh_{u}"] * found[f"dh_{u}/d{symbol}"] for u in units if f"dh_{u}/d{symbol}" in found
        ]
        assert sum(chain) == pytest.approx(found[f"dE/d{symbol}"], rel=1e-9, abs=1e-10), symbol


@given(networks(samples=3), st.sampled_from(["sum", "mean"]), st.sampled_from(["minimize", "maximize"]))
@settings(max_examples=20)
def test_a_batch_sums_or_averages_its_samples(config: Config, batch: str, objective: str) -> None:
    assume(config["parameters"])
    per_sample = [oracle(config, k) for k in range(3)]
    before = [values_of(config, k)["E"] for k in range(3)]
    assume(all(map(math.isfinite, before)))
    share = 3 if batch == "mean" else 1
    slopes = {name: sum(one[f"dE/d{name}"] for one in per_sample) / share for name in config["parameters"]}
    assume(max(map(abs, slopes.values())) < 100)
    update = {"rule": "sgd", "learning_rate": 0.05}
    problem = problem_of({**config, "batch": batch, "objective": objective, "update": update})
    parts = list(compute(problem, Request()))
    [total] = [part for part in parts if part.phase == "total"]
    assert total.values["E"] == pytest.approx(sum(before) / share, rel=1e-9, abs=1e-12)
    agree(dict(total.values), {f"dE/d{name}": slope for name, slope in slopes.items()})
    for part in parts:
        if part.phase == "backward":
            assert part.sample is not None
            agree(everything(part), per_sample[part.sample - 1])
    # E again, with parameters updated here.
    way = 1 if objective == "maximize" else -1
    moved = {name: value + way * 0.05 * slopes[name] for name, value in config["parameters"].items()}
    again = sum(values_of({**config, "parameters": moved}, k)["E"] for k in range(3)) / share
    [after] = [part for part in parts if part.phase == "after"]
    assert after.values["E+"] == pytest.approx(again, rel=1e-9, abs=1e-12)


@given(networks(samples=2))
@settings(max_examples=20)
def test_the_cost_after_an_online_step_is_the_samples_own_with_the_new_parameters(config: Config) -> None:
    assume(config["parameters"] and math.isfinite(values_of(config, 0)["E"]))
    slopes = oracle(config, 0)
    assume(max(map(abs, slopes.values())) < 100)
    moved = {name: value - 0.1 * slopes[f"dE/d{name}"] for name, value in config["parameters"].items()}
    update = {"rule": "sgd", "learning_rate": 0.1}
    parts = list(compute(problem_of({**config, "update": update}), Request()))
    [after] = [part for part in parts if part.phase == "after"]
    expected = values_of({**config, "parameters": moved}, 0)["E"]
    assert after.sample == 1
    assert after.values["E+"] == pytest.approx(expected, rel=1e-9, abs=1e-12)


# ---------------------------------------------------------------------------------------------------------
# Single assignment


def givens(problem: Problem) -> set[str]:
    """Everything that has a value before a step's first equation."""
    ids = {spell(name) for name in (*problem.inputs, *problem.targets, *problem.parameters)}
    ids |= {"learning_rate", "momentum", "rho", "beta1", "beta2", "epsilon", "weight_decay", STEP.id}
    if problem.update:
        states = UPDATE_RULES[problem.update.rule].states
        ids |= {f"{state}_{spell(name)}" for state in states for name in problem.trained}
    return ids


def check_single_assignment(problem: Problem, case: Case) -> None:
    derivation = derive(problem, case)
    known = givens(problem)
    equations = [*derivation.equations, *derivation.further()]
    check(known, equations)
    step = derive_step(problem, derivation, None)
    after = {f"{row.id}+" for row in derivation.forward}
    check(known | {row.id for row in equations} | (after - {"E+"}), (*step.update, *step.after))
    batch = derive_step(problem, derivation, [1, 2])
    of_samples = {f"{row.id}[{k}]" for row in derivation.equations for k in (1, 2)}
    of_samples |= {f"E+[{k}]" for k in (1, 2)}
    check(known | of_samples, (*batch.total, *batch.update, *batch.after))


@given(networks(), st.sampled_from(sorted(UPDATE_RULES)), st.booleans(), st.booleans())
@_RANDOM
def test_every_derivation_defines_each_quantity_once_and_before_its_use(
    config: Config, rule: str, descent: bool, climb: bool
) -> None:
    problem = problem_of(
        {
            **config,
            "update": {"rule": rule, "learning_rate": 0.1},
            "delta": "descent" if descent else "gradient",
            "objective": "maximize" if climb else "minimize",
        }
    )
    shifted = {layer["name"] for layer in config["layers"] if layer["activation"] == "softmax"}
    for case in (Case(), Case(True, True), Case(True, False, frozenset(shifted))):
        check_single_assignment(problem, case)


def test_a_quantity_defined_twice_is_a_broken_derivation() -> None:
    row = Equation(Symbol("h", "h"), Symbol("x", "x"), "net", "forward")
    with pytest.raises(BrokenDerivationError, match=r"^h is defined twice$"):
        check(["x"], [row, row])
    with pytest.raises(BrokenDerivationError, match=r"^h uses x, which nothing above it defines$"):
        check([], [row])


# ---------------------------------------------------------------------------------------------------------
# The check above can fail: planted mistakes


@pytest.mark.parametrize(
    ("activation", "function", "wrong"),
    [
        ("sigmoid", "sigmoid", "f*(1 + f)"), ("tanh", "tanh", "1 - f"), ("relu", "relu", "x"),
        ("softplus", "softplus", "f"), ("sin", "sin", "-cos(x)"), ("elu", "expm1", "exp(x) - 1"),
        ("gelu", "Phi", "Phi(x)"),
    ],
)  # fmt: skip
def test_a_wrong_derivative_in_the_table_is_found(
    planted: pytest.MonkeyPatch, activation: str, function: str, wrong: str
) -> None:
    config = two_layers(activation, "half_squared_error")
    agree_with_autograd(config)
    row = FUNCTIONS[function]
    fields = {name: getattr(row, name) for name in ("arguments", "shown", "textbook", "public")}
    planted.setitem(FUNCTIONS, function, Function(derivatives=(wrong,), **fields))
    forget_tables()
    with pytest.raises(AssertionError, match="dE/d"):
        agree_with_autograd(config)


def test_a_wrong_derivative_of_the_logarithm_is_found_in_a_cross_entropy(planted: pytest.MonkeyPatch) -> None:
    config = two_layers("sigmoid", "binary_cross_entropy")
    agree_with_autograd(config)
    planted.setitem(FUNCTIONS, "xlogy", Function("x y", ("log(y)", "over(y, x)"), textbook="x*log(y)"))
    forget_tables()
    with pytest.raises(AssertionError, match="dE/d"):
        agree_with_autograd(config)


def test_a_wrong_activation_and_a_wrong_cost_in_the_tables_are_found(planted: pytest.MonkeyPatch) -> None:
    config = two_layers("square", "half_squared_error")
    agree_with_autograd(config)
    planted.setitem(activations.ACTIVATIONS, "square", ActivationRow("h^3", ""))
    forget_tables()
    with pytest.raises(AssertionError):
        agree_with_autograd(config)
    planted.undo()
    planted.setitem(costs.COSTS, "half_squared_error", CostRow("half*(t - a)^2 + a/10", ""))
    forget_tables()
    with pytest.raises(AssertionError):
        agree_with_autograd(config)


def test_a_wrong_shortcut_for_softmax_with_cross_entropy_is_found(planted: pytest.MonkeyPatch) -> None:
    config = two_layers("softmax", "cross_entropy")
    agree_with_autograd(config)
    right = _Backward._shortened
    planted.setattr(_Backward, "_shortened", lambda self, layer: list(map(negate, right(self, layer))))
    with pytest.raises(AssertionError, match="dE/d"):
        agree_with_autograd(config)


# ---------------------------------------------------------------------------------------------------------
# How the backward rows read


def rows(config: Config, sample: int = 1) -> dict[str, str]:
    """The formulas of a sample's forward and backward pass by id."""
    parts = compute(problem_of(config), Request(sample=sample))
    return {row.id: printing.formula(row.expression) for part in parts for row in part.equations}


def test_backward_equations_read_as_a_textbook_has_them() -> None:
    read = rows(two_layers("sigmoid", "half_squared_error"))
    assert read["dE/da_3"] == "a_3 - t_1"
    assert read["da_3/dh_3"] == "a_3·(1 - a_3)"
    assert read["delta_3"] == "∂E/∂a_3·∂a_3/∂h_3"
    assert read["dE/dw_5"] == "δ_3·a_1"
    assert read["dE/db_3"] == "δ_3"
    assert read["dE/da_1"] == "δ_3·w_5 + δ_4·w_7"
    assert read["delta_1"] == "∂E/∂a_1·∂a_1/∂h_1"
    assert read["dE/dw_1"] == "δ_1·i_1"


@pytest.mark.parametrize(
    ("activation", "value", "slope"),
    [
        ("tanh", "tanh(h_1)", "1 - a_1²"),
        ("linear", "h_1", "1"),
        ("relu", "max(0, h_1)", "[h_1 > 0]"),
        ("leaky_relu", "h_1 if h_1 > 0 else 0.01·h_1", "1 if h_1 > 0 else 0.01"),
        ("elu", "h_1 if h_1 > 0 else e^h_1 - 1", "1 if h_1 > 0 else e^h_1"),
        ("softplus", "ln(1 + e^h_1)", "1/(1 + e^(-h_1))"),
        ("square", "h_1²", "2·h_1"),
        ("sin", "sin(h_1)", "cos(h_1)"),
        ("gelu", "h_1·Φ(h_1)", "Φ(h_1) + h_1·φ(h_1)"),
    ],
)
def test_slopes_read_as_a_textbook_has_them(activation: str, value: str, slope: str) -> None:
    read = rows(two_layers(activation, "half_squared_error"))
    assert (read["a_1"], read["da_1/dh_1"]) == (value, slope)


@pytest.mark.parametrize(
    ("cost", "slope"),
    [
        ("squared_error", "2(a_3 - t_1)"),
        ("mean_squared_error", "a_3 - t_1"),
        ("performance", "t_1 - a_3"),
        ("cross_entropy", "-t_1/a_3"),
        ("binary_cross_entropy", "(1 - t_1)/(1 - a_3) - t_1/a_3"),
    ],
)
def test_slopes_of_costs_read_as_a_textbook_has_them(cost: str, slope: str) -> None:
    assert rows(two_layers("sigmoid", cost))["dE/da_3"] == slope


def test_softmax_with_cross_entropy_is_written_as_the_simplification_it_is() -> None:
    config = two_layers("softmax", "cross_entropy")
    assert rows(config)["delta_3"] == "a_3·(t_1 + t_2) - t_1"
    config["samples"][0]["targets"] = [0, 1]
    read = rows(config)
    assert read["delta_3"] == "a_3 - t_1"
    assert read["dE/da_3"] == "-t_1/a_3"
    assert "da_3/dh_3" not in read
    assert rows({**config, "delta": "descent"})["delta_3"] == "t_1 - a_3"


def test_a_softmax_unit_answers_for_its_whole_layer() -> None:
    config = two_layers("softmax", "squared_error")
    whole = "(∂E/∂a_3·a_3 + ∂E/∂a_4·a_4)"
    assert rows(config)["delta_3"] == f"a_3·(∂E/∂a_3 - {whole})"
    assert rows(config)["delta_1"] == "a_1·(∂E/∂a_1 - (∂E/∂a_1·a_1 + ∂E/∂a_2·a_2))"
    read = rows({**config, "delta": "descent"})
    assert read["delta_3"] == f"-a_3·(∂E/∂a_3 - {whole})"
    assert read["delta_1"] == "a_1·(e_1 - (e_1·a_1 + e_2·a_2))"


def test_books_that_descend_write_errors_and_eta_delta_x() -> None:
    config = two_layers("sigmoid", "half_squared_error")
    config |= {"delta": "descent", "update": {"rule": "sgd", "learning_rate": 0.5}}
    read = rows(config)
    assert read["e_3"] == "t_1 - a_3"
    assert read["delta_3"] == "e_3·∂a_3/∂h_3"
    assert read["e_1"] == "δ_3·w_5 + δ_4·w_7"
    assert read["delta_1"] == "e_1·∂a_1/∂h_1"
    assert read["dE/dw_1"] == "-δ_1·i_1"
    assert read["Delta_w_1"] == "η·δ_1·i_1"
    assert read["Delta_b_1"] == "η·δ_1"
    assert read["w_1+"] == "w_1 + Δw_1"


def test_a_tied_weight_of_a_book_that_descends_has_a_plain_sum_in_its_change() -> None:
    config = two_layers("sigmoid", "half_squared_error")
    config |= {"delta": "descent", "update": {"rule": "sgd", "learning_rate": 0.5}}
    config["layers"][0]["biases"] = ["b_1", "b_1"]
    del config["parameters"]["b_2"]
    assert rows(config)["Delta_b_1"] == "η·(δ_1 + δ_2)"


def test_climbing_adds_what_descending_takes_away() -> None:
    config = two_layers("sigmoid", "performance")
    config |= {"objective": "maximize", "update": {"rule": "sgd", "learning_rate": 0.5}}
    assert rows(config)["Delta_w_5"] == "η·∂E/∂w_5"
    read = rows({**config, "delta": "descent"})
    assert read["e_3"] == "t_1 - a_3"
    assert read["delta_3"] == "e_3·∂a_3/∂h_3"
    assert read["Delta_w_5"] == "η·δ_3·a_1"


@pytest.mark.parametrize("delta", ["gradient", "descent"])
def test_errors_are_the_same_whether_a_cost_is_minimized_or_its_negative_maximized(delta: str) -> None:
    minimized = passes({**two_layers("sigmoid", "half_squared_error"), "delta": delta})[1]
    performance = two_layers("sigmoid", "performance")
    maximized = passes({**performance, "delta": delta, "objective": "maximize"})[1]
    for unit in "1234":
        assert maximized[f"e_{unit}"] == minimized[f"e_{unit}"] != 0
        assert maximized[f"dE/da_{unit}"] == -minimized[f"dE/da_{unit}"]


def test_a_threshold_has_a_minus() -> None:
    read = rows({**two_layers("sigmoid", "half_squared_error"), "bias_input": -1})
    assert read["h_1"] == "i_1·w_1 + i_2·w_2 - b_1"
    assert read["dE/db_1"] == "-δ_1"


# ---------------------------------------------------------------------------------------------------------
# The equations form has further rules


def test_a_named_delta_stands_for_the_gradient_and_obeys_the_convention() -> None:
    config: Config = {
        "equations": {"h": "w*x", "f": "(h - 1)^2"},
        "objective_symbol": "f",
        "deltas": {"δ": "h"},
        "parameters": {"w": 2},
        "inputs": ["x"],
        "samples": [{"inputs": [3]}],
    }
    plain, turned = passes(config)[1], passes({**config, "delta": "descent"})[1]
    climbing = passes({**config, "delta": "descent", "objective": "maximize"})[1]
    assert (plain["delta"], turned["delta"], climbing["delta"]) == (10, -10, 10)
    for found in (plain, turned, climbing):
        assert (found["df/dh"], found["df/dw"], found["df/dx"], found["df/df"]) == (10, 30, 20, 1)


def test_an_equation_that_does_not_feed_the_objective_has_gradient_0() -> None:
    config: Config = {
        "equations": {"q": "x^2", "side": "step(q)", "f": "3*q", "later": "f*q"},
        "objective_symbol": "f",
        "parameters": {"x": 2},
    }
    found = passes(config)[1]
    assert [found[f"df/d{name}"] for name in ("later", "f", "side", "q", "x")] == [0, 1, 0, 3, 12]


def test_a_backward_pass_through_a_step_is_refused() -> None:
    config = two_layers("sigmoid", "half_squared_error")
    config["layers"][0]["activation"] = "step"
    with pytest.raises(BacktraceError, match="step has no useful derivative"):
        list(compute(problem_of(config), Request()))
    [part] = compute(problem_of(config), Request(phases=frozenset(("forward",))))
    assert (part.values["a_1"], part.values["a_2"]) == (1.0, 0.0)

"""Float64 arithmetic: to a few units in the last place what mpmath has at 50 digits, and overflow-safe."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.errors import BacktraceError
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Request
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.tracing.trace import compute
from tests.oracles import exact
from tests.oracles.exact import EXACT
from tests.oracles.networks import Config, everything, networks, problem_of, values_of

ULPS = 4
SMALLEST = 2.0**-1022  # below it a float has fewer digits


@pytest.fixture(autouse=True)
def fifty_digits() -> Iterator[None]:
    with mpmath.workdps(exact.DIGITS):
        yield


def ulps(found: float, right: Any) -> float:
    """How many units in its last place a float is away from a number; subnormal ones count as 0."""
    return float(abs(mpmath.mpf(found) - right) / max(math.ulp(found), math.ulp(SMALLEST)))


wide = st.one_of(
    st.floats(-745, 745),
    st.floats(-40, 40),
    st.floats(-1, 1),
    st.integers(-300, 0).map(lambda n: 10.0**n),
    st.integers(-300, 0).map(lambda n: -(10.0**n)),
)
positive = st.one_of(st.floats(1e-300, 1e300), st.floats(0.01, 10), st.floats(0.999, 1.001))
PAIRS = ("xlogy", "over")
ANY = ("sigmoid", "tanh", "softplus", "relu", "abs", "sin", "cos", "Phi", "phi", "step", "sign")
BELOW_709 = ("exp", "expm1")
POSITIVE = ("log", "log10", "sqrt")
COMPARING = ("max", "min", "above", "from", "where")


def test_every_function_is_held_against_mpmath() -> None:
    assert {*PAIRS, *ANY, *BELOW_709, *POSITIVE, *COMPARING} == set(FUNCTIONS)
    assert set(exact.FUNCTIONS) == set(FUNCTIONS) <= set(FLOAT64.functions)


@pytest.mark.parametrize("function", [*ANY, *BELOW_709])
@given(x=wide)
@settings(max_examples=80)
def test_functions_are_right_to_a_few_ulps(function: str, x: float) -> None:
    assume(x < 709 or function not in BELOW_709)
    found = FLOAT64.functions[function](x)
    assert ulps(found, EXACT.functions[function](mpmath.mpf(x))) <= ULPS


@pytest.mark.parametrize("function", POSITIVE)
@given(x=positive)
@settings(max_examples=80)
def test_functions_of_positive_numbers_are_right_to_a_few_ulps(function: str, x: float) -> None:
    assert ulps(FLOAT64.functions[function](x), EXACT.functions[function](mpmath.mpf(x))) <= ULPS


@pytest.mark.parametrize("function", PAIRS)
@given(x=st.one_of(st.floats(-10, 10), st.just(0.0)), y=st.floats(1e-9, 1e9))
@settings(max_examples=80)
def test_functions_of_cross_entropies_are_right_to_a_few_ulps(function: str, x: float, y: float) -> None:
    right = EXACT.functions[function](mpmath.mpf(x), mpmath.mpf(y))
    assert ulps(FLOAT64.functions[function](x, y), right) <= ULPS


@given(x=st.floats(-1e6, 1e6), y=st.floats(-1e6, 1e6))
def test_comparisons_are_exact(x: float, y: float) -> None:
    for function in ("max", "min", "above", "from"):
        assert FLOAT64.functions[function](x, y) == EXACT.functions[function](mpmath.mpf(x), mpmath.mpf(y))


@given(x=st.floats(0.01, 100), y=st.floats(-50, 50))
def test_powers_are_right_to_a_few_ulps(x: float, y: float) -> None:
    assert ulps(FLOAT64.power(x, y), mpmath.mpf(x) ** mpmath.mpf(y)) <= ULPS


def test_functions_are_safe_far_out() -> None:
    of = FLOAT64.functions
    assert (of["sigmoid"](-1000), of["sigmoid"](1000)) == (0.0, 1.0)
    assert (of["softplus"](1000), of["softplus"](-1000)) == (1000.0, 0.0)
    assert (of["tanh"](1000), of["tanh"](-1000)) == (1.0, -1.0)
    assert (of["exp"](1000), of["exp"](-1000), of["expm1"](1000)) == (math.inf, 0.0, math.inf)
    assert (of["Phi"](-1000), of["Phi"](1000), of["phi"](1e200)) == (0.0, 1.0, 0.0)
    assert (of["log"](0), of["log10"](0)) == (-math.inf, -math.inf)


def test_0_log_0_is_0_and_the_logarithm_of_a_negative_number_is_none() -> None:
    of = FLOAT64.functions
    assert (of["xlogy"](0.0, 0.0), of["over"](0.0, 0.0)) == (0.0, 0.0)
    assert (of["xlogy"](1.0, 0.0), of["over"](1.0, 0.0)) == (-math.inf, math.inf)
    assert math.isnan(of["xlogy"](0.0, -1.0))
    assert all(math.isnan(of[function](-1.0)) for function in ("log", "log10", "sqrt"))


def test_division_and_powers_are_those_of_ieee_754() -> None:
    assert (FLOAT64.divide(1.0, 0.0), FLOAT64.divide(-1.0, 0.0)) == (math.inf, -math.inf)
    assert math.isnan(FLOAT64.divide(0.0, 0.0))
    assert FLOAT64.divide(1e308, 1e-308) == math.inf
    assert (FLOAT64.power(0.0, 0.0), FLOAT64.power(0.0, -1.0)) == (1.0, math.inf)
    assert (FLOAT64.power(-10.0, 401.0), FLOAT64.power(-10.0, 400.0)) == (-math.inf, math.inf)
    assert math.isnan(FLOAT64.power(-8.0, 1 / 3))


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_what_is_not_a_number_stays_so(function: str) -> None:
    of, nan = FLOAT64.functions[function], math.nan
    if function in ("sign", "above", "from"):
        return  # these stand in derivatives only, behind a forward pass that has already failed
    if function in ("max", "min"):
        assert all(math.isnan(of(*values)) for values in ((nan, 1.0), (1.0, nan), (0.0, 1.0, nan)))
    elif function == "where":
        assert math.isnan(of(1.0, nan, 0.0))
    elif function in PAIRS:
        assert math.isnan(of(nan, 1.0))
        assert math.isnan(of(0.0, nan))
    else:
        assert math.isnan(of(nan))


# ---------------------------------------------------------------------------------------------------------
# Whole derivations


@given(networks(), st.sampled_from(["gradient", "descent"]))
@settings(max_examples=40)
def test_every_quantity_of_a_random_network_is_what_mpmath_has(config: Config, delta: str) -> None:
    values = values_of(config, 0)
    assume(math.isfinite(values["E"]) and max(map(abs, values.values())) < 20)
    config = {**config, "delta": delta}
    if config["parameters"]:
        config["update"] = {"rule": "adam", "learning_rate": 0.1}
    floats, exacts = (
        [everything(part, arithmetic) for part in compute(problem_of(config), Request(arithmetic=arithmetic))]
        for arithmetic in (FLOAT64, EXACT)
    )
    largest = max(1, *(abs(value) for right in exacts for value in right.values()))
    for found, right in zip(floats, exacts, strict=True):
        assert found.keys() == right.keys()
        for id, value in found.items():
            # A gradient that is nearly 0 can be what is left of terms as large as the largest quantity, to
            # the last place of those; Adam makes the rate over epsilon, 1e7, times as much of it.
            is_adams = id.endswith("+") or id.startswith(("Delta", "mhat", "vhat"))
            tolerance = 1e7 * 1e-15 * largest if is_adams else 1e-12 * max(1, abs(right[id]))
            assert abs(value - right[id]) <= tolerance, id


def layer_of(activation: str, units: int, cost: str, targets: list[float], nets: list[float]) -> Config:
    """One layer with the nets given directly, as weights of an input 1."""
    return {
        "inputs": ["x"],
        "targets": [f"t_{k}" for k in range(units)],
        "layers": [{"name": "output", "units": [f"o{k}" for k in range(units)], "activation": activation,
            "weights": [[f"w_{k}"] for k in range(units)]}],
        "parameters": {f"w_{k}": net for k, net in enumerate(nets)},
        "cost": cost,
        "samples": [{"inputs": [1], "targets": targets}],
    }  # fmt: skip


def values(config: Config) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in compute(problem_of(config), Request()):
        found |= part.values
    return found


def test_saturated_outputs_with_the_right_targets_cost_nothing() -> None:
    found = values(layer_of("sigmoid", 2, "binary_cross_entropy", [0, 1], [-1000, 1000]))
    assert (found["a_o0"], found["a_o1"], found["E"]) == (0, 1, 0)
    assert (found["delta_o0"], found["delta_o1"]) == (0, 0)
    found = values(layer_of("softmax", 2, "cross_entropy", [0, 1], [-1000, 1000]))
    assert (found["a_o0"], found["a_o1"], found["E"], found["delta_o0"]) == (0, 1, 0, 0)


def test_a_saturated_output_with_the_wrong_target_is_refused_by_the_name_of_its_cost() -> None:
    with pytest.raises(BacktraceError, match=r"^E_o0 is not a finite number \(inf\) in sample 1$"):
        values(layer_of("sigmoid", 2, "binary_cross_entropy", [1, 1], [-1000, 1000]))


def test_a_logarithm_of_a_negative_activation_is_refused_even_where_its_target_is_0() -> None:
    with pytest.raises(BacktraceError, match=r"^E_o0 is not a finite number \(nan\) in sample 1$"):
        values(layer_of("linear", 2, "cross_entropy", [0, 1], [-0.3, 0.5]))


@pytest.mark.parametrize("nets", [[1000.0, 1001.0], [-1000.0, -999.0]])
def test_softmax_of_large_nets_carries_the_shift_in_its_equations(nets: list[float]) -> None:
    config = layer_of("softmax", 2, "cross_entropy", [0, 1], nets)
    share = 1 / (1 + math.exp(-1))
    found = values(config)
    assert found["a_o1"] == pytest.approx(share, rel=1e-15)
    assert found["E"] == pytest.approx(-math.log(share), rel=1e-12)
    assert (found["m_output"], found["exp_o1"], found["exp_o0"]) == (max(nets), 1.0, math.exp(-1))
    trace = backtrace.trace(problem_of(config))
    assert trace["m_output"].formula == "max(h_o0, h_o1)"
    assert (trace["exp_o0"].symbol, trace["exp_o0"].formula) == ("e^(h_o0 - m_output)",) * 2
    assert trace["S_output"].formula == "e^(h_o0 - m_output) + e^(h_o1 - m_output)"
    assert trace["a_o0"].formula == "e^(h_o0 - m_output)/S_output"


def test_softmax_of_usual_nets_has_no_shift() -> None:
    found = values(layer_of("softmax", 2, "cross_entropy", [0, 1], [700.0, 699.0]))
    assert "m_output" not in found
    assert found["S_output"] == math.exp(700) + math.exp(699)


@pytest.mark.parametrize("batch", ["online", "sum"])
def test_softmax_carries_the_shift_after_an_update_that_makes_its_nets_large(batch: str) -> None:
    config = layer_of("softmax", 2, "cross_entropy", [0, 1], [1.0, 1.0])
    config |= {"update": {"rule": "sgd", "learning_rate": 10000}, "batch": batch}
    assert values(config)["E+"] == 0


@pytest.mark.parametrize(
    ("equations", "message"),
    [
        ({"q": "x/0", "f": "q"}, "q is not a finite number (inf) in sample 1"),
        ({"q": "log(-x)", "f": "q"}, "q is not a finite number (nan) in sample 1"),
        ({"q": "9^9^9^9", "f": "q*x"}, "q is not a finite number (inf) in sample 1"),
        ({"q": "max(1, log(-x))", "f": "q"}, "q is not a finite number (nan) in sample 1"),
        ({"q": "step(log(-x))", "f": "x"}, "q is not a finite number (nan) in sample 1"),
        ({"q": "x - 2", "f": "sqrt(q)"}, "∂f/∂q is not a finite number (inf) in sample 1"),
        ({"q": "x", "f": "q*1e200*1e200"}, "f is not a finite number (inf) in sample 1"),
    ],
)
def test_a_result_that_is_not_finite_names_its_equation(equations: dict[str, str], message: str) -> None:
    config: Config = {"equations": equations, "objective_symbol": "f", "parameters": {"x": 2}}
    with pytest.raises(BacktraceError) as refused:
        values(config)
    assert str(refused.value) == message


def test_constants_out_of_range_stay_apart() -> None:
    config: Config = {"equations": {"f": "x*1e-200*1e-200*1e300"}, "objective_symbol": "f"}
    found = values({**config, "parameters": {"x": 1e200}})
    assert found["f"] == pytest.approx(1e100)
    config["equations"] = {"f": "1e300*x*1e-200*1e-200"}
    assert values({**config, "parameters": {"x": 2}})["df/dx"] == pytest.approx(1e-100)

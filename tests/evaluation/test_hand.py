"""Hand arithmetic: decimals, rounded half up where a person writes a value down and nowhere else."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.errors import BacktraceError
from backtrace.evaluation.evaluator import evaluate
from backtrace.evaluation.function_rows import knows
from backtrace.evaluation.hand import hand_arithmetic
from backtrace.evaluation.steps import Request
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.tracing.trace import compute
from tests.oracles import exact
from tests.oracles.networks import Config, networks, problem_of, values_of


def by_hand(config: Config | str, decimals: dict[str, int], step: int = 1) -> dict[str, Decimal]:
    """The values of one step, as decimals."""
    problem = backtrace.load(config) if isinstance(config, str) else problem_of(config)
    values: dict[str, Decimal] = {}
    for part in compute(problem, Request(step, step, arithmetic=hand_arithmetic(decimals))):
        values |= {row.id: part.values[row.id] for row in part.equations}
    return values


def test_the_or_gate_with_activations_to_three_decimals_is_exact_elsewhere() -> None:
    values = by_hand("or-gate", {"activation": 3})
    expected = {
        "h_1": "0.6", "h_2": "0.7", "a_1": "0.646", "a_2": "0.668", "h_o": "0.04982", "a_o": "0.512",
        "E": "0.119072", "dE/da_o": "-0.488", "da_o/dh_o": "0.249856", "delta_o": "-0.121929728",
        "dE/dw_5": "-0.078766604288", "dE/dw_3": "0",
    }  # fmt: skip
    assert {id: values[id] for id in expected} == {id: Decimal(text) for id, text in expected.items()}
    assert values["w_5+"] == Decimal("0.049383302144")


def test_decimals_may_differ_by_kind() -> None:
    values = by_hand("or-gate", {"activation": 3, "delta": 4})
    assert values["delta_o"] == Decimal("-0.1219")
    assert values["dE/dw_5"] == Decimal("-0.1219") * Decimal("0.646")
    all_kinds = by_hand("or-gate", {"all": 2})
    assert {id: all_kinds[id] for id in ("a_1", "h_o", "E", "delta_o")} == {
        "a_1": Decimal("0.65"),
        "h_o": Decimal("0.05"),
        "E": Decimal("0.12"),  # ½(1 - 0.51)² = 0.12005
        "delta_o": Decimal("-0.12"),
    }


def rounded(value: str, decimals: int) -> Decimal:
    return Decimal(hand_arithmetic({"all": decimals}).settle(Decimal(value), "net"))


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("0.0005", 3, "0.001"), ("0.0015", 3, "0.002"), ("0.0025", 3, "0.003"), ("-0.0025", 3, "-0.003"),
        ("0.00249999999999999999999", 3, "0.002"), ("2.5", 0, "3"), ("-0.0001", 3, "0.000"),
        ("1.005", 2, "1.01"),
    ],
)  # fmt: skip
def test_a_half_is_rounded_up_in_size(value: str, decimals: int, expected: str) -> None:
    assert str(rounded(value, decimals)) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(0, 15))
def test_rounding_never_fails_and_is_off_by_half_a_unit_at_most(value: Decimal, decimals: int) -> None:
    with localcontext() as context:
        context.prec = 400
        off = abs(rounded(str(value), decimals) - value)
        assert off <= Decimal(5).scaleb(-decimals - 1)


@pytest.mark.parametrize(
    "value", ["1e300", "-1e300", "1e-300", "9.999999999999999999e48", "123456789e40", "0e400"]
)
@pytest.mark.parametrize("decimals", [0, 3, 15])
def test_huge_and_tiny_values_can_be_written_down(value: str, decimals: int) -> None:
    found = rounded(value, decimals)
    assert found == (Decimal(0) if abs(Decimal(value)) < 1e-200 else Decimal(value))


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("1/(x - 2)", "f is not a finite number (Infinity) in sample 1"),
        ("log(-x)", "f is not a finite number (NaN) in sample 1"),
        ("max(1, sqrt(-x))", "f is not a finite number (NaN) in sample 1"),
        ("step(sqrt(-x))", "f is not a finite number (NaN) in sample 1"),
        ("9^9^9^9", "f is not a finite number (Infinity) in sample 1"),
        ("x*1e300*1e300", "f is not a finite number (2.0E+600) in sample 1"),
    ],
)
def test_what_cannot_be_gone_on_with_names_its_equation(formula: str, message: str) -> None:
    config: Config = {"equations": {"f": formula}, "objective_symbol": "f", "parameters": {"x": 2}}
    with pytest.raises(BacktraceError) as refused:
        by_hand(config, {"all": 3})
    assert str(refused.value) == message


def close(found: Decimal, right: Any) -> bool:
    """Within 1e-15, or equal in 15 significant digits."""
    return bool(
        abs(mpmath.mpf(str(found)) - right) <= max(mpmath.mpf("1e-15"), abs(right) * mpmath.mpf("1e-15"))
    )


moderate = st.decimals(-60, 60, places=20) | st.decimals(-2, 2, places=30)
OF_ONE = sorted(name for name, row in FUNCTIONS.items() if row.arguments == "x")
POSITIVE = ("log", "log10", "sqrt")


@pytest.mark.parametrize("function", OF_ONE)
@given(x=moderate)
@settings(max_examples=60)
def test_every_function_is_mpmaths_by_hand_too(function: str, x: Decimal) -> None:
    assume(x > 0 or function not in POSITIVE)
    found = in_context(function, x)
    with mpmath.workdps(exact.DIGITS):
        assert close(found, exact.FUNCTIONS[function](mpmath.mpf(str(x))))


@pytest.mark.parametrize("function", ["xlogy", "over", "max", "min", "above", "from"])
@given(x=moderate, y=st.decimals("0.001", 60, places=20))
@settings(max_examples=60)
def test_every_function_of_two_is_mpmaths_by_hand_too(function: str, x: Decimal, y: Decimal) -> None:
    found = in_context(function, x, y)
    with mpmath.workdps(exact.DIGITS):
        assert close(found, exact.FUNCTIONS[function](mpmath.mpf(str(x)), mpmath.mpf(str(y))))


def in_context(function: str, *arguments: Decimal) -> Decimal:
    arithmetic = hand_arithmetic({"all": 3})
    with arithmetic.context():
        return Decimal(arithmetic.functions[function](*arguments))


@pytest.mark.parametrize("x", ["1000.1", "-123456.789", "1e20", "1e40", "-3e80", "1e-40"])
@pytest.mark.parametrize("function", ["sin", "cos"])
def test_sine_and_cosine_are_right_far_out(function: str, x: str) -> None:
    with mpmath.workdps(150):
        right = getattr(mpmath, function)(mpmath.mpf(x))
    assert close(in_context(function, Decimal(x)), right)


def test_functions_are_safe_far_out_by_hand_too() -> None:
    far = Decimal(1000)
    assert 0 < in_context("sigmoid", -far) < Decimal("1e-400")
    assert in_context("softplus", far) == far
    assert in_context("tanh", far) == -in_context("tanh", -far) == 1
    assert in_context("xlogy", Decimal(0), Decimal(0)) == 0
    assert in_context("over", Decimal(0), Decimal(0)) == 0
    assert in_context("xlogy", Decimal(0), Decimal(-1)).is_nan()


def test_all_functions_are_there() -> None:
    functions = hand_arithmetic({"all": 3}).functions
    assert [name for name in FUNCTIONS if not knows(functions, name)] == []


@given(networks())
@settings(max_examples=25)
def test_fifteen_decimals_are_as_good_as_float64(config: Config) -> None:
    values = values_of(config, 0)
    assume(math.isfinite(values["E"]) and max(map(abs, values.values())) < 20)
    found = by_hand(config, {"all": 15})
    for id, value in values.items():
        assert float(found[id]) == pytest.approx(value, rel=1e-10, abs=1e-11), id


@given(networks())
@settings(max_examples=25)
def test_every_value_is_its_equation_worked_out_in_the_written_values_and_rounded(config: Config) -> None:
    values = values_of(config, 0)
    assume(math.isfinite(values["E"]) and max(map(abs, values.values())) < 20)
    arithmetic = hand_arithmetic({"activation": 2, "delta": 3, "gradient": 3})
    try:
        parts = list(compute(problem_of(config), Request(arithmetic=arithmetic)))
    except BacktraceError:
        assume(False)  # an activation rounded to 0 or 1 may have no logarithm
    for part in parts:
        for row in part.equations:
            again = dict(part.values)
            evaluate([row], again, arithmetic)
            assert again[row.id] == part.values[row.id]
            kept = {"activation": 2, "delta": 3, "gradient": 3}.get(row.kind)
            if kept is not None:
                assert part.values[row.id] == round(part.values[row.id], kept)

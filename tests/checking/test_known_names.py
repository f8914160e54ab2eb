"""The config's own names in documents: they are never cut, and letters stand together only as its names."""

from __future__ import annotations

import pytest

from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.reading.document import read_document
from backtrace.config.reader import read_problem

CIRCUIT = """
equations: {g: x*y, f: g*x}
objective_symbol: f
parameters: {x: 2, y: 3}
"""


def judged(config: str, text: str) -> tuple[list[str], int, int]:
    """What a document states, and the numbers of its right and wrong formulas."""
    checker = Checker(read_problem(config, "config.yaml", "."))
    report = check_sheet(checker, read_document(text, "notes.md", checker.config_names))
    stated = [f"{judgement.id} {judgement.verdict}" for judgement in report.judgements]
    return stated, report.right_formulas, len(report.formulas)


def names(text: str, known: str = "") -> list[str]:
    return [statement.name for statement in read_document(text, "", known.split()).statements]


@pytest.mark.parametrize(
    ("text", "known", "name"),
    [
        ("w_x1h1 = 0.3", "w_x1h1", "w_x1h1"),
        ("w_h1o = 0.3", "w_h1o", "w_h1o"),
        ("w_1o = 0.3", "w_1o", "w_1o"),
        ("`w_i2h` = 0.3", "w_i2h", "w_i2h"),
        ("| w_l1n2 | 0.3 |", "w_l1n2", "w_l1n2"),
        ("θ_1a = 0.3", "θ_1a", "theta_1a"),
        ("theta_1a = 0.3", "θ_1a", "theta_1a"),
        ("Δw_1o = 0.3", "w_1o", "Delta_w_1o"),
        ("Delta_w1o = 0.3", "w1o", "Delta_w1o"),
        ("∂E/∂w_x1h1 = 0.3", "w_x1h1", "dE/dw_x1h1"),
        ("net_1a = 0.3", "1a", "net_1a"),
        ("new w_1o = 0.3", "w_1o", "w_1o+"),
        ("gradient of w_1o: 0.3", "w_1o", "gradient of w_1o"),
        (r"$w_1o \approx 0.3$", "w_1o", "w_1o"),
    ],
)
def test_a_name_of_the_config_is_not_cut_after_a_digit(text: str, known: str, name: str) -> None:
    assert names(text, known) == [name]


def test_other_names_are_products_as_ever() -> None:
    assert names("h = w_1x_1 + w_2x_2 = 0.3", "w_1 x_1 w_2 x_2 w_1o") == ["h"]
    assert names("w_1x_1 = 0.3", "w_1 x_1") == []


@pytest.mark.parametrize(
    "text",
    [
        "2xy = 12",
        "2xy = 2·2·3 = 12",
        "2yx = 12",
        "2 x y = 12",
        "2 xy = 12",
        "2·xy = 12",
        "(2x)y = 12",
        "2x·y = 12",
    ],
)
def test_a_number_times_letters_is_working_and_no_number_with_a_unit(text: str) -> None:
    assert judged(CIRCUIT, f"∂f/∂x = {text}") == (["df/dx correct"], 1, 0)


@pytest.mark.parametrize(("text", "right"), [("2xy", True), ("3yy", False), ("2xx", False), ("xy", False)])
def test_letters_of_the_config_are_its_product(text: str, right: bool) -> None:
    assert judged(CIRCUIT, f"∂f/∂x = {text}") == ([], right, not right)
    assert judged(CIRCUIT, f"∂f/∂x = {text} = 12") == (["df/dx correct"], right, not right)


def test_a_power_of_a_letter_is_not_one_of_the_product() -> None:
    assert judged(CIRCUIT, "f = yx^2 = 12") == (["f correct"], 1, 0)


@pytest.mark.parametrize("text", ["3qx = 12", "2wx = 12", "2ab = 12"])
def test_before_a_relation_letters_are_never_a_unit(text: str) -> None:
    assert judged(CIRCUIT, f"∂f/∂x = {text}")[0] == ["df/dx correct"]


def test_a_letter_that_touches_a_number_is_no_sign() -> None:
    assert judged(CIRCUIT, "∂f/∂x = 2x(y + 3 - 3) = 12") == (["df/dx correct"], 1, 0)
    assert judged(CIRCUIT, "∂f/∂x = 2 x 2 x 3 = 12") == (["df/dx correct"], 0, 0)


def test_a_number_keeps_its_unit() -> None:
    assert names("f = 12kg", "x y") == ["f"]
    assert names("f = 12 by hand", "b y") == ["f"]
    assert judged(CIRCUIT, "f = 12 units")[0] == ["f correct"]


def test_words_made_of_the_config_s_letters_stay_words() -> None:
    stated, _, _ = judged("equations: {f: b*y}\nobjective_symbol: f\nparameters: {b: 2, y: 3}", "so by f = 6")
    assert stated == ["f correct"]

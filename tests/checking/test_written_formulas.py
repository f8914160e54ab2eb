"""Formulas in symbols: right ones in every way of writing, and the slips that explain wrong ones."""

from __future__ import annotations

import pytest

from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.reading.document import read_document
from backtrace.checking.report import FormulaFinding, Report
from tests.runner import checker


def check(config: str, text: str) -> Report:
    return check_sheet(checker(config), read_document(text, "sheet"))


def findings(config: str, text: str) -> list[tuple[str, str | None]]:
    return [(finding.id, finding.slip) for finding in check(config, text).formulas]


def finding(config: str, text: str) -> FormulaFinding:
    (found,) = check(config, text).formulas
    return found


RIGHT = {
    "or-gate": ["h_1 = i_1 w_1 + i_2 w_3 + b_2", r"h_o = a_1w_5 + a_2w_6 + b_3", "a_o = g(h_o)",
        "a_o = σ(h_o)", "a_1 = 1/(1 + e^{-h_1})", r"a_1 = \frac{1}{1 + e^{-h_1}}",
        r"a_1 = \dfrac{1}{1 + \exp(-h_1)}", "E = ½(y - a_o)²", r"E = \frac{1}{2}(y_{train} - a_o)^2",
        "E = 0.5*(y - a_o)**2", "∂E/∂a_o = a_o - y", "∂E/∂a_o = -(y - a_o)", "∂a_o/∂h_o = a_o(1 - a_o)",
        r"\frac{\partial a_o}{\partial h_o} = g(h_o)(1 - g(h_o))", "∂a_o/∂h_o = g'(h_o)",
        "∂a_o/∂h_o = ∂/∂h_o [1/(1 + e^{-h_o})]", "δ_o = (a_o - y) a_o (1 - a_o)", "δ_o = ∂E/∂a_o · ∂a_o/∂h_o",
        "∂E/∂h_o = δ_o",
        r"\frac{\partial E}{\partial w_5} = \frac{\partial E}{\partial a_o}\frac{\partial a_o}{\partial h_o}"
        r"\frac{\partial h_o}{\partial w_5}", "dE/dw5 = (a_o - y) * a_o * (1 - a_o) * a_1",
        "∂E/∂w_1 = δ_o w_5 σ'(h_1) i_1", "∂E/∂w_1 = δ_1 i_1 = δ_o w_5 a_1 (1 - a_1) i_1", "Δw_5 = -η δ_o a_1",
        "w_5^+ = w_5 - η ∂E/∂w_5", "w_5 = w_5 - α ∂E/∂w_5", "w_5 ← w_5 - 0.5 δ_o a_1",
        "h_1 = 1 w_1 + 0 w_3 + b_2", "h_1 = 1·w_1 + b_2", "h_1 = w_1·1 + w_3·0 + 0.5", "E = ½(1 - a_o)²",
        "∂E/∂a_o = a_o - 1", "δ_o = -(1 - a_o) a_o (1 - a_o)", "∂E/∂w_3 = δ_1·0", "∂E/∂w_1 = δ_1·1",
        "w_5 = w_5 - δ_o a_1/2", "∂E/∂w_3 = δ_o w_5 σ'(h_1) i_2",
        "E = ½ Σ (t - a_o)²", r"E = \frac{1}{2}\sum{(y_{train} - a_o)^2}", "E = ½ Σ_k (t_k - a_k)²",
        r"E = \frac12 \sum_{k=1}^{n} (t_k - a_k)^2", r"E = \sum_{k=1}^{1} \frac12 (target_k - output_k)^2",
        r"g(z) = \frac{1}{1 + e^{-z}}", "σ(x) = 1/(1 + e^(-x))", "σ'(z) = σ(z)(1 - σ(z))",
        "g'(x) = g(x)(1 - g(x))",
        "∂g/∂z = σ'(z)", "∂a/∂h = g(h)(1 - g(h))", r"σ'(z) = \frac{e^{-z}}{(1 + e^{-z})^2}",
        r"W \leftarrow W - \eta\frac{\partial{E}}{\partial{W}}", "w ← w - η ∂E/∂w", "w = w - η ∂E/∂w",
        "w_ij ← w_ij - η ∂E/∂w_ij", "θ = θ - α ∂E/∂θ", "w_5 ← w_5 - η ∂E/∂w_5",
        r"H = \begin{bmatrix} w_1 & w_3 & b_2 \\ w_2 & w_4 & b_1 \end{bmatrix}"
        r"\begin{bmatrix} i_1 \\ i_2 \\ 1 \end{bmatrix}", "z = [w_1, w_3, b_2; w_2, w_4, b_1] [i_1; i_2; 1]",
        "∂h_o/∂w_5 = ∂/∂w_5 [a_1 w_5 + a_2 w_6]", "∂E/∂a_o · ∂a_o/∂h_o = (a_o - y) a_o (1 - a_o)"],
    "two-two-two": [r"net_{h1} = w_1 i_1 + w_2 i_2 + b_1", r"in_{h1} = w_1 i_1 + w_2 i_2 + b_1",
        "z_h1 = w1*i1 + w2*i2 + b1", "E_total = E_o1 + E_o2",
        r"E_{total} = \frac12 (target_{01} - out_{01})^2 + \frac12 (target_{02} - out_{02})^2",
        "∂E_total/∂out_h1 = ∂E_o1/∂out_h1 + ∂E_o2/∂out_h1",
        "E_total = ½ Σ (target - out)²", r"E_{total} = 1/2\sum (target - output)^{2}",
        r"E_{total} = \sum_i \frac12 (target_{oi} - out_{oi})^2", "E_total = Σ_k E_k", "E_total = Σ_k E_{ok}",
        "net_h1 = w1 i1 + w2 i2 + b1",
        "∂E_total/∂w1 = (δ_o1 w5 + δ_o2 w7) out_h1 (1 - out_h1) i1"],
    "softmax-cross-entropy": ["∂E/∂h_1 = a_1 - t_1", "∂E/∂h_1 = a_1 - 1", "E = -ln a_1",
        "∂E/∂w_11 = (a_1 - t_1) x_1", "∂E/∂h_2 = a_2", "w_{11}^+ = w_11 - 1 (a_1 - t_1) x_1"],
    "momentum": ["∂E/∂w = -(y - a_o) x", "∂E/∂w = -(1 - a_o) x", "E = ½(1 - a_o)²", "Δw = -η ∂E/∂w",
        "v_w^+ = μ v_w - η ∂E/∂w"],
    "circuit": ["f = (x + y) z", "∂f/∂x = z", "∂f/∂z = x + y"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("config", "text"), [(config, text) for config, texts in RIGHT.items() for text in texts]
)
def test_a_right_formula_is_right_however_it_is_written(config: str, text: str) -> None:
    report = check(config, text)
    assert report.formulas == ()
    assert report.not_evaluated == ()
    assert report.right_formulas >= 1


@pytest.mark.parametrize(
    ("config", "text", "expected"),
    [
        ("or-gate", "∂E/∂w_6 = (a_o - y) g(h_o)(1 - g(h_o)) a_1", ("dE/dw_6", "wrong_index")),
        ("or-gate", "∂E/∂w_1 = δ_o w_5 i_1", ("dE/dw_1", "missing_slope")),
        ("or-gate", "∂E/∂a_o = y - a_o", ("dE/da_o", "sign")),
        ("or-gate", "E = (y - a_o)²", ("E", "factor")),
        ("or-gate", "h_o = a_1 w_5 + a_2 w_6", ("h_o", "missing_term")),
        ("or-gate", "∂a_o/∂h_o = δ_o", ("da_o/dh_o", "wrong_quantity")),
        ("or-gate", "∂a_o/∂h_o = h_o(1 - h_o)", ("da_o/dh_o", "slope_of_net")),
        ("or-gate", "∂a_o/∂h_o = 1 - a_o^2", ("da_o/dh_o", "other_slope")),
        ("or-gate", "w_5^+ = w_5 + η ∂E/∂w_5", ("w_5+", "ascent")),
        ("or-gate", "w_5^+ = w_5 - ∂E/∂w_5", ("w_5+", "missing_rate")),
        ("or-gate", "∂E/∂w_5 = δ_o", ("dE/dw_5", "missing_factor")),
        ("or-gate", "a_1 = h_1", ("a_1", "missing_activation")),
        ("or-gate", "a_1 = 1/1 + e^{-h_1}", ("a_1", "missing_bracket")),
        ("two-two-two", "∂E_total/∂w6 = δ_o2 out_h2", ("dE/dw6", "wrong_index")),
        ("two-two-two", "∂E_total/∂w1 = (δ_o1 w5 + δ_o2 w6) out_h1 (1 - out_h1) i1",
         ("dE/dw1", "wrong_index")),
        ("two-two-two", "∂E_o2/∂out_o2 · ∂out_o2/∂net_o2 · ∂net_o2/∂out_h1 = δ_o2 w6",
         ("dE_o2/da_h1", "wrong_index")),
        ("two-two-two", "∂E_total/∂out_o1 = ∂/∂out_o1 [½(target_o1 - out_o1)² - ½(target_o2 - out_o2)²]",
         ("E", "sign")),
        ("two-two-two", "E_total = E_o1 - E_o2", ("E", "sign")),
    ],
)  # fmt: skip
def test_a_wrong_formula_is_explained_by_its_slip(config: str, text: str, expected: tuple[str, str]) -> None:
    assert findings(config, text) == [expected]


def test_a_formula_that_no_slip_explains_is_shown_with_the_right_one() -> None:
    assert finding("or-gate", "line one\nE = a_o·y + 2") == (
        "E", "a_o*y + 2", "½(y - a_o)²", None, "correct: ½(y - a_o)²", 2, "",
    )  # fmt: skip


def test_the_explanation_has_the_slip_and_the_right_formula() -> None:
    said = finding("or-gate", "∂E/∂w_6 = δ_o a_1").explanation
    assert said == ("you get this with ∂E/∂w_6 = δ_o·a_1: a_1 is used instead of a_2; correct: δ_o·a_2")


def test_two_sides_that_name_no_quantity_are_compared() -> None:
    found = finding("or-gate", "a_1 + a_2 = a_1 - a_2")
    assert (found.id, found.slip, found.explanation) == ("a_1 + a_2", None, "the two sides are not equal")


@pytest.mark.parametrize(
    "text",
    [
        "∂E/∂w_i = δ a_i",
        "h_o = Σ_i w_i a_i + b_3",
        "a_j = g(z_j)",
        "H = W A",
        "w_5 = a_1",
        "∂y/∂x = y(1 - y)",
    ],
)
def test_what_cannot_be_evaluated_is_listed_and_never_judged(text: str) -> None:
    report = check("or-gate", text)
    assert (report.formulas, report.right_formulas, len(report.not_evaluated)) == ((), 0, 1)


def test_a_formula_is_not_right_by_the_chance_of_the_numbers() -> None:
    # With w_1 = 0.1 and b_1 = b_2 = 0.5 both come to the same for the bundled starting values only.
    assert findings("or-gate", "h_1 = w_1 + b_1") == [("h_1", "wrong_index")]


@pytest.mark.parametrize(
    ("config", "text", "slip"),
    [
        ("or-gate", "∂E/∂w_4 = 17 i_2", None),
        ("or-gate", "h_1 = i_1w_1 + i_2w_4 + b_2", "wrong_index"),
        ("or-gate", "∂E/∂w_3 = i_2 cos(w_1)", None),
        ("or-gate", "∂E/∂w_4 = 17 i_2·1", None),
        ("or-gate", "∂E/∂w_1 = δ_1", "missing_factor"),
        ("or-gate", "∂E/∂w_1 = δ_o w_5 a_1(1 - a_1)", "missing_factor"),
        ("or-gate", "∂E/∂w_1 = δ_1 i_1²", None),
        ("or-gate", "h_2 = i_1w_2 + i_1 i_2 w_4 + b_1", None),
        ("or-gate", "∂E/∂a_o = a_o - y²", None),
        ("or-gate", "E = ½(y - a_o)² + i_2", None),
        ("or-gate", "∂E/∂w_3 = δ_1 i_1 i_2", None),
        ("or-gate", "∂E/∂w_4 = δ_1 i_2", "wrong_index"),
        ("softmax-cross-entropy", "∂E/∂h_1 = a_1 - t_1²", None),
        ("softmax-cross-entropy", "∂E/∂h_2 = a_2 + t_2", "sign"),
        ("softmax-cross-entropy", "w_{11}^+ = w_11 - ∂E/∂w_11", "missing_rate"),
        ("momentum", "∂E/∂w = a_o - y", "missing_factor"),
        ("momentum", "v_w^+ = v_w - η ∂E/∂w", "missing_factor"),
    ],
)  # fmt: skip
def test_a_wrong_formula_does_not_hide_behind_the_numbers_of_the_sample(
    config: str, text: str, slip: str | None
) -> None:
    assert finding(config, text).slip == slip


def test_a_formula_that_holds_for_the_sample_only_is_said_to() -> None:
    said = "this holds for the numbers of this sample only; correct: i_1·w_1 + i_2·w_3 + b_2"
    assert finding("or-gate", "h_1 = w_1 + b_2").explanation == said


@pytest.mark.parametrize("text", ["∂E/∂w_3 = i_2", "∂E/∂w_5 = a_1", "∂E/∂w_1 = δ_2 i_1"])
def test_a_formula_does_not_hide_behind_a_unit_that_is_never_active(text: str) -> None:
    assert check("relu", text).right_formulas == 0


@pytest.mark.parametrize(
    ("config", "text", "expected"),
    [
        ("or-gate", "E = Σ (y - a_o)²", ("E", "factor")),
        ("or-gate", "E = Σ_k (t_k - a_k)²", ("E", "factor")),
        ("two-two-two", "E_total = Σ_k (target_k - out_k)²", ("E", "factor")),
        ("two-two-two", "E_total = ½ Σ (target - out)", ("E", None)),
        ("or-gate", "σ'(z) = 1 - σ(z)²", ("da_o/dh_o", "other_slope")),
        ("or-gate", "g(z) = 1/(1 + e^z)", ("a_o", "wrong_quantity")),
        ("or-gate", "σ'(z) = z(1 - z)", ("da_o/dh_o", "slope_of_net")),
        ("or-gate", "H = [w_1, w_2, b_2; w_3, w_4, b_1] [i_1; i_2; 1]", ("h_1", "wrong_index")),
        ("or-gate", "H = [w_1, w_3; w_2, w_4] [i_1; i_2]", ("h_1", "missing_term")),
        ("or-gate", "w ← w + η ∂E/∂w", ("w_1+", "ascent")),
        ("or-gate", "W ← W - ∂E/∂W", ("w_1+", "missing_rate")),
    ],
)  # fmt: skip
def test_a_wrong_formula_for_all_is_explained(config: str, text: str, expected: tuple[str, str]) -> None:
    assert findings(config, text) == [expected]


def test_the_numbers_in_an_explanation_are_those_of_the_sample() -> None:
    said = finding("or-gate", "∂E/∂w_4 = δ_o w_6 i_2").explanation
    assert "the slope σ′(h_2) = 0.2217 is missing" in said


def test_an_unknown_name_may_stand_in_a_term_that_a_derivative_leaves_out() -> None:
    assert check("or-gate", "∂h_o/∂a_1 = ∂/∂a_1 [q + a_1 w_5]").right_formulas == 1
    assert findings("or-gate", "∂h_o/∂a_1 = ∂/∂a_1 [a_0 w_5 + a_1 w_6]") == [("dh_o/da_1", "wrong_index")]
    assert check("or-gate", "∂h_o/∂a_1 = ∂/∂a_1 [q a_1]").right_formulas == 0
    assert check("or-gate", "∂h_o/∂q = ∂/∂q [q a_1]").right_formulas == 0


@pytest.mark.parametrize("text", ["a_j = g(z_j)", "δ_j = a_j(1 - a_j) Σ_k w_jk δ_k", "∂E/∂w_ij = δ_i a_j"])
def test_an_index_that_stands_for_no_unit_is_named(text: str) -> None:
    ((_, said),) = check("or-gate", text).not_evaluated
    assert said.endswith(" is an index that stands for no unit; write the formula for one")


def test_deltas_with_the_other_sign_throughout_are_a_convention() -> None:
    text = "δ_o = (y - a_o) a_o (1 - a_o)\nδ_1 = δ_o w_5 a_1 (1 - a_1)\n"
    text += "∂E/∂w_5 = -δ_o a_1\nw_5^+ = w_5 + η δ_o a_1"
    assert check("or-gate", text).formulas == ()
    assert findings("or-gate", f"{text}\n∂E/∂w_6 = δ_o a_2") == [("dE/dw_6", "sign")]


def test_in_a_batch_a_formula_may_speak_of_one_sample_or_of_all() -> None:
    assert findings("or-gate-batch", "∂E/∂w_5 = δ_o a_1\nw_5^+ = w_5 - η ∂E/∂w_5") == []


def test_formulas_earn_and_cost_no_marks_but_are_mistakes() -> None:
    report = check("or-gate", "∂E/∂w_6 = δ_o a_1\nh_1 = 0.6")
    assert (report.marks(), report.out_of, report.has_mistakes) == (1, 1, True)


@pytest.mark.parametrize("config", ["or-gate", "softmax-cross-entropy"])
def test_sums_within_sums_take_no_time(config: str) -> None:
    deep = "Σ_k " * 18 + "t_k"
    assert len(check(config, f"E = {deep}\nE = {'Σ_k (' * 10}t_k{')' * 10}").not_evaluated) <= 2

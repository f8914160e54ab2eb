"""Which quantity a name in a document means: the config's own names, other spellings, and what stays open."""

from __future__ import annotations

import pytest

from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.reading.document import read_document
from backtrace.config.reader import read_problem

TWO_TWO_TWO = """
inputs: [i1, i2]
targets: [t1, t2]
layers:
  - {name: hidden, units: [h1, h2], activation: sigmoid, weights: [[w1, w2], [w3, w4]], biases: b1}
  - {name: output, units: [o1, o2], activation: sigmoid, weights: [[w5, w6], [w7, w8]], biases: b2}
parameters: {w1: 0.15, w2: 0.2, w3: 0.25, w4: 0.3, b1: 0.35, w5: 0.4, w6: 0.45, w7: 0.5, w8: 0.55, b2: 0.6}
samples: [{inputs: [0.05, 0.1], targets: [0.01, 0.99]}]
update: {rule: sgd, learning_rate: 0.5}
fixed: [b1, b2]
notation: net-out
"""
NEURON = """
inputs: [x_1, x_2]
targets: [y]
layers: [{name: output, units: [o], activation: sigmoid, weights: [[w_1, w_2]], biases: [b]}]
parameters: {w_1: 0.3, w_2: 0.3, b: -0.4}
samples: [{inputs: [1, 1], targets: [1]}, {inputs: [1, 0], targets: [0]}]
update: {rule: sgd, learning_rate: 0.1}
"""
CHAIN = """
inputs: [x]
targets: [y]
layers:
  - {name: hidden, units: [1], activation: sigmoid, weights: [[w_1]], biases: [b_1]}
  - {name: output, units: [2], activation: sigmoid, weights: [[w_2]], biases: [b_2]}
parameters: {w_1: 0.5, b_1: 0.2, w_2: 0.8, b_2: -0.5}
samples: [{inputs: [3], targets: [1]}]
update: {rule: sgd, learning_rate: 0.5}
notation: {net: "z_{unit}", activation: "h_{unit}", cost: L}
"""
COUNTED = """
inputs: [x_1, x_2]
targets: [y]
layers:
  - {name: hidden, units: 2, activation: sigmoid, weights: [[0.1, 0.2], [0.3, 0.4]], biases: [0.5, 0.6]}
  - {name: output, units: 1, activation: sigmoid, weights: [[0.7, 0.8]], biases: [0.9]}
samples: [{inputs: [1, 2], targets: [1]}]
update: {rule: sgd, learning_rate: 0.1}
notation: z-a
"""
ADAM = """
equations: {f: theta^2}
objective_symbol: f
parameters: {theta: 5}
update: {rule: adam, learning_rate: 0.1}
"""


def judged(config: str, text: str, document: bool = True) -> list[str]:
    """The verdicts on what a document states: each the id, the step if not the first, and the verdict."""
    sheet = read_document(text, "notes.md")._replace(document=document)
    report = check_sheet(Checker(read_problem(config, "config.yaml", ".")), sheet)
    return [
        f"{judgement.id} {judgement.verdict}" + (f" {judgement.step}" if judgement.step != 1 else "")
        for judgement in report.judgements
    ]


def why(config: str, text: str) -> str:
    report = check_sheet(Checker(read_problem(config, "config.yaml", ".")), read_document(text, "notes.md"))
    (judgement,) = report.judgements
    return judgement.explanation


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Net_{h1} = 0.3775", "h_h1"),
        ("NET(h1) = 0.3775", "h_h1"),
        ("z_{h1} = 0.3775", "h_h1"),
        ("h1_in = 0.3775", "h_h1"),
        ("Out_h1 = 0.59327", "a_h1"),
        ("h1_out = 0.59327", "a_h1"),
        ("a_{h1} = 0.59327", "a_h1"),
        (r"\hat{y}_1 = 0.75137", "a_o1"),
        ("ŷ_2 = 0.77293", "a_o2"),
        ("y_pred_1 = 0.75137", "a_o1"),
        ("E_1 = 0.27481", "E_o1"),
        ("L_{o2} = 0.02356", "E_o2"),
        ("dE_total/d_out_o1 = 0.74137", "dE/da_o1"),
        (r"\frac{\partial}{\partial w_5} E_{total} = 0.082167", "dE/dw5"),
        (r"\frac{\delta E}{\delta w_5} = 0.082167", "dE/dw5"),
        ("dw5 = 0.082167", "dE/dw5"),
        ("grad_w5 = 0.082167", "dE/dw5"),
        (r"\nabla_{w_5} = 0.082167", "dE/dw5"),
        ("W5 = 0.4", "w5"),
    ],
)
def test_a_quantity_is_known_however_it_is_spelled(text: str, id: str) -> None:
    assert judged(TWO_TWO_TWO, text) == [f"{id} correct"]


@pytest.mark.parametrize(
    "name", ["E", "L", "J", "C", "Loss", "Cost", "E_Total", "Error_total", "MSE", r"\mathcal{L}(y, \hat{y})"]
)
def test_the_cost_is_known_by_its_usual_letters_and_words(name: str) -> None:
    assert judged(TWO_TWO_TWO, f"{name} = 0.298371") == ["E correct"]
    assert judged(TWO_TWO_TWO, f"{name} = 0.345678") == ["E wrong"]


def test_what_the_config_calls_so_is_not_taken_for_the_cost() -> None:
    config = NEURON.replace("x_2", "L")
    assert judged(config, "L = 1") == ["L correct"]


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("z = 0.2", "h_o"),
        ("net = 0.2", "h_o"),
        (r"\hat{y} = 0.5498", "a_o"),
        ("y_hat = 0.5498", "a_o"),
        ("out = 0.5498", "a_o"),
        ("σ(z) = 0.5498", "a_o"),
        (r"\frac{\partial L}{\partial \hat{y}} = -0.4502", "dE/da_o"),
        (r"\frac{\partial \hat{y}}{\partial z} = 0.2475", "da_o/dh_o"),
        (r"\frac{\partial z}{\partial w_1} = 1", "dh_o/dw_1"),
        (r"\frac{\partial L}{\partial z} = -0.1114", "dE/dh_o"),
    ],
)
def test_where_there_is_one_unit_its_quantities_need_no_index(text: str, id: str) -> None:
    assert judged(NEURON, text) == [f"{id.replace('dE/dh_o', 'delta_o')} correct"]


def test_without_an_index_it_stays_open_which_of_several_units_is_meant() -> None:
    assert why(CHAIN, "z = 3") == "could be h_1 or h_2"


def test_a_number_that_fits_one_of_several_quantities_tells_which_is_meant() -> None:
    assert judged(CHAIN, "z = 1.7") == ["h_1 correct"]
    assert judged(TWO_TWO_TWO, "h1 = 0.3775") == ["h_h1 correct"]
    assert judged(TWO_TWO_TWO, "h1 = 0.59327") == ["a_h1 correct"]
    assert judged(TWO_TWO_TWO, "o1 = 0.01") == ["t1 correct"]
    assert why(TWO_TWO_TWO, "h1 = 0.7") == "could be a_h1 or h_h1"


def test_the_digit_of_a_rough_number_does_not_tell_which_quantity_is_meant() -> None:
    assert why(TWO_TWO_TWO, "h1 = 0.6") == "could be a_h1 or h_h1"


def test_a_name_within_a_derivative_means_what_such_a_derivative_is_of() -> None:
    assert judged(TWO_TWO_TWO, "∂net_o1/∂h1 = 0.4") == ["dh_o1/da_h1 correct"]
    assert judged(TWO_TWO_TWO, "∂h1/∂net_h1 = 0.2413") == ["da_h1/dh_h1 correct"]


def test_in_a_document_the_config_s_notation_beats_ids() -> None:
    assert judged(CHAIN, "h_1 = 0.84553") == ["a_1 correct"]
    assert judged(CHAIN, "∂L/∂h_1 = -0.0905") == ["dE/da_1 correct"]


def test_on_a_form_an_id_is_what_it_says() -> None:
    assert judged(CHAIN, "h_1 = 1.7", document=False) == ["h_1 correct"]


@pytest.mark.parametrize(
    "text",
    [
        "new w5 = 0.358916", "The updated w5 = 0.358916", "w5 (new) = 0.358916", "w5 (updated) = 0.358916",
        "w5new = 0.358916", "w5* = 0.358916", "*w5 = 0.358916", "*w5* = 0.358916", "w_5^{(1)} = 0.358916",
        "w_5^{*} = 0.358916", "w^{+}_{5} = 0.358916", "w5 := 0.4 - 0.5*0.082167 = 0.358916",
        "w5 = 0.4 - 0.5*0.082167 = 0.358916", "w5 = 0.358916", "w5 = 0.3589 and more",
    ],
)  # fmt: skip
def test_a_new_weight_may_be_written_under_the_old_name(text: str) -> None:
    assert judged(TWO_TWO_TWO, text) == ["w5+ correct"]


def test_a_wrong_new_weight_is_one_if_its_working_begins_with_the_old() -> None:
    assert judged(TWO_TWO_TWO, "w5 = 0.4 + 0.5*0.082167 = 0.441084") == ["w5+ slip"]


def test_a_given_that_is_stated_wrong_stays_a_given() -> None:
    assert judged(TWO_TWO_TWO, "w5 = 0.45") == ["w5 wrong"]
    assert why(TWO_TWO_TWO, "w5 = 0.45") == "the problem gives w5 = 0.4 (0.45 is w6)"


def test_after_new_weights_the_forward_pass_is_that_with_the_new_weights() -> None:
    text = "out_o1 = 0.751365\nw5 (new) = 0.358916\nout_o1 = 0.742088\nE_total = 0.291028\nout_o1 = 0.751365"
    assert judged(TWO_TWO_TWO, text) == [
        "a_o1 correct",
        "w5+ correct",
        "a_o1+ correct",
        "E+ correct",
        "a_o1 correct",
    ]


def test_before_new_weights_only_a_number_with_enough_digits_is() -> None:
    assert judged(TWO_TWO_TWO, "E = 0.291028") == ["E+ correct"]
    assert judged(TWO_TWO_TWO, "E = 0.291")[0].startswith("E ")


def test_what_belongs_to_another_sample_is_not_taken_for_the_second_pass() -> None:
    assert judged(NEURON, "w_1+ = 0.3111\nz = -0.1") == ["w_1+ correct", "h_o slip"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("θ_0 = 5", "theta correct"), ("m_0 = 0", "m_theta correct"), ("g_1 = 10", "df/dtheta correct"),
        ("m_1 = 1", "m_theta+ correct"), (r"\hat{m}_1 = 10", "mhat_theta correct"),
        ("v̂₁ = 100", "vhat_theta correct"), ("θ₁ = 4.9", "theta+ correct"),
        ("g_2 = 9.8", "df/dtheta correct 2"), ("m_2 = 1.88", "m_theta+ correct 2"),
        ("f'(θ_1) = 9.8", "df/dtheta correct 2"), ("f(θ_1) = 24.01", "f correct 2"),
        ("θ_2 = 4.80006", "theta+ correct 2"),
    ],
)  # fmt: skip
def test_steps_may_stand_as_indices(text: str, expected: str) -> None:
    assert judged(ADAM, text) == [expected]


def test_gradients_may_be_counted_from_zero() -> None:
    assert judged(ADAM, "g_0 = 10\ng_1 = 9.8") == ["df/dtheta correct", "df/dtheta correct 2"]


def test_the_count_of_steps_is_not_worked_out() -> None:
    assert why(ADAM, "t = 0") == "t counts the steps here; it is not computed"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (r"z^{[1]} = \begin{bmatrix} 1.0 \\ 1.7 \end{bmatrix}", "h_1_1 h_1_2"),
        ("Z1 = [1.0  1.7]", "h_1_1 h_1_2"),
        ("A = [0.7311, 0.8455]^T", "a_1_1 a_1_2"),
        (r"W^{[1]} = \begin{bmatrix} 0.1 & 0.2 \\ 0.3 & 0.4 \end{bmatrix}",
         "w_1_1_1 w_1_1_2 w_1_2_1 w_1_2_2"),
        (r"W_1 = \begin{bmatrix} 0.1 & 0.3 \\ 0.2 & 0.4 \end{bmatrix}", "w_1_1_1 w_1_2_1 w_1_1_2 w_1_2_2"),
        ("b1 = [0.5 0.6]", "b_1_1 b_1_2"),
        ("δ^{(1)} = [-0.0014883, -0.0011301]", "delta_1_1 delta_1_2"),
        ("dW2 = [-0.007907 -0.009144]", "dE/dw_2_1_1 dE/dw_2_1_2"),
        (r"\nabla_{W^{(2)}} = \begin{bmatrix} -0.007907 & -0.009144 \end{bmatrix}",
         "dE/dw_2_1_1 dE/dw_2_1_2"),
        ("dz^{[2]} = -0.010815", "delta_2_1"),
    ],
)  # fmt: skip
def test_vectors_and_matrices_of_a_layer_are_read_by_their_place(text: str, ids: str) -> None:
    assert [line.split()[0] for line in judged(COUNTED, text)] == ids.split()


def test_a_weight_s_name_beats_a_spelling() -> None:
    assert judged(TWO_TWO_TWO, "b1 = 0.35") == ["b1 correct"]


def test_d_may_be_a_delta_or_a_target() -> None:
    assert judged(TWO_TWO_TWO, "d_o1 = 0.138499") == ["delta_o1 correct"]
    assert judged(TWO_TWO_TWO, "d_o1 = 0.01") == ["t1 correct"]
    assert why(TWO_TWO_TWO, "d_o1 = 0.7") == "could be delta_o1 or t1"


def test_the_word_output_may_mean_what_is_desired() -> None:
    assert judged(NEURON, "the desired output = 1") == ["y correct"]
    assert judged(NEURON, "output = 0.5498") == ["a_o correct"]


@pytest.mark.parametrize(("text", "letter"), [("L = 2", "E"), ("l = 1", "E"), ("z = 3", "h_o")])
def test_a_letter_that_counts_something_is_no_wrong_quantity(text: str, letter: str) -> None:
    assert why(NEURON, text) == f"may be something else than {letter}"


def test_steps_may_be_counted_from_what_they_begin_with() -> None:
    assert judged(ADAM, "θ_1 = 5\nθ_2 = 4.9") == ["theta correct", "theta correct 2"]


def test_dx_is_no_gradient_by_an_input() -> None:
    assert why(CHAIN, "dx = 0.001").startswith("no such quantity")


def test_a_capital_h_is_not_taken_for_a_net() -> None:
    assert why(COUNTED.replace("notation: z-a", ""), "H_1_1 = 0.9").startswith("no such quantity")


def test_e_is_not_the_cost() -> None:
    assert why(TWO_TWO_TWO, "e = 2.718").startswith("no such quantity")

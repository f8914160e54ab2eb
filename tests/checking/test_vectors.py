"""Vectors and matrices are read as a whole, by the config's own names; a working tells the kind of a name."""

from __future__ import annotations

import pytest

from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.reading.document import read_document
from backtrace.config.reader import read_problem

# h = (14, -8), a = (14, 0), δ_3 = 2, δ = (2, 0), ∂E/∂w of the output (28, 0)
CONFIG = """
inputs: [x_1, x_2]
targets: [y]
layers:
  - {{name: {first}, units: [1, 2], activation: relu, weights: [[1, 3], [2, -3]], biases: [0, 0]}}
  - {{name: out, units: [3], activation: linear, weights: [[1, 2]], biases: [0]}}
samples: [{{inputs: [2, 4], targets: [12]}}]
notation: {notation}
"""
OWN = '{net: "n_{unit}", delta: "s_{unit}"}'
SWAPPED = '{net: "z_{unit}", activation: "h_{unit}", cost: L}'


def judged(text: str, notation: str = "h-a", first: str = "hidden") -> list[str]:
    config = CONFIG.format(first=first, notation=notation)
    checker = Checker(read_problem(config, "config.yaml", "."))
    report = check_sheet(checker, read_document(text, "notes.md", checker.config_names))
    return [f"{judgement.id} {judgement.verdict}" for judgement in report.judgements]


NETS = ["h_1 correct", "h_2 correct"]
ACTIVATIONS = ["a_1 correct", "a_2 correct"]
DELTAS = ["delta_1 correct", "delta_2 correct"]


@pytest.mark.parametrize(
    ("text", "notation", "expected"),
    [
        ("s_1 = [2, 0]", OWN, DELTAS),
        ("n_1 = [14, -8]", OWN, NETS),
        ("z_1 = [14, -8]", OWN, NETS),
        ("h_1 = [14, 0]", SWAPPED, ACTIVATIONS),
        ("z_1 = [14, -8]", SWAPPED, NETS),
        ("h = [14, 0]", "net-out", ACTIVATIONS),
        ("net_1 = [14, -8]", "net-out", NETS),
        ("I = [14, -8]", "I-O", NETS),
        ("Err_1 = [2, 0]", "I-O", DELTAS),
    ],
)
def test_the_letters_of_the_config_say_what_a_vector_is(
    text: str, notation: str, expected: list[str]
) -> None:
    assert judged(text, notation) == expected


def test_a_wrong_entry_of_the_config_s_own_vector_is_judged_as_that() -> None:
    assert judged("s_1 = [2, 7]", OWN) == ["delta_1 correct", "delta_2 wrong"]


def test_a_layer_s_name_names_its_vectors_and_the_numbers_say_which() -> None:
    assert judged("h_2 = [14, 0]", first="h2") == ACTIVATIONS
    assert judged("h_2 = [14, -8]", first="h2") == NETS
    assert judged("h2 = [14, 0]", first="h2") == ACTIVATIONS
    assert judged("first = [14, 0]", "net-out", first="first") == ACTIVATIONS


def test_all_entries_of_a_matrix_are_read_alike() -> None:
    assert judged("W_1 = [[1, 2], [3, -4]]")[-1] == "w_1_2_2 wrong"
    # Each entry is one of the matrix as it is, or turned round; the whole is neither.
    assert "wrong" in " ".join(judged("W_1 = [[1, 3], [3, -3]]"))


def test_words_say_the_kind_of_a_vector() -> None:
    assert judged("gradient of W_2 = [28, 0]") == ["dE/dw_2_1_1 correct", "dE/dw_2_1_2 correct"]
    assert judged("net input z_1 = [14, -8]") == NETS
    assert judged("output z_1 = [14, 0]") == ACTIVATIONS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z2 = max(0, −8) = 0", ["a_2 correct"]),
        ("z_2 = ReLU(-8) = 0", ["a_2 correct"]),
        ("z_1 = σ(x) = 14", ["a_1 correct"]),
        ("z_2 = 2·2 - 3·4 = -8", ["h_2 correct"]),
        ("z_1 = max(0, [14, -8]) = [14, 0]", ACTIVATIONS),
        ("z = W x + b = [14, -8]", NETS),
    ],
)
def test_the_working_tells_the_kind_where_the_name_leaves_it_open(text: str, expected: list[str]) -> None:
    assert judged(text) == expected


def test_the_working_does_not_change_what_the_config_calls_so() -> None:
    assert judged("z_2 = max(0, -8) = 0", "z-a") == ["h_2 wrong"]
    assert judged("h_2 = max(0, -8) = 0") == ["h_2 wrong"]
    assert judged("E = max(0, 2) = 2") == ["E correct"]


def test_between_two_equal_numbers_the_working_tells_the_kind() -> None:
    assert judged("h1 = ReLU(net_1) = ReLU(14) = 14", "net-out") == ["a_1 correct"]
    assert judged("h1 = 1·2 + 3·4 = 14", "net-out") == ["h_1 correct"]

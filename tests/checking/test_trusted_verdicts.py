"""Verdicts that can be trusted: nothing wrong passes, nothing right falls, one mistake costs one mark."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence

import pytest

from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.reading.document import read_document
from backtrace.checking.report import Judgement, Report
from backtrace.config.load import load
from backtrace.config.reader import read_problem
from tests.checking.trials import Trial, final_outcomes
from tests.oracles.planting import Working
from tests.runner import ROOT


def network(activations: Sequence[str], numbers: Mapping[str, float], cost: str, target: float) -> str:
    """A chain of single units, from x = 1 to o, as a config."""
    layers = "".join(
        f"  - {{name: l{i}, units: [{'o' if i == len(activations) else i}], activation: {activation}, "
        f"weights: [[w_{i}]], biases: [b_{i}]}}\n"
        for i, activation in enumerate(activations, 1)
    )
    parameters = ", ".join(f"{name}: {value}" for name, value in numbers.items())
    return (
        f"inputs: [x]\ntargets: [t]\nlayers:\n{layers}parameters: {{{parameters}}}\ncost: {cost}\n"
        f"update: {{rule: sgd, learning_rate: 0.1}}\nsamples: [{{inputs: [1], targets: [{target}]}}]\n"
    )


def equations(objective: str, parameters: str, **rows: str) -> str:
    made = "".join(f'  {name}: "{row}"\n' for name, row in rows.items())
    return f"equations:\n{made}objective_symbol: {objective}\nparameters: {{{parameters}}}\n"


LINEAR = network(["linear", "linear"], {"w_1": -1, "b_1": 1, "w_2": 1, "b_2": 3}, "squared_error", 2)
SIGMOID = network(["sigmoid", "linear"], {"w_1": -1, "b_1": 1, "w_2": 1, "b_2": 3}, "squared_error", 2)
SQUARE = equations("f", "x: 2", f="x^2 + 0.9*x")
CHAIN = equations("o", "x: 1", y="x + 2", z="3*y^2", o="z/4")
ZERO = equations("E", "w: 2", E="(0.3 - 0.1 - 0.2)*w")


def report(config: str, text: str) -> Report:
    problem = read_problem(config, "c.yaml", ROOT) if "\n" in config else load(config)
    return check_sheet(Checker(problem), read_document(text, "s.md"))


def judged(config: str, text: str) -> dict[str, Judgement]:
    return {judgement.id: judgement for judgement in report(config, text).judgements}


@pytest.mark.parametrize(
    ("config", "text", "verdicts"),
    [
        # What cancels is exactly 0, and gives nothing away to what follows.
        (
            LINEAR,
            "h_1 = 0\na_o = 2\nE = 0\ndelta_o = 0",
            "h_1 correct, a_o wrong, E carried, delta_o carried",
        ),
        (LINEAR, "h_1 = 0\na_o = 3\ndelta_o = 2", "h_1 correct, a_o correct, delta_o correct"),
        (LINEAR, "h_1 = 0\na_o = 3.4", "h_1 correct, a_o wrong"),
        (SIGMOID, "h_1 = 0\na_1 = 0.38", "h_1 correct, a_1 wrong"),
        (SIGMOID, "h_1 = 0\na_1 = 0.5", "h_1 correct, a_1 correct"),
        (ZERO, "dE/dw = 0", "dE/dw correct"),
        (ZERO, "dE/dw = 0.01", "dE/dw wrong"),
        # A wrong number excuses nothing.
        (
            network(["linear"], {"w_1": 3.01, "b_1": 0}, "squared_error", 3.96),
            "a_o = 3.07\nE = 0.91",
            "a_o wrong, E wrong",
        ),
        (network(["linear"], {"w_1": 3.01, "b_1": 0}, "squared_error", 3.96), "E = 0.91", "E wrong"),
        # A factor of the chain that is stated is the writer's own.
        (CHAIN, "dz/dy = 17\ndo/dx = 4.25", "dz/dy wrong, do/dx carried"),
        (CHAIN, "dz/dy = 18\ndo/dx = 4.25", "dz/dy correct, do/dx wrong"),
    ],
)
def test_the_verdicts_of_a_sheet(config: str, text: str, verdicts: str) -> None:
    found = [f"{judgement.id} {judgement.verdict}" for judgement in report(config, text).judgements]
    assert ", ".join(found) == verdicts


@pytest.mark.parametrize(("stated", "slip"), [("4", None), ("4.8", None)])
def test_one_digit_is_not_cut_off(stated: str, slip: str | None) -> None:
    answer = judged(SQUARE, f"df/dx = {stated}")["df/dx"]
    assert answer.verdict in ("slip", "wrong")
    assert answer.slip != "truncated"


def test_two_digits_are_cut_off_and_keep_the_mark() -> None:
    found = report(equations("f", "x: 2", f="x^2 + 0.97*x"), "df/dx = 4.9")
    assert found.judgements[0].slip == "truncated"
    assert found.marks() == 1


def test_an_update_in_the_other_convention_proves_a_single_delta() -> None:
    # or-gate: δ_o = -0.1218; with (t - a) it is 0.1218, and the weights go down the gradient all the same.
    answers = judged("or-gate", "delta_o = 0.122\nw_5+ = 0.0493")
    assert [answer.verdict for answer in answers.values()] == ["correct", "correct"]
    assert judged("or-gate", "delta_o = 0.122")["delta_o"].slip == "sign"
    assert judged("or-gate", "delta_o = 0.122\nw_5+ = -0.0293")["delta_o"].slip == "sign"


def test_a_formula_of_delta_proves_the_convention() -> None:
    answers = judged("or-gate", "δ_o = (y - a_o)·a_o·(1 - a_o) = 0.122")
    assert answers["delta_o"].verdict == "correct"


@pytest.mark.parametrize(("code", "name"), [("<f", "single-precision"), ("<e", "half-precision")])
def test_numbers_of_a_program_in_single_precision(code: str, name: str) -> None:
    def printed(value: float) -> str:
        return repr(struct.unpack(code, struct.pack(code, value))[0])

    text = f"a_1 = {printed(0.6456563062257954)}\ndE/dw_5 = {printed(-0.07864821625808104)}"
    found = report("or-gate", text)
    assert {judgement.verdict for judgement in found.judgements} == {"rounding"}
    assert [convention.sentence for convention in found.conventions] == [f"these are {name} numbers"]


def test_a_number_that_is_no_float32_stays_wrong() -> None:
    assert judged("or-gate", "a_1 = 0.6456562876701399")["a_1"].verdict == "wrong"


def test_a_mistake_that_is_stated_again_costs_one_mark() -> None:
    found = report(SQUARE, "df/dx = 7\nf = 5.8\ndf/dx = 7\ndf/dx = 7.0")
    assert [judgement.verdict for judgement in found.judgements] == ["wrong", "correct", "wrong", "wrong"]
    assert found.marks() == 3
    assert [judgement.root is not None for judgement in found.judgements] == [False, False, True, True]


def test_one_misconception_at_two_units_costs_one_mark() -> None:
    # The slope is left out of both hidden δ: -0.0012181 and -0.0024362 for -0.00027868 and -0.00054014.
    found = report("or-gate", "delta_1 = -0.0012181\ndelta_2 = -0.0024362")
    assert [judgement.slip for judgement in found.judgements] == ["missing_slope", "missing_slope"]
    assert found.marks() == 1
    first, second = found.judgements
    assert second.root is not None
    assert second.root.id == first.id


@pytest.mark.parametrize("text", ["foo = 3", "bar = 0.5 and baz = 0.7", "qux = 1\n\nquux = 2"])
def test_a_sheet_with_nothing_to_mark_is_an_error(text: str) -> None:
    found = report(SQUARE, text)
    assert "nothing here can be marked" in str(found.error)
    assert {judgement.verdict for judgement in found.judgements} == {"unknown"}


# The slip is the real one


def test_the_sign_of_one_term_is_a_slip() -> None:
    numbers = {"w_1": -0.53, "b_1": 0.21, "w_2": 0.7, "b_2": 0.1}
    config = network(["sigmoid", "sigmoid"], numbers, "squared_error", 1)
    answer = judged(config, "h_1 = 0.74")["h_1"]  # 0.53 + 0.21 for -0.53 + 0.21
    assert answer.slip == "sign"
    answer = judged(config, "h_1 = -0.74")["h_1"]  # the bias subtracted
    assert answer.slip == "sign"


def test_a_minus_that_is_missing_in_the_working_is_told() -> None:
    numbers = {"w_1": -0.53, "b_1": 0.21, "w_2": 0.7, "b_2": 0.1}
    config = network(["sigmoid", "sigmoid"], numbers, "squared_error", 1)
    answer = judged(config, "h_1 = 0.53·1 + 0.21 = 0.74")["h_1"]
    assert [remark.sentence for remark in answer.remarks] == ["0.53 is not w_1 = -0.53"]
    assert judged(config, "h_1 = -0.53·1 + 0.21 = -0.32")["h_1"].remarks == ()


def test_a_slip_is_not_looked_for_behind_a_right_number() -> None:
    # a_1 is stated and right, so nothing went wrong in h_1.
    numbers = {"w_1": 0.53, "b_1": 0.21, "w_2": 0.7, "b_2": 0.1}
    config = network(["sigmoid", "sigmoid"], numbers, "squared_error", 1)
    right = judged(config, "a_1 = 0.67700")["a_1"]
    assert right.verdict == "correct"
    answers = judged(config, "h_1 = 0.74\na_1 = 0.67700\nh_o = 0.5399")
    named = [answers["h_o"].explanation, *(finding.explanation for finding in answers["h_o"].alternatives)]
    assert not any("h_1 =" in said or "a_1 =" in said for said in named)


@pytest.mark.parametrize("number", [2, 4, 6, 11])
def test_the_same_slip_in_a_whole_layer_is_one_cause(number: int) -> None:
    trial = Trial(number, seed=11)
    layer = trial.config["layers"][0]
    for name in filter(None, dict.fromkeys(layer["biases"])):
        del trial.config["parameters"][name]
    layer["activation"], layer["biases"] = "tanh", ["c_1", "c_2", "c_3"][: len(layer["units"])]
    trial.config["parameters"] |= {name: 0.3 + i / 10 for i, name in enumerate(layer["biases"])}
    trial.config["fixed"], trial.steps = [], 1
    trial.checker = Checker(read_problem(json.dumps(trial.config), "c.yaml", ROOT))
    clean = Working(trial.config, 7)
    units = [(1, 1, f"h_{unit}") for unit in layer["units"]]
    without = [
        next(p for p in clean.plants if p.place == place and p.slip == "missing_term" and p.turn == inputs)
        for place, inputs in zip(units, [len(trial.config["inputs"])] * len(units), strict=True)
    ]
    wrong = Working(trial.config, 7, plant=without)
    outputs = [f"a_{unit}" for unit in trial.config["layers"][-1]["units"]]
    judged = trial.check(line for place, line in wrong.lines.items() if place[1] == 1 and place[2] in outputs)
    said = [judgement.explanation for judgement in judged.values() if judgement.verdict == "slip"]
    assert said
    assert all("and likewise in all of layer layer1" in sentence for sentence in said)


@pytest.mark.parametrize(("slips", "share"), [(1, 0.95), (2, 0.8)])
def test_slips_are_found_where_only_final_answers_are_given(slips: int, share: float) -> None:
    found = [o for number in (1, 3, 4) for o in final_outcomes(number, 5, [6], slips) if o.digits >= 4]
    assert len(found) >= 5
    assert sum(1 <= outcome.named <= 3 for outcome in found) >= share * len(found)

"""One quantity explained: its paths add up to it, and what is said of it holds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import backtrace
from backtrace.config.load import example_names, example_text
from backtrace.evaluation.steps import Request
from backtrace.explaining.explanation import PATHS_SHOWN, Explanation, explain
from backtrace.tracing.trace import compute
from tests.runner import run

SMOOTH = [name for name in example_names() if name != "step-neuron"]


def backward_ids(config: str) -> list[str]:
    problem = backtrace.load(config)
    parts = compute(problem, Request(sample=1))
    return [row.id for part in parts if part.phase == "backward" for row in part.equations]


def symbols_of(explanation: Explanation) -> list[list[str]]:
    return [[factor.symbol.text for factor in path.factors] for path in explanation.paths]


def ids_below(explanation: Explanation) -> list[str]:
    return [row.id for part in explanation.dependencies for row in part.equations]


@pytest.mark.parametrize("config", SMOOTH)
def test_the_paths_to_a_quantity_add_up_to_it(config: str) -> None:
    problem = backtrace.load(config)
    for id in backward_ids(config):
        explanation = explain(problem, id, sample=1)
        if not explanation.paths or explanation.path_count > PATHS_SHOWN:
            continue
        total = explanation.sign * sum(path.value for path in explanation.paths)
        assert total == pytest.approx(explanation.part.values[id], rel=1e-9, abs=1e-15), id


@pytest.mark.parametrize("config", SMOOTH)
def test_what_a_small_rise_does_is_what_it_does(config: str) -> None:
    problem = backtrace.load(config)
    effects = [explain(problem, id, sample=1).effect for id in backward_ids(config)]
    known = [effect for effect in effects if effect]
    assert known
    for effect in known:
        assert effect.actual == pytest.approx(effect.predicted, rel=0.05)


def test_a_hidden_weight_has_the_chain_of_the_textbook() -> None:
    explanation = explain(backtrace.load("or-gate"), "dE/dw_1")
    assert symbols_of(explanation) == [["∂E/∂a_o", "∂a_o/∂h_o", "∂h_o/∂a_1", "∂a_1/∂h_1", "∂h_1/∂w_1"]]
    assert ids_below(explanation) == ["h_1", "h_2", "a_1", "a_2", "h_o", "a_o"]


def test_every_path_is_shown_if_there_are_several() -> None:
    explanation = explain(backtrace.load("two-two-two"), "∂E_total/∂out_h1")
    assert symbols_of(explanation) == [
        ["∂E_total/∂out_o1", "∂out_o1/∂net_o1", "∂net_o1/∂out_h1"],
        ["∂E_total/∂out_o2", "∂out_o2/∂net_o2", "∂net_o2/∂out_h1"],
    ]


def test_a_tied_weight_has_a_path_through_each_of_its_uses() -> None:
    assert explain(backtrace.load("recurrent"), "dE/dw").path_count == 2


def test_a_delta_of_a_book_that_descends_is_the_negative_of_its_paths() -> None:
    explanation = explain(backtrace.load("three-two-one"), "Err_4")
    assert explanation.sign == -1
    assert -explanation.paths[0].value == pytest.approx(explanation.part.values["delta_4"])


def test_what_is_no_derivative_is_explained_down_to_the_givens() -> None:
    explanation = explain(backtrace.load("adam"), "w_1+")
    assert (explanation.by, explanation.paths) == (None, ())
    assert ids_below(explanation)[-3:] == ["mhat_w_1", "vhat_w_1", "Delta_w_1"]


def test_many_paths_are_counted_and_the_first_are_shown(tmp_path: Path) -> None:
    layer = "  - {name: l%d, units: 6, activation: tanh, weights: {random: normal, std: 0.5}}\n"
    config = tmp_path / "deep.yaml"
    config.write_text(
        "inputs: [x]\ntargets: [t_1, t_2, t_3, t_4, t_5, t_6]\nseed: 1\nlayers:\n"
        + "".join(layer % number for number in range(1, 7))
        + "samples: [{inputs: [1], targets: [0, 0, 0, 0, 0, 0]}]\n"
    )
    explanation = explain(backtrace.load(config), "dE/dx")
    assert (explanation.path_count, len(explanation.paths)) == (6**6, PATHS_SHOWN)
    done = run("explain", str(config), "dE/dx")
    assert "46,644 more paths" in done.out


def test_the_whole_explanation_reads_as_a_page() -> None:
    done = run("explain", "or-gate", "dE/dw_1")
    assert done.code == 0
    assert (
        "∂E/∂w_1 = ∂E/∂a_o · ∂a_o/∂h_o · ∂h_o/∂a_1 · ∂a_1/∂h_1 · ∂h_1/∂w_1\n"
        "        = -0.487547 · 0.249845 · 0.01 · 0.228784 · 1\n"
        "        = -0.000278685\n"
    ) in done.out
    assert "Raise w_1 by 0.01 and E changes by about -2.79e-06 (computed again: -2.78e-06).\n" in done.out


def test_a_sum_of_paths_is_shown_with_its_terms() -> None:
    assert "             = 0.000668396 - 0.000229828\n" in run("explain", "two-two-two", "dE/dw1").out


@pytest.mark.parametrize(
    ("config", "name", "said"),
    [
        ("or-gate", "dE/dw_3", "A small change of w_3 leaves E as it is."),
        ("circuit", "df/df", "f changes as much as it does itself."),
    ],
)
def test_what_changes_nothing_is_said(config: str, name: str, said: str) -> None:
    assert said in run("explain", config, name).out


PENALTY = """
equations: {q: w*x, E: (q - t)^2 + w^2}
objective_symbol: E
inputs: [x]
targets: [t]
parameters: {w: 0.5}
samples: [{inputs: [2], targets: [3]}]
"""


def chain_of(text: str, name: str, tmp_path: Path, *arguments: str) -> str:
    """What is printed before the first table."""
    config = tmp_path / "config.yaml"
    config.write_text(text, encoding="utf-8")
    done = run("explain", str(config), name, *arguments)
    assert done.code == 0
    return done.out.partition("The factors")[0].split("\n\n")[-2]


def test_a_weight_that_the_objective_has_in_it_itself_keeps_its_whole_gradient(tmp_path: Path) -> None:
    assert chain_of(PENALTY, "dE/dw", tmp_path) == (
        "∂E/∂w = ∂E/∂q · ∂q/∂w\n      + ∂E/∂w direct\n      = -4 · 2\n      + 1\n      = -8 + 1\n      = -7"
    )
    explanation = explain(backtrace.load(tmp_path / "config.yaml"), "dE/dw")
    assert [factor.id for factor in explanation.factors] == ["dE/dq", "dq/dw", "dE/dw direct"]
    assert explanation.effect
    assert explanation.effect.predicted == pytest.approx(-0.07)
    set_as = run("explain", str(tmp_path / "config.yaml"), "dE/dw", "-f", "latex", "--fragment").out
    assert r"&\quad + \frac{\partial E}{\partial w}_{\mathrm{direct}} \\[0.5ex]" in set_as


def test_the_paths_of_a_delta_that_descends_are_taken_off(tmp_path: Path) -> None:
    config = """
inputs: [x]
targets: [t_1, t_2]
layers:
  - {name: hidden, units: [h], weights: [[1]]}
  - {name: output, units: [p, q], weights: [[2], [1]]}
delta: descent
samples: [{inputs: [1], targets: [1, 3]}]
"""
    assert chain_of(config, "delta_h", tmp_path) == (
        "δ_h = -∂E/∂a_p · ∂a_p/∂h_p · ∂h_p/∂a_h · ∂a_h/∂h_h\n"
        "    - ∂E/∂a_q · ∂a_q/∂h_q · ∂h_q/∂a_h · ∂a_h/∂h_h\n"
        "    = -1 · 1 · 2 · 1\n"
        "    - (-2) · 1 · 1 · 1\n"
        "    = -2 + 2\n"
        "    = 0"
    )


def test_an_expression_equal_to_a_number_is_not_shown_twice() -> None:
    assert "\n\n∂f/∂f = 1\n\nf changes as much as it does itself.\n" in run("explain", "circuit", "df/df").out
    assert "\n\n∂out_o1/∂in_o1 = 1\n" in run("explain", "linear-neuron", "da_o1/dh_o1").out


def test_a_long_chain_goes_over_lines_before_a_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backtrace.cli.output.UNBOUNDED", 80)
    assert (
        "∂E_total/∂w1 = ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂out_h1\n"
        "               · ∂out_h1/∂net_h1 · ∂net_h1/∂w1\n"
        "             + ∂E_total/∂out_o2 · ∂out_o2/∂net_o2 · ∂net_o2/∂out_h1\n"
        "               · ∂out_h1/∂net_h1 · ∂net_h1/∂w1\n"
    ) in run("explain", "two-two-two", "dE/dw1").out


def test_a_very_long_sum_is_shortened_above_the_tables(tmp_path: Path) -> None:
    names = ", ".join(f"x_{k}" for k in range(1, 31))
    config = tmp_path / "wide.yaml"
    config.write_text(
        f"seed: 1\ninputs: [{names}]\ntargets: [t]\n"
        "layers: [{name: o, units: [o], weights: {random: normal, std: 1}}]\n"
        f"samples: [{{inputs: [{', '.join('1' * 30)}], targets: [0]}}]\n"
    )
    done = run("explain", str(config), "h_o")
    assert "h_o = x_1·w_1_1_1 + x_2·w_1_1_2 + x_3·w_1_1_3 + … 26 more … + x_30·w_1_1_30\n" in done.out


def test_the_mean_of_many_samples_is_shortened_within_its_fraction(tmp_path: Path) -> None:
    samples = "\n".join("  - {inputs: [1], targets: [0]}" for _ in range(30))
    config = tmp_path / "mean.yaml"
    config.write_text(
        "inputs: [x]\ntargets: [t]\nlayers: [{units: [o], weights: [[w]]}]\nparameters: {w: -0.5}\n"
        f"batch: mean\nupdate: {{rule: sgd, learning_rate: 1}}\nsamples:\n{samples}\n"
    )
    done = run("explain", str(config), "dE/dw")
    assert (
        "∂E/∂w = (∂E/∂w⁽¹⁾ + ∂E/∂w⁽²⁾ + ∂E/∂w⁽³⁾ + … 26 more … + ∂E/∂w⁽³⁰⁾)/30\n"
        "      = (-0.5 - 0.5 - 0.5 + … 26 more … - 0.5)/30\n"
        "      = -0.5\n"
    ) in done.out


@pytest.mark.parametrize("w_1", ["400", "-400"])
def test_the_paths_through_a_softmax_of_large_nets_add_up(w_1: str, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "inputs: [x]\ntargets: [t_1, t_2]\ncost: cross_entropy\n"
        "layers: [{units: [1, 2], activation: softmax, weights: [[w_1], [w_2]]}]\n"
        f"parameters: {{w_1: {w_1}, w_2: {w_1}.5}}\nsamples: [{{inputs: [1], targets: [1, 0]}}]\n"
    )
    explanation = explain(backtrace.load(config), "dE/dw_1")
    assert sum(path.value for path in explanation.paths) == pytest.approx(explanation.value, rel=1e-9)


def test_a_gradient_of_a_batch_goes_down_to_the_givens_of_every_sample() -> None:
    explanation = explain(backtrace.load("or-gate-batch"), "dE/dw_1")
    pass_ = ["h_1", "h_2", "a_1", "a_2", "h_o", "a_o", "dE/da_o", "da_o/dh_o", "delta_o"]
    pass_ += ["dE/da_1", "da_1/dh_1", "delta_1", "dE/dw_1"]
    assert explanation.part.sample is None
    assert [(part.sample, [row.id for row in part.equations]) for part in explanation.dependencies] == [
        (sample, pass_) for sample in (1, 2, 3, 4)
    ]
    gradients = [part.values["dE/dw_1"] for part in explanation.dependencies]
    assert gradients == pytest.approx([-0.000278685, 0, 0, -0.000250014], abs=1e-9)


@pytest.mark.parametrize("batch", ["sum", "mean"])
@pytest.mark.parametrize("name", ["w_5", "b_1"])
def test_what_a_rise_does_to_the_objective_of_a_batch_is_what_it_does(
    batch: str, name: str, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    text = example_text("or-gate-batch").replace("batch: sum", f"batch: {batch}")
    config.write_text(text, encoding="utf-8")
    problem = backtrace.load(config)
    effect = explain(problem, f"dE/d{name}").effect
    assert effect
    value = problem.parameters[name].value + effect.rise
    config.write_text(re.sub(rf"\b{name}: [0-9.]+", f"{name}: {value!r}", text), encoding="utf-8")
    after = backtrace.trace(backtrace.load(config))["E"]
    assert effect.actual == pytest.approx(after - backtrace.trace(problem)["E"], rel=1e-9)
    assert effect.predicted == pytest.approx(effect.actual, rel=0.05)


def test_the_gradient_of_one_term_of_the_cost_has_the_chain_from_that_term() -> None:
    explanation = explain(backtrace.load("two-two-two"), "∂E_o1/∂out_h1")
    assert symbols_of(explanation) == [["∂E_o1/∂out_o1", "∂out_o1/∂net_o1", "∂net_o1/∂out_h1"]]
    assert explanation.objective
    assert explanation.objective.id == "E_o1"
    assert explanation.value == pytest.approx(0.055399425)
    said = run("explain", "two-two-two", "∂E_o1/∂out_h1").out
    assert said.endswith(
        "Raise out_h1 by 0.01 and E_o1 changes by about 0.000554 (computed again: 0.000554).\n"
    )


def test_without_targets_the_forward_pass_is_explained() -> None:
    done = run("explain", "or-gate", "a_1", "--input", "0.2,1")
    assert done.code == 0
    assert "a_1 = 1/(1 + e^(-h_1))\n    = 1/(1 + e^(-0.82))\n    = 0.694236\n" in done.out


def test_a_sample_of_a_batch_has_its_own_chain() -> None:
    explanation = explain(backtrace.load("or-gate-batch"), "dE/dw_5", sample=2)
    assert symbols_of(explanation) == [["∂E/∂a_o", "∂a_o/∂h_o", "∂h_o/∂w_5"]]
    assert explanation.value == pytest.approx(-0.0839880, abs=1e-7)


def test_a_batch_tells_where_the_chains_are() -> None:
    assert (
        "        = -0.000528699\n\n"
        "Each term is the gradient of one sample: --sample 1 writes out the chain to it.\n\n"
        "step 1, sample 1: i_1 = 1, i_2 = 0, y = 1\n\nWhat this depends on\n"
    ) in run("explain", "or-gate-batch", "dE/dw_1").out


def test_the_sample_whose_chain_a_batch_tells_of_has_targets(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "inputs: [x]\ntargets: [t]\nlayers: [{units: [o], weights: [[w]]}]\nparameters: {w: 0.5}\n"
        "batch: sum\nsamples: [{inputs: [2]}, {inputs: [2], targets: [1]}, {inputs: [3], targets: [1]}]\n",
        encoding="utf-8",
    )
    assert "one sample: --sample 2 writes out the chain to it." in run("explain", str(config), "dE/dw").out


def test_the_cost_of_a_batch_after_the_update_goes_through_the_passes_before_and_after() -> None:
    explanation = explain(backtrace.load("or-gate-batch"), "E+")
    assert [(part.sample, part.phase) for part in explanation.dependencies] == [
        *((sample, "forward") for sample in (1, 2, 3, 4)),
        (None, "total"),
        *((sample, "after") for sample in (1, 2, 3, 4)),
    ]
    for part in explanation.dependencies[-4:]:
        assert part.values["E+"] == explanation.part.values[f"E+[{part.sample}]"]


def test_every_form_has_all_the_samples_of_a_batch() -> None:
    for form, start in (("markdown", "### "), ("latex", "\\subsection*{"), ("html", "<h2>")):
        text = run("explain", "or-gate-batch", "w_5+", "-f", form, "--fragment").out
        assert text.count(f"{start}step 1, sample ") == 4
        assert text.count(f"{start}step 1, all samples") == 2
    data = json.loads(run("explain", "or-gate-batch", "w_5+", "-f", "json").out)
    assert list(dict.fromkeys(row["sample"] for row in data["rests_on"])) == [1, 2, 3, 4, None]
    assert data["rests_on"][-1]["id"] == "Delta_w_5"


def test_hand_arithmetic_rounds_each_factor_as_a_trace_does() -> None:
    done = run("explain", "or-gate", "dE/dw_5", "--hand", "3")
    assert "sgd, learning_rate 0.5 · hand all=3\n" in done.out
    assert "        = -0.488 · 0.250 · 0.646\n        = -0.079\n\nThe factors\n" in done.out
    assert done.out.endswith(
        "Raise w_5 by 0.01 and E changes by about -0.000786 (computed again: -0.000785).\n"
    )


def test_a_chain_of_rounded_numbers_that_comes_to_another_number_says_so() -> None:
    done = run("explain", "two-two-two", "dE/dw1", "--hand", "4")
    rows = backtrace.trace(backtrace.load("two-two-two"), hand=4)
    assert rows["dE/dw1"].text == "0.0004"
    assert (
        "             = 0.0007 - 0.0002\n             = 0.0005\n\n"
        "Computed row by row it is 0.0004: other numbers are rounded on the way.\n"
    ) in done.out


def test_hand_arithmetic_of_the_config_is_that_of_the_explanation(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"{example_text('or-gate')}\nhand: {{activation: 3}}\n", encoding="utf-8")
    data = json.loads(run("explain", str(config), "dE/dw_1", "-f", "json").out)
    assert {row["id"]: row["text"] for row in data["rests_on"]}["a_1"] == "0.646"
    assert data["effect"]["rise"] == 0.01


def test_a_derivative_that_is_rounded_to_nothing_is_not_said_to_be_nothing() -> None:
    said = run("explain", "or-gate", "dE/dw_1", "--hand", "2").out
    assert "        = 0.00\n" in said
    assert said.endswith("Raise w_1 by 0.01 and E changes by about -2.79e-06 (computed again: -2.78e-06).\n")


def test_the_cost_after_the_update_is_explained_through_the_updated_quantities() -> None:
    explanation = explain(backtrace.load("recurrent"), "E+")
    assert ids_below(explanation)[-8:] == ["Delta_w", "w+", "h_1+", "s_1+", "h_2+", "s_2+", "h_3+", "s_3+"]
    text = run("explain", "recurrent", "E+", "-f", "markdown").out
    assert "| `s_3⁺` | `tanh(h_3⁺)` | `tanh(0.417534)` | 0.394851 |\n" in text


def test_what_the_objective_does_not_rest_on_is_said_to_be_so(tmp_path: Path) -> None:
    loose = PENALTY.replace("{q: w*x,", "{q: w*x, loose: 2*w,")
    config = tmp_path / "config.yaml"
    config.write_text(loose, encoding="utf-8")
    assert run("explain", str(config), "dE/dloose").out.endswith(
        "\n\n∂E/∂loose = 0\n\nE does not depend on loose.\n"
    )


def test_json_has_the_paths_and_the_rows() -> None:
    data = json.loads(run("explain", "or-gate", "dE/dw_5", "-f", "json").out)
    assert data["paths"] == [{"factors": ["dE/da_o", "da_o/dh_o", "dh_o/dw_5"], "value": data["value"]}]
    assert [row["formula"] for row in data["factors"]] == ["a_o - y", "a_o·(1 - a_o)", "a_1"]
    assert data["by"] == "w_5"
    assert data["effect"]["rise"] == 0.01


def test_markdown_has_the_chain_in_a_block() -> None:
    text = run("explain", "or-gate", "dE/dw_5", "-f", "markdown").out
    assert "```text\n∂E/∂w_5 = ∂E/∂a_o · ∂a_o/∂h_o · ∂h_o/∂w_5\n" in text
    assert "| `∂a_o/∂h_o` | `a_o·(1 - a_o)` | `0.512453(1 - 0.512453)` | 0.249845 |" in text


def test_another_sample_and_step() -> None:
    other = explain(backtrace.load("or-gate"), "dE/dw_5", step=3, sample=2)
    assert (other.part.step, other.part.sample) == (3, 2)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["or-gate", "dE/dw_55"], 1, "no quantity 'dE/dw_55'; did you mean dE/dw_5?"),
        (["or-gate", "w_5"], 1, "'w_5' is given, not computed"),
        (["or-gate", "E", "--input", "1,1"], 1,
         "no quantity 'E'; without targets there is only the forward pass"),
        (["or-gate-batch", "w_5+", "--sample", "2"], 1, "no quantity 'w_5+'; no update is computed here"),
        (["or-gate", "E", "--sample", "9"], 1, "no sample 9; there are samples 1 to 4"),
        (["or-gate", "E", "--sample", "all"], 2,
         "one quantity has one sample; give its number with --sample K"),
        (["or-gate", "E", "--input", "1,1", "--sample", "2"], 2,
         "--input makes a sample of its own; leave --sample out"),
        (["or-gate"], 2, "'ID'"),
    ],
)  # fmt: skip
def test_the_reason_is_given_if_nothing_can_be_explained(arguments: list[str], code: int, said: str) -> None:
    done = run("explain", *arguments)
    assert (done.code, said in done.err) == (code, True)


@pytest.mark.parametrize("command", [("trace", "or-gate"), ("explain", "or-gate", "dE/dw_1")])
def test_a_markdown_fragment_is_all_but_the_title(command: tuple[str, ...]) -> None:
    whole, part = (run(*command, "-f", "markdown", *more).out for more in ((), ("--fragment",)))
    assert part.startswith("### step 1, sample 1")
    assert whole.startswith("## OR gate, 2-2-1\n\n")
    assert whole.endswith(f"float64  \n\n{part}")

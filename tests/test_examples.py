"""The bundled configs: each loads, traces in every format, gives the right numbers and keeps its promises.

What a config's opening comment claims is checked too. It reads like this:

    # One line that says what it is
    #
    # Prose with claims in it: δ_o = -0.5, or out_o = 0.75 (step 2), h_2 = -1 (sample 2).
    #
    #     backtrace trace NAME --show E    E = 0.125

A claim is a symbol, ` = ` and a number; it holds where the trace gives a value that rounds to it. After four
spaces a command may claim what it prints. A number with decimals that is no claim is not allowed.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

import backtrace
from backtrace.symbolic.ids import spell
from backtrace.views.formats import views_of
from tests.runner import Outcome, run

ROOT = Path(__file__).parent.parent
CONFIGS = ROOT / "configs"
EXAMPLES = sorted(path.stem for path in CONFIGS.glob("*.yaml"))
REFUSED = (
    "step-neuron.yaml:19:17: layers[0].activation: step has no useful derivative: it is flat everywhere "
    "but at its threshold, where it jumps, so there is no backward pass; a sigmoid is the smooth function "
    "in its place\n"
)


def source(name: str) -> str:
    return (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8")


def phases_of(name: str) -> list[str]:
    """A threshold unit has only a forward pass."""
    return ["--only", "forward"] if name == "step-neuron" else []


def all_of(name: str) -> list[str]:
    """The arguments that trace every sample, over two steps where the parameters change."""
    steps = ["--steps", "2"] if "\nupdate:" in source(name) else []
    return ["trace", name, "--sample", "all", *steps, *phases_of(name)]


# The list, and copies


def test_the_promised_examples_are_bundled() -> None:
    promised = {
        "or-gate", "or-gate-batch", "two-two-two", "linear-neuron", "performance-ascent", "step-neuron",
        "three-layers", "xor-skip", "softmax-cross-entropy", "relu", "momentum", "adam", "circuit",
        "recurrent",
    }  # fmt: skip
    assert promised <= set(EXAMPLES)


def test_the_list_has_a_line_for_every_example_and_fits_80_columns() -> None:
    listed = run("examples")
    assert (listed.code, listed.err) == (0, "")
    lines = listed.out.splitlines()
    assert [line.split()[0] for line in lines] == EXAMPLES
    assert [line for line in lines if len(line) > 80] == []
    assert lines[EXAMPLES.index("or-gate")] == (
        "or-gate                The OR gate on a 2-2-1 sigmoid network, sample by sample"
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_first_line_says_what_it_is_in_ascii(name: str) -> None:
    first, second = source(name).splitlines()[:2]
    assert re.fullmatch(r"# [A-Z][ -~]+[^.]", first)
    assert len(first) < 72
    assert second == "#"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_fits_80_columns_and_has_a_title(name: str) -> None:
    assert [line for line in source(name).splitlines() if len(line) > 80] == []
    assert "\ntitle: " in source(name)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_printed_as_it_is_bundled(name: str) -> None:
    assert run("examples", name) == Outcome(0, source(name), "")


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_copy_traces_to_the_same_numbers(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "my.yaml"
    assert run("examples", name, "-o", str(copy)) == Outcome(0, "", "")
    assert copy.read_text(encoding="utf-8") == source(name)
    arguments = [*phases_of(name), "-f", "json"]
    original = run("trace", name, *arguments)
    assert original.code == 0
    assert run("trace", str(copy), *arguments) == original


def test_a_redirected_copy_is_utf_8_even_where_the_terminal_is_not(tmp_path: Path) -> None:
    copied = subprocess.run(
        [sys.executable, "-m", "backtrace", "examples", "recurrent"],
        env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    assert "δ_1: h_1" in source("recurrent")
    assert copied.stdout.decode("utf-8") == source("recurrent")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("orgate", "no bundled example 'orgate'; did you mean or-gate?\n"),
        ("or-gate.yaml", "no bundled example 'or-gate.yaml'; did you mean or-gate?\n"),
        ("zebra", "no bundled example 'zebra'; `backtrace examples` lists what is bundled\n"),
    ],
)
def test_an_unknown_example_is_refused_with_the_nearest(name: str, message: str) -> None:
    assert run("examples", name) == Outcome(1, "", message)


def test_an_unknown_example_leaves_the_output_file_alone(tmp_path: Path) -> None:
    mine = tmp_path / "my.yaml"
    mine.write_text("what I wrote", encoding="utf-8")
    assert run("examples", "zebra", "-o", str(mine)).code == 1
    assert mine.read_text(encoding="utf-8") == "what I wrote"


def test_a_copy_into_a_missing_folder_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "my.yaml"
    refused = run("examples", "or-gate", "-o", str(target))
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == f"cannot write '{target}': No such file or directory\n"


# Every example in every format


def rows_in_table(text: str) -> int:
    return sum(line.startswith("│ ") and not line.startswith("│ symbol ") for line in text.splitlines())


def rows_in_markdown(text: str) -> int:
    return sum(line.startswith("| `") for line in text.splitlines())


def rows_in_csv(text: str) -> int:
    return len([row for row in csv.DictReader(io.StringIO(text)) if math.isfinite(float(row["value"]))])


def rows_in_json(text: str) -> int:
    return len([row for row in json.loads(text)["records"] if math.isfinite(row["value"])])


def rows_in_jsonl(text: str) -> int:
    return len([row for row in map(json.loads, text.splitlines()) if math.isfinite(row["value"])])


ROWS = {
    "table": rows_in_table,
    "markdown": rows_in_markdown,
    "csv": rows_in_csv,
    "json": rows_in_json,
    "jsonl": rows_in_jsonl,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_format_has_all_samples_of_two_steps(name: str) -> None:
    counts = {}
    for view in views_of("trace"):
        traced = run(*all_of(name), "-f", view.format)
        assert (traced.code, traced.err) == (0, "")
        assert traced.out
        if view.format in ROWS:
            counts[view.format] = ROWS[view.format](traced.out)
    assert len(set(counts.values())) == 1, counts
    rows = json.loads(run(*all_of(name), "-f", "json").out)["records"]
    assert len(rows) == counts["json"]
    problem = backtrace.load(name)
    assert {row["sample"] for row in rows} - {None} == set(range(1, len(problem.samples) + 1))
    assert {row["step"] for row in rows} == ({1, 2} if problem.update else {1})


def test_the_threshold_unit_is_refused_after_its_forward_pass() -> None:
    refused = run("trace", "step-neuron")
    assert (refused.code, refused.err) == (1, REFUSED)
    assert "│ a_o    │ step(h_o)" in refused.out


def with_units(name: str, given: str, wanted: str, folder: Path) -> backtrace.Problem:
    """An example with another activation, as its opening comment suggests."""
    text = source(name)
    assert f"activation: {given}" in text
    path = folder / "other.yaml"
    path.write_text(text.replace(f"activation: {given}", f"activation: {wanted}"), encoding="utf-8")
    return backtrace.load(path)


def test_the_threshold_unit_has_a_backward_pass_as_a_sigmoid(tmp_path: Path) -> None:
    traced = backtrace.trace(with_units("step-neuron", "step", "sigmoid", tmp_path))
    a_o = sigmoid(0.5)
    assert traced["dE/dw_1"] == pytest.approx((a_o - 1) * a_o * (1 - a_o), rel=1e-12)


def test_the_threshold_unit_computes_and() -> None:
    traced = backtrace.trace(backtrace.load("step-neuron"), sample="all", only="forward")
    assert [traced.get("a_o", sample=k) for k in (1, 2, 3, 4)] == [1.0, 0.0, 0.0, 0.0]
    assert all(traced.get("h_o", sample=k) < 0 for k in (2, 3, 4))


def test_step_units_solve_xor_with_the_weights_of_xor_skip(tmp_path: Path) -> None:
    sharp = with_units("xor-skip", "sigmoid", "step", tmp_path)
    traced = backtrace.trace(sharp, sample="all", only="forward")
    assert [traced.get("a_o", sample=k) for k in (1, 2, 3, 4)] == [0.0, 1.0, 1.0, 0.0]


def test_a_leaky_relu_wakes_the_dead_unit(tmp_path: Path) -> None:
    assert backtrace.trace(backtrace.load("relu"))["delta_2"] == 0.0
    assert backtrace.trace(with_units("relu", "relu", "leaky_relu", tmp_path))["delta_2"] != 0.0


# The numbers, worked out without the package


def sigmoid(h: float) -> float:
    return 1 / (1 + math.exp(-h))


def or_gate_by_hand(i_1: float, i_2: float, y: float) -> dict[str, float]:
    a_1 = sigmoid(0.1 * i_1 + 0.3 * i_2 + 0.5)
    a_2 = sigmoid(0.2 * i_1 + 0.4 * i_2 + 0.5)
    a_o = sigmoid(0.01 * a_1 + 0.02 * a_2 + 0.03)
    delta_o = (a_o - y) * a_o * (1 - a_o)
    delta_1 = delta_o * 0.01 * a_1 * (1 - a_1)
    delta_2 = delta_o * 0.02 * a_2 * (1 - a_2)
    return {
        "E": (y - a_o) ** 2 / 2, "dE/dw_1": delta_1 * i_1, "dE/dw_2": delta_2 * i_1, "dE/dw_3": delta_1 * i_2,
        "dE/dw_4": delta_2 * i_2, "dE/dw_5": delta_o * a_1, "dE/dw_6": delta_o * a_2, "dE/db_1": delta_2,
        "dE/db_2": delta_1, "dE/db_3": delta_o,
    }  # fmt: skip


def or_gate_batch() -> dict[str, float]:
    samples = [or_gate_by_hand(*sample) for sample in ((1, 0, 1), (0, 1, 1), (0, 0, 0), (1, 1, 1))]
    total = {id: sum(sample[id] for sample in samples) for id in samples[0]}
    return {**total, "w_5+": 0.01 - 0.5 * total["dE/dw_5"], "b_3+": 0.03 - 0.5 * total["dE/db_3"]}


def three_layers() -> dict[str, float]:
    first = [[0.5, -0.5], [-0.2, 0.4], [0.3, 0.1]]
    second = [[0.4, 0.2, -0.3], [-0.5, 0.1, 0.5], [0.2, -0.4, 0.6]]
    third = [0.5, -0.2, 0.3]
    x = [1, -1]
    a = [math.tanh(w[0] * x[0] + w[1] * x[1] + b) for w, b in zip(first, (0.1, 0, -0.1), strict=True)]
    b = [
        math.tanh(sum(w * source for w, source in zip(row, a, strict=True)) + bias)
        for row, bias in zip(second, (0, 0.2, 0.1), strict=True)
    ]
    out = math.tanh(sum(w * source for w, source in zip(third, b, strict=True)) + 0.1)
    delta_out = (out - 1) * (1 - out**2)
    deltas_2 = [delta_out * w * (1 - source**2) for w, source in zip(third, b, strict=True)]
    back = [sum(deltas_2[j] * second[j][k] for j in range(3)) for k in range(3)]
    deltas_1 = [g * (1 - source**2) for g, source in zip(back, a, strict=True)]
    return {
        "E": (1 - out) ** 2 / 2, "delta_3_1": delta_out, "dE/dw_3_1_2": delta_out * b[1],
        "dE/dw_2_1_3": deltas_2[0] * a[2], "dE/dw_2_3_1": deltas_2[2] * a[0], "dE/da_1_1": back[0],
        "dE/dw_1_1_2": -deltas_1[0], "dE/db_1_3": deltas_1[2],
    }  # fmt: skip


def xor_skip() -> dict[str, float]:
    a_h = sigmoid(1 + 1 - 1.5)
    a_o = sigmoid(1 + 1 - 2 * a_h - 0.5)
    delta_o = a_o * a_o * (1 - a_o)
    delta_h = delta_o * -2 * a_h * (1 - a_h)
    return {
        "E": a_o**2 / 2,
        "dE/dw_3": delta_o,
        "dE/dw_5": delta_o * a_h,
        "dE/dw_1": delta_h,
        "dE/di_1": delta_o + delta_h,
        "w_5+": -2 - delta_o * a_h,
    }


def softmax_cross_entropy() -> dict[str, float]:
    exponentials = [math.exp(h) for h in (2, 1, 0.1)]
    a_1, a_2, a_3 = (e / sum(exponentials) for e in exponentials)
    return {
        "S_output": sum(exponentials), "a_1": a_1, "E": -math.log(a_1), "delta_1": a_1 - 1, "delta_2": a_2,
        "delta_3": a_3, "dE/da_1": -1 / a_1, "dE/dw_12": 2 * (a_1 - 1), "w_31+": -0.3 - a_3,
    }  # fmt: skip


def recurrent() -> dict[str, float]:
    s_1 = math.tanh(1)
    s_2 = math.tanh(0.5 * s_1)
    s_3 = math.tanh(0.5 * s_2)
    delta_3 = (s_3 - 1) * (1 - s_3**2)
    delta_2 = delta_3 * 0.5 * (1 - s_2**2)
    delta_1 = delta_2 * 0.5 * (1 - s_1**2)
    return {
        "E": (1 - s_3) ** 2 / 2, "delta_3": delta_3, "delta_2": delta_2, "delta_1": delta_1,
        "dE/dw": delta_3 * s_2 + delta_2 * s_1, "dE/du": delta_1, "dE/dx_3": delta_3,
    }  # fmt: skip


# As printed in the source, to the last digit; a float is worked out above or in the head.
GOLDEN: dict[str, Mapping[str, str | float]] = {
    "or-gate": {
        "h_1": "0.6",
        "h_2": "0.7",
        "a_1": "0.6456563062",
        "a_2": "0.6681877722",
        "h_o": "0.0498203185",
        "a_o": "0.5124525041",
        "E": "0.1188512804",
        "delta_o": "-0.1218112725",
        "dE/dw_5": "-0.0786482163",
        "dE/dw_6": "-0.0813928028",
        "delta_1": "-0.0002786850",
        "delta_2": "-0.0005401425",
        "dE/db_3": "-0.1218112725",
        "dE/dw_3": 0.0,
        "dE/dw_4": 0.0,
    },
    "or-gate-batch": or_gate_batch(),
    # Matt Mazur, A Step by Step Backpropagation Example; E_total+ as it is with the old weights throughout.
    "two-two-two": {
        "net_h1": "0.3775",
        "out_h1": "0.593269992",
        "out_o1": "0.75136507",
        "out_o2": "0.772928465",
        "E_total": "0.298371109",
        "dE/dw5": "0.082167041",
        "dE/dw1": "0.000438568",
        "w5+": "0.358916480",
        "w6+": "0.408666186",
        "w7+": "0.511301270",
        "w8+": "0.561370121",
        "w1+": "0.149780716",
        "w2+": "0.19956143",
        "w3+": "0.24975114",
        "w4+": "0.29950229",
        "E+": "0.2910277737",
    },
    "linear-neuron": {"a_o1": 0.5, "E": 0.125, "dE/dw_1": -0.5, "dE/dw_2": -1.0, "w_2+": 0.2, "E+": 0.03125},
    "performance-ascent": {
        "z_2": 0.5,
        "E": -0.125,
        "delta_2": 0.125,
        "dE/dT_2": -0.125,
        "dE/dw_2": 0.0625,
        "delta_1": 0.0625,
        "Delta_w_1": 0.125,
        "T_1+": 0.9375,
        "E+": -((1 - sigmoid(sigmoid(2 * 0.625 - 0.9375) * 2.0625 - 0.875)) ** 2) / 2,
    },
    "step-neuron": {"h_o": 0.5, "a_o": 1.0, "E": 0.0},
    "three-layers": three_layers(),
    "xor-skip": xor_skip(),
    "softmax-cross-entropy": softmax_cross_entropy(),
    "relu": {
        "h_1": 1.0,
        "h_2": -1.75,
        "a_2": 0.0,
        "E": 0.18,
        "delta_1": -0.24,
        "delta_2": 0.0,
        "dE/dw_2": -0.12,
        "dE/dw_4": 0.0,
        "dE/dw_6": 0.0,
        "w_3+": -1.0,
        "E+": (1 - 0.46 * (0.524 + 0.5 * 1.012 + 0.024) - 0.06) ** 2 / 2,
    },
    "momentum": {"dE/dw": -1.0, "v_w+": 0.1, "Delta_w": 0.1, "w+": 0.1, "E+": 0.405},
    "adam": {
        "dE/dw_1": 2.0,
        "dE/dw_2": 20.0,
        "m_w_2+": 2.0,
        "v_w_2+": 0.4,
        "mhat_w_2": 20.0,
        "vhat_w_2": 400.0,
        "w_1+": 0.5 - 0.1 * 2 / (2 + 1e-8),
        "w_2+": 0.5 - 0.1 * 20 / (20 + 1e-8),
    },
    "parabola": {"df/dtheta": "10", "m_theta+": "1", "v_theta+": "0.1", "vhat_theta": "100", "theta+": "4.9"},
    # CS231n course notes.
    "circuit": {"q": "3", "f": "-12", "df/dq": "-4", "df/dx": "-4", "df/dy": "-4", "df/dz": "3"},
    "recurrent": recurrent(),
    "convolution": {
        "h_1": -0.5,
        "h_2": -1.0,
        "E": 3.125,
        "dE/dk_1": -1.5 * 1 - 2 * 2,
        "dE/dk_2": -1.5 * 2 - 2 * 4,
        "dE/db": -3.5,
        "k_1+": 0.61,
    },
    # Han, Kamber and Pei, Data Mining, the tables of the worked example in chapter 9.
    "three-two-one": {
        "I_4": "-0.7",
        "O_4": "0.332",
        "I_5": "0.1",
        "O_5": "0.525",
        "I_6": "-0.105",
        "O_6": "0.474",
        "Err_6": "0.1311",
        "Err_5": "-0.0065",
        "Err_4": "-0.0087",
        "w_46+": "-0.261",
        "w_56+": "-0.138",
        "w_14+": "0.192",
        "w_15+": "-0.306",
        "w_24+": "0.4",
        "w_25+": "0.1",
        "w_34+": "-0.508",
        "w_35+": "0.194",
        "theta_6+": "0.218",
        "theta_5+": "0.194",
        "theta_4+": "-0.408",
    },
}


def agrees(stated: str | float, value: float) -> bool:
    """A float to rounding errors, a text to half a unit of its last place."""
    if isinstance(stated, float):
        return math.isclose(value, stated, rel_tol=1e-12, abs_tol=1e-15)
    unit = 10.0 ** -len(stated.partition(".")[2])
    return abs(value - float(stated)) <= unit / 2 + 1e-12


def test_every_example_has_golden_numbers() -> None:
    assert sorted(GOLDEN) == EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_gives_the_golden_numbers(name: str) -> None:
    only = "forward" if name == "step-neuron" else None
    traced = backtrace.trace(backtrace.load(name), only=only)  # type: ignore[arg-type]
    wrong = {
        id: (stated, traced[id]) for id, stated in GOLDEN[name].items() if not agrees(stated, traced[id])
    }
    assert wrong == {}


def test_rounding_to_the_stated_place_is_what_agreement_means() -> None:
    assert agrees("0.513", 0.5125)
    assert not agrees("0.512", 0.51251)
    assert not agrees(0.5, 0.5 + 1e-9)


def test_the_or_gate_rounded_by_hand_gives_the_numbers_on_paper() -> None:
    rows = json.loads(run("trace", "or-gate", "--hand", "activation=3", "-f", "json").out)["records"]
    texts = {row["id"]: row["text"] for row in rows}
    on_paper = {"a_1": "0.646", "a_2": "0.668", "h_o": "0.04982", "a_o": "0.512", "E": "0.119072"}
    assert {id: texts[id] for id in on_paper} == on_paper
    assert texts["dE/da_o"] == "-0.488"


def test_the_famous_error_after_one_step_comes_from_weights_updated_too_early() -> None:
    """0.291027924 is printed in the source: the hidden deltas used the new output weights."""
    traced = backtrace.trace(backtrace.load("two-two-two"))
    assert agrees("0.2910277737", traced["E+"])
    assert not agrees("0.291027924", traced["E+"])


def test_the_linear_neuron_halves_what_is_missing_in_every_step() -> None:
    traced = backtrace.trace(backtrace.load("linear-neuron"), steps=4)
    missing = [1 - traced.get("a_o1", step=step) for step in (1, 2, 3, 4)]
    assert missing == pytest.approx([0.5, 0.25, 0.125, 0.0625], rel=1e-12)


def test_momentum_gathers_speed_and_overshoots_in_step_5() -> None:
    traced = backtrace.trace(backtrace.load("momentum"), steps=5)
    w = v = 0.0
    for step in range(1, 6):
        v = 0.9 * v + 0.1 * (1 - w)
        w += v
        assert traced.get("v_w+", step=step) == pytest.approx(v, rel=1e-12)
        assert traced.get("w+", step=step) == pytest.approx(w, rel=1e-12)
    assert w > 1


def adam_by_hand(gradient: Callable[[float], float], w: float) -> Iterator[float]:
    """The parameter after each step, at learning rate 0.1 and the usual constants."""
    m = v = 0.0
    step = 0
    while True:
        step += 1
        g = gradient(w)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        w -= 0.1 * (m / (1 - 0.9**step)) / (math.sqrt(v / (1 - 0.999**step)) + 1e-8)
        yield w


def test_adam_walks_down_the_parabola() -> None:
    traced = backtrace.trace(backtrace.load("parabola"), steps=3)
    walked = adam_by_hand(lambda theta: 2 * theta, 5.0)
    for step in (1, 2, 3):
        assert traced.get("theta+", step=step) == pytest.approx(next(walked), rel=1e-12)


def test_adam_moves_both_weights_alike_whatever_the_size_of_their_gradients() -> None:
    traced = backtrace.trace(backtrace.load("adam"), steps=3)
    for step in (1, 2, 3):
        small, large = (traced.get(f"Delta_w_{k}", step=step) for k in (1, 2))
        assert small == pytest.approx(large, rel=1e-7)
        assert traced.get("dE/dw_2", step=step) == pytest.approx(10 * traced.get("dE/dw_1", step=step))


def test_the_deltas_of_softmax_with_cross_entropy_add_up_to_0() -> None:
    problem = backtrace.load("softmax-cross-entropy")
    for sample in (1, 2):
        traced = backtrace.trace(problem, sample=sample)
        assert sum(traced[f"delta_{k}"] for k in (1, 2, 3)) == pytest.approx(0, abs=1e-15)


# What the opening comments say

COMMAND = "#     "
CLAIM = re.compile(
    r"(?<!\S)(?P<symbol>[^\s=(),;:]+) = (?P<number>-?\d+(?:\.\d+)?)"
    r"(?: \((?P<where>step|sample) (?P<which>\d+)\))?(?=[\s.,;:)]|$)"
)


@dataclass(frozen=True)
class Claim:
    """`symbol = number`, said of a step or a sample."""

    symbol: str
    number: str
    step: int
    sample: int | None


def opening(name: str) -> list[str]:
    lines = source(name).splitlines()
    return lines[: next(i for i, line in enumerate(lines) if not line.startswith("#"))]


def prose(name: str) -> str:
    return " ".join(line[2:] for line in opening(name)[1:] if not line.startswith(COMMAND))


def commands(name: str) -> list[tuple[str, str]]:
    """Each command of the opening comment, and the note behind it."""
    written = [line.removeprefix(COMMAND) for line in opening(name) if line.startswith(COMMAND)]
    parts = (line.partition("    ") for line in written)
    return [(command, note.strip()) for command, _, note in parts]


def claims(text: str) -> list[Claim]:
    found = []
    for match in CLAIM.finditer(text):
        which = {match["where"]: int(match["which"])} if match["where"] else {}
        found.append(Claim(match["symbol"], match["number"], which.get("step", 1), which.get("sample")))
    return found


def holds(claim: Claim, name: str) -> bool:
    """Whether the trace of an example, or the config itself, gives the number."""
    problem = backtrace.load(name)
    only = "forward" if name == "step-neuron" else None
    traced = backtrace.trace(problem, step=claim.step, sample=claim.sample, only=only)  # type: ignore[arg-type]
    sample = problem.samples[(claim.sample or 1) - 1]
    givens = {id: number.value for id, number in problem.parameters.items()}
    givens |= {id: number.value for id, number in zip(problem.inputs, sample.inputs, strict=True)}
    givens |= {id: number.value for id, number in zip(problem.targets, sample.targets or (), strict=True)}
    if claim.symbol in givens:
        return float(claim.number) == givens[claim.symbol]
    return agrees(claim.number, traced.get(claim.symbol))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_number_in_the_prose_is_what_the_trace_gives(name: str) -> None:
    stated = claims(prose(name))
    assert len(stated) >= 2
    assert [claim for claim in stated if not holds(claim, name)] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_number_with_decimals_stands_in_a_comment_unchecked(name: str) -> None:
    notes = [note for _, note in commands(name)]
    remarks = re.findall(r"(?<=\S) +#(.*)", source(name))
    for text in (prose(name), *notes, *remarks):
        assert not re.search(r"\d\.\d", CLAIM.sub("", text)), text


def test_a_false_claim_does_not_hold() -> None:
    first, second, third = claims("δ_o1 = -0.51, out_o1 = 0.75 (step 2), and x_2 = 3.")
    assert first == Claim("δ_o1", "-0.51", 1, None)
    assert second == Claim("out_o1", "0.75", 2, None)
    assert [holds(claim, "linear-neuron") for claim in (first, second, third)] == [False, True, False]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_command_in_the_opening_runs_and_prints_what_its_note_says(name: str) -> None:
    tried = commands(name)
    assert 2 <= len(tried) <= 4
    for command, note in tried:
        program, *arguments = shlex.split(command)
        assert (program, *arguments[:2]) == ("backtrace", "trace", name)
        traced = run(*arguments)
        if "refused" in note:
            assert (traced.code, traced.err) == (1, REFUSED)
            continue
        assert (traced.code, traced.err) == (0, "")
        assert rows_in_table(traced.out) > 0
        as_data = [argument for argument in arguments if argument != "--matrix"]
        rows = json.loads(run(*as_data, "-f", "json").out)["records"]
        printed = {row["symbol"]: row["text"] for row in rows}
        sample = re.search(r"--sample (\d+)", command)
        for claim in claims(note):
            if claim.symbol in printed:
                assert printed[claim.symbol] == claim.number, command
            else:
                which = int(sample[1]) if sample else None
                assert holds(Claim(claim.symbol, claim.number, 1, which), name), command


def test_the_page_about_the_examples_has_a_paragraph_on_each() -> None:
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\*\*([a-z-]+)\*\* — [A-Z]", page, re.MULTILINE)) == EXAMPLES


# What is installed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # hatchling is among the development tools, so that nothing needs to be fetched here.
    isolation = ["--no-build-isolation"] if find_spec("hatchling") else []
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", *isolation, "-w", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_has_the_examples_the_type_marker_and_every_file_of_the_package(wheel: Path) -> None:
    configs = CONFIGS.rglob("*.yaml")
    expected = {f"backtrace/configs/{path.relative_to(CONFIGS).as_posix()}": path for path in configs}
    package = [path for path in (ROOT / "backtrace").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    expected |= {path.relative_to(ROOT).as_posix(): path for path in package}
    assert "backtrace/py.typed" in expected
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert held == set(expected)
        assert [name for name, path in expected.items() if archive.read(name) != path.read_bytes()] == []


def test_an_unpacked_wheel_lists_and_traces_its_examples(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    script = (
        "import backtrace; from backtrace.config.load import example_names, examples_folder; "
        "print(backtrace.trace(backtrace.load('circuit'))['f']); "
        "print(examples_folder()); print(*example_names())"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert told.stdout.splitlines() == ["-12.0", str(tmp_path / "backtrace/configs"), " ".join(EXAMPLES)]


def test_ids_in_the_golden_numbers_are_typed_in_ascii() -> None:
    assert all(spell(id) == id for ids in GOLDEN.values() for id in ids)

"""The options of `backtrace trace`, exit codes, and the one shape of its records."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from backtrace import __version__
from backtrace.cli import COMMANDS
from backtrace.config.cursor import one_of
from tests.runner import run

FIELDS = [
    "step", "sample", "phase", "layer", "kind", "id", "symbol", "formula", "substitution", "value", "text",
]  # fmt: skip


def json_of(*arguments: str) -> list[dict[str, Any]]:
    """The records of `backtrace trace … -f json`."""
    done = run("trace", *arguments, "-f", "json")
    assert (done.code, done.err) == (0, "")
    return done.rows


# The OR gate worked out once more, in plain Python, as an oracle.

SAMPLES = [((1, 0), 1), ((0, 1), 1), ((0, 0), 0), ((1, 1), 1)]
START = {"w_1": 0.1, "w_2": 0.2, "w_3": 0.3, "w_4": 0.4, "b_1": 0.5, "b_2": 0.5, "w_5": 0.01, "w_6": 0.02}
START["b_3"] = 0.03


def or_gate(p: dict[str, float], sample: int) -> dict[str, float]:
    """E and the gradients of a sample."""
    (i1, i2), y = SAMPLES[sample - 1]
    a1 = 1 / (1 + math.exp(-(i1 * p["w_1"] + i2 * p["w_3"] + p["b_2"])))
    a2 = 1 / (1 + math.exp(-(i1 * p["w_2"] + i2 * p["w_4"] + p["b_1"])))
    a = 1 / (1 + math.exp(-(a1 * p["w_5"] + a2 * p["w_6"] + p["b_3"])))
    d = (a - y) * a * (1 - a)
    d1, d2 = d * p["w_5"] * a1 * (1 - a1), d * p["w_6"] * a2 * (1 - a2)
    gradients = {"w_1": d1 * i1, "w_2": d2 * i1, "w_3": d1 * i2, "w_4": d2 * i2, "b_1": d2, "b_2": d1}
    gradients |= {"w_5": d * a1, "w_6": d * a2, "b_3": d}
    return {"E": (y - a) ** 2 / 2} | {f"dE/d{name}": g for name, g in gradients.items()}


def moved(p: dict[str, float], gradients: dict[str, float], rate: float = 0.5) -> dict[str, float]:
    return {name: w - rate * gradients[f"dE/d{name}"] for name, w in p.items()}


def after_steps(steps: int) -> dict[str, float]:
    """The parameters after online steps through the samples in turn."""
    p = START
    for step in range(steps):
        p = moved(p, or_gate(p, step % 4 + 1))
    return p


def places(rows: Sequence[dict[str, Any]]) -> list[tuple[int, int | None, str]]:
    """Step, sample and phase of records, each run of the same ones once."""
    found = [(row["step"], row["sample"], row["phase"]) for row in rows]
    return [place for n, place in enumerate(found) if n == 0 or place != found[n - 1]]


def value(rows: Sequence[dict[str, Any]], id: str, **where: object) -> float:
    """The one value of a quantity."""
    found = [row for row in rows if row["id"] == id and all(row[k] == v for k, v in where.items())]
    assert len(found) == 1, (id, where, len(found))
    number: float = found[0]["value"]
    return number


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], str]:
    """A config file with a text."""

    def write(text: str) -> str:
        file = tmp_path / "net.yaml"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


Config = Callable[[str], str]

BATCH = """
title: batch
inputs: [i]
targets: [y]
layers: [{name: out, units: [o], weights: [[w]], biases: [b]}]
parameters: {w: 0.5, b: 0.25}
batch: %s
update: {rule: sgd, learning_rate: 0.5}
samples:
  - {inputs: [1], targets: [2]}
  - {inputs: [3], targets: [1]}
  - {inputs: [7]}
"""


# The command itself


def test_backtrace_alone_shows_the_help() -> None:
    done = run()
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Usage: backtrace [OPTIONS] ")
    assert run("--help").out == run("-h").out == done.out


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_trace_has_help_that_names_every_option(option: str) -> None:
    done = run("trace", option)
    assert (done.code, done.err) == (0, "")
    for name in (
        *("--format", "--sample", "--step", "--steps", "--only", "--show", "--matrix", "--all-rows"),
        *("--digits", "--decimals", "--hand", "--set", "--input", "--target", "--output", "--color"),
    ):
        assert f"{name} " in done.out


def test_the_version_is_told() -> None:
    assert run("--version") == (0, f"backtrace, version {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tarce", "or-gate"), "no such command 'tarce'; did you mean trace?"),
        (("zzz",), f"no such command 'zzz'; expected {one_of(COMMANDS)}"),
        (("or-gate",), "no such command 'or-gate'; did you mean backtrace trace or-gate?"),
        (("trace", "or-gate", "--step", "1", "--steps", "2"),
         "--step and --steps exclude each other; give one of them"),
        (("trace", "or-gate", "--digits", "3", "--decimals", "2"),
         "--digits and --decimals exclude each other; give one of them"),
        (("trace", "or-gate", "--sample", "first"),
         "'--sample': 'first'; expected a sample's number, or all"),
        (("trace", "or-gate", "--hand", "3.5"), "'--hand': '3.5'; expected decimals from 0 to 15"),
        (("trace", "or-gate", "--hand", "9" * 5000),
         f"'--hand': '{'9' * 40}…'; expected decimals from 0 to 15"),
        (("trace", "or-gate", "--hand", ""), "'--hand': ''; expected decimals from 0 to 15"),
        (("trace", "or-gate", "--hand", "activaton=3"),
         "'--hand': 'activaton' is no kind of quantity; did you mean activation?"),
        (("trace", "or-gate", "--hand", "delta=3,delta=4"),
         "'--hand': 'delta=3,delta=4' has decimals for delta twice"),
        (("trace", "or-gate", "--set", "w_5"),
         "'--set': 'w_5'; expected a parameter and its value, as w_5=0.02"),
        (("trace", "or-gate", "--matrix", "-f", "csv"),
         "--matrix is drawn in tables and Markdown; use -f table or markdown, not csv"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_with_exit_code_2(arguments: tuple[str, ...], message: str) -> None:
    assert run(*arguments).usage_error == message


def test_a_command_without_its_config_is_wrong_usage() -> None:
    assert "'CONFIG'" in run("trace").usage_error


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--shwo", "E"), ("--shwo", "--show")),
        (("xor",), ("xor",)),
        (
            ("-f", "xml"),
            ("'--format'", "'xml'", "'table', 'markdown', 'latex', 'html', 'csv', 'json', 'jsonl'"),
        ),
        (("--only", "sideways"), ("'--only'", "'sideways'", "'forward', 'backward', 'update'")),
        (("--step", "0"), ("'--step'", "0", "x>=1")),
        (("--digits", "18"), ("'--digits'", "18", "1<=x<=17")),
        (("--color", "blue"), ("'--color'", "'blue'", "'auto', 'always', 'never'")),
    ],
)
def test_wrong_options_are_told_with_what_was_expected(
    arguments: tuple[str, ...], told: tuple[str, ...]
) -> None:
    done = run("trace", "or-gate", *arguments)
    assert (done.code, done.out) == (2, "")
    assert all(part in done.err.splitlines()[-1] for part in told)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("or-gat",), "'or-gat': no such file, and no bundled example; did you mean or-gate?"),
        (("or-gate", "--sample", "5"), "no sample 5; there are samples 1 to 4"),
        (("or-gate", "--sample", "0"), "no sample 0; there are samples 1 to 4"),
        (("or-gate", "--sample", "-1"), "no sample -1; there are samples 1 to 4"),
        (("or-gate", "--sample", "9", "--target", "0"), "no sample 9; there are samples 1 to 4"),
        (("circuit", "--step", "2"), "no step 2: without an update in the config there is one step"),
        (("circuit", "--only", "update"), "nothing to show: the config has no update"),
        (("or-gate", "--input", "1,1", "--only", "backward"),
         "nothing to show: without targets there is only the forward pass"),
        (("or-gate-batch", "--sample", "2", "--only", "update"),
         "nothing to show: in batch mode one sample has no update; expected --sample all"),
        (("or-gate", "--set", "w_7=1"), "--set 'w_7': no such parameter; did you mean w_6?"),
        (("or-gate", "--set", "i_1=1"),
         "--set 'i_1': no such parameter; inputs and targets change with --input and --target"),
        (("or-gate", "--set", "w_5=two"), "--set 'w_5': found 'two'; expected a number"),
        (("or-gate", "--set", "w_5=nan"), "--set 'w_5': found 'nan'; expected a finite number"),
        (("or-gate", "--input", "1"), "--input '1': 1 given, expected 2 (i_1, i_2)"),
        (("or-gate", "--input", "1,x"), "--input '1,x': found 'x'; expected a number"),
        (("or-gate", "--target", "1,0"), "--target '1,0': 2 given, expected 1 (y)"),
        (("or-gate", "--show", "dE/dw5"), "no quantity 'dE/dw5'; did you mean dE/dw_5?"),
        (("or-gate", "--show", "w_5"), "'w_5' is given, not computed; did you mean w_5+?"),
        (("or-gate", "--show", "h_o", "--show", "zz*"),
         "no quantity 'zz*'; expected an id, as h_1, h_2, a_1, a_2, h_o, a_o"),
        (("or-gate", "--only", "backward", "--show", "h_1"),
         "'h_1' belongs to the forward pass, which is not shown here"),
        (("or-gate", "--only", "forward", "--show", "dE/d*"),
         "'dE/d*' belongs to the backward pass, which is not shown here"),
        (("or-gate", "--set", "x=1"),
         "--set 'x': no such parameter; expected one of w_1, w_2, w_3, w_4, b_1, b_2, … b_3"),
        (("circuit", "--input", "1"), "--input '1': the config has no inputs"),
        (("circuit", "--target", "1,2"), "--target '1,2': the config has no targets"),
        (("two-two-two", "--show", "out_h3"), "no quantity 'out_h3'; did you mean out_h2?"),
    ],
)  # fmt: skip
def test_bad_input_is_told_with_exit_code_1(arguments: tuple[str, ...], message: str) -> None:
    done = run("trace", *arguments)
    assert (done.code, done.err) == (1, f"{message}\n")


def test_an_update_that_changes_nothing_says_why(tmp_path: Path) -> None:
    file = tmp_path / "fixed.yaml"
    file.write_text(
        "equations: {E: (w - x)^2}\nobjective_symbol: E\nparameters: {w: 1}\nfixed: [w]\n"
        "inputs: [x]\nsamples: [{inputs: [2]}]\nupdate: {rule: adam, learning_rate: 0.1}\n"
    )
    done = run("trace", str(file), "--only", "update")
    assert (done.code, done.err) == (1, "nothing to show: all parameters are held fixed\n")


# Formats


def test_json_is_one_document_of_the_fixed_shape() -> None:
    done = run("trace", "or-gate", "-f", "json")
    document = json.loads(done.out)
    assert list(document) == ["schema", "title", "arithmetic", "records"]
    assert (document["schema"], document["title"], document["arithmetic"]) == (1, "OR gate, 2-2-1", "float64")
    assert document["records"][0] == {
        "step": 1, "sample": 1, "phase": "forward", "layer": "hidden", "kind": "net", "id": "h_1",
        "symbol": "h_1", "formula": "i_1·w_1 + i_2·w_3 + b_2", "substitution": "1(0.1) + 0(0.3) + 0.5",
        "value": 0.6, "text": "0.6",
    }  # fmt: skip
    for row in document["records"]:
        assert list(row) == FIELDS
        assert isinstance(row["step"], int)
        assert row["sample"] is None or isinstance(row["sample"], int)
        assert row["phase"] in ("forward", "backward", "total", "update", "after")
        assert row["layer"] is None or isinstance(row["layer"], str)
        assert isinstance(row["value"], float)
        assert all(
            isinstance(row[f], str) for f in ("kind", "id", "symbol", "formula", "substitution", "text")
        )


def test_json_of_hand_arithmetic_names_it() -> None:
    done = run("trace", "or-gate", "-f", "json", "--hand", "activation=3,delta=4")
    assert json.loads(done.out)["arithmetic"] == "hand activation=3,delta=4"
    assert all(isinstance(row["value"], float) for row in done.rows)


@pytest.mark.parametrize("example", ["or-gate", "or-gate-batch", "circuit", "adam"])
def test_json_lines_are_the_records_of_json(example: str) -> None:
    lines = run("trace", example, "-f", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == run("trace", example, "-f", "json").rows
    assert list(json.loads(lines[0])) == FIELDS


@pytest.mark.parametrize("example", ["or-gate", "or-gate-batch", "circuit", "adam"])
def test_csv_has_the_same_records_and_leaves_null_empty(example: str) -> None:
    rows = list(csv.reader(run("trace", example, "-f", "csv").out.splitlines()))
    assert rows[0] == FIELDS
    expected = run("trace", example, "-f", "json").rows
    assert rows[1:] == [["" if cell is None else str(cell) for cell in row.values()] for row in expected]
    assert [float(row[9]) for row in rows[1:]] == [row["value"] for row in expected]


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "trace.csv"
    assert run("trace", "or-gate", "-f", "csv", "-o", str(file)) == (0, "", "")
    assert file.read_text(encoding="utf-8") == run("trace", "or-gate", "-f", "csv").out


def test_a_file_that_ends_in_another_command_s_form_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    done = run("trace", "or-gate", "-o", str(file))
    said = "no format for .svg here; choose one of .md .tex .html .csv .json .jsonl, or give -f"
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"\nError: -o '{file}': {said}\n")
    assert not file.exists()
    for name in ("a.txt", "a.log", "svg"):
        assert run("trace", "or-gate", "-o", str(tmp_path / name)).code == 0


def test_a_dash_as_output_file_is_standard_output() -> None:
    assert run("trace", "or-gate", "-o", "-") == run("trace", "or-gate")


# Online steps


def test_a_step_is_forward_backward_update_and_after() -> None:
    rows = json_of("or-gate")
    assert places(rows) == [(1, 1, "forward"), (1, 1, "backward"), (1, None, "update"), (1, 1, "after")]
    assert value(rows, "E") == pytest.approx(0.1188512804, abs=5e-11)
    assert value(rows, "dE/dw_5") == pytest.approx(-0.0786482163, abs=5e-11)


def test_steps_cycle_through_the_samples() -> None:
    rows = json_of("or-gate", "--steps", "6")
    assert [sample for _, sample, phase in places(rows) if phase == "forward"] == [1, 2, 3, 4, 1, 2]
    for step in range(1, 7):
        expected = or_gate(after_steps(step - 1), (step - 1) % 4 + 1)
        for id, number in expected.items():
            assert value(rows, id, step=step) == pytest.approx(number, rel=1e-12), (step, id)
        for name, number in after_steps(step).items():
            assert value(rows, f"{name}+", step=step, sample=None) == pytest.approx(number, rel=1e-12)
        again = or_gate(after_steps(step), (step - 1) % 4 + 1)["E"]
        assert value(rows, "E+", step=step, sample=(step - 1) % 4 + 1) == pytest.approx(again, rel=1e-12)


def test_step_shows_only_that_one() -> None:
    assert json_of("or-gate", "--step", "6") == [
        row for row in json_of("or-gate", "--steps", "6") if row["step"] == 6
    ]


def test_another_sample_shows_its_pass_and_its_own_update_at_the_step_s_start() -> None:
    rows = json_of("or-gate", "--step", "3", "--sample", "2")
    assert places(rows) == [(3, 2, "forward"), (3, 2, "backward"), (3, 2, "update"), (3, 2, "after")]
    start = after_steps(2)
    expected = or_gate(start, 2)
    for id, number in expected.items():
        assert value(rows, id) == pytest.approx(number, rel=1e-12)
    for name, number in moved(start, expected).items():
        assert value(rows, f"{name}+") == pytest.approx(number, rel=1e-12)
    assert value(rows, "E+") == pytest.approx(or_gate(moved(start, expected), 2)["E"], rel=1e-12)


def test_the_step_s_own_sample_asked_for_by_number_changes_nothing() -> None:
    assert json_of("or-gate", "--step", "2", "--sample", "2") == json_of("or-gate", "--step", "2")


def test_looking_at_another_sample_does_not_change_the_steps() -> None:
    rows = json_of("or-gate", "--steps", "3", "--sample", "4")
    assert [sample for _, sample, phase in places(rows) if phase == "forward"] == [4, 4, 4]
    assert value(rows, "E", step=3) == pytest.approx(or_gate(after_steps(2), 4)["E"], rel=1e-12)


def test_sample_all_shows_every_pass_and_the_step_s_own_update() -> None:
    rows = json_of("or-gate", "--step", "2", "--sample", "all")
    passes = [(2, k, phase) for k in (1, 2, 3, 4) for phase in ("forward", "backward")]
    assert places(rows) == [*passes, (2, None, "update"), (2, 2, "after")]
    start = after_steps(1)
    for k in (1, 2, 3, 4):
        assert value(rows, "dE/dw_5", sample=k) == pytest.approx(or_gate(start, k)["dE/dw_5"], rel=1e-12)
    assert value(rows, "w_5+") == pytest.approx(after_steps(2)["w_5"], rel=1e-12)


def test_without_an_update_there_is_one_step_of_two_phases() -> None:
    assert places(json_of("circuit")) == [(1, 1, "forward"), (1, 1, "backward")]


# Batches: a_1 = 0.75, a_2 = 1.75, errors a - y = -1.25 and 0.75


@pytest.mark.parametrize(("batch", "n"), [("sum", 1), ("mean", 2)])
def test_a_batch_adds_up_the_scored_samples(config: Config, batch: str, n: int) -> None:
    rows = json_of(config(BATCH % batch))
    passes = [(1, 1, "forward"), (1, 1, "backward"), (1, 2, "forward"), (1, 2, "backward"), (1, 3, "forward")]
    assert places(rows) == [*passes, (1, None, "total"), (1, None, "update"), (1, None, "after")]
    assert value(rows, "E", phase="total") == pytest.approx((0.78125 + 0.28125) / n)
    assert value(rows, "dE/dw", phase="total") == pytest.approx((-1.25 + 2.25) / n)
    assert value(rows, "dE/db", phase="total") == pytest.approx(-0.5 / n)
    assert value(rows, "w+") == pytest.approx(0.5 - 0.5 * 1 / n)
    assert value(rows, "b+") == pytest.approx(0.25 + 0.25 / n)
    w, b = 0.5 - 0.5 / n, 0.25 + 0.25 / n
    again = ((2 - w - b) ** 2 + (1 - 3 * w - b) ** 2) / 2 / n
    assert value(rows, "E+", phase="after", sample=None) == pytest.approx(again)


@pytest.mark.parametrize("batch", ["sum", "mean"])
def test_the_records_of_a_sample_are_not_scaled(config: Config, batch: str) -> None:
    rows = json_of(config(BATCH % batch))
    assert value(rows, "E", sample=1) == 0.78125
    assert value(rows, "dE/dw", sample=2) == 2.25


def test_one_sample_of_a_batch_has_a_forward_and_a_backward_pass_only(config: Config) -> None:
    net = config(BATCH % "mean")
    rows = json_of(net, "--sample", "2")
    assert places(rows) == [(1, 2, "forward"), (1, 2, "backward")]
    assert rows == [row for row in json_of(net) if row["sample"] == 2]
    assert places(json_of(net, "--sample", "3")) == [(1, 3, "forward")]


def test_every_sample_of_a_batch_is_the_same_as_none_in_particular(config: Config) -> None:
    net = config(BATCH % "sum")
    assert json_of(net, "--sample", "all") == json_of(net)


def test_the_steps_of_a_batch_go_on_from_its_update(config: Config) -> None:
    net = config(BATCH % "sum")
    rows = json_of(net, "--step", "2")
    assert {row["step"] for row in rows} == {2}
    assert value(rows, "h_o", sample=1) == pytest.approx(0.0 + 0.5)
    assert value(json_of(net, "--step", "2", "--sample", "1"), "h_o") == pytest.approx(0.5)


# What is picked out


@pytest.mark.parametrize(
    ("options", "phases"),
    [
        (["forward"], ["forward"]),
        (["backward"], ["backward", "total"]),
        (["update"], ["update", "after"]),
        (["update", "forward"], ["forward", "update", "after"]),
        (["forward", "backward", "update"], ["forward", "backward", "total", "update", "after"]),
    ],
)
def test_only_picks_phases(config: Config, options: list[str], phases: list[str]) -> None:
    net = config(BATCH % "sum")
    arguments = [argument for option in options for argument in ("--only", option)]
    expected = [row for row in json_of(net) if row["phase"] in phases]
    assert json_of(net, *arguments) == expected
    assert {row["phase"] for row in expected} == set(phases)


def test_only_the_update_is_worked_out_as_ever() -> None:
    rows = json_of("or-gate", "--only", "update", "--step", "3")
    assert value(rows, "w_5+") == pytest.approx(after_steps(3)["w_5"], rel=1e-12)


@pytest.mark.parametrize(
    ("example", "patterns", "ids"),
    [
        ("or-gate", ["dE/dw_5"], ["dE/dw_5"]),
        ("or-gate", ["dE/dw_[56]"], ["dE/dw_5", "dE/dw_6"]),
        ("or-gate", ["h_?", "E"], ["h_1", "h_2", "h_o", "E"]),
        ("or-gate", ["E", "h_?", "h_1"], ["h_1", "h_2", "h_o", "E"]),
        ("or-gate", ["E+"], ["E+"]),
        ("or-gate", ["w_5⁺", "∂E/∂w_5", "δ_o", "Δw_6"], ["delta_o", "dE/dw_5", "w_5+", "Delta_w_6"]),
        ("or-gate", ["dE/dh_1"], ["delta_1"]),
        ("or-gate", ["∂E/∂h_1"], ["delta_1"]),
        ("or-gate", ["dE/di_?"], ["dE/di_1", "dE/di_2"]),
        ("or-gate", ["dh_o/dw_5", "∂h_o/∂a_1"], ["dh_o/da_1", "dh_o/dw_5"]),
        ("two-two-two", ["net_h1", "out_o2", "E_total"], ["h_h1", "a_o2", "E"]),
        ("two-two-two", ["h_h1", "E"], ["h_h1", "E"]),
        ("two-two-two", ["dE_total/dw5", "∂E_total/∂w6", "∂E/∂w7"], ["dE/dw5", "dE/dw6", "dE/dw7"]),
        ("two-two-two", ["dE_total/dnet_h1", "∂E_total/∂net_h2"], ["delta_h1", "delta_h2"]),
        ("two-two-two", ["dE_o1/da_h1"], ["dE_o1/da_h1"]),
        ("two-two-two", ["∂E_o1/∂out_h1"], ["dE_o1/da_h1"]),
        ("two-two-two", ["net_*"], ["h_h1", "h_h2", "h_o1", "h_o2"]),
        ("performance-ascent", ["dE/da_*"], None),
    ],
)
def test_show_picks_quantities_by_any_of_their_names(
    example: str, patterns: list[str], ids: list[str] | None
) -> None:
    arguments = [argument for pattern in patterns for argument in ("--show", pattern)]
    found = [row["id"] for row in json_of(example, *arguments)]
    if ids is None:
        assert found
        assert all(id.startswith("dE/da_") for id in found)
    else:
        assert found == ids


@pytest.mark.parametrize(
    "example", ["or-gate", "two-two-two", "or-gate-batch", "softmax-cross-entropy", "xor-skip"]
)
def test_showing_everything_adds_the_hidden_to_what_is_there_anyway(example: str) -> None:
    usual, everything = json_of(example), json_of(example, "--show", "*")
    assert [row for row in everything if row in usual] == usual
    hidden = {row["kind"] for row in everything if row not in usual}
    assert {"local", "gradient"} <= hidden


def test_a_local_derivative_is_worked_out_like_the_rest() -> None:
    rows = json_of(
        "or-gate", "--show", "dh_o/dw_5", "--show", "dE/di_1", "--show", "a_1", "--show", "delta_?"
    )
    assert value(rows, "dh_o/dw_5") == value(rows, "a_1")
    expected = value(rows, "delta_1") * 0.1 + value(rows, "delta_2") * 0.2
    assert value(rows, "dE/di_1") == pytest.approx(expected, rel=1e-12)


def test_show_goes_through_all_steps() -> None:
    rows = json_of("or-gate", "--steps", "5", "--show", "dE/di_1", "--show", "w_5+")
    assert [(row["step"], row["id"]) for row in rows] == [
        (step, id) for step in range(1, 6) for id in ("dE/di_1", "w_5+")
    ]
    assert value(rows, "w_5+", step=5) == pytest.approx(after_steps(5)["w_5"], rel=1e-12)


AMBIGUOUS = """
title: two quantities that are written alike
inputs: [i]
targets: [y]
notation: {net: "s_{unit}", activation: "s_{unit}x"}
layers:
  - {name: one, units: [1x], weights: [[w]]}
  - {name: two, units: [1], weights: [[v]]}
parameters: {w: 0.5, v: 0.25}
samples: [{inputs: [1], targets: [1]}]
"""


def test_a_name_that_could_be_two_quantities_is_refused(config: Config) -> None:
    done = run("trace", config(AMBIGUOUS), "--show", "s_1x")
    assert (done.code, done.err) == (1, "'s_1x' could be a_1 or h_1x; expected one of these\n")
    assert [row["id"] for row in run("trace", config(AMBIGUOUS), "--show", "a_1", "-f", "json").rows] == [
        "a_1"
    ]


# How numbers are written


def texts(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [row["text"] for row in rows]


@pytest.mark.parametrize(
    ("options", "text", "substitution"),
    [
        ([], "-0.0786482", "-0.121811(0.645656)"),
        (["--digits", "3"], "-0.0786", "-0.122(0.646)"),
        (["--digits", "17"], None, None),
        (["--decimals", "3"], "-0.079", "-0.122(0.646)"),
        (["--decimals", "0"], "0", "0(1)"),
    ],
)
def test_digits_and_decimals_change_what_is_shown(
    options: list[str], text: str | None, substitution: str | None
) -> None:
    (row,) = json_of("or-gate", "--show", "dE/dw_5", *options)
    assert row["value"] == pytest.approx(or_gate(START, 1)["dE/dw_5"], rel=1e-12)
    if substitution is None:
        assert float(row["text"]) == row["value"]
    else:
        assert (row["text"], row["substitution"]) == (text, substitution)


def test_hand_rounds_where_a_person_writes_down() -> None:
    rows = json_of("or-gate", "--hand", "activation=3", *("--show", "a_*", "--show", "h_o", "--show", "E"))
    rows += json_of("or-gate", "--hand", "activation=3", "--show", "dE/da_o")
    assert texts(rows) == ["0.646", "0.668", "0.04982", "0.512", "0.119072", "-0.488"]


def test_hand_decimals_for_all_kinds() -> None:
    rows = json_of("or-gate", "--hand", "2", "--only", "forward")
    assert texts(rows) == ["0.60", "0.70", "0.65", "0.67", "0.05", "0.51", "0.12"]


def test_hand_exact_overrides_the_config(config: Config) -> None:
    net = config(BATCH % "sum" + "hand: 1\n")
    assert json.loads(run("trace", net, "-f", "json").out)["arithmetic"] == "hand all=1"
    assert json.loads(run("trace", net, "-f", "json", "--hand", "exact").out)["arithmetic"] == "float64"


# What if


def test_set_changes_parameters_and_says_so() -> None:
    options = ("--set", "w_5=0.02", "--set", "b_3=-1e-1")
    rows = json_of("or-gate", *options)
    expected = or_gate({**START, "w_5": 0.02, "b_3": -0.1}, 1)
    assert value(rows, "dE/dw_6") == pytest.approx(expected["dE/dw_6"], rel=1e-12)
    assert "\nwith w_5 = 0.02, b_3 = -1e-1\n" in run("trace", "or-gate", *options).out


def test_the_last_setting_of_a_parameter_counts() -> None:
    options = ("--set", "w_5=7", "--set", "w_5=0.02")
    assert json_of("or-gate", *options) == json_of("or-gate", "--set", "w_5=0.02")
    assert "\nwith w_5 = 0.02\n" in run("trace", "or-gate", *options).out


def test_input_and_target_make_a_sample_of_their_own() -> None:
    options = ("--input", "0, 1", "--target", "1")
    rows = json_of("or-gate", *options)
    assert places(rows)[0] == (1, 1, "forward")
    assert value(rows, "E") == pytest.approx(or_gate(START, 2)["E"], rel=1e-12)
    shown = run("trace", "or-gate", *options).out
    assert "\nwith input 0, 1, target 1\n" in shown
    assert "\nstep 1, sample 1: i_1 = 0, i_2 = 1, y = 1\n" in shown


def test_input_may_begin_with_a_minus() -> None:
    rows = json_of("or-gate", "--input", "-1,0", "--show", "h_1")
    assert rows[0]["substitution"] == "-1(0.1) + 0(0.3) + 0.5"


def test_input_without_target_is_forward_only() -> None:
    assert places(json_of("or-gate", "--input", "1,1")) == [(1, 1, "forward")]


def test_target_alone_keeps_the_sample_s_inputs() -> None:
    (row,) = json_of("or-gate", "--sample", "2", "--target", "0", "--show", "E")
    output = 1 - math.sqrt(2 * or_gate(START, 2)["E"])
    assert row["value"] == pytest.approx(output**2 / 2, rel=1e-12)


def test_the_config_file_is_left_alone(config: Config) -> None:
    net = config(BATCH % "sum")
    run("trace", net, "--set", "w=3")
    assert Path(net).read_text(encoding="utf-8") == BATCH % "sum"


def test_an_output_file_is_written_as_its_ending_says(tmp_path: Path) -> None:
    for ending, form in (
        ("CSV", "csv"),
        ("csv", "csv"),
        ("json", "json"),
        ("jsonl", "jsonl"),
        ("md", "markdown"),
        ("txt", "table"),
    ):
        file = tmp_path / f"trace.{ending}"
        assert run("trace", "or-gate", "-o", str(file)) == (0, "", "")
        assert file.read_text(encoding="utf-8") == run("trace", "or-gate", "-f", form).out


def test_a_format_that_is_asked_for_goes_before_the_ending(tmp_path: Path) -> None:
    file = tmp_path / "trace.csv"
    assert run("trace", "or-gate", "-f", "json", "-o", str(file)).code == 0
    assert file.read_text(encoding="utf-8") == run("trace", "or-gate", "-f", "json").out


def test_help_says_no_more_of_a_step_than_that_it_counts_from_1() -> None:
    lines = run("trace", "--help").out.splitlines()
    steps = [" ".join(line.split()) for line in lines if "--step" in line]
    assert steps[:2] == ["--step K Only this step. [x>=1]", "--steps N The first N steps. [x>=1]"]


def test_one_equation_is_no_equations() -> None:
    heading = run("trace", "parabola").out.splitlines()[:4]
    assert any("1 equation, derivatives of" in line for line in heading)


def test_a_default_constant_is_written_as_a_person_writes_it() -> None:
    out = run("trace", "adam").out
    assert "epsilon 1e-8" in out
    assert "e-08)" not in out


def test_gradients_by_inputs_stand_under_their_own_heading() -> None:
    headings = [
        line
        for line in run("trace", "or-gate", "--show", "dE/d[iw]_*").out.splitlines()
        if line.startswith("Backward")
    ]
    assert headings == ["Backward, output layer", "Backward, hidden layer", "Backward, inputs"]


def test_terms_of_a_gradient_stand_before_their_sum() -> None:
    ids = [row["id"] for row in json_of("two-two-two", "--show", "dE*/da_h1")]
    assert ids == ["dE_o1/da_h1", "dE_o2/da_h1", "dE/da_h1"]


def test_repeated_hand_options_add_up() -> None:
    done = run("trace", "or-gate", "--hand", "activation=3", "--hand", "delta=2", "-f", "json")
    values = {row["id"]: row["text"] for row in json.loads(done.out)["records"]}
    assert (values["a_o"], values["delta_o"]) == ("0.512", "-0.12")


def test_other_inputs_are_a_sample_of_their_own() -> None:
    done = run("trace", "or-gate", "--input", "1,1", "--target", "1", "--sample", "2")
    assert done.code == 2
    assert done.err.splitlines()[-1].endswith("--input makes a sample of its own; leave --sample out")


def test_inputs_without_a_target_say_that_there_is_no_backward_pass() -> None:
    lines = run("trace", "or-gate", "--input", "1,0").out.splitlines()
    assert "with input 1,0, no target (forward only)" in lines


def test_exact_cancels_the_hand_arithmetic_before_it() -> None:
    exact = run("trace", "or-gate", "-f", "csv").out
    assert run("trace", "or-gate", "-f", "csv", "--hand", "3", "--hand", "exact").out == exact
    assert run("trace", "or-gate", "-f", "csv", "--hand", "3").out != exact


def test_hand_arithmetic_after_exact_is_used() -> None:
    rounded = run("trace", "or-gate", "-f", "csv", "--hand", "3")
    assert run("trace", "or-gate", "-f", "csv", "--hand", "exact", "--hand", "3") == rounded


def test_hand_arithmetic_of_several_kinds_adds_up() -> None:
    one = run("trace", "or-gate", "--hand", "3,activation=4")
    assert run("trace", "or-gate", "--hand", "3", "--hand", "activation=4") == one


def test_a_zero_has_no_sign() -> None:
    assert ",0.0,0" in run("trace", "or-gate", "-f", "csv", "--show", "dE/dw_3").out


def test_gradients_tied_across_layers_split_no_table(tmp_path: Path) -> None:
    config = tmp_path / "tied.yaml"
    config.write_text(
        "inputs: [x]\ntargets: [t]\nlayers:\n"
        "  - {name: a, units: [1], activation: tanh, weights: [[w]], biases: [c]}\n"
        "  - {name: b, units: [2], weights: [[w]], biases: [d]}\n"
        "parameters: {w: 0.5, c: 0.1, d: 0.2}\nsamples: [{inputs: [1], targets: [1]}]\n"
    )
    lines = run("trace", str(config), "--only", "backward").out.splitlines()
    assert [line for line in lines if line.startswith("Backward")] == [
        "Backward, b layer",
        "Backward, a layer",
        "Backward",
    ]

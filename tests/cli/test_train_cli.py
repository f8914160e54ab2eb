"""`backtrace train` from the outside: its forms, its files, Ctrl-C, and what it says when it refuses."""

from __future__ import annotations

import csv
import json
import math
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import backtrace
from backtrace.training.trainer import train
from tests.runner import COMMAND, UTF8, Outcome, run, run_apart

TIME = re.compile(r"([0-9,]+) steps in [0-9.]+ s, [0-9,]+ a second, (generated|numpy) engine\n")
SMALL = """\
inputs: [x]
targets: [y]
layers:
  - {name: hidden, units: 2, activation: sigmoid, weights: [[0.1], [0.2]], biases: [0, 0]}
  - {name: output, units: [o], weights: [[0.3, 0.4]], biases: [0]}
update: {rule: sgd, learning_rate: 0.5}
samples: [{inputs: [1], targets: [1]}]
"""
TABLE = """\
small
network 1-2-1 | sigmoid, linear | half_squared_error | sgd, learning_rate 0.5 | float64

Cost
+-------+-------------+
| steps |           E |
+-------+-------------+
| 0     |    0.193798 |
| 1     |  0.00688289 |
| 2     | 0.000179317 |
| 3     | 4.30173e-06 |
+-------+-------------+
   0.1938 |***
          |   ******
          |         ******
          |               ******
          |                     *****
          |                          *****
          |                               *****
          |                                    ******
          |                                          *****
          |                                               *****
          |                                                    *****
4.302e-06 |                                                         ***
          +------------------------------------------------------------
           0                     log scale                      3 steps

Parameters
+-----------+-------+-----------+
| parameter | start |     final |
+-----------+-------+-----------+
| w_1_1_1   |   0.1 |  0.131212 |
| w_1_2_1   |   0.2 |  0.240457 |
| b_1_1     |     0 | 0.0312124 |
| b_1_2     |     0 | 0.0404574 |
| w_2_1_1   |   0.3 |  0.500009 |
| w_2_1_2   |   0.4 |  0.609692 |
| b_2_1     |     0 |  0.379419 |
+-----------+-------+-----------+

Outputs, each beside its target
+--------+---+----------+---+
| sample | x |      a_o | y |
+--------+---+----------+---+
| 1      | 1 | 0.997067 | 1 |
+--------+---+----------+---+

How the layers are
+--------+---------------+-------------------+
| layer  | norm of delta | share of the next |
+--------+---------------+-------------------+
| hidden |   0.000569954 |             0.194 |
| output |    0.00293316 |                   |
+--------+---------------+-------------------+
3 steps
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def diverging(tmp_path: Path) -> Path:
    path = tmp_path / "diverging.yaml"
    text = SMALL.replace("sigmoid", "linear").replace("0.5}", "10}").replace("inputs: [1]", "inputs: [10]")
    path.write_text(text, encoding="utf-8")
    return path


def document(*arguments: str) -> dict[str, Any]:
    """A run as JSON, in which nan and infinity are refused."""

    def refused(constant: str) -> float:
        raise ValueError(constant)

    done = run("train", *arguments, "-f", "json")
    found: dict[str, Any] = json.loads(done.out, parse_constant=refused)
    return found


def outputs_of(w: Mapping[str, float], i1: float, i2: float) -> list[float]:
    """What the 2-2-2 network gives, by its two lines of the textbook."""
    h1, h2 = (1 / (1 + math.exp(-(w[a] * i1 + w[b] * i2 + w["b1"]))) for a, b in (("w1", "w2"), ("w3", "w4")))
    return [1 / (1 + math.exp(-(w[a] * h1 + w[b] * h2 + w["b2"]))) for a, b in (("w5", "w6"), ("w7", "w8"))]


# Forms


def test_json_has_everything_of_a_run() -> None:
    found = document("two-two-two", "--steps", "1000", "--every", "250")
    outcome = train(backtrace.load("two-two-two"), 1000, marks=range(250, 1000, 250))
    assert found["schema"] == 1
    assert found["title"] == "2-2-2 with tied, fixed biases"
    assert (found["steps"], found["ended"], found["engine"]) == (1000, None, "generated")
    assert found["cost"] == [mark._asdict() for mark in outcome.marks]
    assert [point["steps"] for point in found["cost"]] == [0, 250, 500, 750, 1000]
    assert len(found["curve"]) == 1001
    assert found["parameters"] == {name: outcome.values[name] for name in found["parameters"]}
    assert list(found["parameters"]) == ["w1", "w2", "w3", "w4", "b1", "w5", "w6", "w7", "w8", "b2"]
    [prediction] = found["predictions"]
    assert prediction["sample"] == 1
    assert prediction["inputs"] == [0.05, 0.1]
    assert prediction["targets"] == [0.01, 0.99]
    assert prediction["outputs"] == pytest.approx(outputs_of(found["parameters"], 0.05, 0.1), rel=1e-12)
    assert [layer["layer"] for layer in found["health"]] == ["hidden", "output"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_csv_and_json_lines_have_the_curve(form: str) -> None:
    done = run("train", "two-two-two", "--steps", "300", "-f", form)
    lines = done.out.splitlines()
    read = [json.loads(line) for line in lines] if form == "jsonl" else list(csv.DictReader(lines))
    expected = document("two-two-two", "--steps", "300")["curve"]
    assert [(int(row["steps"]), float(row["cost"])) for row in read] == [
        (point["steps"], point["cost"]) for point in expected
    ]
    assert done.code == 0
    assert TIME.fullmatch(done.err)


def test_markdown_has_the_tables_of_the_terminal() -> None:
    done = run("train", "or-gate", "--steps", "8000", "-f", "markdown")
    assert done.out.startswith("## OR gate, 2-2-1\n")
    assert "**Cost**\n\n| steps | E, mean of 4 samples |\n| --- | ---: |\n| 0 | 0.121818 |\n" in done.out
    assert "| parameter | start | final |" in done.out
    assert "| sample | i\\_1 | i\\_2 | a\\_o | y |" in done.out
    assert done.out.endswith("\n**8,000 steps**\n")
    for table in re.findall(r"(?:^\|.*\n)+", done.out, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1


def test_svg_is_a_picture_of_the_curve() -> None:
    done = run("train", "two-two-two", "--steps", "10000", "-f", "svg")
    picture = ElementTree.fromstring(done.out)
    space = {"svg": "http://www.w3.org/2000/svg"}
    assert picture.findtext("svg:title", namespaces=space) == "2-2-2 with tied, fixed biases"
    said = "E_total over 10,000 steps, log scale: from 0.2984 to 3.51e-05 after 10,000 steps"
    assert picture.findtext("svg:desc", namespaces=space) == said
    line = picture.find("svg:polyline", space)
    assert line is not None
    points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    width, height = float(picture.attrib["width"]), float(picture.attrib["height"])
    assert all(0 < x < width and 0 < y < height for x, y in points)
    assert points == sorted(points)  # from the upper left to the lower right
    assert len(points) > 1000


def test_outputs_that_there_is_no_room_for_are_told() -> None:
    lines = at_terminal("train", "softmax-cross-entropy", "--steps", "200", columns=60).splitlines()
    assert any(re.fullmatch("│ sample │ +a_1 │ t_1 │ +a_2 │ t_2 │", line) for line in lines)
    assert "2 of 3 outputs shown: -f json has all" in lines


def test_names_of_a_config_are_escaped_in_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "hostile.yaml"
    path.write_text('title: "<script>&\\u001b]x"\n' + SMALL, encoding="utf-8")
    picture = ElementTree.fromstring(run("train", str(path), "--steps", "5", "-f", "svg").out)
    assert picture.findtext("{http://www.w3.org/2000/svg}title") == r"<script>&\x1b]x"


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("two-two-two", 80), ("two-two-two", 40), ("or-gate", 80), ("or-gate", 30), ("recurrent", 80),
        ("xor-skip", 80), ("softmax-cross-entropy", 80), ("softmax-cross-entropy", 60),
    ],
)  # fmt: skip
def test_the_table_fits_the_terminal(name: str, columns: int) -> None:
    lines = TIME.sub("", at_terminal("train", name, "--steps", "200", columns=columns)).splitlines()
    assert max(map(len, lines)) <= columns
    assert "Cost" in lines
    assert "Parameters" in lines
    assert any(line.startswith("200 steps") for line in lines)


def test_the_whole_table_of_a_short_run(small: Path) -> None:
    done = run_apart("train", str(small), "--steps", "3", env={**UTF8, "PYTHONIOENCODING": "ascii"})
    assert done.out == TABLE


@pytest.mark.parametrize("scale", ["linear", "log", "auto"])
def test_the_scale_of_the_curve_is_told(scale: str) -> None:
    out = run("train", "two-two-two", "--steps", "500", "--scale", scale).out
    assert ("log scale" in out) == (scale != "linear")


def test_a_picture_in_ascii_has_no_other_signs() -> None:
    done = run_apart("train", "two-two-two", "--steps", "500", env={**UTF8, "PYTHONIOENCODING": "ascii"})
    assert done.out.isascii()
    assert "norm of delta" in done.out
    assert done.out.count("*") > 60


def test_digits_and_decimals_are_those_of_the_numbers_shown() -> None:
    assert (
        "| 10,000 | 3.5101878e-05 |"
        in run("train", "two-two-two", "--steps", "10000", "--digits", "8", "-f", "markdown").out
    )
    assert (
        "| 10,000 | 0.0000351019 |"
        in run("train", "two-two-two", "--steps", "10000", "--decimals", "10", "-f", "markdown").out
    )
    refused = run("train", "two-two-two", "--digits", "3", "--decimals", "3")
    assert refused.code == 2


def test_the_published_figures_of_the_2_2_2_walkthrough() -> None:
    found = document("two-two-two", "--steps", "10000", "--every", "9999")
    assert [point["steps"] for point in found["cost"]] == [0, 9999, 10000]
    assert found["cost"][1]["cost"] == pytest.approx(3.5108548e-05, abs=5e-13)
    assert found["cost"][2]["cost"] == pytest.approx(3.5101878e-05, abs=5e-13)
    [prediction] = found["predictions"]
    assert prediction["outputs"] == pytest.approx([0.015913620, 0.984064274], abs=5e-10)


def test_what_ifs_are_trained_and_told() -> None:
    changed = run("train", "or-gate", "--steps", "1", "--set", "w_5=0.5", "-f", "markdown")
    assert r"with w\_5 = 0.5" in changed.out
    found = document("two-two-two", "--steps", "1", "--input", "1,0", "--target", "0.5,0.5")
    assert found["predictions"][0]["inputs"] == [1, 0]


# Engines and seeds


def test_both_engines_can_be_asked_for() -> None:
    found = [document("or-gate", "--steps", "400", "--engine", name) for name in ("generated", "numpy")]
    assert [one["engine"] for one in found] == ["generated", "numpy"]
    assert found[0]["parameters"] == pytest.approx(found[1]["parameters"], rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("recurrent", "--engine", "numpy"), 1,
         "the numpy engine runs layers; a config of equations has the generated one\n"),
        (("circuit",), 1, "training needs an update, as update: {rule: sgd, learning_rate: 0.5}\n"),
        (("or-gate", "--steps", "0"), 2, "'--steps'"),
        (("or-gate", "--steps", "-1"), 2, "'--steps'"),
        (("or-gate", "--steps", "1.5"), 2, "'--steps'"),
        (("or-gate", "--steps", "10000000000000"), 2, "'--steps'"),
        (("or-gate", "--every", "0"), 2, "'--every'"),
        (("or-gate", "--steps", "1000000", "--every", "1"), 2,
         "--every 1 is 1,000,000 costs; expected at most 100,000"),
        (("or-gate", "--until", "E>1"), 2, "'E>1'; expected a bound on the cost, as 'E<0.001'"),
        (("or-gate", "--until", "a_o<1"), 1, "--until 'a_o': expected a bound on the cost, as 'E<1'\n"),
        (("or-gate", "--until", "E<nan"), 2, "'E<nan'; expected a bound on the cost, as 'E<0.001'"),
        (("or-gate", "--until", "E<1e999"), 2, "'E<1e999'; expected a bound on the cost, as 'E<0.001'"),
        (("or-gate", "--engine", "torch"), 2, "'--engine'"),
        (("or-gate", "--seed", "-1"), 2, "'--seed'"),
        (("or-gate", "--set", "w_9=1"), 1, "w_9"),
        (("no-such-config",), 1, "no-such-config"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said(arguments: tuple[str, ...], code: int, message: str) -> None:
    done = run("train", *arguments)
    assert done.code == code
    assert done.out == ""
    assert message in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        ("0", "small.yaml:6:36: update.learning_rate: found '0'; expected a number above 0\n"),
        (
            "-0.5",
            "small.yaml:6:36: update.learning_rate: found '-0.5'; expected a number above 0; "
            "to climb, say objective: maximize\n",
        ),
    ],
)
def test_a_learning_rate_that_is_none_is_refused(small: Path, rate: str, message: str) -> None:
    small.write_text(SMALL.replace("learning_rate: 0.5", f"learning_rate: {rate}"), encoding="utf-8")
    done = run("train", str(small))
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith(message)


def test_a_seed_draws_the_weights_that_are_trained(tmp_path: Path) -> None:
    path = tmp_path / "random.yaml"
    weights = "{random: uniform, low: -1, high: 1}"
    text = SMALL.replace("[[0.1], [0.2]]", weights).replace("[[0.3, 0.4]]", weights)
    path.write_text(f"seed: 1\n{text}", encoding="utf-8")
    own = document(str(path), "--steps", "20")
    assert document(str(path), "--steps", "20", "--seed", "1") == own
    other = document(str(path), "--steps", "20", "--seed", "2")
    assert other["cost"][0] != own["cost"][0]
    saved = tmp_path / "saved.yaml"
    run("train", str(path), "--steps", "20", "--seed", "2", "--save", str(saved))
    assert document(str(saved), "--steps", "1")["cost"][0]["cost"] == other["cost"][-1]["cost"]


def test_until_stops_and_says_why() -> None:
    done = run("train", "two-two-two", "--steps", "100000", "--until", "E_total < 0.001", "-f", "markdown")
    assert done.code == 0
    assert done.out.endswith("\n**1,088 steps: E is below 0.001**\n")


# Trouble


@pytest.mark.parametrize("engine", ["generated", "numpy"])
@pytest.mark.parametrize("form", ["table", "json", "csv", "jsonl", "markdown", "svg"])
def test_a_run_that_diverges_prints_what_came_before_and_names_the_equation(
    diverging: Path, form: str, engine: str
) -> None:
    done = run("train", str(diverging), "-f", form, "--engine", engine)
    assert done.code == 1
    speed, said = done.err.splitlines(keepends=True)
    assert TIME.fullmatch(speed)
    assert said == "step 6: h_o is not a finite number (inf) in sample 1\n"
    if form in ("table", "markdown"):
        assert "1.40" in done.out or "e+" in done.out
        assert "step 6: h" in done.out
    elif form == "json":
        found = json.loads(done.out, parse_constant=lambda text: pytest.fail(text))
        assert found["steps"] == 5
        assert found["ended"] == said.strip()
        assert all(math.isfinite(value) for value in found["parameters"].values())
    elif form == "jsonl":
        assert [json.loads(line)["steps"] for line in done.out.splitlines()] == [0, 1, 2, 3, 4, 5]
    elif form == "csv":
        assert [row["steps"] for row in csv.DictReader(done.out.splitlines())] == list("012345")
    else:
        assert ElementTree.fromstring(done.out).tag.endswith("svg")


def test_dead_units_are_told_at_the_end(small: Path) -> None:
    small.write_text(SMALL.replace("sigmoid", "relu").replace("[0.1]", "[-3]"), encoding="utf-8")
    out = run("train", str(small), "--steps", "5").out
    assert "1 of 2 relu units are dead for every sample in hidden: 1_1\n" in out
    [hidden, _] = document(str(small), "--steps", "5")["health"]
    assert hidden["stuck"] == ["1_1"]


# Files


def test_a_saved_config_loads_to_the_same_bits(tmp_path: Path) -> None:
    for name in ("two-two-two", "or-gate", "adam", "recurrent", "xor-skip", "softmax-cross-entropy"):
        saved = tmp_path / f"{name}.yaml"
        found = document(name, "--steps", "77", "--save", str(saved))
        again = backtrace.load(saved)
        loaded = {name: number.value for name, number in again.parameters.items()}
        assert list(loaded.values()) == list(found["parameters"].values())
        before = backtrace.load(name)
        assert again.model == before.model
        assert again.samples == before.samples
        assert (again.update, again.batch, again.fixed) == (before.update, before.batch, before.fixed)


def test_training_goes_on_from_a_saved_config(tmp_path: Path) -> None:
    saved = tmp_path / "half.yaml"
    run("train", "two-two-two", "--steps", "500", "--save", str(saved))
    halves = document(str(saved), "--steps", "500")
    assert halves["parameters"] == document("two-two-two", "--steps", "1000")["parameters"]


@pytest.mark.parametrize("option", ["--save", "-o"])
def test_a_file_that_cannot_be_written_is_refused_before_any_step(option: str) -> None:
    began = time.monotonic()
    done = run("train", "or-gate", "--steps", "1000000000000", option, "/no/such/folder/x")
    assert (done.code, done.out) == (1, "")
    assert done.err == "cannot write '/no/such/folder/x': No such file or directory\n"
    assert time.monotonic() - began < 30


def test_a_file_is_written_whole_and_its_ending_is_its_form(tmp_path: Path) -> None:
    for ending, start in (
        ("svg", "<svg"),
        ("json", "{"),
        ("csv", "steps,cost"),
        ("md", "## "),
        ("txt", "OR"),
    ):
        path = tmp_path / f"out.{ending}"
        done = run("train", "or-gate", "--steps", "20", "-o", str(path))
        assert (done.code, done.out) == (0, "")
        assert path.read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize("option", ["--save", "-o"])
def test_a_refused_run_leaves_a_file_as_it_was(option: str, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("precious", encoding="utf-8")
    assert run("train", "circuit", option, str(path)).code == 1
    assert path.read_text(encoding="utf-8") == "precious"
    assert os.listdir(tmp_path) == ["kept"]


# Ctrl-C and the progress bar


def interrupted(seconds: float, *arguments: str) -> Outcome:
    """A run that gets Ctrl-C after a while."""
    process = subprocess.Popen(
        [*COMMAND, "train", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=UTF8
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return Outcome(process.returncode, out.decode(), err.decode())


@pytest.mark.parametrize(("name", "engine"), [("two-two-two", "generated"), ("or-gate", "numpy")])
def test_ctrl_c_prints_and_saves_what_a_run_came_to(tmp_path: Path, name: str, engine: str) -> None:
    saved = tmp_path / "saved.yaml"
    arguments = (name, "--steps", "1000000000000", "--engine", engine, "--save", str(saved), "-f", "json")
    done = interrupted(2.5, *arguments)
    assert done.code == 130
    assert TIME.fullmatch(done.err)
    found = json.loads(done.out)
    assert found["ended"] == "interrupted"
    assert found["steps"] > 100
    assert found["cost"][-1]["steps"] == found["steps"]
    loaded = backtrace.load(saved).parameters
    assert [number.value for number in loaded.values()] == list(found["parameters"].values())
    assert os.listdir(tmp_path) == ["saved.yaml"]


def at_terminal(*arguments: str, columns: int = 80) -> str:
    """What a run prints at a terminal, standard error too."""
    ours, its = pty.openpty()
    env = {**UTF8, "COLUMNS": str(columns)}
    process = subprocess.Popen([*COMMAND, *arguments], stdin=its, stdout=its, stderr=its, env=env)
    os.close(its)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:  # Linux says so when the last writer has gone
        pass
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen.decode().replace("\r\n", "\n"))


def test_a_long_run_at_a_terminal_has_a_progress_bar_with_the_cost() -> None:
    seen = at_terminal("train", "two-two-two", "--steps", "500000", "-f", "csv")
    assert re.search(r"training  \[#+-*\] +[0-9]+%.* E = [0-9.e-]+", seen)
    assert TIME.search(seen)


def test_there_is_no_progress_bar_elsewhere() -> None:
    done = run("train", "two-two-two", "--steps", "500000", "-f", "csv")
    assert TIME.fullmatch(done.err)
    assert "training" not in at_terminal("train", "two-two-two", "--steps", "10", "-f", "csv")


def test_a_short_command_needs_no_numpy() -> None:
    script = (
        "import sys; from backtrace.cli import cli; "
        "cli(['train', 'two-two-two', '--steps', '1000', '-f', 'csv'], standalone_mode=False); "
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=UTF8
    )
    assert done.stdout.splitlines()[-1] == "False"

"""Use from Python and in notebooks: `backtrace.trace(backtrace.load("or-gate"))["dE/dw_5"]`."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import backtrace


@pytest.fixture
def or_gate() -> backtrace.Trace:
    return backtrace.trace(backtrace.load("or-gate"))


def test_a_quantity_is_a_float(or_gate: backtrace.Trace) -> None:
    gradient: float = or_gate["dE/dw_5"]
    assert isinstance(gradient, float)
    assert gradient == pytest.approx(-0.0786482163, abs=5e-11)
    assert f"{or_gate['E']:.4f}" == "0.1189"


def test_a_quantity_knows_its_row(or_gate: backtrace.Trace) -> None:
    quantity: backtrace.Quantity = or_gate["dE/dw_5"]
    record: backtrace.Record = quantity.record
    assert (record.step, record.sample, record.phase, record.layer) == (1, 1, "backward", "output")
    assert (record.kind, record.id) == ("gradient", "dE/dw_5")
    assert quantity.symbol == record.symbol == "∂E/∂w_5"
    assert quantity.formula == record.formula == "δ_o·a_1"
    assert quantity.substitution == record.substitution == "-0.121811(0.645656)"
    assert quantity.text == record.text == "-0.0786482"


def test_a_quantity_can_be_copied_and_pickled(or_gate: backtrace.Trace) -> None:
    quantity = or_gate["dE/dw_5"]
    for other in (copy.copy(quantity), copy.deepcopy(quantity), pickle.loads(pickle.dumps(quantity))):
        assert other == quantity
        assert other.record == quantity.record


@pytest.mark.parametrize("arguments", [{}, {"steps": 2, "sample": "all", "hand": 3}, {"decimals": 2}])
@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda trace: pickle.loads(pickle.dumps(trace))]
)
def test_a_trace_can_be_copied_and_pickled(
    arguments: dict[str, Any], copied: Callable[[backtrace.Trace], backtrace.Trace]
) -> None:
    trace = backtrace.trace(backtrace.load("or-gate"), **arguments)
    other = copied(trace)
    assert other.records == trace.records
    assert (other.problem, other.arithmetic) == (trace.problem, trace.arithmetic)
    assert other["dE/dw_5"] == trace["dE/dw_5"]


@pytest.mark.parametrize("name", ["delta_1", "δ_1", "dE/dh_1", "∂E/∂h_1"])
def test_every_name_of_a_quantity_finds_it(or_gate: backtrace.Trace, name: str) -> None:
    assert or_gate[name].record.id == "delta_1"
    assert name in or_gate


def test_the_notation_s_own_names_are_known() -> None:
    t = backtrace.trace(backtrace.load("two-two-two"))
    assert t["E_total"] == t["E"] == pytest.approx(0.298371109, abs=5e-10)
    assert t["net_h1"] == t["h_h1"]
    assert t["w5+"] == pytest.approx(0.358916480, abs=5e-10)


def test_hidden_quantities_are_looked_up_too(or_gate: backtrace.Trace) -> None:
    assert or_gate["dh_o/dw_5"] == or_gate["a_1"]
    assert "dE/di_1" in or_gate
    assert "dE/di_1" not in [record.id for record in or_gate]


def test_a_name_that_is_not_there_is_a_key_error_with_the_nearest(or_gate: backtrace.Trace) -> None:
    with pytest.raises(KeyError) as caught:
        or_gate["dE/dw5"]
    assert caught.value.args == ("no quantity 'dE/dw5'; did you mean dE/dw_5?",)
    with pytest.raises(KeyError, match="'w_5' is given, not computed"):
        or_gate["w_5"]
    with pytest.raises(KeyError, match="no quantity 'h_1' "):
        or_gate.get("h_1", step=2)
    assert "dE/dw5" not in or_gate
    assert "dE/*" not in or_gate
    assert 5 not in or_gate


def test_a_step_and_a_sample_can_be_asked_for() -> None:
    t = backtrace.trace(backtrace.load("or-gate"), steps=5, sample="all")
    assert t.get("E").record.step == 1
    assert t.get("E", step=5, sample=3).record[:2] == (5, 3)
    assert t.get("w_5+", step=4) != t.get("w_5+", step=5)
    with pytest.raises(KeyError) as caught:
        t.get("h_9", step=2, sample=4)
    assert caught.value.args == ("no quantity 'h_9'; did you mean h_o? (in step 2, sample 4)",)


def test_the_sum_over_a_batch_comes_before_the_first_sample_s() -> None:
    t = backtrace.trace(backtrace.load("or-gate-batch"))
    assert t["dE/dw_5"].record.phase == "total"
    samples = [t.get("dE/dw_5", sample=k) for k in (1, 2, 3, 4)]
    assert t["dE/dw_5"] == pytest.approx(sum(samples), rel=1e-12)
    assert t["h_1"].record.sample == 1


def test_iterating_gives_the_records_that_a_table_shows(or_gate: backtrace.Trace) -> None:
    records = list(or_gate)
    assert records == or_gate.records
    assert len(records) == len(or_gate)
    assert [record.id for record in records][:5] == ["h_1", "h_2", "a_1", "a_2", "h_o"]
    assert records[-1].id == "E+"


def test_a_trace_says_what_it_is(or_gate: backtrace.Trace) -> None:
    assert repr(or_gate) == f"<Trace of 'OR gate, 2-2-1': {len(or_gate)} records>"
    assert or_gate.arithmetic == "float64"
    assert isinstance(or_gate.problem, backtrace.Problem)


def test_the_options_of_a_trace_are_those_of_the_command() -> None:
    problem = backtrace.load("or-gate")
    assert {r.step for r in backtrace.trace(problem, step=3)} == {3}
    assert {r.step for r in backtrace.trace(problem, steps=3)} == {1, 2, 3}
    assert backtrace.trace(problem, sample=2)["E"].record.sample == 2
    assert {r.phase for r in backtrace.trace(problem, only="update")} == {"update", "after"}
    assert backtrace.trace(problem, hand={"activation": 3})["a_1"] == 0.646
    assert backtrace.trace(problem, hand=2).arithmetic == "hand all=2"
    assert backtrace.trace(problem, digits=3)["dE/dw_5"].text == "-0.0786"
    assert backtrace.trace(problem, decimals=2)["dE/dw_5"].text == "-0.08"


def test_hand_arithmetic_of_a_config_can_be_switched_off() -> None:
    problem = backtrace.load("or-gate")._replace(hand={"activation": 3})
    assert backtrace.trace(problem)["a_1"] == 0.646
    assert backtrace.trace(problem, hand={})["a_1"] == pytest.approx(0.6456563062, abs=5e-11)


def test_step_and_steps_exclude_each_other() -> None:
    with pytest.raises(ValueError, match=r"^step and steps exclude each other$"):
        backtrace.trace(backtrace.load("or-gate"), step=1, steps=2)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: backtrace.load("or-gat"), "did you mean or-gate"),
        (
            lambda: backtrace.trace(backtrace.load("or-gate"), sample=9),
            "no sample 9; there are samples 1 to 4",
        ),
        (lambda: backtrace.trace(backtrace.load("circuit"), step=2), "no step 2"),
    ],
)
def test_what_is_wrong_is_a_backtrace_error(attempt: Callable[[], object], message: str) -> None:
    with pytest.raises(backtrace.BacktraceError, match=message):
        attempt()


def test_a_config_loads_from_a_path_object(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("title: t\nequations: {f: x * x}\nobjective_symbol: f\nparameters: {x: 3}\n", "utf-8")
    assert backtrace.trace(backtrace.load(file))["df/dx"] == 6.0


class Tags(HTMLParser):
    """What a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.closed.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_notebook_shows_tables(or_gate: backtrace.Trace) -> None:
    seen = Tags(or_gate._repr_html_())
    assert seen.opened.count("table") == seen.closed.count("table") == 8
    assert seen.opened.count("tr") == seen.closed.count("tr") == len(or_gate) + 8
    assert set(seen.opened) == {"p", "strong", "br", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert "-0.121811(0.645656)" in seen.text
    markdown = or_gate._repr_markdown_()
    assert "| `∂E/∂w_5` | `δ_o·a_1` | `-0.121811(0.645656)` | -0.0786482 |\n" in markdown


def test_a_notebook_never_runs_what_a_config_says() -> None:
    title = "<img src=x onerror=alert(1)>\n[x](javascript:alert(1)) `|*_"
    t = backtrace.trace(backtrace.load("or-gate")._replace(title=title))
    seen = Tags(t._repr_html_())
    assert "img" not in seen.opened
    assert "<img src=x onerror=alert(1)> [x](javascript:alert(1)) `|*_" in seen.text
    heading = t._repr_markdown_().splitlines()[0]
    assert heading == r"## \<img src=x onerror=alert(1)\> \[x\](javascript:alert(1)) \`\|\*\_"


LARGE = """
title: large
inputs: [i, j]
targets: [y]
layers:
  - {name: big, units: 150, activation: tanh, weights: {random: normal, std: 0.1}}
  - {name: out, units: [o], weights: {random: normal, std: 0.1}}
seed: 1
samples: [{inputs: [1, 2], targets: [0]}]
"""


def test_a_notebook_shows_200_rows_of_a_large_table(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_text(LARGE, encoding="utf-8")
    t = backtrace.trace(backtrace.load(file))
    html, markdown = t._repr_html_(), t._repr_markdown_()
    assert "<p>200 of 300 shown</p>" in html
    assert "\n200 of 300 shown\n" in markdown
    assert len(t) == 1206
    assert html.count("<tr>") == 200 + 2 + 1 + 153 + 200 + 5
    assert "… 146 more …" in html


def test_the_library_is_loaded_only_when_it_is_used() -> None:
    script = "import backtrace, sys; print(sorted({'yaml', 'click', 'rich', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_name_that_the_library_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"^module 'backtrace' has no attribute 'trase'$"):
        backtrace.trase  # noqa: B018
    assert all(hasattr(backtrace, name) for name in backtrace.__all__)


TYPED = """
import backtrace

t: backtrace.Trace = backtrace.trace(backtrace.load("or-gate"), steps=2, sample="all", hand={"net": 3})
q: backtrace.Quantity = t["dE/dw_5"]
total: float = q + t.get("E", step=2, sample=1)
ids: list[str] = [record.id for record in t]
wrong: int = backtrace.load("or-gate")
backtrace.trace("or-gate")
"""


def test_its_types_are_there_for_others(tmp_path: Path) -> None:
    file = tmp_path / "use.py"
    file.write_text(TYPED, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-color-output", "--cache-dir", f"{tmp_path}/c"]
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert re.findall(r"use\.py:(\d+): .*\[([a-z-]+)\]$", done.stdout, re.MULTILINE) == [
        ("8", "assignment"),
        ("9", "arg-type"),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"step": 0}, "step is 0; expected a whole number from 1 on"),
        ({"step": "1"}, "step is '1'; expected a whole number from 1 on"),
        ({"steps": -1}, "steps is -1; expected a whole number from 1 on"),
        ({"steps": True}, "steps is True; expected a whole number from 1 on"),
        ({"sample": "foo"}, "sample is 'foo'; expected a whole number from 1 on, or 'all'"),
        ({"sample": True}, "sample is True; expected a whole number from 1 on, or 'all'"),
        ({"sample": 1.0}, "sample is 1.0; expected a whole number from 1 on, or 'all'"),
        ({"only": "x"}, "only is 'x'; expected forward, backward or update"),
        ({"only": ["forward"]}, "only is ['forward']; expected forward, backward or update"),
        ({"hand": 200}, "hand is 200; expected a whole number from 0 to 15"),
        ({"hand": "3"}, "hand is '3'; expected a whole number from 0 to 15"),
        ({"hand": True}, "hand is True; expected a whole number from 0 to 15"),
        ({"hand": {"net": 2.5}}, "hand is 2.5; expected a whole number from 0 to 15"),
        ({"hand": {"activatoin": 3}}, "hand: 'activatoin' is no kind of quantity; did you mean activation?"),
        ({"hand": {1: 3}}, "hand: 1 is no kind of quantity"),
        ({"digits": 0}, "digits is 0; expected a whole number from 1 to 17"),
        ({"digits": 6.5}, "digits is 6.5; expected a whole number from 1 to 17"),
        ({"digits": None}, "digits is None; expected a whole number from 1 to 17"),
        ({"decimals": 31}, "decimals is 31; expected a whole number from 0 to 30"),
        ({"decimals": 2.5}, "decimals is 2.5; expected a whole number from 0 to 30"),
    ],
)
def test_an_argument_that_means_nothing_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        backtrace.trace(backtrace.load("or-gate"), **arguments)


def test_only_a_problem_is_traced() -> None:
    problem: Any = "or-gate"
    with pytest.raises(TypeError, match=r"^problem is 'or-gate'; expected one that load gives"):
        backtrace.trace(problem)


def test_completion_finds_the_library() -> None:
    assert {"load", "trace", "Trace"} <= set(dir(backtrace))

"""What the output forms look like, character by character."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

import pytest
from rich.console import Console

import backtrace
from backtrace.config.load import example_names
from backtrace.derivation.equation import Equation
from backtrace.evaluation.steps import Request
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.expressions import Symbol, substitute
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.parser import parse
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import compute
from backtrace.typesetting.plain import PLAIN, Printer
from backtrace.typesetting.plain import TYPESET as UNICODE
from backtrace.views.page.context import ViewContext
from backtrace.views.page.lines import broken
from backtrace.views.page.records import Look, records
from backtrace.views.page.truncation import TABLE_ROWS, more_rows
from backtrace.views.trace import data
from backtrace.views.trace.html import tables
from backtrace.views.trace.text import draw, write_markdown
from tests.runner import written

LOOK = Look(most_terms=12)


def drawn(
    problem: Problem,
    width: int = 80,
    look: Look = LOOK,
    request: Request | None = None,
    all_rows: bool = False,
) -> str:
    """The tables of a problem at a width."""
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None, markup=False, highlight=False)
    parts = visible(compute(problem, request or Request()))
    draw(ViewContext(problem, parts, look, out, lambda: console, options={"all_rows": all_rows}))
    return out.getvalue()


Of = Callable[[str], Problem]

NEURON = """
title: One neuron
source: made up
inputs: [i]
targets: [y]
layers: [{name: out, units: [o], activation: sigmoid, weights: [[w]], biases: [b]}]
parameters: {w: 2, b: -1}
update: {rule: sgd, learning_rate: 0.5}
samples: [{inputs: [1], targets: [0]}]
"""

NEURON_AT_80 = """\
One neuron
source: made up
network 1-1 · sigmoid · half_squared_error · sgd, learning_rate 0.5 · float64

step 1, sample 1: i = 1, y = 0

Forward, out layer
╭────────┬──────────────────┬──────────────────┬──────────╮
│ symbol │ formula          │ with the numbers │    value │
├────────┼──────────────────┼──────────────────┼──────────┤
│ h_o    │ i·w + b          │ 1(2) - 1         │        1 │
│ a_o    │ 1/(1 + e^(-h_o)) │ 1/(1 + e^(-1))   │ 0.731059 │
╰────────┴──────────────────┴──────────────────┴──────────╯

Forward, cost
╭────────┬─────────────┬──────────────────┬──────────╮
│ symbol │ formula     │ with the numbers │    value │
├────────┼─────────────┼──────────────────┼──────────┤
│ E      │ ½(y - a_o)² │ ½(0 - 0.731059)² │ 0.267223 │
╰────────┴─────────────┴──────────────────┴──────────╯

Backward, out layer
╭───────────┬───────────────────┬────────────────────────┬──────────╮
│ symbol    │ formula           │ with the numbers       │    value │
├───────────┼───────────────────┼────────────────────────┼──────────┤
│ ∂E/∂a_o   │ a_o - y           │ 0.731059 - 0           │ 0.731059 │
│ ∂a_o/∂h_o │ a_o·(1 - a_o)     │ 0.731059(1 - 0.731059) │ 0.196612 │
│ δ_o       │ ∂E/∂a_o·∂a_o/∂h_o │ 0.731059(0.196612)     │ 0.143735 │
│ ∂E/∂w     │ δ_o·i             │ 0.143735(1)            │ 0.143735 │
│ ∂E/∂b     │ δ_o               │ 0.143735               │ 0.143735 │
╰───────────┴───────────────────┴────────────────────────┴──────────╯

Update, out layer
╭────────┬──────────┬──────────────────┬────────────╮
│ symbol │ formula  │ with the numbers │      value │
├────────┼──────────┼──────────────────┼────────────┤
│ Δw     │ -η·∂E/∂w │ -0.5(0.143735)   │ -0.0718674 │
│ w⁺     │ w + Δw   │ 2 - 0.0718674    │    1.92813 │
│ Δb     │ -η·∂E/∂b │ -0.5(0.143735)   │ -0.0718674 │
│ b⁺     │ b + Δb   │ -1 - 0.0718674   │   -1.07187 │
╰────────┴──────────┴──────────────────┴────────────╯

After the update
╭────────┬──────────────┬──────────────────┬──────────╮
│ symbol │ formula      │ with the numbers │    value │
├────────┼──────────────┼──────────────────┼──────────┤
│ E⁺     │ ½(y - a_o⁺)² │ ½(0 - 0.70188)²  │ 0.246318 │
╰────────┴──────────────┴──────────────────┴──────────╯
"""

NEURON_IN_MARKDOWN = """\
## One neuron

source: made up  
network 1-1 · sigmoid · half\\_squared\\_error · sgd, learning\\_rate 0.5 · float64  

### step 1, sample 1: i = 1, y = 0

**Forward, out layer**

| symbol | formula | with the numbers | value |
| --- | --- | --- | ---: |
| `h_o` | `i·w + b` | `1(2) - 1` | 1 |
| `a_o` | `1/(1 + e^(-h_o))` | `1/(1 + e^(-1))` | 0.731059 |

**Forward, cost**

| symbol | formula | with the numbers | value |
| --- | --- | --- | ---: |
| `E` | `½(y - a_o)²` | `½(0 - 0.731059)²` | 0.267223 |

**Backward, out layer**

| symbol | formula | with the numbers | value |
| --- | --- | --- | ---: |
| `∂E/∂a_o` | `a_o - y` | `0.731059 - 0` | 0.731059 |
| `∂a_o/∂h_o` | `a_o·(1 - a_o)` | `0.731059(1 - 0.731059)` | 0.196612 |
| `δ_o` | `∂E/∂a_o·∂a_o/∂h_o` | `0.731059(0.196612)` | 0.143735 |
| `∂E/∂w` | `δ_o·i` | `0.143735(1)` | 0.143735 |
| `∂E/∂b` | `δ_o` | `0.143735` | 0.143735 |

**Update, out layer**

| symbol | formula | with the numbers | value |
| --- | --- | --- | ---: |
| `Δw` | `-η·∂E/∂w` | `-0.5(0.143735)` | -0.0718674 |
| `w⁺` | `w + Δw` | `2 - 0.0718674` | 1.92813 |
| `Δb` | `-η·∂E/∂b` | `-0.5(0.143735)` | -0.0718674 |
| `b⁺` | `b + Δb` | `-1 - 0.0718674` | -1.07187 |

**After the update**

| symbol | formula | with the numbers | value |
| --- | --- | --- | ---: |
| `E⁺` | `½(y - a_o⁺)²` | `½(0 - 0.70188)²` | 0.246318 |
"""  # noqa: W291  (two blanks at the end of a line are Markdown's line break)

FORWARD = Request(phases=frozenset(["forward"]))


def test_tables_at_80_columns(of: Of) -> None:
    assert drawn(of(NEURON)) == NEURON_AT_80


def test_markdown(of: Of) -> None:
    problem = of(NEURON)
    parts = visible(compute(problem, Request()))
    text = written(lambda out: write_markdown(ViewContext(problem, parts, Look(), out)))
    assert text == NEURON_IN_MARKDOWN


def test_csv(of: Of) -> None:
    parts = visible(compute(problem := of(NEURON), FORWARD))
    assert written(lambda out: data.write_csv(ViewContext(problem, parts, Look(), out))) == (
        "step,sample,phase,layer,kind,id,symbol,formula,substitution,value,text\n"
        "1,1,forward,out,net,h_o,h_o,i·w + b,1(2) - 1,1.0,1\n"
        "1,1,forward,out,activation,a_o,a_o,1/(1 + e^(-h_o)),1/(1 + e^(-1)),0.7310585786300049,0.731059\n"
        "1,1,forward,,cost,E,E,½(y - a_o)²,½(0 - 0.731059)²,0.2672233226942615,0.267223\n"
    )


def test_json_lines(of: Of) -> None:
    parts = visible(compute(problem := of(NEURON), FORWARD))
    lines = written(lambda out: data.write_jsonl(ViewContext(problem, parts, Look(), out))).splitlines()
    assert lines[2] == (
        '{"step": 1, "sample": 1, "phase": "forward", "layer": null, "kind": "cost", "id": "E", '
        '"symbol": "E", "formula": "½(y - a_o)²", "substitution": "½(0 - 0.731059)²", '
        '"value": 0.2672233226942615, "text": "0.267223"}'
    )


def test_json(of: Of) -> None:
    problem = of(NEURON)
    parts = list(visible(compute(problem, FORWARD)))
    text = written(lambda out: data.write_json(ViewContext(problem, parts, Look(), out)))
    lines = written(lambda out: data.write_jsonl(ViewContext(problem, parts, Look(), out))).splitlines()
    head = f'{{"schema": 1, "title": "{problem.title}", "arithmetic": "float64", "records": ['
    assert text == "\n".join([head, ",\n".join(lines), "]}\n"])


def test_json_without_records_is_a_document_still(of: Of) -> None:
    problem = of(NEURON)
    text = written(lambda out: data.write_json(ViewContext(problem, [], Look(), out)))
    head = {"schema": 1, "title": problem.title, "arithmetic": "float64"}
    assert json.loads(text) == {**head, "records": []}


def test_html(of: Of) -> None:
    problem = of(NEURON)
    left, right = 'style="text-align: left"', 'style="text-align: right"'
    heads = "".join(
        f'<th scope="col" {right if name == "value" else left}>{name}</th>'
        for name in ("symbol", "formula", "with the numbers", "value")
    )

    def row(symbol: str, formula: str, numbers: str, value: str) -> str:
        return (
            f'<tr><th scope="row" {left}>{symbol}</th><td {left}>{formula}</td><td {left}>{numbers}</td>'
            f"<td {right}>{value}</td></tr>\n"
        )

    def table(title: str, *rows: str) -> str:
        return (
            f"<table>\n<caption {left}>{title}</caption>\n<thead><tr>{heads}</tr></thead>\n"
            f"<tbody>\n{''.join(rows)}</tbody>\n</table>"
        )

    assert tables(problem, visible(compute(problem, FORWARD)), Look(), "float64", 200) == "\n".join(
        [
            "<p><strong>One neuron</strong><br>source: made up<br>"
            "network 1-1 · sigmoid · half_squared_error · sgd, learning_rate 0.5 · float64</p>",
            "<p><strong>step 1, sample 1: i = 1, y = 0</strong></p>",
            table(
                "Forward, out layer",
                row("h_o", "i·w + b", "1(2) - 1", "1"),
                row("a_o", "1/(1 + e^(-h_o))", "1/(1 + e^(-1))", "0.731059"),
            ),
            table("Forward, cost", row("E", "½(y - a_o)²", "½(0 - 0.731059)²", "0.267223")),
        ]
    )


def test_html_escapes_what_a_config_says(of: Of) -> None:
    problem = of(NEURON)._replace(title='<script>alert("1")</script>\n&', source="<b>")
    text = tables(problem, visible(compute(problem, FORWARD)), Look(), "float64", 200)
    assert "<script>" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp;" in text


def test_tables_in_ascii_are_ascii(of: Of) -> None:
    text = drawn(of(NEURON), look=Look(PLAIN))
    assert text.isascii()
    assert "| delta_o   | dE/da_o*da_o/dh_o |" in text


# Headings


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("step ")]


def test_every_sample_and_step_has_a_heading() -> None:
    problem = backtrace.load("or-gate")
    assert headings(drawn(problem, request=Request(last=2))) == [
        "step 1, sample 1: i_1 = 1, i_2 = 0, y = 1",
        "step 2, sample 2: i_1 = 0, i_2 = 1, y = 1",
    ]


def test_a_batch_has_a_heading_for_what_follows_from_all_samples() -> None:
    assert headings(drawn(backtrace.load("or-gate-batch")))[-2:] == [
        "step 1, sample 4: i_1 = 1, i_2 = 1, y = 1",
        "step 1, all samples",
    ]


def test_the_update_of_one_sample_does_not_stand_under_another() -> None:
    text = drawn(backtrace.load("or-gate"), request=Request(sample="all"))
    before = text[: text.index("\nUpdate, ")]
    assert headings(before)[-1] == "step 1, sample 1: i_1 = 1, i_2 = 0, y = 1"


def test_an_update_shown_alone_tells_its_sample() -> None:
    text = drawn(backtrace.load("or-gate"), request=Request(phases=frozenset(["update"])))
    assert headings(text) == ["step 1, sample 1: i_1 = 1, i_2 = 0, y = 1"]


def test_many_inputs_are_counted(of: Of) -> None:
    names = ", ".join(f"x{n}" for n in range(1, 21))
    text = drawn(
        of(
            f"title: wide\ninputs: [{names}]\ntargets: [y]\n"
            "layers: [{name: out, units: [o], weights: {random: normal, std: 0.1}}]\nseed: 1\n"
            f"samples: [{{inputs: [{', '.join(['1'] * 20)}], targets: [1]}}]\n"
        ),
        width=1000,
    )
    assert headings(text) == [
        "step 1, sample 1: x1 = 1, x2 = 1, x3 = 1, x4 = 1, x5 = 1, x6 = 1, x7 = 1, x8 = 1, x9 = 1,"
        " x10 = 1, x11 = 1, x12 = 1, … (21 numbers)"
    ]


def test_the_heading_tells_what_the_numbers_rest_on(of: Of) -> None:
    problem = of(
        NEURON.replace("update:", "seed: 7\nobjective: maximize\nbatch: mean\nupdate:")
        .replace("w: 2, ", "")
        .replace("[[w]]", "{random: normal, std: 0.1}")
    )
    assert drawn(problem, width=200).splitlines()[2] == (
        "network 1-1 · sigmoid · half_squared_error · maximized · sgd, learning_rate 0.5 · batch of 1, mean"
        " · seed 7 · float64"
    )


def test_layers_named_by_number_are_called_by_it(of: Of) -> None:
    text = drawn(of(NEURON.replace("name: out, ", "")))
    assert "\nForward, layer 1\n" in text


def test_a_layer_has_one_table_of_updates_however_its_parameters_are_listed(of: Of) -> None:
    text = drawn(
        of(
            "title: mixed\ninputs: [i]\ntargets: [y]\n"
            "layers:\n  - {name: one, units: [1], weights: [[w]], biases: [b]}\n"
            "  - {name: two, units: [2], weights: [[v]], biases: [c]}\n"
            "parameters: {w: 1, v: 2, b: 3, c: 4}\nupdate: {rule: sgd, learning_rate: 1}\n"
            "samples: [{inputs: [1], targets: [0]}]\n"
        )
    )
    titles = re.findall(r"^Update.*$", text, re.MULTILINE)
    assert titles == ["Update, one layer", "Update, two layer"]
    first, second = text.split("\nUpdate, ")[1:]
    assert re.findall(r"│ (\w+)⁺", first) == ["w", "b"]
    assert re.findall(r"│ (\w+)⁺", second.split("\nAfter")[0]) == ["v", "c"]


# Large tables

WIDE = """
title: wide
inputs: [i, j]
targets: [y]
layers:
  - {name: big, units: 150, activation: tanh, weights: {random: normal, std: 0.1}}
  - {name: out, units: [o], weights: {random: normal, std: 0.1}}
seed: 1
samples: [{inputs: [1, 2], targets: [0]}]
"""


def rows_of(text: str, title: str) -> list[str]:
    """The first cells of the table with a title."""
    table = text.split(f"\n{title}\n")[1].split("╯")[0]
    return re.findall(r"^│ (\S+)", table, re.MULTILINE)[1:]


def test_a_large_table_draws_200_rows_and_tells_the_way_to_the_rest(of: Of) -> None:
    text = drawn(of(WIDE), width=120)
    assert len(rows_of(text, "Forward, big layer")) == TABLE_ROWS
    assert "\n200 of 300 shown: --show 'a_*', -f csv, or --all-rows\n" in text
    assert "\n200 of 750 shown: --show 'dE/dw_1_1_*', -f csv, or --all-rows\n" in text


def test_all_rows_draws_them_all(of: Of) -> None:
    text = drawn(of(WIDE), width=120, all_rows=True)
    assert len(rows_of(text, "Forward, big layer")) == 300
    assert " shown: " not in text


def test_a_long_sum_is_shortened_in_a_table_and_whole_elsewhere(of: Of) -> None:
    problem = of(WIDE)
    text = drawn(problem, width=200)
    assert "│ a_1_1·w_2_1_1 + a_1_2·w_2_1_2 + a_1_3·w_2_1_3 + … 146 more … + a_1_150·w_2_1_150 │" in text
    assert "+ -" not in text
    whole = next(row for row in records(compute(problem, Request()), Look()) if row.id == "h_o")
    assert whole.formula.count("·") == 150


@pytest.mark.parametrize(
    "stems", [("h_1_",), ("dE/dw_1_", "dE/db_1_"), ("x",), ("Delta_w_1_1_", "w_1_1_"), ("x", "dE/dw_1_1_")]
)
def test_the_pattern_that_is_told_fits_the_table(stems: Sequence[str]) -> None:
    rows = [equation(f"{stem}{n}") for stem in stems for n in range(1, 801)]
    pattern = more_rows(rows).split("'")[1]
    matched = [row.id for row in rows if fnmatchcase(row.id, pattern)]
    assert 1 < len(matched) <= TABLE_ROWS
    assert set(matched) & {row.id for row in rows[TABLE_ROWS:]}


def equation(id: str) -> Equation:
    from backtrace.symbolic.expressions import Symbol, number

    return Equation(Symbol(id, id), number(1), "gradient" if id.startswith("dE") else "value", "backward")


# Lines that are too long


def in_symbols(text: str, **texts: str) -> list[str]:
    symbols = {id: Symbol(id, shown) for id, shown in texts.items()}
    return Printer(UNICODE).pieces(substitute(parse(text, FUNCTIONS), symbols))


def in_numbers(text: str, **values: str) -> list[str]:
    return Printer(UNICODE, lambda symbol: values[symbol.id]).pieces(parse(text))


@pytest.mark.parametrize(
    ("line", "width", "lines"),
    [
        (in_symbols("a + b"), 5, ["a + b"]),
        (in_symbols("a + b"), 4, ["a", "+ b"]),
        (in_numbers("a*b - c*d", a="0.5", b="0.25", c="0.125", d="1"), 12, ["0.5(0.25)", "- 0.125(1)"]),
        (in_symbols("b*v + (1 - b)*g^2", b="β₂", g="∂E/∂w"), 20, ["β₂·v", "+ (1 - β₂)·(∂E/∂w)²"]),
        (in_numbers("a*b", a="0.123456", b="0.654321"), 12, ["0.123456", "(0.654321)"]),
        (in_symbols("e*s", e="∂E/∂a_o", s="∂a_o/∂h_o"), 9, ["∂E/∂a_o·", "∂a_o/∂h_o"]),
        (in_symbols("where(above(h, 0), 1, 0.5)"), 12, ["1 if h > 0", "else 0.5"]),
        (in_symbols("max(a, b + c)"), 8, ["max(a, b", "+ c)"]),
        (in_symbols("x*sin(a)*y"), 9, ["x·sin(a)·", "y"]),
        ("123456789", 4, ["1234", "5678", "9"]),
        (in_numbers("-x", x="0.5"), 3, ["-0.", "5"]),
        ("", 3, [""]),
        ("network 2-2-1 · sigmoid, and more", 20, ["network 2-2-1 ·", "sigmoid, and more"]),
    ],
)
def test_a_line_breaks_where_a_person_would_break_it(
    line: str | list[str], width: int, lines: list[str]
) -> None:
    assert broken(line, width) == lines


@pytest.mark.parametrize("width", [20, 40, 80])
@pytest.mark.parametrize("example", example_names())
def test_every_example_fits_every_width_and_keeps_its_numbers(example: str, width: int) -> None:
    problem = backtrace.load(example)
    backward = not any(
        layer.activation.name == "step"
        for layer in (problem.model.layers if isinstance(problem.model, Network) else ())
    )
    request = Request() if backward else FORWARD
    text = drawn(problem, width, request=request)
    assert max(len(line.replace("\u0302", "")) for line in text.splitlines()) <= width
    for record in records(visible(compute(problem, request)), LOOK):
        assert re.search(rf"(?<![\d.]){re.escape(record.text)}(?![\d.])", text), record

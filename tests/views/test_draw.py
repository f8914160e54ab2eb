"""Pictures: what is in them, that it is what a trace says, and that nothing stands on anything else."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.config.load import example_names
from backtrace.derivation.equation import Phase
from backtrace.diagrams.build import (
    COLUMNS_SHOWN,
    FIRST,
    FIRST_COLUMNS,
    LAST_COLUMNS,
    MOST,
    SYMBOLS_SHOWN,
    picture,
)
from backtrace.diagrams.diagram import Picture, SymbolName, SymbolValue, blank
from backtrace.errors import NotDifferentiableError, printable
from backtrace.evaluation.choice import arithmetic_of
from backtrace.evaluation.steps import Request
from backtrace.problem.notation import Notation
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.ids import spell
from backtrace.tracing.trace import compute
from backtrace.typesetting.numerals import Numerals
from backtrace.typesetting.plain import PLAIN
from backtrace.views.diagram.dot import write_dot
from backtrace.views.diagram.layout import Box, Layout, LayoutPlan, PagePoint, Size, lay_out
from backtrace.views.diagram.mermaid import write_mermaid
from backtrace.views.diagram.svg import write_svg
from backtrace.views.diagram.text import write_text
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look
from tests.browser import Browser
from tests.oracles.networks import problem_of
from tests.runner import ROOT, run, written

WRITERS: dict[str, Callable[..., None]] = {
    "svg": write_svg,
    "dot": write_dot,
    "mermaid": write_mermaid,
    "text": write_text,
}
SVG = "{http://www.w3.org/2000/svg}"
LOOK = Look(numerals=Numerals(3))
EM = 0.6  # the width of a character, in font sizes
STEPPED = "step-neuron"
SIZES = ("2-2-1", "2-2-2", "3-4-4-2", "784-100-10", "8-8", "12-1")
HOSTILE = 'a <b>&amp; "q" `x` --> [y]\x1b[31m \\n %% $$x$$ </svg><script>alert(1)</script>\n---\n#quot; {z}'


@cache
def loaded(name: str) -> Problem:
    """A bundled problem, or a network of random weights by its sizes."""
    return sized(*map(int, name.split("-"))) if name[0].isdecimal() else backtrace.load(name)


@cache
def example_picture(name: str) -> Picture:
    problem = loaded(name)
    return picture(problem, backward=name != STEPPED, arithmetic=arithmetic_of(problem))


def sized(*sizes: int) -> Problem:
    weights = {"random": "uniform", "low": -1, "high": 1}
    layers = [{"name": f"l{k}", "units": n, "activation": "tanh", "weights": weights, "biases": weights}
              for k, n in enumerate(sizes[1:])]  # fmt: skip
    sample = {"inputs": [0.25] * sizes[0], "targets": [0.5] * sizes[-1]}
    return problem_of(
        {
            "title": "-".join(map(str, sizes)),
            "seed": 1,
            "inputs": [f"x_{k}" for k in range(sizes[0])],
            "targets": [f"t_{k}" for k in range(sizes[-1])],
            "layers": layers,
            "samples": [sample],
        }
    )


def picture_text(form: str, problem: Problem, what: Picture, look: Look = LOOK) -> str:
    return written(lambda out: WRITERS[form](ViewContext(problem, what, look, out)))


@cache
def svg_of(name: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture_text("svg", loaded(name), example_picture(name)))


def text_of(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def quantities(what: Picture) -> Iterator[SymbolValue]:
    for node in what.nodes:
        told = (*node.values, *node.gradients, *node.targets)
        yield from (quantity for quantity in told if isinstance(quantity, SymbolValue))
    for edge in what.edges:
        yield from (quantity for quantity in (edge.weight, edge.gradient) if quantity)


# What is in a picture


@pytest.mark.parametrize("name", example_names())
def test_every_value_in_a_picture_is_the_trace_s(name: str) -> None:
    phases: list[Phase] = ["forward"] if name == STEPPED else ["forward", "backward"]
    arithmetic = arithmetic_of(loaded(name))
    request = Request(sample=1, phases=frozenset(phases), arithmetic=arithmetic)
    values = {id: value for part in compute(loaded(name), request) for id, value in part.values.items()}
    found = list(quantities(example_picture(name)))
    assert found
    assert {quantity.symbol.id: quantity.value for quantity in found} == {
        quantity.symbol.id: values[quantity.symbol.id] for quantity in found
    }


@pytest.mark.parametrize("name", example_names())
def test_every_unit_parameter_and_equation_is_in_the_picture(name: str) -> None:
    problem = loaded(name)
    ids = {quantity.symbol.id for quantity in quantities(example_picture(name))}
    wanted = {spell(given) for given in (*problem.parameters, *problem.inputs)}
    if isinstance(problem.model, Network):
        units = [spell(unit) for layer in problem.model.layers for unit in layer.units]
        wanted |= {f"{what}_{unit}" for unit in units for what in ("h", "a")} | {"E"}
        if name != STEPPED:
            wanted |= {f"delta_{unit}" for unit in units}
            wanted |= {f"dE/d{spell(parameter)}" for parameter in problem.parameters}
    else:
        wanted |= {spell(equation) for equation in problem.model.equations}
    assert wanted <= ids


def test_hand_arithmetic_of_a_config_is_what_is_drawn() -> None:
    assert "I_4 = -0.700" in run("draw", "three-two-one", "-f", "text").out


def test_a_weight_with_several_uses_is_tied_at_each() -> None:
    weights = [
        (edge.weight.symbol.text, edge.tied) for edge in example_picture("convolution").edges if edge.weight
    ]
    assert weights == [("k_1", True), ("k_2", True), ("b", True)] * 2
    assert not any(edge.tied for edge in example_picture("or-gate").edges)


def test_a_layer_is_shortened_only_where_it_is_crowded() -> None:
    full, crowded = example_picture(f"{MOST}-2"), example_picture(f"{MOST + 1}-2")
    assert [node.kind for node in full.nodes[:MOST]] == ["input"] * MOST
    shown = [node for node in crowded.nodes if node.kind in ("input", "gap")]
    assert [node.kind for node in shown] == ["input"] * FIRST + ["gap", "input"]
    assert shown[FIRST].number == MOST - FIRST
    assert shown[-1].values[0].symbol.text == f"x_{MOST}"


def test_an_equation_stands_right_of_all_that_it_uses() -> None:
    for name in ("recurrent", "circuit", "parabola"):
        what = example_picture(name)
        assert what.edges
        assert all(what.nodes[edge.source].column < what.nodes[edge.target].column for edge in what.edges)


def chain(length: int) -> Problem:
    """A recurrence with one weight at every moment."""
    moments = {f"s_{k}": f"tanh(w*s_{k - 1})" for k in range(1, length)}
    config = {
        "equations": {"s_0": "w", **moments, "E": f"s_{length - 1}^2"},
        "objective_symbol": "E",
        "parameters": {"w": 0.5},
    }
    return problem_of(config)


def test_a_long_computation_is_shortened_in_the_middle() -> None:
    whole, cut = picture(chain(COLUMNS_SHOWN - 2)), picture(chain(100))
    assert len(whole.columns) == COLUMNS_SHOWN
    assert not [node for node in whole.nodes if node.kind == "gap"]
    [gap] = [node for node in cut.nodes if node.kind == "gap"]
    assert gap.column == FIRST_COLUMNS
    assert len(cut.columns) == FIRST_COLUMNS + 1 + LAST_COLUMNS
    assert len(cut.nodes) - 1 + gap.number == 102  # w, 100 moments and E
    assert overlapping(node_boxes(ElementTree.fromstring(picture_text("svg", chain(100), cut)))) == []


def test_a_named_delta_stands_in_the_place_of_its_gradient() -> None:
    gradients = {
        node.values[0].symbol.id: node.gradients[0].symbol.text
        for node in example_picture("recurrent").nodes
        if node.gradients
    }
    assert gradients["h_2"] == "δ_2"
    assert gradients["s_2"] == "∂E/∂s_2"
    assert gradients["w"] == "∂E/∂w"


def test_without_targets_there_are_no_gradients_and_no_cost() -> None:
    config = {
        "inputs": ["x"],
        "layers": [{"name": "l", "units": ["o"], "weights": [[2]]}],
        "samples": [{"inputs": [3]}],
    }
    problem = problem_of(config)
    what = picture(problem)
    assert [node.kind for node in what.nodes] == ["input", "unit"]
    assert not what.has_gradients
    for form in WRITERS:
        assert "∂" not in picture_text(form, problem, what)


def test_a_step_function_is_drawn_only_forward() -> None:
    with pytest.raises(NotDifferentiableError, match="step has no useful derivative"):
        picture(loaded(STEPPED))
    assert [node.gradients for node in example_picture(STEPPED).nodes] == [()] * len(
        example_picture(STEPPED).nodes
    )


def test_a_later_step_and_another_sample_are_drawn_as_they_are_traced() -> None:
    problem = loaded("or-gate")
    [part] = [p for p in compute(problem, Request(first=7, last=7, sample=2)) if p.phase == "backward"]
    what = picture(problem, step=7, sample=2)
    ids = {quantity.symbol.id: quantity.value for quantity in quantities(what)}
    assert ids["dE/dw_5"] == part.values["dE/dw_5"]
    assert ids["w_5"] == part.values["w_5"] != 0.01


# The problem without its solution


def givens(problem: Problem) -> set[str]:
    """The ids of all that nobody has to work out."""
    return {spell(name) for name in (*problem.inputs, *problem.targets, *problem.parameters)}


@pytest.mark.parametrize("name", example_names())
def test_a_blank_picture_has_the_numbers_that_are_given_and_of_the_rest_the_names(name: str) -> None:
    whole, shown = example_picture(name), blank(example_picture(name))
    expected = [quantity for quantity in quantities(whole) if quantity.symbol.id in givens(loaded(name))]
    assert list(quantities(shown)) == expected
    named = [value.symbol.id for node in shown.nodes for value in (*node.values, *node.gradients)
             if isinstance(value, SymbolName)]  # fmt: skip
    worked_out = [value.symbol.id for node in whole.nodes for value in (*node.values, *node.gradients)
                  if value.symbol.id not in givens(loaded(name))]  # fmt: skip
    assert named == worked_out
    assert [edge[:2] for edge in shown.edges] == [edge[:2] for edge in whole.edges]


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("name", ["two-two-two", "recurrent", "softmax-cross-entropy"])
def test_no_form_of_a_blank_picture_depends_on_what_is_worked_out(name: str, form: str) -> None:
    problem, given = loaded(name), givens(loaded(name))

    def other(quantity: SymbolValue | SymbolName) -> SymbolValue | SymbolName:
        return quantity if quantity.symbol.id in given else SymbolValue(quantity.symbol, 987.0, None)

    nodes = [
        node._replace(values=tuple(map(other, node.values)), gradients=tuple(map(other, node.gradients)))
        for node in example_picture(name).nodes
    ]
    changed = example_picture(name)._replace(nodes=tuple(nodes))
    assert "987" in READERS[form](picture_text(form, problem, changed))
    text = picture_text(form, problem, blank(changed))
    assert text == picture_text(form, problem, blank(example_picture(name)))
    assert READERS[form](text)


@pytest.mark.parametrize("name", ["2-2-1", "2-2-2", "3-4-4-2", "two-two-two", "recurrent"])
def test_a_blank_picture_has_a_place_for_everything_too(name: str) -> None:
    root = ElementTree.fromstring(picture_text("svg", loaded(name), blank(example_picture(name))))
    assert overlapping([*label_boxes(root), *node_boxes(root)]) == []
    _is_on_the_page(root)
    _fits_into_nodes(root)


def test_a_blank_picture_of_a_network_in_characters() -> None:
    assert (
        run("draw", "performance-ascent", "--blank", "-f", "text").out
        == """\
Two neurons with thresholds climb
step 1, sample 1: x = 2, d = 1

inputs
  x = 2

hidden: sigmoid
                       ╭─────╮
                       │ p_1 │
  x   ── w_1 = 0.5 ───▶│ z_1 │
  -1  ━━ T_1 = 1 ━━━━━▶├─────┤
                       │ δ_1 │
                       ╰─────╯

output: sigmoid
                       ╭──────────────╮
                       │ p_2          │
  z_1 ━━ w_2 = 2 ━━━━━▶│ z_2          │
  -1  ━━ T_2 = 1 ━━━━━▶│ target d = 1 │
                       ├──────────────┤
                       │ δ_2          │
                       ╰──────────────╯

performance
                       ╭───╮
  z_2 ────────────────▶│ P │
                       ╰───╯

━━: a large weight
"""
    )


def test_a_blank_picture_of_a_computation_has_its_formulas() -> None:
    shown = run("draw", "circuit", "--blank", "-f", "text").out
    assert "│ q = x + y │" in shown
    assert "│ ∂f/∂q     │" in shown
    assert "  x = -2   ∂f/∂x\n" in shown


def test_a_blank_picture_is_of_the_step_and_the_numbers_that_are_asked_for() -> None:
    later = run("draw", "or-gate", "--blank", "-f", "text", "--step", "2").out
    assert "step 2, sample 2: i_1 = 0, i_2 = 1, y = 1" in later
    assert " w_1 = 0.100139 " in later  # numbers to calculate with have more digits
    assert " w_1 = 0.1 " in run("draw", "or-gate", "-f", "text", "--step", "2").out
    assert (
        " w_1 = 0.1001 "
        in run("draw", "or-gate", "--blank", "-f", "text", "--step", "2", "--digits", "4").out
    )
    forward = run("draw", "or-gate", "--blank", "-f", "text", "--forward-only").out
    assert "a_1" in forward
    assert "δ" not in forward
    assert run("draw", STEPPED, "--blank", "--forward-only").code == 0


# Every form


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("name", example_names())
def test_every_example_is_drawn_in_every_form(name: str, form: str) -> None:
    problem, what = loaded(name), example_picture(name)
    text = picture_text(form, problem, what)
    shown = READERS[form](text)
    for quantity in quantities(what):
        value = LOOK.numerals.text(quantity.value)
        if quantity.written is not None:
            value = LOOK.numerals.given(quantity.written, quantity.value)
        assert value in shown, quantity


def _read_svg(text: str) -> str:
    """All that is said in an SVG picture."""
    return text_of(ElementTree.fromstring(text))


_DOT_STRING = r'"(?:[^"\\\n]|\\.)*"'
_DOT_ATTRIBUTES = rf"\[\w+=(?:[\w.]+|{_DOT_STRING})(?:, \w+=(?:[\w.]+|{_DOT_STRING}))*\]"
_DOT_LINE = re.compile(
    rf"  (?:(?:graph|node|edge|n\d+|n\d+ -> n\d+)(?: {_DOT_ATTRIBUTES})?|\{{ rank=same; n\d+(?:; n\d+)* \}})"
)


def _read_dot(text: str) -> str:
    """The labels of a graph, each line of which is of a form that Graphviz knows."""
    first, *lines, last, end = text.split("\n")
    assert (first, last, end) == ("digraph {", "}", "")
    for line in lines:
        assert _DOT_LINE.fullmatch(line), line
    nodes = set(re.findall(r"(?m)^  (n\d+) \[", text))
    assert set(re.findall(r"(n\d+) -> ", text)) | set(re.findall(r"-> (n\d+)", text)) <= nodes
    return text


_MERMAID_LABEL = r'"((?:[^"#;`<>&]|#\d+;|<br/>)*)"'
_MERMAID_LINE = re.compile(
    rf"  (?:(?:n\d+|legend)[\[(]{{1,2}}{_MERMAID_LABEL}[\])]{{1,2}}|n\d+ -->(?:\|{_MERMAID_LABEL}\|)? n\d+"
    r"|linkStyle \d+ [\w:#, .-]+|style \w+ fill:none,stroke:none)"
)


def _read_mermaid(text: str) -> str:
    """The labels of a flowchart, each line of which is of a form that Mermaid knows."""
    rule, title, end_rule, kind, *lines, end = text.split("\n")
    assert (rule, end_rule, kind, end) == ("---", "---", "flowchart LR", "")
    assert title.startswith("title: ")
    json.loads(title.removeprefix("title: "))
    for line in lines:
        assert _MERMAID_LINE.fullmatch(line), line
    edges = [line for line in lines if "-->" in line]
    styled = [int(number) for number in re.findall(r"linkStyle (\d+)", text)]
    assert all(number < len(edges) for number in styled)
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), "\n".join(lines))


READERS: dict[str, Callable[[str], str]] = {
    "svg": _read_svg,
    "dot": _read_dot,
    "mermaid": _read_mermaid,
    "text": str,
}


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("name", [*example_names(), "hostile"])
def test_graphviz_reads_the_graph(name: str) -> None:
    problem, what = hostile() if name == "hostile" else (loaded(name), example_picture(name))
    text = picture_text("dot", problem, what)
    done = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    said = "\n".join(text_of(element) for element in ElementTree.fromstring(done.stdout).iter(f"{SVG}text"))
    said = said.replace("\u00a0", " ")
    for quantity in quantities(what):
        assert f"{printable(quantity.symbol.text)} = " in said or quantity.symbol.text + "†" in said


# Mermaid itself, as its package on npm has it (dist/mermaid.min.js); it needs a browser.
MERMAID = ROOT / ".ci" / "mermaid.min.js"
PARSED = (
    "const [text, done] = arguments; mermaid.parse(text).then(() => done(''), error => done(String(error)))"
)


@pytest.mark.skipif(not MERMAID.exists(), reason="Mermaid is not here: .ci/run fetches it with npm")
def test_mermaid_reads_every_graph(window: Browser, tmp_path: Path) -> None:
    page = tmp_path / "mermaid.html"
    script = MERMAID.read_text(encoding="utf-8")
    page.write_text(f"<!DOCTYPE html><title>m</title><script>{script}</script>", encoding="utf-8")
    window.open(page)
    graphs = {name: picture_text("mermaid", loaded(name), example_picture(name)) for name in example_names()}
    graphs["hostile"] = picture_text("mermaid", *hostile())
    assert {name: window.wait_for(PARSED, graph) for name, graph in graphs.items()} == dict.fromkeys(
        graphs, ""
    )
    assert "Lexical error" in window.wait_for(PARSED, "flowchart LR\n  a --> ]b")


# SVG


def label_boxes(root: ElementTree.Element) -> list[Box]:
    return [
        _around([_text_box(text) for text in group.iter(f"{SVG}text")])
        for group in root.iter(f"{SVG}g")
        if group.get("class") == "label"
    ]


def node_boxes(root: ElementTree.Element) -> list[Box]:
    boxes = []
    for rect in root.iter(f"{SVG}rect"):
        if "node" in rect.get("class", ""):
            x, y, width, height = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
            boxes.append(Box(x, y, x + width, y + height))
    return boxes


def _text_box(text: ElementTree.Element) -> Box:
    x, y, font = (float(text.get(name, "")) for name in ("x", "y", "font-size"))
    width = EM * font * len(text_of(text))
    left = x - width / 2 if text.get("text-anchor") == "middle" else x
    return Box(left, y - 0.8 * font, left + width, y + 0.25 * font)


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def overlapping(boxes: Sequence[Box]) -> list[tuple[Box, Box]]:
    return [(one, other) for one, other in combinations(boxes, 2) if one.overlaps(other)]


@pytest.mark.parametrize("name", [*SIZES, *example_names()])
def test_everything_has_a_place_of_its_own_on_the_page(name: str) -> None:
    root = svg_of(name)
    assert len(label_boxes(root)) == sum(edge.weight is not None for edge in example_picture(name).edges)
    assert overlapping([*label_boxes(root), *node_boxes(root)]) == []
    _is_on_the_page(root)
    _fits_into_nodes(root)


def test_labels_that_do_overlap_are_found() -> None:
    boxes = label_boxes(svg_of("2-2-1"))
    moved = Box(*(side + 5 for side in boxes[0]))
    assert overlapping([*boxes, moved]) == [(boxes[0], moved)]


def _is_on_the_page(root: ElementTree.Element) -> None:
    width, height = (float(part) for part in root.get("viewBox", "").split()[2:])
    [group] = [group for group in root.iter(f"{SVG}g") if group.get("transform")]
    found = re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\)", group.get("transform", ""))
    assert found
    across, down = map(float, found.groups())
    inner = [_text_box(text) for text in group.iter(f"{SVG}text")] + node_boxes(root)
    boxes = [Box(b.left + across, b.top + down, b.right + across, b.bottom + down) for b in inner]
    outer = [_text_box(text) for text in root.findall(f"{SVG}text")]
    assert overlapping(outer) == []
    assert all(not box.overlaps(other) for box in boxes for other in outer)
    for box in (*boxes, *outer):
        assert 0 <= box.left <= box.right <= width
        assert 0 <= box.top <= box.bottom <= height


def _fits_into_nodes(root: ElementTree.Element) -> None:
    [group] = [group for group in root.iter(f"{SVG}g") if group.get("transform")]
    nodes = node_boxes(root)
    quiet = [text for text in group.findall(f"{SVG}text") if text.get("class") != "quiet"]
    assert quiet
    for text in quiet:
        box = _text_box(text)
        around = [node for node in nodes if node.overlaps(box)]
        assert len(around) == 1, text_of(text)
        assert around[0].left <= box.left <= box.right <= around[0].right
        assert around[0].top <= box.top <= box.bottom <= around[0].bottom


def test_values_stand_above_and_gradients_below() -> None:
    root = svg_of("or-gate")
    labels = [
        [text_of(text) for text in group.iter(f"{SVG}text")]
        for group in root.iter(f"{SVG}g")
        if group.get("class") == "label"
    ]
    assert labels == [
        ["w1 = 0.1", "∂ -0.000279"], ["w3 = 0.3", "∂ 0"], ["b2 = 0.5", "∂ -0.000279"],
        ["w2 = 0.2", "∂ -0.00054"], ["w4 = 0.4", "∂ 0"], ["b1 = 0.5", "∂ -0.00054"],
        ["w5 = 0.01", "∂ -0.0786"], ["w6 = 0.02", "∂ -0.0814"], ["b3 = 0.03", "∂ -0.122"],
    ]  # fmt: skip
    heights = [
        [float(text.get("y", "")) for text in group.iter(f"{SVG}text")]
        for group in root.iter(f"{SVG}g")
        if group.get("class") == "label"
    ]
    assert all(above < below for above, below in heights)


def test_a_power_stands_above_and_not_in_the_index() -> None:
    config = {"equations": {"E": "w_1^2"}, "objective_symbol": "E", "parameters": {"w_1": 3}}
    root = ElementTree.fromstring(picture_text("svg", problem_of(config), picture(problem_of(config))))
    lowered = [one.text for one in root.iter(f"{SVG}tspan") if float(one.get("dy", "")) > 0]
    assert lowered == ["1"] * len(lowered) != []
    assert "E = w1²" in [text_of(text) for text in root.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("w_1_2", "w1,2"),
        ("w_h_o", "wh,o"),
        ("h_feature_detector", "hfeature_detector"),
        ("temperature_of_water", "temperature_of_water"),
    ],
)
def test_the_parts_of_an_index_have_commas_but_not_its_words(name: str, shown: str) -> None:
    config = {"equations": {"E": f"2*{name}"}, "objective_symbol": "E", "parameters": {name: 3}}
    root = ElementTree.fromstring(picture_text("svg", problem_of(config), picture(problem_of(config))))
    texts = [text_of(text) for text in root.iter(f"{SVG}text")]
    assert {f"{shown} = 3", f"E = 2·{shown}", f"∂E/∂{shown} = 2"} <= set(texts)
    lowered = {one.text for one in root.iter(f"{SVG}tspan") if float(one.get("dy", "")) > 0}
    assert lowered == ({shown[1:]} if shown != name else set())


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("1/(1 + exp(-(W_f*x_1 + U_f*h_0 + b)))", "E_1 = 1/(1 + e^(-(W_f·x_1 + U_f· …"),
        ("w*some_name_that_goes_on_and_on_and_on", "E_1 = w· …"),
    ],
)
def test_a_long_formula_ends_between_two_of_its_parts(formula: str, shown: str) -> None:
    names = set(re.findall(r"[a-zA-Z]\w*", formula)) - {"exp"}
    config = {"equations": {"E_1": formula}, "objective_symbol": "E_1", "parameters": dict.fromkeys(names, 1)}
    assert f"│ {shown} " in picture_text("text", problem_of(config), picture(problem_of(config)))


def test_an_equation_that_is_a_number_says_it_once() -> None:
    config = {"equations": {"k": "5", "E": "2*k"}, "objective_symbol": "E"}
    text = picture_text("text", problem_of(config), picture(problem_of(config)))
    assert "\n  k = 5   ∂E/∂k = 2\n" in text
    assert "│ E = 2·k   │" in text


def test_a_computation_shows_all_that_its_equations_rest_on() -> None:
    names = [f"x_{k}" for k in range(1, SYMBOLS_SHOWN + 1)]
    config = {
        "equations": {"E": " + ".join(names)},
        "objective_symbol": "E",
        "parameters": dict.fromkeys(names, 1),
    }
    what = picture(problem_of(config))
    assert [node.values[0].symbol.text for node in what.nodes] == [*names, "E"]
    assert len(what.edges) == SYMBOLS_SHOWN


def test_dots_stand_before_the_last_of_a_column_of_a_computation() -> None:
    names = range(1, SYMBOLS_SHOWN + 2)
    config = {
        "equations": {f"h_{k}": f"w*x_{k}" for k in names}
        | {"E": " + ".join(f"h_{k}" for k in names) + " + w"},
        "objective_symbol": "E",
        "inputs": [f"x_{k}" for k in names],
        "parameters": {"w": 1},
        "samples": [{"inputs": [1] * len(names)}],
    }
    root = ElementTree.fromstring(picture_text("svg", problem_of(config), picture(problem_of(config))))
    heights = {text_of(text): float(text.get("y", "")) for text in root.iter(f"{SVG}text")}
    column = ["h1 = 1", "h2 = 1", "h3 = 1", "13 more", "h17 = 1"]
    assert sorted(column, key=heights.__getitem__) == column
    given = ["x1 = 1", "x2 = 1", "x3 = 1", "14 more", "w = 1"]
    assert sorted(given, key=heights.__getitem__) == given
    assert "E = h1 + h2 + h3 + … 14 more …" in heights  # and no dots after those of the sum


def test_a_negative_weight_is_dashed_and_the_largest_is_the_thickest() -> None:
    edges = [path for path in svg_of("xor-skip").iter(f"{SVG}path") if "edge" in path.get("class", "")]
    shown = [(path.get("class"), path.get("stroke-width")) for path in edges]
    assert shown[:3] == [("edge plus", "2.50"), ("edge plus", "2.50"), ("edge minus", "3.25")]
    assert ("edge minus", "4.00") in shown  # w_5 = -2
    style = next(svg_of("xor-skip").iter(f"{SVG}style")).text or ""
    assert re.search(r"\.minus \{[^}]*stroke-dasharray", style)
    assert not re.search(r"\.plus \{[^}]*stroke-dasharray", style)


def test_a_picture_stands_by_itself_and_speaks() -> None:
    root = svg_of("or-gate")
    text = picture_text("svg", loaded("or-gate"), example_picture("or-gate"))
    assert root.get("role") == "img"
    title, said = map(text_of, root[:2])
    assert [root[0].tag, root[1].tag] == [f"{SVG}title", f"{SVG}desc"]
    assert title == "OR gate, 2-2-1"
    assert said.startswith(
        "step 1, sample 1: i_1 = 1, i_2 = 0, y = 1. inputs: i_1 = 1, i_2 = 0. "
        "hidden: sigmoid: h_1 = 0.6, a_1 = 0.646, δ_1 = -0.000279, "
    )
    assert "; w_5 = 0.01, ∂E/∂w_5 = -0.0786; " in said
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"href|url\(|@import|<script|<image|<foreignObject", text)


def test_an_output_without_unicode_carries_the_same_picture() -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    write_svg(ViewContext(loaded("or-gate"), example_picture("or-gate"), LOOK, narrow))
    narrow.seek(0)
    text = narrow.read()
    assert text.isascii()
    assert _read_svg(text) == _read_svg(picture_text("svg", loaded("or-gate"), example_picture("or-gate")))


def test_several_pictures_can_stand_on_one_page() -> None:
    text = picture_text("svg", loaded("or-gate"), example_picture("or-gate"))
    assert not re.search(r"\bid=", text)
    style = re.sub(r"@media[^{]*\{", "", text.partition("<style>")[2].partition("</style>")[0])
    selectors = [found.strip() for found in re.findall(r"([^{}]*)\{", style)]
    assert selectors
    assert all(selector.startswith(".network ") for selector in selectors)


# Names that are more than names


def hostile() -> tuple[Problem, Picture]:
    """A problem whose texts no config could have."""
    notation = Notation(net='<h&"{unit}">`\\', activation="a]{unit})#", delta="δ\x1b[1m{unit}|", cost='E;"]')
    problem = loaded("or-gate")
    assert isinstance(problem.model, Network)
    names = {"inputs": "inputs", "hidden": "]]><b>|\x1b[2m", "output": '"); -->'}
    layers = tuple(
        layer._replace(name=names[layer.name], sources=tuple(names[source] for source in layer.sources))
        for layer in problem.model.layers
    )
    model = problem.model._replace(layers=layers)
    problem = problem._replace(title=HOSTILE, notation=notation, model=model)
    return problem, picture(problem)


@pytest.mark.parametrize("kept", [Picture._replace, blank])
@pytest.mark.parametrize("form", WRITERS)
def test_no_name_is_taken_for_more_than_a_name(form: str, kept: Callable[[Picture], Picture]) -> None:
    problem, what = hostile()
    text = picture_text(form, problem, kept(what))
    assert "\x1b" not in text
    assert READERS[form](text)
    if form == "svg":
        tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(text).iter()}
        assert tags == {"svg", "title", "desc", "style", "rect", "text", "tspan", "g", "path"}


# Text


def test_a_network_in_characters() -> None:
    assert (
        picture_text("text", loaded("linear-neuron"), example_picture("linear-neuron"))
        == run("draw", "linear-neuron", "-f", "text").out
    )
    assert (
        run("draw", "performance-ascent", "-f", "text").out
        == """\
Two neurons with thresholds climb
step 1, sample 1: x = 2, d = 1

inputs
  x = 2

hidden: sigmoid
                                          ╭──────────────╮
                                          │ p_1 = 0      │
  x   ── w_1 = 0.5  ∂P/∂w_1 = 0.125 ─────▶│ z_1 = 0.5    │
  -1  ━━ T_1 = 1    ∂P/∂T_1 = -0.0625 ━━━▶├──────────────┤
                                          │ δ_1 = 0.0625 │
                                          ╰──────────────╯

output: sigmoid
                                          ╭──────────────╮
                                          │ p_2 = 0      │
  z_1 ━━ w_2 = 2    ∂P/∂w_2 = 0.0625 ━━━━▶│ z_2 = 0.5    │
  -1  ━━ T_2 = 1    ∂P/∂T_2 = -0.125 ━━━━▶│ target d = 1 │
                                          ├──────────────┤
                                          │ δ_2 = 0.125  │
                                          ╰──────────────╯

performance
                                          ╭────────────╮
  z_2 ───────────────────────────────────▶│ P = -0.125 │
                                          ╰────────────╯

━━: a large weight
"""
    )


def test_what_a_thick_line_is_is_told_where_there_is_one() -> None:
    none = [f"--set={name}=0" for name in backtrace.load("or-gate").parameters]
    arguments = ["draw", "or-gate", "-f", "text"]
    assert "a large weight" in run(*arguments, *none[1:]).out
    assert "a large weight" not in run(*arguments, *none).out


def test_a_computation_in_characters_begins_with_what_is_given() -> None:
    assert (
        picture_text("text", loaded("circuit"), example_picture("circuit"), LOOK._replace(style=PLAIN))
        == """\
(x + y) z
step 1, sample 1

  x = -2   df/dx = -4
  y = 5   df/dy = -4
  z = -4   df/dz = 3

            +------------+
            | q = x + y  |
  x ------->| q = 3      |
  y ------->+------------+
            | df/dq = -4 |
            +------------+
            +-----------+
            | f = q*z   |
  q ------->| f = -12   |
  z ------->+-----------+
            | df/df = 1 |
            +-----------+
"""
    )


def test_every_edge_of_a_tall_box_meets_its_side() -> None:
    lines = picture_text("text", loaded("8-8"), example_picture("8-8")).split("\n")
    arrows = [line for line in lines if "▶" in line]
    assert len(arrows) == 8 * 9 + 8
    assert all(re.search("▶[│├]", line) for line in arrows)


# Layouts


@st.composite
def plans(draw: st.DrawFn) -> LayoutPlan:
    """Columns of boxes with edges to the right, some of them past columns."""
    heights = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    columns: list[list[int]] = []
    for height in heights:
        columns.append(list(range(sum(map(len, columns)), sum(map(len, columns)) + height)))
    column = {node: k for k, nodes in enumerate(columns) for node in nodes}
    pairs = [(one, other) for one in column for other in column if column[one] < column[other]]
    edges = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=12, unique=True))
    side = st.integers(10, 150).map(float)
    sizes = draw(st.lists(st.builds(Size, side, side), min_size=len(column), max_size=len(column)))
    ordered = draw(st.booleans())
    label = st.builds(Size, side, st.just(30.0))
    labels = draw(
        st.lists(label | st.none() if ordered else st.none(), min_size=len(edges), max_size=len(edges))
    )
    return LayoutPlan(sizes, columns, edges, labels, [40.0] * len(columns), ordered)


@settings(max_examples=60)
@given(plans())
def test_nothing_stands_on_anything_else_and_no_edge_goes_through_a_box(plan: LayoutPlan) -> None:
    layout = lay_out(plan)
    labels = [box for box in layout.labels if box]
    assert overlapping([*layout.boxes, *labels]) == []
    for (source, target), line in zip(plan.edges, layout.lines, strict=True):
        others = [box for node, box in enumerate(layout.boxes) if node not in (source, target)]
        for one, other in pairwise(line):
            assert not [box for box in others if _touches(box, one, other)]
    assert len(labels) == sum(label is not None for label in plan.labels)
    assert all(_inside(box, layout) for box in (*layout.boxes, *labels))
    assert not [1 for line, own in zip(layout.lines, layout.labels, strict=True) for box in labels
                if box != own and any(_touches(box, *leg) for leg in pairwise(line))]  # fmt: skip


def test_a_label_below_all_boxes_is_on_the_picture() -> None:
    edges = [(0, 3), (1, 3), (2, 3)]
    plan = LayoutPlan(
        [Size(10.0, 10.0)] * 4, [[0, 1, 2], [3]], edges, [Size(10.0, 90.0)] * 3, [40.0] * 2, True
    )
    layout = lay_out(plan)
    label = layout.labels[-1]
    assert label is not None
    assert label.bottom > max(box.bottom for box in layout.boxes)
    assert _inside(label, layout)


def _inside(box: Box, layout: Layout) -> bool:
    width, height = layout.size
    near = 1e-6
    return (
        box.left >= -near and box.top >= -near and box.right <= width + near and box.bottom <= height + near
    )


def _touches(box: Box, one: PagePoint, other: PagePoint) -> bool:
    """Whether a line goes through a box, tried at many points of it."""
    steps = range(101)
    points = ((one.x + (other.x - one.x) * k / 100, one.y + (other.y - one.y) * k / 100) for k in steps)
    near = 1e-6
    return any(
        box.left + near < x < box.right - near and box.top + near < y < box.bottom - near for x, y in points
    )


def test_every_label_stands_on_its_own_edge() -> None:
    size = Size(60, 30)
    plan = LayoutPlan(
        [size] * 4, [[0, 1], [2, 3]], [(0, 2), (0, 3), (1, 2), (1, 3)], [size] * 4, [0, 0], True
    )
    layout = lay_out(plan)
    for line, box in zip(layout.lines, layout.labels, strict=True):
        assert box is not None
        assert any(_touches(box, one, other) for one, other in pairwise(line))


# The command


@pytest.mark.parametrize(
    ("file", "begins"),
    [("a.svg", "<svg"), ("a.dot", "digraph"), ("a.gv", "digraph"), ("a.mmd", "---\ntitle"),
     ("a.txt", "OR gate"), ("a", "<svg")],
)  # fmt: skip
def test_a_picture_is_written_as_its_file_s_name_ends(tmp_path: Path, file: str, begins: str) -> None:
    assert run("draw", "or-gate", "-o", str(tmp_path / file)).code == 0
    assert (tmp_path / file).read_text(encoding="utf-8").startswith(begins)


def test_what_is_asked_for_goes_before_the_ending(tmp_path: Path) -> None:
    run("draw", "or-gate", "-o", str(tmp_path / "a.svg"), "-f", "dot")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("digraph")


def test_a_picture_is_svg_where_nobody_looks_at_a_terminal() -> None:
    assert run("draw", "or-gate").out.startswith("<svg")


def test_a_terminal_is_shown_characters() -> None:
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-m", "backtrace", "draw", "circuit"], stdout=theirs, check=True)
    os.close(theirs)
    assert os.read(ours, 1000).startswith(b"(x + y) z\r\nstep 1, sample 1\r\n")
    os.close(ours)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (("--set", "w_5=2"), "w_5 = 2 "),
        (("--input", "0,1", "--target", "0"), "i_2 = 1"),
        (("--step", "2"), "step 2, sample 2"),
        (("--sample", "2"), "step 1, sample 2"),
        (("--digits", "5"), "a_o = 0.51245"),
        (("--decimals", "2"), "a_o = 0.51 "),
    ],
)
def test_options_change_what_is_drawn(options: tuple[str, ...], shown: str) -> None:
    assert shown in run("draw", "or-gate", "-f", "text", *options).out
    assert shown not in run("draw", "or-gate", "-f", "text").out


def test_changes_are_told_in_the_picture() -> None:
    assert "; with w_5 = 2\n" in run("draw", "or-gate", "-f", "text", "--set", "w_5=2").out


def test_forward_only_leaves_the_gradients_out() -> None:
    for form in WRITERS:
        shown = run("draw", "or-gate", "-f", form, "--forward-only").out
        assert "0.119" in shown
        assert "∂" not in shown
        assert "δ" not in shown


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("or-gate", "--sample", "all"), 2, "a picture has one sample; give its number with --sample K"),
        (("or-gate", "--sample", "9"), 1, "no sample 9; there are samples 1 to 4"),
        (("or-gate", "--digits", "2", "--decimals", "2"), 2,
         "--digits and --decimals exclude each other; give one of them"),
        (("or-gate", "--input", "1,1", "--sample", "1"), 2,
         "--input makes a sample of its own; leave --sample out"),
        (("or-gate", "-o", "a.png"), 2,
         "-o 'a.png': no format for .png here; choose one of .svg .dot .gv .mmd .mermaid .txt, or give -f"),
        (("-",), 1, "∂f/∂q is not a finite number (inf) in sample 1"),
        (("circuit", "--step", "2"), 1, "no step 2: without an update in the config there is one step"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told(arguments: tuple[str, ...], code: int, message: str) -> None:
    half_way = "{equations: {q: x*z, f: sqrt(q)}, objective_symbol: f, parameters: {x: 0, z: 1}}"
    done = run("draw", *arguments, stdin=half_way)
    assert done.code == code
    assert done.err.endswith(f"Error: {message}\n") if code == 2 else done.err == f"{message}\n"


def test_a_refused_backward_pass_tells_the_way_out() -> None:
    done = run("draw", STEPPED)
    assert done.code == 1
    assert done.err.endswith(
        "layers[0].activation: step has no useful derivative: it is flat everywhere but at its threshold, "
        "where it jumps, so there is no backward pass; a sigmoid is the smooth function in its place; "
        "--forward-only draws what there is\n"
    )
    assert run("draw", STEPPED, "--forward-only").code == 0

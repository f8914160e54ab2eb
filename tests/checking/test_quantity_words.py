"""Quantities that are named in words: no word beside a symbol is lost, in any language and sheet."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest

from backtrace.checking.graph import Graph
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.lexing.tokens import parse_name
from backtrace.checking.naming.quantity_kinds import kind_in
from backtrace.checking.reading.answer_files import read_sheet
from backtrace.checking.reading.document import read_document
from backtrace.config.load import load
from backtrace.config.reader import read_problem

CHECKER = Checker(load("or-gate"))
GRAPH: Graph = CHECKER.diagnosis([1]).graph
VALUES = {key.id: node.value for key, node in GRAPH.nodes.items() if key.sample in (1, None)}

WORDS = {
    "delta_o": "delta o | delta of o | δ of o | o delta | output unit o delta | "
    "delta for the output neuron o | error term of o | Fehlerterm von o | término de error de o | "
    "o 的误差项 | local gradient of o | error o | gradient of h_o | derivative of E wrt net o",
    "h_o": "net o | net input of o | net input to o | weighted sum o | pre-activation of unit o | "
    "o net input | net input h_o | Netzeingabe von o | Nettoeingabe o | entrada neta de o | o 的净输入 | "
    "input of output unit o",
    "h_1": "net input of h1 | net input of unit 1 | net 1 | net input z of h1",
    "a_1": "output of h1 | output 1 | activation a_1 | neuron 1 output | Ausgabe von h1 | salida de h1 | "
    "神经元1的输出",
    "a_o": "output o | activation of o | prediction o | output y | Ausgabe von o | Aktivierung o | "
    "salida o | o的输出",
    "e_o": "error o | error of o | Fehler von o | error de o | o 的误差",
    "E": "error o | error of the network E | total error E | loss E | squared error E",
    "da_o/dh_o": "slope o | slope at h_o | derivative o | derivative of a_o with respect to h_o | "
    "Steigung von o | pendiente de o | Ableitung von a_o nach h_o | derivative of the output o wrt net o",
    "dE/dw_1": "gradient of w_1 | gradient w_1 | w_1 gradient | w_1's gradient | w_1 (gradient) | "
    "gradient (w_1) | gradient w.r.t. w_1 | gradient of the first weight w_1 | "
    "gradient of the loss with respect to w_1 | dE wrt w_1 | derivative of E w.r.t. w_1 | "
    "Gradient von w_1 | Ableitung von E nach w_1 | gradiente de w_1 | derivada de E respecto a w_1 | "
    "w_1 的梯度 | w_1的梯度 | 梯度 w_1 | E对w_1的偏导数 | 损失对w_1的梯度",
    "Delta_w_1": "change of w_1 | change in w_1 | Delta w_1 | delta w_1 | update of w_1 | w_1 update | "
    "Änderung von w_1 | Gewichtsänderung w_1 | cambio de w_1 | w_1 的变化",
    "w_5+": "new w_5 | new weight w_5 | new value of w_5 | w_5 new | w_5 (new) | w_5 after the update | "
    "neues w_5 | nuevo w_5 | 新的w_5 | update w_5",
    "w_5": "old w_5 | weight w_5 | value of w_5 | Gewicht w_5 | peso w_5",
    "b_3": "bias of o | bias b_3",
    "y": "target o | target y | desired output of o | Zielwert o",
}
CASES = [(name.strip(), id) for id, names in WORDS.items() for name in names.split("|")]
SYMBOL = re.compile(r"(?<![A-Za-z'])(?:[a-z]_[0-9a-z]|[dE]E?|[oy])(?![A-Za-z'])")


def in_text(name: str) -> str:
    """The name in Markdown, its symbols between dollar signs."""
    return SYMBOL.sub(lambda found: f"${found[0]}$", name)


def in_latex(name: str) -> str:
    place, pieces = 0, []
    for found in SYMBOL.finditer(name):
        pieces += [rf"\text{{{name[place : found.start()]}}}", found[0]]
        place = found.end()
    return "".join([*pieces, rf"\text{{{name[place:]}}}"]).replace(r"\text{}", "")


SHEETS: dict[str, Callable[[str, str], str]] = {
    "a.txt": lambda name, number: f"So we get {name} = {number}, as it should be.",
    "b.md": lambda name, number: f"- **{name}**: {number}",
    "c.md": lambda name, number: f"| quantity | value |\n|---|---|\n| {name} | {number} |",
    "d.md": lambda name, number: f"{in_text(name)} = {number}",
    "e.tex": lambda name, number: f"${in_latex(name)} = {number}$",
    "f.html": lambda name, number: f"<p>{name} = {number}</p>",
    "g.json": lambda name, number: json.dumps({name: float(number)}),
    "h.yaml": lambda name, number: f"{name}: {number}",
    "i.csv": lambda name, number: f"id,value\n{name},{number}",
}


def judged(text: str, file: str = "notes.md") -> list[tuple[str, str]]:
    report = check_sheet(CHECKER, read_sheet(text.encode(), file))
    return [(judgement.id, judgement.verdict) for judgement in report.judgements]


@pytest.mark.parametrize(("name", "id"), CASES)
def test_words_beside_a_symbol_say_which_of_its_quantities_is_meant(name: str, id: str) -> None:
    for file, sheet in SHEETS.items():
        text = sheet(name, f"{VALUES[id]:.6g}")
        assert (text, judged(text, file)) == (text, [(id, "correct")])


@pytest.mark.parametrize(
    "name", ["net o", "slope o", "gradient of w_1", "w_1 的梯度", "new w_5", "Delta w_1"]
)
def test_a_wrong_number_beside_words_is_a_wrong_one_of_that_quantity(name: str) -> None:
    ((found, verdict),) = judged(f"{name} = 0.777")
    assert found == dict(CASES)[name]
    assert verdict in ("wrong", "slip")


NOTHING = (
    "squared a_o | square of a_o | log of a_o | sum of h_o | sigmoid of h_o | net input of w_1 | "
    "output w_1 | error of w_1 | E wrt w_1 | change of E | net of E | gradient at w_1 | target w_1"
)


@pytest.mark.parametrize("name", NOTHING.split(" | "))
def test_words_that_make_no_known_quantity_never_leave_the_bare_name(name: str) -> None:
    for file, sheet in SHEETS.items():
        for number in ("0.1", "0.512453", "0.0498203", "0.118851"):
            assert {verdict for _, verdict in judged(sheet(name, number), file)} <= {"unknown"}


@pytest.mark.parametrize("name", ["error o", "derivative o", "output y"])
def test_between_the_meanings_of_a_word_the_number_decides_or_nothing(name: str) -> None:
    assert [verdict for _, verdict in judged(f"{name} = 0.3")] == ["unknown"]


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("gradient_of_w_1", "dE/dw_1"),
        ("w_1_gradient", "dE/dw_1"),
        ("net_input_h1", "h_1"),
        ("slope_o", "da_o/dh_o"),
        ("error_o", "e_o"),
        ("w_5_new", "w_5+"),
        ("delta_w_1", "Delta_w_1"),
    ],
)
def test_underscores_may_join_the_words_of_a_name(name: str, id: str) -> None:
    for file in ("g.json", "h.yaml", "i.csv", "a.txt"):
        assert judged(SHEETS[file](name, f"{VALUES[id]:.6g}"), file) == [(id, "correct")]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("The output of the network is a_o = 0.5125", ["a_o"]),
        ("net input of o: h_o = 0.01·0.6457 + 0.02·0.6682 + 0.03 = 0.0498", ["h_o"]),
        ("Update w_5: w_5 = 0.01 - 0.5·(-0.0786) = 0.0493", ["w_5+"]),
        ("for input i_1 = 1, i_2 = 0 and target y = 1", ["i_1", "i_2", "y"]),
        ("error of the output layer δ_o = -0.1218", ["delta_o"]),
        ("gradient of w_5 = delta of o * output of h1 = -0.1218 * 0.6457 = -0.0786", ["dE/dw_5"]),
        ("net input o = w_5 * output 1 + w_6 * output 2 + b_3 = 0.0498", ["h_o"]),
        ("the slope σ'(h_o) = 0.2498", ["da_o/dh_o"]),
        ("with learning rate η = 0.5", ["learning_rate"]),
        ("w_1 的梯度：-0.000279", ["dE/dw_1"]),
        ("| unit | net input | output |\n|---|---|---|\n| o | 0.0498 | 0.5125 |", ["h_o", "a_o"]),
        ("| weight | Ableitung | neu |\n|---|---|---|\n| w_5 | -0.0786 | 0.0493 |", ["dE/dw_5", "w_5+"]),
        ("| weight | quantity | value |\n|---|---|---|\n| w_5 | gradient | -0.0786 |", ["dE/dw_5"]),
        ("| unit | quantity | value |\n|---|---|---|\n| o | net input | 0.0498 |", ["h_o"]),
        ("| unit | quantity | value |\n|---|---|---|\n| 1 | output | 0.6457 |", ["a_1"]),
        ("| what | of | value |\n|---|---|---|\n| new weight | w_5 | 0.0493 |", ["w_5+"]),
        ("| name | meaning | value |\n|---|---|---|\n| a_o | output of the network | 0.5125 |", ["a_o"]),
        ("| name | meaning | value |\n|---|---|---|\n| E | cost | 0.1189 |", ["E"]),
        ("| | w_5 | w_1 |\n|---|---|---|\n| gradient | -0.0786 | -0.000279 |", ["dE/dw_5", "dE/dw_1"]),
    ],
)
def test_a_sentence_or_a_heading_says_the_kind(text: str, ids: list[str]) -> None:
    assert judged(text) == [(id, "correct") for id in ids]


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Fehler des Neurons o", "e_o"),
        ("Ausgabe des Ausgabeneurons o", "a_o"),
        ("delta unit o", "delta_o"),
        ("error neuron o", "e_o"),
        ("Fehlergradient w_1", "dE/dw_1"),
        ("Gradient der Kosten nach w_1", "dE/dw_1"),
        ("gradient of the cost function w.r.t. w_1", "dE/dw_1"),
        ("∇w_1", "dE/dw_1"),
        ("gradient at o", "delta_o"),
        ("slope of the sigmoid at o", "da_o/dh_o"),
        ("sigmoid derivative at h_o", "da_o/dh_o"),
        ("predicted y", "a_o"),
        ("sum of squared errors E", "E"),
        ("sortie o", "a_o"),
        ("erro de o", "e_o"),
    ],
)
def test_words_may_be_compounds_or_have_others_between_them(name: str, id: str) -> None:
    assert judged(f"{name} = {VALUES[id]:.6g}") == [(id, "correct")]


def test_an_old_weight_is_never_the_new_one() -> None:
    assert judged("old w_5 = 0.0493") == [("w_5", "wrong")]


@pytest.mark.parametrize(("name", "id"), CASES)
def test_a_name_in_words_is_read_the_same_again(name: str, id: str) -> None:
    read = parse_name(name)
    assert read is not None
    assert parse_name(read) == read
    assert kind_in(read) is not None or " " not in read or read.startswith("derivative of"), id


@pytest.mark.parametrize(
    "piece",
    ["error of ", "gradient of E by ", "w_1 的", "new ", "net (", "unit ", "α 对 ", "derivada parcial "],
)
def test_many_words_take_no_longer_than_many_letters(piece: str) -> None:
    start = time.process_time()
    read_document(f"{piece * 600}w_1 = 0.3\n{piece * 600} = 0.3" * 3)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("1_1", "net input of {}"),
        ("1_2", "delta of unit {}"),
        ("2_1", "error of {}"),
        ("1_1", "{} 的输出"),
        ("1_2", "slope {}"),
        ("1_1", "{} net input"),
    ],
)
def test_a_unit_s_name_may_begin_with_a_digit(unit: str, name: str) -> None:
    checker = Checker(load("three-layers"))
    nodes = checker.diagnosis([1]).graph.nodes
    ids = {"net": "h_{}", "delta": "delta_{}", "error": "e_{}", "输出": "a_{}", "slope": "da_{}/dh_{}"}
    (id,) = (id.replace("{}", unit) for word, id in ids.items() if word in name)
    (value,) = (node.value for key, node in nodes.items() if key.id == id and key.sample == 1)
    for text, file in (
        (f"{name.format(unit)} = {value}", "a.md"),
        (json.dumps({name.format(unit): value}), "a.json"),
    ):
        (judgement,) = check_sheet(checker, read_sheet(text.encode(), file)).judgements
        assert (judgement.id, judgement.verdict) == (id, "correct")


LINE = """
equations: {p: slope*x + intercept, E: (p - y)^2}
objective_symbol: E
inputs: [x]
targets: [y]
parameters: {slope: 2, intercept: 1}
samples: [{inputs: [3], targets: [6]}]
update: {rule: sgd, learning_rate: 0.1}
"""


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("slope = 2", "slope"),
        ("gradient of slope = 6", "dE/dslope"),
        ("gradient of the intercept = 2", "dE/dintercept"),
        ("Gradient von intercept: 2", "dE/dintercept"),
        ("gradient of E with respect to slope = 6", "dE/dslope"),
        ("derivative of E w.r.t. intercept = 2", "dE/dintercept"),
        ("change of slope = -0.6", "Delta_slope"),
        ("new slope = 1.4", "slope+"),
        ("the new intercept = 0.8", "intercept+"),
        ("prediction p = 7", "p"),
    ],
)
def test_a_parameter_may_have_a_word_as_its_name(text: str, id: str) -> None:
    checker = Checker(read_problem(LINE, "config.yaml", "."))
    sheet = read_sheet(text.encode(), "notes.md", checker.config_names)
    (judgement,) = check_sheet(checker, sheet).judgements
    assert (judgement.id, judgement.verdict) == (id, "correct")


def test_words_read_the_config_s_names_as_it_has_them() -> None:
    config = """
        {inputs: [x1], targets: [t], samples: [{inputs: [0.5], targets: [1]}], parameters: {w_1out: 0.7},
         layers: [{name: output, units: [out], activation: sigmoid, weights: [[w_1out]]}]}
    """
    checker = Checker(read_problem(config, "config.yaml", "."))
    nodes = {key.id: node.value for key, node in checker.diagnosis([1]).graph.nodes.items()}
    for name, id in (("gradient of w_1out", "dE/dw_1out"), ("net input of out", "h_out")):
        for file in ("a.txt", "c.md", "g.json", "i.csv"):
            text = SHEETS[file](name, f"{nodes[id]:.6g}")
            sheet = read_sheet(text.encode(), file, checker.config_names)
            (judgement,) = check_sheet(checker, sheet).judgements
            assert (judgement.id, judgement.verdict) == (id, "correct")

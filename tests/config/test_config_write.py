"""A problem that is written as a config loads to the same problem, with the same bits."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrace.config import write
from backtrace.config.load import example_names, load
from backtrace.config.nodes import Mapping, Node, Sequence, compose
from backtrace.config.reader import read_problem
from backtrace.config.write import config_text
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.derivation.optimizers import UPDATE_RULES
from backtrace.errors import BacktraceError
from backtrace.evaluation.choice import arithmetic_of
from backtrace.evaluation.steps import Request
from backtrace.limits import FORMULA_DEPTH, LINE_CHARACTERS
from backtrace.problem.notation import NOTATIONS
from backtrace.problem.problem import Problem, Sample
from backtrace.symbolic.expressions import Call, Expression, Number, Symbol, number
from backtrace.symbolic.functions import FUNCTIONS, VARIADIC, public_functions
from backtrace.symbolic.parser import ExpressionError, parse
from backtrace.tracing.trace import compute
from backtrace.typesetting.config_formula import written
from tests.config.test_config import VALID
from tests.config.test_schema import is_accepted
from tests.oracles.networks import Config, as_equations, networks, problem_of


def read(text: str) -> Problem:
    return read_problem(text, "another.yaml", Path())


def comparable(problem: Problem) -> Problem:
    """A problem without what a config does not say, or says of its own file."""
    return problem._replace(seed=None, echo=(), locations={})


def in_order(problem: Problem) -> Any:
    """What is shown in the order in which it stands."""
    return list(problem.parameters), list(getattr(problem.model, "equations", ()))


def again(problem: Problem) -> Problem:
    """The problem written and read; it is the same one."""
    found = read(config_text(problem))
    assert comparable(found) == comparable(problem)
    assert in_order(found) == in_order(problem)
    return found


def bits(problem: Problem) -> Iterator[tuple[Any, ...]]:
    """Every value of two steps, bit by bit."""
    steps = 2 if problem.update else 1
    try:
        for part in compute(problem, Request(1, steps, "all", arithmetic=arithmetic_of(problem))):
            for row in part.equations:
                yield part.step, part.sample, part.phase, row.id, float(part.values[row.id]).hex()
    except BacktraceError as error:
        yield (error.message,)


@pytest.mark.parametrize("name", example_names())
def test_a_bundled_config_is_written(name: str) -> None:
    problem = load(name)
    found = again(problem)
    assert list(bits(found)) == list(bits(problem))
    assert config_text(found) == config_text(problem)


@pytest.mark.parametrize("text", [text for text in VALID if "file:" not in text])
def test_every_key_of_a_config_is_written(text: str) -> None:
    again(read_problem(text, "c.yaml", Path()))


@given(
    networks(samples=2), st.sampled_from([None, *UPDATE_RULES]), st.sampled_from(["online", "sum", "mean"])
)
@settings(max_examples=40)
def test_a_random_network_is_written(config: Config, rule: str | None, batch: str) -> None:
    if rule:
        config = {**config, "update": {"rule": rule, "learning_rate": 0.1}, "batch": batch}
    problem = problem_of(config)
    assert list(bits(again(problem))) == list(bits(problem))


@given(networks())
@settings(max_examples=30)
def test_a_random_computation_is_written(config: Config) -> None:
    if all(layer["activation"] != "gelu" for layer in config["layers"]):
        problem = problem_of(as_equations(config))
        assert list(bits(again(problem))) == list(bits(problem))


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, min_size=9, max_size=9))
@settings(max_examples=80)
def test_a_number_has_the_same_bits_again(values: list[float]) -> None:
    problem = load("or-gate")
    trained = dict(zip(problem.parameters, map(number, values), strict=True))
    found = read(config_text(problem._replace(parameters=trained)))
    assert [value.value.hex() for value in found.parameters.values()] == [value.hex() for value in values]


@pytest.mark.parametrize(
    ("value", "written_as"),
    [
        (Number(0.1, "0.10"), "0.10"), (Number(0.1, "0.2"), "0.1"), (Number(0.5, "½"), "0.5"),
        (Number(-0.0, "0"), "-0.0"), (Number(1e-8, "1e-8"), "1e-8"),
        (Number(1e16, "ten quadrillions"), "1e+16"), (Number(1.0, "1  # one"), "1"),
    ],
)  # fmt: skip
def test_a_number_is_written_as_it_was_where_that_says_the_same(value: Number, written_as: str) -> None:
    problem = load("circuit")
    text = config_text(problem._replace(parameters={**problem.parameters, "x": value}))
    assert f"\n  x: {written_as}\n" in text
    assert math.copysign(1, read(text).parameters["x"].value) == math.copysign(1, value.value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    problem = load("circuit")
    with pytest.raises(BacktraceError) as caught:
        config_text(problem._replace(parameters={**problem.parameters, "z": Number(value, "")}))
    assert str(caught.value) == f"z is {value}; a config holds finite numbers only"
    with pytest.raises(BacktraceError) as caught:
        config_text(load("or-gate")._replace(samples=(Sample((number(1), Number(value, "")), None),)))
    assert str(caught.value) == f"sample 1 is {value}; a config holds finite numbers only"


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(texts, texts)
@settings(max_examples=120)
def test_any_title_is_written(title: str, source: str) -> None:
    again(load("circuit")._replace(title=title, source=source))


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("OR gate, 2-2-1", "title: OR gate, 2-2-1"),
        ("(x + y)·z, δ by hand", "title: (x + y)·z, δ by hand"),
        ("part 2: weights", 'title: "part 2: weights"'),
        ('after "Learning"', "title: 'after \"Learning\"'"),
        ("""it's "so\"""", 'title: "it\'s \\"so\\""'),
        ("a\nb\x1b[31m\x85\u2028", 'title: "a\\nb\\x1b[31m\\x85\\u2028"'),
        ("null", 'title: "null"'),
        ("~", 'title: "~"'),
        ("- a", 'title: "- a"'),
        (" a ", 'title: " a "'),
        ("a #b", 'title: "a #b"'),
        ("*a", 'title: "*a"'),
        ("12", "title: 12"),
        ("😀", 'title: "😀"'),
        ("\\", "title: '\\'"),
    ],
)
def test_a_title_has_quotes_where_yaml_wants_them(title: str, line: str) -> None:
    problem = load("circuit")._replace(title=title)
    assert config_text(problem).splitlines()[0] == line
    again(problem)


NAMES = """\
title: names
inputs: ["null", y, no, θ4]
layers:
  - {name: "my layer", units: ["null", 1e5], weights: [[yes, null_, x0, e5], [0.1, null, e5, -.5]]}
  - {name: "null", from: ["my layer", inputs], units: 2, weights: {random: normal}, biases: [on, null]}
  - {name: "2-2 ", units: 2, weights: [[1, 2], [3, w_3_1_1]], biases: b_3_1, bias_input: -1}
  - {units: 1, weights: [[b_3_1, 4]], biases: 0.50}
parameters: {yes: 1, null_: 2, e5: 3, on: 4, b_3_1: 5, x0: 1}
notation: {net: "n_{unit}", rate: α}
hand: {activation: 3, delta: 4}
seed: 1
samples: [{inputs: [1, 2, 3, 4]}]
"""


def test_names_that_yaml_would_misread() -> None:
    found = again(read(NAMES))
    assert found.inputs == ("null", "y", "no", "θ4")


def test_a_cost_that_is_called_like_one_of_the_table_stays_a_formula() -> None:
    text = (
        "inputs: [x]\ntargets: [performance]\nlayers: [{units: [o], weights: [[1]]}]\ncost: (performance)\n"
        "samples: [{inputs: [1], targets: [2]}]\n"
    )
    assert again(read(text)).model.cost == Symbol("performance", "performance")  # type: ignore[union-attr]


def test_where_numbers_in_place_would_change_the_order_the_parameters_are_written_by_name() -> None:
    text = (
        "inputs: [x, z]\nlayers: [{units: 1, weights: [[w_1_1_1, b]]}]\n"
        "parameters: {%s}\nsamples: [{inputs: [1, 2]}]\n"
    )
    first, last = read(text % "w_1_1_1: 1, b: 2"), read(text % "b: 2, w_1_1_1: 1")
    assert "weights: [[w_1_1_1, b]]" in config_text(again(first))
    assert "weights: [[1, b]]" in config_text(again(last))


@pytest.mark.parametrize(
    "biases",
    ["0.5", "[0.5, 0.5]", "b", "[b, b]", "[b, null]", "b_1_1", "[b_1_1, b_1_1]", "[b_1, b_1]", "b_1"],
)
def test_shared_biases(biases: str) -> None:
    named = {name for name in ("b", "b_1_1", "b_1") if name in biases.strip("[]").split(", ")}
    again(
        read(
            f"inputs: [x]\nlayers: [{{units: 2, weights: [[1], [2]], biases: {biases}}}]\n"
            f"parameters: {{{', '.join(f'{name}: 3' for name in named)}}}\nsamples: [{{inputs: [1]}}]\n"
        )
    )


def test_every_activation_cost_update_rule_and_notation_is_written() -> None:
    base = {"inputs": ["x"], "targets": ["t"], "samples": [{"inputs": [1], "targets": [1]}]}
    for name, row in ACTIVATIONS.items():
        for options in ({}, dict.fromkeys(row.options, 0.30)):
            layer = {"units": 1, "weights": [[0.5]], "activation": {name: options} if options else name}
            again(problem_of({**base, "layers": [layer]}))
    layers = [{"units": 1, "weights": [[0.5]], "activation": "sigmoid"}]
    for cost in COSTS:
        again(problem_of({**base, "layers": layers, "cost": cost}))
    for rule, found in UPDATE_RULES.items():
        constants = dict.fromkeys(found.constants, 0.25)
        again(problem_of({**base, "layers": layers, "update": {"rule": rule, **constants}}))
    for notation in NOTATIONS:
        again(problem_of({**base, "layers": layers, "notation": notation}))


def test_a_network_is_laid_out_like_a_bundled_one() -> None:
    assert (
        config_text(load("or-gate")._replace(fixed=frozenset({"b_3", "w_1"}), objective="maximize"))
        == """\
title: OR gate, 2-2-1
source: 'after "Neural Networks and Backpropagation", parts 1 and 2 (tinhatben)'
inputs: [i_1, i_2]
targets: [y]
layers:
  - name: hidden
    units: [1, 2]
    activation: sigmoid
    weights: [[w_1, w_3],
              [w_2, w_4]]
    biases: [b_2, b_1]
  - name: output
    units: [o]
    activation: sigmoid
    weights: [[w_5, w_6]]
    biases: [b_3]
cost: half_squared_error
parameters:
  w_1: 0.1
  w_2: 0.2
  w_3: 0.3
  w_4: 0.4
  b_1: 0.5
  b_2: 0.5
  w_5: 0.01
  w_6: 0.02
  b_3: 0.03
fixed: [w_1, b_3]
objective: maximize
update: {rule: sgd, learning_rate: 0.5}
samples:
  - {inputs: [1, 0], targets: [1]}
  - {inputs: [0, 1], targets: [1]}
  - {inputs: [0, 0], targets: [0]}
  - {inputs: [1, 1], targets: [1]}
"""
    )


# ---------------------------------------------------------------------------------------------------------
# Size


def large(units: int) -> str:
    inputs = [f"x_{k}" for k in range(1, 785)]
    return json.dumps(
        {
            "title": "large",
            "inputs": inputs,
            "layers": [
                {"units": units, "weights": {"random": "normal"}, "biases": {"random": "normal"}},
                {"units": 10, "weights": {"random": "uniform"}},
            ],
            "seed": 1,
            "samples": [{"inputs": [0.5] * len(inputs)}],
        }
    )


def values_in(node: Node) -> int:
    match node:
        case Sequence(items):
            return 1 + sum(map(values_in, items))
        case Mapping(pairs):
            return 1 + sum(1 + values_in(value) for _, value in pairs)
    return 1


def test_a_large_network_is_written_with_its_numbers_in_place() -> None:
    problem = read(large(20))
    text = config_text(problem)
    assert "parameters:" not in text
    assert max(len(line) for line in text.splitlines() if "x_" in line) <= 110
    again(problem)


@pytest.mark.parametrize("name", example_names())
def test_the_values_of_a_config_are_counted_as_the_reader_counts_them(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = load(name)
    count = values_in(compose(config_text(problem), "c.yaml"))
    monkeypatch.setattr(write, "YAML_VALUES", count)
    config_text(problem)
    monkeypatch.setattr(write, "YAML_VALUES", count - 1)
    with pytest.raises(BacktraceError) as caught:
        config_text(problem)
    assert str(caught.value) == f"more than {count - 1:,} values, the most that a config may hold"


def test_more_samples_than_a_config_may_hold_are_refused() -> None:
    problem = load("or-gate")._replace(samples=(Sample((number(1), number(0)), (number(1),)),) * 100_000)
    with pytest.raises(BacktraceError) as caught:
        config_text(problem)
    assert str(caught.value) == "more than 600,000 values, the most that a config may hold"


@pytest.mark.parametrize("name", example_names())
def test_the_json_schema_accepts_what_is_written(name: str) -> None:
    assert is_accepted(config_text(load(name)))


# ---------------------------------------------------------------------------------------------------------
# Formulas


@pytest.mark.parametrize("function", public_functions())
def test_every_function_of_a_config_is_written(function: str) -> None:
    arguments = ("x", "-y", "θ^2") if function in VARIADIC else ("-(x + θ)",)
    expression = Call(function, tuple(map(parse, arguments)))
    assert written(expression) == f"{function}({', '.join(arguments)})"
    assert parse(written(expression)) == expression


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - set(public_functions())))
def test_a_function_that_no_config_may_use_is_never_written(function: str) -> None:
    with pytest.raises(ValueError, match=f"{function} is no function of a config"):
        written(Call(function, (Symbol("x", "x"),)))


atoms = st.sampled_from(["a", "b_1", "θ", "2", "0.50", ".5", "3.", "1e-3"])


def _formulas(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sign = st.sampled_from(["+", "-", "*", "/", "^", "**", "·", "−"])
    function = st.sampled_from(["", "sigmoid", "exp", "relu", "softplus"])
    return st.one_of(
        st.builds("{}{}{}".format, inner, sign, inner),
        st.builds("{}{}".format, st.sampled_from(["-", "--", "+", "+-"]), inner),
        st.builds("{}({})".format, function, inner),
        st.builds("max({},{})".format, inner, inner),
    )


formulas = st.recursive(atoms, _formulas, max_leaves=20)


def parsed(text: str) -> Expression | None:
    try:
        return parse(text)
    except ExpressionError:  # two signs in a row, or nested too deep
        return None


@given(formulas)
@settings(max_examples=120)
def test_a_formula_is_read_again_as_it_was(text: str) -> None:
    expression = parsed(text)
    assert expression is None or parse(written(expression)) == expression


@pytest.mark.parametrize(
    "form",
    [
        lambda n: "-" * n + "a", lambda n: "a" + "^-a" * n, lambda n: "a*" + "-" * n + "b",
        lambda n: "a" + "/b" * n, lambda n: "a" + "/-b" * n, lambda n: "+-a*(" * n + "b" + ")" * n,
        lambda n: "a*-b^-(" * n + "b" + "+c)" * n, lambda n: "exp(-" * n + "a" + ")" * n,
        lambda n: "-(-a*" * n + "a" + ")" * n, lambda n: "(" * n + "a" + "*b+c)" * n,
    ],
)  # fmt: skip
def test_a_formula_as_deep_as_may_be_is_written_within_the_limits(form: Callable[[int], str]) -> None:
    deepest = [text for n in range(1, FORMULA_DEPTH + 2) if parsed(text := form(n)) is not None]
    assert len(deepest) > 5
    for text in deepest:
        assert parse(written(parse(text))) == parse(text)


@pytest.mark.parametrize(
    "text", ["a" + "+b" * (LINE_CHARACTERS // 2 - 1), "(-a)*b" + "+-c*d" * (LINE_CHARACTERS // 5 - 2)]
)
def test_a_formula_as_long_as_may_be_is_written_within_the_limits(text: str) -> None:
    assert len(written(parse(text))) <= LINE_CHARACTERS
    assert parse(written(parse(text))) == parse(text)

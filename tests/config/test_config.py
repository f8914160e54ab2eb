"""Every key of a config, in each of its forms, is read as what it means."""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path

import numpy as np
import pytest

from backtrace.config.load import examples_folder, load
from backtrace.config.nodes import decode
from backtrace.config.reader import read_problem
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.derivation.costs import COSTS
from backtrace.derivation.optimizers import UPDATE_RULES
from backtrace.errors import BacktraceError
from backtrace.problem.notation import NOTATIONS, Notation
from backtrace.problem.problem import Activation, Computation, Network, Problem, Sample
from backtrace.symbolic.expressions import Number, number
from backtrace.symbolic.parser import parse

VALID: list[str] = []  # every config below that is read without a complaint, for the JSON Schema


def reads(*texts: str) -> pytest.MarkDecorator:
    """Run a test on each of these configs."""
    VALID.extend(texts)
    return pytest.mark.parametrize("text", texts)


def read(text: str, folder: Path = Path()) -> Problem:
    return read_problem(decode(text.encode(), "c.yaml"), "c.yaml", folder)


def network_of(problem: Problem) -> Network:
    assert isinstance(problem.model, Network)
    return problem.model


def computation_of(problem: Problem) -> Computation:
    assert isinstance(problem.model, Computation)
    return problem.model


def values(problem: Problem) -> dict[str, float]:
    return {name: given.value for name, given in problem.parameters.items()}


def net(
    layer: str = "weights: [[w_1, w_2]]", more: str = "", parameters: str = "{w_1: 0.1, w_2: 0.2}"
) -> str:
    """Two inputs, one unit, one sample; `layer` and `more` are further lines."""
    return (
        "inputs: [i_1, i_2]\ntargets: [y]\nlayers:\n  - units: [o]\n    "
        + layer.replace("\n", "\n    ")
        + f"\nparameters: {parameters}\nsamples: [{{inputs: [1, 0], targets: [1]}}]\n{more}"
    )


TWO_LAYERS = """\
inputs: [i_1, i_2]
targets: [y]
layers:
  - name: hidden
    units: [1, 2]
    weights: [[0.1, 0.2], [0.3, 0.4]]
  - units: [o]
    from: [hidden, inputs]
    weights: [[0.5, 0.6, 0.7, 0.8]]
samples: [{inputs: [1, 0], targets: [1]}]
"""


# Title, source, names


@reads(net(more="title: OR gate\nsource: a book, page 3\n"))
def test_title_and_source_are_texts(text: str) -> None:
    problem = read(text)
    assert (problem.title, problem.source) == ("OR gate", "a book, page 3")


@reads(net())
def test_everything_optional_has_its_default(text: str) -> None:
    problem = read(text)
    assert (problem.title, problem.source) == ("c", "")
    assert (problem.inputs, problem.targets) == (("i_1", "i_2"), ("y",))
    assert (problem.objective, problem.delta, problem.batch) == ("minimize", "gradient", "online")
    assert (problem.update, problem.hand, problem.seed, problem.fixed) == (None, None, None, frozenset())
    assert problem.notation == Notation()
    network = network_of(problem)
    assert network.cost == "half_squared_error"
    (layer,) = network.layers
    assert (layer.name, layer.units, layer.sources) == ("1", ("o",), ("inputs",))
    assert (layer.activation, layer.biases, layer.bias_input) == (Activation("linear", {}), (None,), 1)


@reads(net(more="title: 2024\nsource: no\n"))
def test_a_title_is_its_text_whatever_yaml_makes_of_it(text: str) -> None:
    assert (read(text).title, read(text).source) == ("2024", "no")


@reads(
    "inputs: [y, no, on, θ_1, N]\nlayers: [{units: 1, weights: [[1, 2, 3, 4, 5]]}]\n"
    "samples: [{inputs: [1, 2, 3, 4, 5]}]"
)
def test_names_may_be_words_that_yaml_reads_otherwise(text: str) -> None:
    assert read(text).inputs == ("y", "no", "on", "θ_1", "N")


# Layers


@reads(
    "inputs: [x]\n"
    "layers: [{units: 3, weights: [[1], [2], [3]]}, {units: 2, weights: [[1, 2, 3], [4, 5, 6]]}]\n"
    "samples: [{inputs: [1]}]"
)
def test_counted_units_are_named_after_their_layer_and_position(text: str) -> None:
    first, second = network_of(read(text)).layers
    assert first.units == ("1_1", "1_2", "1_3")
    assert second.units == ("2_1", "2_2")


@reads(
    "inputs: [x]\n"
    "layers: [{name: hidden layer-1, units: [4, 1a, θ, no, 010], weights: [[1], [2], [3], [4], [5]]}]\n"
    "samples: [{inputs: [1]}]"
)
def test_unit_names_keep_their_text(text: str) -> None:
    (layer,) = network_of(read(text)).layers
    assert layer.units == ("4", "1a", "θ", "no", "010")
    assert layer.name == "hidden layer-1"


@reads(TWO_LAYERS)
def test_numbers_are_named_after_layer_unit_and_source(text: str) -> None:
    problem = read(text)
    first, second = network_of(problem).layers
    assert first.weights == (("w_1_1_1", "w_1_1_2"), ("w_1_2_1", "w_1_2_2"))
    assert second.weights == (("w_2_1_1", "w_2_1_2", "w_2_1_3", "w_2_1_4"),)
    assert values(problem)["w_1_2_1"] == 0.3
    assert values(problem)["w_2_1_4"] == 0.8


@reads(TWO_LAYERS)
def test_from_lists_the_sources_in_column_order(text: str) -> None:
    first, second = network_of(read(text)).layers
    assert (first.sources, second.sources) == (("inputs",), ("hidden", "inputs"))


@reads(net("weights: [[w, w]]", parameters="{w: 0.1}"))
def test_the_same_name_twice_is_a_tied_parameter(text: str) -> None:
    assert network_of(read(text)).layers[0].weights == (("w", "w"),)
    assert values(read(text)) == {"w": 0.1}


@reads(net("weights: [[w, null]]", parameters="{w: 0.1}"), net("weights: [[w, ~]]", parameters="{w: 0.1}"))
def test_null_is_no_connection(text: str) -> None:
    assert network_of(read(text)).layers[0].weights == (("w", None),)


@reads(net(parameters="{w_2: 0.2, w_1: 0.1}"))
def test_parameters_are_in_the_order_of_the_config(text: str) -> None:
    assert list(read(text).parameters) == ["w_2", "w_1"]


def drawn(distribution: str, seed: int = 7) -> str:
    return net(f"weights: {distribution}\nbiases: {{random: normal}}", f"seed: {seed}\n", "{}")


@reads(drawn("{random: uniform}"), drawn("{random: uniform, low: 2, high: 3}"))
def test_uniform_weights_lie_between_low_and_high(text: str) -> None:
    low, high = (2, 3) if "low" in text else (-0.5, 0.5)
    found = values(read(text))
    assert list(found) == ["w_1_1_1", "w_1_1_2", "b_1_1"]
    assert low <= found["w_1_1_1"] <= high
    assert low <= found["w_1_1_2"] <= high
    assert found["w_1_1_1"] != found["w_1_1_2"]


@reads(drawn("{random: normal}"), drawn("{random: normal, std: 10}"))
def test_normal_weights_are_scaled_by_their_standard_deviation(text: str) -> None:
    unit = random.Random(7)
    std = 10 if "std" in text else 0.1
    expected = [std * unit.gauss(0, 1), std * unit.gauss(0, 1), 0.1 * unit.gauss(0, 1)]
    assert list(values(read(text)).values()) == pytest.approx(expected, rel=1e-15)


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    text = drawn("{random: normal}")
    assert values(read(text)) == values(read(text))
    assert values(read(text)) != values(read(drawn("{random: normal}", seed=8)))
    assert read(text).seed == 7


FROM_FILE = "{file: w.npz, key: W}"


@reads(net(f"weights: {FROM_FILE}\nbiases: {{file: w.npz, key: b}}", parameters="{}"))
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", ">f8"])
def test_weights_and_biases_come_from_a_file(text: str, dtype: str, tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "w.npz", W=np.array([[1, 2]], dtype), b=np.array([3], dtype))
    assert values(read(text, tmp_path)) == {"w_1_1_1": 1.0, "w_1_1_2": 2.0, "b_1_1": 3.0}


@reads(net("weights: {file: w.npz}", parameters="{}"))
def test_the_only_array_of_a_file_need_not_be_named(text: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", any=np.asfortranarray([[0.25, -1.5]]))
    assert values(read(text, tmp_path)) == {"w_1_1_1": 0.25, "w_1_1_2": -1.5}


def two_units(biases: str, parameters: str = "{}", more: str = "") -> str:
    return (
        f"inputs: [x]\nlayers: [{{units: [1, 2], weights: [[1], [2]], biases: {biases}}}]\n"
        f"parameters: {parameters}\nsamples: [{{inputs: [1]}}]\n{more}"
    )


@pytest.mark.parametrize(
    ("biases", "parameters", "expected"),
    [
        ("[b_2, b_1]", "{b_1: 1, b_2: 2}", ("b_2", "b_1")),
        ("[b, b]", "{b: 1}", ("b", "b")),
        ("b", "{b: 1}", ("b", "b")),
        ("[0.5, null]", "{}", ("b_1_1", None)),
        ("[0.5, b]", "{b: 1}", ("b_1_1", "b")),
        ("0.5", "{}", ("b_1", "b_1")),
        ("null", "{}", (None, None)),
    ],
)
def test_biases_are_names_numbers_null_or_shared(
    biases: str, parameters: str, expected: tuple[str | None, ...]
) -> None:
    assert network_of(read(two_units(biases, parameters))).layers[0].biases == expected


VALID.extend(two_units(biases, "{b: 1}") for biases in ("b", "[b, b]", "[0.5, b]"))
VALID.extend(two_units(biases) for biases in ("0.5", "null", "[0.5, null]"))


@reads(two_units("{random: uniform}", more="seed: 1"))
def test_random_biases_are_one_for_each_unit(text: str) -> None:
    assert network_of(read(text)).layers[0].biases == ("b_1_1", "b_1_2")


@reads(
    net("weights: [[w_1, w_2]]\nbias_input: -1"), net(more="bias_input: -1\n"), net(more="bias_input: -1.0\n")
)
def test_the_bias_input_stands_in_a_layer_or_for_all(text: str) -> None:
    assert network_of(read(text)).layers[0].bias_input == -1


@reads(net("weights: [[w_1, w_2]]\nbias_input: 1", "bias_input: -1\n"))
def test_a_layers_own_bias_input_counts(text: str) -> None:
    assert network_of(read(text)).layers[0].bias_input == 1


# Activations and costs


@reads(*(net(f"weights: [[w_1, w_2]]\nactivation: {name}") for name in ACTIVATIONS))
def test_every_activation_is_known_by_name(text: str) -> None:
    activation = network_of(read(text)).layers[0].activation
    assert f"activation: {activation.name}\n" in text
    assert activation.options == {
        option: number(value) for option, value in ACTIVATIONS[activation.name].options.items()
    }


@reads(
    net("weights: [[w_1, w_2]]\nactivation: {leaky_relu: {slope: 0.20}}"),
    net("weights: [[w_1, w_2]]\nactivation:\n  leaky_relu:\n    slope: 0.20"),
)
def test_an_activation_takes_options(text: str) -> None:
    activation = network_of(read(text)).layers[0].activation
    assert activation == Activation("leaky_relu", {"slope": Number(0.2, "0.20")})


@reads(net("weights: [[w_1, w_2]]\nactivation: {elu: null}"))
def test_an_activation_without_its_options_has_the_defaults(text: str) -> None:
    assert network_of(read(text)).layers[0].activation == Activation("elu", {"alpha": number(1)})


@reads(*(net(more=f"cost: {name}\n") for name in COSTS))
def test_every_cost_is_known_by_name(text: str) -> None:
    assert text.endswith(f"cost: {network_of(read(text)).cost}\n")


@reads(net(more="cost: (y - a_o)^4/4\n"))
def test_a_cost_may_be_a_formula_over_outputs_and_targets(text: str) -> None:
    assert network_of(read(text)).cost == parse("(y - a_o)^4/4")


@reads("inputs: [x]\nlayers: [{units: [θ], weights: [[2]]}]\ncost: a_theta^2\nsamples: [{inputs: [1]}]")
def test_a_cost_without_targets_can_be_had_of_every_sample(text: str) -> None:
    assert read(text).samples == (Sample((Number(1.0, "1"),), ()),)


@reads("inputs: [x]\nlayers: [{units: [o], weights: [[2]]}]\nsamples: [{inputs: [1]}]")
def test_a_network_without_targets_is_forward_only(text: str) -> None:
    assert read(text).samples[0].targets is None


# What a step does


@reads(*(net(more=f"update: {{rule: {rule}, learning_rate: 0.10}}\n") for rule in UPDATE_RULES))
def test_every_update_rule_fills_in_its_constants(text: str) -> None:
    update = read(text).update
    assert update is not None
    assert f"rule: {update.rule}," in text
    assert update.constants["learning_rate"] == Number(0.1, "0.10")
    rest = {name: value.value for name, value in update.constants.items() if name != "learning_rate"}
    defaults = {
        "momentum": 0.9, "rho": 0.9, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01,
    }  # fmt: skip
    takes = {
        "sgd": (),
        "momentum": ("momentum",),
        "nesterov": ("momentum",),
        "adagrad": ("epsilon",),
        "rmsprop": ("rho", "epsilon"),
        "adam": ("beta1", "beta2", "epsilon"),
        "adamw": ("beta1", "beta2", "epsilon", "weight_decay"),
    }
    assert rest == {name: defaults[name] for name in takes[update.rule]}


@reads(
    net(
        more="update: {rule: adamw, learning_rate: 1e-3, beta1: 0.5, beta2: 0, epsilon: 0, weight_decay: 0.1}"
    )
)
def test_the_constants_of_a_rule_can_be_given(text: str) -> None:
    update = read(text).update
    assert update is not None
    assert [value.text for value in update.constants.values()] == ["1e-3", "0.5", "0", "0", "0.1"]


@reads(net(more="objective: maximize\ndelta: descent\nbatch: mean\nfixed: [w_2]\n"))
def test_objective_delta_batch_and_fixed_are_read(text: str) -> None:
    problem = read(text)
    assert (problem.objective, problem.delta, problem.batch) == ("maximize", "descent", "mean")
    assert (problem.fixed, problem.trained) == (frozenset({"w_2"}), ("w_1",))


@reads(net("weights: [[1, 2]]", "fixed: [w_1_1_2]\n", "{}"))
def test_a_parameter_given_as_a_number_can_be_fixed(text: str) -> None:
    assert read(text).trained == ("w_1_1_1",)


# Samples


TWO_TARGETS = """\
inputs: [i_1, i_2]
targets: [y_1, y_2]
layers: [{units: 2, weights: [[1, 2], [3, 4]]}]
samples:
  - {inputs: [1, 0.50], targets: [0, 1]}
  - inputs: {i_2: 3, i_1: 2}
    targets: {y_2: 5, y_1: 4}
  - {inputs: [6, 7]}
"""


@reads(TWO_TARGETS)
def test_samples_are_lists_in_order_or_mappings_by_name(text: str) -> None:
    first, second, third = read(text).samples
    assert first.inputs == (Number(1.0, "1"), Number(0.5, "0.50"))
    assert [value.value for value in second.inputs] == [2, 3]
    assert second.targets is not None
    assert [value.value for value in second.targets] == [4, 5]
    assert third.targets is None


# Notation and hand arithmetic


@reads(*(net(more=f"notation: {name}\n") for name in NOTATIONS))
def test_every_notation_is_known_by_name(text: str) -> None:
    assert read(text).notation == NOTATIONS[text.split()[-1]]


@reads(
    net(more="notation: {net: 'net_{unit}', activation: 'o_{unit}', error: 'err_{unit}', cost: J, rate: α}\n")
)
def test_a_notation_may_change_some_of_the_patterns(text: str) -> None:
    expected = Notation(net="net_{unit}", activation="o_{unit}", error="err_{unit}", cost="J", rate="α")
    assert read(text).notation == expected
    assert expected.delta == "δ_{unit}"


@reads(net(more="hand: 3\n"), net(more="hand: 0\n"))
def test_hand_is_a_number_of_decimals_for_all(text: str) -> None:
    assert read(text).hand == {"all": int(text.split()[-1])}


@reads(net(more="hand: {activation: 3, delta: 4}\n"))
def test_hand_may_differ_by_kind_of_quantity(text: str) -> None:
    assert read(text).hand == {"activation": 3, "delta": 4}


# Equations


@reads("equations:\n  q: x + y\n  f: q*z\nobjective_symbol: f\nparameters: {x: -2, y: 5, z: -4}\n")
def test_equations_need_no_samples(text: str) -> None:
    problem = read(text)
    assert computation_of(problem) == Computation({"q": parse("x + y"), "f": parse("q*z")}, "f", {})
    assert problem.samples == (Sample((), ()),)
    assert values(problem) == {"x": -2, "y": 5, "z": -4}


@reads("equations: {f: q*2, q: r + x, r: x^2}\nobjective_symbol: f\nparameters: {x: 3}\n")
def test_equations_are_put_in_an_order_in_which_they_can_be_worked_out(text: str) -> None:
    assert list(computation_of(read(text)).equations) == ["r", "q", "f"]


@reads("equations: {a: 2*x, b: 3*x, f: b - a}\nobjective_symbol: f\nparameters: {x: 3}\n")
def test_equations_that_can_be_worked_out_as_written_stay_so(text: str) -> None:
    assert list(computation_of(read(text)).equations) == ["a", "b", "f"]


WITH_ALL = """\
equations:
  h_o: θ*x
  E: (t - h_o)^2
  c: 2
objective_symbol: E
deltas: {δ_o: h_o}
parameters: {θ: 0.50}
inputs: [x]
targets: [t]
samples: [{inputs: [2], targets: [1]}]
fixed: [θ]
update: {rule: sgd, learning_rate: 0.1}
hand: 3
objective: maximize
delta: descent
"""


@reads(WITH_ALL, WITH_ALL.replace("θ*x", "theta*x"))
def test_equations_go_with_inputs_targets_updates_and_deltas(text: str) -> None:
    problem = read(text)
    assert computation_of(problem).deltas == {"δ_o": "h_o"}
    assert problem.samples == (Sample((Number(2.0, "2"),), (Number(1.0, "1"),)),)
    assert problem.update is not None
    assert (problem.fixed, problem.objective, problem.delta) == (frozenset({"θ"}), "maximize", "descent")
    assert problem.hand == {"all": 3}


@reads("equations: {f: 'step(x)*x'}\nobjective_symbol: f\nparameters: {x: 3}\n")
def test_the_place_of_a_step_is_kept_for_the_message(text: str) -> None:
    assert str(read(text).locations["equations.f"]) == "c.yaml:1:16"


@reads(
    "equations:\n"
    "  f: exp(x) + log(x) + log10(x) + sqrt(x) + abs(x) + sin(x) + cos(x) + tanh(x) + sigmoid(x)\n"
    "  g: relu(x) + softplus(x) + step(x) + max(x, 1, 2) + min(x, 1) - -x**2·3 − 1e-3/.5\n"
    "objective_symbol: f\nparameters: {x: 3}\n"
)
def test_every_function_and_operator_is_read(text: str) -> None:
    equations = computation_of(read(text)).equations
    assert equations["g"] == parse("relu(x)+softplus(x)+step(x)+max(x,1,2)+min(x,1)- -x^2*3-1e-3/.5")


# Numbers, and what YAML would make of them


@pytest.mark.parametrize(
    ("written", "value", "kept"),
    [
        ("0.10", 0.1, "0.10"), ("1e-3", 1e-3, "1e-3"), ("1E3", 1e3, "1E3"), ("010", 10.0, "010"),
        ("1_000", 1000.0, "1000"), ("+.5", 0.5, ".5"), ("5.", 5.0, "5."), ("-0", 0.0, "-0"),
        ("'0.5'", 0.5, "0.5"), ('"-2.50"', -2.5, "-2.50"), ("1e-400", 0.0, "1e-400"),
    ],
)  # fmt: skip
def test_a_number_keeps_the_text_it_was_written_with(written: str, value: float, kept: str) -> None:
    text = net(parameters=f"{{w_1: {written}, w_2: 0}}")
    assert read(text).parameters["w_1"] == Number(value, kept)


VALID.extend(
    net(parameters=f"{{w_1: {written}, w_2: 0}}") for written in ("1e-3", "010", "1_000", "+.5", "'0.5'")
)


# The file as such


@reads(net())
@pytest.mark.parametrize("change", ["bom", "crlf", "document", "comment"])
def test_the_way_a_text_is_stored_makes_no_difference(text: str, change: str) -> None:
    stored = {
        "bom": "\ufeff" + text,
        "crlf": text.replace("\n", "\r\n"),
        "document": f"%YAML 1.1\n---\n{text}...\n",
        "comment": "# δ\n" + text.replace("\n", "   # to the end\n"),
    }[change]
    assert read(stored) == read(text)


def test_places_are_right_after_a_bom_and_in_lines_with_greek() -> None:
    text = "\ufefftitle: δ\r\n" + net(parameters="{δ_1: 1}")
    with pytest.raises(BacktraceError) as caught:
        read(text)
    assert str(caught.value) == (
        "c.yaml:6:16: layers[0].weights[0][0]: parameter 'w_1' has no value; expected one under parameters"
        "; did you mean δ_1?"
    )


@reads(
    json.dumps({"equations": {"f": "x^2"}, "objective_symbol": "f", "parameters": {"x": 1.5e-7}}, indent="\t")
)
def test_json_is_a_config_too(text: str) -> None:
    assert values(read(text)) == {"x": 1.5e-7}


@reads(
    "inputs: [x]\nlayers:\n"
    "  - {name: a, units: 1, weights: &w [[0.5]]}\n  - {name: b, units: 1, weights: *w}\n"
    "samples: [&s {inputs: [1]}, *s]\n"
)
def test_an_alias_stands_for_what_is_anchored(text: str) -> None:
    problem = read(text)
    assert problem.samples[0] == problem.samples[1]
    assert values(problem) == {"w_1_1_1": 0.5, "w_2_1_1": 0.5}


def test_a_config_is_a_path_a_name_or_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bundled = load("or-gate")
    data = Path(examples_folder(), "or-gate.yaml").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert load("-") == bundled
    (tmp_path / "mine.yaml").write_bytes(data)
    assert load("mine.yaml") == load(tmp_path / "mine.yaml") == bundled


def test_a_file_comes_before_the_bundled_example_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "or-gate").write_text(net(more="title: mine\n"))
    assert load("or-gate").title == "mine"


def test_arrays_are_looked_for_beside_the_config(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", W=[[1.0, 2.0]])
    (tmp_path / "c.yaml").write_text(net(f"weights: {FROM_FILE}", parameters="{}"))
    assert values(load(tmp_path / "c.yaml")) == {"w_1_1_1": 1.0, "w_1_1_2": 2.0}

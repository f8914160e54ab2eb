"""Training: both engines against the equations worked out one by one, and runs against published figures."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Literal, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.config.load import example_names
from backtrace.derivation.derivation import derive
from backtrace.derivation.optimizers import UPDATE_RULES
from backtrace.errors import BacktraceError, NotFiniteError
from backtrace.evaluation.passes import case_of
from backtrace.evaluation.steps import Request, Run
from backtrace.problem.problem import Network, Problem
from backtrace.training.curve import POINTS, Curve
from backtrace.training.engine import Engine, EngineName, choose_engine, start_engine
from backtrace.training.generated_engine import source_of_steps
from backtrace.training.inspection import health, sentences
from backtrace.training.trainer import IN_A_STEP, Outcome, train
from tests.derivation.test_updates import CONFIG, CONSTANTS, RATE, expected_steps
from tests.oracles.networks import _AS_FORMULA, ACTIVATIONS, COSTS, Config, as_equations, networks, problem_of

KINKED = ("relu", "leaky_relu", "elu")
ENGINE_NAMES: tuple[EngineName, ...] = ("generated", "numpy")
TRAINABLE = [name for name in example_names() if (problem := backtrace.load(name)).update and problem.trained]


# One step: both engines, and the equations one by one


class Step(NamedTuple):
    """A step by the equations: what it starts from, its cost, what it leads to, its largest number.

    `from_kink` is how near to 0 a net of a relu or its like comes.
    """

    before: dict[str, float]
    cost: float
    after: dict[str, float]
    largest: float
    from_kink: float


def by_the_equations(problem: Problem, steps: int) -> Iterator[Step]:
    """The steps that `tracing` works out, from the parameters of the config on."""
    whole: Literal["all"] | None = None if problem.batch == "online" else "all"
    run = Run(problem, Request(sample=whole, phases=IN_A_STEP))
    state = run.passes.start()
    layers = problem.model.layers if isinstance(problem.model, Network) else ()
    kinked = [unit for layer in layers if layer.activation.name in KINKED for unit in layer.units]
    objective = "E" if isinstance(problem.model, Network) else problem.model.objective
    for number in range(1, steps + 1):
        before, numbers, nets = dict(state.values), [1.0], [math.inf]
        cost = math.nan
        for part in run.step(number, state, shown=True):
            values = {row.id: float(part.values[row.id]) for row in part.equations}
            numbers += map(abs, values.values())
            nets += [abs(values[f"h_{unit}"]) for unit in kinked if f"h_{unit}" in values]
            if part.phase == ("forward" if problem.batch == "online" else "total"):
                cost = values.get(objective, math.nan)  # a pass that fails hands out what came before
        yield Step(before, cost, dict(state.values), max(numbers), min(nets))


def assert_agrees(engine: Engine, step: Step, done: int, relative: float = 1e-12) -> None:
    """Run one step with an engine from where the equations started theirs."""
    engine.put({id: step.before.get(id, 0.0) for id in engine.values}, done)
    [cost] = engine.advance(1)
    near = relative * step.largest
    assert cost == pytest.approx(step.cost, rel=relative, abs=near)
    assert engine.done == done + 1
    for id, value in engine.values.items():
        assert value == pytest.approx(step.after.get(id, 0.0), rel=relative, abs=near), id


def assert_all_agree(problem: Problem, steps: int) -> None:
    """Every engine that can run the problem agrees with the equations at each step."""
    names = ENGINE_NAMES if isinstance(problem.model, Network) else ("generated",)
    engines = [start_engine(problem, name) for name in names]
    for done, step in enumerate(by_the_equations(problem, steps)):
        for engine in engines:
            assert_agrees(engine, step, done)


updates = st.sampled_from(sorted(UPDATE_RULES)).map(
    lambda rule: {"rule": rule, "learning_rate": RATE, **CONSTANTS[rule]}
)


@st.composite
def trainings(draw: st.DrawFn) -> Config:
    """A random network and how it is to be trained."""
    config = draw(networks(samples=draw(st.integers(1, 3))))
    assume(config["parameters"])
    names = sorted(config["parameters"])
    return {
        **config,
        "update": draw(updates),
        "batch": draw(st.sampled_from(["online", "sum", "mean"])),
        "objective": draw(st.sampled_from(["minimize", "maximize"])),
        "delta": draw(st.sampled_from(["gradient", "descent"])),
        "fixed": draw(st.lists(st.sampled_from(names), max_size=len(names) - 1, unique=True)),
    }


@given(trainings())
@settings(max_examples=50, suppress_health_check=list(HealthCheck))
def test_both_engines_agree_with_the_equations_at_every_step(config: Config) -> None:
    problem = problem_of(config)
    engines = [start_engine(problem, name) for name in ENGINE_NAMES]
    steps = by_the_equations(problem, 4)
    for done in range(4):
        try:
            step = next(steps)
        except NotFiniteError:
            return
        if step.largest > 1e6 or step.from_kink < 1e-9:
            return  # rounding alone decides about so large a number, and on which side of a kink a net lies
        for engine in engines:
            assert_agrees(engine, step, done)


@given(trainings())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_a_network_written_as_equations_trains_alike(config: Config) -> None:
    assume(all(layer["activation"] in {*_AS_FORMULA, "softmax"} for layer in config["layers"]))
    kept = {key: config[key] for key in ("update", "batch", "objective", "fixed")}
    problem, written = problem_of(config), problem_of({**as_equations(config), **kept})
    engine = start_engine(written, "generated")
    try:
        for done, step in enumerate(by_the_equations(problem, 3)):
            assume(step.largest < 1e6 and step.from_kink > 1e-9)
            assert_agrees(engine, step, done, 1e-11)
    except NotFiniteError:
        return


@pytest.mark.parametrize("rule", sorted(UPDATE_RULES))
@pytest.mark.parametrize("batch", ["online", "sum", "mean"])
@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_every_number_of_an_ordinary_step_agrees_at_1e_12(rule: str, batch: str, engine: EngineName) -> None:
    update = {"rule": rule, "learning_rate": RATE, **CONSTANTS[rule]}
    problem = problem_of({**CONFIG, "batch": batch, "update": update})
    running = start_engine(problem, engine)
    for done, step in enumerate(by_the_equations(problem, 7)):
        assert_agrees(running, step._replace(largest=0.0), done)


@pytest.mark.parametrize("name", TRAINABLE)
def test_both_engines_agree_on_every_bundled_example(name: str) -> None:
    assert_all_agree(backtrace.load(name), 12)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("cost", sorted(COSTS))
def test_every_activation_and_cost_runs_alike_on_both_engines(activation: str, cost: str) -> None:
    last = "softmax" if cost == "cross_entropy" else "sigmoid" if "entropy" in cost else activation
    hidden, output = CONFIG["layers"]
    layers = [{**hidden, "activation": activation}, {**output, "activation": last}]
    update = {"rule": "sgd", "learning_rate": 0.1}
    problem = problem_of({**CONFIG, "layers": layers, "cost": cost, "update": update})
    assert_all_agree(problem, 4)


@pytest.mark.parametrize("cost", ["(t_1 - a_3)^2 + abs(t_2 - a_4)*a_3", "-a_3*exp(a_4)", "(t_1 - a_3)^4"])
@pytest.mark.parametrize("batch", ["online", "mean"])
def test_a_cost_of_ones_own_runs_alike_on_both_engines(cost: str, batch: str) -> None:
    update = {"rule": "sgd", "learning_rate": 0.1}
    problem = problem_of({**CONFIG, "cost": cost, "batch": batch, "update": update})
    assert_all_agree(problem, 4)


@pytest.mark.parametrize("engine", ENGINE_NAMES)
@pytest.mark.parametrize("batch", ["online", "sum", "mean"])
def test_the_cost_of_all_samples_is_that_of_the_equations(engine: EngineName, batch: str) -> None:
    problem = problem_of({**CONFIG, "batch": batch, "update": {"rule": "sgd", "learning_rate": 0.1}})
    batched = problem._replace(batch="mean" if batch == "online" else problem.batch)
    [step] = by_the_equations(batched, 1)
    assert start_engine(problem, engine).cost() == pytest.approx(step.cost, rel=1e-12)


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_samples_without_targets_take_no_part_in_a_batch(engine: EngineName) -> None:
    update = {"rule": "sgd", "learning_rate": 0.1}
    samples = [*CONFIG["samples"][:2], {"inputs": [9, 9]}]
    problem = problem_of({**CONFIG, "batch": "mean", "update": update, "samples": samples})
    without = problem_of({**CONFIG, "batch": "mean", "update": update, "samples": samples[:2]})
    assert train(problem, 5, engine=engine).values == train(without, 5, engine=engine).values


# The update rules against their algorithms


@pytest.mark.parametrize("rule", sorted(UPDATE_RULES))
@pytest.mark.parametrize("objective", ["minimize", "maximize"])
@pytest.mark.parametrize("batch", ["online", "sum", "mean"])
@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_every_rule_trains_by_its_published_algorithm(
    rule: str, objective: str, batch: str, engine: EngineName
) -> None:
    update = {"rule": rule, "learning_rate": RATE, **CONSTANTS[rule]}
    config: Config = {**CONFIG, "objective": objective, "batch": batch, "update": update}
    steps = expected_steps(config, rule, CONSTANTS[rule], steps=12)
    outcome = train(problem_of(config), 12, engine=engine)
    for name, start in config["parameters"].items():
        expected = start if name in config["fixed"] else steps[-1][f"{name}+"]
        assert outcome.values[name] == pytest.approx(expected, rel=1e-10, abs=1e-12), name


# Published runs


def costs_of(outcome: Outcome) -> dict[int, float]:
    return {mark.steps: mark.cost for mark in outcome.marks}


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_the_2_2_2_walkthrough_after_ten_thousand_updates(engine: EngineName) -> None:
    outcome = train(backtrace.load("two-two-two"), 10_000, marks=[9_999], engine=engine)
    costs = costs_of(outcome)
    assert sorted(costs) == [0, 9_999, 10_000]
    assert costs[0] == pytest.approx(0.298371109, abs=5e-10)
    assert costs[9_999] == pytest.approx(3.5108548e-05, abs=5e-13)
    assert costs[10_000] == pytest.approx(3.5101878e-05, abs=5e-13)
    from backtrace.training.inspection import predictions

    [found] = predictions(backtrace.load("two-two-two"), outcome.values, 10)
    assert found.outputs == pytest.approx((0.015913620, 0.984064274), abs=5e-10)
    assert found.targets == (0.01, 0.99)


def test_the_2_2_2_walkthrough_with_its_tied_biases_trained() -> None:
    problem = backtrace.load("two-two-two")._replace(fixed=frozenset())
    assert train(problem, 10_000).marks[-1].cost == pytest.approx(4.3553e-06, abs=5e-11)


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_the_or_gate_is_learnt_from_the_bundled_start(engine: EngineName) -> None:
    from backtrace.training.inspection import predictions

    problem = backtrace.load("or-gate")
    outcome = train(problem, 8_000, engine=engine)
    found = predictions(problem, outcome.values, 10)
    assert [prediction.inputs for prediction in found] == [(1, 0), (0, 1), (0, 0), (1, 1)]
    assert [prediction.outputs[0] > 0.5 for prediction in found] == [True, True, False, True]
    untrained = predictions(problem, {name: p.value for name, p in problem.parameters.items()}, 10)
    assert [prediction.outputs[0] > 0.5 for prediction in untrained] == [True, True, True, True]


# What the generated code says

HOSTILE = ["append", "costs", "exp", "math", "numbers", "data", "before", "total", "total0", "v0", "u1"]
HOSTILE += ["def", "class", "lambda", "None", "d_1", "delta", "dE", "step", "import", "δ", "print"]


def hostile(config: Config) -> Config:
    """A config whose parameters, inputs, targets and units are called what code is made of."""
    names = iter(HOSTILE)
    text = json.dumps(config)
    for name in ("w_1", "w_2", "w_3", "w_4", "w_5", "w_6", "b_1", "b_2", "x_1", "x_2", "t_1", "t_2"):
        text = re.sub(rf'"{name}"', json.dumps(next(names)), text)
    renamed: Config = json.loads(text)
    for layer, units in zip(renamed["layers"], (["os", "eval"], ["v1", "f_exp"]), strict=True):
        layer["units"] = units
    return renamed


def names_in(source: str) -> set[str]:
    tree = ast.parse(source)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)
    }


OURS = re.compile(
    r"[vu][0-9]+|total[0-9]+|f_[A-Za-z0-9]+|exp|log|sqrt|tanh|before|numbers|data|costs|append|zip"
    r"|ArithmeticError|ValueError"
)


@pytest.mark.parametrize("batch", ["online", "sum", "mean"])
@pytest.mark.parametrize("rule", sorted(UPDATE_RULES))
def test_the_code_has_no_name_of_the_config(rule: str, batch: str) -> None:
    update = {"rule": rule, "learning_rate": RATE}
    plain = {**CONFIG, "batch": batch, "update": update}
    config = hostile(plain)
    problem = problem_of(config)
    assert set(config["parameters"]) <= set(HOSTILE)
    source, functions = source_of(problem)
    assert [name for name in names_in(source) if not OURS.fullmatch(name)] == []
    assert set(functions) <= {"f_power"}
    renamed = train(problem, 9, engine="generated")
    found, expected = renamed.values, train(problem_of(plain), 9, engine="generated").values
    for hostile_name, name in zip(config["parameters"], plain["parameters"], strict=True):
        assert found[backtrace_id(hostile_name)] == expected[name], hostile_name
    assert renamed.marks[-1].cost == pytest.approx(train(problem, 9, engine="numpy").marks[-1].cost, rel=1e-9)


def source_of(problem: Problem) -> tuple[str, Mapping[str, object]]:
    return source_of_steps(problem, derive(problem, case_of(*problem.samples)))


def backtrace_id(name: str) -> str:
    from backtrace.symbolic.ids import spell

    return spell(name)


def test_numbers_stand_in_the_code_to_the_last_bit() -> None:
    config: Config = {**CONFIG, "parameters": {**CONFIG["parameters"], "w_3": 0.1 + 0.2, "b_2": 1e-320}}
    problem = problem_of({**config, "update": {"rule": "sgd", "learning_rate": 1 / 3}})
    source, _ = source_of(problem)
    assert repr(0.1 + 0.2) in source
    assert "0.3333333333333333" in source
    assert "1e-320" in source


# Trouble

SMALL: Config = {
    "inputs": ["x"],
    "targets": ["y"],
    "layers": [
        {"name": "hidden", "units": 2, "activation": "sigmoid", "weights": [[0.1], [0.2]], "biases": [0, 0]},
        {"name": "output", "units": ["o"], "activation": "sigmoid", "weights": [[0.3, 0.4]], "biases": [0]},
    ],
    "update": {"rule": "sgd", "learning_rate": 0.5},
    "samples": [{"inputs": [1], "targets": [1]}],
}


def small(hidden: str = "sigmoid", output: str = "sigmoid", **others: object) -> Config:
    layers = [{**SMALL["layers"][0], "activation": hidden}, {**SMALL["layers"][1], "activation": output}]
    return {**SMALL, "layers": layers, **others}


def with_weights(config: Config, *weights: float) -> Config:
    """A small config whose hidden layer has other weights."""
    hidden, output = config["layers"]
    return {**config, "layers": [{**hidden, "weights": [[w] for w in weights]}, output]}


def sgd(rate: float) -> Config:
    return {"rule": "sgd", "learning_rate": rate}


def ended_by_the_equations(problem: Problem, most: int) -> tuple[int, str]:
    """After how many steps the equations fail, and what they say."""
    done = 0
    try:
        for _ in by_the_equations(problem, most):
            done += 1
    except NotFiniteError as failure:
        return done, failure.message
    return done, ""


@pytest.mark.parametrize("engine", ENGINE_NAMES)
@pytest.mark.parametrize(
    ("config", "steps", "message"),
    [
        (small("linear", "linear", update=sgd(10), samples=[{"inputs": [10], "targets": [1]}]), 5,
         "h_o is not a finite number (inf) in sample 1"),
        (small("linear", "linear", update=sgd(1e308)), 1, "h_o is not a finite number (inf) in sample 1"),
        (with_weights(small("relu", samples=[{"inputs": [-1e200], "targets": [1]}]), 1e200, 0.2), 0,
         "h_1_1 is not a finite number (-inf) in sample 1"),
        (small(cost="-y*log(a_o - 0.6)", samples=[{"inputs": [1], "targets": [1]}]), 0,
         "E is not a finite number (nan) in sample 1"),
    ],
)  # fmt: skip
def test_a_run_that_diverges_ends_where_the_equations_do(
    config: Config, steps: int, message: str, engine: EngineName
) -> None:
    problem = problem_of({**config, "batch": "online"})
    for batch in ("online", "sum"):
        outcome = train(problem._replace(batch=batch), 1000, marks=range(1, 1000), engine=engine)
        assert outcome.failed
        assert (outcome.steps, outcome.ended) == (steps, f"step {steps + 1}: {message}")
        assert ended_by_the_equations(problem._replace(batch=batch), 10) == (steps, message)
        assert all(math.isfinite(value) for value in outcome.values.values())
        assert [mark.steps for mark in outcome.marks][: steps or 1] == list(range(steps or 1))


@pytest.mark.parametrize(
    ("formula", "start", "message"),
    [
        ("log(w) + w*x", 1, "step 2: f is not a finite number (nan) in sample 1"),
        ("exp(-w*x)", 1, "step 7: f is not a finite number (inf) in sample 1"),
        ("1/(w - 1)^2", 1, "step 1: f is not a finite number (inf) in sample 1"),
        ("relu(sqrt(w - 2*x))", 2.5, "step 2: f is not a finite number (nan) in sample 1"),
    ],
)
def test_equations_that_leave_the_numbers_are_named(formula: str, start: float, message: str) -> None:
    problem = problem_of(
        {
            "equations": {"f": formula},
            "objective_symbol": "f",
            "parameters": {"w": start},
            "inputs": ["x"],
            "samples": [{"inputs": [1]}],
            "update": {"rule": "sgd", "learning_rate": 1},
            "objective": "maximize" if "exp" in formula else "minimize",
        }
    )
    outcome = train(problem, 1000)
    done, said = ended_by_the_equations(problem, 20)
    assert outcome.ended == f"step {done + 1}: {said}"
    assert outcome.ended == message
    assert outcome.failed


@pytest.mark.parametrize("engine", ENGINE_NAMES)
@pytest.mark.parametrize(
    "config",
    [
        with_weights(small(), -800, 0.2),
        with_weights(small("softplus"), -800, 800),
        with_weights(small("tanh"), -800, 800),
        with_weights(small("elu"), -800, 0.1),
        with_weights(small("gelu"), -50, 0.1),
    ],
)
def test_a_saturated_unit_goes_on_as_the_equations_do(config: Config, engine: EngineName) -> None:
    problem = problem_of(config)
    outcome = train(problem, 20, marks=range(20), engine=engine)
    assert not outcome.ended
    [*_, last] = by_the_equations(problem, 20)
    assert costs_of(outcome)[19] == pytest.approx(last.cost, rel=1e-11)
    for id, value in outcome.values.items():
        assert value == pytest.approx(last.after[id], rel=1e-11, abs=1e-300), id


@pytest.mark.parametrize("engine", ENGINE_NAMES)
@pytest.mark.parametrize("cost", ["cross_entropy", "half_squared_error"])
def test_a_softmax_of_large_nets_goes_on_as_the_equations_do(engine: EngineName, cost: str) -> None:
    output = {"units": ["o", "p"], "activation": "softmax", "weights": [[900, 300], [899.5, 300.25]]}
    config = {**SMALL, "layers": [SMALL["layers"][0], output], "targets": ["y", "z"], "cost": cost}
    config["samples"] = [{"inputs": [4], "targets": [1, 0]}, {"inputs": [-3], "targets": [0, 1]}]
    problem = problem_of(config)
    steps = list(by_the_equations(problem, 8))
    assert steps[0].largest > 700
    outcome = train(problem, 8, engine=engine)
    assert not outcome.ended
    for id, value in outcome.values.items():
        assert value == pytest.approx(steps[-1].after[id], rel=1e-10), id


def test_a_relu_does_not_hide_what_is_no_number() -> None:
    for engine in ENGINE_NAMES:
        running = start_engine(problem_of(small("relu")), engine)
        running.put({**running.values, "w_1_1_1": math.nan}, 0)
        assert not all(map(math.isfinite, running.advance(1)))
        assert math.isnan(running.largest)


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_a_learning_rate_past_all_reason_is_run_as_it_is(engine: EngineName) -> None:
    problem = problem_of(small(update=sgd(1e308)))
    outcome = train(problem, 50, engine=engine)
    done, message = ended_by_the_equations(problem, 50)
    assert (outcome.steps, outcome.ended) == (done, f"step {done + 1}: {message}" if message else "")
    assert all(math.isfinite(value) for value in outcome.values.values())


# Where a run ends, and what is kept of it


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_until_ends_at_the_first_cost_below_the_bound(engine: EngineName) -> None:
    problem = backtrace.load("two-two-two")
    costs = costs_of(train(problem, 400, marks=range(400), engine=engine))
    first = next(steps for steps, cost in sorted(costs.items()) if cost < 0.01)
    outcome = train(problem, 10_000, below=0.01, engine=engine)
    assert (outcome.steps, outcome.ended) == (first, "E is below 0.01")
    assert outcome.marks[-1] == pytest.approx((first, costs[first]), rel=1e-12)
    again = train(problem, first, engine=engine).values
    assert outcome.values == pytest.approx(again, rel=1e-12)


def test_until_with_online_samples_looks_at_all_of_them_after_each_round() -> None:
    problem = backtrace.load("or-gate")
    outcome = train(problem, 100_000, below=0.01)
    assert outcome.ended == "E is below 0.01"
    assert outcome.steps % len(problem.samples) == 0
    before = train(problem, outcome.steps - len(problem.samples))
    assert outcome.marks[-1].cost < 0.01 <= before.marks[-1].cost


def test_until_that_holds_at_the_start_runs_no_step() -> None:
    outcome = train(backtrace.load("two-two-two"), 100, below=1)
    assert (outcome.steps, outcome.ended, len(outcome.marks)) == (0, "E is below 1", 1)


def test_until_that_is_never_reached_runs_all_steps() -> None:
    outcome = train(backtrace.load("two-two-two"), 100, below=-1)
    assert (outcome.steps, outcome.ended) == (100, "")


@pytest.mark.parametrize("name", ["two-two-two", "or-gate", "or-gate-batch", "recurrent"])
def test_marks_are_the_costs_after_so_many_steps(name: str) -> None:
    problem = backtrace.load(name)
    marks = [1, 7, 50, 51, 300]
    outcome = train(problem, 300, marks=marks)
    assert [mark.steps for mark in outcome.marks] == [0, *marks]
    for mark in outcome.marks:
        alone = train(problem, mark.steps) if mark.steps else outcome
        assert mark.cost == pytest.approx(costs_of(alone)[mark.steps], rel=1e-11)
    assert outcome.curve[0] == outcome.marks[0]
    assert outcome.curve[-1].steps == 300


def test_a_run_in_pieces_is_the_same_run() -> None:
    problem = backtrace.load("adam")
    whole, pieces = train(problem, 500), train(problem, 500, marks=range(500))
    assert whole.values == pieces.values
    assert whole.marks[-1] == pieces.marks[-1]


def test_a_long_curve_is_thinned_evenly() -> None:
    curve = Curve()
    for first in range(0, 100_000, 700):
        costs = [float(step) for step in range(first, min(first + 700, 100_000))]
        curve.extend(first, costs)
    points = curve.points()
    assert POINTS / 2 <= len(points) <= POINTS
    assert all(steps == cost for steps, cost in points)
    apart = {later.steps - earlier.steps for earlier, later in pairwise(points[:-1])}
    assert len(apart) == 1
    assert points[0].steps == 0
    assert points[-1].steps > 99_900


class Interrupting:
    """A progress callback at which Ctrl-C is pressed when enough steps have been run."""

    def __init__(self, after: int) -> None:
        self.after = after

    def __call__(self, done: int, cost: float) -> None:
        if done >= self.after:
            raise KeyboardInterrupt


@pytest.mark.parametrize("engine", ENGINE_NAMES)
@pytest.mark.parametrize("name", ["two-two-two", "or-gate"])
def test_an_interrupted_run_is_one_of_fewer_steps(name: str, engine: EngineName) -> None:
    problem = backtrace.load(name)
    outcome = train(problem, 10**12, progress=Interrupting(30), engine=engine)
    assert outcome.ended == "interrupted"
    assert outcome.steps >= 30
    assert not outcome.failed
    whole = train(problem, outcome.steps, engine=engine)
    assert outcome.values == pytest.approx(whole.values, rel=1e-12)
    assert outcome.marks[-1] == pytest.approx(whole.marks[-1], rel=1e-12)


@pytest.mark.parametrize(
    ("config", "engine", "message"),
    [
        ({key: value for key, value in SMALL.items() if key != "update"}, "auto",
         "training needs an update, as update: {rule: sgd, learning_rate: 0.5}"),
        ({**SMALL, "samples": [{"inputs": [1]}]}, "auto", "training needs targets, and no sample has any"),
        ({**SMALL, "samples": [{"inputs": [1], "targets": [1]}, {"inputs": [1]}]}, "auto",
         "sample 2 has no targets; training needs them for every sample"),
        ({**SMALL, "fixed": ["w_1_1_1", "w_1_2_1", "b_1_1", "b_1_2", "w_2_1_1", "w_2_1_2", "b_2_1"]}, "auto",
         "training needs parameters, and the config has none that are not fixed"),
        ({"equations": {"f": "w^2"}, "objective_symbol": "f", "parameters": {"w": 3},
         "update": {"rule": "sgd", "learning_rate": 0.1}}, "numpy",
         "the numpy engine runs layers; a config of equations has the generated one"),
    ],
)  # fmt: skip
def test_what_cannot_be_trained_is_refused(config: Config, engine: EngineName, message: str) -> None:
    with pytest.raises(BacktraceError) as refused:
        train(problem_of(config), 10, engine=engine)
    assert str(refused.value) == message


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_a_step_function_is_refused_where_the_config_has_it(engine: EngineName) -> None:
    hidden = {**SMALL["layers"][0], "activation": "step"}
    with pytest.raises(BacktraceError) as refused:
        train(problem_of({**SMALL, "layers": [hidden, SMALL["layers"][1]]}), 10, engine=engine)
    assert "step" in str(refused.value)


# Health


def said_of(config: Config) -> list[str]:
    problem = problem_of(config)
    return list(sentences(health(problem, start_engine(problem, "generated").values)))


def test_a_healthy_network_has_norms_and_nothing_to_say() -> None:
    problem = problem_of(small())
    hidden, output = health(problem, {name: number.value for name, number in problem.parameters.items()})
    [backward] = [part.values for part in Run(problem, Request()).parts() if part.phase == "backward"]
    assert output.norm == pytest.approx(abs(backward["delta_o"]), rel=1e-12)
    assert hidden.norm == pytest.approx(math.hypot(backward["delta_1_1"], backward["delta_1_2"]), rel=1e-12)
    assert hidden.ratio == pytest.approx(hidden.norm / output.norm, rel=1e-12)
    assert output.ratio is None
    assert list(sentences([hidden, output])) == []


def test_a_vanishing_delta_is_named_with_its_layer() -> None:
    first, *rest = said_of(with_weights(small("tanh"), 20, -20))
    assert re.fullmatch(r"δ vanishes: in hidden it is [0-9.e-]+ times that of the next layer", first)
    assert rest == ["2 of 2 tanh units are saturated for every sample in hidden: 1_1, 1_2"]


def test_an_exploding_delta_is_named_with_its_layer() -> None:
    hidden, output = small("linear", "linear")["layers"]
    assert said_of({**SMALL, "layers": [hidden, {**output, "weights": [[5000, 1]]}]}) == [
        "δ explodes: in hidden it is 5e+03 times that of the next layer"
    ]


def test_dead_and_saturated_units_are_counted_and_named() -> None:
    dead = {
        **with_weights(small("relu"), -3, 2),
        "samples": [{"inputs": [k], "targets": [1]} for k in (1, 2)],
    }
    assert said_of(dead) == ["1 of 2 relu units are dead for every sample in hidden: 1_1"]
    alive = {**dead, "samples": [{"inputs": [k], "targets": [1]} for k in (1, -2)]}
    assert said_of(alive) == []
    assert said_of(with_weights(small(), 9, 0.1)) == [
        "1 of 2 sigmoid units are saturated for every sample in hidden: 1_1"
    ]
    # No table says which activations have flat sides: the slope does.
    assert said_of(with_weights(small("elu"), -9, 0.1)) == [
        "1 of 2 elu units are saturated for every sample in hidden: 1_1"
    ]


@pytest.mark.parametrize(
    ("units", "samples", "steps", "engine"),
    [
        (2, 1, 10**6, "generated"), (12, 1, 10**6, "generated"), (13, 1, 1, "numpy"),
        (8, 4, 10**6, "generated"), (8, 10, 10**6, "numpy"), (8, 10, 100, "generated"),
    ],
)  # fmt: skip
def test_the_engine_follows_the_weights_the_samples_of_a_step_and_the_steps(
    units: int, samples: int, steps: int, engine: str
) -> None:
    names = [f"x_{k}" for k in range(1, units + 1)]
    weights = {"random": "normal", "std": 0.1}
    layers = [{"name": name, "units": units, "weights": weights} for name in ("hidden", "output")]
    numbers = [0.5] * units
    config = {
        "inputs": names,
        "targets": [f"t_{k}" for k in range(1, units + 1)],
        "layers": layers,
        "seed": 1,
        "update": {"rule": "sgd", "learning_rate": 0.1},
        "batch": "sum",
        "samples": [{"inputs": numbers, "targets": numbers}] * samples,
    }
    assert choose_engine(problem_of(config), steps, "auto") == engine

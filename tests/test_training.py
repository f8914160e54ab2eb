"""Training: both engines against the equations worked out one by one, and runs against published figures."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.config.load import example_names
from backtrace.derivation.updates import UPDATE_RULES
from backtrace.errors import BacktraceError, NotFiniteError
from backtrace.problem import Network, Problem
from backtrace.tracing import Request, Run
from backtrace.training.curve import MOST_POINTS, Curve, Mark
from backtrace.training.generated import source_of
from backtrace.training.health import health, sentences
from backtrace.training.training import Engine, EngineName, Outcome, made, train
from tests.networks import _AS_FORMULA, ACTIVATIONS, COSTS, Config, as_equations, networks, problem_of
from tests.test_updates import CONFIG, CONSTANTS, RATE, expected_steps

ENGINE_NAMES: tuple[EngineName, ...] = ("generated", "numpy")
TRAINABLE = [
    name for name in example_names() if (problem := backtrace.load(name)).update and problem.trained
]


# One step: both engines, and the equations one by one


class Step(NamedTuple):
    """A step by the equations: what it starts from, its cost, what it leads to, its largest number."""

    before: dict[str, float]
    cost: float
    after: dict[str, float]
    largest: float
    smallest_net: float


def by_the_equations(problem: Problem, steps: int) -> Iterator[Step]:
    """The steps that `tracing` works out, from the parameters of the config on."""
    run = Run(problem, Request(sample=None if problem.batch == "online" else "all"))
    state = run.passes.start()
    objective = "E" if isinstance(problem.model, Network) else problem.model.objective
    for number in range(1, steps + 1):
        before, numbers, nets = dict(state.values), [1.0], [math.inf]
        cost = math.nan
        for part in run.step(number, state, shown=True):
            values = {row.id: float(part.values[row.id]) for row in part.equations}
            numbers += map(abs, values.values())
            nets += [abs(value) for id, value in values.items() if id.startswith("h_")]
            if part.phase == ("forward" if problem.batch == "online" else "total"):
                cost = values[objective]
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
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_both_engines_agree_with_the_equations_at_every_step(config: Config) -> None:
    problem = problem_of(config)
    engines = [made(problem, name) for name in ENGINE_NAMES]
    steps = by_the_equations(problem, 4)
    for done in range(4):
        try:
            step = next(steps)
        except NotFiniteError:
            return
        if step.largest > 1e6 or step.smallest_net < 1e-9:
            return  # rounding alone decides about so large a number, and on which side of a kink a net lies
        for engine in engines:
            assert_agrees(engine, step, done)


@given(trainings())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_network_written_as_equations_trains_alike(config: Config) -> None:
    assume(all(layer["activation"] in {*_AS_FORMULA, "softmax"} for layer in config["layers"]))
    kept = {key: config[key] for key in ("update", "batch", "objective", "fixed")}
    problem, written = problem_of(config), problem_of({**as_equations(config), **kept})
    engine = made(written, "generated")
    try:
        for done, step in enumerate(by_the_equations(problem, 3)):
            assume(step.largest < 1e6 and step.smallest_net > 1e-9)
            assert_agrees(engine, step, done, 1e-11)
    except NotFiniteError:
        return


@pytest.mark.parametrize("rule", sorted(UPDATE_RULES))
@pytest.mark.parametrize("batch", ["online", "sum", "mean"])
@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_every_number_of_an_ordinary_step_agrees_at_1e_12(rule: str, batch: str, engine: EngineName) -> None:
    update = {"rule": rule, "learning_rate": RATE, **CONSTANTS[rule]}
    problem = problem_of({**CONFIG, "batch": batch, "update": update})
    running = made(problem, engine)
    for done, step in enumerate(by_the_equations(problem, 7)):
        assert_agrees(running, step._replace(largest=0.0), done)


@pytest.mark.parametrize("name", TRAINABLE)
def test_both_engines_agree_on_every_bundled_example(name: str) -> None:
    problem = backtrace.load(name)
    names = ENGINE_NAMES if isinstance(problem.model, Network) else ("generated",)
    engines = [made(problem, name) for name in names]
    for done, step in enumerate(by_the_equations(problem, 12)):
        for engine in engines:
            assert_agrees(engine, step, done)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("cost", sorted(COSTS))
def test_every_activation_and_cost_runs_alike_on_both_engines(activation: str, cost: str) -> None:
    last = "softmax" if cost == "cross_entropy" else "sigmoid" if "entropy" in cost else activation
    hidden, output = CONFIG["layers"]
    layers = [{**hidden, "activation": activation}, {**output, "activation": last}]
    update = {"rule": "sgd", "learning_rate": 0.1}
    problem = problem_of({**CONFIG, "layers": layers, "cost": cost, "update": update})
    engines = [made(problem, name) for name in ENGINE_NAMES]
    for done, step in enumerate(by_the_equations(problem, 4)):
        for engine in engines:
            assert_agrees(engine, step, done)


@pytest.mark.parametrize("cost", ["(t_1 - a_3)^2 + abs(t_2 - a_4)*a_3", "-a_3*exp(a_4)", "(t_1 - a_3)^4"])
@pytest.mark.parametrize("batch", ["online", "mean"])
def test_a_cost_of_ones_own_runs_alike_on_both_engines(cost: str, batch: str) -> None:
    update = {"rule": "sgd", "learning_rate": 0.1}
    problem = problem_of({**CONFIG, "cost": cost, "batch": batch, "update": update})
    engines = [made(problem, name) for name in ENGINE_NAMES]
    for done, step in enumerate(by_the_equations(problem, 4)):
        for engine in engines:
            assert_agrees(engine, step, done)


@pytest.mark.parametrize("engine", ENGINE_NAMES)
@pytest.mark.parametrize("batch", ["online", "sum", "mean"])
def test_the_cost_of_all_samples_is_that_of_the_equations(engine: EngineName, batch: str) -> None:
    problem = problem_of({**CONFIG, "batch": batch, "update": {"rule": "sgd", "learning_rate": 0.1}})
    batched = problem._replace(batch="mean" if batch == "online" else problem.batch)
    [step] = by_the_equations(batched, 1)
    assert made(problem, engine).cost() == pytest.approx(step.cost, rel=1e-12)


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
    from backtrace.training.predictions import predictions

    [found] = predictions(backtrace.load("two-two-two"), outcome.values, 10)
    assert found.outputs == pytest.approx((0.015913620, 0.984064274), abs=5e-10)
    assert found.targets == (0.01, 0.99)


def test_the_2_2_2_walkthrough_with_its_tied_biases_trained() -> None:
    problem = backtrace.load("two-two-two")._replace(fixed=frozenset())
    assert train(problem, 10_000).marks[-1].cost == pytest.approx(4.3553e-06, abs=5e-11)


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_the_or_gate_is_learnt_from_the_bundled_start(engine: EngineName) -> None:
    from backtrace.training.predictions import predictions

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
def test_no_name_of_a_config_stands_in_the_code(rule: str, batch: str) -> None:
    update = {"rule": rule, "learning_rate": RATE}
    plain = {**CONFIG, "batch": batch, "update": update}
    config = hostile(plain)
    problem = problem_of(config)
    assert set(config["parameters"]) <= set(HOSTILE)
    source, functions = source_of(problem, kept_of(problem))
    assert [name for name in names_in(source) if not OURS.fullmatch(name)] == []
    assert set(functions) <= {"f_power"}
    renamed = train(problem, 9, engine="generated")
    found, expected = renamed.values, train(problem_of(plain), 9, engine="generated").values
    for hostile_name, name in zip(config["parameters"], plain["parameters"], strict=True):
        assert found[backtrace_id(hostile_name)] == expected[name], hostile_name
    assert renamed.marks[-1].cost == pytest.approx(train(problem, 9, engine="numpy").marks[-1].cost, rel=1e-9)


def kept_of(problem: Problem) -> list[str]:
    from backtrace.training.generated import _kept

    return _kept(problem)


def backtrace_id(name: str) -> str:
    from backtrace.derivation.names import spell

    return spell(name)


def test_numbers_stand_in_the_code_to_the_last_bit() -> None:
    config: Config = {**CONFIG, "parameters": {**CONFIG["parameters"], "w_3": 0.1 + 0.2, "b_2": 1e-320}}
    problem = problem_of({**config, "update": {"rule": "sgd", "learning_rate": 1 / 3}})
    source, _ = source_of(problem, kept_of(problem))
    assert repr(0.1 + 0.2) in source
    assert "0.3333333333333333" in source
    assert "1e-320" in source

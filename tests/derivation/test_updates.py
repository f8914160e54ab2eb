"""The update rules over several steps, against each rule's algorithm written out in plain floats."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from backtrace.derivation.equation import Phase
from backtrace.derivation.optimizers import UPDATE_RULES
from backtrace.errors import BacktraceError
from backtrace.evaluation.arithmetic import Value
from backtrace.evaluation.steps import Part, Request
from backtrace.problem.problem import Problem
from backtrace.tracing.trace import compute
from backtrace.typesetting.plain import formula
from tests.oracles.networks import Config, Numbers, as_equations, everything, oracle, problem_of

STEPS = 4
RATE = 0.3
# Other than the defaults, so that a constant that is not read would be noticed.
CONSTANTS: dict[str, dict[str, float]] = {
    "sgd": {},
    "momentum": {"momentum": 0.8},
    "nesterov": {"momentum": 0.7},
    "adagrad": {"epsilon": 0.001},
    "rmsprop": {"rho": 0.6, "epsilon": 0.01},
    "adam": {"beta1": 0.7, "beta2": 0.95, "epsilon": 0.0001},
    "adamw": {"beta1": 0.8, "beta2": 0.9, "epsilon": 0.001, "weight_decay": 0.1},
}
DEFAULTS = {"momentum": 0.9, "rho": 0.9, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}
CONFIG: Config = {
    "inputs": ["x_1", "x_2"],
    "targets": ["t_1", "t_2"],
    "layers": [{"name": "hidden", "units": ["1", "2"], "activation": "tanh",
        "weights": [["w_1", "w_2"], ["w_3", "w_1"]], "biases": ["b_1", None]},
        {"name": "output", "units": ["3", "4"], "activation": "sigmoid",
         "weights": [["w_4", "w_5"], [None, "w_6"]], "biases": ["b_2", "b_1"]}],
    "bias_input": 1,
    "parameters": {"w_1": 0.4, "w_2": -0.3, "w_3": 0.7, "w_4": -0.6, "w_5": 0.2, "w_6": 0.9, "b_1": 0.1,
        "b_2": 0},
    "fixed": ["w_3", "b_2"],
    "cost": "half_squared_error",
    "samples": [{"inputs": [1, 0.5], "targets": [1, 0]}, {"inputs": [-0.5, 0.8], "targets": [0, 1]},
        {"inputs": [0.2, -1], "targets": [0.5, 0.25]}],
}  # fmt: skip


class Learner:
    """One parameter's way under a rule: its states, by the ids that the rule's rows have."""

    def __init__(self, rule: str, constants: Numbers) -> None:
        self.step_of: Callable[[float, float, int], float] = getattr(self, rule)
        self.constants = constants
        self.states: Numbers = {}

    def old(self, state: str) -> float:
        return self.states.get(f"{state}+", 0.0)

    def sgd(self, w: float, g: float, t: int) -> float:
        return w - RATE * g

    def momentum(self, w: float, g: float, t: int) -> float:
        self.states["v+"] = self.constants["momentum"] * self.old("v") - RATE * g
        return w + self.states["v+"]

    def nesterov(self, w: float, g: float, t: int) -> float:
        mu = self.constants["momentum"]
        self.states["v+"] = mu * self.old("v") - RATE * g
        return w + mu * self.states["v+"] - RATE * g

    def adagrad(self, w: float, g: float, t: int) -> float:
        self.states["s+"] = self.old("s") + g * g
        return w - RATE * g / (math.sqrt(self.states["s+"]) + self.constants["epsilon"])

    def rmsprop(self, w: float, g: float, t: int) -> float:
        rho = self.constants["rho"]
        self.states["s+"] = rho * self.old("s") + (1 - rho) * g * g
        return w - RATE * g / (math.sqrt(self.states["s+"]) + self.constants["epsilon"])

    def adam(self, w: float, g: float, t: int) -> float:
        beta1, beta2 = self.constants["beta1"], self.constants["beta2"]
        m = beta1 * self.old("m") + (1 - beta1) * g
        v = beta2 * self.old("v") + (1 - beta2) * g * g
        mhat, vhat = m / (1 - beta1**t), v / (1 - beta2**t)
        self.states = {"m+": m, "v+": v, "mhat": mhat, "vhat": vhat}
        return w - RATE * mhat / (math.sqrt(vhat) + self.constants["epsilon"])

    def adamw(self, w: float, g: float, t: int) -> float:
        return self.adam(w, g, t) - RATE * self.constants["weight_decay"] * w


def ids(prefix: str, parameter: str) -> str:
    """The id of a state: v+ of w_1 is v_w_1+."""
    return f"{prefix[:-1]}_{parameter}+" if prefix.endswith("+") else f"{prefix}_{parameter}"


def expected_steps(config: Config, rule: str, constants: Numbers, steps: int = STEPS) -> list[Numbers]:
    """For every step the states, changes and new parameters by id."""
    config = {**config, "parameters": dict(config["parameters"])}
    trained = [name for name in config["parameters"] if name not in config["fixed"]]
    learners = {name: Learner(rule, constants) for name in trained}
    samples, found = len(config["samples"]), []
    for step in range(1, steps + 1):
        chosen = [(step - 1) % samples] if config["batch"] == "online" else list(range(samples))
        gradients = [oracle(config, sample) for sample in chosen]
        numbers: Numbers = {}
        for name in trained:
            g = sum(one[f"dE/d{name}"] for one in gradients) / (samples if config["batch"] == "mean" else 1)
            old = config["parameters"][name]
            new = learners[name].step_of(old, -g if config["objective"] == "maximize" else g, step)
            numbers |= {f"{name}+": new, f"Delta_{name}": new - old}
            numbers |= {ids(prefix, name): value for prefix, value in learners[name].states.items()}
            config["parameters"][name] = new
        found.append(numbers)
    return found


def traced_steps(config: Config) -> list[Part]:
    return [part for part in compute(problem_of(config), Request(1, STEPS)) if part.phase == "update"]


@pytest.mark.parametrize("rule", sorted(UPDATE_RULES))
@pytest.mark.parametrize("objective", ["minimize", "maximize"])
@pytest.mark.parametrize("batch", ["online", "sum", "mean"])
@pytest.mark.parametrize("delta", ["gradient", "descent"])
def test_every_rule_is_its_published_algorithm(rule: str, objective: str, batch: str, delta: str) -> None:
    update = {"rule": rule, "learning_rate": RATE, **CONSTANTS[rule]}
    config = {**CONFIG, "objective": objective, "batch": batch, "delta": delta, "update": update}
    parts = traced_steps(config)
    assert [part.step for part in parts] == list(range(1, STEPS + 1))
    for part, expected in zip(parts, expected_steps(config, rule, CONSTANTS[rule]), strict=True):
        assert part.sample is None
        assert {row.id for row in part.equations} == set(expected)
        for id, value in expected.items():
            assert part.values[id] == pytest.approx(value, rel=1e-10, abs=1e-12), (part.step, id)


@pytest.mark.parametrize("rule", sorted(UPDATE_RULES))
@pytest.mark.parametrize("batch", ["online", "mean"])
def test_a_network_written_as_equations_is_updated_alike(rule: str, batch: str) -> None:
    settings = {"batch": batch, "objective": "minimize", "fixed": CONFIG["fixed"]}
    settings["update"] = {"rule": rule, "learning_rate": RATE, **CONSTANTS[rule]}
    config = {**CONFIG, **settings}
    parts = traced_steps({**as_equations(config), **settings})
    for part, expected in zip(parts, expected_steps(config, rule, CONSTANTS[rule]), strict=True):
        assert {row.id for row in part.equations} == set(expected)
        for id, value in expected.items():
            assert part.values[id] == pytest.approx(value, rel=1e-10, abs=1e-12), (part.step, id)


@pytest.mark.parametrize("rule", sorted(UPDATE_RULES))
def test_the_constants_of_a_rule_have_the_usual_defaults(rule: str) -> None:
    defaults = {name: DEFAULTS[name] for name in CONSTANTS[rule]}
    config = {**CONFIG, "batch": "online", "objective": "minimize"}
    config["update"] = {"rule": rule, "learning_rate": RATE}
    for part, expected in zip(traced_steps(config), expected_steps(config, rule, defaults), strict=True):
        for id, value in expected.items():
            assert part.values[id] == pytest.approx(value, rel=1e-10, abs=1e-12), (part.step, id)


@pytest.mark.parametrize("rule", sorted(UPDATE_RULES))
def test_fixed_parameters_have_gradients_and_nothing_else(rule: str) -> None:
    problem = problem_of({**CONFIG, "update": {"rule": rule, "learning_rate": RATE}})
    rows = {row.id: part.phase for part in compute(problem, Request()) for row in part.equations}
    for name in CONFIG["fixed"]:
        assert [id for id in rows if id.removesuffix("+").endswith(name)] == [f"dE/d{name}"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("sgd", {"Delta_w": "-η·∂f/∂w"}),
        ("momentum", {"v_w+": "μ·v_w - η·∂f/∂w", "Delta_w": "v_w⁺"}),
        ("nesterov", {"v_w+": "μ·v_w - η·∂f/∂w", "Delta_w": "μ·v_w⁺ - η·∂f/∂w"}),
        ("adagrad", {"s_w+": "s_w + (∂f/∂w)²", "Delta_w": "-η·∂f/∂w/(√(s_w⁺) + ε)"}),
        ("rmsprop", {"s_w+": "ρ·s_w + (1 - ρ)·(∂f/∂w)²", "Delta_w": "-η·∂f/∂w/(√(s_w⁺) + ε)"}),
        ("adamw",
         {"m_w+": "β₁·m_w + (1 - β₁)·∂f/∂w", "v_w+": "β₂·v_w + (1 - β₂)·(∂f/∂w)²",
          "mhat_w": "m_w⁺/(1 - β₁^t)", "vhat_w": "v_w⁺/(1 - β₂^t)",
          "Delta_w": "-η·m̂_w/(√(v̂_w) + ε) - η·λ·w"}),
    ],
)  # fmt: skip
def test_the_rows_of_a_rule_read_as_in_its_paper(rule: str, expected: dict[str, str]) -> None:
    config: Config = {"equations": {"f": "w^2"}, "objective_symbol": "f", "parameters": {"w": 3}}
    config["update"] = {"rule": rule, "learning_rate": 0.1}
    [part] = traced_steps_of_one(config)
    read = {row.id: formula(row.expression) for row in part.equations}
    assert read == {**expected, "w+": "w + Δw"}


def traced_steps_of_one(config: Config) -> list[Part]:
    return [part for part in compute(problem_of(config), Request()) if part.phase == "update"]


def test_all_gradients_use_the_old_weights() -> None:
    config: Config = {**CONFIG, "update": {"rule": "sgd", "learning_rate": 50}}
    parts = compute(problem_of(config), Request())
    [values] = [everything(part) for part in parts if part.phase == "backward"]
    for id, slope in oracle(CONFIG, 0).items():
        assert values[id] == pytest.approx(slope, rel=1e-9, abs=1e-12), id


def test_another_samples_update_leaves_the_steps_own_in_place() -> None:
    config: Config = {**CONFIG, "batch": "online", "objective": "minimize"}
    config["update"] = {"rule": "momentum", "learning_rate": RATE, "momentum": 0.8}
    second = expected_steps(config, "momentum", {"momentum": 0.8})[1]
    shown = [part for part in compute(problem_of(config), Request(1, 2, sample=3)) if part.phase == "update"]
    assert [(part.step, part.sample) for part in shown] == [(1, 3), (2, 3)]
    own = [part for part in compute(problem_of(config), Request(2, 2)) if part.phase == "update"]
    assert own[0].values["w_1+"] == pytest.approx(second["w_1+"], rel=1e-10)
    moved = {name: own[0].values[name] for name in config["parameters"]}
    slope = oracle({**config, "parameters": moved}, 2)["dE/dw_1"]
    velocity = 0.8 * own[0].values["v_w_1"] - RATE * slope
    assert shown[1].values["v_w_1+"] == pytest.approx(velocity, rel=1e-10)


PHASES_ALONE: list[frozenset[Phase]] = [
    frozenset(["forward"]),
    frozenset(["backward", "total"]),
    frozenset(["update"]),
    frozenset(["after"]),
]


@pytest.mark.parametrize("batch", ["online", "sum", "mean"])
@pytest.mark.parametrize("rule", UPDATE_RULES)
def test_what_is_shown_of_a_step_does_not_change_its_numbers(rule: str, batch: str) -> None:
    config: Config = {**CONFIG, "batch": batch, "update": {"rule": rule, "learning_rate": RATE}}
    problem = problem_of(config)
    every = numbers_of(problem, Request(1, 3))
    for phases in PHASES_ALONE:
        some = {place: value for place, value in every.items() if place[2] in phases}
        assert numbers_of(problem, Request(1, 3, phases=phases)) == some


def numbers_of(problem: Problem, request: Request) -> dict[tuple[int, int | None, str, str], Value]:
    """Every value by its step, sample, phase and id."""
    return {
        (part.step, part.sample, part.phase, row.id): part.values[row.id]
        for part in compute(problem, request)
        for row in part.equations
    }


@pytest.mark.parametrize("batch", ["online", "sum"])
def test_an_update_that_is_not_asked_for_can_be_without_end(batch: str) -> None:
    config: Config = {**CONFIG, "batch": batch, "update": {"rule": "sgd", "learning_rate": 1e308}}
    config["parameters"] = {**CONFIG["parameters"], "w_4": 100, "w_5": 100}
    config["samples"] = [{"inputs": [100, 100], "targets": [100, 1000]}] * 2
    config["layers"] = [{**layer, "activation": "linear"} for layer in CONFIG["layers"]]
    problem = problem_of(config)
    gradients = numbers_of(problem, Request(phases=frozenset(["forward", "backward", "total"])))
    assert (
        1,
        None if batch == "sum" else 1,
        "total" if batch == "sum" else "backward",
        "dE/dw_4",
    ) in gradients
    with pytest.raises(BacktraceError, match="is not a finite number"):
        numbers_of(problem, Request())

"""Networks for tests: random configs, and an independent reading of a config in autograd's numpy.

The oracles know nothing of backtrace; only `problem_of` and `everything`, at the top, use it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import autograd.numpy as np
from autograd import grad
from autograd.extend import defvjp, primitive
from hypothesis import strategies as st

from backtrace.config.reader import read_problem
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.evaluator import evaluate
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Problem

Config = dict[str, Any]
Numbers = dict[str, float]

_SUM = " + ".join(f"a_{k}*b_{k}" for k in range(1, 7))
WIDE_FORMS: Config = {  # fractions, roots and powers that no page has room for
    "title": "Wide forms",
    "equations": {
        "q": f"({_SUM})/(a_1 + a_2 + a_3 + a_4 + a_5 + a_6)",
        "r": f"exp({_SUM} - q)",
        "s": f"sqrt({_SUM} + q^2)*r",
        "u": f"sigmoid({_SUM} - 20)",
        "E": "(q - r/10000)^2 + s/1000 + u",
    },
    "objective_symbol": "E",
    "parameters": {f"{letter}_{k}": f"0.{k}23456" for k in range(1, 7) for letter in "ab"},
}


def problem_of(config: Config) -> Problem:
    """The problem that a config (JSON is YAML) describes."""
    return read_problem(json.dumps(config, ensure_ascii=False), "test.yaml", Path())


def everything(part: Part, arithmetic: Arithmetic = FLOAT64) -> dict[str, Any]:
    """The values of a part by id and by alias, the hidden ones and the ones nothing rests on too."""
    values = dict(part.values)
    further = list(part.derivation.further()) if part.derivation and part.phase == "backward" else []
    evaluate(further, values, arithmetic)
    for row in (*part.equations, *further):
        values |= dict.fromkeys(row.aliases, values[row.id])
    return values


# ---------------------------------------------------------------------------------------------------------
# The oracle: a network worked out in autograd.numpy, with a nudge (0) added to every h and a, so that
# autograd's derivative by the nudge is ∂E/∂h or ∂E/∂a.

erf = primitive(lambda x: np.vectorize(math.erf)(x))
defvjp(erf, lambda value, x: lambda g: g * 2 / math.sqrt(math.pi) * np.exp(-x * x))

ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "sigmoid": lambda h: 1 / (1 + np.exp(-h)),
    "tanh": np.tanh,
    "linear": lambda h: h,
    "relu": lambda h: np.where(h > 0, h, 0.0),
    "leaky_relu": lambda h, slope=0.01: np.where(h > 0, h, slope * h),
    "elu": lambda h, alpha=1.0: np.where(h > 0, h, alpha * (np.exp(np.where(h > 0, 0.0, h)) - 1)),
    "softplus": lambda h: np.log(1 + np.exp(h)),
    "square": lambda h: h**2,
    "sin": np.sin,
    "gelu": lambda h: h * 0.5 * (1 + erf(h / math.sqrt(2))),
    "softmax": lambda h: np.exp(h) / np.sum(np.exp(h)),
}
SMOOTH = tuple(name for name in ACTIVATIONS if name not in ("relu", "leaky_relu", "elu"))

COSTS: dict[str, Callable[..., Any]] = {
    "half_squared_error": lambda t, a: 0.5 * (t - a) ** 2,
    "squared_error": lambda t, a: (t - a) ** 2,
    "mean_squared_error": lambda t, a: (t - a) ** 2 / len(t),
    "performance": lambda t, a: -0.5 * (t - a) ** 2,
    "binary_cross_entropy": lambda t, a: -(t * np.log(a) + (1 - t) * np.log(1 - a)),
    "cross_entropy": lambda t, a: -t * np.log(a),
}


def activation_of(layer: Mapping[str, Any]) -> Callable[[Any], Any]:
    """A layer's activation with the options that its config gives."""
    given = layer.get("activation", "linear")
    if isinstance(given, str):
        return ACTIVATIONS[given]
    [(name, options)] = given.items()
    return lambda h: ACTIVATIONS[name](h, **options)


def forward(config: Config, inputs: Any, parameters: Any, nudges: Any) -> dict[str, Any]:
    """The nets and activations of a network, as arrays by layer: `h <layer>` and `a <layer>`."""
    values: dict[str, Any] = {"inputs": inputs}
    before = "inputs"
    for layer in config["layers"]:
        name = layer["name"]
        x = np.concatenate([values[source] for source in layer.get("from", [before])])
        nets = []
        for row, bias in zip(layer["weights"], layer["biases"], strict=True):
            net = sum((x[k] * parameters[w] for k, w in enumerate(row) if w is not None), np.array(0.0))
            nets.append(net + config["bias_input"] * parameters[bias] if bias is not None else net)
        h = np.stack(nets) + nudges[f"h {name}"]
        values[f"h {name}"] = h
        values[name] = activation_of(layer)(h) + nudges[f"a {name}"]
        before = name
    return values


def cost_terms(config: Config, targets: Any, outputs: Any) -> Any:
    """What each output adds to the cost."""
    return COSTS[config["cost"]](targets, outputs)


def no_nudges(config: Config) -> dict[str, Any]:
    return {
        f"{kind} {layer['name']}": np.zeros(len(layer["units"]))
        for layer in config["layers"]
        for kind in "ha"
    }


def cost_function(config: Config, sample: int, term: int | None = None) -> Callable[[dict[str, Any]], Any]:
    """E of a sample (or one output's term of it) in the parameters, inputs and nudges."""
    targets = np.array(config["samples"][sample]["targets"], dtype=float)
    last = config["layers"][-1]["name"]

    def cost(variables: dict[str, Any]) -> Any:
        inputs, parameters = variables["inputs"], variables["parameters"]
        terms = cost_terms(config, targets, forward(config, inputs, parameters, variables)[last])
        return np.sum(terms) if term is None else terms[term]

    return cost


def variables_of(config: Config, sample: int) -> dict[str, Any]:
    """The point at which a config asks for derivatives."""
    return {
        "inputs": np.array(config["samples"][sample]["inputs"], dtype=float),
        "parameters": {name: float(value) for name, value in config["parameters"].items()},
        **no_nudges(config),
    }


def oracle(config: Config, sample: int, term: int | None = None) -> Numbers:
    """Every derivative of E (or of one term) that autograd finds, by the id of its quantity."""
    found = grad(cost_function(config, sample, term))(variables_of(config, sample))
    whole = "E" if term is None else f"E_{config['layers'][-1]['units'][term]}"
    numbers = {f"d{whole}/d{name}": float(value) for name, value in found["parameters"].items()}
    for name, value in zip(config["inputs"], found["inputs"], strict=True):
        numbers[f"d{whole}/d{name}"] = float(value)
    for layer in config["layers"]:
        for k, unit in enumerate(layer["units"]):
            for kind in "ha":
                numbers[f"d{whole}/d{kind}_{unit}"] = float(found[f"{kind} {layer['name']}"][k])
    return numbers


def values_of(config: Config, sample: int) -> Numbers:
    """Every h, a and the cost, by the id of its quantity."""
    point = variables_of(config, sample)
    found = forward(config, point["inputs"], point["parameters"], point)
    numbers = {"E": float(cost_function(config, sample)(point))}
    for layer in config["layers"]:
        for k, unit in enumerate(layer["units"]):
            numbers[f"h_{unit}"] = float(found[f"h {layer['name']}"][k])
            numbers[f"a_{unit}"] = float(found[layer["name"]][k])
    return numbers


def central_difference(config: Config, sample: int, parameter: str, width: float = 1e-6) -> float:
    """∂E/∂parameter from two values of E."""
    cost, ends = cost_function(config, sample), []
    for sign in (1, -1):
        point = variables_of(config, sample)
        point["parameters"][parameter] += sign * width
        ends.append(float(cost(point)))
    return (ends[0] - ends[1]) / (2 * width)


# ---------------------------------------------------------------------------------------------------------
# The same network written as equations

_AS_FORMULA = {
    "sigmoid": "sigmoid({h})", "tanh": "tanh({h})", "linear": "{h}", "relu": "relu({h})",
    "leaky_relu": "relu({h}) - 0.01*relu(-{h})", "elu": "relu({h}) + exp(min({h}, 0)) - 1",
    "softplus": "softplus({h})", "square": "{h}^2", "sin": "sin({h})",
}  # fmt: skip
_COST_AS_FORMULA = {
    "half_squared_error": "({t} - {a})^2/2",
    "squared_error": "({t} - {a})^2",
    "mean_squared_error": "({t} - {a})^2/{n}",
    "performance": "-({t} - {a})^2/2",
    "binary_cross_entropy": "-({t}*log({a}) + (1 - {t})*log(1 - {a}))",
    "cross_entropy": "-{t}*log({a})",
}


def as_equations(config: Config) -> Config:
    """A network's config in the form of equations, with the same ids; gelu has no formula in that form."""
    equations: dict[str, str] = {}
    outputs = {"inputs": config["inputs"]}
    before = "inputs"
    for layer in config["layers"]:
        x = [symbol for source in layer.get("from", [before]) for symbol in outputs[source]]
        softmax = layer["activation"] == "softmax"
        for unit, row, bias in zip(layer["units"], layer["weights"], layer["biases"], strict=True):
            terms = [f"{x[k]}*{w}" for k, w in enumerate(row) if w is not None]
            terms += [f"{config['bias_input']}*{bias}"] if bias is not None else []
            equations[f"h_{unit}"] = " + ".join(terms) or "0"
            if not softmax:
                equations[f"a_{unit}"] = _AS_FORMULA[layer["activation"]].format(h=f"h_{unit}")
        for unit in layer["units"] if softmax else []:
            whole = " + ".join(f"exp(h_{other})" for other in layer["units"])
            equations[f"a_{unit}"] = f"exp(h_{unit})/({whole})"
        before = layer["name"]
        outputs[before] = [f"a_{unit}" for unit in layer["units"]]
    parts = [
        _COST_AS_FORMULA[config["cost"]].format(t=t, a=a, n=len(config["targets"]))
        for t, a in zip(config["targets"], outputs[before], strict=True)
    ]
    equations["E"] = " + ".join(f"({part})" for part in parts)
    kept = {key: config[key] for key in ("inputs", "targets", "parameters", "samples")}
    return {"equations": equations, "objective_symbol": "E", **kept}


# ---------------------------------------------------------------------------------------------------------
# Random networks

_weights = st.integers(-150, 150).map(lambda k: k / 100)
_inputs = st.sampled_from([-1, -0.5, 0, 0.3, 0.7, 1, 2])
_targets = st.sampled_from([0, 0.1, 0.25, 0.9, 1])


@st.composite
def networks(draw: st.DrawFn, samples: int = 1) -> Config:
    """A random network: 1 to 3 layers; ties in a layer and across layers, nulls, skips, thresholds.

    Sizes are small; activations and costs fit together (a cross-entropy stands behind sigmoid or softmax).
    """
    inputs = [f"i_{k}" for k in range(1, draw(st.integers(1, 3)) + 1)]
    depth = draw(st.integers(1, 3))
    sizes = [draw(st.integers(1, 3)) for _ in range(depth)]
    cost = draw(st.sampled_from(sorted(COSTS)))
    widths = {"inputs": len(inputs)}
    parameters: dict[str, float] = {}
    layers: list[Config] = []
    for number, size in enumerate(sizes, 1):
        name, last = f"L{number}", number == depth
        allowed = ["sigmoid", "softmax"] if last and "entropy" in cost else sorted(ACTIVATIONS)
        if last and cost == "binary_cross_entropy" and size == 1:
            allowed = ["sigmoid"]  # one unit's softmax is 1, and ln(1 - 1) is no number
        layer: Config = {
            "name": name,
            "units": [f"{number}_{k}" for k in range(1, size + 1)],
            "activation": draw(st.sampled_from(allowed)),
        }
        before = list(widths)
        sources = [before[-1]]
        if len(before) > 1 and draw(st.booleans()):
            sources = draw(st.lists(st.sampled_from(before), min_size=1, max_size=2, unique=True))
        layer["from"] = sources
        columns = sum(widths[source] for source in sources)
        layer["weights"] = [[draw(_entry(parameters)) for _ in range(columns)] for _ in range(size)]
        layer["biases"] = [draw(_entry(parameters)) for _ in range(size)]
        layers.append(layer)
        widths[name] = size
    outputs = layers[-1]["units"]
    return {
        "inputs": inputs,
        "targets": [f"t_{unit}" for unit in outputs],
        "layers": layers,
        "bias_input": draw(st.sampled_from([1, -1])),
        "parameters": parameters,
        "cost": cost,
        "samples": [
            {"inputs": [draw(_inputs) for _ in inputs], "targets": [draw(_targets) for _ in outputs]}
            for _ in range(samples)
        ],
    }


@st.composite
def _entry(draw: st.DrawFn, parameters: dict[str, float]) -> str | None:
    """A parameter of its own, one that is used elsewhere too, or no connection."""
    kind = draw(st.sampled_from(["own", "own", "own", "own", "tied", "null"]))
    if kind == "null":
        return None
    if kind == "tied" and parameters:
        return draw(st.sampled_from(sorted(parameters)))
    name = f"w_{len(parameters) + 1}"
    parameters[name] = draw(_weights)
    return name

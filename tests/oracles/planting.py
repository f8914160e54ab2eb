"""Sheets as people write them: a random network worked out in plain Python, with a slip made at one place.

Nothing here comes from backtrace: the networks are worked out, and the slips made, by code of their own, so
that what the checker finds was not planted by its own table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

Place = tuple[int, int | None, str]  # step, sample (None: once a step), id
Config = dict[str, Any]
VISIBLE = ("full", "full", "brief", "bare")  # how much of the working a sheet shows
HIDDEN = {"full": (), "brief": ("cost_gradient", "slope", "change"), "bare": ("cost_gradient", "slope", "h")}


def sigmoid(h: float) -> float:
    return 1 / (1 + math.exp(-h))


FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sigmoid": sigmoid,
    "tanh": math.tanh,
    "relu": lambda h: max(h, 0.0),
}
SLOPES: dict[str, Callable[[float, float], float]] = {  # of the net and the activation
    "sigmoid": lambda h, a: a * (1 - a),
    "tanh": lambda h, a: 1 - a * a,
    "relu": lambda h, a: float(h > 0),
    "linear": lambda h, a: 1.0,
}
COSTS: dict[str, Callable[[float, float, int], float]] = {
    "half_squared_error": lambda t, a, n: 0.5 * (t - a) ** 2,
    "squared_error": lambda t, a, n: (t - a) ** 2,
    "mean_squared_error": lambda t, a, n: (t - a) ** 2 / n,
    "cross_entropy": lambda t, a, n: -t * math.log(a) if t else 0.0,
}
COST_SLOPES: dict[str, Callable[[float, float, int], float]] = {
    "half_squared_error": lambda t, a, n: a - t,
    "squared_error": lambda t, a, n: 2 * (a - t),
    "mean_squared_error": lambda t, a, n: 2 * (a - t) / n,
    "cross_entropy": lambda t, a, n: -t / a,
}


def random_network(random: Random) -> Config:
    """A config: two or three layers of units after the inputs, numbers with one or two decimals."""
    sizes = [random.randint(1, 3) for _ in range(random.randint(3, 4))]
    sizes[0], sizes[1] = max(sizes[0], 2), max(sizes[1], 2)
    softmax = sizes[-1] > 1 and random.random() < 0.3
    parameters: dict[str, float] = {}
    decimals = random.randint(1, 2)

    def drawn(kind: str) -> str:
        name = f"{kind}_{sum(key[0] == kind for key in parameters) + 1}"
        parameters[name] = round(random.choice((-1, 1, 1)) * random.uniform(0.1, 1.2), decimals) or 0.1
        return name

    layers = []
    for depth in range(1, len(sizes)):
        last = depth == len(sizes) - 1
        bias = random.choice(("own", "own", "tied", "none"))
        weights = [[drawn("w") for _ in range(sizes[depth - 1])] for _ in range(sizes[depth])]
        tied = drawn("b") if bias == "tied" else None
        layers.append(
            {
                "name": f"layer{depth}",
                "units": [f"{'o' if last else 'hjk'[depth - 1]}{j + 1}" for j in range(sizes[depth])],
                "activation": "softmax" if softmax and last else random.choice(("sigmoid", "tanh", "relu")),
                "weights": weights,
                "biases": [
                    tied if bias == "tied" else drawn("b") if bias == "own" else None
                    for _ in range(sizes[depth])
                ],
            }
        )
    if layers[-1]["activation"] == "relu":
        layers[-1]["activation"] = "sigmoid"
    biases = [name for name in parameters if name[0] == "b"]
    count = random.choice((1, 1, 2, 3))
    return {
        "inputs": [f"i_{k + 1}" for k in range(sizes[0])],
        "targets": [f"t_{k + 1}" for k in range(sizes[-1])],
        "layers": layers,
        "parameters": parameters,
        "fixed": biases if random.random() < 0.25 else [],
        "cost": "cross_entropy" if softmax else random.choice(tuple(COSTS)[:3]),
        "update": {"rule": "sgd", "learning_rate": random.choice((0.1, 0.25, 0.5, 0.8))},
        "batch": random.choice(("online", "online", "sum", "mean")) if count > 1 else "online",
        "samples": [_random_sample(random, sizes, softmax) for _ in range(count)],
    }


def _random_sample(random: Random, sizes: Sequence[int], softmax: bool) -> Config:
    inputs: list[float] = [random.choice((0, 1, round(random.uniform(0.05, 1), 2))) for _ in range(sizes[0])]
    if not any(inputs):
        inputs[0] = 1
    targets: list[float] = [random.choice((0, 1, 0.01, 0.99)) for _ in range(sizes[-1])]
    if softmax:
        one = random.randrange(sizes[-1])
        targets = [float(k == one) for k in range(sizes[-1])]
    return {"inputs": inputs, "targets": targets}


class Plant(NamedTuple):
    """A slip at a place: the `turn`-th of the ways in which it can be made there."""

    place: Place
    slip: str
    turn: int
    value: float


class Line(NamedTuple):
    """A number as it was written down."""

    place: Place
    kind: str
    value: float
    text: str


class Working:
    """One person's way through a network: `lines` in order, and every slip that could be made on the way.

    `decimals` are those of the sheet; with `carried` the person goes on with what is written down, else with
    all digits. A `plant` makes a slip, several make as many; with `goes_on` false only the number that is
    written down is wrong. A `rough` person rounds what is not written down too.
    """

    def __init__(
        self,
        config: Config,
        decimals: int,
        carried: bool = False,
        plant: Plant | Sequence[Plant] | None = None,
        goes_on: bool = True,
        steps: int = 1,
        rough: bool = False,
    ) -> None:
        self.config, self.decimals, self.carried = config, decimals, carried
        planted = [plant] if isinstance(plant, Plant) else plant or ()
        self.planted = {one.place: one for one in planted}
        self.goes_on, self.rough = goes_on, rough
        self.lines: dict[Place, Line] = {}
        self.plants: list[Plant] = []
        self.parameters: dict[str, float] = dict(config["parameters"])
        for step in range(1, steps + 1):
            self.step(step)

    def write(
        self, place: Place, kind: str, right: float, slips: Mapping[str, Sequence[float]] | None = None
    ) -> float:
        """Write a number down and give the number to go on with."""
        every = {**(slips or {}), **self.slips_of_the_pen(right)}
        self.plants += [Plant(place, slip, i, v) for slip, vs in every.items() for i, v in enumerate(vs)]
        value = right
        plant = self.planted.get(place)
        if plant is not None:
            value = every[plant.slip][plant.turn] if plant.slip in every else plant.value
        text = f"{value:.{self.decimals}f}"
        self.lines[place] = Line(place, kind, value, text)
        going_on = value if self.goes_on or (slips and plant and plant.slip in slips) else right
        return self.kept(going_on)

    def kept(self, value: float) -> float:
        """What is gone on with of a number."""
        return float(f"{value:.{self.decimals}f}") if self.carried else value

    def slips_of_the_pen(self, right: float) -> dict[str, list[float]]:
        unit = 10.0**-self.decimals
        text = f"{right:.{self.decimals}f}"
        swapped = [
            float(f"{text[:i]}{text[i + 1]}{text[i]}{text[i + 2 :]}")
            for i in range(len(text) - 1)
            if text[i].isdigit() and text[i + 1].isdigit() and text[i] != text[i + 1]
        ]
        return {
            "truncated": [math.trunc(round(right / unit, 6)) * unit],
            "power_of_ten": [right * 10, right / 10, right / 100],
            "digits_swapped": swapped,
        }

    def step(self, step: int) -> None:
        config, samples = self.config, range(1, len(self.config["samples"]) + 1)
        online = config["batch"] == "online"
        gradients: dict[int, dict[str, float]] = {}
        costs: dict[int, float] = {}
        taken = [(step - 1) % len(samples) + 1] if online else samples
        for sample in taken:
            costs[sample], gradients[sample] = Pass(self, step, sample).both_ways()
        if not online:
            self.over_samples(step, "E", "cost", costs)
            names = config["parameters"]
            total = {
                name: self.over_samples(
                    step, f"dE/d{name}", "gradient", {s: gradients[s][name] for s in samples}
                )
                for name in names
            }
        else:
            total = gradients[taken[0]]
        self.update(step, total)
        after = {sample: Pass(self, step, sample, after=True).forward() for sample in taken}
        if online:
            self.write((step, None, "E+"), "cost", after[taken[0]])
        else:
            self.over_samples(step, "E+", "cost", after)

    def over_samples(self, step: int, id: str, kind: str, terms: Mapping[int, float]) -> float:
        whole, values = math.fsum(terms.values()), list(terms.values())
        size = len(values) if self.config["batch"] == "mean" else 1
        slips = {
            "factor": [whole if size > 1 else whole / len(values)],
            "missing_term": [(whole - value) / size for value in values],
        }
        return self.write((step, None, id), kind, whole / size, slips)

    def update(self, step: int, gradients: Mapping[str, float]) -> None:
        rate = self.config["update"]["learning_rate"]
        old = dict(self.parameters)
        for name, value in old.items():
            g = gradients[name]
            if name in self.config["fixed"]:
                if name[0] == "b":
                    self.write((step, None, f"{name}+"), "fixed", value, {"bias_trained": [value - rate * g]})
                continue
            others = [gradients[other] for other in gradients if other[0] == name[0] and other != name]
            change = self.write(
                (step, None, f"Delta_{name}"),
                "change",
                -rate * g,
                {
                    "ascent": [rate * g],
                    "missing_rate": [-g],
                    "wrong_index": [-rate * other for other in others],
                },
            )
            slips = {"ascent": [value - change], "missing_rate": [value - g]}
            if name[0] == "b":
                slips["bias_not_trained"] = [value]
            self.parameters[name] = self.write((step, None, f"{name}+"), "update", value + change, slips)


class Pass:
    """One sample's forward and backward pass, with the parameters as they are at the moment."""

    def __init__(self, working: Working, step: int, sample: int, after: bool = False) -> None:
        self.working, self.step, self.sample, self.after = working, step, sample, after
        self.config = working.config
        self.p = dict(working.parameters)
        given = self.config["samples"][sample - 1]
        self.targets: list[float] = given["targets"]
        self.values: list[list[float]] = [given["inputs"]]
        self.nets: list[list[float]] = []

    def write(
        self, id: str, kind: str, right: float, slips: Mapping[str, Sequence[float]] | None = None
    ) -> float:
        if self.after:  # nobody writes the second forward pass down, but some round it
            return self.working.kept(right) if self.working.rough else right
        return self.working.write((self.step, self.sample, id), kind, right, slips)

    def both_ways(self) -> tuple[float, dict[str, float]]:
        cost = self.forward()
        return cost, self.backward()

    def forward(self) -> float:
        for layer in self.config["layers"]:
            nets = [self.net(layer, j) for j in range(len(layer["units"]))]
            self.nets.append(nets)
            if layer["activation"] == "softmax":
                self.values.append(self.softmax(layer, nets))
            else:
                function = FUNCTIONS[layer["activation"]]
                self.values.append(
                    [
                        self.write(f"a_{unit}", "activation", function(h), {"missing_activation": [h]})
                        for unit, h in zip(layer["units"], nets, strict=True)
                    ]
                )
        return self.cost()

    def net(self, layer: Config, j: int) -> float:
        x, rows, bias = self.values[-1], layer["weights"], layer["biases"][j]
        w = [self.p[name] for name in rows[j]]
        b = self.p[bias] if bias else 0.0
        terms = [xk * wk for xk, wk in zip(x, w, strict=True)]
        right = sum(terms) + b
        others = {n for row in rows for n in row}
        wrong = [right + (self.p[n] - wk) * xk for xk, wk in zip(x, w, strict=True) for n in others if xk]
        wrong += [right + (xm - xk) * wk for xk, wk in zip(x, w, strict=True) for xm in x]
        if len(rows) == len(x):
            wrong.append(sum(xk * self.p[rows[k][j]] for k, xk in enumerate(x)) + b)
        summands = [*terms, *([b] if bias else [])]
        slips = {
            "missing_term": [right - term for term in summands],
            "sign": [right - 2 * term for term in summands],
            "missing_factor": [right - xk * wk + wk for xk, wk in zip(x, w, strict=True)],
            "wrong_index": wrong,
        }
        return self.write(f"h_{layer['units'][j]}", "h", right, slips)

    def softmax(self, layer: Config, nets: Sequence[float]) -> list[float]:
        exps = [
            self.write(f"exp_{unit}", "exponential", math.exp(h))
            for unit, h in zip(layer["units"], nets, strict=True)
        ]
        total = self.write(f"S_{layer['name']}", "exponential", sum(exps))
        return [
            self.write(f"a_{unit}", "activation", e / total, {"softmax_without_exp": [h / (sum(nets) or 1)]})
            for unit, e, h in zip(layer["units"], exps, nets, strict=True)
        ]

    def cost(self) -> float:
        name, units, outputs = self.config["cost"], self.config["layers"][-1]["units"], self.values[-1]
        n, terms = len(units), []
        for unit, t, a in zip(units, self.targets, outputs, strict=True):
            right = COSTS[name](t, a, n)
            slips: dict[str, list[float]] = {"factor": [2 * right, right / 2]}
            if name == "cross_entropy":
                slips = {"log_base": [right / math.log(10), right / math.log(2)], "sign": [-right]}
            others = [other for other in (*self.targets, 1 - t) if other != t]
            slips["wrong_target"] = [COSTS[name](other, a, n) for other in others]
            terms.append(self.write(f"E_{unit}" if n > 1 else "E", "cost", right, slips))
        if n == 1:
            return terms[0]
        return self.write("E", "cost", sum(terms), {"missing_term": [sum(terms) - term for term in terms]})

    def backward(self) -> dict[str, float]:
        gradients: dict[str, list[float]] = {name: [] for name in self.p}
        wrong: dict[str, list[float]] = {name: [] for name in self.p}
        layers = self.config["layers"]
        deltas: list[float] = []
        found: dict[str, float] = {}
        for depth in reversed(range(len(layers))):
            layer, x = layers[depth], self.values[depth]
            if depth == len(layers) - 1:
                slopes = self.output_gradients()
            else:
                slopes = self.hidden_gradients(depth, deltas)
            deltas = self.deltas(depth, slopes)
            for j, delta in enumerate(deltas):
                for k, name in enumerate(layer["weights"][j]):
                    gradients[name].append(delta * x[k])
                    wrong[name] += [delta * other for other in x] + [other * x[k] for other in deltas]
                if layer["biases"][j]:
                    gradients[layer["biases"][j]].append(delta)
                    wrong[layer["biases"][j]] += deltas
            for name in dict.fromkeys([*[n for r in layer["weights"] for n in r], *layer["biases"]]):
                if name:
                    parts = gradients[name]
                    right = sum(parts)
                    tied = len(parts) > 1
                    slips = {"wrong_index": wrong[name] if not tied else [], "sign": [-right]}
                    slips["missing_term"] = [right - part for part in parts] if tied else []
                    if name[0] == "w":
                        j, k = next(
                            (j, k)
                            for j, row in enumerate(layer["weights"])
                            for k, other in enumerate(row)
                            if other == name
                        )
                        slips["missing_factor"] = [deltas[j], x[k]]
                    found[name] = self.write(f"dE/d{name}", "gradient", right, slips)
        return found

    def output_gradients(self) -> list[float]:
        name, units, outputs = self.config["cost"], self.config["layers"][-1]["units"], self.values[-1]
        n, found = len(units), []
        for unit, t, a in zip(units, self.targets, outputs, strict=True):
            slope = COST_SLOPES[name]
            right = slope(t, a, n)
            slips = {
                "sign": [-right],
                "factor": [2 * right, right / 2],
                "wrong_target": [slope(other, a, n) for other in (*self.targets, 1 - t)],
                "wrong_index": [slope(t, other, n) for other in outputs],
            }
            if name != "cross_entropy":
                slips["other_slope"] = [(a - t) / (a * (1 - a))] if 0 < a < 1 else []
            found.append(self.write(f"dE/da_{unit}", "cost_gradient", right, slips))
        return found

    def hidden_gradients(self, depth: int, deltas: Sequence[float]) -> list[float]:
        above, rate = self.config["layers"][depth + 1], self.config["update"]["learning_rate"]
        rows, x, found = above["weights"], self.values[depth + 1], []
        for j, unit in enumerate(self.config["layers"][depth]["units"]):
            w = [self.p[row[j]] for row in rows]
            terms = [d * wk for d, wk in zip(deltas, w, strict=True)]
            right = sum(terms)
            others = {self.p[name] for row in rows for name in row}
            wrong = [right + d * (v - wk) for d, wk in zip(deltas, w, strict=True) for v in others]
            wrong += [right + (e - d) * wk for d, wk in zip(deltas, w, strict=True) for e in deltas]
            if len(rows) == len(x):
                wrong.append(sum(d * self.p[rows[j][k]] for k, d in enumerate(deltas)))
            slips = {
                "sign": [-right],
                "wrong_index": wrong,
                "missing_term": [right - term for term in terms] if len(terms) > 1 else [],
                "missing_factor": [right - t + d for t, d in zip(terms, deltas, strict=True)],
            }
            if self.config["batch"] == "online":
                kept = self.working.kept
                new = [kept(wk + kept(-rate * kept(d * x[j]))) for d, wk in zip(deltas, w, strict=True)]
                slips["updated_too_early"] = [sum(d * wk for d, wk in zip(deltas, new, strict=True))]
            found.append(self.write(f"dE/da_{unit}", "cost_gradient", right, slips))
        return found

    def deltas(self, depth: int, gradients: Sequence[float]) -> list[float]:
        layer, found = self.config["layers"][depth], []
        kind = layer["activation"]
        for j, unit in enumerate(layer["units"]):
            h, a, g = self.nets[depth][j], self.values[depth + 1][j], gradients[j]
            if kind == "softmax":
                t = self.targets[j]
                slips = {
                    "sign": [t - a],
                    "factor": [2 * (a - t)],
                    "wrong_target": [a - other for other in self.targets],
                    "wrong_index": [other - t for other in self.values[depth + 1]],
                }
                found.append(self.write(f"delta_{unit}", "delta", a - t, slips))
                continue
            right = SLOPES[kind](h, a)
            slips = {"other_slope": [SLOPES[other](h, a) for other in SLOPES if other != kind]}
            if kind != "relu":
                again = FUNCTIONS[kind](a)
                slips["slope_of_net"] = [SLOPES[kind](a, h), SLOPES[kind](a, again)]
            slope = self.write(f"da_{unit}/dh_{unit}", "slope", right, slips)
            found.append(
                self.write(
                    f"delta_{unit}",
                    "delta",
                    g * slope,
                    {"missing_slope": [g], "sign": [-g * slope], "factor": [2 * g * slope, g * slope / 2]},
                )
            )
        return found

"""How fast training is, beside other ways to do the same, measured side by side in one run.

    python tests/benchmarks/training.py [--rounds 7] [--only steps|process|large]

All take turns, and the least time of all rounds counts, so that a busy machine disturbs them alike. The other
ways are written here, each as somebody would write it who does not have this project: a loop unrolled by
hand, plain Python classes, numpy layer by layer, HIPS autograd, a scalar autodiff in the manner of micrograd
(a small one of our own, below), and a loop in C where gcc is there.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import value_and_grad

sys.path.insert(0, str(Path(__file__).parents[2]))  # the tests are a package beside the tool's

import backtrace
from backtrace.problem.problem import Network, Problem
from backtrace.training.engine import EngineName, start_engine
from tests.benchmarks import by_layers
from tests.benchmarks.growth import network, say, timed

STEPS = by_layers.STEPS
RATE = by_layers.RATE
FINAL = 3.5108548e-05  # the cost of the last step: after 9,999 updates


def least(rounds: int, *jobs: Callable[[], float]) -> list[float]:
    """The least seconds of each of some jobs that take turns."""
    taken = [[job() for job in jobs] for _ in range(rounds)]
    return [min(times) for times in zip(*taken, strict=True)]


def verdict(ratio: float, asked: float) -> str:
    return f"{ratio:7.2f}  ≤ {asked:<4}  {'ok' if ratio <= asked else 'SLOW'}"


# Ways to run the steps of 2-2-2; each gives the costs of its steps


def unrolled() -> list[float]:
    """Every line by hand, with local names alone."""
    exp, rate = math.exp, RATE
    [x1, x2], [t1, t2] = by_layers.INPUTS, by_layers.TARGETS
    [[w1, w2], [w3, w4]] = by_layers.HIDDEN
    [[w5, w6], [w7, w8]] = by_layers.OUTPUT
    b1, b2 = by_layers.HIDDEN_BIAS, by_layers.OUTPUT_BIAS
    costs: list[float] = []
    append = costs.append
    for _ in range(STEPS):
        h1 = 1.0 / (1.0 + exp(-(w1 * x1 + w2 * x2 + b1)))
        h2 = 1.0 / (1.0 + exp(-(w3 * x1 + w4 * x2 + b1)))
        o1 = 1.0 / (1.0 + exp(-(w5 * h1 + w6 * h2 + b2)))
        o2 = 1.0 / (1.0 + exp(-(w7 * h1 + w8 * h2 + b2)))
        e1 = o1 - t1
        e2 = o2 - t2
        append(0.5 * (e1 * e1 + e2 * e2))
        d1 = e1 * o1 * (1.0 - o1)
        d2 = e2 * o2 * (1.0 - o2)
        g1 = (d1 * w5 + d2 * w7) * h1 * (1.0 - h1)
        g2 = (d1 * w6 + d2 * w8) * h2 * (1.0 - h2)
        w5 -= rate * d1 * h1
        w6 -= rate * d1 * h2
        w7 -= rate * d2 * h1
        w8 -= rate * d2 * h2
        w1 -= rate * g1 * x1
        w2 -= rate * g1 * x2
        w3 -= rate * g2 * x1
        w4 -= rate * g2 * x2
    return costs


class Neuron:
    """A unit with its weights, as object-oriented tutorials have it."""

    def __init__(self, weights: list[float], bias: float) -> None:
        self.weights = weights
        self.bias = bias
        self.inputs: list[float] = []
        self.output = self.delta = 0.0

    def feed(self, inputs: list[float]) -> float:
        self.inputs = inputs
        net = sum(w * x for w, x in zip(self.weights, inputs, strict=True)) + self.bias
        self.output = 1 / (1 + math.exp(-net))
        return self.output

    def learn(self) -> None:
        for i, x in enumerate(self.inputs):
            self.weights[i] -= RATE * self.delta * x


def classes() -> list[float]:
    hidden = [Neuron(list(row), by_layers.HIDDEN_BIAS) for row in by_layers.HIDDEN]
    output = [Neuron(list(row), by_layers.OUTPUT_BIAS) for row in by_layers.OUTPUT]
    costs = []
    for _ in range(STEPS):
        between = [neuron.feed(by_layers.INPUTS) for neuron in hidden]
        given = [neuron.feed(between) for neuron in output]
        costs.append(sum(0.5 * (t - a) ** 2 for t, a in zip(by_layers.TARGETS, given, strict=True)))
        for neuron, t in zip(output, by_layers.TARGETS, strict=True):
            neuron.delta = (neuron.output - t) * neuron.output * (1 - neuron.output)
        for i, neuron in enumerate(hidden):
            back = sum(after.delta * after.weights[i] for after in output)
            neuron.delta = back * neuron.output * (1 - neuron.output)
        for neuron in (*output, *hidden):
            neuron.learn()
    return costs


def numpy_layers() -> list[float]:
    _, _, step = by_layers.start()
    return [step() for _ in range(STEPS)]


def hips_autograd(steps: int) -> list[float]:
    x, t = anp.array(by_layers.INPUTS), anp.array(by_layers.TARGETS)

    def cost(weights: Any) -> Any:
        hidden = 1 / (1 + anp.exp(-(anp.dot(weights[0], x) + by_layers.HIDDEN_BIAS)))
        output = 1 / (1 + anp.exp(-(anp.dot(weights[1], hidden) + by_layers.OUTPUT_BIAS)))
        return 0.5 * anp.sum((t - output) ** 2)

    step = value_and_grad(cost)
    weights = [anp.array(by_layers.HIDDEN), anp.array(by_layers.OUTPUT)]
    costs = []
    for _ in range(steps):
        value, slopes = step(weights)
        costs.append(float(value))
        weights = [w - RATE * slope for w, slope in zip(weights, slopes, strict=True)]
    return costs


class Scalar:
    """A number that knows how to send a gradient back: a scalar autodiff in the manner of micrograd."""

    def __init__(self, data: float, parents: tuple[Scalar, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.back: Callable[[], None] = lambda: None

    def __add__(self, other: Scalar) -> Scalar:
        out = Scalar(self.data + other.data, (self, other))

        def back() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out.back = back
        return out

    def __mul__(self, other: Scalar) -> Scalar:
        out = Scalar(self.data * other.data, (self, other))

        def back() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.back = back
        return out

    def sigmoid(self) -> Scalar:
        out = Scalar(1 / (1 + math.exp(-self.data)), (self,))

        def back() -> None:
            self.grad += out.data * (1 - out.data) * out.grad

        out.back = back
        return out

    def backward(self) -> None:
        order: list[Scalar] = []
        seen: set[Scalar] = set()

        def visit(node: Scalar) -> None:
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.back()


def scalar_autodiff(steps: int) -> list[float]:
    hidden = [[Scalar(w) for w in row] for row in by_layers.HIDDEN]
    output = [[Scalar(w) for w in row] for row in by_layers.OUTPUT]
    weights = [w for rows in (hidden, output) for row in rows for w in row]
    costs = []
    for _ in range(steps):
        x = [Scalar(value) for value in by_layers.INPUTS]
        between = [
            (row[0] * x[0] + row[1] * x[1] + Scalar(by_layers.HIDDEN_BIAS)).sigmoid() for row in hidden
        ]
        given = [
            (row[0] * between[0] + row[1] * between[1] + Scalar(by_layers.OUTPUT_BIAS)).sigmoid()
            for row in output
        ]
        errors = [a + Scalar(-t) for a, t in zip(given, by_layers.TARGETS, strict=True)]
        cost = Scalar(0.5) * (errors[0] * errors[0] + errors[1] * errors[1])
        for w in weights:
            w.grad = 0.0
        cost.backward()
        costs.append(cost.data)
        for w in weights:
            w.data -= RATE * w.grad
    return costs


C = """
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int main(int count, char **words) {
    long steps = atol(words[1]);
    double *costs = malloc(steps * sizeof *costs);
    double x[2] = {.05, .1}, t[2] = {.01, .99}, r = .5;
    double v[2][2] = {{.15, .2}, {.25, .3}}, w[2][2] = {{.4, .45}, {.5, .55}};
    clock_t begin = clock();
    for (long n = 0; n < steps; n++) {
        double a[2], o[2], d[2], g[2], e = 0;
        for (int j = 0; j < 2; j++) a[j] = 1 / (1 + exp(-(v[j][0] * x[0] + v[j][1] * x[1] + .35)));
        for (int k = 0; k < 2; k++) {
            o[k] = 1 / (1 + exp(-(w[k][0] * a[0] + w[k][1] * a[1] + .6)));
            e += .5 * (t[k] - o[k]) * (t[k] - o[k]);
            d[k] = (o[k] - t[k]) * o[k] * (1 - o[k]);
        }
        costs[n] = e;
        for (int j = 0; j < 2; j++) g[j] = (d[0] * w[0][j] + d[1] * w[1][j]) * a[j] * (1 - a[j]);
        for (int k = 0; k < 2; k++) for (int j = 0; j < 2; j++) w[k][j] -= r * d[k] * a[j];
        for (int j = 0; j < 2; j++) for (int i = 0; i < 2; i++) v[j][i] -= r * g[j] * x[i];
    }
    printf("%.17g %.9g\\n", (double)(clock() - begin) / CLOCKS_PER_SEC, costs[steps - 1]);
    return 0;
}
"""


def in_c(folder: Path, steps: int) -> Callable[[], float] | None:
    """A job that runs so many steps in C and tells what `STEPS` of them take."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return None
    (folder / "loop.c").write_text(C, encoding="utf-8")
    program = str(folder / "loop")
    subprocess.run([gcc, "-O2", "-o", program, str(folder / "loop.c"), "-lm"], check=True)

    def run(steps: int) -> tuple[float, float]:
        done = subprocess.run([program, str(steps)], check=True, capture_output=True, text=True)
        seconds, cost = map(float, done.stdout.split())
        return seconds, cost

    assert math.isclose(run(STEPS)[1], FINAL, rel_tol=1e-7)
    return lambda: run(steps)[0] * STEPS / steps


def of_fewer(job: Callable[[int], list[float]], steps: int) -> Callable[[], float]:
    """A job that takes long, run for fewer steps; its seconds for all."""
    run = timed(partial(job, steps))
    return lambda: run() * STEPS / steps


def per_step(rounds: int) -> None:
    """2-2-2, 10,000 steps with all costs kept: seconds per step."""
    problem = backtrace.load("two-two-two")

    def ours(name: EngineName) -> Callable[[], float]:
        def run() -> float:
            engine = start_engine(problem, name)  # writing and compiling the code is measured below
            costs: list[float] = []
            job = timed(lambda: costs.extend(engine.advance(STEPS)))
            seconds = job()
            assert math.isclose(costs[-1], FINAL, rel_tol=1e-7)
            return seconds

        return run

    for way in (unrolled, classes, numpy_layers):
        assert math.isclose(way()[-1], FINAL, rel_tol=1e-7), way
    for short in (hips_autograd, scalar_autodiff):
        assert math.isclose(short(50)[-1], unrolled()[49], rel_tol=1e-9), short
    jobs: dict[str, Callable[[], float]] = {
        "generated engine": ours("generated"),
        "unrolled by hand": timed(unrolled),
        "plain Python classes": timed(classes),
        "numpy engine": ours("numpy"),
        "numpy, layer by layer": timed(numpy_layers),
        "scalar autodiff, like micrograd": of_fewer(scalar_autodiff, 1_000),
        "HIPS autograd": of_fewer(hips_autograd, 500),
    }
    with tempfile.TemporaryDirectory() as folder:
        compiled = in_c(Path(folder), 100 * STEPS)
        if compiled:
            jobs["C, gcc -O2"] = compiled
        times = dict(zip(jobs, least(rounds, *jobs.values()), strict=True))
    say(f"2-2-2, {STEPS:,} steps, every cost kept        per step   generated / it   asked")
    for name, seconds in times.items():
        ratio = times["generated engine"] / seconds
        asked = {"unrolled by hand": 1.2, "C, gcc -O2": math.inf, "generated engine": math.inf}.get(name, 1.0)
        told = verdict(ratio, asked) if asked < math.inf else f"{ratio:7.2f}"
        say(f"{name:<38} {seconds / STEPS * 1e6:9.2f} µs {'':4}{told}")
    making = timed(lambda: start_engine(problem, "generated"))
    say(f"{'(code written and compiled, once)':<38} {min(making() for _ in range(rounds)) * 1e6:9.0f} µs")


def process(command: Sequence[str]) -> Callable[[], float]:
    """A job that runs a command and tells its processor time."""

    def run() -> float:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0, command
        return usage.ru_utime + usage.ru_stime

    return run


def whole_process(rounds: int) -> None:
    """`backtrace train` as a user types it, beside a script that does it in numpy."""
    backtrace_train = process(
        [sys.executable, "-m", "backtrace", "train", "two-two-two", "--steps", str(STEPS)]
    )
    script = process([sys.executable, str(Path(by_layers.__file__))])
    mine, theirs = least(rounds, backtrace_train, script)
    say(f"whole process, {STEPS:,} steps of 2-2-2           time    numpy script     ratio  asked")
    say(f"{'backtrace train two-two-two':<38} {mine:9.3f} s {theirs:11.3f} s {verdict(mine / theirs, 0.75)}")


# A larger network


class Bare:
    """The same network in plain numpy, as one writes it for this network alone."""

    def __init__(self, problem: Problem) -> None:
        assert isinstance(problem.model, Network)
        value = {name: number.value for name, number in problem.parameters.items()}
        self.weights = [
            np.array([[value[name or ""] for name in row] for row in layer.weights])
            for layer in problem.model.layers
        ]
        self.biases = [np.array([value[b or ""] for b in layer.biases]) for layer in problem.model.layers]
        self.inputs = np.array([[n.value for n in sample.inputs] for sample in problem.samples])
        self.targets = np.array([[n.value for n in sample.targets or ()] for sample in problem.samples])

    def step(self) -> float:
        activations = [self.inputs]
        for weights, biases in zip(self.weights, self.biases, strict=True):
            activations.append(1 / (1 + np.exp(-(activations[-1] @ weights.T + biases))))
        output = activations.pop()
        cost = 0.5 * np.sum((self.targets - output) ** 2)
        delta = (output - self.targets) * output * (1 - output)
        for place in reversed(range(len(self.weights))):
            before = activations[place]
            back = delta @ self.weights[place] * before * (1 - before) if place else None
            self.weights[place] -= 0.01 * (delta.T @ before)
            self.biases[place] -= 0.01 * delta.sum(axis=0)
            delta = back
        return float(cost)


def large(rounds: int, steps: int = 20) -> None:
    """784-100-10, all 100 samples in each step: the numpy engine beside bare numpy."""
    problem = network((784, 100, 10), 100)
    engine, bare = start_engine(problem, "numpy"), Bare(problem)
    for _ in range(3):
        [cost] = engine.advance(1)
        assert math.isclose(cost, bare.step(), rel_tol=1e-9)
    mine, theirs = least(
        rounds, timed(lambda: engine.advance(steps)), timed(lambda: [bare.step() for _ in range(steps)])
    )
    say("784-100-10, batch of 100, a step            numpy engine   bare numpy     ratio  asked")
    told = verdict(mine / theirs, 1.3)
    say(f"{'':<41} {mine / steps * 1e3:9.2f} ms {theirs / steps * 1e3:9.2f} ms {told}")


def main() -> None:
    """Measure everything, or what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=("steps", "process", "large"))
    wanted = parser.parse_args()
    jobs: dict[str, Callable[[], None]] = {
        "steps": lambda: per_step(wanted.rounds),
        "process": lambda: whole_process(wanted.rounds),
        "large": lambda: large(wanted.rounds),
    }
    for name, job in jobs.items():
        if wanted.only in (None, name):
            job()
            say()


if __name__ == "__main__":
    main()

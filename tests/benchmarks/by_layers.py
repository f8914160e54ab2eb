"""A yardstick: 10,000 steps of the 2-2-2 walkthrough in plain numpy, layer by layer, as one writes it.

    python tests/benchmarks/by_layers.py

It prints the cost at the start, after some steps and at the end, the parameters and the outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

STEPS, RATE = 10_000, 0.5
HIDDEN = [[0.15, 0.20], [0.25, 0.30]]
OUTPUT = [[0.40, 0.45], [0.50, 0.55]]
HIDDEN_BIAS, OUTPUT_BIAS = 0.35, 0.60
INPUTS, TARGETS = [0.05, 0.10], [0.01, 0.99]


def sigmoid(h: Any) -> Any:
    return 1 / (1 + np.exp(-h))


def start() -> tuple[Any, Any, Callable[[], float]]:
    """The weights, and what runs a step on them."""
    first, second = np.array(HIDDEN), np.array(OUTPUT)
    x, t = np.array(INPUTS), np.array(TARGETS)

    def step() -> float:
        hidden = sigmoid(first @ x + HIDDEN_BIAS)
        output = sigmoid(second @ hidden + OUTPUT_BIAS)
        cost = 0.5 * np.sum((t - output) ** 2)
        delta = (output - t) * output * (1 - output)
        delta_hidden = (second.T @ delta) * hidden * (1 - hidden)
        second[:] -= RATE * np.outer(delta, hidden)
        first[:] -= RATE * np.outer(delta_hidden, x)
        return float(cost)

    return first, second, step


def main() -> None:
    first, second, step = start()
    costs = [step() for _ in range(STEPS)]
    for steps in (0, 1, 10, 100, 1_000, 9_999):
        print(f"{steps:6} {costs[steps]:.6g}")  # noqa: T201
    hidden = sigmoid(first @ np.array(INPUTS) + HIDDEN_BIAS)
    print(first, second, sigmoid(second @ hidden + OUTPUT_BIAS))  # noqa: T201


if __name__ == "__main__":
    main()

"""A yardstick: one forward and backward pass of a written-out network to CSV, with nothing but libraries.

It parses with libyaml, builds an equation (two strings and a number) for every quantity, and writes the rows.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path
from typing import Any

import yaml

Row = tuple[str, str, str, str, float]


def main() -> None:
    """Trace the config named on the command line."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    config: Any = yaml.load(Path(sys.argv[1]).read_text(encoding="utf-8"), loader)
    sample = config["samples"][0]
    rows: list[Row] = []
    names, values = config["inputs"], sample["inputs"]
    sources, activations = [names], [values]
    for number, layer in enumerate(config["layers"], start=1):
        outputs = []
        for unit, (weights, bias) in enumerate(zip(layer["weights"], layer["biases"], strict=True), start=1):
            net = 0.0
            for value, weight in zip(values, weights, strict=True):
                net += value * weight
            net += bias
            formula = " + ".join(f"{name}·w_{number}_{unit}_{k}" for k, name in enumerate(names, start=1))
            numbers = " + ".join(f"{v:.6g}({w:.6g})" for v, w in zip(values, weights, strict=True))
            rows.append(("forward", f"h_{number}_{unit}", formula, numbers, net))
            outputs.append(1 / (1 + math.exp(-net)))
        rows += [
            ("forward", f"a_{number}_{unit}", f"1/(1 + e^(-h_{number}_{unit}))", f"{a:.6g}", a)
            for unit, a in enumerate(outputs, start=1)
        ]
        names, values = [f"a_{number}_{unit}" for unit in range(1, len(outputs) + 1)], outputs
        sources.append(names)
        activations.append(values)
    deltas = [(a - t) * a * (1 - a) for a, t in zip(values, sample["targets"], strict=True)]
    for number in range(len(config["layers"]), 0, -1):
        before = activations[number - 1]
        for unit, delta in enumerate(deltas, start=1):
            shown = f"{delta:.6g}"
            rows.append(("backward", f"delta_{number}_{unit}", "∂E/∂a·∂a/∂h", shown, delta))
            for k, (name, value) in enumerate(zip(sources[number - 1], before, strict=True), start=1):
                id, formula = f"dE/dw_{number}_{unit}_{k}", f"δ_{number}_{unit}·{name}"
                rows.append(("backward", id, formula, f"{shown}({value:.6g})", delta * value))
        weights = config["layers"][number - 1]["weights"]
        if number > 1:
            deltas = [
                sum(d * row[k] for d, row in zip(deltas, weights, strict=True)) * a * (1 - a)
                for k, a in enumerate(before)
            ]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for phase, id, formula, numbers, value in rows:
        writer.writerow((1, 1, phase, "layer", "kind", id, id, formula, numbers, value, f"{value:.6g}"))


if __name__ == "__main__":
    main()

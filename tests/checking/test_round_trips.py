"""Everything that the tool writes with right numbers gets all marks, whatever the names in the config.

The suite takes a few of the formats and names. All of them, and so many random configs:

    python -m tests.checking.test_round_trips 200
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from tests.runner import ROOT, run

EXAMPLES = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))
SHEETS = {"yaml": "yaml", "csv": "csv", "markdown": "md", "latex": "tex"}
TRACES = {"table": "txt", "markdown": "md", "latex": "tex", "html": "html"}

# Names as people give them; {s} is the source, {u} the unit, {n} counts.
WEIGHTS = (
    "w_{s}{u} w_{n}{u} w{n}{u} θ_{n}{u} w_l{n}n{n}k{n} w_{s}_{u} w_i{n}h{n}k{n} theta{n} ω{n} w_{n}_{n}x "
    "u{n}b W_{u}{s} {s}to{u} v_{n} q{u}{n}x"
).split()
BIASES = "b_{u} b{n} b_{n}h β_{u} θb{n} c_{n}x".split()
HIDDEN = "1 2|h1 h2|a b|1a 2a|x1 x2|n1b n2b|h_1 h_2|A B|j1x j2x|q1 q2".split("|")
OUTPUTS = "o|o1 o2|y1 y2|out1 out2|1o 2o|4 5|out|o_1 o_2|z|k1z k2z".split("|")
INPUTS = "x_1 x_2|i1 i2|x_1a x_2a|in1 in2|x y|i_1 i_2|p_a p_b|x1a x1b|ξ1 ξ2".split("|")
TARGETS = "t s|t1 t2|y_1 y_2|t_1a t_2a|target_o1 target_o2|d_1 d_2".split("|")
NOTATIONS: list[Any] = [
    *("h-a", "net-out", "in-out", "z-a", "I-O"),
    {"net": "n_{unit}", "delta": "s_{unit}"},
    {"net": "z_{unit}", "activation": "h_{unit}", "cost": "L"},
    {"net": "v_{unit}", "activation": "y_{unit}", "cost": "J", "error": "ε_{unit}"},
]
COMPUTATIONS = [
    {"p1x": "x*y1a", "q_2b": "p1x + z_1c", "f": "p1x*q_2b"},
    {"s_1a": "x*y1a", "net": "s_1a + z_1c", "out": "tanh(net)", "E": "(out - x)^2"},
    {"u1": "x + y1a", "Θ_2k": "u1*z_1c", "L": "Θ_2k^2"},
]


class NameCounter:
    """Names by a pattern, each with a starting value."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.values: dict[str, float] = {}

    def name(self, pattern: str, unit: str, source: str = "") -> str:
        short = {"u": unit.replace("_", ""), "s": source.replace("_", "")}
        name = pattern.format(**short, n=len(self.values) + 1)
        self.values[name] = round(self.random.uniform(-1, 1), 2)
        return name


def random_network(random: Random) -> dict[str, Any]:
    """A config with two inputs, a hidden layer and one or two outputs, with names of some kind."""
    inputs, hidden = random.choice(INPUTS).split(), random.choice(HIDDEN).split()
    outputs = random.choice(OUTPUTS).split()
    targets = random.choice(TARGETS).split()[: len(outputs)]
    weight, bias, names = random.choice(WEIGHTS), random.choice(BIASES), NameCounter(random)
    layers = [
        {
            "name": name,
            "units": units,
            "activation": random.choice(("sigmoid", "tanh")),
            "weights": [[names.name(weight, unit, source) for source in sources] for unit in units],
            "biases": [names.name(bias, unit) for unit in units],
        }
        for name, units, sources in (("hidden", hidden, inputs), ("output", outputs, hidden))
    ]
    sample = {"inputs": [0.5, random.choice((1, -1, 0.3))], "targets": [0.9, 0.1][: len(targets)]}
    return {
        "inputs": inputs,
        "targets": targets,
        "layers": layers,
        "parameters": names.values,
        "samples": [sample],
        "update": {"rule": random.choice(("sgd", "momentum")), "learning_rate": 0.5},
        "notation": random.choice(NOTATIONS),
    }


def random_computation(random: Random) -> dict[str, Any]:
    equations = random.choice(COMPUTATIONS)
    values = {name: round(random.uniform(-1, 1), 2) for name in ("x", "y1a", "z_1c")}
    update = {"rule": "sgd", "learning_rate": 0.1}
    return {
        "equations": equations, "objective_symbol": [*equations][-1], "parameters": values, "update": update
    }  # fmt: skip


class Trip(NamedTuple):
    """A sheet or a trace in one format, and the ending that its file has."""

    command: str
    format: str
    ending: str


TRIPS = [
    *(Trip("sheet", format, ending) for format, ending in SHEETS.items()),
    *(Trip("trace", format, ending) for format, ending in TRACES.items()),
]


def faults(config: str, trips: list[Trip], folder: Path) -> Iterator[str]:
    """What is not right about the sheets and traces of a config, when they are checked."""
    made = run("sheet", config, "-f", "yaml", "--solution")
    only = [] if made.code == 0 else ["--only", "forward"]
    least = 0
    for trip in [Trip("sheet", "yaml", "yaml"), *trips]:
        solution = ["--solution"] if trip.command == "sheet" else []
        written = run(trip.command, config, "-f", trip.format, *solution, *only)
        path = folder / f"{trip.command}.{trip.ending}"
        path.write_text(written.out, encoding="utf-8")
        checked = run("check", config, path, "-f", "json")
        summary = checked.data["summary"] if checked.out else {}
        right = summary.get("correct", 0) + summary.get("rounding", 0)
        least = least or right
        if checked.code or not right or right < least:
            yield f"{config} {trip.command} -f {trip.format}: {right} of {least} {summary} {checked.err}"


def written(config: dict[str, Any], folder: Path) -> str:
    path = folder / "config.yaml"
    path.write_text(json.dumps(config, ensure_ascii=False), encoding="utf-8")
    return str(path)


def random_config(seed: int, folder: Path) -> str:
    """The path of a config whose names do not collide."""
    random = Random(seed)
    while True:
        make = random_computation if random.random() < 0.2 else random_network
        path = written(make(random), folder)
        if run("trace", path, "-f", "json").code == 0:
            return path


@pytest.mark.parametrize("place", range(len(EXAMPLES)))
def test_an_example_written_with_its_numbers_has_all_marks(place: int, tmp_path: Path) -> None:
    trips = [TRIPS[(place + step) % len(TRIPS)] for step in (2, 5)]
    assert list(faults(EXAMPLES[place], trips, tmp_path)) == []


@pytest.mark.parametrize("seed", range(16))
def test_any_names_are_read_back(seed: int, tmp_path: Path) -> None:
    trips = [TRIPS[2], TRIPS[3 + seed % 5]]  # Markdown is where names are cut most easily
    assert list(faults(random_config(seed, tmp_path), trips, tmp_path)) == []


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for example in EXAMPLES:
            sys.stdout.writelines(faults(example, TRIPS, folder))
        for seed in range(int(sys.argv[1])):
            for fault in faults(random_config(seed, folder), TRIPS, folder):
                config = (folder / "config.yaml").read_text(encoding="utf-8")
                sys.stdout.write(f"seed {seed}: {fault}{config}\n")


if __name__ == "__main__":
    main()

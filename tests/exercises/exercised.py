"""Exercises as other code sees them: as networks of `planting`, and as sheets that somebody fills in."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from random import Random
from typing import NamedTuple

from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.report import FAULTY, Judgement
from backtrace.checking.slips.rewrites import rewritings
from backtrace.checking.slips.rewriting import Rewriting
from backtrace.checking.slips.what_if_values import Values
from backtrace.checking.statement import Sheet as Stated
from backtrace.checking.statement import Statement
from backtrace.exercises.exercise import Exercise
from backtrace.exercises.plan import Plan, completed
from backtrace.problem.problem import Network, Problem
from tests.oracles.planting import FUNCTIONS, Config, Plant, Working

Place = tuple[int | None, str]  # sample (None: once a step), id
Sheet = dict[Place, float]

TOPOLOGIES = (
    (1, 1), (2, 1), (3, 2), (1, 1, 1), (1, 2, 1), (2, 2, 1), (3, 2, 1), (2, 2, 2), (2, 3, 2), (2, 2, 2, 1),
)  # fmt: skip
ELEMENTWISE = ("sigmoid", "tanh", "linear", "relu", "leaky_relu", "elu", "softplus", "square", "sin", "gelu")
OF_EACH = 5  # topology and activation: 500 in all
COSTS = ("half_squared_error", "squared_error", "mean_squared_error", "performance", "binary_cross_entropy")


def plans(sizes: tuple[int, ...]) -> Iterator[tuple[int, Plan]]:
    """A topology's ten plans, each with a seed: every activation in it, the last layer changing too."""
    for place, name in enumerate(ELEMENTWISE):
        last, cost = name, COSTS[place * 3 % 4]
        if place % 3 == 1:
            last, cost = "sigmoid", COSTS[place % 5]
        elif place % 3 == 2 and sizes[-1] > 1:
            last, cost = "softmax", "cross_entropy"
        hidden = (name,) * (len(sizes) - 2)
        bias = ("per-unit", "per-unit", "shared", "none")[place % 4]
        yield place, completed(Plan(sizes, (*hidden, last), cost, bias=bias))  # type: ignore[arg-type]


def as_planted(problem: Problem) -> Config | None:
    """The network as `planting` works it out; None where it knows no such function."""
    model, update = problem.model, problem.update
    assert isinstance(model, Network)
    known = (*FUNCTIONS, "softmax")
    if update is None or model.cost not in (*COSTS[:3], "cross_entropy"):
        return None
    if any(layer.activation.name not in known for layer in model.layers):
        return None
    return {
        "inputs": list(problem.inputs),
        "targets": list(problem.targets),
        "layers": [{"name": layer.name, "units": list(layer.units), "activation": layer.activation.name,
            "weights": [list(row) for row in layer.weights],
            "biases": list(layer.biases)} for layer in model.layers],
        "parameters": {name: number.value for name, number in problem.parameters.items()},
        "fixed": [],
        "cost": model.cost,
        "update": {"rule": "sgd", "learning_rate": update.constants["learning_rate"].value},
        "batch": problem.batch,
        "samples": [{"inputs": [x.value for x in s.inputs],
            "targets": [t.value for t in s.targets or ()]} for s in problem.samples],
    }  # fmt: skip


def rounded(value: float, digits: int) -> str:
    """A number to so many significant digits, with its zeros, as an exercise asks for it.

    >>> rounded(-0.0012, 4), rounded(0.0, 4)
    ('-0.001200', '0.0000')
    """
    return f"{Decimal(f'{value:#.{digits}g}'):f}" if value else f"{0:.{digits}f}"


class Planted(NamedTuple):
    """A slip that an exercise says it tells, made where it says so; `sheet` has all numbers that follow."""

    slip: str
    place: Place
    value: float
    sheet: Callable[[], Sheet]


class Miss(NamedTuple):
    """A planted slip that was not found, or what was held against a number that is not wrong."""

    slip: str
    place: object
    said: str


def by_other_code(exercise: Exercise, config: Config) -> Iterator[Planted]:
    """Slips as `planting` makes them."""
    shown = {(slip, place(n)) for slip, nodes in exercise.slips.shown_at.items() for n in nodes}
    clean = Working(config, 12)
    for plant in clean.plants:
        _, sample, id = plant.place
        if (plant.slip, (sample, id)) in shown and abs(plant.value - clean.lines[plant.place].value) > 1e-9:
            yield Planted(plant.slip, (sample, id), plant.value, partial(worked, config, plant))


def worked(config: Config, plant: Plant | None) -> Sheet:
    return {line.place[1:]: line.value for line in Working(config, 12, plant=plant).lines.values()}


def by_own_code(exercise: Exercise) -> Iterator[Planted]:
    """Slips as the table of rewrites makes them, for what `planting` does not know."""
    graph = Graph(exercise.problem, [1])
    shown = {(slip, place(n)) for slip, nodes in exercise.slips.shown_at.items() for n in nodes}
    asked = sorted(
        {n.key for nodes in exercise.slips.shown_at.values() for n in nodes},
        key=lambda key: graph[key].position,
    )

    def numbers(key: Key | None = None, made: Rewriting | None = None) -> Sheet:
        values = Values(graph, rewrite=lambda node: made.work if made and node.key == key else None)
        return {(other.sample, other.id): values.computed(other) for other in asked}

    right = numbers()
    for key in asked:
        for made in rewritings(graph, graph[key]):
            here = (key.sample, key.id)
            if (made.slip, here) in shown:
                value = float(made.work(Values(graph).of))
                if abs(value - right[here]) > 1e-9:
                    yield Planted(made.slip, here, value, partial(numbers, key, made))


def place(node: Node) -> Place:
    return node.key.sample, node.key.id


def misses(exercise: Exercise, random: Random, most: int | None) -> Iterator[Miss | None]:
    """A right sheet, then sheets with a slip: None for each in which exactly what was planted is found."""
    checker, config = Checker(exercise.problem), as_planted(exercise.problem)
    right = worked(config, None) if config else {}
    for statement, judgement in judged(checker, exercise.digits, right).items():
        if judgement.verdict != "correct":
            yield Miss("right", statement, f"{judgement.verdict}: {judgement.explanation}")
    plants: dict[str, list[Planted]] = defaultdict(list)
    for plant in by_other_code(exercise, config) if config else by_own_code(exercise):
        plants[plant.slip].append(plant)
    for found in plants.values():
        for plant in found if most is None else random.sample(found, min(most, len(found))):
            try:
                sheet = plant.sheet()
            except (ValueError, ArithmeticError):  # nobody can go on from what came out
                continue
            if all(map(math.isfinite, sheet.values())):
                yield miss(plant, judged(checker, exercise.digits, sheet))


def judged(checker: Checker, digits: int, sheet: Sheet) -> dict[Place, Judgement]:
    statements = tuple(
        Statement.of(id, rounded(value, digits), step=1, sample=sample, total=sample is None)
        for (sample, id), value in sheet.items()
    )
    report = check_sheet(checker, Stated("sheet", statements))
    assert report.error is None
    return dict(zip(sheet, report.judgements, strict=True))


def miss(plant: Planted, found: dict[Place, Judgement]) -> Miss | None:
    here = found[plant.place]
    named = [here.slip, *(finding.slip for finding in here.alternatives)]
    if here.verdict != "slip" or plant.slip not in named:
        said = f"{here.statement.text} for {here.expected}: {here.verdict} {named}"
        return Miss(plant.slip, plant.place, said)
    beside = [j for j in found.values() if j is not here and j.verdict in (*FAULTY, "unknown")]
    if not beside:
        return None
    return Miss(plant.slip, plant.place, f"beside: {beside[0].id} {beside[0].verdict}")

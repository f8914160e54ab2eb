"""Gradient checks: the derived gradients against what the forward equations say by themselves.

Two witnesses, neither of which knows a rule of differentiation:

    central difference   (E(w + s) - E(w - s)) / 2s, right to about s²
    complex step         Im E(w + i·s) / s, right to the last digits; not every function has a complex form

A difference is only as exact as float64 and its step allow. How exact that is, is worked out beside it: half
the step shows what the curvature does, and the sizes of all intermediates what rounding does. A gradient that
is smaller than that cannot be told from a wrong one, and is `undecided` unless the complex step decides.

Source: Dennis and Schnabel, Numerical Methods for Unconstrained Optimization, 1983, 5.4 (the step).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import chain, groupby, islice
from typing import Literal, NamedTuple, get_args

from backtrace.derivation.derivation import objective_of
from backtrace.derivation.equation import Equation
from backtrace.derivation.expressions import Symbol
from backtrace.derivation.names import spell, transcribe
from backtrace.derivation.notation import of_sample
from backtrace.errors import BacktraceError
from backtrace.evaluation.complex_step import COMPLEX, STEP, without_complex_form
from backtrace.evaluation.evaluator import evaluate
from backtrace.evaluation.float64 import FLOAT64
from backtrace.problem import Problem
from backtrace.selection import selected
from backtrace.tracing import Part, Request, work
from backtrace.training.moved import Graph, Line, Objective, Point, Worked

EPSILON = sys.float_info.epsilon
# The error of a difference is of the order s² + ε/s, which is least here and leaves about 10 good digits. No
# wrong rule passes with 6: those are off by a factor, a sign or a missing term.
STEP_SIZE = EPSILON ** (1 / 3)
TOLERANCE = 1e-6
ROUNDINGS = 10  # that the rounding errors of a pass are larger than their root mean square, at most
UNDERFLOW = math.sqrt(sys.float_info.min)  # squares of what is smaller are 0, or have lost digits
RESOLVED = 0.01  # of a gradient may be uncertain in what it is held against
MOST_CHECKED = 1_000  # gradients; of more, so many of each layer are checked:
MOST_OF_A_LAYER = 100

Verdict = Literal["agrees", "wrong", "kink", "undecided"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


class Settings(NamedTuple):
    """How gradients are checked. `step` is of a number of size 1; larger ones are moved in proportion."""

    step: float = STEP_SIZE
    tolerance: float = TOLERANCE
    inputs: bool = False
    patterns: tuple[str, ...] = ()
    every: bool = False


class Check(NamedTuple):
    """One gradient, what it was held against, and how far off it is of the larger of the two.

    `at` is the number that was moved; `kinks` are the quantities with a kink between the evaluations.
    """

    sample: int | None
    layer: str | None
    id: str
    symbol: str
    at: float
    derived: float
    difference: float | None
    relative_error: float | None
    complex_step: float | None
    complex_error: float | None
    verdict: Verdict
    kinks: tuple[Symbol, ...]


class Subject(NamedTuple):
    """The gradients of one sample, or of a batch. `checks` works them out as it is gone through.

    `chosen` of `total` gradients are checked. `no_complex_form` is the function that keeps the complex step
    out, if one does.
    """

    part: Part
    chosen: int
    total: int
    no_complex_form: str
    checks: Iterator[Check]


class _Witness(NamedTuple):
    """A gradient as it was found without a rule, and how exact it is."""

    value: float
    uncertainty: float


def gradcheck(problem: Problem, sample: int | Literal["all"] | None, settings: Settings) -> Iterator[Subject]:
    """Check the gradients of a sample, of every sample by itself, or (None) of the first step.

    Raises:
        BacktraceError: there is no such sample, no gradient, or nothing that fits the patterns; or a value is
            not finite.
    """
    problem = problem._replace(update=None)  # nothing is checked of it
    if sample is None and problem.batch != "online":
        yield _batch(problem, settings)
        return
    scored = [k for k, given in enumerate(problem.samples, 1) if given.targets is not None]
    if not scored:
        raise BacktraceError("nothing to check: without targets there is only the forward pass")
    for number in scored if sample == "all" else [sample or problem.own_sample(1)]:
        yield _one_sample(problem, number, settings)


def _one_sample(problem: Problem, sample: int, settings: Settings) -> Subject:
    request = Request(sample=sample, phases=frozenset(("backward",)))
    part = next(work(problem, request), None)
    if part is None:
        raise BacktraceError(f"sample {sample} has no targets, so there is no gradient to check")
    return _subject(problem, part, [part], settings)


def _batch(problem: Problem, settings: Settings) -> Subject:
    if settings.inputs:
        raise BacktraceError("--inputs: in a batch each sample has its own; expected --sample K or all")
    parts = list(work(problem, Request(sample="all", phases=frozenset(("backward", "total")))))
    if not parts:
        raise BacktraceError("nothing to check: without targets there is only the forward pass")
    *passes, total = parts
    return _subject(problem, total, passes, settings)


def _subject(problem: Problem, part: Part, passes: Sequence[Part], settings: Settings) -> Subject:
    first = passes[0].derivation
    assert first is not None  # a backward part has one
    objective = objective_of(problem, first).symbol
    rows, total = _chosen(problem, part, objective, settings)
    worked = _worked(passes, objective)
    missing = without_complex_form(row for each in worked for row in each.graph.equations)
    whole = part.equations[0].expression if part.phase == "total" else Symbol(worked[0].name, "")
    rounding = math.hypot(*(_rounding(each, objective) for each in passes))
    checker = _Checker(Objective(objective.id, whole, worked), settings, rounding, not missing)
    return Subject(part, len(rows), total, missing, (checker.check(part, *row) for row in rows))


def _worked(passes: Iterable[Part], objective: Symbol) -> list[Worked]:
    """The forward passes behind some parts; those with the same equations share their graph."""
    graphs: dict[int, Graph] = {}
    worked = []
    for part in passes:
        derivation, sample = part.derivation, part.sample
        assert derivation is not None
        assert sample is not None
        if id(derivation) not in graphs:
            graphs[id(derivation)] = Graph(derivation.forward, objective.id)
        name = of_sample(objective, sample).id
        worked.append(Worked(graphs[id(derivation)], dict(part.values), name))
    return worked


def _chosen(
    problem: Problem, part: Part, objective: Symbol, settings: Settings
) -> tuple[list[tuple[Equation, str]], int]:
    """The gradients to be checked with what they are taken by, and how many there are to choose from."""
    inputs = problem.inputs if part.phase != "total" and (settings.inputs or settings.patterns) else ()
    names = [spell(name) for name in (*problem.parameters, *inputs)]
    by = {f"d{objective.id}/d{name}": name for name in names}
    further = part.derivation.further() if part.derivation else ()
    rows = list(islice((row for row in chain(part.equations, further) if row.id in by), len(by)))
    if settings.patterns:
        rows = _selected(part, rows, objective, names, settings.patterns)
    if not rows:
        raise BacktraceError("nothing to check: the config has no parameters; --inputs checks those")
    kept = rows if settings.every or len(rows) <= MOST_CHECKED else list(_spread(rows))
    places = {id: place for place, id in enumerate(by)}
    return [(row, by[row.id]) for row in sorted(kept, key=lambda row: places[row.id])], len(rows)


def _selected(
    part: Part, rows: Sequence[Equation], objective: Symbol, names: Sequence[str], patterns: Iterable[str]
) -> list[Equation]:
    """The gradients that patterns name, by themselves or by what they are taken by."""
    typed = [transcribe(pattern) for pattern in patterns]
    wanted = [
        f"d{objective.id}/d{pattern}" if any(fnmatchcase(name, pattern) for name in names) else pattern
        for pattern in typed
    ]
    found = selected([part._replace(equations=rows, derivation=None)], wanted, FLOAT64)
    return [row for chosen in found for row in chosen.equations]


def _spread(rows: Sequence[Equation]) -> Iterator[Equation]:
    """So many gradients of each layer, evenly from its first to its last."""
    for _, layer in groupby(sorted(rows, key=_layer), key=_layer):
        each = list(layer)
        if len(each) <= MOST_OF_A_LAYER:
            yield from each
        else:
            last = MOST_OF_A_LAYER - 1
            yield from (each[place * (len(each) - 1) // last] for place in range(MOST_OF_A_LAYER))


def _layer(row: Equation) -> str:
    return row.layer or ""


def _rounding(part: Part, objective: Symbol) -> float:
    """How much the objective of a pass is off if each of its numbers is, relatively, by 1 at random.

    That is √Σ(∂E/∂y·y)², to first order. The derived gradients are good enough for it: they are multiplied
    with ε, so that a wrong one cannot excuse itself.
    """
    derivation = part.derivation
    assert derivation is not None
    gradients = {name: row.id for row in derivation.backward for name in (row.id, *row.aliases)}
    moves = [part.values[objective.id]]
    for id in (*part.written, *(row.id for row in derivation.forward)):
        gradient = gradients.get(f"d{objective.id}/d{id}")
        if gradient is not None:
            moves.append(part.values[gradient] * part.values[id])
    return math.hypot(*moves)


class _Checker:
    """Checks the gradients of one objective."""

    def __init__(self, objective: Objective, settings: Settings, rounding: float, is_complex: bool) -> None:
        self.objective = objective
        self.settings = settings
        self.rounding = ROUNDINGS * EPSILON * rounding
        self.is_complex = is_complex

    def check(self, part: Part, row: Equation, id: str) -> Check:
        """The derived gradient by a number beside what its neighbours say."""
        derived = self.derived(part, row)
        line = Line(self.objective, id)
        difference, kinks = self.by_difference(line)
        stepped = self.by_complex_step(line)
        by_difference = "kink" if kinks else self.judged(derived, difference)
        return Check(
            part.sample,
            row.layer,
            row.id,
            row.symbol.text,
            line.start,
            derived,
            difference.value if difference else None,
            _relative_error(derived, difference),
            stepped.value if stepped else None,
            _relative_error(derived, stepped),
            _verdict(by_difference, self.judged(derived, stepped)),
            tuple(kink.symbol for kink in kinks),
        )

    def derived(self, part: Part, row: Equation) -> float:
        """The gradient's value; one that is hidden is worked out for the occasion."""
        if row.id not in part.values:
            values = dict(part.values)
            evaluate([row], values, FLOAT64)
            return float(values[row.id]) + 0.0  # a zero without a sign
        return float(part.values[row.id]) + 0.0

    def by_difference(self, line: Line) -> tuple[_Witness | None, list[Equation]]:
        """The central difference, and what has a kink between its two ends; None where an end is not finite.

        Half the step has a quarter of the error that the curvature makes. Where it makes more of a difference
        than that, the step is too coarse to tell anything.
        """
        step = self.settings.step * max(1.0, abs(line.start))
        here, ends = line.at(line.start), _ends(line, step)
        nearer = _ends(line, step / 2)
        if here is None or ends is None or nearer is None:
            return None, []
        slope = ends.slope()
        change, rounding = abs(slope - nearer.slope()), self.rounding / step
        is_coarse = change > RESOLVED * abs(slope) + rounding
        uncertainty = math.inf if is_coarse else 2 * change + rounding
        return _Witness(slope, uncertainty), line.kinks_between(here, ends.above, ends.below)

    def by_complex_step(self, line: Line) -> _Witness | None:
        """The complex step's derivative, where every function has a complex form.

        At a kink the real part decides as the derived gradient does. What the real parts lose by rounding is
        multiplied on the way to a parameter as its gradient is.
        """
        point = line.at(complex(line.start, STEP), COMPLEX) if self.is_complex else None
        if point is None:
            return None
        slope = point.objective.imag / STEP + 0.0
        return _Witness(slope, self.rounding * max(1.0, abs(slope)))

    def judged(self, derived: float, witness: _Witness | None) -> Verdict:
        """What one witness says of a derived gradient."""
        if witness is None:
            return "undecided"
        value, uncertainty = witness
        size, off = max(abs(derived), abs(value)), abs(derived - value)
        if off <= self.settings.tolerance * size:
            return "agrees"
        if off > self.settings.tolerance * size + uncertainty + UNDERFLOW:
            return "wrong"
        return "agrees" if uncertainty <= RESOLVED * size else "undecided"


def _verdict(by_difference: Verdict, by_complex_step: Verdict) -> Verdict:
    """What both witnesses together say; where they contradict each other, nothing."""
    said = {by_difference, by_complex_step}
    if "wrong" in said:
        return "undecided" if "agrees" in said else "wrong"
    return next((verdict for verdict in ("kink", "agrees") if verdict in said), "undecided")


class _Ends(NamedTuple):
    """The objective on either side of a number."""

    above: Point
    below: Point
    width: float

    def slope(self) -> float:
        return float((self.above.objective - self.below.objective) / self.width)


def _ends(line: Line, step: float) -> _Ends | None:
    """The objective a step further and a step back; None where it is not finite."""
    above, below = line.start + step, line.start - step
    there, back = line.at(above), line.at(below)
    # The width is what the floats are apart, which is not quite twice the step.
    return _Ends(there, back, above - below) if there and back else None


def _relative_error(derived: float, witness: _Witness | None) -> float | None:
    """How far off, of the larger of the two; 0 where both are."""
    if witness is None:
        return None
    return abs(derived - witness.value) / (max(abs(derived), abs(witness.value)) or 1.0)

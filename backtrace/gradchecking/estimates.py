"""Gradient checks: the derived gradients against what the forward equations say by themselves.

Two witnesses, neither of which knows a rule of differentiation:

    central difference   (E(w + s) - E(w - s)) / 2s, right to about s²
    complex step         Im E(w + i·s) / s, right to the last digits; not every function has a complex form

A difference is only as exact as float64 and its step allow. How exact that is, is worked out beside it: half
the step shows what the curvature does, and the sizes of all intermediates what rounding does. A gradient that
is smaller than that cannot be told from a wrong one, and is `undecided` unless the complex step decides.

Source: Press et al., Numerical Recipes, 5.7, Numerical Derivatives (the step of a central difference).
"""

from __future__ import annotations

import math
import sys
from typing import Literal, NamedTuple, get_args

from backtrace.derivation.equation import Equation
from backtrace.evaluation.closeness import same
from backtrace.evaluation.evaluator import evaluate
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Part
from backtrace.gradchecking.complex_step import COMPLEX, STEP
from backtrace.gradchecking.objective import Line, Objective, Point
from backtrace.symbolic.expressions import Symbol

EPSILON = sys.float_info.epsilon
# The error of a difference is of the order s² + ε/s, which is least here and leaves about 10 good digits. No
# wrong rule passes with 6: those are off by a factor, a sign or a missing term.
STEP_SIZE = EPSILON ** (1 / 3)
TOLERANCE = 1e-6
ROUNDINGS = 10  # times their root mean square: no sum of a pass's rounding errors is larger
UNDERFLOW = math.sqrt(sys.float_info.min)  # squares of what is smaller are 0, or have lost digits
RESOLVED = 0.01  # of a gradient may be uncertain in what it is held against

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


class _Witness(NamedTuple):
    """A gradient as it was found without a rule, and how exact it is."""

    value: float
    uncertainty: float


class Checker:
    """Checks the gradients of one objective."""

    def __init__(self, objective: Objective, settings: Settings, rounding: float, is_complex: bool) -> None:
        self.objective = objective
        self.settings = settings
        self.rounding = ROUNDINGS * EPSILON * rounding
        # A gradient is a δ times a number of the pass: what is rounded in the δ grows with it.
        self.largest = max(1.0, *(worked.largest() for worked in objective.passes))
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

        At a kink the real part decides as the derived gradient does.
        """
        point = line.at(complex(line.start, STEP), COMPLEX) if self.is_complex else None
        if point is None:
            return None
        slope = point.objective.imag / STEP + 0.0
        return _Witness(slope, self.rounding * self.largest * max(1.0, abs(slope)))

    def judged(self, derived: float, witness: _Witness | None) -> Verdict:
        """What one witness says of a derived gradient."""
        if witness is None:
            return "undecided"
        value, uncertainty = witness
        size, off = max(abs(derived), abs(value)), abs(derived - value)
        if same(derived, value, self.settings.tolerance):
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

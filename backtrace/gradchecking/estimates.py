"""The check of one gradient: the derived one against estimates from the forward equations.

Two estimates, neither of which knows a rule of differentiation:

    central difference   (E(w + s) - E(w - s)) / 2s, right to about s²
    complex step         Im E(w + i·s) / s, right to the last digits; not every function has a complex form

A difference is only as exact as float64 and its step allow. Its uncertainty is estimated too: half the step
shows the effect of curvature, the sizes of all intermediate values that of rounding. A gradient smaller than
its uncertainty looks like a wrong one, and is `undecided` unless the complex step decides.

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
from backtrace.gradchecking.objective import EvaluatedPoint, Objective, ObjectiveLine
from backtrace.symbolic.expressions import Symbol

EPSILON = sys.float_info.epsilon
# The error of a difference is of the order s² + ε/s, which is least here and leaves about 10 good digits. No
# wrong rule passes with 6: its factor, sign or missing term changes the first digits.
STEP_SIZE = EPSILON ** (1 / 3)
TOLERANCE = 1e-6
ROUNDINGS = 10  # times their root mean square: no sum of a pass's rounding errors is larger
UNDERFLOW = math.sqrt(sys.float_info.min)  # squares of what is smaller are 0, or have lost digits
RESOLVED = 0.01  # the share of a gradient by which an estimate may be uncertain

Verdict = Literal["agrees", "wrong", "kink", "undecided"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


class Settings(NamedTuple):
    """The settings of a check. `step` is for numbers up to size 1; for larger ones it grows with them."""

    step: float = STEP_SIZE
    tolerance: float = TOLERANCE
    inputs: bool = False
    patterns: tuple[str, ...] = ()
    every: bool = False


class Check(NamedTuple):
    """One gradient, its two estimates, and the difference from each, relative to the larger of the two.

    `at` is the value of the number that varies; `kinks` are the quantities with a kink in between.
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


class _Estimate(NamedTuple):
    """A gradient found without a rule, and how exact it is."""

    value: float
    uncertainty: float


class GradientChecker:
    """Checks the gradients of one objective."""

    def __init__(self, objective: Objective, settings: Settings, rounding: float, is_analytic: bool) -> None:
        self.objective = objective
        self.settings = settings
        self.rounding = ROUNDINGS * EPSILON * rounding
        # A gradient is a δ times a number of the pass, so the rounding error of the δ grows with that number.
        self.largest = max(1.0, *(each.largest() for each in objective.passes))
        self.is_analytic = is_analytic

    def check(self, part: Part, row: Equation, id: str) -> Check:
        """The derived gradient by a number, beside its estimates."""
        derived = self.derived(part, row)
        line = ObjectiveLine(self.objective, id)
        difference, kinks = self.by_difference(line)
        step = self.by_complex_step(line)
        by_difference = "kink" if kinks else self.verdict(derived, difference)
        return Check(
            part.sample,
            row.layer,
            row.id,
            row.symbol.text,
            line.start,
            derived,
            difference.value if difference else None,
            _relative_error(derived, difference),
            step.value if step else None,
            _relative_error(derived, step),
            _combined(by_difference, self.verdict(derived, step)),
            tuple(kink.symbol for kink in kinks),
        )

    def derived(self, part: Part, row: Equation) -> float:
        """The gradient's value; no pass computes a hidden one."""
        values = part.values
        if row.id not in values:
            values = dict(values)
            evaluate([row], values, FLOAT64)
        return float(values[row.id]) + 0.0  # a zero without a sign

    def by_difference(self, line: ObjectiveLine) -> tuple[_Estimate | None, list[Equation]]:
        """The central difference, None if an end is not finite; and the equations with a kink in between.

        With half the step, the error from curvature is a quarter. If the two differ by more than that
        explains, the step is too coarse to decide anything.
        """
        step = self.settings.step * max(1.0, abs(line.start))
        here, far, near = line.at(line.start), _difference(line, step), _difference(line, step / 2)
        if here is None or far is None or near is None:
            return None, []
        slope, *ends = far
        change, rounding = abs(slope - near[0]), self.rounding / step
        is_coarse = change > RESOLVED * abs(slope) + rounding
        uncertainty = math.inf if is_coarse else 2 * change + rounding
        return _Estimate(slope, uncertainty), line.kinks_between(here, *ends)

    def by_complex_step(self, line: ObjectiveLine) -> _Estimate | None:
        """The derivative by a complex step, if every function has a complex form.

        At a kink the real part chooses the same side as the derived gradient does.
        """
        point = line.at(complex(line.start, STEP), COMPLEX) if self.is_analytic else None
        if point is None:
            return None
        slope = point.objective.imag / STEP + 0.0
        return _Estimate(slope, self.rounding * self.largest * max(1.0, abs(slope)))

    def verdict(self, derived: float, estimate: _Estimate | None) -> Verdict:
        """The verdict on a derived gradient by one estimate."""
        if estimate is None:
            return "undecided"
        value, uncertainty = estimate
        size, off = max(abs(derived), abs(value)), abs(derived - value)
        if same(derived, value, self.settings.tolerance):
            return "agrees"
        if off > self.settings.tolerance * size + uncertainty + UNDERFLOW:
            return "wrong"
        return "agrees" if uncertainty <= RESOLVED * size else "undecided"


def _combined(*verdicts: Verdict) -> Verdict:
    """The verdict by both estimates; undecided if they contradict each other."""
    if "wrong" in verdicts:
        return "undecided" if "agrees" in verdicts else "wrong"
    return next((verdict for verdict in ("kink", "agrees") if verdict in verdicts), "undecided")


def _difference(line: ObjectiveLine, step: float) -> tuple[float, EvaluatedPoint, EvaluatedPoint] | None:
    """The slope between one step above and one below, and these points; None if one is not finite."""
    upper, lower = line.start + step, line.start - step
    above, below = line.at(upper), line.at(lower)
    if above is None or below is None:
        return None
    # The floats themselves are not quite two steps apart.
    return float((above.objective - below.objective) / (upper - lower)), above, below


def _relative_error(derived: float, estimate: _Estimate | None) -> float | None:
    """The difference relative to the larger of the two; 0 if both are 0."""
    if estimate is None:
        return None
    return abs(derived - estimate.value) / (max(abs(derived), abs(estimate.value)) or 1.0)

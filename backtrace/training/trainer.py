"""Many steps of training: what is kept of them, and where they end.

An engine runs the steps fast. A step that it cannot run, or whose cost is not finite, is computed by the
equations themselves, which either have the value or name the equation that has none.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import NamedTuple

from backtrace.derivation.equation import Phase
from backtrace.errors import BacktraceError, NotFiniteError
from backtrace.evaluation.passes import State
from backtrace.evaluation.steps import Request, Run
from backtrace.problem.problem import Computation, Problem
from backtrace.training.curve import Curve, Mark
from backtrace.training.engine import Engine, EngineName, choose_engine, start_engine

UP_TO = 0.1  # seconds that an engine runs before the run looks at the keyboard and the progress bar again
CURVE_OF_ROUNDS = 250  # points of a curve for which the cost of all samples is computed
FIRST_PIECE = 16  # steps, until it is known how long one takes
# Past this, a product may be infinite and yet leave no trace: relu(-inf) is 0, and so is 1/inf.
LARGEST_TRUSTED = 1e100
IN_A_STEP: frozenset[Phase] = frozenset(("forward", "backward", "total", "update"))

Progress = Callable[[int, float], None]


class Outcome(NamedTuple):
    """The result of a run.

    `marks` are the costs after as many steps as were asked for, with the first and the last; `curve` has more
    of them. `ended` says why it stopped short, if it did; `failed` if a value was not finite.
    """

    steps: int
    marks: tuple[Mark, ...]
    curve: tuple[Mark, ...]
    values: Mapping[str, float]
    engine: str
    seconds: float
    ended: str = ""
    failed: bool = False


def train(
    problem: Problem,
    steps: int,
    marks: Sequence[int] = (),
    below: float | None = None,
    engine: EngineName = "auto",
    progress: Progress | None = None,
) -> Outcome:
    """Run steps of training from the parameters of the config.

    Args:
        problem: what to train; it has an update, and targets.
        steps: the most steps.
        marks: after how many steps the cost is wanted.
        below: ends the run where the cost is below this.
        engine: `auto` chooses by size and number of steps.
        progress: called now and then with the steps done and the cost.

    Raises:
        BacktraceError: the problem cannot be trained, or not by this engine.
    """
    check(problem)
    return _TrainingRun(problem, steps, below, choose_engine(problem, steps, engine), progress).run(marks)


def after(problem: Problem, steps: int) -> Mapping[str, float] | None:
    """Parameters and states after so many steps; None if the problem is not one to be trained.

    Raises:
        NotFiniteError: a value on the way is not finite.
    """
    try:
        check(problem)
    except BacktraceError:
        return None
    outcome = train(problem, steps)
    if outcome.failed:
        raise NotFiniteError(outcome.ended)
    if outcome.steps < steps:
        raise KeyboardInterrupt
    return outcome.values


def check(problem: Problem) -> None:
    """Refuse a problem that cannot be trained.

    Raises:
        BacktraceError: saying why.
    """
    if problem.update is None:
        raise BacktraceError("training needs an update, as update: {rule: sgd, learning_rate: 0.5}")
    if not problem.trained:
        raise BacktraceError("training needs parameters, and the config has none that are not fixed")
    if isinstance(problem.model, Computation):
        return
    without = [k for k, sample in enumerate(problem.samples, 1) if sample.targets is None]
    if len(without) == len(problem.samples):
        raise BacktraceError("training needs targets, and no sample has any")
    if without and problem.batch == "online":
        raise BacktraceError(f"sample {without[0]} has no targets; training needs them for every sample")


class _TrainingRun:
    """One run; `round` is the number of steps in which every sample is used once."""

    def __init__(
        self, problem: Problem, steps: int, below: float | None, engine: EngineName, progress: Progress | None
    ) -> None:
        self.problem = problem
        self.most = steps
        self.below = below
        self.name = engine
        self.engine: Engine = start_engine(problem, engine)
        self.equations = _EquationSteps(problem)
        self.progress = progress
        self.marks: list[Mark] = []
        self.curve = Curve()
        self.ended = ""
        self.failed = False
        self.round = len(problem.samples) if problem.batch == "online" else 1
        numbers = (n.value for sample in problem.samples for n in (*sample.inputs, *(sample.targets or ())))
        self.trusts_samples = all(abs(number) < LARGEST_TRUSTED for number in numbers)
        self.spacing = max(self.round, steps // CURVE_OF_ROUNDS) if self.round > 1 else steps

    def run(self, marks: Sequence[int]) -> Outcome:
        """All steps, to the end or until something ends them early."""
        began = time.perf_counter()
        try:
            self.mark()
            if self.round > 1:  # else it is among the costs of the steps
                self.curve.add(*self.marks[0])
            for stop in sorted({step for step in marks if 0 < step < self.most} | {self.most}):
                self.go(stop)
                if self.ended:
                    break
                self.mark()
        except KeyboardInterrupt:
            self.ended = "interrupted"
        if not self.failed and self.marks[-1].steps != self.engine.done:
            self.mark()
        self.curve.add(*self.marks[-1])
        seconds = time.perf_counter() - began
        values, done = self.engine.values, self.engine.done
        curve = self.curve.points()
        return Outcome(done, tuple(self.marks), curve, values, self.name, seconds, self.ended, self.failed)

    def mark(self) -> None:
        """Note the present cost, and end the run if it is low enough."""
        cost = self.cost()
        self.marks.append(Mark(self.engine.done, cost))
        self.end_if_below(cost)

    def end_if_below(self, cost: float) -> None:
        if self.below is not None and cost < self.below and not self.ended:
            self.ended = f"E is below {self.below:g}"

    def cost(self) -> float:
        """The cost of all samples with the present parameters."""
        try:
            return self.engine.cost()
        except (ArithmeticError, ValueError):
            return self.equations.cost(self.engine)

    def go(self, stop: int) -> None:
        """Run up to step `stop`, in pieces short enough to be interrupted."""
        piece = FIRST_PIECE
        while self.engine.done < stop and not self.ended:
            if self.below is not None and self.round > 1:
                piece = self.round  # the cost of all samples is compared with the bound after each round
            wanted = min(piece, self.spacing, stop - self.engine.done)
            before = copy(self.engine)
            started = time.perf_counter()
            try:
                costs = self.engine.advance(wanted)
            except KeyboardInterrupt:
                self.engine = copy(before)
                raise
            is_whole = len(costs) == wanted and all(map(math.isfinite, costs))
            if is_whole and not self.is_trusted:
                self.engine = copy(before)
                if wanted > 1:  # smaller pieces find the step at fault
                    piece = max(1, wanted // 8)
                    continue
                is_whole, costs = False, []
            if not is_whole:
                costs = self.recover(before, costs)
            self.keep(before, costs)
            taken = time.perf_counter() - started
            piece = _next_piece(wanted, taken) if is_whole else 1
            if self.progress:
                self.progress(self.engine.done, costs[-1] if costs else math.nan)

    @property
    def is_trusted(self) -> bool:
        """True if the numbers are too small for anything to have become infinite unseen."""
        return self.trusts_samples and self.engine.largest < LARGEST_TRUSTED

    def keep(self, before: Engine, costs: Sequence[float]) -> None:
        """Add the costs of some steps to the curve, up to the first that is low enough to end the run."""
        if self.round > 1:  # each of these costs is one sample's; the curve is of all samples
            cost = self.cost()
            self.curve.add(self.engine.done, cost)
            self.end_if_below(cost)
            return
        if self.below is not None and min(costs, default=math.inf) < self.below:
            steps = next(i for i, cost in enumerate(costs) if cost < self.below)
            self.engine = copy(before)
            self.engine.advance(steps)
            costs = costs[:steps]
            self.ended = f"E is below {self.below:g}"
        self.curve.extend(self.engine.done - len(costs), costs)

    def recover(self, before: Engine, costs: Sequence[float]) -> list[float]:
        """The costs of some steps as far as they are finite, and of one more, which the equations compute."""
        good = next((i for i, cost in enumerate(costs) if not math.isfinite(cost)), len(costs))
        for steps in (good, good - 1):  # the value that is not finite may come from the step before
            good = max(steps, 0)
            self.engine = copy(before)
            self.engine.advance(good)
            if all(map(math.isfinite, self.engine.values.values())):
                break
        try:
            return [*costs[:good], self.equations.step(self.engine)]
        except NotFiniteError as failure:
            self.ended = f"step {self.engine.done + 1}: {failure.message}"
            self.failed = True
            return list(costs[:good])


class _EquationSteps:
    """The steps that an engine cannot run, computed by the equations one by one."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.steps = Run(problem, Request(phases=IN_A_STEP))

    def state(self, engine: Engine) -> State:
        """The state of an engine, as a step of the equations starts from it."""
        state = self.steps.passes.start()
        state.values.update(engine.values)
        return state

    def step(self, engine: Engine) -> float:
        """Do the engine's next step for it; the cost before the update.

        Raises:
            NotFiniteError: naming the equation.
        """
        state, number = self.state(engine), engine.done + 1
        phase = "forward" if self.problem.batch == "online" else "total"
        cost = math.nan
        for part in self.steps.step(number, state, shown=True):
            if part.phase == phase:  # a pass that fails has a value only up to the failure
                cost = float(part.values.get(self.problem.objective_id, math.nan))
        engine.put({id: state.values[id] for id in engine.values}, number)
        return cost

    def cost(self, engine: Engine) -> float:
        """The cost of all samples; not a number if one of them has none."""
        state = self.state(engine)
        samples = self.steps.scored or list(self.steps.samples)
        passes = [self.steps.passes.run(state, sample, backward=False) for sample in samples]
        if any(each.failure for each in passes):
            return math.nan
        total = sum(float(each.values[self.problem.objective_id]) for each in passes)
        return total if self.problem.batch == "sum" else total / len(passes)


def _next_piece(steps: int, seconds: float) -> int:
    """The number of steps to run next, so that they take about `UP_TO`."""
    return max(1, min(int(steps * UP_TO / max(seconds, 1e-9)), steps * 8))

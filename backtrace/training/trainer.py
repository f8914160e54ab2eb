"""Many steps: which engine runs them, what is kept of them, and where they end.

An engine runs steps in a quick way. A step that it cannot run, or whose cost is not finite, is worked out by
the equations themselves, which either know the value or name the one that has none.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol, get_args

from backtrace.derivation.equation import Phase
from backtrace.errors import BacktraceError, NotFiniteError
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.passes import Passes
from backtrace.evaluation.steps import Request, Run
from backtrace.problem.problem import Computation, Problem, parameters_of
from backtrace.training.curve import Curve, Mark

EngineName = Literal["auto", "generated", "numpy"]
ENGINES: tuple[str, ...] = get_args(EngineName)
UP_TO = 0.1  # seconds that an engine runs without looking up
CURVE_OF_ROUNDS = 250  # points of a curve for which the cost of all samples is worked out
FIRST_PIECE = 16  # steps, until it is known how long one takes
# Past this, a product may be infinite and yet leave no trace: relu(-inf) is 0, and so is 1/inf.
LARGEST_TRUSTED = 1e100
IN_A_STEP: frozenset[Phase] = frozenset(("forward", "backward", "total", "update"))
# To choose the quicker one of two right ways; seconds, measured.
NUMPY_IMPORT = 0.13
COMPILED = 3.5e-4  # a parameter, once
RUN_IN_CODE = 1.6e-7  # a parameter, each sample and step
LAYER_IN_NUMPY = 5e-5  # a layer, each step
RUN_IN_NUMPY = 1e-8  # a parameter, each sample and step

Progress = Callable[[int, float], None]


class Engine(Protocol):
    """What runs steps in a quick way; after `done` of them, parameters and states have `values`."""

    done: int

    @property
    def values(self) -> Mapping[str, float]:
        """By id."""

    @property
    def largest(self) -> float:
        """The largest of the values, whatever its sign; not a number if one of them is not."""

    def put(self, values: Mapping[str, float], done: int) -> None:
        """Go on from other values."""

    def snapshot(self) -> Any:
        """What `restore` goes back to."""

    def restore(self, snapshot: Any) -> None:
        """Be as at the time of a snapshot."""

    def advance(self, steps: int) -> list[float]:
        """Run so many steps, or fewer where one cannot be run like this; their costs before the update."""

    def cost(self) -> float:
        """The cost of all samples together, as the batch has it; online the mean."""


class Outcome(NamedTuple):
    """What came of a run.

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
    name = chosen(problem, steps, engine)
    return _Training(problem, steps, below, name, progress).run(marks)


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
    """Refuse what cannot be trained.

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


def chosen(problem: Problem, steps: int, engine: EngineName) -> str:
    """The engine that is asked for, or the quicker one.

    Raises:
        BacktraceError: numpy is asked for, and there are no layers.

    """
    if isinstance(problem.model, Computation):
        if engine == "numpy":
            raise BacktraceError("the numpy engine runs layers; a config of equations has the generated one")
        return "generated"
    if engine != "auto":
        return engine
    weights = sum(1 for layer in problem.model.layers for _ in parameters_of(layer))
    samples = 1 if problem.batch == "online" else len(problem.samples)
    code = weights * (COMPILED + RUN_IN_CODE * samples * steps)
    layers = len(problem.model.layers)
    numpy = NUMPY_IMPORT + steps * (LAYER_IN_NUMPY * layers + RUN_IN_NUMPY * weights * samples)
    return "generated" if code <= numpy else "numpy"


def made(problem: Problem, name: str) -> Engine:
    """An engine at the start of a run."""
    values = Passes(problem, FLOAT64).start().values
    if name == "numpy":
        from backtrace.training.numpy_engine import Layered

        return Layered(problem, values)
    from backtrace.training.generated_engine import Generated

    return Generated(problem, values)


class _Training:
    """One run; `round` is after how many steps every sample has been used once."""

    def __init__(
        self, problem: Problem, steps: int, below: float | None, engine: str, progress: Progress | None
    ) -> None:
        self.problem = problem
        self.most = steps
        self.below = below
        self.name = engine
        self.engine = made(problem, engine)
        self.careful = Run(problem, Request(phases=IN_A_STEP))
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
        """Note the cost as it is now, and whether it is low enough."""
        cost = self.cost()
        self.marks.append(Mark(self.engine.done, cost))
        self.see_whether_it_is_the_end(cost)

    def see_whether_it_is_the_end(self, cost: float) -> None:
        if self.below is not None and cost < self.below and not self.ended:
            self.ended = f"E is below {self.below:g}"

    def cost(self) -> float:
        """The cost of all samples with the parameters as they are."""
        try:
            return self.engine.cost()
        except (ArithmeticError, ValueError):
            return self.careful_cost()

    def go(self, stop: int) -> None:
        """Steps up to a number of them, in pieces short enough to be interrupted."""
        piece = FIRST_PIECE
        while self.engine.done < stop and not self.ended:
            if self.below is not None and self.round > 1:
                piece = self.round  # the cost of all samples is looked at after each round
            wanted = min(piece, self.spacing, stop - self.engine.done)
            before = self.engine.snapshot()
            started = time.perf_counter()
            try:
                costs = self.engine.advance(wanted)
            except KeyboardInterrupt:
                self.engine.restore(before)
                raise
            is_whole = len(costs) == wanted and all(map(math.isfinite, costs))
            if is_whole and not self.is_trusted:
                self.engine.restore(before)
                if wanted > 1:  # see in smaller pieces which step it is
                    piece = max(1, wanted // 8)
                    continue
                is_whole, costs = False, []
            if not is_whole:
                costs = self.with_care(before, costs)
            self.take(before, costs)
            taken = time.perf_counter() - started
            piece = _next_piece(wanted, taken) if is_whole else 1
            if self.progress:
                self.progress(self.engine.done, costs[-1] if costs else math.nan)

    @property
    def is_trusted(self) -> bool:
        """Whether the numbers are small enough that nothing can have become infinite unseen."""
        return self.trusts_samples and self.engine.largest < LARGEST_TRUSTED

    def take(self, before: Any, costs: Sequence[float]) -> None:
        """Keep what is wanted of the costs of some steps, and see whether one of them is the end."""
        if self.round > 1:  # each cost is that of one sample
            cost = self.cost()
            self.curve.add(self.engine.done, cost)
            self.see_whether_it_is_the_end(cost)
            return
        if self.below is not None and min(costs, default=math.inf) < self.below:
            steps = next(i for i, cost in enumerate(costs) if cost < self.below)
            self.engine.restore(before)
            self.engine.advance(steps)
            costs = costs[:steps]
            self.ended = f"E is below {self.below:g}"
        self.curve.extend(self.engine.done - len(costs), costs)

    # Steps that an engine cannot run

    def with_care(self, before: Any, costs: Sequence[float]) -> list[float]:
        """The costs of steps as far as they are finite, and of one more that the equations work out."""
        good = next((i for i, cost in enumerate(costs) if not math.isfinite(cost)), len(costs))
        for steps in (good, good - 1):  # what is not finite may have been made by the step before
            good = max(steps, 0)
            self.engine.restore(before)
            self.engine.advance(good)
            if all(map(math.isfinite, self.engine.values.values())):
                break
        try:
            return [*costs[:good], self.careful_step()]
        except NotFiniteError as failure:
            self.ended = f"step {self.engine.done + 1}: {failure.message}"
            self.failed = True
            return list(costs[:good])

    def careful_step(self) -> float:
        """One step by the equations themselves; its cost.

        Raises:
            NotFiniteError: naming the equation.

        """
        state = self.careful.passes.start()
        state.values.update(self.engine.values)
        number = self.engine.done + 1
        phase = "forward" if self.problem.batch == "online" else "total"
        cost = math.nan
        for part in self.careful.step(number, state, shown=True):
            if part.phase == phase:  # of a pass that fails, what came before it
                cost = float(part.values.get(self.problem.objective_id, math.nan))
        self.engine.put({id: state.values[id] for id in self.engine.values}, number)
        return cost

    def careful_cost(self) -> float:
        """The cost of all samples, each by the equations themselves; not a number where one has none."""
        state = self.careful.passes.start()
        state.values.update(self.engine.values)
        scored = [k for k in self.careful.samples if self.problem.samples[k - 1].targets is not None]
        scored = scored or list(self.careful.samples)
        passes = [self.careful.passes.run(state, sample, backward=False) for sample in scored]
        if any(worked.failure for worked in passes):
            return math.nan
        total = sum(float(worked.values[self.problem.objective_id]) for worked in passes)
        return total if self.problem.batch == "sum" else total / len(passes)


def _next_piece(steps: int, seconds: float) -> int:
    """How many steps to run next, so that they take about `UP_TO`."""
    return max(1, min(int(steps * UP_TO / max(seconds, 1e-9)), steps * 8))

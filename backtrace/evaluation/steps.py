"""Steps and samples, evaluated one after the other: requests in, parts out.

A part is yielded as soon as it is evaluated, so that a table or a file can be written while the next one is
computed, and everything before a failure has been shown. Must not know how parts are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from backtrace.derivation.derivation import Derivation, StepDerivation, derive_step
from backtrace.derivation.equation import Equation, Phase
from backtrace.derivation.optimizers import STEP
from backtrace.evaluation.arithmetic import Arithmetic, Value
from backtrace.evaluation.evaluator import Environment, evaluate
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.passes import Pass, Passes, State
from backtrace.problem.problem import Problem
from backtrace.symbolic.expressions import number, symbols

VALUES_KEPT = 100_000  # of a batch, so that its sums can be computed exactly where they cancel


class Request(NamedTuple):
    """The steps `first` to `last`, of one sample, all of them, or each step's own.

    `start` has the parameters and states before step `first`, by id, if they are known; else the steps before
    it are run.
    """

    first: int = 1
    last: int = 1
    sample: int | Literal["all"] | None = None
    phases: frozenset[Phase] = frozenset(("forward", "backward", "total", "update", "after"))
    arithmetic: Arithmetic = FLOAT64
    start: Mapping[str, Value] | None = None


class Part(NamedTuple):
    """One phase of one step and sample: its equations, and the environment that has their values.

    `written` has the texts of those given values that are still as in the config.
    """

    step: int
    sample: int | None
    phase: Phase
    equations: Sequence[Equation]
    values: Mapping[str, Value]
    written: Mapping[str, str]
    derivation: Derivation | None = None


class Run:
    """The steps of a request, one after the other; each starts from the state after the one before."""

    def __init__(self, problem: Problem, request: Request) -> None:
        self.problem = problem
        self.request = request
        self.arithmetic = request.arithmetic
        self.passes = Passes(problem, request.arithmetic)
        self.steps: dict[int, StepDerivation] = {}
        self.samples = range(1, len(problem.samples) + 1)
        self.scored = [k for k in self.samples if problem.samples[k - 1].targets is not None]

    def parts(self) -> Iterator[Part]:
        """The requested parts, from the first step on, or from the state that the request starts from."""
        state = self.passes.start()
        first = 1
        if self.request.start is not None:
            first = self.request.first
            self.passes.commit(state, {f"{id}+": value for id, value in self.request.start.items()})
        for step in range(first, self.request.last + 1):
            yield from self.step(step, state, shown=step >= self.request.first)

    def step(self, step: int, state: State, shown: bool) -> Iterator[Part]:
        """One step, which changes the state; without parts if it is not shown."""
        state.values[STEP.id] = self.arithmetic.number(number(step))
        state.written[STEP.id] = str(step)
        take = self.online_step if self.problem.batch == "online" else self.batch_step
        for part in take(step, state, shown):
            if part.equations and part.phase in self.request.phases:
                yield part

    def visible(self, usual: Sequence[int]) -> Sequence[int]:
        """The samples asked for, or else the usual ones."""
        wanted = self.request.sample
        return usual if wanted is None else self.samples if wanted == "all" else [wanted]

    def online_step(self, step: int, state: State, shown: bool) -> Iterator[Part]:
        """The passes of the samples asked for, and the update by the step's own sample."""
        own = self.problem.own_sample(step)
        own_pass: Pass | None = None
        for sample in self.visible([own]) if shown else []:
            evaluated = self.passes.run(state, sample)
            yield from self.pass_parts(step, sample, evaluated)
            if sample == own:
                own_pass = evaluated
            elif sample == self.request.sample and self.updates(evaluated, step):  # the update it would make
                yield from self.update_parts(step, sample, evaluated, state)
        is_visible = own_pass is not None
        if own_pass is None:
            own_pass = self.passes.run(state, own)
            self.raise_failure(own_pass)
        if self.updates(own_pass, step):
            if is_visible:
                yield from self.update_parts(step, own, own_pass, state)
            else:
                self.update(own_pass)
            self.passes.commit(state, own_pass.values)

    def batch_step(self, step: int, state: State, shown: bool) -> Iterator[Part]:
        """The passes of the samples asked for; the sums over all samples, and the update by these."""
        visible = self.visible(self.samples) if shown else []
        collected: Environment = {}
        passes: dict[int, Pass] = {}
        equations: StepDerivation | None = None
        for sample in self.samples if self.scored else visible:
            evaluated = self.passes.run(state, sample)
            if sample in visible:
                yield from self.pass_parts(step, sample, evaluated)
            self.raise_failure(evaluated)
            if evaluated.derivation.backward:
                equations = equations or self.step_derivation(evaluated.derivation, self.scored)
                if len(self.scored) * len(evaluated.values) <= VALUES_KEPT:
                    passes[sample] = evaluated
                for row in equations.total:
                    collected[f"{row.id}[{sample}]"] = evaluated.values[row.id]
        if equations:
            all_shown = shown and self.request.sample in (None, "all")
            total = Pass(
                Derivation(equations.total, equations.update),
                {**state.values, **collected},
                dict(state.written),
                passes,
            )
            yield from self.total_parts(step, equations, total, state, all_shown)

    def raise_failure(self, evaluated: Pass) -> None:
        """Raise the failure of a pass, or the reason why it has no backward pass though one is wanted."""
        if evaluated.failure:
            raise evaluated.failure
        if evaluated.derivation.refusal and self.request.phases != {"forward"}:
            raise evaluated.derivation.refusal

    def pass_parts(self, step: int, sample: int, evaluated: Pass) -> Iterator[Part]:
        derivation, values = evaluated.derivation, evaluated.values
        passes: dict[Phase, Sequence[Equation]] = {
            "forward": derivation.forward,
            "backward": derivation.backward,
        }
        for phase, equations in passes.items():
            if evaluated.failure:  # the values before it are shown all the same
                equations = tuple(row for row in equations if row.id in values)
            yield Part(step, sample, phase, equations, values, evaluated.written, derivation)
        self.raise_failure(evaluated)

    def step_derivation(self, derivation: Derivation, samples: Sequence[int] | None) -> StepDerivation:
        key = id(derivation)  # which `passes` keeps alive; in a run all steps are online or all are not
        if key not in self.steps:
            self.steps[key] = derive_step(self.problem, derivation, samples)
        return self.steps[key]

    def updates(self, evaluated: Pass, step: int) -> bool:
        """True if a pass has an update that is wanted."""
        has_one = bool(evaluated.derivation.backward) and self.problem.update is not None
        return has_one and self.is_update_wanted(step)

    def is_update_wanted(self, step: int) -> bool:
        """True if the update of a step is shown, or another step starts from it."""
        return step < self.request.last or not self.request.phases.isdisjoint(("update", "after"))

    def update(self, evaluated: Pass) -> StepDerivation:
        """Evaluate the update by a pass in its own environment; the equations."""
        equations = self.step_derivation(evaluated.derivation, None)
        self.passes.evaluate(equations.update, evaluated)
        return equations

    def update_parts(self, step: int, sample: int, evaluated: Pass, state: State) -> Iterator[Part]:
        """The update by a sample, and E with the updated parameters."""
        equations, values, written = self.update(evaluated), evaluated.values, evaluated.written
        updated = None if sample == self.problem.own_sample(step) else sample
        yield Part(step, updated, "update", equations.update, values, written)
        if "after" in self.request.phases:
            again = self.once_more(sample, state, values)
            after = {**values, **{f"{row.id}+": again.values[row.id] for row in again.derivation.forward}}
            evaluate(equations.after, after, self.arithmetic)
            yield Part(step, sample, "after", equations.after, after, written)

    def once_more(self, sample: int, state: State, values: Environment) -> Pass:
        """A sample's forward pass with the updated parameters."""
        updated = State({**state.values, **self.passes.new_parameters(values)}, {})
        again = self.passes.run(updated, sample, backward=False)
        self.raise_failure(again)
        return again

    def total_parts(
        self, step: int, equations: StepDerivation, evaluated: Pass, state: State, shown: bool
    ) -> Iterator[Part]:
        """The sums over a batch, the update by these, and E with the updated parameters."""
        values, written = evaluated.values, evaluated.written
        self.evaluate_total(equations, evaluated)
        if shown:
            yield Part(step, None, "total", equations.total, values, written)
        if not self.is_update_wanted(step):
            return
        self.passes.evaluate(equations.update, evaluated)
        if shown:
            yield Part(step, None, "update", equations.update, values, written)
        if shown and equations.after and "after" in self.request.phases:
            after = dict(values)
            objective = equations.total[0].id
            for sample in self.scored:
                after[f"{objective}+[{sample}]"] = self.once_more(sample, state, values).values[objective]
            evaluate(equations.after, after, self.arithmetic)
            yield Part(step, None, "after", equations.after, after, written)
        if equations.update:
            self.passes.commit(state, values)

    def evaluate_total(self, equations: StepDerivation, evaluated: Pass) -> None:
        """Evaluate the sums over a batch; as in a pass, one that nothing needs may be no number."""

        def is_needed(id: str) -> bool:
            used = (symbol.id for row in equations.update for symbol in symbols(row.expression))
            return id == equations.total[0].id or id in used

        self.passes.evaluate(equations.total, evaluated, is_needed)

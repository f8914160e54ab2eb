"""Steps and samples, evaluated one after the other: requests in, parts out.

A part is handed out as soon as it is evaluated, so that a table or a file can be written while the next one
is computed, and what came before a failure has been seen.
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


class Request(NamedTuple):
    """What is to be shown: steps `first` to `last`, one sample, all of them, or each step's own.

    `start` has the parameters and states that step `first` starts from, by id, where they are known; else the
    steps before it are run.
    """

    first: int = 1
    last: int = 1
    sample: int | Literal["all"] | None = None
    phases: frozenset[Phase] = frozenset(("forward", "backward", "total", "update", "after"))
    arithmetic: Arithmetic = FLOAT64
    start: Mapping[str, Value] | None = None


class Part(NamedTuple):
    """One phase of one step and sample: its equations, and the environment that has their values.

    `written` has the text of givens that stand in the environment as the config wrote them.
    """

    step: int
    sample: int | None
    phase: Phase
    equations: Sequence[Equation]
    values: Mapping[str, Value]
    written: Mapping[str, str]
    derivation: Derivation | None = None


class Run:
    """The steps of a request, one after the other; each starts from the state that the last one left."""

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
        if self.problem.batch == "online":
            yield from self.online_step(step, state, shown)
        else:
            yield from self.batch_step(step, state, shown)

    def visible(self, usual: Sequence[int]) -> Sequence[int]:
        """The samples that are asked for; the usual ones where nothing is said."""
        wanted = self.request.sample
        return usual if wanted is None else self.samples if wanted == "all" else [wanted]

    def online_step(self, step: int, state: State, shown: bool) -> Iterator[Part]:
        """The passes of the samples that are asked for, and the update that the step's own one makes."""
        own = self.problem.own_sample(step)
        own_pass: Pass | None = None
        for sample in self.visible([own]) if shown else []:
            worked = self.passes.run(state, sample)
            yield from self.pass_parts(step, sample, worked)
            if sample == own:
                own_pass = worked
            elif sample == self.request.sample and self.updates(worked, step):  # what it would do to them
                yield from self.update_parts(step, sample, worked, state)
        is_visible = own_pass is not None
        if own_pass is None:
            own_pass = self.passes.run(state, own)
            self.stop_at(own_pass)
        if self.updates(own_pass, step):
            if is_visible:
                yield from self.update_parts(step, own, own_pass, state)
            else:
                self.update(own_pass)
            self.passes.commit(state, own_pass.values)

    def batch_step(self, step: int, state: State, shown: bool) -> Iterator[Part]:
        """The passes of the samples that are asked for, and what follows from all of them together."""
        visible = self.visible(self.samples) if shown else []
        collected: Environment = {}
        equations: StepDerivation | None = None
        for sample in self.samples if self.scored else visible:
            worked = self.passes.run(state, sample)
            if sample in visible:
                yield from self.pass_parts(step, sample, worked)
            self.stop_at(worked)
            if worked.derivation.backward:
                equations = equations or self.step_derivation(worked.derivation, self.scored)
                for row in equations.total:
                    collected[f"{row.id}[{sample}]"] = worked.values[row.id]
        if equations:
            all_shown = shown and self.request.sample in (None, "all")
            yield from self.total_parts(step, equations, collected, state, all_shown)

    def stop_at(self, worked: Pass) -> None:
        """Go no further from a pass that failed, or that ought to have had a backward pass."""
        if worked.failure:
            raise worked.failure
        if worked.derivation.refusal and self.request.phases != {"forward"}:
            raise worked.derivation.refusal

    def pass_parts(self, step: int, sample: int, worked: Pass) -> Iterator[Part]:
        for phase, equations in (
            ("forward", worked.derivation.forward),
            ("backward", worked.derivation.backward),
        ):
            done = equations
            if worked.failure:  # what could be worked out before it
                done = tuple(row for row in equations if row.id in worked.values)
            if phase in self.request.phases and done:
                yield Part(step, sample, phase, done, worked.values, worked.written, worked.derivation)
        self.stop_at(worked)

    def step_derivation(self, derivation: Derivation, samples: Sequence[int] | None) -> StepDerivation:
        key = id(derivation)  # which `passes` keeps alive; in a run all steps are online or all are not
        if key not in self.steps:
            self.steps[key] = derive_step(self.problem, derivation, samples)
        return self.steps[key]

    def updates(self, worked: Pass, step: int) -> bool:
        """Whether a pass makes an update that is wanted."""
        makes_one = bool(worked.derivation.backward) and self.problem.update is not None
        return makes_one and self.is_update_wanted(step)

    def is_update_wanted(self, step: int) -> bool:
        """Whether the update of a step is shown, or another step starts from it."""
        return step < self.request.last or not self.request.phases.isdisjoint(("update", "after"))

    def update(self, worked: Pass) -> StepDerivation:
        """Add the update that a pass makes to its values; its equations."""
        equations = self.step_derivation(worked.derivation, None)
        evaluate(equations.update, worked.values, self.arithmetic)
        return equations

    def update_parts(self, step: int, sample: int, worked: Pass, state: State) -> Iterator[Part]:
        """The update that a sample makes, and E with the parameters it leads to."""
        equations, values, written = self.update(worked), worked.values, worked.written
        updated = None if sample == self.problem.own_sample(step) else sample
        yield from self.part(step, updated, "update", equations.update, values, written)
        if "after" in self.request.phases:
            again = self.once_more(sample, state, values)
            after = {**values, **{f"{row.id}+": again.values[row.id] for row in again.derivation.forward}}
            evaluate(equations.after, after, self.arithmetic)
            yield from self.part(step, sample, "after", equations.after, after, written)

    def once_more(self, sample: int, state: State, values: Environment) -> Pass:
        """A sample's forward pass with the parameters that an update has made."""
        moved = State({**state.values, **self.passes.new_parameters(values)}, {})
        again = self.passes.run(moved, sample, backward=False)
        self.stop_at(again)
        return again

    def total_parts(
        self, step: int, equations: StepDerivation, collected: Environment, state: State, shown: bool
    ) -> Iterator[Part]:
        """The sums over a batch, the update they make, and E with the parameters it leads to."""
        values, written = {**state.values, **collected}, dict(state.written)
        self.evaluate_total(equations, values)
        if shown:
            yield from self.part(step, None, "total", equations.total, values, written)
        if not self.is_update_wanted(step):
            return
        evaluate(equations.update, values, self.arithmetic)
        if shown:
            yield from self.part(step, None, "update", equations.update, values, written)
        if shown and equations.after and "after" in self.request.phases:
            after = dict(values)
            objective = equations.total[0].id
            for sample in self.scored:
                after[f"{objective}+[{sample}]"] = self.once_more(sample, state, values).values[objective]
            evaluate(equations.after, after, self.arithmetic)
            yield from self.part(step, None, "after", equations.after, after, written)
        if equations.update:
            self.passes.commit(state, values)

    def evaluate_total(self, equations: StepDerivation, values: Environment) -> None:
        """Add the sums over a batch to its values; as in a pass, one that nothing needs may be no number."""

        def is_needed(id: str) -> bool:
            used = (symbol.id for row in equations.update for symbol in symbols(row.expression))
            return id == equations.total[0].id or id in used

        evaluate(equations.total, values, self.arithmetic, is_needed)

    def part(
        self,
        step: int,
        sample: int | None,
        phase: Phase,
        equations: Sequence[Equation],
        values: Environment,
        written: Mapping[str, str],
    ) -> Iterator[Part]:
        if equations and phase in self.request.phases:
            yield Part(step, sample, phase, equations, values, written)

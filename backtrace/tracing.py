"""From a problem to its worked-out parts: which steps and samples are run, and which of them are shown.

`work` is a generator: a part is handed out as soon as it is worked out, so that a table or a file can be
written while the next one is computed, and what came before a failure has been seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from backtrace.derivation.derivation import Derivation, StepDerivation, derive_step
from backtrace.derivation.equation import Equation, Phase
from backtrace.derivation.expressions import number
from backtrace.derivation.names import spell
from backtrace.derivation.network import Case
from backtrace.derivation.updates import STEP
from backtrace.errors import BacktraceError
from backtrace.evaluation.arithmetic import Arithmetic, Value
from backtrace.evaluation.evaluator import Environment, evaluate
from backtrace.evaluation.float64 import FLOAT64
from backtrace.passes import Pass, Passes, State
from backtrace.problem import Problem

MAX_BATCH = 2_000_000  # gradients that are kept until they are summed, at about 400 bytes each


class Request(NamedTuple):
    """What is to be shown: steps `first` to `last`, one sample, all of them, or each step's own."""

    first: int = 1
    last: int = 1
    sample: int | Literal["all"] | None = None
    phases: frozenset[Phase] = frozenset(("forward", "backward", "total", "update", "after"))
    arithmetic: Arithmetic = FLOAT64


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


def work(problem: Problem, request: Request) -> Iterator[Part]:
    """The requested parts in order; the steps before them are run silently.

    Raises:
        BacktraceError: the request does not fit the problem; there is no backward pass; or a value is not
            finite. What could be worked out before that has been handed out.

    """
    _check(problem, request)
    yield from _Run(problem, request).parts()


def _check(problem: Problem, request: Request) -> None:
    samples = len(problem.samples)
    if isinstance(request.sample, int) and not 1 <= request.sample <= samples:
        have = "there is one sample" if samples == 1 else f"there are samples 1 to {samples}"
        raise BacktraceError(f"no sample {request.sample}; {have}")
    if request.last > 1 and problem.update is None:
        raise BacktraceError(f"no step {request.last}: without an update in the config there is one step")
    scored = sum(sample.targets is not None for sample in problem.samples)
    gradients = scored * len(problem.parameters)
    if problem.batch != "online" and gradients > MAX_BATCH:
        raise BacktraceError(
            f"a batch of {scored:,} samples by {len(problem.parameters):,} parameters has {gradients:,} "
            f"gradients; at most {MAX_BATCH:,} are worked out at once"
        )


class _Run:
    def __init__(self, problem: Problem, request: Request) -> None:
        self.problem = problem
        self.request = request
        self.arithmetic = request.arithmetic
        self.passes = Passes(problem, request.arithmetic)
        self.steps: dict[int, StepDerivation] = {}
        self.scored = [k for k, sample in enumerate(problem.samples, 1) if sample.targets is not None]

    def parts(self) -> Iterator[Part]:
        state = self.passes.start()
        for step in range(1, self.request.last + 1):
            shown = step >= self.request.first
            state.values[STEP.id] = self.arithmetic.number(number(step))
            state.written[STEP.id] = str(step)
            if self.problem.batch == "online":
                yield from self.online_step(step, state, shown)
            else:
                yield from self.batch_step(step, state, shown)

    def online_step(self, step: int, state: State, shown: bool) -> Iterator[Part]:
        own = (step - 1) % len(self.problem.samples) + 1
        wanted = self.request.sample
        visible = [own] if wanted is None else self.all_samples() if wanted == "all" else [wanted]
        own_pass: Pass | None = None
        for sample in visible if shown else []:
            worked = self.passes.run(state, sample)
            yield from self.pass_parts(step, sample, worked)
            if sample == own:
                own_pass = worked
            elif wanted == sample and worked.derivation.backward and self.problem.update:
                yield from self.update_parts(step, sample, worked, state)
        if own_pass is None:
            own_pass = self.passes.run(state, own)
            self.stop_at(own_pass)
        if own_pass.derivation.backward and self.problem.update:
            if shown and own in visible:
                yield from self.update_parts(step, own, own_pass, state, commit=True)
            else:
                self.update(own_pass, state)

    def all_samples(self) -> list[int]:
        return list(range(1, len(self.problem.samples) + 1))

    def batch_step(self, step: int, state: State, shown: bool) -> Iterator[Part]:
        wanted = self.request.sample
        visible = self.all_samples() if wanted in (None, "all") else [wanted]
        collected: Environment = {}
        derivation: Derivation | None = None
        for sample in self.all_samples():
            if not (self.scored or (shown and sample in visible)):
                continue
            worked = self.passes.run(state, sample)
            if shown and sample in visible:
                yield from self.pass_parts(step, sample, worked)
            self.stop_at(worked)
            if worked.derivation.backward:
                derivation = derivation or worked.derivation
                for equation in self.passes.summed(worked.derivation):
                    collected[f"{equation.id}[{sample}]"] = worked.values[equation.id]
        if derivation is not None:
            yield from self.total_parts(step, derivation, collected, state, shown and wanted in (None, "all"))

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
            if worked.failure:
                done = tuple(row for row in equations if row.id in worked.values)
            if phase in self.request.phases and done:
                yield Part(step, sample, phase, done, worked.values, worked.written, worked.derivation)
        self.stop_at(worked)

    def step_derivation(self, derivation: Derivation, samples: Sequence[int] | None) -> StepDerivation:
        key = id(derivation)  # which `derivations` keeps alive; in a run all steps are online or all are not
        if key not in self.steps:
            self.steps[key] = derive_step(self.problem, derivation, samples)
        return self.steps[key]

    def update(self, worked: Pass, state: State) -> None:
        """The update that a pass makes, without showing it."""
        equations = self.step_derivation(worked.derivation, None)
        evaluate(equations.update, worked.values, self.arithmetic)
        self.passes.commit(state, worked.values)

    def update_parts(
        self, step: int, sample: int, worked: Pass, state: State, commit: bool = False
    ) -> Iterator[Part]:
        """The update that a sample makes, and E with the parameters it leads to."""
        equations = self.step_derivation(worked.derivation, None)
        values, written = dict(worked.values), worked.written
        evaluate(equations.update, values, self.arithmetic)
        yield from self.part(step, None if commit else sample, "update", equations.update, values, written)
        if "after" in self.request.phases:
            after = self.afterwards(worked, self.passes.case(self.problem.samples[sample - 1]), values)
            evaluate(equations.after, after, self.arithmetic)
            yield from self.part(step, sample, "after", equations.after, after, written)
        if commit:
            self.passes.commit(state, values)

    def afterwards(self, worked: Pass, case: Case, values: Environment) -> Environment:
        """The forward pass again with the new parameters; its values stand under ids with a plus."""
        again = dict(worked.values)
        for row in worked.derivation.forward:
            del again[row.id]
        for name in self.problem.trained:
            again[spell(name)] = values[f"{spell(name)}+"]
        moved = Pass(self.passes.derivation(case), again, {})
        self.passes.forward_pass(moved, case)
        renamed = {f"{row.id}+": again[row.id] for row in moved.derivation.forward}
        return {**values, **renamed}

    def total_parts(
        self, step: int, derivation: Derivation, collected: Environment, state: State, shown: bool
    ) -> Iterator[Part]:
        """The sums over a batch, the update they make, and E with the parameters it leads to."""
        equations = self.step_derivation(derivation, self.scored)
        values = {**state.values, **collected}
        evaluate(equations.total, values, self.arithmetic)
        evaluate(equations.update, values, self.arithmetic)
        if shown:
            yield from self.part(step, None, "total", equations.total, values, state.written)
            yield from self.part(step, None, "update", equations.update, values, state.written)
        if shown and equations.after and "after" in self.request.phases:
            after = dict(values)
            moved = State({**state.values, **self.passes.new_parameters(values)}, {})
            for sample in self.scored:
                worked = self.passes.run(moved, sample, backward=False)
                self.stop_at(worked)
                objective = self.passes.objective(worked.derivation)
                after[f"{objective.id}+[{sample}]"] = worked.values[objective.id]
            evaluate(equations.after, after, self.arithmetic)
            yield from self.part(step, None, "after", equations.after, after, state.written)
        if equations.update:
            self.passes.commit(state, values)

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

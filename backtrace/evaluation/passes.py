"""One sample's forward and backward pass, evaluated; and the state that a step of training starts from.

A pass is evaluated from a state under one arithmetic. Must not know which passes a run needs, or shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from backtrace.derivation.derivation import Derivation, derive, objective_of
from backtrace.derivation.equation import Equation
from backtrace.derivation.forward_pass import Case
from backtrace.derivation.optimizers import UPDATE_RULES
from backtrace.errors import NotFiniteError
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.evaluator import Environment, evaluate
from backtrace.evaluation.float64 import FLOAT64
from backtrace.problem.notation import derivative, given
from backtrace.problem.problem import Network, Problem, Sample
from backtrace.symbolic.expressions import ZERO, Number, symbols
from backtrace.symbolic.ids import spell

if TYPE_CHECKING:  # imported only where a sum cancels, which is rare
    from backtrace.evaluation.exact import ExactValues

LARGEST_EXPONENT = 700  # e^710 is past float64; softmax is shifted before that


class State(NamedTuple):
    """The parameters and the update rule's states by id, before a step.

    `written` has the texts of those that are still as in the config.
    """

    values: Environment
    written: dict[str, str]


class Pass:
    """A sample's equations and their values; `failure` if one of them is not finite.

    Of the sums over a batch, `samples` has the passes that they are taken over.
    """

    __slots__ = ("_exact", "derivation", "failure", "samples", "values", "written")

    def __init__(
        self,
        derivation: Derivation,
        values: Environment,
        written: dict[str, str],
        samples: Mapping[int, Pass] = MappingProxyType({}),
    ) -> None:
        self.derivation = derivation
        self.values = values
        self.written = written
        self.samples = samples
        self.failure: NotFiniteError | None = None
        self._exact: ExactValues | None = None

    @property
    def exact(self) -> ExactValues:
        """The exact values of what is rational in the config's numbers."""
        if self._exact is None:
            from backtrace.evaluation.exact import ExactValues

            samples = {sample: own.exact for sample, own in self.samples.items()}
            self._exact = ExactValues(self.values, self.written, samples)
            self._exact.add(self.derivation.forward)
            self._exact.add(self.derivation.backward)
        return self._exact

    def without_rounding(self, rows: Sequence[Equation], id: str, value: float) -> float:
        """The value of one of the rows, without what rounding left of 0."""
        if id not in self.exact.equations:
            self.exact.add(rows)
        return self.exact.instead_of(id, value)


def case_of(*samples: Sample) -> Case:
    """The one form of the equations that fits all of some samples that have targets."""
    scored = [sample.targets for sample in samples if sample.targets is not None]
    sums = [math.fsum(target.value for target in targets) for targets in scored]
    return Case(bool(scored), set(sums) == {1.0})


class Passes:
    """Evaluates the passes of one problem; each form of its equations is derived once."""

    def __init__(self, problem: Problem, arithmetic: Arithmetic) -> None:
        self.problem = problem
        self.arithmetic = arithmetic
        self.derivations: dict[Case, Derivation] = {}

    def start(self) -> State:
        """The state before the first step."""
        problem = self.problem
        constants = problem.update.constants if problem.update else {}
        state = State({}, {})
        self.add_givens(state, {**problem.parameters, **constants, **dict.fromkeys(self.state_ids(), ZERO)})
        return state

    def state_ids(self) -> list[str]:
        """The ids of the values that the update rule keeps from step to step for each parameter."""
        update = self.problem.update
        prefixes = UPDATE_RULES[update.rule].states if update else ()
        return [f"{prefix}_{spell(name)}" for prefix in prefixes for name in self.problem.trained]

    def add_givens(self, state: State, givens: Mapping[str, Number]) -> None:
        """Add given values of the config, and their texts."""
        for name, number in givens.items():
            state.values[spell(name)] = self.arithmetic.number(number)
            state.written[spell(name)] = number.text

    def run(self, state: State, sample: int, backward: bool = True) -> Pass:
        """A sample's forward and backward pass from the parameters of a state."""
        own = self.problem.samples[sample - 1]
        state = State(dict(state.values), dict(state.written))
        self.add_givens(state, dict(zip(self.problem.inputs, own.inputs, strict=True)))
        if own.targets is not None:
            self.add_givens(state, dict(zip(self.problem.targets, own.targets, strict=True)))
        case = case_of(own)
        evaluated = Pass(self.derivation(case), *state)
        try:
            self.forward_pass(evaluated, case)
            if backward:
                is_needed = self.is_needed(evaluated.derivation)
                self.evaluate(evaluated.derivation.backward, evaluated, is_needed)
        except NotFiniteError as failure:
            evaluated.failure = NotFiniteError(f"{failure.message} in sample {sample}")
        return evaluated

    def evaluate(
        self, rows: Sequence[Equation], evaluated: Pass, is_needed: Callable[[str], bool] = lambda _: True
    ) -> None:
        """Evaluate rows in a pass's own values; in floats, a sum that cancels is exactly 0.

        Raises:
            NotFiniteError: a value that is needed is infinite or not a number.
        """
        exactly = partial(evaluated.without_rounding, rows) if self.arithmetic is FLOAT64 else None
        evaluate(rows, evaluated.values, self.arithmetic, is_needed, exactly)

    def is_needed(self, derivation: Derivation) -> Callable[[str], bool]:
        """A test, by id, of the derivatives from which others or new parameters are computed.

        At x = -2, ∂f/∂n of f = x^n is no number. That stops a step only if something is computed from it:
        where n is an input, or fixed, training goes on all the same.
        """

        @cache  # collected when a value is not finite, which is rare
        def needed() -> set[str]:
            ids = {symbol.id for row in derivation.backward for symbol in symbols(row.expression)}
            return ids | set(self.updated_gradients(derivation))

        return lambda name: name in needed()

    def updated_gradients(self, derivation: Derivation) -> Iterator[str]:
        """The ids of the gradients from which the update computes new parameters."""
        if self.problem.update:
            objective = objective_of(self.problem, derivation).symbol
            yield from (derivative(objective, given(name)).id for name in self.problem.trained)

    def forward_pass(self, evaluated: Pass, case: Case) -> None:
        """Evaluate a forward pass, again with a shift if net inputs are too large for e^h in a softmax.

        Raises:
            NotFiniteError: a value is infinite or not a number, and no shift helps.
        """
        while True:
            failure: NotFiniteError | None = None
            try:
                self.evaluate(evaluated.derivation.forward, evaluated)
            except NotFiniteError as found:  # e^h may have been too large
                failure = found
            shifted = case.shifted | self.too_large(evaluated.values)
            if shifted == case.shifted:
                break
            for row in evaluated.derivation.forward:
                evaluated.values.pop(row.id, None)
            case = Case(case.has_targets, case.targets_sum_to_one, shifted)
            evaluated.derivation = self.derivation(case)
            evaluated._exact = None
        if failure:
            raise failure

    def derivation(self, case: Case) -> Derivation:
        if case not in self.derivations:
            self.derivations[case] = derive(self.problem, case)
        return self.derivations[case]

    def too_large(self, values: Environment) -> frozenset[str]:
        """The softmax layers whose net inputs would take e^h out of range."""
        model = self.problem.model
        if not isinstance(model, Network):
            return frozenset()
        return frozenset(
            layer.name
            for layer in model.layers
            if layer.is_softmax
            and any(abs(values.get(f"h_{spell(unit)}", 0)) > LARGEST_EXPONENT for unit in layer.units)
        )

    def new_parameters(self, values: Environment) -> Environment:
        """The updated parameters, under the ids that the next pass reads."""
        return {id: values[f"{id}+"] for id in map(spell, self.problem.trained)}

    def commit(self, state: State, values: Environment) -> None:
        """Start the next step from the new parameters and states, which no text of the config belongs to."""
        for id in (*map(spell, self.problem.trained), *self.state_ids()):
            state.values[id] = values[f"{id}+"]
            state.written.pop(id, None)

"""Steps of training as generated Python: one function that runs any number of them.

It keeps the cost of every step. If a step raises an error (a function has no value, a division by 0), it
ends before that step, with the values after the step before. Must not know how many steps there are in all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from typing import Any

from backtrace.derivation.dependencies import needed, uses
from backtrace.derivation.derivation import Derivation, derive, derive_step, objective_of
from backtrace.derivation.equation import Equation
from backtrace.derivation.optimizers import STEP, UPDATE_RULES
from backtrace.evaluation.arithmetic import largest
from backtrace.evaluation.passes import case_of
from backtrace.problem.problem import Problem
from backtrace.symbolic.ids import spell
from backtrace.training.code_generator import Code, merged

Source = tuple[str, dict[str, Callable[..., float]]]  # with the functions that the code calls


class GeneratedEngine:
    """Runs the steps of a problem whose samples all have targets.

    `values` has the parameters and the states of the update rule by id.
    """

    def __init__(self, problem: Problem, values: dict[str, float]) -> None:
        derivation = derive(problem, case_of(*problem.samples))
        if derivation.refusal:
            raise derivation.refusal
        self.problem = problem
        self.values = values
        self.done = 0
        self.kept = _kept(problem)
        self.samples = _numbers(problem)
        self.run = _compiled(*source_of_steps(problem, derivation))
        self.sum_of_costs = _compiled(*_source_of_cost(problem, derivation))

    def advance(self, steps: int) -> list[float]:
        """Run so many steps, or fewer if one raises an error; their costs."""
        costs: list[float] = []
        before = [self.values[id] for id in self.kept]
        numbers = range(self.done + 1, self.done + steps + 1)
        data: Any = self.samples
        if self.problem.batch == "online":
            data = islice(cycle(data), self.done % len(data), None)
        after = self.run(before, numbers, data, costs)
        self.values = {**self.values, **dict(zip(self.kept, after, strict=True))}
        self.done += len(costs)
        return costs

    def cost(self) -> float:
        """The cost of all samples with the parameters as they are, as the batch has it; online the mean.

        Raises:
            ArithmeticError: a value cannot be computed in this way.
            ValueError: a function has no value here.
        """
        total: float = self.sum_of_costs([self.values[id] for id in self.kept], self.samples)
        return total if self.problem.batch == "sum" else total / len(self.samples)

    def put(self, values: Mapping[str, float], done: int) -> None:
        """Continue from these values, after so many steps."""
        self.values, self.done = dict(values), done

    @property
    def largest(self) -> float:
        """The largest absolute value; not a number if one of the values is not."""
        return float(largest(*(abs(self.values[id]) for id in self.kept)))


def _kept(problem: Problem) -> list[str]:
    """The ids of the values kept from step to step: trained parameters, and the states of each."""
    assert problem.update is not None
    prefixes = [f"{state}_" for state in UPDATE_RULES[problem.update.rule].states]
    return [f"{prefix}{spell(name)}" for prefix in ("", *prefixes) for name in problem.trained]


def _numbers(problem: Problem) -> list[tuple[float, ...]]:
    """Inputs and targets of the samples that have both."""
    scored = (sample for sample in problem.samples if sample.targets is not None)
    return [tuple(n.value for n in (*sample.inputs, *(sample.targets or ()))) for sample in scored]


def _compiled(source: str, functions: Mapping[str, Callable[..., float]]) -> Callable[..., Any]:
    """The function `run` of a source."""
    scope: dict[str, Any] = {**vars(math), **functions}
    exec(compile(source, "<generated>", "exec"), scope)
    run: Callable[..., Any] = scope["run"]
    return run


def source_of_steps(problem: Problem, derivation: Derivation) -> Source:
    """The function that runs steps: (values kept, numbers of the steps, samples, costs) → values kept."""
    kept = _kept(problem)
    code, sample = _opened(problem, kept)
    step, old = code.name(STEP.id), ", ".join(map(code.name, kept))
    head, code.lines = [*code.lines, "append = costs.append"], []
    objective, new = objective_of(problem, derivation).id, [f"{id}+" for id in kept]
    loop = f"for {step} in numbers:"
    if problem.batch == "online":
        rows = [*derivation.equations, *derive_step(problem, derivation, None).update]
        code.define(merged(needed(rows, (objective, *new)), (objective, *new)))
        loop = f"for {step}, {sample} in zip(numbers, data):"
    else:
        once = derive_step(problem, derivation, [1])
        update = needed(once.update, new)
        used = {objective}.union(*(uses(row.expression) for row in update))
        sums = [row.id for row in once.total if row.id in used]
        _add_up(code, derivation.equations, sums, sample)
        if problem.batch == "mean":
            code.lines += [f"{code.names[id]} /= {len(_numbers(problem))}" for id in sums]
        code.define(merged(update, new))
    # All that may raise an error comes before the first change of a kept value.
    code.lines.append(f"append({code.names[objective]})")
    code.lines += [f"{code.names[id]} = {code.names[f'{id}+']}" for id in kept]
    lines = ["def run(before, numbers, data, costs):", *_indented(head, 1)]
    lines += ["    try:", f"        {loop}", *_indented(code.lines, 3)]
    lines += ["    except (ArithmeticError, ValueError):", "        pass", f"    return [{old}]"]
    return "\n".join(lines), code.functions


def _source_of_cost(problem: Problem, derivation: Derivation) -> Source:
    """The function that adds up the costs of samples: (values kept, samples) → their sum."""
    code, sample = _opened(problem, _kept(problem))
    objective = objective_of(problem, derivation).id
    _add_up(code, derivation.forward, [objective], sample)
    lines = ["def run(before, data):", *_indented([*code.lines, f"return {code.names[objective]}"], 1)]
    return "\n".join(lines), code.functions


def _opened(problem: Problem, kept: Sequence[str]) -> tuple[Code, str]:
    """Code that begins with the values kept and the constants; and the names of a sample's numbers."""
    code, update = Code(), problem.update
    sample = f"[{', '.join(code.name(spell(name)) for name in (*problem.inputs, *problem.targets))}]"
    held = {spell(name): problem.parameters[name] for name in problem.parameters if name in problem.fixed}
    constants = {**(update.constants if update else {}), **held}
    code.lines = [f"[{', '.join(map(code.name, kept))}] = before"]
    code.lines += [f"{code.name(id)} = {constant.value!r}" for id, constant in constants.items()]
    return code, sample


def _add_up(code: Code, rows: Sequence[Equation], ids: Sequence[str], sample: str) -> None:
    """Add a loop over the samples that adds up some quantities; after it, their ids name the sums."""
    before, code.lines = code.lines, []
    code.define(merged(needed(rows, ids), ids))
    totals = {id: f"total{place}" for place, id in enumerate(ids)}
    added = [f"{total} += {code.names[id]}" for id, total in totals.items()]
    loop = [f"for {sample} in data:", *_indented([*code.lines, *added], 1)]
    code.lines = [*before, *(f"{total} = 0.0" for total in totals.values()), *loop]
    code.names |= totals


def _indented(lines: Sequence[str], levels: int) -> Iterator[str]:
    return (f"{'    ' * levels}{line}" for line in lines)

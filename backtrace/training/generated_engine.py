"""Steps of training as generated Python: one function that runs any number of them.

It keeps the cost of every step. If a step raises an error (a function has no value, a division by 0), it
ends before that step, with the values after the step before. Must not know how many steps there are in all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from typing import Any, NamedTuple

from backtrace.derivation.dependencies import needed, uses
from backtrace.derivation.derivation import derive, derive_step, objective_of
from backtrace.derivation.forward_pass import Case
from backtrace.derivation.optimizers import STEP, UPDATE_RULES
from backtrace.problem.problem import Problem, Sample
from backtrace.symbolic.expressions import Expression, Negative, Number, Product, Sum, Symbol
from backtrace.symbolic.ids import spell
from backtrace.training.code_generator import Code, Row, merged, rows_of


class GeneratedEngine:
    """Runs the steps of a problem whose samples all have targets.

    `values` has the parameters and the states of the update rule by id.
    """

    def __init__(self, problem: Problem, values: dict[str, float]) -> None:
        self.problem = problem
        self.values = values
        self.done = 0
        self.kept = _kept(problem)
        self.samples = _numbers(problem)
        self.run = _compiled(*source_of(problem, self.kept))
        self.sum_of_costs = _compiled(*_source_of_cost(problem, self.kept))

    def advance(self, steps: int) -> list[float]:
        """Run so many steps, or fewer if one raises an error; their costs."""
        costs: list[float] = []
        before = [self.values[id] for id in self.kept]
        numbers = range(self.done + 1, self.done + steps + 1)
        after = self.run(before, numbers, self.data(steps), costs)
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
        sizes = [abs(self.values[id]) for id in self.kept]
        return math.nan if any(map(math.isnan, sizes)) else max(sizes)

    def data(self, steps: int) -> Any:
        """The samples for the loop of the code: those of the coming steps, or in a batch all of them."""
        if self.problem.batch != "online" or len(self.samples) == 1:
            return self.samples
        start = self.done % len(self.samples)
        return islice(cycle(self.samples), start, start + steps)


def _kept(problem: Problem) -> list[str]:
    """The ids of the values kept from step to step: trained parameters, and the states of each."""
    assert problem.update is not None
    prefixes = [f"{state}_" for state in UPDATE_RULES[problem.update.rule].states]
    return [f"{prefix}{spell(name)}" for prefix in ("", *prefixes) for name in problem.trained]


def _numbers(problem: Problem) -> list[tuple[float, ...]]:
    """Inputs and targets of the samples that have both."""
    scored = (sample for sample in problem.samples if sample.targets is not None)
    return [tuple(n.value for n in (*sample.inputs, *(sample.targets or ()))) for sample in scored]


def _case(samples: Sequence[Sample]) -> Case:
    """The one form of the equations that fits all samples."""
    targets = [
        [target.value for target in sample.targets] for sample in samples if sample.targets is not None
    ]
    return Case(True, all(math.fsum(values) == 1 for values in targets))


class _Equations(NamedTuple):
    """The rows of a step, for each sample and once; `sums` are the ids that a batch adds up."""

    of_sample: list[Row]
    of_step: list[Row]
    objective: str
    sums: Sequence[str] = ()


def _equations(problem: Problem, kept: Sequence[str]) -> _Equations:
    derivation = derive(problem, _case(problem.samples))
    if derivation.refusal:
        raise derivation.refusal
    objective = objective_of(problem, derivation).id
    new = [f"{id}+" for id in kept]
    if problem.batch == "online":
        step = derive_step(problem, derivation, None)
        rows = rows_of([*derivation.equations, *step.update])
        return _Equations([], merged(needed(rows, (objective, *new)), (objective, *new)), objective)
    step = derive_step(problem, derivation, [1])
    update = needed(rows_of(step.update), new)
    used = {objective}.union(*(uses(row.expression) for row in update))
    sums = [row.id for row in step.total if row.id in used]
    rows = needed(rows_of(derivation.equations), sums)
    return _Equations(merged(rows, sums), merged(update, new), objective, sums)


# The function


def _compiled(source: str, functions: Mapping[str, Callable[..., float]]) -> Callable[..., Any]:
    """The function `run` of a source."""
    scope: dict[str, Any] = dict(vars(math))
    scope |= functions
    exec(compile(source, "<generated>", "exec"), scope)
    run: Callable[..., Any] = scope["run"]
    return run


def source_of(problem: Problem, kept: Sequence[str]) -> tuple[str, dict[str, Callable[..., float]]]:
    """The function that runs steps: (values kept, numbers of the steps, samples, costs) → values kept.

    Returns its source, and the functions that it calls.
    """
    equations = _equations(problem, kept)
    names: dict[str, str] = {}
    givens = Code(names)
    sample = [givens.name(spell(name)) for name in (*problem.inputs, *problem.targets)]
    old = [givens.name(id) for id in kept]
    step = givens.name(STEP.id)
    constants = {**(problem.update.constants if problem.update else {}), **_held(problem)}
    head = [f"[{', '.join(old)}] = before"]
    head += [f"{givens.name(id)} = {constant.value!r}" for id, constant in constants.items()]
    unpacked = f"[{', '.join(sample)}]"
    if problem.batch != "online":
        body, functions = _batch_body(problem, equations, kept, names, unpacked)
        loop = f"for {step} in numbers:"
    else:
        code = Code(names)
        _write_step(code, equations, kept, code.names)
        body, functions = code.lines, code.functions
        if len(problem.samples) == 1:
            head.append(f"[{unpacked}] = data")
            loop = f"for {step} in numbers:"
        else:
            loop = f"for {step}, {unpacked} in zip(numbers, data):"
    lines = ["def run(before, numbers, data, costs):", *_indented(head, 1), "    append = costs.append"]
    lines += ["    try:", f"        {loop}", *_indented(body, 3)]
    lines += ["    except (ArithmeticError, ValueError):", "        pass", f"    return [{', '.join(old)}]"]
    return "\n".join(lines) + "\n", functions


def _source_of_cost(problem: Problem, kept: Sequence[str]) -> tuple[str, dict[str, Callable[..., float]]]:
    """The function that adds up the costs of samples: (values kept, samples) → their sum."""
    derivation = derive(problem, _case(problem.samples))
    objective = objective_of(problem, derivation).id
    code = Code({})
    sample = [code.name(spell(name)) for name in (*problem.inputs, *problem.targets)]
    old = [code.name(id) for id in kept]
    head = [f"[{', '.join(old)}] = before", "total = 0.0"]
    head += [f"{code.name(id)} = {constant.value!r}" for id, constant in _held(problem).items()]
    code.define(merged(needed(rows_of(derivation.forward), [objective]), [objective]))
    code.line(f"total += {code.names[objective]}")
    loop = f"for [{', '.join(sample)}] in data:"
    lines = ["def run(before, data):", *_indented([*head, loop], 1), *_indented(code.lines, 2)]
    return "\n".join([*lines, "    return total"]) + "\n", code.functions


def _held(problem: Problem) -> dict[str, Number]:
    """The parameters that updates do not change."""
    return {spell(name): problem.parameters[name] for name in problem.parameters if name in problem.fixed}


def _indented(lines: Sequence[str], levels: int) -> Iterator[str]:
    return (f"{'    ' * levels}{line}" for line in lines)


def _batch_body(
    problem: Problem, equations: _Equations, kept: Sequence[str], names: dict[str, str], unpacked: str
) -> tuple[list[str], dict[str, Callable[..., float]]]:
    """A step over all samples: the sums, then the update by them."""
    of_sample = Code(dict(names))
    of_sample.define(equations.of_sample)
    totals = {id: f"total{place}" for place, id in enumerate(equations.sums)}
    lines = [f"{total} = 0.0" for total in totals.values()]
    lines += [f"for {unpacked} in data:", *_indented(of_sample.lines, 1)]
    lines += _indented([f"{total} += {of_sample.names[id]}" for id, total in totals.items()], 1)
    if problem.batch == "mean":
        count = len(_numbers(problem))
        lines += [f"{total} /= {count}" for total in totals.values()]
    of_step = Code({**names, **totals}, prefix="u")
    _write_step(of_step, equations, kept, of_step.names)
    return [*lines, *of_step.lines], {**of_sample.functions, **of_step.functions}


def _write_step(code: Code, equations: _Equations, kept: Sequence[str], names: dict[str, str]) -> None:
    """The rows of a step. All that may raise an error comes before the first change of a kept value."""
    first, last = _split(equations.of_step, kept)
    code.define(first)
    code.line(f"append({names[equations.objective]})")
    old = {f"{id}+": id for id in kept}
    for row in last:
        code.line(f"{names[old[row.id]]} = {code.text(row.expression, 0)}")
        names[row.id] = names[old[row.id]]
    for row in first:
        if row.id in old:
            code.line(f"{names[old[row.id]]} = {names[row.id]}")


def _split(rows: Sequence[Row], kept: Sequence[str]) -> tuple[list[Row], list[Row]]:
    """The rows that need a name of their own, and those that may be assigned to a kept value at once.

    The latter cannot fail, and nothing after them reads the old value.
    """
    old = {f"{id}+": id for id in kept}
    first: list[Row] = []
    last: list[Row] = []
    read_by_first: set[str] = set()
    read_by_last: set[str] = set()
    for row in reversed(rows):
        reads = uses(row.expression).keys()
        is_free = row.id in old and row.id not in read_by_first and old[row.id] not in read_by_last
        if is_free and _cannot_fail(row.expression):
            last.append(row)
            read_by_last |= reads
        else:
            first.append(row)
            read_by_first |= reads
    return first[::-1], last[::-1]


def _cannot_fail(expression: Expression) -> bool:
    """True for sums and products alone, which never raise an error."""
    match expression:
        case Symbol() | Number():
            return True
        case Negative(operand):
            return _cannot_fail(operand)
        case Sum(parts) | Product(parts):
            return all(map(_cannot_fail, parts))
    return False

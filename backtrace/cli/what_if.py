"""Change a problem as --set, --input and --target say. Knows no other option and no file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from backtrace.config.cursor import listed, to_number
from backtrace.errors import BacktraceError, nearest, quoted
from backtrace.problem.problem import Problem, Sample
from backtrace.symbolic.expressions import Number
from backtrace.symbolic.ids import spell

Chosen = TypeVar("Chosen", bound=int | str | None)  # a sample's number, `all`, or none


def what_if(
    problem: Problem,
    settings: Sequence[tuple[str, str]],
    inputs: str | None,
    targets: str | None,
    sample: Chosen,
) -> tuple[Problem, Chosen | None]:
    """Change a problem; return it with the changes in its `echo`, and the sample to show.

    Inputs or targets make a sample of their own, which is then the only one. If only targets are given, its
    inputs are those of `sample`.

    Raises:
        BacktraceError: an unknown name, no number, too many or too few numbers, or no such sample.
    """
    echo = [f"{name} = {text}" for name, text in dict(settings).items()]
    echo += [f"{what} {text}" for what, text in (("input", inputs), ("target", targets)) if text is not None]
    if inputs is not None and targets is None and problem.targets:
        echo.append("no target (forward only)")
    problem = problem._replace(parameters=_with_settings(problem, settings), echo=tuple(echo))
    if inputs is None and targets is None:
        return problem, sample
    number = sample if isinstance(sample, int) else 1
    return problem._replace(samples=(_own_sample(problem, inputs, targets, number),)), None


def _with_settings(problem: Problem, settings: Sequence[tuple[str, str]]) -> dict[str, Number]:
    parameters = dict(problem.parameters)
    names = {spell(name): name for name in parameters}
    for name, text in settings:
        if spell(name) not in names:
            raise BacktraceError(f"--set {quoted(name)}: no such parameter{_instead(problem, name)}")
        parameters[names[spell(name)]] = _number(f"--set {quoted(name)}", text)
    return parameters


def _instead(problem: Problem, name: str) -> str:
    """The hint for a name that is no parameter."""
    if name in (*problem.inputs, *problem.targets):
        return "; inputs and targets change with --input and --target"
    names = list(problem.parameters)
    if not names:
        return "; the config has none"
    return nearest(spell(name), map(spell, names)) or f"; expected one of {listed(names)}"


def _own_sample(problem: Problem, inputs: str | None, targets: str | None, sample: int) -> Sample:
    """The sample of other inputs or targets."""
    problem.check_place(sample)
    base = problem.samples[sample - 1]
    values = base.inputs if inputs is None else _numbers("input", inputs, problem.inputs)
    if targets is not None:
        return Sample(values, _numbers("target", targets, problem.targets))
    return Sample(values, None if problem.targets and inputs is not None else base.targets)


def _numbers(what: str, text: str, names: tuple[str, ...]) -> tuple[Number, ...]:
    where = f"--{what} {quoted(text)}"
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    if parts and not names:
        raise BacktraceError(f"{where}: the config has no {what}s")
    if len(parts) != len(names):
        raise BacktraceError(f"{where}: {len(parts)} given, expected {len(names)} ({listed(names)})")
    return tuple(_number(where, part) for part in parts)


def _number(where: str, text: str) -> Number:
    value = to_number(text)
    if isinstance(value, str):
        raise BacktraceError(f"{where}: {value}")
    return value

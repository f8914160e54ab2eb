"""Groups of options that commands share, each group as one argument. Knows no command."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TextIO, TypeVar

import click

from backtrace.cli.options import input_alone, reach
from backtrace.derivation.equation import PHASES

if TYPE_CHECKING:
    from backtrace.evaluation.arithmetic import Arithmetic
    from backtrace.evaluation.steps import Request
    from backtrace.problem.problem import Problem
    from backtrace.typesetting.numerals import Numerals
    from backtrace.views.formats import View

Chosen = TypeVar("Chosen", bound=int | str | None)  # a sample's number, `all`, or None


class Change(NamedTuple):
    """A change to try: `--set`, `--input` and `--target`, in the order of `what_if`."""

    settings: tuple[tuple[str, str], ...]
    inputs: str | None
    targets: str | None


class Figures(NamedTuple):
    """The precision of the numbers shown: `--digits` or `--decimals`."""

    digits: int | None
    decimals: int | None

    def numerals(self, usual: int = 6, kept: frozenset[int] = frozenset()) -> Numerals:
        """The numerals of views; `usual` are the default digits, `kept` the decimals of hand arithmetic."""
        from backtrace.typesetting.numerals import Numerals

        return Numerals(self.digits or usual, self.decimals, kept)


class Destination(NamedTuple):
    """The place for the result: `--output` and `--color`."""

    output: str | None
    color: str | None

    def write(self, view: View, problem: Problem, content: Any, **how: Any) -> None:
        """Write a result in a format, as `write_view` does."""
        from backtrace.cli.output import writing_to

        with writing_to(self.output) as out:
            write_view(view, problem, content, out, color=self.color or "never", **how)


def write_view(
    view: View,
    problem: Problem,
    content: Any,
    out: TextIO,
    *,
    figures: Figures | None = None,
    arithmetic: Arithmetic | None = None,
    color: str = "never",
    **options: Any,
) -> Any:
    """Write the result of a command, `content`, in one of its formats; `options` are for its writer."""
    from backtrace.cli.output import console_for, style_of
    from backtrace.evaluation.float64 import FLOAT64
    from backtrace.typesetting.numerals import Numerals
    from backtrace.typesetting.plain import TYPESET
    from backtrace.views.page.context import ViewContext
    from backtrace.views.page.records import Look

    arithmetic = arithmetic or FLOAT64
    numerals = figures.numerals(view.defaults.get("digits", 6), arithmetic.kept) if figures else Numerals()
    look = Look(TYPESET if view.escapes else style_of(out), numerals, view.terms)
    console = partial(console_for, out, color)
    return view.write(ViewContext(problem, content, look, out, console, arithmetic.name, options))


class Choice(NamedTuple):
    """The steps, samples and quantities to show, and the decimals of hand arithmetic."""

    sample: int | Literal["all"] | None
    step: int | None
    steps: int | None
    only: tuple[str, ...]
    show: tuple[str, ...]
    hand: dict[str, int] | None


_EXCLUSIVE = (("step", "steps"), ("digits", "decimals"))
Command = Callable[..., Any]


def grouped(**kinds: type[Change | Figures | Destination | Choice]) -> Callable[[Command], Command]:
    """Hand options to a command in groups: `figures=Figures` gets the options named like its fields.

    Raises:
        UsageError: two options exclude each other.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def grouping(**values: Any) -> Any:
            for one, other in _EXCLUSIVE:
                if values.get(one) is not None and values.get(other) is not None:
                    raise click.UsageError(f"--{one} and --{other} exclude each other; give one of them")
            for name, kind in kinds.items():
                values[name] = kind(**{field: values.pop(field, None) for field in kind._fields})
            return command(**values)

        return grouping

    return decorate


def read_problem(
    config: str, change: Change, sample: Chosen, seed: int | None = None
) -> tuple[Problem, Chosen | None]:
    """Read a config and apply the change; the problem, and the sample to show.

    Raises:
        UsageError: `--sample` is given beside `--input`.
        BacktraceError: the config cannot be read, or the change does not fit it.
    """
    input_alone(change.inputs, sample)
    from backtrace.cli.what_if import what_if
    from backtrace.config.load import load

    return what_if(load(config, seed, reach()), *change, sample)


def read_request(config: str, choice: Choice, change: Change, exact: bool = False) -> tuple[Problem, Request]:
    """Read a problem, and the request for its steps and samples; `exact` ignores hand arithmetic.

    Raises:
        UsageError, BacktraceError: as `read_problem`.
    """
    from backtrace.evaluation.choice import arithmetic_of
    from backtrace.evaluation.float64 import FLOAT64
    from backtrace.evaluation.steps import Request

    problem, sample = read_problem(config, change, choice.sample)
    arithmetic = FLOAT64 if exact else arithmetic_of(problem, choice.hand)
    first, last = choice.step or 1, choice.step or choice.steps or 1
    phases = frozenset(phase for name in choice.only or PHASES for phase in PHASES[name])
    return problem, Request(first, last, sample, phases, arithmetic)

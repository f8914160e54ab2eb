"""What several commands are told by the same options, as one argument of each, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from backtrace.cli.options import exclusive, input_alone, phases_of

if TYPE_CHECKING:
    from backtrace.evaluation.steps import Request
    from backtrace.problem.problem import Problem
    from backtrace.typesetting.numerals import Numerals


class Change(NamedTuple):
    """What if: `--set`, `--input` and `--target`, as `what_if` takes them."""

    settings: tuple[tuple[str, str], ...]
    inputs: str | None
    targets: str | None

    def check(self) -> None:
        """All of them can stand together."""


class Figures(NamedTuple):
    """How exactly numbers are shown: `--digits` or `--decimals`."""

    digits: int | None
    decimals: int | None

    def check(self) -> None:
        exclusive(digits=self.digits, decimals=self.decimals)

    def numerals(self, usual: int = 6, kept: frozenset[int] = frozenset()) -> Numerals:
        """The same as views have it; `kept` are the decimals that hand arithmetic keeps."""
        from backtrace.typesetting.numerals import Numerals

        return Numerals(self.digits or usual, self.decimals, kept)


class Choice(NamedTuple):
    """Which steps, samples and quantities are meant, and whether a hand rounds them."""

    sample: int | Literal["all"] | None
    step: int | None
    steps: int | None
    only: tuple[str, ...]
    show: tuple[str, ...]
    hand: dict[str, int] | None

    def check(self) -> None:
        exclusive(step=self.step, steps=self.steps)


def grouped(**kinds: type[Change | Figures | Choice]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gather the values of a command's options: `figures=Figures` has those called like its fields.

    Raises:
        UsageError: two of them cannot stand together.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def grouping(**values: Any) -> Any:
            for name, kind in kinds.items():
                values[name] = kind(**{field: values.pop(field, None) for field in kind._fields})
                values[name].check()
            return command(**values)

        return grouping

    return decorate


def asked(config: str, choice: Choice, change: Change, exact: bool = False) -> tuple[Problem, Request]:
    """The problem in a config, what-ifs heeded, and what is to be worked out of it; `exact`: by no hand.

    Raises:
        UsageError: `--sample` stands beside `--input`.
        BacktraceError: the config cannot be read, or a what-if does not fit it.
    """
    input_alone(change.inputs, choice.sample)
    from backtrace.cli.what_if import what_if
    from backtrace.config.load import load
    from backtrace.evaluation.choice import arithmetic_of
    from backtrace.evaluation.float64 import FLOAT64
    from backtrace.evaluation.steps import Request

    problem, sample = what_if(load(config), *change, choice.sample)
    arithmetic = FLOAT64 if exact else arithmetic_of(problem, choice.hand)
    first, last = choice.step or 1, choice.step or choice.steps or 1
    return problem, Request(first, last, sample, phases_of(choice.only), arithmetic)

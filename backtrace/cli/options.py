"""Options that several commands share, and what their values mean."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Literal, TypeVar

import click

from backtrace.derivation.equation import PHASES, Phase
from backtrace.errors import nearest, quoted
from backtrace.limits import DECIMALS
from backtrace.views.formats import LIMITED, View, ending_of, endings, find_view, formats_with, views_of

Command = TypeVar("Command", bound=Callable[..., Any])


class SampleNumber(click.ParamType):  # type: ignore[type-arg]  # generic only from click 8.4 on
    """A sample's number, or `all`; whether there is such a sample the problem decides."""

    name = "sample"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | Literal["all"]:
        if value == "all":
            return "all"
        if not re.fullmatch(r"-?[0-9]{1,9}", value):
            self.fail(f"{quoted(value)}; expected a sample's number, or all", param, ctx)
        return int(value)


class FiniteRange(click.FloatRange):
    """A number in a range; click itself lets nan pass, which is in no range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is no finite number", param, ctx)
        return number


class Decimals(click.ParamType):  # type: ignore[type-arg]
    """Hand decimals: `3`, `activation=3,delta=3`, or `exact` for none."""

    name = "decimals"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, int]:
        from backtrace.config.cursor import one_of
        from backtrace.config.settings import ALL_KINDS, KINDS

        if isinstance(value, dict) or value == "exact":
            return value if isinstance(value, dict) else {}
        decimals: dict[str, int] = {}
        for part in value.split(","):
            kind, equals, text = part.rpartition("=")
            kind = kind if equals else ALL_KINDS
            if kind not in (*KINDS, ALL_KINDS):
                hint = nearest(kind, KINDS) or f"; expected {one_of(KINDS)}"
                self.fail(f"{quoted(kind)} is no kind of quantity{hint}", param, ctx)
            if not re.fullmatch("[0-9]{1,3}", text) or int(text) > DECIMALS:
                self.fail(f"{quoted(text)}; expected decimals from 0 to {DECIMALS}", param, ctx)
            if kind in decimals:
                self.fail(f"{quoted(value)} has decimals for {kind} twice", param, ctx)
            decimals[kind] = int(text)
        return decimals


class NameOf(click.ParamType):  # type: ignore[type-arg]
    """A name from one of the tables of backtrace, which is imported only when a name is given.

    `besides` are further words that may stand there.
    """

    def __init__(self, name: str, besides: tuple[str, ...] = ()) -> None:
        self.name = name
        self.besides = besides

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from backtrace.config.cursor import one_of

        known = (*_table(self.name), *self.besides)
        if value not in known:
            hint = nearest(value, known) or f"; expected {one_of(known)}"
            self.fail(f"{quoted(value)} is no {self.name}{hint}", param, ctx)
        return str(value)


def _table(name: str) -> Iterable[str]:
    """The names in one of the tables."""
    from backtrace.derivation.activations import ACTIVATIONS
    from backtrace.derivation.costs import COSTS
    from backtrace.derivation.optimizers import UPDATE_RULES
    from backtrace.problem.notation import NOTATIONS

    tables: dict[str, Iterable[str]] = {
        "activation": ACTIVATIONS,
        "cost": COSTS,
        "notation": NOTATIONS,
        "update rule": UPDATE_RULES,
    }
    return tables[name]


class Setting(click.ParamType):  # type: ignore[type-arg]
    """A name and what it is to be: `w_5=0.02`. `expected` says what the two are."""

    name = "setting"

    def __init__(self, expected: str = "a parameter and its value, as w_5=0.02") -> None:
        self.expected = expected

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not equals or not name or not text:
            self.fail(f"{quoted(value)}; expected {self.expected}", param, ctx)
        return name, text


def _merge_hands(
    ctx: click.Context, param: click.Parameter, given: tuple[dict[str, int], ...]
) -> dict[str, int] | None:
    """Merge several `--hand`; None where there is none. `exact` cancels those before it."""
    merged: dict[str, int] = {}
    for decimals in given:
        merged = {**merged, **decimals} if decimals else {}
    return merged if given else None


def shared(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, in the order they are to stand in the help."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


any_sample_option = click.option(
    "--sample",
    metavar="K|all",
    type=SampleNumber(),
    help="Which sample (default: the step's own; in a batch all).",
)
steps_options = shared(
    click.option("--step", metavar="K", type=click.IntRange(1), help="Only this step."),
    click.option("--steps", metavar="N", type=click.IntRange(1), help="The first so many steps."),
)
one_step_option = click.option(
    "--step", metavar="K", type=click.IntRange(1), default=1, help="Which step (default: 1)."
)
one_sample_options = shared(
    click.option(
        "--sample",
        metavar="K",
        type=SampleNumber(),
        help="Which sample (default: the step's own, or the first).",
    ),
    one_step_option,
)
quantity_options = shared(
    click.option(
        "--only", type=click.Choice(tuple(PHASES)), multiple=True, help="Only this phase (repeatable)."
    ),
    click.option(
        "--show", metavar="PATTERN", multiple=True, help="Only these ids, as 'dE/dw_*' (repeatable)."
    ),
)
what_if_options = shared(
    click.option(
        "--set",
        "settings",
        metavar="NAME=VALUE",
        type=Setting(),
        multiple=True,
        help="Change a parameter (repeatable).",
    ),
    click.option("--input", "inputs", metavar="X,...", help="Other inputs, as one sample of its own."),
    click.option("--target", "targets", metavar="T,...", help="Other targets for that sample."),
)


def digits_options(usual: int = 6) -> Callable[[Command], Command]:
    """`--digits` and `--decimals`; `usual` is what a command takes that is given neither."""
    shown = f"Significant digits shown (default {usual})."
    return shared(
        click.option("--digits", metavar="N", type=click.IntRange(1, 17), help=shown),
        click.option(
            "--decimals", metavar="N", type=click.IntRange(0, 30), help="Decimals shown, instead of --digits."
        ),
    )


hand_option = click.option(
    "--hand",
    metavar="N|KIND=N,...",
    type=Decimals(),
    multiple=True,
    callback=_merge_hands,
    help="Round like a hand calculation; exact: do not (repeats add up).",
)
number_options = shared(digits_options(), hand_option)
file_option = click.option("-o", "--output", metavar="FILE", help="Write to a file, whole or not at all.")
output_options = shared(
    file_option,
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Colour in tables (NO_COLOR is honoured).",
    ),
)


_PICTURES = ("png", "jpg", "jpeg", "gif", "pdf")  # made of dots or pages, which no format here is


def format_option(command: str, at_terminal: str = "") -> Callable[[Command], Callable[..., Any]]:
    """`-f`, one of a command's formats: gives the command its row of VIEWS as `view`.

    Without `-f` the ending of `-o` decides; else it is the first row, or at a terminal `at_terminal`.
    """
    rows = views_of(command)
    known = " ".join(f".{ending}" for view in rows for ending in view.endings.split())
    usual = f"{rows[0].format}, {at_terminal} at a terminal" if at_terminal else rows[0].format
    option = click.option(
        "-f",
        "--format",
        "form",
        type=click.Choice([view.format for view in rows]),
        help=f"The output format (default: by the ending of -o, {known}; else {usual}).",
    )

    def decorate(function: Command) -> Callable[..., Any]:
        @wraps(function)
        def with_view(*, form: str | None, **values: Any) -> Any:
            output = values.get("output")
            form = form or format_of_file(command, output)
            if not form and at_terminal and output in (None, "-") and sys.stdout and sys.stdout.isatty():
                form = at_terminal
            view = find_view(command, form)
            assert view is not None
            _refuse_limited(view, values)
            return function(view=view, **values)

        return option(with_view)

    return decorate


def format_of_file(command: str, path: str | None) -> str | None:
    """The format that the ending of a file asks for; None where it asks for none.

    Raises:
        UsageError: only other commands have a format for it, or it is a picture made of dots.
    """
    ending, rows = ending_of(path), views_of(command)
    found = next((view.format for view in rows if ending in view.endings.split()), None)
    others = {known for known, form in endings()} - {"txt"}  # any text may stand in such a file
    if found or ending not in {*others, *_PICTURES}:
        return found
    known = " ".join(f".{known}" for view in rows for known in view.endings.split())
    raise click.UsageError(
        f"-o {quoted(path or '', 120)}: no format for .{ending} here; choose one of {known}, or give -f"
    )


def _refuse_limited(view: View, values: Mapping[str, Any]) -> None:
    """Refuse an option that other formats of the command take, but not this one."""
    from backtrace.config.cursor import one_of

    for option, reason in LIMITED.items():
        formats = formats_with(view.command, option)
        if values.get(option) and formats and not view.takes(option):
            raise click.UsageError(f"--{option} {reason}; use -f {one_of(formats)}, not {view.format}")


def limited_flag(command: str, name: str, help: str) -> Callable[[Command], Command]:
    """A flag that some formats of a command take; the help names them."""
    formats = ", ".join(formats_with(command, name))
    return click.option(f"--{name}", is_flag=True, help=f"{help} ({formats}).")


def exclusive(**given: object) -> None:
    """Refuse two options that cannot be given together."""
    names = [f"--{name}" for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} exclude each other; give one of them")


def phases_of(only: Iterable[str]) -> frozenset[Phase]:
    """The phases that `--only` asks for; all of them where it asks for none."""
    return frozenset(phase for name in only or PHASES for phase in PHASES[name])


def input_alone(inputs: str | None, sample: object) -> None:
    """Refuse `--sample` beside `--input`, which is a sample by itself."""
    if inputs is not None and sample is not None:
        raise click.UsageError("--input makes a sample of its own; leave --sample out")

"""Options that commands share, and the ways to declare one. Knows no command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click import Choice, IntRange

from backtrace.cli.option_types import hand_decimals, merge_hands, sample_number, setting
from backtrace.derivation.equation import PHASES
from backtrace.errors import quoted
from backtrace.views.formats import LIMITED, View, ending_of, endings, find_view, formats_with, views_of

if TYPE_CHECKING:
    from backtrace.config.files import Reach

Command = TypeVar("Command", bound=Callable[..., Any])
Option = Callable[[Command], Command]


def value_option(names: str, metavar: str | None, type: Any, help: str, **more: Any) -> Option[Any]:
    """An option with a value; `names` may end with the name of the parameter, where that is another."""
    return click.option(*names.split(), metavar=metavar, type=type, help=help, **more)


def flag(names: str, help: str) -> Option[Any]:
    """An option without a value; `names` as of `value_option`."""
    return click.option(*names.split(), is_flag=True, help=help)


def limited_flag(command: str, name: str, help: str) -> Option[Any]:
    """A flag that some formats of a command take; the help names them."""
    return flag(f"--{name}", f"{help} ({', '.join(formats_with(command, name))}).")


def shared(*options: Option[Any]) -> Option[Any]:
    """Several options as one decorator, in the order of the help."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


any_sample_option = value_option(
    "--sample", "K|all", sample_number, "Which sample (default: the step's own; in a batch all)."
)
steps_options = shared(
    value_option("--step", "K", IntRange(1), "Only this step."),
    value_option("--steps", "N", IntRange(1), "The first N steps."),
)
one_step_option = value_option("--step", "K", IntRange(1), "Which step (default: 1).", default=1)
one_sample_options = shared(
    value_option("--sample", "K", sample_number, "Which sample (default: the step's own, or the first)."),
    one_step_option,
)
quantity_options = shared(
    value_option("--only", None, Choice(tuple(PHASES)), "Only this phase (repeatable).", multiple=True),
    value_option("--show", "PATTERN", str, "Only these ids, as 'dE/dw_*' (repeatable).", multiple=True),
)
choice_options = shared(any_sample_option, steps_options, quantity_options)
_PARAMETER = setting("a parameter and its value, as w_5=0.02")
what_if_options = shared(
    value_option(
        "--set settings", "NAME=VALUE", _PARAMETER, "Change a parameter (repeatable).", multiple=True
    ),
    value_option("--input inputs", "X,...", str, "Other inputs, as one sample of its own."),
    value_option("--target targets", "T,...", str, "Other targets for that sample."),
)


def digits_options(usual: int = 6) -> Option[Any]:
    """`--digits` and `--decimals`; `usual` is the default of a command, in significant digits."""
    return shared(
        value_option("--digits", "N", IntRange(1, 17), f"Significant digits shown (default {usual})."),
        value_option("--decimals", "N", IntRange(0, 30), "Decimals shown, instead of --digits."),
    )


hand_option = value_option(
    "--hand",
    "N|KIND=N,...",
    hand_decimals,
    "Round like a hand calculation; exact: do not (repeats add up).",
    multiple=True,
    callback=merge_hands,
)
number_options = shared(digits_options(), hand_option)
file_option = value_option("-o --output", "FILE", str, "Write to a file, whole or not at all.")
color_option = value_option(
    "--color", None, Choice(["auto", "always", "never"]), "Colour (NO_COLOR is honoured).", default="auto"
)
output_options = shared(file_option, color_option)

_PICTURES = ("png", "jpg", "jpeg", "gif", "pdf")  # made of dots or pages, which no format here is


def format_option(command: str, at_terminal: str = "") -> Callable[[Command], Callable[..., Any]]:
    """`-f`, one of a command's formats: gives the command its row of VIEWS as `view`.

    Without `-f` the ending of `-o` decides; else it is the first row, or at a terminal `at_terminal`.
    """
    rows = views_of(command)
    known = " ".join(f".{ending}" for view in rows for ending in view.endings.split())
    usual = f"{rows[0].format}, {at_terminal} at a terminal" if at_terminal else rows[0].format
    option = value_option(
        "-f --format form",
        None,
        Choice([view.format for view in rows]),
        f"The output format (default: by the ending of -o, {known}; else {usual}).",
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

        decorated: Callable[..., Any] = option(with_view)
        return decorated

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


def input_alone(inputs: str | None, sample: object) -> None:
    """Refuse `--sample` beside `--input`, which is a sample by itself."""
    if inputs is not None and sample is not None:
        raise click.UsageError("--input makes a sample of its own; leave --sample out")


def reach() -> Reach:
    """The files that the running command may read: all, except where a document's block runs it."""
    from backtrace.config.files import ANYWHERE, Reach

    return click.get_current_context().find_object(Reach) or ANYWHERE

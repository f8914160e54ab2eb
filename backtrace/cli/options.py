"""Options that commands share: how each is declared, and the record that hands a command their values.

Knows no command.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial, wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TextIO, TypeVar

import click
from click import Choice, IntRange

from backtrace.cli.option_types import HandItems, hand_decimals, merge_hands, sample_number, setting
from backtrace.cli.output import console_for, style_of, writing_to
from backtrace.derivation.equation import PHASES
from backtrace.errors import quoted
from backtrace.evaluation.choice import arithmetic_of
from backtrace.evaluation.float64 import FLOAT64
from backtrace.typesetting.numerals import Numerals
from backtrace.typesetting.plain import TYPESET
from backtrace.views.formats import LIMITED, View, ending_of, endings, find_view, formats_with, views_of

if TYPE_CHECKING:
    from backtrace.config.files import Reach
    from backtrace.evaluation.arithmetic import Arithmetic
    from backtrace.evaluation.steps import Request
    from backtrace.problem.problem import Problem

Chosen = TypeVar("Chosen", bound=int | str | None)  # a sample's number, `all`, or None
Declared = Callable[[Callable[..., Any]], Callable[..., Any]]  # an option, as a decorator of a command


class Options(NamedTuple):
    """The values of shared options; those that a command does not declare keep the defaults here."""

    config: str
    sample: int | Literal["all"] | None = None
    step: int | None = None
    steps: int | None = None
    only: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    digits: int | None = None
    decimals: int | None = None
    hand: HandItems | None = None
    settings: tuple[tuple[str, str], ...] = ()
    inputs: str | None = None
    targets: str | None = None
    seed: int | None = None
    output: str | None = None
    color: str = "never"

    def problem(self, sample: Chosen) -> tuple[Problem, Chosen | None]:
        """Read the config and apply the changes; the problem, and the sample to show.

        Raises:
            BacktraceError: the config cannot be read, or a change does not fit it.
        """
        from backtrace.cli.what_if import what_if
        from backtrace.config.load import load

        problem = load(self.config, self.seed, reach())
        return what_if(problem, self.settings, self.inputs, self.targets, sample)

    def request(self, exact: bool = False) -> tuple[Problem, Request]:
        """Read the problem, and make the request for its steps and samples; `exact` ignores hand arithmetic.

        Raises:
            BacktraceError: as `problem`.
        """
        from backtrace.evaluation.steps import Request

        problem, sample = self.problem(self.sample)
        arithmetic = FLOAT64 if exact else self.arithmetic(problem)
        first, last = self.step or 1, self.step or self.steps or 1
        phases = frozenset(phase for name in self.only or PHASES for phase in PHASES[name])
        return problem, Request(first, last, sample, phases, arithmetic)

    def arithmetic(self, problem: Problem) -> Arithmetic:
        """The arithmetic that `--hand` or the config asks for."""
        return arithmetic_of(problem, None if self.hand is None else dict(self.hand))

    def numerals(self, usual: int = 6, kept: frozenset[int] = frozenset()) -> Numerals:
        """The numerals of views; `usual` are the default digits, `kept` the decimals of hand arithmetic."""
        return Numerals(self.digits or usual, self.decimals, kept)

    def write(
        self,
        view: View,
        problem: Problem,
        content: Any,
        *,
        out: TextIO | None = None,
        arithmetic: Arithmetic = FLOAT64,
        **extra: Any,
    ) -> None:
        """Write the result of a command, `content`, to `--output`, or to `out` if that is open already.

        `extra` is for the writer of the format.
        """
        from backtrace.views.page.context import ViewContext
        from backtrace.views.page.records import Look

        numerals = self.numerals(view.defaults.get("digits", 6), arithmetic.kept)
        with nullcontext(out) if out else writing_to(self.output) as file:
            look = Look(TYPESET if view.escapes else style_of(file), numerals, view.terms)
            console = partial(console_for, file, self.color)
            view.write(ViewContext(problem, content, look, file, console, arithmetic.name, extra))


def config_command(name: str, **attributes: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A command with the argument CONFIG, whose function gets `Options` first.

    Its other parameters are options or arguments of its own, or `view`: the row of VIEWS that `-f` or the
    ending of `-o` chooses.

    Raises:
        UsageError: when it is run with options that exclude each other, or that its format does not take.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        own = signature(function).parameters

        @wraps(function)
        def with_options(**values: Any) -> Any:
            if "view" in own:
                values["view"] = _chosen_view(name, values.pop("form"), values)
            options = Options(**{key: values.pop(key) for key in tuple(values) if key not in own})
            _refuse_exclusive(options)
            return function(options, **values)

        return click.command(name, click.Command, **attributes)(click.argument("config")(with_options))

    return decorate


def _refuse_exclusive(options: Options) -> None:
    for one, other in (("step", "steps"), ("digits", "decimals")):
        if getattr(options, one) is not None and getattr(options, other) is not None:
            raise click.UsageError(f"--{one} and --{other} exclude each other; give one of them")
    if options.inputs is not None and options.sample is not None:
        raise click.UsageError("--input makes a sample of its own; leave --sample out")


def _chosen_view(command: str, form: str | None, values: Mapping[str, Any]) -> View:
    """The format of a result: as `-f` says, else by the ending of `-o`, else the usual one."""
    from backtrace.config.cursor import one_of

    output = values.get("output")
    form = form or format_of_file(command, output)
    if not form and output in (None, "-") and sys.stdout and sys.stdout.isatty():
        form = next(iter(formats_with(command, "terminal")), None)
    view = find_view(command, form)
    assert view is not None
    for option, reason in LIMITED.items():
        formats = formats_with(command, option)
        if values.get(option) and formats and not view.takes(option):
            raise click.UsageError(f"--{option} {reason}; use -f {one_of(formats)}, not {view.format}")
    return view


def format_of_file(command: str, path: str | None) -> str | None:
    """The format that the ending of a file asks for; None where it asks for none.

    Raises:
        UsageError: only other commands have a format for it, or it is a picture made of dots.
    """
    ending = ending_of(path)
    found = next((view.format for view in views_of(command) if ending in view.endings.split()), None)
    others = {known for known, form in endings()} - {"txt"}  # any text may stand in such a file
    if found or ending not in {*others, *_PICTURES}:
        return found
    known = _file_endings(command)
    raise click.UsageError(
        f"-o {quoted(path or '', 120)}: no format for .{ending} here; choose one of {known}, or give -f"
    )


def _file_endings(command: str) -> str:
    return " ".join(f".{ending}" for view in views_of(command) for ending in view.endings.split())


_PICTURES = ("png", "jpg", "jpeg", "gif", "pdf")  # made of dots or pages, which no format here is


def reach() -> Reach:
    """The files that the running command may read: all, except where a document's block runs it."""
    from backtrace.config.files import ANYWHERE, Reach

    return click.get_current_context().find_object(Reach) or ANYWHERE


def value_option(names: str, metavar: str | None, type: Any, help: str, **more: Any) -> Declared:
    """An option with a value; `names` may end with the name of the parameter, where that is another."""
    return click.option(*names.split(), metavar=metavar, type=type, help=help, **more)


def choice_option(names: str, choices: Sequence[str], help: str, **more: Any) -> Declared:
    """An option whose value is one of a few words; `names` as of `value_option`."""
    return value_option(names, None, Choice(choices), help, **more)


def flag(names: str, help: str) -> Declared:
    """An option without a value; `names` as of `value_option`."""
    return click.option(*names.split(), is_flag=True, help=help)


def limited_flag(command: str, name: str, help: str) -> Declared:
    """A flag that some formats of a command take; the help names them."""
    return flag(f"--{name}", f"{help} ({', '.join(formats_with(command, name))}).")


def fragment_flag(command: str) -> Declared:
    """`--fragment`, in the formats that are pages."""
    return limited_flag(command, "fragment", "A part for a document of your own, without head and title")


def format_option(command: str) -> Declared:
    """`-f`, one of a command's formats; the first is the usual one."""
    forms = [view.format for view in views_of(command)]
    usual = ", ".join([forms[0], *(f"{form} at a terminal" for form in formats_with(command, "terminal"))])
    help = f"The output format (default: by the ending of -o, {_file_endings(command)}; else {usual})."
    return choice_option("-f --format form", forms, help)


def together(*options: Declared) -> Declared:
    """Several options as one decorator, in the order of the help."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


any_sample_option = value_option(
    "--sample", "K|all", sample_number, "Which sample (default: the step's own; in a batch all)."
)
one_step_option = value_option("--step", "K", IntRange(1), "Which step (default: 1).", default=1)
one_sample_options = together(
    value_option("--sample", "K", sample_number, "Which sample (default: the step's own, or the first)."),
    one_step_option,
)
quantity_options = together(
    choice_option("--only", tuple(PHASES), "Only this phase (repeatable).", multiple=True),
    value_option("--show", "PATTERN", str, "Only these ids, as 'dE/dw_*' (repeatable).", multiple=True),
)
choice_options = together(
    any_sample_option,
    value_option("--step", "K", IntRange(1), "Only this step."),
    value_option("--steps", "N", IntRange(1), "The first N steps."),
    quantity_options,
)
_PARAMETER = setting("a parameter and its value, as w_5=0.02")
what_if_options = together(
    value_option(
        "--set settings", "NAME=VALUE", _PARAMETER, "Change a parameter (repeatable).", multiple=True
    ),
    value_option("--input inputs", "X,...", str, "Other inputs, as one sample of its own."),
    value_option("--target targets", "T,...", str, "Other targets for that sample."),
)


def digits_options(usual: int = 6) -> Declared:
    """`--digits` and `--decimals`; `usual` is the default of a command, in significant digits."""
    return together(
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
number_options = together(digits_options(), hand_option)
file_option = value_option("-o --output", "FILE", str, "Write to a file, whole or not at all.")
color_option = choice_option(
    "--color", ["auto", "always", "never"], "Colour (NO_COLOR is honoured).", default="auto"
)
output_options = together(file_option, color_option)

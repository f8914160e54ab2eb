"""Options that several commands share, and what their values mean."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

import click

from backtrace.derivation.equation import PHASES, Phase
from backtrace.errors import nearest, quoted
from backtrace.limits import DECIMALS

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


def _added_up(
    ctx: click.Context, param: click.Parameter, given: tuple[dict[str, int], ...]
) -> dict[str, int] | None:
    """Several `--hand` as one; None where there is none."""
    return {kind: kept for decimals in given for kind, kept in decimals.items()} if given else None


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
    callback=_added_up,
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


ENDINGS = (  # of files, and the form that each stands for where a command has it
    ("yaml", "yaml"),
    ("yml", "yaml"),
    ("csv", "csv"),
    ("json", "json"),
    ("jsonl", "jsonl"),
    ("md", "markdown"),
    ("tex", "latex"),
    ("html", "html"),
    ("svg", "svg"),
    ("dot", "dot"),
    ("gv", "dot"),
    ("mmd", "mermaid"),
    ("mermaid", "mermaid"),
    ("txt", "text"),
    ("xml", "junit"),
    ("xml", "moodle"),
    ("gift", "gift"),
)
_PICTURES = ("png", "jpg", "jpeg", "gif", "pdf")  # of dots or pages, which nothing here makes


def format_option(forms: tuple[str, ...], usual: str = "table") -> Callable[[Command], Command]:
    """`-f`, one of `forms`; without it `form_of` decides, or at last what is `usual`."""
    endings = " ".join(f".{ending}" for ending, form in ENDINGS if form in forms)
    return click.option(
        "-f",
        "--format",
        "form",
        type=click.Choice(forms),
        help=f"How it is written (default: as FILE of -o ends, {endings}; else {usual}).",
    )


def form_of(output: str | None, forms: tuple[str, ...]) -> str | None:
    """The form that the ending of a file asks for; None where it asks for none.

    Raises:
        UsageError: it asks for one that only other commands have, or for a picture of dots.
    """
    ending = os.path.splitext(output or "")[1].removeprefix(".").lower()
    meant = [form for known, form in ENDINGS if known == ending]
    found = next((form for form in meant if form in forms), None)
    if found or "text" in meant or not (meant or ending in _PICTURES):
        return found
    known = " ".join(f".{known}" for known, form in ENDINGS if form in forms)
    raise click.UsageError(
        f"-o {quoted(output or '', 120)}: no form for .{ending} here; expected {known}, or -f"
    )


def fragment_option(forms: tuple[str, ...]) -> Callable[[Command], Command]:
    """`--fragment`, for the forms that are whole documents or have a heading of their own."""
    kinds = {
        "latex": "LaTeX that needs amsmath",
        "html": "HTML without a head",
        "markdown": "Markdown without the title",
    }
    parts = ", ".join(kinds[form] for form in forms)
    help = f"A part for a document of your own: {parts}."
    return click.option("--fragment", is_flag=True, help=help)


def exclusive(**given: object) -> None:
    """Refuse two options that cannot stand together."""
    names = [f"--{name}" for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} exclude each other; expected one of them")


def phases_of(only: Iterable[str]) -> frozenset[Phase]:
    """The phases that `--only` asks for; all of them where it asks for none."""
    return frozenset(phase for name in only or PHASES for phase in PHASES[name])


def input_alone(inputs: str | None, sample: object) -> None:
    """Refuse `--sample` beside `--input`, which is a sample by itself."""
    if inputs is not None and sample is not None:
        raise click.UsageError("--input makes a sample of its own; expected --sample to be left out")


def refuse_fragment(fragment: bool, form: str, forms: tuple[str, ...]) -> None:
    """Refuse `--fragment` where there is no document that it could be a part of."""
    from backtrace.config.cursor import one_of

    if fragment and form not in forms:
        raise click.UsageError(f"--fragment is a part of a document; expected -f {one_of(forms)}, not {form}")

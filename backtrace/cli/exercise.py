"""`backtrace exercise`: new problems, with numbers that are kind to hands."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

import click

from backtrace.cli.options import FiniteRange, NameOf
from backtrace.views.formats import find_view, views_of

if TYPE_CHECKING:
    from backtrace.exercises.exercise import Exercise
    from backtrace.exercises.plan import Plan
    from backtrace.views.formats import View

FILES = tuple(f".{ending}" for view in views_of("exercise") for ending in view.endings.split())
MOST = 1_000  # exercises at once
LARGEST_SEED = 10**18
FRESH_SEEDS = 10**6  # short enough to be typed again
_TOPOLOGY = re.compile(r"[0-9]{1,3}(?:-[0-9]{1,3}){1,20}")


class Topology(click.ParamType):  # type: ignore[type-arg]  # generic only from click 8.4 on
    """Sizes with hyphens between them: `2-2-1`."""

    name = "topology"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        from backtrace.errors import quoted

        if isinstance(value, tuple):
            return value
        if not _TOPOLOGY.fullmatch(value):
            said = "expected the number of inputs, then of each layer's units, as 2-2-1"
            self.fail(f"{quoted(value)}; {said}", param, ctx)
        return tuple(map(int, value.split("-")))


class Activations(NameOf):
    """One activation, or several with commas between them: `relu,sigmoid`."""

    def __init__(self) -> None:
        super().__init__("activation")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        names = value.split(",", 20)
        return tuple(super(Activations, self).convert(name, param, ctx) for name in names)


@click.command("exercise")
@click.option(
    "--topology",
    "sizes",
    metavar="N-N-N",
    type=Topology(),
    default="2-2-1",
    show_default=True,
    help="How many inputs, then how many units in each layer.",
)
@click.option(
    "--activation",
    "activations",
    metavar="NAME,...",
    type=Activations(),
    help="One for all layers, or one for each, as relu,sigmoid (default sigmoid).",
)
@click.option("--cost", metavar="NAME", type=NameOf("cost"), help="The cost (default half_squared_error).")
@click.option(
    "--bias",
    type=click.Choice(["per-unit", "shared", "none"]),
    default="per-unit",
    help="One for each unit (default), one for each layer, or none.",
)
@click.option(
    "--update",
    metavar="RULE",
    type=NameOf("update rule", ("none",)),
    default="sgd",
    help="How the parameters change (default sgd); none: they do not.",
)
@click.option(
    "--learning-rate",
    "rate",
    metavar="X",
    type=FiniteRange(min=0, max=10, min_open=True),
    default=0.5,
    help="Of the update (default 0.5).",
)
@click.option("--samples", metavar="N", type=click.IntRange(1, 8), default=1, help="How many (default 1).")
@click.option(
    "--batch",
    type=click.Choice(["online", "sum", "mean"]),
    help="How samples make a step (default: mean where there are several).",
)
@click.option(
    "--notation",
    metavar="NAME",
    type=NameOf("notation"),
    default="h-a",
    help="How quantities are written (default h-a).",
)
@click.option(
    "--delta",
    type=click.Choice(["gradient", "descent"]),
    default="gradient",
    help="δ is ∂E/∂h (default), or points the way that the update goes.",
)
@click.option(
    "--digits",
    metavar="N",
    type=click.IntRange(3, 6),
    help="Significant digits of answers (default: from 4 on as few as tell slips apart).",
)
@click.option(
    "--seed", metavar="N", type=click.IntRange(0, LARGEST_SEED), help="Which problems (default: new ones)."
)
@click.option("--count", metavar="N", type=click.IntRange(1, MOST), default=1, help="How many (default 1).")
@click.option(
    "--blank", is_flag=True, help="Instead: a config of that topology to fill in (-o: into a FILE)."
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice([view.format for view in views_of("exercise")]),
    help="Of problem and solution (default: yaml, the config; with -o markdown).",
)
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="FOLDER",
    help="Write config, problem and solution into it (several: default .).",
)
def command(
    sizes: tuple[int, ...],
    activations: tuple[str, ...] | None,
    cost: str | None,
    bias: Any,
    update: str,
    rate: float,
    samples: int,
    batch: Any,
    notation: str,
    delta: Any,
    digits: int | None,
    seed: int | None,
    count: int,
    blank: bool,
    form: str | None,
    folder: str | None,
) -> None:
    """Make new problems: numbers with one decimal, no unit saturated, every common slip a number of its own.

    Without -o the config is printed, for trace and check; with -f the problem as it is handed out. With -o
    there is a config, a problem and a solution of each in FOLDER, in which nothing is replaced; several go
    into the current one without it. The same --seed gives the same problems on any machine.
    """
    if blank and count > 1:
        raise click.UsageError(f"--blank is one config; expected no --count {count}")
    if count > 1 and folder is None:
        folder = "."  # several problems are several files
    if blank and form not in (None, "yaml"):
        raise click.UsageError(f"--blank is a config; expected no -f {form}")
    from backtrace.errors import BacktraceError, quoted
    from backtrace.exercises.plan import Plan, completed

    if not blank and folder and folder.endswith(FILES) and not os.path.isdir(folder):
        said = "expected a folder, for config, problem and solution; without -o one of them is printed"
        raise click.UsageError(f"-o {quoted(folder, 120)}: {said}")
    wish = Plan(
        sizes=sizes,
        activations=activations or (),
        cost=cost or "",
        bias=bias,
        update=None if update == "none" else update,
        rate=rate,
        samples=samples,
        batch=batch or ("mean" if samples > 1 else "online"),
        notation=notation,
        delta=delta,
        digits=digits,
    )
    try:
        plan = completed(wish)
    except BacktraceError as error:
        raise click.UsageError(error.message) from None
    if blank:
        from backtrace.exercises.blank_config import skeleton

        _write("".join(f"{line}\n" for line in skeleton(plan)), folder)
    elif folder is None:
        _write(_page(next(_exercises(plan, seed, 1)), _view(form)), None)
    else:
        from backtrace.cli.exercise_folder import write_files

        write_files(folder, _files(_exercises(plan, seed, count), _view(form or "markdown")))


def _view(form: str | None) -> View:
    view = find_view("exercise", form)
    assert view is not None
    return view


def _exercises(plan: Plan, seed: int | None, count: int) -> Iterator[Exercise]:
    """The exercises of a seed, or of a fresh one, each with what is typed for it."""
    from backtrace.exercises.exercise import exercises
    from backtrace.exercises.plan import options

    if seed is None:
        import secrets

        seed = secrets.randbelow(FRESH_SEEDS)
    typed = f"backtrace exercise {options(plan)} --seed {seed}"
    for exercise in exercises(plan, seed, count):
        yield exercise._replace(typed=f"{typed}, number {exercise.number}" if exercise.number > 1 else typed)


def _page(exercise: Exercise, view: View, solution: bool = False) -> str:
    """The problem as it is handed out, or its solution: a trace in the same format."""
    from backtrace.views.sheet.exercise_pages import problem_context, solution_context

    out = StringIO()
    if solution:
        traced = find_view("trace", view.format)
        assert traced is not None
        traced.write(solution_context(exercise, out))
    else:
        view.write(problem_context(exercise, out))
    return out.getvalue()


def _files(exercises: Iterable[Exercise], view: View) -> Iterator[tuple[str, str]]:
    """The files of all exercises, by name."""
    config = views_of("exercise")[0]
    for exercise in exercises:
        name = f"exercise-{exercise.number}"
        yield f"{name}.yaml", _page(exercise, config)
        if view != config:
            ending = view.endings.split()[0]
            yield f"{name}.{ending}", _page(exercise, view)
            yield f"{name}-solution.{ending}", _page(exercise, view, solution=True)


def _write(text: str, path: str | None) -> None:
    from backtrace.cli.output import write_config, writing_to

    with writing_to(path) as out:
        write_config(text, out)

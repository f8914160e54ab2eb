"""`backtrace exercise`: new problems, with numbers that are kind to hands."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

import click

from backtrace.cli.option_types import FiniteRange, activations, name_of, topology
from backtrace.cli.options import flag, value_option
from backtrace.views.formats import find_view, views_of

if TYPE_CHECKING:
    from backtrace.exercises.exercise import Exercise
    from backtrace.exercises.plan import Plan
    from backtrace.views.formats import View

FORMS = {view.format: view for view in views_of("exercise")}
FILES = tuple(f".{ending}" for view in FORMS.values() for ending in view.endings.split())
MOST = 1_000  # exercises at once
LARGEST_SEED = 10**18
FRESH_SEEDS = 10**6  # short enough to be typed again


@click.command("exercise")
@value_option(
    "--topology sizes", "N-N-N", topology, "Numbers of inputs and of each layer's units (default 2-2-1)."
)
@value_option(
    "--activation activations", "NAME,...", activations, "One for all layers, or one each (default sigmoid)."
)
@value_option("--cost", "NAME", name_of("cost"), "The cost (default half_squared_error).")
@value_option(
    "--bias", None, click.Choice(["per-unit", "shared", "none"]), "Per unit (default), per layer, or none."
)
@value_option("--update", "RULE", name_of("update rule", "none"), "The update rule (default sgd), or none.")
@value_option("--learning-rate rate", "X", FiniteRange(0, 10, min_open=True), "The rate (default 0.5).")
@value_option("--samples", "N", click.IntRange(1, 8), "How many (default 1).", default=1)
@value_option(
    "--batch",
    None,
    click.Choice(["online", "sum", "mean"]),
    "How samples make a step (default: mean if there are several).",
)
@value_option("--notation", "NAME", name_of("notation"), "How quantities are written (default h-a).")
@value_option(
    "--delta",
    None,
    click.Choice(["gradient", "descent"]),
    "δ is ∂E/∂h (default), or points the way the update moves.",
)
@value_option(
    "--digits",
    "N",
    click.IntRange(3, 6),
    "Significant digits of answers (default: 4, or more where slips would look alike).",
)
@value_option("--seed", "N", click.IntRange(0, LARGEST_SEED), "Which problems (default: new ones).")
@value_option("--count", "N", click.IntRange(1, MOST), "How many (default 1).", default=1)
@flag("--blank", "Instead: a config of that topology to fill in (-o: into a FILE).")
@value_option(
    "-f --format form",
    None,
    click.Choice(list(FORMS)),
    "Of problem and solution (default: yaml, the config; with -o markdown).",
)
@value_option(
    "-o --output folder", "FOLDER", str, "Write config, problem and solution into it (several: default .)."
)
def command(
    seed: int | None, count: int, blank: bool, form: str | None, folder: str | None, **wishes: Any
) -> None:
    """Make new problems: numbers with one decimal, no saturated unit, a different wrong number for each slip.

    Without -o the config is printed, for trace and check; with -f the problem, to hand out. With -o, FOLDER
    gets a config, a problem and a solution for each, and no existing file is replaced; without -o several
    problems go into the current folder. The same --seed gives the same problems on any machine.
    """
    if blank and count > 1:
        raise click.UsageError(f"--blank is one config; leave --count {count} out")
    if count > 1 and folder is None:
        folder = "."  # several problems are several files
    if blank and form not in (None, "yaml"):
        raise click.UsageError(f"--blank is a config; leave -f {form} out")
    from backtrace.errors import BacktraceError, quoted
    from backtrace.exercises.plan import Plan, completed

    if not blank and folder and folder.endswith(FILES) and not os.path.isdir(folder):
        fix = "expected a folder, for config, problem and solution; without -o one of them is printed"
        raise click.UsageError(f"-o {quoted(folder, 120)}: {fix}")
    said = {name: value for name, value in wishes.items() if value is not None}
    said.setdefault("batch", "mean" if said["samples"] > 1 else "online")
    if said.get("update") == "none":
        said["update"] = None
    try:
        plan = completed(Plan(**said))
    except BacktraceError as error:
        raise click.UsageError(error.message) from None
    if blank:
        from backtrace.exercises.blank_config import skeleton

        _write("".join(f"{line}\n" for line in skeleton(plan)), folder)
    elif folder is None:
        _write(_page(next(_exercises(plan, seed, 1)), FORMS[form or "yaml"]), None)
    else:
        write_files(folder, _files(_exercises(plan, seed, count), FORMS[form or "markdown"]))


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
    from backtrace.views.sheet.exercise import problem_context, solution_context

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
    for exercise in exercises:
        name = f"exercise-{exercise.number}"
        yield f"{name}.yaml", _page(exercise, FORMS["yaml"])
        if view.format != "yaml":
            ending = view.endings.split()[0]
            yield f"{name}.{ending}", _page(exercise, view)
            yield f"{name}-solution.{ending}", _page(exercise, view, solution=True)


def _write(text: str, path: str | None) -> None:
    from backtrace.cli.output import write_config, writing_to

    with writing_to(path) as out:
        write_config(text, out)


def write_files(folder: str, files: Iterable[tuple[str, str]]) -> None:
    """Write texts by name into a folder, which is created if it is missing: all or none, over no other file.

    They are written into a hidden folder first and then moved, so that a failure leaves nothing behind.

    Raises:
        BacktraceError: a file exists already, or something cannot be written.
    """
    from contextlib import ExitStack
    from tempfile import TemporaryDirectory

    from backtrace.errors import BacktraceError, quoted

    def refuse_to_replace(path: str) -> None:
        if os.path.lexists(path):
            raise BacktraceError(f"{quoted(path, 120)} is there already; expected a folder without it")

    try:
        with ExitStack() as undo:
            if not os.path.isdir(folder):
                os.mkdir(folder)
                undo.callback(os.rmdir, folder)
            with TemporaryDirectory(prefix=".", dir=folder) as waiting:
                for name, text in files:
                    refuse_to_replace(os.path.join(folder, name))
                    with open(os.path.join(waiting, name), "x", encoding="utf-8", newline="") as out:
                        out.write(text)
                for name in sorted(os.listdir(waiting)):
                    path = os.path.join(folder, name)
                    refuse_to_replace(path)
                    os.rename(os.path.join(waiting, name), path)
                    undo.callback(os.unlink, path)
            undo.pop_all()
    except (OSError, ValueError) as error:  # a name with a NUL in it is the latter
        reason = getattr(error, "strerror", None) or error
        raise BacktraceError(f"cannot write into {quoted(folder, 120)}: {reason}") from None

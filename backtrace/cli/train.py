"""`backtrace train`: many steps, the cost on the way, and the trained network."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click
from click import IntRange

from backtrace.cli import Exit
from backtrace.cli import options as shared
from backtrace.cli.option_types import cost_bound
from backtrace.errors import BacktraceError, quoted
from backtrace.limits import COSTS_KEPT, STEPS
from backtrace.views.formats import View

if TYPE_CHECKING:
    from backtrace.problem.problem import Problem

PATIENCE = 0.5  # seconds before a progress bar is shown


@shared.config_command("train")
@shared.value_option("--steps", "N", IntRange(1, STEPS), "How many.", default=1000, show_default=True)
@shared.value_option("--until", "'E<X'", cost_bound, "Stop where the cost is below X.")
@shared.value_option("--every", "K", IntRange(1), "Show the cost after every K steps.")
@shared.value_option("--seed", "N", IntRange(0), "Another seed for random weights.")
@shared.choice_option("--engine", ["auto", "generated", "numpy"], "Default: the quicker one.", default="auto")
@shared.value_option("--save", "FILE", str, "Write a config with the final parameters.")
@shared.format_option("train")
@shared.choice_option(
    "--scale",
    ["auto", "linear", "log"],
    "Of the curve (default: log where the cost falls far).",
    default="auto",
)
@shared.digits_options()
@shared.what_if_options
@shared.output_options
def command(
    options: shared.Options,
    steps: int,
    until: tuple[str, float] | None,
    every: int | None,
    engine: str,
    save: str | None,
    view: View,
    scale: str,
) -> int:
    """Run many steps of training: the cost on the way, its curve, the final parameters, the predictions.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. Ctrl-C ends
    the run early; its result so far is printed, and saved.
    """
    if every is not None and steps // every > COSTS_KEPT:
        many = f"{steps // every:,}"
        raise click.UsageError(f"--every {every} is {many} costs; expected at most {COSTS_KEPT:,}")
    from backtrace.cli.output import writing_to
    from backtrace.config.write import config_text
    from backtrace.symbolic.expressions import number
    from backtrace.symbolic.ids import spell
    from backtrace.training.trainer import train
    from backtrace.views.train.rows import speed, summarize, usual_marks

    problem, _ = options.problem(None)
    below = _bound(problem, until) if until else None
    with ExitStack() as files:
        saved = files.enter_context(writing_to(save)) if save is not None else None
        if saved is not None:
            config_text(problem)  # what cannot be written is refused before any step is run
        out = files.enter_context(writing_to(options.output))
        marks = range(every, steps, every) if every else usual_marks(steps)
        progress = _Progress(steps)
        outcome = train(problem, steps, marks, below, engine, progress)  # type: ignore[arg-type]
        progress.end()
        if saved is not None:
            final = {name: number(outcome.values[spell(name)]) for name in problem.parameters}
            saved.write(config_text(problem._replace(parameters=final)))
        run = summarize(problem, outcome, view.format)
        options.write(view, problem, run, out=out, scale=scale)
    click.echo(speed(outcome), err=True)
    if outcome.failed:
        raise BacktraceError(outcome.ended)
    return Exit.INTERRUPTED if outcome.ended == "interrupted" else Exit.FINE


def _bound(problem: Problem, until: tuple[str, float]) -> float:
    """The bound of `--until`.

    Raises:
        BacktraceError: it is a bound on something else than the cost.
    """
    from backtrace.symbolic.ids import spell
    from backtrace.views.train.rows import cost_symbol

    name, bound = until
    symbol = cost_symbol(problem)
    if spell(name) not in ("E", spell(symbol)):
        raise BacktraceError(f"--until {quoted(name)}: expected a bound on the cost, as '{symbol}<{bound:g}'")
    return bound


class _Progress:
    """A bar on standard error with the cost, if that is a terminal and the run takes a while."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.began = time.monotonic()
        self.bar: Any = None
        self.wanted = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, done: int, cost: float) -> None:
        if not self.wanted or time.monotonic() - self.began < PATIENCE:
            return
        if self.bar is None:
            self.bar = click.progressbar(
                length=self.steps,
                label="training",
                file=sys.stderr,
                item_show_func=lambda cost: None if cost is None else f"E = {cost:.4g}",
            )
            self.bar.__enter__()
        self.bar.update(done - self.bar.pos, cost)

    def end(self) -> None:
        if self.bar is not None:
            self.bar.__exit__(None, None, None)

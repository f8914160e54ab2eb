"""`backtrace trace`: forward, backward and update, every intermediate."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from backtrace.cli import options as shared
from backtrace.views.formats import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrace.problem.problem import Problem
    from backtrace.training.inspection import LayerHealth


@shared.config_command("trace")
@shared.format_option("trace")
@shared.choice_options
@shared.limited_flag("trace", "matrix", "Also each layer in matrix form")
@shared.flag("--all-rows", "Show every row of a large table.")
@shared.fragment_flag("trace")
@shared.limited_flag("trace", "health", "Also how large δ is by layer, and which units are stuck")
@shared.number_options
@shared.what_if_options
@shared.output_options
def command(
    options: shared.Options, view: View, matrix: bool, all_rows: bool, fragment: bool, health: bool
) -> None:
    """Print every h, a, δ and ∂E/∂w of CONFIG, with the formula and the numbers put in.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input.
    """
    if matrix and options.show:
        raise click.UsageError("--matrix draws whole layers and --show picks quantities; give one of them")
    from backtrace.tracing.selection import at_least_one, shown_parts
    from backtrace.tracing.trace import compute

    problem, request = options.request()
    arithmetic = request.arithmetic
    options.write(
        view,
        problem,
        at_least_one(shown_parts(compute(problem, request), options.show, arithmetic), problem),
        arithmetic=arithmetic,
        matrix=matrix,
        all_rows=all_rows,
        fragment=fragment,
        health=partial(_health, problem, request.first) if health else None,
        pictured=() if options.show else request.phases,  # a picture would show more than the quantities
    )


def _health(problem: Problem, step: int) -> Sequence[LayerHealth]:
    """The state of the layers at the start of a step, over all samples."""
    from backtrace.training.inspection import health
    from backtrace.training.trainer import after

    values = after(problem, step - 1) if step > 1 else {}
    return health(problem, values or {})

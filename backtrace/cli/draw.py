"""`backtrace draw`: the network as a picture."""

from __future__ import annotations

import click

from backtrace.cli import options as shared
from backtrace.views.formats import View

BLANK_DIGITS = 6  # as on a sheet: somebody calculates with these numbers


@shared.config_command("draw")
@shared.format_option("draw")
@shared.one_sample_options
@shared.flag("--forward-only", "Without the gradients of the backward pass.")
@shared.flag("--blank", "Only the names of computed quantities, without their values.")
@shared.digits_options(3)
@shared.what_if_options
@shared.file_option
def command(options: shared.Options, step: int, view: View, forward_only: bool, blank: bool) -> None:
    """Draw the network of CONFIG: units with h, a and δ, edges with weights and their gradients.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. The
    equations of a config are drawn as a computation graph.
    """
    if options.sample == "all":
        raise click.UsageError("a picture has one sample; give its number with --sample K")
    from backtrace.diagrams.build import picture
    from backtrace.diagrams.diagram import blank as without_solution
    from backtrace.errors import NotDifferentiableError

    problem, sample = options.problem(options.sample)
    arithmetic = options.arithmetic(problem)
    try:
        diagram = picture(problem, step, sample, backward=not forward_only, arithmetic=arithmetic)
    except NotDifferentiableError as refusal:
        hint = f"{refusal.message}; --forward-only draws what there is"
        raise NotDifferentiableError(hint, refusal.location) from None
    if blank:
        diagram = without_solution(diagram)
        if options.digits is options.decimals is None:
            options = options._replace(digits=BLANK_DIGITS)
    options.write(view, problem, diagram, arithmetic=arithmetic)

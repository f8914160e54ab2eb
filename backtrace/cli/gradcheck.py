"""`backtrace gradcheck`: the derived gradients against differences and complex steps."""

from __future__ import annotations

from collections import Counter

from backtrace.cli import Exit
from backtrace.cli import options as shared
from backtrace.cli.option_types import FiniteRange, sample_number
from backtrace.gradchecking.estimates import STEP_SIZE, TOLERANCE, Settings, Verdict
from backtrace.views.formats import View


@shared.config_command("gradcheck")
@shared.format_option("gradcheck")
@shared.value_option(
    "--sample", "K|all", sample_number, "Which sample (default: the first; in a batch the sum or mean)."
)
@shared.value_option("--show", "PATTERN", str, "Only these, as w_5 or 'dE/dw_*' (repeatable).", multiple=True)
@shared.flag("--inputs of_inputs", "Also the gradients by the inputs.")
@shared.flag("--all every", "Every gradient, also of a large network.")
@shared.value_option(
    "--step-size",
    "S",
    FiniteRange(1e-14, 1),
    "The step of the differences, relative to max(1, |w|) (default 6.06e-06).",
    default=STEP_SIZE,
)
@shared.value_option(
    "--tolerance", "X", FiniteRange(min=0), "The accepted relative error (default 1e-06).", default=TOLERANCE
)
@shared.what_if_options
@shared.output_options
def command(
    options: shared.Options, view: View, of_inputs: bool, every: bool, step_size: float, tolerance: float
) -> int:
    """Check every derived gradient of CONFIG against central differences and complex steps.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input.

    Exit code: 3 if a gradient is wrong, else 0.
    """
    from backtrace.gradchecking.check import counting, gradcheck

    problem, sample = options.problem(options.sample)
    settings = Settings(step_size, tolerance, of_inputs, options.show, every)
    counts: Counter[Verdict] = Counter()
    subjects = counting(gradcheck(problem, sample, settings), counts)
    options.write(view, problem, subjects, settings=settings, counts=counts)
    return Exit.MISTAKES if counts["wrong"] else Exit.FINE

"""A training run as tables of text, at the terminal with the curve drawn in characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backtrace.errors import printable
from backtrace.problem.notation import of_unit
from backtrace.problem.problem import Network
from backtrace.training.inspection import Prediction
from backtrace.views.page.context import ViewContext
from backtrace.views.page.rich_table import numbers, width_of
from backtrace.views.page.text_pages import MarkdownPage, TerminalPage, TextPage
from backtrace.views.page.truncation import TABLE_ROWS
from backtrace.views.trace.text import write_health
from backtrace.views.train.curve_text import lines
from backtrace.views.train.rows import RunSummary, cost_name, ending

CURVE_WIDTH, CURVE_HEIGHT = 72, 12
PARAMETERS_SHOWN, PREDICTIONS_SHOWN, OUTPUTS_SHOWN, INPUTS_SHOWN = 40, 20, 3, 4


def draw(context: ViewContext) -> None:
    """Draw the run at the terminal."""
    page, run = TerminalPage(context), context.content
    width, is_ascii = min(CURVE_WIDTH, page.width), page.look.style.ascii
    curve = lines(run.outcome.curve, context.options["scale"], width, CURVE_HEIGHT, is_ascii)
    _write(context, page, curve)


def write_markdown(context: ViewContext) -> None:
    """Write the tables of the run in Markdown, complete, without the curve."""
    _write(context, MarkdownPage(context), [])


def _write(context: ViewContext, page: TextPage, curve: Sequence[str]) -> None:
    """The costs, their curve, the final parameters, the predictions, and what hinders learning."""
    run, look, text = context.content, page.look, page.look.numerals.text
    page.begin(context.heading())
    page.title("Cost")
    *marks, last = run.outcome.marks
    costs = [(f"{steps:,}", text(cost)) for steps, cost in (*page.first(marks, TABLE_ROWS - 1), last)]
    page.table(numbers("steps", printable(cost_name(run))), costs)
    if curve:
        page.code(curve)
    page.title("Parameters")
    parameters = [(look.name(name), text(start), text(final)) for name, start, final in run.parameters]
    shown = page.first(parameters, PARAMETERS_SHOWN)
    page.table(numbers("parameter", "start", "final"), shown, names=True)
    if len(shown) < len(parameters):
        page.line(f"{len(shown)} of {len(parameters):,} shown: -f json has all", "italic")
    if run.predictions:
        _write_predictions(run, page)
    write_health(page, run.health)
    page.line(ending(run), "bold red" if run.outcome.failed else "bold")


def _write_predictions(run: RunSummary, page: TextPage) -> None:
    """The outputs for each sample beside the targets; only as many outputs as there is room for."""
    problem = run.problem
    assert isinstance(problem.model, Network)
    units, has_few_inputs = problem.model.layers[-1].units, len(problem.inputs) <= INPUTS_SHOWN
    shown, most = page.first(run.predictions, PREDICTIONS_SHOWN), len(page.first(units, OUTPUTS_SHOWN))
    for has_inputs, outputs in ((has_few_inputs, most), (False, most), (False, 2), (False, 1)):
        headings, cells = zip(*_predictions(run, page, shown, has_inputs, outputs), strict=True)
        columns, rows = numbers(*headings), list(zip(*cells, strict=True))
        if width_of(columns, rows) <= page.width:
            break
    page.title("Outputs, each beside its target")
    page.table(columns, rows)
    if len(problem.samples) > len(rows):
        page.line(f"{len(rows)} of {len(problem.samples):,} samples shown", "italic")
    if len(units) > outputs:
        page.line(f"{outputs} of {len(units):,} outputs shown: -f json has all", "italic")


def _predictions(
    run: RunSummary,
    page: TextPage,
    shown: Sequence[Prediction],
    has_inputs: bool,
    outputs: int,
) -> Iterator[tuple[str, list[str]]]:
    """The columns of the predictions, each with its heading."""
    problem, look, text = run.problem, page.look, page.look.numerals.text
    assert isinstance(problem.model, Network)
    yield "sample", [str(prediction.sample) for prediction in shown]
    for place, name in enumerate(problem.inputs if has_inputs else ()):
        yield look.name(name), [text(prediction.inputs[place]) for prediction in shown]
    for place, unit in enumerate(problem.model.layers[-1].units[:outputs]):
        heading = of_unit("a", problem.notation.activation, unit).text
        yield heading, [text(prediction.outputs[place]) for prediction in shown]
        if problem.targets:
            targets = [text(each.targets[place]) if each.targets else "" for each in shown]
            yield look.name(problem.targets[place]), targets

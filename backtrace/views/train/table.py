"""A training run as tables, with the curve drawn in characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from backtrace.errors import printable
from backtrace.problem.notation import of_unit
from backtrace.problem.problem import Network
from backtrace.training.health import LayerHealth, sentences
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look, typed
from backtrace.views.page.rich_columns import Columns, Texts, one_under_another, table_in, width_of
from backtrace.views.page.rich_table import print_heading, print_line
from backtrace.views.page.truncation import TABLE_ROWS
from backtrace.views.train.curve_text import lines
from backtrace.views.train.rows import RunSummary, cost_name, ending

CURVE_WIDTH, CURVE_HEIGHT = 72, 12
PARAMETERS_SHOWN, PREDICTIONS_SHOWN = 40, 20


def _columns(*headings: str) -> Columns:
    """A table of numbers, aligned to the right in all columns but the first."""
    places = range(len(headings))
    layout = tuple((place,) for place in places)
    return Columns(headings, (layout,), one_under_another, frozenset(), frozenset(places[1:]))


class _Screen:
    """The console, and the look of what is drawn on it."""

    def __init__(self, look: Look, console: Console) -> None:
        self.look = look
        self.console = console
        self.ascii = look.style.ascii
        self.typed: Callable[[str], str] = typed if self.ascii else str

    def line(self, text: str = "", style: str = "") -> None:
        print_line(self.typed(text), self.console, style)

    def table(self, title: str, columns: Columns, rows: Iterable[Texts]) -> None:
        """A table under its title; there is none without rows."""
        if rows := list(rows):
            self.line(title, "bold")
            columns = columns._replace(headings=[self.typed(heading) for heading in columns.headings])
            self.console.print(table_in(columns, rows, self.console.width, self.ascii))


def draw_run(context: ViewContext) -> None:
    """The costs, their curve, the final parameters, the predictions, and what hinders learning."""
    run, text = context.content, context.look.numerals.text
    screen = _Screen(context.look, context.console())
    print_heading(map(screen.typed, context.heading()), screen.console)
    screen.line()
    marks = run.outcome.marks
    marks = marks if len(marks) <= TABLE_ROWS else (*marks[: TABLE_ROWS - 1], marks[-1])
    costs = ((f"{mark.steps:,}", text(mark.cost)) for mark in marks)
    screen.table("Cost", _columns("steps", printable(cost_name(run))), costs)
    width = min(CURVE_WIDTH, screen.console.width)
    for line in lines(run.outcome.curve, context.options["scale"], width, CURVE_HEIGHT, screen.ascii):
        screen.console.print(Text(line), no_wrap=True, overflow="ignore", crop=False)
    screen.line()
    rows = [(context.look.name(name), text(start), text(final)) for name, start, final in run.parameters]
    screen.table("Parameters", _columns("parameter", "start", "final"), rows[:PARAMETERS_SHOWN])
    if len(rows) > PARAMETERS_SHOWN:
        screen.line(f"{PARAMETERS_SHOWN} of {len(rows):,} shown: -f json has all", "italic")
    if run.predictions:
        screen.line()
        _draw_predictions(run, screen)
    draw_health(run.health, screen.look, screen.console)
    screen.line(ending(run), "bold red" if run.outcome.failed else "bold")


def draw_health(layers: Sequence[LayerHealth], look: Look, console: Console) -> None:
    """The size of δ in each layer, and what hinders units from learning."""
    screen, text = _Screen(look, console), look.numerals.text
    if layers:
        screen.line()
    rows = (
        (printable(each.layer), text(each.norm), "" if each.ratio is None else f"{each.ratio:.3g}")
        for each in layers
    )
    screen.table("How the layers are", _columns("layer", "norm of δ", "share of the next"), rows)
    for sentence in sentences(layers):
        screen.line(sentence, "yellow")


def _draw_predictions(run: RunSummary, screen: _Screen) -> None:
    """The outputs for each sample beside the targets; only as many outputs as there is room for."""
    problem = run.problem
    assert isinstance(problem.model, Network)
    outputs = len(problem.model.layers[-1].units)
    for has_inputs, most in ((len(problem.inputs) <= 4, 3), (False, 3), (False, 2), (False, 1)):
        headings, cells = zip(*_predictions(run, screen.look, has_inputs, most), strict=True)
        columns, rows = _columns(*headings), list(zip(*cells, strict=True))
        if width_of(columns, rows) <= screen.console.width:
            break
    screen.table("Outputs, each beside its target", columns, rows)
    if len(problem.samples) > len(rows):
        screen.line(f"{len(rows)} of {len(problem.samples):,} samples shown", "italic")
    if outputs > most:
        screen.line(f"{most} of {outputs:,} outputs shown: -f json has all", "italic")


def _predictions(run: RunSummary, look: Look, has_inputs: bool, most: int) -> Iterator[tuple[str, list[str]]]:
    """The columns of the predictions, each with its heading; `most` of the outputs."""
    problem, text = run.problem, look.numerals.text
    assert isinstance(problem.model, Network)
    shown = run.predictions[:PREDICTIONS_SHOWN]
    yield "sample", [str(prediction.sample) for prediction in shown]
    for place, name in enumerate(problem.inputs if has_inputs else ()):
        yield look.name(name), [text(prediction.inputs[place]) for prediction in shown]
    for place, unit in enumerate(problem.model.layers[-1].units[:most]):
        heading = of_unit("a", problem.notation.activation, unit).text
        yield heading, [text(prediction.outputs[place]) for prediction in shown]
        if problem.targets:
            targets = [text(each.targets[place]) if each.targets else "" for each in shown]
            yield look.name(problem.targets[place]), targets

"""A training run as tables, with the curve drawn in characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from backtrace.errors import printable
from backtrace.problem.notation import of_unit
from backtrace.problem.problem import Network
from backtrace.training.health import LayerHealth, sentences
from backtrace.views.check.rows import typed
from backtrace.views.page.records import Look
from backtrace.views.page.rich_columns import Columns, Texts, one_under_another, table_in, width_of
from backtrace.views.page.rich_table import print_line
from backtrace.views.page.truncation import TABLE_ROWS
from backtrace.views.train.curve_text import Scale, lines
from backtrace.views.train.rows import Trained, cost_name, ending

CURVE_WIDTH, CURVE_HEIGHT = 72, 12
PARAMETERS_SHOWN, PREDICTIONS_SHOWN = 40, 20


def _columns(*headings: str) -> Columns:
    """A table of numbers, which are set to the right but for the first column."""
    places = range(len(headings))
    return Columns(
        headings,
        (tuple((place,) for place in places),),
        one_under_another,
        frozenset(),
        frozenset(places[1:]),
    )


def draw_trained(heading: Iterable[str], run: Trained, look: Look, scale: Scale, console: Console) -> None:
    """The costs, their curve, the final parameters, the predictions, and what keeps it from learning."""
    ascii = look.style.ascii
    for number, line in enumerate(heading):
        _say(line, console, ascii, "" if number else "bold")
    _say("", console, ascii)
    _draw("Cost", _columns("steps", printable(cost_name(run))), list(_costs(run, look)), console, ascii)
    width = min(CURVE_WIDTH, console.width)
    for line in lines(run.outcome.curve, scale, width, CURVE_HEIGHT, ascii):
        console.print(Text(line), no_wrap=True, overflow="ignore", crop=False)
    _say("", console, ascii)
    rows = list(_parameters(run, look))
    _draw("Parameters", _columns("parameter", "start", "final"), rows[:PARAMETERS_SHOWN], console, ascii)
    if len(rows) > PARAMETERS_SHOWN:
        _say(f"{PARAMETERS_SHOWN} of {len(rows):,} shown: -f json has all", console, ascii, "italic")
    if run.predictions:
        _say("", console, ascii)
        _draw_predictions(run, look, console)
    draw_health(run.health, look, console)
    _say(ending(run), console, ascii, "bold red" if run.outcome.failed else "bold")


def draw_health(layers: Sequence[LayerHealth], look: Look, console: Console) -> None:
    """How large δ is in each layer, and what keeps units from learning."""
    ascii = look.style.ascii
    if layers:
        _say("", console, ascii)
        form = _columns("layer", "norm of δ", "share of the next")
        _draw("How the layers are", form, list(_layers(layers, look)), console, ascii)
    for sentence in sentences(layers):
        _say(sentence, console, ascii, "yellow")


def _say(text: str, console: Console, ascii: bool, style: str = "") -> None:
    print_line(typed(text) if ascii else text, console, style)


def _draw(title: str, form: Columns, rows: list[Texts], console: Console, ascii: bool) -> None:
    _say(title, console, ascii, "bold")
    headings = [typed(heading) if ascii else heading for heading in form.headings]
    console.print(table_in(form._replace(headings=headings), rows, console.width, ascii))


def _costs(run: Trained, look: Look) -> Iterator[Texts]:
    marks = run.outcome.marks
    shown = marks if len(marks) <= TABLE_ROWS else (*marks[: TABLE_ROWS - 1], marks[-1])
    for mark in shown:
        yield f"{mark.steps:,}", look.numerals.text(mark.cost)


def _parameters(run: Trained, look: Look) -> Iterator[Texts]:
    for name, start, final in run.parameters:
        yield look.name(name), look.numerals.text(start), look.numerals.text(final)


def _layers(layers: Sequence[LayerHealth], look: Look) -> Iterator[Texts]:
    for layer in layers:
        ratio = "" if layer.ratio is None else f"{layer.ratio:.3g}"
        yield printable(layer.layer), look.numerals.text(layer.norm), ratio


def _draw_predictions(run: Trained, look: Look, console: Console) -> None:
    """What comes out for each sample, beside what should: of the outputs as many as there is room for."""
    problem, ascii = run.problem, look.style.ascii
    assert isinstance(problem.model, Network)
    outputs = len(problem.model.layers[-1].units)
    for has_inputs, most in ((len(problem.inputs) <= 4, 3), (False, 3), (False, 2), (False, 1)):
        columns = [*_predictions(run, look, has_inputs, most)]
        form = _columns(*(heading for heading, _ in columns))
        rows: list[Texts] = [*zip(*(cells for _, cells in columns), strict=True)]
        if width_of(form, rows) <= console.width:
            break
    _draw("Outputs, each beside its target", form, rows, console, ascii)
    if len(problem.samples) > len(rows):
        _say(f"{len(rows)} of {len(problem.samples):,} samples shown", console, ascii, "italic")
    if outputs > most:
        _say(f"{most} of {outputs:,} outputs shown: -f json has all", console, ascii, "italic")


def _predictions(run: Trained, look: Look, has_inputs: bool, most: int) -> Iterator[tuple[str, list[str]]]:
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

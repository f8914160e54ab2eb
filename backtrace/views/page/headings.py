"""Lines above the tables: the network, the sample and step, the arithmetic. Must not know any format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from backtrace.derivation.equation import Equation
from backtrace.errors import printable
from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.ids import spell
from backtrace.tracing.grouping import of_sample
from backtrace.views.page.records import Look

GIVENS_SHOWN = 12

SetEqual = Callable[[str, str], str]


def problem_lines(problem: Problem, arithmetic: str, look: Look) -> Iterator[str]:
    """The title and the facts that the numbers depend on, a line each; `arithmetic` may be empty."""
    yield _one_line(problem.title)
    if problem.source:
        yield f"source: {_one_line(problem.source)}"
    facts = []
    model = problem.model
    if isinstance(model, Network):
        sizes = (len(problem.inputs), *(len(layer.units) for layer in model.layers))
        facts.append("network " + "-".join(map(str, sizes)))
        facts.append(", ".join(dict.fromkeys(layer.activation.name for layer in model.layers)))
        if not isinstance(model.cost, str):
            facts.append("own cost")
        elif problem.targets:
            facts.append(model.cost)
    else:
        count = len(model.equations)
        facts.append(f"{count} equation{'s' if count > 1 else ''}, derivatives of {model.objective}")
    if problem.objective == "maximize":
        facts.append("maximized")
    if problem.update:
        constants = ", ".join(f"{name} {value.text}" for name, value in problem.update.constants.items())
        facts.append(f"{problem.update.rule}, {constants}")
    if problem.batch != "online":
        facts.append(f"batch of {len(problem.samples)}, {problem.batch}")
    if problem.seed is not None:
        facts.append(f"seed {problem.seed}")
    if arithmetic:
        facts.append(arithmetic)
    yield (" | " if look.style.ascii else " · ").join(facts)
    if problem.echo:
        yield "with " + ", ".join(printable(change) for change in problem.echo)


def part_line(
    problem: Problem, part: Part, look: Look, set_equal: SetEqual | None = None, dots: str = ""
) -> str:
    """The step and the sample of a part, with the sample's numbers.

    `set_equal` and `dots` are a page's own way to write a name with its number, and that some are left out.
    """
    sample = of_sample(problem, part)
    if sample is None:
        return f"step {part.step}, all samples"
    set_equal = set_equal or (lambda name, text: f"{look.name(name)} = {text}")
    given = [set_equal(name, text) for name, text in givens(problem, part, look)]
    shown = ", ".join(given[:GIVENS_SHOWN])
    if len(given) > GIVENS_SHOWN:
        shown += f", {dots or look.prose('…')} ({len(given)} numbers)"
    line = f"step {part.step}, sample {sample}"
    return f"{line}: {shown}" if shown else line


def givens(problem: Problem, part: Part, look: Look) -> Iterator[tuple[str, str]]:
    """The inputs and targets of a part's sample, and their numbers: exactly enough to work with."""
    for name in (*problem.inputs, *problem.targets):
        id = spell(name)
        if id in part.written:
            yield name, look.numerals.finer().given(part.written[id], part.values[id])


def layer_words(name: str) -> str:
    """A layer in words.

    >>> layer_words("hidden"), layer_words("2"), layer_words("layer 2")
    ('hidden layer', 'layer 2', 'layer 2')
    """
    if name.isdecimal():
        return f"layer {name}"
    return name if "layer" in name.lower() else f"{name} layer"


def part_title(part: Part, equations: Sequence[Equation]) -> str:
    """The heading of a table: the phase of a part, and the layer that all its rows belong to."""
    words = {
        "forward": "Forward",
        "backward": "Backward",
        "total": "Over all samples",
        "update": "Update",
        "after": "After the update",
    }
    title, layer = words[part.phase], equations[0].layer
    if layer is not None:
        return f"{title}, {layer_words(layer)}"
    if part.derivation is None or part.derivation.forward[0].layer is None:
        return title
    if part.phase == "forward":
        return f"{title}, cost"
    # Of a network's gradients only those by its inputs are hidden; the others here are of tied parameters.
    return f"{title}, inputs" if all(row.hidden for row in equations) else title


def _one_line(text: str) -> str:
    """Any text, safe and on one line."""
    return printable(" ".join(text.split()))

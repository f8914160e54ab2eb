"""An explanation in words and lines, for every form."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from backtrace.evaluation.arithmetic import Value
from backtrace.evaluation.steps import Part
from backtrace.explaining.explanation import Explanation, Path
from backtrace.symbolic.expressions import Symbol
from backtrace.typesetting.names import Names
from backtrace.typesetting.pieces import BRACKETS, DOT, MINUS, PLUS, Aside, Break, in_form
from backtrace.typesetting.printer import numeral
from backtrace.views.page.records import Look


class Table(NamedTuple):
    """A table that follows the chain; `starts` says that it is of another sample than the one before it."""

    title: str
    part: Part
    starts: bool
    more: str  # how many rows are shown of those there are, if not all


def tables(explanation: Explanation, most: int = sys.maxsize) -> Iterator[Table]:
    """The factors, and the quantities they depend on; at most so many rows of each."""
    part = explanation.part
    if explanation.factors:
        factors = part._replace(equations=explanation.factors[:most])
        yield Table("The factors", factors, False, _more(most, len(explanation.factors)))
    count, shown, sample = sum(len(part.equations) for part in explanation.dependencies), 0, part.sample
    for below in explanation.dependencies:
        rows = below.equations[: most - shown]
        shown += len(rows)
        if rows:
            is_last = below is explanation.dependencies[-1] or shown == most
            title = "With the updated numbers" if below.phase == "after" else "What this depends on"
            more = _more(most, count) if is_last else ""
            yield Table(title, below._replace(equations=rows), below.sample != sample, more)
            sample = below.sample


def _more(most: int, count: int) -> str:
    return f"{most} of {count:,} shown: -f json has all" if count > most else ""


def the_equation(explanation: Explanation) -> Part:
    """The row of the quantity itself, of which there is no chain."""
    return explanation.part._replace(equations=(explanation.row,))


class Setting(NamedTuple):
    """How a format makes pieces of symbols and numbers, and brackets around some."""

    symbol: Callable[[Symbol], Sequence[Any]]
    numeral: Callable[[str], Sequence[Any]]
    times: Break
    bracketed: Callable[[Sequence[Any]], Sequence[Any]]


def plain_setting(look: Look, times: Break) -> Setting:
    """For plain text."""

    def number(text: str) -> list[str]:
        return ["-", text[1:]] if text[0] == "-" else [text]

    return Setting(lambda symbol: [look.symbol(symbol)], number, times, lambda pieces: ["(", *pieces, ")"])


def typeset_setting(names: Names) -> Setting:
    """For LaTeX and MathML."""
    return Setting(
        lambda symbol: names(symbol.text), numeral, DOT, lambda pieces: [in_form(BRACKETS, pieces)]
    )


def chain_sums(explanation: Explanation, look: Look, setting: Setting) -> Iterator[list[list[Any]]]:
    """The sides of the quantity, each in the terms that get a line: its paths, their numbers, the sum."""
    minus = ["-"] if explanation.sign < 0 else []
    hidden = explanation.path_count - len(explanation.paths)
    more = [[Aside(f"{hidden:,} more paths")]] if hidden else []
    paths = explanation.paths

    def number(value: Value) -> Sequence[Any]:
        return setting.numeral(look.numerals.text(value))

    def product(factors: Iterable[Sequence[Any]]) -> list[Any]:
        first, *others = factors
        return [*minus, *first, *(piece for factor in others for piece in (setting.times, *factor))]

    def numbers(path: Path) -> Iterator[Sequence[Any]]:
        """The values of a path's factors; brackets part a power of ten from the factor after it."""
        for place, factor in enumerate(path.factors):
            pieces = number(explanation.part.values[factor.id])
            is_loose = setting.times in pieces and len(path.factors) > 1
            has_sign = pieces[0] == "-" and (place or explanation.sign < 0)
            yield setting.bracketed(pieces) if is_loose or has_sign else pieces

    yield [product(setting.symbol(row.symbol) for row in path.factors) for path in paths] + more
    yield [product(numbers(path)) for path in paths] + more
    if len(paths) > 1 and not hidden:
        yield [_summed([number(explanation.sign * path.value) for path in paths])]
    yield [list(number(explanation.value))]


def _summed(numbers: Sequence[Sequence[Any]]) -> list[Any]:
    first, *others = numbers
    signed = ((MINUS, *number[1:]) if number[0] == "-" else (PLUS, *number) for number in others)
    return [*first, *(piece for number in signed for piece in number)]


def aside(
    explanation: Explanation,
    look: Look,
    numeral: Callable[[str], str] = str,
    typed: Callable[[str], str] = str,
) -> str:
    """A remark on the chain, in a sentence: where it is, or that a trace has another number.

    `numeral` and `typed` set numbers and options to type.
    """
    if explanation.path_count and not explanation.paths:
        one = typed(f"--sample {explanation.dependencies[0].sample}")
        return f"Each term is the gradient of one sample: {one} writes out the chain to it."
    text = look.numerals.text
    value = text(explanation.part.values[explanation.row.id])
    if value == text(explanation.value):
        return ""
    return f"Computed row by row it is {numeral(value)}: other numbers are rounded on the way."


def meaning(
    explanation: Explanation, symbol: Callable[[Symbol], str], numeral: Callable[[str], str] = str
) -> str:
    """The meaning of the quantity, in a sentence; nothing if it is no derivative.

    `symbol` and `numeral` set symbols and numbers as a page has them.
    """
    by, effect = explanation.by, explanation.effect
    if explanation.objective is None or by is None:
        return ""
    objective = symbol(explanation.objective)
    if by == explanation.objective:
        return f"{objective} changes as much as it does itself."
    if not explanation.path_count:
        return f"{objective} does not depend on {symbol(by)}."
    if effect is None:
        if explanation.is_flat:
            return f"A small change of {symbol(by)} leaves {objective} as it is."
        return ""
    rise, foretold = numeral(f"{effect.rise:g}"), numeral(f"{effect.predicted:.3g}")
    said = f"Raise {symbol(by)} by {rise} and {objective} changes by about {foretold}"
    return f"{said} (computed again: {numeral(f'{effect.actual:.3g}')})."

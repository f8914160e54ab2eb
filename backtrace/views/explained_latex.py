"""An explanation as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from backtrace.derivation.latex import TIMES, numeral
from backtrace.explaining import Explanation, Path
from backtrace.problem import Problem
from backtrace.views.explained import as_part, meaning_in, sections
from backtrace.views.latex import MOST_ROWS, Page
from backtrace.views.latex_lines import align_sums
from backtrace.views.records import Look


def write_latex(
    problem: Problem,
    heading: Iterable[str],
    explanation: Explanation,
    look: Look,
    out: TextIO,
    is_fragment: bool = False,
) -> None:
    """The chain of the rule, its factors, what they rest on, and what it means."""
    page = Page(problem, look, out, is_fragment)
    page.begin(heading)
    page.heading(explanation.part)
    if explanation.paths:
        page.title("The chain of the rule")
        name = page.names(explanation.row.symbol.text)
        out.writelines(f"{line}\n" for line in align_sums(name, list(_sums(page, explanation)), page.room))
    else:
        page.title("The equation")
        page.equations(page.rows(as_part(explanation, (explanation.row,))))
    for title, rows in sections(explanation):
        page.title(title)
        page.table(as_part(explanation, rows), rows, MOST_ROWS)
    said = meaning_in(
        explanation, lambda symbol: f"${page.names(symbol.text)}$", lambda text: f"${numeral(text)}$"
    )
    if said:
        out.write(f"\n\\paragraph*{{What it means}}\n{said}\n")
    page.end()


def _sums(page: Page, explanation: Explanation) -> Iterator[list[str]]:
    """What the quantity is equal to, each in the terms that get a line: its paths, their numbers, the sum."""
    minus = "-" if explanation.sign < 0 else ""
    left_out = explanation.path_count - len(explanation.paths)
    more = [rf"\text{{{left_out:,} more paths}}"] if left_out else []
    paths = explanation.paths
    yield [minus + TIMES.join(page.names(row.symbol.text) for row in path.factors) for path in paths] + more
    yield [minus + TIMES.join(_numbers(page, explanation, path)) for path in paths] + more
    text = page.look.numerals.text
    if len(paths) > 1 and not left_out:
        first, *others = (numeral(text(explanation.sign * path.value)) for path in paths)
        yield [first + "".join(f" - {t[1:]}" if t[0] == "-" else f" + {t}" for t in others)]
    yield [numeral(text(explanation.part.values[explanation.row.id]))]


def _numbers(page: Page, explanation: Explanation, path: Path) -> Iterator[str]:
    """The values of a path's factors; brackets part a power of ten from the factor after it."""
    for place, factor in enumerate(path.factors):
        text = numeral(page.look.numerals.text(explanation.part.values[factor.id]))
        is_loose = TIMES in text and len(path.factors) > 1
        has_sign = text.startswith("-") and (place or explanation.sign < 0)
        yield f"({text})" if is_loose or has_sign else text

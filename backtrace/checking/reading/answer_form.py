r"""An answer form, filled in: the parts of it that are the form's own, and nobody's answer.

Nothing between the marks of the given numbers is read. A heading like `### step 2, sample 1: x = 1` or
`\subsection*{step 2, all samples}`, or one without marks, gives the step and sample of the numbers below it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from backtrace.checking.reading.lines import DocumentLine, numbered_lines
from backtrace.checking.statement import UNFILLED, Statement
from backtrace.limits import LINE_CHARACTERS

GIVEN, GIVEN_END = "<!-- given -->", "<!-- /given -->"
GIVEN_LATEX, GIVEN_LATEX_END = "% given", "% /given"
BLANK = r"\blank"  # in LaTeX, where a number is to be written


_ENDS = {GIVEN: GIVEN_END, GIVEN_LATEX: GIVEN_LATEX_END}
_HEADING = re.compile(
    r"(### +|\\subsection\*\{|<h2>)?step ([0-9]{1,9}), (?:sample ([0-9]{1,9})|all samples)(?=[:}<\s]|$)"
)
_EMPTY = re.compile(r"(\|.*\|)\s*\|")  # a row of a table, without a number in its last cell
_BLANK = re.compile(r"\\blank(?![A-Za-z])")


class Place(NamedTuple):
    """Where the numbers from a line on belong; `sample` is None for all samples together."""

    line: int
    step: int
    sample: int | None


class AnswerForm:
    """The steps and samples of a form's headings, collected while its lines are read.

    `is_form` is true where what is given is marked; `blank` counts the places where nothing was written. With
    `asked`, a number is put there, since all that is wanted are the names.
    """

    def __init__(self, asked: bool = False) -> None:
        self.asked = asked
        self.places: list[Place] = []
        self.is_form = False
        self.blank = 0

    def answers(self, text: str) -> str:
        """The text without the given numbers; every line keeps its number."""
        if "step " not in text and not any(mark in text for mark in _ENDS):
            return text
        return "\n".join(self._kept(numbered_lines(text)))

    def _kept(self, lines: Iterable[DocumentLine]) -> Iterator[str]:
        end: str | None = None
        for number, line, _ in lines:
            bare = line.strip()
            is_short = len(bare) < LINE_CHARACTERS
            heading = _HEADING.match(bare) if is_short else None
            if heading and int(heading[2]) and heading[3] != "0":
                sample = int(heading[3]) if heading[3] else None
                self.places.append(Place(number, int(heading[2]), sample))
                end = None  # also where somebody deleted the mark
                yield "" if heading[1] else line  # in a plain text, it may have more to say
            elif end is not None or bare in _ENDS:
                end = _ENDS[bare] if end is None else None if bare == end else end
                self.is_form = True
                yield ""
            elif self.is_form and is_short and (_BLANK.search(bare) or _EMPTY.fullmatch(bare)):
                self.blank += 1
                row, zero = _EMPTY.fullmatch(bare), UNFILLED.text
                filled = f"{row[1]} {zero} |" if row else _BLANK.sub(zero, line)
                yield filled if self.asked else ""
            else:
                yield line

    def placed(self, statement: Statement) -> Statement:
        """A statement with the step and the sample of the heading above it."""
        above = bisect_right(self.places, statement.line or 0, key=lambda place: place.line)
        if not above:
            return statement
        place = self.places[above - 1]
        return statement._replace(step=place.step, sample=place.sample, total=place.sample is None)

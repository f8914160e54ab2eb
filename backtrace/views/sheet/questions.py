"""Questions for a course site: one for every quantity, with its possible answers, the right one first.

Owns their text, which is HTML without anything that acts as markup or for the filters of a course site. Must
not know how a slip is found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from html import escape
from typing import NamedTuple

from backtrace.checking.slips.distinguish import PossibleAnswers
from backtrace.derivation.equation import Equation
from backtrace.errors import BacktraceError, printable
from backtrace.evaluation.steps import Part
from backtrace.limits import QUESTIONS
from backtrace.problem.problem import Problem
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_line, problem_lines
from backtrace.views.page.problem_statement import all_words, plain_lines
from backtrace.views.page.records import Look, part_records
from backtrace.views.sheet.sheet import BlankSheet, Section

WRONG_CHOICES = 12  # answers of a question that are slips
TITLE_CHARACTERS = 150  # characters of a title in a name

# The quantities in words; for other kinds the symbol says enough.
KINDS = {
    "net": "the net input",
    "activation": "the activation",
    "cost": "the cost",
    "cost_gradient": "the derivative of the cost by an activation",
    "error": "the error",
    "slope": "the slope of the activation",
    "gradient": "the gradient",
    "change": "the change in this step",
    "state": "what the rule keeps for the next step",
    "update": "the new value",
}
_HALF, _ALMOST_HALF = Decimal("0.5"), Decimal("0.49")  # of a unit in the last place
_FILTERED = re.compile(r"[$\\{\[`]")  # TeX and its like begin with these

AnswersOf = Callable[[Part, Equation], PossibleAnswers]


class AnswerOption(NamedTuple):
    """A number, the tolerance around it, and the feedback to a student who gives it."""

    text: str
    tolerance: str
    feedback: str


class Question(NamedTuple):
    """A question and its possible answers, in the order in which a site tries them; no two can both fit.

    The first one is right, the others are wrong. `working` is shown to everybody afterwards.
    """

    name: str
    text: str
    answers: tuple[AnswerOption, ...]
    working: str


def category(context: ViewContext) -> str:
    """A course site's name for the questions of a problem, where a slash would begin another one."""
    return next(context.heading())[:TITLE_CHARACTERS].replace("/", "-").strip() or "backtrace"


def questions(context: ViewContext) -> Iterator[Question]:
    """The questions, one after the other.

    Raises:
        BacktraceError: there are too many.
    """
    sheet, answers_of = BlankSheet.of(context), context.options["outcomes"]
    problem, look = sheet.problem, sheet.look
    count = sum(len(part.equations) for section in sheet.sections for part in section.parts)
    if count > QUESTIONS:
        raise BacktraceError(
            f"{count:,} questions; expected at most {QUESTIONS:,}, chosen with --show or --only"
        )
    title = next(problem_lines(problem, "", look))[:TITLE_CHARACTERS]
    for section in sheet.sections:
        above = _problem(problem, section, look)
        where = f"step {section.step}, "
        where += "all samples" if section.sample is None else f"sample {section.sample}"
        for part in section.parts:
            for row, record in zip(part.equations, part_records(part, look), strict=True):
                possible = answers_of(part, row)
                formula = f"{record.symbol} = {record.formula}"
                below = [_asked(record.symbol, record.kind, possible.places)]
                below += [f"<p>{html(formula)}</p>"] if sheet.asking.formulas else []
                yield Question(
                    f"{title}: {record.symbol}, {where}",
                    above + "".join(below),
                    tuple(_answers(record.symbol, possible)),
                    f"<p>{html(f'{formula} = {record.substitution} = {possible.right}')}</p>",
                )


def html(text: str) -> str:
    """A text as HTML that shows exactly this text.

    >>> html("a < $$b$$")
    'a &lt; <span>$</span><span>$</span>b<span>$</span><span>$</span>'
    """
    return _FILTERED.sub(lambda sign: f"<span>{sign[0]}</span>", escape(printable(text)))


def _problem(problem: Problem, section: Section, look: Look) -> str:
    part = section.parts[0]
    lines = [html(line) for line in problem_lines(problem, "", look)]
    pieces = [f"<p><strong>{lines[0]}</strong></p>", f"<p>{'<br>'.join(lines[1:])}</p>", "<p>"]
    words = plain_lines(all_words(problem, section.parts, look), look, html)
    pieces.append("<br>".join(f"&nbsp; {line.lstrip()}" if line[:1] == " " else line for line in words))
    pieces.append(f"</p><p>{html(part_line(problem, part, look))}</p>")
    return "".join(pieces)


def _asked(symbol: str, kind: str, places: int) -> str:
    name = f", {KINDS[kind]}," if kind in KINDS else ""
    exactly = f"to {places} decimal{'' if places == 1 else 's'}" if places else "to a whole number"
    return f"<p>Compute <strong>{html(symbol)}</strong>{name} {exactly}; round nothing on the way.</p>"


def _answers(symbol: str, possible: PossibleAnswers) -> Iterator[AnswerOption]:
    """The right number and those of slips; each fits what rounds to it, a slip's a little less than that."""
    tolerances = [f"{part.scaleb(-possible.places):f}" for part in (_HALF, _ALMOST_HALF)]
    yield AnswerOption(possible.middle, tolerances[0], "<p>Right.</p>")
    for wrong in possible.wrong[:WRONG_CHOICES]:
        feedback = f"<p>{html(wrong.sentence(symbol))}.</p>"
        yield AnswerOption(wrong.text, tolerances[1], feedback)

"""Questions as Moodle XML, type numerical: the right answer has 100 %, slips 0 % and their explanation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TextIO

from backtrace.errors import printable
from backtrace.views.sheet.questions import AnswerOption, Question


def write_moodle(category: str, questions: Iterable[Question], out: TextIO) -> None:
    """A document with a category and the questions in it, written as they come."""
    ascii = not (out.encoding or "utf-8").lower().startswith("utf")

    def write(lines: Iterable[str]) -> None:
        for line in lines:
            out.write((line.encode("ascii", "xmlcharrefreplace").decode() if ascii else line) + "\n")

    write(['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>", '<question type="category">'])
    write([f"<category>{_text(f'$course$/top/{category}')}</category>", "</question>"])
    for question in questions:
        write(_question(question))
    write(["</quiz>"])


def _question(question: Question) -> Iterator[str]:
    yield '<question type="numerical">'
    yield f"<name>{_text(question.name)}</name>"
    yield f'<questiontext format="html">{_text(question.text)}</questiontext>'
    yield f'<generalfeedback format="html">{_text(question.working)}</generalfeedback>'
    yield "<defaultgrade>1</defaultgrade>"
    yield "<penalty>0.3333333</penalty>"
    yield "<hidden>0</hidden>"
    for place, answer in enumerate(question.answers):
        yield from _answer(answer, 0 if place else 100)
    yield "<unitgradingtype>0</unitgradingtype>"
    yield "<unitpenalty>0</unitpenalty>"
    yield "<showunits>3</showunits>"
    yield "<unitsleft>0</unitsleft>"
    yield "</question>"


def _answer(answer: AnswerOption, fraction: int) -> Iterator[str]:
    yield f'<answer fraction="{fraction}" format="moodle_auto_format">'
    yield _text(answer.text)
    yield f"<tolerance>{answer.tolerance}</tolerance>"
    yield f'<feedback format="html">{_text(answer.feedback)}</feedback>'
    yield "</answer>"


def _text(text: str) -> str:
    """A text, which may be HTML, as XML has it: no CDATA, so that nothing can end it."""
    return f"<text>{escape(printable(text), quote=False)}</text>"

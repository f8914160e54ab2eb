"""Questions as Moodle XML, type numerical: the right answer has 100 %, slips 0 % and their explanation.

Must not know what a question asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from backtrace.errors import printable
from backtrace.views.page.context import ViewContext
from backtrace.views.sheet.questions import Question, category, questions

_SETTINGS = "<defaultgrade>1</defaultgrade> <penalty>0.3333333</penalty> <hidden>0</hidden>".split()
_NO_UNITS = (
    "<unitgradingtype>0</unitgradingtype> <unitpenalty>0</unitpenalty> <showunits>3</showunits> "
    "<unitsleft>0</unitsleft>"
).split()


def write_moodle(context: ViewContext) -> None:
    """Write a category and its questions, one by one."""
    out = context.out
    ascii = not (out.encoding or "utf-8").lower().startswith("utf")

    def write(lines: Iterable[str]) -> None:
        for line in lines:
            out.write((line.encode("ascii", "xmlcharrefreplace").decode() if ascii else line) + "\n")

    write(['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>", '<question type="category">'])
    write([f"<category>{_text(f'$course$/top/{category(context)}')}</category>", "</question>"])
    for question in questions(context):
        write(_question(question))
    write(["</quiz>"])


def _question(question: Question) -> Iterator[str]:
    yield '<question type="numerical">'
    yield f"<name>{_text(question.name)}</name>"
    yield f'<questiontext format="html">{_text(question.text)}</questiontext>'
    yield f'<generalfeedback format="html">{_text(question.working)}</generalfeedback>'
    yield from _SETTINGS
    for place, answer in enumerate(question.answers):
        yield f'<answer fraction="{0 if place else 100}" format="moodle_auto_format">'
        yield _text(answer.text)
        yield f"<tolerance>{answer.tolerance}</tolerance>"
        yield f'<feedback format="html">{_text(answer.feedback)}</feedback>'
        yield "</answer>"
    yield from _NO_UNITS
    yield "</question>"


def _text(text: str) -> str:
    """A text, which may be HTML, as escaped XML: without CDATA, which a text could end."""
    return f"<text>{escape(printable(text), quote=False)}</text>"

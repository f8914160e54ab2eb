"""Question banks for course sites: GIFT, a text format that many import, and Moodle XML, of type numerical.

In GIFT a number is written `=0.6457:0.00005`, a wrong one with `%0%` before it; the first that fits is taken.
In Moodle the right answer has 100 %, slips 0 % and their explanation. Must not know what a question asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from backtrace.errors import printable
from backtrace.views.diagram.svg import carried
from backtrace.views.page.context import ViewContext
from backtrace.views.sheet.questions import Question, category, questions

_GIFT_SIGNS = str.maketrans({c: f"\\{c}" for c in "\\~=#{}:"})
_SETTINGS = "<defaultgrade>1</defaultgrade> <penalty>0.3333333</penalty> <hidden>0</hidden>".split()
_NO_UNITS = (
    "<unitgradingtype>0</unitgradingtype> <unitpenalty>0</unitpenalty> <showunits>3</showunits> "
    "<unitsleft>0</unitsleft>"
).split()


def write_gift(context: ViewContext) -> None:
    """Write a category, then its questions, each answer on a line of its own."""
    out = context.out
    name = printable(category(context)).replace("\\", "\\\\")
    out.write(f"$CATEGORY: $course$/top/{name}\n")
    for question in questions(context):
        out.write(f"\n::{escaped(question.name)}::[html]{escaped(question.text)}{{#\n")
        for place, answer in enumerate(question.answers):
            weight = "%0%" if place else ""
            out.write(f"={weight}{answer.text}:{answer.tolerance}#{escaped(answer.feedback)}\n")
        out.write(f"####{escaped(question.working)}\n}}\n")


def escaped(text: str) -> str:
    r"""Text on one line in which nothing acts as GIFT.

    >>> escaped("{a} = 1:2")
    '\\{a\\} \\= 1\\:2'
    """
    return printable(text).translate(_GIFT_SIGNS)


def write_moodle(context: ViewContext) -> None:
    """Write a category and its questions, one by one."""
    context.out.writelines(f"{carried(line, context.out)}\n" for line in _quiz(context))


def _quiz(context: ViewContext) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<quiz>"
    yield '<question type="category">'
    yield f"<category>{_text(f'$course$/top/{category(context)}')}</category>"
    yield "</question>"
    for question in questions(context):
        yield from _moodle_question(question)
    yield "</quiz>"


def _moodle_question(question: Question) -> Iterator[str]:
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

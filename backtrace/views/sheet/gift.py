"""Questions in GIFT, the text format that many course sites import.

A number is written `=0.6457:0.00005`, a wrong one with `%0%` before it; the first that fits is taken.
Must not know what a question asks for.
"""

from __future__ import annotations

from backtrace.errors import printable
from backtrace.views.page.context import ViewContext
from backtrace.views.sheet.questions import category, questions

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\~=#{}:"})


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
    return printable(text).translate(_SPECIAL)

"""`backtrace walk`: one equation at a time at the terminal; `--quiz` asks for each value first."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, TextIO, TypeVar

import click

from backtrace.cli import Exit
from backtrace.cli import options as shared
from backtrace.errors import cannot_read

if TYPE_CHECKING:
    from backtrace.views.walk.screen import Screen
    from backtrace.views.walk.text import Texts
    from backtrace.walking.judge import Quiz
    from backtrace.walking.quiz import QuizState
    from backtrace.walking.state import WalkState

State = TypeVar("State", bound="WalkState")
LINE_TYPED = 1_000  # characters of a typed line that are looked at


@shared.config_command("walk")
@shared.flag("--quiz", "Ask for each value before showing it; end with the marks.")
@shared.any_sample_option
@shared.one_step_option
@shared.quantity_options
@shared.number_options
@shared.what_if_options
@shared.color_option
def command(options: shared.Options, quiz: bool, color: str) -> int:
    """Walk through CONFIG one equation at a time: the symbol, the formula, the numbers, the value.

    CONFIG is a YAML file, the name of a bundled example such as or-gate, or - for standard input. The bottom
    of the screen lists the keys. Without a terminal, the whole walk is printed.

    With --quiz you compute each value yourself, and walk judges it as check does: it names slips, gives hints
    step by step, and counts an answer as right if it follows from your own earlier numbers. --digits and
    --decimals then also set the precision of an answer. Without a terminal, answers are read line by line.

    Exit code: 0, whatever the marks; 1 for a config with a value that is not finite.
    """
    if quiz and options.config == "-":
        raise click.UsageError("standard input has the answers; expected CONFIG to be a file or an example")
    from backtrace.cli.output import console_for, style_of, writing_to
    from backtrace.views.page.records import Look
    from backtrace.views.walk.text import Texts
    from backtrace.walking.walk import walk_through

    problem, request = options.request()
    walk = walk_through(problem, request, options.show)
    with writing_to(None) as out:
        look = Look(style_of(out), options.numerals(kept=request.arithmetic.kept))
        if quiz:
            from backtrace.views.walk.quiz import draw_marks, quiz_screen
            from backtrace.walking.judge import Least, Quiz
            from backtrace.walking.quiz import QuizState, quiz_pressed

            questions = Quiz(walk, look.numerals, Least(options.digits, options.decimals))
            texts = Texts(questions, look)
            if is_terminal():
                screens = partial(quiz_screen, texts, questions), partial(quiz_pressed, questions)
                ended = _on_screens(QuizState(), *screens, color, out)
            else:
                ended = _ask_line_by_line(texts, questions, out)
            draw_marks(texts, questions, ended, out, console_for(out, color), heading=is_terminal())
        else:
            texts = Texts(walk, look)
            if is_terminal():
                from backtrace.views.walk.screen import walk_screen
                from backtrace.walking.state import begin, pressed

                _on_screens(begin(walk), partial(walk_screen, texts), partial(pressed, walk), color, out)
            else:
                from backtrace.views.walk.text import write_walk

                write_walk(texts, _width(out), out)
    if walk.failure:
        raise walk.failure
    return Exit.FINE


def is_terminal() -> bool:
    """Whether keys and screens are possible: input and output are terminals, and not dumb ones."""
    has_terminals = all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout))
    is_dumb = os.environ.get("TERM", "dumb") in ("", "dumb", "unknown")
    return has_terminals and not is_dumb and find_spec("termios") is not None  # not everywhere


def _on_screens(
    state: State,
    screen: Callable[[State, int, int], Screen],
    pressed: Callable[[State, str, int], State],
    color: str,
    out: TextIO,
) -> State:
    """Draw a state, wait for keys, and repeat until the walk has ended; return the last state."""
    from backtrace.cli.keyboard import taken_terminal
    from backtrace.cli.output import console_for

    with taken_terminal(console_for(out, color)) as terminal:
        while not state.ended:
            size = terminal.size()
            terminal.draw(screen(state, *size))
            for key in terminal.pressed():
                if state.ended:
                    break
                parts = screen(state, *size).parts if state.page else 1
                state = pressed(state, key, parts)
    return state


def _ask_line_by_line(texts: Texts, quiz: Quiz, out: TextIO) -> QuizState:
    """Ask on standard output and read a line for each answer, until the questions or the input end."""
    from backtrace.errors import printable
    from backtrace.views.walk.quiz import KEYS_HINT, heading_lines, question, reply
    from backtrace.walking.quiz import QuizState, quiz_line, quiz_next

    width, echo = _width(out), not (sys.stdin and sys.stdin.isatty())
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="backslashreplace")  # bytes that are no text are no answer
    state = QuizState()
    before: QuizState | None = None
    _say([*heading_lines(texts, width), "", KEYS_HINT], out)
    while not state.ended:
        if before is None or state.at != before.at:
            _say(question(texts, quiz, before, state, width), out)
        out.write(f"{texts.symbol(quiz[state.at].equation)} = ")
        out.flush()
        line = _typed_line()
        if line is None:
            out.write("\n")
            break
        if echo:
            out.write(f"{printable(line)}\n")
        before, state = state, quiz_line(quiz, state, line)
        if state.at == before.at and not state.at_end:
            _say(reply(texts, quiz, before, state, width), out)
            state = replace(state, page="")
            if state.is_settled and state.answers != before.answers:
                state = quiz_next(quiz, state)
        state = replace(state, ended=state.ended or state.at_end)
    return state


def _typed_line() -> str | None:
    """The next line of standard input, cut off where it is too long; None at the end."""
    try:
        line = more = sys.stdin.readline(LINE_TYPED) if sys.stdin else ""
        while len(more) == LINE_TYPED and not more.endswith("\n"):
            more = sys.stdin.readline(LINE_TYPED)
    except OSError as error:  # it may be a folder
        raise cannot_read("-", error) from None
    return line.rstrip("\r\n") if line else None


def _say(lines: list[str], out: TextIO) -> None:
    for line in lines:
        out.write(f"{line}\n")


def _width(out: TextIO) -> int:
    from backtrace.cli.output import console_for

    return console_for(out, "never").width

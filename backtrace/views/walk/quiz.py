"""A quiz on the screen, or line by line; and the marks at its end. Must not know how an answer is judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from rich.console import Console

from backtrace.checking.report import FAULTY, Report
from backtrace.views.check.rows import Disclosure, place, sentence_of, shown_sheet
from backtrace.views.check.text import MARKS, write_sheet
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_title, problem_lines
from backtrace.views.page.rich_table import print_line
from backtrace.views.page.text_pages import TerminalPage
from backtrace.views.walk.screen import TALL, Frame, Screen, lines_of, plain, wrapped
from backtrace.views.walk.text import Texts, given_lines, in_lines
from backtrace.walking.judge import Quiz
from backtrace.walking.quiz import QUIZ_ACTIONS, QuizState, is_settled
from backtrace.walking.state import SYMBOL, VALUE, actions_of

KEYS_HINT = "i shows the givens, h a hint, ? all that you can type"
_TRY_AGAIN = "try again; h gives a hint, n continues with this number"
_MOST_NAMED = 12  # quantities in the list of a slip


def quiz_screen(texts: Texts, quiz: Quiz, state: QuizState, width: int, height: int) -> Screen:
    """The screen of a quiz."""
    actions = actions_of(quiz, QUIZ_ACTIONS)
    if state.page:
        return Frame(texts, state, actions, width, height).page()
    if state.is_settled:  # enter leads to the next question
        others = {name: action for name, action in actions.items() if name not in ("hint", "next")}
        actions = {**others, "answer": actions["answer"]._replace(word="next")}
    frame = Frame(texts, state, actions, width, height)
    body = [*frame.question(), *lines_of(_shown_lines(texts, quiz, state, width))]
    is_low = height < TALL  # one line for the verdict leaves room for a hint
    for text, color in verdicts(texts, state):
        if not is_low or text != _TRY_AGAIN:
            body += frame.message(text, color)[: 1 if is_low and state.answer.hints else None]
    column = None
    if state.prompt is None and not state.is_settled:
        line, column = frame.prompt(f"{texts.symbol(quiz[state.at].equation)} = ", state.entry)
        body.append(line)
    return frame.around(body, column)


def _shown_lines(texts: Texts, quiz: Quiz, state: QuizState, width: int) -> list[str]:
    """The equation up to the last hint; all of it once the question is settled."""
    stop = quiz[state.at]
    stage = VALUE if state.is_settled else state.answer.hints
    if stage == SYMBOL:
        return []
    part = quiz.own_part(stop, state.answers)
    lines = texts.of(stop.equation, part).lines(stage, width)
    if stage == VALUE:
        own, right = (texts.look.numerals.text(p.values[stop.equation.id]) for p in (part, stop.part))
        # A wrong δ_1 may still be tried again: the correct ∂E/∂b_1 = δ_1 would give it away.
        if own != right and all(is_settled(state, number) for number in state.judged.judgements):
            lines += in_lines(f"with the correct numbers: {right}", width)
    return lines


def verdicts(texts: Texts, state: QuizState) -> Iterator[tuple[str, str]]:
    """Sentences about the last number typed, and their colours.

    While it may be tried again, nothing gives the correct number away.
    """
    judgement = state.judgement
    if state.answer.shown is not None:
        yield "the value was shown, so it earns no mark", "yellow"
    elif judgement is not None:
        disclosure = Disclosure() if state.is_settled else Disclosure("slip", reveal=False)
        row = shown_sheet(Report("", None, (judgement,)), disclosure).rows[0]
        sign, typed_sign, color = MARKS[row.verdict]
        text = f"{typed_sign if texts.look.style.ascii else sign} {row.statement.text}: {row.verdict}"
        why = row.reason
        if row.verdict == "wrong" and not why:
            why = "none of the known slips gives it"
        yield f"{text}: {why}" if why else text, color
        if row.verdict in FAULTY:
            yield "it still earns its mark" if state.is_settled else _TRY_AGAIN, ""
    for convention in state.judged.conventions:
        yield convention.sentence, "yellow"


# Line by line


def question(texts: Texts, quiz: Quiz, before: QuizState | None, state: QuizState, width: int) -> list[str]:
    """A question in lines, with the heading of its group if that is another one than before."""
    stop = quiz[state.at]
    style, lines = texts.look.style, [""]
    if before is None or quiz[before.at].group is not stop.group:
        title = texts.look.name(part_title(stop.part, stop.group.equations))
        lines += [*wrapped([texts.place(stop.part), title], style, width), ""]
    return [*lines, *in_lines(f"{stop.number + 1:,} of {quiz.length:,}: {texts.question(stop)}", width)]


def reply(texts: Texts, quiz: Quiz, before: QuizState, state: QuizState, width: int) -> list[str]:
    """The reply to a typed line that led to no other question."""
    style = texts.look.style
    lines: list[str] = []
    if state.page == "given":
        return wrapped(given_lines(texts, quiz[state.at].part), style, width)
    if state.page == "help":
        actions = actions_of(quiz, QUIZ_ACTIONS).values()
        for action in actions:
            letters = [key for key in action.keys if len(key) == 1]
            name = "g NAME" if letters == ["g"] else ", ".join(letters) or "a number"
            lines += in_lines(f"{name}: {action.sentence}", width)
        return lines
    if state.answers != before.answers:
        lines += [f"  {line}" for line in _shown_lines(texts, quiz, state, width - 2)]
        is_new = (state.answer.tries, state.answer.shown) != (before.answer.tries, before.answer.shown)
        sentences = verdicts(texts, state) if is_new else ()
        lines += wrapped([text for text, _ in sentences], style, width)
    return lines + (wrapped([state.message], style, width) if state.message else [])


def heading_lines(texts: Texts, width: int) -> list[str]:
    """The heading of the questions, or of the marks."""
    lines = problem_lines(texts.walk.problem, texts.walk.arithmetic.name, texts.look)
    return wrapped(lines, texts.look.style, width)


# The end


def draw_marks(
    texts: Texts, quiz: Quiz, state: QuizState, out: TextIO, console: Console, heading: bool
) -> None:
    """Draw every answer, the marks, and the slips made on the way."""
    style = texts.look.style
    judgements = tuple(
        judged._replace(statement=judged.statement._replace(name=texts.symbol(quiz[number].equation)))
        for number, judged in sorted(state.judged.judgements.items())
    )
    if judgements:
        sheet = shown_sheet(Report("answers", None, judgements, state.judged.conventions), Disclosure())
        context = ViewContext(texts.walk.problem, sheet, texts.look, out, lambda: console)
        lines = heading_lines(texts, console.width) if heading else []
        write_sheet(TerminalPage(context), lines, sheet)
    else:
        print_line("", console, "")
    for line in ending_lines(texts, quiz, state):
        print_line(plain(line, style), console, "")


def ending_lines(texts: Texts, quiz: Quiz, state: QuizState) -> Iterator[str]:
    """Counts that the marks leave out: correct first tries, values shown, and slips at."""
    answers, judged = state.answers, state.judged.judgements
    tried = [answer for answer in answers.values() if answer.tries]
    if not tried:
        yield "nothing was answered"
    else:
        at_once = sum(is_settled(state, number) and not answers[number].slips for number in judged)
        yield f"right at the first try: {at_once:,} of {len(tried):,}"
    shown = [number for number, answer in sorted(answers.items()) if answer.shown is not None]
    if shown:
        yield f"shown, without a mark: {_named(texts, quiz, shown)}"
    left = quiz.length - len(judged.keys() | shown)
    if left:
        yield f"not answered: {left:,} of {quiz.length:,}"
    at: dict[str, list[int]] = {}
    for number, answer in sorted(answers.items()):
        for slip in answer.slips:
            at.setdefault(slip, []).append(number)
    for slip, numbers in sorted(at.items(), key=lambda made: -len(made[1])):
        times = f", {len(numbers)} times" if len(numbers) > 1 else ""
        what = "no known slip" if slip == "wrong" else sentence_of(slip)
        yield f"{slip}{times}, at {_named(texts, quiz, list(dict.fromkeys(numbers)))}: {what}"


def _named(texts: Texts, quiz: Quiz, numbers: list[int]) -> str:
    has_samples = len({run.part.sample for run in quiz.groups} - {None}) > 1
    stops = [quiz[number] for number in numbers[:_MOST_NAMED]]
    names = [
        texts.symbol(stop.equation) + place(None, stop.part.sample if has_samples else None) for stop in stops
    ]
    if len(numbers) > _MOST_NAMED:
        names.append(f"{len(numbers) - _MOST_NAMED:,} more")
    return ", ".join(names)

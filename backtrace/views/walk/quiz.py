"""A quiz on the screen, or line by line; and the marks at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from rich.console import Console

from backtrace.checking.report import FAULTY, Report
from backtrace.views.check.blocks import MARKS
from backtrace.views.check.rows import Disclosure, place, sentence_of, shown_sheet
from backtrace.views.check.table import draw_sheet
from backtrace.views.page.headings import part_title, problem_lines
from backtrace.views.page.rich_table import print_line
from backtrace.views.walk.screen import (
    TALL,
    Parts,
    Screen,
    bottom,
    equation_lines,
    fitted,
    heading,
    lines_of,
    map_lines,
    page_screen,
    plain,
    prompt,
    said,
    where_to,
)
from backtrace.views.walk.text import Texts, given_lines, in_lines
from backtrace.walking.quiz import Quiz, QuizState, is_settled, quiz_actions
from backtrace.walking.state import SYMBOL, VALUE, Action

KEYS_TOLD = "i tells what is given, h hints, ? all that can be typed"
_TRY_AGAIN = "try again; h is a hint, n goes on with it"
_MOST_TOLD = 12  # of the numbers that a slip was made at


def quiz_screen(texts: Texts, quiz: Quiz, state: QuizState, width: int, height: int) -> Screen:
    """What a terminal shows of a quiz."""
    style, place, actions = texts.look.style, state.place, quiz_actions(quiz)
    stop = quiz.walk[place.at]
    if place.page:
        return page_screen(texts, place, stop, actions, width, height)
    body = equation_lines(texts, stop, width)
    body += lines_of(_shown_lines(texts, quiz, state, width))
    is_low = height < TALL  # where one line is enough for the verdict, if there is a hint to be read
    for text, color in verdicts(texts, state):
        if not is_low or text != _TRY_AGAIN:
            body += said(text, style, width, color)[: 1 if is_low and state.answer.hints else None]
    foot = said(place.message, style, width)
    cursor = None
    if place.prompt is not None:
        foot, cursor = where_to(place.prompt, foot, style, width)
    else:
        if not state.is_settled:
            line, column = prompt(f"{texts.symbol(stop.equation)} = ", state.typed, style, width)
            body.append(line)
            cursor = ("body", column)
        foot += bottom(_useful(actions, state), style, width, height)
    head = heading(texts, stop, width, height)
    return fitted(Parts(head, body, map_lines(texts, stop, width, height), foot, cursor), width, height)


def _useful(actions: Mapping[str, Action], state: QuizState) -> Mapping[str, Action]:
    """The keys that the bottom line has: once nothing is left to answer, the way on is what enter does."""
    if not state.is_settled:
        return actions
    others = {name: action for name, action in actions.items() if name not in ("hint", "next")}
    return {**others, "answer": actions["answer"]._replace(word="next")}


def _shown_lines(texts: Texts, quiz: Quiz, state: QuizState, width: int) -> list[str]:
    """As much of the equation as has been asked for; all of it once the question is settled."""
    stop = quiz.walk[state.place.at]
    stage = VALUE if state.is_settled else state.answer.hints
    if stage == SYMBOL:
        return []
    part = quiz.judge.own_part(stop, state.answers)
    lines = texts.shown(stop.equation, part).lines(stage, width)
    if stage == VALUE:
        own, right = (texts.look.numerals.text(p.values[stop.equation.id]) for p in (part, stop.part))
        # Next to a wrong number that may be tried again, what rests on it would give it away: ∂E/∂b_1 = δ_1.
        if own != right and all(is_settled(state, number) for number in state.judged.judgements):
            lines += in_lines(f"with the right numbers: {right}", width)
    return lines


def verdicts(texts: Texts, state: QuizState) -> Iterator[tuple[str, str]]:
    """What is to be said of the number that stands, and its colour.

    While it may be tried again, nothing gives the right number away.
    """
    judgement = state.judgement
    if state.answer.shown is not None:
        yield "the value was shown; it earns nothing", "yellow"
    elif judgement is not None:
        disclosure = Disclosure() if state.is_settled else Disclosure("slip", reveal=False)
        row = shown_sheet(Report("", None, (judgement,)), disclosure).rows[0]
        sign, typed_sign, color = MARKS[row.verdict]
        text = f"{typed_sign if texts.look.style.ascii else sign} {row.stated}: {row.verdict}"
        why = row.reason
        if row.verdict == "wrong" and not why:
            why = "none of the known slips gives it"
        yield f"{text}: {why}" if why else text, color
        if row.verdict in FAULTY:
            yield "it keeps its mark" if state.is_settled else _TRY_AGAIN, ""
    for convention in state.judged.conventions:
        yield convention.sentence, "yellow"


# Line by line


def question(texts: Texts, quiz: Quiz, before: int | None, state: QuizState, width: int) -> list[str]:
    """A question in lines, with the heading of what it belongs to unless the one before stood there, too."""
    stop = quiz.walk[state.place.at]
    style, lines = texts.look.style, [""]
    if before is None or quiz.walk[before].run is not stop.run:
        title = texts.look.name(part_title(stop.part, stop.run.equations))
        lines += [
            *in_lines(plain(texts.place(stop.part), style), width),
            *in_lines(plain(title, style), width),
            "",
        ]
    what = f"{texts.symbol(stop.equation)}: {texts.said(stop.equation, stop.part)}"
    return [*lines, *in_lines(f"{stop.number + 1:,} of {quiz.walk.length:,}: {what}", width)]


def reply(texts: Texts, quiz: Quiz, before: QuizState, state: QuizState, width: int) -> list[str]:
    """What is said after a line was typed, if that led to no other question."""
    style = texts.look.style
    lines: list[str] = []
    if state.place.page == "given":
        given = given_lines(texts, quiz.walk[state.place.at].part)
        return [piece for line in given for piece in in_lines(plain(line, style), width)]
    if state.place.page == "help":
        actions = quiz_actions(quiz).values()
        for action in actions:
            letters = [key for key in action.keys if len(key) == 1]
            name = "g NAME" if letters == ["g"] else ", ".join(letters) or "a number"
            lines += in_lines(f"{name}: {action.sentence}", width)
        return lines
    if state.answers != before.answers:
        lines += [f"  {line}" for line in _shown_lines(texts, quiz, state, width - 2)]
        is_new = (state.answer.tries, state.answer.shown) != (before.answer.tries, before.answer.shown)
        told = verdicts(texts, state) if is_new else ()
        lines += [line for text, _ in told for line in in_lines(plain(text, style), width)]
    if state.place.message:
        lines += in_lines(plain(state.place.message, style), width)
    return lines


def heading_lines(texts: Texts, width: int) -> list[str]:
    """What stands above the questions, or above the marks."""
    walk, style = texts.walk, texts.look.style
    lines = problem_lines(walk.problem, walk.arithmetic.name, texts.look)
    return [piece for line in lines for piece in in_lines(plain(line, style), width)]


# The end


def draw_marks(texts: Texts, quiz: Quiz, state: QuizState, console: Console, heading: bool) -> None:
    """Every number that was answered, the marks, and the slips that were made on the way."""
    style, answers = texts.look.style, state.answers
    report = quiz.judge.report(answers)
    judgements = tuple(
        j._replace(statement=j.statement._replace(name=texts.symbol(quiz.walk[number].equation)))
        for j, number in zip(report.judgements, _answered(state), strict=True)
    )
    if judgements:
        sheet = shown_sheet(report._replace(judgements=judgements), Disclosure())
        draw_sheet(heading_lines(texts, console.width) if heading else [], sheet, console, style.ascii)
    else:
        print_line("", console, "")
    for line in ending_lines(texts, quiz, state):
        print_line(plain(line, style), console, "")


def _answered(state: QuizState) -> list[int]:
    return sorted(n for n, answer in state.answers.items() if answer.tries and answer.shown is None)


def ending_lines(texts: Texts, quiz: Quiz, state: QuizState) -> Iterator[str]:
    """What the marks leave out: what was right at once, what was shown, and which slips were made."""
    answers = state.answers
    tried = [answer for answer in answers.values() if answer.tries]
    if not tried:
        yield "nothing was answered"
    else:
        at_once = sum(is_settled(state, number) and not answers[number].slips for number in _answered(state))
        yield f"right at the first try: {at_once:,} of {len(tried):,}"
    shown = [number for number, answer in sorted(answers.items()) if answer.shown is not None]
    if shown:
        yield f"shown, without a mark: {_named(texts, quiz, shown)}"
    left = quiz.walk.length - len(set(_answered(state)) | set(shown))
    if left:
        yield f"not answered: {left:,} of {quiz.walk.length:,}"
    made: dict[str, list[int]] = {}
    for number, answer in sorted(answers.items()):
        for slip in answer.slips:
            made.setdefault(slip, []).append(number)
    for slip, count in Counter({slip: len(numbers) for slip, numbers in made.items()}).most_common():
        where = _named(texts, quiz, list(dict.fromkeys(made[slip])))
        what = "no known slip" if slip == "wrong" else sentence_of(slip)
        yield f"{slip}{f', {count} times' if count > 1 else ''}, at {where}: {what}"


def _named(texts: Texts, quiz: Quiz, numbers: list[int]) -> str:
    has_samples = len({run.part.sample for run in quiz.walk.runs} - {None}) > 1
    stops = [quiz.walk[number] for number in numbers[:_MOST_TOLD]]
    names = [
        texts.symbol(stop.equation) + place(None, stop.part.sample if has_samples else None) for stop in stops
    ]
    if len(numbers) > _MOST_TOLD:
        names.append(f"{len(numbers) - _MOST_TOLD:,} more")
    return ", ".join(names)

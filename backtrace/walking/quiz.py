"""The state of a quiz and its keys: a state and a key, or a typed line, give the next state.

Must not know the terminal, nor how an answer is judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from backtrace.checking.lexing.tokens import tokens_of
from backtrace.checking.naming.side_parser import parse_side
from backtrace.checking.reading.handwritten_numbers import read_number, sides_of
from backtrace.checking.report import FAULTY, Judgement, mark
from backtrace.checking.stated_number import stated
from backtrace.errors import quoted
from backtrace.symbolic.expressions import Number, symbols
from backtrace.walking.judge import Answer, Answers, AnswerVerdicts, Quiz
from backtrace.walking.state import (
    ACTIONS,
    VALUE,
    Action,
    WalkState,
    action,
    action_of,
    at_prompt,
    edit_line,
    pressed,
    stages,
    to_stop,
)

_AS = "as 0.65 or -1.2e-3"
_LETTERS_OF_A_NUMBER = "eEx"  # 1.2e-3, 1.2x10^-3
ASKS = "type a number, or press h for a hint, or n to skip this question"


@dataclass(frozen=True)
class QuizState(WalkState):
    """The question, the line typed so far (`entry`), and all answers so far.

    `at_end`: pressing next again ends the quiz.
    """

    entry: str = ""
    answers: Answers = field(default_factory=dict)
    judged: AnswerVerdicts = field(default_factory=lambda: AnswerVerdicts({}))
    at_end: bool = False

    @property
    def answer(self) -> Answer:
        """All tries and hints at this question so far."""
        return self.answers.get(self.at, Answer())

    @property
    def judgement(self) -> Judgement | None:
        """The verdict on the last number typed here."""
        return self.judged.judgements.get(self.at)

    @property
    def is_settled(self) -> bool:
        """Whether the question needs no answer any more: its number earns a mark, or the value was shown."""
        return is_settled(self, self.at)


def is_settled(state: QuizState, number: int) -> bool:
    """Whether a question needs no answer any more."""
    answer, judgement = state.answers.get(number), state.judged.judgements.get(number)
    return bool(answer and answer.shown) or (judgement is not None and mark(judgement) == 1)


def quiz_pressed(quiz: Quiz, state: QuizState, key: str, parts: int = 1) -> QuizState:
    """The state that a key leads to; `parts` is the number of screens that an open page fills."""
    is_covered = state.prompt is not None or state.page
    if is_covered or action_of(quiz, key, QUIZ_ACTIONS):
        moved = pressed(quiz, replace(state, at_end=False), key, parts, QUIZ_ACTIONS)
        moved = replace(moved, ended=moved.ended or (state.at_end and moved.at_end))
        return moved if moved.at == state.at else replace(moved, entry="")
    state = replace(state, message="", at_end=False)
    if not _is_entry(key, state.entry):
        return state
    if state.is_settled:
        return replace(state, message="this question is answered")
    return replace(state, entry=edit_line(state.entry, "ctrl-u" if key == "escape" else key))


def _is_entry(key: str, entry: str) -> bool:
    """Whether a key edits the typed number; while there is one, keys that delete do nothing else."""
    if key in ("space", "backspace", "ctrl-u", "escape"):
        return bool(entry)
    return len(key) == 1 and (not key.isalpha() or key in _LETTERS_OF_A_NUMBER)


def quiz_line(quiz: Quiz, state: QuizState, line: str) -> QuizState:
    """The state that a typed line leads to: a number, the letter of an action, or `g` and a name."""
    line = line.strip()
    if line == "g" or line.startswith("g "):
        return replace(at_prompt(quiz, replace(state, prompt=line[2:], message=""), "enter"), prompt=None)
    if not line or (len(line) == 1 and action_of(quiz, line, QUIZ_ACTIONS)):
        return quiz_pressed(quiz, state, line or "enter")
    return answered(quiz, replace(state, message=""), line)


def read_answer(text: str) -> Number | str:
    """The number that `text` ends in, written as on a sheet: 0,6 or = 0.6 or 1.2·10⁻³; or a message.

    >>> read_answer("0.1 + 0.5 = 0,6")
    Number(value=0.6, text='0.6')
    >>> read_answer("1/3")
    "found '1/3'; expected its result, as 0.65 or -1.2e-3"
    """
    read = read_number(text, f"a number, {_AS}", has_working=True)
    if isinstance(read, Number):
        return read
    computation = parse_side(tokens_of(sides_of(text)[-1]))
    if computation is None or isinstance(computation, Number) or any(True for _ in symbols(computation)):
        return read
    return f"found {quoted(text)}; expected its result, {_AS}"


def answered(quiz: Quiz, state: QuizState, text: str) -> QuizState:
    """The state after an answer: with a verdict on a number, with a message otherwise."""
    state = replace(state, entry="")
    read = read_answer(text)
    if isinstance(read, str):
        return replace(state, message=read)
    number = stated(read.text)
    if number is None:
        return replace(state, message=f"{read.text} is too large or too small")
    if state.is_settled:
        return replace(state, message="this question is answered")
    answer = state.answer._replace(tries=(*state.answer.tries, read.text))
    answers = {**state.answers, state.at: answer}
    judged = quiz.verdicts(answers)
    judgement = judged.judgements[state.at]
    if mark(judgement) == 1:
        own = float(quiz.own_part(quiz[state.at], state.answers).values[judgement.id])
        missing = quiz.least.missing(number, judgement.expected or 0.0, own)
        if missing:
            return replace(state, message=f"correct; please give {missing}")
    if judgement.verdict in FAULTY:
        answers[state.at] = answer._replace(slips=(*answer.slips, judgement.slip or judgement.verdict))
    return replace(state, answers=answers, judged=judged)


# Moves


def _enter(quiz: Quiz, state: QuizState) -> QuizState:
    if entry := state.entry.strip():
        return answered(quiz, state, entry)
    return quiz_next(quiz, state) if state.is_settled else replace(state, message=ASKS)


def _hint(quiz: Quiz, state: QuizState) -> QuizState:
    """One more hint: the formula, the numbers, the value."""
    stop, answer = quiz[state.at], state.answer
    if state.is_settled:
        return replace(state, message="everything is shown")
    stage = next(stage for stage in stages(stop.equation) if stage > answer.hints)
    answer = answer._replace(hints=stage)
    if stage == VALUE:
        own = quiz.own_part(stop, state.answers).values[stop.equation.id]
        answer = answer._replace(shown=quiz.numerals.text(own))
    answers = {**state.answers, state.at: answer}
    state = replace(state, answers=answers, judged=quiz.verdicts(answers))
    return replace(state, entry="") if state.is_settled else state


def quiz_next(quiz: Quiz, state: QuizState) -> QuizState:
    """The next question; after the last one, a message that says how the quiz ends."""
    if state.at + 1 < quiz.length:
        return to_stop(quiz, state, state.at + 1)
    left = sum(not is_settled(state, stop.number) and stop.number not in state.answers for stop in quiz)
    message = f"{left:,} not answered, g goes to one" if left else "that was the last question"
    return replace(state, message=f"{message}; press next again to end the quiz", at_end=True)


def _back(quiz: Quiz, state: QuizState) -> QuizState:
    return to_stop(quiz, state, state.at - 1)


QUIZ_ACTIONS: dict[str, Action] = {
    "answer": action("enter", "answer", "judge the typed number; then the next question", _enter),
    "hint": action("h", "hint", "the formula, then the numbers, then the value, which earns no mark", _hint),
    "given": ACTIONS["given"]._replace(word="given"),
    "next": action("n down right", "next", "to the next question, even after a wrong number", quiz_next),
    "back": action("left up p", "back", "to the question before", _back),
    **{name: ACTIONS[name] for name in ("go", "forward", "backward", "update")},
    "help": ACTIONS["help"]._replace(keys=("?",)),
    "quit": ACTIONS["quit"]._replace(sentence="end the quiz and show the marks"),
}

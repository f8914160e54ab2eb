"""A quiz: it asks for each value before showing it; a state and a key, or a typed line, give the next state.

Must not know the terminal, nor how an answer is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from backtrace.checking.report import FAULTY, Judgement, mark
from backtrace.checking.stated_number import Stated, stated
from backtrace.evaluation.closeness import same
from backtrace.walking.answer_number import read_answer
from backtrace.walking.judge import Answer, Answers, AnswerVerdicts, Judge
from backtrace.walking.state import (
    ACTIONS,
    VALUE,
    Action,
    WalkState,
    actions_of,
    at_page,
    at_prompt,
    edit_line,
    stages,
)
from backtrace.walking.walk import Walk

_LETTERS_OF_A_NUMBER = "eEx"  # 1.2e-3, 1.2x10^-3
ASKS = "type a number, or press h for a hint, or n to skip this question"


class Least(NamedTuple):
    """The precision asked of an answer: significant digits, or decimals."""

    digits: int | None = None
    decimals: int | None = None

    def missing(self, number: Stated, *exact: float) -> str:
        """The precision that a number lacks; none if it is exactly right, as 0.6 or 0 may be."""
        if any(same(number.value, value) for value in exact):
            return ""
        if self.digits is not None and number.digits < self.digits:
            return f"{self.digits} significant digit{'s' if self.digits > 1 else ''}"
        if self.decimals is not None and number.places < self.decimals:
            return f"{self.decimals} decimal{'s' if self.decimals > 1 else ''}"
        return ""


class Quiz(NamedTuple):
    """The judge of a walk's answers, and the precision asked of them."""

    judge: Judge
    least: Least = Least()

    @property
    def walk(self) -> Walk:
        return self.judge.walk


class QuizState(NamedTuple):
    """The question, the line typed so far (`entry`), and all answers so far.

    `at_end`: pressing next again ends the quiz.
    """

    place: WalkState = WalkState()
    entry: str = ""
    answers: Answers = MappingProxyType({})
    judged: AnswerVerdicts = AnswerVerdicts(MappingProxyType({}))
    at_end: bool = False

    @property
    def ended(self) -> bool:
        return self.place.ended

    @property
    def page(self) -> str:
        return self.place.page

    @property
    def answer(self) -> Answer:
        """All tries and hints at this question so far."""
        return self.answers.get(self.place.at, Answer())

    @property
    def judgement(self) -> Judgement | None:
        """The verdict on the last number typed here."""
        return self.judged.judgements.get(self.place.at)

    @property
    def is_settled(self) -> bool:
        """Whether the question needs no answer any more: its number earns a mark, or the value was shown."""
        return is_settled(self, self.place.at)

    def saying(self, message: str) -> QuizState:
        """The state with a message."""
        return self._replace(place=self.place._replace(message=message))


QuizMove = Callable[[Quiz, QuizState], QuizState]


def is_settled(state: QuizState, number: int) -> bool:
    """Whether a question needs no answer any more."""
    answer, judgement = state.answers.get(number), state.judged.judgements.get(number)
    return bool(answer and answer.shown) or (judgement is not None and mark(judgement) == 1)


def quiz_pressed(quiz: Quiz, state: QuizState, key: str, parts: int = 1) -> QuizState:
    """The state that a key leads to; `parts` is the number of screens that an open page fills."""
    before, state = state, state.saying("")._replace(at_end=False)
    if state.place.prompt is not None:
        state = state._replace(place=at_prompt(quiz.walk, state.place, key))
    elif state.place.page:
        state = state._replace(place=at_page(state.place, key, parts))
    elif action := next((one for one in quiz_actions(quiz).values() if key in one.keys), None):
        state = action.move(quiz, state)
        state = ended(state) if before.at_end and state.at_end else state
    elif _is_entry(key, state.entry):
        entry = edit_line(state.entry, "ctrl-u" if key == "escape" else key)
        state = state.saying("this question is answered") if state.is_settled else state._replace(entry=entry)
    return state if state.place.at == before.place.at else state._replace(entry="")


def _is_entry(key: str, entry: str) -> bool:
    """Whether a key edits the typed number; while there is one, keys that delete do nothing else."""
    if key in ("space", "backspace", "ctrl-u", "escape"):
        return bool(entry)
    return len(key) == 1 and (not key.isalpha() or key in _LETTERS_OF_A_NUMBER)


def quiz_line(quiz: Quiz, state: QuizState, line: str) -> QuizState:
    """The state that a typed line leads to: a number, the letter of an action, or `g` and a name."""
    line = line.strip()
    letters = [key for action in quiz_actions(quiz).values() for key in action.keys if len(key) == 1]
    if line in ("", *letters) and line != "g":
        return quiz_pressed(quiz, state, line or "enter")
    if line.startswith("g ") or line == "g":
        place = at_prompt(quiz.walk, state.place._replace(prompt=line[2:], message=""), "enter")
        return state._replace(place=place._replace(prompt=None))
    return answered(quiz, state.saying(""), line)


def answered(quiz: Quiz, state: QuizState, text: str) -> QuizState:
    """The state after an answer: with a verdict on a number, with a message otherwise."""
    state = state._replace(entry="")
    read = read_answer(text)
    if isinstance(read, str):
        return state.saying(read)
    text = read.text
    number = stated(text)
    if number is None:
        return state.saying(f"{text} is too large or too small")
    if state.is_settled:
        return state.saying("this question is answered")
    before, at = state.answer, state.place.at
    after = before._replace(tries=(*before.tries, text))
    answers = {**state.answers, at: after}
    judged = quiz.judge.verdicts(answers)
    judgement = judged.judgements[at]
    if mark(judgement) == 1:
        part = quiz.judge.own_part(quiz.walk[at], state.answers)
        own = float(part.values[judgement.id])
        missing = quiz.least.missing(number, judgement.expected or 0.0, own)
        if missing:
            return state.saying(f"correct; please give {missing}")
    if judgement.verdict in FAULTY:
        answers[at] = after._replace(slips=(*before.slips, judgement.slip or judgement.verdict))
    return state._replace(answers=answers, judged=judged)


def ended(state: QuizState) -> QuizState:
    """The state that ends the quiz."""
    return state._replace(place=state.place._replace(ended=True))


# Moves


def _enter(quiz: Quiz, state: QuizState) -> QuizState:
    if entry := state.entry.strip():
        return answered(quiz, state, entry)
    return quiz_next(quiz, state) if state.is_settled else state.saying(ASKS)


def _hint(quiz: Quiz, state: QuizState) -> QuizState:
    """One more hint: the formula, the numbers, the value."""
    stop, answer = quiz.walk[state.place.at], state.answer
    if state.is_settled:
        return state.saying("everything is shown")
    stage = next(stage for stage in stages(stop.equation) if stage > answer.hints)
    answer = answer._replace(hints=stage)
    if stage == VALUE:
        own = quiz.judge.own_part(stop, state.answers)
        answer = answer._replace(shown=quiz.judge.text(own.values[stop.equation.id]))
    answers = {**state.answers, state.place.at: answer}
    state = state._replace(answers=answers, judged=quiz.judge.verdicts(answers))
    return state._replace(entry="") if state.is_settled else state


def quiz_next(quiz: Quiz, state: QuizState) -> QuizState:
    """The next question; after the last one, a message that says how the quiz ends."""
    at = state.place.at + 1
    if at < quiz.walk.length:
        return state._replace(place=WalkState(at))
    left = sum(not is_settled(state, number) and number not in state.answers for number in range(at))
    message = f"{left:,} not answered, g goes to one" if left else "that was the last question"
    return state.saying(f"{message}; press next again to end the quiz")._replace(at_end=True)


def _back(quiz: Quiz, state: QuizState) -> QuizState:
    if not state.place.at:
        return state.saying("this is the first")
    return state._replace(place=WalkState(state.place.at - 1))


def quiz_actions(quiz: Quiz) -> Mapping[str, Action]:
    """The actions of a quiz, without those that lead to a phase without questions."""
    return actions_of(quiz.walk, QUIZ_ACTIONS)


def _as_walked(name: str, **other: Any) -> Action:
    """An action of the walk for the quiz; `other` has the fields that differ."""
    action = ACTIONS[name]
    return action._replace(
        move=lambda quiz, state: state._replace(place=action.move(quiz.walk, state.place)), **other
    )


QUIZ_ACTIONS: dict[str, Action] = {
    "answer": Action(("enter",), "answer", "judge the typed number; then the next question", _enter),
    "hint": Action(
        ("h",), "hint", "the formula, then the numbers, then the value, which earns no mark", _hint
    ),
    "given": _as_walked("given", word="given"),
    "next": Action(
        ("n", "down", "right"), "next", "to the next question, even after a wrong number", quiz_next
    ),
    "back": Action(("left", "up", "p"), "back", "to the question before", _back),
    "go": _as_walked("go"),
    "forward": _as_walked("forward"),
    "backward": _as_walked("backward"),
    "update": _as_walked("update"),
    "help": _as_walked("help", keys=("?",)),
    "quit": _as_walked("quit", sentence="end the quiz and show the marks"),
}

"""Judges the answers on a walk, with the verdicts and slips of a checked sheet.

All answers so far form a sheet like any other. Numbers shown on the way belong to it, too, with the digits
shown: a student who continues from 0.646 is not wrong in the fourth decimal. Must not know a key or a screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from math import isfinite
from typing import NamedTuple

from backtrace.checking.graph import Key
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.report import FAULTY, Convention, Judgement
from backtrace.checking.stated_number import Stated, stated, with_precision
from backtrace.checking.statement import Sheet, Statement
from backtrace.derivation.dependencies import uses
from backtrace.derivation.equation import Equation
from backtrace.errors import BacktraceError, NotFiniteError
from backtrace.evaluation.closeness import same
from backtrace.evaluation.evaluator import evaluate
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Part
from backtrace.limits import STEP_EQUATIONS
from backtrace.symbolic.expressions import Number
from backtrace.typesetting.numerals import Numerals
from backtrace.walking.state import NUMBERS
from backtrace.walking.walk import Stop, Walk


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


class Answer(NamedTuple):
    """The numbers tried at one question, and the last stage shown as a hint.

    `slips` has the slip of each faulty try, or `wrong`; `shown` is the value, once it has been shown.
    """

    tries: tuple[str, ...] = ()
    slips: tuple[str, ...] = ()
    hints: int = 0
    shown: str | None = None

    @property
    def current(self) -> str | None:
        """The number that later answers depend on: the value if it was shown, else the last try."""
        return self.shown or (self.tries[-1] if self.tries else None)


Answers = Mapping[int, Answer]


class AnswerVerdicts(NamedTuple):
    """The judgements of answers, by the numbers of their stops; a value that was shown has none."""

    judgements: Mapping[int, Judgement]
    conventions: tuple[Convention, ...] = ()


class Quiz(Walk):
    """A walk whose values are asked for; it judges the answers, and has the student's own numbers.

    `numerals` writes the numbers that are shown; `least` is the precision asked of an answer.
    """

    def __init__(self, walk: Walk, numerals: Numerals, least: Least) -> None:
        size = sum(len(part.equations) for part in walk.everything)
        if size > STEP_EQUATIONS:
            raise BacktraceError(f"a quiz over {size:,} equations; expected at most {STEP_EQUATIONS:,}")
        self.numerals = numerals
        self.least = least
        # The walk's own givens: by hand, the steps before have rounded them.
        start = {id: float(value) for id, value in walk.everything[0].values.items()}
        self.checker = Checker(walk.problem, start=start)
        self.graph = self.checker.diagnosis([part.step for part in walk.parts]).graph
        # Only quantities the checker has are asked for: not the update that another sample would make.
        kept = [part._replace(equations=self._known(part)) for part in walk.parts]
        parts = [part for part in kept if part.equations]
        if not parts:
            raise BacktraceError("nothing to ask: this sample's update is not the step's own")
        super().__init__(walk.problem, parts, walk.everything, walk.arithmetic, walk.failure)
        self.numbers = {self.key(stop): stop.number for stop in self}

    def _known(self, part: Part) -> list[Equation]:
        return [
            row
            for row in part.equations
            if Key(part.step, part.sample, row.id) in self.graph.nodes and isfinite(part.values[row.id])
        ]

    def key(self, stop: Stop) -> Key:
        """The key of a stop's quantity in the graph."""
        return Key(stop.part.step, stop.part.sample, stop.equation.id)

    def verdicts(self, answers: Answers) -> AnswerVerdicts:
        """The verdicts on all answers, each judged together with the others."""
        asked = [number for number, answer in answers.items() if answer.tries and answer.shown is None]
        numbers = {self.key(self[number]): answers[number].tries[-1] for number in asked}
        for key, text in self._seen(answers):
            numbers.setdefault(key, text)
        statements = tuple(
            Statement.of(key.id, text, None, key.step, key.sample, key.sample is None)
            for key, text in numbers.items()
        )
        report = check_sheet(self.checker, Sheet("answers", statements))
        if report.error is not None:
            raise BacktraceError(report.error)
        judgements = {
            number: self._after_a_hint(judgement, number, answers)
            for number, judgement in zip(asked, report.judgements, strict=False)
        }
        return AnswerVerdicts(judgements, report.conventions)

    def _seen(self, answers: Answers) -> Iterator[tuple[Key, str]]:
        """The numbers that were on the screen: values that were shown, and the numbers of hints."""
        for number, answer in answers.items():
            if answer.shown is not None:
                yield self.key(self[number]), answer.shown
        for number, answer in answers.items():
            if answer.hints >= NUMBERS:
                values = self[number].part.values
                for id, key in self.graph[self.key(self[number])].uses.items():
                    if self.graph[key].expression is not None and id in values:
                        yield key, self.numerals.text(values[id])
        if answers and self.arithmetic is not FLOAT64:  # by hand, every value is rounded
            for part in self.everything:
                for row in part.equations:
                    key = Key(part.step, part.sample, row.id)
                    if key in self.graph.nodes:
                        yield key, self.numerals.text(part.values[row.id])

    def _after_a_hint(self, judgement: Judgement, number: int, answers: Answers) -> Judgement:
        """The judgement, or `rounding` if the numbers of a hint, with the digits shown, give the answer."""
        answer = with_precision(judgement.statement.number)
        if judgement.verdict not in FAULTY or answers[number].hints < NUMBERS or answer is None:
            return judgement
        equation, part = self[number].equation, self.own_part(self[number], answers)
        values = dict(part.values)
        with suppress(NotFiniteError, ArithmeticError, ValueError):
            for id in uses(equation.expression):
                text, value = part.written.get(id), values[id]
                shown = self.numerals.text(value) if text is None else self.numerals.given(text, value)
                values[id] = self.arithmetic.number(Number(float(shown), shown))
            evaluate([equation], values, self.arithmetic)
            if answer.fits(float(values[equation.id])):
                return judgement._replace(
                    verdict="rounding", slip=None, explanation="", alternatives=(), root=None
                )
        return judgement

    def own_part(self, stop: Stop, answers: Answers) -> Part:
        """A stop's part with the student's numbers, and its equation evaluated with them."""
        values, written = dict(stop.part.values), dict(stop.part.written)
        for id, key in self.graph[self.key(stop)].uses.items():
            answer = answers.get(self.numbers.get(key, -1), Answer())
            number = stated(answer.current) if answer.current else None
            if answer.current and number:
                values[id] = self.arithmetic.number(Number(number.value, answer.current))
                written[id] = answer.current
        # A student's number can be 0 and a divisor.
        with suppress(NotFiniteError, ArithmeticError, ValueError):
            evaluate([stop.equation], values, self.arithmetic)
        return stop.part._replace(values=values, written=written)

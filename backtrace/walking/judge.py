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
from backtrace.checking.report import FAULTY, Convention, Judgement, Report
from backtrace.checking.stated_number import stated, with_precision
from backtrace.checking.statement import Sheet, Statement
from backtrace.derivation.dependencies import uses
from backtrace.derivation.equation import Equation
from backtrace.errors import BacktraceError, NotFiniteError
from backtrace.evaluation.evaluator import evaluate
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Part
from backtrace.limits import STEP_EQUATIONS
from backtrace.symbolic.expressions import Number
from backtrace.typesetting.numerals import Numerals
from backtrace.walking.state import NUMBERS
from backtrace.walking.walk import Stop, Walk


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


class Judge:
    """Judges the answers on one walk. `numerals` writes the numbers that were shown."""

    def __init__(self, walk: Walk, numerals: Numerals) -> None:
        size = sum(len(part.equations) for part in walk.everything)
        if size > STEP_EQUATIONS:
            raise BacktraceError(f"a quiz over {size:,} equations; expected at most {STEP_EQUATIONS:,}")
        self.numerals = numerals
        self.text = numerals.text
        # The walk's own givens: by hand, the steps before have rounded them.
        start = {id: float(value) for id, value in walk.everything[0].values.items()}
        self.checker = Checker(walk.problem, start=start)
        self.graph = self.checker.diagnosis([part.step for part in walk.parts]).graph
        kept = [part._replace(equations=self._known(part)) for part in walk.parts]
        parts = [part for part in kept if part.equations]
        if not parts:
            raise BacktraceError("nothing to ask: this sample's update is not the step's own")
        # Only quantities the checker has are asked for: not the update that another sample would make.
        self.walk = Walk(walk.problem, parts, walk.everything, walk.arithmetic, walk.failure)
        self.numbers = {self.key(stop): stop.number for stop in self.walk}

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
        statements = [self._statement(self.key(self.walk[n]), answers[n].tries[-1]) for n in asked]
        known = {self.key(self.walk[number]) for number in asked}
        for key, text in self._seen(answers):
            if key not in known:
                known.add(key)
                statements.append(self._statement(key, text))
        report = check_sheet(self.checker, Sheet("answers", tuple(statements)))
        if report.error is not None:
            raise BacktraceError(report.error)
        judgements = {
            number: self._after_a_hint(judgement, number, answers)
            for number, judgement in zip(asked, report.judgements, strict=False)
        }
        return AnswerVerdicts(judgements, report.conventions)

    def report(self, answers: Answers) -> Report:
        """The report that `check` would give on the last answers."""
        judged = self.verdicts(answers)
        ordered = sorted(judged.judgements.items())
        return Report("answers", None, tuple(judgement for _, judgement in ordered), judged.conventions)

    def _statement(self, key: Key, text: str) -> Statement:
        return Statement.of(key.id, text, None, key.step, key.sample, key.sample is None)

    def _seen(self, answers: Answers) -> Iterator[tuple[Key, str]]:
        """The numbers that were on the screen: values that were shown, and the numbers of hints."""
        for number, answer in answers.items():
            if answer.shown is not None:
                yield self.key(self.walk[number]), answer.shown
        for number, answer in answers.items():
            if answer.hints >= NUMBERS:
                stop = self.walk[number]
                yield from self._put_in(stop)
        if answers and self.walk.arithmetic is not FLOAT64:  # by hand, every value is rounded
            for part in self.walk.everything:
                for row in part.equations:
                    key = Key(part.step, part.sample, row.id)
                    if key in self.graph.nodes:
                        yield key, self.text(part.values[row.id])

    def _after_a_hint(self, judgement: Judgement, number: int, answers: Answers) -> Judgement:
        """The judgement, or `rounding` if the numbers of a hint, with the digits shown, give the answer."""
        answer = with_precision(judgement.statement.number)
        if judgement.verdict not in FAULTY or answers[number].hints < NUMBERS or answer is None:
            return judgement
        stop = self.walk[number]
        part = self.own_part(stop, answers)
        values = dict(part.values)
        with suppress(NotFiniteError, ArithmeticError, ValueError):
            for id in uses(stop.equation.expression):
                text, value = part.written.get(id), values[id]
                shown = self.text(value) if text is None else self.numerals.given(text, value)
                values[id] = self.walk.arithmetic.number(Number(float(shown), shown))
            evaluate([stop.equation], values, self.walk.arithmetic)
            if answer.fits(float(values[stop.equation.id])):
                return judgement._replace(
                    verdict="rounding", slip=None, explanation="", alternatives=(), root=None
                )
        return judgement

    def _put_in(self, stop: Stop) -> Iterator[tuple[Key, str]]:
        for id, key in self.graph[self.key(stop)].uses.items():
            if self.graph[key].expression is not None and id in stop.part.values:
                yield key, self.text(stop.part.values[id])

    # The student's own numbers

    def own_part(self, stop: Stop, answers: Answers) -> Part:
        """A stop's part with the student's numbers, and its equation evaluated with them."""
        part, equation = stop.part, stop.equation
        values, written = dict(part.values), dict(part.written)
        changed = False
        for id, key in self.graph[self.key(stop)].uses.items():
            answer = answers.get(self.numbers.get(key, -1))
            text = answer.current if answer else None
            number = stated(text) if text else None
            if text is not None and number is not None:
                values[id] = self.walk.arithmetic.number(Number(number.value, text))
                written[id] = text
                changed = True
        if changed:
            # A student's number can be 0 and a divisor.
            with suppress(NotFiniteError, ArithmeticError, ValueError):
                evaluate([equation], values, self.walk.arithmetic)
        return part._replace(values=values, written=written)

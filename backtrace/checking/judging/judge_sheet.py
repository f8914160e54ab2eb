"""Judging a sheet: every stated number against its equation, evaluated in the writer's own numbers.

Numbers are judged in the order in which they are worked out, so that a slip is found where it was made, and
what follows from it is carried, not punished.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from backtrace.checking.graph import Graph, Key, gradients_of
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.conventions import Entry, another_sample, turned_kinds
from backtrace.checking.judging.formulas import judge_formulas
from backtrace.checking.judging.student_numbers import OwnNumbers
from backtrace.checking.judging.working import Workings
from backtrace.checking.naming.resolve import Naming, Steps
from backtrace.checking.report import FAULTY, Convention, Finding, Judgement, Report, Root, Verdict
from backtrace.checking.slips.diagnosis import Diagnosis
from backtrace.checking.stated_number import Stated, with_precision
from backtrace.checking.statement import Sheet, Statement
from backtrace.errors import BacktraceError
from backtrace.evaluation.closeness import EXACT, same
from backtrace.evaluation.intervals import UndecidedError
from backtrace.limits import CANDIDATES, DIAGNOSES, DIAGNOSES_OF_LARGE, SHEET_GRADIENTS, SHEET_STEPS
from backtrace.symbolic.ids import spell

LAST_STEP = 100_000
LARGE = 5_000  # quantities of a graph from which on one number takes up to a second, so fewer are diagnosed
FAULTY_IN_TURN = 4  # faulty numbers that are each taken as stated and as true in turn


def check_sheet(checker: Checker, sheet: Sheet) -> Report:
    """Judge every statement of a sheet."""
    allowed = 1 if checker.problem.update is None else LAST_STEP
    steps = [s.step or 1 for s in sheet.statements if (s.step or 1) <= allowed] or [1]
    most = max(1, min(SHEET_STEPS, SHEET_GRADIENTS // max(1, gradients_of(checker.problem))))
    if (many := len(set(steps))) > most:
        said = f"answers over {many:,} steps; at most {most} fit on one sheet"
        return Report(sheet.file, error=f"{sheet.file}: {said}")
    numbered = filter(None, map(Steps(checker.problem, sheet).numbered, (s.name for s in sheet.statements)))
    further = {step for _, step in numbered if step <= allowed} - set(steps)
    steps += sorted(further)[: most - many]
    try:
        graph, diagnosis = checker.graph(steps)
    except BacktraceError as error:
        return Report(sheet.file, error=str(error))
    marking = _Marking(checker, graph, diagnosis, sheet)
    report = marking.report()
    if not sheet.formulas:
        return report
    points = checker.points()
    lookup = checker.lookup(points[0].graph, sheet)
    right, findings, not_evaluated = judge_formulas(points, lookup, sheet, "delta" in marking.turned)
    return report._replace(formulas=findings, right_formulas=right, not_evaluated=not_evaluated)


class _Marking:
    def __init__(self, checker: Checker, graph: Graph, diagnosis: Diagnosis, sheet: Sheet) -> None:
        self.checker = checker
        self.graph = graph
        self.diagnosis = diagnosis
        self.sheet = sheet
        lookup = checker.lookup(graph, sheet)
        self.naming = Naming(lookup, Steps(checker.problem, sheet), sheet.document)
        self.entries: list[Entry] = []
        self.judged: dict[int, Judgement] = {}
        self.conventions: list[Convention] = []
        is_large = len(graph.nodes) > LARGE
        self.most_looked_into = DIAGNOSES_OF_LARGE if is_large else DIAGNOSES
        self.left_to_follow = CANDIDATES if is_large else len(sheet.statements)
        self.looked_into = 0  # wrong numbers for which a slip was looked for
        self.other_sample = False  # the forward pass is that of another sample
        self.turned: Sequence[str]  # the kinds that are stated with the other sign throughout
        self.matrices = Counter(_matrix(s) for s in sheet.statements if "[" in s.name)
        for place, statement in enumerate(sheet.statements):
            self.place(place, statement)
        self.turn_signs()
        self.look_for_another_sample()
        # Of a quantity that is stated more than once, the statement that others rest on is the first.
        self.first: dict[Key, Entry] = {}
        for entry in self.entries:
            self.first.setdefault(entry.key, entry)
        self.numbers = self.numbers_others_rest_on()
        first = {key: entry.number for key, entry in self.first.items()}
        self.workings = Workings(lookup, first, self.turned)
        # Of the first statements, in the order in which they are judged.
        self.faulty_keys: list[Key] = []
        self.doubtful_keys: list[Key] = []

    def report(self) -> Report:
        for entry in sorted(self.entries, key=lambda e: (self.graph[e.key].position, e.place)):
            judgement = self.judge(entry)
            self.judged[entry.place] = judgement
            if self.first[entry.key] is entry:
                if judgement.verdict in FAULTY:
                    self.faulty_keys.append(entry.key)
                elif judgement.verdict == "undecided" and not entry.number.fits(self.graph[entry.key].value):
                    self.doubtful_keys.append(entry.key)
        self.look_at_the_working()
        judgements = tuple(self.judged[place] for place in sorted(self.judged))
        sheet, conventions = self.sheet, tuple(self.conventions)
        return Report(sheet.file, None, judgements, conventions, sheet.unread, blank=sheet.blank)

    def look_at_the_working(self) -> None:
        """Add what is to be said of the arithmetic that is written before numbers."""
        for place, statement, key, _ in self.entries:
            if statement.working:
                judgement = self.judged[place]
                remarks = self.workings.remarks(statement, key, judgement.verdict in FAULTY)
                self.judged[place] = judgement._replace(remarks=tuple(dict.fromkeys(remarks)))

    # Which quantity a statement is about

    def place(self, place: int, statement: Statement) -> None:
        number = with_precision(statement.number)
        size = self.matrices[_matrix(statement)] if "[" in statement.name else 0
        key = self.naming.key(statement, number, size)
        if number is not None and isinstance(key, Key):
            self.entries.append(Entry(place, statement, key, number))
            return
        step = statement.step or 1
        said = key if isinstance(key, str) else f"'{statement.text}' is not a number"
        self.judged[place] = Judgement(
            statement, statement.name, step, statement.sample, None, "unknown", explanation=said
        )

    # What holds for the whole sheet

    def turn_signs(self) -> None:
        """Judge a sheet of the other sign convention with its signs turned."""
        self.turned, what = turned_kinds(self.graph, self.entries)
        if not self.turned:
            return
        self.entries = [
            e._replace(number=e.number.turned()) if self.graph[e.key].kind in self.turned else e
            for e in self.entries
        ]
        sentence = f"{what} have the opposite sign throughout; they are checked in that convention"
        self.conventions.append(Convention("sign", sentence))

    def look_for_another_sample(self) -> None:
        """Tell, once, when most forward numbers fit another sample."""
        sample = another_sample(self.graph, self.entries, len(self.checker.problem.samples))
        if sample is not None:
            self.conventions.append(
                Convention("sample", f"these look like sample {sample}: --sample {sample}")
            )
            self.other_sample = True

    def numbers_others_rest_on(self) -> dict[Key, Stated]:
        """What is stated, but for givens: these are known.

        What comes out exactly of what is known can be nothing else than what is stated: h = 0.1 + 0.5 = 0.6
        is not anything up to 0.65.
        """
        numbers: dict[Key, Stated] = {}
        for entry in sorted(self.first.values(), key=lambda e: self.graph[e.key].position):
            if not self.is_known(entry):
                number = entry.number
                numbers[entry.key] = number._replace(half=0.0) if self.is_exact(entry, numbers) else number
        return numbers

    def is_exact(self, entry: Entry, numbers: Mapping[Key, Stated]) -> bool:
        """Whether the numbers before it, as far as they are known, leave nothing open but what is stated."""
        node, number = self.graph[entry.key], entry.number
        if node.expression is None or not same(number.value, node.value, EXACT):
            return False
        try:
            found = OwnNumbers(self.graph, numbers, entry.key).interval()
        except UndecidedError:
            return False
        return same(found.low, node.value, EXACT) and same(found.high, node.value, EXACT)

    # Judging

    def judge(self, entry: Entry) -> Judgement:
        node, number = self.graph[entry.key], entry.number
        if number.fits(node.value, self.checker.tolerance):
            return self.right(entry)
        if node.expression is None:
            return self.wrong_given(entry)
        if not isfinite(node.value):
            return self.of(entry, "undecided", "with these numbers it has no finite value")
        if not self.left_to_follow:
            said = f"in a network as large as this, only the first {CANDIDATES} inexact numbers are examined"
            return self.of(entry, "undecided", said)
        self.left_to_follow -= 1
        faulty, numbers = self.faulty_below(entry.key), self.numbers_of(entry)
        for as_stated in _choices(faulty):
            repaired = [key for key in faulty if key not in as_stated]
            own = OwnNumbers(self.graph, numbers, entry.key, repaired)
            exactly = any(map(number.fits, own.as_written()))
            try:
                follows = exactly or own.interval().overlaps(number.interval)
                follows = follows or any(map(number.fits, own.rounded_on_the_way(number.places)))
            except UndecidedError:
                return self.of(entry, "undecided", "the numbers before it are rounded too much to tell")
            if follows:
                return self.passed(entry, own, as_stated, exactly)
        return self.faulty(entry, OwnNumbers(self.graph, numbers, entry.key))

    def numbers_of(self, entry: Entry) -> Mapping[Key, Stated]:
        """The writer's own numbers: those that are stated, and those in the working of this one."""
        if not entry.statement.working:
            return self.numbers
        return {**self.workings.own_numbers(entry.statement, entry.key), **self.numbers}

    def is_known(self, entry: Entry) -> bool:
        """Whether a statement repeats a given, which is then known exactly: "1" is not anything up to 1.5."""
        node = self.graph[entry.key]
        return node.expression is None and entry.number.fits(node.value)

    def right(self, entry: Entry) -> Judgement:
        node, number = self.graph[entry.key], entry.number
        exact = same(number.value, node.value)
        if number.digits <= 1 and not exact and node.expression is not None:
            slips = self.diagnosis.in_its_own_equation(entry.key, number)
            if slips:
                return self.of(entry, "undecided", "too few digits: a slip would give the same number", slips)
        return self.of(entry, "correct")

    def wrong_given(self, entry: Entry) -> Judgement:
        node = self.graph[entry.key]
        parameters = self.checker.problem.parameters
        same = [
            n
            for n, value in parameters.items()
            if entry.number.value == value.value and spell(n) != node.key.id
        ]
        hint = f" ({entry.number.value:g} is {same[0]})" if same else ""
        return self.of(entry, "wrong", f"the config has {node.symbol.text} = {node.value:g}{hint}")

    def faulty_below(self, key: Key) -> list[Key]:
        """The faulty statements that a quantity rests on, in the order in which they are worked out.

        After them come those of which it is not known whether they are faulty.
        """
        return list(self.graph.rests_on(key, (*self.faulty_keys, *self.doubtful_keys)))[:FAULTY_IN_TURN]

    def passed(self, entry: Entry, own: OwnNumbers, as_stated: Sequence[Key], exactly: bool) -> Judgement:
        if not exactly:  # it passes by the width of the intervals alone
            faultless = not as_stated and not own.repaired
            slips = self.diagnosis.doubts(entry.key, entry.number, own.points(), faultless)
            if slips:
                said = "the numbers before it are rounded too much to tell a right number from a slip"
                return self.of(entry, "undecided", said, slips)
        root = self.root(own)
        if root is None:
            return self.of(entry, "rounding", "follows from the rounded numbers before it")
        symbol, text = self.graph[root].symbol.text, self.first[root].statement.text
        judgement = self.of(entry, "carried", f"follows from {symbol} = {text}")
        return judgement._replace(root=Root(root.id, root.step, root.sample))

    def root(self, own: OwnNumbers) -> Key | None:
        """The faulty number that what passes follows from: one it rests on, or the root of a carried one."""
        for used in own.rests_on():
            if used in self.faulty_keys:
                return used
            root = self.judged[self.first[used].place].root if used in self.first else None
            if root is not None:
                return Key(root.step, root.sample, root.id)
        return None

    def faulty(self, entry: Entry, own: OwnNumbers) -> Judgement:
        self.looked_into += 1
        look = self.looked_into <= self.most_looked_into
        slips = self.diagnosis.findings(entry.key, entry.number, own.points(), self.numbers) if look else []
        if not slips:
            said = f"correct: {self.graph[entry.key].value or 0.0:.6g}"
            if not look:
                said += f"; only the first {self.most_looked_into:,} wrong numbers are examined for slips"
            elif entry.number.digits >= 3:
                said += f"; no known slip gives {entry.statement.text}"
            return self.of(entry, "wrong", said)
        if self.other_sample:  # that is said of the whole sheet, so it is the likeliest of each number
            slips = sorted(slips, key=lambda slip: slip.slip != "wrong_sample")
        first, *rest = slips
        judgement = self.of(entry, "slip", first.explanation, rest)
        return judgement._replace(slip=first.slip)

    def of(
        self, entry: Entry, verdict: Verdict, explanation: str = "", findings: Sequence[Finding] = ()
    ) -> Judgement:
        key, value = entry.key, self.graph[entry.key].value
        return Judgement(
            entry.statement, key.id, key.step, key.sample, value, verdict, None, explanation, tuple(findings)
        )


def _choices(faulty: Sequence[Key]) -> Iterator[tuple[Key, ...]]:
    """Which faulty numbers are taken as stated: all, none, each but one, each alone."""
    choices = [tuple(faulty), ()]
    if len(faulty) > 1:
        choices += [tuple(key for key in faulty if key != one) for one in faulty]
        choices += [(one,) for one in faulty]
    yield from dict.fromkeys(choices)


def _matrix(statement: Statement) -> tuple[str, int | None]:
    """Which matrix an entry such as A[2] stands in."""
    return statement.name.partition("[")[0], statement.line

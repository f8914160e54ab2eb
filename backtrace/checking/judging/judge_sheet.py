"""Judge a sheet: each stated number is compared with its equation, evaluated in the student's own numbers.

Numbers are judged in the order of computation, so that a slip is found where it was made, and numbers that
follow from it are carried, not punished.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import isfinite

from backtrace.checking.graph import Key, gradients_of
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.conventions import Entry, another_sample, turned_kinds
from backtrace.checking.judging.exact_quantities import ExactQuantities
from backtrace.checking.judging.fault_explainer import FaultExplainer, judgement_of
from backtrace.checking.judging.float_formats import FloatFormat, format_of
from backtrace.checking.judging.formulas import WrittenFormulas
from backtrace.checking.judging.stated_factors import with_stated_factors
from backtrace.checking.judging.working import Workings
from backtrace.checking.naming.resolve import NameResolver, NumberedSteps
from backtrace.checking.report import FAULTY, Convention, Finding, Judgement, Report, Root, Verdict, is_right
from backtrace.checking.slips.diagnosis import Diagnosis
from backtrace.checking.slips.sheet_diagnosis import SheetDiagnosis
from backtrace.checking.slips.student_numbers import StudentNumbers
from backtrace.checking.slips.what_if_values import PLACES_ROUNDED
from backtrace.checking.stated_number import Stated, with_precision
from backtrace.checking.statement import Sheet, Statement
from backtrace.errors import BacktraceError
from backtrace.evaluation.closeness import same
from backtrace.evaluation.intervals import UndecidedError
from backtrace.limits import CANDIDATES, DIAGNOSES, DIAGNOSES_OF_LARGE, SHEET_GRADIENTS, SHEET_STEPS
from backtrace.symbolic.ids import spell

LAST_STEP = 100_000
LARGE = 5_000  # quantities of a graph; above this one number takes up to a second, so fewer are diagnosed
FAULTY_IN_TURN = 4  # faulty numbers that count in turn as stated and as true


def check_sheet(checker: Checker, sheet: Sheet) -> Report:
    """Judge every statement of a sheet."""
    names = NumberedSteps(checker.problem, sheet)
    try:
        diagnosis = checker.diagnosis(steps_of(checker, sheet, names))
    except BacktraceError as error:
        return Report(sheet.file, error=str(error))
    lookup = checker.lookup(diagnosis.graph, sheet)
    formulas = WrittenFormulas(checker.points, lookup, sheet) if sheet.formulas else None
    marking = _Marking(checker, diagnosis, sheet, names, bool(formulas and formulas.turn_deltas))
    report = marking.report()
    if formulas:
        report = formulas.judged(report, "delta" in marking.turned)
    is_empty = not (report.judgements or report.unread or report.not_evaluated)
    if report.marks_something or is_empty:  # nothing is written yet, as at the start of a quiz
        return report
    return report._replace(error=_nothing_marked(report))


def steps_of(checker: Checker, sheet: Sheet, names: NumberedSteps) -> list[int]:
    """The steps that the statements of a sheet belong to, as far as there are such steps.

    Raises:
        BacktraceError: there are too many.
    """
    allowed = 1 if checker.problem.update is None else LAST_STEP
    steps = [s.step or 1 for s in sheet.statements if (s.step or 1) <= allowed] or [1]
    most = max(1, min(SHEET_STEPS, SHEET_GRADIENTS // max(1, gradients_of(checker.problem))))
    if (many := len(set(steps))) > most:
        raise BacktraceError(f"{sheet.file}: answers over {many:,} steps; at most {most} fit on one sheet")
    numbered = filter(None, (names.numbered(statement.name) for statement in sheet.statements))
    further = {step for _, step in numbered if step <= allowed} - set(steps)
    return steps + sorted(further)[: most - many]


def _nothing_marked(report: Report) -> str:
    """Why there is nothing to mark on a sheet."""
    reasons = [f"{j.id}: {j.explanation}" for j in report.judgements[:1]]
    reasons += [f"line {line}: {text}" for line, text in (*report.unread, *report.not_evaluated)][:1]
    return f"{report.file}: nothing here can be marked" + "".join(f"; {reason}" for reason in reasons[:1])


class _Marking:
    """Judges one sheet; the state is what has been judged so far, in the order of computation."""

    def __init__(
        self, checker: Checker, diagnosis: Diagnosis, sheet: Sheet, names: NumberedSteps, turns: bool
    ) -> None:
        self.checker = checker
        self.graph = graph = diagnosis.graph
        self.diagnosis = diagnosis
        self.exact = ExactQuantities(graph)
        self.sheet = sheet
        lookup = checker.lookup(graph, sheet)
        self.naming = NameResolver(lookup, names, sheet.document)
        self.entries: list[Entry] = []
        self.judged: dict[int, Judgement] = {}
        self.conventions: list[Convention] = []
        is_large = len(graph.nodes) > LARGE
        self.most_diagnosed = DIAGNOSES_OF_LARGE if is_large else DIAGNOSES
        self.left_to_follow = CANDIDATES if is_large else len(sheet.statements)
        self.diagnosed = 0  # wrong numbers so far
        self.other_sample = False  # the forward pass is that of another sample
        self.turned: Sequence[str]  # the kinds whose sign is flipped throughout the sheet
        self.matrices = matrices_of(sheet)
        for place, statement in enumerate(sheet.statements):
            self.place(place, statement)
        self.format = self.read_float_format()
        self.find_conventions(turns)
        # Where a quantity is stated more than once, others depend on its first statement.
        self.first: dict[Key, Entry] = {}
        for entry in self.entries:
            self.first.setdefault(entry.key, entry)
        self.numbers = self.numbers_to_go_on_with()
        stated_wrong = [k for k, e in self.first.items() if not e.number.fits(graph[k].value)]
        self.graph = with_stated_factors(graph, stated_wrong)
        self.slips = SheetDiagnosis(diagnosis, self.numbers)
        first = {key: entry.number for key, entry in self.first.items()}
        self.workings = Workings(lookup, first, self.turned)
        # Of the first statements, in the order in which they are judged.
        self.faulty_keys: list[Key] = []
        self.doubtful_keys: list[Key] = []

    def report(self) -> Report:
        self.in_order = sorted(self.entries, key=lambda e: (self.graph[e.key].position, e.place))
        for entry in self.in_order:
            judgement = self.stated_again(entry) or self.judge(entry)
            self.judged[entry.place] = judgement
            if self.first[entry.key] is entry:
                if judgement.verdict in FAULTY:
                    self.faulty_keys.append(entry.key)
                elif judgement.verdict == "undecided" and not entry.number.fits(self.graph[entry.key].value):
                    self.doubtful_keys.append(entry.key)
            if entry.statement.working:
                remarks = self.workings.remarks(entry.statement, entry.key, judgement.verdict in FAULTY)
                self.judged[entry.place] = judgement._replace(remarks=tuple(dict.fromkeys(remarks)))
        explainer = FaultExplainer(self.diagnosis, self.graph, self.slips, self.first, self.other_sample)
        self.judged, causes = explainer.explained(self.in_order, self.judged)
        self.conventions += causes
        self.ask_for_digits()
        judgements = tuple(self.judged[place] for place in sorted(self.judged))
        sheet, conventions = self.sheet, tuple(self.conventions)
        return Report(sheet.file, None, judgements, conventions, sheet.unread, blank=sheet.blank)

    # The quantity of a statement

    def place(self, place: int, statement: Statement) -> None:
        number = with_precision(statement.number)
        key = self.naming.key(statement, number, self.matrices.get(matrix_of(statement), ()))
        if number is not None and isinstance(key, Key):
            self.entries.append(Entry(place, statement, key, number))
            return
        step = statement.step or 1
        said = key if isinstance(key, str) else f"'{statement.text}' is not a number"
        unknown = Judgement(statement, statement.name, step, statement.sample, None, "unknown")
        self.judged[place] = unknown._replace(explanation=said)

    # Conventions of the whole sheet

    def read_float_format(self) -> FloatFormat | None:
        """Take the digits of a float32 for what they are worth, and say that they are such."""
        found = format_of(entry.number for entry in self.entries)
        if found:
            self.entries = [e._replace(number=found.precise(e.number)) for e in self.entries]
            self.conventions.append(Convention("precision", f"these are {found.name} numbers"))
        return found

    def find_conventions(self, turns: bool) -> None:
        """Flip the signs of a sheet of the other sign convention; say if it looks like another sample.

        `turns`: its formulas define δ with the other sign.
        """
        self.turned, what = turned_kinds(self.graph, self.entries, turns)
        if self.turned:
            self.entries = [
                e._replace(number=e.number.turned()) if self.graph[e.key].kind in self.turned else e
                for e in self.entries
            ]
            has, they = ("has", "it is") if len(self.turned) == 1 else ("have", "they are")
            said = f"{what} {has} the opposite sign throughout; {they} checked in that convention"
            self.conventions.append(Convention("sign", said))
        sample = another_sample(self.graph, self.entries, len(self.checker.problem.samples))
        if sample is not None:
            said = f"these numbers look like sample {sample}: check them with --sample {sample}"
            self.conventions.append(Convention("sample", said))
            self.other_sample = True

    def numbers_to_go_on_with(self) -> dict[Key, Stated]:
        """The stated numbers that others may be computed from, except givens, which are known.

        A number that follows exactly from givens is not rounded: h = 0.1 + 0.5 = 0.6 is not anything up to
        0.65.
        """
        numbers: dict[Key, Stated] = {}
        for entry in sorted(self.first.values(), key=lambda e: self.graph[e.key].position):
            node, number = self.graph[entry.key], entry.number
            if node.expression is not None or not number.fits(node.value):
                numbers[entry.key] = number._replace(half=0.0) if self.is_exact(entry, numbers) else number
        return numbers

    def is_exact(self, entry: Entry, numbers: Mapping[Key, Stated]) -> bool:
        """Whether a number is the exact value of its equation, and no rounded one was used for it."""
        if self.graph[entry.key].expression is None or self.exact.value(entry.key) != entry.number.exactly:
            return False
        used = StudentNumbers(self.graph, numbers, entry.key).depends_on()
        return all(numbers[key].half == 0 for key in used)

    # Judging

    def ask_for_digits(self) -> None:
        """Note the right numbers with fewer digits than were asked for; an exact number needs no more."""
        wanted = self.checker.min_digits
        for entry in self.in_order:
            judgement = self.judged[entry.place]
            if entry.number.digits < wanted and is_right(judgement) and not self.is_written_in_full(entry):
                self.judged[entry.place] = judgement._replace(digits_wanted=wanted)

    def is_written_in_full(self, entry: Entry) -> bool:
        """Whether a number is the exact value, or all that follows from a wrong one: a = h = 0.7."""
        number, own = entry.number, StudentNumbers(self.graph, self.numbers, entry.key)
        if self.exact.value(entry.key) == number.exactly or same(number.value, self.graph[entry.key].value):
            return True
        is_carried = self.judged[entry.place].verdict == "carried"
        return is_carried and any(same(number.value, value) for value in own.as_written())

    def stated_again(self, entry: Entry) -> Judgement | None:
        """The judgement of a wrong number that is stated once more; it costs no further mark."""
        first = self.first[entry.key]
        known = self.judged.get(first.place)
        if known is None or known.verdict not in FAULTY or not first.number.overlaps(entry.number):
            return None
        return self.of(entry, "wrong")._replace(root=Root(entry.key.id, entry.key.step, entry.key.sample))

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
        numbers = self.numbers
        if entry.statement.working:  # the student's own numbers may stand only there
            numbers = {**self.workings.own_numbers(entry.statement, entry.key), **numbers}
        # The faulty numbers that it depends on, as computed; then the doubtful ones.
        below = self.graph.depends_on(entry.key, (*self.faulty_keys, *self.doubtful_keys))
        faulty = list(below)[:FAULTY_IN_TURN]
        epsilon = self.format.epsilon if self.format else 0.0
        for as_stated in _choices(faulty):
            repaired = [key for key in faulty if key not in as_stated]
            own = StudentNumbers(self.graph, numbers, entry.key, repaired, epsilon)
            exactly = any(map(number.fits, own.as_written()))
            try:
                follows = exactly or own.interval().overlaps(number.interval)
                follows = follows or any(map(number.fits, own.as_written(min(number.places, PLACES_ROUNDED))))
            except UndecidedError:
                return self.of(entry, "undecided", "the numbers before it are rounded too much to tell")
            if follows:
                return self.passed(entry, own, as_stated, exactly)
        return self.faulty(entry, StudentNumbers(self.graph, numbers, entry.key))

    def right(self, entry: Entry) -> Judgement:
        node, number = self.graph[entry.key], entry.number
        exact = same(number.value, node.value)
        if self.format and self.format.is_one(number) and not exact:
            return self.of(entry, "rounding", "right, as far as numbers of this precision go")
        if number.digits <= 1 and not exact and node.expression is not None:
            slips = self.diagnosis.in_its_own_equation(entry.key, number)
            if slips:
                return self.of(entry, "undecided", "too few digits: a slip would give the same number", slips)
        return self.of(entry, "correct")

    def wrong_given(self, entry: Entry) -> Judgement:
        node, stated = self.graph[entry.key], entry.number.value
        values = {name: number.value for name, number in self.checker.problem.parameters.items()}
        others = (name for name in values if values[name] == stated and spell(name) != node.key.id)
        hint = "".join(f" ({stated:g} is {other})" for other in islice(others, 1))
        return self.of(entry, "wrong", f"the problem gives {node.symbol.text} = {node.value:g}{hint}")

    def passed(self, entry: Entry, own: StudentNumbers, as_stated: Sequence[Key], exactly: bool) -> Judgement:
        if not exactly:  # it passes only because rounded numbers leave room
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

    def root(self, own: StudentNumbers) -> Key | None:
        """The faulty number that a passing one follows from: one below it, or the root of a carried one."""
        for used in own.depends_on():
            if used in self.faulty_keys:
                return used
            root = self.judged[self.first[used].place].root if used in self.first else None
            if root is not None:
                return Key(root.step, root.sample, root.id)
        return None

    def faulty(self, entry: Entry, own: StudentNumbers) -> Judgement:
        """A wrong number; `explain_faults` finds out why when all are known."""
        self.diagnosed += 1
        if self.diagnosed <= self.most_diagnosed:
            self.slips.add(entry.place, entry.key, entry.number, own.points())
        return self.of(entry, "wrong")

    def of(
        self, entry: Entry, verdict: Verdict, explanation: str = "", findings: Sequence[Finding] = ()
    ) -> Judgement:
        return judgement_of(self.graph, entry, verdict, explanation, findings)


def _choices(faulty: Sequence[Key]) -> Iterator[tuple[Key, ...]]:
    """The faulty numbers that count as stated: all, none, all except one, one alone."""
    choices = [tuple(faulty), (), *(tuple(key for key in faulty if key != one) for one in faulty)]
    yield from dict.fromkeys([*choices, *((one,) for one in faulty)])


def matrices_of(sheet: Sheet) -> dict[tuple[str, int | None], list[Statement]]:
    """The entries of each matrix on a sheet."""
    matrices: dict[tuple[str, int | None], list[Statement]] = {}
    for statement in sheet.statements:
        if "[" in statement.name:
            matrices.setdefault(matrix_of(statement), []).append(statement)
    return matrices


def matrix_of(statement: Statement) -> tuple[str, int | None]:
    """The matrix that an entry such as A[2] belongs to."""
    return statement.name.partition("[")[0], statement.line

"""Judging a sheet: every stated number against its equation, evaluated in the writer's own numbers.

Numbers are judged in the order in which they are worked out, so that a slip is found where it was made, and
what follows from it is carried, not punished.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from backtrace.checking.diagnosis import Diagnosis, Values
from backtrace.checking.formulas import Point, judge_formulas, points_of
from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.lookup import Lookup
from backtrace.checking.numbers import Stated, stated
from backtrace.checking.report import FAULTY, Convention, Finding, Judgement, Report, Root, Verdict
from backtrace.checking.statement import Sheet, Statement
from backtrace.derivation.names import spell
from backtrace.errors import BacktraceError
from backtrace.evaluation.evaluator import value_of
from backtrace.evaluation.intervals import INTERVALS, Interval, UndecidedError, point
from backtrace.problem import Problem

MAX_STEP = 100_000
MOST_FAULTY = 4  # faulty numbers that are each taken as stated and as true in turn


class Checker:
    """Checks sheets against one problem; what does not depend on a sheet is worked out once."""

    def __init__(self, problem: Problem, tolerance: float = 0.0, sample: int | None = None) -> None:
        self.problem = problem
        self.tolerance = tolerance
        self.sample = sample
        self._graphs: dict[tuple[int, ...], tuple[Graph, Diagnosis]] = {}
        self._points: list[Point] = []

    def graph(self, steps: Sequence[int]) -> tuple[Graph, Diagnosis]:
        """The graph of some steps, and what finds slips in it."""
        key = tuple(sorted(set(steps)))
        if key not in self._graphs:
            if len(self._graphs) > 20:
                self._graphs.clear()
            graph = Graph(self.problem, key)
            self._graphs[key] = (graph, Diagnosis(graph))
        return self._graphs[key]

    def points(self) -> list[Point]:
        """Where written formulas are evaluated."""
        self._points = self._points or points_of(*self.graph([1]))
        return self._points


class Entry(NamedTuple):
    """A statement whose quantity is known."""

    place: int  # in the sheet
    statement: Statement
    key: Key
    number: Stated


def check_sheet(checker: Checker, sheet: Sheet) -> Report:
    """Judge every statement of a sheet."""
    allowed = 1 if checker.problem.update is None else MAX_STEP
    steps = [s.step or 1 for s in sheet.statements if (s.step or 1) <= allowed] or [1]
    try:
        graph, diagnosis = checker.graph(steps)
    except BacktraceError as error:
        return Report(sheet.file, error=str(error))
    report = _Marking(checker, graph, diagnosis, sheet).report()
    if not sheet.formulas:
        return report
    right, findings, not_evaluated = judge_formulas(checker.points(), checker.sample, sheet.formulas)
    return report._replace(formulas=findings, right_formulas=right, not_evaluated=not_evaluated)


class _Marking:
    def __init__(self, checker: Checker, graph: Graph, diagnosis: Diagnosis, sheet: Sheet) -> None:
        self.checker = checker
        self.graph = graph
        self.diagnosis = diagnosis
        self.sheet = sheet
        self.lookup = Lookup(graph, checker.sample)
        self.entries: list[Entry] = []
        self.judged: dict[int, Judgement] = {}
        self.conventions: list[Convention] = []
        for place, statement in enumerate(sheet.statements):
            self.place(place, statement)
        self.turn_signs()
        self.look_for_another_sample()
        # Of a quantity that is stated more than once, the statement that others rest on is the first.
        self.first: dict[Key, Entry] = {}
        for entry in self.entries:
            self.first.setdefault(entry.key, entry)

    def report(self) -> Report:
        for entry in sorted(self.entries, key=lambda e: (self.graph[e.key].position, e.place)):
            self.judged[entry.place] = self.judge(entry)
        judgements = tuple(self.judged[place] for place in sorted(self.judged))
        return Report(self.sheet.file, None, judgements, tuple(self.conventions), self.sheet.unread)

    # Which quantity a statement is about

    def place(self, place: int, statement: Statement) -> None:
        number = stated(statement.text)
        key = self.key(statement)
        if number is not None and isinstance(key, Key):
            self.entries.append(Entry(place, statement, key, number))
            return
        step = statement.step or 1
        said = key if isinstance(key, str) else f"'{statement.text}' is no number"
        self.judged[place] = Judgement(
            statement, statement.name, step, statement.sample, None, "unknown", explanation=said
        )

    def key(self, statement: Statement) -> Key | str:
        """The quantity that a statement names, or why there is none."""
        column, _, row = statement.name.partition("[")
        size = sum(
            s.name.startswith(f"{column}[") and s.line == statement.line for s in self.sheet.statements if row
        )
        return self.lookup.key(statement.name, statement.step or 1, statement.sample, statement.total, size)

    # What holds for the whole sheet

    def turn_signs(self) -> None:
        """If all deltas or gradients have the other sign, the sheet follows the other convention."""
        for kinds, what in (
            (("delta", "gradient"), "δ and ∂E/∂w"),
            (("delta",), "δ"),
            (("gradient",), "∂E/∂w"),
        ):
            concerned = [e for e in self.entries if self.graph[e.key].kind in kinds and e.number.value]
            concerned = [e for e in concerned if self.graph[e.key].value]
            if len(concerned) < 3 or any(e.number.value * self.graph[e.key].value > 0 for e in concerned):
                continue
            if {self.graph[e.key].kind for e in concerned} != set(kinds) or self.steps_the_other_way():
                continue
            self.entries = [
                e._replace(number=e.number.turned()) if self.graph[e.key].kind in kinds else e
                for e in self.entries
            ]
            sentence = (
                f"{what} are stated with the other sign throughout; they are judged with the sign turned"
            )
            self.conventions.append(Convention("sign", sentence))
            return

    def steps_the_other_way(self) -> bool:
        """Whether some stated change goes against the true one: then it is a slip, not a convention."""
        changes = [e for e in self.entries if self.graph[e.key].kind == "change"]
        return any(e.number.value * self.graph[e.key].value < 0 for e in changes)

    def look_for_another_sample(self) -> None:
        """Tell, once, when most forward numbers fit another sample."""
        forward = [
            e
            for e in self.entries
            if e.statement.sample is None
            and e.key.sample is not None
            and self.graph[e.key].kind in ("net", "activation", "cost", "value")
        ]
        if len(forward) < 3:
            return
        fits = {
            sample: sum(
                e.number.fits(self.graph[other].value)
                for e in forward
                if (other := e.key._replace(sample=sample)) in self.graph.nodes
            )
            for sample in range(1, len(self.checker.problem.samples) + 1)
        }
        own = forward[0].key.sample
        best = max(fits, key=lambda sample: fits[sample])
        if best != own and fits[best] * 2 > len(forward) and fits.get(own or 0, 0) * 2 < len(forward):
            self.conventions.append(Convention("sample", f"these look like sample {best}: --sample {best}"))

    # Judging

    def judge(self, entry: Entry) -> Judgement:
        node, number = self.graph[entry.key], entry.number
        if number.fits(node.value, self.checker.tolerance):
            return self.right(entry)
        if node.expression is None:
            return self.wrong_given(entry)
        others = {key: e.number for key, e in self.first.items() if key != entry.key and not self.is_known(e)}
        faulty = self.faulty_below(entry.key, others)
        for as_stated in _choices(faulty):
            numbers = {key: n for key, n in others.items() if key not in faulty or key in as_stated}
            true = [key for key in faulty if key not in as_stated]
            follows = self.follows(entry, numbers, true)
            if follows is None:
                return self.of(entry, "undecided", "the numbers before it leave too much open")
            if follows:
                return self.passed(entry, numbers, true, as_stated)
        return self.faulty(entry, others)

    def is_known(self, entry: Entry) -> bool:
        """Whether a statement repeats a given, which is then known exactly: "1" is not anything up to 1.5."""
        node = self.graph[entry.key]
        return node.expression is None and entry.number.fits(node.value)

    def right(self, entry: Entry) -> Judgement:
        node, number = self.graph[entry.key], entry.number
        exact = abs(number.value - node.value) <= 1e-9 * abs(node.value)
        if number.digits <= 1 and not exact and node.expression is not None:
            slips = self.diagnosis.in_its_own_equation(entry.key, number)
            if slips:
                return self.of(entry, "undecided", "at this precision a slip would give the same", slips)
        return self.of(entry, "correct")

    def wrong_given(self, entry: Entry) -> Judgement:
        node = self.graph[entry.key]
        parameters = self.checker.problem.parameters
        same = [
            n for n, value in parameters.items() if entry.number.fits(value.value) and spell(n) != node.key.id
        ]
        hint = f" ({entry.number.value:g} is {same[0]})" if same else ""
        return self.of(entry, "wrong", f"the config has {node.symbol.text} = {node.value:g}{hint}")

    def faulty_below(self, key: Key, numbers: Mapping[Key, Stated]) -> list[Key]:
        """The faulty statements that a quantity rests on, in the order in which they are worked out."""
        found, seen, queue = [], {key}, [key]
        while queue:
            for used in self.graph[queue.pop()].uses.values():
                if used in seen:
                    continue
                seen.add(used)
                if used not in numbers:
                    queue.append(used)
                elif self.judged[self.first[used].place].verdict in FAULTY:
                    found.append(used)
                    queue.append(used)
        return sorted(found, key=lambda k: self.graph[k].position)[:MOST_FAULTY]

    def follows(self, entry: Entry, numbers: Mapping[Key, Stated], true: Sequence[Key]) -> bool | None:
        """Whether the number can come out of the writer's own numbers; None where there is no bound."""
        try:
            found = _IntervalValues(self.graph, numbers, true).worked_out(entry.key)
        except UndecidedError:
            return None
        return found.overlaps(entry.number.interval)

    def passed(
        self, entry: Entry, numbers: Mapping[Key, Stated], true: Sequence[Key], as_stated: Sequence[Key]
    ) -> Judgement:
        points = {key: number.value for key, number in numbers.items()}
        points |= {key: self.graph[key].value for key in true}
        as_written = Values(self.graph, points).worked_out(entry.key)
        if not entry.number.fits(as_written):  # it passes by the width of the intervals alone
            slips = self.diagnosis.findings(entry.key, entry.number, points, own_only=True)
            if slips:
                said = "the numbers before it leave open whether this is right or a slip"
                return self.of(entry, "undecided", said, slips)
        if not as_stated:
            return self.of(entry, "rounding", "follows from the rounded numbers before it")
        root = as_stated[0]
        origin = self.judged[self.first[root].place].root
        symbol, text = self.graph[root].symbol.text, self.first[root].statement.text
        return self.of(entry, "carried", f"follows from {symbol} = {text}")._replace(
            root=origin or Root(root.id, root.step, root.sample)
        )

    def faulty(self, entry: Entry, numbers: Mapping[Key, Stated]) -> Judgement:
        points = {key: number.value for key, number in numbers.items()}
        slips = self.diagnosis.findings(entry.key, entry.number, points)
        if not slips:
            return self.of(entry, "wrong", f"expected {self.graph[entry.key].value:.6g}")
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


class _IntervalValues:
    """What quantities can be, given how far the writer's own numbers are known."""

    def __init__(self, graph: Graph, numbers: Mapping[Key, Stated], true: Sequence[Key]) -> None:
        self.graph = graph
        self.known: dict[Key, Interval] = {key: number.interval for key, number in numbers.items()}
        self.known |= {key: point(graph[key].value) for key in true}

    def worked_out(self, key: Key) -> Interval:
        """A quantity's equation, in intervals.

        Raises:
            UndecidedError: there is no bound.
        """
        for used in self.graph.below(key, self.known):
            self.known[used] = self.equation(self.graph[used])
        return self.equation(self.graph[key])

    def equation(self, node: Node) -> Interval:
        """The same, where everything that stands in it is known."""
        if node.expression is None:
            return point(node.value)
        found: Interval = value_of(
            node.expression, {id: self.known[used] for id, used in node.uses.items()}, INTERVALS
        )
        return found


def _choices(faulty: Sequence[Key]) -> Iterator[tuple[Key, ...]]:
    """Which faulty numbers are taken as stated: all, none, each but one, each alone."""
    choices = [tuple(faulty), ()]
    if len(faulty) > 1:
        choices += [tuple(key for key in faulty if key != one) for one in faulty]
        choices += [(one,) for one in faulty]
    yield from dict.fromkeys(choices)

"""Why numbers are wrong: the slips of a sheet, found together when all of its numbers are judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backtrace.checking.graph import Graph, Key
from backtrace.checking.judging.conventions import Entry
from backtrace.checking.report import FAULTY, Convention, Finding, Judgement, Root, Verdict
from backtrace.checking.slips.candidates import Candidate, best_of
from backtrace.checking.slips.diagnosis import Diagnosis
from backtrace.checking.slips.sheet_diagnosis import SheetDiagnosis
from backtrace.checking.slips.table import SLIPS, EquationSlip

SEVERAL = 3  # wrong numbers whose common cause is said once for the sheet


@dataclass(frozen=True)
class FaultExplainer:
    """Explains the wrong numbers of one sheet; `first` has the first statement of each quantity.

    `other_sample`: the sheet looks like that of another sample, so each of its numbers most likely does.
    """

    diagnosis: Diagnosis
    graph: Graph
    slips: SheetDiagnosis
    first: Mapping[Key, Entry]
    other_sample: bool

    def explained(
        self, in_order: Sequence[Entry], judged: Mapping[int, Judgement]
    ) -> tuple[dict[int, Judgement], list[Convention]]:
        """All judgements, with the slips of the wrong numbers named; and the causes of several of them.

        One mistake costs one mark.
        """
        judgements = dict(judged)
        found = self.slips.explained()
        made: dict[tuple[str, str], Key] = {}
        causes: Counter[tuple[str, str]] = Counter()
        for entry in in_order:
            judgement, first = judgements[entry.place], self.first[entry.key]
            if judgement.verdict not in FAULTY or judgement.explanation:
                continue
            if first is not entry and judgement.root:
                known = judgements[first.place]
                said = f"{known.explanation}; stated before, so it costs no further mark"
                same_again = known._replace(statement=entry.statement, root=judgement.root, explanation=said)
                judgements[entry.place] = same_again._replace(remarks=judgement.remarks)
                continue
            candidates = found.get(entry.place)
            explained = self.slip(entry, candidates) if candidates else self.unexplained(entry)
            causes[(candidates[0].slip, candidates[0].cause) if candidates else ("", "")] += 1
            if candidates and (mistake := self.mistake(entry, candidates[0])):
                root = made.setdefault(mistake, entry.key)
                if root != entry.key:
                    said = f"{explained.explanation}; the same mistake as in {self.graph[root].symbol.text}"
                    explained = explained._replace(
                        explanation=said, root=Root(root.id, root.step, root.sample)
                    )
            judgements[entry.place] = explained._replace(remarks=judgement.remarks)
        return judgements, list(_common(causes))

    def mistake(self, entry: Entry, candidate: Candidate) -> tuple[str, str] | None:
        """The part that all repetitions of a mistake share: its cause, or a slip and the kind of quantity."""
        row = SLIPS[candidate.slip]
        if isinstance(row, EquationSlip) and candidate.slip != "wrong_index":
            return candidate.slip, self.graph[candidate.where or entry.key].kind
        return (candidate.slip, candidate.cause) if candidate.cause else None

    def slip(self, entry: Entry, candidates: Sequence[Candidate]) -> Judgement:
        findings = self.diagnosis.said(entry.key, entry.number, best_of(candidates))
        if self.other_sample:  # the whole sheet looks like that, so each number most likely does
            findings = sorted(findings, key=lambda finding: finding.slip != "wrong_sample")
        first, *rest = findings
        judgement = judgement_of(self.graph, entry, "slip", first.explanation, rest)
        return judgement._replace(slip=first.slip, second=first.second)

    def unexplained(self, entry: Entry) -> Judgement:
        said = f"correct: {self.graph[entry.key].value or 0.0:.6g}"
        if entry.place not in self.slips.faults:
            said += f"; only the first {len(self.slips.faults):,} wrong numbers are examined for slips"
        elif entry.number.digits >= 3:
            said += f"; no known slip gives {entry.statement.text}"
        return judgement_of(self.graph, entry, "wrong", said)


def _common(causes: Counter[tuple[str, str]]) -> Iterator[Convention]:
    """The causes of several wrong numbers, each said once; `causes` has the slip and the cause of each."""
    wrong = sum(causes.values())
    for (slip, cause), many in causes.most_common():
        if cause and many >= SEVERAL:
            of = f"all {wrong:,}" if many == wrong else f"{many:,} of the {wrong:,}"
            said = f"one cause explains {of} wrong numbers"
            general = f"{said}: {SLIPS[slip].sentence}"
            yield Convention("cause", f"{said}: {cause}", general)


def judgement_of(
    graph: Graph, entry: Entry, verdict: Verdict, explanation: str = "", findings: Sequence[Finding] = ()
) -> Judgement:
    """The judgement of a statement whose quantity is known."""
    key, value = entry.key, graph[entry.key].value
    return Judgement(
        entry.statement, key.id, key.step, key.sample, value, verdict, None, explanation, tuple(findings)
    )

"""The mistakes of a class: counts over many sheets, updated sheet by sheet."""

from __future__ import annotations

from collections import Counter

from backtrace.checking.report import FAULTY, Report


class ClassCounts:
    """Counts that outlive the reports; a sheet counts once for each quantity and once for each slip."""

    def __init__(self, slip_mark: float = 0.0, few_digits_mark: float = 1.0) -> None:
        self.slip_mark = slip_mark
        self.few_digits_mark = few_digits_mark
        self.sheets = 0
        self.unreadable = 0
        self.with_mistakes = 0
        self.marks = 0.0
        self.out_of = 0
        self.quantities: Counter[str] = Counter()
        self.missing: Counter[str] = Counter()
        self.slips: Counter[str] = Counter()
        self.conventions: Counter[str] = Counter()

    def add(self, report: Report) -> None:
        """Count one more sheet."""
        self.sheets += 1
        if report.error is not None:
            self.unreadable += 1
            return
        faulty = [judgement for judgement in report.judgements if judgement.verdict in FAULTY]
        self.with_mistakes += report.has_mistakes
        self.marks += report.marks(self.slip_mark, self.few_digits_mark)
        self.out_of += report.out_of
        # The order of the sheet decides between equal counts; a dict keeps it, a set would not.
        self.quantities.update(dict.fromkeys((judgement.id for judgement in faulty), 1))
        self.missing.update(dict.fromkeys((root.id for root in report.missing or ()), 1))
        self.slips.update(dict.fromkeys((judgement.slip for judgement in faulty if judgement.slip), 1))
        # The slips are counted, which say what a cause does.
        said = (convention.sentence for convention in report.conventions if convention.what != "cause")
        self.conventions.update(dict.fromkeys(said, 1))

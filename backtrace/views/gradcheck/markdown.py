"""Gradient checks as Markdown tables, complete, written as they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TextIO

from backtrace.gradchecking.check import Subject
from backtrace.gradchecking.estimates import Settings, Verdict
from backtrace.problem.problem import Problem
from backtrace.views.gradcheck.lines import HEADINGS, method_line, result_lines, subject_lines, summary, texts
from backtrace.views.page.headings import part_line, problem_lines
from backtrace.views.page.records import Look
from backtrace.views.trace.markdown import code, escaped, write_heading


def write_markdown(
    problem: Problem, subjects: Iterable[Subject], settings: Settings, look: Look, out: TextIO
) -> Counter[Verdict]:
    """A heading, and a table for each subject; how often each verdict was given."""
    counts: Counter[Verdict] = Counter()
    several = 0
    for several, subject in enumerate(subjects, 1):
        if several == 1:
            write_heading((*problem_lines(problem, "float64", look), method_line(settings, look)), out)
        out.write(f"\n### {escaped(part_line(problem, subject.part, look))}\n\n")
        out.writelines(f"{escaped(line)}\n\n" for line in subject_lines(subject))
        out.write(f"| {' | '.join(HEADINGS)} |\n| --- | ---: | ---: | ---: | ---: | --- |\n")
        checks = []
        for check in subject.checks:
            checks.append(check)
            name, *others = texts(check, look)
            out.write(f"| {' | '.join((code(name), *others))} |\n")
        counts.update(check.verdict for check in checks)
        first, *more = result_lines(checks, look)
        out.write(f"\n**{escaped(first)}**\n" + "".join(f"\n{escaped(line)}\n" for line in more))
    if several > 1:
        out.write(f"\n**{several} samples, {escaped(summary(counts))}**\n")
    return counts

"""Gradient checks as complete Markdown tables, a subject at a time."""

from __future__ import annotations

from backtrace.views.gradcheck.lines import HEADINGS, method_line, result_lines, subject_lines, summary, texts
from backtrace.views.page.context import ViewContext
from backtrace.views.page.headings import part_line
from backtrace.views.trace.markdown import code, escaped, write_heading, write_table


def write_markdown(context: ViewContext) -> None:
    """A heading, and a table for each subject."""
    look, out = context.look, context.out
    several = 0
    for several, subject in enumerate(context.content, 1):
        if several == 1:
            write_heading((*context.heading(), method_line(context.options["settings"], look)), out)
        out.write(f"\n### {escaped(part_line(context.problem, subject.part, look))}\n\n")
        out.writelines(f"{escaped(line)}\n\n" for line in subject_lines(subject))
        checks = list(subject.checks)
        rows = (texts(check, look) for check in checks)
        write_table(HEADINGS, ((code(name), *others) for name, *others in rows), out, right=range(1, 5))
        first, *more = result_lines(checks, look)
        out.write(f"\n**{escaped(first)}**\n" + "".join(f"\n{escaped(line)}\n" for line in more))
    if several > 1:
        out.write(f"\n**{several} samples, {escaped(summary(context.options['counts']))}**\n")

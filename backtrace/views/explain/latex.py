"""An explanation as LaTeX."""

from __future__ import annotations

from backtrace.typesetting.printer import numeral
from backtrace.views.explain.rows import aside, chain_sums, meaning, tables, the_equation, typeset_setting
from backtrace.views.latex.lines import align_sums
from backtrace.views.page.context import ViewContext
from backtrace.views.trace.latex import LATEX_ROWS, LatexPage


def _typed(text: str) -> str:
    return rf"\texttt{{{text.replace('--', '-{}-')}}}"


def write_latex(context: ViewContext) -> None:
    """The chain of the rule, its factors, what they depend on, and its meaning."""
    problem, explanation, look, out = context[:4]
    page = LatexPage(problem, look, out, context.has("fragment"))
    page.begin(context.heading())
    page.heading(explanation.part)
    if explanation.paths:
        page.title("The chain of the rule")
        name = page.names(explanation.row.symbol.text)
        sums = chain_sums(explanation, look, typeset_setting(page.names))
        out.writelines(f"{line}\n" for line in align_sums(name, list(sums), page.room))
    else:
        page.title("The equation")
        page.equations(page.rows(the_equation(explanation)))
    if said := aside(explanation, look, lambda text: page.math(*numeral(text)), _typed):
        out.write(f"\n{said}\n")
    for table in tables(explanation, LATEX_ROWS):
        if table.starts:
            page.heading(table.part)
        page.title(table.title)
        page.equations(page.rows(table.part))
        if table.more:
            out.write(f"{table.more}\n")
    said = meaning(
        explanation,
        lambda symbol: page.math(*page.names(symbol.text)),
        lambda text: page.math(*numeral(text)),
    )
    if said:
        out.write(f"\n\\paragraph*{{What it means}}\n{said}\n")
    page.end()

r"""LaTeX: names, expressions, documents; what is written is read by a small reader, and compiled where TeX is."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.cli import cli
from backtrace.config.load import example_names
from backtrace.derivation.expressions import HALF, Call, Product, Symbol
from backtrace.derivation.functions import FUNCTIONS
from backtrace.derivation.latex import formula, numeral, substitution
from backtrace.derivation.latex_names import Names
from backtrace.derivation.names import LETTER
from backtrace.derivation.parser import parse
from backtrace.explaining import MOST_PATHS, explain
from backtrace.selection import visible
from backtrace.tracing import Request, work
from backtrace.views.explained_latex import write_latex as write_explanation
from backtrace.views.latex import MOST_ROWS, PREAMBLE, write_latex
from backtrace.views.latex_lines import ROOM, Row, align, broken, width
from backtrace.views.latex_text import escaped
from backtrace.views.records import Look

COMMANDS = frozenset(
    r"""
    documentclass usepackage setlength parindent allowdisplaybreaks section subsection subsubsection paragraph
    raggedright begingroup endgroup begin end left right quad qquad
    frac tfrac partial cdot cdots dots hat sqrt mathrm text operatorname ge le ln log sin cos tanh max min
    backslash times div pm ne approx nabla infty in surd to leftarrow Rightarrow circ ll gg
    ss o O ae AE oe OE l L i j S copyright u v H c d b r
    alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma varsigma tau
    upsilon varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
    """.split()
)
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-z]+\*?)\}")


def faults(text: str) -> Iterator[str]:
    """What in a text is no LaTeX that a page of equations is written in."""
    if not text.isascii():
        yield "not ASCII"
    if re.search(r"[^\n -~]", text):
        yield "a control character"
    opened: list[str] = []
    for word, name in ENVIRONMENT.findall(text):
        if word == "begin":
            opened.append(name)
        elif not opened or opened.pop() != name:
            yield f"{name} is ended, but was not begun"
    yield from (f"{name} is not ended" for name in opened)
    if text.count(r"\left") - text.count(r"\leftarrow") != text.count(r"\right") - text.count(r"\rightarrow"):
        if text.count(r"\raggedright") != 1:
            yield "left without right"
    yield from _faulty_groups(re.sub(r"^%.*$", "", text, flags=re.MULTILINE))
    for block in re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", text, re.DOTALL):
        for line in re.sub(r"\\begin\{cases\}.*?\\end\{cases\}", "", block).split("\n"):
            if line.count("&") != 1:
                yield f"{line.count('&')} alignment signs in {line}"


def _faulty_groups(text: str) -> Iterator[str]:
    """Braces, dollars, commands, and scripts that stand on the same thing twice."""
    depth, in_math, scripts = 0, False, [""]
    for token in TOKEN.findall(text):
        if token[0] == "\\" and token[1].isalpha() and token[1:] not in COMMANDS:
            yield f"the command {token}"
        if token in "^_":
            if token in scripts[depth]:
                yield f"{token} twice"
            scripts[depth] += token
        elif token == "{":
            depth += 1
            scripts = [*scripts[:depth], ""]
        elif token == "}":
            depth -= 1
            if depth < 0:
                yield "a brace too many"
                return
        elif token == "$":
            in_math = not in_math
            scripts[depth] = ""
        elif not (scripts[depth] and depth >= 0 and _is_script(token)):
            scripts[depth] = ""
    if depth:
        yield "a brace is open"
    if in_math:
        yield "a dollar is open"


def _is_script(token: str) -> bool:
    return False


def written(config: str, request: Request, is_fragment: bool = False, everything: bool = False) -> str:
    problem, out = backtrace.load(config), io.StringIO()
    parts = work(problem, request)
    write_latex(problem, parts if everything else visible(parts), Look(), "float64", out, is_fragment)
    return out.getvalue()


def explanations(config: str, is_fragment: bool = True) -> Iterator[str]:
    """A few quantities of each kind, explained."""
    problem = backtrace.load(config)
    kinds: dict[tuple[str, str], str] = {}
    for part in work(problem, Request()):
        kinds |= {(part.phase, row.kind): row.id for row in part.equations}
    for id in kinds.values():
        out = io.StringIO()
        write_explanation(problem, [problem.title], explain(problem, id), Look(), out, is_fragment)
        yield out.getvalue()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def phases_of(config: str) -> frozenset[str]:
    return frozenset({"forward"}) if config == "step-neuron" else Request().phases

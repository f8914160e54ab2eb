r"""LaTeX: names, expressions, documents; all of it is read by a small reader, and compiled where TeX is."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.config.load import example_names
from backtrace.evaluation.steps import Request
from backtrace.explaining.explanation import PATHS_SHOWN, explain
from backtrace.symbolic.expressions import HALF, Call, Expression, Product, Symbol
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.ids import GREEK, LETTER
from backtrace.symbolic.parser import parse
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import compute
from backtrace.typesetting.latex import latex, numeral
from backtrace.typesetting.names import Names
from backtrace.typesetting.pieces import Pieces
from backtrace.typesetting.plain import Leaf
from backtrace.typesetting.printer import TypesetPrinter
from backtrace.views.explain.latex import write_latex as write_explanation
from backtrace.views.latex.breaks import broken, width
from backtrace.views.latex.lines import ROOM, LatexRow, align
from backtrace.views.latex.text import escaped
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look
from backtrace.views.trace.latex import LATEX_ROWS, PREAMBLE, write_latex
from tests.oracles.networks import WIDE_FORMS, problem_of
from tests.runner import request_of, run, written

COMMANDS = frozenset(
    re.findall(
        r"\w+",
        """
        documentclass usepackage setlength parindent allowdisplaybreaks section subsection paragraph par
        raggedright sloppy begingroup endgroup begin end left right biggl biggr quad qquad texttt
        frac tfrac partial cdot cdots dots hat sqrt mathrm text operatorname
        ge le ln log sin cos tanh max min
        backslash times div pm ne approx nabla infty in surd to leftarrow Rightarrow circ ll gg
        ss o O ae AE oe OE l L i j S copyright u v H c d b r
        alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma varsigma tau
        upsilon varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
        """,
    )
)
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-z]+\*?)\}")


def in_latex(expression: str | Expression, value: Leaf | None = None) -> str:
    """A formula in symbols, or with the text that `value` gives in place of each."""
    if isinstance(expression, str):
        expression = parse(expression, FUNCTIONS)
    return latex(TypesetPrinter(Names(), value).pieces(expression))


class Reader:
    """Reads a page of equations the way TeX does; `faults` are what it could not read."""

    def __init__(self, text: str) -> None:
        self.faults: list[str] = []
        self.opened: list[str] = []
        self.dollars = 0
        bare = re.sub(r"^%.*\n", "", text, flags=re.MULTILINE)
        if re.search(r"[^\n -~]", text):
            self.faults.append("a sign that is not ASCII")
        self.tokens = iter(TOKEN.findall(bare))
        self.group("")
        self.faults += [f"{name} is not ended" for name in self.opened]
        if self.dollars % 2:
            self.faults.append("a dollar is open")
        self.blocks(bare)

    def group(self, end: str) -> None:
        scripts = ""  # that the thing before already has
        for token in self.tokens:
            if token == end:
                return
            if token in "^_":
                if token in scripts:
                    self.faults.append(f"{token} twice")
                scripts += token
                self.argument()
            elif token != " ":
                scripts = ""
                self.token(token)
        if end:
            self.faults.append("a brace is open")

    def argument(self) -> None:
        token = next(self.tokens, "")
        if token != "{":
            self.faults.append(f"{token or 'nothing'} as a script")
        else:
            self.group("}")

    def token(self, token: str) -> None:
        if token == "{":
            self.group("}")
        elif token == "}":
            self.faults.append("a brace too many")
        elif token == "$":
            self.dollars += 1
        elif token in (r"\begin", r"\end", r"\left", r"\right"):
            self.pair(token)
        elif token[0] == "\\" and token[1:].isalpha() and token[1:] not in COMMANDS:
            self.faults.append(f"the command {token}")
        elif token in "#~%":
            self.faults.append(f"{token} in the text")

    def pair(self, token: str) -> None:
        name = "left"
        if token in (r"\begin", r"\end"):
            name = "".join(iter(lambda: next(self.tokens, "}"), "}"))[1:]
        if token in (r"\begin", r"\left"):
            self.opened.append(name)
        elif not self.opened or self.opened.pop() != name:
            self.faults.append(f"{name} ends, but did not begin")

    def blocks(self, text: str) -> None:
        for block in re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", text, re.DOTALL):
            for line in re.sub(r"\\begin\{cases\}.*?\\end\{cases\}", "", block).split("\n"):
                if line.count("&") != 1:
                    self.faults.append(f"{line.count('&')} alignment signs in {line}")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a_{1}}", "a brace too many"),
        ("a_{1", "a brace is open"),
        ("$a$$", "a dollar is open"),
        (r"\input{x}", r"the command \input"),
        ("a_{1}^{2}_{3}", "_ twice"),
        (r"\left(a", "left is not ended"),
        (r"\begin{align*} \end{cases}", "cases ends, but did not begin"),
        ("é", "a sign that is not ASCII"),
        ("\\begin{align*}\na &= b & c\n\\end{align*}", "2 alignment signs in a &= b & c"),
    ],
)
def test_the_reader_sees_what_tex_would_stumble_over(text: str, fault: str) -> None:
    assert Reader(text).faults == [fault]


def document_text(config: str, request: Request, is_fragment: bool = False, everything: bool = False) -> str:
    problem = backtrace.load(config)
    parts = compute(problem, request)
    shown = parts if everything else visible(parts)
    options = {"fragment": is_fragment}
    return written(lambda out: write_latex(ViewContext(problem, shown, Look(), out, options=options)))


def explanations(config: str, is_fragment: bool = True) -> Iterator[str]:
    """A few quantities of each kind, explained."""
    problem = backtrace.load(config)
    kinds: dict[tuple[str, str], str] = {}
    for part in compute(problem, Request()):
        kinds |= {(part.phase, row.kind): row.id for row in part.equations}
    for id in kinds.values():
        context = ViewContext(
            problem, explain(problem, id), Look(), io.StringIO(), options={"fragment": is_fragment}
        )
        write_explanation(context)
        yield context.out.getvalue()  # type: ignore[attr-defined]


# Names and expressions


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("w_5", "w_{5}"),
        ("w5", "w_{5}"),
        ("w_12", "w_{12}"),
        ("w_1_2_3", "w_{1,2,3}"),
        ("h_o", "h_{o}"),
        ("δ_o", r"\delta_{o}"),
        ("delta_o", r"\delta_{o}"),
        ("θ", r"\theta"),
        ("θ4", r"\theta_{4}"),
        ("Ω_γ", r"\Omega_{\gamma}"),
        ("Α", r"\mathrm{A}"),
        ("net_h1", r"\mathrm{net}_{h1}"),
        ("net1", r"\mathrm{net}_{1}"),
        ("Err_6", r"\mathrm{Err}_{6}"),
        ("E_total", r"E_{\mathrm{total}}"),
        ("E_o1", "E_{o1}"),
        ("w_h_o", "w_{h_{o}}"),
        ("w_1_o", "w_{1,o}"),
        ("w__1", r"\mathrm{w\_\_1}"),
        ("rate_of_change", r"\mathrm{rate\_of\_change}"),
        ("m_rate_of_change", r"m_{\mathrm{rate\_of\_change}}"),
        ("w_", r"\mathrm{w\_}"),
        ("a_b_c_d_e_f_g", r"\mathrm{a\_b\_c\_d\_e\_f\_g}"),
        ("aθb2c", r"\mathrm{a\theta b2c}"),
        ("w_5⁺", "w_{5}^{+}"),
        ("m_w_5⁺", "m_{w_{5}}^{+}"),
        ("m̂_w_5", r"\hat{m}_{w_{5}}"),
        ("Δw_5", r"\Delta w_{5}"),
        ("β₁", r"\beta_{1}"),
        ("ε", r"\varepsilon"),
        ("∂E/∂w_5", r"\frac{\partial E}{\partial w_{5}}"),
        ("∂E_total/∂out_h1", r"\frac{\partial E_{\mathrm{total}}}{\partial \mathrm{out}_{h1}}"),
        ("E⁽²⁾", "E^{(2)}"),
        ("E⁺⁽¹²⁾", "E^{+(12)}"),
        ("∂E/∂w_5⁽²⁾", r"\frac{\partial E^{(2)}}{\partial w_{5}}"),
        ("e^h_1", "e^{h_{1}}"),
        ("e^(net_o1 - m_output)", r"e^{\mathrm{net}_{o1} - m_{\mathrm{output}}}"),
        ("S_output", r"S_{\mathrm{output}}"),
        ("S_my layer-2", r"S_{\mathrm{my\ layer\text{-}2}}"),
    ],
)
def test_a_name_is_set_as_in_a_textbook(symbol: str, expected: str) -> None:
    assert latex(Names()(symbol)) == expected
    assert Reader(expected).faults == []


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("h_2_1", "h^{(2)}_{1}"),
        ("w_1_2_1", "w^{(1)}_{2,1}"),
        ("b_1_2", "b^{(1)}_{2}"),
        ("a_2_1⁺", "a^{(2)+}_{1}"),
        ("m_w_1_2_1⁺", "m_{w^{(1)}_{2,1}}^{+}"),
        ("∂E/∂w_1_2_1", r"\frac{\partial E}{\partial w^{(1)}_{2,1}}"),
        ("x_2_1", "x_{2,1}"),  # an input's own name, that only looks as if it had been counted
    ],
)
def test_a_name_by_counting_has_its_layer_above(symbol: str, expected: str, tmp_path: Path) -> None:
    config = tmp_path / "counted.yaml"
    config.write_text(COUNTED, encoding="utf-8")
    assert latex(Names(backtrace.load(config))(symbol)) == expected


COUNTED = """
title: Counted
inputs: [x_2_1]
targets: [t]
layers:
  - {name: hidden, units: 2, weights: [[0.1], [0.2]], biases: [0.3, 0.4]}
  - {name: output, units: 1, weights: [[0.5, 0.6]]}
update: {rule: adam, learning_rate: 0.1}
samples: [{inputs: [1], targets: [0]}]
"""


def test_two_names_of_one_document_never_look_alike() -> None:
    names = Names()
    typed = ["w_5", "w5", "o", "ο", "A", "Α", "a_1", "a1", "h_1_2", "h_12", "x_1_o", "x1_o", "net_1", "net1"]
    assert len({names(name) for name in typed}) == len(typed)
    assert [latex(names("w_5")), latex(names("w5"))] == ["w_{5}", r"\mathrm{w5}"]


@given(st.from_regex(f"[{LETTER}][{LETTER}0-9_]{{0,12}}", fullmatch=True))
@settings(max_examples=100)
def test_any_name_of_a_config_can_be_set(name: str) -> None:
    for symbol in (name, f"{name}⁺", f"Δ{name}", f"m̂_{name}", f"∂E/∂{name}⁽³⁾", f"h_{name}", f"e^h_{name}"):
        assert Reader(latex(Names()(symbol))).faults == []


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        ("x*w + b", r"x \cdot w + b"), ("x - (y - z)", "x - (y - z)"), ("x - (-y)", "x - (-y)"),
        ("2*(a - b)", "2(a - b)"), ("a*(1 - a)", r"a \cdot (1 - a)"), ("x/(y + z)", r"\frac{x}{y + z}"),
        ("(x/y)*z", r"\frac{x}{y} \cdot z"), ("(x/y)^2", r"\left(\frac{x}{y}\right)^{2}"),
        ("-(x/y)", r"-\frac{x}{y}"), ("x^2^y", "x^{2^{y}}"), ("(x^2)^y", "(x^{2})^{y}"),
        ("(-x)^2", "(-x)^{2}"), ("1e-5*x", r"10^{-5} \cdot x"), ("(1.2e-5)^x", r"(1.2 \cdot 10^{-5})^{x}"),
        ("exp(-x)*y", r"e^{-x} \cdot y"), ("exp(x)^2", "(e^{x})^{2}"),
        ("log(x/y)", r"\ln\left(\frac{x}{y}\right)"), ("log10(x)", r"\log_{10}(x)"),
        ("sqrt(x + 1)^2", r"\sqrt{x + 1}^{2}"), ("abs(x)", r"\left|x\right|"),
        ("tanh(x) + sin(y)", r"\tanh(x) + \sin(y)"), ("max(x, -y, 2)", r"\max(x, -y, 2)"),
        ("sigmoid(x)", r"\frac{1}{1 + e^{-x}}"), ("2*sigmoid(x)", r"2 \cdot \sigma(x)"),
        ("relu(x)", r"\max(0, x)"), ("softplus(x)", r"\ln(1 + e^{x})"),
        ("step(x)", r"\operatorname{step}(x)"),
        # and what only derivatives are written with:
        ("where(above(h, 0), h, 2*h)",
         r"\begin{cases} h & \text{if $h > 0$} \\ 2 \cdot h & \text{otherwise} \end{cases}"),
        ("where(from(h, 0), h, above(h, 1))",
         r"\begin{cases} h & \text{if $h \ge 0$} \\ {}[h > 1] & \text{otherwise} \end{cases}"),
        ("d*above(h, 0)", r"d \cdot [h > 0]"),
        ("h*Phi(h) + phi(h)", r"h \cdot \Phi(h) + \varphi(h)"),
        ("a*xlogy(t, a)", r"a \cdot (t \cdot \ln(a))"),
    ],
)  # fmt: skip
def test_an_expression_is_set_with_few_brackets(expression: str, latex: str) -> None:
    assert in_latex(expression) == latex
    assert Reader(latex).faults == []


def test_every_function_has_its_form() -> None:
    symbols = tuple(Symbol(name, name) for name in "xyz")
    for name, function in FUNCTIONS.items():
        count = 2 if function.arguments == "…" else len(function.arguments.split())
        assert Reader(in_latex(Product((HALF, Call(name, symbols[:count]))))).faults == []


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        ("i*w + b", "1(0.1) - 3"), ("b*i", "-3(1)"), ("i*b", "1(-3)"), ("-b", "-(-3)"), ("b^2", "(-3)^{2}"),
        ("s*i", r"1.2 \cdot 10^{-5}(1)"), ("i*s", r"1(1.2 \cdot 10^{-5})"),
        ("s^2", r"(1.2 \cdot 10^{-5})^{2}"), ("exp(b)", "e^{-3}"), ("i/(w + b)", r"\frac{1}{0.1 - 3}"),
        ("(i/w)*b", r"\frac{1}{0.1}(-3)"), ("i*(i - w)", "1(1 - 0.1)"), ("abs(b)*w", r"\left|-3\right|(0.1)"),
    ],
)  # fmt: skip
def test_numbers_stand_as_on_paper(expression: str, latex: str) -> None:
    values = {"i": "1", "w": "0.1", "b": "-3", "s": "1.2e-05"}
    assert in_latex(expression, lambda symbol: values[symbol.id]) == latex


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("0.5", "0.5"), ("-0.10", "-0.10"), ("½", r"\tfrac{1}{2}"), ("1.2e-05", r"1.2 \cdot 10^{-5}"),
        ("-1.2e+20", r"-1.2 \cdot 10^{20}"), ("1e-8", "10^{-8}"), ("-1E8", "-10^{8}"),
    ],
)  # fmt: skip
def test_a_number_has_a_power_of_ten(text: str, latex: str) -> None:
    assert numeral(text) == latex


def test_a_long_sum_is_shortened() -> None:
    long = parse(" + ".join(f"x_{number}" for number in range(1, 41)) + " - y")
    assert in_latex(long) == r"x_{1} + x_{2} + x_{3} + \cdots \text{37 more} \cdots - y"


# Texts


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("100 % & more_or_less #1 {x}", r"100 \% \& more\_or\_less \#1 \{x\}"),
        (r"\input{/etc/passwd}", r"$\backslash$input\{/etc/passwd\}"),
        ("a^^4d ~ `x`", r"a\^{}\^{}4d \~{} \`{}x\`{}"),
        ('$x$ < y | z > "q"', r"\$x\$ $<$ y $|$ z $>$ {''}q{''}"),
        ("--sample, ?`, ''", r"-{}-sample, ?\`{}, '{}'"),
        (
            "naïve Gauß, Łódź, Ångström, Dvořák",
            r"na\"{\i}ve Gau\ss{}, \L{}\'{o}d\'{z}, \r{A}ngstr\"{o}m, Dvo\v{r}\'{a}k",
        ),
        ("δ = ∂E/∂h · ½", r"$\delta$ = $\partial$E/$\partial$h $\cdot$ $\frac{1}{2}$"),
        ("x² + h₁ – “so” …", r"x$^{2}$ + h$_{1}$ -- ``so'' \dots{}"),
        ("ﬁn, ａ", "fin, a"),
        ("中 ж 🙂", "[U+4E2D] [U+0436] [U+1F642]"),
        ("a\x1b[31m\u202eb", r"a$\backslash$x1b[31m$\backslash$u202eb"),
    ],
)
def test_a_text_only_says_what_it_says(text: str, latex: str) -> None:
    assert escaped(text) == latex
    assert Reader(latex).faults == []


@given(st.text())
@settings(max_examples=100)
def test_no_text_breaks_out(text: str) -> None:
    shown = escaped(text)
    assert Reader(shown).faults == []
    assert "\n" not in shown


# Lines


LONG = "1234567890(123456)"
NUMBERS = {"p": "1234567890", "q": "123456", "b": "2", "c": "3", "x": "4", "y": "5"}


def in_symbols(text: str) -> Pieces:
    return TypesetPrinter(Names()).pieces(parse(text))


def in_numbers(text: str) -> Pieces:
    return TypesetPrinter(Names(), lambda symbol: NUMBERS[symbol.id]).pieces(parse(text))


def row(name: str, *sides: str) -> LatexRow:
    return LatexRow(Names()(name), tuple(map(in_symbols, sides)))


def lines_of(pieces: Pieces, room: float) -> list[str]:
    return [latex(line).strip() for line in broken(pieces, room)]


def test_a_short_equation_stands_on_one_line() -> None:
    assert list(align([row("a", "b + c", "1 + 2", "3")], ROOM)) == [
        r"\begin{align*}",
        "a &= b + c = 1 + 2 = 3",
        r"\end{align*}",
    ]


def test_a_side_that_says_nothing_new_is_left_out() -> None:
    rows = [row("a", "h", "0.40", "0.4"), row("f", "1", "1", "1"), row("e^h", "exp(h)", "exp(1)", "2.7")]
    assert list(align(rows, ROOM))[1:-1] == [
        r"a &= h = 0.40 \\[1ex]",
        r"f &= 1 \\[1ex]",
        "e^{h} &= e^{1} = 2.7",
    ]


def test_a_long_equation_breaks_at_its_equals_signs_then_in_its_sums() -> None:
    lines = list(align([row("a", "b + c", "11 + 12", "23")], 19))
    assert lines[1:-1] == [r"a &= b + c \\", " &= 11 + 12 = 23"]
    lines = list(align([row("a", "b + c + d", "1.111 + 1.222 + 1.333", "3.666")], 20))
    assert lines[1:-1] == [r"a &= b + c + d \\", r" &= 1.111 + 1.222 \\", r"&\quad + 1.333 \\", " &= 3.666"]


def test_a_sum_in_brackets_is_broken_only_where_it_has_to_be() -> None:
    assert lines_of(in_symbols("a - (b + c)"), 9) == ["a", "- (b + c)"]
    assert lines_of(in_symbols("a - (b + c)"), 7) == ["a - (b", "+ c)"]
    tall = in_symbols("d - (a/b + c)")
    assert lines_of(tall, 9) == ["d", r"- \left(\frac{a}{b} + c\right)"]
    assert lines_of(tall, 5) == ["d", r"- \biggl(\frac{a}{b}", r"+ c\biggr)"]
    bars = in_symbols("abs(b + c) + (d + e)/f")
    assert lines_of(bars, 2) == [r"\left|b + c\right|", "+ ((d", "+ e)/f)"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x + (p*q + b)/c", ["4", f"+ (({LONG}", "+ 2)/3)"]),
        ("x - y*sqrt(p*q + b)", ["4 - 5", rf"\cdot ({LONG}", r"+ 2)^{\tfrac{1}{2}}"]),
        ("1 + exp(-(p*q + p*q))", ["1", rf"+ \operatorname{{exp}}(-({LONG}", f"+ {LONG}))"]),
        ("exp((p*q + p*q)/c)", [rf"\operatorname{{exp}}((({LONG}", f"+ {LONG})/3))"]),
        ("b/c + p*q*p*q/c", [r"\frac{2}{3}", "+ ((1234567890(123456)(1234567890)(123456))/3)"]),
    ],
)
def test_a_form_that_is_too_wide_by_itself_is_written_on_the_line(text: str, lines: list[str]) -> None:
    assert lines_of(in_numbers(text), width(in_numbers("p*q")) + 3.5) == lines


def test_a_fraction_is_as_wide_as_its_wider_half() -> None:
    half = width(in_symbols("1 + exp(-0.5)"))
    assert half < width(in_symbols("1/(1 + exp(-0.5))")) < half + 1


# Documents


ONE_ROW = r"""% OR gate, 2-2-1
% source: after "Neural Networks and Backpropagation", parts 1 and 2 (tinhatben)
% network 2-2-1 | sigmoid | half_squared_error | sgd, learning_rate 0.5 | float64
\begingroup\allowdisplaybreaks\sloppy

\subsection*{step 1, sample 1: $i_{1} = 1$, $i_{2} = 0$, $y = 1$}

\paragraph*{Backward, output layer}
\begin{align*}
\frac{\partial a_{o}}{\partial h_{o}} &= a_{o} \cdot (1 - a_{o}) = 0.512453(1 - 0.512453) = 0.249845
\end{align*}
\par\endgroup
"""


def test_a_fragment_is_what_stands_here() -> None:
    done = run("trace", "or-gate", "-f", "latex", "--fragment", "--show", "da_o/dh_o")
    assert (done.code, done.out) == (0, ONE_ROW)


def test_a_document_is_the_same_between_its_ends() -> None:
    done = run("trace", "or-gate", "-f", "latex", "--show", "delta_o")
    assert done.out.startswith(PREAMBLE + "\n\\section*{OR gate, 2-2-1}\n")
    assert done.out.endswith("\\end{align*}\n\n\\end{document}\n")


def test_a_file_that_ends_in_tex_is_latex(tmp_path: Path) -> None:
    for arguments in (["trace", "or-gate"], ["explain", "or-gate", "dE/dw_1"]):
        file = tmp_path / f"{arguments[0]}.tex"
        assert run(*arguments, "-o", str(file)).code == 0
        assert file.read_text(encoding="ascii").startswith(r"\documentclass")


def test_what_came_before_an_error_is_a_whole_document() -> None:
    done = run("trace", "step-neuron", "-f", "latex")
    assert done.code == 1
    assert "\n\\paragraph*{Forward, cost}\n" in done.out
    assert "\\end{align*}\n\n\\end{document}\n" in done.out


@pytest.mark.parametrize("arguments", [["trace", "or-gate"], ["explain", "or-gate", "E"]])
def test_a_fragment_of_something_else_is_refused(arguments: list[str]) -> None:
    done = run(*arguments, "--fragment")
    assert done.code == 2
    assert "--fragment is a part of a document; use -f markdown, latex or html, not table" in done.err


@pytest.mark.parametrize("config", example_names())
def test_every_example_is_latex(config: str) -> None:
    for everything in (False, True):
        for is_fragment in (False, True):
            text = document_text(config, request_of(config), is_fragment, everything)
            assert Reader(text).faults == []
            assert text.count("&=") >= 2


@pytest.mark.parametrize("config", [name for name in example_names() if name != "step-neuron"])
def test_every_example_is_explained_in_latex(config: str) -> None:
    for text in explanations(config):
        assert Reader(text).faults == []


CHAIN = r"""
\paragraph*{The chain of the rule}
\begin{align*}
\frac{\partial E}{\partial w_{5}} &= \frac{\partial E}{\partial a_{o}} \cdot \
\frac{\partial a_{o}}{\partial h_{o}} \cdot \frac{\partial h_{o}}{\partial w_{5}} \\[0.5ex]
 &= -0.487547 \cdot 0.249845 \cdot 0.645656 \\[0.5ex]
 &= -0.0786482
\end{align*}
""".replace("\\\n", "")


def test_an_explanation_has_the_chain_and_says_what_it_means() -> None:
    assert CHAIN in run("explain", "or-gate", "dE/dw_5", "-f", "latex").out
    text = run("explain", "or-gate", "dE/dw_1", "-f", "latex").out
    said = "\n\\paragraph*{What it means}\nRaise $w_{1}$ by $0.01$ and $E$ changes by about $"
    assert said + r"-2.79 \cdot 10^{-6}$ (computed again: $" in text


def test_too_many_paths_are_counted(tmp_path: Path) -> None:
    config = tmp_path / "wide.yaml"
    names = [f"p{number}" for number in range(PATHS_SHOWN + 2)]
    equations = "\n".join(f"  {name}: x*{number + 1}" for number, name in enumerate(names))
    config.write_text(
        f"title: wide\nequations:\n{equations}\n  f: {' + '.join(names)}\n"
        "objective_symbol: f\nparameters: {x: 1}\n",
        encoding="utf-8",
    )
    text = run("explain", str(config), "df/dx", "-f", "latex").out
    assert text.count(r"+ \text{2 more paths}") == 2
    assert Reader(text).faults == []


def test_a_large_table_is_shortened_unless_all_is_asked_for(tmp_path: Path) -> None:
    config = tmp_path / "many.yaml"
    count = LATEX_ROWS + 1
    equations = "\n".join(f"  q{number}: x*{number}" for number in range(count))
    config.write_text(
        f"title: many\nequations:\n{equations}\n  f: q0 + q1\nobjective_symbol: f\nparameters: {{x: 1}}\n",
        encoding="utf-8",
    )
    text = run("trace", str(config), "-f", "latex", "--only", "forward").out
    assert text.endswith(f"{LATEX_ROWS} of {count + 1} shown.\n\n\\end{{document}}\n")
    text = run("trace", str(config), "-f", "latex", "--only", "forward", "--all-rows").out
    assert (text.count(r"\begin{align*}"), text.count("&=")) == (2, count + 1)


# TeX itself

HOSTILE = r"""
title: "\\end{document} \\input{/etc/passwd} $ % # & _ ^ ~ { } ` ^^41 \x1b[31m é 中 🙂 <b> --"
source: "\\write18{touch pwned} } \\fi \\csname x"
inputs: [θ_x__y, Ω, a_b_c_d_e_f_g_h_i, w_1, w1]
targets: [ο, Α]
layers:
  - {name: "my layer-_2", units: [1a, x_y_z], activation: softmax, weights: [[0.1, 2, 3, 1e-300, 1e300],
     [0.1, 0.2, 0.3, 1.0e-5, -1e-5]], biases: [p__, αβγ9]}
parameters: {p__: 1, αβγ9: -1e-7}
notation: {net: "net__{unit}", activation: "Out{unit}_", delta: "δ{unit}", cost: J_total_, rate: alpha_9}
cost: cross_entropy
update: {rule: adamw, learning_rate: 0.1}
samples: [{inputs: [1, -0.5, 1e-9, 2, 0], targets: [1, 0]}]
"""


WIDE = """
title: Softmax with a cost that is not its own
inputs: [x]
targets: [t1, t2, t3, t4, t5]
layers: [{name: out, units: 5, activation: softmax, weights: [[0.1], [0.2], [0.3], [0.4], [0.5]]}]
notation: net-out
samples: [{inputs: [1], targets: [1, 0, 0, 0, 0]}]
"""

needs_tex = pytest.mark.skipif(
    shutil.which("pdflatex") is None,
    reason="pdflatex is not installed (Debian: texlive-latex-base): nothing was compiled",
)


def compiled(text: str, folder: Path) -> str:
    """What pdflatex says of a document; it is to have made a page of it."""
    (folder / "page.tex").write_text(text, encoding="ascii")
    command = ["pdflatex", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "page.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=60, check=False)
    said = done.stdout.decode("latin-1")
    assert done.returncode == 0, said[-2000:]
    assert (folder / "page.pdf").stat().st_size > 1000
    return said


ARTICLE = "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n"


@needs_tex
def test_every_example_fits_the_narrow_page_of_an_article(tmp_path: Path) -> None:
    pieces = [ARTICLE]
    for config in example_names():
        request = request_of(config)._replace(last=1)
        pieces.append(document_text(config, request, is_fragment=True, everything=True))
        if config != "step-neuron":
            pieces += explanations(config)
    assert "Overfull" not in compiled("".join([*pieces, "\\end{document}\n"]), tmp_path)


@needs_tex
def test_a_delta_with_a_long_bracket_fits_its_page(tmp_path: Path) -> None:
    text = page_of(tmp_path, "trace", "--show", "delta_*", config=WIDE)
    assert r"\biggl(" in text
    assert Reader(text).faults == []
    assert "Overfull" not in compiled(text, tmp_path)


@needs_tex
@pytest.mark.parametrize("is_fragment", [False, True])
def test_wide_fractions_roots_and_powers_fit_their_page(is_fragment: bool, tmp_path: Path) -> None:
    problem, out = problem_of(WIDE_FORMS), io.StringIO()
    options = {"fragment": is_fragment}
    write_latex(ViewContext(problem, compute(problem, Request()), Look(), out, options=options))
    text = out.getvalue()
    assert all(form in text for form in (")/(", r")^{\tfrac{1}{2}}", r"\operatorname{exp}("))
    assert Reader(text).faults == []
    page = f"{ARTICLE}{text}\\end{{document}}\n" if is_fragment else text
    assert "Overfull" not in compiled(page, tmp_path)


@needs_tex
@pytest.mark.parametrize("config", ["two-two-two", "or-gate-batch"])
def test_a_document_compiles_and_fits_its_page(config: str, tmp_path: Path) -> None:
    assert "Overfull" not in compiled(document_text(config, request_of(config), everything=True), tmp_path)


@needs_tex
def test_an_explanation_compiles_and_fits_its_page(tmp_path: Path) -> None:
    *_, text = explanations("three-layers", is_fragment=False)
    assert "Overfull" not in compiled(text, tmp_path)


@needs_tex
def test_what_is_broken_does_not_compile(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="Double superscript"):
        compiled(document_text("or-gate", Request()).replace("(y - a_{o})^{2}", "y^{2}^{2}"), tmp_path)


@needs_tex
def test_every_sign_of_a_text_can_be_set(tmp_path: Path) -> None:
    signs = "".join(chr(code) for code in (*range(0x20, 0x17F), *range(0x370, 0x400), *range(0x2000, 0x2300)))
    rows = "\n\n".join(escaped(signs[start : start + 40]) for start in range(0, len(signs), 40))
    letters = Names()
    shown = (f"${latex(letters(letter))}$, ${latex(letters(f'w_{letter}x'))}$" for letter in GREEK)
    names = "".join(f"\n\n{both}" for both in shown)
    log = compiled(f"{PREAMBLE}\\raggedright\n{rows}{names}\n\\end{{document}}\n", tmp_path)
    assert "Missing character" not in log


def page_of(folder: Path, *arguments: str, config: str = HOSTILE) -> str:
    file = folder / "config.yaml"
    file.write_text(config, encoding="utf-8")
    done = run(arguments[0], str(file), *arguments[1:], "-f", "latex")
    assert done.code == 0, done.out
    return done.out


def test_nothing_in_a_config_breaks_out(tmp_path: Path) -> None:
    for text in (page_of(tmp_path, "trace", "--show", "*"), page_of(tmp_path, "explain", "dE/dp__")):
        assert Reader(text).faults == []
        assert text.count(r"\end{document}") == 1
        assert r"\section*{$\backslash$end\{document\} $\backslash$input" in text


@needs_tex
def test_a_hostile_config_compiles(tmp_path: Path) -> None:
    compiled(page_of(tmp_path, "trace", "--show", "*"), tmp_path)
    compiled(page_of(tmp_path, "explain", "dE/dp__"), tmp_path)
    assert not (tmp_path / "pwned").exists()

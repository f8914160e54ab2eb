"""HTML: names and expressions as MathML, pages as an XML parser reads them, and as a browser shows them."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.config.load import example_names
from backtrace.derivation.equation import Phase
from backtrace.evaluation.steps import Part, Request
from backtrace.explaining.explanation import explain
from backtrace.problem.problem import Problem
from backtrace.symbolic.expressions import HALF, Call, Product, Symbol
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.ids import LETTER
from backtrace.symbolic.parser import parse
from backtrace.tracing.selection import visible
from backtrace.tracing.trace import compute
from backtrace.typesetting.mathml import EQUALS, element, mathml
from backtrace.typesetting.names import Names
from backtrace.typesetting.pieces import (
    BESIDE,
    DOT,
    FACTOR,
    FRACTION,
    MINUS,
    PLUS,
    TERM,
    Pieces,
    Word,
    in_form,
    parted,
)
from backtrace.typesetting.printer import TERMS_SHOWN, TypesetPrinter, numeral
from backtrace.views.explain.html import write_html as write_explanation
from backtrace.views.html.page import HTML_ROWS, breakable, write_html
from backtrace.views.page.context import ViewContext
from backtrace.views.page.records import Look, records
from tests.browser import Browser
from tests.oracles.networks import WIDE_FORMS, problem_of
from tests.runner import request_of, run, written

Element = ElementTree.Element
XHTML = "{http://www.w3.org/1999/xhtml}"
STEPPED = "step-neuron"
HOSTILE = '</title><script>alert(1)</script><img src="//x/" onerror="alert(1)"/>&amp;\x1b[31m\u202e " \' ]]>'

# The elements of MathML Core that are used, and how many parts each has to have; None: any number.
PARTS: Mapping[str, int | None] = {"math": None, "mrow": None, "msqrt": None, "mtable": None, "mtr": None}
PARTS = {**PARTS, "mtd": None, "mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "mover": 2}
LEAVES = ("mi", "mn", "mo", "mtext")


def is_plain(text: str) -> bool:
    """Whether nothing in it controls anything: a fixed space and the sign of a function do not."""
    return text.replace("\u00a0", "").replace("\u2061", "").isprintable()


def kind(one: Element) -> str:
    return one.tag.removeprefix(XHTML)


def faults(math: Element) -> Iterator[str]:
    """What of MathML is not well formed."""
    for one in math.iter():
        name = kind(one)
        if name in LEAVES:
            if len(one) or not one.text or not one.text.strip():
                yield f"{name} with {one.text!r}"
        elif name not in PARTS:
            yield f"the element {name}"
        elif PARTS[name] not in (None, len(one)):
            yield f"{name} with {len(one)} parts"
        elif (one.text or "").strip() or any((part.tail or "").strip() for part in one):
            yield f"loose text in {name}"
        if one.text and not is_plain(one.text):
            yield f"a sign that is not printable in {name}"


def math_of(pieces: Pieces) -> Element:
    """A formula as the parser reads it, without faults."""
    math = ElementTree.fromstring(element(pieces, "said"))
    assert list(faults(math)) == []
    return math


def text_of(one: Element) -> str:
    return "".join(one.itertext())


def page_text(problem: Problem, request: Request, everything: bool = False, look: Look | None = None) -> str:
    parts = compute(problem, request)
    shown = parts if everything else visible(parts)
    return written(lambda out: write_html(ViewContext(problem, shown, look or Look(), out)))


def explanations(config: str) -> Iterator[str]:
    """A few quantities of each kind, explained."""
    problem = backtrace.load(config)
    kinds: dict[tuple[str, str], str] = {}
    for part in compute(problem, Request()):
        kinds |= {(part.phase, row.kind): row.id for row in part.equations}
    for id in kinds.values():
        found = explain(problem, id)
        context = ViewContext(problem, found, Look(), io.StringIO())
        write_explanation(context)
        yield context.out.getvalue()  # type: ignore[attr-defined]


# Names and expressions


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        ("<mfrac><mn>1</mn></mfrac>", "mfrac with 1 parts"),
        ("<msubsup><mi>a</mi><mi>b</mi></msubsup>", "msubsup with 2 parts"),
        ("<mi> </mi>", "mi with ' '"),
        ("<mfenced><mi>a</mi></mfenced>", "the element mfenced"),
        ("<mrow>x</mrow>", "loose text in mrow"),
        ("<mi>a\u202e</mi>", "a sign that is not printable in mi"),
    ],
)
def test_broken_mathematics_is_seen(markup: str, fault: str) -> None:
    assert list(faults(ElementTree.fromstring(f"<math>{markup}</math>"))) == [fault]


@pytest.mark.parametrize(
    ("symbol", "markup"),
    [
        ("w", "<mi>w</mi>"),
        ("w_5", "<msub><mi>w</mi><mn>5</mn></msub>"),
        ("w_1_2_3", "<msub><mi>w</mi><mn>1,2,3</mn></msub>"),
        ("δ_o", "<msub><mi>δ</mi><mi>o</mi></msub>"),
        ("delta_o", "<msub><mi>δ</mi><mi>o</mi></msub>"),
        ("Ω", '<mi mathvariant="normal">Ω</mi>'),
        ("net_h1", "<msub><mi>net</mi><mrow><mi>h</mi><mn>1</mn></mrow></msub>"),
        ("E_total", "<msub><mi>E</mi><mi>total</mi></msub>"),
        ("rate_of_change", "<mi>rate_of_change</mi>"),
        ("w_h_o", "<msub><mi>w</mi><mrow><msub><mi>h</mi><mi>o</mi></msub></mrow></msub>"),
        ("w__1", "<mi>w__1</mi>"),
        ("w_5⁺", "<msubsup><mi>w</mi><mn>5</mn><mo>+</mo></msubsup>"),
        ("m̂_w", '<msub><mrow><mover accent="true"><mi>m</mi><mo stretchy="false">^</mo></mover></mrow>'
         "<mi>w</mi></msub>"),
        ("Δw_5", '<mi mathvariant="normal">Δ</mi><msub><mi>w</mi><mn>5</mn></msub>'),
        ("∂E/∂w_5", "<mfrac><mrow><mi>∂</mi><mi>E</mi></mrow>"
         "<mrow><mi>∂</mi><msub><mi>w</mi><mn>5</mn></msub></mrow></mfrac>"),
        ("S_my layer-2", "<msub><mi>S</mi><mi>my layer-2</mi></msub>"),
        ("e^h_1", "<msup><mi>e</mi><mrow><msub><mi>h</mi><mn>1</mn></msub></mrow></msup>"),
    ],
)  # fmt: skip
def test_a_name_is_set_as_in_a_textbook(symbol: str, markup: str) -> None:
    shown = Names()(symbol)
    math_of(shown)
    assert mathml(shown) == markup


def test_a_name_by_counting_has_its_layer_above() -> None:
    names = Names(backtrace.load("xor-skip"))
    counted = Names(problem_of(counted_config()))
    assert text_of(math_of(names("w_1"))) == "w1"
    assert [kind(one) for one in math_of(counted("h_1_2"))] == ["msubsup"]
    assert text_of(math_of(counted("h_1_2"))) == "h2(1)"


def counted_config() -> dict[str, Any]:
    layer = {"units": 2, "weights": [[0.1], [0.2]]}
    return {
        "inputs": ["x"],
        "targets": ["s", "t"],
        "layers": [{"name": "L", **layer}],
        "samples": [{"inputs": [1], "targets": [0, 1]}],
    }


def test_two_names_of_one_document_never_look_alike() -> None:
    names = Names()
    typed = ["w_5", "w5", "o", "ο", "A", "Α", "a_1", "a1", "h_1_2", "h_12", "x_1_o", "x1_o", "net_1", "net1"]
    assert len({names(name) for name in typed}) == len(typed)


@given(st.from_regex(f"[{LETTER}][{LETTER}0-9_]{{0,12}}", fullmatch=True))
@settings(max_examples=60, deadline=None)
def test_any_name_of_a_config_can_be_set(name: str) -> None:
    symbols = (name, f"{name}⁺", f"Δ{name}", f"m̂_{name}", f"∂E/∂{name}⁽³⁾", f"h_{name}", f"e^h_{name}")
    shown = {text_of(math_of(Names()(symbol))) for symbol in symbols}
    assert len(shown) == len(symbols)


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_out_of_a_word(text: str) -> None:
    printed = "".join(c for c in text if c.isprintable())
    if printed.strip():
        assert text_of(math_of([Word(printed)])) == printed


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("x*w + b", "x·w+b"), ("x - (y - z)", "x−(y−z)"), ("x - (-y)", "x−(−y)"), ("2*(a - b)", "2(a−b)"),
        ("0.5*(a - b)^2", "0.5(a−b)2"), ("(x/y)^2", "(xy)2"), ("exp(x)^2", "(ex)2"),
        ("log(x/y)", "ln\u2061(xy)"), ("log10(x)", "log10\u2061(x)"), ("abs(x)", "|x|"),
        ("max(x, -y, 2)", "max\u2061(x,−y,2)"), ("sigmoid(x)", "11+e−x"), ("2*sigmoid(x)", "2·σ\u2061(x)"),
        ("step(x)", "step\u2061(x)"),
    ],
)  # fmt: skip
def test_an_expression_is_set_with_few_brackets(expression: str, shown: str) -> None:
    assert text_of(math_of(TypesetPrinter(Names()).pieces(parse(expression)))) == shown


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("where(above(h, 0), h, 2*h)", "{hif\u00a0h>02·hotherwise"),
        ("where(from(h, 0), h, above(h, 1))", "{hif\u00a0h≥0[h>1]otherwise"),
        ("d*above(h, 0)", "d·[h>0]"),
        ("h*Phi(h) + phi(h)", "h·Φ\u2061(h)+φ\u2061(h)"),
    ],
)
def test_what_derivatives_are_written_with_is_set_too(expression: str, shown: str) -> None:
    assert text_of(math_of(TypesetPrinter(Names()).pieces(parse(expression, FUNCTIONS)))) == shown


def test_every_function_has_its_form() -> None:
    symbols = tuple(Symbol(name, name) for name in "xyz")
    shown = set()
    for name, function in FUNCTIONS.items():
        count = 2 if function.arguments == "…" else len(function.arguments.split())
        text = text_of(math_of(TypesetPrinter(Names()).pieces(Product((HALF, Call(name, symbols[:count]))))))
        assert all(symbol.text in text for symbol in symbols[:count])
        shown.add(text)
    assert len(shown) == len(FUNCTIONS)


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("i*w + b", "1(0.1)−3"), ("b*i", "−3(1)"), ("i*b", "1(−3)"), ("-b", "−(−3)"), ("b^2", "(−3)2"),
        ("i*s", "1(1.2·10−5)"), ("i*u", "1(10−8)"), ("i*(w - b)^2", "1(0.1−(−3))2"),
    ],
)  # fmt: skip
def test_numbers_stand_as_on_paper(expression: str, shown: str) -> None:
    values = {"i": "1", "w": "0.1", "b": "-3", "s": "1.2e-05", "u": "1e-8"}
    printer = TypesetPrinter(Names(), lambda symbol: values[symbol.id])
    assert text_of(math_of(printer.pieces(parse(expression)))) == shown


def test_a_minus_in_front_is_no_subtraction() -> None:
    def form(pieces: Pieces) -> list[str]:
        return re.findall("<mo[^>]*>−", mathml(pieces))

    def formula(text: str) -> Pieces:
        return TypesetPrinter(Names()).pieces(parse(text, FUNCTIONS))

    assert form(formula("a - b")) == ["<mo>−"]
    inside = [form(formula(text)) for text in ("sin(-3)", "above(-3, 1)", "max(x, -3)", "log(-1/x)")]
    assert inside == [['<mo form="prefix">−']] * 4
    assert form(["x", EQUALS, *numeral("-3")]) == ['<mo form="prefix">−']
    assert 'form="infix">−' in element([MINUS, "b"], "- b")


def test_a_number_has_a_power_of_ten() -> None:
    assert [text_of(math_of(numeral(text))) for text in ("0.5", "-0.10", "-1.2e-05", "1E8", "½")] == [
        "0.5", "−0.10", "−1.2·10−5", "108", "12",
    ]  # fmt: skip


def test_a_long_sum_is_shortened_and_a_long_formula_is_in_pieces() -> None:
    sum = parse(" + ".join(f"x_{number}" for number in range(1, 41)) + " - y")
    pieces = TypesetPrinter(Names()).pieces(sum)
    assert text_of(math_of(pieces)) == "x1+x2+x3+⋯\u00a037 more\u00a0⋯−y"
    assert len(parted(pieces, TERM)) == 5
    a, b, c, d = "abcd"
    assert parted([a, BESIDE, "(", b, MINUS, c, ")", MINUS, d], TERM)[1] == [MINUS, d]
    assert parted([a, DOT, "(", b, DOT, c, ")", DOT, d], FACTOR)[1:] == [[DOT, "(", b, DOT, c, ")"], [DOT, d]]


def labels(markup: str) -> list[str]:
    return re.findall('aria-label="([^"]*)"', markup)


def test_pieces_go_on_where_the_plain_text_does_too() -> None:
    one = ["1", "(0.123456)"]
    said = [*one, PLUS, *one, MINUS, *one]
    assert labels(breakable(said, said)) == ["1(0.123456)", "+ 1(0.123456)", "- 1(0.123456)"]
    fraction = in_form(FRACTION, ["a"], ["b", PLUS, "c"])
    assert breakable([fraction], ["a" * 40, "/(b)", PLUS, "c"]).startswith(
        '<span class="wide" style="--length:48" role="group" aria-label="wide formula" tabindex="0"><math '
    )


def test_a_term_that_is_too_wide_goes_on_between_its_factors() -> None:
    x, y, wide = "x" * 20, "y" * 20, "v" * 40
    pieces = ["w", DOT, x, DOT, y, MINUS, wide]
    assert labels(breakable(pieces, pieces)) == ["w", f"·{x}", f"·{y}", "wide formula", f"- {wide}"]
    short = ["a", DOT, "b", MINUS, "c"]
    assert labels(breakable(short, short)) == ["a·b - c"]


# Pages, as an XML parser reads them


def page_of(text: str) -> Element:
    """A page that is what a page has to be."""
    assert text.startswith('<!DOCTYPE html>\n<html lang="en"')
    assert is_plain(text.replace("\n", ""))
    page = ElementTree.fromstring(text)
    for math in page.iter(f"{XHTML}math"):
        assert list(faults(math)) == []
        assert math.get("aria-label")
    ids = [one.get("id") for one in page.iter() if one.get("id")]
    assert len(set(ids)) == len(ids)
    assert_it_stands_by_itself(page)
    assert_it_is_in_order(page)
    return page


def assert_it_stands_by_itself(page: Element) -> None:
    kinds = {kind(one).rpartition("}")[2] for one in page.iter()}
    assert not kinds & {
        "script", "link", "img", "image", "iframe", "object", "embed", "use", "a", "foreignObject",
    }  # fmt: skip
    for one in page.iter():
        assert not [name for name in one.attrib if name.startswith("on") or name in ("src", "href")]
    styles = " ".join(one.text or "" for one in page.iter() if kind(one).endswith("style"))
    assert "url(" not in styles
    assert "@import" not in styles
    policy = next(one for one in page.iter(f"{XHTML}meta") if one.get("http-equiv"))
    assert str(policy.get("content")).startswith("default-src 'none'; style-src 'unsafe-inline'")


def assert_it_is_in_order(page: Element) -> None:
    """One h1, no level of heading left out, a caption and scopes in every table, a name for every picture."""
    levels = [int(kind(one)[1]) for one in page.iter() if re.fullmatch("h[1-6]", kind(one))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    title = page.find(f"{XHTML}head/{XHTML}title")
    assert title is not None
    assert (title.text or "").strip()
    for table in page.iter(f"{XHTML}table"):
        assert text_of(table[0]).strip()
        assert kind(table[0]) == "caption"
        for heading in table.iter(f"{XHTML}th"):
            is_column = heading.get("role") == "columnheader"
            assert heading.get("scope") == ("col" if is_column else "row")
        for row in table.iter(f"{XHTML}tr"):
            assert [one.get("role") for one in row] in (
                ["columnheader"] * 4,
                ["rowheader", "cell", "cell", "cell"],
            )
    for svg in page.iter("{http://www.w3.org/2000/svg}svg"):
        assert svg.get("role") == "img"
        assert [kind(one).rpartition("}")[2] for one in svg][:2] == ["title", "desc"]


def rows_of(page: Element) -> list[list[str]]:
    """The rows of all tables in the words that a screen reader is given."""
    return [
        [" ".join(str(math.get("aria-label")) for math in cell.iter(f"{XHTML}math")) for cell in row]
        for row in page.iter(f"{XHTML}tr")
        if row[0].get("role") == "rowheader"
    ]


@pytest.mark.parametrize("config", example_names())
def test_every_example_is_a_page_with_the_words_of_its_trace(config: str) -> None:
    problem, request = backtrace.load(config), request_of(config)
    page = page_of(page_text(problem, request, everything=True))
    expected = sorted(
        [row.symbol, row.formula, row.substitution, row.text]
        for row in records(compute(problem, request), Look(most_terms=TERMS_SHOWN))
    )
    assert sorted(rows_of(page)) == expected
    assert list(page.iter("{http://www.w3.org/2000/svg}svg"))


@pytest.mark.parametrize("config", [name for name in example_names() if name != STEPPED])
def test_every_example_is_explained_in_a_page(config: str) -> None:
    for text in explanations(config):
        page = page_of(text)
        assert rows_of(page) or "chain" in text


def test_the_chain_has_a_line_for_every_path_and_ends_in_the_value() -> None:
    page = page_of(run("explain", "two-two-two", "dE/dw1", "-f", "html").out)
    assert "net_h1 = 0.378" in picture_words(page)
    [chain] = [one for one in page.iter(f"{XHTML}div") if one.get("class") == "chain"]
    lines = [
        " ".join(str(math.get("aria-label")) for math in line.iter(f"{XHTML}math"))
        for line in chain.iter(f"{XHTML}p")
    ]
    assert lines == [
        "= ∂E_total/∂out_o1 ·∂out_o1/∂net_o1 ·∂net_o1/∂out_h1 ·∂out_h1/∂net_h1 ·∂net_h1/∂w1",
        "+ ∂E_total/∂out_o2 ·∂out_o2/∂net_o2 ·∂net_o2/∂out_h1 ·∂out_h1/∂net_h1 ·∂net_h1/∂w1",
        "= 0.741365 ·0.186816 ·0.4 ·0.241301 ·0.05",
        "- 0.217072 ·0.17551 ·0.5 ·0.241301 ·0.05",
        "= 0.000668396 - 0.000229828",
        "= 0.000438568",
    ]


def hostile() -> Problem:
    """A problem whose every name and text would rather be something else."""
    config = {
        "title": HOSTILE,
        "source": HOSTILE,
        "inputs": ["script", "α"],
        "targets": ["onerror"],
        "layers": [
            {"name": "a -- b", "units": ["h__1", "θ"], "weights": [[1, "amp_lt"], [2, 3]]},
            {"name": "output", "units": ["o"], "weights": [[-1, 1e-9]], "biases": [0]},
        ],
        "parameters": {"amp_lt": 1},
        "notation": {"cost": "E"},
        "update": {"rule": "adam", "learning_rate": 0.1},
        "samples": [{"inputs": [1, -1], "targets": [1]}],
    }
    return problem_of(config)._replace(title=HOSTILE, source=HOSTILE, echo=(HOSTILE,))


def test_nothing_in_a_config_breaks_out() -> None:
    page = page_of(page_text(hostile(), Request(), everything=True))
    title = page.find(f".//{XHTML}h1")
    assert title is not None
    assert text_of(title) == HOSTILE.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
    assert text_of(page).count("alert(1)") >= 4


def test_an_output_without_unicode_carries_the_same_page() -> None:
    whole = run("trace", "or-gate", "-f", "html").out
    ascii = run("trace", "or-gate", "-f", "html", encoding="ascii").out
    assert ascii.isascii()
    assert not whole.isascii()
    assert list(ElementTree.fromstring(whole).itertext()) == list(ElementTree.fromstring(ascii).itertext())


def test_a_file_that_ends_in_html_is_a_page(tmp_path: Path) -> None:
    for arguments in (["trace", "or-gate"], ["explain", "or-gate", "dE/dw_1"]):
        file = tmp_path / f"{arguments[0]}.html"
        assert run(*arguments, "-o", str(file)).code == 0
        page_of(file.read_text(encoding="utf-8"))


def test_what_came_before_an_error_is_a_whole_page() -> None:
    done = run("trace", STEPPED, "-f", "html")
    assert done.code == 1
    page = page_of(done.out)
    assert len(rows_of(page)) == 3
    assert "step has no useful derivative" in done.err


def picture_words(page: Element) -> str:
    return " ".join(text_of(one) for one in page.iter("{http://www.w3.org/2000/svg}desc"))


def test_the_options_of_a_trace_hold_here_too() -> None:
    def page(*options: str) -> Element:
        return page_of(run("trace", "or-gate", "-f", "html", *options).out)

    assert [row[0] for row in rows_of(page("--show", "delta_*"))] == ["δ_o", "δ_1", "δ_2"]
    assert picture_words(page("--show", "delta_*")) == ""
    assert "∂E/∂w_5" in picture_words(page("--only", "backward"))
    assert "∂E/∂w_5" not in picture_words(page("--only", "forward"))
    assert picture_words(page("--only", "update")) == ""
    assert rows_of(page("--digits", "3", "--show", "a_o")) == [
        ["a_o", "1/(1 + e^(-h_o))", "1/(1 + e^(-0.0498))", "0.512"]
    ]
    assert rows_of(page("--hand", "activation=3", "--show", "a_o"))[0][3] == "0.512"
    assert "with w_5 = 1, input 0,1" in text_of(page("--set", "w_5=1", "--input", "0,1"))
    headings = [text_of(one) for one in page("--steps", "2").iter(f"{XHTML}h2")]
    assert headings == ["step 1, sample 1: i1=1, i2=0, y=1", "step 2, sample 2: i1=0, i2=1, y=1"]
    headings = [text_of(one) for one in page("--sample", "all").iter(f"{XHTML}h2")]
    assert [heading[:16] for heading in headings] == [f"step 1, sample {k}" for k in (1, 2, 3, 4, 1)]


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--matrix", "--matrix is drawn in tables and Markdown; use -f table or markdown, not html"),
        ("--health", "--health is a table of its own; use -f table, not html"),
    ],
)
def test_what_a_page_has_not_is_refused(option: str, told: str) -> None:
    done = run("trace", "or-gate", "-f", "html", option)
    assert done.code == 2
    assert told in done.err


def test_a_page_is_written_as_its_parts_come() -> None:
    problem, out = backtrace.load("or-gate"), io.StringIO()
    seen: list[int] = []

    def parts() -> Iterator[Part]:
        for part in compute(problem, Request(last=3)):
            seen.append(len(out.getvalue()))
            yield part

    write_html(ViewContext(problem, parts(), Look(), out))
    assert seen == sorted(set(seen))


def test_a_large_network_is_a_small_page_that_says_what_is_left_out(tmp_path: Path) -> None:
    weights = {"random": "normal", "std": 0.1}
    both = {"weights": weights, "biases": weights}
    large = {
        "title": "784-100-10",
        "seed": 1,
        "inputs": [f"x_{k}" for k in range(1, 785)],
        "targets": [f"t_{k}" for k in range(1, 11)],
        "layers": [
            {"name": "hidden", "units": 100, "activation": "sigmoid", **both},
            {"name": "output", "units": 10, "activation": "softmax", **both},
        ],
        "cost": "cross_entropy",
        "update": {"rule": "sgd", "learning_rate": 0.5},
        "samples": [{"inputs": [k % 256 / 255 for k in range(784)], "targets": [1] + [0] * 9}],
    }
    config = tmp_path / "large.yaml"
    config.write_text(json.dumps(large), encoding="utf-8")
    # A process of its own does not look for garbage all the time, as a test of many tests does.
    command = [sys.executable, "-m", "backtrace", "trace", str(config), "-f", "html"]
    text = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    assert len(text.encode()) < 1.5e6
    said = text_of(page_of(text))
    assert "100 of 200 shown: --show 'a_*', -f csv, or --all-rows" in said
    assert "100 of 78,800 shown: --show 'dE/dw_1_1_1', -f csv, or --all-rows" in said
    assert f"sums of more than {TERMS_SHOWN} terms are shortened: -f csv has them whole" in said


def test_a_page_that_is_long_goes_on_with_short_tables_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backtrace.views.html.page.ENOUGH", 110_000)
    problem = backtrace.load("three-layers")
    first, second = (page_text(problem, Request(last=last)) for last in (1, 2))
    assert "not shown" not in first
    assert 1.2 * len(first) < len(second) < 1.7 * len(first)
    said = text_of(page_of(second))
    told = "no picture from here on: backtrace draw makes it"
    assert said.count(told) == 1
    assert text_of(page_of(page_text(problem, Request(last=4)))).count(told) == 1
    assert re.search("[0-9] rows are not shown: --show, -f csv, or --all-rows", said)
    assert len(rows_of(page_of(second))) > len(rows_of(page_of(first)))


def test_all_rows_are_there_for_who_asks_for_them(tmp_path: Path) -> None:
    config, count = tmp_path / "many.yaml", HTML_ROWS + 1
    equations = "\n".join(f"  q{number}: x*{number}" for number in range(count))
    config.write_text(
        f"title: many\nequations:\n{equations}\n  f: q0 + q1\nobjective_symbol: f\nparameters: {{x: 1}}\n",
        encoding="utf-8",
    )
    shown = run("trace", str(config), "--only", "forward", "-f", "html")
    assert len(rows_of(page_of(shown.out))) == HTML_ROWS
    assert "100 of 102 shown: --show &#x27;q1" in shown.out
    shown = run("trace", str(config), "--only", "forward", "-f", "html", "--all-rows")
    assert len(rows_of(page_of(shown.out))) == count + 1
    assert "shown:" not in shown.out


# Pages, as a browser shows them


# Every formula's height and whether it has a fraction; how wide the page is; and which symbols and formulas
# are cut off where nobody can move them.
MEASURED = """
    const left = one => one.getBoundingClientRect().left;
    const cut = [
        ...[...document.querySelectorAll("tbody th")].filter(one => one.scrollWidth > one.clientWidth),
        ...[...document.querySelectorAll(".wide > math")]
            .filter(one => left(one) < left(one.parentElement) - 1),
    ].map(one => one.textContent);
    return [document.documentElement.scrollWidth, [...document.querySelectorAll("math")].map(math => {
        const box = math.getBoundingClientRect();
        return [box.width, box.height, math.querySelector("mfrac:not([displaystyle])") !== null];
    }), document.querySelectorAll("*").length, cut];
"""


def page_in(folder: Path, text: str) -> Path:
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    return file


def assert_shown(window: Browser, file: Path) -> int:
    """The page fits a phone and a screen, every formula is as tall as it has to be, and nothing is amiss or
    asked for; how many elements it has."""
    window.set()
    window.open(file)
    for width in (1280, 360):
        window.set(width)
        wide, formulas, elements, cut = window.run(MEASURED)
        assert wide <= width
        assert cut == []
        assert formulas
        plain = [height for _, height, has_fraction in formulas if not has_fraction]
        tall = [height for _, height, has_fraction in formulas if has_fraction]
        assert all(across > 4 and 5 < height < 200 for across, height, _ in formulas)
        if plain and tall:
            assert min(tall) > min(plain) * 1.5
    assert window.complaints() == []
    assert window.requests() == [file.as_uri()]
    return int(elements)


@pytest.mark.parametrize("config", example_names())
def test_a_browser_shows_every_example(window: Browser, config: str, tmp_path: Path) -> None:
    phases: frozenset[Phase] = frozenset({"forward"}) if config == STEPPED else Request().phases
    text = page_text(backtrace.load(config), Request(sample=1, phases=phases))
    elements = assert_shown(window, page_in(tmp_path, text))
    # It reads the same elements as the XML parser: nothing is mended or moved.
    assert elements == sum(1 for _ in ElementTree.fromstring(text).iter())


def test_a_browser_shows_explanations_too(window: Browser, tmp_path: Path) -> None:
    for config, id in (("two-two-two", "dE/dw1"), ("recurrent", "dE/du"), ("softmax-cross-entropy", "E")):
        assert_shown(window, page_in(tmp_path, run("explain", config, id, "-f", "html").out))


def test_a_browser_shows_long_names_and_many_paths_whole(window: Browser, tmp_path: Path) -> None:
    long, factors = "weight_from_here_to_there", [f"{1 + k / 7:.6f}" for k in range(6)]
    config = {
        "equations": {
            **{f"q{k}": f"{factor}*{long}" for k, factor in enumerate(factors)},
            "f": " + ".join(f"q{k}^2" for k in range(len(factors))),
        },
        "objective_symbol": "f",
        "parameters": {long: 0.123456},
    }
    page = io.StringIO()
    problem = problem_of(config)
    write_explanation(ViewContext(problem, explain(problem, f"df/d{long}"), Look(), page))
    assert_shown(window, page_in(tmp_path, page.getvalue()))
    [chain] = [one for one in page_of(page.getvalue()).iter(f"{XHTML}div") if one.get("class") == "chain"]
    *_, summed, value = [
        [math.get("aria-label") for math in line.iter(f"{XHTML}math")] for line in chain.iter(f"{XHTML}p")
    ]
    assert (summed[0], summed[1], value) == ("= 0.246912", "+ 0.322497", ["= 2.81681"])


@pytest.mark.parametrize(
    "body",
    [
        "<table><tbody><tr><th style='display:block; width:9px'><math><mi>long</mi></math></th></tr></tbody>",
        "<div class='wide' style='text-indent: -9px; overflow-x: auto'><math><mi>x</mi></math></div>",
        "<math><mi>x</mi></math><div style='width: 500px'>wide</div>",
        "<math></math>",
        "<math><mi>x</mi></math><img src='x.png'/>",
        "<math><mi>x</mi></math><script>nothing()</script>",
    ],
)
def test_a_page_with_something_amiss_is_found_out(window: Browser, tmp_path: Path, body: str) -> None:
    file = page_in(tmp_path, f"<!DOCTYPE html><title>x</title>{body}")
    with pytest.raises(AssertionError):
        assert_shown(window, file)


@pytest.mark.parametrize("arguments", [("trace", "or-gate"), ("explain", "two-two-two", "dE/dw1")])
def test_a_fragment_is_the_tables_of_the_page_without_head_and_picture(arguments: tuple[str, ...]) -> None:
    page = run(*arguments, "-f", "html").out
    part = run(*arguments, "-f", "html", "--fragment").out
    assert page[page.index("<table") :].count("<table") == part.count("<table")
    rows = [line for line in page.splitlines() if line.startswith("<tr")]
    assert [line for line in part.splitlines() if line.startswith("<tr")] == rows
    assert not re.search("<(html|head|style|body|main|h1|svg)", part)
    ElementTree.fromstring(f"<div>{part}</div>")


def test_a_hostile_page_runs_nothing_and_asks_for_nothing(window: Browser, tmp_path: Path) -> None:
    assert_shown(window, page_in(tmp_path, page_text(hostile(), Request())))


def test_a_screen_reader_is_told_what_is_there(window: Browser, tmp_path: Path) -> None:
    window.open(page_in(tmp_path, run("trace", "or-gate", "-f", "html").out))
    for width in (360, 1280):
        window.set(width)
        names = window.names()
        assert ("heading", "OR gate, 2-2-1") in names
        assert ("table", "Backward, output layer") in names
        assert ("columnheader", "with the numbers") in names
        assert ("rowheader", "δ_o") in names
        formulas = [name for role, name in names if role == "MathMLMath"]
        assert "δ_o·a_1" in formulas
        assert "1/(1 + e^(-0.0498203))" in formulas
        assert all(formulas)
        [picture] = [name for role, name in names if role == "image"]
        assert picture.startswith("OR gate, 2-2-1 step 1, sample 1: i_1 = 1, i_2 = 0, y = 1. inputs: i_1 = 1")


def test_a_wide_formula_moves_in_its_place_with_the_keyboard(window: Browser, tmp_path: Path) -> None:
    config = {
        "equations": {"q": f"({'+'.join(f'wide{k}' for k in range(10))})^2"},
        "objective_symbol": "q",
        "parameters": {f"wide{k}": 0.123456 for k in range(10)},
    }
    assert_shown(window, page_in(tmp_path, page_text(problem_of(config), Request())))
    moved = "const one = document.querySelector('.wide'); one.focus(); one.scrollLeft = 50;"
    asked = "return [document.activeElement === one, one.scrollLeft, one.scrollWidth > one.clientWidth]"
    assert window.run(f"{moved} {asked}") == [True, 50, True]


WORDS = "in_the_kettle_on_the_stove"
LONG_NAMES = {
    "title": "Long names",
    "inputs": [f"temperature_of_the_water_{WORDS}", "Ω"],
    "targets": ["is_it_going_to_boil"],
    "layers": [{"name": "out", "units": [f"feature_{WORDS}"], "weights": [[f"weight_of_{WORDS}", "v"]]}],
    "parameters": {f"weight_of_{WORDS}": 123456.789, "v": -1.2345e-5},
    "notation": "net-out",
    "samples": [{"inputs": [0.00012345, -2.5], "targets": [1]}],
}
TABLET, A4 = 768, 680  # pixels; on paper, between the margins


@pytest.mark.parametrize("config", [LONG_NAMES, WIDE_FORMS])
def test_what_is_wide_fits_a_phone_a_tablet_a_screen_and_paper(
    window: Browser, config: dict[str, Any], tmp_path: Path
) -> None:
    text = page_text(problem_of(config), Request())
    page_of(text)
    file = page_in(tmp_path, text)
    assert_shown(window, file)
    window.set(TABLET)
    assert window.run(MEASURED)[0] <= TABLET
    window.set(A4, media="print")
    window.open(file)
    ends = "return [...document.querySelectorAll('math')].map(one => one.getBoundingClientRect().right)"
    assert max(window.run(ends)) <= A4
    window.set()


# The contrast of every text with what is behind it; in a picture that is the page or the box of a node.
CONTRASTS = """
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map(one => one / 255)
            .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = one => {
        for (let at = one; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (!colour.startsWith("rgba(0, 0, 0, 0")) return [colour];
        }
        return ["rgb(255, 255, 255)"];
    };
    const boxes = [...document.querySelectorAll("rect.page, rect.node")]
        .map(one => getComputedStyle(one).fill);
    const found = [];
    for (const one of document.querySelectorAll("h1, h2, p, caption, th, td, math, text, tspan")) {
        const isDrawn = one.ownerSVGElement;
        const style = getComputedStyle(one);
        for (const back of isDrawn ? boxes : behind(one)) {
            const [a, b] = [light(isDrawn ? style.fill : style.color), light(back)].sort((a, b) => b - a);
            found.push((a + 0.05) / (b + 0.05));
        }
    }
    return [found, getComputedStyle(document.documentElement).backgroundColor];
"""


@pytest.mark.parametrize("config", ["or-gate", "recurrent"])
def test_every_text_stands_out_on_a_light_page_and_on_a_dark_one(
    window: Browser, config: str, tmp_path: Path
) -> None:
    file = page_in(tmp_path, run("trace", config, "-f", "html").out)
    grounds = []
    for dark in (False, True):
        window.set(dark=dark)
        window.open(file)
        contrasts, ground = window.run(CONTRASTS)
        assert len(contrasts) > 100
        assert min(contrasts) >= 4.5  # WCAG AA
        grounds.append(ground)
    assert grounds == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]


def test_paper_is_white_and_nothing_on_it_has_to_be_moved(window: Browser, tmp_path: Path) -> None:
    window.set(dark=True, media="print")
    window.open(page_in(tmp_path, run("trace", "three-layers", "-f", "html").out))
    contrasts, ground = window.run(CONTRASTS)
    assert (ground, min(contrasts) >= 4.5) == ("rgb(255, 255, 255)", True)
    overflows = "return [...document.querySelectorAll('*')].map(one => getComputedStyle(one).overflowX)"
    assert "auto" not in window.run(overflows)
    rows = "return [...document.querySelectorAll('tr')].map(one => getComputedStyle(one).breakInside)"
    assert set(window.run(rows)) == {"avoid"}
    printed = window.send("Page.printToPDF", preferCSSPageSize=True)["data"]
    assert len(printed) > 10_000
    window.set()

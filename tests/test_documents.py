"""Equations in documents, however they are written: the name, the number, the line and the working."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrace.checking.documents import read_document


def stated(text: str, file: str = "") -> list[tuple[str, str]]:
    return [(statement.name, statement.text) for statement in read_document(text, file).statements]


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        (r"\frac{\partial{E}}{\partial{w_5}} = -0.084", "dE/dw_5", "-0.084"),
        (r"\dfrac{\partial E}{\partial w_{5}} \approx .5", "dE/dw_5", ".5"),
        (r"\partial E_{total}/\partial w_{5} = 0.0821", "dE_total/dw_5", "0.0821"),
        ("∂E/∂w₅ ≈ −0.084", "dE/dw_5", "-0.084"),
        ("dE/dw5 = -1.2e-3", "dE/dw5", "-1.2e-3"),
        (r"$\delta_{o} = -1.2 \times 10^{-3}$", "delta_o", "-1.2e-3"),
        (r"\(net_{h1} = 0.3775\)", "net_h1", "0.3775"),
        (r"out_{o_{1}} = 1,234.5", "out_o1", "1234.5"),
        ("$latex w_1 = 0.1&s=2$", "w_1", "0.1"),
        ("w_{5}^{+} = 0.3589", "w_5+", "0.3589"),
        ("w5_new = 0.3589", "w5+", "0.3589"),
        ("w_5 = w_5 - 0.5(0.1) = 0.35", "w_5+", "0.35"),
        (r"\Delta w_5 = -0.041", "Delta_w_5", "-0.041"),
        (r"a^{(1)}_2 = 0.7", "a_1_2", "0.7"),
        (r"\sigma'(h_1) = 0.2288", "sigma'(h_1)", "0.2288"),
        ("• w_1 = 0.1", "w_1", "0.1"),
        ("- **`h_1 = 0.6`**", "h_1", "0.6"),
        ("| a_1 | 0.646 |", "a_1", "0.646"),
        ("&delta;<sub>o</sub> = &minus;0.122", "delta_o", "-0.122"),
        ("0.119 = E", "E", "0.119"),
        (r"y = 0.6 \tag{3}", "y", "0.6"),
        ("x = 0,512", "x", "0.512"),
    ],
)
def test_an_equation_is_read_however_it_is_written(text: str, name: str, number: str) -> None:
    assert stated(text) == [(name, number)]


def test_equations_within_a_sentence_are_read_one_by_one() -> None:
    assert stated("with a_o = 0.5 for i_1 = 1, i_2 = 0 it is") == [("a_o", "0.5"), ("i_1", "1"), ("i_2", "0")]


def test_a_chain_states_each_quantity_that_it_names() -> None:
    text = r"\frac{\partial{a_o}}{\partial{h_o}} = \delta_o = (a_o - y)g(h_o) = -0.122"
    first, second = read_document(text).statements
    assert (first.name, first.text) == ("da_o/dh_o", "-0.122")
    assert first.working == ("δ_o", "(a_o - y)g(h_o)")
    assert (second.name, second.working) == ("delta_o", ("(a_o - y)g(h_o)",))


def test_the_working_is_kept_as_written() -> None:
    (statement,) = read_document("dE/dw_5=(0.512 - 1)*0.512(1 - 0.512) * 0.69 = -0.084").statements
    assert statement.working == ("(0.512 - 1)*0.512(1 - 0.512) * 0.69",)


def test_a_line_that_begins_with_an_equals_sign_goes_on_with_the_one_before() -> None:
    text = "\\begin{aligned}\nh_1 &= 1(0.1) + 0.5 \\\\\n&= 0.6 \\\\\na_1 &= 0.646\n\\end{aligned}"
    first, second = read_document(text).statements
    assert (first.name, first.text, first.line, first.working) == ("h_1", "0.6", 3, ("1(0.1) + 0.5",))
    assert (second.name, second.text, second.line) == ("a_1", "0.646", 4)


def test_a_column_matrix_states_its_elements() -> None:
    text = "A = \\begin{bmatrix}\n 0.646 \\\\\n 0.668 \\\\\n\\end{bmatrix}"
    assert stated(text) == [("A[1]", "0.646"), ("A[2]", "0.668")]
    assert stated("H = [[0.6], [0.7]]") == [("H[1]", "0.6"), ("H[2]", "0.7")]


@pytest.mark.parametrize(
    "text",
    [
        "costs $18.99) and ($9.99/Rs449)",
        "In 2015 = 5",
        "E = (0.512 - 1)*0.512",
        "E = 50%",
        "https://x.y/?p=3",
    ],
)
def test_numbers_in_prose_and_open_arithmetic_are_no_statements(text: str) -> None:
    assert stated(text) == []


@pytest.mark.parametrize("text", ["In 2015 = 5", "E = 50%", r"\foo{w} = 0.3", "w5 -= 0.3", "g(z = 0) = 0.5"])
def test_what_is_not_understood_is_told(text: str) -> None:
    assert read_document(f"\n{text}").unread == ((2, text),)


def test_an_equation_in_symbols_is_a_formula() -> None:
    document = read_document(r"\frac{\partial{E}}{\partial{w_3}}= \delta_ow_5\sigma'(h_1)i_2")
    assert document.statements == ()
    assert document.formulas == ((1, "dE/dw_3", "∂E/∂w_3", "δ_o w_5 σ'(h_1)i_2"),)


def test_html_is_read_with_its_lines() -> None:
    text = (
        "<html><head><title>x = 3</title>\n</head><!-- y\n--><p>w<sub>5</sub> = <b>0.1</b></p><p>E = 0.3</p>"
    )
    statements = read_document(text).statements
    assert [(row.name, row.text, row.line) for row in statements] == [("w_5", "0.1", 3), ("E", "0.3", 3)]


def test_a_line_that_is_too_long_is_not_read() -> None:
    document = read_document("w = 0.1 " * 2000)
    assert document.statements == ()
    assert [line for line, _ in document.unread] == [1]


HOSTILE = ["{", "\\frac", "_{", "a=", "(", "d/", "∂a/", "&=", "$", "<", "a^", "=a=", "1e", "\\begin{array}"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_line_takes_long(piece: str) -> None:
    begin = time.process_time()
    read_document(piece * (9_990 // len(piece)))
    assert time.process_time() - begin < 3


@settings(deadline=5000, max_examples=100)
@given(st.text(st.sampled_from("\\{}_^=≈∂δaw501.,-+()[]$&<>| \n\x1b"), max_size=120))
def test_no_text_fails(text: str) -> None:
    for statement in read_document(text).statements:
        assert statement.name.isascii()
        float(statement.text)

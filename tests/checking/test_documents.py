"""Equations in documents, however they are written: the name, the number, the line and the working."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.lexing.tokens import Side
from backtrace.checking.reading.document import read_document
from backtrace.config.load import load


def texts(sides: Iterable[Side]) -> list[str]:
    return [side.text for side in sides]


def stated(text: str, file: str = "") -> list[tuple[str, str]]:
    return [(statement.name, statement.text) for statement in read_document(text, file).statements]


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        (r"\frac{\partial{E}}{\partial{w_5}} = -0.084", "dE/dw_5", "-0.084"),
        (r"\dfrac{\partial E}{\partial w_{5}} \approx .5", "dE/dw_5", ".5"),
        (r"\partial E_{total}/\partial w_{5} = 0.0821", "dE_total/dw_5", "0.0821"),
        ("∂E/∂w₅ ≈ −0.084", "dE/dw_5", "-0.084"),
        ("δ_o = -6.8*10^(-4)", "delta_o", "-6.8e-4"),
        ("δ_o = -6.8*10**(-4)", "delta_o", "-6.8e-4"),
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
        ("E = <!-- bt or-gate E .3f -->0.119<!-- /bt -->", "E", "0.119"),
        ("&delta;<sub>o</sub> = &minus;0.122", "delta_o", "-0.122"),
        ("0.119 = E", "E", "0.119"),
        (r"y = 0.6 \tag{3}", "y", "0.6"),
        ("x = 0,512", "x", "0.512"),
        ("w^{+}_{6} = 0.4087", "w_6+", "0.4087"),
        ("w_{2,new} = 0.821", "w_2+", "0.821"),
        ("W1new = 0.49991", "W1+", "0.49991"),
        ("new w_5 = 0.3589", "w_5+", "0.3589"),
        ("w_5* = 0.3589", "w_5+", "0.3589"),
        ("*w_5* = 0.4", "w_5", "0.4"),
        ("w45 (updated) = 0.8731", "w45+", "0.8731"),
        ("\U0001d482\U0001d7cf = \U0001d7ce. \U0001d7d3", "a1", "0.5"),
        ("\U0001d715E/\U0001d715w = 0.2", "dE/dw", "0.2"),
        ("\U0001d44a₂ₙₑ\U0001d4cc = 0.2", "W_2+", "0.2"),
        ("ŷ = 0.55", "yhat", "0.55"),
        (r"\hat{y}_1 = 0.55", "yhat_1", "0.55"),
        (r"\frac{\partial}{\partial w_5} E = 0.3", "dE/dw_5", "0.3"),
        (r"\frac{\delta E}{\delta w_5} = 0.3", "dE/dw_5", "0.3"),
        ("dE/d_out_o1 = 0.3", "dE/dout_o1", "0.3"),
        (r"\nabla_{w_5} E = 0.3", "dE/dw5", "0.3"),
        (r"\nabla_{W} = 0.3", "grad_W", "0.3"),
        (r"\mathcal{L}(y, \hat{y}) = 0.3", "L", "0.3"),
        ("d = 4", "d", "4"),
        ("w_5 = 0.36 (was 0.4)", "w_5", "0.36"),
        ("h_1 ~ 0.6", "h_1", "0.6"),
        ("Error = t – y5 = 0.5 – 0.69 = –0.19", "Error", "-0.19"),
        ("Calculate $p$: $2 \\times 3 = 6.5$", "p", "6.5"),
        ("* **Input ($x$):** $2.5$", "x", "2.5"),
        ("New Loss ($L$): $(5 - 1)^2 = 16.5$", "L+", "16.5"),
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
    assert texts(first.working) == ["δ_o", "(a_o - y)g(h_o)"]
    assert (second.name, texts(second.working)) == ("delta_o", ["(a_o - y)g(h_o)"])


def test_a_name_between_two_equals_signs_is_no_word_of_a_sentence() -> None:
    assert stated("f = qz = 3 * -4 = -12") == [("f", "-12"), ("qz", "-12")]
    assert stated("a_o = output = 0.5125") == [("a_o", "0.5125"), ("output", "0.5125")]


def test_the_working_is_kept_as_written() -> None:
    (statement,) = read_document("dE/dw_5=(0.512 - 1)*0.512(1 - 0.512) * 0.69 = -0.084").statements
    assert texts(statement.working) == ["(0.512 - 1)*0.512(1 - 0.512) * 0.69"]


def test_a_line_that_begins_with_an_equals_sign_goes_on_with_the_one_before() -> None:
    text = "\\begin{aligned}\nh_1 &= 1(0.1) + 0.5 \\\\\n&= 0.6 \\\\\na_1 &= 0.646\n\\end{aligned}"
    first, second = read_document(text).statements
    assert (first.name, first.text, first.line, texts(first.working)) == ("h_1", "0.6", 3, ["1(0.1) + 0.5"])
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
        "For h_1: 0.2 + 0.3 = 0.5",  # what stands before a colon is not always what comes after it
        "Step 2: 0.2 + 0.3 = 0.5",
        "w_3: -0.2 → w_2: -0.03",
    ],
)
def test_numbers_in_prose_and_open_arithmetic_are_no_statements(text: str) -> None:
    assert stated(text) == []


@pytest.mark.parametrize("text", ["In 2015 = 5", "E = 50%", r"\foo{w} = 0.3", "w5 -= 0.3", "g(z = 0) = 0.5"])
def test_what_is_not_understood_is_told(text: str) -> None:
    assert read_document(f"\n{text}").unread == ((2, text),)


def test_a_bar_parts_two_equations() -> None:
    assert stated("x₁ = 0.05  |  x₂ = 0.10") == [("x_1", "0.05"), ("x_2", "0.10")]


def test_a_dash_parts_two_equations_or_is_a_minus() -> None:
    assert stated("h_1 = 0.6 – h_2 = 0.7") == [("h_1", "0.6"), ("h_2", "0.7")]
    (statement,) = read_document("δ = y(1 – y)(t – y) = 0.69*(0.5 – 0.69) = -0.131").statements
    assert texts(statement.working) == ["y(1 - y)(t - y)", "0.69*(0.5 - 0.69)"]


def test_dots_part_two_equations() -> None:
    assert stated("y = 0.9 * 2 = 1.8 ... so ... E = 0.25") == [("y", "1.8"), ("E", "0.25")]


def test_symbols_that_stand_together_in_a_chain_are_working() -> None:
    (statement,) = read_document("Δw45 = ηδ5y4 = 1 * -0.0406 * 0.6637 = -0.0269").statements
    assert (statement.name, texts(statement.working)) == ("Delta_w45", ["ηδ5y4", "1 * -0.0406 * 0.6637"])


def test_numpy_prints_vectors_without_commas() -> None:
    assert stated("dW2 = [-0.1852 -0.2026]") == [("dW2[1]", "-0.1852"), ("dW2[2]", "-0.2026")]
    assert stated("a1: [0.525  0.5744]") == [("a1[1]", "0.525"), ("a1[2]", "0.5744")]
    assert [name for name, _ in stated("W = [[1 2] [3 -4]]")] == ["W[1,1]", "W[1,2]", "W[2,1]", "W[2,2]"]


def test_the_last_matrix_of_a_product_is_the_result() -> None:
    lines = "\\[\nH = \\begin{bmatrix} 1 & 2 \\end{bmatrix}\n"
    lines += "\\begin{bmatrix} 3 \\\\ 4 \\end{bmatrix} = \\begin{bmatrix} 11.5 \\end{bmatrix}\n\\]"
    assert stated(lines) == [("H[1]", "11.5")]


# Tables

UNITS = [("I_4", "-0.7"), ("O_4", "0.332"), ("I_5", "0.1"), ("O_5", "0.525")]


@pytest.mark.parametrize(
    "text",
    [
        "| Unit j | Net input $I_j$ | Output $O_j$ |\n|---|---|---|\n"
        "| 4 | $0.2 - 0.9 = -0.7$ | 0.332 |\n| 5 | 0.1 | $1/(1 + e^{-0.1}) = 0.525$ |",
        "\\begin{tabular}{l|cc}\n\\hline\nUnit & Input $I_j$ & Output $O_j$ \\\\ \\hline\n"
        "4 & $-0.7$ & 0.332 \\\\\n5 & 0.1 & 0.525 \\\\\n\\end{tabular}",
        "\\[\n\\begin{array}{ccc} \\text{Unit } j & \\text{Net input } I_j & \\text{Output } O_j \\\\\n"
        "4 & 0.2 - 0.9 = -0.7 & 0.332 \\\\ 5 & 0.1 & 0.525 \\end{array}\n\\]",
        "<table><tr><th>unit</th>\n<th>I<sub>j</sub></th><th>O<sub>j</sub></th></tr>\n"
        "<tr><td>4</td><td>-0.7</td>\n<td>0.332</td></tr><tr><td>5</td><td>0.1</td><td>0.525</td></tr></table>",
    ],
)
def test_a_table_s_heading_and_its_rows_name_a_cell_together(text: str) -> None:
    assert stated(text) == UNITS


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("New value", "w_5+"),
        ("After the update", "w_5+"),
        ("Old weight", "old of w_5"),
        ("Gradient", "gradient of w_5"),
        ("$\\frac{\\partial E}{\\partial w}$", "dE/dw_5"),
        ("Change", "change of w_5"),
        ("Value", "w_5"),
        ("what it is", "w_5"),
    ],
)
def test_words_over_a_column_say_what_of_a_weight_stands_there(heading: str, name: str) -> None:
    assert stated(f"| Weight | {heading} |\n|---|---|\n| $w_5$ | 0.36 |") == [(name, "0.36")]


def test_names_over_one_row_of_numbers_name_them() -> None:
    table = "| x1 | $w_{14}$ | θ4 |\n|---|---|---|\n| 1 | 0.2 | -0.4 |"
    assert stated(table) == [("x1", "1"), ("w_14", "0.2"), ("theta4", "-0.4")]


def test_rows_of_a_table_are_read_without_a_heading() -> None:
    assert stated("| x₁ | 0.05 | the first input |\n| x₂ | 0.10 | the second |") == [
        ("x_1", "0.05"),
        ("x_2", "0.10"),
    ]


def test_equations_in_cells_name_their_numbers_themselves() -> None:
    assert stated("| $w_1 = 0.1$ | $w_2 = 0.2$ |") == [("w_1", "0.1"), ("w_2", "0.2")]


@pytest.mark.parametrize("number", ["= 0.6", "≈ 0.6", r"$\approx$ 0.6", "**0.6**"])
def test_a_number_in_a_cell_may_have_an_equals_sign_before_it(number: str) -> None:
    assert stated(f"| quantity | value |\n| --- | ---: |\n| `h_1` | {number} |") == [("h_1", "0.6")]


def test_a_writer_who_has_decimal_commas_has_them_all_through() -> None:
    text = "Task 3.2 of 22.11.2026\nh_1 = 0,9\na_1 = 0,7109, a_2 = 0,285.\nh_o = 1,199\nw_{1,2} = −1{,}5\n"
    found = [("h_1", "0.9"), ("a_1", "0.7109"), ("a_2", "0.285"), ("h_o", "1.199")]
    assert stated(text)[:4] == found
    assert stated(text)[4:] == [(stated("w_{1,2} = 3")[0][0], "-1.5")]
    rows = "| quantity | value |\n| --- | ---: |\n| `h_1` | **0,9** |\n| `a_1` | 0,71 |\n| `h_o` | 1,199 |"
    assert stated(rows) == [("h_1", "0.9"), ("a_1", "0.71"), ("h_o", "1.199")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("h_1 = 2,5\nE = 3,125", ["2.5", "3.125"]),
        (r"$h_1 = -7{,}5 \cdot 10^{-2}$", ["-7.5e-2"]),
        ("| quantity | value |\n| --- | --- |\n| h_1 | 12,5 |\n| E | 0,5 |", ["12.5", "0.5"]),
        ("h_1 = 0,6\nh = [0,6; -0,7]", ["0.6", "0.6", "-0.7"]),
        ("h_1 = 0,6\nh = [0,6, 0,7]", ["0.6", "0.6", "0.7"]),
        ("h_1 = 0,6\nx = [1,0]", ["0.6", "1", "0"]),
    ],
)
def test_decimal_commas_are_told_by_what_stands_alone(text: str, found: list[str]) -> None:
    assert [number for _, number in stated(text)] == found


@pytest.mark.parametrize("text", ["h_1 = 7,86", "h_1 = 1.234,5", "h_1, h_2 = 0.6,0.7"])
def test_what_stands_before_a_comma_is_no_number_by_itself(text: str) -> None:
    document = read_document(f"a_1 = 0.71, a_2 = 0.62\n{text}")
    assert [row.name for row in document.statements] == ["a_1", "a_2"]
    assert document.unread == ((2, text),)


@pytest.mark.parametrize("power", ["10^(-4)", "10**-4", "10**(-4)", "10⁻⁴"])
def test_a_power_of_ten_by_hand_is_read_however_its_exponent_stands(power: str) -> None:
    assert stated(f"δ_o = -5.4*{power}") == [("delta_o", "-5.4e-4")]


def test_where_points_are_decimal_commas_are_not() -> None:
    assert stated("h_o = 1,199 and h_1 = 0.9, a_1 = 0.71") == [
        ("h_o", "1199"),
        ("h_1", "0.9"),
        ("a_1", "0.71"),
    ]


def test_a_table_that_is_not_understood_is_told() -> None:
    document = read_document("| x1 | x2 |\n|---|---|\n| 0 | 1 |\n| 1 | 1 |")
    assert document.statements == ()
    assert document.unread == ((3, "| 0 | 1 |"), (4, "| 1 | 1 |"))
    rows = "| Weight | After training |\n|---|---|\n| $w_5$ | 0.36 |"
    sheet = read_document(rows)
    assert (sheet.statements, sheet.unread) == ((), ((3, "| $w_5$ | 0.36 |"),))
    rows = "| Epoch | Loss |\n|---|---|\n| 1 | 0.3 |"
    assert read_document(rows).unread == ((3, "| 1 | 0.3 |"),)
    assert read_document("| somewhere | here | 0.3 | 0.4 |").unread == (
        (1, "| somewhere | here | 0.3 | 0.4 |"),
    )


def test_rows_in_html_need_not_be_closed() -> None:
    text = "<table><tr><th>weight<th>new value\n<tr><td>w_5<td>0.36\n<tr><td>w_6<td>0.41\n</table>E = 0.3"
    assert stated(text) == [("w_5+", "0.36"), ("w_6+", "0.41"), ("E", "0.3")]


def test_a_page_laid_out_in_a_table_is_read_line_by_line() -> None:
    text = "<table><tr><td><p>w_1 = 0.1</p>\n<p>w_2 = 0.2</p></td></tr></table>"
    assert [(row.name, row.line) for row in read_document(text).statements] == [("w_1", 1), ("w_2", 2)]


def test_a_notebook_is_read_as_its_texts_and_what_it_prints() -> None:
    text = """{"cells": [
 {"cell_type": "markdown", "metadata": {}, "source": ["so\\n",
  "$net = 0.15 \\\\times 0.05 = 0.0075$"]},
 {"cell_type": "code", "source": ["w = 3.0"], "outputs": [
  {"output_type": "stream", "text": ["E = 0.25\\n"]}]}
]}"""
    statements = read_document(text, "steps.ipynb").statements
    assert [(row.name, row.text, row.line) for row in statements] == [("net", "0.0075", 3), ("E", "0.25", 5)]


def test_an_equation_in_symbols_is_a_formula() -> None:
    document = read_document(r"\frac{\partial{E}}{\partial{w_3}}= \delta_ow_5\sigma'(h_1)i_2")
    assert document.statements == ()
    (formula,) = document.formulas
    assert (formula.line, formula.name) == (1, "dE/dw_3")
    assert texts((formula.left, formula.right)) == ["∂E/∂w_3", "δ_o w_5 σ'(h_1)i_2"]


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


HOSTILE = [
    "| a ", "a | b = 1 ", "a – b ", "*a*", "[1 ", "(x): ", "∇_", "new w ", "{", "\\frac", "_{", "a=", "(",
    "d/", "∂a/", "&=", "$", "<", "a^", "=a=", "1e", "\\begin{array}",
]  # fmt: skip


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


def test_what_was_read_is_judged_without_cutting_any_text_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "∂E/∂w_5 = (a_o - y)a_o(1 - a_o)a_1 = (0.512 - 1)*0.512(1 - 0.512) * 0.69 = -0.084"
    sheet, checker = read_document(text), Checker(load("or-gate"))
    monkeypatch.setattr("backtrace.checking.lexing.tokens._TOKEN", None)
    report = check_sheet(checker, sheet)
    assert ([j.id for j in report.judgements], report.right_formulas) == (["dE/dw_5"], 1)
    (remark,) = report.judgements[0].remarks
    assert remark.sentence == "0.69 is not a_1 = 0.646 (it is a_1 of sample 2)"

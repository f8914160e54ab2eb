"""Answer sheets as YAML, JSON and CSV: statements with their lines, or one message with the place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.lexing.tokens import parse_name
from backtrace.checking.reading.answer_files import read_sheet, read_sheet_file
from backtrace.checking.statement import Statement
from backtrace.config.load import load
from backtrace.config.reader import read_problem
from backtrace.errors import BacktraceError

HALF = Statement.of("E", "0.5")[:2]  # a name and its number


def test_numbers_keep_the_text_they_are_written_with() -> None:
    data = "a: 0.500\nb: 1_000\nc: 010\nd: 1e-3\ne: .5\nf: −0.084\n".encode()
    statements = read_sheet(data, "s.yaml").statements
    assert [row.text for row in statements] == ["0.500", "1000", "010", "1e-3", ".5", "-0.084"]
    assert [row.line for row in statements] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.500", "0.500"), ('"0.500"', "0.500"), ("'1e-3'", "1e-3"), ("+0.5", "0.5"), (".5", ".5"),
        ("5.", "5."), ("1e-3", "1e-3"), ("−0.084", "-0.084"), ("1_000", "1000"), ("010", "010"),
        ("1,234.5", "1234.5"), ("−1,234,567", "-1234567"), ("−0,5", "-0.5"), ("1,25e-3", "1.25e-3"),
        ("≈ 0.71", "0.71"), ("= −0,71", "-0.71"), ("~0.71", "0.71"), ("6.8*10^-4", "6.8e-4"),
        ("-6,8 × 10^(-4)", "-6.8e-4"), ("6.8·10⁻⁴", "6.8e-4"), ("6.8 x 10**2", "6.8e2"),
        ("6.8 x 10^ −2", "6.8e-2"), ("6.8*10^+2", "6.8e2"), ("−5.", "-5."), ("(−5.5)", "-5.5"),
        ("1,234e-3", "1.234e-3"),
    ],
)  # fmt: skip
def test_a_number_is_what_its_text_says(text: str, number: str) -> None:
    assert [row.text for row in read_sheet(f"E: {text}\n".encode(), "s.yaml").statements] == [number]
    cell = text if text[0] in "'\"" else f'"{text}"'
    table = f"E,{cell}\n".replace("'", "")
    assert [row.text for row in read_sheet(table.encode(), "s.csv").statements] == [number]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("12:30", "found '12:30'; expected a number"),
        ("0x1F", "found '0x1F'; expected a number"),
        ("1/0", "found '1/0'; expected a number"),
        ("true", "found 'true'; expected a number"),
        ("1,234", "found '1,234'; expected a number; did you mean 1.234?"),
        (".inf", "found '.inf'; expected a finite number"),
        ("NaN", "found 'NaN'; expected a finite number"),
        ("-1e999", "found '-1e999'; expected a number below 1.8e308"),
        ("0.5 m", "found '0.5 m'; expected a number"),
        ("≈ 1/2/3", "found '≈ 1/2/3'; expected a number"),
        ("6.8*10^", "found '6.8*10^'; expected a number"),
        ("6.8*10^99999", "found '6.8*10^99999'; expected a number below 1.8e308"),
        ("0.1 + 0.5 = 0.6", "found '0.1 + 0.5 = 0.6'; expected a number"),
        ("_6", "found '_6'; expected a number"),
        ("6²_", "found '6²_'; expected a number"),
        ("0.6 2", "found '0.6 2'; expected a number"),
    ],
)
def test_what_is_no_number_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(BacktraceError) as error:
        read_sheet(f"h_1: 0.6\nE: {text}\n".encode(), "s.yaml")
    assert str(error.value) == f"s.yaml:2:4: E: {told}"
    with pytest.raises(BacktraceError) as error:
        read_sheet(f'h_1,0.6\nE,"{text}"\n'.encode(), "s.csv")
    assert str(error.value) == f"s.csv:2:1: E: {told}"


def test_null_is_an_answer_left_blank() -> None:
    sheet = read_sheet(b"a: 1\nb: ~\nc: null\nd:\n", "s.yaml")
    assert [row.name for row in sheet.statements] == ["a"]
    assert (sheet.blank, sheet.unread) == (3, ())


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("dE/dw_5", "dE/dw_5"),
        ("dE / dw5", "dE/dw_5"),
        ("∂E/∂w₅", "dE/dw_5"),
        (r"\frac{\partial E}{\partial w_5}", "dE/dw_5"),
        (r"$\dfrac{\partial E}{\partial w_{5}}$", "dE/dw_5"),
        ("w_5+", "w_5+"),
        ("w5_new", "w_5+"),
        ("w_5_new", "w_5+"),
        ("w_5^{new}", "w_5+"),
        ("w5'", "w_5+"),
        ("w₅⁺", "w_5+"),
        (r"\Delta w_5", "Delta_w_5"),
        (r"\(\delta_o\)", "delta_o"),
        ("δₒ", "delta_o"),
        ("net_1", "h_1"),
        ("out_{1}", "a_1"),
        ("`h_1`", "h_1"),
    ],
)
def test_a_name_is_understood_as_in_a_document(name: str, id: str) -> None:
    sheet = read_sheet(json.dumps({name: "1"}).encode(), "s.json")
    (judgement,) = check_sheet(Checker(load("or-gate")), sheet).judgements
    assert (judgement.id, judgement.verdict == "unknown") == (id, False)


@pytest.mark.parametrize(
    "name", ["_", "w_5 or w_6", "the new w_5", "dE/d", "w_99_new", r"\frac{w_5}", "{" * 50]
)
def test_a_name_that_means_nothing_is_unknown(name: str) -> None:
    sheet = read_sheet(json.dumps({name: "1"}).encode(), "s.json")
    assert check_sheet(Checker(load("or-gate")), sheet).judgements[0].verdict == "unknown"


@pytest.mark.parametrize("example", ["or-gate", "two-two-two", "three-layers", "adam"])
def test_no_id_is_read_as_another_name(example: str) -> None:
    graph = Checker(load(example)).diagnosis([1]).graph
    ids = {key.id for key in graph.nodes}
    assert {id: parse_name(id) for id in ids} == {id: id for id in ids}


def test_an_exact_name_is_not_changed_into_another() -> None:
    config = "equations: {w5_new: 'w5 * 2'}\nobjective_symbol: w5_new\nparameters: {w5: 3}\n"
    checker = Checker(read_problem(config, "c.yaml", ""))
    (judgement,) = check_sheet(checker, read_sheet(b"w5_new: 6", "s.yaml")).judgements
    assert (judgement.id, judgement.verdict) == ("w5_new", "correct")


def test_a_list_has_sections_for_steps_and_samples() -> None:
    data = (
        b"- {step: 2, sample: 1, answers: {E: 1}}\n- {sample: null, answers: {E: 2}}\n- {answers: {E: 3}}\n"
    )
    assert read_sheet(data, "s.yaml").statements == (
        Statement.of("E", "1", 1, step=2, sample=1),
        Statement.of("E", "2", 2, total=True),
        Statement.of("E", "3", 3),
    )


def test_an_answer_left_blank_is_counted() -> None:
    assert read_sheet(b"a: 1\nb:\n", "s.yaml").blank == 1
    assert read_sheet(b"a,1\nb,\n", "s.csv").blank == 1


def test_csv_comes_with_separators_quotes_and_headers() -> None:
    data = '\ufeffid;value;step;sample\r\n"E";0,5;1;2\r\nw_5+;−0.25;1;total\r\n=cmd();3;;\r\n'.encode()
    assert read_sheet(data, "s.csv").statements == (
        Statement.of("E", "0.5", 2, step=1, sample=2),
        Statement.of("w_5+", "-0.25", 3, step=1, total=True),
        Statement.of("=cmd()", "3", 4),
    )


def test_a_quotation_mark_left_open_in_a_header_names_no_other_column() -> None:
    assert read_sheet(b'id;value";step\nE;0.5;1\n', "s.csv").statements == (
        Statement.of("E", "0.5", 2, step=1),
    )


def test_the_rest_of_a_sheet_says_what_the_comma_of_a_thousand_is() -> None:
    for text, file in (
        ("# w_1 = 0.1, w_2 = 0.2\nh_1: 0,71\nE: 1,234\n", "s.yaml"),
        ('h_1,"0,71"\nE,"1,234"\n', "s.csv"),
    ):
        assert [row.text for row in read_sheet(text.encode(), file).statements] == ["0.71", "1.234"]
    for text, file, place in (
        ("h_1: 0.71\nE: 1,234\n", "s.yaml", "2:4"),
        ('h_1,0.71\nE,"1,234"\n', "s.csv", "2:1"),
        ("h_1: 1,5\nE: 1,234\n", "s.yaml", "2:4"),
    ):
        with pytest.raises(BacktraceError) as error:
            read_sheet(text.encode(), file)
        told = "E: found '1,234'; expected a number; did you mean 1.234?"
        assert str(error.value) == f"{file}:{place}: {told}"


def test_a_decimal_comma_between_commas_makes_no_column_of_its_own() -> None:
    data = b"id,value,step,sample\nh_1,0,9,1,1\nh_2,-1,199,1,1\nE,6,8E-02,1,total\na_1,1,1,1\n"
    assert read_sheet(data, "s.csv").statements == (
        Statement.of("h_1", "0.9", 2, step=1, sample=1),
        Statement.of("h_2", "-1.199", 3, step=1, sample=1),
        Statement.of("E", "6.8E-02", 4, step=1, total=True),
        Statement.of("a_1", "1", 5, step=1, sample=1),
    )
    statements = read_sheet(b"h_1,0,6\nh_2,-0,9\ni_1,1\n", "s.csv").statements
    assert [row.text for row in statements] == ["0.6", "-0.9", "1"]
    with pytest.raises(BacktraceError) as error:
        read_sheet(b"i_1,1,2\nh_1,0.6,2\n", "s.csv")
    told = "found 3 columns; expected two, id and value (a header id,value,step,sample names more)"
    assert str(error.value) == f"s.csv:2:1: {told}"
    statements = read_sheet(b"h_1,1\nh_2,0,9\nE,0.5,sure\n", "s.csv").statements
    assert [row.text for row in statements] == ["1", "0.9", "0.5"]


@pytest.mark.parametrize("text", ["{h_1: 0,6, h_2: 0,7}", '{"h_1": 0,6e-3}'])
def test_a_decimal_comma_within_braces_is_not_half_a_number(text: str) -> None:
    with pytest.raises(BacktraceError) as error:
        read_sheet(text.encode(), "s.yaml")
    assert str(error.value).endswith("'; expected a quantity's id (0,6 within braces is typed '0,6')")


def test_a_colon_needs_no_space_after_it() -> None:
    data = "h_1:0.9\nh_2: 0.8\n'E':0.7\na_1:−.5\n".encode()
    assert read_sheet(data, "s.yaml").statements == (
        Statement.of("h_1", "0.9", 1),
        Statement.of("h_2", "0.8", 2),
        Statement.of("E", "0.7", 3),
        Statement.of("a_1", "-.5", 4),
    )
    assert read_sheet(b"- step: 1\n  answers:\n    E:0.5\n", "s.yaml").statements == (
        Statement.of("E", "0.5", 3, step=1),
    )


@pytest.mark.parametrize("head", ["[Homework 3]", "{\\bf 3}", "[1] a book", "{$h_1$}"])
def test_a_text_that_begins_with_a_bracket_is_no_mapping(head: str) -> None:
    assert read_sheet(f"{head}\nE = 0.5\n".encode(), "s.txt").statements[0][:2] == HALF


@pytest.mark.parametrize(
    "data",
    [
        '{"E": 0.5}', '[{"answers": {"E": 0.5}}]', "{\n E: 0.5}", "E: 0.5", "E,0.5", "E\t0.5", "E = 0.5",
        "id,value\nE,0.5",
    ],
)  # fmt: skip
def test_the_kind_is_told_by_what_stands_in_the_file(data: str) -> None:
    assert [row[:2] for row in read_sheet(data.encode(), "sheet").statements] == [HALF]


@pytest.mark.parametrize(
    ("data", "file", "message"),
    [
        (b"a: 12:30\n", "s.yaml", "s.yaml:1:4: a: found '12:30'; expected a number"),
        (b"a: 0,5,1\n", "s.yaml", "s.yaml:1:4: a: found '0,5,1'; expected a number"),
        (b"a: 1\na: 2\n", "s.yaml", "s.yaml:2:1: 'a' is a duplicate (first on line 1)"),
        (b"- {stp: 2}", "s.yaml", "s.yaml:1:4: [0]: unknown key 'stp'; did you mean step?"),
        (b"- {step: 2}", "s.yaml", "s.yaml:1:3: [0]: answers are missing; expected answers: {id: number}"),
        (b'" ": 1', "s.yaml", "s.yaml:1:1: found ' '; expected a quantity's id"),
        (b",1\n", "s.csv", "s.csv:1:1: found ''; expected a quantity's id"),
        (b"a,abc\n", "s.csv", "s.csv:1:1: a: found 'abc'; expected a number"),
        (b"a\n", "s.csv", "s.csv:1:1: found one column, 'a'; expected two, id and value"),
        (b"id,value,step\na,1,x\n", "s.csv", "s.csv:2:1: step: found 'x'; expected a whole number from 1"),
        (b"\xff", "s.csv", "s.csv:1:1: byte 0xff is not UTF-8; expected a text file in UTF-8"),
    ],
)
def test_a_broken_sheet_is_told_with_its_place(data: bytes, file: str, message: str) -> None:
    with pytest.raises(BacktraceError) as error:
        read_sheet(data, file)
    assert str(error.value) == message


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("E: 0.5\n")
    assert read_sheet_file(tmp_path / "s.yaml").statements[0][:2] == HALF
    with pytest.raises(BacktraceError, match="no such file; expected a sheet of answers"):
        read_sheet_file(tmp_path / "t.yaml")

"""Answer sheets as YAML, JSON and CSV: statements with their lines, or one message with the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtrace.checking.answers import read_sheet, read_sheet_file
from backtrace.checking.statement import Statement
from backtrace.errors import BacktraceError


def test_numbers_keep_the_text_they_are_written_with() -> None:
    data = "a: 0.500\nb: 1_000\nc: 010\nd: 1e-3\ne: .5\nf: −0.084\n".encode()
    statements = read_sheet(data, "s.yaml").statements
    assert [row.text for row in statements] == ["0.500", "1000", "010", "1e-3", ".5", "-0.084"]
    assert [row.line for row in statements] == [1, 2, 3, 4, 5, 6]


def test_a_list_has_sections_for_steps_and_samples() -> None:
    data = (
        b"- {step: 2, sample: 1, answers: {E: 1}}\n- {sample: null, answers: {E: 2}}\n- {answers: {E: 3}}\n"
    )
    assert read_sheet(data, "s.yaml").statements == (
        Statement("E", "1", 1, step=2, sample=1),
        Statement("E", "2", 2, total=True),
        Statement("E", "3", 3),
    )


def test_an_answer_left_blank_is_told_as_unread() -> None:
    assert read_sheet(b"a: 1\nb:\n", "s.yaml").unread == ((2, "b:"),)
    assert read_sheet(b"a,1\nb,\n", "s.csv").unread == ((2, "b,"),)


def test_csv_comes_with_separators_quotes_and_headers() -> None:
    data = '\ufeffid;value;step;sample\r\n"E";0,5;1;2\r\nw_5+;−0.25;1;total\r\n=cmd();3;;\r\n'.encode()
    assert read_sheet(data, "s.csv").statements == (
        Statement("E", "0.5", 2, step=1, sample=2),
        Statement("w_5+", "-0.25", 3, step=1, total=True),
        Statement("=cmd()", "3", 4),
    )


@pytest.mark.parametrize("data", ['{"E": 0.5}', "E: 0.5", "E,0.5", "E\t0.5", "E = 0.5", "id,value\nE,0.5"])
def test_the_kind_is_told_by_what_stands_in_the_file(data: str) -> None:
    assert [row[:2] for row in read_sheet(data.encode(), "sheet").statements] == [("E", "0.5")]


@pytest.mark.parametrize(
    ("data", "file", "message"),
    [
        (b"a: 12:30\n", "s.yaml", "s.yaml:1:4: a: found '12:30'; expected a number"),
        (b"a: 0,5\n", "s.yaml", "s.yaml:1:4: a: found '0,5'; expected a number; did you mean 0.5?"),
        (b"a: 1\na: 2\n", "s.yaml", "s.yaml:2:1: 'a' stands twice (first on line 1)"),
        (b"- {stp: 2}", "s.yaml", "s.yaml:1:4: [0]: unknown key 'stp'; did you mean step?"),
        (b"- {step: 2}", "s.yaml", "s.yaml:1:3: [0]: answers are missing; expected answers: {id: number}"),
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
    assert read_sheet_file(tmp_path / "s.yaml").statements[0][:2] == ("E", "0.5")
    with pytest.raises(BacktraceError, match="no such file; expected a sheet of answers"):
        read_sheet_file(tmp_path / "t.yaml")

"""`backtrace check` as it is called: options, several sheets, exit codes, and what goes where."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from backtrace.checking.slips.table import SLIPS
from tests.runner import Outcome, run

RIGHT = "h_1: 0.6\na_1: 0.6457\nE: 0.118851\n"
SLIPPED = "h_1: 0.6\ndE/dw_1: -0.00122\n"
BROKEN = b"h_1: [0.6\n\xff\xfe"


def check(*arguments: str | Path, stdin: str = "") -> Outcome:
    return run("check", *arguments, stdin=stdin)


@pytest.fixture
def sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a right sheet, one with a slip, and in a folder of their own, those and a broken one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "right.yaml").write_text(RIGHT)
    (tmp_path / "slipped.yaml").write_text(SLIPPED)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "c.yaml").write_text(SLIPPED)
    (tmp_path / "class" / "a.yaml").write_text(RIGHT)
    (tmp_path / "class" / "b.yaml").write_bytes(BROKEN)
    (tmp_path / "class" / ".hidden").write_text("no sheet")
    (tmp_path / "class" / "folder").mkdir()
    return tmp_path


# One sheet


def test_a_right_sheet_ends_with_0(sheets: Path) -> None:
    done = check("or-gate", "right.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "OR gate, 2-2-1\n"
        'source: after "Neural Networks and Backpropagation", parts 1 and 2 (tinhatben)\n'
        "network 2-2-1 · sigmoid · half_squared_error · sgd, learning_rate 0.5 · float64\n"
        "\n"
        "╭─────────────┬──────────┬──────────┬───────────┬──────╮\n"
        "│ stated name │   stated │ expected │ verdict   │ line │\n"
        "├─────────────┼──────────┼──────────┼───────────┼──────┤\n"
        "│ h_1         │      0.6 │      0.6 │ ✓ correct │    1 │\n"
        "│ a_1         │   0.6457 │ 0.645656 │ ✓ correct │    2 │\n"
        "│ E           │ 0.118851 │ 0.118851 │ ✓ correct │    3 │\n"
        "╰─────────────┴──────────┴──────────┴───────────┴──────╯\n"
        "3 of 3 marks: 3 correct\n"
    )


def test_a_sheet_with_a_mistake_ends_with_3_and_names_the_slip(sheets: Path) -> None:
    done = check("or-gate", "slipped.yaml", "-f", "json")
    assert (done.code, done.err) == (3, "")
    assert done.data["summary"]["marks"] == 1
    answer = done.data["answers"][1]
    assert (answer["id"], answer["verdict"], answer["slip"]) == ("dE/dw_1", "slip", "missing_slope")
    assert answer["expected"] == pytest.approx(-0.000278684994576, rel=1e-12)


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_a_sheet_that_is_not_there_ends_with_1_and_a_line(sheets: Path, form: str) -> None:
    done = check("or-gate", "none.yaml", "-f", form)
    assert (done.code, done.out) == (1, "")
    assert "none.yaml" in done.err
    assert done.err.count("\n") == 1


def test_a_grader_gets_its_file_also_where_a_sheet_cannot_be_read(sheets: Path) -> None:
    done = check("or-gate", "none.yaml", "-f", "gradescope")
    assert done.code == 1
    (only,) = json.loads(done.out)["tests"]
    assert (only["name"], only["status"]) == ("the sheet can be read", "failed")
    assert only["output"] == done.err.rstrip("\n")
    done = check("or-gate", "none.yaml", "-f", "junit")
    assert done.code == 1
    assert ElementTree.fromstring(done.out)[0].get("errors") == "1"


def test_a_sheet_may_come_from_standard_input() -> None:
    done = check("or-gate", "-", "-f", "json", stdin=RIGHT)
    assert (done.code, done.data["summary"]["correct"]) == (0, 3)


def test_standard_input_is_read_once() -> None:
    message = "standard input can be read once; give - in one place"
    assert check("-", "-").usage_error == message


def test_the_output_goes_to_a_file(sheets: Path) -> None:
    expected = check("or-gate", "slipped.yaml", "-f", "csv").out
    assert check("or-gate", "slipped.yaml", "-f", "csv", "-o", "marks.csv") == (3, "", "")
    assert Path("marks.csv").read_text(encoding="utf-8") == expected


@pytest.mark.parametrize(
    ("ending", "form"),
    [("csv", "csv"), ("json", "json"), ("md", "markdown"), ("xml", "junit"), ("txt", "table")],
)
def test_the_ending_of_a_file_says_how_it_is_written(sheets: Path, ending: str, form: str) -> None:
    expected = check("or-gate", "slipped.yaml", "-f", form).out
    assert check("or-gate", "slipped.yaml", "-o", f"marks.{ending}") == (3, "", "")
    assert Path(f"marks.{ending}").read_text(encoding="utf-8") == expected


# Options


def test_tolerance_accepts_a_difference(sheets: Path) -> None:
    Path("near.yaml").write_text("a_1: 0.6500\n")
    assert check("or-gate", "near.yaml").code == 3
    assert check("or-gate", "near.yaml", "--tolerance", "0.005").code == 0


# In the OR gate h_1 = 0.6 is exact, a_1 = 0.645656…, E = 0.118851…, and ∂E/∂w_3 is 0.
@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        ("h_1: 0.6", [""]),
        ("a_1: 0.646", [""]),
        ("a_1: 0.65", ["correct; please give 3 digits"]),
        ("dE/dw_3: 0", [""]),
        ("dE/dw_3: 0.0", [""]),
        ("i_2: 0", [""]),
        ("w_5: 0.01", [""]),
        ("E: 0.12", ["correct; please give 3 digits"]),
        ("delta_o: -0.12", ["correct; please give 3 digits"]),
        ("dE/dw_1: -0.00122", ["you get this with ∂E/∂w_1 = δ_o·w_5·i_1: the slope σ′(h_1)"]),
        ("a_1: 0.64", ["the digits are cut off instead of rounded; correct: 0.646; please give 3 digits"]),
        ("a_1: 0.73", ["you get this with"]),
        # A number that is wrong in its first digits is told why, and not to give more of them.
        ("h_1: 0.73\na_1: 0.67", ["correct: 0.6", "follows from h_1 = 0.73; please give 3 digits"]),
    ],
)
def test_a_number_may_be_asked_for_more_digits(tmp_path: Path, sheet: str, told: list[str]) -> None:
    (tmp_path / "sheet.yaml").write_text(sheet)
    done = check("or-gate", tmp_path / "sheet.yaml", "-f", "json", "--min-digits", "3")
    for answer, said in zip(done.data["answers"], told, strict=True):
        assert answer["explanation"].startswith(said) if said else answer["explanation"] == ""
        assert ("please give" in answer["explanation"]) == ("please give" in said)


@pytest.mark.parametrize(("mark", "marks"), [(None, 3), ("0.5", 2), ("0", 1), ("1", 3)])
def test_a_number_with_few_digits_may_cost_a_part_of_its_mark(
    tmp_path: Path, mark: str | None, marks: float
) -> None:
    (tmp_path / "sheet.yaml").write_text("h_1: 0.6\na_1: 0.65\nE: 0.12\n")
    options = ("--min-digits", "3", *(("--few-digits-mark", mark) if mark else ()))
    done = check("or-gate", tmp_path / "sheet.yaml", "-f", "json", *options)
    assert (done.code, done.data["summary"]["marks"]) == (0, marks)
    rows = csv.DictReader(io.StringIO(check("or-gate", tmp_path / "sheet.yaml", "-f", "csv", *options).out))
    assert sum(float(row["mark"]) for row in rows) == marks
    assert f"marks: {marks} of 3" in check("or-gate", tmp_path, *options).out


@pytest.mark.parametrize("feedback", ["brief", "slip", "full"])
def test_every_feedback_says_that_digits_are_missing(tmp_path: Path, feedback: str) -> None:
    (tmp_path / "sheet.yaml").write_text("a_1: 0.65\n")
    done = check("or-gate", tmp_path / "sheet.yaml", "--min-digits", "3", "--feedback", feedback)
    assert "correct; please give 3 digits" in done.out


def test_a_mark_for_few_digits_needs_their_number(sheets: Path) -> None:
    done = check("or-gate", "right.yaml", "--few-digits-mark", "0.5")
    assert done.usage_error == "--few-digits-mark needs --min-digits, the digits to ask for"


# What is asked for

SOME = "h_1: 0.6\na_1: 0.6457\nE: 0.118851\n"
LISTS = {
    "a list.txt": "h_1\na_1\ndelta_1\ndE/dw_5\n",
    "bullets.md": "- h_1\n- `a_1`\n- δ_1\n- ∂E/∂w_5\n",
    "in one line.txt": "h_1, a_1, delta_1; dE/dw5",
    "list.yaml": "# please give\n- h_1\n- a_1\n- delta_1\n- dE/dw_5\n",
    "list.json": '["h_1", "a_1",\n "delta_1", "dE/dw_5"]',
    "column.csv": "id\nh_1\na_1\ndelta_1\ndE/dw_5\n",
    "blank.yaml": "h_1:\na_1:\ndelta_1:\ndE/dw_5:\n",
    "steps.yaml": "- step: 1\n  sample: 1\n  answers: {h_1: , a_1: , delta_1: , dE/dw_5: }\n",
    "blank.csv": "id,value,step,sample\nh_1,,1,1\na_1,,1,1\ndelta_1,,1,1\ndE/dw_5,,1,1\n",
    "solution.md": "w_5 = 0.01, h_1 = 0.6\n\na_1 = 0.6457\n\nδ_1 = -0.001\n\n∂E/∂w_5 = -0.0786\n",
}


@pytest.mark.parametrize("file", LISTS)
def test_marks_are_out_of_what_was_asked_for(sheets: Path, file: str) -> None:
    Path(file).write_text(LISTS[file], encoding="utf-8")
    Path("some.yaml").write_text(SOME)
    done = check("or-gate", "some.yaml", "-f", "json", "--asked", file)
    assert (done.code, done.data["summary"]["marks"], done.data["summary"]["out_of"]) == (3, 2, 4)
    assert [(one["id"], one["step"]) for one in done.data["missing"]] == [("delta_1", 1), ("dE/dw_5", 1)]
    table = check("or-gate", "some.yaml", "--asked", file).out
    assert table.endswith("2 of 4 marks: 3 correct\nmissing: delta_1, dE/dw_5\n")
    assert "not asked for, so it has no mark" in table


@pytest.mark.parametrize("form", ["yaml", "csv", "markdown", "latex"])
def test_a_blank_form_says_what_was_asked_for(sheets: Path, form: str) -> None:
    file = f"form.{ {'markdown': 'md', 'latex': 'tex'}.get(form, form) }"
    assert run("sheet", "or-gate", "--only", "forward", "-f", form, "-o", file).code == 0
    Path("some.yaml").write_text(SOME)
    done = check("or-gate", "some.yaml", "--asked", file)
    assert done.out.endswith("3 of 7 marks: 3 correct\nmissing: h_2, a_2, h_o, a_o\n")


def test_missing_numbers_are_named_with_their_samples(sheets: Path) -> None:
    text = "".join(f"- {{step: 1, sample: {k}, answers: {{h_1: , a_1: }}}}\n" for k in (1, 2))
    Path("asked.yaml").write_text(text)
    Path("some.yaml").write_text("- {step: 1, sample: 2, answers: {h_1: 0.8}}\n")
    done = check("or-gate", "some.yaml", "--asked", "asked.yaml")
    assert "\nmissing: h_1 (sample 1), a_1 (sample 1), a_1 (sample 2)\n" in done.out


def test_nothing_is_missing_on_a_whole_sheet(sheets: Path) -> None:
    Path("asked.txt").write_text("h_1\na_1\nE\n")
    done = check("or-gate", "right.yaml", "-f", "json", "--asked", "asked.txt")
    assert (done.code, done.data["missing"], done.data["summary"]["out_of"]) == (0, [], 3)
    assert "missing" not in check("or-gate", "right.yaml", "-f", "json").data
    assert "missing" not in check("or-gate", "right.yaml", "--asked", "asked.txt").out


def test_what_is_stated_twice_has_one_mark_and_the_lower_one(sheets: Path) -> None:
    Path("asked.txt").write_text("a_1, h_1")
    Path("twice.md").write_text("h_1 = 0.6\n\na_1 = 0.6457\n\na_1 = 0.91\n\nh_1 = 0.60\n")
    done = check("or-gate", "twice.md", "-f", "csv", "--asked", "asked.txt")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["mark"] for row in rows] == ["1", "", "0", ""]
    assert rows[1]["explanation"] == "stated more than once, so it has one mark"


@pytest.mark.parametrize("feedback", ["brief", "slip", "full"])
def test_graders_are_told_what_is_missing(sheets: Path, feedback: str) -> None:
    Path("asked.txt").write_text("h_1, delta_1")
    options = ("--asked", "asked.txt", "--feedback", feedback)
    done = check("or-gate", "right.yaml", "-f", "gradescope", *options)
    tests = json.loads(done.out)["tests"]
    assert [(test["name"], test["score"], test["max_score"]) for test in tests] == [
        ("h_1 = 0.6", 1, 1),
        ("a_1 = 0.6457", 0, 0),
        ("E = 0.118851", 0, 0),
        ("delta_1", 0, 1),
    ]
    assert tests[-1]["output"] == "this was asked for, and is missing"
    suite = ElementTree.fromstring(check("or-gate", "right.yaml", "-f", "junit", *options).out)[0]
    assert (suite.get("tests"), suite.get("failures"), suite[3].get("name")) == ("4", "1", "delta_1")
    markdown = check("or-gate", "right.yaml", "-f", "markdown", *options).out
    assert "\nmissing: delta\\_1\n" in markdown


def test_a_class_is_told_what_is_missing(sheets: Path) -> None:
    Path("asked.txt").write_text("h_1, delta_1, dE/dw_1")
    done = check("or-gate", "right.yaml", "slipped.yaml", "-f", "markdown", "--asked", "asked.txt")
    assert done.code == 3
    assert "| 1 of 3 | missing: delta\\_1, dE/dw\\_1 |" in done.out
    assert "2 sheets: 2 with mistakes" in done.out
    assert "marks: 2 of 6" in done.out
    assert "most often missing: delta\\_1 in 2 sheets, dE/dw\\_1 in 1 sheet" in done.out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("h_1\nfoo\n", "asked.txt:2: foo: no such quantity"),
        ("", "asked.txt:1:1: empty"),
        ("w_5\n", "asked.txt: asks for nothing; expected a form, or a list of ids"),
        ("nothing at all\n", "asked.txt: no equation that ends in a number was found"),
    ],
)
def test_what_asks_for_nothing_is_refused(sheets: Path, text: str, message: str) -> None:
    Path("asked.txt").write_text(text)
    done = check("or-gate", "right.yaml", "--asked", "asked.txt")
    assert (done.code, done.out) == (1, "")
    assert message in done.err
    assert done.err.count("\n") == 1


# Nothing to mark

UNKNOWN = "foo: 1\nbar_2: 3\n"
SAID = "unknown.yaml: nothing here can be marked; foo: no such quantity"


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "json", "junit", "gradescope"])
def test_a_sheet_of_unknown_names_lists_them_and_is_an_error(sheets: Path, form: str) -> None:
    Path("unknown.yaml").write_text(UNKNOWN)
    done = check("or-gate", "unknown.yaml", "-f", form)
    assert (done.code, done.err) == (1, f"{SAID}\n")
    assert "foo" in done.out
    assert "bar_2" in done.out
    assert "no such quantity; did you mean b_2?" in done.out.replace("\\", "")
    if form in ("table", "markdown", "gradescope"):
        assert "nothing here can be marked: 2 unknown" in done.out
    if form in ("json", "junit", "gradescope"):
        assert SAID in done.out


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_a_sheet_with_nothing_to_mark_is_not_one_without_mistakes(sheets: Path, form: str) -> None:
    shutil.rmtree("class")
    Path("class").mkdir()
    Path("class/a.yaml").write_text(UNKNOWN)
    Path("class/b.md").write_text("zq = x*q\n")
    Path("class/c.yaml").write_text(RIGHT)
    done = check("or-gate", "class", "-f", form)
    assert done.code == 1
    assert "nothing here can be marked; unknown: foo, bar" in done.out
    assert "b.md: nothing here can be marked; line 1: zq = x*q" in done.out.replace("\\", "")
    assert "3 sheets: 1 without mistakes, 2 unreadable" in done.out


def test_formulas_that_cannot_be_evaluated_are_not_a_marked_sheet(sheets: Path) -> None:
    Path("formula.md").write_text("zq = x*q\n")
    done = check("or-gate", "formula.md")
    assert (done.code, done.out) == (1, "")
    assert done.err == "formula.md: nothing here can be marked; line 1: zq = x*q\n"


# A cause of several wrong numbers: δ_o is not stated, and has no slope in it

ONE_CAUSE = "h_1: 0.6\ndE/dw_5: -0.3148\ndE/dw_6: -0.3258\ndE/db_3: -0.4875\ndelta_1: -0.001115\n"
IN_NUMBERS = "in δ_o, the slope σ′(h_o) = 0.2498 is missing"


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (ONE_CAUSE, f"one cause explains all 4 wrong numbers: {IN_NUMBERS}"),
        (f"{ONE_CAUSE}a_2: 0.9\n", f"one cause explains 4 of the 5 wrong numbers: {IN_NUMBERS}"),
        ("dE/dw_5: -0.3148\ndE/dw_6: -0.3258\n", None),
        (RIGHT, None),
    ],
)
def test_a_cause_of_several_wrong_numbers_is_said_once(tmp_path: Path, sheet: str, said: str | None) -> None:
    (tmp_path / "sheet.yaml").write_text(sheet)
    done = check("or-gate", tmp_path / "sheet.yaml", "-f", "json")
    wanted = [{"what": "cause", "sentence": said}] if said else []
    assert done.data["conventions"] == wanted


def test_a_cause_says_no_more_than_the_feedback_allows(tmp_path: Path) -> None:
    (tmp_path / "sheet.yaml").write_text(ONE_CAUSE)
    shown = {
        feedback: check("or-gate", tmp_path / "sheet.yaml", "--feedback", feedback).out
        for feedback in ("brief", "slip", "full")
    }
    assert "cause" not in shown["brief"]
    assert "one cause explains all 4 wrong numbers: the slope σ′(h) is missing\n" in shown["slip"]
    assert f"one cause explains all 4 wrong numbers: {IN_NUMBERS}\n" in shown["full"]
    assert "one cause" not in check("or-gate", tmp_path, "-f", "markdown").out


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (
            "delta_o: 0.1218\ndelta_1: 0.000279\ndelta_2: 0.00054\n",
            "δ has the opposite sign throughout; it is",
        ),
        (
            "dE/dw_5: 0.0786\ndE/dw_6: 0.0814\ndE/db_3: 0.1218\n",
            "∂E/∂w has the opposite sign throughout; it is",
        ),
        (
            "delta_o: 0.1218\ndE/dw_5: 0.0786\ndE/dw_6: 0.0814\n",
            "δ and ∂E/∂w have the opposite sign throughout; they are",
        ),
    ],
)
def test_one_kind_has_a_sign_and_several_have(tmp_path: Path, sheet: str, said: str) -> None:
    (tmp_path / "sheet.yaml").write_text(sheet)
    (convention,) = check("or-gate", tmp_path / "sheet.yaml", "-f", "json").data["conventions"]
    assert convention["sentence"] == f"{said} checked in that convention"


@pytest.mark.parametrize("form", ["table", "markdown"])
@pytest.mark.parametrize("feedback", ["slip", "full"])
def test_a_person_reads_no_id_of_a_slip(tmp_path: Path, form: str, feedback: str) -> None:
    (tmp_path / "a.yaml").write_text("E: 0.2377\ndelta_1: -0.00122\nw_5+: -0.03\na_2: 0.7\nh_1: 0.73\n")
    for answers in (tmp_path / "a.yaml", tmp_path):
        out = check("or-gate", answers, "-f", form, "--feedback", feedback).out.replace("\\", "")
        assert not [slip for slip in SLIPS if "_" in slip and slip in out]


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_a_tolerance_is_a_finite_number(value: str) -> None:
    message = f"'--tolerance': {value} is no finite number"
    assert check("or-gate", "x", "--tolerance", value).usage_error == message


def test_a_slip_may_earn_a_part_of_the_mark(sheets: Path) -> None:
    assert (
        check("or-gate", "slipped.yaml", "-f", "json", "--slip-mark", "0.5").data["summary"]["marks"] == 1.5
    )
    assert "1.5 of 2 marks: " in check("or-gate", "slipped.yaml", "--slip-mark", "0.5").out
    assert "'--slip-mark'" in check("or-gate", "slipped.yaml", "--slip-mark", "2").usage_error


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "junit"])
@pytest.mark.parametrize("feedback", ["brief", "slip"])
def test_feedback_below_full_hides_the_expected_value(sheets: Path, form: str, feedback: str) -> None:
    assert "0.000278" in check("or-gate", "slipped.yaml", "-f", form).out
    done = check("or-gate", "slipped.yaml", "-f", form, "--feedback", feedback)
    assert "0.000278" not in done.out
    assert ("the slope σ′(h) is missing" in done.out) == (feedback == "slip")
    revealed = check("or-gate", "slipped.yaml", "-f", form, "--feedback", feedback, "--reveal")
    assert "0.000278" in revealed.out


@pytest.mark.parametrize("feedback", [(), ("--feedback", "slip"), ("--feedback", "full")])
def test_gradescope_never_reveals_unless_told_to(sheets: Path, feedback: tuple[str, ...]) -> None:
    done = check("or-gate", "slipped.yaml", "-f", "gradescope", *feedback)
    assert done.code == 3
    assert json.loads(done.out)["tests"][1]["output"].startswith("slip: the slope σ′(h) is missing")
    assert "0.000278" not in done.out
    assert "0.000278" in check("or-gate", "slipped.yaml", "-f", "gradescope", *feedback, "--reveal").out


def test_gradescope_is_for_one_submission(sheets: Path) -> None:
    message = "-f gradescope is the result of one submission; give one file of answers"
    assert check("or-gate", "class", "-f", "gradescope").usage_error == message


def test_a_sample_stands_in_where_a_sheet_names_none(sheets: Path) -> None:
    Path("second.yaml").write_text("h_1: 0.8\n")
    assert check("or-gate", "second.yaml").code == 3
    done = check("or-gate", "second.yaml", "--sample", "2", "-f", "json")
    assert done.code == 0
    assert done.data["answers"][0]["sample"] == 2
    assert check("or-gate", "second.yaml", "--sample", "5") == (
        1,
        "",
        "no sample 5; there are samples 1 to 4\n",
    )


def test_a_step_stands_in_where_a_sheet_names_none(sheets: Path) -> None:
    Path("second.yaml").write_text("h_1: 0.80\n")  # step 2 of an online run sees sample 2
    done = check("or-gate", "second.yaml", "--step", "2", "-f", "json")
    assert (done.data["answers"][0]["step"], done.data["answers"][0]["sample"]) == (2, 2)
    assert done.code == 0


def test_a_step_without_an_update_is_refused(sheets: Path) -> None:
    Path("mine.yaml").write_text("equations: {f: x * 2}\nobjective_symbol: f\nparameters: {x: 1}\n")
    assert check("mine.yaml", "right.yaml", "--step", "2") == (
        1,
        "",
        "no step 2: without an update in the config there is one step\n",
    )


def test_a_sheet_in_another_notation_is_read(sheets: Path) -> None:
    Path("net.yaml").write_text("net_1: 0.6\nout_1: 0.6457\nh_2: 0.7\n")
    assert check("or-gate", "net.yaml", "--notation", "net-out", "-f", "json").data["summary"]["correct"] == 3


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("net-ou", "'net-ou' is no notation; did you mean net-out?"),
        ("foo", "'foo' is no notation; expected h-a, net-out, in-out, z-a or I-O"),
    ],
)
def test_an_unknown_notation_is_refused(name: str, told: str) -> None:
    message = f"'--notation': {told}"
    assert check("or-gate", "x", "--notation", name).usage_error == message


def test_what_if_changes_what_is_expected_and_is_told(sheets: Path) -> None:
    Path("changed.yaml").write_text("h_1: 1\n")
    changes = ("--set", "w_1=0.2", "--input", "1,1", "--target", "1")
    done = check("or-gate", "changed.yaml", *changes)
    assert done.code == 0
    assert "\nwith w_1 = 0.2, input 1,1, target 1\n" in done.out


def test_the_slips_are_listed_without_a_config() -> None:
    done = check("--slips")
    assert (done.code, done.err) == (0, "")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in done.out.splitlines()[3:-1]]
    assert rows == [[slip, row.sentence, row.example] for slip, row in SLIPS.items()]


def test_answers_are_needed() -> None:
    message = "give ANSWERS or --published, one of them and not both"
    assert check("or-gate").usage_error == message
    assert check("or-gate", "sheet.yaml", "--published").usage_error == message


# Published figures


def test_the_corrections_to_a_published_derivation_are_told() -> None:
    code, out, err = check("or-gate", "--published", "-f", "csv")
    rows = [
        (row["id"], row["stated"], row["verdict"], row["slip"]) for row in csv.DictReader(io.StringIO(out))
    ]
    assert (code, err) == (3, "31 of 40 formulas are right\n")
    assert rows == [
        ("w_2", "0.02", "wrong", ""),
        ("i_1", "0", "wrong", ""),
        ("da_o/dh_o", "-0.122", "slip", "wrong_quantity"),
        ("dE/dw_5", "-0.084", "slip", "wrong_sample"),
        ("dE/dw_6", "-0.087", "slip", "wrong_sample"),
        ("dh_1/db_1", "1", "slip", "wrong_index"),
        ("da_o/dh_o", "-0.122", "slip", "wrong_quantity"),
        ("dE/dw_5", "-0.084", "slip", "wrong_sample"),
        ("dE/dw_6", "-0.087", "slip", "wrong_sample"),
        ("dE/dw_1", "-0.00122", "slip", "missing_slope"),
        ("dE/dw_2", "-0.00244", "slip", "missing_slope"),
        ("dE/db_2", "-0.00122", "slip", "missing_slope"),
        ("dE/db_1", "-0.00244", "slip", "missing_slope"),
    ]


def test_the_wrong_formulas_of_a_published_derivation_are_told() -> None:
    formulas = check("or-gate", "--published", "-f", "json").data["formulas"]
    assert [(found["id"], found["slip"], found["place"].removeprefix("part 2, ")) for found in formulas] == [
        ("dE/dw_6", "wrong_index", "output layer, w_6"),
        ("dh_o/da_1", "wrong_index", "hidden layer, a_1"),
        ("dE/dw_1", "missing_factor", "hidden layer, bias"),
        ("dE/dw_2", "missing_slope", "hidden layer, w_2"),
        ("dE/dw_4", "missing_slope", "hidden layer, w_4"),
        ("dE/db_2", "wrong_quantity", "hidden layer, b_2"),
        ("da_o/dh_o", "wrong_quantity", "list of values"),
        ("dE/db_2", "missing_slope", "list of values"),
        ("dE/db_1", "missing_slope", "list of values"),
    ]
    assert "hidden layer, w_4" in check("or-gate", "--published").out


def test_the_corrections_have_the_places_where_the_figures_stand() -> None:
    table = check("two-two-two", "--published").out
    assert "the end, after the first round" in table
    assert " line " not in table
    data = check("two-two-two", "--published", "-f", "json").data
    corrected = {(answer["id"], answer["place"]): answer["slip"] for answer in data["answers"]}
    assert corrected[("E+", "the end, after the first round")] == "updated_too_early"
    assert corrected[("E+", "the end, after 10,000 rounds")] == "wrong_quantity"


def test_verbose_lists_the_published_figures_that_are_right_too() -> None:
    rows = list(csv.DictReader(io.StringIO(check("or-gate", "--published", "--verbose", "-f", "csv").out)))
    assert len(rows) == 37
    assert sum(row["verdict"] == "correct" for row in rows) == 23


def test_only_bundled_derivations_have_published_figures() -> None:
    said = "no published figures for 'adam'; there are for or-gate and two-two-two\n"
    assert check("adam", "--published") == (1, "", said)


# A writer's own names


def test_a_name_on_a_sheet_may_stand_for_an_id(tmp_path: Path) -> None:
    sheet = save(
        tmp_path / "post.md", "z1 = 0.6, y1 = 0.6457, ∂E/∂y1 = -0.00122, y1 = 1/(1 + e^{-z1}) = 0.6457\n"
    )
    own = check("or-gate", sheet, "--name", "z1=h_1", "--name", "y1=a_1", "-f", "json")
    assert [(a["id"], a["verdict"]) for a in own.data["answers"]] == [
        ("h_1", "correct"),
        ("a_1", "correct"),
        ("dE/da_1", "correct"),
        ("a_1", "correct"),
    ]


def test_a_name_stands_for_something_that_there_is(post: Path) -> None:
    said = "--name z1=h_11: no such quantity; did you mean h_1?\n"
    assert check("or-gate", post, "--name", "z1=h_11") == (1, "", said)


def test_a_name_needs_an_id() -> None:
    message = "'--name': 'z1'; expected a name on the sheets and an id, as z1=h_h1"
    assert check("or-gate", "sheet.yaml", "--name", "z1").usage_error == message


# Formulas and working

WRITTEN = """∂E/∂w_6 = (a_o - y) g(h_o)(1 - g(h_o)) a_1
∂E/∂w_5 = δ_o a_1
∂E/∂w_j = δ a_j
∂E/∂w_5 = (0.512 - 1)*0.512(1 - 0.512) * 0.69 = -0.084
"""


@pytest.fixture
def post(tmp_path: Path) -> Path:
    return save(tmp_path / "post.md", WRITTEN)


def save(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


def test_formulas_stand_in_a_section_of_their_own(post: Path) -> None:
    code, out, err = check("or-gate", post)
    assert (code, err) == (3, "")
    assert "0 of 1 marks: 1 slip" in out
    assert "dE/dw_6 = (a_o - y) g(h_o)(1 - g(h_o)) a_1" in out
    assert "1 of 2 formulas are right; 1 could not be evaluated" in out
    assert "0.69 is not a_1 = 0.646 (it is a_1 of sample 2)" in out


def test_formulas_are_in_the_json(post: Path) -> None:
    outcome = check("or-gate", post, "-f", "json")
    assert outcome.data["formulas"] == [
        {"id": "dE/dw_6", "formula": "(a_o - y) g(h_o)(1 - g(h_o)) a_1", "expected": "δ_o·a_2",
         "slip": "wrong_index",
         "explanation": "you get this with ∂E/∂w_6 = δ_o·a_1: a_1 is used instead of a_2; "
         "correct: δ_o·a_2", "line": 1},
    ]  # fmt: skip
    assert outcome.err == "1 of 2 formulas are right; 1 could not be evaluated\n"


@pytest.mark.parametrize("form", ["table", "json", "markdown", "junit", "gradescope", "csv"])
@pytest.mark.parametrize("feedback", ["slip", "brief"])
def test_less_feedback_gives_no_formula_and_no_number_away(post: Path, form: str, feedback: str) -> None:
    outcome = check("or-gate", post, "-f", form, "--feedback", feedback)
    for secret in ("0.646", "a_2", "-0.0786"):
        assert secret not in outcome.out + outcome.err


NO_UNIT = "j is an index that stands for no unit; write the formula for one"


def test_what_could_not_be_evaluated_is_listed(post: Path) -> None:
    above = "1 of 2 formulas are right; 1 could not be evaluated\n"
    listed = f"formulas that could not be evaluated:\n  line 3: ∂E/∂w_j = δ a_j: {NO_UNIT}\n"
    assert check("or-gate", post, "--verbose").out.endswith(above + listed)
    assert check("or-gate", post, "--verbose", "-f", "json").err == above + listed


def test_formulas_that_could_not_be_evaluated_stand_apart_from_lines_not_understood(post: Path) -> None:
    save(post, "h_1 = 0.6\n\n$\\frac{foo}{ = 3$ and \\sum_i q = = 5\n\n∂E/∂w_j = δ a_j\n")
    out = check("or-gate", post, "--verbose", "-f", "markdown").out
    assert out.count("\n\n1 line was not understood:\n\n- line 3: ") == 1
    listed = f"- line 5: ∂E/∂w\\_j = δ a\\_j: {NO_UNIT}\n"
    assert out.endswith(f"\n\nformulas that could not be evaluated:\n\n{listed}")


def test_one_formula_is_counted_in_the_singular(post: Path) -> None:
    assert check("or-gate", save(post, "∂E/∂w_5 = δ_o a_1\n")).out.endswith("\n1 of 1 formula is right\n")


def test_a_document_of_formulas_alone_is_checked(post: Path) -> None:
    assert check("or-gate", save(post, "∂E/∂w_5 = δ_o a_1\n")).code == 0
    assert check("or-gate", save(post, "∂E/∂w_6 = δ_o a_1\n")).code == 3


# Lines that were not understood

NOTES = "# Notes\n\n$h_1 = 0.6$\n\n$\\frac{foo}{ = 3$ and \\sum_i q = = 5\n"


def test_lines_that_were_not_understood_are_counted_and_listed(sheets: Path) -> None:
    Path("notes.md").write_text(NOTES)
    counted = check("or-gate", "notes.md", "-f", "csv")
    assert counted.err == "1 line was not understood (--verbose lists it)\n"
    listed = check("or-gate", "notes.md", "-f", "csv", "--verbose")
    assert listed.out == counted.out
    assert listed.err.startswith("1 line was not understood:\n  line 5: ")


# Several sheets


def test_a_folder_is_a_class(sheets: Path) -> None:
    done = check("or-gate", "class", "-f", "json")
    assert done.code == 1
    assert [sheet["file"] for sheet in done.data["sheets"]] == [
        "class/a.yaml",
        "class/b.yaml",
        "class/c.yaml",
    ]
    right, broken, slipped = done.data["sheets"]
    assert (right["error"], right["summary"]["correct"]) == (None, 3)
    assert broken["error"].startswith("class/b.yaml")
    assert (broken["answers"], broken["summary"]["out_of"]) == ([], 0)
    assert slipped["summary"]["slip"] == 1


def test_a_class_has_a_row_a_sheet_and_a_summary(sheets: Path) -> None:
    done = check("or-gate", "class")
    assert (done.code, done.err) == (1, "")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in done.out.splitlines()]
    assert ["class/a.yaml", "3 of 3", ""] in rows
    assert ["class/c.yaml", "1 of 2", "dE/dw_1: the slope σ′(h) is missing"] in rows
    assert done.out.endswith(
        "3 sheets: 1 without mistakes, 1 with mistakes, 1 unreadable\n"
        "marks: 4 of 5\n"
        "most often wrong: dE/dw_1 in 1 sheet\n"
        "most common slips: the slope σ′(h) is missing in 1 sheet\n"
    )


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("right.yaml", "right.yaml"), 0),
        (("right.yaml", "slipped.yaml"), 3),
        (("slipped.yaml", "class/b.yaml"), 1),
        (("none.yaml", "right.yaml"), 1),
    ],
)
@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown", "junit"])
def test_the_exit_code_of_several_sheets(sheets: Path, names: tuple[str, ...], code: int, form: str) -> None:
    done = check("or-gate", *names, "-f", form)
    assert (done.code, done.err) == (code, "")


def test_a_folder_with_one_sheet_is_a_class_still(sheets: Path) -> None:
    Path("class/b.yaml").unlink()
    Path("class/c.yaml").unlink()
    done = check("or-gate", "class", "-f", "json")
    assert (done.code, len(done.data["sheets"])) == (0, 1)


def test_an_empty_folder_is_told(sheets: Path) -> None:
    message = "'class/folder': no files in this folder; expected sheets of answers\n"
    assert check("or-gate", "class/folder") == (1, "", message)


def test_csv_of_a_class(sheets: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(check("or-gate", "class", "-f", "csv").out)))
    assert [row["file"] for row in rows] == [*["class/a.yaml"] * 3, "class/b.yaml", *["class/c.yaml"] * 2]


def test_junit_of_a_class(sheets: Path) -> None:
    suites = ElementTree.fromstring(check("or-gate", "class", "-f", "junit").out)
    assert [(s.get("tests"), s.get("failures"), s.get("errors")) for s in suites] == [
        ("3", "0", "0"),
        ("1", "0", "1"),
        ("2", "1", "0"),
    ]


def a_run(*arguments: str, folder: Path, **streams: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backtrace", "check", *arguments]
    streams = streams or {"capture_output": True}
    return subprocess.run(command, cwd=folder, encoding="utf-8", timeout=60, **streams)


def test_several_processes_say_the_same_in_the_same_order(sheets: Path) -> None:
    for number in range(40):
        shutil.copy(("right.yaml", "slipped.yaml")[number % 2], f"class/sheet{number}.yaml")
    alone = check("or-gate", "class", "-f", "csv")
    done = a_run("or-gate", "class", "-f", "csv", "--jobs", "3", folder=sheets)
    assert (done.returncode, done.stdout, done.stderr) == (1, alone.out, "")


def test_a_progress_bar_follows_only_at_a_terminal(sheets: Path) -> None:
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    done = a_run("or-gate", "class", "-f", "csv", folder=sheets, stdout=subprocess.PIPE, stderr=its)
    os.close(its)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "checking" in shown
    assert "100%" in shown
    piped = a_run("or-gate", "class", "-f", "csv", folder=sheets)
    assert (piped.stdout, piped.stderr) == (done.stdout, "")

"""Every output form of a checked sheet: its exact shape, how much it tells, and that nothing in it acts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from backtrace.checking.judging.class_counts import ClassCounts
from backtrace.checking.report import Convention, Finding, FormulaFinding, Judgement, Report, Root, Verdict
from backtrace.checking.slips.table import SLIPS
from backtrace.checking.statement import Statement
from backtrace.config.load import load
from backtrace.symbolic.expressions import Number
from backtrace.typesetting.plain import PLAIN, TYPESET
from backtrace.views.check.data import harmless, write_csv, write_csv_sheets, write_json, write_json_sheets
from backtrace.views.check.graders import write_junit_sheets, write_results
from backtrace.views.check.rows import Disclosure, ShownSheet, shown_sheet
from backtrace.views.check.text import (
    MARKS,
    draw_one,
    draw_sheets,
    draw_slips,
    write_markdown,
    write_markdown_sheets,
)
from backtrace.views.page.context import ViewContext
from backtrace.views.page.markdown import span
from backtrace.views.page.records import Look
from tests.runner import written

FULL, SLIP, BRIEF = Disclosure(), Disclosure("slip", reveal=False), Disclosure("brief", reveal=False)
HEADING = ("OR gate", "network 2-2-1 · sigmoid")


def judged(
    name: str,
    text: str,
    expected: float | None,
    verdict: Verdict,
    explanation: str = "",
    *,
    slip: str | None = None,
    alternatives: tuple[Finding, ...] = (),
    root: Root | None = None,
    line: int | None = None,
    step: int | None = 1,
    sample: int | None = 1,
) -> Judgement:
    statement = Statement(name, Number(0.0, text), line)
    return Judgement(statement, name, step, sample, expected, verdict, slip, explanation, alternatives, root)


MISSING = "∂E/∂w_1 = −0.00122 is δ_o·w_5·i_1: the slope σ′(h_1) = 0.2288 was left out; with it, −0.000279"
ANNA = Report(
    "anna.md",
    None,
    (
        judged("h_1", "0.6", 0.6, "correct", line=3),
        judged("E", "0.119072", 0.11885106387, "rounding", "right for a_o = 0.512", line=9),
        judged(
            "dE/dw_1",
            "-0.00122",
            -0.00027868,
            "slip",
            MISSING,
            slip="missing_slope",
            alternatives=(Finding("wrong_index", "−0.00122 is δ_o·w_6·i_1"),),
            line=14,
        ),
        judged(
            "w_1+",
            "0.10061",
            0.100139,
            "carried",
            "follows from ∂E/∂w_1 = −0.00122",
            root=Root("dE/dw_1", 1, 1),
            line=15,
        ),
        judged("b_3+", "7", 0.09, "wrong", "no known slip gives it", line=16),
        judged("a_o", "0.5", 0.5124524742, "undecided", "so does h_o = 0.5", line=18),
        judged("foo", "1", None, "unknown", "no such quantity; did you mean a_o?", line=20),
    ),
    (Convention("sign", "δ are stated with the other sign throughout"),),
    ((4, "so it = 3"),),
)
RIGHT = Report("ben.yaml", None, (judged("h_1", "0.60", 0.6, "correct"),))
BROKEN = Report("carl.yaml", "carl.yaml:3:1: found a tab; expected a space")


class Context(ViewContext):
    """A context with a heading of its own."""

    def heading(self) -> Iterator[str]:
        return iter(HEADING)


PROBLEM = load("or-gate")


def context(content: Any, out: TextIO, *, ascii: bool = False, width: int = 80, **options: Any) -> Context:
    look = Look(PLAIN if ascii else TYPESET)
    return Context(PROBLEM, content, look, out, lambda: console(out, width), options=options)


def json_of(write: Callable[[TextIO], None]) -> Any:
    return json.loads(written(write))


def console(out: TextIO, width: int = 80) -> Console:
    return Console(file=out, width=width, markup=False, highlight=False, emoji=False)


def drawn(report: Report, disclosure: Disclosure = FULL, *, width: int = 80, **options: bool) -> str:
    ascii = options.pop("ascii", False)
    return written(
        lambda out: draw_one(
            context(shown_sheet(report, disclosure), out, ascii=ascii, width=width, **options)
        )
    )


def the_class(counts: ClassCounts, disclosure: Disclosure = FULL) -> Iterable[ShownSheet]:
    for report in (ANNA, BROKEN, RIGHT, ANNA._replace(file="dora.md")):
        counts.add(report)
        yield shown_sheet(report, disclosure)


# Tables

ANNA_AT_80 = """\
OR gate
network 2-2-1 · sigmoid

δ are stated with the other sign throughout
╭──────────────────────┬─────────────┬──────────────────────────────────┬──────╮
│ stated name          │ verdict     │ explanation                      │ line │
├──────────────────────┼─────────────┼──────────────────────────────────┼──────┤
│ h_1 = 0.6            │ ✓ correct   │                                  │    3 │
│ E = 0.119072         │ ≈ rounding  │ right for a_o = 0.512            │    9 │
│ expected 0.118851    │             │                                  │      │
│ dE/dw_1 = -0.00122   │ ✗ slip      │ ∂E/∂w_1 = −0.00122 is            │   14 │
│ expected -0.00027868 │             │ δ_o·w_5·i_1: the slope σ′(h_1) = │      │
│                      │             │ 0.2288 was left out; with it,    │      │
│                      │             │ −0.000279                        │      │
│                      │             │ (also fits: another quantity of  │      │
│                      │             │ the same kind is used)           │      │
│ w_1+ = 0.10061       │ → carried   │ follows from ∂E/∂w_1 = −0.00122  │   15 │
│ expected 0.100139    │             │                                  │      │
│ b_3+ = 7             │ ✗ wrong     │ no known slip gives it           │   16 │
│ expected 0.09        │             │                                  │      │
│ a_o = 0.5            │ ? undecided │ so does h_o = 0.5                │   18 │
│ expected 0.512452    │             │                                  │      │
│ foo = 1              │ ? unknown   │ no such quantity; did you mean   │   20 │
│                      │             │ a_o?                             │      │
╰──────────────────────┴─────────────┴──────────────────────────────────┴──────╯
4 of 6 marks: 1 correct, 1 rounding, 1 carried, 1 slip, 1 wrong, 1 undecided,
1 unknown
1 line was not understood (--verbose lists it)
"""

SLIP_FEEDBACK = """\
OR gate
network 2-2-1 · sigmoid

δ are stated with the other sign throughout
╭─────────────┬──────────┬─────────────┬────────────────────────────────┬──────╮
│ stated name │   stated │ verdict     │ explanation                    │ line │
├─────────────┼──────────┼─────────────┼────────────────────────────────┼──────┤
│ h_1         │      0.6 │ ✓ correct   │                                │    3 │
│ E           │ 0.119072 │ ≈ rounding  │ follows from the rounded       │    9 │
│             │          │             │ numbers before it              │      │
│ dE/dw_1     │ -0.00122 │ ✗ slip      │ the slope σ′(h) is missing     │   14 │
│             │          │             │ (also fits: another quantity   │      │
│             │          │             │ of the same kind is used)      │      │
│ w_1+        │  0.10061 │ → carried   │ follows from dE/dw_1           │   15 │
│ b_3+        │        7 │ ✗ wrong     │ none of the known slips gives  │   16 │
│             │          │             │ it                             │      │
│ a_o         │      0.5 │ ? undecided │ too few digits to tell right   │   18 │
│             │          │             │ from wrong                     │      │
│ foo         │        1 │ ? unknown   │ no such quantity; did you mean │   20 │
│             │          │             │ a_o?                           │      │
╰─────────────┴──────────┴─────────────┴────────────────────────────────┴──────╯
4 of 6 marks: 1 correct, 1 rounding, 1 carried, 1 slip, 1 wrong, 1 undecided,
1 unknown
1 line was not understood (--verbose lists it)
"""

BRIEF_FEEDBACK = """\
OR gate
network 2-2-1 · sigmoid

δ are stated with the other sign throughout
╭─────────────┬──────────┬───────────┬──────╮
│ stated name │   stated │ verdict   │ line │
├─────────────┼──────────┼───────────┼──────┤
│ h_1         │      0.6 │ ✓ correct │    3 │
│ E           │ 0.119072 │ ✓ correct │    9 │
│ dE/dw_1     │ -0.00122 │ ✗ wrong   │   14 │
│ w_1+        │  0.10061 │ ✓ correct │   15 │
│ b_3+        │        7 │ ✗ wrong   │   16 │
│ a_o         │      0.5 │ ✓ correct │   18 │
│ foo         │        1 │ ? unknown │   20 │
╰─────────────┴──────────┴───────────┴──────╯
4 of 6 marks: 4 correct, 2 wrong, 1 unknown
1 line was not understood (--verbose lists it)
"""

IN_ASCII = """\
OR gate
network 2-2-1 * sigmoid

delta are stated with the other sign throughout
+-------------------------------------+------+
| stated name                         | line |
+-------------------------------------+------+
| h_1 = 0.6                           |    3 |
| + correct                           |      |
| E = 0.119072                        |    9 |
| expected 0.118851                   |      |
| ~ rounding                          |      |
| right for a_o = 0.512               |      |
| dE/dw_1 = -0.00122                  |   14 |
| expected -0.00027868                |      |
| x slip                              |      |
| dE/dw_1 = -0.00122 is               |      |
| delta_o*w_5*i_1: the slope          |      |
| sigma'(h_1) = 0.2288 was left out;  |      |
| with it,                            |      |
| -0.000279                           |      |
"""


def test_a_table_of_a_sheet_at_80_columns() -> None:
    assert drawn(ANNA) == ANNA_AT_80


def test_feedback_slip_names_the_slip_and_hides_the_expected_values() -> None:
    assert drawn(ANNA, SLIP) == SLIP_FEEDBACK


def test_feedback_brief_says_right_or_wrong() -> None:
    assert drawn(ANNA, BRIEF) == BRIEF_FEEDBACK


def test_a_wide_table_has_a_column_for_everything() -> None:
    lines = drawn(ANNA, width=240).splitlines()
    assert [cell.strip() for cell in lines[5].split("│")[1:-1]] == [
        "stated name", "stated", "expected", "verdict", "explanation", "line",
    ]  # fmt: skip
    assert [cell.strip() for cell in lines[9].split("│")[1:-1]] == [
        "dE/dw_1",
        "-0.00122",
        "-0.00027868",
        "✗ slip",
        f"{MISSING} (also fits: another quantity of the same kind is used)",
        "14",
    ]


def test_a_narrow_table_in_ascii_sets_everything_under_one_another() -> None:
    text = drawn(ANNA, width=48, ascii=True)
    assert text.startswith(IN_ASCII)
    assert text.isascii()


@pytest.mark.parametrize("width", [1, 10, 20, 30, 40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal_where_it_can_be_helped(width: int) -> None:
    for disclosure in (FULL, SLIP, BRIEF):
        assert max(map(len, drawn(ANNA, disclosure, width=width).splitlines())) <= max(width, 20)


def test_verbose_lists_the_lines_that_were_not_understood() -> None:
    assert drawn(ANNA, verbose=True).endswith("1 line was not understood:\n  line 4: so it = 3\n")
    two = ANNA._replace(unread=((4, "x"), (5, "y")))
    assert drawn(two).endswith("\n2 lines were not understood (--verbose lists them)\n")


def test_an_empty_sheet_says_so() -> None:
    assert drawn(Report("a.md")) == "OR gate\nnetwork 2-2-1 · sigmoid\n\nno stated numbers found\n"


def test_as_many_digits_are_shown_as_were_stated() -> None:
    report = Report(
        "a", None, (judged("E+", "0.291027924", 0.29102777369, "slip", slip="updated_too_early"),)
    )
    assert "│ 0.291027924 │ 0.291027774 │" in drawn(report, width=120)


def test_step_and_sample_are_shown_where_they_differ() -> None:
    rows = (
        judged("h_1", "0.6", 0.6, "correct", sample=1),
        judged("h_1", "0.8", 0.8, "correct", sample=2),
        judged("w_5+", "1", 1.0, "correct", sample=None),
    )
    names = [line.split("│")[1].strip() for line in drawn(Report("a", None, rows)).splitlines()[6:9]]
    assert names == ["h_1 (sample 1)", "h_1 (sample 2)", "w_5+"]
    steps = (rows[0], rows[0]._replace(step=2))
    names = [line.split("│")[1].strip() for line in drawn(Report("a", None, steps)).splitlines()[6:8]]
    assert names == ["h_1 (step 1)", "h_1 (step 2)"]


def test_of_a_very_long_sheet_mistakes_are_drawn_before_others() -> None:
    right = judged("h_1", "0.6", 0.6, "correct")
    report = Report("a", None, (*[right] * 1000, judged("E", "7", 0.1, "wrong")))
    text = drawn(report)
    assert "✗ wrong" in text
    assert text.count("✓ correct") == 199
    assert "200 of 1,001 shown, mistakes before others: -f csv has all\n" in text
    assert text.endswith("1,000 of 1,001 marks: 1,000 correct, 1 wrong\n")


def test_wrong_formulas_have_a_table_of_their_own() -> None:
    wrong = FormulaFinding("delta_1", "a_1*(1 - a_1)", None, None, "the weight is missing", 4)
    report = RIGHT._replace(formulas=(wrong,), right_formulas=2)
    head, row = drawn(report).splitlines()[-4:-2]
    assert head.startswith("├")
    assert row.split("│")[1:-1] == [" delta_1 = a_1*(1 - a_1) ", " the weight is missing ", "    4 "]
    assert drawn(report).endswith("\n2 of 3 formulas are right\n")
    assert "\n| `delta_1 = a_1*(1 - a_1)` | the weight is missing | 4 |\n" in written(
        lambda out: write_markdown(context(shown_sheet(report, FULL), out))
    )


def test_colour_is_never_the_only_sign() -> None:
    out = io.StringIO()
    coloured = Console(file=out, width=200, force_terminal=True, color_system="standard", markup=False)
    draw_one(context(shown_sheet(ANNA, FULL), out)._replace(console=lambda: coloured))
    assert "\x1b[32m✓ correct\x1b[0m" in out.getvalue()
    assert "\x1b[31m✗ slip\x1b[0m" in out.getvalue()
    signs = {sign for sign, _, _ in MARKS.values()}
    assert signs == {"✓", "≈", "→", "✗", "?"}


CLASS_AT_80 = """\
OR gate
network 2-2-1 · sigmoid

╭───────────┬────────┬─────────────────────────────────────────────────────╮
│ sheet     │  marks │ mistakes                                            │
├───────────┼────────┼─────────────────────────────────────────────────────┤
│ anna.md   │ 4 of 6 │ dE/dw_1: the slope σ′(h) is missing; b_3+: wrong; 1 │
│           │        │ unknown; 1 line was not understood                  │
│ carl.yaml │      - │ unreadable: carl.yaml:3:1: found a tab; expected a  │
│           │        │ space                                               │
│ ben.yaml  │ 1 of 1 │                                                     │
│ dora.md   │ 4 of 6 │ dE/dw_1: the slope σ′(h) is missing; b_3+: wrong; 1 │
│           │        │ unknown; 1 line was not understood                  │
╰───────────┴────────┴─────────────────────────────────────────────────────╯
4 sheets: 1 without mistakes, 2 with mistakes, 1 unreadable
marks: 9 of 13
most often wrong: dE/dw_1 in 2 sheets, b_3+ in 2 sheets
most common slips: the slope σ′(h) is missing in 2 sheets
in 2 sheets: δ are stated with the other sign throughout
"""


def class_table(disclosure: Disclosure) -> str:
    counts = ClassCounts(disclosure.slip_mark)
    return written(
        lambda out: draw_sheets(
            context(the_class(counts, disclosure), out, counts=counts, disclosure=disclosure)
        )
    )


def test_a_class_has_a_row_a_sheet_and_a_summary() -> None:
    assert class_table(FULL) == CLASS_AT_80


def test_a_class_summary_in_brief_names_no_slips() -> None:
    text = class_table(BRIEF)
    assert "slope" not in text
    assert "b_3+: wrong; 1 unknown; 1 line was not understood" in text


def test_a_sheet_counts_once_for_a_quantity_that_is_wrong_in_it_several_times() -> None:
    counts = ClassCounts()
    wrong = judged("E", "7", 0.1, "slip", slip="factor")
    counts.add(Report("a", None, (wrong, wrong, wrong)))
    counts.add(RIGHT)
    assert (counts.quantities, counts.slips) == ({"E": 1}, {"factor": 1})
    assert (counts.sheets, counts.with_mistakes, counts.unreadable) == (2, 1, 0)


def test_the_table_of_slips_has_id_sentence_and_example() -> None:
    text = written(lambda out: draw_slips(SLIPS, console(out, 200), ascii=False))
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines()[3:-1]]
    assert rows == [[slip, row.sentence, row.example] for slip, row in SLIPS.items()]
    assert written(lambda out: draw_slips(SLIPS, console(out), ascii=True)).isascii()


# Data

SUMMARY = {
    "answers": 7, "correct": 1, "rounding": 1, "carried": 1, "slip": 1, "wrong": 1, "undecided": 1,
    "unknown": 1, "marks": 4, "out_of": 6,
}  # fmt: skip


def test_json_of_a_sheet() -> None:
    data = json_of(lambda out: write_json(context(shown_sheet(ANNA, FULL), out)))
    assert list(data) == ["schema", "summary", "answers", "conventions", "formulas"]
    assert data["schema"] == 1
    assert data["summary"] == SUMMARY
    assert data["conventions"] == [
        {"what": "sign", "sentence": "δ are stated with the other sign throughout"}
    ]
    assert data["formulas"] == []
    assert data["answers"][2] == {
        "id": "dE/dw_1",
        "stated": "-0.00122",
        "expected": -0.00027868,
        "verdict": "slip",
        "slip": "missing_slope",
        "explanation": MISSING,
        "alternatives": [{"slip": "wrong_index", "explanation": "−0.00122 is δ_o·w_6·i_1"}],
        "root": None,
        "line": 14,
        "sample": 1,
        "step": 1,
    }
    assert data["answers"][3]["root"] == {"id": "dE/dw_1", "step": 1, "sample": 1}
    assert data["answers"][1]["expected"] == 0.11885106387
    assert data["answers"][6]["expected"] is None


def test_json_of_an_empty_sheet() -> None:
    data = json_of(lambda out: write_json(context(shown_sheet(Report("a"), FULL), out)))
    assert data["answers"] == []
    assert data["summary"] == {**dict.fromkeys(SUMMARY, 0)}


def test_json_of_several_sheets() -> None:
    data = json_of(lambda out: write_json_sheets(context(the_class(ClassCounts()), out)))
    assert list(data) == ["schema", "sheets"]
    assert [sheet["file"] for sheet in data["sheets"]] == ["anna.md", "carl.yaml", "ben.yaml", "dora.md"]
    assert list(data["sheets"][0]) == ["file", "error", "summary", "answers", "conventions", "formulas"]
    assert data["sheets"][0]["error"] is None
    assert data["sheets"][0]["summary"] == SUMMARY
    alone = json_of(lambda out: write_json(context(shown_sheet(ANNA, FULL), out)))
    assert data["sheets"][0]["answers"] == alone["answers"]
    assert data["sheets"][1]["error"] == "carl.yaml:3:1: found a tab; expected a space"
    assert data["sheets"][1]["answers"] == []


def test_json_of_no_sheets_is_a_document_still() -> None:
    assert json_of(lambda out: write_json_sheets(context([], out))) == {"schema": 1, "sheets": []}


def test_json_tells_no_more_than_the_feedback_allows() -> None:
    shown = json_of(lambda out: write_json(context(shown_sheet(ANNA, SLIP), out)))["answers"]
    assert {answer["expected"] for answer in shown} == {None}
    assert shown[2]["explanation"] == "the slope σ′(h) is missing"
    assert shown[2]["alternatives"] == [
        {"slip": "wrong_index", "explanation": "another quantity of the same kind is used"}
    ]
    assert shown[3]["explanation"] == "follows from dE/dw_1"
    brief = json_of(lambda out: write_json(context(shown_sheet(ANNA, BRIEF), out)))
    assert [answer["verdict"] for answer in brief["answers"]] == [
        "correct", "correct", "wrong", "correct", "wrong", "correct", "unknown",
    ]  # fmt: skip
    assert {answer["slip"] for answer in brief["answers"]} == {None}
    assert {answer["explanation"] for answer in brief["answers"]} == {""}
    assert brief["summary"]["marks"] == 4


def test_reveal_tells_the_expected_value_whatever_the_feedback() -> None:
    shown = shown_sheet(ANNA, Disclosure("slip", reveal=True)).rows[2]
    assert (shown.expected, shown.explanation) == (-0.00027868, "the slope σ′(h) is missing")


def test_slip_marks_are_added_without_the_dust_of_binary_fractions() -> None:
    slip = judged("E", "7", 0.1, "slip", slip="factor")
    sheet = shown_sheet(Report("a", None, (slip,) * 3), Disclosure(slip_mark=0.1))
    assert json_of(lambda out: write_json(context(sheet, out)))["summary"]["marks"] == 0.3


@pytest.mark.parametrize("slip", ["truncated", "rounded_too_early"])
def test_a_slip_that_keeps_the_mark_is_right_in_brief(slip: str) -> None:
    sheet = shown_sheet(Report("a", None, (judged("E", "7", 0.1, "slip", slip=slip),)), BRIEF)
    assert (sheet.rows[0].verdict, sheet.marks) == ("correct", 1.0)


def test_an_expected_value_that_json_cannot_carry_is_null() -> None:
    sheet = shown_sheet(Report("a", None, (judged("E", "7", float("inf"), "wrong"),)), FULL)
    assert json_of(lambda out: write_json(context(sheet, out)))["answers"][0]["expected"] is None


def test_csv_of_a_sheet() -> None:
    lines = written(lambda out: write_csv(context(shown_sheet(ANNA, FULL), out))).splitlines()
    assert lines[0] == "id,stated,expected,verdict,slip,explanation,alternatives,root,line,sample,step,mark"
    assert lines[1] == "h_1,0.6,0.6,correct,,,,,3,1,1,1"
    assert lines[3] == f'dE/dw_1,-0.00122,-0.00027868,slip,missing_slope,"{MISSING}",wrong_index,,14,1,1,0'
    root = '"dE/dw_1 (step 1, sample 1)"'
    assert lines[4] == f"w_1+,0.10061,0.100139,carried,,follows from ∂E/∂w_1 = −0.00122,,{root},15,1,1,1"


def test_the_marks_in_csv_add_up_to_those_of_the_sheet() -> None:
    sheet = shown_sheet(ANNA, Disclosure("full", True, slip_mark=0.5))
    rows = list(csv.DictReader(io.StringIO(written(lambda out: write_csv(context(sheet, out))))))
    assert sum(float(row["mark"] or 0) for row in rows) == sheet.marks
    assert [row["mark"] == "" for row in rows] == [row["verdict"] == "unknown" for row in rows]
    assert {"0.5", ""} <= {row["mark"] for row in rows}


def test_csv_of_several_sheets_has_the_file_in_front() -> None:
    text = written(lambda out: write_csv_sheets(context(the_class(ClassCounts()), out)))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["file"] for row in rows] == [*["anna.md"] * 7, "carl.yaml", "ben.yaml", *["dora.md"] * 7]
    assert rows[7]["error"] == "carl.yaml:3:1: found a tab; expected a space"
    assert set(rows[7].values()) == {"carl.yaml", rows[7]["error"], ""}
    assert (rows[8]["id"], rows[8]["stated"], rows[8]["error"]) == ("h_1", "0.60", "")


@pytest.mark.parametrize(
    "text", ["=1+1", "+x", "-x", "@SUM(A1)", " =1", "=-1", "-1+cmd|' /C calc'!A0", "＝1"]
)
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-0.084", "+1", "-1.2e-3", "-.5", "-1,234.5", "a=b", "", "−0.084", "w_5+"])
def test_numbers_and_names_stay_as_they_are_in_a_cell(text: str) -> None:
    assert harmless(text) == text


# Markdown

IN_MARKDOWN = """\
## OR gate

network 2-2-1 · sigmoid  

δ are stated with the other sign throughout

| stated name | stated | expected | verdict | explanation | line |
| --- | ---: | ---: | --- | --- | ---: |
| `h_1` | `0.6` | 0.6 | ✓ correct |  | 3 |
| `E` | `0.119072` | 0.118851 | ≈ rounding | right for a\\_o = 0.512 | 9 |
| `dE/dw_1` | `-0.00122` | -0.00027868 | ✗ slip | ∂E/∂w\\_1 = −0.00122 is δ\\_o·w\\_5·i\\_1: \
the slope σ′(h\\_1) = 0.2288 was left out; with it, −0.000279 \
(also fits: another quantity of the same kind is used) | 14 |
| `w_1+` | `0.10061` | 0.100139 | → carried | follows from ∂E/∂w\\_1 = −0.00122 | 15 |
| `b_3+` | `7` | 0.09 | ✗ wrong | no known slip gives it | 16 |
| `a_o` | `0.5` | 0.512452 | ? undecided | so does h\\_o = 0.5 | 18 |
| `foo` | `1` |  | ? unknown | no such quantity; did you mean a\\_o? | 20 |

**4 of 6 marks: 1 correct, 1 rounding, 1 carried, 1 slip, 1 wrong, 1 undecided, 1 unknown**

1 line was not understood (--verbose lists it)
"""  # noqa: W291  (two blanks at the end of a line are Markdown's line break)


def test_markdown_of_a_sheet() -> None:
    assert written(lambda out: write_markdown(context(shown_sheet(ANNA, FULL), out))) == IN_MARKDOWN


def test_markdown_lists_what_was_not_understood_when_asked() -> None:
    text = written(lambda out: write_markdown(context(shown_sheet(ANNA, FULL), out, verbose=True)))
    assert text.endswith("\n1 line was not understood:\n\n- line 4: so it = 3\n")


def test_markdown_in_ascii_says_the_same_in_typed_signs() -> None:
    text = written(
        lambda out: write_markdown(context(shown_sheet(ANNA, FULL), out, verbose=True, ascii=True))
    )
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows[1] == "| `E` | `0.119072` | 0.118851 | ~ rounding | right for a\\_o = 0.512 | 9 |"
    assert "is delta\\_o\\*w\\_5\\*i\\_1: the slope sigma'(h\\_1) = 0.2288 was left out" in rows[2]
    assert all(row.isascii() for row in rows)


def test_markdown_of_a_class() -> None:
    counts = ClassCounts()
    text = written(
        lambda out: write_markdown_sheets(context(the_class(counts), out, counts=counts, disclosure=FULL))
    )
    mistakes = "dE/dw\\_1: the slope σ′(h) is missing; b\\_3+: wrong; 1 unknown; 1 line was not understood"
    assert text.partition("  \n\n")[2] == (
        "| sheet | marks | mistakes |\n"
        "| --- | ---: | --- |\n"
        f"| `anna.md` | 4 of 6 | {mistakes} |\n"
        "| `carl.yaml` | - | unreadable: carl.yaml:3:1: found a tab; expected a space |\n"
        "| `ben.yaml` | 1 of 1 |  |\n"
        f"| `dora.md` | 4 of 6 | {mistakes} |\n"
        "\n"
        "- 4 sheets: 1 without mistakes, 2 with mistakes, 1 unreadable\n"
        "- marks: 9 of 13\n"
        "- most often wrong: dE/dw\\_1 in 2 sheets, b\\_3+ in 2 sheets\n"
        "- most common slips: the slope σ′(h) is missing in 2 sheets\n"
        "- in 2 sheets: δ are stated with the other sign throughout\n"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("h_1", "`h_1`"), ("<b>|", "`<b>\\|`"), ("a`b", "a\\`b"), ("a\\|b", "a\\\\\\|b"), ("\n", "\\\\n"),
        (" ", " "),
    ],
)  # fmt: skip
def test_what_a_code_span_would_not_hold_is_escaped(text: str, shown: str) -> None:
    assert span(text) == shown


# JUnit


def suites(
    reports: Iterable[Report], disclosure: Disclosure = FULL, encoding: str = "utf-8"
) -> ElementTree.Element:
    text = written(
        lambda out: write_junit_sheets(context((shown_sheet(report, disclosure) for report in reports), out)),
        encoding,
    )
    return ElementTree.fromstring(text.encode())


def test_junit_has_a_suite_a_sheet_and_a_case_a_statement() -> None:
    root = suites([ANNA, BROKEN])
    anna, carl = root
    assert root.tag == "testsuites"
    assert anna.attrib == {"name": "anna.md", "tests": "7", "failures": "2", "errors": "0", "skipped": "1"}
    cases = anna.findall("testcase")
    assert [case.get("name") for case in cases][:3] == ["h_1 = 0.6", "E = 0.119072", "dE/dw_1 = -0.00122"]
    assert {case.get("classname") for case in cases} == {"anna.md"}
    assert [[child.tag for child in case] for case in cases] == [
        [], [], ["failure"], [], ["failure"], [], ["skipped"],
    ]  # fmt: skip
    failure = cases[2][0]
    assert failure.attrib == {"type": "missing_slope", "message": MISSING}
    assert failure.text == "expected -0.00027868"
    assert cases[6][0].attrib == {"message": "no such quantity; did you mean a_o?"}
    assert anna.findtext("system-out") == (
        "δ are stated with the other sign throughout\n"
        "4 of 6 marks: 1 correct, 1 rounding, 1 carried, 1 slip, 1 wrong, 1 undecided, 1 unknown\n"
        "1 line was not understood:\n"
        "  line 4: so it = 3"
    )
    assert carl.attrib == {"name": "carl.yaml", "tests": "1", "failures": "0", "errors": "1", "skipped": "0"}
    assert carl[0][0].attrib == {
        "type": "unreadable",
        "message": "carl.yaml:3:1: found a tab; expected a space",
    }


def test_junit_in_another_encoding_says_the_same() -> None:
    plain, ascii = suites([ANNA]), suites([ANNA], encoding="ascii")
    assert ElementTree.tostring(plain) == ElementTree.tostring(ascii)


def test_junit_tells_no_more_than_the_feedback_allows() -> None:
    failure = suites([ANNA], SLIP)[0][2][0]
    assert failure.attrib == {"type": "missing_slope", "message": "the slope σ′(h) is missing"}
    assert failure.text is None


# Gradescope


def results(report: Report, disclosure: Disclosure) -> Any:
    return json_of(lambda out: write_results(context(shown_sheet(report, disclosure), out)))


def test_gradescope_results_of_a_sheet() -> None:
    found = results(ANNA, SLIP)
    assert {key: value for key, value in found.items() if key != "tests"} == {
        "score": 4,
        "output": "δ are stated with the other sign throughout\n"
        "4 of 6 marks: 1 correct, 1 rounding, 1 carried, 1 slip, 1 wrong, 1 undecided, 1 unknown\n"
        "1 line was not understood:\n  line 4: so it = 3",
        "output_format": "text",
        "visibility": "visible",
    }
    assert found["tests"][2] == {
        "score": 0,
        "max_score": 1,
        "name": "dE/dw_1 = -0.00122",
        "number": "3",
        "output": "slip: the slope σ′(h) is missing (also fits: another quantity of the same kind is used)",
        "output_format": "text",
        "status": "failed",
        "visibility": "visible",
    }
    assert [test["status"] for test in found["tests"]] == [
        "passed", "passed", "failed", "passed", "failed", "passed", "failed",
    ]  # fmt: skip
    assert [test["max_score"] for test in found["tests"]] == [1, 1, 1, 1, 1, 1, 0]
    assert sum(test["score"] for test in found["tests"]) == found["score"]


def test_gradescope_reveals_the_expected_value_only_on_demand() -> None:
    assert "0.000279" not in json.dumps(results(ANNA, Disclosure("full", reveal=False)))
    assert results(ANNA, Disclosure("full", reveal=True))["tests"][2]["output"] == (
        f"slip: {MISSING} (also fits: another quantity of the same kind is used); expected -0.00027868"
    )


def test_gradescope_of_a_sheet_that_cannot_be_read() -> None:
    assert results(BROKEN, SLIP) == {
        "score": 0,
        "output": "the sheet could not be read",
        "output_format": "text",
        "visibility": "visible",
        "tests": [{"score": 0, "max_score": 1, "name": "the sheet can be read", "number": "1",
            "output": "carl.yaml:3:1: found a tab; expected a space", "output_format": "text",
            "status": "failed", "visibility": "visible"}],
    }  # fmt: skip


# What a sheet says never acts

HOSTILE = "[bold]x[/] \x1b[31m\x9b32m\u202e|`<script>&\"'*_\x00\ufffe\r\n=1+1]]>"
NASTY = st.text(st.characters(), max_size=40) | st.sampled_from(
    [HOSTILE, "=cmd()", "\ud800", "\u2028", "]]>"]
)


def hostile(text: str) -> Report:
    row = judged(text, text, 0.5, "slip", text, slip="sign", alternatives=(Finding("factor", text),), line=1)
    unknown = judged(text, text, None, "unknown", text)
    return Report(text, None, (row, unknown), (Convention(text, text),), ((1, text),))


def every_form(report: Report) -> dict[str, str]:
    sheet, broken = shown_sheet(report, FULL), shown_sheet(Report(report.file, report.file or "x"), FULL)
    counts = ClassCounts()
    counts.add(report)
    return {
        "table": drawn(report, verbose=True),
        "class": written(
            lambda out: draw_sheets(context([sheet, broken], out, counts=counts, disclosure=FULL))
        ),
        "json": written(lambda out: write_json(context(sheet, out))),
        "sheets": written(lambda out: write_json_sheets(context([sheet, broken], out))),
        "csv": written(lambda out: write_csv_sheets(context([sheet, broken], out))),
        "markdown": written(lambda out: write_markdown(context(sheet, out, verbose=True))),
        "junit": written(lambda out: write_junit_sheets(context([sheet, broken], out))),
        "gradescope": written(lambda out: write_results(context(sheet, out))),
    }


@settings(max_examples=60)
@given(NASTY)
def test_nothing_from_a_sheet_acts_in_any_form(text: str) -> None:
    forms = every_form(hostile(text))
    for form, shown in forms.items():
        assert shown.replace("\n", "").isprintable(), form
    assert json.loads(forms["json"])["answers"][0]["explanation"] == text
    assert json.loads(forms["sheets"])["sheets"][0]["file"] == text
    json.loads(forms["gradescope"])
    root = ElementTree.fromstring(forms["junit"].encode())
    assert [suite.get("tests") for suite in root] == ["2", "1"]
    for row in csv.reader(io.StringIO(forms["csv"])):
        assert len(row) == 14
        assert not any(re.match(r"\s*[=@＝＠]", cell) for cell in row)
    table = [line for line in forms["markdown"].splitlines() if line.startswith("| ")]
    assert len(table) == 4


def test_markup_is_shown_as_it_is_written() -> None:
    report = Report(
        "a", None, (judged("[bold]x[/bold]", "1", 0.5, "wrong", "see [link=http://e.x]y[/link]"),)
    )
    text = drawn(report, width=200)
    assert "│ [bold]x[/bold] │" in text
    assert "│ see [link=http://e.x]y[/link] │" in text

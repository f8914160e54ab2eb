"""Arithmetic written before a number: whether it gives that number, and has the right numbers in it."""

from __future__ import annotations

import pytest

import backtrace
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.reading.document import read_document
from backtrace.checking.report import Judgement
from tests.runner import checker


def check(text: str, config: str = "or-gate") -> list[Judgement]:
    return list(check_sheet(checker(config), read_document(text, "sheet")).judgements)


def remarks(text: str) -> list[str]:
    return [remark.sentence for judgement in check(text) for remark in judgement.remarks]


@pytest.mark.parametrize(
    "text",
    [
        "∂E/∂a_o = (a_o - y) = (0.512 - 1) = -0.488",
        "h_1 = 1(0.1) + 0(0.3) + 0.5 = 0.6",
        "h_o = 0.646(0.01) + 0.668(0.02) + 0.03 = 0.04982",
        "a_1 = 1/(1 + e^{-0.6}) = 0.6457",
        "a_o = g(0.04982) = 0.512",
        "∂E/∂w_5 = (0.512 - 1)*0.512(1 - 0.512) * 0.646 = -0.0788",
        "∂E/∂w_5 = -0.1218 x 0.6457 = -0.0786",
        "w_5^+ = w_5 - 0.5(-0.0786) = 0.0493",
        "E = 0,50 * (1 - 0.512)^2 = 0.119",
    ],
)
def test_right_working_gets_no_remark(text: str) -> None:
    assert remarks(text) == []
    assert {judgement.verdict for judgement in check(text)} <= {"correct", "rounding"}


def test_a_product_that_gives_another_number_is_reported() -> None:
    assert remarks("∂E/∂w_5 = -0.1218 * 0.6457 = -0.0768") == ["as written, -0.1218 * 0.6457 gives -0.07865"]


def test_a_slip_of_the_pen_in_the_working_is_reported_though_the_number_is_right() -> None:
    (judgement,) = check("a_1 = 1/(1 + e^{-0.8}) = 0.6457")
    assert judgement.verdict == "correct"
    assert [remark.sentence for remark in judgement.remarks] == [
        "as written, 1/(1 + e^-0.8) gives 0.68997",
        "0.8 is not h_1 = 0.6",
    ]


def test_a_number_of_another_sample_is_reported_with_the_right_one() -> None:
    (judgement,) = check("∂E/∂w_5 = (0.512 - 1)*0.512(1 - 0.512) * 0.69 = -0.084")
    assert (judgement.verdict, judgement.slip) == ("slip", "wrong_sample")
    assert [remark.sentence for remark in judgement.remarks] == [
        "0.69 is not a_1 = 0.646 (it is a_1 of sample 2)"
    ]


def test_a_remark_on_a_working_has_a_form_without_numbers() -> None:
    (judgement,) = check("∂E/∂w_5 = (0.512 - 1)*0.512(1 - 0.512) * 0.69 = -0.084")
    assert [remark.general for remark in judgement.remarks] == [
        "a number in the working does not belong there"
    ]


def test_rounded_numbers_in_the_working_are_the_students_own() -> None:
    (judgement,) = check("E = ½(1 - 0.512)² = 0.119072")
    assert judgement.verdict == "rounding"
    (judgement,) = check("E = 0.119072")
    assert judgement.slip == "rounded_too_early"


@pytest.mark.parametrize(
    "working",
    ["9^9^9^9^9", "1/0", "1e308*1e308*10", "ln(-1)", "0.5 0.3", "((((0.5", "0.5)))", "1,2,3", "g()"],
)
def test_working_without_a_value_is_passed_over(working: str) -> None:
    assert remarks(f"a_1 = {working} = 0.6457") == []


def test_working_is_read_for_the_sample_that_is_meant() -> None:
    sheet = read_document("a_1 = 1/(1 + e^{-0.8}) = 0.69", "sheet")
    marking = Checker(backtrace.load("or-gate"), sample=2)
    (judgement,) = check_sheet(marking, sheet).judgements
    assert (judgement.verdict, judgement.remarks) == ("correct", ())

"""Fractions are numbers, exact ones, on every kind of sheet."""

from __future__ import annotations

import json

import pytest

from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.reading.answer_files import read_sheet
from backtrace.checking.reading.document import read_document
from backtrace.checking.stated_number import with_precision
from backtrace.config.reader import read_problem

NEURON = """
inputs: [x]
targets: [y]
layers: [{name: output, units: [o], activation: linear, weights: [[w]], biases: [b]}]
parameters: {w: 0.5, b: 0.25}
samples: [{inputs: [0.5], targets: [3]}]
"""
CHECKER = Checker(read_problem(NEURON, "config.yaml", "."))


def judged(text: str, file: str = "notes.md") -> list[str]:
    report = check_sheet(CHECKER, read_sheet(text.encode(), file))
    return [f"{judgement.id} {judgement.verdict}" for judgement in report.judgements]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("h_o", "1/2"),
        ("h_o", "½"),
        ("h_o", r"\frac{1}{2}"),
        ("h_o", r"\dfrac{50}{100}"),
        ("h_o", "(1/2)"),
        ("E", "25/8"),
        ("E", "3 1/8"),
        ("E", "3⅛"),
        ("E", r"3\frac{1}{8}"),
        ("dE/dw", "-5/4"),
        ("dE/dw", "−5/4"),
        ("dE/dw", "-(5/4)"),
        ("dE/dw", r"-\frac{5}{4}"),
        ("dE/dw", r"\frac{-5}{4}"),
        ("dE/dw", "-1 ¼"),
    ],
)
def test_a_fraction_is_a_number_on_every_sheet(name: str, number: str) -> None:
    assert judged(f"{name} = {number}") == [f"{name} correct"]
    assert judged(f"$${name} = {number}$$", "a.tex") == [f"{name} correct"]
    assert judged(f"| {name} | {number} |") == [f"{name} correct"]
    assert judged(f"<p>{name} = {number}</p>", "a.html") == [f"{name} correct"]
    assert judged(json.dumps({name: number}), "a.json") == [f"{name} correct"]
    assert judged(f"{name}: {number}", "a.yaml") == [f"{name} correct"]
    assert judged(f"id,value\n{name},{number}", "a.csv") == [f"{name} correct"]


@pytest.mark.parametrize("number", ["26/8", "-25/8", "1/8", "3 1/4", "312/100"])
def test_a_fraction_is_exact(number: str) -> None:
    (verdict,) = judged(f"E = {number}")
    assert verdict in ("E wrong", "E slip")


def test_a_fraction_keeps_its_text_and_is_not_rounded() -> None:
    (statement,) = read_document("dE/dw_1 = -39/320").statements
    assert statement.text == "-39/320"
    number = with_precision(statement.number)
    assert number is not None
    assert (number.value, number.half) == (-39 / 320, 0.0)


def test_a_fraction_ends_one_equation_before_the_next() -> None:
    assert judged("dE/dw = -5/4 dE/db = -5/2") == ["dE/dw correct", "dE/db correct"]
    assert judged("h = [1/2]") == ["h_o correct"]


@pytest.mark.parametrize("number", ["1/0", "2.5/2", "1/2/3", "(3-1/2)^2/2", r"2\frac{1}{2}\cdot 3"])
def test_arithmetic_is_no_number(number: str) -> None:
    assert read_document(f"E = {number}").statements == ()


def test_a_fraction_may_be_working() -> None:
    assert judged("E = ½(3 - ½)² = 25/8 = 3.125") == ["E correct"]

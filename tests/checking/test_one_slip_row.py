"""One row is one slip: rows added to the table work wherever slips are made, found or listed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

import backtrace
from backtrace.checking.graph import Graph, Key, Node
from backtrace.checking.judging.checker import Checker
from backtrace.checking.judging.judge_sheet import check_sheet
from backtrace.checking.report import Judgement
from backtrace.checking.slips.distinguish import possible_answers
from backtrace.checking.slips.misreadings import Misread, Suspect
from backtrace.checking.slips.rewriting import Rewritten
from backtrace.checking.slips.table import SLIPS, EquationSlip, NumberSlip
from backtrace.checking.statement import Sheet, Statement
from backtrace.exercises.exercise import exercises
from backtrace.exercises.plan import Plan, completed
from backtrace.symbolic.expressions import Expression, Product, number
from backtrace.views.sheet.exercise import config_of
from tests.runner import run

SEVEN = 0.7


def seventh(graph: Graph, node: Node, expression: Expression) -> Iterator[Rewritten]:
    """Multiply every δ by 0.7, as nobody does."""
    if node.kind == "delta":
        yield Rewritten(Product((number(SEVEN), expression)), "it is multiplied by 0.7")


def telephone(suspect: Suspect) -> Iterator[Misread]:
    """A telephone number."""
    yield Misread(555.0123, "this is a telephone number")


@pytest.fixture(autouse=True)
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite = EquationSlip("δ is multiplied by 0.7", "0.7·δ instead of δ", 0.5, seventh, throughout=3.0)
    monkeypatch.setitem(SLIPS, "seventh", rewrite)
    misreading = NumberSlip("it is a telephone number", "555.0123", 0.5, telephone, only_digits=True)
    monkeypatch.setitem(SLIPS, "telephone", misreading)


def judged(**numbers: str) -> list[Judgement]:
    statements = tuple(Statement.of(id, text) for id, text in numbers.items())
    return list(check_sheet(Checker(backtrace.load("or-gate")), Sheet("sheet", statements)).judgements)


def test_check_names_a_new_rewrite_in_an_equation_and_on_the_way_to_one() -> None:
    (delta,) = judged(delta_1="-0.00019508")
    assert (delta.slip, delta.explanation) == (
        "seventh",
        "you get this with δ_1 = 0.7(∂E/∂a_1·∂a_1/∂h_1): it is multiplied by 0.7; correct: -0.00027868",
    )
    (gradient,) = judged(**{"dE/dw_5": "-0.0550538"})
    assert gradient.slip == "seventh"


def test_check_names_a_new_slip_that_is_made_throughout_the_step() -> None:
    (delta,) = judged(delta_1=f"{-0.000278685 * SEVEN * SEVEN:.9f}")
    assert delta.explanation.startswith(
        "you get this when, throughout the step, δ is multiplied by 0.7; correct:"
    )


def test_check_names_a_new_misreading() -> None:
    (found,) = judged(a_1="555.0123")
    assert (found.slip, found.explanation) == ("telephone", "this is a telephone number; correct: 0.6456563")


def test_question_banks_have_the_answer_of_a_new_rewrite() -> None:
    diagnosis = Checker(backtrace.load("or-gate")).diagnosis([1])
    answers = possible_answers(diagnosis, Key(1, 1, "delta_o"), 6)
    slips = {wrong.text: [slip.slip for slip in wrong.slips] for wrong in answers.wrong}
    assert "seventh" in slips["-0.085268"]


def test_exercises_show_a_new_rewrite() -> None:
    (exercise,) = exercises(completed(Plan()), seed=7, count=1)
    assert [node.key.id for node in exercise.slips.shown_at["seventh"]] == ["delta_o", "delta_1", "delta_2"]
    assert "seventh" in config_of(exercise).partition("title:")[0]


def test_the_lists_of_slips_have_the_new_rows() -> None:
    listed = run("check", "--slips").out
    assert "δ is multiplied by 0.7" in listed
    assert "it is a telephone number" in listed
    arguments = "check or-gate - -f csv --feedback slip".split()
    sheet = run(*arguments, stdin="delta_1 = -0.00019508\n")
    (row,) = csv.DictReader(io.StringIO(sheet.out))
    assert (row["slip"], row["explanation"]) == ("seventh", "δ is multiplied by 0.7")

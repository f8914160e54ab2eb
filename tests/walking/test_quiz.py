"""`backtrace walk --quiz`: answers judged as `check` judges them, hints, and the marks at the end."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrace.checking.report import Report
from backtrace.config.load import load
from backtrace.errors import BacktraceError
from backtrace.evaluation.choice import arithmetic_of
from backtrace.evaluation.steps import Request
from backtrace.typesetting.numerals import Numerals
from backtrace.typesetting.plain import PLAIN
from backtrace.views.page.records import Look
from backtrace.views.walk.quiz import ending_lines, quiz_screen, verdicts
from backtrace.views.walk.text import Texts
from backtrace.walking.judge import Least, Quiz
from backtrace.walking.quiz import QUIZ_ACTIONS, QuizState, is_settled, quiz_line, quiz_pressed
from backtrace.walking.walk import walk_through
from tests.runner import ROOT, WITHOUT_LOCALE, Outcome, run
from tests.screens import KEYS, LEAVING, UTF8, Session

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")

ONLY_BACKWARD = frozenset(("backward", "total"))


def quiz_of(
    config: str = "or-gate",
    *show: str,
    least: Least | None = None,
    hand: dict[str, int] | None = None,
    **request: Any,
) -> Quiz:
    problem = load(config)
    arithmetic = arithmetic_of(problem, hand)
    walk = walk_through(problem, Request(arithmetic=arithmetic, **request), show)
    return Quiz(walk, Numerals(6, None, arithmetic.kept), least or Least())


def on(quiz: Quiz, state: QuizState, id: str) -> QuizState:
    """The state at a question."""
    return replace(state, at=quiz.find(id, -1))


def answer(quiz: Quiz, state: QuizState, id: str, *lines: str) -> QuizState:
    state = on(quiz, state, id)
    for line in lines:
        state = quiz_line(quiz, state, line)
    return state


def answers(quiz: Quiz, **given: str) -> QuizState:
    """The state after some answers, in order."""
    state = QuizState()
    for id, text in given.items():
        state = answer(quiz, state, id, text)
    return state


def verdict(state: QuizState) -> str:
    assert state.judgement is not None
    return state.judgement.verdict


def told(quiz: Quiz, state: QuizState, look: Look | None = None) -> list[str]:
    return [text for text, _ in verdicts(Texts(quiz, look or Look()), state)]


def ending(quiz: Quiz, state: QuizState) -> list[str]:
    return list(ending_lines(Texts(quiz, Look()), quiz, state))


def screen(quiz: Quiz, state: QuizState, width: int = 80, height: int = 24) -> str:
    drawn = quiz_screen(Texts(quiz, Look()), quiz, state, width, height)
    return "\n".join(line.plain.rstrip() for line in drawn.lines)


# Judging


def test_a_right_answer_in_its_own_rounding_is_right() -> None:
    quiz = quiz_of()
    for text in ("0.645656", "0.6457", "0.65", "6.457e-1", "+.6457"):
        state = answers(quiz, a_1=text)
        assert verdict(state) == "correct"
        assert state.is_settled


def test_a_slip_is_named_without_telling_the_right_number() -> None:
    quiz = quiz_of()
    state = answers(quiz, delta_1="-0.00121811")
    assert verdict(state) == "slip"
    assert not state.is_settled
    assert told(quiz, state) == [
        "✗ -0.00121811: slip: the slope σ′(h) is missing (also fits: the number is right for another "
        "quantity; the derivative is that of another function)",
        "try again; h gives a hint, n continues with this number",
    ]
    assert "0.000278" not in screen(quiz, state)


def test_a_number_that_no_slip_gives_is_wrong_and_nothing_is_given_away() -> None:
    quiz = quiz_of()
    state = answers(quiz, a_o="0.777")
    assert told(quiz, state)[0] == "✗ 0.777: wrong: none of the known slips gives it"
    assert "0.512" not in screen(quiz, state)


def test_another_try_may_be_right() -> None:
    quiz = quiz_of()
    state = answer(quiz, QuizState(), "delta_1", "-0.00121811", "-0.000279")
    assert verdict(state) == "correct"
    assert state.answer.slips == ("missing_slope",)
    assert told(quiz, state) == ["✓ -0.000279: correct"]
    assert "= -0.000278685" in screen(quiz, state)
    assert ending(quiz, state) == [
        "right at the first try: 0 of 1",
        "not answered: 43 of 44",
        "missing_slope, at δ_1: the slope σ′(h) is missing",
    ]


def test_what_follows_from_ones_own_wrong_number_is_carried() -> None:
    quiz = quiz_of()
    state = answers(quiz, delta_1="-0.00121811", **{"dE/dw_1": "-0.00121811"})
    assert verdict(state) == "carried"
    assert state.is_settled
    assert told(quiz, state) == ["→ -0.00121811: carried: follows from δ_1 = -0.00121811"]
    assert "= -0.00121811(1)" in screen(quiz, state)
    assert "0.000278" not in screen(quiz, state)  # it is δ_1, too, which may be tried again


def test_what_follows_from_the_right_number_passes_too() -> None:
    quiz = quiz_of()
    state = answers(quiz, delta_1="-0.00121811", **{"dE/dw_1": "-0.000279"})
    assert verdict(state) == "correct"


def test_what_follows_from_ones_own_rounding_is_right() -> None:
    quiz = quiz_of()
    state = answers(quiz, a_1="0.646", a_2="0.668", h_o="0.04982", a_o="0.512", E="0.119072")
    assert verdict(state) == "rounding"
    assert state.is_settled


def test_a_corrected_number_is_gone_on_with() -> None:
    """A number that followed from a wrong one is judged anew when that one is corrected."""
    quiz = quiz_of()
    state = answers(quiz, delta_1="-0.00121811", **{"dE/dw_1": "-0.00121811"})
    state = answer(quiz, state, "delta_1", "-0.000278685")
    state = on(quiz, state, "dE/dw_1")
    assert verdict(state) == "slip"
    assert not state.is_settled


def test_hints_come_in_order_and_the_value_earns_nothing() -> None:
    quiz = quiz_of()
    state = answer(quiz, QuizState(), "delta_1", "h")
    assert "δ_1 = ∂E/∂a_1·∂a_1/∂h_1" in screen(quiz, state)
    assert "-0.00121811(0.228784)" not in screen(quiz, state)
    state = quiz_line(quiz, state, "h")
    assert "= -0.00121811(0.228784)" in screen(quiz, state)
    assert "-0.000278685" not in screen(quiz, state)
    state = quiz_line(quiz, state, "h")
    assert "= -0.000278685" in screen(quiz, state)
    assert state.is_settled
    assert told(quiz, state) == ["the value was shown, so it earns no mark"]
    assert ending(quiz, state) == [
        "nothing was answered",
        "shown, without a mark: δ_1",
        "not answered: 43 of 44",
    ]


def test_hints_are_in_ones_own_numbers() -> None:
    quiz = quiz_of()
    state = answer(quiz, answers(quiz, a_1="0.65", a_2="0.67"), "h_o", "h", "h")
    assert "= 0.65(0.01) + 0.67(0.02) + 0.03" in screen(quiz, state)
    state = quiz_line(quiz, state, "h")
    assert "= 0.0499" in screen(quiz, state)
    assert "with the correct numbers: 0.0498203" in screen(quiz, state)
    wrong = answer(quiz, answers(quiz, a_1="0.5", a_2="0.67"), "h_o", "h", "h", "h")
    assert "= 0.0484" in screen(quiz, wrong)
    assert "0.04982" not in screen(quiz, wrong)


def test_numbers_that_were_shown_may_be_gone_on_with_as_they_were_shown() -> None:
    """0.512453 is shown; ½(1 - 0.512453)² = 0.118851038, where the exact value is 0.118850948."""
    quiz = quiz_of("or-gate", "a_o", "E")
    assert verdict(answers(quiz, E="0.118851038")) != "rounding"
    state = answer(quiz, QuizState(), "E", "h", "h", "0.118851038")
    assert verdict(state) == "rounding"
    shown = answer(quiz, QuizState(), "a_o", "h", "h", "h")
    assert verdict(answer(quiz, shown, "E", "0.118851038")) == "rounding"


def test_weights_of_a_hint_may_be_gone_on_with_as_they_were_shown_too() -> None:
    """The fifth step's have more digits than a hint shows: 0.70084 is right, 0.700841 comes of these."""
    quiz = quiz_of(first=5, last=5)
    state = answer(quiz, QuizState(), "h_2", "h", "h")
    assert verdict(quiz_line(quiz, state, "0.700841")) == "rounding"
    assert verdict(quiz_line(quiz, state, "0.700842")) == "wrong"
    assert verdict(answer(quiz, QuizState(), "h_2", "0.700841")) == "wrong"


def test_too_few_digits_are_asked_for_again_and_are_no_try() -> None:
    quiz = quiz_of(least=Least(digits=4))
    state = answers(quiz, a_1="0.65")
    assert state.message == "correct; please give 4 significant digits"
    assert state.answers == {}
    assert verdict(quiz_line(quiz, state, "0.6457")) == "correct"


def test_too_few_decimals_are_asked_for_again() -> None:
    state = answers(quiz_of(least=Least(decimals=3)), a_1="0.65")
    assert state.message == "correct; please give 3 decimals"


def test_an_exact_number_has_enough_digits() -> None:
    quiz = quiz_of(least=Least(digits=4))
    assert verdict(answers(quiz, h_1="0.6")) == "correct"
    assert verdict(answers(quiz, **{"dE/dw_3": "0"})) == "correct"
    assert verdict(answers(quiz, a_1="0.5", **{"dE/dw_3": "0"})) == "correct"


def test_a_wrong_number_with_few_digits_is_wrong_at_once() -> None:
    assert not answers(quiz_of(least=Least(digits=4)), a_1="0.8").is_settled


def test_without_digits_few_are_judged_as_check_does() -> None:
    state = answers(quiz_of(), delta_2="-0.0005")
    assert verdict(state) in ("correct", "undecided")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("hello", "found 'hello'; expected a number, as 0.65 or -1.2e-3"),
        ("1,234", "found '1,234'; expected a number, as 0.65 or -1.2e-3; did you mean 1.234?"),
        ("1/3", "found '1/3'; expected its result, as 0.65 or -1.2e-3"),
        ("0.5*0.2", "found '0.5*0.2'; expected its result, as 0.65 or -1.2e-3"),
        ("= 0.5(0.2)", "found '= 0.5(0.2)'; expected its result, as 0.65 or -1.2e-3"),
        ("h_2 = 0.6", "found 'h_2 = 0.6'; expected a number, as 0.65 or -1.2e-3"),
        ("i_1·w_1", "found 'i_1·w_1'; expected a number, as 0.65 or -1.2e-3"),
        ("0.6, 0.7", "found '0.6, 0.7'; expected a number, as 0.65 or -1.2e-3"),
        ("-4_", "found '-4_'; expected a number, as 0.65 or -1.2e-3"),
        ("0.6 2", "found '0.6 2'; expected a number, as 0.65 or -1.2e-3"),
        ("60%", "found '60%'; expected a number, as 0.65 or -1.2e-3"),
        ("{" * 99, f"found '{'{' * 40}…'; expected a number, as 0.65 or -1.2e-3"),
        ("nan", "found 'nan'; expected a finite number"),
        ("1e999", "found '1e999'; expected a number below 1.8e308"),
        ("1e-999", "1e-999 is too large or too small"),
        ("__import__('os')", "found '__import__('os')'; expected a number, as 0.65 or -1.2e-3"),
        ("g nowhere", "no quantity 'nowhere'"),
        ("", "type a number, or press h for a hint, or n to skip this question"),
    ],
)
def test_a_line_that_is_no_answer_changes_nothing(line: str, message: str) -> None:
    quiz = quiz_of()
    state = quiz_line(quiz, QuizState(), line)
    assert state.message.startswith(message)
    assert state.answers == {}


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("0,6", "0.6"), ("-0,65", "-0.65"), ("12,34", "12.34"), ("0,123", "0.123"), ("1,234.5", "1234.5"),
        ("= 0.6", "0.6"), ("≈ 0.65", "0.65"), ("~0.65", "0.65"), ("0.1 + 0.5 = 0.6", "0.6"),
        ("-2.5e-3", "-2.5e-3"), ("−2.5E−3", "-2.5E-3"), ("1.2*10^-3", "1.2e-3"), ("1,2 · 10⁻³", "1.2e-3"),
        ("0,012 · 10⁻³", "0.012e-3"), ("12,345e-3", "12.345e-3"), ("12345,678", "12345.678"),
        ("(0.6)", "0.6"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_stands_on_a_sheet(line: str, number: str) -> None:
    quiz = quiz_of()
    state = quiz_line(quiz, QuizState(), line)
    assert (state.message, state.answer.tries) == ("", (number,))


@pytest.mark.parametrize("typed", ["1/3", "0.5*0.2", "-(0.6)", "\ufffd\ufffd\ufffd0.6"])
def test_no_sign_is_lost_of_what_is_typed_so_that_it_is_another_number(typed: str) -> None:
    quiz = quiz_of()
    state = QuizState()
    for key in (*typed, "enter"):
        state = quiz_pressed(quiz, state, key)
    assert state.message.startswith(f"found '{typed}'; expected ")
    assert state.answers == {}


def test_a_line_of_working_can_be_typed_to_its_end() -> None:
    quiz = quiz_of()
    state = on(quiz, QuizState(), "h_o")
    for key in (*"0.645656*0.01 + 0.668188*0.02 + 0.03 = 0.00645656 + 0.01336376 + 0.03 = 0.0498", "enter"):
        state = quiz_pressed(quiz, state, "space" if key == " " else key)
    assert (state.answer.tries, verdict(state)) == (("0.0498",), "correct")


def test_what_is_typed_stays_at_its_question() -> None:
    quiz = quiz_of()
    state = QuizState()
    for key in (*"0.6", "h", "i", "x", "g", "escape"):
        state = quiz_pressed(quiz, state, key)
    assert state.entry == "0.6"
    assert quiz_pressed(quiz, state, "b").entry == ""
    for key in ("g", *"delta_1", "enter"):
        state = quiz_pressed(quiz, state, key)
    assert (quiz[state.at].equation.id, state.entry) == ("delta_1", "")


def test_in_a_small_window_a_hint_is_seen_beside_a_wrong_number() -> None:
    quiz = quiz_of()
    state = answer(quiz, QuizState(), "delta_1", "0.5", "h")
    assert screen(quiz, state, 24, 5).splitlines() == [
        "δ_1 = ∂E/∂a_1·∂a_1/∂h_1",
        "✗ 0.5: wrong: none of",
        "δ_1 =",
        "enter answer · h hint",
        "i given · n next",
    ]


def test_once_a_question_is_settled_enter_is_told_to_go_on() -> None:
    quiz = quiz_of()
    assert "enter answer · h hint · i given · n next ·" in screen(quiz, answers(quiz, h_1="0.7"))
    assert "enter next · i given · ← back ·" in screen(quiz, answers(quiz, h_1="0.6"))


def test_a_settled_question_takes_no_further_answer() -> None:
    quiz = quiz_of()
    state = quiz_line(quiz, answers(quiz, h_1="0.6"), "0.7")
    assert state.message == "this question is answered"
    assert state.answer.tries == ("0.6",)


def test_show_and_only_choose_what_is_asked() -> None:
    assert [stop.equation.id for stop in quiz_of("or-gate", "a_*")] == ["a_1", "a_2", "a_o"]
    assert all(stop.equation.phase == "backward" for stop in quiz_of(phases=ONLY_BACKWARD))


def test_what_the_checker_does_not_know_is_not_asked() -> None:
    """The update that another sample than the step's own would make."""
    quiz = quiz_of(sample=2)
    assert {stop.equation.phase for stop in quiz} == {"forward", "backward"}
    with pytest.raises(BacktraceError, match="nothing to ask: this sample's update is not the step's own"):
        quiz_of("or-gate", "w_5+", sample=2)


def test_a_batch_is_asked_sample_by_sample_and_then_as_a_whole() -> None:
    quiz = quiz_of("or-gate-batch", "dE/dw_5")
    places = [(stop.part.phase, stop.part.sample) for stop in quiz]
    assert places == [("backward", 1), ("backward", 2), ("backward", 3), ("backward", 4), ("total", None)]
    state = QuizState()
    for stop in quiz:
        state = replace(state, at=stop.number)
        state = quiz_line(quiz, state, f"{stop.part.values['dE/dw_5']:.5g}")
        assert state.is_settled, stop


def test_the_sign_convention_of_the_answers_is_told_once_there_are_enough() -> None:
    quiz = quiz_of()
    state = answers(quiz, delta_o="0.121811", delta_1="0.000278685", delta_2="0.000540143")
    state = answers(
        quiz, **{"dE/da_o": "0.487547"}, delta_o="0.121811", delta_1="0.000278685", delta_2="0.000540143"
    )
    said = [text for text in told(quiz, state) if "opposite sign throughout" in text]
    assert len(said) == 1
    assert state.is_settled


def test_hand_arithmetic_is_right_as_it_is_shown() -> None:
    quiz = quiz_of(hand={"all": 2})
    for stop in quiz:
        shown = quiz.numerals.text(stop.part.values[stop.equation.id])
        state = quiz_line(quiz, QuizState(stop.number), shown)
        assert verdict(state) in ("correct", "rounding", "undecided"), (stop.equation.id, shown)


@pytest.mark.parametrize("config", ["or-gate", "adam", "or-gate-batch", "three-two-one"])
def test_a_later_step_by_hand_starts_from_the_numbers_that_it_is_given(config: str) -> None:
    """Two steps by hand lead to other weights than two exact ones; what follows from those is right."""
    quiz = quiz_of(config, hand={"all": 2}, first=3, last=3)
    for stop in quiz:
        shown = quiz.numerals.text(stop.part.values[stop.equation.id])
        state = quiz_line(quiz, QuizState(stop.number), shown)
        assert verdict(state) in ("correct", "rounding", "undecided"), (stop.equation.id, shown)


@pytest.mark.parametrize(
    "config", ["or-gate", "two-two-two", "circuit", "adam", "or-gate-batch", "performance-ascent"]
)
def test_all_right_answers_earn_all_marks(config: str) -> None:
    quiz = quiz_of(config)
    state = QuizState()
    for stop in quiz:
        if stop.part.sample in (1, None):
            state = replace(state, at=stop.number)
            state = quiz_line(quiz, state, f"{float(stop.part.values[stop.equation.id]):.5g}")
            assert state.is_settled, stop.equation.id
    report = Report("answers", None, tuple(state.judged.judgements.values()))
    assert report.marks() == report.out_of == len(state.answers)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([*KEYS, *"0123456789.-eEhngfbu?pq,=·⁻³xi"]), max_size=40))
def test_no_keys_break_a_quiz(keys: list[str]) -> None:
    state = QuizState()
    drawn = quiz_screen(TEXTS, QUIZ, state, 40, 12)
    for key in keys:
        state = quiz_pressed(QUIZ, state, key, drawn.parts)
        drawn = quiz_screen(TEXTS, QUIZ, state, 40, 12)
        assert len(drawn.lines) == 12
        assert all(line.cell_len <= 40 and line.plain.isascii() for line in drawn.lines)
    list(ending_lines(TEXTS, QUIZ, state))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=5))
def test_no_line_breaks_a_quiz(lines: list[str]) -> None:
    state = QuizState()
    for line in lines:
        state = quiz_line(QUIZ, state, line)
        assert all(text.isprintable() for text in told(QUIZ, state))


QUIZ = quiz_of("linear-neuron")
TEXTS = Texts(QUIZ, Look(PLAIN))


# At a terminal


def test_a_quiz_at_a_terminal() -> None:
    with Session("walk", "or-gate", "--quiz", "--show", "delta_*", "--show", "dE/dw_1") as session:
        first = session.until("q quit")
        assert "1 of 4" in first
        assert "\nδ_o =\n" in first
        assert "∂a_o/∂h_o" not in first
        session.press(*"-0.5", "backspace", *".1218", "enter")
        session.until("found '-0..1218'; expected a number")
        session.press(*"-0.1218", "enter")
        session.until("✓ -0.1218: correct")
        session.press("enter", *"1/3", "enter")
        session.until("found '1/3'; expected its result, as 0.65 or -1.2e-3")
        session.press(*"-0.00121811", "enter")
        session.until("✗ -0.00121811: slip: the slope σ′(h) is missing")
        session.press("h")
        session.until("δ_1 = ∂E/∂a_1·∂a_1/∂h_1")
        session.press("h")
        session.until("= -0.00121811(0.228784)")
        session.press("n", "n", *"-0.00121811", "enter")
        session.until("→ -0.00121811: carried: follows from δ_1 = -0.00121811")
        session.press("enter")
        session.until("1 not answered, g goes to one; press next again to end the quiz")
        session.press("g", *"delta_2", "enter")
        session.until("3 of 4")
        session.press("left")
        session.until("2 of 4")
        session.press(*"-0.000279", "enter")
        session.until("✓ -0.000279: correct")
        session.press("q")
        assert session.end() == 0
        assert session.is_restored()
        end = session.raw.decode().partition("\x1b[?1049l")[2]
        assert "2 of 3 marks: 2 correct, 1 slip" in end
        assert "right at the first try: 1 of 3" in end
        assert "not answered: 1 of 4" in end
        assert "missing_slope, at δ_1: the slope σ′(h) is missing" in re.sub(r"\s+", " ", end)


def test_every_key_of_a_quiz_does_at_a_terminal_what_it_is_there_for() -> None:
    quiz = quiz_of()
    state = QuizState()
    keys = [key for action in QUIZ_ACTIONS.values() for key in action.keys if key not in ("q", "ctrl-d")]
    with Session("walk", "or-gate", "--quiz") as session:
        session.until("1 of 44")
        for key in [*"0,7", "enter", *keys, "home", *"1/3", "ctrl-u", *"-0.1", "backspace", "enter"]:
            for one in (key, *LEAVING.get(key, ())):
                session.press(one)
                state = quiz_pressed(quiz, state, one)
                session.shows(screen(quiz, state).split("\n"))
        session.press("q")
        assert session.end() == 0


def test_a_quiz_that_is_gone_through_ends_with_the_marks() -> None:
    with Session("walk", "circuit", "--quiz", "--only", "forward", columns=60, lines=12) as session:
        session.until("1 of 2")
        session.press(*"3", "enter", "enter")
        session.until("2 of 2")
        session.press(*"-12", "enter", "enter")
        session.until("that was the last question; press next again")
        session.press("enter")
        assert session.end() == 0
        assert "2 of 2 marks: 2 correct" in session.text()


def test_a_quiz_in_ascii() -> None:
    env = {**WITHOUT_LOCALE, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "TERM": "vt100"}
    with Session("walk", "or-gate", "--quiz", "--show", "delta_1", env=env) as session:
        session.until("1 of 1")
        session.press(*"-0.00121811", "enter")
        session.until("x -0.00121811: slip: the slope sigma'(h) is missing")
        session.press("ctrl-d")
        assert session.end() == 0
        assert session.raw.isascii()


# Line by line

TRANSCRIPT = """\
OR gate, 2-2-1
source: after "Neural Networks and Backpropagation", parts 1 and 2 (tinhatben)
network 2-2-1 · sigmoid · half_squared_error · sgd, learning_rate 0.5 · float64

i shows the givens, h a hint, ? all that you can type

step 1, sample 1: i_1 = 1, i_2 = 0, y = 1
Backward, output layer

1 of 3: δ_o: the delta of unit o in layer output: how the cost changes with its net input
δ_o = -0.12
  δ_o = ∂E/∂a_o·∂a_o/∂h_o
      = -0.487547(0.249845)
      = -0.121811
✓ -0.12: correct

step 1, sample 1: i_1 = 1, i_2 = 0, y = 1
Backward, hidden layer

2 of 3: δ_1: the delta of unit 1 in layer hidden: how the cost changes with its net input
δ_1 = -0.00122
✗ -0.00122: slip: the slope σ′(h) is missing (also fits: the number is right for another quantity; \
the derivative is that of another function)
try again; h gives a hint, n continues with this number
δ_1 = h
  δ_1 = ∂E/∂a_1·∂a_1/∂h_1
δ_1 = -0.000279
  δ_1 = ∂E/∂a_1·∂a_1/∂h_1
      = -0.00121811(0.228784)
      = -0.000278685
✓ -0.000279: correct

3 of 3: δ_2: the delta of unit 2 in layer hidden: how the cost changes with its net input
δ_2 =

╭─────────────┬───────────┬──────────────┬───────────╮
│ stated name │    stated │     expected │ verdict   │
├─────────────┼───────────┼──────────────┼───────────┤
│ δ_o         │     -0.12 │    -0.121811 │ ✓ correct │
│ δ_1         │ -0.000279 │ -0.000278685 │ ✓ correct │
╰─────────────┴───────────┴──────────────┴───────────╯
2 of 2 marks: 2 correct
right at the first try: 1 of 2
not answered: 1 of 3
missing_slope, at δ_1: the slope σ′(h) is missing
"""


def lines(stdin: str | bytes, *arguments: str | Path) -> Outcome:
    """A quiz whose answers come from a pipe."""
    return run("walk", *arguments, "--quiz", stdin=stdin)


def test_answers_are_read_line_by_line_where_there_is_no_terminal() -> None:
    done = lines("-0.12\n-0.00122\nh\n-0.000279\n", "or-gate", "--show", "delta_*")
    assert (done.code, done.err) == (0, "")
    assert re.sub(r"[ ]+$", "", done.out, flags=re.MULTILINE) == TRANSCRIPT
    page = (ROOT / "docs" / "practice.md").read_text(encoding="utf-8")
    assert f"```text\n{TRANSCRIPT}```\n" in page


GIVEN = """\
step 1, sample 1: i_1 = 1, i_2 = 0, y = 1
hidden layer, sigmoid:
  unit 1: w_1 = 0.1 from i_1, w_3 = 0.3 from i_2, bias b_2 = 0.5
  unit 2: w_2 = 0.2 from i_1, w_4 = 0.4 from i_2, bias b_1 = 0.5
output layer, sigmoid:
  unit o: w_5 = 0.01 from unit 1, w_6 = 0.02 from unit 2, bias b_3 = 0.03
For unit 1, h_1 is the net input, a_1 the activation, δ_1 is ∂E/∂h_1; E =
½(y - a_o)² is the cost (half_squared_error).

OR gate, 2-2-1
source: after "Neural Networks and Backpropagation", parts 1 and 2 (tinhatben)
network 2-2-1 · sigmoid · half_squared_error · sgd, learning_rate 0.5 · float64
"""


def test_what_is_given_is_shown_on_a_page_of_its_own_until_a_key_is_pressed() -> None:
    quiz = quiz_of()
    state = quiz_pressed(quiz, answers(quiz, h_1="0.6"), "i")
    assert screen(quiz, state) == GIVEN + "\n" * 11 + "any key goes back"
    assert screen(quiz, state, 40, 6).splitlines()[-1] == "1 of 5 · space more · q leaves"
    assert quiz_pressed(quiz, state, "space", 5).part == 1
    assert quiz_pressed(quiz, state, "x") == answers(quiz, h_1="0.6")


def test_of_a_batch_what_is_given_has_every_sample() -> None:
    quiz = quiz_of("or-gate-batch")
    given = screen(quiz, quiz_pressed(quiz, on(quiz, QuizState(), "w_1+"), "i"))
    assert "step 1, all samples\n" in given
    assert "  sample 4: i_1 = 1, i_2 = 1, y = 1\n" in given


def test_what_is_given_is_told_line_by_line() -> None:
    told = lines("i\n0.6\n", "or-gate", "--show", "h_1").out
    assert f"h_1 = i\n{GIVEN.replace('E =' + chr(10), 'E = ')}h_1 = 0.6\n" in told


def test_the_end_of_the_input_and_quitting_end_with_the_marks_and_0() -> None:
    for stdin in ("", "n\nn\nq\n", "n\n" * 60):
        done = lines(stdin, "or-gate")
        assert done.code == 0
        assert done.out.endswith("nothing was answered\nnot answered: 44 of 44\n")


def test_wrong_answers_end_with_0_too() -> None:
    done = lines("9\nn\n", "or-gate", "--show", "E")
    assert done.code == 0
    assert "0 of 1 marks: 1 wrong" in done.out


def test_help_line_by_line_names_every_letter() -> None:
    out = lines("?\n", "or-gate").out
    for start in ("a number: ", "h: ", "i: ", "n: ", "p: ", "g NAME: ", "f: ", "b: ", "u: ", "?: ", "q: "):
        assert f"\n{start}" in out


def test_a_dumb_terminal_is_asked_line_by_line() -> None:
    with Session("walk", "or-gate", "--quiz", "--show", "E", env={**UTF8, "TERM": "dumb"}) as session:
        session.until("E =")
        session.child.send("0.119\n")
        session.until("1 of 1 marks: 1 correct")
        assert session.end() == 0
        assert b"\x1b" not in session.raw


def test_what_is_typed_is_told_without_control_characters() -> None:
    out = lines("\x1b[31mred\x9b\u202e\n", "or-gate").out
    assert "\x1b" not in out
    assert r"\x1b[31mred" in out


def test_bytes_that_are_no_text_are_no_answer() -> None:
    done = lines(b"\xff\xfe\n0.6\n", "or-gate")
    assert (done.code, done.err) == (0, "")
    assert r"found '\xff\xfe'; expected a number" in done.out
    assert "0.6: correct" in done.out


def test_a_very_long_line_is_refused_as_one() -> None:
    """No end of it is judged as a number."""
    out = lines(f"{'7' * 3_010}\n0.6\n", "or-gate", "--show", "h_1").out
    assert out.count("expected a number of at most 100 characters") == 1
    assert "right at the first try: 1 of 1" in out


def test_a_step_function_can_be_asked_about_on_the_way_forward() -> None:
    done = lines("n\nn\n", "step-neuron", "--only", "forward")
    assert (done.code, done.err) == (0, "")
    done = lines("", "step-neuron")
    assert done.code == 1
    assert "step has no useful derivative" in done.err
    assert done.out.endswith("not answered: 3 of 3\n")


def test_a_quiz_of_a_hostile_config_shows_no_control_characters(tmp_path: Path) -> None:
    from tests.walking.test_walk import HOSTILE

    config = tmp_path / "c.yaml"
    config.write_text(HOSTILE)
    out = lines("1\nh\nh\n", str(config)).out
    assert all(char.isprintable() or char == "\n" for char in out)


def test_the_end_tells_samples_apart() -> None:
    quiz = quiz_of("or-gate-batch", "delta_o", "b_3+")
    state = answer(quiz, QuizState(), "delta_o", "0.777", "n", "h", "h", "h")
    assert ending(quiz, state)[1:] == [
        "shown, without a mark: δ_o (sample 2)",
        "not answered: 3 of 5",
        "wrong, at δ_o (sample 1): no known slip",
    ]


def test_the_end_says_how_often_a_slip_was_made() -> None:
    quiz = quiz_of()
    state = answer(quiz, QuizState(), "delta_1", "-0.00121811", "-0.00122")
    assert ending(quiz, state)[-1] == "missing_slope, 2 times, at δ_1: the slope σ′(h) is missing"
    assert not is_settled(state, state.at)

"""`backtrace walk`: the way through a derivation, at a real pseudo-terminal, and where there is none."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backtrace.cli.keyboard import keys_in
from backtrace.config.load import load
from backtrace.errors import BacktraceError
from backtrace.evaluation.steps import Request
from backtrace.typesetting.plain import PLAIN, TYPESET
from backtrace.views.page.records import Look
from backtrace.views.walk.network_map import draw_map, marks_of
from backtrace.views.walk.screen import key_name, walk_screen
from backtrace.views.walk.text import Texts
from backtrace.walking.quiz import QUIZ_ACTIONS
from backtrace.walking.state import ACTIONS, FORMULA, NUMBERS, SYMBOL, VALUE, WalkState, begin, pressed
from backtrace.walking.walk import Walk, walk_through
from tests.runner import COMMAND, ROOT, WITHOUT_LOCALE, run
from tests.screens import KEYS, LEAVING, TIMEOUT, UTF8, Session

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")

EXAMPLES = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))
WIDE = """
title: many units
inputs: [x_1, x_2]
targets: [t]
seed: 3
layers:
  - {name: hidden, units: 90, activation: tanh, weights: {random: normal, std: 0.5}, biases: 0.1}
  - {name: output, units: [o], activation: sigmoid, weights: {random: normal, std: 0.5}}
update: {rule: sgd, learning_rate: 0.5}
samples: [{inputs: [1, 2], targets: [1]}]
"""
HOSTILE = r"""
title: "[bold red]x[/] \x1b[31mred\x9b32m \u202Eback\nsecond"
source: "a\nb"
inputs: [i]
targets: [y]
layers:
  - {name: θ layer, units: [o], weights: [[θ_1]], activation: sigmoid}
parameters: {θ_1: 0.5}
samples: [{inputs: [1], targets: [1]}]
"""


def walk_of(config: str = "or-gate", *show: str, **request: Any) -> Walk:
    return walk_through(load(config), Request(**request), show)


def after(walk: Walk, *keys: str, state: WalkState | None = None) -> WalkState:
    """The state after some keys; a longer word is typed letter by letter."""
    state = state or begin(walk)
    for key in keys:
        for one in [key] if key in KEYS else key:
            state = pressed(walk, state, one)
    return state


def at(walk: Walk, state: WalkState) -> tuple[str, int]:
    return walk[state.at].equation.id, state.stage


def screen(
    walk: Walk, state: WalkState, width: int = 80, height: int = 24, look: Look | None = None
) -> list[str]:
    return [line.plain for line in walk_screen(Texts(walk, look or Look()), state, width, height).lines]


# Where keys lead, without a terminal


def test_space_shows_one_thing_more_and_then_the_next_equation() -> None:
    walk = walk_of()
    seen = [at(walk, after(walk, *["space"] * presses)) for presses in range(5)]
    assert seen == [("h_1", SYMBOL), ("h_1", FORMULA), ("h_1", NUMBERS), ("h_1", VALUE), ("h_2", SYMBOL)]


def test_left_goes_the_way_back_that_space_came() -> None:
    walk = walk_of()
    state = after(walk, *["space"] * 6)
    for presses in range(6):
        assert at(walk, state) == at(walk, after(walk, *["space"] * (6 - presses)))
        state = after(walk, "left", state=state)
    assert after(walk, "left", state=state).message == "this is the first"


def test_enter_shows_whole_equations() -> None:
    walk = walk_of()
    assert at(walk, after(walk, "enter")) == ("h_1", VALUE)
    assert at(walk, after(walk, "enter", "enter")) == ("h_2", VALUE)


def test_a_bare_symbol_has_no_numbers_of_its_own_and_a_bare_number_not_even_a_formula() -> None:
    walk = walk_of("or-gate", "dE/db_3")
    assert at(walk, after(walk, "space", "space")) == ("dE/db_3", VALUE)
    walk = walk_of("circuit", "df/df")
    assert at(walk, after(walk, "space")) == ("df/df", VALUE)


def test_letters_lead_to_the_phases_and_round() -> None:
    walk = walk_of("or-gate-batch")
    begins = {"f": "h_1", "b": "dE/da_o", "u": "Delta_w_1"}
    for key, id in begins.items():
        state = after(walk, key, state=WalkState(at=3))
        assert walk[state.at].equation.id == id
    assert walk[after(walk, "b", "b").at].part.sample == 2
    assert after(walk, "f", state=WalkState(at=walk.length - 1)).at == 0


def test_a_phase_that_is_not_there_has_no_key() -> None:
    walk = walk_of("circuit")
    assert "u update" not in "\n".join(screen(walk, begin(walk)))
    assert after(walk, "u") == begin(walk)


@pytest.mark.parametrize("name", ["delta_1", "δ_1", "delta1", "dE/dh_1"])
def test_a_quantity_is_found_by_its_id_its_symbol_or_nearly(name: str) -> None:
    walk = walk_of()
    assert at(walk, after(walk, "g", name, "enter")) == ("delta_1", SYMBOL)


def test_the_notations_own_name_is_found_and_an_id_too() -> None:
    walk = walk_of("two-two-two")
    for name in ("net_o1", "h_o1", "∂E_total/∂w5", "dE/dw5"):
        assert after(walk, "g", name, "enter").prompt is None
    assert walk[after(walk, "g", "E_total", "enter").at].equation.id == "E"


def test_a_name_in_several_samples_leads_to_the_next_one() -> None:
    walk = walk_of("or-gate-batch")
    state = begin(walk)
    samples = []
    for _ in range(5):
        state = after(walk, "g", "a_o", "enter", state=state)
        samples.append(walk[state.at].part.sample)
    assert samples == [1, 2, 3, 4, 1]


def test_a_wrong_name_is_told_with_the_nearest_ones_and_can_be_corrected() -> None:
    walk = walk_of()
    state = after(walk, "g", "delta_7", "enter")
    assert state.message == "no quantity 'delta_7'; did you mean delta_o?"
    assert at(walk, after(walk, "backspace", "2", "enter", state=state)) == ("delta_2", SYMBOL)
    assert after(walk, "escape", state=state) == begin(walk)


def test_a_given_is_told_to_be_one() -> None:
    walk = walk_of()
    assert after(walk, "g", "zzz", "enter").message.startswith("no quantity 'zzz'; expected an id, as h_1,")
    assert after(walk, "g", "i_1", "enter").message.startswith("'i_1' is given, not computed")


def test_at_a_prompt_letters_are_letters_and_its_length_is_bounded() -> None:
    walk = walk_of()
    assert after(walk, "g", "quit").prompt == "quit"
    assert after(walk, "g", "x" * 500).prompt == "x" * 200
    assert after(walk, "g", "abc", "ctrl-u").prompt == ""
    assert after(walk, "g", "abc", "ctrl-d").ended


def test_a_walk_by_layer_goes_from_layer_to_layer() -> None:
    walk = walk_of()
    state = after(walk, "l", "enter")
    assert at(walk, state) == ("h_o", VALUE)
    assert at(walk, after(walk, "down", "down", state=state)) == ("E", VALUE)
    assert at(walk, after(walk, "left", state=state)) == ("h_1", VALUE)
    assert not after(walk, "l", state=state).by_layer


def test_pages_and_ends() -> None:
    walk = walk_of()
    assert after(walk, "end").at == walk.length - 1
    assert after(walk, "end", "enter").message == "this is the last"
    assert after(walk, "end", "home").at == 0
    assert after(walk, "pagedown").at == 10
    assert after(walk, "pagedown", "pageup", "pageup").at == 0


@pytest.mark.parametrize("config", EXAMPLES)
def test_whatever_keys_are_pressed_a_screen_fits_its_terminal(config: str) -> None:
    phases = frozenset(("forward",)) if config == "step-neuron" else Request().phases
    walk = walk_of(config, phases=phases)
    keys = [*KEYS, *"gfbul?hnp1δ/_*["]
    chance = random.Random(config)
    for look in (Look(), Look(PLAIN)):
        texts, state = Texts(walk, look), begin(walk)
        for _ in range(25):
            key = chance.choice(keys)
            state = replace(pressed(walk, state, key, chance.randint(1, 9)), ended=False)
            width, height = chance.randint(1, 120), chance.randint(1, 40)
            drawn = walk_screen(texts, state, width, height)
            assert len(drawn.lines) == height, (key, width, height)
            assert all(line.cell_len <= width for line in drawn.lines), (state, width, height)
            assert all(line.plain.isprintable() for line in drawn.lines)
            if drawn.cursor:
                assert drawn.cursor[0] < height
                assert drawn.cursor[1] < width
            if look.style.ascii:
                assert all(line.plain.isascii() for line in drawn.lines)


def test_the_screen_of_a_delta_in_full() -> None:
    walk = walk_of()
    shown = screen(walk, after(walk, "g", "delta_1", "enter", "enter"), 72, 20)
    assert [line.rstrip() for line in shown] == [
        "OR gate, 2-2-1",
        "step 1, sample 1: i_1 = 1, i_2 = 0, y = 1",
        "Backward, hidden layer                                          18 of 44",
        "",
        "δ_1: the delta of unit 1 in layer hidden: how the cost changes with its",
        "net input",
        "",
        "δ_1 = ∂E/∂a_1·∂a_1/∂h_1",
        "    = -0.00121811(0.228784)",
        "    = -0.000278685",
        "",
        "",
        "",
        " inputs        hidden          output          cost",
        " i_1          [h_1  a_1]",
        " i_2           h_2  a_2        h_o  a_o        E",
        " 1             1",
        "",
        "space more · enter next · ← back · g go to · f forward · b backward",
        "u update · l layers · ? help · q quit",
    ]


def test_the_page_shows_that_screen_and_every_key() -> None:
    walk = walk_of()
    page = (ROOT / "docs" / "practice.md").read_text(encoding="utf-8")
    shown = screen(walk, after(walk, "g", "delta_1", "enter", "enter"), 72, 20)
    assert "".join(f"{line.rstrip()}\n" for line in shown) in page
    for action in (*ACTIONS.values(), *QUIZ_ACTIONS.values()):
        keys = " ".join(f"`{key_name(key, TYPESET)}`" for key in action.keys)
        assert f"| {keys} | {action.sentence} |\n" in page


@pytest.mark.parametrize("page", ["?", "i"])
@pytest.mark.parametrize(("width", "height"), [(40, 12), (20, 6), (30, 1)])
def test_a_page_that_is_longer_than_the_screen_is_read_in_parts(page: str, width: int, height: int) -> None:
    walk = walk_of()
    state = after(walk, page)
    whole = [line.rstrip() for line in screen(walk, state, width, 100)[:-1]]
    read: list[str] = []
    for key in ("space", "down", "pagedown", "right", *["enter"] * 60):
        drawn = walk_screen(Texts(walk, Look()), state, width, height)
        read += [line.plain.rstrip() for line in drawn.lines[: max(height - 1, 1)]]
        if state.part == drawn.parts - 1:
            break
        state = pressed(walk, state, key, drawn.parts)
    assert drawn.parts > 1
    assert "\n".join(read).rstrip() == "\n".join(whole).rstrip()
    assert pressed(walk, state, "space", drawn.parts) == state
    for _ in range(drawn.parts):
        state = pressed(walk, state, "left", drawn.parts)
    assert state == after(walk, page)
    assert pressed(walk, state, "q", drawn.parts) == begin(walk)


def test_a_page_tells_how_to_read_on_and_in_a_larger_window_is_whole() -> None:
    walk = walk_of()
    state = after(walk, "?")
    assert screen(walk, state, 40, 12)[-1].rstrip() == "1 of 3 · space more · q leaves"
    state = pressed(walk, state, "space", 3)
    assert screen(walk, state, 40, 12)[-1].rstrip() == "2 of 3 · space more · ← back · q leaves"
    state = pressed(walk, state, "space", 3)
    assert screen(walk, state, 40, 12, Look(PLAIN))[-1].rstrip() == "3 of 3 | left back | q leaves"
    assert screen(walk, state)[-1] == "any key goes back"
    assert pressed(walk, state, "space", 1) == begin(walk)
    assert pressed(walk, state, "ctrl-d", 2).ended


def test_a_number_without_room_is_marked_as_cut() -> None:
    walk = walk_of()
    state = after(walk, "b", "l")
    assert screen(walk, state, 20, 6)[1] == "> ∂E/∂a_o   = -0.48…"


def test_the_map_shows_which_way_a_value_comes() -> None:
    walk, look = walk_of(), Look()
    texts = Texts(walk, look)

    def lines(id: str, look: Look = look) -> list[str]:
        stop = walk[walk.find(id, -1)]
        picture = walk.picture(stop.part)
        assert picture is not None
        drawn = draw_map(
            picture, marks_of(picture, texts.names.subject(stop.equation), stop.equation), look, 80, 9
        )
        assert drawn is not None
        return drawn.lines[1:]

    assert lines("h_1") == [
        " i_1    ──┬──▶[h_1  a_1]",
        " i_2    ──┤    h_2  a_2        h_o  a_o        E",
        " 1      ──┘    1",
    ]
    assert lines("dE/dw_5") == [
        " i_1           h_1  a_1 ◀─┐",
        " i_2           h_2  a_2   └───[h_o  a_o]       E",
        " 1             1",
    ]
    assert lines("dE/dw_5", Look(PLAIN))[:2] == [
        " i_1           h_1  a_1 <-+",
        " i_2           h_2  a_2   +---[h_o  a_o]       E",
    ]
    assert lines("E")[1] == " i_2           h_2  a_2        h_o  a_o ─────▶[E]"


def test_the_map_shows_the_way_of_one_output_alone() -> None:
    walk = walk_of("two-two-two", "E_o1", "dE_o1/da_h1", "dE/da_h1")

    def drawn(id: str) -> list[str]:
        state = replace(begin(walk), at=walk.find(id, -1))
        return [line[14:].rstrip() for line in screen(walk, state) if line.startswith((" i1  ", " i2  "))]

    assert drawn("E_o1") == [
        " net_h1  out_h1       [net_o1  out_o1]──┐",
        " net_h2  out_h2        net_o2  out_o2   └──▶ E_total",
    ]
    assert drawn("dE_o1/da_h1") == [
        "[net_h1  out_h1]◀───── net_o1  out_o1",
        " net_h2  out_h2        net_o2  out_o2        E_total",
    ]
    assert drawn("dE/da_h1") == [
        "[net_h1  out_h1]◀─┬─── net_o1  out_o1",
        " net_h2  out_h2   └─── net_o2  out_o2        E_total",
    ]


def test_a_computation_may_call_its_values_like_a_term_of_the_cost(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(
        "equations: {a_1: 2*x, E_1: a_1^2, E: 2*E_1}\nobjective_symbol: E\nparameters: {x: 1}\n"
    )
    walk = walk_of(str(config))
    drawn = screen(walk, replace(begin(walk), at=walk.find("E_1", -1)))
    assert " x        a_1 ─────▶[E_1]       E" in [line.rstrip() for line in drawn]


def test_a_map_without_room_is_left_out() -> None:
    walk = walk_of()
    assert not any("inputs" in line for line in screen(walk, begin(walk), 30, 24))
    assert not any("inputs" in line for line in screen(walk, begin(walk), 80, 11))


@pytest.mark.parametrize(
    ("config", "id", "words"),
    [
        ("or-gate", "h_1", "the net input of unit 1 in layer hidden"),
        ("or-gate", "a_o", "the activation of unit o in layer output"),
        ("or-gate", "E", "the cost"),
        ("or-gate", "da_1/dh_1",
         "the slope: how the activation of unit 1 in layer hidden changes with its net input"),
        ("or-gate", "Delta_w_1", "the change of w_1, the weight from i_1 to unit 1 in layer hidden"),
        ("or-gate", "b_3+", "b_3, the bias of unit o in layer output, after the update"),
        ("or-gate", "E+", "the cost, after the update"),
        ("two-two-two", "E_o1", "what unit o1 in layer output adds to the cost"),
        ("two-two-two", "dE/db1",
         "the gradient: how the cost changes with b1, the bias of 2 units in layer hidden"),
        ("performance-ascent", "delta_1",
         "the delta of unit 1 in layer hidden: how the objective changes with its net input"),
        ("performance-ascent", "e_2", "the error of unit 2 in layer output: target less activation"),
        ("convolution", "k_1+", "k_1, a weight at 2 connections, after the update"),
        ("softmax-cross-entropy", "S_output", "the sum of the exponentials in layer output"),
        ("softmax-cross-entropy", "exp_1", "e to the net input of unit 1 in layer output"),
        ("circuit", "q", "a value on the way to it"),
        ("circuit", "f", "the objective"),
        ("circuit", "df/dq", "how f changes with q"),
        ("circuit", "df/df", "how f changes with itself"),
        ("recurrent", "delta_2", "a delta: how E changes with h_2"),
        ("adam", "mhat_w_1",
         "the running mean of the gradient of w_1, the weight from x_1 to unit o in layer output, "
         "corrected for its start at 0"),
    ],
)  # fmt: skip
def test_a_quantity_in_words(config: str, id: str, words: str) -> None:
    walk = walk_of(config)
    stop = walk[walk.find(id, -1)]
    assert Texts(walk, Look()).names.of(stop.equation, stop.part) == words


def test_what_sums_over_a_batch_says_so() -> None:
    walk = walk_of("or-gate-batch", phases=frozenset(("total",)))
    assert Texts(walk, Look()).names.of(walk[0].equation, walk[0].part) == "the cost, summed over all samples"


def test_the_update_of_a_batch_has_its_numbers_as_the_config_writes_them(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    text = (ROOT / "configs" / "or-gate-batch.yaml").read_text(encoding="utf-8")
    config.write_text(text.replace("w_5: 0.01", "w_5: 0.010"), encoding="utf-8")
    walk = walk_of(str(config), "w_5+")
    assert Texts(walk, Look()).of(walk[0].equation, walk[0].part).numbers[0] == "0.010"


def test_a_walk_ends_where_the_values_end(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text("equations: {q: 1/x, f: exp(q)}\nobjective_symbol: f\nparameters: {x: 0.001}\n")
    walk = walk_of(str(config))
    assert [stop.equation.id for stop in walk] == ["q"]
    said = "the walk ends here: f is not a finite number (inf) in sample 1"
    assert after(walk, "end", "enter").message == said


# Keys as a terminal sends them


@pytest.mark.parametrize(
    ("name", "sent"), [(n, s) for n, s in KEYS.items() if n not in ("ctrl-c", "ctrl-s", "ctrl-\\", "ctrl-z")]
)
def test_a_key_is_read_however_its_sequence_is_cut(name: str, sent: str) -> None:
    keys: list[str] = []
    rest = ""
    for piece in sent:
        more, rest = keys_in(rest + piece, is_all=False)
        keys += more
    more, rest = keys_in(rest, is_all=True)
    assert (keys + more, rest) == ([name], "")


def test_unknown_sequences_and_control_characters_are_no_keys() -> None:
    assert keys_in("\x1b[200~a\x1b[<0;1;1Mb\x01\x0b\x1bOPc", is_all=True) == (["a", "b", "c"], "")


# At a terminal


def test_a_walk_at_a_terminal_key_by_key() -> None:
    with Session("walk", "or-gate") as session:
        first = session.until("q quit")
        assert "h_1: the net input of unit 1 in layer hidden" in first
        assert "i_1·w_1" not in first
        session.press("space")
        session.until("h_1 = i_1·w_1 + i_2·w_3 + b_2")
        session.press("right")
        session.until("= 1(0.1) + 0(0.3) + 0.5")
        session.press("space")
        session.until("= 0.6")
        session.press("left")
        session.without("= 0.6")
        session.press("enter", "down")
        session.until("h_2 = i_1·w_2 + i_2·w_4 + b_1")
        session.press("up")
        session.until("1 of 44")
        session.press("b")
        session.until("∂E/∂a_o: how the cost changes")
        session.press("u")
        session.until("Δw_1: the change of w_1")
        session.press("f")
        session.until("1 of 44")
        session.press("end")
        session.until("44 of 44")
        session.press("home", "pagedown")
        session.until("11 of 44")
        session.press("l")
        session.until("> ∂E/∂w_5   = δ_o·a_1")
        session.press("l", "?")
        session.until("any key goes back")
        session.press("x", "g", *"delta_q", "enter")
        session.until("no quantity 'delta_q'; did you mean delta_o?")
        session.press("backspace", "1", "enter")
        session.until("δ_1: the delta of unit 1")
        session.press("q")
        assert session.end() == 0
        assert session.is_restored()


def test_every_key_does_at_a_terminal_what_it_is_there_for() -> None:
    walk = walk_of()
    state = begin(walk)
    keys = [key for action in ACTIONS.values() for key in action.keys if key not in ("q", "ctrl-d")]
    with Session("walk", "or-gate") as session:
        session.until("1 of 44")
        for key in keys:
            for one in (key, *LEAVING.get(key, ())):
                session.press(one)
                state = pressed(walk, state, one)
                session.shows([line.rstrip() for line in screen(walk, state)])
        session.press("q")
        assert session.end() == 0


def test_an_escape_alone_closes_a_prompt_and_an_arrow_in_pieces_is_an_arrow() -> None:
    with Session("walk", "or-gate") as session:
        session.until("1 of 44")
        session.press("g")
        session.until("go to:")
        session.press("escape")
        session.without("go to:")
        for piece in KEYS["right"]:
            session.child.send(piece)
        session.until("h_1 = i_1·w_1")
        session.press("ctrl-d")
        assert session.end() == 0
        assert session.is_restored()


def test_another_size_is_drawn_at_once() -> None:
    with Session("walk", "or-gate") as session:
        session.until("inputs")
        session.resize(30, 8)
        session.until("1 of 44")
        session.wait(lambda: len(session.shown()) == 8 and "inputs" not in session.text(), "a small screen")
        assert all(len(line) <= 30 for line in session.shown())
        session.resize(100, 30)
        session.until("inputs")
        assert session.shown()[-1].endswith("q quit")
        session.press("q")
        assert session.end() == 0


def test_nothing_is_wiped_behind_a_line_that_is_as_long_as_the_screen_is_wide() -> None:
    """The cursor is on its last sign still: `screen` would show "q qui"."""
    with Session("walk", "or-gate", columns=51) as session:
        session.until("f forward · b backward · u update · ? help · q quit")
        session.press("q")
        assert session.end() == 0
        assert re.search(rb"\x1b\[J[^\n]*q quit", session.raw)
        assert not re.search(rb"q quit[^\n]*\x1b\[[JK]", session.raw)


@pytest.mark.parametrize(
    ("end", "code"),
    [("ctrl-c", 130), ("ctrl-\\", 130), ("ctrl-d", 0), ("SIGTERM", 143), ("SIGHUP", 129), ("q", 0)],
)
@pytest.mark.parametrize("options", [(), ("--quiz",)], ids=["walk", "quiz"])
def test_the_terminal_is_restored_however_it_ends(options: tuple[str, ...], end: str, code: int) -> None:
    with Session("walk", "or-gate", *options) as session:
        session.until("1 of 44")
        assert termios.tcgetattr(session.child.child_fd) != session.before
        if end.startswith("SIG"):
            session.kill(signal.Signals[end])
        else:
            session.press(end)
        assert session.end() == code
        assert session.is_restored()
        # On a line of its own, also where there is no alternate screen, as on this one.
        assert ("interrupted" in session.shown()) == (code == 130)


def test_the_terminal_is_restored_after_an_exception(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import backtrace.views.walk.screen as module\n"
        "def broken(*_):\n    raise RuntimeError('planted')\n"
        "module.Frame.page = broken\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    with Session("walk", "or-gate", env={**UTF8, "PYTHONPATH": path}) as session:
        session.until("1 of 44")
        session.press("?")
        assert session.end() == 1
        assert "RuntimeError: planted" in session.text()
        assert session.is_restored()


# The shell and the walk take turns: `fg` is in a script what it is at a prompt.
def test_ctrl_z_gives_the_terminal_back_until_the_walk_goes_on() -> None:
    script = "set -m; {}; echo stopped; read line; fg; echo ended $?"
    with Session("walk", "or-gate", script=script) as session:
        session.until("1 of 44")
        session.press("ctrl-z")
        session.until("stopped")
        assert session.is_restored()
        session.press("enter")
        session.wait(lambda: session.raw.count(b"\x1b[?1049h") == 2, "second screen")
        session.press("space")
        session.until("h_1 = i_1·w_1")
        session.press("q")
        session.until("ended 0")
        assert session.is_restored()


def test_a_walk_in_the_background_waits_until_it_is_in_front() -> None:
    script = "set -m; {} & sleep 2; fg; echo ended $?"
    with Session("walk", "or-gate", script=script) as session:
        session.until("1 of 44")
        session.press("q")
        session.until("ended 0")
        assert session.end() == 0
        assert session.is_restored()
        # The shell says what `fg` brings to the front, and only then is there a screen.
        assert 0 <= session.raw.index(b"backtrace walk or-gate") < session.raw.index(b"\x1b[?1049h")


def test_a_stopped_walk_can_be_ended_in_the_background() -> None:
    script = (
        "set -m; {}; echo stopped; kill %1; kill -CONT %1; while kill -0 %1; do sleep 0.1; done; echo ended"
    )
    with Session("walk", "or-gate", script=script) as session:
        session.until("1 of 44")
        session.press("ctrl-z")
        session.until("ended")
        assert session.is_restored()
        assert session.end() == 0


def test_without_a_shell_to_go_back_to_ctrl_z_changes_nothing() -> None:
    """As over `ssh -t host backtrace walk or-gate`: nothing can stop it."""
    with Session("walk", "or-gate") as session:
        session.until("1 of 44")
        session.press("ctrl-z", "space")
        session.until("h_1 = i_1·w_1")
        assert termios.tcgetattr(session.child.child_fd) != session.before
        session.press("q")
        assert session.end() == 0
        assert session.is_restored()


def test_ctrl_s_does_not_hold_the_screen() -> None:
    with Session("walk", "or-gate") as session:
        session.until("1 of 44")
        session.press("ctrl-s", "space")
        session.until("h_1 = i_1·w_1")
        session.press("q")
        assert session.end() == 0


def test_a_very_small_terminal_shows_the_equation() -> None:
    with Session("walk", "or-gate", columns=20, lines=5) as session:
        session.until("q quit")
        session.press("enter")
        session.until("= 0.6")
        session.press("q")
        assert session.end() == 0


def test_without_an_encoding_everything_is_ascii() -> None:
    env = {**WITHOUT_LOCALE, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "TERM": "vt100"}
    with Session("walk", "or-gate", env=env) as session:
        session.until("q quit")
        session.press("g", *"delta_1", "enter", "enter")
        session.until("delta_1 = dE/da_1*da_1/dh_1")
        assert session.text().isascii()
        session.press("q")
        assert session.end() == 0
        assert session.raw.isascii()


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(HOSTILE)
    with Session("walk", str(config), columns=120) as session:
        shown = session.until("q quit")
        assert r"[bold red]x[/] \x1b[31mred\x9b32m \u202eback second" in shown
        session.press("l", "?", "x", "q")
        assert session.end() == 0
        assert b"\x1b[31mred" not in session.raw
        assert "\u202e" not in session.raw.decode()


def test_many_equations_are_walked_by_layer(tmp_path: Path) -> None:
    config = tmp_path / "wide.yaml"
    config.write_text(WIDE)
    with Session("walk", str(config)) as session:
        shown = session.until("in this layer")
        assert "1 to 13 of 180 in this layer" in shown
        assert "> h_1_1  = x_1·w_1_1_1 + x_2·w_1_1_2 + b_1 " in shown
        session.press("enter")
        session.until("> h_o = ")
        session.press("left", *["pagedown"] * 3)
        session.until("25 to 37 of 180 in this layer")
        session.press("g", *"dE/dw_1_77_2", "enter")
        session.until("> ∂E/∂w_1_77_2")
        session.press("l")
        session.until("how the cost changes with w_1_77_2, the weight from\nx_2 to unit 1_77 in layer hidden")
        session.until("[… 86 more]")
        session.press("q")
        assert session.end() == 0


def test_no_color_means_none() -> None:
    with Session("walk", "or-gate", env={**UTF8, "NO_COLOR": "1"}) as session:
        session.until("q quit")
        session.press("q")
        session.end()
        assert not re.search(rb"\x1b\[[0-9;]+m", session.raw.replace(b"\x1b[0m", b""))


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    if shutil.which("tmux") is None:
        pytest.skip("no tmux on this machine")
    command = ["tmux", "-S", str(tmp_path / "socket"), "-f", os.devnull]
    yield command
    subprocess.run([*command, "kill-server"], capture_output=True, timeout=TIMEOUT, check=False)


def test_a_walk_in_tmux_and_what_stood_there_before(tmux: list[str]) -> None:
    def pane() -> str:
        done = subprocess.run(
            [*tmux, "capture-pane", "-p"], capture_output=True, timeout=TIMEOUT, check=False
        )
        return done.stdout.decode(errors="replace")

    def until(text: str) -> None:
        latest = time.monotonic() + TIMEOUT
        while text not in pane():
            assert time.monotonic() < latest, pane()
            time.sleep(0.05)

    shell = f"echo before; {' '.join(COMMAND)} walk or-gate; echo ended $?; exec cat"
    new = [*tmux, "new-session", "-d", "-x", "80", "-y", "24", shell]
    subprocess.run(new, env={**UTF8, "TERM": "screen"}, check=True, timeout=TIMEOUT)
    until("1 of 44")
    subprocess.run([*tmux, "send-keys", "Enter", "Right", "Space"], check=True, timeout=TIMEOUT)
    until("h_2 = i_1·w_2")
    subprocess.run([*tmux, "resize-window", "-x", "40", "-y", "12"], check=True, timeout=TIMEOUT)
    until("q quit")
    subprocess.run([*tmux, "send-keys", "q"], check=True, timeout=TIMEOUT)
    until("ended 0")
    assert "before" in pane()
    assert "net input" not in pane()


# Without a terminal


def test_without_a_terminal_the_whole_walk_is_printed() -> None:
    done = run("walk", "or-gate", "--only", "backward", "--show", "delta_*")
    assert (done.code, done.err) == (0, "")
    assert (
        done.out
        == """\
OR gate, 2-2-1
source: after "Neural Networks and Backpropagation", parts 1 and 2 (tinhatben)
network 2-2-1 · sigmoid · half_squared_error · sgd, learning_rate 0.5 · float64

step 1, sample 1: i_1 = 1, i_2 = 0, y = 1

Backward, output layer

δ_o: the delta of unit o in layer output: how the cost changes with its net input
  δ_o = ∂E/∂a_o·∂a_o/∂h_o
      = -0.487547(0.249845)
      = -0.121811

Backward, hidden layer

δ_1: the delta of unit 1 in layer hidden: how the cost changes with its net input
  δ_1 = ∂E/∂a_1·∂a_1/∂h_1
      = -0.00121811(0.228784)
      = -0.000278685

δ_2: the delta of unit 2 in layer hidden: how the cost changes with its net input
  δ_2 = ∂E/∂a_2·∂a_2/∂h_2
      = -0.00243623(0.221713)
      = -0.000540143
"""
    )


@pytest.mark.parametrize("term", ["dumb", "", "unknown"])
def test_a_dumb_terminal_gets_the_whole_walk(term: str) -> None:
    with Session("walk", "or-gate", "--show", "E", env={**UTF8, "TERM": term}) as session:
        assert session.end() == 0
        assert session.raw.endswith("= ½(1 - 0.512453)²\r\n    = 0.118851\r\n".encode())
        assert b"\x1b" not in session.raw


def test_options_are_those_of_trace() -> None:
    options = (
        "--step", "2", "--hand", "activation=3", "--set", "w_5=0.02", "--only", "forward", "--show", "a_o",
    )  # fmt: skip
    shown = run("walk", "or-gate", *options).out
    value = re.findall(r"([0-9.]+) │$", run("trace", "or-gate", *options).out, re.MULTILINE)[-1]
    assert shown.endswith(f"= {value}\n")
    assert "with w_5 = 0.02" in shown
    assert "hand activation=3" in shown


def test_a_very_long_layer_is_cut_and_what_is_left_out_is_told(tmp_path: Path) -> None:
    config = tmp_path / "wide.yaml"
    config.write_text(WIDE)
    shown = run("walk", str(config)).out
    assert "\n200 of 451 shown: --show 'dE/dw_*'\n" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nowhere.yaml",), 1, "'nowhere.yaml': no such file"),
        (("or-gate", "--show", "foo"), 1, "no quantity 'foo'"),
        (("or-gate", "--sample", "9"), 1, "no sample 9; there are samples 1 to 4"),
        (("step-neuron",), 1, "step has no useful derivative"),
        (("or-gate", "--digits", "3", "--decimals", "3"), 2, "--digits and --decimals exclude each other"),
        (("-", "--quiz"), 2, "standard input has the answers"),
    ],
)
def test_what_cannot_be_walked_is_told_on_one_line(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = run("walk", *arguments)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_config_from_standard_input_is_walked() -> None:
    config = (ROOT / "configs" / "circuit.yaml").read_bytes()
    assert run("walk", "-", stdin=config).out == run("walk", "circuit").out


def test_an_ambiguous_name_is_refused_with_its_candidates(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text("equations: {a_1: 2*x, a1: 3*x, f: a_1*a1}\nobjective_symbol: f\nparameters: {x: 1}\n")
    walk = walk_of(str(config))
    assert walk[walk.find("a1", -1)].equation.id == "a1"
    with pytest.raises(BacktraceError, match=r"'a_\{1\}' could be a1 or a_1"):
        walk.find("a_{1}", -1)

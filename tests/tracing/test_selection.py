"""Which quantities a name or a pattern picks, below the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import backtrace
from backtrace.errors import BacktraceError
from backtrace.evaluation.evaluator import evaluate
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Part, Request
from backtrace.problem.problem import Problem
from backtrace.tracing.selection import finder, names_of, no_quantity, selected, visible
from backtrace.tracing.trace import compute


def ids(problem: Problem, *patterns: str, request: Request | None = None) -> list[str]:
    parts = selected(compute(problem, request or Request()), patterns, FLOAT64)
    return [row.id for part in parts for row in part.equations]


Of = Callable[[str], Problem]

NET = """
title: net
inputs: [i]
targets: [y, z]
%s
layers:
  - {name: one, units: [1], activation: sigmoid, weights: [[w]]}
  - {name: two, units: [2, 3], activation: sigmoid, weights: [[v], [u]]}
parameters: {w: 0.5, v: 0.25, u: 2}
samples: [{inputs: [1], targets: [1, 0]}]
"""


def test_a_quantity_is_named_by_its_id_its_symbol_and_its_aliases() -> None:
    problem = backtrace.load("two-two-two")
    rows = {row.id: row for part in compute(problem, Request()) for row in part.equations}
    assert names_of(rows["a_h1"]) == ("a_h1", "out_h1")
    assert names_of(rows["delta_h1"]) == ("delta_h1", "delta_h1", "dE/dh_h1", "dE_total/dnet_h1")
    assert names_of(rows["w5+"]) == ("w5+", "w5+")


def test_hidden_quantities_are_not_visible() -> None:
    problem = backtrace.load("performance-ascent")
    shown = [row for part in visible(compute(problem, Request())) for row in part.equations]
    everything = [row for part in compute(problem, Request()) for row in part.equations]
    assert shown == [row for row in everything if not row.hidden]
    assert len(shown) < len(everything)


def test_parts_without_any_match_are_left_out() -> None:
    problem = backtrace.load("or-gate")
    parts = list(selected(compute(problem, Request()), ["dE/dw_5"], FLOAT64))
    assert [part.phase for part in parts] == ["backward"]


def test_an_id_beats_an_alias_in_another_phase(of: Of) -> None:
    problem = of(NET % 'notation: {net: "e_{unit}", error: "f_{unit}"}')
    assert ids(problem, "e_1") == ["e_1"]
    assert ids(problem, "e_*") == ["h_1", "h_2", "h_3", "e_2", "e_3", "e_1"]


def test_an_alias_of_two_quantities_of_different_phases_is_refused(of: Of) -> None:
    text = NET % 'notation: {net: "p_{unit}x", delta: "p_{unit}"}'
    problem = of(text.replace("units: [2, 3]", "units: [1x, 3]"))
    with pytest.raises(BacktraceError, match=r"^'p_1x' could be delta_1x or h_1; expected one of these$"):
        ids(problem, "p_1x")


def test_a_hidden_quantity_is_computed_with_its_dependencies(of: Of) -> None:
    problem = of(NET % "")
    (part,) = selected(compute(problem, Request()), ["dE_2/da_1"], FLOAT64)
    assert [row.id for row in part.equations] == ["dE_2/da_1"]
    values = part.values
    slope = values["a_2"] * (1 - values["a_2"])
    assert values["dE_2/da_1"] == pytest.approx((values["a_2"] - 1) * slope * 0.25, rel=1e-12)


def test_terms_of_the_cost_gradient_add_up(of: Of) -> None:
    (part,) = selected(compute(of(NET % ""), Request()), ["dE*/da_1"], FLOAT64)
    assert {row.id for row in part.equations} == {"dE/da_1", "dE_2/da_1", "dE_3/da_1"}
    assert part.values["dE_2/da_1"] + part.values["dE_3/da_1"] == pytest.approx(part.values["dE/da_1"])


def test_hidden_quantities_stand_with_their_layer(of: Of) -> None:
    (part,) = selected(compute(of(NET % ""), Request()), ["dh_*", "delta_*"], FLOAT64)
    layers = [row.layer for row in part.equations]
    assert list(dict.fromkeys(layers)) == ["two", "one"]
    assert layers == ["two"] * layers.count("two") + ["one"] * layers.count("one")


def test_further_equations_are_made_once_for_all_steps() -> None:
    problem = backtrace.load("or-gate")
    rows = [
        [id(row) for row in part.equations]
        for part in selected(compute(problem, Request(last=3, sample=1)), ["dE/di_1"], FLOAT64)
    ]
    assert rows[0] == rows[1] == rows[2]


def test_what_a_quantity_is_does_not_depend_on_what_else_is_asked_for() -> None:
    problem = backtrace.load("two-two-two")
    (all_of_it,) = (
        part for part in selected(compute(problem, Request()), ["*"], FLOAT64) if part.phase == "backward"
    )
    for row in all_of_it.equations:
        (part,) = selected(compute(problem, Request()), [row.id], FLOAT64)
        assert part.values[row.id] == all_of_it.values[row.id]


IDS = "; expected an id, as h_1, h_2, a_1, a_2, h_o, a_o"


def test_a_pattern_without_a_match_is_refused_after_the_last_part() -> None:
    parts = selected(compute(backtrace.load("or-gate"), Request()), ["h_1", "nothing"], FLOAT64)
    assert [row.id for row in next(parts).equations] == ["h_1"]
    with pytest.raises(BacktraceError, match=rf"^no quantity 'nothing'{IDS}$"):
        next(parts)


def test_a_quantity_of_a_phase_that_is_not_shown_is_none() -> None:
    request = Request(phases=frozenset(["backward"]))
    refusal = r"^'h_1' belongs to the forward pass, which is not shown here$"
    with pytest.raises(BacktraceError, match=refusal):
        ids(backtrace.load("or-gate"), "h_1", request=request)


def test_a_pass_that_fails_still_shows_the_values_before_it(of: Of) -> None:
    text = NET.replace("activation: sigmoid, weights: [[v]", "activation: square, weights: [[v]") % ""
    problem = of(text.replace("u: 2", "u: 1e200").replace("targets: [1, 0]", "targets: [1e160, 0]"))
    parts = selected(compute(problem, Request()), ["*"], FLOAT64)
    shown: list[Part] = []
    with pytest.raises(BacktraceError, match="is not a finite number"):
        shown.extend(parts)
    assert shown
    assert all(row.id in part.values for part in shown for row in part.equations)


def first_part(phase: str) -> Part:
    return next(part for part in compute(backtrace.load("or-gate"), Request()) if part.phase == phase)


def test_find_gives_one_quantity_or_none() -> None:
    found = finder("∂E/∂w_5", FLOAT64)(first_part("backward"))
    assert found is not None
    assert [row.id for row in found.equations] == ["dE/dw_5"]
    assert finder("∂E/∂w_5", FLOAT64)(first_part("forward")) is None
    assert finder("dE/*", FLOAT64)(first_part("backward")) is None


def test_the_nearest_name_is_given_in_the_notation_s_own_form() -> None:
    parts = list(compute(backtrace.load("two-two-two"), Request()))
    assert str(no_quantity("net_h5", parts)) == "no quantity 'net_h5'; did you mean net_h2?"
    assert str(no_quantity("w5", parts)) == "'w5' is given, not computed; did you mean w5+?"


def test_a_further_equation_is_evaluated_like_any_other() -> None:
    part = first_part("backward")
    assert part.derivation is not None
    values = dict(part.values)
    evaluate(part.derivation.further(), values, FLOAT64)
    assert values["dh_o/da_1"] == 0.01

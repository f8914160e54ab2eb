"""Steps far on are run ahead to as training runs them, and are what they are step by step."""

from __future__ import annotations

from pathlib import Path

import pytest

import backtrace
from backtrace.errors import BacktraceError
from backtrace.evaluation.hand import hand_arithmetic
from backtrace.evaluation.steps import Part, Request
from backtrace.tracing import trace as tracing
from backtrace.tracing.trace import compute
from tests.runner import run

STEP = 60
EXAMPLES = [
    "or-gate", "or-gate-batch", "two-two-two", "adam", "momentum", "softmax-cross-entropy", "parabola",
]  # fmt: skip


def parts(config: str, **request: object) -> list[Part]:
    return list(compute(backtrace.load(config), Request(first=STEP, last=STEP, **request)))  # type: ignore[arg-type]


@pytest.mark.parametrize("config", EXAMPLES)
def test_a_far_step_is_what_it_is_step_by_step(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = parts(config)
    monkeypatch.setattr(tracing, "FAR", STEP + 1)
    slow = parts(config)
    assert [part.phase for part in quick] == [part.phase for part in slow]
    for one, other in zip(quick, slow, strict=True):
        for row in one.equations:
            assert one.values[row.id] == pytest.approx(other.values[row.id], rel=1e-10, abs=1e-14), row.id


def test_parameters_of_a_far_step_lose_their_texts_of_the_config() -> None:
    (first, *_) = parts("two-two-two")
    assert "w5" not in first.written
    assert first.written["b1"] == "0.35"


def test_hand_arithmetic_goes_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand = hand_arithmetic({"all": 3})
    (first, *_) = parts("or-gate", arithmetic=by_hand)
    monkeypatch.setattr(tracing, "FAR", STEP + 1)
    (same, *_) = parts("or-gate", arithmetic=by_hand)
    assert first.values == same.values


def test_a_step_after_the_values_have_run_away_names_where_they_did(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(
        "parameters: {w: 1}\nobjective_symbol: f\nequations: {f: w^4}\n"
        "update: {rule: sgd, learning_rate: 10}\n"
    )
    with pytest.raises(BacktraceError) as failure:
        list(compute(backtrace.load(config), Request(first=STEP, last=STEP)))
    assert "is not a finite number" in failure.value.message


def test_ten_thousand_steps_are_no_wait() -> None:
    (row,) = [
        part.values["E"]
        for part in compute(backtrace.load("two-two-two"), Request(first=10_000, last=10_000))
        if part.phase == "forward"
    ]
    assert row == pytest.approx(3.5108548e-05, rel=1e-7)


@pytest.mark.parametrize(
    ("config", "said"),
    [("relu", "1 of 2 relu units are dead for every sample in hidden: 2\n"), ("or-gate", "norm of δ")],
)
def test_health_tells_how_the_layers_are(config: str, said: str) -> None:
    done = run("trace", config, "--health")
    assert done.code == 0
    assert "How the layers are" in done.out
    assert said in done.out


def test_health_is_a_table() -> None:
    done = run("trace", "or-gate", "--health", "-f", "csv")
    assert done.code == 2
    assert "--health is a table of its own; use -f table, not csv" in done.err

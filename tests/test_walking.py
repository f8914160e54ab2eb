import pytest

import backtrace


def test_or_gate_gives_the_gradient_of_w_5() -> None:
    t = backtrace.trace(backtrace.load("or-gate"))
    assert t["dE/dw_5"] == pytest.approx(-0.0786482163, abs=5e-11)

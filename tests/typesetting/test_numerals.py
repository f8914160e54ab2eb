"""The text of numbers."""

from __future__ import annotations

import pytest

from backtrace.typesetting.numerals import Numerals


@pytest.mark.parametrize(
    ("decimals", "written", "shown"),
    [
        (2, "0.1234", "0.12"), (2, "-0.1234", "-0.12"), (2, "0.1", "0.1"), (2, "100", "100"),
        (2, "1e-3", "0.00"), (3, "1e-3", "1e-3"), (2, "-0.001", "0.00"), (0, "1.25e1", "12"),
        (None, "0.1234", "0.1234"),
    ],
)  # fmt: skip
def test_a_given_has_no_more_decimals_than_asked_for(decimals: int | None, written: str, shown: str) -> None:
    assert Numerals(digits=3, decimals=decimals).given(written, float(written)) == shown

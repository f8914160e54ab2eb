"""Which arithmetic a problem is worked out in."""

from __future__ import annotations

from collections.abc import Mapping

from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.float64 import FLOAT64
from backtrace.problem.problem import Problem


def arithmetic_of(problem: Problem, hand: Mapping[str, int] | None = None) -> Arithmetic:
    """Hand arithmetic where it is asked for, here or in the config; else float64. Empty `hand` is float64."""
    decimals = problem.hand if hand is None else hand
    if not decimals:
        return FLOAT64
    from backtrace.evaluation.hand import hand_arithmetic

    return hand_arithmetic(decimals)

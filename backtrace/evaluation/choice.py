"""The choice of arithmetic for a problem. Hand arithmetic is imported only if it is chosen."""

from __future__ import annotations

from collections.abc import Mapping

from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.float64 import FLOAT64
from backtrace.problem.problem import Problem


def arithmetic_of(problem: Problem, hand: Mapping[str, int] | None = None) -> Arithmetic:
    """Hand arithmetic if `hand` or the config asks for it, else float64; `hand` overrules the config."""
    decimals = problem.hand if hand is None else hand
    if not decimals:
        return FLOAT64
    from backtrace.evaluation.hand import hand_arithmetic

    return hand_arithmetic(decimals)

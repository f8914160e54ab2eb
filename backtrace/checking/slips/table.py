"""The table of slips: each row has a sentence, an example, a rank and the function that makes the slip.

A row is all that a slip needs: `check`, exercises, question banks and the lists of slips read this table.
"""

from __future__ import annotations

from typing import NamedTuple

from backtrace.checking.slips import functions, misreadings, symbols, terms
from backtrace.checking.slips.misreadings import Misreading
from backtrace.checking.slips.rewriting import Rewrite

ALL_THROUGH = 3.0  # how much less plausible it is to make a slip in every equation


class EquationSlip(NamedTuple):
    """A slip in an equation. `rank` orders explanations, the most plausible first.

    Where `throughout` is set, the slip is also tried in every equation of a step at once, at a rank that is
    higher by so much.
    """

    sentence: str
    example: str
    rank: float
    make: Rewrite
    throughout: float | None = None


class NumberSlip(NamedTuple):
    """A slip in a number. With `only_digits` it changes how that is written, and never explains a formula."""

    sentence: str
    example: str
    rank: float
    make: Misreading
    only_digits: bool = False


Slip = EquationSlip | NumberSlip

# Two ranks are a little off a round number, to decide a tie: the wrong target comes before the wrong index,
# and another sample before the decimal point.
_ROWS: tuple[Slip, ...] = (
    EquationSlip(
        "the slope σ′(h) is missing",
        "δ_1 = δ_o·w_5 instead of δ_o·w_5·σ′(h_1)",
        0,
        terms.missing_slope,
        ALL_THROUGH,
    ),
    EquationSlip("the change is added instead of subtracted", "w + η·∂E/∂w", 1, terms.ascent, ALL_THROUGH),
    EquationSlip("the learning rate is missing", "w - ∂E/∂w", 1, terms.missing_rate, ALL_THROUGH),
    EquationSlip("the sign is flipped", "∂E/∂a = y - a instead of a - y", 1, terms.sign),
    NumberSlip(
        "digits are cut off instead of rounded",
        "0.6456 for 0.64566",
        1.5,
        misreadings.truncated,
        only_digits=True,
    ),
    EquationSlip(
        "the slope is computed at the wrong place",
        "h(1 - h) instead of a(1 - a)",
        2,
        functions.slope_of_net,
        ALL_THROUGH,
    ),
    EquationSlip(
        "a term of the sum is missing", "h = i_1·w_1 + i_2·w_3, without the bias", 2, terms.missing_term
    ),
    EquationSlip(
        "the net input is used as the activation", "a_1 = h_1", 2, symbols.missing_activation, ALL_THROUGH
    ),
    EquationSlip(
        "an updated weight is used instead of the old one", "δ_o·w_5⁺", 2.5, symbols.updated_too_early, 0.0
    ),
    EquationSlip("the bias is not updated", "b⁺ = b", 1.5, terms.bias_not_trained),
    EquationSlip("a bias that is held fixed is updated", "b⁺ = b - η·∂E/∂b", 2.5, terms.bias_trained),
    EquationSlip(
        "a constant factor is missing or extra", "E = (t - a)² instead of ½(t - a)²", 3, terms.factor
    ),
    EquationSlip(
        "a factor of the product is missing", "∂E/∂w_5 = δ_o instead of δ_o·a_1", 2.99, terms.missing_factor
    ),
    EquationSlip(
        "the net inputs are divided by their sum, without e^h",
        "a_1 = h_1/(h_1 + h_2)",
        3,
        symbols.softmax_without_exp,
    ),
    EquationSlip("the logarithm has another base", "log₁₀ instead of ln", 3, functions.log_base),
    NumberSlip(
        "an intermediate value is rounded too early",
        "with a_1 = 0.65",
        3,
        misreadings.rounded_too_early,
        only_digits=True,
    ),
    EquationSlip("another quantity of the same kind is used", "w_6 instead of w_5", 4, symbols.wrong_index),
    EquationSlip("another target is used", "t_2 instead of t_1", 3.99, symbols.wrong_target),
    NumberSlip(
        "the decimal point is in the wrong place",
        "0.0122 for 0.00122",
        4.01,
        misreadings.power_of_ten,
        only_digits=True,
    ),
    NumberSlip(
        "the number belongs to another sample", "sample 2 instead of sample 1", 4, misreadings.wrong_sample
    ),
    NumberSlip("the number is right for another quantity", "∂a_o/∂h_o = δ_o", 5, misreadings.wrong_quantity),
    EquationSlip(
        "the derivative is that of another function", "1 - a² instead of a(1 - a)", 3.5, functions.other_slope
    ),
    EquationSlip(
        "a pair of brackets is missing", "1/1 + e^(-h) for 1/(1 + e^(-h))", 5, terms.missing_bracket
    ),
    NumberSlip("the number belongs to another step", "step 2 instead of step 1", 4.5, misreadings.wrong_step),
    NumberSlip(
        "two digits are swapped", "0.6465 for 0.6456", 6, misreadings.digits_swapped, only_digits=True
    ),
)
# The id of a slip is the name of the function that makes it.
SLIPS: dict[str, Slip] = {row.make.__name__: row for row in _ROWS}


def is_about_digits(slip: str) -> bool:
    """Whether a slip is only in how a number is written; a formula has no such slip."""
    row = SLIPS[slip]
    return isinstance(row, NumberSlip) and row.only_digits

"""The table of slips: what people get wrong, in a sentence, with an example.

How an equation is rewritten by each of them stands in `rewrites`, what else a number may be in `readings`.
"""

from __future__ import annotations

from typing import NamedTuple


class SlipRow(NamedTuple):
    """What a slip is, in a sentence, and an example; `rank` orders explanations, the most plausible first."""

    sentence: str
    example: str
    rank: float


SLIPS: dict[str, SlipRow] = {
    "missing_slope": SlipRow("the slope σ′(h) was left out", "δ_1 = δ_o·w_5 instead of δ_o·w_5·σ′(h_1)", 0),
    "ascent": SlipRow("the change was added where it is to be subtracted", "w + η·∂E/∂w", 1),
    "missing_rate": SlipRow("the learning rate was left out", "w - ∂E/∂w", 1),
    "sign": SlipRow("the sign is the other one", "∂E/∂a = y - a instead of a - y", 1),
    "truncated": SlipRow("digits were cut off, not rounded", "0.6456 for 0.64566", 1.5),
    "slope_of_net": SlipRow("the slope was taken at the wrong place", "h(1 - h) instead of a(1 - a)", 2),
    "missing_term": SlipRow("a term of the sum was left out", "h = i_1·w_1 + i_2·w_3, without the bias", 2),
    "missing_activation": SlipRow("the net input was passed on as the activation", "a_1 = h_1", 2),
    "updated_too_early": SlipRow("an updated weight was used where the old one belongs", "δ_o·w_5⁺", 2.5),
    "bias_not_trained": SlipRow("the bias was not updated", "b⁺ = b", 1.5),
    "bias_trained": SlipRow("a bias that is held fixed was updated", "b⁺ = b - η·∂E/∂b", 2.5),
    "factor": SlipRow("a constant factor is missing or extra", "E = (t - a)² instead of ½(t - a)²", 3),
    "missing_factor": SlipRow(
        "a factor of the product was left out", "∂E/∂w_5 = δ_o instead of δ_o·a_1", 2.99
    ),
    "softmax_without_exp": SlipRow(
        "the nets were divided by their sum, without e^h", "a_1 = h_1/(h_1 + h_2)", 3
    ),
    "log_base": SlipRow("the logarithm has another base", "log₁₀ instead of ln", 3),
    "rounded_too_early": SlipRow("a value on the way was rounded too early", "with a_1 = 0.65", 3),
    "wrong_index": SlipRow("another quantity of the same kind was used", "w_6 instead of w_5", 4),
    "wrong_target": SlipRow("another target was used", "t_2 instead of t_1", 4),
    "power_of_ten": SlipRow("the decimal point is elsewhere", "0.0122 for 0.00122", 4),
    "wrong_sample": SlipRow("the number belongs to another sample", "sample 2 instead of sample 1", 4),
    "wrong_quantity": SlipRow("the number is right for another quantity", "∂a_o/∂h_o = δ_o", 5),
    "other_slope": SlipRow("the derivative is that of another function", "1 - a² instead of a(1 - a)", 3.5),
    "missing_bracket": SlipRow("a pair of brackets was left out", "1/1 + e^(-h) for 1/(1 + e^(-h))", 5),
    "wrong_step": SlipRow("the number belongs to another step", "step 2 instead of step 1", 4.5),
    "digits_swapped": SlipRow("two digits changed places", "0.6465 for 0.6456", 6),
}

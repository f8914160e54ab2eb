"""Columns of quantities in short: H for h_1, h_2, in the letters of a problem's notation."""

from __future__ import annotations

from collections.abc import Container, Sequence

from backtrace.derivation.activations import activation_sign
from backtrace.problem.problem import INPUTS, Layer, Problem
from backtrace.views.page.records import Look


class Letters:
    """The names of matrices, and the signs in them where there is no number."""

    def __init__(self, problem: Problem, look: Look) -> None:
        notation = problem.notation
        self.is_ascii = look.style.ascii
        taken = {notation.cost, "W", "T"}  # T holds the targets of a softmax layer
        self.net = _column(notation.net, taken)
        self.activation = _column(notation.activation, {*taken, self.net})
        self.delta = _stem(notation.delta)
        self.error = _stem(notation.error)
        self.inputs = _inputs(problem.inputs)
        self.sum = "sum" if self.is_ascii else "Σ"
        self.missing = "." if self.is_ascii else "·"

    def source(self, layer: Layer) -> str:
        """The column that a layer's weights are multiplied with: [A_hidden; 1]."""
        parts = [self.inputs if name == INPUTS else f"{self.activation}_{name}" for name in layer.sources]
        if has_biases(layer):
            parts.append(str(layer.bias_input))
        return f"[{'; '.join(parts)}]" if len(parts) > 1 else parts[0]

    def function(self, layer: Layer) -> str:
        """The activation: σ, or its name."""
        name = layer.activation.name
        return name if self.is_ascii else activation_sign(name)


def has_biases(layer: Layer) -> bool:
    """Whether some unit has a bias: then W has a column for them."""
    return any(bias is not None for bias in layer.biases)


def _stem(pattern: str) -> str:
    return pattern.replace("{unit}", "").strip("_")


def _column(pattern: str, taken: Container[str]) -> str:
    """A capital for one letter: H of h_{unit}; the small one where the capital is another quantity's.

    Where the cost is P, the nets p_1 and p_2 are p.
    """
    letter = _stem(pattern)
    if len(letter) > 1:
        return letter
    return letter.upper() if letter.upper() not in taken else letter.lower()


def _inputs(names: Sequence[str]) -> str:
    """The common name of all inputs without their numbers: i of i_1, i_2."""
    stems = {name.rstrip("0123456789").rstrip("_") for name in names}
    return stems.pop() if len(stems) == 1 else "inputs"

"""The table of activations: each is an expression in the net input h, and nothing else.

Its derivative follows by the rules in `calculus`, written through the activation a itself where a textbook
does so: σ′(h) = a·(1 - a). The backward pass then needs no exponential, as a is known from the forward
pass. A row is all that a new activation needs; this module knows no layers and no units.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from backtrace.symbolic.calculus import partials
from backtrace.symbolic.expressions import Expression, Symbol, replace, substitute
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.parser import table_formula
from backtrace.symbolic.simplify import simplify


class ActivationRow(NamedTuple):
    """One activation.

    Attributes:
        value: a formula in h and the options.
        source: who proposed it, or where it is described.
        options: its constants with their defaults, all non-negative.
        targets: the smallest and the largest target that an exercise gives such an output.
    """

    value: str
    source: str
    options: Mapping[str, float] = MappingProxyType({})
    targets: tuple[float, float] = (-0.9, 0.9)


ACTIVATIONS: dict[str, ActivationRow] = {
    # The slope of a sigmoid is at most ¼, so the gradient fades from layer to layer on its way back. That of
    # tanh reaches 1 at h = 0, and that of relu is 1 for every positive h.
    "sigmoid": ActivationRow("sigmoid(h)", "Rumelhart, Hinton and Williams 1986", targets=(0, 1)),
    "tanh": ActivationRow("tanh(h)", "LeCun et al., Efficient BackProp, 1998"),
    "linear": ActivationRow("h", "Widrow and Hoff 1960", targets=(-1.5, 1.5)),
    "relu": ActivationRow("relu(h)", "Nair and Hinton 2010; 0 at the kink", targets=(0.1, 1.5)),
    "leaky_relu": ActivationRow(
        "where(above(h, 0), h, slope*h)", "Maas et al. 2013", {"slope": 0.01}, targets=(-1.5, 1.5)
    ),
    "elu": ActivationRow(
        "where(above(h, 0), h, alpha*expm1(h))", "Clevert et al. 2016", {"alpha": 1.0}, targets=(-0.9, 1.5)
    ),
    "softplus": ActivationRow("softplus(h)", "Dugas et al. 2001", targets=(0.1, 1.5)),
    "square": ActivationRow("h^2", "Livni, Shalev-Shwartz and Shamir 2014", targets=(0.1, 1.5)),
    "sin": ActivationRow("sin(h)", "Sitzmann et al. 2020"),
    # No slope but 0: a step can be run forward, and trained only by the perceptron's own rule.
    "step": ActivationRow("step(h)", "McCulloch and Pitts 1943; 1 from the threshold on"),
    "gelu": ActivationRow("h*Phi(h)", "Hendrycks and Gimpel 2016, the exact form", targets=(0.1, 1.5)),
    # Softmax depends on all nets of its layer; its equations are in `forward_pass` and `backward_pass`.
    "softmax": ActivationRow("exp(h)", "Bridle 1990"),
}

NET, ACTIVATED = Symbol("h", "h"), Symbol("a", "a")


def activation_sign(name: str) -> str:
    """How an activation is written before its argument: σ, or its name."""
    row = FUNCTIONS.get(name)
    return row.shown or name if row else name


def activation_value(name: str) -> Expression:
    """The activation as an expression in `h` and its options."""
    return table_formula(ACTIVATIONS[name].value)


@cache
def activation_slope(name: str) -> Expression:
    """The slope ∂a/∂h as an expression in `h`, `a` and the options.

    Raises:
        NotDifferentiableError: for step.

    >>> activation_slope("tanh") == table_formula("1 - a^2")
    True
    """
    value = activation_value(name)
    slope = partials(value, {"h"})["h"]
    if value == NET:  # a linear unit has a = h, so every h would be replaced
        return slope
    return simplify(replace(slope, value, ACTIVATED))


def for_unit(
    template: Expression, net: Symbol, activation: Symbol, options: Mapping[str, Expression]
) -> Expression:
    """A formula in h and a with the symbols of one unit in their places."""
    return simplify(substitute(template, {"h": net, "a": activation, **options}))

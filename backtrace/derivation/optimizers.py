"""The table of update rules: the rows from a gradient to a new parameter, in the order they are computed.

In a formula, `w` is the parameter, `g` the gradient that the rule descends along (its negative when
climbing), `t` the number of the step. `x` is a state before and `x_new` the same state after this step; all
start at 0. The last row is always the change Δw; the new parameter is w⁺ = w + Δw. Every parameter has its
own rows: no rule looks at another parameter. Knows no network, and no value but the defaults of constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backtrace.symbolic.expressions import Expression, Symbol
from backtrace.symbolic.parser import table_formula

RATE = "learning_rate"


class UpdateRule(NamedTuple):
    """One rule, with the paper that it is from.

    Attributes:
        source: who proposed it.
        constants: the defaults of its constants by name; None if a config has to give one.
        rows: the formulas by the name of the quantity that each defines.
    """

    source: str
    constants: Mapping[str, float | None]
    rows: Mapping[str, str]

    @property
    def states(self) -> tuple[str, ...]:
        """The quantities that are kept from step to step, all 0 at the start."""
        return tuple(row.removesuffix("_new") for row in self.rows if row.endswith("_new"))


# Adam keeps running means of g and of g². They start at 0 and are too small at first: after t steps with a
# constant gradient, m = (1 - β₁^t)·g. Dividing by 1 - β₁^t corrects this (m̂ and v̂).
_ADAM_STATE = {
    "m_new": "beta1*m + (1 - beta1)*g",
    "v_new": "beta2*v + (1 - beta2)*g^2",
    "mhat": "m_new/(1 - beta1^t)",
    "vhat": "v_new/(1 - beta2^t)",
}
_ADAM_CONSTANTS = {RATE: None, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}

UPDATE_RULES: dict[str, UpdateRule] = {
    # The gradient points uphill, so a small step against it makes the cost smaller.
    "sgd": UpdateRule(
        "Robbins and Monro 1951",
        {RATE: None},
        {"change": "-learning_rate*g"},
    ),
    # A ball with inertia: along a valley steps add up to 1/(1 - μ) times as much, across it they cancel.
    "momentum": UpdateRule(
        "Polyak 1964; Sutskever et al. 2013",
        {RATE: None, "momentum": 0.9},
        {"v_new": "momentum*v - learning_rate*g", "change": "v_new"},
    ),
    "nesterov": UpdateRule(
        "Sutskever et al. 2013, in the form that needs no gradient ahead",
        {RATE: None, "momentum": 0.9},
        {"v_new": "momentum*v - learning_rate*g", "change": "momentum*v_new - learning_rate*g"},
    ),
    # The next four divide by a root of past squared gradients, so a parameter with small gradients
    # moves as far as one with large ones. ε keeps the first division from being 0/0.
    "adagrad": UpdateRule(
        "Duchi, Hazan and Singer 2011",
        {RATE: None, "epsilon": 1e-8},
        {"s_new": "s + g^2", "change": "-learning_rate*g/(sqrt(s_new) + epsilon)"},
    ),
    "rmsprop": UpdateRule(
        "Tieleman and Hinton 2012",
        {RATE: None, "rho": 0.9, "epsilon": 1e-8},
        {"s_new": "rho*s + (1 - rho)*g^2", "change": "-learning_rate*g/(sqrt(s_new) + epsilon)"},
    ),
    "adam": UpdateRule(
        "Kingma and Ba 2015",
        _ADAM_CONSTANTS,
        {**_ADAM_STATE, "change": "-learning_rate*mhat/(sqrt(vhat) + epsilon)"},
    ),
    # The decay of the weight is outside the division, unlike an l2 penalty, whose gradient would go through
    # it.
    "adamw": UpdateRule(
        "Loshchilov and Hutter 2019",
        {**_ADAM_CONSTANTS, "weight_decay": 0.01},
        {
            **_ADAM_STATE,
            "change": "-learning_rate*mhat/(sqrt(vhat) + epsilon) - learning_rate*weight_decay*w",
        },
    ),
}

CONSTANTS = {
    "momentum": Symbol("momentum", "μ"),
    "rho": Symbol("rho", "ρ"),
    "beta1": Symbol("beta1", "β₁"),
    "beta2": Symbol("beta2", "β₂"),
    "epsilon": Symbol("epsilon", "ε"),
    "weight_decay": Symbol("weight_decay", "λ"),
}
STEP = Symbol("step", "t")


def constants(rate: str) -> dict[str, Symbol]:
    """The symbols of all constants by name; `rate` is how a notation writes the learning rate."""
    return {**CONSTANTS, RATE: Symbol(RATE, rate)}


def update_rows(rule: str) -> Mapping[str, Expression]:
    """The rule's formulas, parsed."""
    return {row: table_formula(text) for row, text in UPDATE_RULES[rule].rows.items()}

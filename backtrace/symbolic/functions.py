"""The table of functions: one line each, with derivatives as a textbook has them.

In a derivative, `x y z` are the arguments and `f` is the value of the function itself, so the line for
sigmoid reads f·(1 - f). max, min and where have their rule in `calculus`.
"""

from __future__ import annotations

from typing import NamedTuple


class Function(NamedTuple):
    """How a function is differentiated and shown.

    `derivatives` has one expression per argument, or is None where there is no useful derivative.
    `textbook` is the form that is shown where the tool evaluates a safer one; with a `shown` name too, that
    form is for a call that stands alone. `public` functions may be used in a config.
    """

    arguments: str
    derivatives: tuple[str, ...] | None
    shown: str = ""
    textbook: str = ""
    public: bool = True


FUNCTIONS: dict[str, Function] = {
    "exp": Function("x", ("f",), shown="e^"),
    "log": Function("x", ("1/x",), shown="ln"),
    "log10": Function("x", ("1/(x*log(10))",)),
    "sqrt": Function("x", ("1/(2*f)",), shown="√"),
    "abs": Function("x", ("sign(x)",), shown="|"),
    "sin": Function("x", ("cos(x)",)),
    "cos": Function("x", ("-sin(x)",)),
    "tanh": Function("x", ("1 - f^2",)),
    "sigmoid": Function("x", ("f*(1 - f)",), shown="σ", textbook="1/(1 + exp(-x))"),
    "relu": Function("x", ("above(x, 0)",), shown="relu", textbook="max(0, x)"),
    "softplus": Function("x", ("sigmoid(x)",), textbook="log(1 + exp(x))"),
    "step": Function("x", None),
    "max": Function("…", ()),
    "min": Function("…", ()),
    # The rest is what derivatives and tables are written with.
    "sign": Function("x", ("0",), public=False),
    "above": Function("x y", ("0", "0"), shown=">", public=False),  # 1 where x > y, else 0
    "from": Function("x y", ("0", "0"), shown="≥", public=False),  # 1 where x >= y, else 0
    "where": Function("x y z", None, public=False),  # y where x is 1, z where it is 0: see `calculus`
    "expm1": Function("x", ("exp(x)",), textbook="exp(x) - 1", public=False),
    "xlogy": Function("x y", ("log(y)", "over(x, y)"), textbook="x*log(y)", public=False),  # 0·ln 0 = 0
    "over": Function("x y", None, textbook="x/y", public=False),  # 0/0 = 0: the slope of the line above
    "Phi": Function("x", ("phi(x)",), shown="Φ", public=False),  # the standard normal distribution
    "phi": Function("x", ("-x*f",), shown="φ", public=False),  # and its density
}

PUBLIC = tuple(name for name, function in FUNCTIONS.items() if function.public)
VARIADIC = ("max", "min")

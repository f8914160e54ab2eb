"""The table of functions: one row each, which is all that a function needs.

A row has a function's derivative, how it is written, and the formula that it stands for. Every arithmetic
computes a function from its row, and has a form of its own only where that is safer or faster. So a new row
works everywhere: in traces, gradient checks, both engines, sheets and pages. This module must not know any
value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Function(NamedTuple):
    """A row; in its formulas `x y z` are the arguments and `f` is the value of the function itself.

    Attributes:
        arguments: the letters of the arguments.
        derivatives: one formula for each argument, as a textbook has it, so that the row of sigmoid says
            f·(1 - f). Empty: they follow from `textbook`. None: there is no useful derivative.
        textbook: what the function equals, in other functions. It is what people are shown, unless `shown`
            says otherwise, and what an arithmetic without a form of its own computes.
        shown: the name or sign in text; with a `textbook` form too, that one is for a call that stands alone.
        latex, mathml: the name in these, where it is not the plain one.
        value: the function on floats, for a row without a `textbook` form.
        rises: whether a larger argument never gives a smaller value, which bounds it on an interval.
        kink: a formula whose sign says on which side of its kink or jump the function is.
        code: Python for it in the generated engine, with `{x}` for an argument. Inline code saves a call,
        which
            costs more than the arithmetic itself; empty: it is called.
        public: whether a config may use it.
    """

    arguments: str
    derivatives: tuple[str, ...] | None = ()
    textbook: str = ""
    shown: str = ""
    latex: str = ""
    mathml: str = ""
    value: Callable[..., float] | None = None
    rises: bool = False
    kink: str = ""
    code: str = ""
    public: bool = True


_LOG10 = "<msub><mi>log</mi><mn>10</mn></msub>"

FUNCTIONS: dict[str, Function] = {
    "exp": Function("x", ("f",), shown="e^", rises=True, code="exp({x})"),
    "log": Function(
        "x", ("1/x",), shown="ln", latex=r"\ln", mathml="<mi>ln</mi>", rises=True, code="log({x})"
    ),
    "log10": Function("x", ("1/(x*log(10))",), latex=r"\log_{10}", mathml=_LOG10, rises=True),
    "sqrt": Function("x", ("1/(2*f)",), shown="√", rises=True, code="sqrt({x})"),
    "abs": Function("x", ("sign(x)",), shown="|", kink="x"),
    "sin": Function("x", ("cos(x)",), latex=r"\sin"),
    "cos": Function("x", ("-sin(x)",), latex=r"\cos"),
    "tanh": Function("x", ("1 - f^2",), latex=r"\tanh", rises=True, code="tanh({x})"),
    "sigmoid": Function(
        "x",
        ("f*(1 - f)",),
        textbook="1/(1 + exp(-x))",
        shown="σ",
        latex=r"\sigma",
        mathml="<mi>σ</mi>",
        rises=True,
        code="1.0/(1.0 + exp(-{x}))",
    ),
    "relu": Function(
        "x",
        ("above(x, 0)",),
        textbook="max(0, x)",
        shown="relu",
        rises=True,
        kink="x",
        code="(0.0 if {x} <= 0.0 else {x})",
    ),
    "softplus": Function("x", ("sigmoid(x)",), textbook="log(1 + exp(x))", rises=True),
    "step": Function("x", None, kink="x"),
    "max": Function("…", latex=r"\max"),  # the derivatives of max, min and where are in `calculus`
    "min": Function("…", latex=r"\min"),
    # The rest is what derivatives and tables are written with.
    "sign": Function("x", ("0",), kink="x", public=False),
    "above": Function(  # 1 where x > y, else 0
        "x y", ("0", "0"), shown=">", kink="x - y", code="(1.0 if {x} > {y} else 0.0)", public=False
    ),
    "from": Function(  # 1 where x >= y, else 0
        "x y", ("0", "0"), shown="≥", kink="x - y", code="(1.0 if {x} >= {y} else 0.0)", public=False
    ),
    "where": Function(  # y where x is 1, z where it is 0
        "x y z", None, code="({y} if {x} else {z})", public=False
    ),
    "expm1": Function("x", ("exp(x)",), textbook="exp(x) - 1", rises=True, public=False),
    "xlogy": Function(  # where 0·ln 0 is 0
        "x y",
        ("log(y)", "over(x, y)"),
        textbook="x*log(y)",
        code="({x}*log({y}) if {x} or {y} else 0.0)",
        public=False,
    ),
    "over": Function(  # where 0/0 is 0: the slope of xlogy by y
        "x y", None, textbook="x/y", code="({x}/{y} if {x} or {y} else 0.0)", public=False
    ),
    # The standard normal distribution and its density.
    "Phi": Function(
        "x",
        ("phi(x)",),
        shown="Φ",
        latex=r"\Phi",
        mathml='<mi mathvariant="normal">Φ</mi>',
        rises=True,
        public=False,
    ),
    "phi": Function("x", ("-x*f",), shown="φ", latex=r"\varphi", mathml="<mi>φ</mi>", public=False),
}

VARIADIC = ("max", "min")


def public_functions() -> tuple[str, ...]:
    """The functions that a config may use, in the order of the table."""
    return tuple(name for name, function in FUNCTIONS.items() if function.public)

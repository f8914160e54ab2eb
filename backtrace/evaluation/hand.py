"""Hand arithmetic: decimals, rounded half up where a person writes a value down and nowhere else.

Decimals, because 0.285 is a tie on paper; as a float it is a little less, and would be rounded down. Between
two written values everything has `DIGITS` significant digits, more than any rounding here can notice. The
normal distribution comes from float64, whose 16 digits are still more than the `limits.DECIMALS` a config
may keep.
"""

from __future__ import annotations

import decimal
import operator
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal

from backtrace.evaluation.arithmetic import Arithmetic, Value, choose, largest, smallest
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.function_rows import with_rows
from backtrace.symbolic.expressions import Number
from backtrace.symbolic.functions import Function

DIGITS = 50
_CONTEXT = decimal.Context(
    prec=DIGITS,
    rounding=decimal.ROUND_HALF_UP,
    Emin=-(10**9),
    Emax=10**9,
    traps=[],  # 1/0 is infinite and ln(-1) is no number; the evaluator names the equation
)
_ONE, _ZERO = Decimal(1), Decimal(0)
_TURN = Decimal(  # 2π
    "6.28318530717958647692528676655900576839433879875021164194988918461563281257241799725606965068423413"
    "59642961730265646132941876892191011644634507188162569622349005682054038770422111192892458979098607639"
)


def to_decimal(number: Number) -> Decimal:
    """A number exactly as it is written."""
    return Decimal(repr(number.value))


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    return _ONE if base == exponent == 0 else base**exponent


def _tanh(x: Decimal) -> Decimal:
    small = (-2 * abs(x)).exp()
    size = (1 - small) / (1 + small)
    return size if x >= 0 else -size


def _softplus(x: Decimal) -> Decimal:
    return max(x, _ZERO) + (1 + (-abs(x)).exp()).ln()


def _sine(x: Decimal, ahead: int = 0) -> Decimal:
    """The sine of x plus so many quarter turns: whole turns are taken off, then its power series."""
    if not x.is_finite() or x.adjusted() > 2 * DIGITS:
        return Decimal("NaN")  # past all digits of π there is no angle left
    with decimal.localcontext() as wider:
        wider.prec = 3 * DIGITS
        angle = x + ahead * _TURN / 4
        angle -= _TURN * (angle / _TURN).to_integral_value()
        wider.prec = DIGITS + 10
        term = total = +angle
        n, square = 1, -angle * angle
        while total + term / 1000 != total:
            n += 2
            term = term * square / (n * (n - 1))
            total += term
    return +total


def _by_float(name: str, row: Function) -> Callable[..., Decimal] | None:
    """A function without a textbook form, computed on floats."""
    if row.textbook:
        return None
    function = FLOAT64.functions[name]
    return lambda *arguments: Decimal(repr(function(*map(float, arguments))))


_FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "exp": Decimal.exp,
    "log": Decimal.ln,
    "log10": Decimal.log10,
    "sqrt": Decimal.sqrt,
    "abs": abs,
    "sin": _sine,
    "cos": lambda x: _sine(x, 1),
    "tanh": _tanh,
    "softplus": _softplus,
    "step": lambda x: x if x.is_nan() else Decimal(x >= 0),
    "max": largest,
    "min": smallest,
    "sign": lambda x: Decimal((x > 0) - (x < 0)),
    "above": lambda x, y: Decimal(x > y),
    "from": lambda x, y: Decimal(x >= y),
    "where": choose,
    "xlogy": lambda x, y: _ZERO if x == 0 == y else x * y.ln(),
    "over": lambda x, y: _ZERO if x == 0 == y else x / y,
}


def _is_finite(value: Decimal) -> bool:
    """Whether a value is finite as a float, too, as programs get all values as floats."""
    return value.is_finite() and (not value or value.adjusted() < sys.float_info.max_10_exp)


def _round(value: Decimal, decimals: int) -> Decimal:
    """Half up at a number of decimals; a number too long to have decimals within `DIGITS` stays as it is."""
    if not value.is_finite() or value.adjusted() + decimals + 1 > DIGITS:
        return value
    return value.quantize(Decimal(1).scaleb(-decimals), context=_CONTEXT) + 0


def hand_arithmetic(decimals: Mapping[str, int]) -> Arithmetic:
    """The arithmetic of a person who keeps so many decimals of each kind of quantity ("all" for the rest)."""
    rest = decimals.get("all")

    def settle(value: Value, kind: str) -> Value:
        keep = decimals.get(kind, rest)
        return value if keep is None else _round(value, keep)

    said = ",".join(f"{kind}={n}" for kind, n in decimals.items())
    forms = Arithmetic(
        name=f"hand {said}",
        number=to_decimal,
        divide=operator.truediv,
        power=_power,
        functions=_FUNCTIONS,
        settle=settle,
        is_finite=_is_finite,
        kept=frozenset(decimals.values()),
        context=lambda: decimal.localcontext(_CONTEXT),
    )
    return with_rows(forms, _by_float)

"""Complex numbers: a derivative without a difference.

For an analytic f, f(x + i·s) = f(x) + i·s·f′(x) - s²·f″(x)/2 - …, so the imaginary part over s is f′(x), and
with a tiny s nothing is lost: no two numbers that are almost equal are subtracted.

Where a function is put together from pieces (relu, abs, max, where), the real part says which piece holds;
on the kink itself the one that the derivatives in `functions` take. A function without a form for complex
numbers (Φ), or without a derivative (step), is checked without a complex step.

Source: Martins, Sturdza and Alonso, The complex-step derivative approximation, ACM Transactions on
Mathematical Software 29, 2003.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Iterable

from backtrace.derivation.equation import Equation
from backtrace.evaluation.arithmetic import Arithmetic, choose
from backtrace.evaluation.function_rows import knows, with_rows
from backtrace.symbolic.expressions import calls

STEP = 1e-120  # its square is nothing beside any number, and its cube is no number any more
_NONE = complex(math.nan, math.nan)

Complex = complex | float  # what no step has reached stays a float


def _guarded(function: Callable[..., Complex]) -> Callable[..., Complex]:
    """A function that is no number where Python refuses to give one, as the other arithmetics have it."""

    def guarded(*arguments: Complex) -> Complex:
        try:
            return function(*arguments)
        except (OverflowError, ValueError, ZeroDivisionError):
            return _NONE

    return guarded


def _power(base: Complex, exponent: Complex) -> Complex:
    """The power; whole ones by multiplication, as a polar form would lose what is tiny beside the rest."""
    if exponent.imag == 0 and exponent.real == int(exponent.real) and abs(exponent.real) < 2**53:
        whole = _whole_power(base, abs(int(exponent.real)))
        return whole if exponent.real >= 0 else 1 / whole
    return cmath.exp(exponent * _log(base))


def _whole_power(base: Complex, exponent: int) -> Complex:
    power: Complex = 1.0
    while exponent:
        if exponent % 2:
            power = power * base
        base, exponent = base * base, exponent // 2
    return power


def _log(z: Complex) -> Complex:
    return cmath.log(z) if z.real > 0 else _NONE


def _sqrt(z: Complex) -> Complex:
    return cmath.sqrt(z) if z.real >= 0 else _NONE


def _expm1(z: Complex) -> Complex:
    half = math.sin(z.imag / 2)
    real = math.expm1(z.real) * math.cos(z.imag) - 2 * half * half
    return complex(real, math.exp(z.real) * math.sin(z.imag))


def _log1p(z: Complex) -> Complex:
    square = z.real * (2 + z.real) + z.imag * z.imag  # |1 + z|² - 1
    return complex(math.log1p(square) / 2, math.atan2(z.imag, 1 + z.real))


def _sigmoid(z: Complex) -> Complex:
    small = cmath.exp(-z if z.real >= 0 else z)
    return 1 / (1 + small) if z.real >= 0 else small / (1 + small)


def _softplus(z: Complex) -> Complex:
    return z + _log1p(cmath.exp(-z)) if z.real > 0 else _log1p(cmath.exp(z))


def _abs(z: Complex) -> Complex:
    return z if z.real > 0 else -z if z.real < 0 else 0.0


def _xlogy(x: Complex, y: Complex) -> Complex:
    return 0.0 if x == 0 == y else x * _log(y)


_FORMS = Arithmetic(
    name="complex step",
    number=lambda number: number.value,
    divide=_guarded(lambda x, y: x / y),
    power=_guarded(_power),
    functions={
        "exp": _guarded(cmath.exp),
        "log": _guarded(_log),
        "log10": _guarded(lambda z: _log(z) / math.log(10)),
        "sqrt": _guarded(_sqrt),
        "abs": _abs,
        "sin": _guarded(cmath.sin),
        "cos": _guarded(cmath.cos),
        "tanh": _guarded(cmath.tanh),
        "sigmoid": _guarded(_sigmoid),
        "softplus": _guarded(_softplus),
        "max": lambda *values: max(values, key=lambda value: value.real),
        "min": lambda *values: min(values, key=lambda value: value.real),
        "above": lambda x, y: float(x.real > y.real),
        "from": lambda x, y: float(x.real >= y.real),
        "where": choose,
        "expm1": _guarded(_expm1),
        "xlogy": _guarded(_xlogy),
    },
    settle=lambda value, kind: value,
    is_finite=cmath.isfinite,
)
COMPLEX = with_rows(_FORMS, lambda name, row: None)


def without_complex_form(equations: Iterable[Equation]) -> str:
    """The first function in some equations that complex numbers do not know; nothing if there is none."""
    used = (call.function for equation in equations for call in calls(equation.expression))
    return next((function for function in used if not knows(COMPLEX.functions, function)), "")

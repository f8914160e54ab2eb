"""Exact arithmetic: fractions, for everything that is rational in the numbers of a config.

In floats 0.3 - 0.1 - 0.2 is not 0 but -2.8e-17. Whether a sum cancels is decided here. What is not rational,
such as e^0.3, has no value in this arithmetic: `InexactError` says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Mapping
from fractions import Fraction

from backtrace.derivation.equation import Equation
from backtrace.evaluation.arithmetic import Arithmetic, choose
from backtrace.evaluation.evaluator import Environment, value_of
from backtrace.evaluation.function_rows import with_rows
from backtrace.symbolic.expressions import Number

LARGEST_POWER = 64
BITS = 2_000  # of a fraction; longer ones cost more than they are worth


class InexactError(Exception):
    """A number is not rational, or its fraction is too long."""


def fraction(value: float) -> Fraction:
    """A given number exactly as it is written: 0.1 is one tenth."""
    if not math.isfinite(value):
        raise InexactError
    return Fraction(repr(value))


def _number(number: Number) -> Fraction:
    return fraction(number.value)


def _divide(x: Fraction, y: Fraction) -> Fraction:
    if not y:
        raise InexactError
    return x / y


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent == Fraction(1, 2):
        return _root(base)
    if exponent.denominator != 1 or abs(exponent) > LARGEST_POWER or (exponent < 0 and not base):
        raise InexactError
    return base**exponent.numerator


def _root(x: Fraction) -> Fraction:
    if x < 0:
        raise InexactError
    root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
    if root * root != x:
        raise InexactError
    return root


def _only_at(argument: int, value: int) -> Callable[[Fraction], Fraction]:
    """A function that is rational at one argument and, as far as this module knows, nowhere else."""

    def on_fraction(x: Fraction) -> Fraction:
        if x != argument:
            raise InexactError
        return Fraction(value)

    return on_fraction


_LOG = _only_at(1, 0)


def _inexact(*arguments: Fraction) -> Fraction:
    raise InexactError


def _is_short(value: Fraction) -> bool:
    return value.numerator.bit_length() + value.denominator.bit_length() <= BITS


FRACTIONS = with_rows(
    Arithmetic(
        name="fractions",
        number=_number,
        divide=_divide,
        power=_power,
        functions={
            "exp": _only_at(0, 1),
            "log": _LOG,
            "log10": _LOG,
            "sqrt": _root,
            "abs": abs,
            "sin": _only_at(0, 0),
            "cos": _only_at(0, 1),
            "tanh": _only_at(0, 0),
            "step": lambda x: Fraction(x >= 0),
            "max": max,
            "min": min,
            "sign": lambda x: Fraction((x > 0) - (x < 0)),
            "above": lambda x, y: Fraction(x > y),
            "from": lambda x, y: Fraction(x >= y),
            "where": choose,
            "xlogy": lambda x, y: x if x == 0 == y else x * _LOG(y),
            "over": lambda x, y: x if x == 0 == y else _divide(x, y),
        },
        settle=lambda value, kind: value,
        is_finite=_is_short,
    ),
    lambda name, row: None if row.textbook else _inexact,
)


class ExactValues(dict[str, Fraction]):
    """The exact values of a pass's quantities by id, each computed when it is first asked for.

    `floats` has all values, of which those in `written` are as they are given. `samples` has the exact
    values of the samples that sums over a batch are taken over.
    """

    def __init__(
        self, floats: Environment, written: Container[str], samples: Mapping[int, ExactValues]
    ) -> None:
        super().__init__()
        self.floats = floats
        self.written = written
        self.samples = samples
        self.equations: dict[str, Equation] = {}
        self.inexact: set[str] = set()

    def add(self, rows: Iterable[Equation]) -> None:
        """Add equations of quantities, which may be asked for from now on."""
        self.equations.update((row.id, row) for row in rows)

    def __missing__(self, id: str) -> Fraction:
        if id in self.inexact:
            raise InexactError
        try:
            self[id] = self.computed(id)
        except (InexactError, RecursionError):
            self.inexact.add(id)
            raise InexactError from None
        return self[id]

    def computed(self, id: str) -> Fraction:
        """The exact value by the equation of a quantity, or as it is given.

        Raises:
            InexactError: it is not rational, or not known exactly.
        """
        if row := self.equations.get(id):
            value: Fraction = value_of(row.expression, self, FRACTIONS)
            if not FRACTIONS.is_finite(value):
                raise InexactError
            return value
        if id in self.written:
            return fraction(self.floats[id])
        of, _, sample = id.rstrip("]").rpartition("[")
        if not sample.isdigit() or int(sample) not in self.samples:
            raise InexactError
        return self.samples[int(sample)][of]

    def instead_of(self, id: str, value: float) -> float:
        """The float nearest to the exact value of a quantity, or the value itself where there is none."""
        try:
            return float(self[id])
        except InexactError:
            return value

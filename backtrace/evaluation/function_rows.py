"""The functions of an arithmetic: its own forms, and all others by their rows in `FUNCTIONS`.

Each arithmetic lists the functions for which it has a safer or faster form. Any other is computed from its
row: its textbook form in this very arithmetic, or its values on floats where those help.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backtrace.evaluation.arithmetic import Arithmetic, Value
from backtrace.evaluation.compiled import compile_expression
from backtrace.symbolic.functions import FUNCTIONS, Function
from backtrace.symbolic.parser import parse

_PLACES = {"x": 0, "y": 1, "z": 2}

Lift = Callable[[str, Function], Callable[..., Value] | None]


def with_rows(arithmetic: Arithmetic, lift: Lift) -> Arithmetic:
    """The arithmetic with every function of the table that it can compute.

    `lift` gives the form of a function from the name and row of it, or None where its textbook form is to be
    evaluated. A function with neither is a KeyError where it is used.
    """

    class Functions(dict[str, Callable[..., Value]]):
        """Functions by name; a missing one is built from its row on first use, so that new rows are found."""

        def __missing__(self, name: str) -> Callable[..., Value]:
            row = FUNCTIONS[name]
            form = lift(name, row)
            if form is None and row.textbook:
                form = _by_textbook(row, complete)
            if form is None:
                raise KeyError(name)
            self[name] = form
            return form

    complete = arithmetic._replace(functions=Functions(arithmetic.functions))
    return complete


def _by_textbook(row: Function, arithmetic: Arithmetic) -> Callable[..., Value]:
    work = compile_expression(parse(row.textbook, FUNCTIONS), _PLACES, arithmetic)
    return lambda *arguments: work(arguments.__getitem__)


def knows(functions: Mapping[str, Callable[..., Value]], name: str) -> bool:
    """Whether an arithmetic can compute a function."""
    try:
        functions[name]
    except KeyError:
        return False
    return True

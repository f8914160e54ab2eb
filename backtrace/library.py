"""The library: `load` a config, `trace` it, and look quantities up by id.

Owns what Python code and notebooks see, and checks its arguments; must not know how anything is computed.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from math import nan
from operator import index
from typing import Literal, SupportsIndex

from backtrace.config.cursor import one_of
from backtrace.config.load import load
from backtrace.config.settings import ALL_KINDS, KINDS
from backtrace.derivation.equation import PHASES
from backtrace.errors import nearest
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.choice import arithmetic_of
from backtrace.evaluation.steps import Part, Request
from backtrace.limits import DECIMALS
from backtrace.problem.problem import Problem
from backtrace.symbolic.ids import spell, transcribe
from backtrace.tracing.selection import finder, no_quantity, visible
from backtrace.tracing.trace import compute
from backtrace.typesetting.numerals import Numerals
from backtrace.views.page.records import Look, Record, records

__all__ = ["Quantity", "Trace", "load", "trace"]

_MOST_ROWS = 200  # of each table in a notebook


class Quantity(float):
    """A number of a trace: a float that knows the row it comes from.

    >>> t = trace(load("or-gate"))
    >>> t["h_1"] + 1
    1.6
    >>> t["h_1"].substitution
    '1(0.1) + 0(0.3) + 0.5'
    """

    record: Record

    def __new__(cls, record: Record) -> Quantity:
        number = super().__new__(cls, nan if record.value is None else record.value)
        number.record = record
        return number

    def __getnewargs__(self) -> tuple[Record]:  # type: ignore[override]  # copies and pickles call __new__
        return (self.record,)

    @property
    def symbol(self) -> str:
        """The quantity in its notation: ∂E/∂w_5."""
        return self.record.symbol

    @property
    def formula(self) -> str:
        """Its equation's right-hand side in symbols."""
        return self.record.formula

    @property
    def substitution(self) -> str:
        """The right-hand side with the numbers substituted."""
        return self.record.substitution

    @property
    def text(self) -> str:
        """The value as a table shows it."""
        return self.record.text


@dataclass(eq=False, repr=False)
class Trace:
    """The quantities of a problem. Iterating gives its records; `t["dE/dw_5"]` looks one up.

    A pickle of it has the problem and the arguments of `trace`, and is computed again when it is read.

    >>> t = trace(load("or-gate"))
    >>> [record.id for record in t][:3]
    ['h_1', 'h_2', 'a_1']
    >>> "w_5+" in t
    True
    """

    problem: Problem
    _parts: Sequence[Part]
    _look: Look
    _arithmetic: Arithmetic
    _again: Callable[[Problem], Trace]

    def __reduce__(self) -> tuple[Callable[[Problem], Trace], tuple[Problem]]:
        # A derivation and an arithmetic have functions in them, which cannot be pickled.
        return self._again, (self.problem,)

    @property
    def arithmetic(self) -> str:
        """The arithmetic of the numbers: `float64`, or `hand activation=3`."""
        return self._arithmetic.name

    @cached_property
    def records(self) -> list[Record]:
        """The rows that a table shows, in order."""
        return list(records(visible(self._parts), self._look))

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._found(id, None, None) is not None

    def __getitem__(self, id: str) -> Quantity:
        return self.get(id)

    def get(self, id: str, step: int | None = None, sample: int | None = None) -> Quantity:
        """A quantity by its id or the way its notation writes it, hidden ones too.

        Without `step` the first one is meant. Without `sample` the sum over a batch comes before the first
        sample's.

        Raises:
            KeyError: there is no such quantity; the message tells the nearest.
            BacktraceError: the name could be several quantities.
        """
        found = self._found(id, step, sample)
        if found is not None:
            return found
        missing = no_quantity(id, self._candidates(step, sample))
        place = [f"{what} {n}" for what, n in (("step", step), ("sample", sample)) if n is not None]
        raise KeyError(f"{missing} (in {', '.join(place)})" if place else str(missing))

    def given(
        self, name: str, step: int | None = None, sample: int | None = None
    ) -> tuple[float, str] | None:
        """The number of a parameter, an input or a target that a step starts from, and its text.

        None where nothing that is given has this name.

        >>> trace(load("or-gate")).given("w_5")
        (0.01, '0.01')
        """
        id = transcribe(name)
        if id not in map(spell, (*self.problem.parameters, *self.problem.inputs, *self.problem.targets)):
            return None
        for part in self._candidates(step, sample):
            if id in part.values:
                value, numerals = part.values[id], self._look.numerals
                text = numerals.given(part.written[id], value) if id in part.written else numerals.text(value)
                return float(value), text
        return None

    def _found(self, id: str, step: int | None, sample: int | None) -> Quantity | None:
        found = filter(None, map(finder(id, self._arithmetic), self._candidates(step, sample)))
        return next(map(Quantity, records(found, self._look)), None)

    def _candidates(self, step: int | None, sample: int | None) -> list[Part]:
        """The parts in which a quantity is looked for, the likeliest first."""
        parts = [part for part in self._parts if step is None or part.step == step]
        if sample is not None:
            parts = [part for part in parts if part.sample == sample]
        return sorted(parts, key=lambda part: (part.step, part.phase != "total"))

    def _repr_markdown_(self) -> str:
        from backtrace.views.page.context import ViewContext
        from backtrace.views.trace.text import write_markdown

        out, options = io.StringIO(), {"most": _MOST_ROWS}
        shown = self.problem, visible(self._parts), self._look, out
        write_markdown(ViewContext(*shown, arithmetic=self.arithmetic, options=options))
        return out.getvalue()

    def _repr_html_(self) -> str:
        from backtrace.views.trace.html import tables

        look = self._look._replace(most_terms=12)
        return tables(self.problem, visible(self._parts), look, self.arithmetic, _MOST_ROWS)

    def __repr__(self) -> str:
        return f"<Trace of {self.problem.title!r}: {len(self):,} records>"


def trace(
    problem: Problem,
    *,
    step: int | None = None,
    steps: int | None = None,
    sample: int | Literal["all"] | None = None,
    only: Literal["forward", "backward", "update"] | None = None,
    hand: Mapping[str, int] | int | None = None,
    digits: int = 6,
    decimals: int | None = None,
) -> Trace:
    """Compute the quantities of a problem.

    Args:
        problem: as `load` gives it.
        step: only this step.
        steps: instead of `step`: the first so many. Default: the first.
        sample: a sample's number from 1, or "all". Default: each step's own, in a batch all.
        only: one phase instead of all.
        hand: decimals kept as in a calculation by hand, for all kinds of quantity or by kind; {} for float64.
        digits: significant digits in texts; values have them all.
        decimals: decimals in texts, instead of `digits`.

    Raises:
        BacktraceError: a step, sample or phase does not exist, there is no backward pass, or a value is not
            finite.
        ValueError: both `step` and `steps`, or an argument that is none of the above.
        TypeError: `problem` is not a problem.
    """
    if not isinstance(problem, Problem):
        raise TypeError(f"problem is {problem!r}; expected one that load gives, as load('or-gate')")
    if step is not None and steps is not None:
        raise ValueError("step and steps exclude each other")
    step = None if step is None else _whole("step", step, _FROM_1)
    steps = None if steps is None else _whole("steps", steps, _FROM_1)
    if not (sample is None or sample == "all"):
        sample = _whole("sample", sample, _FROM_1, ", or 'all'")
    if not (only is None or (isinstance(only, str) and only in PHASES)):
        raise ValueError(f"only is {only!r}; expected {one_of(PHASES)}")
    hand = _decimals_by_kind(hand)
    digits = _whole("digits", digits, range(1, 18))
    decimals = None if decimals is None else _whole("decimals", decimals, range(31))
    arithmetic = arithmetic_of(problem, hand)
    phases = frozenset(PHASES[only]) if only else Request().phases
    request = Request(step or 1, step or steps or 1, sample, phases, arithmetic)
    look = Look(numerals=Numerals(digits, decimals, arithmetic.kept))
    again = partial(
        trace, step=step, steps=steps, sample=sample, only=only, hand=hand, digits=digits, decimals=decimals
    )
    return Trace(problem, tuple(compute(problem, request)), look, arithmetic, again)


_FROM_1 = range(1, sys.maxsize)


def _whole(name: str, value: object, allowed: range, also: str = "") -> int:
    """An argument that is a whole number; numpy's whole numbers are some too, True and 6.0 are none.

    Raises:
        ValueError: it is anything else, or out of range.
    """
    number = index(value) if isinstance(value, SupportsIndex) and not isinstance(value, bool) else None
    if number is None or number not in allowed:
        bounds = "from 1 on" if allowed is _FROM_1 else f"from {allowed[0]} to {allowed[-1]}"
        raise ValueError(f"{name} is {value!r}; expected a whole number {bounds}{also}")
    return number


def _decimals_by_kind(hand: object) -> Mapping[str, int] | None:
    """The argument `hand` as a mapping from kinds of quantity to decimals; None keeps the config's own.

    Raises:
        ValueError: a kind or a number of decimals does not exist.
    """
    if hand is None:
        return None
    by_kind = hand if isinstance(hand, Mapping) else {ALL_KINDS: hand}
    for kind in by_kind:
        if kind not in (*KINDS, ALL_KINDS):
            raise ValueError(f"hand: {kind!r} is no kind of quantity{nearest(str(kind), KINDS)}")
    return {kind: _whole("hand", kept, range(DECIMALS + 1)) for kind, kept in by_kind.items()}

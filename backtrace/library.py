"""The library: `load` a config, `trace` it, and look quantities up by id."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal

from backtrace.config.cursor import one_of
from backtrace.config.load import load
from backtrace.config.settings import ALL_KINDS, KINDS
from backtrace.derivation.equation import PHASES
from backtrace.errors import nearest
from backtrace.evaluation.choice import arithmetic_of
from backtrace.evaluation.steps import Part, Request
from backtrace.limits import DECIMALS
from backtrace.problem.problem import Problem
from backtrace.symbolic.ids import spell, transcribe
from backtrace.tracing.selection import finder, no_quantity, visible
from backtrace.tracing.trace import work
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
        number = super().__new__(cls, record.value)
        number.record = record
        return number

    def __getnewargs__(self) -> tuple[Record]:  # type: ignore[override]  # what a copy is made from
        return (self.record,)

    @property
    def symbol(self) -> str:
        """How the quantity is written: ∂E/∂w_5."""
        return self.record.symbol

    @property
    def formula(self) -> str:
        """Its equation's right-hand side in symbols."""
        return self.record.formula

    @property
    def substitution(self) -> str:
        """The same with the numbers put in."""
        return self.record.substitution

    @property
    def text(self) -> str:
        """The value as a table shows it."""
        return self.record.text


class Trace:
    """A worked-out problem. Iterating gives its records; `t["dE/dw_5"]` looks one up.

    >>> t = trace(load("or-gate"))
    >>> [record.id for record in t][:3]
    ['h_1', 'h_2', 'a_1']
    >>> "w_5+" in t
    True
    """

    def __init__(self, problem: Problem, parts: Sequence[Part], look: Look, request: Request) -> None:
        self.problem = problem
        self._parts = parts
        self._look = look
        self._request = request

    @property
    def arithmetic(self) -> str:
        """Which arithmetic made the numbers: `float64`, or `hand activation=3`."""
        return self._request.arithmetic.name

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
                known = id in part.written
                return float(value), numerals.given(part.written[id], value) if known else numerals.text(
                    value
                )
        return None

    def _found(self, id: str, step: int | None, sample: int | None) -> Quantity | None:
        found = filter(None, map(finder(id, self._request.arithmetic), self._candidates(step, sample)))
        return next(map(Quantity, records(found, self._look)), None)

    def _candidates(self, step: int | None, sample: int | None) -> list[Part]:
        """The parts in which a quantity is looked for, the likeliest first."""
        parts = [part for part in self._parts if step is None or part.step == step]
        if sample is not None:
            parts = [part for part in parts if part.sample == sample]
        return sorted(parts, key=lambda part: (part.step, part.phase != "total"))

    def _repr_markdown_(self) -> str:
        from backtrace.views.trace.markdown import write_markdown

        out = io.StringIO()
        parts = visible(self._parts)
        write_markdown(self.problem, parts, self._look, self.arithmetic, out, most=_MOST_ROWS)
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
    """Work a problem out.

    Args:
        problem: what `load` gives.
        step: only this step.
        steps: instead of `step`: the first so many. Default: the first.
        sample: a sample's number from 1, or "all". Default: each step's own, in a batch all.
        only: one phase instead of all.
        hand: decimals kept like a person does, for all kinds of quantity or by kind; {} for float64.
        digits: significant digits in texts; values have them all.
        decimals: decimals in texts, instead of `digits`.

    Raises:
        BacktraceError: what was asked for is not there, there is no backward pass, or a value is not finite.
        ValueError: both `step` and `steps`, or an argument that is none of the above.
    """
    if step is not None and steps is not None:
        raise ValueError("step and steps exclude each other")
    kept = {"all": hand} if isinstance(hand, int) else hand
    _check_arguments(steps if step is None else step, sample, only, kept, digits, decimals)
    arithmetic = arithmetic_of(problem, kept)
    phases = frozenset(PHASES[only]) if only else Request().phases
    request = Request(step or 1, step or steps or 1, sample, phases, arithmetic)
    look = Look(numerals=Numerals(digits, decimals, arithmetic.kept))
    return Trace(problem, tuple(work(problem, request)), look, request)


def _check_arguments(
    last: int | None,
    sample: object,
    only: object,
    hand: Mapping[str, int] | None,
    digits: int,
    decimals: int | None,
) -> None:
    """Refuse what the command line refuses by its options."""
    if last is not None and last < 1:
        raise ValueError("steps are counted from 1")
    if not (sample is None or sample == "all" or isinstance(sample, int)):
        raise ValueError(f"sample is {sample!r}; expected a number from 1 on, or 'all'")
    if only is not None and only not in PHASES:
        raise ValueError(f"only is {only!r}; expected {one_of(PHASES)}")
    for kind, kept in (hand or {}).items():
        if kind not in (*KINDS, ALL_KINDS):
            raise ValueError(f"hand: {kind!r} is no kind of quantity{nearest(kind, KINDS)}")
        if not 0 <= kept <= DECIMALS:
            raise ValueError(f"hand: {kept} decimals; expected 0 to {DECIMALS}")
    if not 1 <= digits <= 17 or not 0 <= (decimals or 0) <= 30:
        raise ValueError("digits go from 1 to 17, decimals from 0 to 30")

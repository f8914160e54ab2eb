"""The equations to show: the usual ones, or those that match the patterns of a user.

An id, its form in the notation, and the shown symbol all name a quantity; an exact id comes first. Must not
know how anything is shown.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from backtrace.derivation.dependencies import needed, uses
from backtrace.derivation.derivation import Derivation
from backtrace.derivation.equation import Equation
from backtrace.errors import BacktraceError, nearest, quoted
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.evaluator import evaluate
from backtrace.evaluation.steps import Part
from backtrace.problem.problem import Problem
from backtrace.symbolic.ids import transcribe

EXAMPLES = 6  # ids that a message names where no name is near
_WILD = frozenset("*?[")


def names_of(equation: Equation) -> tuple[str, ...]:
    """All names of an equation's quantity as a user types them, its id first."""
    return (equation.id, transcribe(equation.symbol.text), *map(transcribe, equation.aliases))


def visible(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts without the equations that are hidden unless asked for."""
    for part in parts:
        yield part._replace(equations=[row for row in part.equations if not row.hidden])


def selected(parts: Iterable[Part], patterns: Sequence[str], arithmetic: Arithmetic) -> Iterator[Part]:
    """The equations that match one of the patterns, hidden ones too; parts without any are left out.

    Raises:
        BacktraceError: after the last part, if a pattern matched nothing; or an ambiguous name.
    """
    selection = _Selection(patterns, arithmetic)
    for part in parts:
        matching = selection.of(part)
        if matching.equations:
            yield matching
    selection.finish()


def shown_parts(parts: Iterable[Part], patterns: Sequence[str], arithmetic: Arithmetic) -> Iterator[Part]:
    """The parts with the rows to show: the usual ones, or those that match the patterns."""
    return selected(parts, patterns, arithmetic) if patterns else visible(parts)


def at_least_one(parts: Iterable[Part], problem: Problem) -> Iterator[Part]:
    """The parts; without any, an error that says why, as an empty page leaves the user guessing.

    Raises:
        BacktraceError: there is no part.
    """
    parts = iter(parts)
    first = next(parts, None)
    if first is not None:
        yield first
        yield from parts
        return
    if all(sample.targets is None for sample in problem.samples):
        raise BacktraceError("nothing to show: without targets there is only the forward pass")
    if problem.update is None:
        raise BacktraceError("nothing to show: the config has no update")
    if not problem.trained:
        raise BacktraceError("nothing to show: all parameters are held fixed")
    raise BacktraceError("nothing to show: in batch mode one sample has no update; expected --sample all")


def finder(name: str, arithmetic: Arithmetic) -> Callable[[Part], Part | None]:
    """A function that cuts a part down to one quantity, evaluated; None for a part without it.

    Here `*` is no wildcard. An ambiguous name is a `BacktraceError`.
    """
    selection = _Selection([name], arithmetic)

    def find(part: Part) -> Part | None:
        matching = None if _WILD & set(name) else selection.of(part)
        return matching if matching and matching.equations else None

    return find


class _Pick(NamedTuple):
    """The equations of a part to show, and the hidden ones that must be evaluated for them."""

    equations: Sequence[Equation]
    shown: tuple[Equation, ...]
    further: tuple[Equation, ...]


class _Selection:
    def __init__(self, patterns: Iterable[str], arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self.patterns = {pattern: transcribe(pattern) for pattern in patterns}
        self.unmatched = dict.fromkeys(self.patterns)
        self.picks: dict[int, _Pick] = {}  # by the identity of a list of equations, which a pick keeps alive
        self.hidden: dict[int, tuple[Derivation, list[Equation]]] = {}
        self.parts: list[Part] = []  # one of each kind

    def of(self, part: Part) -> Part:
        """The part with the matching equations, hidden ones evaluated."""
        key = id(part.equations)
        if key not in self.picks:
            self.picks[key] = self.pick(part)
            self.parts.append(part)
        pick = self.picks[key]
        if not pick.further:
            return part._replace(equations=pick.shown)
        values = dict(part.values)
        for row in pick.further:  # a pass that failed lacks values that some of them use
            if uses(row.expression).keys() <= values.keys():
                evaluate([row], values, self.arithmetic)
        return part._replace(equations=[row for row in pick.shown if row.id in values], values=values)

    def pick(self, part: Part) -> _Pick:
        rows = list(part.equations)
        derivation, further = part.derivation, self.further(part.derivation)
        # A name is looked up in the whole derivation, so that an id beats an alias in another phase.
        everything = [*derivation.equations, *further] if derivation else rows
        found = {pattern: _matching(pattern, typed, everything) for pattern, typed in self.patterns.items()}
        hidden = further if part.phase == "backward" else []
        here = {row.id for row in (*rows, *hidden)}
        for pattern, ids in found.items():
            if ids & here:
                self.unmatched.pop(pattern, None)
        wanted = here.intersection(set().union(*found.values()))
        layers = list(dict.fromkeys(row.layer for row in rows))
        terms = [row for row in hidden if row.kind == "cost_gradient"]  # they come before their sum
        others = [row for row in hidden if row.kind != "cost_gradient"]
        shown = sorted(
            (row for row in (*terms, *rows, *others) if row.id in wanted),
            key=lambda row: layers.index(row.layer) if row.layer in layers else len(layers),
        )
        extra = {row.id for row in hidden} & wanted
        return _Pick(part.equations, tuple(shown), tuple(needed(hidden, extra)))

    def further(self, derivation: Derivation | None) -> list[Equation]:
        """The equations no other depends on; derived once, and only if a pattern may match one of them."""
        if derivation is None:
            return []
        if id(derivation) not in self.hidden:
            ids = {row.id for row in derivation.equations}
            rows = [] if ids.issuperset(self.patterns) else list(derivation.further())
            self.hidden[id(derivation)] = (derivation, rows)  # which keeps the id from being used again
        return self.hidden[id(derivation)][1]

    def finish(self) -> None:
        """Refuse the first pattern that matched nothing in any part."""
        if self.unmatched:
            raise no_quantity(next(iter(self.unmatched)), self.parts)


def no_quantity(pattern: str, parts: Iterable[Part]) -> BacktraceError:
    """The error for a name or pattern without a match in some parts, with the nearest name."""
    typed, parts = transcribe(pattern), list(parts)
    rows = [row for part in parts for row in part.equations]
    hint = nearest(typed, dict.fromkeys(name for row in rows for name in names_of(row)))
    if any(typed in part.written for part in parts):
        return BacktraceError(f"{quoted(pattern)} is given, not computed{hint}")
    phases = {part.phase for part in parts}
    derived = (row for part in parts if part.derivation for row in part.derivation.equations)
    for row in derived:
        if row.phase not in phases and _matching(pattern, typed, [row]):
            return BacktraceError(
                f"{quoted(pattern)} belongs to the {row.phase} pass, which is not shown here"
            )
    ids = list(dict.fromkeys(row.id for row in rows))[:EXAMPLES]
    hint = hint or _what_is_missing(typed, parts) or (f"; expected an id, as {', '.join(ids)}" if ids else "")
    return BacktraceError(f"no quantity {quoted(pattern)}{hint}")


def _what_is_missing(typed: str, parts: Sequence[Part]) -> str:
    """The reason why whole phases are missing, if they are."""
    if parts and all(
        part.derivation and not (part.derivation.backward or part.derivation.refusal) for part in parts
    ):
        return "; without targets there is only the forward pass"
    if typed.endswith("+") and not any(part.phase in ("update", "after") for part in parts):
        return "; no update is computed here"
    return ""


def _matching(pattern: str, typed: str, equations: Sequence[Equation]) -> set[str]:
    """The ids of the equations that match a pattern, given as it is and as it is typed."""
    if _WILD & set(typed):
        match = re.compile(fnmatch.translate(typed)).match
        return {row.id for row in equations if any(match(name) for name in names_of(row))}
    for id in (pattern, typed):
        if any(row.id == id for row in equations):
            return {id}
    found = {row.id for row in equations if typed in names_of(row)}
    if len(found) > 1:
        raise BacktraceError(
            f"{quoted(pattern)} could be {' or '.join(sorted(found))}; expected one of these"
        )
    return found

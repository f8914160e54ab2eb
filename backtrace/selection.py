"""Which equations are shown: the usual ones, or those whose ids match what was asked for.

An id, the way the notation writes it, and the shown symbol all name a quantity; an exact id comes first.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backtrace.derivation.equation import Equation
from backtrace.derivation.expressions import symbols
from backtrace.derivation.names import transcribe
from backtrace.errors import BacktraceError, nearest, quoted
from backtrace.evaluation.arithmetic import Arithmetic
from backtrace.evaluation.evaluator import evaluate
from backtrace.tracing import Part


def names_of(equation: Equation) -> tuple[str, ...]:
    """Everything that names an equation's quantity besides its id."""
    text = equation.symbol.text
    return (text, transcribe(text), *equation.aliases)


def visible(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts without the equations that are hidden unless asked for."""
    for part in parts:
        yield replace(part, equations=[row for row in part.equations if not row.hidden])


def selected(parts: Iterable[Part], patterns: Sequence[str], arithmetic: Arithmetic) -> Iterator[Part]:
    """The equations that match one of the patterns, hidden ones too; parts without any are left out.

    Raises:
        BacktraceError: after the last part, if a pattern matched nothing; or an ambiguous name.

    """
    selection = _Selection(patterns, arithmetic)
    for part in parts:
        chosen = selection.of(part)
        if chosen.equations:
            yield chosen
    selection.finish()


def find(part: Part, name: str, arithmetic: Arithmetic) -> Part | None:
    """The part with only the quantity that `name` names in it, worked out; None if it has none such.

    Raises:
        BacktraceError: the name is ambiguous.

    """
    chosen = _Selection([name], arithmetic).of(part)
    return chosen if chosen.equations else None


class _Selection:
    def __init__(self, patterns: Sequence[str], arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self.unmatched = list(dict.fromkeys(patterns))
        self.patterns = list(self.unmatched)
        self.compiled = {
            pattern: re.compile(fnmatch.translate(pattern))
            for pattern in patterns
            if set("*?[") & set(pattern)
        }
        self.seen: dict[str, None] = {}

    def of(self, part: Part) -> Part:
        further = list(part.derivation.further()) if part.derivation and part.phase == "backward" else []
        wanted = self.wanted([*part.equations, *further])
        chosen = [row for row in part.equations if row.id in wanted]
        extra = [row for row in further if row.id in wanted]
        if not extra:
            return replace(part, equations=chosen)
        values = dict(part.values)
        evaluate(_with_needs(further, wanted), values, self.arithmetic)
        layers = list(dict.fromkeys(row.layer for row in part.equations))
        chosen = sorted(
            [*chosen, *extra], key=lambda row: layers.index(row.layer) if row.layer in layers else -1
        )
        return replace(part, equations=chosen, values=values)

    def wanted(self, equations: Sequence[Equation]) -> set[str]:
        """The ids that the patterns ask for."""
        self.seen.update(dict.fromkeys(row.id for row in equations))
        ids: set[str] = set()
        for pattern in self.patterns:
            found = self.matching(pattern, equations)
            if found and pattern in self.unmatched:
                self.unmatched.remove(pattern)
            ids |= found
        return ids

    def matching(self, pattern: str, equations: Sequence[Equation]) -> set[str]:
        if pattern in self.compiled:
            match = self.compiled[pattern].match
            return {
                row.id for row in equations if match(row.id) or any(match(name) for name in names_of(row))
            }
        if any(row.id == pattern for row in equations):
            return {pattern}
        found = {row.id for row in equations if pattern in names_of(row)}
        if len(found) > 1:
            raise BacktraceError(
                f"{quoted(pattern)} could be {' or '.join(sorted(found))}; expected one of these"
            )
        return found

    def finish(self) -> None:
        if self.unmatched:
            pattern = self.unmatched[0]
            raise BacktraceError(f"no quantity {quoted(pattern)}{nearest(pattern, self.seen)}")


def _with_needs(equations: Sequence[Equation], wanted: set[str]) -> list[Equation]:
    """The wanted equations and those among the others that they rest on, in order."""
    needed, kept = set(wanted), []
    for row in reversed(equations):
        if row.id in needed:
            kept.append(row)
            needed |= {symbol.id for symbol in symbols(row.expression)}
    return kept[::-1]

"""A page: its beginning before the first part of a trace, and its end after the last one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from backtrace.errors import BacktraceError
from backtrace.evaluation.steps import Part


def on_page(
    begin: Callable[[], None], end: Callable[[], None], parts: Iterable[tuple[Part, bool]]
) -> Iterator[tuple[Part, bool]]:
    """The parts, with their starts, between the beginning of a page and its end.

    If a value cannot be computed, the parts before it still make a whole page; without parts there is none.
    """
    parts = iter(parts)
    first = next(parts, None)
    if first is None:
        return
    begin()
    try:
        yield first
        yield from parts
    except BacktraceError:
        end()
        raise
    end()

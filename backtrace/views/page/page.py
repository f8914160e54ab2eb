"""A page: its beginning before the first part of a trace, and its end after the last one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from backtrace.errors import BacktraceError
from backtrace.evaluation.steps import Part


class Page(Protocol):
    """A document that is begun before the first part, and ended after the last one."""

    def begin(self, heading: Iterable[str]) -> None: ...

    def end(self) -> None: ...


def on_page(
    page: Page, heading: Iterable[str], parts: Iterable[tuple[Part, bool]]
) -> Iterator[tuple[Part, bool]]:
    """The parts, with their starts, between the beginning of a page and its end.

    If a value cannot be computed, the parts before it still make a whole page; without parts there is none.
    """
    started = False
    try:
        for part, starts in parts:
            if not started:
                page.begin(heading)
                started = True
            yield part, starts
    except BacktraceError:
        if started:
            page.end()
        raise
    if started:
        page.end()

"""Everything a writer of any format may need, as one object. Knows no format and no command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from backtrace.problem.problem import Problem
    from backtrace.views.page.records import Look


def _no_console() -> Console:
    raise ValueError("a table needs a console; give the context one")


class ViewContext(NamedTuple):
    """A result and how to write it.

    `content` is the result of the command: the parts of a trace, an explanation, a marked sheet. `console`
    makes a console on `out`, so that only tables load rich. `options` are the command's own, by name.
    """

    problem: Problem
    content: Any
    look: Look
    out: TextIO
    console: Callable[[], Console] = _no_console
    arithmetic: str = "float64"
    options: Mapping[str, Any] = {}

    def has(self, option: str) -> bool:
        """Whether an option was given; a command that does not know it counts as no."""
        return bool(self.options.get(option))

    def heading(self) -> Iterator[str]:
        """The lines above the result: the title, the source, the network and its arithmetic."""
        from backtrace.views.page.headings import problem_lines

        return problem_lines(self.problem, self.arithmetic, self.look)

"""Backpropagation the way a person does it on paper.

>>> import backtrace
>>> t = backtrace.trace(backtrace.load("or-gate"))
>>> round(t["dE/dw_5"], 10)
-0.0786482163

The source is meant to be read: docs/source.md is a tour of backpropagation through ten of its files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["BacktraceError", "Problem", "Quantity", "Record", "Trace", "load", "trace"]

if TYPE_CHECKING:
    from backtrace.errors import BacktraceError
    from backtrace.library import Quantity, Trace, load, trace
    from backtrace.problem.problem import Problem
    from backtrace.views.page.records import Record


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """Import the library when it is first used, so that `backtrace --version` does not."""
    if name not in __all__:
        raise AttributeError(f"module 'backtrace' has no attribute {name!r}")
    import backtrace.library as library
    from backtrace.errors import BacktraceError
    from backtrace.problem.problem import Problem
    from backtrace.views.page.records import Record

    elsewhere: dict[str, Any] = {"BacktraceError": BacktraceError, "Problem": Problem, "Record": Record}
    return elsewhere.get(name) or getattr(library, name)

"""The requested steps of a problem, with the steps before them run fast.

Checks a request, and must not know which rows are shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.errors import BacktraceError
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.steps import Part, Request, Run
from backtrace.limits import BATCH_GRADIENTS
from backtrace.problem.problem import Problem

FAR = 20  # silent steps from which on they are run as training runs them


def compute(problem: Problem, request: Request) -> Iterator[Part]:
    """The requested parts in order; the steps before them run without being shown.

    Raises:
        BacktraceError: the request does not fit the problem; there is no backward pass; or a value is not
            finite. The parts before that have been yielded.
    """
    _check(problem, request)
    yield from Run(problem, _fast_forward(problem, request)).parts()


def _check(problem: Problem, request: Request) -> None:
    problem.check_place(None if request.sample == "all" else request.sample, request.last)
    scored = sum(sample.targets is not None for sample in problem.samples)
    gradients = scored * len(problem.parameters)
    if problem.batch != "online" and gradients > BATCH_GRADIENTS:
        raise BacktraceError(
            f"a batch of {scored:,} samples by {len(problem.parameters):,} parameters has {gradients:,} "
            f"gradients; at most {BATCH_GRADIENTS:,} are computed at once"
        )


def _fast_forward(problem: Problem, request: Request) -> Request:
    """The request with its starting state, if training computes that sooner than the equations."""
    steps = request.first - 1
    if request.start is not None or steps < FAR or request.arithmetic is not FLOAT64:
        return request
    from backtrace.training.trainer import after

    return request._replace(start=after(problem, steps))

"""The interface of an engine, which runs steps of training fast, and the choice between the two there are.

Knows sizes and numbers of steps; must not know how an engine computes, nor what is kept of a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, get_args

from backtrace.errors import BacktraceError
from backtrace.evaluation.float64 import FLOAT64
from backtrace.evaluation.passes import Passes
from backtrace.problem.problem import Computation, Problem, parameters_of

EngineName = Literal["auto", "generated", "numpy"]
ENGINES: tuple[str, ...] = get_args(EngineName)
# Measured (tests/benchmarks/growth.py --choice): a layer takes numpy as long as 300 products take generated
# code, whatever its size; and code for more than 300 weights compiles for longer than numpy is imported.
MOST_IN_CODE = 300
# Weights × samples × steps: generated code is done with so many before numpy is imported.
SOON_DONE = 1_000_000


class Engine(Protocol):
    """Runs steps fast; `values` are the parameters and the update rule's states after `done` steps.

    A step replaces its values and changes none in place, so that `copy.copy` of an engine is a snapshot.
    """

    done: int

    @property
    def values(self) -> Mapping[str, float]:
        """Parameters and states by id."""

    @property
    def largest(self) -> float:
        """The largest absolute value; not a number if one of the values is not."""

    def put(self, values: Mapping[str, float], done: int) -> None:
        """Continue from other values, after so many steps."""

    def advance(self, steps: int) -> list[float]:
        """Run so many steps, or fewer if one raises an error here; the cost of each before its update."""

    def cost(self) -> float:
        """The cost of all samples: in a batch as the batch has it, online the mean.

        Raises:
            ArithmeticError: a value cannot be computed in this way.
            ValueError: a function has no value here.
        """


def choose_engine(problem: Problem, steps: int, engine: EngineName) -> EngineName:
    """The engine asked for; for `auto`, the faster one for this size and number of steps.

    Raises:
        BacktraceError: numpy is asked for, and there are no layers.
    """
    if isinstance(problem.model, Computation):
        if engine == "numpy":
            raise BacktraceError("the numpy engine runs layers; a config of equations has the generated one")
        return "generated"
    if engine != "auto":
        return engine
    layers = problem.model.layers
    weights = sum(1 for layer in layers for _ in parameters_of(layer))
    size = weights * (1 if problem.batch == "online" else len(problem.samples))
    is_quick = size <= MOST_IN_CODE * len(layers) or size * steps <= SOON_DONE
    return "generated" if weights <= MOST_IN_CODE and is_quick else "numpy"


def start_engine(problem: Problem, name: EngineName) -> Engine:
    """An engine with the parameters of the config, before the first step."""
    values = Passes(problem, FLOAT64).start().values
    if name == "numpy":
        from backtrace.training.numpy_engine import NumpyEngine

        return NumpyEngine(problem, values)
    from backtrace.training.generated_engine import GeneratedEngine

    return GeneratedEngine(problem, values)

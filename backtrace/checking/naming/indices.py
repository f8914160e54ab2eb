"""Formulas that stand for several: a sum over an index, and a letter that means any unit or parameter.

A reading puts names of the network in the place of the letters. Must not know whether a formula is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from backtrace.checking.naming.side_parser import SUM
from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.expressions import (
    Call,
    Expression,
    Symbol,
    calls,
    children,
    rebuild,
    substitute,
    sum_of,
    symbols,
)
from backtrace.symbolic.ids import spell

READINGS = 12  # of one formula
TERMS = 100  # of a sum, with those within it
INSTANCES = 200  # parameters that W stands for
_INDEX = re.compile(r"_([A-Za-z0-9]{1,3})(?=$|[+/_])")
_NETS, _ACTIVATIONS = "z h x s net".split(), "a g f sigma phi".split()
_PARAMETERS = re.compile(r"(?:[Ww]|theta|Theta|b|B|p|P)(?:_?[i-n]{1,3}|_l)?")


def has_sum(expression: Expression) -> bool:
    """Whether a sum over an index is written in an expression."""
    return any(call.function.startswith(SUM) for call in calls(expression))


def ranges(problem: Problem) -> Iterator[tuple[str, ...]]:
    """The range of an index: the units of a layer by name or place, the last layer first; the inputs."""
    model = problem.model
    units = [layer.units for layer in reversed(model.layers)] if isinstance(model, Network) else []
    numbered = [tuple(map(str, range(1, len(names) + 1))) for names in (*units, problem.inputs)]
    yield from dict.fromkeys(r for r in (*units, *numbered) if 0 < len(r) <= TERMS)


def written_out(expression: Expression, problem: Problem) -> Iterator[Expression]:
    """An expression with its sums written out, in each way that these can be read."""
    if not has_sum(expression):
        yield expression
        return
    depth = _nested(expression)
    for labels in islice(((), *ranges(problem)), READINGS):
        if len(labels) ** depth <= TERMS:
            yield _with_terms(expression, labels)


def _nested(expression: Expression) -> int:
    """How many sums are within one another."""
    is_sum = isinstance(expression, Call) and expression.function.startswith(SUM)
    return is_sum + max(map(_nested, children(expression)), default=0)


def _with_terms(expression: Expression, labels: Sequence[str]) -> Expression:
    if not (isinstance(expression, Call) and expression.function.startswith(SUM)):
        return rebuild(expression, lambda part: _with_terms(part, labels))
    index = expression.function[len(SUM) :]
    body = _with_terms(expression.arguments[0], labels)
    if not labels:  # of a single output, or over the samples: ½Σ(y - a_o)²
        return body
    names = {symbol.id for symbol in symbols(body)}
    is_indexed = any(indexed(name, index, "") != name for name in names)
    return sum_of(
        [
            substitute(body, {name: _symbol(indexed(name, index, label, not is_indexed)) for name in names})
            for label in labels
        ]
    )


def indexed(name: str, index: str, label: str, bare: bool = False) -> str:
    """A name with an index replaced; with `bare`, one without any index gets it.

    >>> indexed("target_oi", "i", "2"), indexed("dE/da_k", "k", "o1"), indexed("target", "", "o1", bare=True)
    ('target_o2', 'dE/da_o1', 'target_o1')
    """
    if bare:
        return name if "_" in name or "/" in name else f"{name}_{label}"
    return _INDEX.sub(lambda found: f"_{found[1].replace(index, label, 1)}", name) if index else name


def instances(name: str, used: Sequence[str], problem: Problem) -> Iterator[list[Mapping[str, str]]]:
    """The readings of a formula for any parameter or unit: in each, the names that its letters stand for.

    All of a reading's instances are claimed at once: w ← w - η ∂E/∂w of every weight; but the g of g(z) is
    that of one kind of unit.
    """
    parameter = name.removesuffix("+")
    if name.endswith("+") and _PARAMETERS.fullmatch(parameter):
        forms = (parameter, f"{parameter}+", f"dE/d{parameter}", f"Delta_{parameter}")
        trained = problem.trained[:INSTANCES]
        if trained and set(used) & {f"dE/d{parameter}", f"Delta_{parameter}"}:
            yield [{form: form.replace(parameter, spell(p)) for form in forms} for p in trained]
        return
    if not ("(" in name or "/" in name):
        return
    model = problem.model
    kinds = {layer.activation.name: layer for layer in model.layers} if isinstance(model, Network) else {}
    for layer in kinds.values():
        if layer.is_softmax:
            continue
        unit = spell(layer.units[0])
        found: dict[str, str] = dict.fromkeys(_NETS, f"h_{unit}")
        found |= dict.fromkeys(_ACTIVATIONS, f"a_{unit}")
        found |= {f"d{a}/d{h}": f"da_{unit}/dh_{unit}" for a in _ACTIVATIONS for h in _NETS}
        yield [found]


def renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """An expression with other names for some."""
    return substitute(expression, {name: _symbol(new) for name, new in names.items()})


def unknown_index(name: str) -> str:
    """The letter in the place of a unit's name: j in δ_j and w_ij; empty if there is none."""
    found = re.search(r"_([0-9]?)([i-n])[i-n]?(?=$|[+/])", name)
    return found[2] if found else ""


def _symbol(name: str) -> Symbol:
    return Symbol(name, name)

"""How quantities are written: the symbols of a notation, and the ids that stay the same in all of them."""

from __future__ import annotations

from typing import NamedTuple

from backtrace.symbolic.expressions import Symbol
from backtrace.symbolic.ids import spell


class Notation(NamedTuple):
    """Patterns for the quantities of a unit, and names for the cost and the learning rate."""

    net: str = "h_{unit}"
    activation: str = "a_{unit}"
    delta: str = "δ_{unit}"
    error: str = "e_{unit}"
    cost: str = "E"
    rate: str = "η"


NOTATIONS: dict[str, Notation] = {
    "h-a": Notation(),
    "net-out": Notation(net="net_{unit}", activation="out_{unit}", cost="E_total"),
    "in-out": Notation(net="in_{unit}", activation="out_{unit}", cost="E_total"),
    "z-a": Notation(net="z_{unit}"),
    "I-O": Notation(net="I_{unit}", activation="O_{unit}", delta="Err_{unit}"),
}


def given(name: str) -> Symbol:
    """An input, target or parameter, or a quantity that a config named."""
    return Symbol(spell(name), name)


def of_unit(prefix: str, pattern: str, unit: str) -> Symbol:
    """A unit's quantity: the id from `prefix`, the shown form from the notation's pattern."""
    return Symbol(f"{prefix}_{spell(unit)}", pattern.replace("{unit}", unit))


def cost_term(notation: Notation, unit: str) -> Symbol:
    """One output's term of the cost: E_o1, whether the whole is written E or E_total."""
    return Symbol(f"E_{spell(unit)}", f"{notation.cost.removesuffix('_total')}_{unit}")


def derivative(of: Symbol, by: Symbol) -> Symbol:
    """∂of/∂by."""
    return Symbol(f"d{of.id}/d{by.id}", f"∂{of.text}/∂{by.text}")


def direct(symbol: Symbol) -> Symbol:
    """Of a derivative, what comes from its equation alone, as if nothing else in it changed."""
    return Symbol(f"{symbol.id} direct", f"{symbol.text} direct")


def updated(symbol: Symbol) -> Symbol:
    """The new value of a quantity, a quantity of its own: w_5⁺."""
    return Symbol(f"{symbol.id}+", f"{symbol.text}⁺")


def of_sample(symbol: Symbol, sample: int) -> Symbol:
    """A quantity of one sample, where a formula speaks of several."""
    raised = str(sample).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return Symbol(f"{symbol.id}[{sample}]", f"{symbol.text}⁽{raised}⁾")

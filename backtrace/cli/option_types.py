"""The values of options: each function turns the text that was typed into a value, or refuses it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeAlias

import click

from backtrace.errors import nearest, quoted
from backtrace.limits import DECIMALS

HandItems: TypeAlias = "tuple[tuple[str, int], ...]"  # decimals of hand arithmetic by kind, hashable


class FiniteRange(click.FloatRange):
    """A number in a range; click alone accepts nan, which is in no range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is no finite number", param, ctx)
        return number


def sample_number(text: str) -> int | Literal["all"]:
    """A sample's number, or `all`; whether the problem has that sample is checked later."""
    if text == "all":
        return "all"
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise click.BadParameter(f"{quoted(text)}; expected a sample's number, or all")
    return int(text)


def hand_decimals(text: str) -> dict[str, int]:
    """Decimals of hand arithmetic by kind: `3`, `activation=3,delta=3`, or `exact` for none."""
    from backtrace.config.cursor import one_of
    from backtrace.config.settings import ALL_KINDS, KINDS

    decimals: dict[str, int] = {}
    for part in text.split(",") if text != "exact" else ():
        kind, equals, digits = part.rpartition("=")
        kind = kind if equals else ALL_KINDS
        if kind not in (*KINDS, ALL_KINDS):
            hint = nearest(kind, KINDS) or f"; expected {one_of(KINDS)}"
            raise click.BadParameter(f"{quoted(kind)} is no kind of quantity{hint}")
        if not re.fullmatch("[0-9]{1,3}", digits) or int(digits) > DECIMALS:
            raise click.BadParameter(f"{quoted(digits)}; expected decimals from 0 to {DECIMALS}")
        if kind in decimals:
            raise click.BadParameter(f"{quoted(text)} has decimals for {kind} twice")
        decimals[kind] = int(digits)
    return decimals


def merge_hands(
    ctx: click.Context, param: click.Parameter, given: tuple[dict[str, int], ...]
) -> HandItems | None:
    """Merge several `--hand`; None where there is none. `exact` cancels those before it."""
    merged: dict[str, int] = {}
    for decimals in given:
        merged = {**merged, **decimals} if decimals else {}
    return tuple(merged.items()) if given else None


def name_of(table: str, *others: str) -> Callable[[str], str]:
    """A name in one of the tables of backtrace, or one of `others`; the tables are imported when needed."""

    def convert(text: str) -> str:
        from backtrace.config.cursor import one_of
        from backtrace.derivation.activations import ACTIVATIONS
        from backtrace.derivation.costs import COSTS
        from backtrace.derivation.optimizers import UPDATE_RULES
        from backtrace.problem.notation import NOTATIONS

        tables: dict[str, Iterable[str]] = {
            "activation": ACTIVATIONS,
            "cost": COSTS,
            "notation": NOTATIONS,
            "update rule": UPDATE_RULES,
        }
        known = (*tables[table], *others)
        if text not in known:
            hint = nearest(text, known) or f"; expected {one_of(known)}"
            raise click.BadParameter(f"{quoted(text)} is no {table}{hint}")
        return text

    return convert


def setting(expected: str) -> Callable[[str], tuple[str, str]]:
    """A name and its value, with an equals sign between them; `expected` describes the two."""

    def convert(text: str) -> tuple[str, str]:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise click.BadParameter(f"{quoted(text)}; expected {expected}")
        return name, value

    return convert


def cost_bound(text: str) -> tuple[str, float]:
    """A bound on the cost: `E<0.001`."""
    found = re.fullmatch(r"\s*([^\s<]{1,40})\s*<\s*([-+0-9.eE]{1,40})\s*", text)
    try:
        bound = float(found[2]) if found else math.nan
    except ValueError:
        bound = math.nan
    if not found or not math.isfinite(bound):
        raise click.BadParameter(f"{quoted(text)}; expected a bound on the cost, as 'E<0.001'")
    return found[1], bound


def topology(text: str) -> tuple[int, ...]:
    """Sizes with hyphens between them: `2-2-1`."""
    if not re.fullmatch(r"[0-9]{1,3}(?:-[0-9]{1,3}){1,20}", text):
        said = "expected the number of inputs, then of each layer's units, as 2-2-1"
        raise click.BadParameter(f"{quoted(text)}; {said}")
    return tuple(map(int, text.split("-")))


def activations(text: str) -> tuple[str, ...]:
    """One activation, or several with commas between them: `relu,sigmoid`."""
    return tuple(map(name_of("activation"), text.split(",", 20)))

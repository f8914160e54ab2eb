"""The smaller parts of a config: update rule, notation, hand decimals, samples."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import get_args

from backtrace.config.cursor import Cursor, one_of
from backtrace.derivation.equation import Kind
from backtrace.derivation.expressions import Number, number
from backtrace.derivation.names import LETTER
from backtrace.derivation.notation import NOTATIONS, Notation
from backtrace.derivation.updates import RATE, UPDATE_RULES
from backtrace.errors import quoted
from backtrace.problem import Sample, Update

ALL_KINDS = "all"
MAX_DECIMALS = 15
MAX_SAMPLES = 100_000
KINDS: tuple[str, ...] = tuple(kind for kind in get_args(Kind))

_PATTERN = re.compile(f"[{LETTER}][{LETTER}0-9_]*")


def read_update(cursor: Cursor) -> Update:
    """A rule of the table `UPDATE_RULES` with its constants, the defaults filled in."""
    keys = [key.text("a key") for key, _ in cursor.entries("an update, as {rule: sgd, learning_rate: 0.5}")]
    if "rule" not in keys:
        cursor.fail(f"rule missing; expected {one_of(UPDATE_RULES)}")
    rule_cursor = next(value for key, value in cursor.entries("an update") if key.text("a key") == "rule")
    rule = rule_cursor.choice(UPDATE_RULES)
    known = UPDATE_RULES[rule].constants
    table = cursor.table(("rule", *known))
    if RATE not in table:
        cursor.fail(f"{RATE} missing; {rule} needs one")
    constants = {}
    for name, default in known.items():
        if name in table:
            constants[name] = _constant(table[name], name)
        elif default is not None:
            constants[name] = number(default)
    return Update(rule, constants)


def _constant(cursor: Cursor, name: str) -> Number:
    value = cursor.number()
    if name == RATE and value.value <= 0:
        hint = "; to climb, say objective: maximize" if value.value < 0 else ""
        cursor.fail(f"found {cursor.found}; expected a number above 0{hint}")
    if name in ("momentum", "rho", "beta1", "beta2") and not 0 <= value.value < 1:
        cursor.fail(f"found {cursor.found}; expected a number from 0 to below 1")
    if value.value < 0:
        cursor.fail(f"found {cursor.found}; expected a number that is not negative")
    return value


def read_notation(cursor: Cursor | None) -> Notation:
    """A preset by name, or the default one with some patterns changed."""
    if cursor is None:
        return Notation()
    if not cursor.is_mapping:
        return NOTATIONS[cursor.choice(NOTATIONS)]
    keys = [field.name for field in fields(Notation)]
    changes = {}
    for key, value in cursor.table(keys, f"{one_of(NOTATIONS)}, or a mapping").items():
        pattern = value.text("a pattern")
        per_unit = key not in ("cost", "rate")
        if per_unit and pattern.count("{unit}") != 1:
            value.fail(
                f"found {quoted(pattern)}; expected a pattern with {{unit}} in it once, as 'h_{{unit}}'"
            )
        if (
            not _PATTERN.fullmatch(pattern.replace("{unit}", "1") if per_unit else pattern)
            or len(pattern) > 40
        ):
            value.fail(f"found {quoted(pattern)}; expected a letter, then letters, digits or _")
        changes[key] = pattern
    return replace(Notation(), **changes)


def read_hand(cursor: Cursor) -> Mapping[str, int]:
    """Decimals kept, for all kinds of quantity or by kind."""
    if not cursor.is_mapping:
        return {ALL_KINDS: cursor.whole(0, MAX_DECIMALS)}
    table = cursor.table(KINDS, "decimals, as 3 or {activation: 3}")
    return {kind: value.whole(0, MAX_DECIMALS) for kind, value in table.items()}


def read_samples(
    cursor: Cursor, inputs: tuple[str, ...], targets: tuple[str, ...], scored_without_targets: bool
) -> tuple[Sample, ...]:
    """The samples in order, each with its numbers in the order of the names."""
    entries = cursor.items("a list of samples")
    if not 1 <= len(entries) <= MAX_SAMPLES:
        cursor.fail(f"found {len(entries):,} samples; expected 1 to {MAX_SAMPLES:,}")
    samples = []
    for entry in entries:
        table = entry.table(("inputs", "targets"), "a sample, as {inputs: [1, 0], targets: [1]}")
        if inputs and "inputs" not in table:
            entry.fail(f"inputs missing; expected {len(inputs)} ({', '.join(inputs[:6])})")
        values = _values(table["inputs"], inputs, "input") if "inputs" in table else ()
        wanted: tuple[Number, ...] | None = () if scored_without_targets else None
        if "targets" in table:
            wanted = _values(table["targets"], targets, "target")
        samples.append(Sample(values, wanted))
    return tuple(samples)


def _values(cursor: Cursor, names: tuple[str, ...], what: str) -> tuple[Number, ...]:
    shown = ", ".join(names[:6]) + (f", … {names[-1]}" if len(names) > 6 else "")
    if cursor.is_mapping:
        table = cursor.table(names)
        missing = [name for name in names if name not in table]
        if missing:
            cursor.fail(f"{missing[0]} missing; expected {len(names)} {what}s ({shown})")
        return tuple(table[name].number() for name in names)
    entries = cursor.items(f"a list of {len(names)} numbers ({shown})")
    if len(entries) != len(names):
        plural = "s" if len(entries) != 1 else ""
        described = f"{len(names)} ({shown})" if names else f"none, there are no {what}s"
        cursor.fail(f"found {len(entries)} number{plural}, expected {described}")
    return tuple(entry.number() for entry in entries)

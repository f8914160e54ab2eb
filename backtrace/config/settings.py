"""The smaller parts of a config: update rule, notation, hand decimals, samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from backtrace.config.cursor import Cursor, counted, listed, one_of
from backtrace.derivation.equation import Kind
from backtrace.derivation.optimizers import CONSTANTS, RATE, UPDATE_RULES
from backtrace.errors import quoted
from backtrace.limits import DECIMALS, SAMPLES
from backtrace.problem.notation import NOTATIONS, Notation
from backtrace.problem.problem import Sample, Update
from backtrace.symbolic.expressions import Number, number
from backtrace.symbolic.ids import NAME

ALL_KINDS = "all"
PATTERN_CHARACTERS = 40
SHARES = ("momentum", "rho", "beta1", "beta2")  # of a running mean: at 1 nothing new would come in
KINDS: tuple[str, ...] = get_args(Kind)


def read_update(cursor: Cursor) -> Update:
    """A rule of the table `UPDATE_RULES` with its constants, the defaults filled in."""
    expected = "an update, as {rule: sgd, learning_rate: 0.5}"
    named = cursor.value("rule")
    if named is None:
        cursor.table(("rule", RATE, *CONSTANTS), expected)
        cursor.fail(f"rule missing; expected {one_of(UPDATE_RULES)}")
    rule = named.choice(UPDATE_RULES)
    known = UPDATE_RULES[rule].constants
    table = cursor.table(("rule", *known), expected)
    if RATE not in table:
        cursor.fail(f"{RATE} missing; {rule} needs one, as {RATE}: 0.5")
    constants = {name: number(default) for name, default in known.items() if default is not None}
    given = {name: _constant(table[name], name) for name in known if name in table}
    return Update(rule, {name: (constants | given)[name] for name in known})


def _constant(cursor: Cursor, name: str) -> Number:
    value = cursor.number()
    if name == RATE and value.value <= 0:
        hint = "; to climb, say objective: maximize" if value.value < 0 else ""
        cursor.refuse(f"a number above 0{hint}")
    if name in SHARES and not 0 <= value.value < 1:
        cursor.refuse("a number from 0 to below 1")
    if value.value < 0:
        cursor.refuse("a number that is not negative")
    return value


def read_notation(cursor: Cursor | None) -> Notation:
    """A preset by name, or the default one with some patterns changed."""
    if cursor is None:
        return Notation()
    if not cursor.is_mapping:
        return NOTATIONS[cursor.choice(NOTATIONS)]
    keys = Notation._fields
    table = cursor.table(keys, f"{one_of(NOTATIONS)}, or a mapping")
    notation = Notation()._replace(**{key: _pattern(key, value) for key, value in table.items()})
    first: dict[str, str] = {}
    for key in keys:
        pattern = getattr(notation, key)
        if pattern in first:
            table.get(key, cursor).fail(
                f"{first[pattern]} and {key} would both be written {quoted(pattern)}; expected two ways"
            )
        first[pattern] = key
    return notation


def _pattern(key: str, cursor: Cursor) -> str:
    usual = getattr(Notation(), key)
    pattern = cursor.text(f"a way to write it, as '{usual}'")
    is_of_units = "{unit}" in usual
    if len(pattern) > PATTERN_CHARACTERS:
        cursor.refuse(f"at most {PATTERN_CHARACTERS} characters")
    if is_of_units and pattern.count("{unit}") != 1:
        cursor.refuse(f"{{unit}} in it once, as '{usual}'")
    if not NAME.fullmatch(pattern.replace("{unit}", "1") if is_of_units else pattern):
        cursor.refuse("a letter, then letters, digits or _")
    return pattern


def read_hand(cursor: Cursor) -> Mapping[str, int]:
    """Decimals kept, for all kinds of quantity or by kind."""
    if cursor.is_scalar:
        return {ALL_KINDS: cursor.whole(0, DECIMALS)}
    table = cursor.table(KINDS, "decimals, as 3 or {activation: 3}")
    return {kind: value.whole(0, DECIMALS) for kind, value in table.items()}


def read_samples(
    cursor: Cursor, inputs: tuple[str, ...], targets: tuple[str, ...], unscored: tuple[Number, ...] | None
) -> tuple[Sample, ...]:
    """The samples in order, each with its numbers in the order of the names.

    `unscored` is what a sample without targets has: None where it is then forward only, () where nothing
    depends on targets.
    """
    samples = []
    for entry in cursor.items("a list of samples", "samples", SAMPLES):
        table = entry.table(("inputs", "targets"), "a sample, as {inputs: [1, 0], targets: [1]}")
        if inputs and "inputs" not in table:
            entry.fail(f"inputs missing; expected {_numbers(inputs)}")
        values = _values(table["inputs"], inputs, "input") if "inputs" in table else ()
        wanted = _values(table["targets"], targets, "target") if "targets" in table else unscored
        samples.append(Sample(values, wanted))
    return tuple(samples)


def _values(cursor: Cursor, names: tuple[str, ...], what: str) -> tuple[Number, ...]:
    if not names:
        if not cursor.is_list or cursor.items("a list"):
            cursor.refuse(f"none, the config names no {what}s")
        return ()
    if cursor.is_mapping:
        table = cursor.table(names)
        missing = next((name for name in names if name not in table), None)
        if missing:
            cursor.fail(f"{missing} missing; expected {_numbers(names)}")
        return tuple(table[name].number() for name in names)
    entries = cursor.items(_numbers(names))
    if len(entries) != len(names):
        cursor.fail(f"found {counted(len(entries), 'number')}, expected {_numbers(names)}")
    return tuple(entry.number() for entry in entries)


def _numbers(names: tuple[str, ...]) -> str:
    """The count of the numbers for some names: "2 numbers (i_1, i_2)"."""
    return f"{counted(len(names), 'number')} ({listed(names)})"

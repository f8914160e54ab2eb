"""A node together with the path to it, for reading values and for saying where one is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, NoReturn

from backtrace.config.nodes import Mapping, Node, Scalar, Sequence
from backtrace.errors import BacktraceError, Location, nearest, printable, quoted
from backtrace.limits import NAME_CHARACTERS, NUMBER_CHARACTERS
from backtrace.symbolic.expressions import Number
from backtrace.symbolic.ids import LAYER_NAME, NAME, UNIT_NAME, spell

# Each digit can be matched in one way only: a million digits and a letter are refused at once.
DECIMAL = re.compile(r"[-+]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_UNBOUNDED = re.compile(r"[-+]?\.?(?:inf(?:inity)?|nan)", re.IGNORECASE)
_WHOLE = re.compile(r"[-+]?[0-9]+(?:_[0-9]+)*")


def is_unbounded(text: str) -> bool:
    """Whether a text spells infinity or NaN."""
    return bool(_UNBOUNDED.fullmatch(text))


def to_number(text: str, expected: str = "a number") -> Number | str:
    """The number that `text` spells, or what is wrong with it.

    >>> to_number("1e-3")
    Number(value=0.001, text='1e-3')
    >>> to_number("0,5")
    "found '0,5'; expected a number; did you mean 0.5?"
    """
    if len(text) > NUMBER_CHARACTERS:
        return f"found {quoted(text)}; expected a number of at most {NUMBER_CHARACTERS} characters"
    if DECIMAL.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            return f"found {quoted(text)}; expected a number below 1.8e308"
        return Number(value, text.removeprefix("+").replace("_", ""))
    if is_unbounded(text):
        return f"found {quoted(text)}; expected a finite number"
    meant = text.replace("−", "-").replace(",", ".")
    hint = f"; did you mean {meant}?" if DECIMAL.fullmatch(meant) else ""
    return f"found {quoted(text)}; expected {expected}{hint}"


class Cursor(NamedTuple):
    """A place in a config: `path` is what a person calls it, `layers[0].weights`."""

    node: Node
    path: str
    file: str

    @property
    def location(self) -> Location:
        return Location(self.file, self.node.line, self.node.column)

    def fail(self, message: str, offset: int = 0) -> NoReturn:
        """Refuse this value; `offset` counts characters into a scalar."""
        where = self.location
        if isinstance(self.node, Scalar) and self.node.inset is not None and offset:
            where = Location(where.file, where.line, where.column + self.node.inset + offset)
        raise BacktraceError(f"{self.path}: {message}" if self.path else message, where)

    def refuse(self, expected: str) -> NoReturn:
        """Refuse this value, where something else is expected."""
        self.fail(f"found {self.found}; expected {expected}")

    @property
    def found(self) -> str:
        """The value here, for a message."""
        match self.node:
            case Sequence(items):
                return f"a list of {len(items)}"
            case Mapping():
                return "a mapping"
            case Scalar() as scalar:
                return "nothing" if scalar.is_null else quoted(scalar.text)

    @property
    def is_null(self) -> bool:
        return isinstance(self.node, Scalar) and self.node.is_null

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, Sequence)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, Mapping)

    @property
    def is_scalar(self) -> bool:
        return isinstance(self.node, Scalar)

    def at(self, node: Node, path: str) -> Cursor:
        return Cursor(node, path, self.file)

    def items(self, expected: str, what: str = "entries", most: int | None = None) -> list[Cursor]:
        """The entries of a list; with a bound there is at least one. Messages call them `what`."""
        if not isinstance(self.node, Sequence):
            self.refuse(expected)
        if most and not 1 <= len(self.node.items) <= most:
            self.fail(f"found {len(self.node.items):,} {what}; expected 1 to {most:,}")
        return [self.at(node, f"{self.path}[{i}]") for i, node in enumerate(self.node.items)]

    def entries(self, expected: str) -> Iterator[tuple[Cursor, Cursor]]:
        """The keys and values of a mapping, in order; a duplicate key is refused."""
        if not isinstance(self.node, Mapping):
            self.refuse(expected)
        first: dict[str, Scalar] = {}
        for key, value in self.node.pairs:
            name = printable(key.text[:NAME_CHARACTERS])
            path = f"{self.path}.{name}" if self.path else name
            cursor = self.at(key, self.path)
            if key.text in first:
                cursor.fail(f"{quoted(key.text)} is a duplicate (first on line {first[key.text].line})")
            first[key.text] = key
            yield cursor, self.at(value, path)

    def value(self, key: str) -> Cursor | None:
        """The value of a key of a mapping, or None."""
        if not isinstance(self.node, Mapping):
            return None
        found = (value for name, value in self.node.pairs if name.text == key)
        return next((self.at(value, f"{self.path}.{key}") for value in found), None)

    def table(self, known: Iterable[str], expected: str = "a mapping") -> dict[str, Cursor]:
        """The values of a mapping by key; a key that is not `known` is refused, null values are left out."""
        known = dict.fromkeys(known)
        found = {}
        for key, value in self.entries(expected):
            name = key.text("a key")
            if name not in known:
                key.fail(f"unknown key {quoted(name)}{nearest(name, known) or '; expected ' + one_of(known)}")
            if not value.is_null:
                found[name] = value
        return found

    def text(self, expected: str) -> str:
        """The text of a scalar."""
        if not isinstance(self.node, Scalar) or self.node.is_null:
            self.refuse(expected)
        return self.node.text

    def number(self) -> Number:
        """A finite number with the text it was written with."""
        number = to_number(self.text("a number"))
        return self.fail(number) if isinstance(number, str) else number

    def whole(self, low: int, high: int, instead: str = "") -> int:
        """A whole number within bounds; `instead` says what else could stand here."""
        expected = f"{instead}a whole number from {low:,} to {high:,}"
        text = self.text(expected)
        if len(text) > NUMBER_CHARACTERS or not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            self.fail(f"found {quoted(text)}; expected {expected}")
        return int(text)

    def sign(self) -> int:
        """1 or -1."""
        value = to_number(self.text("1 or -1"))
        if isinstance(value, str) or abs(value.value) != 1:
            self.refuse("1 or -1")
        return int(value.value)

    def choice(self, options: Iterable[str]) -> str:
        """One of some words."""
        options = list(options)
        text = self.text(one_of(options))
        if text not in options:
            hint = nearest(text, options) or nearest(text.lower(), options)
            self.fail(f"found {quoted(text)}; expected {one_of(options)}{hint}")
        return text

    def name(self, what: str, pattern: re.Pattern[str] = NAME) -> str:
        """A name: letters, digits and underscores."""
        text = self.text(f"{what}'s name")
        if len(text) > NAME_CHARACTERS:
            self.fail(
                f"found a name of {len(text):,} characters for {what}; expected at most {NAME_CHARACTERS}"
            )
        if not pattern.fullmatch(text):
            self.fail(f"{quoted(text)} is no name for {what}; expected {_SPELLING[pattern]}")
        return text

    def new_name(self, what: str, taken: dict[str, str]) -> str:
        """A name whose id is not `taken` by another one, with which it is kept there."""
        name = self.name(what)
        owner = taken.setdefault(spell(name), name)
        if owner != name:
            self.fail(f"{owner} and {name} would share the id {spell(name)}; expected another name")
        return name


_SPELLING = {
    NAME: "a letter, then letters, digits or _",
    UNIT_NAME: "letters, digits or _",
    LAYER_NAME: "a letter or digit, then letters, digits, _, - or spaces",
}


def one_of(options: Iterable[str], most_shown: int = 20) -> str:
    """Words as an enumeration: a, b or c; of very many only the first ones."""
    *most, last = options
    if len(most) >= most_shown:
        return f"{', '.join(most[:most_shown])}, …"
    return f"{', '.join(most)} or {last}" if most else last


def counted(count: int, what: str) -> str:
    """A number of things: 1 row, 2 rows, 3 entries."""
    many = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{count} {what if count == 1 else many}"


def listed(names: list[str] | tuple[str, ...], most: int = 6) -> str:
    """Names one after the other; of very many the first ones and the last: x_1, x_2, … x_784."""
    shown = ", ".join(names[:most])
    return f"{shown}, … {names[-1]}" if len(names) > most else shown

"""A node together with the path to it, for reading values and for saying where one is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import NoReturn

from backtrace.config.nodes import Mapping, Node, Scalar, Sequence
from backtrace.derivation.expressions import Number
from backtrace.derivation.names import NAME
from backtrace.errors import BacktraceError, Location, nearest, quoted

_NUMBER = re.compile(r"[-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_UNBOUNDED = re.compile(r"[-+]?\.?(?:inf(?:inity)?|nan)", re.IGNORECASE)
MAX_NAME = 60


def to_number(text: str) -> Number | str:
    """The number that `text` spells, or what is wrong with it."""
    if _NUMBER.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            return f"{quoted(text)} is too large for a number"
        return Number(value, text.removeprefix("+").replace("_", ""))
    if _UNBOUNDED.fullmatch(text):
        return f"found {quoted(text)}; expected a finite number"
    return f"found {quoted(text)}; expected a number"


class Cursor:
    """A place in a config: `path` is what a person calls it, `layers[0].weights`."""

    __slots__ = ("file", "node", "path")

    def __init__(self, node: Node, path: str, file: str) -> None:
        self.node = node
        self.path = path
        self.file = file

    @property
    def location(self) -> Location:
        return Location(self.file, self.node.line, self.node.column)

    def fail(self, message: str, offset: int = 0) -> NoReturn:
        """Refuse what stands here; `offset` counts characters into a scalar."""
        where = self.location
        if offset and isinstance(self.node, Scalar):
            offset += 0 if self.node.plain else 1
            where = Location(where.file, where.line, where.column + offset)
        raise BacktraceError(f"{self.path}: {message}" if self.path else message, where)

    @property
    def found(self) -> str:
        """What stands here, for a message."""
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

    def at(self, node: Node, path: str) -> Cursor:
        return Cursor(node, path, self.file)

    def items(self, expected: str) -> list[Cursor]:
        """The entries of a list."""
        if not isinstance(self.node, Sequence):
            self.fail(f"found {self.found}; expected {expected}")
        return [self.at(node, f"{self.path}[{i}]") for i, node in enumerate(self.node.items)]

    def entries(self, expected: str) -> Iterator[tuple[Cursor, Cursor]]:
        """The keys and values of a mapping, in order; a key that stands twice is refused."""
        if not isinstance(self.node, Mapping):
            self.fail(f"found {self.found}; expected {expected}")
        first: dict[str, Scalar] = {}
        for key, value in self.node.pairs:
            path = f"{self.path}.{key.text}" if self.path else key.text
            cursor = self.at(key, self.path)
            if key.text in first:
                cursor.fail(f"{quoted(key.text)} stands twice (first on line {first[key.text].line})")
            first[key.text] = key
            yield cursor, self.at(value, path)

    def table(self, known: Iterable[str], expected: str = "a mapping") -> dict[str, Cursor]:
        """The values of a mapping by key; a key that is not `known` is refused, null values are left out."""
        known = list(known)
        found = {}
        for key, value in self.entries(expected):
            name = key.text(expected="a key")
            if name not in known:
                key.fail(f"unknown key {quoted(name)}{nearest(name, known) or '; expected ' + one_of(known)}")
            if not value.is_null:
                found[name] = value
        return found

    def text(self, expected: str) -> str:
        """The text of a scalar."""
        if not isinstance(self.node, Scalar) or self.node.is_null:
            self.fail(f"found {self.found}; expected {expected}")
        return self.node.text

    def number(self, expected: str = "a number") -> Number:
        """A finite number with the text it was written with."""
        if not isinstance(self.node, Scalar) or self.node.is_null:
            self.fail(f"found {self.found}; expected {expected}")
        number = to_number(self.node.text)
        if isinstance(number, str):
            self.fail(number.replace("expected a number", f"expected {expected}"))
        return number

    def whole(self, low: int, high: int) -> int:
        """A whole number within bounds."""
        expected = f"a whole number from {low:,} to {high:,}"
        text = self.text(expected)
        if not re.fullmatch(r"[-+]?\d{1,20}", text) or not low <= int(text) <= high:
            self.fail(f"found {quoted(text)}; expected {expected}")
        return int(text)

    def choice(self, options: Iterable[str]) -> str:
        """One of some words."""
        options = list(options)
        text = self.text(one_of(options))
        if text not in options:
            self.fail(f"found {quoted(text)}; expected {one_of(options)}{nearest(text, options)}")
        return text

    def name(self, what: str, pattern: re.Pattern[str] = NAME) -> str:
        """A name: letters, digits and underscores."""
        text = self.text(f"{what}'s name")
        if not pattern.fullmatch(text) or len(text) > MAX_NAME:
            start = "a letter, then letters" if pattern is NAME else "letters"
            self.fail(
                f"{quoted(text)} is no name for {what}; expected {start}, digits or _ (at most {MAX_NAME})"
            )
        return text


def one_of(options: Iterable[str]) -> str:
    """Words as an enumeration: a, b or c."""
    options = list(options)
    return options[0] if len(options) == 1 else f"{', '.join(options[:-1])} or {options[-1]}"

"""Texts, lists and mappings → the YAML of a config, laid out as the bundled ones are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from backtrace.errors import BacktraceError
from backtrace.limits import YAML_VALUES

WIDTH = 100  # where a long list of names goes on in the next line
_BLOCKS = ("layers", "equations", "parameters", "samples")  # these go on below their key

Tree: TypeAlias = "str | Mapping[str, Tree] | Iterable[Tree] | None"

# Texts that need no quotes: anywhere, and as all that stands after a key.
_WORD = re.compile(r"-?[\w.][\w.+^/-]*")
_PHRASE = re.compile(r"-?[\w.(](?:[\w ()+*/^=,;.·…–—−-]*[\w()+*/^=,;.·…–—−-])?")
_NULL = re.compile("null", re.IGNORECASE)
_ESCAPED = {'"': '\\"', "\\": "\\\\"}


class Emitter:
    """Writes a config; `count` is how many values the reader will count in it."""

    def __init__(self) -> None:
        self.count = 0

    def values(self, more: int) -> None:
        self.count += more
        if self.count > YAML_VALUES:
            raise BacktraceError(f"more than {YAML_VALUES:,} values, the most that a config may hold")

    def lines(self, tree: Mapping[str, Tree], indent: str = "") -> Iterator[str]:
        """A mapping with each key on a line of its own."""
        self.values(1)
        for key, value in tree.items():
            start = f"{indent}{self.flow(key)}:"
            if indent or key not in _BLOCKS:
                yield f"{start} {self.value(value, len(start))}"
                continue
            yield start
            if isinstance(value, Mapping):
                yield from self.lines(value, "  ")
                continue
            self.values(1)
            for item in value or ():
                if key == "layers" and isinstance(item, Mapping):
                    first, *rest = self.lines(item, "    ")
                else:
                    first, rest = f"    {self.flow(item)}", []
                yield f"  - {first[4:]}"
                yield from rest

    def value(self, value: Tree, start: int) -> str:
        """All that stands after a key that ends in column `start`: a matrix has a line for each row."""
        if isinstance(value, str):
            self.values(1)
            return _quoted_unless(_PHRASE, value)
        if not isinstance(value, list | tuple):
            return self.flow(value)
        self.values(1)
        items = list(map(self.flow, value))
        if any(isinstance(item, list) for item in value):
            below = ",\n" + " " * (start + 2)
            return f"[{below.join(items)}]"
        lines = [""]
        for item in items:
            if len(lines[-1]) + len(item) > WIDTH:
                lines.append(" " * 8)
            lines[-1] += f"{item}, "
        return f"[{chr(10).join(line.rstrip() for line in lines).removesuffix(',')}]"

    def flow(self, value: Tree) -> str:
        """A value on a part of a line."""
        self.values(1)
        match value:
            case None:
                return "null"
            case str():
                return word(value)
            case Mapping():
                return f"{{{', '.join(f'{self.flow(k)}: {self.flow(v)}' for k, v in value.items())}}}"
        return f"[{', '.join(map(self.flow, value))}]"


def word(text: str) -> str:
    """A text that may stand anywhere."""
    return _quoted_unless(_WORD, text)


def _quoted_unless(plain: re.Pattern[str], text: str) -> str:
    return text if plain.fullmatch(text) and not _NULL.fullmatch(text) else _in_quotes(text)


def _in_quotes(text: str) -> str:
    r"""A text as YAML has it between quotation marks.

    >>> print(_in_quotes("it's" + chr(27)))
    "it's\x1b"
    """
    if text.isprintable() and "'" not in text:
        return f'"{text}"' if '"' not in text and "\\" not in text else f"'{text}'"
    return f'"{"".join(_ESCAPED.get(c) or (c if c.isprintable() else _code(c)) for c in text)}"'


def _code(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

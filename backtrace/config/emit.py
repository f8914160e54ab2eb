"""Texts, lists and mappings → the YAML of a config, laid out as the bundled ones are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from backtrace.errors import BacktraceError, printable
from backtrace.limits import YAML_VALUES

WIDTH = 100  # where a long list of names goes on in the next line
_BLOCKS = ("layers", "equations", "parameters", "samples")  # these go on below their key

Tree: TypeAlias = "str | Mapping[str, Tree] | Sequence[Tree] | None"

# Texts that need no quotes: anywhere, and as all that stands after a key.
_WORD = re.compile(r"-?[\w.][\w.+^/-]*")
_PHRASE = re.compile(r"-?[\w.(](?:[\w ()+*/^=,;.·…–—−-]*[\w()+*/^=,;.·…–—−-])?")
_NULL = re.compile("null", re.IGNORECASE)


def layout(config: Mapping[str, Tree]) -> str:
    """The text of a config.

    Raises:
        BacktraceError: there are more values in it than a reader takes.
    """
    if _values_in(config) > YAML_VALUES:
        raise BacktraceError(f"more than {YAML_VALUES:,} values, the most that a config may hold")
    return "".join(f"{line}\n" for line in _lines(config))


def _values_in(tree: Tree) -> int:
    """How many values the reader will count."""
    match tree:
        case None | str():
            return 1
        case Mapping():
            return 1 + sum(1 + _values_in(value) for value in tree.values())
    return 1 + sum(map(_values_in, tree))


def _lines(tree: Mapping[str, Tree], indent: str = "") -> Iterator[str]:
    """A mapping with each key on a line of its own."""
    for key, value in tree.items():
        start = f"{indent}{word(key)}:"
        if indent or key not in _BLOCKS:
            yield f"{start} {_value(value, len(start))}"
            continue
        yield start
        if isinstance(value, Mapping):
            yield from _lines(value, "  ")
            continue
        for item in value or ():
            if key == "layers" and isinstance(item, Mapping):
                first, *rest = _lines(item, "    ")
            else:
                first, rest = f"    {_flow(item)}", []
            yield f"  - {first[4:]}"
            yield from rest


def _value(value: Tree, start: int) -> str:
    """All that stands after a key that ends in column `start`: a matrix has a line for each row."""
    if isinstance(value, str):
        return _quoted_unless(_PHRASE, value)
    if not isinstance(value, list | tuple):
        return _flow(value)
    items = list(map(_flow, value))
    if any(isinstance(item, list) for item in value):
        below = ",\n" + " " * (start + 2)
        return f"[{below.join(items)}]"
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) > WIDTH:
            lines.append(" " * 8)
        lines[-1] += f"{item}, "
    return f"[{chr(10).join(line.rstrip() for line in lines).removesuffix(',')}]"


def _flow(value: Tree) -> str:
    """A value on a part of a line."""
    match value:
        case None:
            return "null"
        case str():
            return word(value)
        case Mapping():
            return f"{{{', '.join(f'{word(key)}: {_flow(inner)}' for key, inner in value.items())}}}"
    return f"[{', '.join(map(_flow, value))}]"


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
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{printable(escaped)}"'

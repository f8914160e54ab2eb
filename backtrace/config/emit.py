"""Text → YAML that the reader takes for the same text; lists and mappings in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from backtrace.errors import BacktraceError
from backtrace.limits import YAML_VALUES

WIDTH = 100  # where a long list of names goes on in the next line
_CONTINUED = " " * 8

# Texts that need no quotes: anywhere, and as all that stands after a key.
_WORD = re.compile(r"-?[\w.][\w.+^/-]*")
_PHRASE = re.compile(r"-?[\w.(](?:[\w ()+*/^=,;.·…–—−-]*[\w()+*/^=,;.·…–—−-])?")
_NULL = re.compile("null", re.IGNORECASE)
_ESCAPED = {'"': '\\"', "\\": "\\\\"}


class Emitter:
    """Writes the parts of a config; `count` is how many values the reader will count in them."""

    def __init__(self) -> None:
        self.count = 1

    def values(self, more: int) -> None:
        self.count += more
        if self.count > YAML_VALUES:
            raise BacktraceError(f"more than {YAML_VALUES:,} values, the most that a config may hold")

    def words(self, words: Iterable[str]) -> str:
        """A list of names, on as many lines as it needs."""
        self.values(1)
        lines = [""]
        for word in map(self.word, words):
            if len(lines[-1]) + len(word) > WIDTH:
                lines.append(_CONTINUED)
            lines[-1] += f"{word}, "
        return f"[{chr(10).join(line.rstrip() for line in lines).removesuffix(',')}]"

    def row(self, entries: Iterable[str]) -> str:
        self.values(1)
        return f"[{', '.join(entries)}]"

    def mapping(self, entries: Mapping[str, str]) -> str:
        self.values(1)
        return f"{{{', '.join(f'{self.key(key)} {value}' for key, value in entries.items())}}}"

    def key(self, name: str) -> str:
        return f"{self.word(name)}:"

    def open(self, name: str) -> str:
        """The key of a list or a mapping on the lines below it."""
        self.values(1)
        return self.key(name)

    def word(self, text: str) -> str:
        """A text that may stand anywhere."""
        self.values(1)
        return text if _WORD.fullmatch(text) and not _NULL.fullmatch(text) else _in_quotes(text)

    def phrase(self, text: str) -> str:
        """A text that is alone after a key."""
        self.values(1)
        return text if _PHRASE.fullmatch(text) and not _NULL.fullmatch(text) else _in_quotes(text)


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

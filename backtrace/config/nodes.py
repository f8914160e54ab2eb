"""Text → a tree of nodes that know their place, from the events of libyaml's parser.

The tree is built without recursion and within limits, so that nesting, aliases and sheer size are refused
before they cost anything. Tags are refused too, and nothing is resolved: a scalar is its text, whatever
YAML would make of `1e-3`, `010` or `no`.
"""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

import yaml

from backtrace.errors import BacktraceError, Location, quoted
from backtrace.limits import FILE_BYTES, NESTING, YAML_VALUES

StrPath = str | os.PathLike[str]  # a path, as `open` takes it


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Scalar(NamedTuple):
    """A name or a number, as text.

    `inset` counts the characters between its place and its text: 0, 1 for a quotation mark, or None where
    the text does not stand in the file as it is (folded lines, escapes).
    """

    text: str
    plain: bool  # written without quotes
    line: int
    column: int
    inset: int | None = 0

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


class Sequence(NamedTuple):
    """A list."""

    items: list[Node]
    line: int
    column: int


class Mapping(NamedTuple):
    """Keys and values, in order; keys may still repeat."""

    pairs: list[tuple[Scalar, Node]]
    line: int
    column: int


Node = Scalar | Sequence | Mapping


def decode(data: bytes, file: str) -> str:
    """The text of a file.

    Raises:
        BacktraceError: it is too large, or not UTF-8.
    """
    if len(data) > FILE_BYTES:
        message = f"larger than {FILE_BYTES // 1_000_000} MB, the most that is read"
        raise BacktraceError(message, Location(file, 1, 1))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = place_after(data[: error.start].decode("utf-8-sig"), file)
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; expected a text file in UTF-8"
        raise BacktraceError(message, place) from None


def place_after(before: str, file: str) -> Location:
    """The place of the character that follows the text `before`."""
    return Location(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def compose(
    text: str, file: str, what: str = "config", expected: str = "a config (see `backtrace examples`)"
) -> Node:
    """The single document in `text`, which messages call `what`; `expected` says what should stand in it.

    Raises:
        BacktraceError: not YAML, empty, more than one document, a tag, or past one of the limits.
    """
    loader = None
    try:
        loader = _Loader(text)
        return _Composer(loader, file, what).document(expected)
    except yaml.MarkedYAMLError as error:
        raise _too_deep(error, text, file, what) or _not_yaml(error, text, file) from None
    except yaml.YAMLError:  # the reader's; its own place counts bytes in one loader, characters in the other
        unreadable = yaml.reader.Reader.NON_PRINTABLE.search(text)
        position = unreadable.start() if unreadable else 0
        message = f"not YAML: the character U+{ord(text[position]):04X} may not stand in it"
        raise BacktraceError(message, place_after(text[:position], file)) from None
    finally:
        if loader is not None:
            loader.dispose()


class _TooDeepError(BacktraceError):
    """Nesting past `NESTING`."""


def _too_deep(error: yaml.MarkedYAMLError, text: str, file: str, what: str) -> BacktraceError | None:
    """Our own bound, if the text passes it before the place that the parser refused.

    A scanner reads up to 1,024 characters ahead, because a bracket may begin a key. libyaml (from 0.2.6
    on) also bounds nesting, and may refuse during this reading ahead, before its first event: so the text
    up to there is composed once more.
    """
    if error.problem_mark is None:
        return None
    loader = _Loader(text[: error.problem_mark.index])
    try:
        _Composer(loader, file, what).document("")
    except _TooDeepError as found:
        return found
    except (BacktraceError, yaml.YAMLError):  # the text is cut off: nothing else that is wrong with it counts
        return None
    finally:
        loader.dispose()
    return None


def _not_yaml(error: yaml.MarkedYAMLError, text: str, file: str) -> BacktraceError:
    """The fault at the place where the parser stopped.

    It is read off the text there and at the beginning of what the parser was reading, in our own words: those
    of parsers differ between versions. They are passed on only where the text does not tell.
    """
    mark, begin = error.problem_mark or error.context_mark, error.context_mark or error.problem_mark
    if mark is None or begin is None:
        return BacktraceError(f"not YAML: {error.problem or error.context}", Location(file, 1, 1))
    lines = text.split("\n")
    found, opening = _from(lines, mark)[:1], _from(lines, begin)
    since = f"that begins on line {begin.line + 1}"
    message = ""
    if found == "\t":
        message = "a tab; indent with spaces, which YAML asks for"
    elif opening[:1] in ("[", "{"):
        kind, end = ("list", "]") if opening[0] == "[" else ("mapping", "}")
        message = f"expected , or {end} in the {kind} {since}"
    elif found == ":":
        message = "a colon within a text; put the text in quotes"
    elif found and found in "@`%":
        message = f"a text begins with {found}; put it in quotes"
    elif opening[:1] in ("'", '"') and not found and mark.line >= len(lines) - 1:
        message = f"the quoted text {since} is not closed"
    elif begin.index < mark.index and opening.startswith("- "):
        message = f"expected - here, in line with the list {since}"
    elif begin.index < mark.index and re.search(r":(\s|$)", opening):
        message = f"expected a key here, in line with the mapping {since}"
    elif begin.index < mark.index and opening[:1].isalnum():
        mark, message = begin, "a key without a value; write a key, a colon, a space and the value"
    place = Location(file, mark.line + 1, mark.column + 1)
    return BacktraceError(f"not YAML: {message or error.problem}", place)


def _from(lines: list[str], mark: yaml.Mark) -> str:
    """The rest of a line."""
    return lines[mark.line][mark.column :] if mark.line < len(lines) else ""


# A collection that is not closed yet: itself, its anchor, the key that waits for its value, and how many
# values had been read before it.
_Open = tuple[Sequence | Mapping, str | None, list[Scalar], int]


class _Composer:
    def __init__(self, loader: Any, file: str, what: str) -> None:
        self.next = loader.get_event
        self.file = file
        self.what = what
        self.anchors: dict[str, tuple[Node, int]] = {}  # with the number of values in it
        self.count = 0

    def fail(self, event: Any, message: str) -> BacktraceError:
        mark = event.start_mark
        return BacktraceError(message, Location(self.file, mark.line + 1, mark.column + 1))

    def document(self, expected: str) -> Node:
        self.next()  # the start of the stream
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            raise BacktraceError(f"empty; expected {expected}", Location(self.file, 1, 1))
        root = self.tree()
        self.next()  # the end of the document
        event = self.next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self.fail(event, f"a second document begins; expected one {self.what} in a file")
        return root

    def tree(self) -> Node:
        open: list[_Open] = []
        while True:
            event = self.next()
            kind = type(event)
            done: Node
            if kind is yaml.ScalarEvent:
                done = self.scalar(event)
            elif kind is yaml.SequenceStartEvent or kind is yaml.MappingStartEvent:
                self.begin(event, open)
                continue
            elif kind is yaml.AliasEvent:
                done = self.alias(event, open)
            else:
                done, anchor, _, before = open.pop()
                if anchor:
                    self.anchors[anchor] = (done, self.count - before)
            if not open:
                return done
            self.attach(done, open[-1])

    def scalar(self, event: Any) -> Scalar:
        self.refuse_tag(event)
        self.count_values(event, 1)
        text, mark, end = event.value, event.start_mark, event.end_mark
        plain = not event.style
        inset: int | None = 0 if plain else 1
        if end.line != mark.line or end.column - mark.column != len(text) + 2 * (not plain):
            inset = None
        scalar = Scalar(text, plain, mark.line + 1, mark.column + 1, inset)
        if event.anchor:
            self.anchors[event.anchor] = (scalar, 1)
        return scalar

    def begin(self, event: Any, open: list[_Open]) -> None:
        if len(open) >= NESTING:
            place = self.fail(event, "").location
            raise _TooDeepError(f"lists or mappings nested more than {NESTING} deep", place)
        self.refuse_tag(event)
        before = self.count
        self.count_values(event, 1)
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        sequence = isinstance(event, yaml.SequenceStartEvent)
        node: Sequence | Mapping = Sequence([], line, column) if sequence else Mapping([], line, column)
        open.append((node, event.anchor, [], before))

    def alias(self, event: Any, open: list[_Open]) -> Node:
        """The node that an alias repeats; it counts as much as if it were written out."""
        name = quoted("*" + event.anchor)
        if any(anchor == event.anchor for _, anchor, _, _ in open):
            raise self.fail(event, f"alias {name} is inside its own anchor")
        if event.anchor not in self.anchors:
            raise self.fail(event, f"alias {name} has no anchor {quoted('&' + event.anchor)} above it")
        node, size = self.anchors[event.anchor]
        self.count_values(event, size)
        return node

    def attach(self, done: Node, parent: _Open) -> None:
        collection, _, waiting, _ = parent
        if isinstance(collection, Sequence):
            collection.items.append(done)
        elif waiting:
            collection.pairs.append((waiting.pop(), done))
        elif isinstance(done, Scalar):
            waiting.append(done)
        else:
            place = Location(self.file, done.line, done.column)
            raise BacktraceError("a list or mapping is a key; expected a name", place)

    def count_values(self, event: Any, more: int) -> None:
        self.count += more
        if self.count > YAML_VALUES:
            raise self.fail(event, f"more than {YAML_VALUES:,} values, the most that is read")

    def refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            message = f"tag {quoted(event.tag)}; expected plain values, {self.what}s need no tags"
            raise self.fail(event, message)

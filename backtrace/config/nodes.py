"""Text → a tree of nodes that know their place, from the events of libyaml's parser.

The tree is built without recursion and within limits, so that nesting, aliases and sheer size are refused
before they cost anything. Tags are refused too, and nothing is resolved: a scalar is its text, whatever
YAML would make of `1e-3`, `010` or `no`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from backtrace.errors import BacktraceError, Location, quoted

MAX_BYTES = 32_000_000
MAX_NODES = 2_000_000
MAX_DEPTH = 32

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Scalar:
    """A name or a number, as text."""

    text: str
    plain: bool  # written without quotes
    line: int
    column: int

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


@dataclass(slots=True)
class Sequence:
    """A list."""

    items: list[Node]
    line: int
    column: int


@dataclass(slots=True)
class Mapping:
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
    if len(data) > MAX_BYTES:
        raise BacktraceError(
            f"larger than {MAX_BYTES // 1_000_000} MB, the most that is read", Location(file, 1, 1)
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; expected a text file in UTF-8"
        raise BacktraceError(message, Location(file, line, column)) from None


def compose(text: str, file: str) -> Node:
    """The single document in `text`.

    Raises:
        BacktraceError: not YAML, empty, more than one document, a tag, or past one of the limits.

    """
    loader = None
    try:
        loader = _Loader(text)
        return _Composer(loader, file).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file, 1, 1)
        raise BacktraceError(f"not YAML: {error.problem or error.context}", place) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Location(file, before.count("\n") + 1, error.position - before.rfind("\n"))
        raise BacktraceError(
            f"not YAML: the character U+{int(error.character):04X} may not stand here", place
        ) from None
    finally:
        if loader is not None:
            loader.dispose()


class _Composer:
    def __init__(self, loader: Any, file: str) -> None:
        self.next = loader.get_event
        self.file = file
        self.anchors: dict[str, Node] = {}
        self.count = 0

    def fail(self, event: Any, message: str) -> BacktraceError:
        mark = event.start_mark
        return BacktraceError(message, Location(self.file, mark.line + 1, mark.column + 1))

    def document(self) -> Node:
        self.next()  # the start of the stream
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            raise self.fail(event, "empty; expected a config (see `backtrace examples`)")
        root = self.tree()
        self.next()  # the end of the document
        event = self.next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self.fail(event, "a second document begins; expected one config in a file")
        return root

    def tree(self) -> Node:
        # `open` holds the collections that are not yet closed, each with its anchor and, in a mapping, the
        # key that waits for its value.
        open: list[tuple[Sequence | Mapping, str | None, list[Scalar]]] = []
        while True:
            event = self.next()
            kind = type(event)
            done: Node
            if kind is yaml.ScalarEvent:
                mark = event.start_mark
                done = Scalar(event.value, not event.style, mark.line + 1, mark.column + 1)
                self.admit(event, done)
            elif kind is yaml.SequenceStartEvent or kind is yaml.MappingStartEvent:
                self.begin(event, open)
                continue
            elif kind is yaml.AliasEvent:
                if event.anchor not in self.anchors:
                    raise self.fail(
                        event, f"alias {quoted('*' + event.anchor)} stands before its anchor ends"
                    )
                done = self.anchors[event.anchor]
                self.count_node(event)
            else:
                done, anchor, _ = open.pop()
                if anchor:
                    self.anchors[anchor] = done
            if not open:
                return done
            self.attach(done, event, *open[-1])

    def begin(self, event: Any, open: list[tuple[Sequence | Mapping, str | None, list[Scalar]]]) -> None:
        if len(open) >= MAX_DEPTH:
            raise self.fail(event, f"nested more than {MAX_DEPTH} deep")
        self.refuse_tag(event)
        self.count_node(event)
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        sequence = isinstance(event, yaml.SequenceStartEvent)
        node: Sequence | Mapping = Sequence([], line, column) if sequence else Mapping([], line, column)
        open.append((node, event.anchor, []))

    def attach(
        self, done: Node, event: Any, parent: Sequence | Mapping, anchor: str | None, waiting: list[Scalar]
    ) -> None:
        if isinstance(parent, Sequence):
            parent.items.append(done)
        elif waiting:
            parent.pairs.append((waiting.pop(), done))
        elif isinstance(done, Scalar):
            waiting.append(done)
        else:
            raise BacktraceError(
                "a list or mapping stands as a key; expected a name",
                Location(self.file, done.line, done.column),
            )

    def admit(self, event: Any, scalar: Scalar) -> None:
        self.refuse_tag(event)
        self.count_node(event)
        if event.anchor:
            self.anchors[event.anchor] = scalar

    def count_node(self, event: Any) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise self.fail(event, f"more than {MAX_NODES:,} values, the most that is read")

    def refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            raise self.fail(event, f"tag {quoted(event.tag)}; expected plain values, configs need no tags")

r"""A formula that is too wide → lines: broken in its sums and products, in brackets only where it has to be.

A fraction, a root or a power that is too wide by itself keeps its form and gets lines within it.
Knows nothing of quantities; a text is measured by about how wide LaTeX sets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.| [-+=<>] |.", re.DOTALL)
_WIDTHS = {" ": 0.0, "{": 0.0, "}": 0.0, "&": 4.0, ",": 0.9, ".": 0.6, "(": 0.8, ")": 0.8, "[": 0.6, "]": 0.6}
_WIDTHS |= dict.fromkeys((r"\biggl", r"\biggr"), 0.6)
_WIDTHS |= dict.fromkeys((r"\left", r"\right", r"\mathrm", r"\text", r"\substack"), 0.0)
_WIDTHS |= {r"\cdot": 1.5, r"\cdots": 3.0, r"\ge": 2.7, r"\ ": 0.7, r"\hat": 0.0, r"\sqrt": 1.7, r"\_": 1.0}
_WIDTHS[r"\operatorname"] = 0.4
_WIDTHS |= dict.fromkeys((" = ", " + ", " - ", " < ", " > "), 2.6) | {"-": 1.6, "+": 1.6}
_WIDTHS |= dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1.5) | {"m": 1.7, "w": 1.4}
_SMALL = 0.72

# What no line ends within, if it can be; braces and the like in no case. Brackets of a fixed height may.
_BRACES = {"{": "}", r"\left|": r"\right|", r"\begin": r"\end"}
_BRACKETS = {**_BRACES, "(": ")", "[": "]"}
_LOOSE = {r"\left(": r"\biggl(", r"\right)": r"\biggr)"}

_FORM = re.compile(r"(\\frac|\\sqrt|\^)\{")
_FEWEST = 20.0  # digits on a line within such a form


def broken(text: str, room: float, is_small: bool = False) -> list[str]:
    r"""A text in lines, before a + or -, or else a dot between factors; `is_small` if it is an exponent's.

    >>> broken(r"a \cdot b + c \cdot (d + e) - f", 14)
    ['a \\cdot b', '+ c \\cdot (d + e)', '- f']
    """
    lines = _in_lines(text, room)
    if _fit(lines, room):
        return lines
    done: list[str] = []
    for piece in _pieces(text, room, _BRACKETS):
        before = width(" ".join([*done, ""]))
        left = room - before if before < room / 2 else room
        done.append(piece if width(piece) <= room else _folded(piece, left, is_small))
    return _in_lines(" ".join(done), room)


def _in_lines(text: str, room: float) -> list[str]:
    """A text in lines, with each fraction, root and power as it is; in brackets only where it has to be."""
    lines = _filled(_pieces(text, room, _BRACKETS), room)
    if _fit(lines, room):
        return lines
    for tall, loose in _LOOSE.items():
        text = text.replace(tall, loose)
    return _filled(_pieces(text, room, _BRACES), room)


def _fit(lines: Iterable[str], room: float) -> bool:
    return max(map(width, lines)) <= room


def _filled(pieces: Iterable[str], room: float) -> list[str]:
    """As many pieces on each line as there is room for."""
    lines, line = [], ""
    for piece in pieces:
        if line and width(f"{line} {piece}") > room:
            lines.append(line)
            line = piece
        else:
            line = f"{line} {piece}" if line else piece
    return [*lines, line]


def _pieces(text: str, room: float, pairs: Mapping[str, str]) -> Iterator[str]:
    """The terms of a text, and of those that are too wide the factors."""
    for term in _parted(text, " [-+] ", pairs):
        yield from [term] if width(term) <= room else _parted(term, r" \\cdot ", pairs)


def _parted(text: str, sign: str, pairs: Mapping[str, str]) -> list[str]:
    """The parts of a text, each but the first with the sign that it begins with."""
    ends = [found.start() for found in re.finditer(sign, text) if _is_open(text[: found.start()], pairs)]
    return [text[a:b].strip() for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]


def _is_open(before: str, pairs: Mapping[str, str]) -> bool:
    """Whether what stands before a place leaves no pair half done."""
    return sum(map(before.count, pairs)) == sum(map(before.count, pairs.values()))


def _folded(text: str, room: float, is_small: bool) -> str:
    r"""A text that is too wide, with lines within its fractions, roots and powers.

    >>> print(_folded(r"2\sqrt{1234567890 + 1234567890}", 20, False))
    2\sqrt{\begin{gathered} 1234567890 \\ {} + 1234567890 \end{gathered}}
    """
    place = 0
    while (found := _FORM.search(text, place)) and width(text) > room:
        command, start = found[1], found.end()
        groups = [text[start : _closing(text, start)]]
        end = start + len(groups[0]) + 1
        if command == r"\frac":
            groups.append(text[end + 1 : _closing(text, end + 1)])
            end += len(groups[1]) + 2
        whole = text[found.start() : end]
        if width(whole) > _FEWEST:
            free = max(_FEWEST, width(whole) - (width(text) - room))
            inner = {r"\frac": free - 0.5, r"\sqrt": free - _WIDTHS[r"\sqrt"], "^": free / _SMALL}[command]
            is_power = is_small or command == "^"
            whole = command + "".join(f"{{{_stacked(group, inner, is_power)}}}" for group in groups)
        text = text[: found.start()] + whole + text[end:]
        place = found.start() + len(whole)
    return text


def _closing(text: str, place: int) -> int:
    """Where the group ends that a place is in."""
    depth = 1
    for end in range(place, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if not depth:
            return end
    raise AssertionError(f"a brace is open in {text}")


def _stacked(text: str, room: float, is_small: bool) -> str:
    """A text with its lines one above the other, as large as what stands around it."""
    first, *rest = broken(text, room, is_small)
    if not rest:
        return first
    lines = r" \\ ".join([first, *(f"{{}} {line}" for line in rest)])
    return rf"\substack{{{lines}}}" if is_small else rf"\begin{{gathered}} {lines} \end{{gathered}}"


def width(text: str) -> float:
    """About how many digits wide a formula is."""
    return _Measure(text).until("")


class _Measure:
    def __init__(self, text: str) -> None:
        self.tokens = iter(_TOKEN.findall(text))

    def until(self, end: str) -> float:
        """How wide the widest line is."""
        widest = line = 0.0
        for token in self.tokens:
            if token == end:
                break
            if token == r"\\":
                widest, line = max(widest, line), 0.0
            else:
                line += self.of(token)
        return max(widest, line)

    def next(self) -> float:
        return self.of(next(self.tokens, " "))

    def of(self, token: str) -> float:
        if token == "{":
            return self.until("}")
        if token in "_^":
            return _SMALL * self.next() + 0.1
        if token == r"\frac":
            return max(self.next(), self.next()) + 0.5
        if token == r"\tfrac":
            return _SMALL * max(self.next(), self.next())
        if token == r"\begin":
            self.next()  # its name
            inner = self.until(r"\end")
            self.next()
            return inner + 1.0
        if token in _WIDTHS:
            return _WIDTHS[token]
        word = token[1:] if token[0] == "\\" else token
        return float(len(word)) if word in ("ln", "sin", "cos", "tanh", "max", "min", "log") else 1.1

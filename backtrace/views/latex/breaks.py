r"""A formula that is too wide → lines: broken in its sums and products, in brackets only where it has to be.

A fraction, a root or a power that is too wide by itself keeps its form and gets lines within it.
Must not know quantities; a formula is measured by about how wide LaTeX sets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from backtrace.typesetting import pieces as p
from backtrace.typesetting.latex import GATHERED, LETTERS, SUBSTACK, Command, is_tall
from backtrace.typesetting.pieces import FACTOR, TERM, Break, Form, Piece, Pieces, parted

# Widths, in digits of a line of text. Capitals are wider than small letters.
_WIDTHS = {" ": 0.0, ",": 0.9, ".": 0.6, "(": 0.8, ")": 0.8, "[": 0.6, "]": 0.6, "_": 1.0, "-": 1.6, "+": 1.6}
_WIDTHS |= dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1.5) | {"m": 1.7, "w": 1.4}
_CHARACTER = 1.1
_SIGNS = {"·": 1.5, " ≥ ": 2.7, ", ": 0.9, **dict.fromkeys((" + ", " - ", " > ", " = "), 2.6)}
_FUNCTIONS = {"log": 2.0, "log10": 4.7, **dict.fromkeys(("sigmoid", "Phi", "phi"), _CHARACTER)}
_FUNCTIONS |= {name: float(len(name)) for name in ("sin", "cos", "tanh", "max", "min")}
_SMALL = 0.72  # an index or exponent, compared with its base
_FEWEST = 20.0  # digits on a line within a fraction, root or power
_BIG = (r"\biggl(", r"\biggr)")


def broken(pieces: Pieces, room: float, is_small: bool = False) -> list[Pieces]:
    r"""Pieces in lines, before a + or -, or else a dot between factors; `is_small` if in an exponent.

    >>> a, b, c = "abc"
    >>> broken([a, p.DOT, b, p.PLUS, c, p.DOT, a, p.MINUS, b], 8)
    [['a', '·', 'b'], [' + ', 'c', '·', 'a'], [' - ', 'b']]
    """
    lines = _in_lines(pieces, room)
    if _fit(lines, room):
        return lines
    done: list[Piece] = []
    for part in _parts(pieces, room):
        before = width(done)
        left = room - before if before < room / 2 else room
        done += part if width(part) <= room else _folded(part, width(part) - left, is_small)
    return _in_lines(done, room)


def _in_lines(pieces: Pieces, room: float) -> list[Pieces]:
    """Pieces in lines, with each form as it is; within brackets only where it has to be."""
    lines = _filled(_parts(pieces, room), room)
    return lines if _fit(lines, room) else _filled(_parts(_without_brackets(pieces), room), room)


def _fit(lines: Iterable[Pieces], room: float) -> bool:
    return max(map(width, lines)) <= room


def _filled(parts: Iterable[Pieces], room: float) -> list[Pieces]:
    """As many parts on each line as there is room for."""
    lines: list[Pieces] = []
    for part in parts:
        if lines and width([*lines[-1], *part]) <= room:
            lines[-1] = [*lines[-1], *part]
        else:
            lines.append(part)
    return lines


def _parts(pieces: Pieces, room: float) -> Iterator[Pieces]:
    """The terms of a formula, and of those that are too wide the factors."""
    for term in parted(pieces, TERM):
        yield from [term] if width(term) <= room else parted(term, FACTOR)


def _without_brackets(pieces: Pieces) -> list[Piece]:
    """The pieces with brackets as signs of a fixed height, which a line may end between."""
    out: list[Piece] = []
    for piece in pieces:
        inside, exponent = _bracketed(piece)
        if inside is None:
            out.append(piece)
            continue
        opening, closing = (
            (Command(sign) for sign in _BIG) if is_tall(inside) else (Command("("), Command(")"))
        )
        end: Piece = closing if exponent is None else p.in_form(p.POWER, [closing], exponent)
        out += opening, *_without_brackets(inside), end
    return out


def _bracketed(piece: Piece) -> tuple[Pieces | None, Pieces | None]:
    """The pieces in round brackets, and the exponent behind these."""
    if isinstance(piece, Form) and piece.kind == p.BRACKETS:
        return piece.parts[0], None
    if isinstance(piece, Form) and piece.kind == p.POWER:
        base, exponent = piece.parts
        if len(base) == 1 and isinstance(base[0], Form) and base[0].kind == p.BRACKETS:
            return base[0].parts[0], exponent
    return None, None


def _folded(pieces: Pieces, excess: float, is_small: bool) -> list[Piece]:
    """Pieces that are so much too wide, with lines within their fractions, roots and powers."""
    out = list(pieces)
    for place, piece in enumerate(pieces):
        if excess > 0 and isinstance(piece, Form):
            out[place] = _narrowed(piece, excess, is_small)
            excess -= width([piece]) - width([out[place]])
    return out


def _narrowed(form: Form, excess: float, is_small: bool) -> Form:
    """A form that is so much too wide, in a form of several lines."""
    kind, parts = form
    if kind == p.POWER:
        base, exponent = parts
        lower = _folded(base, excess, is_small)
        room = _SMALL * width(exponent) - excess + width(base) - width(lower)
        if _SMALL * width(exponent) <= _FEWEST:
            return Form(kind, (lower, exponent))
        return Form(kind, (lower, _stacked(exponent, max(_FEWEST, room) / _SMALL, is_small=True)))
    if kind not in (p.FRACTION, p.ROOT):
        return (
            form
            if kind == p.SCRIPTS
            else Form(kind, tuple(_folded(part, excess, is_small) for part in parts))
        )
    whole = width([form])
    if whole <= _FEWEST:
        return form
    room = max(_FEWEST, whole - excess) - (0.5 if kind == p.FRACTION else 1.7)
    return Form(kind, tuple(_stacked(part, room, is_small) for part in parts))


def _stacked(pieces: Pieces, room: float, is_small: bool) -> Pieces:
    """The lines of a formula one above the other, as large as what is around it."""
    lines = broken(pieces, room, is_small)
    return lines[0] if len(lines) == 1 else (Form(SUBSTACK if is_small else GATHERED, tuple(lines)),)


def width(pieces: Pieces) -> float:
    """About how many digits wide a formula is; a sign that it begins with has no room before it."""
    leading = pieces and isinstance(pieces[0], Break) and pieces[0].rank == TERM
    return sum(map(_width, pieces)) - (1.0 if leading else 0.0)


def _width(piece: Piece) -> float:
    if isinstance(piece, Form):
        return _form_width(piece.kind, piece.parts)
    if isinstance(piece, p.FunctionName):
        return _FUNCTIONS.get(piece) or 0.4 + _text_width(piece)
    if isinstance(piece, p.Letter | p.Operator) and LETTERS.get(piece, "").startswith("\\mathrm"):
        return 1.5
    if isinstance(piece, Command):
        return 1.4 if piece in _BIG else _WIDTHS.get(piece, 30.0)
    return _SIGNS.get(piece) or _text_width(piece)


def _text_width(text: str) -> float:
    return sum(_WIDTHS.get(sign, _CHARACTER) for sign in text)


def _form_width(kind: str, parts: Sequence[Any]) -> float:
    widths = list(map(width, parts))
    match kind:
        case p.FRACTION:
            return max(widths) + 0.5
        case p.POWER | p.SCRIPTS:
            return widths[0] + sum(_SMALL * script + 0.1 for script in widths[1:] if script)
        case p.CASES:
            return max(widths[1] + 8.4 + widths[0], widths[2] + 14.2) + 1.0
        case "gathered" | "substack":
            # A sign that begins a later line keeps the room before it, behind the empty group.
            return max(widths[0], 1.0 + max(widths[1:])) + (1.0 if kind == "gathered" else 0.0)
        case p.HALF.kind:
            return _SMALL * _CHARACTER
    return {p.BRACKETS: 1.6, p.SQUARE: 1.2, p.BARS: 2.2, p.ROOT: 1.7, p.MORE: 6.0}.get(kind, 0.0) + sum(
        widths
    )

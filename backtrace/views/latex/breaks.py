r"""A formula that is too wide → lines: broken in its sums and products, in brackets only where it has to be.

A fraction, a root or a power of e that is too wide by itself is written on the line, in brackets.
Must not know quantities; a formula is measured by about how wide LaTeX sets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from backtrace.typesetting import pieces as p
from backtrace.typesetting.latex import LETTERS, Command, is_tall
from backtrace.typesetting.pieces import FACTOR, TERM, Break, Form, Piece, Pieces, parted

# Widths, in digits of a line of text. Capitals are wider than small letters.
_WIDTHS = {" ": 0.0, ",": 0.9, ".": 0.6, "(": 0.8, ")": 0.8, "[": 0.6, "]": 0.6, "_": 1.0, "-": 1.6, "+": 1.6}
_WIDTHS |= dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1.5) | {"m": 1.7, "w": 1.4}
_CHARACTER = 1.1
_SIGNS = {"·": 1.5, " ≥ ": 2.7, ", ": 0.9, **dict.fromkeys((" + ", " - ", " > ", " = "), 2.6)}
_FUNCTIONS = {"log": 2.0, "log10": 4.7, **dict.fromkeys(("sigmoid", "Phi", "phi"), _CHARACTER)}
_FUNCTIONS |= {name: float(len(name)) for name in ("sin", "cos", "tanh", "max", "min")}
_SMALL = 0.72  # an index or exponent, compared with its base
_BIG = (r"\biggl(", r"\biggr)")


def broken(pieces: Pieces, room: float) -> list[Pieces]:
    r"""Pieces in lines, before a + or -, or else a dot between factors.

    >>> a, b, c = "abc"
    >>> broken([a, p.DOT, b, p.PLUS, c, p.DOT, a, p.MINUS, b], 8)
    [['a', '·', 'b'], [' + ', 'c', '·', 'a'], [' - ', 'b']]
    """
    lines = _in_lines(pieces, room)
    return lines if _fit(lines, room) else _in_lines(_on_the_line(pieces, room), room)


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


def _on_the_line(pieces: Pieces, room: float) -> list[Piece]:
    """The pieces without the forms that are too wide by themselves: (a)/(b), (a)^½, exp(a)."""
    out: list[Piece] = []
    for piece in pieces:
        if not isinstance(piece, Form) or width([piece]) <= room:
            out.append(piece)
            continue
        kind = piece.kind
        parts = [_on_the_line(part, room) for part in piece.parts]
        if kind == p.FRACTION:
            over, under = ([p.in_form(p.BRACKETS, part)] if len(part) > 1 else part for part in parts)
            out.append(p.in_form(p.BRACKETS, [*over, p.SLASH, *under]))
        elif kind == p.ROOT:
            out.append(p.in_form(p.POWER, [p.in_form(p.BRACKETS, *parts)], [p.HALF]))
        elif kind == p.POWER and parts[0] == [p.Letter("e")]:
            out += p.FunctionName("exp"), p.in_form(p.BRACKETS, parts[1])
        else:
            out.append(p.in_form(kind, *parts))
    return out


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
        case p.HALF.kind:
            return _SMALL * _CHARACTER
    return {p.BRACKETS: 1.6, p.SQUARE: 1.2, p.BARS: 2.2, p.ROOT: 1.7, p.MORE: 6.0}.get(kind, 0.0) + sum(
        widths
    )

"""Pieces → MathML, as browsers draw it without help (MathML Core).

Owns an element for every letter, number, sign and form. Must not know pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.ids import GREEK
from backtrace.typesetting import pieces as p
from backtrace.typesetting.pieces import Break, Form, Pieces

_APPLIED = "<mo>&#x2061;</mo>"  # says to a reader that the brackets belong to a function
_LONE = re.compile(r"<(mi|mn|mo)\b[^>]*>[^<]*</\1>")  # one element, which needs no row around it
_PREFIX = '<mo form="prefix">−</mo>'
EQUALS = " = "


def element(pieces: Pieces, said: str) -> str:
    """A formula as an element of a page; `said` is its plain text, for those who cannot see it.

    >>> element(["-", p.Letter("x")], "-x")
    '<math aria-label="-x"><mo>−</mo><mi>x</mi></math>'
    """
    inside = mathml(pieces)
    if isinstance(pieces[0], Break) or pieces[0] == EQUALS:  # a later line keeps the room around its sign
        inside = inside.replace("<mo>", '<mo form="infix">', 1)
    return f'<math aria-label="{escape(said.strip())}">{inside}</math>'


def mathml(pieces: Pieces, is_inside: bool = False) -> str:
    """Pieces in a row; `is_inside` if a bracket comes before the first one."""
    out, before = [], "(" if is_inside else ""
    for piece in pieces:
        if isinstance(piece, Form):
            out.append(_FORM[piece.kind](*piece.parts))
        elif leaf := _LEAF.get(type(piece)):
            out.append(leaf(piece))
        elif piece == "-" and before in ("(", p.COMMA, EQUALS):
            out.append(_PREFIX)  # of itself a sign here would have the room of a subtraction
        else:
            sign = piece.strip()
            out.append(f"<mo>{'−' if sign == '-' else escape(sign)}</mo>" if sign else "")
        before = piece if isinstance(piece, str) else ""
    return "".join(out)


def _row(pieces: Pieces) -> str:
    """Pieces as one part of an element."""
    inside = mathml(pieces)
    return inside if _LONE.fullmatch(inside) else f"<mrow>{inside}</mrow>"


def _parts(kind: str) -> Callable[..., str]:
    def write(*parts: Pieces) -> str:
        return f"<{kind}>{''.join(map(_row, parts))}</{kind}>"

    return write


def _letter(letter: str) -> str:
    # A Greek capital is upright, so that it is not taken for a Latin one.
    is_capital = letter in GREEK and letter.isupper()
    return f'<mi mathvariant="normal">{letter}</mi>' if is_capital else f"<mi>{escape(letter)}</mi>"


def _word(text: str) -> str:
    upright = ' mathvariant="normal"' if len(text) == 1 else ""
    return f"<mi{upright}>{escape(text)}</mi>"


def _scripts(head: Pieces, below: Pieces, above: Pieces) -> str:
    kind = "msubsup" if below and above else "msub" if below else "msup"
    return _parts(kind)(*(part for part in (head, below, above) if part))


def _between(opening: str, closing: str) -> Callable[[Pieces], str]:
    def write(inside: Pieces) -> str:
        stretchy = "" if p.holds(inside, (p.FRACTION, p.CASES)) else ' stretchy="false"'
        signs = (f"<mo{stretchy}>{sign}</mo>" for sign in (opening, closing))
        return f"<mrow>{next(signs)}{mathml(inside, is_inside=True)}{next(signs)}</mrow>"

    return write


def _cases(condition: Pieces, yes: Pieces, no: Pieces) -> str:
    rows = "".join(
        f"<mtr><mtd>{mathml(value)}</mtd><mtd><mtext>{word}</mtext>{mathml(holds)}</mtd></mtr>"
        for value, word, holds in ((yes, "if\u00a0", condition), (no, "otherwise", ()))
    )
    return f"<mrow><mo>{{</mo><mtable>{rows}</mtable></mrow>"


_LEAF: dict[type, Callable[[str], str]] = {
    p.Letter: _letter,
    p.Word: _word,
    p.Digits: lambda number: f"<mn>{number}</mn>",
    p.FunctionName: lambda name: f"{FUNCTIONS[name].mathml or f'<mi>{name}</mi>'}{_APPLIED}",
    p.Operator: _letter,
    p.Aside: lambda text: f"<mtext>{escape(text)}</mtext>",
}
_FORM: dict[str, Callable[..., str]] = {
    p.SCRIPTS: _scripts,
    p.BRACKETS: _between("(", ")"),
    p.SQUARE: _between("[", "]"),
    p.BARS: lambda inside: f"<mrow><mo>|</mo>{mathml(inside)}<mo>|</mo></mrow>",
    p.FRACTION: _parts("mfrac"),
    p.POWER: _parts("msup"),
    p.ROOT: lambda inside: f"<msqrt>{mathml(inside)}</msqrt>",
    p.HAT: lambda letter: f'<mover accent="true">{_row(letter)}<mo stretchy="false">^</mo></mover>',
    p.CASES: _cases,
    p.HALF.kind: lambda: '<mfrac displaystyle="false"><mn>1</mn><mn>2</mn></mfrac>',
    p.MORE: lambda count: f"<mo>⋯</mo><mtext>\u00a0{''.join(count)}\u00a0</mtext><mo>⋯</mo>",
}

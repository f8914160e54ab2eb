r"""Pieces → LaTeX, for a line of mathematics. It needs amsmath and nothing else.

Nothing but ASCII is written, and of a name nothing but its letters, digits and marks: no name can break out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.ids import GREEK
from backtrace.typesetting import pieces as p
from backtrace.typesetting import printer
from backtrace.typesetting.pieces import Form, Pieces

SIGNS = {"·": r" \cdot ", " ≥ ": r" \ge "}
_OPERATORS = {"∂": r"\partial ", "Δ": r"\Delta "}

# LaTeX has no command for Greek letters that look like a Latin one; some others have the form of a book.
_LATIN = {
    greek: rf"\mathrm{{{latin}}}" for greek, latin in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)
}
_FORMS = {"ε": r"\varepsilon", "φ": r"\varphi", "ς": r"\varsigma", "ο": "o", **_LATIN}
LETTERS = {letter: _FORMS.get(letter, f"\\{name}") for letter, name in GREEK.items()}
MARKS = {"_": r"\_", "-": r"\text{-}", " ": r"\ "}


class Command(str):
    """LaTeX that is written as it is."""


def numeral(text: str) -> str:
    r"""A number: 1.2e-05 as 1.2 · 10^{-5}.

    >>> numeral("1.2e-05")
    '1.2 \\cdot 10^{-5}'
    """
    return latex(printer.numeral(text))


def latex(pieces: Pieces) -> str:
    r"""Pieces on one line.

    >>> from backtrace.typesetting.names import Names
    >>> latex(Names()("net_h1⁺"))
    '\\mathrm{net}_{h1}^{+}'
    """
    return "".join(
        _FORM[piece.kind](*piece.parts) if isinstance(piece, Form) else _LEAF.get(type(piece), _sign)(piece)
        for piece in pieces
    )


def word(text: str) -> str:
    """A word upright, with every sign in it."""
    return rf"\mathrm{{{_upright(text)}}}"


def is_tall(pieces: Pieces) -> bool:
    """Whether brackets around the pieces have to grow."""
    return p.holds(pieces, (p.FRACTION, p.CASES, p.BARS))


def _upright(text: str) -> str:
    return "".join(map(_character, text)).strip()


def _character(sign: str) -> str:
    if sign in LETTERS:
        return f"{LETTERS[sign]} "
    return sign if sign.isascii() and sign.isalnum() else MARKS.get(sign, r"\text{?}")


def _sign(sign: str) -> str:
    return SIGNS.get(sign, sign)


def _scripts(head: Pieces, below: Pieces, above: Pieces) -> str:
    lower, upper = (f"{mark}{{{latex(part)}}}" if part else "" for mark, part in (("_", below), ("^", above)))
    # A layer's number in brackets comes before the index: h^{(2)}_{1}.
    is_layer = above and isinstance(above[0], Form)
    return latex(head) + (upper + lower if is_layer else lower + upper)


def _brackets(inside: Pieces) -> str:
    return rf"\left({latex(inside)}\right)" if is_tall(inside) else f"({latex(inside)})"


def _cases(condition: Pieces, yes: Pieces, no: Pieces) -> str:
    # A bracket right behind the end of a row would be read as its height.
    above, below = (f"{{}}{text}" if text[0] == "[" else text for text in (latex(yes), latex(no)))
    rows = rf"{above} & \text{{if ${latex(condition)}$}} \\ {below} & \text{{otherwise}}"
    return rf"\begin{{cases}} {rows} \end{{cases}}"


_LEAF: dict[type, Callable[[str], str]] = {
    p.Letter: lambda letter: LETTERS.get(letter, letter),
    p.Word: word,
    p.Digits: str,
    p.FunctionName: lambda name: FUNCTIONS[name].latex or rf"\operatorname{{{_upright(name)}}}",
    p.Operator: lambda operator: _OPERATORS[operator],
    p.Aside: lambda text: rf"\text{{{''.join(c if c in ' ,' else _character(c) for c in text)}}}",
    Command: str,
}
_FORM: dict[str, Callable[..., Any]] = {
    p.SCRIPTS: _scripts,
    p.BRACKETS: _brackets,
    p.SQUARE: lambda inside: f"[{latex(inside)}]",
    p.BARS: lambda inside: rf"\left|{latex(inside)}\right|",
    p.FRACTION: lambda over, under: rf"\frac{{{latex(over)}}}{{{latex(under)}}}",
    p.POWER: lambda base, exponent: f"{latex(base)}^{{{latex(exponent)}}}",
    p.ROOT: lambda inside: rf"\sqrt{{{latex(inside)}}}",
    p.HAT: lambda letter: rf"\hat{{{latex(letter)}}}",
    p.CASES: _cases,
    p.HALF.kind: lambda: r"\tfrac{1}{2}",
    p.MORE: lambda count: rf"\cdots \text{{{''.join(count)}}} \cdots",
}

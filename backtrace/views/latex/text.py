r"""Any text as LaTeX: what acts in TeX is escaped, what its fonts lack is written in letters that they have.

What comes out is ASCII, so that every engine and every encoding sets it alike.
"""

from __future__ import annotations

import unicodedata

from backtrace.errors import printable
from backtrace.symbolic.ids import transcribe
from backtrace.typesetting.latex import LETTERS

_BRACES = {c: f"\\{c}" for c in "#$%&_{}"}
_SPACED = {"^": r"\^{}", "~": r"\~{}", "`": r"\`{}"}
_MATH = {
    "\\": r"\backslash",
    "<": "<",
    ">": ">",
    "|": "|",
    "·": r"\cdot",
    "×": r"\times",
    "÷": r"\div",
    "±": r"\pm",
    "−": "-",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "≈": r"\approx",
    "∂": r"\partial",
    "∇": r"\nabla",
    "∞": r"\infty",
    "∈": r"\in",
    "√": r"\surd",
    "→": r"\to",
    "←": r"\leftarrow",
    "⇒": r"\Rightarrow",
    "½": r"\frac{1}{2}",
    "¼": r"\frac{1}{4}",
    "¾": r"\frac{3}{4}",
    "°": r"^{\circ}",
    "⁺": "^{+}",
    "⁻": "^{-}",
} | {c: letter if letter.startswith("\\") else rf"\mathrm{{{letter}}}" for c, letter in LETTERS.items()}
_LETTERS = {
    "ß": r"\ss{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
    "đ": "d",
    "Đ": "D",
    "…": r"\dots{}",
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "„": ",,",
    "«": "$\\ll$",
    "»": "$\\gg$",
    "§": r"\S{}",
    "©": r"\copyright{}",
    '"': "{''}",
    "¿": "?`",
    "¡": "!`",
}
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0331": "b",
}
_LIGATURES = frozenset("-'`,?!")  # which act together with what follows


def escaped(text: str) -> str:
    r"""Text that only says what it says; signs that cannot be set are told by their number.

    >>> escaped("50% of x_1, café, \x1b 中")
    "50\\% of x\\_1, caf\\'{e}, $\\backslash$x1b [U+4E2D]"
    """
    pieces: list[str] = []
    for sign in unicodedata.normalize("NFC", printable(text)):
        shown = _shown(sign)
        if pieces and pieces[-1] in _LIGATURES and shown[0] in _LIGATURES:
            shown = f"{{}}{shown}"
        pieces.append(shown)
    return "".join(pieces)


def commented(text: str) -> str:
    r"""Text for a comment, in which TeX reads nothing: as it is typed in ASCII, on one line.

    >>> commented("network 2-2-1 · half_squared_error, η 0.5, caf\u00e9")
    'network 2-2-1 | half_squared_error, eta 0.5, caf\\xe9'
    """
    typed = transcribe(printable(text).replace(" · ", " | "))
    return typed.encode("ascii", "backslashreplace").decode()


def _shown(sign: str) -> str:
    for table in (_BRACES, _SPACED, _LETTERS):
        if sign in table:
            return table[sign]
    if sign in _MATH:
        return f"${_MATH[sign]}$"
    if sign.isascii():
        return sign
    base, *marks = list(unicodedata.normalize("NFD", sign))
    if len(marks) == 1 and base.isascii() and base.isalpha() and marks[0] in _ACCENTS:
        dotless = f"\\{base}" if base in "ij" else base
        return f"\\{_ACCENTS[marks[0]]}{{{dotless}}}"
    kind = unicodedata.normalize("NFKC", sign)
    if kind.isascii():
        raised = unicodedata.decomposition(sign).partition(" ")[0]
        line = {"<super>": "^", "<sub>": "_"}.get(raised)
        return f"${line}{{{kind}}}$" if line else "".join(_shown(c) for c in kind)
    bare = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return bare if bare.isalpha() else f"[U+{ord(sign):04X}]"

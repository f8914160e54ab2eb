r"""Any text as LaTeX: signs that act in TeX are escaped, signs that its fonts lack are spelled with others.

The result is ASCII, so that every engine and every encoding sets it alike.
"""

from __future__ import annotations

import unicodedata

from backtrace.errors import printable
from backtrace.symbolic.ids import transcribe
from backtrace.typesetting.latex import LETTERS


def _table(pairs: str) -> dict[str, str]:
    words = pairs.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_BRACES = {c: f"\\{c}" for c in "#$%&_{}"}
_SPACED = {"^": r"\^{}", "~": r"\~{}", "`": r"\`{}"}
# A sign, then the LaTeX for it: in a formula, as a letter, as an accent over the letter that follows.
_MATH = _table(
    r"""
    \ \backslash  < <  > >  | |  · \cdot  × \times  ÷ \div  ± \pm  − -  ≤ \le  ≥ \ge  ≠ \ne  ≈ \approx
    ∂ \partial  ∇ \nabla  ∞ \infty  ∈ \in  √ \surd  → \to  ← \leftarrow  ⇒ \Rightarrow
    ½ \frac{1}{2}  ¼ \frac{1}{4}  ¾ \frac{3}{4}  ° ^{\circ}  ⁺ ^{+}  ⁻ ^{-}
    """
) | {c: letter if letter.startswith("\\") else rf"\mathrm{{{letter}}}" for c, letter in LETTERS.items()}
_LETTERS = _table(
    r"""
    ß \ss{}  ø \o{}  Ø \O{}  æ \ae{}  Æ \AE{}  œ \oe{}  Œ \OE{}  ł \l{}  Ł \L{}  ı \i{}  đ d  Đ D
    … \dots{}  – --  — ---  ‘ `  ’ '  “ ``  ” ''  „ ,,  « $\ll$  » $\gg$  § \S{}  © \copyright{}
    " {''}  ¿ ?`  ¡ !`
    """
)
_ACCENTS = {
    chr(0x300 + int(place, 16)): accent
    for place, accent in _table(
        "00 `  01 '  02 ^  03 ~  04 =  06 u  07 .  08 \"  0a r  0b H  0c v  23 d  27 c  31 b"
    ).items()
}
_LIGATURES = frozenset("-'`,?!")  # which join with the next sign


def escaped(text: str) -> str:
    r"""Text in which nothing acts; signs that cannot be set are shown by their number.

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

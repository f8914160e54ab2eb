r"""Names as LaTeX sets them: w_5 is `w_{5}`, ∂E/∂w_5 is `\frac{\partial E}{\partial w_{5}}`.

Nothing but ASCII is written, and of a name nothing but its letters, digits and marks: no name can break out.
"""

from __future__ import annotations

from backtrace.symbolic.ids import GREEK
from backtrace.typesetting.names import TypesetNames

# What LaTeX has no command for looks like a Latin letter; some others are known by the form a book has.
_NO_COMMAND = {"omicron": "o"} | {
    GREEK[greek]: rf"\mathrm{{{latin}}}"
    for greek, latin in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)
}
_FORMS = {"epsilon": r"\varepsilon", "phi": r"\varphi", **_NO_COMMAND}
_COMMANDS = {name: _FORMS.get(name, f"\\{name}") for name in GREEK.values()}
_OF_LETTER = {letter: _COMMANDS[name] for letter, name in GREEK.items()} | {"ς": r"\varsigma"}
_MARKED = {"_": r"\_", "-": r"\text{-}", " ": r"\ "}


class Names(TypesetNames):
    r"""Writes the symbols of one document.

    >>> Names()("net_h1⁺")
    '\\mathrm{net}_{h1}^{+}'
    """

    def scripts(self, head: str, below: str, above: str) -> str:
        lower, upper = f"_{{{below}}}" if below else "", f"^{{{above}}}" if above else ""
        return f"{head}{upper}{lower}" if above.startswith("(") else f"{head}{lower}{upper}"

    def derivative(self, of: str, by: str) -> str:
        return rf"\frac{{\partial {of}}}{{\partial {by}}}"

    def changed(self, name: str) -> str:
        return rf"\Delta {name}"

    def hat(self, letter: str) -> str:
        return rf"\hat{{{letter}}}"

    def letter(self, letters: str) -> str:
        return letter(letters)

    def word(self, text: str) -> str:
        return word(text)


def letter(letters: str) -> str:
    r"""One letter as it is, a Greek one spelled out too; a word upright.

    >>> letter("w"), letter("θ"), letter("theta"), letter("net")
    ('w', '\\theta', '\\theta', '\\mathrm{net}')
    """
    if letters in _COMMANDS:
        return _COMMANDS[letters]
    if len(letters) == 1:
        return _OF_LETTER.get(letters, letters)
    return word(letters)


def word(text: str) -> str:
    """A word upright, with every sign in it."""
    return rf"\mathrm{{{''.join(map(_sign, text)).strip()}}}"


def _sign(sign: str) -> str:
    if sign in _OF_LETTER:
        return f"{_OF_LETTER[sign]} "
    return sign if sign.isascii() and sign.isalnum() else _MARKED.get(sign, r"\text{?}")

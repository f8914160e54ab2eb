r"""Names as LaTeX sets them: w_5 is `w_{5}`, ∂E/∂w_5 is `\frac{\partial E}{\partial w_{5}}`.

Nothing but ASCII is written, and of a name nothing but its letters, digits and marks: no name can break out.
Two names of one document are never written alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backtrace.derivation.names import GREEK, LETTER, transcribe
from backtrace.problem import Network, Problem

# What LaTeX has no command for looks like a Latin letter; some others are known by the form a book has.
_NO_COMMAND = {"omicron": "o"} | {
    GREEK[greek]: rf"\mathrm{{{latin}}}"
    for greek, latin in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)
}
_FORMS = {"epsilon": r"\varepsilon", "phi": r"\varphi", **_NO_COMMAND}
_COMMANDS = {name: _FORMS.get(name, f"\\{name}") for name in GREEK.values()}
_OF_LETTER = {letter: _COMMANDS[name] for letter, name in GREEK.items()} | {"ς": r"\varsigma"}
_MARKED = {"_": r"\_", "-": r"\text{-}", " ": r"\ "}

_DERIVATIVE = re.compile("∂(.+)/∂(.+?)(⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾)?")
_SAMPLE = re.compile("(.+)(⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾)")
_DIGITS = str.maketrans("⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "()01234567890123456789")
_SHIFTED = re.compile(r"\((\S+) - (.+)\)")
_STEM = re.compile(f"([{LETTER}]+)([0-9]*)")
_SHORT = re.compile(f"[{LETTER}]?[0-9]*")
_HAT = "\u0302"
_MOST_PARTS = 6  # between the underscores of a name that is taken apart


class Names:
    r"""Writes the symbols of one document.

    Where the problem names a unit or a weight by counting, the layer's number is set above.

    >>> Names()("net_h1⁺")
    '\\mathrm{net}_{h1}^{+}'
    """

    def __init__(self, problem: Problem | None = None) -> None:
        self.counted = frozenset(counted(problem)) if problem else frozenset()
        self.givens: frozenset[str] = frozenset()
        if problem:
            self.givens = frozenset((*problem.parameters, *problem.inputs, *problem.targets))
        self.made: dict[str, str] = {}
        self.owners: dict[str, str] = {}

    def __call__(self, symbol: str) -> str:
        """A symbol's text as LaTeX."""
        made = self.made.get(symbol)
        if made is None:
            made = self.made[symbol] = self.marked(symbol, "")
        return made

    def marked(self, text: str, raised: str) -> str:
        """A name with the marks of calculus around it; `raised` are those that stand behind it so far."""
        if found := _DERIVATIVE.fullmatch(text):
            of, by, sample = found.groups(default="")
            return rf"\frac{{\partial {self(of + sample)}}}{{\partial {self(by)}}}"
        if found := _SAMPLE.fullmatch(text):
            return self.marked(found[1], found[2].translate(_DIGITS) + raised)
        if text.endswith("⁺"):
            return self.marked(text[:-1], f"+{raised}")
        if text.startswith("e^"):
            power = f"e^{{{self.exponent(text[2:])}}}"
            return f"({power})^{{{raised}}}" if raised else power
        if text[0] == "Δ" and text[1:2].isalpha():
            return rf"\Delta {self.marked(text[1:], raised)}"
        return self.named(text.translate(_DIGITS), raised)

    def exponent(self, text: str) -> str:
        """What stands above the e of a softmax: a net, less the largest one where that is taken off."""
        if found := _SHIFTED.fullmatch(text):
            return f"{self(found[1])} - {self(found[2])}"
        return self(text)

    def named(self, name: str, raised: str = "") -> str:
        """A name; as it is typed where it would look like another one."""
        head, above, below = self.parts(name)
        typed = transcribe(name)
        if self.owners.setdefault(_set(head, above, below, ""), typed) != typed:
            head, above, below = word(typed), "", ""
        return _set(head, above, below, raised)

    def parts(self, name: str) -> tuple[str, str, str]:
        """What stands on the line, above it and below it."""
        stem, *others = name.split("_")
        if not stem or not all(others) or len(others) >= _MOST_PARTS:
            return word(name), "", ""
        hat = stem.endswith(_HAT)
        stem = stem.removesuffix(_HAT)
        found = _STEM.fullmatch(stem)
        letters, digits = found.groups() if found else (stem, "")
        head = rf"\hat{{{letter(letters)}}}" if hat else letter(letters)
        if self.is_counted(name, "_".join(others)):
            return head, f"({others[0]})", ",".join(others[1:])
        return head, "", self.below([digits, *others] if digits else others)

    def is_counted(self, name: str, behind: str) -> bool:
        if name in self.counted:
            return True
        return behind[:1].isdigit() and behind in self.counted and name not in self.givens

    def below(self, parts: list[str]) -> str:
        """An index: numbers and letters side by side, but a name with an index as such."""
        if len(parts) > 1 and not parts[0][0].isdigit():
            return self.named("_".join(parts))
        return ",".join(part if _SHORT.fullmatch(part) and part.isascii() else letter(part) for part in parts)


def _set(head: str, above: str, below: str, raised: str) -> str:
    if above:
        return f"{head}^{{{above}{raised}}}" + (f"_{{{below}}}" if below else "")
    return head + (f"_{{{below}}}" if below else "") + (f"^{{{raised}}}" if raised else "")


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


def counted(problem: Problem) -> Iterator[str]:
    """The names that say where something stands: layer and unit, or layer, unit and source."""
    model = problem.model
    for number, layer in enumerate(model.layers, 1) if isinstance(model, Network) else ():
        for row, unit in enumerate(layer.units, 1):
            if unit == f"{number}_{row}":
                yield unit
        for row, weights in enumerate(layer.weights, 1):
            for column, weight in enumerate(weights, 1):
                if weight == f"w_{number}_{row}_{column}":
                    yield weight
        for row, bias in enumerate(layer.biases, 1):
            if bias == f"b_{number}_{row}":
                yield bias

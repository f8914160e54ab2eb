"""Names as they are set in print: w_5 has its 5 below, ∂E/∂w_5 is a fraction, h_2_1 has its layer above.

Which sign a name gets where is decided here; how that is written, in LaTeX or in MathML, is each one's own
business. Two names of one document are never written alike.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator

from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.ids import LETTER, transcribe

_DERIVATIVE = re.compile("∂(.+)/∂(.+?)(⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾)?(?: (direct))?")
_SAMPLE = re.compile("(.+)(⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾)")
_DIGITS = str.maketrans("⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "()01234567890123456789")
_SHIFTED = re.compile(r"\((\S+) - (.+)\)")
_STEM = re.compile(f"([{LETTER}]+)([0-9]*)")
SHORT = re.compile(f"[{LETTER}]?[0-9]*")  # a part of an index that is no word
_HAT = "\u0302"
_MOST_PARTS = 6  # between the underscores of a name that is taken apart


class TypesetNames(ABC):
    """Writes the symbols of one document.

    Where the problem names a unit or a weight by counting, the layer's number is set above.
    """

    def __init__(self, problem: Problem | None = None) -> None:
        self.counted = frozenset(counted(problem)) if problem else frozenset()
        self.givens: frozenset[str] = frozenset()
        if problem:
            self.givens = frozenset((*problem.parameters, *problem.inputs, *problem.targets))
        self.made: dict[str, str] = {}
        self.owners: dict[str, str] = {}

    def __call__(self, symbol: str) -> str:
        """A symbol's text as it is set."""
        made = self.made.get(symbol)
        if made is None:
            made = self.made[symbol] = self.marked(symbol, "")
        return made

    def marked(self, text: str, raised: str) -> str:
        """A name with the marks of calculus around it; `raised` are those that stand behind it so far."""
        if found := _DERIVATIVE.fullmatch(text):
            of, by, sample, direct = found.groups(default="")
            fraction = self.derivative(self(of + sample), self(by))
            return self.scripts(fraction, self.word(direct), "") if direct else fraction
        if found := _SAMPLE.fullmatch(text):
            return self.marked(found[1], found[2].translate(_DIGITS) + raised)
        if text.endswith("⁺"):
            return self.marked(text[:-1], f"+{raised}")
        if text.startswith("e^"):
            power = self.scripts("e", "", self.exponent(text[2:]))
            return self.scripts(f"({power})", "", raised) if raised else power
        if text[0] == "Δ" and text[1:2].isalpha():
            return self.changed(self.marked(text[1:], raised))
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
        if self.owners.setdefault(self.scripts(head, below, above), typed) != typed:
            head, above, below = self.word(typed), "", ""
        return self.scripts(head, below, above + raised)

    def parts(self, name: str) -> tuple[str, str, str]:
        """What stands on the line, above it and below it."""
        stem, *others = name.split("_")
        if not stem or not all(others) or len(others) >= _MOST_PARTS or is_phrase(stem, others):
            return self.word(name), "", ""
        hat = stem.endswith(_HAT)
        stem = stem.removesuffix(_HAT)
        found = _STEM.fullmatch(stem)
        letters, digits = found.groups() if found else (stem, "")
        head = self.hat(self.letter(letters)) if hat else self.letter(letters)
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
        return ",".join(
            part if SHORT.fullmatch(part) and part.isascii() else self.letter(part) for part in parts
        )

    # How it is written

    @abstractmethod
    def scripts(self, head: str, below: str, above: str) -> str:
        """What stands on the line, with what stands below and above its end, if anything."""

    @abstractmethod
    def derivative(self, of: str, by: str) -> str:
        """∂of/∂by, as a fraction."""

    @abstractmethod
    def changed(self, name: str) -> str:
        """Δ and a name."""

    @abstractmethod
    def hat(self, letter: str) -> str:
        """A letter with a hat."""

    @abstractmethod
    def letter(self, letters: str) -> str:
        """One letter as it is, a Greek one spelled out too; a word upright."""

    @abstractmethod
    def word(self, text: str) -> str:
        """A word upright, with every sign in it."""


def is_phrase(stem: str, others: list[str]) -> bool:
    """Whether a name is several words, as rate_of_change, whose indices of indices nobody could read."""
    return len(stem) > 1 and stem.isalpha() and sum(part.isalpha() for part in others) > 1


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

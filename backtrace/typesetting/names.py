"""Names as they are set in print: w_5 has its 5 below, ∂E/∂w_5 is a fraction, h_2_1 has its layer above.

A name becomes pieces; `latex` and `mathml` write them. Two names of one document are never written alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backtrace.problem.problem import Network, Problem
from backtrace.symbolic.ids import GREEK, LETTER, transcribe
from backtrace.typesetting.pieces import (
    BRACKETS,
    FRACTION,
    HAT,
    POWER,
    SCRIPTS,
    Digits,
    Form,
    Letter,
    Operator,
    Piece,
    Word,
    in_form,
)

_DERIVATIVE = re.compile("∂(.+)/∂(.+?)(⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾)?(?: (direct))?")
_SAMPLE = re.compile("(.+)⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
_SHIFTED = re.compile(r"\((\S+) - (.+)\)")
_STEM = re.compile(f"([{LETTER}]+)([0-9]*)")
SHORT = re.compile(f"[{LETTER}]?[0-9]*")  # a part of an index that is no word
_SPELLED = {name: letter for letter, name in GREEK.items()} | {"sigma": "σ"}  # not the ς that ends a word
_HAT = "\u0302"
_MOST_PARTS = 6  # between the underscores of a name that is taken apart

Name = tuple[Piece, ...]


class Names:
    """Sets the symbols of one document.

    Where the problem names a unit or a weight by counting, the layer's number is set above.
    """

    def __init__(self, problem: Problem | None = None) -> None:
        self.counted = frozenset(counted(problem)) if problem else frozenset()
        self.givens: frozenset[str] = frozenset()
        if problem:
            self.givens = frozenset((*problem.parameters, *problem.inputs, *problem.targets))
        self.known: dict[str, Name] = {}
        self.owners: dict[Name, str] = {}

    def __call__(self, symbol: str) -> Name:
        """A symbol's text as it is set.

        >>> Names()("w_5")
        (Form(kind='scripts', parts=(('w',), ('5',), ())),)
        """
        name = self.known.get(symbol)
        if name is None:
            name = self.known[symbol] = self.with_marks(symbol, ())
        return name

    def with_marks(self, text: str, raised: Name) -> Name:
        """A name with the marks of calculus around it; `raised` are those already found behind it."""
        if found := _DERIVATIVE.fullmatch(text):
            of, by, sample, direct = found.groups(default="")
            over, under = ((Operator("∂"), *self(name)) for name in (of + sample, by))
            return scripts((in_form(FRACTION, over, under),), (Word(direct),) if direct else (), ())
        if found := _SAMPLE.fullmatch(text):
            return self.with_marks(found[1], (_bracketed(Digits(found[2].translate(_DIGITS))), *raised))
        if text.endswith("⁺"):
            return self.with_marks(text[:-1], ("+", *raised))
        if text.startswith("e^"):
            power = in_form(POWER, [Letter("e")], self.exponent(text[2:]))
            return scripts((_bracketed(power),), (), raised) if raised else (power,)
        if text[0] == "Δ" and text[1:2].isalpha():
            return Operator("Δ"), *self.with_marks(text[1:], raised)
        return self.named(text.translate(_DIGITS), raised)

    def exponent(self, text: str) -> Name:
        """The exponent of a softmax: a net input, less the largest one where that is taken off."""
        if found := _SHIFTED.fullmatch(text):
            return *self(found[1]), " - ", *self(found[2])
        return self(text)

    def named(self, name: str, raised: Name = ()) -> Name:
        """A name; as it is typed where it would look like another one."""
        head, above, below = self.parts(name)
        typed = transcribe(name)
        if self.owners.setdefault(scripts(head, below, above), typed) != typed:
            head, above, below = (Word(typed),), (), ()
        return scripts(head, below, above + raised)

    def parts(self, name: str) -> tuple[Name, Name, Name]:
        """The pieces on the line, above it and below it."""
        stem, *others = name.split("_")
        if not stem or not all(others) or len(others) >= _MOST_PARTS or is_phrase(stem, others):
            return (Word(name),), (), ()
        hat = stem.endswith(_HAT)
        stem = stem.removesuffix(_HAT)
        found = _STEM.fullmatch(stem)
        letters, digits = found.groups() if found else (stem, "")
        head: Name = (letter(letters),)
        head = (in_form(HAT, head),) if hat else head
        if self.is_counted(name, "_".join(others)):
            return head, (_bracketed(Digits(others[0])),), (Digits(",".join(others[1:])),)
        return head, (), self.below([digits, *others] if digits else others)

    def is_counted(self, name: str, behind: str) -> bool:
        if name in self.counted:
            return True
        return behind[:1].isdigit() and behind in self.counted and name not in self.givens

    def below(self, parts: list[str]) -> Name:
        """An index: numbers and letters side by side, but a name with an index as such."""
        if len(parts) > 1 and not parts[0][0].isdigit():
            return self.named("_".join(parts))
        pieces: list[Piece] = []
        for place, part in enumerate(parts):
            follows = bool(place)
            if follows and part.isdigit() and isinstance(pieces[-1], Digits):
                pieces[-1] = Digits(f"{pieces[-1]},{part}")  # 2,1 is one number to a screen reader, too
                continue
            pieces += [","] if follows else []
            if SHORT.fullmatch(part) and part.isascii():
                pieces += [Letter(part[0])] if part[0].isalpha() else []
                digits = part[1:] if part[0].isalpha() else part
                pieces += [Digits(digits)] if digits else []
            else:
                pieces.append(letter(part))
        return tuple(pieces)


def letter(letters: str) -> Piece:
    """One letter in italics, a Greek one spelled out too; a word upright."""
    letters = _SPELLED.get(letters, letters)
    if len(letters) > 1:
        return Word(letters)
    return Letter("o" if letters == "ο" else letters)  # omicron looks like a Latin letter


def scripts(head: Name, below: Name, above: Name) -> Name:
    """A name with an index and marks above it, if there are any."""
    return (in_form(SCRIPTS, head, below, above),) if below or above else head


def _bracketed(*pieces: Piece) -> Form:
    return in_form(BRACKETS, pieces)


def is_phrase(stem: str, others: list[str]) -> bool:
    """Whether a name is several words, as rate_of_change, whose indices of indices nobody could read."""
    return len(stem) > 1 and stem.isalpha() and sum(part.isalpha() for part in others) > 1


def counted(problem: Problem) -> Iterator[str]:
    """The names that say where something is: layer and unit, or layer, unit and source."""
    model = problem.model
    for number, layer in enumerate(model.layers, 1) if isinstance(model, Network) else ():
        rows = zip(layer.units, layer.biases, layer.weights, strict=True)
        for row, (unit, bias, weights) in enumerate(rows, 1):
            place = f"{number}_{row}"
            expected = {place: unit, f"b_{place}": bias}
            expected |= {f"w_{place}_{column}": weight for column, weight in enumerate(weights, 1)}
            yield from (name for name, found in expected.items() if name == found)

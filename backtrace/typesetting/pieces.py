"""Pieces, the parts of a printed formula before it becomes text, LaTeX or MathML.

A piece is a sign, a name or a number on the line, or a form with pieces in it, such as a fraction. Signs at
which a line may end are `Break`s, so a long formula is broken where it was put together. Must not know
expressions, nor how any format writes a piece.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

# How much a break disturbs: between terms, arguments or factors, or before a bracket and after a slash.
TERM, ARGUMENT, FACTOR, BRACKET = range(4)


class Break(str):
    """A sign at which a line may end; with a space in front it begins the next line, else it ends its own."""

    __slots__ = ("rank",)
    rank: int

    def __new__(cls, text: str, rank: int) -> Break:
        sign = super().__new__(cls, text)
        sign.rank = rank
        return sign


PLUS, MINUS = Break(" + ", TERM), Break(" - ", TERM)
COMMA, IF, ELSE = Break(", ", ARGUMENT), Break(" if ", ARGUMENT), Break(" else ", ARGUMENT)
DOT, STAR = Break("·", FACTOR), Break("*", FACTOR)
BESIDE, SLASH = Break("", BRACKET), Break("/", BRACKET)


# The pieces on the line of a typeset formula; in plain text a piece is a `str` like any other.


class Letter(str):
    """One letter, set in italics."""


class Word(str):
    """Several letters and signs, set upright."""


class Digits(str):
    """A number without sign and exponent, or several with commas between them."""


class FunctionName(str):
    """A function of the table, by its name there."""


class Operator(str):
    """A ∂ or Δ in front of a name."""


class Aside(str):
    """Words in a formula."""


class Form(NamedTuple):
    """Pieces in a form that takes more than a line: one of the kinds below, with its parts."""

    kind: str
    parts: tuple[Pieces, ...]


Piece = str | Form
Pieces = Sequence[Piece]
AnyPiece = TypeVar("AnyPiece", bound=Piece)

# The kinds of form, and their parts.
BRACKETS, SQUARE, BARS, ROOT, HAT = "brackets square bars root hat".split()  # their content
FRACTION = "fraction"  # over, under
POWER = "power"  # base, exponent
SCRIPTS = "scripts"  # head, below, above; one of the last two may be empty
CASES = "cases"  # condition, yes, no
HALF, MORE = Form("half", ()), "more"  # ½; the count of terms that are hidden


def in_form(kind: str, *parts: Pieces) -> Form:
    """A form of one of the kinds above."""
    return Form(kind, tuple(map(tuple, parts)))


def holds(pieces: Pieces, kinds: Collection[str]) -> bool:
    """Whether a form of one of some kinds is among the pieces, or within one of them."""
    forms = [piece for piece in pieces if isinstance(piece, Form)]
    return any(form.kind in kinds or any(holds(part, kinds) for part in form.parts) for form in forms)


def parted(pieces: Sequence[AnyPiece], rank: int) -> list[Sequence[AnyPiece]]:
    """The pieces in parts, each but the first with the break of this rank that it begins with.

    Nothing is parted within brackets.

    >>> parted(["a", PLUS, "b", BESIDE, "(", "c", MINUS, "d", ")", MINUS, "e"], TERM)
    [['a'], [' + ', 'b', '', '(', 'c', ' - ', 'd', ')'], [' - ', 'e']]
    """
    starts = [place for place, piece, depth in breaks(pieces) if piece.rank == rank and not depth and place]
    return [pieces[start:end] for start, end in pairwise([0, *starts, len(pieces)])]


def breaks(pieces: Pieces) -> Iterator[tuple[int, Break, int]]:
    """The places of all breaks outside forms, and the number of brackets around each."""
    depth = 0
    for place, piece in enumerate(pieces):
        if isinstance(piece, Break):
            yield place, piece, depth
        elif type(piece) is str:  # of plain text; typeset brackets are a form
            depth += sum(map(piece.count, "([")) - sum(map(piece.count, ")]"))

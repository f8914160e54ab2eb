"""Words with a symbol → one name: `gradient of w_1`, `w_1 gradient`, `Ableitung von E nach w`, `w_1 的梯度`.

A phrase becomes one token, whose text is its kind, how the two belong together, and the symbol: `gradient of
w_1`, `net h_1`, or a derivative, `dE/dw_1`. So no word beside a symbol is lost. Must not know what it names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from backtrace.checking.lexing.phrase_pieces import LABEL, SYMBOL, WORD, PhrasePiece, has_quantity, pieces_of
from backtrace.checking.lexing.quantity_words import (
    ARTICLE,
    AT,
    BY,
    KINDS,
    NEW,
    OF,
    OPERATION,
    OTHER,
    STOPS,
    UNIT,
    VALUE,
)
from backtrace.checking.lexing.symbols import Token

_NESTED = 3  # phrases within one another: change of the output of unit o
_MOST = 10  # words before a symbol
_UNKNOWN_WORDS = 3  # between "of" and a symbol: of the first hidden neuron h1
_DERIVED = ("derivative", "gradient", "slope", "local gradient")
_NUMBERED = ("net", "output", "delta", "error", "error term", "slope")  # these of a unit: output 1
_ALONE = {"cost": "loss", "output": "out", "net": "net", "error": "error"}  # in a derivative: of the loss
# Kinds that a symbol has itself: in the heading "Net input I_j", that of I_j says nothing new.
OF_SYMBOLS = ("net", "output", "target", "cost", "bias", "weight", "input", "delta", "error", "error term")
_GIVEN = ("cost", "input", "target", "weight", "bias")
_WITHOUT_SYMBOL = {"net": "net", "delta": "delta", "error term": "delta"}  # the net input = 0.2
_RELATIONS = ("=", "≈", ":=", "←")


class Noun(NamedTuple):
    """A name in words: kinds of quantities, then a symbol; `end` is the number of the next piece."""

    kinds: tuple[str, ...]
    symbol: str
    is_unit: bool
    end: int

    @property
    def kind(self) -> str:
        """The kind that decides; empty if there is none."""
        is_derived = any(kind in _DERIVED for kind in self.kinds)  # of a sigmoid, say
        unsaid = (NEW, VALUE, OPERATION) if is_derived else (NEW, VALUE)
        return min((kind for kind in self.kinds if kind not in unsaid), key=KINDS.index, default="")

    @property
    def name(self) -> str:
        """The name where the symbol is of that kind: `net h_1`; a unit, or a derivative, needs no kind."""
        if "/" in self.symbol or (self.is_unit and not self.kinds):
            return self.symbol
        return self.joined(" of " if self.is_unit else " ", self.symbol)

    def joined(self, link: str, symbol: str) -> str:
        """The name of this kind of quantity of what a symbol names."""
        symbol = f"{symbol}+" if NEW in self.kinds and not symbol.endswith("+") else symbol
        return f"{self.kind}{link}{symbol}" if self.kind else symbol


def with_phrases(tokens: list[Token]) -> list[Token]:
    """The tokens, with those of a phrase as one."""
    if not has_quantity(tokens):
        return tokens
    reader = _PhraseReader(list(pieces_of(tokens)))
    found: list[Token] = []
    i = place = 0
    while i < len(reader.pieces):
        start = reader.pieces[i].start
        name, i = reader.phrase(i) or ("", i + 1)
        end = reader.pieces[i - 1].end
        found += tokens[place:start]
        found += [_token(name, tokens[start].start, tokens[end - 1].end)] if name else tokens[start:end]
        place = end
    return found + tokens[place:]


def kinds_in(tokens: Sequence[Token], also: Mapping[str, str] = MappingProxyType({})) -> Noun | None:
    """The kinds that are named anywhere in a heading; `also` has further words."""
    kinds = []
    for piece in pieces_of(tokens):
        kinds += [piece.row] if piece.row in KINDS else [also.get(piece.text.casefold(), "")]
        kinds += [kind for kind in KINDS if piece.text.startswith(f"{kind} ")][:1]
        kinds += [NEW] if piece.text.endswith("+") else []
    named = tuple(filter(None, kinds))
    return Noun(named, "", False, 0) if named else None


def only_kinds(tokens: Sequence[Token]) -> Noun | None:
    """The kinds that words name, if they say nothing else."""
    rows = tuple(piece.row for piece in pieces_of(tokens)) if has_quantity(tokens) else ()
    return Noun(rows, "", False, 0) if rows and set(rows) <= set(KINDS) else None


def _token(name: str, start: int, end: int) -> Token:
    above, slash, below = name.partition("/d")
    if slash and " " not in name:
        return Token("derivative", f"∂{above[1:]}/∂{below}", start, end)
    return Token("name", name if " " in name else name.replace("+", "⁺"), start, end)


def _derivative(of: str, by: str) -> str:
    """A derivative as a symbol; as a phrase where one of its names is."""
    return f"derivative of {of} by {by}" if " " in of + by else f"d{of}/d{by}"


class _PhraseReader:
    """Reads what begins at a piece; everything is None where no phrase does."""

    def __init__(self, pieces: list[PhrasePiece]) -> None:
        self.pieces = pieces

    def row(self, i: int) -> str:
        return self.pieces[i].row if i < len(self.pieces) else ""

    def text(self, i: int) -> str:
        return self.pieces[i].text if i < len(self.pieces) else ""

    def phrase(self, i: int) -> tuple[str, int] | None:
        """The name that a phrase is, and the number of the piece behind it."""
        row = self.row(i)
        if row == SYMBOL and self.text(i) == "delta" and self.row(i + 1) == OF:
            return self.of(Noun(("delta",), "", False, i + 1), OF, _NESTED)
        if row == SYMBOL:
            return self.after_symbol(self.noun(i), self.text(i))
        if row == LABEL and (i == 0 or self.text(i + 1) == "的"):  # 1 net input, at the beginning
            return self.after_symbol(Noun((), self.text(i), True, i + 1), self.text(i))
        if row == BY:  # 对 w_1 的梯度
            by = self.noun(i + 1)
            return self.after_symbol(by, by.name) if by.symbol else None
        if row not in KINDS and row != UNIT:
            return None
        return self.nested(i, _NESTED)

    def noun(self, i: int, unknown: int = 0) -> Noun:
        """The kinds and the symbol from here on, with so many words between them that are not known."""
        kinds: list[str] = []
        is_unit = False
        last = i + _MOST
        while i < last:
            row = self.row(i)
            if row in KINDS:
                kinds.append(row)
                is_unit = False
            elif row == WORD and unknown and self.text(i).casefold() not in STOPS:
                unknown -= 1
            elif row == UNIT:
                is_unit = True
            elif row != ARTICLE:
                break
            i += 1
        noun = Noun(tuple(kinds), "", is_unit, i)
        is_bracketed = bool(kinds) and self.text(i) == "(" and self.text(i + 2) == ")"
        place = i + is_bracketed
        if self.row(place) == SYMBOL or self.is_number_of_unit(noun, place):
            noun = noun._replace(symbol=self.text(place), end=place + 1 + is_bracketed)
        if is_bracketed and noun.kind in _GIVEN:  # its own symbol: Input (x)
            noun = noun._replace(kinds=tuple(kind for kind in kinds if kind == NEW))
        return noun

    def is_number_of_unit(self, noun: Noun, i: int) -> bool:
        """Whether a number is a unit's name: output 1 = 0.6, error of unit 2."""
        is_last = not self.text(i + 1) or self.text(i + 1) in _RELATIONS
        return self.row(i) == LABEL and (noun.is_unit or (noun.kind in _NUMBERED and is_last))

    def nested(self, i: int, depth: int) -> tuple[str, int] | None:
        """A phrase that begins with a kind: net input h_1, change of the output of unit o."""
        noun = self.noun(i)
        link = self.row(noun.end)
        if noun.symbol and noun.kind == OPERATION:
            return None  # a function of the symbol
        if noun.symbol and link in (OF, BY) and noun.kinds:
            other = self.noun(noun.end + 1)
            if other.symbol and link == OF:  # the net input z of h1
                return noun.joined(" of ", other.name), other.end
            if other.symbol and noun.kind in _DERIVED:
                return _derivative(noun.symbol, other.name), other.end
        if noun.symbol:
            if self.text(noun.end) == "(":
                return None  # a call: slope g'(h_1)
            return self.after_symbol(noun, noun.name) or ((noun.name, noun.end) if noun.end > i + 1 else None)
        last = noun.end - (len(noun.kinds) > 1)
        if NEW in noun.kinds and self.row(last) in (WORD, *KINDS) and self.text(last + 1) in _RELATIONS:
            return f"{self.text(last)}+", last + 1  # the new slope = 0.3
        is_long = bool(noun.kinds) and self.pieces[noun.end - 1].end - self.pieces[i].start > 1
        if is_long and noun.kind in _WITHOUT_SYMBOL and self.text(noun.end) in _RELATIONS:
            return _WITHOUT_SYMBOL[noun.kind], noun.end
        if not noun.kinds or link not in (OF, BY, AT):
            return None
        return self.of(noun, link, depth)

    def of(self, noun: Noun, link: str, depth: int) -> tuple[str, int] | None:
        """The words after a kind without a symbol: of w_1, w.r.t. w_1, of the loss w.r.t. w_1."""
        inner = self.behind_link(noun.end + 1)
        if inner.end == noun.end + 1 and self.is_number_of_unit(noun, inner.end):
            inner = inner._replace(symbol=self.text(inner.end), end=inner.end + 1)
        if not inner.symbol and self.row(inner.end) == AT and depth:  # of the sigmoid at h_o
            return self.of(noun._replace(end=inner.end), AT, depth - 1)
        name, end = inner.name if inner.symbol else _ALONE.get(inner.kind, ""), inner.end
        if not inner.symbol and inner.kinds and self.row(end) == OF and depth:
            name, end = self.nested(noun.end + 1, depth - 1) or ("", end)
        if not name or (not inner.symbol and " " not in name and self.row(end) != BY):
            return None
        if link == BY:
            above, derived = _ALONE.get(noun.kind), self.kinds_after(end)
            if above and derived and derived.kind in _DERIVED:  # 损失对 w_1 的梯度
                return _derivative(above, name), derived.end
            return noun.joined(" of ", name), end
        if self.row(end) == BY and (by := self.behind_link(end + 1)).symbol:
            is_derived = noun.kind in _DERIVED
            return _derivative(name, by.name) if is_derived else f"{OTHER} {by.symbol}", by.end
        return noun.joined(f" {'at' if link == AT else 'of'} ", name), end

    def behind_link(self, i: int) -> Noun:
        """The noun behind of, by or at; in `gradient of slope = 6` a word may be the symbol."""
        noun = self.noun(i, _UNKNOWN_WORDS)
        is_last = not self.text(noun.end) or self.text(noun.end) in _RELATIONS
        word = self.pieces[noun.end - 1]
        is_word = (word.row in KINDS or word.row == WORD) and word.end == word.start + 1
        if noun.symbol or not (is_last and is_word):
            return noun
        return noun._replace(kinds=(), symbol=word.text)

    def after_symbol(self, noun: Noun, name: str) -> tuple[str, int] | None:
        """A phrase that begins with a symbol: w_1 gradient, w_5 (new), dE w.r.t. w_1, E 对 w_1 的导数."""
        end = noun.end
        if self.row(end) == BY and (by := self.behind_link(end + 1)).symbol:
            derived = self.kinds_after(by.end)
            if derived and derived.kind in _DERIVED:
                return _derivative(name, by.name), derived.end
            if name[0] == "d" and len(name) > 1 and " " not in name:
                return f"{name}/d{by.name.removeprefix('d')}", by.end
            return None if self.text(end) == "by" else (f"{OTHER} {by.symbol}", by.end)
        kinds = self.kinds_after(end)
        name = name.removesuffix("+") if self.text(end) == "s" else name  # w_1's
        return (kinds.joined(" of ", name), kinds.end) if kinds else None

    def kinds_after(self, i: int) -> Noun | None:
        """The kinds behind a symbol, unless they belong to the next one."""
        is_possessive = self.text(i) == "的" or (self.text(i) == "s" and self.text(i - 1).endswith("+"))
        i += is_possessive
        is_bracketed = self.text(i) == "("
        noun = self.noun(i + is_bracketed)
        end = noun.end + is_bracketed
        is_whole = not is_bracketed or self.text(noun.end) == ")"
        is_next = self.row(end) in (SYMBOL, OF, BY, AT, UNIT, WORD)
        if noun.symbol or not noun.kinds or noun.kind == OPERATION or not is_whole or is_next:
            return None
        return noun._replace(end=end)

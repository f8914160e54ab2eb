"""The tokens of a line by what they mean beside a symbol: words of the table, symbols, and other words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backtrace.checking.lexing.latex_tables import FENCE
from backtrace.checking.lexing.quantity_words import BEGINNINGS, PHRASES
from backtrace.checking.lexing.symbols import Token, ascii_name
from backtrace.symbolic.ids import GREEK

SYMBOL, WORD, LABEL = "symbol", "word", "label"

_SPELLED = frozenset(GREEK.values())
# Ends of German words in one: Fehlergradient, Netzausgabe.
_COMPOUNDS = ("gradient", "derivative", "change", "error", "output", "net")
_SINGLE = [words[0] for words, row in PHRASES.items() if len(words) == 1 and row in _COMPOUNDS]
_ENDS = tuple(word for word in _SINGLE if len(word) > 5)
_LONGEST_WORD = 40
_WORDS = ("name", "word")  # kinds of tokens that a phrase may begin with


class PhrasePiece(NamedTuple):
    """Tokens, from `start` to `end`, that mean one thing: a row of the table, a symbol, a word or else ""."""

    row: str
    text: str
    start: int
    end: int


def has_quantity(tokens: Sequence[Token]) -> bool:
    """Whether any word of the table is among the tokens."""
    words = (_word(token) for token in tokens if token.kind in _WORDS)
    return any((word,) in BEGINNINGS or _compound(word) for word in words)


def pieces_of(tokens: Sequence[Token]) -> Iterator[PhrasePiece]:
    """The tokens by what they mean, without spaces and the signs where mathematics begins."""
    place = 0
    while place < len(tokens):
        token = tokens[place]
        end, row = _words_at(tokens, place) if token.kind in _WORDS else (place + 1, "")
        if row:
            yield PhrasePiece(row, token.text, place, end)
        elif token.kind == "number" and token.text.isdecimal():
            while (
                end < len(tokens) and tokens[end].start == tokens[end - 1].end and _is_of_label(tokens[end])
            ):
                end += 1  # a unit's name: 1, 1_2 or 1a
            yield PhrasePiece(LABEL, "".join(part.text for part in tokens[place:end]), place, end)
        elif token.kind in ("name", "derivative") and (name := ascii_name(token)):
            yield PhrasePiece(SYMBOL if _is_symbol(token) else WORD, name, place, end)
        elif token.kind != "space" and token.text != FENCE:
            yield PhrasePiece("", token.text, place, end)
        place = end


def _is_of_label(token: Token) -> bool:
    return token.text == "_" or (token.kind in ("name", "number") and token.text.replace("_", "").isalnum())


def _words_at(tokens: Sequence[Token], place: int) -> tuple[int, str]:
    """The place behind the longest phrase of the table that begins here, and its row; "" if none does."""
    best = place + 1, ""
    words: tuple[str, ...] = ()
    for i in range(place, len(tokens)):
        if tokens[i].kind != "space":
            words = (*words, _word(tokens[i]))
            if words not in BEGINNINGS:
                break
            if words in PHRASES:
                best = i + 1, PHRASES[words]
    return best if best[1] else (place + 1, _compound(_word(tokens[place])))


def _compound(word: str) -> str:
    """The row of the last part of a German word, as Fehlergradient; "" if that is no quantity."""
    if len(word) > _LONGEST_WORD or not word.endswith(_ENDS):
        return ""
    return next(PHRASES[(end,)] for end in _ENDS if word.endswith(end))


def _word(token: Token) -> str:
    """A token as the table has it; but dE is not Spanish."""
    text = token.text
    return text.casefold() if text[1:].islower() or text.isupper() else text


def _is_symbol(token: Token) -> bool:
    """Whether this is no word: w_5, ∂E/∂w, one letter, a Greek one by its name, or dE."""
    text = token.text
    is_letter = len(text) == 1 or text in _SPELLED or (len(text) == 2 and text[0] in "d∂")
    return token.kind == "derivative" or is_letter or not text.isalpha()

"""Words of sentences between equations, and how they differ from symbols."""

from __future__ import annotations

from collections.abc import Sequence

from backtrace.checking.lexing.symbols import Token

# Words that may be the left side of an equation: "the error = 0.1", "output = 0.5".
COST_WORDS = frozenset("error loss cost output out net total".split())
# Words that are functions or names in mathematics, unless another word is beside them.
FUNCTIONS = frozenset(
    "exp ln log log10 tanh max min sin cos tan arctan sqrt abs sigmoid sigma relu softmax softplus gelu elu "
    "net out in target output error total train targ".split()
)
# Words that a left side may follow, even one of letters alone: "we get net = 0.3", "where out = 0.7".
LEAD = frozenset(
    "a an the is are be get gets have has so then thus hence and that with for where let gives give yields "
    "therefore when if of as to obtain find compute calculate also since because or our new take".split()
)
ARTICLES = frozenset("aAI")


def is_word(tokens: Sequence[Token], i: int) -> bool:
    """Whether a name is a word of a sentence and not a symbol."""
    text = tokens[i].text
    if tokens[i].kind != "name" or not (text.isascii() and text.isalpha()):
        return False
    before, after = neighbour(tokens, i, -1), neighbour(tokens, i, 1)
    if len(text) == 1:  # "a bias", but a = 0.5
        return text in ARTICLES and after is not None and _looks_like_a_word(after)
    beside = [token for token in (before, after) if token]
    if any(map(_looks_like_a_word, beside)):
        return True
    return text not in FUNCTIONS and not any(token.kind in ("operator", "open") for token in beside)


def _looks_like_a_word(token: Token) -> bool:
    return token.kind == "name" and token.text.isalpha() and len(token.text) > 1


def neighbour(tokens: Sequence[Token], i: int, step: int) -> Token | None:
    """The next token to the right (step 1) or left (-1) that is no space."""
    place = neighbour_at(tokens, i, step)
    return None if place is None else tokens[place]


def neighbour_at(tokens: Sequence[Token], i: int, step: int) -> int | None:
    """The place of the next token to the right (step 1) or left (-1) that is no space."""
    i += step
    while 0 <= i < len(tokens) and tokens[i].kind == "space":
        i += step
    return i if 0 <= i < len(tokens) else None

"""Words of sentences that stand between equations, told from symbols."""

from __future__ import annotations

from collections.abc import Sequence

from backtrace.checking.lexing.tokens import Token

# Words that may be the left side of an equation: "the error = 0.1", "output = 0.5".
COST_WORDS = frozenset("error loss cost output out net total".split())
# Words that are functions or names in mathematics, unless another word stands beside them.
FUNCTIONS = frozenset(
    "exp ln log log10 tanh max min sin cos tan arctan sqrt abs sigmoid sigma relu softmax softplus gelu elu "
    "net out in target output error total train targ".split()
)
# Words that a left side may follow, even one of letters alone: "we get net = 0.3", "where out = 0.7".
LEAD = frozenset(
    "a an the is are be get gets have has so then thus hence and that with for where let gives give yields "
    "therefore when if of as to obtain find compute calculate also since because or our new take".split()
)
NEW_WORDS = frozenset("new updated neu neue neues neuer".split())
ARTICLES = frozenset("aAI")


def is_word(tokens: Sequence[Token], i: int) -> bool:
    """Whether a name is a word of a sentence and not a symbol."""
    text = tokens[i].text
    if tokens[i].kind != "name" or (len(text) == 1 and text not in ARTICLES):
        return False
    if not text.isalpha() or not text.isascii():
        return False
    before = neighbour(tokens, i, -1)
    after = neighbour(tokens, i, 1)
    if text in ARTICLES:
        return bool(after and after.kind == "name" and after.text.isalpha() and len(after.text) > 1)
    beside = [token for token in (before, after) if token]
    if any(token.kind == "name" and token.text.isalpha() and len(token.text) > 1 for token in beside):
        return True
    if text in FUNCTIONS:
        return False
    return not any(token.kind in ("operator", "open") for token in beside)


def neighbour(tokens: Sequence[Token], i: int, step: int) -> Token | None:
    """The next token to the right or left that is no space."""
    i += step
    while 0 <= i < len(tokens) and tokens[i].kind == "space":
        i += step
    return tokens[i] if 0 <= i < len(tokens) else None

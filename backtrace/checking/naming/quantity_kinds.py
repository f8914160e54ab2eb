"""The quantities that a kind has: the net input of a unit, the gradient of a weight.

A word that is used for several kinds gives several quantities; the stated number decides between them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from backtrace.checking.lexing.quantity_words import KINDS, PHRASES
from backtrace.checking.lexing.tokens import parse_name

_ANYTHING = "input target parameter net activation error delta gradient cost value update"


class KindOfQuantity(NamedTuple):
    """Ids of the quantities that are of a kind.

    `own` are the kinds and roles of what is of the kind itself: `error E`. `unit` are the ids for a unit u,
    `other` those for a quantity q of no unit, `each` those for any q; {E} is the objective.
    """

    own: str
    unit: str = ""
    other: str = ""
    each: str = ""


_ROWS = {
    "net": KindOfQuantity("net value", "h_{u}"),
    "output": KindOfQuantity("activation value", "a_{u} {t}"),
    "error": KindOfQuantity("error delta cost value", "e_{u} delta_{u} E_{u} {E}"),
    "error term": KindOfQuantity("delta error value", "delta_{u} E_{u}"),
    "squared error": KindOfQuantity("cost"),
    "delta": KindOfQuantity("delta change value", "delta_{u}", "Delta_{q}"),
    "slope": KindOfQuantity("slope local", "da_{u}/dh_{u}", "d{E}/d{q}"),
    "local gradient": KindOfQuantity("slope local delta", "da_{u}/dh_{u} delta_{u}"),
    "derivative": KindOfQuantity("slope local gradient", "da_{u}/dh_{u}", "", "d{E}/d{q}"),
    "gradient": KindOfQuantity("gradient delta", "", "", "d{E}/d{q}"),
    "change": KindOfQuantity("change", "", "Delta_{q}"),
    "update": KindOfQuantity("change update", "", "Delta_{q} {q}+"),
    "target": KindOfQuantity("target", "{t}"),
    "cost": KindOfQuantity("cost", "E_{u} {E}"),
    "bias": KindOfQuantity("parameter", "{b}"),
    "weight": KindOfQuantity("parameter"),
    "input": KindOfQuantity("input", "h_{u}"),
    "old": KindOfQuantity(_ANYTHING),
}
_PHRASE = re.compile(rf"({'|'.join(sorted(KINDS, key=len, reverse=True))})(?: (of|at))? (\S.*)")
_WORDS = {word for words in PHRASES for word in words if len(word) > 1}


class NamedKind(NamedTuple):
    """A name in words: a kind, the name of what has it, and how they are joined: "of", "at" or not at all."""

    kind: KindOfQuantity | None
    link: str
    name: str


def kind_in(name: str) -> NamedKind | None:
    """The kind that a name gives in words, as `gradient of w_1`; None if it gives none."""
    found = _PHRASE.fullmatch(name)
    return found and NamedKind(_ROWS.get(found[1]), found[2] or "", found[3])


def in_words(name: str) -> str | None:
    """A name whose words are joined by underscores, as a phrase: gradient_of_w_1, w_1_gradient.

    >>> in_words("net_input_h1"), in_words("w_5"), in_words("w_1_gradient")
    ('net h1', None, 'gradient of w_1')
    """
    parts = name.split("_")
    are_words = [part.casefold() in _WORDS for part in parts]
    if not any(are_words) or len(parts) == 1:
        return None
    joined = parts[0]
    for part, is_word, was_word in zip(parts[1:], are_words[1:], are_words[:-1], strict=True):
        joined += f"{' ' if is_word or was_word else '_'}{part}"
    return parse_name(joined)

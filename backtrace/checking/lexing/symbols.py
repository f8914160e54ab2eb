"""A token, and the name that it spells."""

from __future__ import annotations

import re
from typing import NamedTuple

from backtrace.limits import ID_CHARACTERS
from backtrace.symbolic.ids import LETTER, transcribe

# One symbol: w_5, out_{o,1}, ŷ, σ', w⁺.
SYMBOL = rf"[{LETTER}](?:_\{{[^{{}}]{{0,80}}\}}|[{LETTER}0-9_\u0302])*'*⁺?"
_NEW_AFTER = re.compile(r"(?<=[0-9])_?(?:new|New|updated)$")


class Token(NamedTuple):
    """A piece of a line; its kind is the group of the pattern of `tokens`; `start` and `end` are offsets."""

    kind: str
    text: str
    start: int
    end: int


def ascii_name(token: Token) -> str | None:
    """A symbol as it is typed: `∂E/∂w_5` is dE/dw_5; a prime makes a quantity the new one."""
    text = token.text.replace(" ", "") if token.kind == "derivative" else token.text
    if " " in text:
        return transcribe(text)  # a phrase, as `phrases` has it: gradient of w_1
    if token.kind == "derivative":
        above, below = text.split("/")
        if not above[1:]:
            return None
        text = f"∂{above[1:].removeprefix('_')}/∂{below[1:].removeprefix('_')}"
    text = text.rstrip("'") + "⁺" if text.endswith("'") else text
    text = _NEW_AFTER.sub("⁺", text)
    text = text.removesuffix("_") if not text.endswith("__") else text
    name = transcribe(text)
    return name if name.isascii() and len(name) <= ID_CHARACTERS and name and "{" not in name else None

"""The tokens of a line of plain notation, and the name or the number that some tokens spell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backtrace.checking.lexing.fractions import fraction
from backtrace.checking.lexing.latex import TooDeepError, plain
from backtrace.checking.lexing.latex_tables import FENCE
from backtrace.checking.lexing.phrases import with_phrases
from backtrace.checking.lexing.quantity_words import RUN_ON
from backtrace.checking.lexing.symbols import SYMBOL, Token, ascii_name
from backtrace.limits import NUMBER_CHARACTERS
from backtrace.symbolic.expressions import Number

# A number: 0.5, .5, 1,234.5, 0,71, 1e-3.
_NUMBER = (
    r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|0,[0-9]{2,}(?![0-9.,])|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"(?:[eE][-+]?[0-9]+(?![A-Za-z0-9_]))?"
)
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<derivative>∂ ?(?:{SYMBOL})? ?/ ?∂ ?{SYMBOL}"
    rf"|d(?!elta)_?{SYMBOL} ?/ ?d(?!elta)_?{SYMBOL})"
    # A word that no symbol is: it has letters with accents, or is Chinese.
    rf"|(?P<word>{RUN_ON}|[A-Za-z]*[À-ÖØ-öø-ƿ][A-Za-zÀ-ÖØ-öø-ƿ]*)"
    rf"|(?P<number>{_NUMBER})|(?P<name>[ΣΠ](?:_\{{[^{{}}]{{0,80}}\}}|_\w)?|∂|{SYMBOL})"
    r"|(?P<relation>:?=+|≈|~=|←)|(?P<open>[(\[])|(?P<close>[)\]])|(?P<operator>[-+*/^|])|(?P<dots>…|\.\.\.)|(?P<other>.)",
    re.DOTALL,
)
_POWER_OF_TEN = re.compile(r"([-+]?)(?:([0-9.]+)[*x])?10(?:\^|\*\*)\(?([-+]?[0-9]+)\)?")  # 1.2*10^-3, -10^(2)
_PLAIN = re.compile(rf"[-+]?{_NUMBER}")
_DECIMAL_COMMA = re.compile(r"^([-+]?0),(?=[0-9])")


def tokens_of(text: str) -> list[Token]:
    """The pieces of a text in plain notation; words with a symbol are one of them."""
    tokens = (Token(m.lastgroup or "", m[0], m.start(), m.end()) for m in _TOKEN.finditer(text))
    return with_phrases(list(tokens))


def is_operator(token: Token) -> bool:
    """Whether this is ∂/∂x, which applies to the tokens behind it."""
    return token.kind == "derivative" and token.text.replace(" ", "").startswith(("∂/", "d/"))


def opening(tokens: Sequence[Token]) -> int:
    """The place of the bracket that the last token closes; -1 if there is none."""
    depth = 0
    for i in range(len(tokens) - 1, -1, -1):
        depth += (tokens[i].kind == "close") - (tokens[i].kind == "open")
        if depth == 0:
            return i
    return -1


@dataclass(frozen=True)
class Side:
    """One side of a written equation: its tokens, and its text for people. The same text is the same side."""

    text: str
    tokens: tuple[Token, ...] = field(compare=False, repr=False)

    @classmethod
    def of(cls, tokens: Sequence[Token]) -> Side:
        """A side of the tokens; any run of blanks between them is shown as one space."""
        return cls("".join(map(_shown, tokens)), tuple(tokens))


def _shown(token: Token) -> str:
    if token.kind == "space":
        return " "
    return token.text.replace(" ", "") if token.kind == "derivative" else token.text


def number_of(tokens: Sequence[Token]) -> Number | None:
    """The number that a side is, its text as `float` reads it, or as a fraction; else None."""
    spaced = tokens
    tokens = [token for token in tokens if token.kind != "space"]
    if tokens and tokens[-1].kind == "dots":
        tokens = tokens[:-1]
    while len(tokens) > 2 and tokens[0].kind == "open" and tokens[-1].kind == "close":
        tokens = tokens[1:-1]
    text = "".join(token.text for token in tokens[:11])
    if len(tokens) > 10 or len(text) > NUMBER_CHARACTERS:  # -6.8*10**(-4) has 10
        return None
    if _PLAIN.fullmatch(text):
        text = without_commas(text).removeprefix("+")
        return Number(float(text), text)
    if "/" in text:
        return fraction("".join(token.text for token in spaced))
    power = _POWER_OF_TEN.fullmatch(text)
    if power is None or not _PLAIN.fullmatch(power[2] or "1"):
        return None
    text = f"{power[1]}{power[2] or 1}e{power[3]}".replace("+", "")
    return Number(float(text), text)


def without_commas(number: str) -> str:
    """A number with a point for a comma that can only be decimal, and none between thousands.

    >>> without_commas("0,71"), without_commas("1,234.5")
    ('0.71', '1234.5')
    """
    return _DECIMAL_COMMA.sub(r"\1.", number).replace(",", "")


def name_of(tokens: Sequence[Token]) -> str | None:
    """The name that a side is, in plain ASCII; None if it is anything else."""
    tokens = [token for token in tokens if token.kind != "space"]
    while len(tokens) > 2 and tokens[0].text == "(" and tokens[-1].text == ")" and opening(tokens) == 0:
        tokens = tokens[1:-1]
    if len(tokens) == 1 and tokens[0].kind in ("name", "derivative"):
        return ascii_name(tokens[0])
    if len(tokens) == 2 and is_operator(tokens[0]) and tokens[1].kind == "name":
        return ascii_name(tokens[0]._replace(text=f"∂{tokens[1].text}/{tokens[0].text.partition('/')[2]}"))
    if len(tokens) > 2 and tokens[0].text == "e" and tokens[1].text == "^":
        power = [token for token in tokens[2:] if token.text not in "()"]
        exponent = ascii_name(power[0]) if len(power) == 1 and power[0].kind == "name" else None
        return exponent and f"e^{exponent}"
    if len(tokens) >= 4 and tokens[0].kind == "name" and tokens[1].text == "(" and tokens[-1].text == ")":
        return _call(tokens)
    return None


def parse_name(text: str) -> str | None:
    r"""The name that a text is, however it is written; None if it is no name, or more than one.

    >>> parse_name(r"\frac{\partial E}{\partial w_5}"), parse_name("w_5_new"), parse_name("w_5 is")
    ('dE/dw_5', 'w_5+', None)
    """
    try:
        symbol = plain(text).strip(f" `{FENCE}")
    except TooDeepError:
        return None
    symbol = f"{symbol[:-1]}⁺" if symbol.endswith("+") else symbol
    return name_of(tokens_of(symbol))


def _call(tokens: Sequence[Token]) -> str | None:
    """The name of f(x): w(t) and E(w) are w and E, w(t+1) is w+; any other argument is part of the name."""
    inside = "".join(token.text for token in tokens[2:-1])
    name = ascii_name(tokens[0])
    if name is None:
        return None
    if inside in ("new", "New", "updated", "neu", "t+1", "k+1"):
        return f"{name}+"
    if inside in ("old", "t", "k") or (
        name[0] in "EJLC" and all(token.kind == "name" or token.text in ",;" for token in tokens[2:-1])
    ):
        return name
    argument = ascii_name(tokens[2]) if len(tokens) == 4 and tokens[2].kind == "name" else None
    function = name[:-1] + "'" if tokens[0].text.endswith("'") else name
    return f"{function}({argument})" if argument else None

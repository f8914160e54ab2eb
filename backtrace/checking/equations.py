"""Finding the equations in a line of plain notation: which names equal what, and the number at the end.

A line is cut into tokens and at its equals signs. Between two of them stands either mathematics throughout,
then the chain goes on; or the end of one equation, some words, and the beginning of the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from backtrace.checking.latex import UNKNOWN
from backtrace.config.cursor import MAX_NUMBER
from backtrace.derivation.names import LETTER, transcribe

MAX_NAME = 80

_SYMBOL = rf"[{LETTER}](?:_\{{[^{{}}]{{0,80}}\}}|[{LETTER}0-9_\u0302])*'*⁺?"
_NUMBER = (
    r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|0,[0-9]{2,}(?![0-9.,])|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"(?:[eE][-+]?[0-9]+(?![A-Za-z0-9_]))?"
)
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<derivative>∂ ?(?:{_SYMBOL})? ?/ ?∂ ?{_SYMBOL}"
    rf"|d(?!elta){_SYMBOL} ?/ ?d(?!elta){_SYMBOL})"
    rf"|(?P<number>{_NUMBER})|(?P<name>[ΣΠ](?:_\{{[^{{}}]{{0,80}}\}}|_\w)?|∂|{_SYMBOL})"
    r"|(?P<relation>:?=+|≈|~=|←)|(?P<open>[(\[])|(?P<close>[)\]])|(?P<operator>[-+*/^|])|(?P<dots>…|\.\.\.)|(?P<other>.)",
    re.DOTALL,
)
_NO_RELATION = re.compile(r"[!<>≠]=+|=>|={3,}|[-+*/]=(?=\s)")
_COST_WORDS = frozenset(["error", "loss", "cost", "output", "out", "net", "total"])
_FUNCTIONS = frozenset(
    [
        "exp",
        "ln",
        "log",
        "log10",
        "tanh",
        "max",
        "min",
        "sin",
        "cos",
        "tan",
        "arctan",
        "sqrt",
        "abs",
        "sigmoid",
        "sigma",
        "relu",
        "softmax",
        "softplus",
        "gelu",
        "elu",
        "net",
        "out",
        "in",
        "target",
        "output",
        "error",
        "total",
        "train",
        "targ",
    ]
)
_LEAD = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "be",
        "get",
        "gets",
        "have",
        "has",
        "so",
        "then",
        "thus",
        "hence",
        "and",
        "that",
        "with",
        "for",
        "where",
        "let",
        "gives",
        "give",
        "yields",
        "therefore",
        "when",
        "if",
        "of",
        "as",
        "to",
        "obtain",
        "find",
        "compute",
        "calculate",
        "also",
        "since",
        "because",
        "or",
        "our",
        "new",
        "take",
    ]
)
_ARTICLES = frozenset(("a", "A", "I"))
_POWER_OF_TEN = re.compile(r"([-+]?)([0-9.]+)[*x]10\^\(?([-+]?[0-9]+)\)?")
_BARE_POWER = re.compile(r"([-+]?)10\^\(?([-+]?[0-9]+)\)?")
_PLAIN = re.compile(rf"[-+]?{_NUMBER}")
_DECIMAL_COMMA = re.compile(r"^([-+]?0),(?=[0-9])")


class Token(NamedTuple):
    """A piece of a line: its kind is the group of `_TOKEN` that matched."""

    kind: str
    text: str
    start: int
    end: int


class Equation(NamedTuple):
    """A chain of equals signs: its sides as they are written, without the words around it.

    `starts` are the offsets at which the sides begin. `updates` is true where an arrow assigns.
    """

    sides: tuple[tuple[Token, ...], ...]
    starts: tuple[int, ...]
    updates: bool = False


def equations(line: str) -> Iterator[Equation]:
    """The chains in a line, from left to right; of each, only the sides that are mathematics."""
    parts, relations = _at_relations(tokens_of(_NO_RELATION.sub(_blank, line)))
    if len(parts) < 2:
        return
    first = _stripped(parts[0])
    sides: list[tuple[Token, ...]] = [first if number_of(first) else _tail(first) or _whole(first)]
    starts = [first[0].start if first else 0]
    updates = relations[0].text == "←"
    for i, part in enumerate(parts[1:], 1):
        head, whole = _head(part)
        sides.append(head)
        starts.append(head[0].start if head else relations[i - 1].end)
        last = i == len(parts) - 1
        if last or not whole or _is_two(head):
            two = not last and _is_two(head)
            if two:
                sides[-1] = head[:1]
            yield Equation(tuple(sides), tuple(starts), updates)
            sides = [head[2:] if two else _tail(part)]
            starts = [sides[0][0].start if sides[0] else starts[-1]]
            updates = not last and relations[i].text == "←"


def tokens_of(text: str) -> list[Token]:
    """The pieces of a text in plain notation."""
    return [Token(m.lastgroup or "", m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)]


def _blank(match: re.Match[str]) -> str:
    return "\ue002" * len(match[0])


def _at_relations(tokens: list[Token]) -> tuple[list[list[Token]], list[Token]]:
    """The tokens between the relations; one inside the brackets of a call, f(x = 0), is none."""
    parts: list[list[Token]] = [[]]
    relations: list[Token] = []
    calls: list[bool] = []  # for every open bracket, whether it is a call's
    inside = 0
    closes = _closing(tokens)
    for i, token in enumerate(tokens):
        if token.kind == "open":
            call = i > 0 and tokens[i - 1].kind == "name" and closes[i]
            calls.append(call)
            inside += call
        elif token.kind == "close" and calls:
            inside -= calls.pop()
        if token.kind == "relation" and not inside:
            parts.append([])
            relations.append(token)
        elif token.kind == "relation":
            parts[-1].append(token._replace(kind="other"))
        else:
            parts[-1].append(token)
    return parts, relations


def _closing(tokens: list[Token]) -> list[bool]:
    """For every token, whether it opens a bracket that is closed further on."""
    closed = [False] * len(tokens)
    open: list[int] = []
    for i, token in enumerate(tokens):
        if token.kind == "open":
            open.append(i)
        elif token.kind == "close" and open:
            closed[open.pop()] = True
    return closed


def _is_word(tokens: Sequence[Token], i: int) -> bool:
    """Whether a name is a word of a sentence and not a symbol."""
    text = tokens[i].text
    if tokens[i].kind != "name" or (len(text) == 1 and text not in _ARTICLES):
        return False
    if not text.isalpha() or not text.isascii():
        return False
    before = _neighbour(tokens, i, -1)
    after = _neighbour(tokens, i, 1)
    if text in _ARTICLES:
        return bool(after and after.kind == "name" and after.text.isalpha() and len(after.text) > 1)
    beside = [token for token in (before, after) if token]
    if any(token.kind == "name" and token.text.isalpha() and len(token.text) > 1 for token in beside):
        return True
    if text in _FUNCTIONS:
        return False
    return not any(token.kind in ("operator", "open") for token in beside)


def _neighbour(tokens: Sequence[Token], i: int, step: int) -> Token | None:
    i += step
    while 0 <= i < len(tokens) and tokens[i].kind == "space":
        i += step
    return tokens[i] if 0 <= i < len(tokens) else None


def _head(part: Sequence[Token]) -> tuple[tuple[Token, ...], bool]:
    """The mathematics that a part begins with, and whether that is all of it."""
    open: list[str] = []
    good = 0
    whole = True
    for i, token in enumerate(part):
        if token.kind == "space":
            continue
        bracket = token.kind == "open"
        if (
            _is_word(part, i)
            or (token.kind == "other" and not (token.text in ",;" and open))
            or (token.kind == "close" and not open)
        ):
            whole = False
            if token.text == "%" and good == i:
                good = 0  # a percentage is not the number that stands before the sign
            break
        if bracket:
            open.append(token.text)
        elif token.kind == "close":
            open.pop()
        if not open and token.kind != "operator":
            good = i + 1
    head = _stripped(part[:good])
    ends = _stripped(part[good:])
    if whole and ends and not (len(ends) == 1 and ends[0].text == "+"):
        whole = False
    if whole and ends and head and head[-1].kind == "name" and ends[0].start == head[-1].end:
        head = (*head[:-1], head[-1]._replace(text=head[-1].text + "⁺", end=ends[0].end))
    return head, whole and bool(head)


def _whole(part: Sequence[Token]) -> tuple[Token, ...]:
    """A part that is mathematics throughout, as ∂E/∂a_o·∂a_o/∂h_o; empty if it is anything else."""
    head, whole = _head(part)
    return head if whole else ()


def _is_two(head: Sequence[Token]) -> bool:
    """A number, a space and a symbol: not a product, but the end of one equation and the next one's name."""
    return (
        len(head) == 3
        and head[0].kind == "number"
        and head[1].kind == "space"
        and head[2].kind in ("name", "derivative")
        and ("." in head[0].text or len(head[2].text) > 1)
    )


def _stripped(tokens: Sequence[Token]) -> tuple[Token, ...]:
    start, end = 0, len(tokens)
    while start < end and tokens[start].kind == "space":
        start += 1
    while end > start and tokens[end - 1].kind == "space":
        end -= 1
    return tuple(tokens[start:end])


def _tail(part: Sequence[Token]) -> tuple[Token, ...]:
    """The symbol, call or matrix that a part ends with and an equation begins with, if any."""
    tokens = _stripped(part)
    if len(tokens) > 1 and tokens[-1].text == "+" and tokens[-2].kind == "name":
        joined = tokens[-2]._replace(text=tokens[-2].text + "⁺", end=tokens[-1].end)
        tokens = (*tokens[:-2], joined)
    if not tokens:
        return ()
    start = len(tokens) - 1
    if tokens[-1].kind == "close":
        start = _opening(tokens)
        if start < 0:
            return ()
        if start > 0 and tokens[start - 1].kind == "name":
            start -= 1
    elif tokens[-1].kind not in ("name", "derivative"):
        return ()
    while start > 0 and tokens[start - 1].text == "∂":
        start -= 1
    return tokens[start:] if _may_begin(tokens, start) else ()


def _opening(tokens: Sequence[Token]) -> int:
    depth = 0
    for i in range(len(tokens) - 1, -1, -1):
        depth += (tokens[i].kind == "close") - (tokens[i].kind == "open")
        if depth == 0:
            return i
    return -1


def _may_begin(tokens: Sequence[Token], start: int) -> bool:
    """Whether a left side may begin here: not inside a product, nor with the last word of a sentence."""
    before = _neighbour(tokens, start, -1)
    if before is None:
        return True
    symbol = tokens[start].text
    bare = symbol.isalpha() and symbol.isascii() and len(symbol) > 1  # a word, perhaps
    if before.kind == "operator":
        return before.text == "|"
    if before.kind == "number":
        further = _neighbour(tokens, tokens.index(before), -1)
        return further is not None and further.kind == "name" and not bare
    if before.kind in ("other", "open"):
        return before.text != UNKNOWN
    if before.kind == "name":
        is_prose = (
            before.text.isalpha()
            and before.text.isascii()
            and (len(before.text) > 1 or before.text in _ARTICLES)
        )
        return is_prose and (not bare or before.text.lower() in _LEAD or symbol.lower() in _COST_WORDS)
    return before.kind == "close" and not bare and before.text == ")" and tokens[start - 1].kind == "space"


def written(tokens: Sequence[Token]) -> str:
    """The text of some tokens as they stand in the line."""
    return "".join(_SPACING.get(token.kind, str)(token.text) for token in tokens)


_SPACING: dict[str, Callable[[str], str]] = {
    "space": lambda text: " ",
    "derivative": lambda text: text.replace(" ", ""),
}


def number_of(tokens: Sequence[Token]) -> str | None:
    """The number that a side is, as text that `float` reads; None if it is anything else."""
    tokens = [token for token in tokens if token.kind != "space"]
    if tokens and tokens[-1].kind == "dots":
        tokens = tokens[:-1]
    while len(tokens) > 2 and tokens[0].kind == "open" and tokens[-1].kind == "close":
        tokens = tokens[1:-1]
    if not tokens or len(tokens) > 8:
        return None
    text = "".join(token.text for token in tokens)
    if len(text) > MAX_NUMBER:
        return None
    if _PLAIN.fullmatch(text):
        return _DECIMAL_COMMA.sub(r"\1.", text).replace(",", "").removeprefix("+")
    power = _POWER_OF_TEN.fullmatch(text)
    if power and _PLAIN.fullmatch(power[2]):
        return f"{power[1].replace('+', '')}{power[2]}e{power[3].removeprefix('+')}"
    bare = _BARE_POWER.fullmatch(text)
    return f"{bare[1].replace('+', '')}1e{bare[2].removeprefix('+')}" if bare else None


def name_of(tokens: Sequence[Token]) -> str | None:
    """The quantity that a side names, in plain ASCII; None if it names none."""
    tokens = [token for token in tokens if token.kind != "space"]
    while len(tokens) > 2 and tokens[0].text == "(" and tokens[-1].text == ")" and _opening(tokens) == 0:
        tokens = tokens[1:-1]
    if len(tokens) == 1 and tokens[0].kind in ("name", "derivative"):
        return typed(tokens[0])
    if len(tokens) >= 4 and tokens[0].kind == "name" and tokens[1].text == "(" and tokens[-1].text == ")":
        return _call(tokens)
    return None


def _call(tokens: Sequence[Token]) -> str | None:
    """f(x): a weight's or cost's arguments say when or of what; else they are part of the name."""
    inside = "".join(token.text for token in tokens[2:-1])
    name = typed(tokens[0])
    if name is None:
        return None
    if inside in ("new", "t+1", "k+1"):
        return f"{name}+"
    if inside in ("old", "t", "k") or (name[0] in "EJLC" and tokens[2].kind == "name" and len(tokens) == 4):
        return name
    argument = typed(tokens[2]) if len(tokens) == 4 and tokens[2].kind == "name" else None
    function = name[:-1] + "'" if tokens[0].text.endswith("'") else name
    return f"{function}({argument})" if argument else None


def typed(token: Token) -> str | None:
    """A symbol as it is typed: `∂E/∂w_5` is dE/dw_5; a prime on a quantity makes it a new one."""
    text = token.text.replace(" ", "")
    if token.kind == "derivative":
        above, below = text.split("/")
        text = f"∂{above[1:]}/∂{below[1:]}"
        if not above[1:]:
            return None
    text = text.rstrip("'") + "⁺" if text.endswith("'") else text
    text = text.removesuffix("_") if not text.endswith("__") else text
    name = transcribe(text)
    return (
        name
        if name.isascii() and len(name) <= MAX_NAME and name not in ("d", "") and "{" not in name
        else None
    )

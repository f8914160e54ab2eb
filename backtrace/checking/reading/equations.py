"""The equations in a line of plain notation: its names, its working, and the number at the end.

A line is cut into tokens and at its equals signs. Between two of them there is either mathematics throughout,
and the chain continues; or the end of one equation, some words, and the beginning of the next. Must not know
what a name means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from backtrace.checking.lexing.latex_tables import BREAK, UNKNOWN
from backtrace.checking.lexing.symbols import Token
from backtrace.checking.lexing.tokens import is_operator, number_of, opening, tokens_of
from backtrace.checking.reading.known_names import KnownNames
from backtrace.checking.reading.prose_words import (
    ARTICLES,
    COST_WORDS,
    FUNCTIONS,
    LEAD,
    is_word,
    neighbour,
    neighbour_at,
)

_NO_RELATION = re.compile(r"[!<>≠]=+|=>|={3,}|[-+*/]=(?=\s)")
_QUANTITY = ("name", "derivative")


class WrittenEquation(NamedTuple):
    """A chain of equals signs: its sides as they are written, without the words around it.

    `starts` are the offsets at which the sides begin. `updates` is true where an arrow assigns: w ← w - 0.1.
    """

    sides: tuple[tuple[Token, ...], ...]
    starts: tuple[int, ...]
    updates: bool = False


def equations(line: str, known: KnownNames | None = None) -> Iterator[WrittenEquation]:
    """The chains in a line, from left to right; of each, only the sides that are mathematics."""
    without = _NO_RELATION.sub(lambda found: BREAK * len(found[0]), line)
    tokens = tokens_of(without)
    tokens = list(known.factors(tokens)) if known else tokens
    parts, relations = _at_relations(_with_minus(tokens))
    if not relations:
        return
    first = _stripped(parts[0])
    head, is_whole = _head(first)  # mathematics throughout may begin an equation, as ∂E/∂a_o·∂a_o/∂h_o
    sides = [first if number_of(first) else _tail(first) or (head if is_whole else ())]
    starts = [first[0].start if first else 0]
    updates = relations[0].text == "←"
    for i, part in enumerate(parts[1:], 1):
        is_last = i == len(relations)
        alone = () if is_last else _stripped(part)  # a name between two equals signs is no word: f = qz = -12
        head, is_whole = (alone, True) if len(alone) == 1 and alone[0].kind == "name" else _head(part)
        sides.append(head)
        starts.append(head[0].start if head else relations[i - 1].end)
        if is_last or not is_whole or _is_two(head):
            is_cut = not is_last and _is_two(head)
            if is_cut:
                sides[-1] = head[:-2]
            yield WrittenEquation(tuple(sides), tuple(starts), updates)
            sides = [head[-1:] if is_cut else _tail(part)]
            starts = [sides[0][0].start if sides[0] else starts[-1]]
            updates = not is_last and relations[i].text == "←"


def _with_minus(tokens: list[Token]) -> list[Token]:
    """A dash between two operands of an equation is a minus, unless it parts two equations."""
    is_behind_relation = False
    for i, token in enumerate(tokens):
        is_behind_relation = is_behind_relation or token.kind == "relation"
        if token.text != "–" or not is_behind_relation:
            continue
        before, place = neighbour(tokens, i, -1), neighbour_at(tokens, i, 1)
        if before is None or place is None or before.kind not in (*_QUANTITY, "number", "close"):
            continue
        after, further = tokens[place], neighbour(tokens, place, 1)
        is_prose = after.kind == "name" and after.text.isalpha() and len(after.text) > 2
        parts_equations = before.kind == "number" and further is not None and further.kind == "relation"
        if after.kind in (*_QUANTITY, "open") and not is_prose and not parts_equations:
            tokens[i] = token._replace(kind="operator", text="-")
    return tokens


def _at_relations(tokens: Sequence[Token]) -> tuple[list[list[Token]], list[Token]]:
    """The tokens between the relations, and these; one in the brackets of a call, f(x = 0), is none."""
    deeper = [0] * len(tokens)  # by how many calls' brackets a token is deeper than the one before
    open: list[int] = []
    for i, token in enumerate(tokens):
        if token.kind == "open":
            open.append(i)
        elif token.kind == "close" and open and (start := open.pop()) and tokens[start - 1].kind == "name":
            deeper[start], deeper[i] = 1, -1
    depths = accumulate(deeper)
    cuts = [i for i, depth in enumerate(depths) if tokens[i].kind == "relation" and not depth]
    others = [token._replace(kind="other") if token.kind == "relation" else token for token in tokens]
    parts = [others[i + 1 : j] for i, j in pairwise((-1, *cuts, len(tokens)))]
    return parts, [tokens[i] for i in cuts]


def _head(part: Sequence[Token]) -> tuple[tuple[Token, ...], bool]:
    """The mathematics that a part begins with, and whether that is all of it."""
    open: list[str] = []
    good = bars = 0
    is_whole = True
    for i, token in enumerate(part):
        if token.kind == "space":
            continue
        if (
            is_word(part, i)
            or token.kind == "word"
            or (token.kind == "other" and not (token.text in ",;" and open))
            or (token.kind == "close" and not open)
            or (token.kind == "open" and _is_aside(part, i))
            or (token.text == "|" and not open and bars % 2 == 0 and _is_divider(part, i))
        ):
            is_whole = False
            if good == i and (token.text == "%" or _is_within_a_number(part, i)):
                good = 0  # the digits before are no number by themselves: 51 of 51 %, 7 of 7,86
            break
        bars += token.text == "|"
        if token.kind == "open":
            open.append(token.text)
        elif token.kind == "close":
            open.pop()
        if not open and token.kind != "operator":
            good = i + 1
    head, rest = _stripped(part[:good]), _stripped(part[good:])
    is_whole = is_whole and (not rest or [token.text for token in rest] == ["+"])
    if is_whole and rest and head and head[-1].kind == "name" and rest[0].start == head[-1].end:
        head = (*head[:-1], _new(head[-1], rest[0].end))
    return head, is_whole and bool(head)


def _is_within_a_number(part: Sequence[Token], i: int) -> bool:
    """Whether this is a comma between two digits, so that the number before it is no number by itself."""
    before, after = part[max(i - 1, 0)], part[min(i + 1, len(part) - 1)]
    return part[i].text == "," and before.kind == "number" and after.kind == "number"


def _is_aside(part: Sequence[Token], i: int) -> bool:
    """Whether a bracket after a number is a remark on it: 0.36 (was 0.4)."""
    around = [token.kind for token in (*part[max(i - 2, 0) : i], *part[i + 2 : i + 3])]
    if around != ["number", "space", "space"]:
        return False
    word = part[i + 1].text
    return _is_bare(word) and word not in FUNCTIONS


def _is_divider(part: Sequence[Token], i: int) -> bool:
    """Whether a bar is between two equations, x₁ = 0.05 | x₂ = 0.1, and not around a value."""
    before, after = neighbour(part, i, -1), neighbour(part, i, 1)
    is_apart = part[i - 1].kind == "space" and i + 1 < len(part) and part[i + 1].kind == "space"
    has_operand = before is not None and before.kind in ("number", "name", "close")
    return is_apart and has_operand and (after is None or after.kind in _QUANTITY)


def _is_two(head: Sequence[Token]) -> bool:
    """A number, a space and a symbol: not a product, but the end of one equation and the next one's name."""
    if len(head) < 3 or head[-2].kind != "space" or head[-1].kind not in _QUANTITY:
        return False
    return number_of(head[:-2]) is not None and ("." in head[-3].text or len(head[-1].text) > 1)


def _stripped(tokens: Sequence[Token]) -> tuple[Token, ...]:
    places = [i for i, token in enumerate(tokens) if token.kind != "space"]
    return tuple(tokens[places[0] : places[-1] + 1]) if places else ()


def _tail(part: Sequence[Token]) -> tuple[Token, ...]:
    """The symbol, call or matrix at the end of a part with which an equation begins, if any."""
    tokens = _renewed(_stripped(part))
    start = len(tokens) - 1
    if tokens and tokens[-1].kind == "close":
        start = opening(tokens)
        start -= start > 0 and tokens[start - 1].kind == "name"
    if start < 0 or tokens[-1].kind not in (*_QUANTITY, "close"):
        return ()
    while start > 0 and tokens[start - 1].text == "∂":
        start -= 1
    before = neighbour_at(tokens, start, -1)
    if before is not None and is_operator(tokens[before]):  # ∂/∂w E
        start = before
    return tokens[start:] if _may_begin(tokens, start) else ()


def _renewed(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """With the sign of a new value as part of the symbol at the end: w+, w*; *w* is only emphasis."""
    if len(tokens) < 2:
        return tokens
    symbol, sign = tokens[-2:]
    is_joined = sign.start == symbol.end
    if symbol.kind == "name" and (sign.text == "+" or (sign.text == "*" and is_joined)):
        emphasis = tokens[-3:-2]
        if sign.text == "*" and [(t.text, t.end) for t in emphasis] == [("*", symbol.start)]:
            return (*tokens[:-3], symbol)
        return (*tokens[:-2], _new(symbol, sign.end))
    return tokens


def _new(symbol: Token, end: int) -> Token:
    return symbol._replace(text=f"{symbol.text}⁺", end=end)


def _is_bare(text: str) -> bool:
    """Whether a symbol consists of letters alone, as words do."""
    return text.isascii() and text.isalpha() and len(text) > 1


def _may_begin(tokens: Sequence[Token], start: int) -> bool:
    """Whether a left side may begin here: not inside a product, nor with the last word of a sentence."""
    place = neighbour_at(tokens, start, -1)
    if place is None:
        return True
    before, symbol = tokens[place], tokens[start].text
    is_bare = _is_bare(symbol)
    if before.kind == "operator":
        return before.text == "|" or (before.text == "*" and before.end == tokens[start].start and place == 0)
    if before.kind == "number":
        further = neighbour(tokens, place, -1)
        return further is not None and further.kind == "name" and not is_bare
    if before.kind in ("name", "word"):
        is_prose = before.kind == "word" or _is_bare(before.text) or before.text in ARTICLES
        return is_prose and (not is_bare or before.text.lower() in LEAD or symbol.lower() in COST_WORDS)
    if before.kind == "close":
        return not is_bare and before.text == ")" and tokens[start - 1].kind == "space"
    return before.kind in ("other", "open", "dots") and before.text != UNKNOWN

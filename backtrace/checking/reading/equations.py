"""Finding the equations in a line of plain notation: which names equal what, and the number at the end.

A line is cut into tokens and at its equals signs. Between two of them stands either mathematics throughout,
then the chain goes on; or the end of one equation, some words, and the beginning of the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backtrace.checking.lexing.latex_tables import UNKNOWN
from backtrace.checking.lexing.tokens import Token, is_operator, number_of, opening, tokens_of
from backtrace.checking.reading.prose_words import (
    ARTICLES,
    COST_WORDS,
    FUNCTIONS,
    LEAD,
    NEW_WORDS,
    is_word,
    neighbour,
)

_NO_RELATION = re.compile(r"[!<>≠]=+|=>|={3,}|[-+*/]=(?=\s)")


class Equation(NamedTuple):
    """A chain of equals signs: its sides as they are written, without the words around it.

    `starts` are the offsets at which the sides begin. `updates` is true where an arrow assigns.
    """

    sides: tuple[tuple[Token, ...], ...]
    starts: tuple[int, ...]
    updates: bool = False


def equations(line: str) -> Iterator[Equation]:
    """The chains in a line, from left to right; of each, only the sides that are mathematics."""
    parts, relations = _at_relations(_with_minus(tokens_of(_NO_RELATION.sub(_blank, line))))
    if len(parts) < 2:
        return
    first = _stripped(parts[0])
    sides: list[tuple[Token, ...]] = [first if number_of(first) else _tail(first) or _whole(first)]
    starts = [first[0].start if first else 0]
    updates = relations[0].text == "←"
    for i, part in enumerate(parts[1:], 1):
        last = i == len(parts) - 1
        alone = () if last else _stripped(part)  # a name between two equals signs is no word: f = qz = -12
        head, whole = (alone, True) if len(alone) == 1 and alone[0].kind == "name" else _head(part)
        sides.append(head)
        starts.append(head[0].start if head else relations[i - 1].end)
        if last or not whole or _is_two(head):
            two = not last and _is_two(head)
            if two:
                sides[-1] = head[:1]
            yield Equation(tuple(sides), tuple(starts), updates)
            sides = [head[2:] if two else _tail(part)]
            starts = [sides[0][0].start if sides[0] else starts[-1]]
            updates = not last and relations[i].text == "←"


def _with_minus(tokens: list[Token]) -> list[Token]:
    """A dash between two operands of an equation is a minus, unless it parts two equations."""
    related = False
    for i, token in enumerate(tokens):
        related = related or token.kind == "relation"
        if token.text != "–" or not related:
            continue
        before, after = neighbour(tokens, i, -1), neighbour(tokens, i, 1)
        if before is None or after is None or before.kind not in ("name", "derivative", "number", "close"):
            continue
        is_prose = after.kind == "name" and after.text.isalpha() and len(after.text) > 2
        further = neighbour(tokens, _place(tokens, after, i), 1)
        parts_equations = before.kind == "number" and further is not None and further.kind == "relation"
        if after.kind in ("name", "derivative", "open") and not is_prose and not parts_equations:
            tokens[i] = token._replace(kind="operator", text="-")
    return tokens


def _place(tokens: Sequence[Token], token: Token, start: int) -> int:
    return next(i for i in range(start, len(tokens)) if tokens[i] is token)


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


def _head(part: Sequence[Token]) -> tuple[tuple[Token, ...], bool]:
    """The mathematics that a part begins with, and whether that is all of it."""
    open: list[str] = []
    good = bars = 0
    whole = True
    for i, token in enumerate(part):
        if token.kind == "space":
            continue
        bracket = token.kind == "open"
        if (
            is_word(part, i)
            or (token.kind == "other" and not (token.text in ",;" and open))
            or (token.kind == "close" and not open)
            or (bracket and _is_aside(part, i))
            or (token.text == "|" and not open and bars % 2 == 0 and _is_divider(part, i))
        ):
            whole = False
            if good == i and (token.text == "%" or _is_within_a_number(part, i)):
                good = 0  # what stands before is no number by itself: 51 of 51 %, 7 of 7,86
            break
        bars += token.text == "|"
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


def _is_within_a_number(part: Sequence[Token], i: int) -> bool:
    """Whether a comma stands between two digits, and the number before it is no number by itself."""
    before, after = part[max(i - 1, 0)], part[min(i + 1, len(part) - 1)]
    return part[i].text == "," and before.kind == "number" and after.kind == "number"


def _is_aside(part: Sequence[Token], i: int) -> bool:
    """Whether a bracket after a number says something of it: 0.36 (was 0.4)."""
    before, after = part[max(i - 2, 0) : i], part[i + 1 : i + 3]
    if len(before) < 2 or len(after) < 2 or after[1].kind != "space":
        return False
    word = after[0].text
    is_word = word.isascii() and word.isalpha() and len(word) > 1 and word not in FUNCTIONS
    return before[0].kind == "number" and before[1].kind == "space" and is_word


def _is_divider(part: Sequence[Token], i: int) -> bool:
    """Whether a bar stands between two equations, x₁ = 0.05 | x₂ = 0.1, and not around a value."""
    before, after = neighbour(part, i, -1), neighbour(part, i, 1)
    apart = part[i - 1].kind == "space" and i + 1 < len(part) and part[i + 1].kind == "space"
    operands = before is not None and before.kind in ("number", "name", "close")
    return apart and operands and (after is None or after.kind in ("name", "derivative"))


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
    tokens = _renewed(_stripped(part))
    if not tokens:
        return ()
    start = len(tokens) - 1
    if tokens[-1].kind == "close":
        start = opening(tokens)
        if start < 0:
            return ()
        if start > 0 and tokens[start - 1].kind == "name":
            start -= 1
    elif tokens[-1].kind not in ("name", "derivative"):
        return ()
    while start > 0 and tokens[start - 1].text == "∂":
        start -= 1
    operator = neighbour(tokens, start, -1)
    if operator is not None and is_operator(operator):  # ∂/∂w E
        start = _place(tokens, operator, 0)
    return tokens[start:] if _may_begin(tokens, start) else ()


def _renewed(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """With the sign that makes the symbol at the end a new one: w+, w*, new w; but *w* is only emphasis."""
    if len(tokens) < 2 or not any(token.kind == "name" for token in tokens[-2:]):
        return tokens
    sign, symbol = tokens[-1], tokens[-2]
    emphasised = len(tokens) > 2 and tokens[-3].text == "*" and tokens[-3].end == symbol.start
    if symbol.kind == "name" and sign.text == "*" and sign.start == symbol.end and emphasised:
        return (*tokens[:-3], symbol)
    if symbol.kind == "name" and (sign.text == "+" or (sign.text == "*" and sign.start == symbol.end)):
        return (*tokens[:-2], symbol._replace(text=f"{symbol.text}⁺", end=sign.end))
    before = neighbour(tokens, len(tokens) - 1, -1)
    if sign.kind == "name" and before is not None and before.text.lower() in NEW_WORDS:
        renewed = sign if sign.text.endswith("⁺") else sign._replace(text=f"{sign.text}⁺")
        return (renewed,)
    return tokens


def _may_begin(tokens: Sequence[Token], start: int) -> bool:
    """Whether a left side may begin here: not inside a product, nor with the last word of a sentence."""
    before = neighbour(tokens, start, -1)
    if before is None:
        return True
    symbol = tokens[start].text
    bare = symbol.isalpha() and symbol.isascii() and len(symbol) > 1  # a word, perhaps
    if before.kind == "operator":
        emphasis = before.text == "*" and before.end == tokens[start].start and before is tokens[0]
        return before.text == "|" or emphasis
    if before.kind == "number":
        further = neighbour(tokens, tokens.index(before), -1)
        return further is not None and further.kind == "name" and not bare
    if before.kind in ("other", "open", "dots"):
        return before.text != UNKNOWN
    if before.kind == "name":
        is_prose = (
            before.text.isalpha()
            and before.text.isascii()
            and (len(before.text) > 1 or before.text in ARTICLES)
        )
        return is_prose and (not bare or before.text.lower() in LEAD or symbol.lower() in COST_WORDS)
    return before.kind == "close" and not bare and before.text == ")" and tokens[start - 1].kind == "space"

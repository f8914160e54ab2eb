"""What a working says of its quantity: a function makes an activation, a weighted sum a net input."""

from __future__ import annotations

from collections.abc import Sequence

from backtrace.checking.lexing.symbols import Token
from backtrace.checking.lexing.tokens import Side, opening
from backtrace.checking.naming.side_parser import is_activation, parse_side
from backtrace.symbolic.expressions import Negative, Product, Sum

NET, ACTIVATION = "net", "activation"


def kind_of_working(sides: Sequence[Side]) -> str:
    """The kind that the sides before a number give it; "" where they leave that open."""
    return next(filter(None, map(_kind, sides)), "")


def _kind(side: Side) -> str:
    tokens = [token for token in side.tokens if token.kind != "space"]
    while len(tokens) > 2 and opening(tokens) == 0:
        tokens = tokens[1:-1]
    texts = [token.text for token in tokens]
    if len(tokens) > 3 and tokens[1].kind == "open" and opening(tokens) == 1:
        is_relu = texts[0] == "max" and texts[2:4] == ["0", ","]
        return ACTIVATION if is_relu or is_activation(texts[0]) else ""
    if texts[:4] == ["1", "/", "(", "1"] and {"e", "exp"} & set(texts):
        return ACTIVATION
    return NET if _is_weighted_sum(tokens) else ""


def _is_weighted_sum(tokens: Sequence[Token]) -> bool:
    expression = parse_side(tokens)
    if not isinstance(expression, Sum):
        return False
    terms = (term.operand if isinstance(term, Negative) else term for term in expression.terms)
    return any(isinstance(term, Product) for term in terms)

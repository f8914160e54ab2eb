"""One side of a written equation → an expression over its names.

The grammar is that of formulas in configs, and what people write besides: a product without a sign, e^x,
g(h_o) for an activation function of any kind, ∂/∂x [ … ], Σ_k. A name is kept as it is typed (`dE/dw_5`); the
caller finds its quantity. Anything else is None: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backtrace.checking.lexing.symbols import Token, ascii_name
from backtrace.checking.lexing.tokens import is_operator, opening, without_commas
from backtrace.derivation.activations import ACTIVATIONS
from backtrace.symbolic.expressions import Call, Expression, Number, Power, Symbol, children, symbols
from backtrace.symbolic.functions import VARIADIC, public_functions
from backtrace.symbolic.parser import ExpressionError, Parser

# Names of the functions of the table, and of an activation function whose kind is left open.
_FUNCTIONS = {
    **{name: name for name in public_functions() if name != "step"},
    **dict.fromkeys(("sigm", "logistic", "Sigmoid"), "sigmoid"),
    "ln": "log",
    "Exp": "exp",
    "Tanh": "tanh",
    "ReLU": "relu",
    "ReLu": "relu",
    "Relu": "relu",
}
OPEN, OPEN_SLOPE, PARTIAL = "g", "g'", "∂"
SUM = "Σ"  # a call of Σk is a sum over k
_OPEN_NAMES = ("g", "f", "φ", "ϕ", "ψ", "act", "σ", "sigma")
_E = Symbol("e", "e")


def is_activation(name: str) -> bool:
    """Whether a function that is written so is an activation: σ, g, sigmoid, ReLU."""
    return name in _OPEN_NAMES or _FUNCTIONS.get(name) in ACTIVATIONS or name == "softmax"


def parse_side(tokens: Sequence[Token]) -> Expression | None:
    """The expression that a side spells out, if it is one.

    An activation function whose kind is left open is a call of `OPEN`, its derivative of `OPEN_SLOPE`; and
    ∂/∂x [ … ] a call of `PARTIAL`: what the names mean has to be known first.

    >>> from backtrace.checking.lexing.tokens import tokens_of
    >>> parse_side(tokens_of("0.512(1 - 0.512)")).factors[0]
    Number(value=0.512, text='0.512')
    """
    try:
        return _SideParser(_translated([t for t in tokens if t.kind != "space"]), _FUNCTIONS).whole()
    except ExpressionError:
        return None


def operand(tokens: Sequence[Token]) -> Sequence[Token]:
    """The inner tokens of ∂/∂x [ … ], where a side is that and nothing else; else none."""
    start = opening(tokens) if tokens else -1
    before = [token for token in tokens[: max(start, 0)] if token.kind != "space"]
    return tokens[start + 1 : -1] if len(before) == 1 and is_operator(before[0]) else ()


def is_symbolic(expression: Expression) -> bool:
    """Whether an expression is a formula: names, and no numbers but those of a rule, 2 or 0.5."""
    return any(True for _ in symbols(expression)) and all(
        n.value == 0.5 or n.text.isdigit() for n in numbers(expression)
    )


def numbers(expression: Expression) -> Iterator[Number]:
    """The numbers in an expression, from left to right."""
    if isinstance(expression, Number):
        yield expression
    for part in children(expression):
        yield from numbers(part)


def _translated(tokens: Sequence[Token]) -> Iterator[tuple[str, str, int]]:
    """Tokens of a document as the parser knows them.

    Raises:
        ExpressionError: a token cannot be part of a formula.

    """
    others = any(token.kind == "name" and token.text not in ("x", *_FUNCTIONS) for token in tokens)
    for place, token in enumerate(tokens):
        text, start = token.text, token.start
        before = tokens[place - 1].kind if place else ""
        after = tokens[place + 1].kind if place + 1 < len(tokens) else ""
        if token.kind == "number":
            yield "number", without_commas(text), start
        elif token.kind in ("open", "close"):
            yield "mark", "(" if token.kind == "open" else ")", start
        elif (
            text == "x"
            and {before, after} <= {"number", "open", "close"}
            and not (others and place and tokens[place - 1].end == start)
        ):
            yield "mark", "*", start  # 0.5 x 0.3, but 2x(y + 1) is 2·x·(y + 1)
        elif (token.kind == "operator" and text != "|") or text == ",":
            yield "mark", text, start
        elif is_operator(token):
            by = token._replace(kind="name", text=text.partition("/")[2][1:])
            yield "by", ascii_name(by) or "", start
        elif text in _FUNCTIONS and (after == "open" or text.isascii()):
            yield "function", _FUNCTIONS[text], start
        elif after == "open" and text.rstrip("'") in (*_OPEN_NAMES, *_FUNCTIONS):
            yield "function", OPEN_SLOPE if text.endswith("'") else OPEN, start
        elif text[0] == SUM:
            yield "sum", SUM + text[1:].strip("_{}").partition("=")[0].strip(), start
        elif token.kind in ("name", "derivative") and text[0] != "Π" and (name := ascii_name(token)):
            yield "name", name, start
        else:
            raise ExpressionError(f"found {text!r}", start)
    yield "end", "", 0


class _SideParser(Parser):
    """The grammar of formulas with what people leave out."""

    def times_or_over(self) -> str | None:
        before = self.tokens[self.position - 1]
        if self.kind in ("name", "function", "by", "sum") or (self.kind == "mark" and self.text == "("):
            return "*"
        if self.kind == "number" and before[1] == ")":
            return "*"
        return super().times_or_over()

    def power(self) -> Expression:
        start = self.position
        if self.kind == "name" and self.text == "e" and self.tokens[start + 1][1] == "^":
            self.position += 2
            with self.deeper():
                return Call("exp", (self.unary(),))
        return super().power()

    def atom(self) -> Expression:
        kind, text, offset = self.tokens[self.position]
        if kind not in ("name", "function", "by", "sum"):
            return super().atom()
        self.position += 1
        if kind == "name":
            return Symbol(text, text)
        with self.deeper():
            if kind == "sum":  # of all that is multiplied behind it
                if self.take("^"):
                    super().atom() if self.kind != "name" else self.atom()
                return Call(text, (self.product(),))
            if kind == "by":
                return Call(PARTIAL, (super().atom(), Symbol(text, text)))
            return self.applied(text, offset)

    def applied(self, function: str, offset: int) -> Expression:
        """A function with its arguments, and the power that may be between the two: tanh²(h), ln a."""
        exponent = self.atom() if self.take("^") else None
        if not self.take("("):
            arguments = [self.unary()]
        else:
            arguments = [self.sum()]
            while self.take(","):
                arguments.append(self.sum())
            self.close()
        if (len(arguments) > 1) != (function in VARIADIC):
            raise ExpressionError(f"{function} of {len(arguments)}", offset)
        called = Call(function, tuple(arguments))
        return Power(called, exponent) if exponent is not None else called

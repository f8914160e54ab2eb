"""Text → expression, for formulas in configs and for the tables.

A small recursive-descent parser with limits on length and depth; nothing is ever evaluated.

    sum     := product (("+" | "-") product)*
    product := "-" product | "+"? unary (("*" | "/") unary)*     a sign in front is the whole product's
    unary   := "-" unary | power
    power   := atom ("^" unary)?                         right to left: 2^3^2 is 2^(3^2)
    atom    := number | name | function "(" sum ("," sum)* ")" | "(" sum ")"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from backtrace.errors import nearest, quoted
from backtrace.limits import FORMULA_DEPTH, LINE_CHARACTERS
from backtrace.symbolic.expressions import (
    Call,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    product_of,
    sum_of,
)
from backtrace.symbolic.functions import FUNCTIONS, VARIADIC, public_functions
from backtrace.symbolic.ids import LETTER, spell

_TOKEN = re.compile(
    rf"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    rf"|(?P<name>[{LETTER}][{LETTER}0-9_]*)"
    r"|(?P<mark>\*\*|[-+*/^(),·−]))"
)
_SAME = {"**": "^", "·": "*", "−": "-"}


class ExpressionError(ValueError):
    """A fault in a formula, and the offset at which it was noticed."""

    def __init__(self, message: str, offset: int) -> None:
        self.message = message
        self.offset = offset
        super().__init__(message)


def parse(text: str, functions: Iterable[str] | None = None) -> Expression:
    """The expression that `text` spells out; without `functions`, those that a config may use.

    Raises:
        ExpressionError: it is not an expression, is too long or too deep, or a function is unknown.

    >>> parse("w*x + b").terms[1]
    Symbol(id='b', text='b')
    """
    if len(text) > LINE_CHARACTERS:
        raise ExpressionError(f"formula of {len(text):,} characters; at most {LINE_CHARACTERS:,} are read", 0)
    return Parser(_tokens(text), public_functions() if functions is None else functions).whole()


@cache
def table_formula(text: str) -> Expression:
    """A formula of one of the tables, which may use every function."""
    return parse(text, FUNCTIONS)


class Parser:
    """The grammar above over tokens: each a kind (number, name, mark; last of all end), a text, an offset."""

    def __init__(self, tokens: Iterable[tuple[str, str, int]], functions: Iterable[str]) -> None:
        self.tokens = list(tokens)
        self.functions = frozenset(functions)
        self.position = 0
        self.depth = 0

    def whole(self) -> Expression:
        expression = self.sum()
        if self.kind != "end":
            raise self.unexpected("an operator or the end")
        return expression

    @property
    def kind(self) -> str:
        return self.tokens[self.position][0]

    @property
    def text(self) -> str:
        return self.tokens[self.position][1]

    @property
    def offset(self) -> int:
        return self.tokens[self.position][2]

    def take(self, *marks: str) -> str | None:
        """The next token's text if it is one of `marks`, which is then passed; else None."""
        if self.kind == "mark" and self.text in marks:
            self.position += 1
            return self.tokens[self.position - 1][1]
        return None

    def unexpected(self, expected: str) -> ExpressionError:
        found = "the end of the formula" if self.kind == "end" else quoted(self.text)
        return ExpressionError(f"found {found}; expected {expected}", self.offset)

    def sum(self) -> Expression:
        terms = list(_terms(self.product()))
        while mark := self.take("+", "-"):
            term = self.product()
            terms.extend(_terms(term) if mark == "+" else (Negative(term),))
        return sum_of(terms)

    def product(self) -> Expression:
        if self.take("-"):
            with self.deeper():
                return Negative(self.product())
        self.take("+")
        factors = list(_factors(self.unary()))
        with self.deeper(0):
            while mark := self.times_or_over():
                if mark == "*":
                    factors.extend(_factors(self.unary()))
                else:  # x/y/z is (x/y)/z: one level more with every fraction line
                    self.descend()
                    factors = [Quotient(product_of(factors), self.unary())]
        return product_of(factors)

    def times_or_over(self) -> str | None:
        """The sign between two factors, which is passed."""
        return self.take("*", "/")

    def unary(self) -> Expression:
        if not self.take("-"):
            return self.power()
        with self.deeper():
            return Negative(self.unary())

    def power(self) -> Expression:
        base = self.atom()
        if not self.take("^"):
            return base
        with self.deeper():
            return Power(base, self.unary())

    def atom(self) -> Expression:
        kind, text, offset = self.tokens[self.position]
        if self.take("("):
            with self.deeper():
                inner = self.sum()
            self.close()
            return inner
        if kind not in ("number", "name"):
            raise self.unexpected("a number, a name or '('")
        self.position += 1
        if kind == "number":
            value = float(text)
            if value == float("inf"):
                raise ExpressionError(f"{quoted(text)} is too large for a number", offset)
            return Number(value, text)
        if self.take("("):
            return self.call(text, offset)
        if text in self.functions:
            raise ExpressionError(f"{text} is a function; expected {text}(…)", offset)
        return Symbol(spell(text), text)

    def call(self, name: str, offset: int) -> Expression:
        if name not in self.functions:
            hint = nearest(name, self.functions) or f"; a product is written {name[:20]}*(…)"
            raise ExpressionError(f"unknown function {quoted(name)}{hint}", offset)
        with self.deeper():
            arguments = [self.sum()]
            while self.take(","):
                arguments.append(self.sum())
        self.close()
        wanted = len(FUNCTIONS[name].arguments.split())
        if name in VARIADIC:
            if len(arguments) < 2:
                raise ExpressionError(f"{name} takes two or more arguments, found 1", offset)
        elif len(arguments) != wanted:
            plural = "s" if wanted > 1 else ""
            raise ExpressionError(f"{name} takes {wanted} argument{plural}, found {len(arguments)}", offset)
        return Call(name, tuple(arguments))

    def close(self) -> None:
        if not self.take(")"):
            raise self.unexpected("')'")

    @contextmanager
    def deeper(self, levels: int = 1) -> Iterator[None]:
        """Count everything parsed inside as nested so much deeper, to refuse 100,000 brackets early."""
        before = self.depth
        self.descend(levels)
        yield
        self.depth = before

    def descend(self, levels: int = 1) -> None:
        self.depth += levels
        if self.depth > FORMULA_DEPTH:
            raise ExpressionError(f"formula nested more than {FORMULA_DEPTH} deep", self.offset)


def _tokens(text: str) -> Iterable[tuple[str, str, int]]:
    position = 0
    text = text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found or not found.lastgroup:
            offset = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(
                f"found {quoted(text[offset])}; expected a name, a number or + - * / ^ ( )", offset
            )
        token = found.group(found.lastgroup)
        yield found.lastgroup, _SAME.get(token, token), found.start(found.lastgroup)
        position = found.end()
    yield "end", "", len(text)


def _terms(expression: Expression) -> tuple[Expression, ...]:
    return expression.terms if isinstance(expression, Sum) else (expression,)


def _factors(expression: Expression) -> tuple[Expression, ...]:
    return expression.factors if isinstance(expression, Product) else (expression,)

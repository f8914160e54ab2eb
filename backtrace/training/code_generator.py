"""Equations → straight-line Python, one line for each value that is used more than once.

The names in the code are of its own making (v0, v1, …), so that the config contributes nothing but numbers.
A value used once is written where it is used; a part that occurs twice is computed once. Division and
functions are plain Python's: if they raise an error, the evaluator computes that step, as it defines 1/0 and
e^1000. Must not know what the rows mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from backtrace.derivation.equation import Equation
from backtrace.evaluation.float64 import FLOAT64
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
    children,
    substitute,
    symbols,
)
from backtrace.symbolic.functions import FUNCTIONS

LEVELS_INLINE = 12  # levels of an expression that others may be written into


def merged(rows: Sequence[Equation], kept: Iterable[str]) -> list[Equation]:
    """Fewer rows with the same meaning: values used once, and mere names, are put where they are used."""
    keep = set(kept)
    uses = Counter(symbol.id for row in rows for symbol in symbols(row.expression))
    written: dict[str, Expression] = {}
    left: list[Equation] = []
    for row in rows:
        expression = substitute(row.expression, written)
        is_atom = isinstance(expression, (Symbol, Number))
        if row.id not in keep and (is_atom or (uses[row.id] == 1 and _depth(expression) < LEVELS_INLINE)):
            written[row.id] = expression
        else:
            left.append(row._replace(expression=expression))
    return left


def _depth(expression: Expression) -> int:
    return 1 + max(map(_depth, children(expression)), default=0)


class Code:
    """Lines of Python that define values one after the other.

    `names` are the names of known values by id; `functions` are called by the code, by their names in it.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.lines: list[str] = []
        self.functions: dict[str, Callable[..., float]] = {}
        self.computed: dict[Expression, str] = {}
        self.often: set[Expression] = set()

    def name(self, id: str) -> str:
        """The name of a value; a new one at first use."""
        return self.names.setdefault(id, f"v{len(self.names)}")

    def define(self, rows: Sequence[Equation]) -> None:
        """Add lines for some rows; parts that occur more than once get a line of their own."""
        counted: Counter[Expression] = Counter()
        for row in rows:
            _count(row.expression, counted)
        self.often = {part for part, times in counted.items() if times > 1}
        for row in rows:
            text = self.text(row.expression, 0)
            self.lines.append(f"{self.name(row.id)} = {text}")
            self.computed.setdefault(row.expression, self.name(row.id))

    def text(self, expression: Expression, strength: int) -> str:
        """An expression in Python, in brackets if it binds less than `strength`."""
        if expression in self.computed and not isinstance(expression, (Symbol, Number)):
            return self.computed[expression]
        if expression in self.often:
            return self.temporary(expression)
        text, own = self.written(expression)
        return text if own >= strength else f"({text})"

    def temporary(self, expression: Expression) -> str:
        """A name for the value of an expression, which a line before computes."""
        text, _ = self.written(expression)
        name = self.name(f"part {len(self.names)}")  # no id has a blank in it
        self.lines.append(f"{name} = {text}")
        self.computed[expression] = name
        return name

    def atom(self, expression: Expression) -> str:
        """A name or a number for an expression that is used twice."""
        if isinstance(expression, (Symbol, Number)) or expression in self.computed:
            return self.text(expression, ATOM)
        return self.temporary(expression)

    def written(self, expression: Expression) -> tuple[str, int]:
        """An expression as Python writes it, and how strongly it binds."""
        match expression:
            case Symbol(id):
                return self.names[id], ATOM
            case Number(value):
                return repr(value), ATOM if value >= 0 else NEGATIVE
            case Negative(operand):
                return f"-{self.text(operand, NEGATIVE)}", NEGATIVE
            case Product(factors):
                first, *others = factors
                rest = "".join(f"*{self.text(factor, NEGATIVE)}" for factor in others)
                return f"{self.text(first, PRODUCT)}{rest}", PRODUCT
            case Sum(terms):
                first, *others = terms
                rest = "".join(map(self.added, others))
                return f"{self.text(first, SUM)}{rest}", SUM
            case Quotient(numerator, denominator):
                return f"{self.text(numerator, PRODUCT)}/{self.text(denominator, NEGATIVE)}", PRODUCT
            case Power(base, Number(2.0)):
                name = self.atom(base)
                return f"{name}*{name}", PRODUCT
            case Power(base, exponent):
                return f"{self.called('power')}({self.text(base, 0)}, {self.text(exponent, 0)})", ATOM
            case Call(function, arguments):
                return self.call(function, arguments)

    def added(self, term: Expression) -> str:
        if isinstance(term, Negative) and term not in self.computed and term not in self.often:
            return f" - {self.text(term.operand, PRODUCT)}"
        return f" + {self.text(term, PRODUCT)}"

    def call(self, function: str, arguments: Sequence[Expression]) -> tuple[str, int]:
        template = FUNCTIONS[function].code
        if not template:
            inside = ", ".join(self.text(argument, 0) for argument in arguments)
            return f"{self.called(function)}({inside})", ATOM
        texts = {}
        for letter, argument in zip("xyz", arguments, strict=False):
            twice = template.count(f"{{{letter}}}") > 1
            texts[letter] = self.atom(argument) if twice else self.text(argument, ATOM)
        return template.format(**texts), PRODUCT if template.startswith("1.0/") else ATOM

    def called(self, function: str) -> str:
        """The name by which the code calls a function of the table of float64."""
        self.functions[f"f_{function}"] = (
            FLOAT64.power if function == "power" else FLOAT64.functions[function]
        )
        return f"f_{function}"


SUM, PRODUCT, NEGATIVE, ATOM = range(1, 5)


def _count(expression: Expression, counted: Counter[Expression]) -> None:
    """Count the parts of an expression that are more than a name; those within a repeated one once."""
    if isinstance(expression, (Symbol, Number)):
        return
    is_cheap = isinstance(expression, Negative) and isinstance(expression.operand, (Symbol, Number))
    counted[expression] += not is_cheap
    if counted[expression] == 1:
        for part in children(expression):
            _count(part, counted)

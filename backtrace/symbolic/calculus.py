"""Derivatives of expressions, by the rules of school calculus and the table `FUNCTIONS`.

`partials` goes through an expression once, from the outside in, and carries along the derivative of the whole
by the part it has reached. That is the chain rule inside one formula; `chain_rule` applies it between
formulas. Knows no quantities and no values.
"""

from __future__ import annotations

from collections.abc import Container
from functools import cache

from backtrace.errors import NotDifferentiableError
from backtrace.symbolic.expressions import (
    ONE,
    ZERO,
    Call,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    number,
    substitute,
    symbols,
)
from backtrace.symbolic.functions import FUNCTIONS
from backtrace.symbolic.parser import table_formula
from backtrace.symbolic.simplify import add, divide, multiply, negate, power, simplify

_MINUS_ONE = number(-1)


def partials(expression: Expression, wanted: Container[str] | None = None) -> dict[str, Expression]:
    """∂expression/∂symbol for every symbol in it, by id; only for the `wanted` ids where given.

    This is reverse mode: `visit(part, outer)` is called with outer = ∂expression/∂part, and each case below
    multiplies `outer` by the derivative of the part by its own parts. A symbol that is reached on several
    ways gets one term for each, and these are added up.

    Raises:
        NotDifferentiableError: a wanted symbol is an argument of a step function.

    >>> from backtrace.symbolic.parser import parse
    >>> partials(parse("w*x + b"))["w"]
    Symbol(id='x', text='x')
    """
    collected: dict[str, list[Expression]] = {}

    def visit(part: Expression, outer: Expression) -> None:
        if outer is ONE and type(part) is Product and len(part.factors) == 2:
            left, right = part.factors
            if type(left) is type(right) is Symbol:  # a net has hundreds of w·a and nothing else
                if wanted is None or left.id in wanted:
                    collected.setdefault(left.id, []).append(right)
                if wanted is None or right.id in wanted:
                    collected.setdefault(right.id, []).append(left)
                return
        match part:
            case Symbol(id, _):
                if wanted is None or id in wanted:
                    collected.setdefault(id, []).append(outer)
            case Number():
                pass
            case Sum(terms):  # (u + v)′ = u′ + v′
                for term in terms:
                    visit(term, outer)
            case Negative(operand):
                visit(operand, multiply(_MINUS_ONE, outer))
            case Product(factors):  # ∂(u·v·w)/∂v = u·w
                for i, factor in enumerate(factors):
                    if not isinstance(factor, Number):
                        visit(factor, multiply(outer, *factors[:i], *factors[i + 1 :]))
            case Quotient(numerator, denominator):  # ∂(u/v)/∂u = 1/v and ∂(u/v)/∂v = -u/v²
                visit(numerator, divide(outer, denominator))
                if any(symbols(denominator)):
                    visit(
                        denominator, negate(divide(multiply(outer, numerator), power(denominator, number(2))))
                    )
            case Power(base, exponent):  # ∂(b^y)/∂b = y·b^(y - 1)
                visit(base, multiply(outer, exponent, power(base, add(exponent, _MINUS_ONE))))
                if any(symbols(exponent)):
                    # ∂(b^y)/∂y = b^y·ln b, where 0·ln 0 is 0: 0^y is 0 for all positive y, so it is flat.
                    visit(exponent, multiply(outer, Call("xlogy", (part, base))))
            case Call("where", (condition, *branches)):  # the condition picks the branch, on the kink too
                when, otherwise = (partials(branch, wanted) for branch in branches)
                for id in when | otherwise:
                    branch_slope = Call("where", (condition, when.get(id, ZERO), otherwise.get(id, ZERO)))
                    collected.setdefault(id, []).append(multiply(outer, branch_slope))
            case Call():  # f(u)′ = f′(u)·u′, with f′ from the table
                # A step function may be passed by, as long as no wanted symbol acts through it.
                if wanted is None or any(symbol.id in wanted for symbol in symbols(part)):
                    for argument, slope in zip(part.arguments, slopes(part), strict=True):
                        if slope != ZERO:
                            visit(argument, multiply(outer, slope))

    visit(expression, ONE)
    return {id: found[0] if len(found) == 1 else add(*found) for id, found in collected.items()}


def slopes(call: Call) -> tuple[Expression, ...]:
    """The derivative of a call by each of its arguments.

    Raises:
        NotDifferentiableError: the function has no useful derivative (step).
    """
    if call.function in ("max", "min"):
        return tuple(_is_extreme(call, i) for i in range(len(call.arguments)))
    rules = _rules(call.function)
    if rules is None:
        raise NotDifferentiableError(
            f"{call.function} has no useful derivative: it is flat everywhere but at its threshold, where it "
            f"jumps, so there is no backward pass; a sigmoid is the smooth function in its place"
        )
    replacements = {**_by_letter(call), "f": call}
    return tuple(simplify(substitute(rule, replacements)) for rule in rules)


@cache
def _rules(function: str) -> tuple[Expression, ...] | None:
    """A derivative for each argument: from the row, or by `partials` of its textbook form."""
    row = FUNCTIONS[function]
    if row.derivatives is None:
        return None
    if row.derivatives:
        return tuple(map(table_formula, row.derivatives))
    by_argument = partials(table_formula(row.textbook))
    return tuple(by_argument.get(letter, ZERO) for letter in row.arguments.split())


def textbook(call: Call) -> Expression:
    """The form in which a textbook writes this call: σ(h) as 1/(1 + e^(-h)).

    >>> textbook(Call("sigmoid", (Symbol("h", "h"),))) == table_formula("1/(1 + exp(-h))")
    True
    """
    return substitute(table_formula(FUNCTIONS[call.function].textbook), _by_letter(call))


def kink(call: Call) -> Expression:
    """The formula whose sign says on which side of its kink a call is: x - y for [x > y]."""
    return substitute(table_formula(FUNCTIONS[call.function].kink), _by_letter(call))


def _by_letter(call: Call) -> dict[str, Expression]:
    return dict(zip("xyz", call.arguments, strict=False))


def _is_extreme(call: Call, i: int) -> Expression:
    """1 where argument i is the first largest (smallest) one, else 0.

    At a tie max has no derivative, and any convex combination would be a subgradient. All of it goes to the
    first, so that the derivatives by all arguments still add up to 1.
    """
    me, conditions = call.arguments[i], []
    for j, other in enumerate(call.arguments):
        if j != i:
            pair = (me, other) if call.function == "max" else (other, me)
            conditions.append(Call("above" if j < i else "from", pair))
    return multiply(*conditions)
